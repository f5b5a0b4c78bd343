//! From any cent back to the plays that it came from, and from a listener's payment on to whom it went.

use super::{Cadence, Closing, Closings, Explained, Share, Spent};
use crate::{
    error::{AppError, AppResult},
    ids::{ArtistId, ClosingId, PaymentId, PlaylistId, SongId, TrackId, UserId},
    money::Cents,
    page::{Page, one_more},
    server::state::App,
};
use std::collections::HashMap;
use time::{Date, OffsetDateTime};

const PAGE: usize = 31;
/// Payments on a page of a listener's statement.
const PAYMENTS: usize = 12;

struct Row {
    id: i32,
    cadence: String,
    starts_on: Date,
    amount: i64,
    plays: i64,
    listeners: i64,
    posted_at: Option<OffsetDateTime>,
}

impl From<Row> for Closing {
    fn from(row: Row) -> Self {
        Self {
            id: ClosingId(row.id),
            cadence: Cadence::of_name(&row.cadence),
            starts_on: row.starts_on,
            amount: Cents(row.amount),
            plays: row.plays,
            listeners: row.listeners,
            posted_at: row.posted_at,
        }
    }
}

/// Every closing, newest first, from before the one with the id `before` on, and what waits in the pools.
///
/// # Errors
/// When the database does not answer.
pub async fn closings(app: &App, before: Option<i32>) -> AppResult<Closings> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, cadence, startsOn AS starts_on, CAST(amount AS SIGNED) AS `amount!: i64`, CAST(plays AS SIGNED) AS `plays!: i64`,
                CAST(listeners AS SIGNED) AS `listeners!: i64`, postedAt AS posted_at
         FROM royaltyClosings WHERE id < ? ORDER BY id DESC LIMIT ?",
        before.unwrap_or(i32::MAX),
        one_more(PAGE)
    )
    .fetch_all(&app.db)
    .await?;
    let balances = sqlx::query!(
        "SELECT a.code, b.balance FROM ledgerAccounts a JOIN ledgerBalances b ON b.accountId = a.id
         WHERE a.code IN ('pool:streams', 'pool:subscriptions', 'label:royalties')"
    )
    .fetch_all(&app.db)
    .await?;
    let of = |code: &str| balances.iter().find(|row| row.code == code).map_or(Cents::ZERO, |row| Cents(row.balance));
    Ok(Closings {
        shared_pool: of("pool:streams"),
        subscription_pool: of("pool:subscriptions"),
        label: of("label:royalties"),
        closings: Page::of(rows.into_iter().map(Closing::from).collect(), PAGE, |closing: &Closing| closing.id.to_string()),
    })
}

/// The closings that an artist got something of, newest first; `amount`, `plays` and `listeners` are this artist's own.
///
/// # Errors
/// When the database does not answer.
pub async fn of_artist(app: &App, artist: ArtistId, before: Option<i32>) -> AppResult<Page<Closing>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT c.id, c.cadence, c.startsOn AS starts_on, CAST(SUM(s.amount) AS SIGNED) AS `amount!: i64`, CAST(SUM(s.plays) AS SIGNED) AS `plays!: i64`,
                CAST(COALESCE(SUM(IF(s.paymentId IS NULL, s.listeners, 0)), 0) + COUNT(DISTINCT f.userId) AS SIGNED) AS `listeners!: i64`, c.postedAt AS posted_at
         FROM royaltyShares s JOIN royaltyClosings c ON c.id = s.closingId
         LEFT JOIN royaltyFunds f ON f.paymentId = s.paymentId
         WHERE s.artistId = ? AND c.id < ? AND c.postedAt IS NOT NULL
         GROUP BY c.id, c.cadence, c.startsOn, c.postedAt ORDER BY c.id DESC LIMIT ?",
        artist,
        before.unwrap_or(i32::MAX),
        one_more(PAGE)
    )
    .fetch_all(&app.db)
    .await?;
    Ok(Page::of(rows.into_iter().map(Closing::from).collect(), PAGE, |closing: &Closing| closing.id.to_string()))
}

