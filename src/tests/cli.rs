//! The commands as people type them: what they print, and with which code they end.

use crate::{database::fresh_database, process::Server};
use sqlx::{Connection, MySqlConnection};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::Command,
};

struct Ran {
    code: Option<i32>,
    printed: String,
    told: String,
}

fn eternity(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
    let done = Command::new(env!("CARGO_BIN_EXE_eternity"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .env("ETERNITY_MODE", "development")
        .env("ETERNITY_SECRET", "only for tests, only for tests, only")
        .env("ETERNITY_DATA_DIR", folder.join("data"))
        .env("ETERNITY_LEPTOS__HASH-FILES", "false")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: done.status.code(), printed: text(done.stdout), told: text(done.stderr) }
}

#[test]
fn help_is_there_and_wrong_usage_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let help = eternity(folder.path(), &["--help"], &[]);
    assert_eq!(help.code, Some(0));
    for command in ["serve", "migrate", "seed", "demo", "worker", "user", "ledger", "recount", "status", "config"] {
        assert!(help.printed.lines().any(|line| line.trim_start().starts_with(command)), "{command}: {}", help.printed);
    }
    let wrong = eternity(folder.path(), &["play"], &[]);
    assert!(wrong.code == Some(2) && wrong.told.contains("play") && wrong.told.contains("Usage"), "{}", wrong.told);
}

#[test]
fn the_environment_comes_before_the_file_and_secrets_are_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Leptos.toml"), "[rules]\npayout_minimum_cents = 2000\ntip_minimum_cents = 300\n").unwrap();
    let environment = [("DATABASE_URL", "mysql://ada:hunter2@db.example/music"), ("ETERNITY_RULES__PAYOUT_MINIMUM_CENTS", "4000")];
    let ran = eternity(folder.path(), &["config"], &environment);
    assert_eq!(ran.code, Some(0), "{}", ran.told);
    let has = |line: &str| ran.printed.lines().any(|found| found == line);
    assert!(has("payout_minimum_cents = 4000") && has("tip_minimum_cents = 300"), "{}", ran.printed);
    assert!(ran.printed.contains("db.example") && !ran.printed.contains("hunter2"), "{}", ran.printed);

    let ran = eternity(folder.path(), &["config"], &[("ETERNITY_RULES__PAYOUT_MINIMUM", "1")]);
    assert!(ran.code == Some(1) && ran.told.contains("payout_minimum"), "{}", ran.told);
    // What is refused is printed all the same: one wants to see it then.
    let ran = eternity(folder.path(), &["config"], &[("ETERNITY_MODE", "production"), ("ETERNITY_SECRET", "")]);
    assert!(ran.code == Some(1) && ran.told.contains("secret") && ran.printed.contains("payout_minimum_cents = 2000"), "{}", ran.told);
}

#[test]
fn a_database_that_does_not_answer_and_a_port_that_is_taken_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let ran = eternity(folder.path(), &["status"], &[("DATABASE_URL", "mysql://root@127.0.0.1:1/none")]);
    assert!(ran.code == Some(1) && ran.told.contains("database"), "{}", ran.told);

    std::fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let ran = eternity(folder.path(), &["serve"], &[("ETERNITY_SERVER__ADDRESS", &address)]);
    assert!(ran.code == Some(1) && ran.told.contains(&address) && ran.told.contains("ETERNITY_SERVER__ADDRESS"), "{}", ran.told);
    assert!(!folder.path().join("data/db").exists(), "no database is started for nothing");
}

#[tokio::test]
async fn status_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let database = fresh_database().await;
    let ran = eternity(folder.path(), &["status"], &[("DATABASE_URL", &database.url)]);
    assert!(ran.printed.contains("ok   ffmpeg") && ran.printed.contains("ok   schema"), "{}{}", ran.printed, ran.told);
    let ran = eternity(folder.path(), &["status"], &[("DATABASE_URL", &database.url), ("PATH", "")]);
    assert!(ran.code == Some(1) && ran.printed.contains("FAIL ffmpeg") && ran.printed.contains("install ffmpeg"), "{}", ran.printed);
}

#[tokio::test]
async fn a_listener_is_made_an_admin() {
    let folder = tempfile::tempdir().unwrap();
    let database = fresh_database().await;
    let mut connection = MySqlConnection::connect(&database.url).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO users (id, name, role) VALUES (5, 'Ada', 'user');
         INSERT INTO accountCredentials (userId, email, emailKey) VALUES (5, 'Ada@example.org', 'ada@example.org')",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let promote = |email: &str| eternity(folder.path(), &["user", "promote", email], &[("DATABASE_URL", &database.url)]);
    let ran = promote("nobody@example.org");
    assert!(ran.code == Some(1) && ran.told.contains("nobody@example.org"), "{}", ran.told);
    assert_eq!(promote("ada@EXAMPLE.org").code, Some(0));
    let role: String = sqlx::query_scalar("SELECT CAST(role AS CHAR) FROM users WHERE id = 5").fetch_one(&mut connection).await.unwrap();
    assert_eq!(role, "admin");
}

#[tokio::test]
async fn a_server_that_is_told_to_end_answers_what_it_has_begun() {
    let folder = tempfile::tempdir().unwrap();
    let database = fresh_database().await;
    let mut server = Server::start(folder.path(), &database.url, &[], &[]).await;
    let figures = reqwest::get(&server.metrics).await.unwrap().text().await.unwrap();
    assert!(figures.contains("http_requests_total"), "{figures}");

    let host = server.url.trim_start_matches("http://").to_owned();
    let mut request = TcpStream::connect(&host).unwrap();
    let head = "POST /theme HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n";
    request.write_all(head.as_bytes()).unwrap();
    // The server has the request in hand when it asks for the rest.
    let mut go_on = [0; 25];
    request.read_exact(&mut go_on).unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100"), "{go_on:?}");
    server.terminate();
    while TcpStream::connect(&host).is_ok() {
        tokio::task::yield_now().await;
    }
    request.write_all(b"theme=dark").unwrap();
    let mut answer = String::new();
    request.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 303") && answer.contains("theme=dark"), "{answer}");
    assert!(server.ended().await);
}
