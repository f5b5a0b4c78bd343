//! What a server function or a page on the server can ask: the application, who is there, which request this is.

use super::state::App;
use crate::{
    accounts::{Artist, Me},
    error::{AppError, AppResult},
    server::sessions::Visitor,
};
use axum::http::request::Parts;
use leptos::prelude::use_context;

/// The application's state.
///
/// # Errors
/// Outside a request there is none, which is a programming error.
pub fn app() -> AppResult<App> {
    use_context::<App>().ok_or_else(|| AppError::Internal { request_id: "no-context".to_owned() })
}

/// Who is there: signed in or not.
pub fn visitor() -> Visitor {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Visitor>().cloned()).unwrap_or_default()
}

/// The one who is signed in.
///
/// # Errors
/// [`AppError::LogIn`] for visitors.
pub fn require_me() -> AppResult<Me> {
    visitor().me.ok_or(AppError::LogIn)
}

/// The one who is signed in, with an artist profile.
///
/// # Errors
/// [`AppError::LogIn`] for visitors, [`AppError::Forbidden`] for listeners.
pub fn require_artist() -> AppResult<(Me, Artist)> {
    let me = require_me()?;
    let artist = me.artist.clone().ok_or(AppError::Forbidden)?;
    Ok((me, artist))
}

/// The admin who is signed in.
///
/// # Errors
/// [`AppError::LogIn`] for visitors, [`AppError::Forbidden`] for everyone else.
pub fn require_admin() -> AppResult<Me> {
    let me = require_me()?;
    if me.admin { Ok(me) } else { Err(AppError::Forbidden) }
}

/// Whether the page is a small player, meant to stand within other sites' pages.
pub fn embedded() -> bool {
    use_context::<Parts>().is_some_and(|parts| super::security::may_be_framed(parts.uri.path()))
}

/// A part of the request's query, when it is there.
pub fn query(name: &str) -> Option<String> {
    let parts = use_context::<Parts>()?;
    form_urlencoded::parse(parts.uri.query()?.as_bytes()).find(|(other, _)| other == name).map(|(_, value)| value.into_owned())
}

/// A header of the request, when it is there and is text.
pub fn header(name: &str) -> Option<String> {
    use_context::<Parts>().and_then(|parts| parts.headers.get(name)?.to_str().ok().map(str::to_owned))
}

/// The session of the request.
///
/// # Errors
/// Outside a request there is none.
pub fn session() -> AppResult<tower_sessions::Session> {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<tower_sessions::Session>().cloned())
        .ok_or_else(|| AppError::Internal { request_id: "no-session".to_owned() })
}
