//! Stream money in the database: what there is to share, and every share of it.

use super::{Cadence, post};
use crate::{
    ids::{ArtistId, ClosingId, PlaylistId, SongId, TrackId, UserId},
    ledger::{self, Account, Entry, Transaction, begin, commit, kind, retrying},
    money::Cents,
    server::state::App,
};
use sqlx::{MySqlConnection, QueryBuilder};
use time::{Date, Duration, OffsetDateTime};

/// After midnight: the last plays of a day may be on their way for that long.
const CLOSE_AFTER: Duration = Duration::hours(6);
/// Payments whose shares are worked out in one database transaction.
const PAYMENTS: i64 = 100;
/// Rows of one INSERT.
const ROWS: usize = 500;

/// Writes down what of a subscription's payment is for whom its payer hears from `starts` until before `ends`. The
/// journal has the same amount on [`Account::SubscriptionPool`], in the same database transaction.
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

/// Closes every month and every day that is over and not closed, the oldest first, and returns how many. Any number of
/// workers may do this at once, and be ended at any moment: what is done already is left alone.
///
/// # Errors
/// When the database does not answer.
pub async fn close_due(app: &App, now: OffsetDateTime) -> ledger::Result<usize> {
    let today = (now - CLOSE_AFTER).date();
    let mut closed = 0;
    // Months first: what their listeners did not hear anything for is shared with the next day's money.
    for cadence in [Cadence::Monthly, Cadence::Daily] {
        let Some(mut start) = first_open(app, cadence).await? else { continue };
        while cadence.end_of(start) <= today {
            close(app, cadence, start, now).await?;
            closed += 1;
            start = cadence.end_of(start);
        }
    }
    Ok(closed)
}

/// The first day of the oldest period that is not closed; nothing on a site that never had money to share.
async fn first_open(app: &App, cadence: Cadence) -> ledger::Result<Option<Date>> {
    let unfinished =
        sqlx::query_scalar!("SELECT MIN(startsOn) AS `start: Date` FROM royaltyClosings WHERE cadence = ? AND postedAt IS NULL", cadence.name())
            .fetch_one(&app.db)
            .await?;
    if unfinished.is_some() {
        return Ok(unfinished);
    }
    // Only what is finished: another worker may have begun one just now.
    let last =
        sqlx::query_scalar!("SELECT MAX(endsOn) AS `end: Date` FROM royaltyClosings WHERE cadence = ? AND postedAt IS NOT NULL", cadence.name())
            .fetch_one(&app.db)
            .await?;
    if last.is_some() {
        return Ok(last);
    }
    Ok(match cadence {
        Cadence::Daily => sqlx::query_scalar!("SELECT MIN(day) AS `day: Date` FROM adDays").fetch_one(&app.db).await?,
        Cadence::Monthly => {
            let first = sqlx::query_scalar!("SELECT MIN(endsAt) AS `ends: OffsetDateTime` FROM royaltyFunds").fetch_one(&app.db).await?;
            // A period that ends with a month's last moment belongs to that month.
            first.and_then(|ends| (ends - Duration::microseconds(1)).date().replace_day(1).ok())
        }
    })
}

/// Closes one period: works the shares out unless they are there, then brings them into the journal.
async fn close(app: &App, cadence: Cadence, start: Date, now: OffsetDateTime) -> ledger::Result<()> {
    let closing = retrying(|| opened(app, cadence, start, now)).await?;
    match cadence {
        Cadence::Daily => retrying(|| share_day(app, closing, start, now)).await?,
        Cadence::Monthly => {
            while retrying(|| share_payments(app, closing, start)).await? {}
            retrying(|| all_shared(app, closing, now)).await?;
        }
    }
    post::closing(app, closing, cadence, start, now).await
}

