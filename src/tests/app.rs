//! The site as a test meets it: a server on a free port, people with cookie jars, the mail they got.

use crate::database::{TestDatabase, fresh_database};
use eternity::{
    cli::serve,
    server::{
        config::{Config, Mode},
        database,
        router::router,
        state::App,
    },
    worker,
};
use reqwest::{Client, Response, StatusCode, header};
use std::net::SocketAddr;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A running site with a database of its own. Everything ends when it is dropped.
pub struct TestApp {
    pub app: App,
    pub url: String,
    pub folder: TempDir,
    stop: CancellationToken,
    _database: TestDatabase,
}

impl TestApp {
    /// In development mode, without a worker: tests say when work is done.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With another configuration.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let database = fresh_database().await;
        let folder = tempfile::tempdir().unwrap();
        let listener = serve::listen(SocketAddr::from(([127, 0, 0, 1], 0)), "server.address").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut config = Config {
            mode: Mode::Development,
            site_url: url.clone(),
            secret: "only for tests, only for tests, only".to_owned(),
            data_dir: folder.path().to_owned(),
            ..Config::default()
        };
        // Tests run without a build of the browser's half.
        config.leptos.hash_files = false;
        change(&mut config);
        let pool = database::connect(&database.url, 8).await.unwrap();
        let app = App::new(config, pool);
        let site = router(app.clone()).await.unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(serve::serve(listener, site, stop.clone()));
        Self { app, url, folder, stop, _database: database }
    }

    /// Does all background work that is due.
    pub async fn work(&self) -> usize {
        worker::drain(&self.app).await.unwrap()
    }

    /// Somebody with a browser of their own.
    pub fn visitor(&self) -> Person {
        let client = Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Person { url: self.url.clone(), client }
    }

    /// The latest mail to this address: subject and body.
    pub async fn mail_to(&self, address: &str) -> Option<(String, String)> {
        sqlx::query_as("SELECT subject, body FROM outgoingMails WHERE recipient = ? ORDER BY id DESC LIMIT 1")
            .bind(address)
            .fetch_optional(&self.app.db)
            .await
            .unwrap()
    }

    /// A single number from the database.
    pub async fn number(&self, sql: &str) -> i64 {
        sqlx::query_scalar(&format!("SELECT CAST(({sql}) AS SIGNED)")).fetch_one(&self.app.db).await.unwrap()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A person's browser, without JavaScript.
#[derive(Clone)]
pub struct Person {
    url: String,
    pub client: Client,
}

impl Person {
    /// Opens a page; redirects are not followed.
    pub async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.url)).header(header::ACCEPT, "text/html").send().await.unwrap()
    }

    /// The text of a page that must be there.
    pub async fn page(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "GET {path}");
        response.text().await.unwrap()
    }

    /// Sends a form from a page, as a browser without JavaScript does.
    pub async fn post(&self, from: &str, action: &str, fields: &[(&str, &str)]) -> Response {
        self.client
            .post(format!("{}{action}", self.url))
            .header(header::ACCEPT, "text/html")
            .header(header::REFERER, format!("{}{from}", self.url))
            .header("sec-fetch-site", "same-origin")
            .form(fields)
            .send()
            .await
            .unwrap()
    }

    /// Sends a form and follows to the page it leads to: its path and text.
    pub async fn submit(&self, from: &str, action: &str, fields: &[(&str, &str)]) -> (String, String) {
        let response = self.post(from, action, fields).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "POST {action}");
        let to = response.headers()[header::LOCATION].to_str().unwrap().to_owned();
        let text = self.get(&to).await.text().await.unwrap();
        (to, text)
    }

    /// Calls a server function as the site's own program does: status and JSON.
    pub async fn call(&self, function: &str, fields: &[(&str, &str)]) -> (StatusCode, serde_json::Value) {
        let response =
            self.client.post(format!("{}/api/{function}", self.url)).header(header::ACCEPT, "application/json").form(fields).send().await.unwrap();
        (response.status(), response.json().await.unwrap_or_default())
    }
}
