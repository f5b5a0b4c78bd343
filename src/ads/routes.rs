//! Where browsers say that an advertisement was seen, and where its link leads. Both work without JavaScript.

use super::store::{self, What};
use crate::{
    error::AppError,
    ids::AdId,
    listening::is_bot,
    server::{doors, sessions::Visitor, state::App},
};
use axum::{
    Extension, Router,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

/// A picture of one transparent dot.
const DOT: &[u8] =
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// The doors of advertisements.
pub fn routes() -> Router<App> {
    Router::new().route("/ads/{id}/seen", get(seen)).route("/ads/{id}/visit", get(visit))
}

/// Counts an impression. Whatever happens, the browser gets its dot.
async fn seen(State(app): State<App>, Extension(visitor): Extension<Visitor>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if let Some(id) = id.parse().ok().filter(|_| of_a_page(&headers))
        && let Err(error) = store::count(&app, &visitor, id, What::Impression).await
    {
        tracing::warn!("an impression could not be counted: {error}");
    }
    ([(header::CONTENT_TYPE, "image/gif"), (header::CACHE_CONTROL, "no-store")], DOT).into_response()
}

/// Counts a click and leads on to the advertiser.
async fn visit(State(app): State<App>, Extension(visitor): Extension<Visitor>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let visited = async {
        let id: AdId = id.parse().map_err(|_| AppError::NotFound)?;
        let link = store::link(&app, id).await?;
        if of_a_page(&headers) {
            store::count(&app, &visitor, id, What::Click).await?;
        }
        Ok::<String, AppError>(link)
    };
    match visited.await {
        Ok(link) => Redirect::to(&link).into_response(),
        Err(error) => doors::error_response(&headers, &error),
    }
}

/// Whether a browser asks on behalf of one of our own pages, and no program.
fn of_a_page(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let agent = text(header::USER_AGENT);
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    !agent.is_empty() && !is_bot(agent) && matches!(site, "" | "same-origin")
}