async fn opened(app: &App, cadence: Cadence, start: Date, now: OffsetDateTime) -> ledger::Result<ClosingId> {
    sqlx::query!(
        "INSERT IGNORE INTO royaltyClosings (cadence, startsOn, endsOn, createdAt) VALUES (?, ?, ?, ?)",
        cadence.name(),
        start,
        cadence.end_of(start),
        now
    )
    .execute(&app.db)
    .await?;
    let id =
        sqlx::query_scalar!("SELECT id FROM royaltyClosings WHERE cadence = ? AND startsOn = ?", cadence.name(), start).fetch_one(&app.db).await?;
    Ok(ClosingId(id))
}

/// Locks a closing until the database transaction ends; `false` when all its shares are there.
async fn still_to_share(connection: &mut MySqlConnection, closing: ClosingId) -> sqlx::Result<bool> {
    let row = sqlx::query!("SELECT sharedAt FROM royaltyClosings WHERE id = ? FOR UPDATE", closing).fetch_one(connection).await?;
    Ok(row.sharedAt.is_none())
}

/// Something that was heard: what the money is shared over.
struct Heard {
    payment: Option<i32>,
    artist: Option<ArtistId>,
    upload: Option<TrackId>,
    song: Option<SongId>,
    playlist: Option<PlaylistId>,
    plays: i64,
    listeners: i64,
}

/// The whole of a day in one database transaction: what its advertisements bring, and who gets what of the pool.
async fn share_day(app: &App, closing: ClosingId, day: Date, now: OffsetDateTime) -> ledger::Result<()> {
    let mut tx = begin(app).await?;
    if !still_to_share(&mut tx, closing).await? {
        return Ok(());
    }
    bill_advertisers(&mut tx, app, closing, day, now).await?;
    let pool = ledger::lock(&mut tx, &[Account::StreamPool]).await?.into_values().map(|locked| locked.balance).next().unwrap_or_default();
    let (from, until) = (day.midnight().assume_utc(), Cadence::Daily.end_of(day).midnight().assume_utc());
    let heard = sqlx::query_as!(
        Heard,
        "SELECT NULL AS `payment: i32`, u.artistId AS `artist: ArtistId`, h.uploadId AS `upload: TrackId`, h.trackId AS `song: SongId`,
                h.playlistId AS `playlist: PlaylistId`, COUNT(*) AS `plays!: i64`, COUNT(DISTINCT h.userId) + COUNT(DISTINCT h.anonymousId) AS `listeners!: i64`
         FROM streamHistory h
         LEFT JOIN artistUploads u ON u.id = h.uploadId
         LEFT JOIN artistProfiles p ON p.id = u.artistId
         LEFT JOIN accountCredentials c ON c.userId = p.userId
         WHERE h.counted = 1 AND h.playedAt >= ? AND h.playedAt < ? AND c.closedAt IS NULL
           AND NOT EXISTS (SELECT 1 FROM royaltyFunds f WHERE f.userId = h.userId AND f.startsAt <= h.playedAt AND f.endsAt > h.playedAt)
         GROUP BY u.artistId, h.uploadId, h.trackId, h.playlistId
         ORDER BY u.artistId, h.uploadId, h.trackId, h.playlistId",
        from,
        until
    )
    .fetch_all(&mut *tx)
    .await?;
    let listeners = sqlx::query_scalar!(
        "SELECT COUNT(DISTINCT h.userId) + COUNT(DISTINCT h.anonymousId) AS `n!: i64` FROM streamHistory h
         WHERE h.counted = 1 AND h.playedAt >= ? AND h.playedAt < ?
           AND NOT EXISTS (SELECT 1 FROM royaltyFunds f WHERE f.userId = h.userId AND f.startsAt <= h.playedAt AND f.endsAt > h.playedAt)",
        from,
        until
    )
    .fetch_one(&mut *tx)
    .await?;
    let shared = write_shares(&mut tx, closing, pool, &heard).await?;
    let plays: i64 = heard.iter().map(|heard| heard.plays).sum();
    sqlx::query!(
        "UPDATE royaltyClosings SET amount = ?, plays = ?, listeners = ?, sharedAt = ? WHERE id = ?",
        shared.as_int()?,
        plays,
        listeners,
        now,
        closing
    )
    .execute(&mut *tx)
    .await?;
    commit(tx).await
}

