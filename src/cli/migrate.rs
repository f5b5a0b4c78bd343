//! `eternity migrate`.

use crate::{
    ledger,
    server::{
        database::{self, adopt},
        state::App,
    },
};
use anyhow::{Context, Result};
use clap::Args;
use sqlx::MySqlPool;
use std::process::ExitCode;
use time::OffsetDateTime;

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

/// Migrates as the schema's owner, and takes in the rows of a database that was adopted.
///
/// # Errors
/// As [`database::migrate::migrate`].
pub async fn owner_migrates(app: &App, report: &mut (dyn FnMut(String) + Send)) -> Result<()> {
    let url = &app.config.database.migrate_url;
    if url.is_empty() {
        return migrate_all(&app.db, app.clock.now(), report).await;
    }
    let owner = database::connect(url, 2).await?;
    let result = migrate_all(&owner, app.clock.now(), report).await;
    owner.close().await;
    result
}

/// The schema, then once what an older site's rows mean here: who may log in, which audio is lost, what the journal owes.
///
/// # Errors
/// As [`database::migrate::migrate`].
pub async fn migrate_all(pool: &MySqlPool, now: OffsetDateTime, report: &mut (dyn FnMut(String) + Send)) -> Result<()> {
    database::migrate::migrate(pool, report).await?;
    let mut lock = database::migrate::Lock::take(pool).await?;
    if !adopt::is_imported(&mut lock.connection).await? {
        adopt::import(&mut lock.connection, now, report).await?;
        for difference in ledger::import::run(pool, now).await.context("the money of the older site could not be taken in")? {
            report(format!("imported with a difference: {difference}"));
        }
        adopt::finish(&mut lock.connection, now).await?;
    }
    lock.release().await
}
