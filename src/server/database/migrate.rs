//! Migrations, once, whoever starts first.

use super::adopt;
use anyhow::{Context, Result, bail, ensure};
use sqlx::{
    Connection, MySqlConnection, MySqlPool,
    migrate::{Migrate, MigrateError, Migrator},
};

/// The files of `migrations/`.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// How long another process may take.
const LOCK_SECONDS: i32 = 120;

/// A migration and whether this database has it.
#[derive(Clone, Debug)]
pub struct MigrationStatus {
    pub version: i64,
    pub description: String,
    pub applied: bool,
}

/// Brings the schema up to date. Several processes may start at once: a lock lets one through after the other.
/// (sqlx's own lock does nothing on MariaDB, which answers NULL to a negative time-out.)
///
/// # Errors
/// When another process holds the lock too long, an earlier migration broke half way, or the database refuses.
pub async fn migrate(pool: &MySqlPool, report: &mut (dyn FnMut(String) + Send)) -> Result<()> {
    let mut lock = Lock::take(pool).await?;
    let result = locked(&mut lock.connection, report).await;
    lock.release().await?;
    result
}

/// Held by one process at a time for each database. A process that dies releases it with its connection.
pub struct Lock {
    /// A connection of its own, out of the pool.
    pub connection: MySqlConnection,
    name: String,
}

impl Lock {
    /// Waits for it.
    ///
    /// # Errors
    /// When another process holds it too long, or the database does not answer.
    pub async fn take(pool: &MySqlPool) -> Result<Self> {
        let mut connection = pool.acquire().await.context("the database does not answer")?.detach();
        let name = lock_name(&mut connection).await?;
        let got: Option<i64> = sqlx::query_scalar("SELECT GET_LOCK(?, ?)").bind(&name).bind(LOCK_SECONDS).fetch_one(&mut connection).await?;
        ensure!(got == Some(1), "another process has been migrating this database for {LOCK_SECONDS} s: wait for it, or end it, and start again");
        Ok(Self { connection, name })
    }

    /// Lets the next one in.
    ///
    /// # Errors
    /// When the database does not answer any more.
    pub async fn release(mut self) -> Result<()> {
        sqlx::query("DO RELEASE_LOCK(?)").bind(&self.name).execute(&mut self.connection).await?;
        self.connection.close().await?;
        Ok(())
    }
}

async fn locked(connection: &mut MySqlConnection, report: &mut (dyn FnMut(String) + Send)) -> Result<()> {
    if !has_history(connection).await? {
        adopt::adopt(connection, report).await?;
    }
    connection.ensure_migrations_table().await?;
    let before = connection.list_applied_migrations().await?.len();
    let mut migrator = Migrator { migrations: MIGRATOR.migrations.clone(), ..Migrator::DEFAULT };
    migrator.set_locking(false);
    match migrator.run_direct(connection).await {
        Ok(()) => {}
        Err(MigrateError::Dirty(version)) => bail!(
            "migration {version} broke half way on this database: restore the backup, or finish it by hand (migrations/{version:04}_…) and set success = 1 for it in _sqlx_migrations"
        ),
        Err(MigrateError::VersionMismatch(version)) => {
            bail!("migration {version} was changed after it had been applied: this program is not the one that made the database")
        }
        Err(MigrateError::VersionMissing(version)) => {
            bail!("the database has migration {version}, which this program does not know: it is older than the database")
        }
        Err(error) => return Err(error).context("a migration failed"),
    }
    let after = connection.list_applied_migrations().await?.len();
    report(if after == before { "schema: up to date".to_owned() } else { format!("schema: {} migrations applied", after - before) });
    Ok(())
}

/// Whether a migration was ever applied here.
async fn has_history(connection: &mut MySqlConnection) -> Result<bool> {
    if !has_history_table(connection).await? {
        return Ok(false);
    }
    Ok(!connection.list_applied_migrations().await?.is_empty())
}

async fn has_history_table(connection: &mut MySqlConnection) -> sqlx::Result<bool> {
    let tables: i64 = sqlx::query_scalar(
        "SELECT CAST(COUNT(*) AS SIGNED) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '_sqlx_migrations'",
    )
    .fetch_one(connection)
    .await?;
    Ok(tables > 0)
}

async fn lock_name(connection: &mut MySqlConnection) -> Result<String> {
    let schema: Option<String> = sqlx::query_scalar("SELECT DATABASE()").fetch_one(&mut *connection).await?;
    let schema = schema.context("the database's address names no database: add /eternity to DATABASE_URL")?;
    // Names of locks have 64 characters at most and are the server's, not the database's.
    Ok(format!("eternity-{}", &crate::server::tokens::digest(&schema)[..32]))
}

/// Every migration and whether this database has it.
///
/// # Errors
/// When the database does not answer.
pub async fn status(pool: &MySqlPool) -> Result<Vec<MigrationStatus>> {
    let mut connection = pool.acquire().await?;
    let applied: Vec<i64> = if has_history_table(&mut connection).await? {
        connection.list_applied_migrations().await?.into_iter().map(|migration| migration.version).collect()
    } else {
        Vec::new()
    };
    Ok(MIGRATOR
        .iter()
        .map(|migration| MigrationStatus {
            version: migration.version,
            description: migration.description.to_string(),
            applied: applied.contains(&migration.version),
        })
        .collect())
}
