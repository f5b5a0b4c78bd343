//! Server functions of the admins' overview.

use super::{Overview as Figures, Queue};
use crate::{error::AppResult, ui::forms::Done};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// The figures of the site.
#[server(endpoint = "admin/overview", input = GetUrl)]
pub async fn overview() -> AppResult<Figures> {
    use crate::server::context;
    let app = context::app()?;
    context::require_admin()?;
    super::store::overview(&app, app.clock.now()).await
}

/// The queue of background work, and what was put aside, from before the job `after` on.
#[server(endpoint = "admin/jobs", input = GetUrl)]
pub async fn all_jobs(#[server(default)] after: Option<String>) -> AppResult<Queue> {
    use crate::server::context;
    let app = context::app()?;
    context::require_admin()?;
    super::store::queue(&app, after.as_deref()).await
}

/// Does a job that was put aside once more; without an id, all of them.
#[server(endpoint = "admin/job_retry")]
pub async fn retry_job(#[server(default)] job: String) -> AppResult<Done> {
    use crate::{error::AppError, server::context};
    let app = context::app()?;
    context::require_admin()?;
    let count = super::store::retry(&app, &job).await?;
    if count == 0 && !job.is_empty() {
        return Err(AppError::NotFound);
    }
    app.work.notify_waiters();
    Ok(Done::go("/admin/jobs").saying(crate::ui::format::counted("admin.jobs.retried", count)))
}