/// What the advertisements of a day cost goes to the pool, less what the site keeps. Rounded over all days together, so
/// that no cent is lost between them.
async fn bill_advertisers(connection: &mut MySqlConnection, app: &App, closing: ClosingId, day: Date, now: OffsetDateTime) -> ledger::Result<()> {
    let days = sqlx::query!(
        "SELECT d.adId, d.impressions + d.visitorImpressions AS `seen!: i64`, a.pricePerThousand,
                CAST(COALESCE((SELECT SUM(e.impressions + e.visitorImpressions) FROM adDays e WHERE e.adId = d.adId AND e.day < d.day), 0) AS SIGNED) AS `before!: i64`
         FROM adDays d JOIN advertisements a ON a.id = d.adId WHERE d.day = ? AND d.billed IS NULL ORDER BY d.adId FOR UPDATE",
        day
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut total = Cents::ZERO;
    for row in &days {
        let price = Cents::from(row.pricePerThousand);
        let due = crate::ads::cost(row.before + row.seen, price)?.minus(crate::ads::cost(row.before, price)?)?;
        sqlx::query!("UPDATE adDays SET billed = ? WHERE adId = ? AND day = ?", due.as_int()?, row.adId, day).execute(&mut *connection).await?;
        total = total.plus(due)?;
    }
    if total == Cents::ZERO {
        return Ok(());
    }
    let music = total.basis_points(app.config.rules.stream_share_basis_points)?;
    let mut entries = vec![Entry { account: Account::Advertisers, amount: total.negated()? }];
    for (account, amount) in [(Account::StreamPool, music), (Account::PlatformFees, total.minus(music)?)] {
        if amount != Cents::ZERO {
            entries.push(Entry { account, amount });
        }
    }
    let transaction = Transaction {
        key: format!("advertising:{day}"),
        kind: kind::ADVERTISING,
        subject: "royaltyClosings",
        subject_id: closing.0,
        reverses: None,
        entries,
        occurred_at: now,
    };
    ledger::post(connection, &transaction).await?;
    Ok(())
}

/// Works out the shares of the next payments whose days have ended with the month that starts on this day; `false` when
/// there are none left.
async fn share_payments(app: &App, closing: ClosingId, month: Date) -> ledger::Result<bool> {
    let end = Cadence::Monthly.end_of(month).midnight().assume_utc();
    let mut tx = begin(app).await?;
    if !still_to_share(&mut tx, closing).await? {
        return Ok(false);
    }
    let funds = sqlx::query!(
        "SELECT paymentId, amount FROM royaltyFunds WHERE closingId IS NULL AND endsAt <= ? ORDER BY endsAt, paymentId LIMIT ? FOR UPDATE",
        end,
        PAYMENTS
    )
    .fetch_all(&mut *tx)
    .await?;
    for fund in &funds {
        sqlx::query!("UPDATE royaltyFunds SET closingId = ? WHERE paymentId = ?", closing, fund.paymentId).execute(&mut *tx).await?;
    }
    let (first, last) = (funds.iter().map(|fund| fund.paymentId).min(), funds.iter().map(|fund| fund.paymentId).max());
    let taken: std::collections::BTreeSet<i32> = funds.iter().map(|fund| fund.paymentId).collect();
    let mut heard = sqlx::query_as!(
        Heard,
        "SELECT f.paymentId AS `payment: i32`, u.artistId AS `artist: ArtistId`, h.uploadId AS `upload: TrackId`, h.trackId AS `song: SongId`,
                h.playlistId AS `playlist: PlaylistId`, COUNT(*) AS `plays!: i64`, 1 AS `listeners!: i64`
         FROM royaltyFunds f
         JOIN streamHistory h ON h.userId = f.userId AND h.playedAt >= f.startsAt AND h.playedAt < f.endsAt
         LEFT JOIN artistUploads u ON u.id = h.uploadId
         LEFT JOIN artistProfiles p ON p.id = u.artistId
         LEFT JOIN accountCredentials c ON c.userId = p.userId
         WHERE f.closingId = ? AND f.paymentId BETWEEN ? AND ? AND h.counted = 1 AND c.closedAt IS NULL
         GROUP BY f.paymentId, u.artistId, h.uploadId, h.trackId, h.playlistId
         ORDER BY f.paymentId, u.artistId, h.uploadId, h.trackId, h.playlistId",
        closing,
        first.unwrap_or(0),
        last.unwrap_or(0)
    )
    .fetch_all(&mut *tx)
    .await?;
    heard.retain(|heard| heard.payment.is_some_and(|payment| taken.contains(&payment)));
    for fund in &funds {
        let of_payment: Vec<Heard> = heard.extract_if(.., |heard| heard.payment == Some(fund.paymentId)).collect();
        write_shares(&mut tx, closing, fund.amount.into(), &of_payment).await?;
    }
    let more = i64::try_from(funds.len()).unwrap_or(PAYMENTS) == PAYMENTS;
    commit(tx).await?;
    Ok(more)
}

/// Every payment of a month is shared: from now on the shares stay as they are.
async fn all_shared(app: &App, closing: ClosingId, now: OffsetDateTime) -> ledger::Result<()> {
    let mut tx = begin(app).await?;
    if !still_to_share(&mut tx, closing).await? {
        return Ok(());
    }
    let funds = sqlx::query!(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS SIGNED) AS `amount!: i64`, COUNT(DISTINCT userId) AS `listeners!: i64` FROM royaltyFunds WHERE closingId = ?",
        closing
    )
    .fetch_one(&mut *tx)
    .await?;
    let plays =
        sqlx::query_scalar!("SELECT CAST(COALESCE(SUM(plays), 0) AS SIGNED) AS `plays!: i64` FROM royaltyShares WHERE closingId = ?", closing)
            .fetch_one(&mut *tx)
            .await?;
    sqlx::query!(
        "UPDATE royaltyClosings SET amount = ?, plays = ?, listeners = ?, sharedAt = ? WHERE id = ?",
        Cents(funds.amount).as_int()?,
        plays,
        funds.listeners,
        now,
        closing
    )
    .execute(&mut *tx)
    .await?;
    commit(tx).await
}

