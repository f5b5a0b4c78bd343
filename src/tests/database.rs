//! A fresh database for each test, on one private server per test process and engine. To make all tables takes the engine longer
//! than most tests last, so a site's database is lent: when its test is over, it is emptied and lent again.

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
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use time::OffsetDateTime;
use tokio::sync::OnceCell;

struct Server {
    private: Private,
    /// CREATE statements of the migrated schema, in an order that foreign keys allow, and the history's rows.
    statements: Vec<String>,
    /// What has rows from the start, and statements that write them.
    seeds: Vec<String>,
    tables: Vec<String>,
}

static SERVER: OnceCell<Server> = OnceCell::const_new();

/// A database with the migrated schema and the tiers; dropped with the server at the end.
pub struct TestDatabase {
    pub url: String,
    lent: Option<Lent>,
}

/// A database that others get afterwards, and the account that this test alone has.
struct Lent {
    name: String,
    account: String,
}

/// Databases of tests that are over.
static RETURNED: Mutex<Vec<Lent>> = Mutex::new(Vec::new());

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(lent) = self.lent.take()
            && !std::thread::panicking()
        {
            RETURNED.lock().unwrap().push(lent);
        }
    }
}

impl TestDatabase {
    /// One that somebody else looks after.
    pub fn at(url: String) -> Self {
        Self { url, lent: None }
    }
}

/// A number that nobody else has.
fn number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// An empty database with nothing in it.
pub async fn empty_database() -> TestDatabase {
    let server = server().await;
    let name = format!("test_{}", number());
    let mut root = MySqlConnection::connect(&server.private.url_of("eternity")).await.unwrap();
    root.execute(format!("CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci").as_str()).await.unwrap();
    root.close().await.unwrap();
    TestDatabase::at(server.private.url_of(&name))
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

/// The same for a test that leaves the tables themselves as they are: when it is over, others get it.
pub async fn lent_database() -> TestDatabase {
    let server = server().await;
    let mut root = MySqlConnection::connect(&server.private.url_of("eternity")).await.unwrap();
    let mut name = None;
    loop {
        let Some(lent) = RETURNED.lock().unwrap().pop() else { break };
        if emptied(&mut root, server, &lent).await {
            name = Some(lent.name);
            break;
        }
    }
    let name = match name {
        Some(name) => name,
        None => {
            let fresh = fresh_database().await;
            sqlx::query_scalar("SELECT DATABASE()").fetch_one(&mut MySqlConnection::connect(&fresh.url).await.unwrap()).await.unwrap()
        }
    };
    let account = format!("test_{}", number());
    root.execute(format!("CREATE USER '{account}'@'localhost'").as_str()).await.unwrap();
    root.execute(format!("GRANT ALL PRIVILEGES ON *.* TO '{account}'@'localhost' WITH GRANT OPTION").as_str()).await.unwrap();
    root.close().await.unwrap();
    let url = server.private.url_of(&name).replacen("root@", &format!("{account}@"), 1);
    TestDatabase { url, lent: Some(Lent { name, account }) }
}

/// Takes everything out of a database that was lent, and whoever may still be in it. Not if its tables are others than before.
async fn emptied(root: &mut MySqlConnection, server: &Server, lent: &Lent) -> bool {
    root.execute(format!("DROP USER '{}'@'localhost'", lent.account).as_str()).await.unwrap();
    loop {
        let connections: Vec<i64> = sqlx::query_scalar("SELECT CAST(id AS SIGNED) FROM information_schema.processlist WHERE user = ?")
            .bind(&lent.account)
            .fetch_all(&mut *root)
            .await
            .unwrap();
        if connections.is_empty() {
            break;
        }
        for connection in connections {
            // It may have gone by itself.
            let _gone = root.execute(format!("KILL {connection}").as_str()).await;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    root.execute(format!("USE {}", lent.name).as_str()).await.unwrap();
    if tables(root).await != server.tables {
        return false;
    }
    root.execute("SET foreign_key_checks = 0").await.unwrap();
    let filled: Vec<String> =
        server.tables.iter().map(|table| format!("SELECT '{table}' FROM DUAL WHERE EXISTS (SELECT 1 FROM `{table}`)")).collect();
    let filled: Vec<String> = sqlx::query_scalar(&filled.join(" UNION ALL ")).fetch_all(&mut *root).await.unwrap();
    for table in filled {
        // Its ids begin anew as well.
        root.execute(format!("TRUNCATE TABLE `{table}`").as_str()).await.unwrap();
    }
    for statement in &server.seeds {
        root.execute(statement.as_str()).await.unwrap();
    }
    root.execute("SET foreign_key_checks = 1").await.unwrap();
    true
}

async fn tables(connection: &mut MySqlConnection) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT CAST(table_name AS CHAR) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY 1",
    )
    .fetch_all(connection)
    .await
    .unwrap()
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
    let mut connection = pool.acquire().await.unwrap().detach();
    let tables = tables(&mut connection).await;
    let mut statements = vec!["SET foreign_key_checks = 0".to_owned()];
    let mut seeds = Vec::new();
    for table in &tables {
        let (_, create): (String, String) = sqlx::query_as(&format!("SHOW CREATE TABLE `{table}`")).fetch_one(&mut connection).await.unwrap();
        statements.push(create);
        if matches!(table.as_str(), "_sqlx_migrations" | "siteSettings" | "subscriptionTiers") {
            seeds.push(format!("INSERT INTO `{table}` SELECT * FROM eternity.`{table}`"));
        }
    }
    statements.extend(seeds.clone());
    connection.close().await.unwrap();
    pool.close().await;
    Server { private, statements, seeds, tables }
}
