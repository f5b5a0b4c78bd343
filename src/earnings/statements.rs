//! A month's statement in the database.

use super::{Kind, KindSum, PlaylistSum, Statement, TrackSum, month_of};
use crate::{
    error::{AppError, AppResult},
    ids::{ArtistId, TrackId},
    money::Cents,
    server::state::App,
};

/// Tracks and playlists that have lines of their own; the others share one.
const NAMED: u32 = 100;

/// What the artist earned in a month, such as `2026-02`.
///
/// # Errors
/// [`AppError::NotFound`] for what is no month, or one that has not begun.
pub async fn statement(app: &App, artist: ArtistId, name: String, month: &str) -> AppResult<Statement> {
    let made_at = app.clock.now();
    let (start, end) = month_of(month).filter(|(start, _)| *start <= made_at).ok_or(AppError::NotFound)?;
    let mut tx = app.db.begin().await?;
    let kinds: Vec<KindSum> = sqlx::query!(
        "SELECT c.earningType AS `kind!: String`, COUNT(*) AS `count!: i64`, CAST(COALESCE(SUM(COALESCE(d.gross, c.amount)), 0) AS SIGNED) AS `gross!: i64`,
                CAST(COALESCE(SUM(COALESCE(d.fee, 0)), 0) AS SIGNED) AS `fee!: i64`, CAST(COALESCE(SUM(c.amount), 0) AS SIGNED) AS `net!: i64`
         FROM creatorEarnings c LEFT JOIN earningDetails d ON d.earningId = c.id
         WHERE c.artistId = ? AND c.createdAt >= ? AND c.createdAt < ? GROUP BY c.earningType ORDER BY c.earningType",
        artist,
        start,
        end
    )
    .fetch_all(&mut *tx)
    .await?
    .into_iter()
    .map(|row| KindSum { kind: Kind::of_name(&row.kind), count: row.count, gross: Cents(row.gross), fee: Cents(row.fee), net: Cents(row.net) })
    .collect();
    let tracks: Vec<TrackSum> = sqlx::query!(
        "SELECT s.trackId AS `track?: i32`, u.title AS `title?: String`, s.count AS `count!: i64`, s.net AS `net!: i64`
         FROM (SELECT trackId, COUNT(*) AS count, CAST(SUM(amount) AS SIGNED) AS net FROM creatorEarnings
               WHERE artistId = ? AND createdAt >= ? AND createdAt < ? AND trackId IS NOT NULL GROUP BY trackId ORDER BY net DESC, trackId LIMIT ?) s
         LEFT JOIN artistUploads u ON u.id = s.trackId ORDER BY s.net DESC, s.trackId",
        artist,
        start,
        end,
        NAMED
    )
    .fetch_all(&mut *tx)
    .await?
    .into_iter()
    .map(|row| TrackSum { track: row.track.map(TrackId).zip(row.title), count: row.count, net: Cents(row.net) })
    .collect();
    // The name of a playlist that its keeper does not show is nobody else's business.
    let playlists: Vec<PlaylistSum> = sqlx::query!(
        "SELECT p.name AS `name?: String`, s.count AS `count!: i64`, s.net AS `net!: i64`
         FROM (SELECT playlistId, COUNT(*) AS count, CAST(SUM(amount) AS SIGNED) AS net FROM creatorEarnings
               WHERE artistId = ? AND createdAt >= ? AND createdAt < ? AND playlistId IS NOT NULL GROUP BY playlistId ORDER BY net DESC, playlistId LIMIT ?) s
         LEFT JOIN userPlaylists p ON p.id = s.playlistId AND p.isPublic = 1 ORDER BY s.net DESC, s.playlistId",
        artist,
        start,
        end,
        NAMED
    )
    .fetch_all(&mut *tx)
    .await?
    .into_iter()
    .map(|row| PlaylistSum { name: row.name, count: row.count, net: Cents(row.net) })
    .collect();
    tx.rollback().await?;
    Ok(Statement { artist: name, start, made_at, finished: end <= made_at, kinds, tracks, playlists })
}
