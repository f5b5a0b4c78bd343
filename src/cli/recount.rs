//! `eternity recount`.

use crate::{listening::recount::recount, server::state::App};
use anyhow::Result;
use clap::Args;
use std::process::ExitCode;

/// Options of `recount`.
#[derive(Debug, Args)]
pub struct Recount {
    /// Only tell what is wrong; exit code 1 when something is.
    #[arg(long)]
    check: bool,
}

impl Recount {
    /// Prints a line per counter that was wrong.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn run(self, app: &App) -> Result<ExitCode> {
        let drifts = recount(app, !self.check).await?;
        for drift in &drifts {
            println!("{} of row {}: was {}, counted {}", drift.counter, drift.id, drift.was, drift.is);
        }
        println!("{} counters were wrong{}", drifts.len(), if self.check || drifts.is_empty() { "" } else { ", and are corrected" });
        Ok(if self.check && !drifts.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
