//! The provider for development: what it did with a call stands in a table of its own. Its checkout page is one of
//! ours, so it opens none and tells no news.

use super::{
    Provider,
    gateway::{Answer, Call, Event, Forged, Gateway, News, Session},
};
use crate::{
    money::Cents,
    server::{state::App, tokens},
};
use anyhow::{Result, ensure};
use axum::http::HeaderMap;
use futures::{FutureExt, future::BoxFuture};
use time::{Duration, OffsetDateTime};

/// Destinations that contain this are refused, so that failures can be tried.
const FAILING: &str = "fail";

pub(super) struct Sandbox<'a>(pub(super) &'a App);

impl Sandbox<'_> {
    /// Sends money nowhere, once per key; and where to.
    async fn once(&self, key: &str, amount: Cents, destination: &str) -> Result<Result<String, String>> {
        let app = self.0;
        let refused = destination.to_lowercase().contains(FAILING);
        let reason = refused.then(|| crate::t!("payments.sandbox_refused", destination = destination).into_owned());
        let reference = format!("sandbox_{}", tokens::ulid().to_lowercase());
        sqlx::query!(
            "INSERT IGNORE INTO sandboxTransfers (idempotencyKey, reference, amount, outcome, reason, createdAt) VALUES (?, ?, ?, ?, ?, ?)",
            key,
            reference,
            amount.as_int()?,
            if refused { "refused" } else { "paid" },
            reason,
            app.clock.now()
        )
        .execute(&app.db)
        .await?;
        let row =
            sqlx::query!("SELECT reference, amount, outcome, reason FROM sandboxTransfers WHERE idempotencyKey = ?", key).fetch_one(&app.db).await?;
        ensure!(i64::from(row.amount) == amount.0, "the key {key} was used for another amount");
        Ok(if row.outcome == "paid" { Ok(row.reference) } else { Err(row.reason.unwrap_or_default()) })
    }
}

impl Gateway for Sandbox<'_> {
    fn provider(&self) -> Provider {
        Provider::Sandbox
    }

    fn key_lifetime(&self) -> Duration {
        Duration::MAX
    }

    fn call<'a>(&'a self, key: &'a str, call: &'a Call) -> BoxFuture<'a, Result<Answer>> {
        async move {
            Ok(match call {
                Call::Open(order) => Answer::Opened { reference: order.checkout.clone(), url: order.back.clone() },
                // Whoever has an address that can't pay can't be charged again, so that failures can be tried.
                Call::Charge(charge) => match self.once(key, charge.amount, charge.email.as_deref().unwrap_or_default()).await? {
                    Ok(reference) => Answer::Charged { reference },
                    Err(reason) => Answer::Refused { reason },
                },
                Call::Refund(refund) => match self.once(key, refund.amount, &refund.payment).await? {
                    Ok(reference) => Answer::Refunded { reference },
                    Err(reason) => Answer::Refused { reason },
                },
                Call::GiveBack(back) => match self.once(key, back.amount, &back.payment).await? {
                    Ok(reference) => Answer::Refunded { reference },
                    Err(reason) => Answer::Refused { reason },
                },
                Call::Send(transfer) => match self.once(key, transfer.amount, &transfer.destination).await? {
                    Ok(reference) => Answer::Sent { reference },
                    Err(reason) => Answer::Refused { reason },
                },
            })
        }
        .boxed()
    }

    fn find<'a>(&'a self, _call: &'a Call) -> BoxFuture<'a, Result<Option<Answer>>> {
        // It never forgets a key, so asking again is looking up.
        async { Ok(None) }.boxed()
    }

    fn session<'a>(&'a self, _reference: &'a str) -> BoxFuture<'a, Result<Session>> {
        async { Ok(Session::Open) }.boxed()
    }

    fn event(&self, _headers: &HeaderMap, _body: &[u8], _now: OffsetDateTime) -> Result<Event, Forged> {
        Err(Forged::Wrong)
    }

    fn news(&self, _payload: &str) -> Result<News> {
        Ok(News::Nothing)
    }
}