/// Splits an amount over what was heard by how often, and writes down all that comes to a cent or more. Returns what was
/// shared: all of it, or nothing where nothing was heard.
async fn write_shares(connection: &mut MySqlConnection, closing: ClosingId, amount: Cents, heard: &[Heard]) -> ledger::Result<Cents> {
    if heard.is_empty() || amount <= Cents::ZERO {
        return Ok(Cents::ZERO);
    }
    // Of equal remainders the first ones get the last cents: who is first moves on from one payment or day to the next.
    let mut turn: Vec<&Heard> = heard.iter().collect();
    let number = heard.first().and_then(|heard| heard.payment).unwrap_or(closing.0);
    turn.rotate_left(usize::try_from(number).unwrap_or(0) % heard.len());
    let weights: Vec<u64> = turn.iter().map(|heard| u64::try_from(heard.plays).unwrap_or(0)).collect();
    let parts = amount.split(&weights)?;
    let mut shares = Vec::with_capacity(heard.len());
    for (heard, part) in turn.into_iter().zip(parts) {
        if part != Cents::ZERO {
            shares.push((heard, part.as_int()?));
        }
    }
    for chunk in shares.chunks(ROWS) {
        let mut query =
            QueryBuilder::new("INSERT INTO royaltyShares (closingId, paymentId, artistId, uploadId, trackId, playlistId, plays, listeners, amount) ");
        query.push_values(chunk, |mut row, (heard, part)| {
            row.push_bind(closing)
                .push_bind(heard.payment)
                .push_bind(heard.artist)
                .push_bind(heard.upload)
                .push_bind(heard.song)
                .push_bind(heard.playlist)
                .push_bind(heard.plays)
                .push_bind(heard.listeners)
                .push_bind(*part);
        });
        query.build().execute(&mut *connection).await?;
    }
    Ok(amount)
}
