//! `eternity media`.

use crate::{media::verify::verify, server::state::App};
use anyhow::Result;
use clap::Subcommand;
use std::process::ExitCode;

/// What can be asked of audio and pictures.
#[derive(Debug, Subcommand)]
pub enum Media {
    /// Check that files and rows agree.
    ///
    /// Prints rows whose file is not in storage, files that no row names, and files of tracks that uploadedFiles does not
    /// record; changes nothing. Exits with 1 on any difference.
    Verify,
}

impl Media {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// When the database does not answer or storage can't be read.
    pub async fn run(self, app: &App) -> Result<ExitCode> {
        match self {
            Self::Verify => {
                let report = verify(app).await?;
                println!("{report}");
                Ok(if report.agrees() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
        }
    }
}
