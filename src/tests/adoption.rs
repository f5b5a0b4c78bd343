//! Adoption: an older site's database becomes this one's and no row of it changes; what must be refused; what its people meet.

use crate::{
    app::TestApp,
    database::{TestDatabase, empty_database},
    schema,
};
use eternity::{
    cli::migrate::migrate_all,
    ledger,
    server::{
        clock::Clock,
        database::{self, connect, migrate::MIGRATOR, seed::seed, users::insert_user},
    },
};
use reqwest::StatusCode;
use sqlx::{Executor, MySqlPool, migrate::Migrator};

const REFERENCE: &str = include_str!("fixtures/reference_form.sql");
const DRIZZLE: &str = include_str!("fixtures/drizzle_form.sql");
const ROWS: &str = include_str!("fixtures/old_rows.sql");

const NINE: [&str; 9] = [
    "artistProfiles",
    "artistUploads",
    "userPlaylists",
    "playlistFollowers",
    "playlistShares",
    "creatorEarnings",
    "creatorPayouts",
    "tips",
    "adMetrics",
];

/// A database that runs these scripts.
pub async fn old_site(scripts: &[&str]) -> (TestDatabase, MySqlPool) {
    let database = empty_database().await;
    let pool = connect(&database.url, 3).await.unwrap();
    // Without the safe settings of our own connections: the older site had none.
    let mut connection = <sqlx::MySqlConnection as sqlx::Connection>::connect(&database.url).await.unwrap();
    for script in scripts {
        connection.execute(*script).await.unwrap();
    }
    (database, pool)
}

/// The older site that its tool made, with all its rows.
pub async fn drizzle_site() -> (TestDatabase, MySqlPool) {
    old_site(&[DRIZZLE, ROWS]).await
}

pub async fn adopt(pool: &MySqlPool) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    migrate_all(pool, Clock::default().now(), &mut |line| lines.push(line)).await.map(|()| lines).map_err(|error| format!("{error:#}"))
}

/// A table with the columns it had and all it held.
struct Kept {
    table: String,
    list: String,
    rows: Vec<String>,
}

async fn texts(pool: &MySqlPool, sql: &str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(pool).await.unwrap()
}

async fn rows(pool: &MySqlPool, table: &str, list: &str) -> Vec<String> {
    texts(pool, &format!("SELECT CAST(CONCAT_WS('|', {list}) AS CHAR) FROM `{table}` ORDER BY 1")).await
}

/// Everything that stands in the database.
async fn keep(pool: &MySqlPool) -> Vec<Kept> {
    let tables = texts(pool, "SELECT CAST(TABLE_NAME AS CHAR) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1").await;
    let mut kept = Vec::new();
    for table in tables {
        // Bytes as hexadecimals, so that everything is text.
        let list = texts(
            pool,
            &format!(
                "SELECT CAST(CONCAT('COALESCE(', IF(DATA_TYPE LIKE '%blob' OR DATA_TYPE LIKE '%binary', 'HEX(`', 'CAST(`'), COLUMN_NAME,
                                    IF(DATA_TYPE LIKE '%blob' OR DATA_TYPE LIKE '%binary', '`)', '` AS CHAR CHARACTER SET utf8mb4)'), ', ''<null>'')') AS CHAR)
                 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{table}' ORDER BY ORDINAL_POSITION"
            ),
        )
        .await
        .join(", ");
        let rows = rows(pool, &table, &list).await;
        kept.push(Kept { table, list, rows });
    }
    kept
}

async fn assert_unchanged(pool: &MySqlPool, kept: &[Kept]) {
    for Kept { table, list, rows: before } in kept {
        assert_eq!(&rows(pool, table, list).await, before, "{table}");
    }
}

