//! Adoption: the journal of a database that had none. Every money row gets one opening transaction, keyed
//! `import:<table>:<id>`; what the old books paid out without having it is a listed difference.

use super::{Account, Entry, Result, Transaction, begin_on, commit, kind, post};
use crate::{
    ids::ArtistId,
    money::Cents,
    server::{config::Config, tokens},
};
use sqlx::{MySqlConnection, MySqlPool};
use time::{Duration, OffsetDateTime};

/// Writes opening transactions for every earning, payout and tip that has nothing in the journal, and returns the
/// differences that were found. Run again, it finds nothing to do.
///
/// Earnings credit their artist: on hold when they are younger than the holding time and no payout needs them, available
/// otherwise. Completed payouts debit, pending and processing ones reserve, tips make no balance of their own.
///
/// # Errors
/// When the database does not answer; what was not committed is done by the next run.
pub async fn run(pool: &MySqlPool, now: OffsetDateTime) -> anyhow::Result<Vec<String>> {
    let mut differences = Vec::new();
    let artists = sqlx::query_scalar!(
        "SELECT artistId FROM creatorEarnings LEFT JOIN earningDetails ON earningDetails.earningId = creatorEarnings.id WHERE earningDetails.earningId IS NULL
         UNION
         SELECT artistId FROM creatorPayouts LEFT JOIN ledgerTransactions ON subject = 'creatorPayouts' AND subjectId = creatorPayouts.id
         WHERE ledgerTransactions.id IS NULL"
    )
    .fetch_all(pool)
    .await?;
    for artist in artists {
        // One artist is one transaction of the database: all of it is there, or nothing.
        let mut tx = begin_on(pool).await?;
        earnings(&mut tx, ArtistId(artist), now, &mut differences).await?;
        payouts(&mut tx, ArtistId(artist), now, &mut differences).await?;
        commit(tx).await?;
    }
    tips(pool).await?;
    Ok(differences)
}

