//! Stream money in the database.

use crate::{ids::UserId, ledger, money::Cents};
use sqlx::MySqlConnection;
use time::OffsetDateTime;

/// Writes down what of a subscription's payment is for whom its payer hears from `starts` until before `ends`. The
/// journal has the same amount on [`ledger::Account::SubscriptionPool`], in the same database transaction.
///
/// # Errors
/// When the amount leaves the column's range or the database does not answer.
pub async fn fund(
    connection: &mut MySqlConnection,
    payment: i32,
    user: UserId,
    starts: OffsetDateTime,
    ends: OffsetDateTime,
    amount: Cents,
) -> ledger::Result<()> {
    sqlx::query!(
        "INSERT INTO royaltyFunds (paymentId, userId, amount, startsAt, endsAt) VALUES (?, ?, ?, ?, ?)",
        payment,
        user,
        amount.as_int()?,
        starts,
        ends
    )
    .execute(connection)
    .await?;
    Ok(())
}
