//! Doors for development and browser tests only: production does not mount them.

use crate::{
    error::{AppError, AppResult},
    server::{doors, state::App},
};
use axum::{
    Form, Json, Router,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use time::Duration;

/// The doors.
pub fn routes() -> Router<App> {
    Router::new().route("/dev/clock", post(advance_clock)).route("/dev/mails.json", get(mails)).route("/dev/errors/{kind}", get(fail))
}

/// Fails as a request does that breaks off, or that finds the database away: those pages are seldom met otherwise.
async fn fail(Path(kind): Path<String>, headers: HeaderMap) -> Response {
    match kind.as_str() {
        "broken" => panic!("a failure was asked for"),
        "away" => doors::error_response(&headers, &AppError::Away),
        _ => doors::error_response(&headers, &AppError::NotFound),
    }
}

#[derive(Deserialize)]
struct Advance {
    seconds: i64,
}

/// Moves the site's clock forward.
async fn advance_clock(State(app): State<App>, Form(by): Form<Advance>) -> String {
    app.clock.advance(Duration::seconds(by.seconds));
    app.work.notify_one();
    app.clock.now().to_string()
}

#[derive(Serialize)]
struct Mail {
    recipient: String,
    subject: String,
    body: String,
}

/// The latest fifty mails, newest first, for browser tests.
async fn mails(State(app): State<App>) -> Result<Json<Vec<Mail>>, axum::http::StatusCode> {
    let rows: AppResult<Vec<Mail>> = sqlx::query_as!(Mail, "SELECT recipient, subject, body FROM outgoingMails ORDER BY id DESC LIMIT 50")
        .fetch_all(&app.db)
        .await
        .map_err(Into::into);
    rows.map(Json).map_err(|_| axum::http::StatusCode::SERVICE_UNAVAILABLE)
}
