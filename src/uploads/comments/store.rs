//! Comments in the database. `artistUploads.comments` counts those that were not removed.

use super::{Comment, CommentList};
use crate::{
    accounts::Me,
    error::{AppError, AppResult},
    ids::{CommentId, TrackId, UserId},
    page::Page,
    server::{
        rate::{self, Limit},
        state::App,
    },
    uploads::store::{cards, track_page},
};
use time::Duration;

/// How many comments a page has.
const PAGE: usize = 30;
/// How many comments a person may write.
const SAID: Limit = Limit::per_minutes(10, 10);
/// The same text under the same track within this time is a form that was sent twice.
const TWICE: Duration = Duration::minutes(5);

/// A page of a track's comments, for whoever may see the track.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs to see.
pub async fn list(app: &App, me: Option<&Me>, track: TrackId, before: Option<i32>) -> AppResult<CommentList> {
    let shown = track_page(app, me, track).await?;
    let rows = sqlx::query!(
        "SELECT trackComments.id, trackComments.body, trackComments.createdAt, trackComments.userId, users.name, artistProfiles.userId AS artistUser, artistUploads.comments
         FROM trackComments
         JOIN users ON users.id = trackComments.userId
         JOIN artistUploads ON artistUploads.id = trackComments.trackId
         JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         WHERE trackComments.trackId = ? AND trackComments.removedAt IS NULL AND trackComments.id < ?
         ORDER BY trackComments.id DESC LIMIT 31",
        track,
        before.unwrap_or(i32::MAX)
    )
    .fetch_all(&app.db)
    .await?;
    let count = rows.first().map_or(0, |row| row.comments);
    let comments = rows
        .into_iter()
        .map(|row| {
            let mine = me.is_some_and(|me| me.id.0 == row.userId);
            Comment {
                id: row.id.into(),
                author: row.name.filter(|name| !name.is_empty()).unwrap_or_else(|| crate::t!("uploads.comments.nobody").into_owned()),
                by_artist: row.userId == row.artistUser,
                body: row.body,
                said: row.createdAt.unix_timestamp(),
                mine,
                removable: mine || shown.mine || me.is_some_and(|me| me.admin),
            }
        })
        .collect();
    Ok(CommentList { page: Page::of(comments, PAGE, |comment: &Comment| comment.id.to_string()), count, open: shown.public })
}

/// Adds a comment; sent twice, it is one.
///
/// # Errors
/// [`AppError::NotFound`] when nobody can see the track, [`AppError::TooMany`] past the limit.
pub async fn say(app: &App, user: UserId, track: TrackId, body: &str) -> AppResult<()> {
    if cards(app, &[track]).await?.is_empty() {
        return Err(AppError::NotFound);
    }
    rate::attempt(app, &format!("comments:{user}"), SAID).await?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    // The track's row is first in every change of its comments, so that two of them wait for each other.
    sqlx::query_scalar!("SELECT id FROM artistUploads WHERE id = ? FOR UPDATE", track).fetch_one(&mut *tx).await?;
    let twice = sqlx::query_scalar!(
        "SELECT COUNT(*) FROM trackComments WHERE trackId = ? AND userId = ? AND body = ? AND removedAt IS NULL AND createdAt > ?",
        track,
        user,
        body,
        now - TWICE
    )
    .fetch_one(&mut *tx)
    .await?;
    if twice == 0 {
        sqlx::query!("INSERT INTO trackComments (trackId, userId, body, createdAt) VALUES (?, ?, ?, ?)", track, user, body, now)
            .execute(&mut *tx)
            .await?;
        sqlx::query!("UPDATE artistUploads SET comments = comments + 1, updatedAt = updatedAt WHERE id = ?", track).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Removes a comment for those who may. What its own author removes is forgotten; what an artist or an admin
/// removes stays in the row, should there be a question.
///
/// # Errors
/// [`AppError::NotFound`] for everyone else.
pub async fn remove(app: &App, me: &Me, id: CommentId) -> AppResult<()> {
    let found = sqlx::query!(
        "SELECT trackComments.trackId, trackComments.userId, artistProfiles.userId AS artistUser FROM trackComments
         JOIN artistUploads ON artistUploads.id = trackComments.trackId
         JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         WHERE trackComments.id = ? AND trackComments.removedAt IS NULL",
        id
    )
    .fetch_one(&app.db)
    .await?;
    let own = found.userId == me.id.0;
    if !own && found.artistUser != me.id.0 && !me.admin {
        return Err(AppError::NotFound);
    }
    let mut tx = app.db.begin().await?;
    sqlx::query_scalar!("SELECT id FROM artistUploads WHERE id = ? FOR UPDATE", found.trackId).fetch_one(&mut *tx).await?;
    let removed =
        sqlx::query!("UPDATE trackComments SET body = IF(?, '', body), removedAt = ? WHERE id = ? AND removedAt IS NULL", own, app.clock.now(), id)
            .execute(&mut *tx)
            .await?;
    if removed.rows_affected() > 0 {
        sqlx::query!("UPDATE artistUploads SET comments = GREATEST(comments - 1, 0), updatedAt = updatedAt WHERE id = ?", found.trackId)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}
