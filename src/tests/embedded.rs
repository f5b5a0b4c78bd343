//! The private database server, as `make run` uses it: durable, one process to a folder, nothing left behind.

use crate::database::engine_options;
use eternity::server::database::embedded::{Options, Private};
use sqlx::{Connection, MySqlConnection};
use std::path::Path;

async fn start(folder: &Path) -> anyhow::Result<Private> {
    Private::start_with(folder, Options { throwaway: false, ..engine_options() }).await
}

async fn number(private: &Private, sql: &str) -> i64 {
    let mut connection = MySqlConnection::connect(&private.url()).await.unwrap();
    sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
}

#[tokio::test]
async fn a_folder_has_one_server_that_keeps_its_data_and_ends_with_its_owner() {
    let parent = tempfile::tempdir().unwrap();
    // Longer than the path of a socket may be.
    let folder = parent.path().join("a-folder-with-a-long-name-".repeat(5)).join("db");
    let first = start(&folder).await.unwrap();
    let mut connection = MySqlConnection::connect(&first.url()).await.unwrap();
    sqlx::query("CREATE TABLE kept AS SELECT 7 AS value").execute(&mut connection).await.unwrap();
    drop(connection);
    assert_eq!(number(&first, "SELECT CAST(@@innodb_flush_log_at_trx_commit AS SIGNED)").await, 1);
    assert_eq!(number(&first, "SELECT CAST(@@log_bin AS SIGNED)").await, 1);

    let Err(refusal) = start(&folder).await else { panic!("two servers in one folder") };
    let refusal = refusal.to_string();
    assert!(refusal.contains(&format!("in use by process {}", std::process::id())) && refusal.contains("ETERNITY_DATA_DIR"), "{refusal}");

    // As when the owner is killed: nobody says stop. The next one waits until the server is gone.
    drop(first);
    let second = start(&folder).await.unwrap();
    assert_eq!(number(&second, "SELECT CAST(value AS SIGNED) FROM kept").await, 7);
    let server = std::fs::read_to_string(folder.canonicalize().unwrap().join("pid")).unwrap();
    second.stop().await;
    assert!(!Path::new("/proc").join(server.trim()).exists(), "nothing is left running");
}

#[tokio::test]
async fn a_server_that_can_not_start_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { binary: Some("/bin/false".into()), ..engine_options() };
    let Err(error) = Private::start_with(folder.path(), options).await else { panic!("/bin/false is no server") };
    assert!(format!("{error:#}").contains("could not be initialised"), "{error:#}");
    assert!(!folder.path().join("data").exists(), "no half of a database");

    std::fs::create_dir_all(folder.path().join("data")).unwrap();
    let made_by_the_other = if crate::database::on_mysql() { "aria_log_control" } else { "mysql.ibd" };
    std::fs::write(folder.path().join("data").join(made_by_the_other), "").unwrap();
    let Err(error) = start(folder.path()).await else { panic!("another engine's files") };
    assert!(error.to_string().contains("is what is installed"), "{error:#}");
}
