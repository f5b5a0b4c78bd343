//! A fresh database for each test, on one private server per test process and engine.

use eternity::{
    cli::migrate::migrate_all,
    server::database::{
        self,
        embedded::{Options, Private},
    },
};
use sqlx::{Connection, Executor, MySqlConnection};
use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};
use time::OffsetDateTime;
use tokio::sync::OnceCell;

struct Server {
    private: Private,
    /// CREATE statements of the migrated schema, in an order that foreign keys allow, and the history's rows.
    statements: Vec<String>,
}

static SERVER: OnceCell<Server> = OnceCell::const_new();

/// A database with the migrated schema and the tiers; dropped with this value's server at the end.
pub struct TestDatabase {
    pub url: String,
}

/// An empty database with nothing in it.
pub async fn empty_database() -> TestDatabase {
    let server = server().await;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut root = MySqlConnection::connect(&server.private.url_of("eternity")).await.unwrap();
    root.execute(format!("CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci").as_str()).await.unwrap();
    root.close().await.unwrap();
    TestDatabase { url: server.private.url_of(&name) }
}

/// A database of one's own, as `eternity migrate` and `eternity seed` leave it.
pub async fn fresh_database() -> TestDatabase {
    let database = empty_database().await;
    let mut connection = MySqlConnection::connect(&database.url).await.unwrap();
    for statement in &server().await.statements {
        connection.execute(statement.as_str()).await.unwrap();
    }
    connection.close().await.unwrap();
    database
}

/// Which engine the tests run on.
pub fn on_mysql() -> bool {
    std::env::var("ETERNITY_TEST_ENGINE").is_ok_and(|engine| engine == "mysql")
}

/// A fast throw-away server of the engine under test.
pub fn engine_options() -> Options {
    let mut options = Options { throwaway: true, ..Options::default() };
    if on_mysql() {
        let tools = PathBuf::from(std::env::var("ETERNITY_TEST_MYSQL").expect("`make test` sets ETERNITY_TEST_MYSQL"));
        options.extra = std::fs::read_to_string(tools.join("options")).unwrap_or_default().lines().map(str::to_owned).collect();
        options.binary = Some(tools.join("mysqld"));
    }
    options
}

async fn server() -> &'static Server {
    SERVER.get_or_init(start).await
}

async fn start() -> Server {
    // Memory where there is some: these databases live for seconds.
    let parent = if PathBuf::from("/dev/shm").is_dir() { PathBuf::from("/dev/shm") } else { std::env::temp_dir() };
    let folder = tempfile::Builder::new().prefix("eternity-test-").tempdir_in(parent).unwrap().keep();
    let options = engine_options();
    let private = Private::start_with(&folder, options).await.unwrap();
    let pool = database::connect(&private.url(), 2).await.unwrap();
    migrate_all(&pool, OffsetDateTime::now_utc(), &mut |_| {}).await.unwrap();
    database::seed::seed(&pool).await.unwrap();
    let mut statements = vec!["SET foreign_key_checks = 0".to_owned()];
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT CAST(table_name AS CHAR) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    for table in tables {
        let (_, create): (String, String) = sqlx::query_as(&format!("SHOW CREATE TABLE `{table}`")).fetch_one(&pool).await.unwrap();
        statements.push(create);
        if matches!(table.as_str(), "_sqlx_migrations" | "siteSettings" | "subscriptionTiers") {
            statements.push(format!("INSERT INTO `{table}` SELECT * FROM eternity.`{table}`"));
        }
    }
    pool.close().await;
    Server { private, statements }
}
