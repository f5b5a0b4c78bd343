//! An artist's plays, added up.

use super::{PlayStats, Reason, Tally};
use crate::{
    error::{AppError, AppResult},
    ids::{ArtistId, TrackId},
    server::state::App,
    ui::format::date,
};
use std::collections::HashMap;
use time::{Date, Duration};

/// Raw and counted plays of an artist's tracks in the last days, by day, track, source, and why the rest did not count.
///
/// # Errors
/// [`AppError::NotFound`] for a track that is not theirs.
pub(super) async fn plays(app: &App, artist: ArtistId, days: u16, track: Option<TrackId>) -> AppResult<PlayStats> {
    let today = app.clock.now().date();
    let first = today - Duration::days(i64::from(days) - 1);
    let from = first.midnight().assume_utc();
    let chosen = match track {
        Some(id) => {
            let title =
                sqlx::query_scalar!("SELECT title FROM artistUploads WHERE id = ? AND artistId = ?", id, artist).fetch_optional(&app.db).await?;
            Some((id, title.ok_or(AppError::NotFound)?))
        }
        None => None,
    };
    let only = track.map(|id| id.0);
    let rows = sqlx::query!(
        "SELECT DATE(streamHistory.playedAt) AS `day!: Date`, COUNT(*) AS `raw!: i64`, CAST(COALESCE(SUM(streamHistory.counted), 0) AS SIGNED) AS `counted!: i64`
         FROM streamHistory JOIN artistUploads ON artistUploads.id = streamHistory.uploadId
         WHERE artistUploads.artistId = ? AND streamHistory.playedAt >= ? AND (? IS NULL OR artistUploads.id = ?)
         GROUP BY DATE(streamHistory.playedAt)",
        artist,
        from,
        only,
        only
    )
    .fetch_all(&app.db)
    .await?;
    let of_day: HashMap<Date, Tally> = rows.into_iter().map(|row| (row.day, Tally { raw: row.raw, counted: row.counted })).collect();
    let by_day: Vec<(String, String, Tally)> = (0..i64::from(days))
        .map(|offset| {
            let day = first + Duration::days(offset);
            let words = date(day.midnight().assume_utc());
            (format!("{}.{}.", day.day(), u8::from(day.month())), words, of_day.get(&day).copied().unwrap_or_default())
        })
        .collect();
    let by_track = sqlx::query!(
        "SELECT artistUploads.id, artistUploads.title, COUNT(*) AS `raw!: i64`, CAST(COALESCE(SUM(streamHistory.counted), 0) AS SIGNED) AS `counted!: i64`
         FROM streamHistory JOIN artistUploads ON artistUploads.id = streamHistory.uploadId
         WHERE artistUploads.artistId = ? AND streamHistory.playedAt >= ? AND (? IS NULL OR artistUploads.id = ?)
         GROUP BY artistUploads.id, artistUploads.title ORDER BY 3 DESC, artistUploads.id DESC LIMIT 100",
        artist,
        from,
        only,
        only
    )
    .fetch_all(&app.db)
    .await?;
    let by_source = sqlx::query!(
        "SELECT streamHistory.source, COUNT(*) AS `raw!: i64`, CAST(COALESCE(SUM(streamHistory.counted), 0) AS SIGNED) AS `counted!: i64`
         FROM streamHistory JOIN artistUploads ON artistUploads.id = streamHistory.uploadId
         WHERE artistUploads.artistId = ? AND streamHistory.playedAt >= ? AND (? IS NULL OR artistUploads.id = ?)
         GROUP BY streamHistory.source ORDER BY 2 DESC, streamHistory.source",
        artist,
        from,
        only,
        only
    )
    .fetch_all(&app.db)
    .await?;
    let reasons = sqlx::query!(
        "SELECT COALESCE(streamHistory.excludedReason, '') AS `reason!: String`, COUNT(*) AS `number!: i64`
         FROM streamHistory JOIN artistUploads ON artistUploads.id = streamHistory.uploadId
         WHERE artistUploads.artistId = ? AND streamHistory.playedAt >= ? AND streamHistory.counted = 0 AND (? IS NULL OR artistUploads.id = ?)
         GROUP BY streamHistory.excludedReason ORDER BY 2 DESC",
        artist,
        from,
        only,
        only
    )
    .fetch_all(&app.db)
    .await?;
    let total = of_day.values().fold(Tally::default(), |sum, day| Tally { raw: sum.raw + day.raw, counted: sum.counted + day.counted });
    Ok(PlayStats {
        days,
        track: chosen,
        total,
        by_day,
        by_track: by_track.into_iter().map(|row| (row.id.into(), row.title, Tally { raw: row.raw, counted: row.counted })).collect(),
        by_source: by_source.into_iter().map(|row| (row.source, Tally { raw: row.raw, counted: row.counted })).collect(),
        reasons: reasons.into_iter().filter_map(|row| Some((Reason::of(&row.reason)?, row.number))).collect(),
    })
}
