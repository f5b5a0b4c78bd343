//! Server functions of tips.

use super::{Offer, Received};
use crate::{error::AppResult, page::Page, ui::forms::Done};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// What the tip page of an artist needs.
#[server(endpoint = "tips/offer_artist", input = GetUrl)]
pub async fn offer_artist(id: i32) -> AppResult<Offer> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    super::store::offer(&app, &me, id.into(), None).await
}

/// What the tip page of a track needs.
#[server(endpoint = "tips/offer_track", input = GetUrl)]
pub async fn offer_track(id: i32) -> AppResult<Offer> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    super::store::offer_on_track(&app, &me, id.into()).await
}

/// Starts a tip: what is to be paid is written down, and the checkout opens. `track` is empty for a tip to the artist;
/// `other` wins over the chosen `amount` when it is filled in.
#[server(endpoint = "tips/send")]
pub async fn send_tip(
    form_key: String,
    artist: i32,
    #[server(default)] track: String,
    #[server(default)] amount: String,
    #[server(default)] other: String,
    #[server(default)] message: String,
    #[server(default)] cover_fee: bool,
    #[server(default)] anonymous: bool,
) -> AppResult<Done> {
    use crate::{
        error::{AppError, FieldErrors},
        money::Cents,
        server::context,
        tips::{parse_amount, parse_message, store},
    };
    let app = context::app()?;
    let me = context::require_me()?;
    let provider = crate::payments::require_provider(&app)?;
    let rules = &app.config.rules;
    let (field, text) = if other.trim().is_empty() { ("amount", &amount) } else { ("other", &other) };
    let mut errors = FieldErrors::default();
    let amount = errors.check(field, parse_amount(text, Cents(rules.tip_minimum_cents), Cents(rules.tip_maximum_cents)));
    let message = errors.check("message", parse_message(&message));
    errors.done()?;
    let (Some(amount), Some(message)) = (amount, message) else { return Err(AppError::NotFound) };
    let track = match track.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| AppError::NotFound)?),
    };
    let wish = store::Wish { form_key, artist: artist.into(), track, amount, message, cover_fee, anonymous };
    let checkout = store::start(&app, &me, provider, &wish, app.clock.now()).await?;
    Ok(Done::go(format!("/checkout/{checkout}")))
}

/// Tips that the artist received, newest first. `before`: the key of a page.
#[server(endpoint = "tips/received", input = GetUrl)]
pub async fn received_page(before: Option<i32>) -> AppResult<Page<Received>> {
    use crate::server::context;
    let app = context::app()?;
    let (me, _) = context::require_artist()?;
    super::store::received(&app, me.id, before).await
}

/// One tip that the artist received.
#[server(endpoint = "tips/received_one", input = GetUrl)]
pub async fn received_one(id: i32) -> AppResult<Received> {
    use crate::server::context;
    let app = context::app()?;
    let (me, _) = context::require_artist()?;
    super::store::received_one(&app, me.id, id.into()).await
}

/// Replies to a tip, once; the listener gets it by mail.
#[server(endpoint = "tips/reply")]
pub async fn reply(tip: i32, reply: String) -> AppResult<Done> {
    use crate::{
        error::AppError,
        server::context,
        tips::{parse_message, store},
    };
    let app = context::app()?;
    let (me, artist) = context::require_artist()?;
    let reply = parse_message(&reply).map_err(|message| AppError::at("reply", message))?;
    if reply.is_empty() {
        return Err(AppError::at("reply", crate::t!("tips.reply.empty")));
    }
    store::reply(&app, me.id, &artist.name, tip.into(), &reply, app.clock.now()).await?;
    app.work.notify_one();
    Ok(Done::go("/studio/tips").saying(crate::t!("tips.reply.sent")))
}