async fn earnings(tx: &mut MySqlConnection, artist: ArtistId, now: OffsetDateTime, differences: &mut Vec<String>) -> Result<()> {
    let rows = sqlx::query!(
        "SELECT creatorEarnings.id, creatorEarnings.amount, creatorEarnings.createdAt
         FROM creatorEarnings LEFT JOIN earningDetails ON earningDetails.earningId = creatorEarnings.id
         WHERE creatorEarnings.artistId = ? AND earningDetails.earningId IS NULL
         ORDER BY creatorEarnings.amount < 0, creatorEarnings.id",
        artist
    )
    .fetch_all(&mut *tx)
    .await?;
    let paid_out = sqlx::query_scalar!(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS SIGNED) AS `sum!: i64` FROM creatorPayouts WHERE artistId = ? AND status <> 'failed'",
        artist
    )
    .fetch_one(&mut *tx)
    .await?;
    let taken_back: i64 = rows.iter().map(|row| i64::from(row.amount.min(0))).sum();
    let needed = paid_out - taken_back;
    let hold = Duration::days(i64::from(Config::default().rules.hold_days));
    let mut credited = 0_i64;
    for row in rows {
        let amount = Cents::from(row.amount);
        let available_at = row.createdAt + hold;
        let held = row.amount > 0 && available_at > now && credited >= needed;
        credited += amount.0;
        let account = if held { Account::OnHold(artist) } else { Account::Available(artist) };
        if row.amount < 0 {
            let missing = cover(tx, "creatorEarnings", row.id, artist, amount.negated()?, row.createdAt).await?;
            if missing > Cents::ZERO {
                differences.push(format!("earning {} takes back {} that artist {artist} does not have", row.id, missing.to_decimal()));
            }
        }
        let entries = vec![Entry { account, amount }, Entry { account: Account::Opening, amount: amount.negated()? }];
        let posted = post(tx, &opening(kind::IMPORT_EARNING, "creatorEarnings", row.id, entries, row.createdAt)).await?;
        let released_at = (!held).then_some(available_at.min(now));
        sqlx::query!(
            "INSERT INTO earningDetails (earningId, transactionId, line, gross, fee, availableAt, releasedAt) VALUES (?, ?, 0, ?, 0, ?, ?)",
            row.id,
            posted.id,
            row.amount,
            available_at,
            released_at
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn payouts(tx: &mut MySqlConnection, artist: ArtistId, now: OffsetDateTime, differences: &mut Vec<String>) -> Result<()> {
    let rows = sqlx::query!(
        "SELECT creatorPayouts.id, creatorPayouts.amount, creatorPayouts.status, creatorPayouts.requestedAt, creatorPayouts.processedAt, artistProfiles.userId
         FROM creatorPayouts JOIN artistProfiles ON artistProfiles.id = creatorPayouts.artistId
         LEFT JOIN ledgerTransactions ON ledgerTransactions.subject = 'creatorPayouts' AND ledgerTransactions.subjectId = creatorPayouts.id
         WHERE creatorPayouts.artistId = ? AND ledgerTransactions.id IS NULL
         ORDER BY creatorPayouts.status <> 'completed', creatorPayouts.requestedAt, creatorPayouts.id",
        artist
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in rows {
        let amount = Cents::from(row.amount);
        let at = row.processedAt.unwrap_or(row.requestedAt).min(now);
        let nothing = vec![Entry { account: Account::Opening, amount: Cents::ZERO }];
        let counterpart = match row.status.as_str() {
            "completed" => Some(Account::Opening),
            "failed" => None,
            _ => Some(Account::Reserved(artist)),
        };
        let mut missing = Cents::ZERO;
        let entries = match counterpart {
            Some(counterpart) => {
                missing = cover(tx, "creatorPayouts", row.id, artist, amount, at).await?;
                vec![Entry { account: Account::Available(artist), amount: amount.negated()? }, Entry { account: counterpart, amount }]
            }
            None => nothing,
        };
        if missing > Cents::ZERO {
            differences.push(format!("payout {} of artist {artist} is {} larger than what the artist had earned", row.id, missing.to_decimal()));
        }
        post(tx, &opening(kind::IMPORT_PAYOUT, "creatorPayouts", row.id, entries, at)).await?;
        sqlx::query!(
            "INSERT IGNORE INTO payoutDetails (payoutId, formKey, requestedBy, destination) VALUES (?, ?, ?, '')",
            row.id,
            tokens::ulid(),
            row.userId
        )
        .execute(&mut *tx)
        .await?;
        let steps: &[(&str, OffsetDateTime)] = match row.status.as_str() {
            "pending" => &[("requested", row.requestedAt)],
            "processing" => &[("requested", row.requestedAt), ("approved", row.requestedAt)],
            "completed" => &[("requested", row.requestedAt), ("completed", at)],
            _ => &[("requested", row.requestedAt), ("failed", at)],
        };
        for (step, at) in steps {
            sqlx::query!("INSERT INTO payoutSteps (payoutId, step, happenedAt) VALUES (?, ?, ?)", row.id, step, at).execute(&mut *tx).await?;
        }
        if counterpart.is_some() {
            crate::ledger::statement::write(tx, row.id, artist, amount.minus(missing)?).await?;
        }
    }
    Ok(())
}

/// Credits what an artist lacks for a debit, from the account of differences, and returns it.
async fn cover(tx: &mut MySqlConnection, table: &'static str, id: i32, artist: ArtistId, debit: Cents, at: OffsetDateTime) -> Result<Cents> {
    let locked = super::lock(tx, &[Account::Available(artist)]).await?;
    let balance = locked.values().next().map_or(Cents::ZERO, |locked| locked.balance);
    let missing = debit.minus(balance)?.max(Cents::ZERO);
    if missing > Cents::ZERO {
        let entries = vec![
            Entry { account: Account::Available(artist), amount: missing },
            Entry { account: Account::ImportDifferences, amount: missing.negated()? },
        ];
        let mut difference = opening(kind::IMPORT_DIFFERENCE, table, id, entries, at);
        difference.key = format!("import:difference:{table}:{id}");
        post(tx, &difference).await?;
    }
    Ok(missing)
}

async fn tips(pool: &MySqlPool) -> Result<()> {
    let rows = sqlx::query!(
        "SELECT tips.id, tips.createdAt FROM tips
         LEFT JOIN ledgerTransactions ON ledgerTransactions.subject = 'tips' AND ledgerTransactions.subjectId = tips.id
         WHERE tips.paymentStatus = 'completed' AND ledgerTransactions.id IS NULL ORDER BY tips.id"
    )
    .fetch_all(pool)
    .await?;
    for rows in rows.chunks(100) {
        let mut tx = begin_on(pool).await?;
        for row in rows {
            let nothing = vec![Entry { account: Account::Opening, amount: Cents::ZERO }];
            post(&mut tx, &opening(kind::IMPORT_TIP, "tips", row.id, nothing, row.createdAt)).await?;
        }
        commit(tx).await?;
    }
    Ok(())
}

fn opening(kind: &'static str, table: &'static str, id: i32, entries: Vec<Entry>, at: OffsetDateTime) -> Transaction {
    Transaction { key: format!("import:{table}:{id}"), kind, subject: table, subject_id: id, reverses: None, entries, occurred_at: at }
}
