//! The figures of the site in the database.

use super::{DeadJob, JobCount, Overview, Queue};
use crate::{
    error::AppResult,
    money::Cents,
    page::Page,
    server::{jobs::Job, state::App},
    uploads::replace::ReplaceAudio,
};
use time::{Duration, OffsetDateTime};

/// Counts what an admin wants to know first.
///
/// # Errors
/// When the database does not answer.
pub async fn overview(app: &App, now: OffsetDateTime) -> AppResult<Overview> {
    let payouts = sqlx::query!(
        "SELECT CAST(COALESCE(SUM(status = 'pending'), 0) AS SIGNED) AS `pending!: i64`,
                CAST(COALESCE(SUM(CASE WHEN status = 'pending' THEN amount END), 0) AS SIGNED) AS `total!: i64`,
                CAST(COALESCE(SUM(status = 'processing'), 0) AS SIGNED) AS `processing!: i64`
         FROM creatorPayouts WHERE status IN ('pending', 'processing')"
    )
    .fetch_one(&app.db)
    .await?;
    let tips = sqlx::query!(
        "SELECT COUNT(*) AS `count!: i64`, CAST(COALESCE(SUM(amount), 0) AS SIGNED) AS `total!: i64` FROM tips WHERE paymentStatus = 'completed' AND createdAt >= ?",
        now - Duration::days(30)
    )
    .fetch_one(&app.db)
    .await?;
    let jobs = sqlx::query!(
        "SELECT CAST(COALESCE(SUM(state IN ('queued', 'running')), 0) AS SIGNED) AS `queued!: i64`, CAST(COALESCE(SUM(state = 'dead'), 0) AS SIGNED) AS `dead!: i64`
         FROM jobs WHERE state IN ('queued', 'running', 'dead')"
    )
    .fetch_one(&app.db)
    .await?;
    let users = sqlx::query_scalar!("SELECT COUNT(*) AS `count!: i64` FROM users").fetch_one(&app.db).await?;
    let artists = sqlx::query_scalar!("SELECT COUNT(*) AS `count!: i64` FROM artistProfiles").fetch_one(&app.db).await?;
    Ok(Overview {
        payouts_pending: payouts.pending,
        payouts_pending_total: Cents(payouts.total),
        payouts_processing: payouts.processing,
        tips: tips.count,
        tips_total: Cents(tips.total),
        jobs_queued: jobs.queued,
        jobs_dead: jobs.dead,
        users,
        artists,
    })
}

/// How many jobs a page of those put aside has.
const JOBS_PAGE: usize = 50;

/// What waits and runs, and what was put aside, newest first, from before the job `before` on.
///
/// # Errors
/// When the database does not answer.
pub async fn queue(app: &App, before: Option<&str>) -> AppResult<Queue> {
    let counts = sqlx::query_as!(
        JobCount,
        "SELECT kind, CAST(COALESCE(SUM(state = 'queued'), 0) AS SIGNED) AS `queued!: i64`, CAST(COALESCE(SUM(state = 'running'), 0) AS SIGNED) AS `running!: i64`,
                CAST(COALESCE(SUM(state = 'dead'), 0) AS SIGNED) AS `dead!: i64`
         FROM jobs WHERE state IN ('queued', 'running', 'dead') GROUP BY kind ORDER BY kind"
    )
    .fetch_all(&app.db)
    .await?;
    // Ids are in the order in which jobs were made; no letter of one is above Z.
    let rows = sqlx::query!(
        "SELECT id, kind, attempts, lastError, finishedAt FROM jobs WHERE state = 'dead' AND id < ? ORDER BY id DESC LIMIT 51",
        before.unwrap_or("ZZZZZZZZZZZZZZZZZZZZZZZZZZ")
    )
    .fetch_all(&app.db)
    .await?;
    let jobs = rows
        .into_iter()
        .map(|row| DeadJob {
            id: row.id,
            kind: row.kind,
            error: row.lastError.unwrap_or_default(),
            attempts: row.attempts,
            failed_at: row.finishedAt,
        })
        .collect();
    Ok(Queue { counts, dead: Page::of(jobs, JOBS_PAGE, |job: &DeadJob| job.id.clone()) })
}

/// Puts a job that was put aside back into the queue, or all of them when there is no id; returns how many. What it has
/// said of its own failure is taken back with it.
///
/// # Errors
/// When the database does not answer.
pub async fn retry(app: &App, id: &str) -> AppResult<i64> {
    let mut tx = app.db.begin().await?;
    let jobs =
        sqlx::query!("SELECT id, kind, payload FROM jobs WHERE state = 'dead' AND (? = '' OR id = ?) ORDER BY id LIMIT 1000 FOR UPDATE", id, id)
            .fetch_all(&mut *tx)
            .await?;
    for job in &jobs {
        if job.kind == ReplaceAudio::KIND
            && let Ok(replacement) = serde_json::from_str::<ReplaceAudio>(&job.payload)
        {
            replacement.revive(&mut tx).await?;
        }
        sqlx::query!("UPDATE jobs SET state = 'queued', attempts = 0, runAt = ?, finishedAt = NULL WHERE id = ?", app.clock.now(), job.id)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(i64::try_from(jobs.len()).unwrap_or(i64::MAX))
}