/// Tables, columns and indexes, as text.
async fn dictionary(pool: &MySqlPool) -> Vec<String> {
    texts(
        pool,
        "SELECT CAST(CONCAT_WS(' ', TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_TYPE, IS_NULLABLE, COALESCE(COLUMN_DEFAULT, '-'), EXTRA) AS CHAR)
         FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()
         UNION ALL SELECT CAST(CONCAT_WS(' ', 'index', TABLE_NAME, INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME) AS CHAR)
         FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()
         UNION ALL SELECT CAST(CONCAT_WS(' ', 'table', TABLE_NAME, TABLE_TYPE) AS CHAR)
         FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1",
    )
    .await
}

async fn number(pool: &MySqlPool, sql: &str) -> i64 {
    sqlx::query_scalar(&format!("SELECT CAST(({sql}) AS SIGNED)")).fetch_one(pool).await.unwrap()
}

/// Adoption of a whole site: nothing lost, everything there, the books in order.
async fn assert_adopted(pool: &MySqlPool) -> Vec<String> {
    let kept = keep(pool).await;
    assert!(NINE.iter().all(|name| kept.iter().any(|kept| kept.table == *name && !kept.rows.is_empty())), "rows in each of the nine");
    let report = adopt(pool).await.unwrap();
    assert_unchanged(pool, &kept).await;
    for table in NINE {
        let count = kept.iter().find(|kept| kept.table == table).unwrap().rows.len();
        assert_eq!(number(pool, &format!("SELECT COUNT(*) FROM {table}")).await, i64::try_from(count).unwrap(), "{table}");
    }
    assert_eq!(schema::missing_keys(pool).await, Vec::<String>::new());
    assert_eq!(number(pool, "SELECT COUNT(*) FROM _sqlx_migrations WHERE success = 1").await, i64::try_from(MIGRATOR.iter().count()).unwrap());
    let books = ledger::verify(pool).await.unwrap();
    assert!(books.balances(), "{books}");
    let (dictionary_then, kept_then) = (dictionary(pool).await, keep(pool).await);
    assert_eq!(adopt(pool).await.unwrap(), ["schema: up to date"], "there is nothing left to do");
    assert_eq!(dictionary(pool).await, dictionary_then);
    assert_unchanged(pool, &kept_then).await;
    report
}

#[tokio::test]
async fn rows_of_every_kind_survive_in_the_given_form() {
    let (_database, pool) = old_site(&[REFERENCE, ROWS]).await;
    let columns = schema::columns_of_the_nine(&pool).await;
    let report = assert_adopted(&pool).await;
    assert_eq!(schema::columns_of_the_nine(&pool).await, columns, "no column of the nine changes");
    assert!(report.iter().any(|line| line.contains("payout 65") && line.contains("1.50")), "what was paid without being earned: {report:#?}");
    // Of two with one address the first gets it; an address that is none is told.
    let people =
        texts(&pool, "SELECT CAST(CONCAT(userId, ' ', emailKey) AS CHAR CHARACTER SET utf8mb4) FROM accountCredentials ORDER BY userId").await;
    assert_eq!(people, ["1 ada@example.org", "2 bela@example.org", "7 soren@example.org"]);
    assert!(["user 3", "user 9"].iter().all(|user| report.iter().any(|line| line.contains(user))), "{report:#?}");
}

#[tokio::test]
async fn rows_of_every_kind_survive_in_the_form_of_its_tool() {
    let (_database, pool) = drizzle_site().await;
    let columns = schema::columns_of_the_nine(&pool).await;
    assert!(!schema::missing_keys(&pool).await.is_empty());
    let report = assert_adopted(&pool).await;
    assert_eq!(schema::columns_of_the_nine(&pool).await, columns, "no column of the nine changes");
    assert!(report.iter().any(|line| line.contains("unique key playlistFollowers.")), "{report:#?}");
    assert_eq!(number(&pool, "SELECT COUNT(*) FROM userSubscriptions WHERE status = 'active'").await, 0, "nobody paid this site");
    seed(&pool).await.unwrap();
    assert_eq!(texts(&pool, "SELECT description FROM subscriptionTiers WHERE name = 'Free'").await, ["as it was"]);
    assert_eq!(number(&pool, "SELECT COUNT(*) FROM subscriptionTiers").await, 3);
    // Money as it stood: 4000 + 179 + 475 + 2500 + 33 - 475, less 3000 paid, less 1000 and 1200 reserved.
    let balance = |code: &str| {
        format!("SELECT balance FROM ledgerBalances JOIN ledgerAccounts ON ledgerAccounts.id = accountId WHERE artistId = 1 AND code LIKE '%{code}%'")
    };
    assert_eq!(number(&pool, &balance("available")).await, 1512);
    assert_eq!(number(&pool, &balance("reserved")).await, 2200);
    let again = sqlx::query("INSERT INTO playlistFollowers (playlistId, userId) VALUES (21, 2)").execute(&pool).await.unwrap_err();
    assert!(again.as_database_error().unwrap().is_unique_violation());
}

