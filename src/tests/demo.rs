//! The demo content: it is all there, it is true, and a second time adds nothing.

use crate::app::TestApp;
use eternity::{demo, ledger, listening::recount::recount, server::config::Mode};

/// What must not grow the second time.
const TABLES: [&str; 19] = [
    "users",
    "artistProfiles",
    "artistUploads",
    "artistFollowers",
    "trackLikes",
    "trackComments",
    "streamHistory",
    "albums",
    "tracks",
    "playlists",
    "userPlaylists",
    "playlistFollowers",
    "playlistShares",
    "tips",
    "refunds",
    "disputes",
    "creatorEarnings",
    "creatorPayouts",
    "posts",
];

async fn counts(app: &TestApp) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in TABLES {
        counts.push(app.number(&format!("SELECT COUNT(*) FROM {table}")).await);
    }
    counts
}

#[tokio::test]
async fn the_small_set_has_something_of_everything_and_the_books_balance() {
    let app = TestApp::start().await;
    demo::fill(&app.app, true, &|_| {}).await.unwrap();
    let first = counts(&app).await;
    for (table, count) in TABLES.iter().zip(&first) {
        assert!(*count > 0, "{table} is empty");
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM trackMedia WHERE state = 'ready'").await, 4);
    assert_eq!(app.number("SELECT COUNT(DISTINCT status) FROM creatorPayouts").await, 4, "payouts in every state");
    assert!(app.number("SELECT COUNT(*) FROM refunds WHERE state = 'completed'").await > 1, "something went back");
    assert!(ledger::verify(&app.app.db).await.unwrap().differences.is_empty());
    assert!(recount(&app.app, false).await.unwrap().is_empty());
    demo::fill(&app.app, true, &|_| {}).await.unwrap();
    // Even where the mark of completeness is missing, as after a crash.
    sqlx::query("DELETE FROM siteSettings WHERE name = 'demo'").execute(&app.app.db).await.unwrap();
    demo::fill(&app.app, true, &|_| {}).await.unwrap();
    assert_eq!(counts(&app).await, first);
}

#[tokio::test]
async fn production_has_none() {
    let app = TestApp::start_with(|config| config.mode = Mode::Production).await;
    assert!(demo::fill(&app.app, true, &|_| {}).await.is_err());
    assert_eq!(app.number("SELECT COUNT(*) FROM users").await, 0);
}
