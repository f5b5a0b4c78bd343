//! Rate limits that hold over several servers: fixed windows, counted in the database.

use super::state::App;
use crate::error::{AppError, AppResult};
use time::Duration;

/// So many attempts in so long.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub attempts: i32,
    pub window: Duration,
}

impl Limit {
    pub const fn per_minutes(attempts: i32, minutes: i64) -> Self {
        Self { attempts, window: Duration::minutes(minutes) }
    }
}

/// Counts an attempt in a bucket such as `login:203.0.113.7`. Long or personal keys are hashed by the caller.
///
/// # Errors
/// [`AppError::TooMany`] past the limit, with the seconds until the window ends.
pub async fn attempt(app: &App, bucket: &str, limit: Limit) -> AppResult<()> {
    let now = app.clock.now();
    let resets_at = now + limit.window;
    // `hits` is assigned first and still sees the old `resetsAt`.
    sqlx::query!(
        "INSERT INTO rateLimits (bucket, hits, resetsAt) VALUES (?, 1, ?)
         ON DUPLICATE KEY UPDATE hits = IF(resetsAt <= ?, 1, hits + 1), resetsAt = IF(resetsAt <= ?, VALUES(resetsAt), resetsAt)",
        bucket,
        resets_at,
        now,
        now
    )
    .execute(&app.db)
    .await?;
    let row = sqlx::query!("SELECT hits, resetsAt FROM rateLimits WHERE bucket = ?", bucket).fetch_one(&app.db).await?;
    if row.hits > limit.attempts {
        let retry_after = u64::try_from((row.resetsAt - now).whole_seconds().max(1)).unwrap_or(1);
        return Err(AppError::TooMany { retry_after });
    }
    Ok(())
}

/// Starts a bucket anew, after a success that makes its attempts harmless.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(app: &App, bucket: &str) -> AppResult<()> {
    sqlx::query!("DELETE FROM rateLimits WHERE bucket = ?", bucket).execute(&app.db).await?;
    Ok(())
}

/// Forgets windows that have ended; called by the worker now and then.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(app: &App) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM rateLimits WHERE resetsAt < ? LIMIT 1000", app.clock.now()).execute(&app.db).await?;
    Ok(())
}
