//! `eternity demo`.

use crate::{
    demo,
    server::{database, state::App},
};
use anyhow::Result;
use clap::Args;
use std::process::ExitCode;

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Two artists and four short tracks, for tests.
    #[arg(long)]
    small: bool,
}

impl Demo {
    /// Migrates, fills the site and prints the accounts.
    ///
    /// # Errors
    /// In production, and when the database, ffmpeg or the disk fails.
    pub async fn run(self, app: &App) -> Result<ExitCode> {
        super::migrate::owner_migrates(app, &mut |line| println!("{line}")).await?;
        database::seed::seed(&app.db).await?;
        demo::fill(app, self.small, &|step| println!("{step}")).await?;
        print!("{}", accounts());
        Ok(ExitCode::SUCCESS)
    }
}

/// The accounts to log in with, a line each.
pub fn accounts() -> String {
    let mut text = format!("demo accounts, all with the password {}:\n", demo::catalogue::PASSWORD);
    for (what, email) in demo::accounts() {
        text.push_str(&format!("  {what:<13} {email}\n"));
    }
    text
}
