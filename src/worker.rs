//! The worker: takes jobs from the queue and does them; now and then sweeps up.

use crate::{
    checkout, ledger, listening,
    media::transcode::Transcode,
    payouts::send::SendPayout,
    server::{
        jobs::{self, Job, Taken},
        mail::SendMail,
        rate,
        state::App,
    },
    uploads::{self, replace::ReplaceAudio},
};
use anyhow::{Result, bail};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long to wait for work before looking again.
const IDLE: Duration = Duration::from_secs(1);

/// Works until it is told to stop, and finishes the job at hand first.
pub async fn run(app: App, stop: CancellationToken) {
    let mut swept = None;
    while !stop.is_cancelled() {
        match jobs::take(&app).await {
            Ok(Some(job)) => work(&app, &job).await,
            Ok(None) => {
                let now = app.clock.now();
                if swept.is_none_or(|last| now - last > time::Duration::minutes(1)) {
                    swept = Some(now);
                    if let Err(error) = sweep(&app).await {
                        tracing::warn!("the sweep failed: {error:#}");
                    }
                }
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = app.work.notified() => {}
                    () = tokio::time::sleep(IDLE) => {}
                }
            }
            Err(error) => {
                tracing::warn!("the queue can't be read: {error}");
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep(IDLE * 3) => {}
                }
            }
        }
    }
}

/// Does every job that is due, and returns how many; for tests and `eternity worker --once`.
///
/// # Errors
/// When the queue can't be read.
pub async fn drain(app: &App) -> Result<usize> {
    let mut done = 0;
    sweep(app).await?;
    while let Some(job) = jobs::take(app).await? {
        work(app, &job).await;
        done += 1;
    }
    Ok(done)
}

async fn work(app: &App, job: &Taken) {
    let started = std::time::Instant::now();
    let result = perform(app, job).await.map_err(|error| format!("{error:#}"));
    metrics::counter!("jobs_total", "kind" => job.kind.clone(), "ok" => result.is_ok().to_string()).increment(1);
    match &result {
        Ok(()) => tracing::info!(kind = job.kind, seconds = started.elapsed().as_secs_f32(), "job done"),
        Err(error) => tracing::warn!(kind = job.kind, id = job.id, attempt = job.attempts, "job failed: {error}"),
    }
    if let Err(error) = jobs::finish(app, job, result).await {
        tracing::warn!("a job's end could not be written down; it will be run again: {error}");
    }
}

/// What each kind of job does.
async fn perform(app: &App, job: &Taken) -> Result<()> {
    match job.kind.as_str() {
        Transcode::KIND => serde_json::from_str::<Transcode>(&job.payload)?.run(app).await,
        SendMail::KIND => serde_json::from_str::<SendMail>(&job.payload)?.run(app).await,
        ReplaceAudio::KIND => serde_json::from_str::<ReplaceAudio>(&job.payload)?.run(app).await,
        SendPayout::KIND => serde_json::from_str::<SendPayout>(&job.payload)?.run(app).await,
        unknown => bail!("no such kind of job: {unknown}"),
    }
}

/// What happens by itself as time passes.
async fn sweep(app: &App) -> Result<()> {
    rate::sweep(app).await?;
    crate::accounts::store::tokens::sweep(&app.db, app.clock.now()).await?;
    uploads::staging::sweep(app).await?;
    let now = app.clock.now();
    ledger::release(app, now).await?;
    checkout::store::expire(app, now).await?;
    listening::store::sweep(app).await?;
    Ok(())
}
