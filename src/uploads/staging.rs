//! A file on its way in: a row of `uploadStagings` beside the bytes, from the first one on.

use super::KeptFile;
use crate::{
    error::AppResult,
    ids::{ArtistId, UserId},
    media::{
        probe::{self, Problem},
        storage::Storage,
    },
    server::{state::App, tokens},
};
use axum::extract::multipart::Field;
use std::path::Path;

/// Where the original of a staging lies, before and after it becomes a track.
pub fn key(staging: &str) -> String {
    format!("originals/{staging}")
}

/// Takes a file of a form into storage, piece by piece, and looks at what it is.
///
/// The outer error is ours; the inner one is what is wrong with the file.
///
/// # Errors
/// When the database does not answer.
pub async fn receive(
    app: &App,
    artist: ArtistId,
    user: UserId,
    field: &mut Field<'_>,
    expected: Option<u64>,
) -> AppResult<Result<KeptFile, Problem>> {
    let name: String = field.file_name().unwrap_or_default().chars().filter(|character| !character.is_control()).take(200).collect();
    let id = begin(app, artist, &name, expected).await?;
    let received = store(app, &Storage::of(app), &id, field).await;
    finish(app, user, id, name, received).await
}

/// Takes a copy of a file that is on this machine, as [`receive`] takes one that is sent.
///
/// The outer error is ours; the inner one is what is wrong with the file.
///
/// # Errors
/// When the database does not answer.
pub async fn take(app: &App, artist: ArtistId, user: UserId, name: &str, path: &Path) -> AppResult<Result<KeptFile, Problem>> {
    let id = begin(app, artist, name, None).await?;
    let received = copy(&Storage::of(app), &id, path).await;
    finish(app, user, id, name.to_owned(), received).await
}

/// Writes down that a file begins to come.
async fn begin(app: &App, artist: ArtistId, name: &str, expected: Option<u64>) -> AppResult<String> {
    let id = tokens::ulid();
    let now = app.clock.now();
    sqlx::query!(
        "INSERT INTO uploadStagings (id, artistId, fileName, bytesReceived, bytesExpected, state, createdAt, updatedAt) VALUES (?, ?, ?, 0, ?, 'uploading', ?, ?)",
        id,
        artist,
        name,
        expected.and_then(|bytes| i64::try_from(bytes).ok()),
        now,
        now
    )
    .execute(&app.db)
    .await?;
    Ok(id)
}

/// Writes down how its coming ended.
async fn finish(
    app: &App,
    user: UserId,
    id: String,
    name: String,
    received: Result<(i64, probe::Probed), Problem>,
) -> AppResult<Result<KeptFile, Problem>> {
    let now = app.clock.now();
    match received {
        Ok((bytes, probed)) => {
            let mut tx = app.db.begin().await?;
            sqlx::query!("UPDATE uploadStagings SET state = 'uploaded', bytesReceived = ?, updatedAt = ? WHERE id = ?", bytes, now, id)
                .execute(&mut *tx)
                .await?;
            sqlx::query!(
                "INSERT INTO uploadedFiles (userId, fileKey, fileName, mimeType, size, metadata, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?)",
                user,
                key(&id),
                name,
                probed.mime,
                bytes,
                probed.metadata().to_string(),
                now
            )
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
            Ok(Ok(KeptFile { id, name, bytes }))
        }
        Err(problem) => {
            Storage::of(app).remove(&key(&id)).await;
            sqlx::query!("UPDATE uploadStagings SET state = 'failed', failure = ?, updatedAt = ? WHERE id = ?", problem.code(), now, id)
                .execute(&app.db)
                .await?;
            Ok(Err(problem))
        }
    }
}

async fn copy(storage: &Storage, id: &str, path: &Path) -> Result<(i64, probe::Probed), Problem> {
    let scratch = storage.scratch().await?;
    let bytes = tokio::fs::copy(path, &scratch).await?;
    let kept = storage.adopt(&scratch, &key(id)).await?;
    let probed = probe::probe(&kept).await?;
    Ok((i64::try_from(bytes).map_err(|_| Problem::TooLarge)?, probed))
}

async fn store(app: &App, storage: &Storage, id: &str, field: &mut Field<'_>) -> Result<(i64, probe::Probed), Problem> {
    let limit = app.config.rules.audio_maximum_bytes;
    let mut incoming = storage.begin().await?;
    let mut too_large = false;
    loop {
        match field.chunk().await {
            // What is too much is read on and thrown away: a browser shows no answer before it has sent everything.
            Ok(Some(chunk)) if too_large || incoming.bytes().saturating_add(chunk.len() as u64) > limit => too_large = true,
            Ok(Some(chunk)) => incoming.write(&chunk).await?,
            Ok(None) => break,
            Err(_) => return Err(Problem::Interrupted),
        }
    }
    if too_large {
        return Err(Problem::TooLarge);
    }
    let bytes = i64::try_from(incoming.bytes()).map_err(|_| Problem::TooLarge)?;
    let path = incoming.finish(&key(id)).await?;
    let probed = probe::probe(&path).await?;
    Ok((bytes, probed))
}

/// A file that was sent before and has no track yet.
///
/// # Errors
/// When the database does not answer.
pub async fn kept(app: &App, artist: ArtistId, id: &str) -> AppResult<Option<KeptFile>> {
    let row = sqlx::query!("SELECT id, fileName, bytesReceived FROM uploadStagings WHERE id = ? AND artistId = ? AND state = 'uploaded'", id, artist)
        .fetch_optional(&app.db)
        .await?;
    Ok(row.map(|row| KeptFile { id: row.id, name: row.fileName, bytes: row.bytesReceived }))
}

/// Throws away what was sent two days ago and never became a track, and says so of what broke off.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(app: &App) -> AppResult<()> {
    let now = app.clock.now();
    let old = sqlx::query_scalar!(
        "SELECT id FROM uploadStagings WHERE trackId IS NULL AND state <> 'failed' AND updatedAt < ? ORDER BY id LIMIT 100",
        now - time::Duration::days(2)
    )
    .fetch_all(&app.db)
    .await?;
    for id in old {
        let mut tx = app.db.begin().await?;
        sqlx::query!("DELETE FROM uploadedFiles WHERE fileKey = ?", key(&id)).execute(&mut *tx).await?;
        sqlx::query!("UPDATE uploadStagings SET state = 'failed', failure = 'interrupted', updatedAt = ? WHERE id = ?", now, id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Storage::of(app).remove(&key(&id)).await;
    }
    Ok(())
}
