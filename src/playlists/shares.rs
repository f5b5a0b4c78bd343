//! Shares of playlists, and what came of each: a short link counts who came by it and who followed then.

use super::{Platform, ShareLine, playlist_path};
use crate::{
    error::{AppError, AppResult},
    ids::{PlaylistId, UserId},
    server::{state::App, tokens},
};

/// Shares a public playlist: the row, the counter and a short link, which is returned.
///
/// # Errors
/// [`AppError::NotFound`] when it can't be seen by the sharer, [`AppError::Refused`] when it is private.
pub async fn share(app: &App, user: UserId, id: PlaylistId, platform: Platform) -> AppResult<String> {
    let mut tx = app.db.begin().await?;
    let row = sqlx::query!("SELECT userId, isPublic FROM userPlaylists WHERE id = ? FOR UPDATE", id).fetch_one(&mut *tx).await?;
    if row.isPublic == 0 {
        return Err(if row.userId == user.0 { AppError::Refused(crate::t!("playlists.error.private").into_owned()) } else { AppError::NotFound });
    }
    let share = sqlx::query!(
        "INSERT INTO playlistShares (playlistId, sharedBy, platform, sharedAt) VALUES (?, ?, ?, ?)",
        id,
        user,
        platform.code(),
        app.clock.now()
    )
    .execute(&mut *tx)
    .await?
    .last_insert_id();
    // The last ten characters of a ULID are random: fifty bits.
    let code = tokens::ulid().split_off(16).to_lowercase();
    sqlx::query!("INSERT INTO playlistShareLinks (code, shareId, playlistId, visits, follows) VALUES (?, ?, ?, 0, 0)", code, share, id)
        .execute(&mut *tx)
        .await?;
    sqlx::query!("UPDATE userPlaylists SET shares = shares + 1, updatedAt = updatedAt WHERE id = ?", id).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(code)
}

/// One's own shares of a playlist, latest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of(app: &App, user: UserId, id: PlaylistId) -> AppResult<Vec<ShareLine>> {
    let rows = sqlx::query!(
        "SELECT playlistShareLinks.code, playlistShares.platform, playlistShares.sharedAt, playlistShareLinks.visits, playlistShareLinks.follows
         FROM playlistShares JOIN playlistShareLinks ON playlistShareLinks.shareId = playlistShares.id
         WHERE playlistShares.playlistId = ? AND playlistShares.sharedBy = ? ORDER BY playlistShares.id DESC LIMIT 50",
        id,
        user
    )
    .fetch_all(&app.db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ShareLine {
            code: row.code,
            platform: row.platform.as_deref().and_then(Platform::of),
            shared: row.sharedAt,
            visits: row.visits,
            follows: row.follows,
        })
        .collect())
}

/// Where a short link leads. A visit counts unless it is a machine's or the sharer's own.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such link or its playlist is private by now.
pub async fn visit(app: &App, code: &str, visitor: Option<UserId>, machine: bool) -> AppResult<String> {
    let row = sqlx::query!(
        "SELECT playlistShareLinks.playlistId, playlistShares.sharedBy, userPlaylists.name
         FROM playlistShareLinks
         JOIN playlistShares ON playlistShares.id = playlistShareLinks.shareId
         JOIN userPlaylists ON userPlaylists.id = playlistShareLinks.playlistId
         WHERE playlistShareLinks.code = ? AND userPlaylists.isPublic = 1",
        code
    )
    .fetch_one(&app.db)
    .await?;
    if !machine && visitor.is_none_or(|visitor| visitor.0 != row.sharedBy) {
        sqlx::query!("UPDATE playlistShareLinks SET visits = visits + 1 WHERE code = ?", code).execute(&app.db).await?;
    }
    Ok(format!("{}?via={code}", playlist_path(PlaylistId(row.playlistId), &row.name)))
}
