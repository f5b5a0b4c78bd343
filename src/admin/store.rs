//! The figures of the site in the database.

use super::Overview;
use crate::{error::AppResult, money::Cents, server::state::App};
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
