//! `eternity worker`.

use crate::{server::state::App, worker};
use anyhow::Result;
use clap::Args;
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

/// Options of `worker`.
#[derive(Debug, Args)]
pub struct Worker {
    /// Do what is due and stop.
    #[arg(long)]
    once: bool,
}

impl Worker {
    /// Works until Ctrl-C or SIGTERM; the job at hand is finished.
    ///
    /// # Errors
    /// With `--once`, when the queue can't be read.
    pub async fn run(self, app: &App) -> Result<ExitCode> {
        if self.once {
            let done = worker::drain(app).await?;
            println!("{done} jobs done");
            return Ok(ExitCode::SUCCESS);
        }
        let stop = CancellationToken::new();
        let work = tokio::spawn(worker::run(app.clone(), stop.clone()));
        super::serve::signalled().await;
        stop.cancel();
        work.await?;
        Ok(ExitCode::SUCCESS)
    }
}