#[tokio::test]
async fn everything_can_be_written_in_an_adopted_database() {
    let (database, pool) = drizzle_site().await;
    adopt(&pool).await.unwrap();
    let now = Clock::default().now();
    let mut connection = connect(&database.url, 1).await.unwrap().acquire().await.unwrap().detach();
    let mut ids = Vec::new();
    for name in ["Kim", "Lee"] {
        ids.push(insert_user(&mut connection, name, now).await.unwrap());
    }
    assert!(ids[0] > 9 && ids[1] > ids[0]);
    assert_eq!(number(&pool, "SELECT COUNT(DISTINCT openId) FROM users").await, 7, "each has another value in the required column");
    // What the site itself writes, column for column.
    for sql in [
        "INSERT INTO artistProfiles (userId, artistName) VALUES ({id}, 'Kim')",
        "INSERT INTO userPlaylists (userId, name) VALUES ({id}, 'Mine')",
        "INSERT INTO payments (userId, amount, currency, purpose, provider, providerPaymentId, status) VALUES ({id}, 500, 'USD', 'tip', 'stripe', 'pi_1', 'completed')",
        "INSERT INTO albums (title, artistName, genre, isPublished) VALUES ('New', 'Kim', 'folk', 1)",
        "INSERT INTO tracks (albumId, title, artistName, audioKey, isPublished) SELECT MAX(id), 'Song', 'Kim', 'k', 1 FROM albums",
        "INSERT INTO streamHistory (userId, uploadId, source, playId, listenedMs, counted) VALUES ({id}, 11, 'page', 'p', 30000, 1)",
        "INSERT INTO trackLikes (userId, trackId) VALUES ({id}, 11)",
    ] {
        sqlx::query(&sql.replace("{id}", &ids[0].to_string())).execute(&pool).await.unwrap();
    }
}

#[tokio::test]
async fn an_adoption_that_broke_between_two_migrations_goes_on() {
    let (_database, pool) = drizzle_site().await;
    let kept = keep(&pool).await;
    // As if the process had died when five of the site's own tables were made: no data was taken in.
    let mut connection = pool.acquire().await.unwrap().detach();
    database::adopt::adopt(&mut connection, &mut |_| {}).await.unwrap();
    let mut migrator = Migrator { migrations: MIGRATOR.iter().filter(|migration| migration.version <= 30).cloned().collect(), ..Migrator::DEFAULT };
    migrator.set_locking(false).run_direct(&mut connection).await.unwrap();
    assert_eq!(number(&pool, "SELECT COUNT(*) FROM _sqlx_migrations").await, 30);
    adopt(&pool).await.unwrap();
    assert_unchanged(&pool, &kept).await;
    assert_eq!(number(&pool, "SELECT COUNT(*) FROM accountCredentials").await, 3);
    assert_eq!(number(&pool, "SELECT COUNT(*) FROM trackMedia WHERE state = 'unavailable'").await, 3);
    let books = ledger::verify(&pool).await.unwrap();
    assert!(books.balances(), "{books}");
}

