//! The door of the player's reports. It stands before sessions and needs no database: the tickets say who heard what.

use super::{
    Reports, spool,
    ticket::{LATEST_REPORT, Ticket},
};
use crate::server::state::App;
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    routing::post,
};

/// No report is larger.
const MAX_BYTES: usize = 64 * 1024;
/// Plays in one report; a player that was away for a day has fewer.
const MAX_PLAYS: usize = 200;

/// The door, to be put in front of everything that asks the database.
pub fn routes() -> Router<App> {
    Router::new().route("/plays", post(report)).layer(DefaultBodyLimit::max(MAX_BYTES))
}

/// Takes reports of plays: 204 once they are on the disk. Tokens that are not ours, or of yesterday, are nothing.
async fn report(State(app): State<App>, body: Bytes) -> StatusCode {
    let Ok(Reports(reports)) = serde_json::from_slice(&body) else { return StatusCode::BAD_REQUEST };
    let now = app.clock.now();
    let lines: String = reports
        .iter()
        .take(MAX_PLAYS)
        .filter(|(token, _)| Ticket::read(&app.config.secret, token).is_some_and(|ticket| now - ticket.started <= LATEST_REPORT))
        .map(|(token, listened)| spool::line(token, i64::from(*listened), now))
        .collect();
    if lines.is_empty() {
        return StatusCode::NO_CONTENT;
    }
    match app.plays.write(lines).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
