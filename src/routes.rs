//! The routes of rooms that have doors of their own beside pages and server functions.

use crate::server::state::App;
use axum::Router;

/// Those that need neither the database nor a session, and stand before both.
pub fn without_database() -> Router<App> {
    Router::new().merge(crate::listening::routes::routes()).merge(crate::media::signed_routes())
}

/// All others, for the router.
pub fn of_rooms(app: &App) -> Router<App> {
    let mut router = Router::new()
        .merge(crate::accounts::doors::routes())
        .merge(crate::ads::routes::routes())
        .merge(crate::media::routes())
        .merge(crate::player::oembed::routes())
        .merge(crate::earnings::csv::routes())
        .merge(crate::payments::events::routes())
        .merge(crate::artists::routes::routes(app))
        .merge(crate::uploads::routes::routes(app))
        .merge(crate::uploads::tus::routes())
        .merge(crate::uploads::downloads::routes())
        .merge(crate::purchases::gifts::routes())
        .merge(crate::catalogue::keeping::routes(app))
        .merge(crate::catalogue::routes::routes())
        .merge(crate::catalogue::downloads::routes())
        .merge(crate::playlists::routes::routes());
    if app.config.development() {
        router = router.merge(crate::dev::routes());
    }
    router
}