/// What an artist got of one closing: by track and by where it was heard from.
///
/// # Errors
/// [`AppError::NotFound`] when this artist got nothing of it.
pub async fn explained(app: &App, artist: ArtistId, closing: ClosingId) -> AppResult<Explained> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, cadence, startsOn AS starts_on, CAST(amount AS SIGNED) AS `amount!: i64`, CAST(plays AS SIGNED) AS `plays!: i64`,
                CAST(listeners AS SIGNED) AS `listeners!: i64`, postedAt AS posted_at
         FROM royaltyClosings WHERE id = ? AND postedAt IS NOT NULL",
        closing
    )
    .fetch_one(&app.db)
    .await?;
    let rows = sqlx::query!(
        "SELECT s.uploadId, u.title AS `title?`, s.playlistId, l.name AS `playlist?`, CAST(SUM(s.plays) AS SIGNED) AS `plays!: i64`,
                CAST(COALESCE(SUM(IF(s.paymentId IS NULL, s.listeners, 0)), 0) + COUNT(DISTINCT f.userId) AS SIGNED) AS `listeners!: i64`,
                CAST(SUM(s.amount) AS SIGNED) AS `amount!: i64`
         FROM royaltyShares s
         LEFT JOIN artistUploads u ON u.id = s.uploadId
         LEFT JOIN userPlaylists l ON l.id = s.playlistId AND l.isPublic = 1
         LEFT JOIN royaltyFunds f ON f.paymentId = s.paymentId
         WHERE s.closingId = ? AND s.artistId = ?
         GROUP BY s.uploadId, u.title, s.playlistId, l.name ORDER BY 7 DESC, s.uploadId, s.playlistId",
        closing,
        artist
    )
    .fetch_all(&app.db)
    .await?;
    if rows.is_empty() {
        return Err(AppError::NotFound);
    }
    let shares: Vec<Share> = rows
        .into_iter()
        .map(|row| Share {
            artist: None,
            track: row.uploadId.map(TrackId).zip(row.title),
            song: None,
            playlist: row.playlistId.map(PlaylistId).zip(row.playlist),
            plays: row.plays,
            listeners: row.listeners,
            amount: Cents(row.amount),
        })
        .collect();
    let mut total = Cents::ZERO;
    for share in &shares {
        total = total.plus(share.amount)?;
    }
    Ok(Explained { closing: row.into(), total, plays: shares.iter().map(|share| share.plays).sum(), shares })
}

/// Where a listener's payments for subscriptions went, newest first, from before the payment `before` on.
///
/// # Errors
/// When the database does not answer.
pub async fn of_listener(app: &App, user: UserId, before: Option<i32>) -> AppResult<Page<Spent>> {
    let funds = sqlx::query!(
        "SELECT f.paymentId, f.amount, f.startsAt, f.endsAt, p.amount AS paid, COALESCE(p.completedAt, p.createdAt) AS `at!: OffsetDateTime`,
                c.postedAt AS `posted?: OffsetDateTime`
         FROM royaltyFunds f JOIN payments p ON p.id = f.paymentId
         LEFT JOIN royaltyClosings c ON c.id = f.closingId
         WHERE f.userId = ? AND f.paymentId < ? ORDER BY f.paymentId DESC LIMIT ?",
        user,
        before.unwrap_or(i32::MAX),
        one_more(PAYMENTS)
    )
    .fetch_all(&app.db)
    .await?;
    let (Some(newest), Some(oldest)) = (funds.first(), funds.last()) else { return Ok(Page { items: Vec::new(), next: None }) };
    let rows = sqlx::query!(
        "SELECT s.paymentId AS `payment!: i32`, s.artistId, a.artistName AS `artist?`, IF(s.artistId IS NULL, s.trackId, NULL) AS `song: i32`, t.title AS `title?`,
                CAST(SUM(s.plays) AS SIGNED) AS `plays!: i64`, CAST(SUM(s.amount) AS SIGNED) AS `amount!: i64`
         FROM royaltyShares s JOIN royaltyFunds f ON f.paymentId = s.paymentId
         LEFT JOIN artistProfiles a ON a.id = s.artistId
         LEFT JOIN tracks t ON t.id = s.trackId
         WHERE f.userId = ? AND s.paymentId BETWEEN ? AND ?
         GROUP BY s.paymentId, s.artistId, a.artistName, 4, t.title ORDER BY s.paymentId, 7 DESC, s.artistId, 4",
        user,
        oldest.paymentId,
        newest.paymentId
    )
    .fetch_all(&app.db)
    .await?;
    let mut of_payment: HashMap<i32, Vec<Share>> = HashMap::new();
    for row in rows {
        of_payment.entry(row.payment).or_default().push(Share {
            artist: row.artistId.map(ArtistId).zip(row.artist),
            track: None,
            song: row.song.map(SongId).zip(row.title),
            playlist: None,
            plays: row.plays,
            listeners: 1,
            amount: Cents(row.amount),
        });
    }
    let spent = funds
        .into_iter()
        .map(|fund| {
            let (paid, music) = (Cents::from(fund.paid), Cents::from(fund.amount));
            Ok(Spent {
                payment: PaymentId(fund.paymentId),
                paid,
                at: fund.at,
                from: fund.startsAt,
                until: fund.endsAt,
                platform: paid.minus(music)?,
                music,
                closed: fund.posted.is_some(),
                artists: of_payment.remove(&fund.paymentId).unwrap_or_default(),
            })
        })
        .collect::<AppResult<Vec<Spent>>>()?;
    Ok(Page::of(spent, PAYMENTS, |spent: &Spent| spent.payment.to_string()))
}
