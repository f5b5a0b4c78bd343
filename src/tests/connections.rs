//! What people who go away in the middle of something leave behind in the pool: nothing.

use crate::database::fresh_database;
use eternity::{ledger, server::database};
use std::time::Duration;

/// A request can be dropped at any moment, also while it opens a transaction. Whoever gets the connection next writes
/// into the database, not into a transaction that nobody ends.
#[tokio::test]
async fn a_transaction_given_up_while_it_opens_takes_nobody_elses_writes() {
    let database = fresh_database().await;
    let pool = database::connect(&database.url, 1).await.unwrap();
    let rounds = 300;
    for round in 0..rounds {
        // Cut at ever other moments: before, amid and after the answer.
        let opened = tokio::time::timeout(Duration::from_micros(round), ledger::begin_on(&pool)).await;
        drop(opened);
        sqlx::query("INSERT INTO siteSettings (name, value) VALUES (?, 'kept')").bind(format!("round {round}")).execute(&pool).await.unwrap();
        // And the next transaction opens.
        ledger::begin_on(&pool).await.unwrap().rollback().await.unwrap();
    }
    pool.close().await;
    let pool = database::connect(&database.url, 1).await.unwrap();
    let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM siteSettings WHERE value = 'kept'").fetch_one(&pool).await.unwrap();
    assert_eq!(u64::try_from(kept).unwrap(), rounds);
}
