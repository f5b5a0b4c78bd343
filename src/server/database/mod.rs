//! The database: connections with safe settings, the private server, migrations, adoption.

pub mod adopt;
pub mod embedded;
pub mod migrate;
pub mod seed;
pub mod users;

use anyhow::{Context, Result};
use sqlx::{
    ConnectOptions, Connection, Executor, MySqlPool,
    mysql::{MySqlConnectOptions, MySqlDatabaseError, MySqlPoolOptions},
};
use std::{str::FromStr, time::Duration};

/// Which of the two it is; their SQL differs in places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    MySql,
    MariaDb,
}

/// What every connection sets: UTC, refusing instead of clamping or truncating, and reads that see what is committed,
/// so that a guarded update after a lock works on current rows.
const SESSION: [&str; 3] = [
    "SET time_zone = '+00:00'",
    "SET sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY', innodb_lock_wait_timeout = 10",
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
];

/// What only one of the two engines knows. MariaDB: a write to a row that changed since the snapshot is an error, not a
/// lost update. MySQL: a time for a column of whole seconds is cut, as MariaDB does; rounded up, it would lie in the future.
const OF_ONE_ENGINE: [&str; 2] = ["SET SESSION innodb_snapshot_isolation = ON", "SET sql_mode = CONCAT(@@sql_mode, ',TIME_TRUNCATE_FRACTIONAL')"];

/// A connection that was used within this time is not asked whether it still works.
const IDLE: Duration = Duration::from_secs(1);

/// Opens a pool whose connections are set up for money.
///
/// # Errors
/// When the address is wrong or nothing answers there; says what to do.
pub async fn connect(url: &str, max_connections: u32) -> Result<MySqlPool> {
    let options = MySqlConnectOptions::from_str(url)
        .context("DATABASE_URL (database.url) is not an address such as mysql://user:password@host:3306/eternity")?
        .charset("utf8mb4")
        .disable_statement_logging();
    let host = without_password(url);
    MySqlPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(Duration::from_secs(5))
        .after_connect(|connection, _| {
            Box::pin(async move {
                for statement in SESSION {
                    connection.execute(statement).await?;
                }
                for statement in OF_ONE_ENGINE {
                    if let Err(error) = connection.execute(statement).await {
                        tracing::trace!("no such setting here: {error}");
                    }
                }
                Ok(())
            })
        })
        // Who goes away while a transaction opens leaves it open, and sqlx does not know of it: what the next one wrote
        // would be lost. So no connection goes back with one.
        .after_release(|connection, _| {
            Box::pin(async move {
                connection.execute("ROLLBACK").await?;
                Ok(true)
            })
        })
        // That was a sign of life: only what has been idle since is asked again.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for >= IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await
        .map_err(|error| {
            let advice = match number(&error) {
                Some(1044 | 1045 | 1698) => {
                    "refuses the user: are the name and the password in DATABASE_URL right, and may that user use this database?"
                }
                Some(1049) => "has no such database: CREATE DATABASE … CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
                Some(1040) => "has too many connections: raise its max_connections, or lower database.max_connections",
                _ => "does not answer: is it running, and is DATABASE_URL right?",
            };
            anyhow::Error::new(error).context(format!("the database at {host} {advice}"))
        })
}

/// The server's number of an error (such as 1062, a duplicate key), when the server answered.
pub fn number(error: &sqlx::Error) -> Option<u16> {
    error.as_database_error().and_then(|error| error.try_downcast_ref::<MySqlDatabaseError>()).map(MySqlDatabaseError::number)
}

fn without_password(url: &str) -> String {
    url::Url::parse(url)
        .ok()
        .and_then(|url| url.host_str().map(|host| format!("{host}{}", url.path())))
        .unwrap_or_else(|| "the configured address".to_owned())
}

/// Which engine answers.
///
/// # Errors
/// When none does.
pub async fn engine(pool: &MySqlPool) -> sqlx::Result<Engine> {
    let version: String = sqlx::query_scalar("SELECT VERSION()").fetch_one(pool).await?;
    Ok(if version.to_lowercase().contains("mariadb") { Engine::MariaDb } else { Engine::MySql })
}

/// What is unsafe about a server that we did not start: sentences for the log.
pub async fn check_settings(pool: &MySqlPool) -> Vec<String> {
    let mut warnings = Vec::new();
    for (variable, safe, why) in [
        ("innodb_flush_log_at_trx_commit", "1", "a committed payment can be lost in a crash"),
        ("innodb_doublewrite", "ON", "a torn page can't be repaired"),
        ("sync_binlog", "1", "replicas and point-in-time recovery can lose the last transactions in a crash"),
        ("wsrep_on", "OFF", "servers of a cluster that all take writes do not see each other's locks"),
        ("autocommit", "ON", "statements outside transactions would not be kept"),
    ] {
        let found: Option<(String, String)> =
            sqlx::query_as(&format!("SHOW GLOBAL VARIABLES LIKE '{variable}'")).fetch_optional(pool).await.unwrap_or_default();
        if let Some((_, value)) = found
            && value != safe
            && !(variable == "innodb_doublewrite" && value != "OFF")
        {
            warnings.push(format!("{variable} is {value}, not {safe}: {why}"));
        }
    }
    match sqlx::query_scalar::<_, String>("SELECT VERSION()").fetch_one(pool).await {
        Ok(version) => warnings.extend(too_old(&version)),
        Err(error) => warnings.push(format!("the version could not be read: {error}")),
    }
    warnings
}

/// The oldest versions that the rules of money can rely on.
fn too_old(version: &str) -> Option<String> {
    let mut numbers = version.split(|character: char| !character.is_ascii_digit()).filter_map(|part| part.parse::<u32>().ok());
    let found = (numbers.next()?, numbers.next()?, numbers.next().unwrap_or(0));
    let mariadb = version.to_lowercase().contains("mariadb");
    // innodb_snapshot_isolation came with these patch levels.
    let minimum = match (mariadb, found) {
        (false, _) => (8, 0, 0),
        (true, (10, 6, _)) => (10, 6, 18),
        (true, (10, 11, _)) => (10, 11, 8),
        (true, _) => (10, 6, 18),
    };
    (found < minimum).then(|| format!("version {version} is older than {}.{}.{}: lost updates are possible", minimum.0, minimum.1, minimum.2))
}

#[cfg(test)]
mod tests {
    use super::too_old;

    #[test]
    fn minimum_versions() {
        for good in ["8.0.36", "9.7.4-2", "10.11.14-MariaDB-0+deb12u2", "10.6.18-MariaDB", "11.4.2-MariaDB"] {
            assert_eq!(too_old(good), None, "{good}");
        }
        for bad in ["5.7.44", "10.5.1-MariaDB", "10.6.12-MariaDB", "10.11.6-MariaDB"] {
            assert!(too_old(bad).is_some(), "{bad}");
        }
    }
}
