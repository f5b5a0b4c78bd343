//! The worker: takes jobs from the queue and does them; now and then sweeps up.

use crate::{
    accounts::store::entry::SendPasswordLink,
    catalogue::keeping::SongSound,
    checkout, ledger, listening,
    media::{self, transcode::Transcode},
    payments::events::WorkOnEvent,
    payouts::send::SendPayout,
    royalties,
    server::{
        jobs::{self, Job, Lane, Taken},
        mail::SendMail,
        rate,
        state::App,
    },
    subscriptions,
    uploads::{self, replace::ReplaceAudio},
};
use anyhow::{Result, bail};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long to wait for work before looking again.
const IDLE: Duration = Duration::from_millis(500);
/// How many jobs of the quick lane run at once.
const QUICK: u16 = 2;

/// Works until it is told to stop, and finishes the jobs at hand first. Each lane has runners of its own, so that a
/// long transcode delays no mail.
pub async fn run(app: App, stop: CancellationToken) {
    let mut tasks = tokio::task::JoinSet::new();
    for (lane, count) in [(Lane::Quick, QUICK), (Lane::Heavy, app.config.server.transcoders.max(1))] {
        for _ in 0..count {
            tasks.spawn(runner(app.clone(), lane, stop.clone()));
        }
    }
    tasks.spawn(sweeper(app, stop));
    tasks.join_all().await;
}

async fn runner(app: App, lane: Lane, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match jobs::take(&app, lane).await {
            Ok(Some(job)) => work(&app, &job).await,
            Ok(None) => {
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
                    () = tokio::time::sleep(IDLE * 6) => {}
                }
            }
        }
    }
}

/// Sweeps once a minute by the site's clock, so that what is due after the clock was moved is not waited for.
async fn sweeper(app: App, stop: CancellationToken) {
    let mut swept = None;
    while !stop.is_cancelled() {
        let now = app.clock.now();
        if swept.is_none_or(|last| now - last >= time::Duration::minutes(1)) {
            swept = Some(now);
            if let Err(error) = sweep(&app).await {
                tracing::warn!("the sweep failed: {error:#}");
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(IDLE) => {}
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
    while let Some(job) = jobs::take(app, Lane::Any).await? {
        work(app, &job).await;
        done += 1;
    }
    Ok(done)
}

async fn work(app: &App, job: &Taken) {
    let started = std::time::Instant::now();
    let result = performed(app, job).await.map_err(|error| format!("{error:#}"));
    metrics::counter!("jobs_total", "kind" => job.kind.clone(), "ok" => result.is_ok().to_string()).increment(1);
    match &result {
        Ok(()) => tracing::info!(kind = job.kind, seconds = started.elapsed().as_secs_f32(), "job done"),
        Err(error) => tracing::warn!(kind = job.kind, id = job.id, attempt = job.attempts, "job failed: {error}"),
    }
    if let Err(error) = jobs::finish(app, job, result).await {
        tracing::warn!("a job's end could not be written down; it will be run again: {error}");
    }
}

/// Does a job, and gives signs of life while it lasts.
async fn performed(app: &App, job: &Taken) -> Result<()> {
    // A job that took its workers with it every time is put aside as well.
    if job.attempts > jobs::MAX_ATTEMPTS {
        match job.kind.as_str() {
            Transcode::KIND => serde_json::from_str::<Transcode>(&job.payload)?.give_up(app).await?,
            ReplaceAudio::KIND => serde_json::from_str::<ReplaceAudio>(&job.payload)?.give_up(app).await?,
            _ => {}
        }
        bail!("the worker ended during every attempt");
    }
    let work = perform(app, job);
    tokio::pin!(work);
    loop {
        tokio::select! {
            result = &mut work => return result,
            () = tokio::time::sleep(jobs::SIGN_OF_LIFE) => {
                if let Err(error) = jobs::keep(app, job).await {
                    tracing::warn!("no sign of life could be given: {error}");
                }
            }
        }
    }
}

/// What each kind of job does.
async fn perform(app: &App, job: &Taken) -> Result<()> {
    match job.kind.as_str() {
        Transcode::KIND => serde_json::from_str::<Transcode>(&job.payload)?.run(app, job.last()).await,
        SongSound::KIND => serde_json::from_str::<SongSound>(&job.payload)?.run(app).await,
        SendMail::KIND => serde_json::from_str::<SendMail>(&job.payload)?.run(app).await,
        SendPasswordLink::KIND => serde_json::from_str::<SendPasswordLink>(&job.payload)?.run(app).await,
        ReplaceAudio::KIND => serde_json::from_str::<ReplaceAudio>(&job.payload)?.run(app, job.last()).await,
        SendPayout::KIND => serde_json::from_str::<SendPayout>(&job.payload)?.run(app).await,
        WorkOnEvent::KIND => serde_json::from_str::<WorkOnEvent>(&job.payload)?.run(app).await,
        unknown => bail!("no such kind of job: {unknown}"),
    }
}

/// What happens by itself as time passes.
async fn sweep(app: &App) -> Result<()> {
    rate::sweep(app).await?;
    crate::accounts::store::tokens::sweep(&app.db, app.clock.now()).await?;
    uploads::staging::sweep(app).await?;
    jobs::sweep(app).await?;
    media::storage::Storage::of(app).sweep().await?;
    let now = app.clock.now();
    ledger::release(app, now).await?;
    royalties::store::close_due(app, now).await?;
    subscriptions::renewals::sweep(app, now).await?;
    checkout::outside::sweep(app).await?;
    checkout::store::expire(app, now).await?;
    crate::refunds::disputes::sweep(app, now).await?;
    listening::store::sweep(app).await?;
    Ok(())
}
