//! The database.

use sqlx::{MySqlPool, mysql::MySqlPoolOptions};

/// Opens a pool.
///
/// # Errors
/// When the database does not answer.
pub async fn connect(url: &str, max_connections: u32) -> anyhow::Result<MySqlPool> {
    Ok(MySqlPoolOptions::new().max_connections(max_connections).connect(url).await?)
}