#[tokio::test]
async fn several_that_start_at_once_adopt_once() {
    let (database, pool) = drizzle_site().await;
    let kept = keep(&pool).await;
    let other = connect(&database.url, 3).await.unwrap();
    let (a, b) = tokio::join!(adopt(&pool), adopt(&other));
    let (a, b) = (a.unwrap(), b.unwrap());
    let did = |lines: &[String]| lines.iter().filter(|line| line.starts_with("adopting: added")).count();
    assert!((did(&a) == 0) != (did(&b) == 0), "{a:?} {b:?}");
    assert_unchanged(&pool, &kept).await;
    let books = ledger::verify(&pool).await.unwrap();
    assert!(books.balances(), "{books}");
}

#[tokio::test]
async fn a_database_of_something_else_is_not_touched() {
    let (_database, pool) =
        old_site(&["CREATE TABLE customers (id INT PRIMARY KEY, email VARCHAR(3)); INSERT INTO customers VALUES (1, 'abc');"]).await;
    let kept = keep(&pool).await;
    let report = adopt(&pool).await.unwrap();
    assert!(!report.iter().any(|line| line.contains("adopting")), "{report:?}");
    assert_unchanged(&pool, &kept).await;
    assert_eq!(number(&pool, "SELECT COUNT(*) FROM accountCredentials").await, 0);
}

/// A change to the older site's schema, and words that must stand in the refusal.
const REFUSED: [(&str, &[&str]); 18] = [
    ("INSERT INTO playlistFollowers (playlistId, userId) VALUES (21, 2), (21, 2), (22, 2)", &["playlistFollowers", "21, 2", "22, 2", "DELETE"]),
    ("CREATE TABLE trackLikes (id INT PRIMARY KEY)", &["trackLikes", "RENAME TABLE"]),
    ("CREATE TABLE jobs (id INT PRIMARY KEY)", &["jobs", "RENAME TABLE"]),
    ("ALTER TABLE favorites ENGINE=MyISAM", &["favorites", "MyISAM", "ENGINE=InnoDB"]),
    ("ALTER TABLE tracks ADD COLUMN year INT NOT NULL", &["tracks.year", "SET DEFAULT"]),
    ("ALTER TABLE tips MODIFY amount VARCHAR(20) NOT NULL", &["tips.amount", "varchar(20)", "whole numbers"]),
    (
        "DELETE FROM playlistShares WHERE platform IN ('copy', 'carrier pigeon'); ALTER TABLE playlistShares MODIFY platform ENUM('twitter', 'whatsapp', 'facebook')",
        &["playlistShares.platform", "can't hold 'copy'"],
    ),
    ("CREATE VIEW accountTokens AS SELECT 1 AS id", &["accountTokens"]),
    ("ALTER TABLE adMetrics MODIFY clicks VARCHAR(3) NOT NULL", &["adMetrics.clicks", "varchar(3)"]),
    ("ALTER TABLE adMetrics MODIFY impressions SMALLINT NOT NULL", &["adMetrics.impressions", "smallint"]),
    ("ALTER TABLE artistUploads MODIFY bpm TEXT", &["artistUploads.bpm", "text"]),
    ("ALTER TABLE artistUploads MODIFY genre VARCHAR(20) NOT NULL", &["artistUploads.genre", "varchar(20)"]),
    ("ALTER TABLE playlistShares MODIFY sharedAt DATE NOT NULL", &["playlistShares.sharedAt", "date"]),
    ("ALTER TABLE users ADD COLUMN age INT NOT NULL", &["users.age", "SET DEFAULT"]),
    ("ALTER TABLE users ADD COLUMN pin CHAR(4) NOT NULL", &["users.pin", "SET DEFAULT"]),
    ("ALTER TABLE tips ADD COLUMN mood INT NOT NULL", &["tips.mood", "SET DEFAULT"]),
    (
        "SET @before = @@sql_mode, sql_mode = ''; UPDATE userPlaylists SET createdAt = 0; SET sql_mode = @before",
        &["userPlaylists.createdAt", "in 2 rows", "= '1970-01-02' WHERE"],
    ),
    (
        "SET @before = @@sql_mode, sql_mode = ''; UPDATE creatorPayouts SET processedAt = 0 WHERE id = 62; SET sql_mode = @before",
        &["creatorPayouts.processedAt", "in 1 rows", "= NULL WHERE"],
    ),
];

