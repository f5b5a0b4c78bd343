//! The site as a test meets it: a server on a free port, people with cookie jars, the mail they got.

use crate::database::{TestDatabase, lent_database};
use eternity::{
    cli::serve,
    ids::UserId,
    server::{
        config::{Config, Mode},
        database,
        router::router,
        sessions,
        state::App,
    },
    worker,
};
use reqwest::{Client, ClientBuilder, Response, StatusCode, cookie::Jar, header, multipart::Form};
use std::{net::SocketAddr, sync::Arc};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower_sessions::Session;
use tower_sessions_sqlx_store::MySqlStore;

/// A client of sites that speak plain HTTP. It has no need of all the world's certificates, which take longer to read than most answers.
pub fn client() -> ClientBuilder {
    Client::builder().tls_built_in_root_certs(false)
}

/// A running site with a database of its own. Everything ends when it is dropped.
pub struct TestApp {
    pub app: App,
    pub url: String,
    pub folder: TempDir,
    stop: CancellationToken,
    database: TestDatabase,
}

impl TestApp {
    /// In development mode, without a worker: tests say when work is done.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With another configuration.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_on(lent_database().await, change).await
    }

    /// On a database that is there already.
    pub async fn start_on(database: TestDatabase, change: impl FnOnce(&mut Config)) -> Self {
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
        Self { app, url, folder, stop, database }
    }

    /// Where its database is.
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// Does all background work that is due.
    pub async fn work(&self) -> usize {
        worker::drain(&self.app).await.unwrap()
    }

    /// Somebody with a browser of their own.
    pub fn visitor(&self) -> Person {
        let client = client().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Person { url: self.url.clone(), client }
    }

    /// Somebody with a verified account, logged in, who did not have to walk through the forms.
    pub async fn signed_in(&self, name: &str) -> (Person, UserId) {
        let user = sqlx::query("INSERT INTO users (name, role) VALUES (?, 'user')").bind(name).execute(&self.app.db).await.unwrap().last_insert_id();
        let user = UserId(i32::try_from(user).unwrap());
        let email = format!("{}-{user}@example.org", name.to_lowercase());
        sqlx::query("INSERT INTO accountCredentials (userId, email, emailKey, emailVerifiedAt) VALUES (?, ?, ?, CURRENT_TIMESTAMP)")
            .bind(user)
            .bind(&email)
            .bind(&email)
            .execute(&self.app.db)
            .await
            .unwrap();
        let schema: String = sqlx::query_scalar("SELECT DATABASE()").fetch_one(&self.app.db).await.unwrap();
        let store = MySqlStore::new(self.app.db.clone()).with_schema_name(schema).unwrap().with_table_name("webSessions").unwrap();
        let session = Session::new(None, Arc::new(store), None);
        sessions::log_in(&self.app, &session, user, "a test").await.unwrap();
        session.save().await.unwrap();
        let jar = Arc::new(Jar::default());
        jar.add_cookie_str(&format!("session={}; Path=/", session.id().unwrap()), &self.url.parse().unwrap());
        let client = client().cookie_provider(jar).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        (Person { url: self.url.clone(), client }, user)
    }

    /// The latest mail to this address: subject and body.
    pub async fn mail_to(&self, address: &str) -> Option<(String, String)> {
        sqlx::query_as("SELECT subject, body FROM outgoingMails WHERE recipient = ? ORDER BY id DESC LIMIT 1")
            .bind(address)
            .fetch_optional(&self.app.db)
            .await
            .unwrap()
    }

    /// Sends a report of plays as the player does: tokens and milliseconds.
    pub async fn beacon(&self, reports: &[(&str, u32)]) -> StatusCode {
        let url = format!("{}/plays", self.url);
        let body = serde_json::to_string(reports).unwrap();
        client().build().unwrap().post(url).header(header::CONTENT_TYPE, "text/plain;charset=UTF-8").body(body).send().await.unwrap().status()
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
    pub url: String,
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

    /// Sends a form with files, as a browser without JavaScript does, and follows to the page it leads to.
    pub async fn submit_files(&self, action: &str, form: Form) -> (String, String) {
        let response = self
            .client
            .post(format!("{}{action}", self.url))
            .header(header::ACCEPT, "text/html")
            .header("sec-fetch-site", "same-origin")
            .multipart(form)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "POST {action}");
        let to = response.headers()[header::LOCATION].to_str().unwrap().to_owned();
        let text = self.get(&to).await.text().await.unwrap();
        (to, text)
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
