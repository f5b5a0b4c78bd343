//! The end of the holding time: earnings become available for payout.

use super::{Account, Entry, Result, Transaction, begin, commit, kind, post, retrying};
use crate::{ids::ArtistId, money::Cents, server::state::App};
use time::OffsetDateTime;

/// Earnings that are looked at in one go.
const BATCH: usize = 200;

/// Makes every earning available whose holding time has passed, and returns how many. Each is a transaction of its own,
/// done once however often and by however many workers this runs.
///
/// # Errors
/// When the database does not answer.
pub async fn release(app: &App, now: OffsetDateTime) -> Result<usize> {
    let mut released = 0;
    loop {
        let due = sqlx::query_scalar!(
            "SELECT d.earningId FROM earningDetails d LEFT JOIN earningReversals r ON r.earningId = d.earningId
             WHERE d.releasedAt IS NULL AND d.availableAt <= ? AND r.earningId IS NULL ORDER BY d.availableAt, d.earningId LIMIT 200",
            now
        )
        .fetch_all(&app.db)
        .await?;
        for &earning in &due {
            if retrying(|| release_one(app, earning, now)).await? {
                released += 1;
            }
        }
        if due.len() < BATCH {
            return Ok(released);
        }
    }
}

async fn release_one(app: &App, earning: i32, now: OffsetDateTime) -> Result<bool> {
    let mut tx = begin(app).await?;
    let row = sqlx::query!(
        "SELECT creatorEarnings.artistId, creatorEarnings.amount, earningDetails.releasedAt
         FROM earningDetails JOIN creatorEarnings ON creatorEarnings.id = earningDetails.earningId
         WHERE earningDetails.earningId = ? FOR UPDATE",
        earning
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row.filter(|row| row.releasedAt.is_none()) else { return Ok(false) };
    let (artist, amount) = (ArtistId(row.artistId), Cents::from(row.amount));
    let mut entries =
        vec![Entry { account: Account::OnHold(artist), amount: amount.negated()? }, Entry { account: Account::Available(artist), amount }];
    // What was taken back of it in the meantime goes along. A refund locks the earning before it adds to these.
    let reversals = sqlx::query!(
        "SELECT creatorEarnings.id, creatorEarnings.amount FROM earningReversals JOIN creatorEarnings ON creatorEarnings.id = earningReversals.earningId
         JOIN earningDetails ON earningDetails.earningId = creatorEarnings.id
         WHERE earningReversals.ofEarningId = ? AND earningDetails.releasedAt IS NULL ORDER BY creatorEarnings.id",
        earning
    )
    .fetch_all(&mut *tx)
    .await?;
    for reversal in &reversals {
        let amount = Cents::from(reversal.amount);
        entries.push(Entry { account: Account::OnHold(artist), amount: amount.negated()? });
        entries.push(Entry { account: Account::Available(artist), amount });
        sqlx::query!("UPDATE earningDetails SET releasedAt = ? WHERE earningId = ?", now, reversal.id).execute(&mut *tx).await?;
    }
    post(
        &mut tx,
        &Transaction {
            key: format!("release:{earning}"),
            kind: kind::RELEASE,
            subject: "creatorEarnings",
            subject_id: earning,
            reverses: None,
            entries,
            occurred_at: now,
        },
    )
    .await?;
    sqlx::query!("UPDATE earningDetails SET releasedAt = ? WHERE earningId = ?", now, earning).execute(&mut *tx).await?;
    commit(tx).await?;
    Ok(true)
}