#[tokio::test]
async fn every_refusal_is_told_at_once_and_changes_nothing() {
    let (_database, pool) = drizzle_site().await;
    for (change, _) in REFUSED {
        pool.execute(change).await.unwrap();
    }
    let (before, kept) = (dictionary(&pool).await, keep(&pool).await);
    let refusal = adopt(&pool).await.unwrap_err();
    for (change, words) in REFUSED {
        let told = refusal.lines().any(|line| words.iter().all(|word| line.contains(word)));
        assert!(told, "{change}: {words:?}\n{refusal}");
    }
    assert_eq!(refusal.lines().count(), REFUSED.len() + 1, "nothing else is in the way\n{refusal}");
    assert_eq!(dictionary(&pool).await, before);
    assert!(!before.iter().any(|line| line.contains("_sqlx_migrations")));
    assert_unchanged(&pool, &kept).await;
}

#[tokio::test]
async fn what_a_refusal_advises_helps() {
    let (_database, pool) = drizzle_site().await;
    pool.execute("INSERT INTO playlistFollowers (playlistId, userId) VALUES (21, 2), (21, 2); SET @before = @@sql_mode, sql_mode = ''; UPDATE userPlaylists SET createdAt = 0 WHERE id = 22; SET sql_mode = @before")
        .await
        .unwrap();
    let refusal = adopt(&pool).await.unwrap_err();
    for start in ["DELETE b", "UPDATE `userPlaylists`"] {
        let advice = &refusal[refusal.find(start).unwrap()..];
        pool.execute(advice.lines().next().unwrap()).await.unwrap();
    }
    adopt(&pool).await.unwrap();
    assert_eq!(texts(&pool, "SELECT CAST(id AS CHAR) FROM playlistFollowers ORDER BY id").await, ["31", "32", "33"], "the first ones stay");
    assert_eq!(texts(&pool, "SELECT CAST(DATE(createdAt) AS CHAR) FROM userPlaylists WHERE id = 22").await, ["1970-01-02"]);
}

#[tokio::test]
async fn wider_and_nullable_columns_and_other_collations_are_fine() {
    let (_database, pool) = drizzle_site().await;
    pool.execute(
        "ALTER TABLE tips MODIFY amount BIGINT NULL, MODIFY message LONGTEXT, MODIFY paymentStatus ENUM('completed','failed','pending','disputed') NOT NULL DEFAULT 'completed';
         ALTER TABLE artistUploads CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
         ALTER TABLE userPlaylists MODIFY isPublic TINYINT(1) NOT NULL DEFAULT 0, MODIFY name VARCHAR(1000) NOT NULL;
         ALTER TABLE creatorPayouts MODIFY processedAt DATETIME(6) NULL, MODIFY status VARCHAR(64) NOT NULL DEFAULT 'pending'",
    )
    .await
    .unwrap();
    let (kept, columns) = (keep(&pool).await, schema::columns_of_the_nine(&pool).await);
    adopt(&pool).await.unwrap();
    assert_unchanged(&pool, &kept).await;
    assert_eq!(schema::columns_of_the_nine(&pool).await, columns, "they stay as they were made");
    let books = ledger::verify(&pool).await.unwrap();
    assert!(books.balances(), "{books}");
}

#[tokio::test]
async fn ids_of_another_kind_are_refused() {
    for (id, named) in [("BIGINT AUTO_INCREMENT", "bigint"), ("INT UNSIGNED AUTO_INCREMENT", "unsigned"), ("VARCHAR(36)", "varchar(36)")] {
        let (_database, pool) = old_site(&[&format!("CREATE TABLE users (id {id} PRIMARY KEY, name TEXT)")]).await;
        let before = dictionary(&pool).await;
        let refusal = adopt(&pool).await.unwrap_err();
        assert!(refusal.contains("users.id") && refusal.contains(named), "{refusal}");
        assert_eq!(dictionary(&pool).await, before);
    }
}

