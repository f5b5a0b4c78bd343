//! The job that sends an approved payout. It may run more than once: the provider does the same key once, and the end
//! is written once.

use super::{Method, store};
use crate::{
    checkout::outside,
    ids::PayoutId,
    ledger,
    payments::{
        gateway::{Call, Transfer},
        outbox, payout_provider, provider,
    },
    server::{jobs::Job, state::App},
};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// Sends one payout of `creatorPayouts`.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendPayout {
    pub payout: i32,
}

impl Job for SendPayout {
    const KIND: &'static str = "send-payout";
}

impl SendPayout {
    /// Writes that it is to be sent, and sends it. Without an answer the outbox goes on with it.
    ///
    /// # Errors
    /// When the database does not answer, or there is no provider for it; the job is then run again.
    pub async fn run(self, app: &App) -> Result<()> {
        let id = PayoutId(self.payout);
        let row = sqlx::query!(
            "SELECT creatorPayouts.amount AS `amount!: i32`, creatorPayouts.paymentMethod, payoutDetails.destination AS `destination!: String`,
                    (SELECT COUNT(*) FROM payoutSteps WHERE payoutSteps.payoutId = creatorPayouts.id AND payoutSteps.step = 'sent') AS `sent!: i64`
             FROM creatorPayouts JOIN payoutDetails ON payoutDetails.payoutId = creatorPayouts.id
             WHERE creatorPayouts.id = ? AND creatorPayouts.status = 'processing'",
            id
        )
        .fetch_optional(&app.db)
        .await?;
        let Some(row) = row else { return Ok(()) };
        let provider = match row.paymentMethod.as_deref().and_then(Method::of_name) {
            Some(method) => payout_provider(app, method),
            // Adopted with a database that did not say.
            None => provider(app),
        };
        let provider = provider.context("there is no payment provider to send this payout with")?;
        let transfer = Transfer { payout: id.0, amount: row.amount.into(), destination: row.destination };
        let mut tx = ledger::begin(app).await?;
        if row.sent == 0 {
            store::step(&mut tx, id.0, "sent", None, Some(provider.name()), app.clock.now()).await?;
        }
        let call = outbox::write(&mut tx, provider, &format!("payout:{id}"), &Call::Send(transfer), app.clock.now()).await?;
        ledger::commit(tx).await?;
        outside::perform(app, &call).await
    }
}
