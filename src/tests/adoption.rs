//! Adoption: an older site's database becomes this one's, and no row of it changes.

use crate::database::{TestDatabase, empty_database};
use eternity::{
    cli::migrate::migrate_all,
    ledger,
    server::{
        clock::Clock,
        database::{
            connect,
            migrate::MIGRATOR,
            seed::seed,
            users::{insert_user, required_user_columns},
        },
    },
};
use sqlx::{Executor, MySqlPool};
use std::collections::BTreeMap;

const DRIZZLE: &str = include_str!("adoption/drizzle.sql");
const ROWS: &str = include_str!("adoption/rows.sql");

/// The nine tables of the contract, as their migrations number them.
const CONTRACT: std::ops::RangeInclusive<i64> = 15..=23;

async fn older_site(scripts: &[&str]) -> (TestDatabase, MySqlPool) {
    let database = empty_database().await;
    let pool = connect(&database.url, 3).await.unwrap();
    for script in scripts {
        let script: String = script.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
        for statement in script.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()) {
            pool.execute(statement).await.unwrap_or_else(|error| panic!("{error}\n{statement}"));
        }
    }
    (database, pool)
}

/// The contract's own DDL, over a table of users that has nothing but the id.
fn reference_ddl() -> String {
    let mut script = "CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY);\nINSERT INTO users () VALUES (), (), (), ();\n".to_owned();
    for migration in MIGRATOR.iter().filter(|migration| CONTRACT.contains(&migration.version)) {
        script.push_str(&migration.sql);
    }
    script
}

async fn adopt(pool: &MySqlPool) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    migrate_all(pool, Clock::default().now(), &mut |line| lines.push(line)).await.map(|()| lines).map_err(|error| format!("{error:#}"))
}

/// Every row of every table, by the columns it has now.
type Rows = BTreeMap<String, (Vec<String>, Vec<String>)>;

async fn rows(pool: &MySqlPool) -> Rows {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT CAST(TABLE_NAME AS CHAR), CAST(COLUMN_NAME AS CHAR) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in columns {
        tables.entry(table).or_default().push(column);
    }
    let mut all = Rows::new();
    for (table, columns) in tables {
        let values = rows_of(pool, &table, &columns).await;
        all.insert(table, (columns, values));
    }
    all
}

async fn rows_of(pool: &MySqlPool, table: &str, columns: &[String]) -> Vec<String> {
    let list = columns.iter().map(|column| format!("COALESCE(CAST(`{column}` AS CHAR), 'NULL')")).collect::<Vec<_>>().join(", ");
    sqlx::query_scalar(&format!("SELECT CAST(CONCAT_WS('|', {list}) AS CHAR) FROM `{table}` ORDER BY 1")).fetch_all(pool).await.unwrap()
}

/// Each row that was there is there, with the same value in every column that was there, and no other row is.
async fn assert_kept(pool: &MySqlPool, before: &Rows) {
    for (table, (columns, values)) in before {
        assert_eq!(&rows_of(pool, table, columns).await, values, "{table}");
    }
}