#[tokio::test]
async fn an_index_under_another_name_counts() {
    let (_database, pool) = drizzle_site().await;
    pool.execute("ALTER TABLE tips ADD INDEX by_time (createdAt), ADD INDEX by_sender (senderId); ALTER TABLE playlistFollowers ADD UNIQUE KEY once (playlistId, userId)")
        .await
        .unwrap();
    adopt(&pool).await.unwrap();
    assert_eq!(schema::missing_keys(&pool).await, Vec::<String>::new());
    let names = texts(
        &pool,
        "SELECT CAST(INDEX_NAME AS CHAR) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()
         AND INDEX_NAME IN ('by_time', 'idx_senderId', 'unique_playlist_follower', 'once') AND SEQ_IN_INDEX = 1 ORDER BY 1",
    )
    .await;
    assert_eq!(names, ["by_time", "once"]);
}

#[tokio::test]
async fn an_older_sites_person_gets_in_by_mail_and_finds_everything() {
    let (database, pool) = drizzle_site().await;
    adopt(&pool).await.unwrap();
    seed(&pool).await.unwrap();
    let site = TestApp::start_on(database, |_| {}).await;

    let visitor = site.visitor();
    let artist = visitor.page("/artists/1").await;
    assert!(artist.contains("Ada and the Engines") && artist.contains("First"), "{artist}");
    assert!(visitor.page("/tracks/11").await.contains("All of it"));
    assert_eq!(visitor.get("/tracks/15").await.status(), StatusCode::NOT_FOUND, "not released before 2038");
    assert!(visitor.page("/playlists/21").await.contains("Everyone may hear it"));

    // An address that nobody could sign up with today still gets its mail.
    sqlx::query("UPDATE users SET email = 'Søren@Example.org' WHERE id = 7").execute(&pool).await.unwrap();
    sqlx::query("UPDATE accountCredentials SET email = 'Søren@Example.org', emailKey = 'søren@example.org' WHERE userId = 7")
        .execute(&pool)
        .await
        .unwrap();
    site.visitor().submit("/forgotten-password", "/api/accounts/forgotten-password", &[("email", "SØREN@example.org")]).await;
    site.work().await;
    assert!(site.mail_to("Søren@Example.org").await.is_some());

    let ada = site.visitor();
    ada.submit("/forgotten-password", "/api/accounts/forgotten-password", &[("email", "ada@example.org")]).await;
    site.work().await;
    let (_, mail) = site.mail_to("ada@example.org").await.expect("a mail");
    let link =
        mail.split_whitespace().filter_map(|word| word.strip_prefix(&site.url)).find(|path| path.starts_with("/reset-password/")).expect("a link");
    let token = link.rsplit('/').next().unwrap();
    let (to, _) = ada.submit(link, "/api/accounts/reset-password", &[("token", token), ("new_password", "a new and long password")]).await;
    assert_eq!(to, "/");
    assert!(ada.page("/settings").await.contains("ada@example.org"));
    assert_eq!(
        site.number("SELECT COUNT(*) FROM accountCredentials WHERE userId = 1 AND emailVerifiedAt IS NOT NULL").await,
        1,
        "the mail proved the address"
    );
    assert!(ada.page("/studio").await.contains("Ada and the Engines"));

    // Somebody new signs up, in spite of the column that the older site requires.
    let kim = site.visitor();
    let fields = [("name", "Kim"), ("email", "kim@example.org"), ("password", "a new and long password")];
    let (to, _) = kim.submit("/sign-up", "/api/accounts/sign-up", &fields).await;
    assert_eq!(to, "/sign-up/sent");
    assert_eq!(
        site.number(
            "SELECT COUNT(*) FROM users JOIN accountCredentials ON userId = users.id WHERE accountCredentials.email = 'kim@example.org' AND LENGTH(openId) = 26"
        )
        .await,
        1
    );
    let books = ledger::verify(&site.app.db).await.unwrap();
    assert!(books.balances(), "{books}");
}
