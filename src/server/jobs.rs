//! The queue of background work, in the database: written in the transaction that causes it, done at least once.
//! A job is a serialisable struct with a name; its work must be idempotent, for a crash may come after it is done
//! and before that is written down. What each kind does is in [`crate::worker`].

use super::state::App;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::MySqlConnection;
use time::{Duration, OffsetDateTime};

/// How long a worker may keep a job without a sign of life before another takes it.
const LEASE: Duration = Duration::seconds(90);
/// How often a worker at work gives that sign.
pub const SIGN_OF_LIFE: std::time::Duration = std::time::Duration::from_secs(20);
/// Attempts before a job is put aside for an admin.
pub const MAX_ATTEMPTS: i32 = 6;
/// How long what is done is remembered.
const KEPT: Duration = Duration::days(14);

/// Work that must not wait for other work has a lane of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Seconds: mail, payouts.
    Quick,
    /// Minutes of processor time: the kinds in the query of [`take`].
    Heavy,
    /// Whatever is due.
    Any,
}

/// A piece of background work. Its content is JSON in the queue.
pub trait Job: Serialize + DeserializeOwned + Send {
    /// The kind's name in the table; never changed once used.
    const KIND: &'static str;
}

/// Puts a job into the queue, to be run from `run_at` on.
///
/// # Errors
/// When the database does not answer, or the job can't be written as JSON.
pub async fn enqueue<J: Job>(connection: &mut MySqlConnection, job: &J, run_at: OffsetDateTime) -> Result<(), sqlx::Error> {
    let payload = serde_json::to_string(job).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    sqlx::query!(
        "INSERT INTO jobs (id, kind, payload, state, attempts, runAt, createdAt) VALUES (?, ?, ?, 'queued', 0, ?, ?)",
        super::tokens::ulid(),
        J::KIND,
        payload,
        run_at,
        run_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A job that this worker has taken.
#[derive(Debug)]
pub struct Taken {
    pub id: String,
    pub kind: String,
    pub payload: String,
    pub attempts: i32,
}

impl Taken {
    /// Whether it will not be tried again by itself after this time.
    pub const fn last(&self) -> bool {
        self.attempts >= MAX_ATTEMPTS
    }
}

/// Takes the next job of a lane that is due, so that no other worker does. `None`: there is nothing to do.
///
/// # Errors
/// When the database does not answer.
pub async fn take(app: &App, lane: Lane) -> sqlx::Result<Option<Taken>> {
    let now = app.clock.now();
    // Looked for without locks; then one row is locked, by its key, so that workers don't hold each other up.
    let due = sqlx::query_scalar!(
        "SELECT id FROM jobs
         WHERE ((state = 'queued' AND runAt <= ?) OR (state = 'running' AND lockedUntil <= ?)) AND (? OR (kind IN ('transcode', 'replace-audio', 'song-sound')) = ?)
         ORDER BY runAt, id LIMIT 16",
        now,
        now,
        lane == Lane::Any,
        lane == Lane::Heavy
    )
    .fetch_all(&app.db)
    .await?;
    for id in due {
        let mut tx = app.db.begin().await?;
        let row = sqlx::query!(
            "SELECT id, kind, payload, attempts FROM jobs
             WHERE id = ? AND ((state = 'queued' AND runAt <= ?) OR (state = 'running' AND lockedUntil <= ?)) FOR UPDATE SKIP LOCKED",
            id,
            now,
            now
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { continue };
        sqlx::query!("UPDATE jobs SET state = 'running', attempts = attempts + 1, lockedUntil = ? WHERE id = ?", now + LEASE, row.id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        return Ok(Some(Taken { id: row.id, kind: row.kind, payload: row.payload, attempts: row.attempts + 1 }));
    }
    Ok(None)
}

/// A sign of life: the job stays with this worker.
///
/// # Errors
/// When the database does not answer.
pub async fn keep(app: &App, job: &Taken) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE jobs SET lockedUntil = ? WHERE id = ? AND state = 'running' AND attempts = ?",
        app.clock.now() + LEASE,
        job.id,
        job.attempts
    )
    .execute(&app.db)
    .await?;
    Ok(())
}

/// Forgets what was done long ago.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(app: &App) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM jobs WHERE state = 'done' AND runAt < ? ORDER BY runAt LIMIT 1000", app.clock.now() - KEPT).execute(&app.db).await?;
    Ok(())
}

/// Writes down how a job ended: done, to be tried again later (30 s, doubled each time), or put aside as dead.
///
/// # Errors
/// When the database does not answer; the lease then ends and the job is run again.
pub async fn finish(app: &App, job: &Taken, result: Result<(), String>) -> sqlx::Result<()> {
    let now = app.clock.now();
    match result {
        Ok(()) => {
            sqlx::query!(
                "UPDATE jobs SET state = 'done', lockedUntil = NULL, finishedAt = ?, lastError = NULL WHERE id = ? AND attempts = ?",
                now,
                job.id,
                job.attempts
            )
            .execute(&app.db)
            .await?;
        }
        Err(error) => {
            let dead = job.last();
            let wait = Duration::seconds(30) * 2_i32.pow(u32::try_from(job.attempts.clamp(1, 10) - 1).unwrap_or(0));
            sqlx::query!(
                "UPDATE jobs SET state = ?, runAt = ?, lockedUntil = NULL, lastError = ?, finishedAt = ? WHERE id = ? AND attempts = ?",
                if dead { "dead" } else { "queued" },
                now + wait,
                error,
                dead.then_some(now),
                job.id,
                job.attempts
            )
            .execute(&app.db)
            .await?;
        }
    }
    Ok(())
}
