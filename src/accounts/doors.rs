//! Routes of accounts that are neither pages nor server functions.

use crate::{
    server::{doors::error_response, sessions, state::App},
    t,
    ui::forms::Flash,
};
use axum::{
    Router,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use tower_sessions::Session;

/// All of them.
pub fn routes() -> Router<App> {
    Router::new().route("/log-out", post(log_out))
}

/// Logs out, from the menu of every page.
async fn log_out(State(app): State<App>, session: Session, headers: HeaderMap) -> Response {
    let flash = Flash { message: Some(t!("accounts.log_out.done").into_owned()), refused: None };
    let ended = async {
        sessions::log_out(&app, &session).await?;
        sessions::leave_flash(&session, &flash).await
    };
    match ended.await {
        Ok(()) => Redirect::to("/").into_response(),
        Err(error) => error_response(&headers, &error),
    }
}
