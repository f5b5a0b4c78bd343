//! Migrations: once, whoever starts first, and clear words when one broke.

use crate::database::{TestDatabase, empty_database, fresh_database};
use eternity::server::database::{
    connect,
    migrate::{MIGRATOR, migrate, status},
};
use sqlx::MySqlPool;

async fn pool(database: &TestDatabase) -> MySqlPool {
    connect(&database.url, 3).await.unwrap()
}

/// Migrates: what was reported, or the error in full.
async fn run(pool: &MySqlPool) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    migrate(pool, &mut |line| lines.push(line)).await.map(|()| lines).map_err(|error| format!("{error:#}"))
}

/// Every table's definition, without the counters that rows move.
async fn definitions(pool: &MySqlPool) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT CAST(TABLE_NAME AS CHAR) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' ORDER BY 1",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut definitions = Vec::new();
    for table in tables {
        let (_, create): (String, String) = sqlx::query_as(&format!("SHOW CREATE TABLE `{table}`")).fetch_one(pool).await.unwrap();
        definitions.push(create.split(' ').filter(|word| !word.starts_with("AUTO_INCREMENT=")).collect::<Vec<_>>().join(" "));
    }
    definitions
}

async fn history(pool: &MySqlPool) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM _sqlx_migrations WHERE success = 1").fetch_one(pool).await.unwrap()
}

fn known() -> i64 {
    i64::try_from(MIGRATOR.iter().count()).unwrap()
}

#[tokio::test]
async fn an_empty_database_is_migrated_and_a_second_time_changes_nothing() {
    let database = empty_database().await;
    let pool = pool(&database).await;
    assert!(status(&pool).await.unwrap().iter().all(|migration| !migration.applied));
    assert_eq!(run(&pool).await.unwrap().last().unwrap(), &format!("schema: {} migrations applied", known()));
    let first = definitions(&pool).await;
    assert!(status(&pool).await.unwrap().iter().all(|migration| migration.applied));
    assert_eq!(run(&pool).await.unwrap(), ["schema: up to date"]);
    assert_eq!(definitions(&pool).await, first);
    assert_eq!(history(&pool).await, known());
}

#[tokio::test]
async fn several_that_start_at_once_migrate_once() {
    let database = empty_database().await;
    let pools = [pool(&database).await, pool(&database).await, pool(&database).await];
    let (a, b, c) = tokio::join!(run(&pools[0]), run(&pools[1]), run(&pools[2]));
    let reports = [a.unwrap(), b.unwrap(), c.unwrap()];
    let did = reports.iter().filter(|lines| lines.iter().any(|line| line.contains("migrations applied"))).count();
    assert_eq!(did, 1, "{reports:?}");
    assert_eq!(history(&pools[0]).await, known());
}

#[tokio::test]
async fn a_migration_that_broke_half_way_is_named() {
    let database = fresh_database().await;
    let pool = pool(&database).await;
    let last = MIGRATOR.iter().map(|migration| migration.version).max().unwrap();
    sqlx::query("UPDATE _sqlx_migrations SET success = 0 WHERE version = ?").bind(last).execute(&pool).await.unwrap();
    let error = run(&pool).await.unwrap_err();
    assert!(error.contains(&format!("migration {last} broke half way")) && error.contains("restore the backup"), "{error}");
    // As the message says.
    sqlx::query("UPDATE _sqlx_migrations SET success = 1 WHERE version = ?").bind(last).execute(&pool).await.unwrap();
    assert_eq!(run(&pool).await.unwrap(), ["schema: up to date"]);
}

#[tokio::test]
async fn a_newer_database_and_a_changed_migration_are_refused() {
    let database = fresh_database().await;
    let pool = pool(&database).await;
    sqlx::query("UPDATE _sqlx_migrations SET checksum = 'other' WHERE version = 3").execute(&pool).await.unwrap();
    let error = run(&pool).await.unwrap_err();
    assert!(error.contains("migration 3 was changed"), "{error}");

    let database = fresh_database().await;
    let pool = self::pool(&database).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations SELECT 9999, 'later', installed_on, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 3",
    )
    .execute(&pool)
    .await
    .unwrap();
    let error = run(&pool).await.unwrap_err();
    assert!(error.contains("9999") && error.contains("older than the database"), "{error}");
}

#[tokio::test]
async fn an_address_without_a_database_is_refused() {
    let database = empty_database().await;
    let mut url = url::Url::parse(&database.url).unwrap();
    url.set_path("");
    let pool = connect(url.as_str(), 1).await.unwrap();
    let error = run(&pool).await.unwrap_err();
    assert!(error.contains("names no database"), "{error}");
}
