//! The provider for development: what it did with a transfer stands in a table of its own.

use super::{Outcome, Transfer};
use crate::server::{state::App, tokens};
use anyhow::ensure;

/// Destinations that contain this are refused, so that failures can be tried.
const FAILING: &str = "fail";

/// Sends money nowhere, once per key.
pub(super) async fn send(app: &App, transfer: &Transfer) -> anyhow::Result<Outcome> {
    let refused = transfer.destination.to_lowercase().contains(FAILING);
    let reason = refused.then(|| crate::t!("payments.sandbox_refused", destination = transfer.destination).into_owned());
    let reference = format!("sandbox_{}", tokens::ulid().to_lowercase());
    sqlx::query!(
        "INSERT IGNORE INTO sandboxTransfers (idempotencyKey, reference, amount, outcome, reason, createdAt) VALUES (?, ?, ?, ?, ?, ?)",
        transfer.key,
        reference,
        transfer.amount.as_int()?,
        if refused { "refused" } else { "paid" },
        reason,
        app.clock.now()
    )
    .execute(&app.db)
    .await?;
    let row = sqlx::query!("SELECT reference, amount, outcome, reason FROM sandboxTransfers WHERE idempotencyKey = ?", transfer.key)
        .fetch_one(&app.db)
        .await?;
    ensure!(i64::from(row.amount) == transfer.amount.0, "the key {} was used for another amount", transfer.key);
    Ok(match row.outcome.as_str() {
        "paid" => Outcome::Paid { reference: row.reference },
        _ => Outcome::Refused { reason: row.reason.unwrap_or_default() },
    })
}
