//! What pages ask of stream money.

use super::{Closing, Closings, Explained, Spent};
use crate::{error::AppResult, ids::ClosingId, page::Page};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// Every closing, for admins.
#[server(endpoint = "royalties/closings", input = GetUrl)]
pub async fn all_closings(after: Option<i32>) -> AppResult<Closings> {
    use crate::server::context;
    let app = context::app()?;
    context::require_admin()?;
    super::trace::closings(&app, after).await
}

/// The closings that this artist got something of.
#[server(endpoint = "royalties/mine", input = GetUrl)]
pub async fn my_closings(after: Option<i32>) -> AppResult<Page<Closing>> {
    use crate::server::context;
    let app = context::app()?;
    let (_, artist) = context::require_artist()?;
    super::trace::of_artist(&app, artist.id, after).await
}

/// What this artist got of one closing, and why.
#[server(endpoint = "royalties/explained", input = GetUrl)]
pub async fn explain(id: ClosingId) -> AppResult<Explained> {
    use crate::server::context;
    let app = context::app()?;
    let (_, artist) = context::require_artist()?;
    super::trace::explained(&app, artist.id, id).await
}

/// Where this listener's subscription went.
#[server(endpoint = "royalties/spent", input = GetUrl)]
pub async fn spending(after: Option<i32>) -> AppResult<Page<Spent>> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    super::trace::of_listener(&app, me.id, after).await
}
