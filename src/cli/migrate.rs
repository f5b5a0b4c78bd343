//! `eternity migrate`.

use crate::server::{database, state::App};
use anyhow::Result;
use clap::Args;
use std::process::ExitCode;

/// Options of `migrate`.
#[derive(Debug, Args)]
pub struct Migrate {
    /// Only tell which migrations are applied and which are waiting; exit code 1 when some are.
    #[arg(long)]
    status: bool,
}

impl Migrate {
    /// Migrates, with database.migrate_url when there is one.
    ///
    /// # Errors
    /// When the database refuses, a migration broke half way, or a database can't be adopted; says why.
    pub async fn run(self, app: &App) -> Result<ExitCode> {
        if self.status {
            let list = database::migrate::status(&app.db).await?;
            let mut waiting = false;
            for migration in list {
                waiting |= !migration.applied;
                println!("{:>4}  {:<8} {}", migration.version, if migration.applied { "applied" } else { "waiting" }, migration.description);
            }
            return Ok(if waiting { ExitCode::FAILURE } else { ExitCode::SUCCESS });
        }
        owner_migrates(app, &mut |line| println!("{line}")).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Migrates as the schema's owner.
///
/// # Errors
/// As [`database::migrate::migrate`].
pub async fn owner_migrates(app: &App, report: &mut (dyn FnMut(String) + Send)) -> Result<()> {
    let url = &app.config.database.migrate_url;
    if url.is_empty() {
        return database::migrate::migrate(&app.db, report).await;
    }
    let owner = database::connect(url, 2).await?;
    let result = database::migrate::migrate(&owner, report).await;
    owner.close().await;
    result
}
