//! From the shares of a closing into the journal and creatorEarnings, an artist at a time.

use super::Cadence;
use crate::{
    ids::{ArtistId, ClosingId, PlaylistId, TrackId},
    ledger::{self, Account, Entry, Transaction, begin, commit, kind, retrying},
    money::{CURRENCY, Cents},
    server::state::App,
};
use sqlx::MySqlConnection;
use time::{Date, Duration, OffsetDateTime};

/// Artists that are looked up in one go.
const ARTISTS: usize = 200;

/// Writes what everyone gets of a closing, then marks it as done. What an interrupted run wrote is left as it is.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn closing(app: &App, closing: ClosingId, cadence: Cadence, start: Date, now: OffsetDateTime) -> ledger::Result<()> {
    let paid_until = cadence.end_of(start).midnight().assume_utc();
    let earned = Earned {
        closing,
        cadence,
        at: now,
        // Money that came in while the period lasted is held as long as any other.
        available_at: paid_until + Duration::days(i64::from(app.config.rules.hold_days)),
    };
    let mut last = 0;
    loop {
        let artists = sqlx::query_scalar!(
            "SELECT DISTINCT artistId AS `artist!: i32` FROM royaltyShares WHERE closingId = ? AND artistId > ? ORDER BY artistId LIMIT 200",
            closing,
            last
        )
        .fetch_all(&app.db)
        .await?;
        for &artist in &artists {
            retrying(|| to_artist(app, &earned, ArtistId(artist))).await?;
        }
        match artists.last() {
            Some(&artist) if artists.len() == ARTISTS => last = artist,
            _ => break,
        }
    }
    retrying(|| to_label_and_pool(app, &earned)).await
}

/// What all earnings of a closing have in common.
struct Earned {
    closing: ClosingId,
    cadence: Cadence,
    at: OffsetDateTime,
    available_at: OffsetDateTime,
}

impl Earned {
    const fn pool(&self) -> Account {
        match self.cadence {
            Cadence::Daily => Account::StreamPool,
            Cadence::Monthly => Account::SubscriptionPool,
        }
    }

    async fn post(&self, connection: &mut MySqlConnection, key: String, kind: &'static str, entries: Vec<Entry>) -> ledger::Result<ledger::Posted> {
        let transaction =
            Transaction { key, kind, subject: "royaltyClosings", subject_id: self.closing.0, reverses: None, entries, occurred_at: self.at };
        ledger::post(connection, &transaction).await
    }
}

async fn to_artist(app: &App, earned: &Earned, artist: ArtistId) -> ledger::Result<()> {
    let key = format!("streams:{}:{artist}", earned.closing);
    let mut tx = begin(app).await?;
    if ledger::id_of_key(&mut tx, &key).await?.is_some() {
        return Ok(());
    }
    let shares = sqlx::query!(
        "SELECT uploadId AS `upload: TrackId`, playlistId AS `playlist: PlaylistId`, CAST(SUM(amount) AS SIGNED) AS `amount!: i64`
         FROM royaltyShares WHERE closingId = ? AND artistId = ? GROUP BY uploadId, playlistId ORDER BY uploadId, playlistId",
        earned.closing,
        artist
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut entries = Vec::with_capacity(shares.len() + 1);
    let mut total = Cents::ZERO;
    for share in &shares {
        total = total.plus(Cents(share.amount))?;
        entries.push(Entry { account: Account::OnHold(artist), amount: Cents(share.amount) });
    }
    entries.push(Entry { account: earned.pool(), amount: total.negated()? });
    let posted = earned.post(&mut tx, key, kind::STREAMS, entries).await?;
    if posted.repeated {
        // Another worker was there first.
        return Ok(());
    }
    for (line, share) in (0_i32..).zip(&shares) {
        let amount = Cents(share.amount).as_int()?;
        let earning = sqlx::query!(
            "INSERT INTO creatorEarnings (artistId, trackId, playlistId, earningType, amount, currency, period, createdAt) VALUES (?, ?, ?, 'streams', ?, ?, ?, ?)",
            artist,
            share.upload,
            share.playlist,
            amount,
            CURRENCY,
            earned.cadence.name(),
            earned.at
        )
        .execute(&mut *tx)
        .await?
        .last_insert_id();
        sqlx::query!(
            "INSERT INTO earningDetails (earningId, transactionId, line, gross, fee, availableAt) VALUES (?, ?, ?, ?, 0, ?)",
            earning,
            posted.id,
            line,
            amount,
            earned.available_at
        )
        .execute(&mut *tx)
        .await?;
    }
    commit(tx).await
}

/// The label's songs, and what nobody was heard for; then the closing is done.
async fn to_label_and_pool(app: &App, earned: &Earned) -> ledger::Result<()> {
    let mut tx = begin(app).await?;
    let label = sqlx::query_scalar!(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS SIGNED) AS `amount!: i64` FROM royaltyShares WHERE closingId = ? AND artistId IS NULL",
        earned.closing
    )
    .fetch_one(&mut *tx)
    .await?;
    let label = Cents(label);
    if label > Cents::ZERO {
        let entries = vec![Entry { account: Account::LabelRoyalties, amount: label }, Entry { account: earned.pool(), amount: label.negated()? }];
        earned.post(&mut tx, format!("streams:{}:label", earned.closing), kind::STREAMS, entries).await?;
    }
    if earned.cadence == Cadence::Monthly {
        let unheard = sqlx::query_scalar!(
            "SELECT CAST(COALESCE(SUM(f.amount), 0) AS SIGNED) AS `amount!: i64` FROM royaltyFunds f
             WHERE f.closingId = ? AND NOT EXISTS (SELECT 1 FROM royaltyShares s WHERE s.paymentId = f.paymentId)",
            earned.closing
        )
        .fetch_one(&mut *tx)
        .await?;
        let unheard = Cents(unheard);
        if unheard > Cents::ZERO {
            let entries = vec![
                Entry { account: Account::StreamPool, amount: unheard },
                Entry { account: Account::SubscriptionPool, amount: unheard.negated()? },
            ];
            earned.post(&mut tx, format!("unheard:{}", earned.closing), kind::UNHEARD, entries).await?;
        }
    }
    sqlx::query!("UPDATE royaltyClosings SET postedAt = ? WHERE id = ? AND postedAt IS NULL", earned.at, earned.closing).execute(&mut *tx).await?;
    commit(tx).await
}
