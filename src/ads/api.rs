//! What pages ask of advertisements.

use super::{Ad, AdDraft, AdLine};
use crate::{error::AppResult, ids::AdId, page::Page, ui::forms::Done};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// An advertisement for whoever is there; nothing for those who pay, and when none runs.
#[server(endpoint = "ads/pick", input = GetUrl)]
pub async fn pick() -> AppResult<Option<Ad>> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::visitor().me.map(|me| me.id);
    // A page is whole without one.
    Ok(super::store::pick(&app, me).await.unwrap_or_else(|error| {
        tracing::warn!("no advertisement: {error}");
        None
    }))
}

/// Every advertisement, newest first, for admins.
#[server(endpoint = "ads/all", input = GetUrl)]
pub async fn all(after: Option<i32>) -> AppResult<Page<AdLine>> {
    use crate::server::context;
    let app = context::app()?;
    context::require_admin()?;
    super::store::all(&app, after).await
}

/// One as it was written, for admins; without an id, an empty one that starts today.
#[server(endpoint = "ads/draft", input = GetUrl)]
pub async fn draft(#[server(default)] id: Option<AdId>) -> AppResult<AdDraft> {
    use crate::server::context;
    let app = context::app()?;
    context::require_admin()?;
    super::store::draft(&app, id).await
}

/// Writes a new one, or changes the one with this id.
#[server(endpoint = "ads/save")]
#[allow(clippy::too_many_arguments)] // a form's fields
pub async fn save(
    #[server(default)] id: Option<AdId>,
    advertiser: String,
    headline: String,
    body: String,
    link: String,
    price: String,
    starts_on: String,
    #[server(default)] ends_on: String,
    #[server(default)] active: bool,
) -> AppResult<Done> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_admin()?;
    let text = AdDraft { advertiser, headline, body, link, price, starts_on, ends_on, active }.parse()?;
    super::store::save(&app, me.id, id, &text).await?;
    Ok(Done::go("/admin/ads").saying(crate::t!("ads.saved")))
}
