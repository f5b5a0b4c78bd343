//! A listener's history in the database. Its rows are what artists are paid by: what is deleted here is only not shown.

use super::{HistoryLine, HistoryView, store::allowance};
use crate::{
    accounts::Me,
    catalogue,
    discovery::patterns,
    error::{AppError, AppResult},
    ids::{SongId, TrackId, UserId},
    page::Page,
    player::Piece,
    server::{sessions::Visitor, state::App},
    uploads,
};
use std::collections::HashMap;

/// How many lines a page of the history has.
const HISTORY_PAGE: usize = 50;

/// What a listener heard, latest first; of all, or of what has this text in its title or artist's name.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn history(app: &App, visitor: &Visitor, me: &Me, text: &str, before: Option<i64>) -> AppResult<HistoryView> {
    let text = text.trim();
    let (_, like) = patterns(text);
    let rows = sqlx::query!(
        "SELECT streamHistory.id, streamHistory.uploadId, streamHistory.trackId, streamHistory.listenedMs, streamHistory.playedAt
         FROM streamHistory
         LEFT JOIN artistUploads ON artistUploads.id = streamHistory.uploadId
         LEFT JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         LEFT JOIN tracks ON tracks.id = streamHistory.trackId
         WHERE streamHistory.userId = ? AND streamHistory.id < ?
           AND streamHistory.id > COALESCE((SELECT upTo FROM historyCuts WHERE historyCuts.userId = streamHistory.userId), 0)
           AND NOT EXISTS (SELECT 1 FROM historyHidden WHERE historyHidden.historyId = streamHistory.id)
           AND NOT EXISTS (SELECT 1 FROM historyPauses WHERE historyPauses.userId = streamHistory.userId AND historyPauses.pausedAt <= streamHistory.playedAt
                           AND (historyPauses.resumedAt IS NULL OR streamHistory.playedAt < historyPauses.resumedAt))
           AND (? = '' OR artistUploads.title LIKE ? ESCAPE '!' OR artistProfiles.artistName LIKE ? ESCAPE '!' OR tracks.title LIKE ? ESCAPE '!' OR tracks.artistName LIKE ? ESCAPE '!')
         ORDER BY streamHistory.id DESC LIMIT 51",
        me.id,
        before.unwrap_or(i64::MAX),
        text,
        like,
        like,
        like,
        like
    )
    .fetch_all(&app.db)
    .await?;
    let page = Page::of(rows, HISTORY_PAGE, |row| row.id.to_string());
    let tracks: Vec<TrackId> = page.items.iter().filter_map(|row| row.uploadId.map(TrackId)).collect();
    let songs: Vec<SongId> = page.items.iter().filter_map(|row| row.trackId.map(SongId)).collect();
    let mut pieces = HashMap::new();
    for card in uploads::store::cards(app, &tracks).await? {
        let piece = Piece::from(card);
        pieces.insert(piece.id, piece);
    }
    for card in catalogue::store::songs(app, &songs).await? {
        let piece = Piece::from(card);
        pieces.insert(piece.id, piece);
    }
    let items = page
        .items
        .into_iter()
        .filter_map(|row| {
            let id = row.uploadId.map(|id| TrackId(id).into()).or(row.trackId.map(|id| SongId(id).into()))?;
            Some(HistoryLine {
                id: row.id,
                piece: pieces.get(&id)?.clone(),
                day: crate::ui::format::date(row.playedAt),
                listened_seconds: i64::from(row.listenedMs) / 1_000,
            })
        })
        .collect();
    let paused = open_pause(app, me.id).await?.is_some();
    Ok(HistoryView { page: Page { items, next: page.next }, paused, allowance: allowance(app, visitor).await? })
}

async fn open_pause(app: &App, user: UserId) -> AppResult<Option<i32>> {
    Ok(sqlx::query_scalar!("SELECT id FROM historyPauses WHERE userId = ? AND resumedAt IS NULL LIMIT 1", user).fetch_optional(&app.db).await?)
}

/// Takes one line out of the history.
///
/// # Errors
/// [`AppError::NotFound`] for a line that is not theirs.
pub(super) async fn forget_line(app: &App, user: UserId, line: i64) -> AppResult<()> {
    let id = sqlx::query_scalar!("SELECT id FROM streamHistory WHERE id = ? AND userId = ?", line, user).fetch_optional(&app.db).await?;
    let id = id.ok_or(AppError::NotFound)?;
    sqlx::query!("INSERT IGNORE INTO historyHidden (historyId, hiddenAt) VALUES (?, ?)", id, app.clock.now()).execute(&app.db).await?;
    Ok(())
}

/// Takes everything until now out of the history.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn forget_all(app: &App, user: UserId) -> AppResult<()> {
    let last = sqlx::query_scalar!("SELECT id FROM streamHistory WHERE userId = ? ORDER BY id DESC LIMIT 1", user).fetch_optional(&app.db).await?;
    sqlx::query!(
        "INSERT INTO historyCuts (userId, upTo) VALUES (?, ?) ON DUPLICATE KEY UPDATE upTo = GREATEST(upTo, VALUES(upTo))",
        user,
        last.unwrap_or(0)
    )
    .execute(&app.db)
    .await?;
    Ok(())
}

/// Stops listing what is heard, or goes on with it. Asked twice, it is done once: the person's row is locked meanwhile.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn pause(app: &App, user: UserId, pause: bool) -> AppResult<()> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    sqlx::query!("SELECT id FROM users WHERE id = ? FOR UPDATE", user).fetch_one(&mut *tx).await?;
    let open =
        sqlx::query_scalar!("SELECT id FROM historyPauses WHERE userId = ? AND resumedAt IS NULL LIMIT 1", user).fetch_optional(&mut *tx).await?;
    match (open, pause) {
        (None, true) => {
            sqlx::query!("INSERT INTO historyPauses (userId, pausedAt) VALUES (?, ?)", user, now).execute(&mut *tx).await?;
        }
        (Some(_), false) => {
            sqlx::query!("UPDATE historyPauses SET resumedAt = ? WHERE userId = ? AND resumedAt IS NULL", now, user).execute(&mut *tx).await?;
        }
        _ => {}
    }
    tx.commit().await?;
    Ok(())
}
