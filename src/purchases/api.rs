//! Server functions of purchases.

use super::{Bought, Gift, Offer};
use crate::{error::AppResult, page::Page, ui::forms::Done};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// What the buying page of a thing needs.
#[server(endpoint = "purchases/offer", input = GetUrl)]
pub async fn offer_thing(kind: String, id: String) -> AppResult<Offer> {
    use crate::{error::AppError, purchases::Thing, server::context};
    let app = context::app()?;
    let me = context::require_me()?;
    super::store::offer(&app, &me, Thing::parse(&kind, &id).ok_or(AppError::NotFound)?).await
}

/// Starts a purchase: what is to be paid is written down, and the checkout opens.
#[server(endpoint = "purchases/buy")]
pub async fn buy(form_key: String, kind: String, id: String, #[server(default)] amount: String, #[server(default)] gift: bool) -> AppResult<Done> {
    use crate::{
        error::AppError,
        purchases::{Choice, Thing},
        server::context,
    };
    let app = context::app()?;
    let me = context::require_me()?;
    let provider = crate::payments::require_provider(&app)?;
    let thing = Thing::parse(&kind, &id).ok_or(AppError::NotFound)?;
    let checkout = super::store::start(&app, &me, provider, Choice { thing, gift }, &amount, &form_key, app.clock.now()).await?;
    Ok(Done::go(format!("/checkout/{checkout}")))
}

/// What the one who asks has bought, newest first. `before`: the key of a page.
#[server(endpoint = "purchases/mine", input = GetUrl)]
pub async fn mine(before: Option<String>) -> AppResult<Page<Bought>> {
    use crate::{page::Key, server::context};
    let app = context::app()?;
    let me = context::require_me()?;
    let before = before.and_then(|key| key.parse().ok()).unwrap_or(Key::NEWEST);
    super::store::bought(&app, me.id, before).await
}

/// What a gift's code gives; nothing when there is no such code.
#[server(endpoint = "purchases/gift", input = GetUrl)]
pub async fn look(code: String) -> AppResult<Option<Gift>> {
    use crate::server::context;
    let app = context::app()?;
    super::gifts::look(&app, &context::visitor(), &code).await
}

/// Puts a gift into one's library.
#[server(endpoint = "purchases/claim")]
pub async fn claim(code: String) -> AppResult<Done> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    super::gifts::claim(&app, &context::visitor(), &me, &code, app.clock.now()).await?;
    Ok(Done::go("/library/purchases").saying(crate::t!("purchases.gift.kept")))
}