/// Columns and indexes of everything.
async fn dictionary(pool: &MySqlPool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT CAST(CONCAT_WS(' ', TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COALESCE(COLUMN_DEFAULT, '-'), EXTRA) AS CHAR)
         FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()
         UNION ALL
         SELECT CAST(CONCAT_WS(' ', TABLE_NAME, INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME) AS CHAR)
         FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

async fn number(pool: &MySqlPool, sql: &str) -> i64 {
    sqlx::query_scalar(&format!("SELECT CAST(({sql}) AS SIGNED)")).fetch_one(pool).await.unwrap()
}

async fn has_index(pool: &MySqlPool, table: &str, index: &str) -> bool {
    let sql = format!(
        "SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{table}' AND INDEX_NAME = '{index}'"
    );
    number(pool, &sql).await > 0
}

#[tokio::test]
async fn the_contracts_own_tables_are_adopted_with_every_row() {
    let (_database, pool) = older_site(&[&reference_ddl(), ROWS]).await;
    let before = rows(&pool).await;
    let report = adopt(&pool).await.unwrap();
    assert_kept(&pool, &before).await;
    assert!(report.iter().any(|line| line.contains("column users.role")), "{report:#?}");
    assert!(has_index(&pool, "creatorEarnings", "idx_creatorEarnings_artist_type").await);
    let books = ledger::verify(&pool).await.unwrap();
    assert!(books.balances(), "{books}");
    assert!(required_user_columns(&pool).await.unwrap().is_empty());
}

#[tokio::test]
async fn tables_made_by_drizzle_are_completed_and_keep_every_row() {
    let (_database, pool) = older_site(&[DRIZZLE, ROWS]).await;
    let before = rows(&pool).await;
    let report = adopt(&pool).await.unwrap();
    assert_kept(&pool, &before).await;
    for (table, index) in [
        ("artistProfiles", "idx_userId"),
        ("artistUploads", "idx_artistId"),
        ("creatorEarnings", "idx_period"),
        ("creatorPayouts", "idx_status"),
        ("tips", "idx_senderId"),
        ("adMetrics", "idx_adId"),
        ("playlistFollowers", "unique_playlist_follower"),
        ("favorites", "unique_favorite"),
        ("tracks", "idx_tracks_genre"),
    ] {
        assert!(has_index(&pool, table, index).await, "{table}.{index}");
    }
    assert!(has_index(&pool, "users", "users_openId_unique").await, "keys of its own stay");
    assert!(!has_index(&pool, "artistProfiles", "userId").await, "the unique key is there under another name");

    // People get in by e-mail: the first of two with one address, nobody without an address.
    let people: Vec<(i32, String)> = sqlx::query_as(
        "SELECT userId, CAST(emailKey AS CHAR CHARACTER SET utf8mb4) FROM accountCredentials WHERE passwordHash IS NULL ORDER BY userId",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(people, [(1, "ada@example.org".to_owned()), (2, "ben@example.org".to_owned())]);
    assert!(report.iter().any(|line| line.contains("user 3")) && report.iter().any(|line| line.contains("user 5")), "{report:#?}");
    assert_eq!(number(&pool, "SELECT COUNT(*) FROM trackMedia WHERE state = 'unavailable' AND failure = 'missing'").await, 2);
    assert_eq!(number(&pool, "SELECT COUNT(*) FROM userSubscriptions WHERE status = 'active'").await, 0, "nobody paid this site");
    let books = ledger::verify(&pool).await.unwrap();
    assert!(books.balances(), "{books}");

    // New people, in spite of the required openId.
    let required = required_user_columns(&pool).await.unwrap();
    assert_eq!(required.iter().map(|column| (column.name.as_str(), column.fillable)).collect::<Vec<_>>(), [("openId", true)]);
    let mut connection = pool.acquire().await.unwrap();
    let id = insert_user(&mut connection, "Fay", Clock::default().now()).await.unwrap();
    assert_eq!(number(&pool, &format!("SELECT LENGTH(openId) FROM users WHERE id = {id} AND name = 'Fay' AND role = 'user'")).await, 26);

    // Its own tiers stay, the missing one is added, and the second time there is nothing to do.
    seed(&pool).await.unwrap();
    assert_eq!(number(&pool, "SELECT monthlyPrice FROM subscriptionTiers WHERE name = 'Premium'").await, 1299);
    assert_eq!(number(&pool, "SELECT COUNT(*) FROM subscriptionTiers").await, 3);
    let (columns, all) = (dictionary(&pool).await, rows(&pool).await);
    assert_eq!(adopt(&pool).await.unwrap(), ["schema: up to date"]);
    assert_eq!(dictionary(&pool).await, columns);
    assert_eq!(rows(&pool).await, all);
}

#[tokio::test]
async fn what_stands_in_the_way_is_told_in_one_go_and_nothing_is_changed() {
    let (_database, pool) = older_site(&[
        DRIZZLE,
        ROWS,
        "INSERT INTO playlistFollowers (playlistId, userId) VALUES (1, 1), (1, 1);
ALTER TABLE users ADD COLUMN birthday DATE NOT NULL DEFAULT '2000-01-01';
ALTER TABLE users ALTER COLUMN birthday DROP DEFAULT;
ALTER TABLE tips MODIFY amount VARCHAR(20) NOT NULL;
ALTER TABLE tracks ADD COLUMN year INT NOT NULL;
ALTER TABLE adMetrics DROP FOREIGN KEY adMetrics_userId_users_id_fk;
ALTER TABLE adMetrics ENGINE=MyISAM;
CREATE TABLE jobs (id INT PRIMARY KEY);
CREATE TABLE albums (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY);
ALTER TABLE playlistShares MODIFY platform ENUM('twitter','whatsapp');
",
    ])
    .await;
    let (columns, all) = (dictionary(&pool).await, rows(&pool).await);
    let refusal = adopt(&pool).await.unwrap_err();
    for expected in [
        "nothing was changed",
        "playlistFollowers has 1 duplicates of (playlistId, userId), which must be unique, such as (1, 1) 3 times",
        "DELETE b FROM `playlistFollowers`",
        "users.birthday is required",
        "tips.amount is varchar(20), which can't hold the whole numbers",
        "tracks.year is required",
        "adMetrics is kept by MyISAM",
        "the table jobs is not of this site",
        "albums.id is bigint",
        "playlistShares.platform is enum('twitter','whatsapp'), which can't hold 'facebook', 'copy'",
    ] {
        assert!(refusal.contains(expected), "{expected}\n{refusal}");
    }
    assert_eq!(dictionary(&pool).await, columns);
    assert_eq!(rows(&pool).await, all);
}

#[tokio::test]
async fn the_refusals_own_advice_about_duplicates_works() {
    let (_database, pool) = older_site(&[DRIZZLE, ROWS, "INSERT INTO playlistFollowers (playlistId, userId) VALUES (1, 1), (1, 1);\n"]).await;
    let refusal = adopt(&pool).await.unwrap_err();
    let advice = &refusal[refusal.find("DELETE b").unwrap()..];
    pool.execute(advice.lines().next().unwrap()).await.unwrap();
    adopt(&pool).await.unwrap();
    assert_eq!(number(&pool, "SELECT COUNT(*) FROM playlistFollowers").await, 2);
    assert_eq!(
        number(&pool, "SELECT UNIX_TIMESTAMP(followedAt) FROM playlistFollowers WHERE userId = 1").await,
        1_711_929_601,
        "the first one stays"
    );
}

#[tokio::test]
async fn an_adoption_that_was_interrupted_goes_on() {
    let (_database, pool) = older_site(&[
        DRIZZLE,
        ROWS,
        "ALTER TABLE users COMMENT 'as if the process had died here';
ALTER TABLE tips ADD INDEX idx_senderId (senderId);
ALTER TABLE playlistFollowers ADD UNIQUE KEY unique_playlist_follower (playlistId, userId);
ALTER TABLE userSubscriptions ADD COLUMN status ENUM('active', 'past_due', 'cancelled', 'expired') DEFAULT 'expired' NOT NULL;
",
    ])
    .await;
    for migration in MIGRATOR.iter().filter(|migration| matches!(migration.version, 3 | 5)) {
        pool.execute(&*migration.sql).await.unwrap();
    }
    // Even the empty history may be there already.
    pool.execute("CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)").await.unwrap();
    let mut before = rows(&pool).await;
    before.remove("_sqlx_migrations");
    adopt(&pool).await.unwrap();
    assert_kept(&pool, &before).await;
    let books = ledger::verify(&pool).await.unwrap();
    assert!(books.balances(), "{books}");
}

#[tokio::test]
async fn wider_and_nullable_columns_and_other_collations_are_fine() {
    let (_database, pool) = older_site(&[
        DRIZZLE,
        ROWS,
        "ALTER TABLE tips MODIFY amount BIGINT NULL, MODIFY message LONGTEXT, MODIFY paymentStatus ENUM('completed','failed','pending','disputed') NOT NULL DEFAULT 'completed';
ALTER TABLE artistUploads CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
ALTER TABLE userPlaylists MODIFY isPublic TINYINT(1) NOT NULL DEFAULT 0, MODIFY name VARCHAR(1000) NOT NULL;
ALTER TABLE creatorPayouts MODIFY processedAt DATETIME(6) NULL, MODIFY status VARCHAR(64) NOT NULL DEFAULT 'pending';
",
    ])
    .await;
    let (before, columns) = (rows(&pool).await, dictionary(&pool).await);
    adopt(&pool).await.unwrap();
    assert_kept(&pool, &before).await;
    let after = dictionary(&pool).await;
    for line in columns
        .iter()
        .filter(|line| line.starts_with("tips amount") || line.starts_with("creatorPayouts status") || line.contains("isPublic tinyint"))
    {
        assert!(after.contains(line), "{line}");
    }
    let books = ledger::verify(&pool).await.unwrap();
    assert!(books.balances(), "{books}");
}
