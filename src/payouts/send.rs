//! The job that sends an approved payout. It may run more than once: the provider does the same key once, and the end
//! is written once.

use super::store;
use crate::{
    ids::PayoutId,
    ledger,
    payments::{Outcome, Transfer, provider},
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
    /// Sends it and writes the end: completed, or failed with the provider's reason.
    ///
    /// # Errors
    /// When the outcome is not known; the job is then run again.
    pub async fn run(self, app: &App) -> Result<()> {
        let id = PayoutId(self.payout);
        let row = sqlx::query!(
            "SELECT creatorPayouts.amount AS `amount!: i32`, payoutDetails.destination AS `destination!: String`,
                    (SELECT COUNT(*) FROM payoutSteps WHERE payoutSteps.payoutId = creatorPayouts.id AND payoutSteps.step = 'sent') AS `sent!: i64`
             FROM creatorPayouts JOIN payoutDetails ON payoutDetails.payoutId = creatorPayouts.id
             WHERE creatorPayouts.id = ? AND creatorPayouts.status = 'processing'",
            id
        )
        .fetch_optional(&app.db)
        .await?;
        let Some(row) = row else { return Ok(()) };
        let provider = provider(app).context("there is no payment provider to send a payout with")?;
        if row.sent == 0 {
            let mut tx = ledger::begin(app).await?;
            store::step(&mut tx, id.0, "sent", None, Some(provider.name()), app.clock.now()).await?;
            ledger::commit(tx).await?;
        }
        let transfer = Transfer { key: format!("payout:{id}"), amount: row.amount.into(), destination: row.destination };
        match provider.send(app, &transfer).await? {
            Outcome::Paid { reference } => store::complete(app, id, provider, &reference, app.clock.now()).await?,
            Outcome::Refused { reason } => store::fail(app, id, &reason, app.clock.now()).await?,
        }
        Ok(())
    }
}
