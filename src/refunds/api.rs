//! Server functions of refunds and disputes, all of them the admins'.

use super::{Details, Dispute, Payments as List};
use crate::{error::AppResult, page::Page, ui::forms::Done};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// Payments, newest first. `status`: which ones, completed by default; `who`: a part of the payer's name or address, or
/// the payment's number; `before`: the key of a page.
#[server(endpoint = "admin/payments", input = GetUrl)]
pub async fn payments(status: Option<String>, who: Option<String>, before: Option<i32>) -> AppResult<List> {
    use crate::{refunds::Status, server::context};
    let app = context::app()?;
    context::require_admin()?;
    let status = status.as_deref().and_then(Status::of_name).unwrap_or(Status::Completed);
    super::store::payments(&app, status, who.as_deref().unwrap_or_default().trim(), before).await
}

/// One payment, with its refunds.
#[server(endpoint = "admin/payment", input = GetUrl)]
pub async fn payment(id: i32) -> AppResult<Details> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_admin()?;
    super::store::details(&app, me.id, id.into()).await
}

/// Gives a payment back, with the reason that payer and receiver read; an empty amount means all that is left.
#[server(endpoint = "admin/refund")]
pub async fn refund(payment: i32, form_key: String, #[server(default)] amount: String, #[server(default)] reason: String) -> AppResult<Done> {
    use crate::{
        error::{AppError, FieldErrors},
        money::{Cents, ParseCentsError},
        refunds::REASON_MAXIMUM,
        server::context,
    };
    let app = context::app()?;
    let me = context::require_admin()?;
    let mut errors = FieldErrors::default();
    let amount = match amount.parse::<Cents>() {
        Ok(amount) => Some(amount),
        Err(ParseCentsError::Empty) => None,
        Err(_) => {
            errors.add("amount", crate::t!("refunds.bad_amount"));
            None
        }
    };
    let reason = reason.replace("\r\n", "\n").trim().to_owned();
    if reason.is_empty() {
        errors.add("reason", crate::t!("refunds.reason_empty"));
    } else if reason.chars().count() > REASON_MAXIMUM {
        errors.add("reason", crate::t!("refunds.reason_long", maximum = REASON_MAXIMUM));
    }
    errors.done()?;
    if form_key.parse::<ulid::Ulid>().is_err() {
        return Err(AppError::Refused(crate::t!("error.malformed").into_owned()));
    }
    super::store::request(&app, me.id, payment.into(), amount, &reason, &form_key, app.clock.now()).await?;
    Ok(Done::go(format!("/admin/payments/{payment}")).saying(crate::t!("refunds.requested")))
}

/// Disputes, newest first. `before`: the key of a page.
#[server(endpoint = "admin/disputes", input = GetUrl)]
pub async fn disputes(before: Option<i32>) -> AppResult<Page<Dispute>> {
    use crate::server::context;
    let app = context::app()?;
    context::require_admin()?;
    super::disputes::list(&app, before).await
}
