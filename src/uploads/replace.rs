//! New audio for a track that is there: its plays, likes, comments and address stay. The old audio plays until the
//! new one is ready; when the new one fails, the old one stays and the artist reads why.

use super::staging;
use crate::{
    error::{AppError, AppResult},
    ids::{ArtistId, TrackId},
    media::{analysis, probe::Problem, renditions::Quality, storage::Storage, transcode},
    server::{
        jobs::{self, Job},
        state::App,
    },
};
use anyhow::bail;
use serde::{Deserialize, Serialize};

/// Makes new audio fit to be heard and puts it in the old one's place.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReplaceAudio {
    pub track: TrackId,
    pub staging: String,
}

impl Job for ReplaceAudio {
    const KIND: &'static str = "replace-audio";
}

/// Whether this track's audio can be replaced by this artist.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs, [`AppError::Refused`] when it was withdrawn.
pub async fn allowed(app: &App, artist: ArtistId, track: TrackId) -> AppResult<()> {
    if super::store::studio_track(app, artist, track).await?.withdrawn {
        return Err(AppError::Refused(crate::t!("uploads.error.withdrawn_audio").into_owned()));
    }
    Ok(())
}

/// Takes a file that has arrived as the new audio of a track. One that waited before gives way.
///
/// # Errors
/// [`AppError::NotFound`] when the track or the file is not theirs.
pub async fn begin(app: &App, artist: ArtistId, track: TrackId, staging: &str) -> AppResult<()> {
    allowed(app, artist, track).await?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    sqlx::query_scalar!("SELECT id FROM uploadStagings WHERE id = ? AND artistId = ? AND state = 'uploaded' FOR UPDATE", staging, artist)
        .fetch_one(&mut *tx)
        .await?;
    let before = sqlx::query_scalar!("SELECT stagingId FROM trackReplacements WHERE trackId = ? FOR UPDATE", track).fetch_optional(&mut *tx).await?;
    sqlx::query!(
        "INSERT INTO trackReplacements (trackId, stagingId, failure, createdAt) VALUES (?, ?, NULL, ?)
         ON DUPLICATE KEY UPDATE stagingId = VALUES(stagingId), failure = NULL, createdAt = VALUES(createdAt)",
        track,
        staging,
        now
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("UPDATE uploadStagings SET trackId = ?, updatedAt = ? WHERE id = ?", track, now, staging).execute(&mut *tx).await?;
    if let Some(before) = &before
        && before != staging
    {
        let_go(&mut tx, before, now).await?;
    }
    jobs::enqueue(&mut tx, &ReplaceAudio { track, staging: staging.to_owned() }, now).await?;
    tx.commit().await?;
    if let Some(before) = before.filter(|before| before != staging) {
        Storage::of(app).remove(&staging::key(&before)).await;
    }
    app.work.notify_one();
    Ok(())
}

/// Writes down that a file that was kept is not needed any more.
async fn let_go(connection: &mut sqlx::MySqlConnection, staging: &str, now: time::OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("UPDATE uploadStagings SET state = 'failed', failure = 'replaced', updatedAt = ? WHERE id = ?", now, staging)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("DELETE FROM uploadedFiles WHERE fileKey = ?", staging::key(staging)).execute(&mut *connection).await?;
    Ok(())
}

/// Keeps the old audio after the new one failed, and forgets that one.
///
/// # Errors
/// [`AppError::NotFound`] when nothing of theirs has failed.
pub async fn forget(app: &App, artist: ArtistId, track: TrackId) -> AppResult<()> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let staging = sqlx::query_scalar!(
        "SELECT trackReplacements.stagingId FROM trackReplacements JOIN artistUploads ON artistUploads.id = trackReplacements.trackId
         WHERE trackReplacements.trackId = ? AND artistUploads.artistId = ? AND trackReplacements.failure IS NOT NULL FOR UPDATE",
        track,
        artist
    )
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query!("DELETE FROM trackReplacements WHERE trackId = ?", track).execute(&mut *tx).await?;
    let_go(&mut tx, &staging, now).await?;
    tx.commit().await?;
    Storage::of(app).remove(&staging::key(&staging)).await;
    Ok(())
}

impl ReplaceAudio {
    /// Does it, and writes down how it ended. `last` says that it will not be tried again by itself.
    ///
    /// # Errors
    /// When the database does not answer or the fault is ours; the job is then run again.
    pub async fn run(self, app: &App, last: bool) -> anyhow::Result<()> {
        let waiting = sqlx::query_scalar!(
            "SELECT COUNT(*) FROM trackReplacements WHERE trackId = ? AND stagingId = ? AND failure IS NULL",
            self.track,
            self.staging
        )
        .fetch_one(&app.db)
        .await?;
        if waiting == 0 {
            return Ok(());
        }
        let (storage, key) = (Storage::of(app), staging::key(&self.staging));
        match transcode::make(&storage, &key, &Quality::ALL).await {
            Ok(made) => self.swap(app, &storage, &key, &made).await,
            Err(problem) => {
                tracing::warn!(track = self.track.0, "a replacement failed: {}", problem.code());
                if problem.ours() && !last {
                    bail!("new audio of track {}: {} ({})", self.track, problem.text(), problem.code());
                }
                self.fail(app, problem).await
            }
        }
    }

    /// Takes back that it failed, because it will be tried again.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn revive(&self, connection: &mut sqlx::MySqlConnection) -> sqlx::Result<()> {
        sqlx::query!("UPDATE trackReplacements SET failure = NULL WHERE trackId = ? AND stagingId = ?", self.track, self.staging)
            .execute(connection)
            .await?;
        Ok(())
    }

    /// Says that it will not be tried again by itself.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn give_up(self, app: &App) -> anyhow::Result<()> {
        self.fail(app, Problem::Internal).await
    }

    async fn fail(&self, app: &App, problem: Problem) -> anyhow::Result<()> {
        sqlx::query!("UPDATE trackReplacements SET failure = ? WHERE trackId = ? AND stagingId = ?", problem.code(), self.track, self.staging)
            .execute(&app.db)
            .await?;
        Ok(())
    }

    async fn swap(&self, app: &App, storage: &Storage, key: &str, made: &transcode::Made) -> anyhow::Result<()> {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let done = sqlx::query!("DELETE FROM trackReplacements WHERE trackId = ? AND stagingId = ? AND failure IS NULL", self.track, self.staging)
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() == 0 {
            // Another one came meanwhile.
            tx.rollback().await?;
            for rendition in &made.renditions {
                storage.remove(&rendition.key).await;
            }
            return Ok(());
        }
        let old = sqlx::query_scalar!("SELECT audioKey FROM artistUploads WHERE id = ? FOR UPDATE", self.track).fetch_one(&mut *tx).await?;
        sqlx::query!("UPDATE artistUploads SET audioKey = ?, updatedAt = ? WHERE id = ?", key, now, self.track).execute(&mut *tx).await?;
        let mut gone = analysis::keep_with(&mut tx, app, self.track, made).await?;
        if let Some(staging) = old.strip_prefix("originals/") {
            let_go(&mut tx, staging, now).await?;
        }
        tx.commit().await?;
        gone.push(old);
        for key in &gone {
            storage.remove(key).await;
        }
        Ok(())
    }
}
