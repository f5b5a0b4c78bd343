//! Server functions of payouts: the artist's, then the admins'.

use super::{Desk as DeskData, Details, Payout, Queue as QueueData};
use crate::{error::AppResult, page::Page, ui::forms::Done};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// Balances, destination and a new form key for the artist who asks.
#[server(endpoint = "payouts/desk", input = GetUrl)]
pub async fn desk() -> AppResult<DeskData> {
    use crate::server::context;
    let app = context::app()?;
    let (me, artist) = context::require_artist()?;
    super::store::desk(&app, &me, artist.id).await
}

/// Payouts of the artist who asks, newest first.
#[server(endpoint = "payouts/mine", input = GetUrl)]
pub async fn mine(before: Option<i32>) -> AppResult<Page<Payout>> {
    use crate::server::context;
    let app = context::app()?;
    let (_, artist) = context::require_artist()?;
    super::store::of_artist(&app, artist.id, before).await
}

/// One payout of the artist who asks. `after`: the key of a page of its statement.
#[server(endpoint = "payouts/mine_one", input = GetUrl)]
pub async fn mine_one(id: i32, after: Option<i32>) -> AppResult<Details> {
    use crate::server::context;
    let app = context::app()?;
    let (me, artist) = context::require_artist()?;
    super::store::details(&app, me.id, id.into(), Some(artist.id), after).await
}

/// Sets where the artist is paid.
#[server(endpoint = "payouts/set_destination")]
pub async fn set_destination(method: String, destination: String) -> AppResult<Done> {
    use crate::{
        error::AppError,
        payouts::{Destination, Method, store},
        server::context,
    };
    let app = context::app()?;
    let (me, artist) = context::require_artist()?;
    let method = Method::of_name(&method).ok_or_else(|| AppError::at("method", crate::t!("payouts.destination.bad_method")))?;
    let destination = Destination::parse(method, &destination).map_err(|message| AppError::at("destination", message))?;
    store::set_destination(&app, me.id, artist.id, &destination, app.clock.now()).await?;
    Ok(Done::go("/studio/payouts").saying(crate::t!("payouts.destination.saved")))
}

/// Requests a payout; an empty amount means all that is available.
#[server(endpoint = "payouts/request")]
pub async fn request_payout(form_key: String, #[server(default)] amount: String) -> AppResult<Done> {
    use crate::{
        error::AppError,
        money::{Cents, ParseCentsError},
        payouts::store,
        server::context,
    };
    let app = context::app()?;
    let (me, artist) = context::require_artist()?;
    let amount = match amount.parse::<Cents>() {
        Ok(amount) => Some(amount),
        Err(ParseCentsError::Empty) => None,
        Err(_) => return Err(AppError::at("amount", crate::t!("payouts.amount.bad"))),
    };
    let payout = store::request(&app, &me, artist.id, amount, &form_key, app.clock.now()).await?;
    app.work.notify_one();
    Ok(Done::go(format!("/studio/payouts/{payout}")).saying(crate::t!("payouts.requested")))
}

/// The queue, oldest first. `status`: which ones, pending by default; `after`: the key of a page.
#[server(endpoint = "admin/payouts", input = GetUrl)]
pub async fn queue(status: Option<String>, after: Option<String>) -> AppResult<QueueData> {
    use crate::{page::Key, payouts::Status, server::context};
    let app = context::app()?;
    context::require_admin()?;
    let status = status.as_deref().and_then(Status::of_name).unwrap_or(Status::Pending);
    super::store::queue(&app, status, after.and_then(|key| key.parse().ok()).unwrap_or(Key::OLDEST)).await
}

/// One payout, for an admin.
#[server(endpoint = "admin/payout", input = GetUrl)]
pub async fn one(id: i32, after: Option<i32>) -> AppResult<Details> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_admin()?;
    super::store::details(&app, me.id, id.into(), None, after).await
}

/// Approves a pending payout; above the limit the first of two approvals leaves it pending.
#[server(endpoint = "admin/payout_approve")]
pub async fn approve(payout: i32) -> AppResult<Done> {
    use crate::{payouts::Approval, server::context};
    let app = context::app()?;
    let me = context::require_admin()?;
    crate::payments::require_provider(&app)?;
    let approval = super::store::approve(&app, me.id, payout.into(), app.clock.now()).await?;
    app.work.notify_one();
    let message = match approval {
        Approval::First => crate::t!("payouts.admin.first_approved"),
        Approval::Final => crate::t!("payouts.admin.approved"),
    };
    Ok(Done::go(format!("/admin/payouts/{payout}")).saying(message))
}

/// Refuses a pending payout, with the reason that the artist reads.
#[server(endpoint = "admin/payout_refuse")]
pub async fn refuse(payout: i32, #[server(default)] reason: String) -> AppResult<Done> {
    use crate::{error::AppError, payouts::REASON_MAXIMUM, server::context};
    let app = context::app()?;
    let me = context::require_admin()?;
    let reason = reason.replace("\r\n", "\n").trim().to_owned();
    if reason.is_empty() {
        return Err(AppError::at("reason", crate::t!("payouts.admin.reason_empty")));
    }
    if reason.chars().count() > REASON_MAXIMUM {
        return Err(AppError::at("reason", crate::t!("payouts.admin.reason_long", maximum = REASON_MAXIMUM)));
    }
    super::store::refuse(&app, me.id, payout.into(), &reason, app.clock.now()).await?;
    app.work.notify_one();
    Ok(Done::go(format!("/admin/payouts/{payout}")).saying(crate::t!("payouts.admin.refused")))
}
