//! Debts: what was taken back from an artist who had been paid already. An available balance is below zero exactly by
//! what is owed, and whatever comes in pays the oldest debt first.

use super::Result;
use crate::{ids::ArtistId, money::Cents};
use sqlx::MySqlConnection;
use time::OffsetDateTime;

/// Follows the change of an available balance, which the caller holds the lock on.
pub(super) async fn follow(
    connection: &mut MySqlConnection,
    artist: ArtistId,
    before: Cents,
    after: Cents,
    transaction: &str,
    now: OffsetDateTime,
) -> Result<()> {
    let owed = |balance: Cents| balance.min(Cents::ZERO).negated();
    let more = owed(after)?.minus(owed(before)?)?;
    if more > Cents::ZERO {
        sqlx::query!(
            "INSERT INTO artistDebts (artistId, transactionId, amount, remaining, openedAt) VALUES (?, ?, ?, ?, ?)",
            artist,
            transaction,
            more.as_int()?,
            more.as_int()?,
            now
        )
        .execute(connection)
        .await?;
        return Ok(());
    }
    let mut paid = more.negated()?;
    if paid == Cents::ZERO {
        return Ok(());
    }
    let debts = sqlx::query!("SELECT id, remaining FROM artistDebts WHERE artistId = ? AND remaining > 0 ORDER BY id FOR UPDATE", artist)
        .fetch_all(&mut *connection)
        .await?;
    for debt in debts {
        let part = Cents::from(debt.remaining).min(paid);
        paid = paid.minus(part)?;
        let remaining = Cents::from(debt.remaining).minus(part)?;
        let settled_at = (remaining == Cents::ZERO).then_some(now);
        sqlx::query!("UPDATE artistDebts SET remaining = ?, settledAt = ? WHERE id = ?", remaining.as_int()?, settled_at, debt.id)
            .execute(&mut *connection)
            .await?;
        if paid == Cents::ZERO {
            break;
        }
    }
    Ok(())
}
