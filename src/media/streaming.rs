//! Files out: audio with byte ranges to those who may hear it, images to everyone.

use super::storage::Storage;
use crate::{
    error::{AppError, AppResult},
    ids::TrackId,
    listening,
    server::{doors, sessions::Visitor, state::App},
};
use axum::{
    Extension,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use tower::ServiceExt;
use tower_http::services::ServeFile;

/// A track's sound in standard quality: for everyone once it is public, before that for its artist and for admins.
pub async fn audio(State(app): State<App>, Path(track): Path<String>, visitor: Option<Extension<Visitor>>, request: Request) -> Response {
    let headers = request.headers().clone();
    let visitor = visitor.map(|Extension(visitor)| visitor).unwrap_or_default();
    match sound(&app, &visitor, &track, request).await {
        Ok(response) => response,
        Err(error) => doors::error_response(&headers, &error),
    }
}

async fn sound(app: &App, visitor: &Visitor, track: &str, request: Request) -> AppResult<Response> {
    let id: TrackId = track.parse().map_err(|_| AppError::NotFound)?;
    let row = sqlx::query!(
        "SELECT artistUploads.isPublished, artistUploads.releaseDate, artistUploads.duration, artistProfiles.userId, trackMedia.state, trackMedia.standardKey, trackMedia.withdrawnAt
         FROM artistUploads
         JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         JOIN trackMedia ON trackMedia.trackId = artistUploads.id
         WHERE artistUploads.id = ?",
        id
    )
    .fetch_one(&app.db)
    .await?;
    let public = row.isPublished != 0 && row.withdrawnAt.is_none() && row.releaseDate.is_none_or(|release| release <= app.clock.now());
    let own = visitor.me.as_ref().is_some_and(|me| me.id.0 == row.userId || me.admin);
    let Some(key) = row.standardKey.filter(|_| (public || own) && row.state == "ready") else { return Err(AppError::NotFound) };
    let path = Storage::of(app).path(&key).map_err(|_| AppError::NotFound)?;
    if request.method() == Method::GET && public && !own && plays_without_player(request.headers(), request.uri().query()) {
        listening::store::unmeasured(app, visitor, id, row.duration.unwrap_or(0)).await?;
    }
    // The file under a key never changes.
    let tag = format!("\"{}\"", key.rsplit('/').next().unwrap_or_default());
    Ok(ranged(request, &path, &tag).await)
}

/// Whether this is the first byte for an `<audio>` element of a page without JavaScript. The site's own player says
/// that it measures; later pieces of the same play start elsewhere; Safari first asks for two bytes.
fn plays_without_player(headers: &HeaderMap, query: Option<&str>) -> bool {
    let measured = query.is_some_and(|query| query.split('&').any(|part| part == "measured"));
    let first = match headers.get(header::RANGE).and_then(|range| range.to_str().ok()) {
        None => true,
        Some(range) => range.starts_with("bytes=0-") && range != "bytes=0-1",
    };
    !measured && first
}

async fn ranged(request: Request, path: &std::path::Path, tag: &str) -> Response {
    let (mut parts, _) = request.into_parts();
    let has = |name: header::HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if has(header::IF_NONE_MATCH).is_some_and(|tags| tags == "*" || tags.split(',').any(|other| other.trim().trim_start_matches("W/") == tag)) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        mark(&mut response, tag);
        return response;
    }
    // A range of another version of the file is worth nothing: then the whole is sent.
    if has(header::IF_RANGE).is_some_and(|version| version.trim() != tag) {
        parts.headers.remove(header::RANGE);
    }
    let mime = "audio/mp4".parse().expect("a media type");
    match ServeFile::new_with_mime(path, &mime).oneshot(Request::from_parts(parts, Body::empty())).await {
        Ok(response) => {
            let mut response = response.map(Body::new);
            mark(&mut response, tag);
            response
        }
        Err(never) => match never {},
    }
}

fn mark(response: &mut Response, tag: &str) {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
}

/// A picture. Its name changes with its content.
pub async fn image(State(app): State<App>, Path(name): Path<String>, request: Request) -> Response {
    let headers = request.headers().clone();
    let path = Storage::of(&app).path(&format!("images/{name}")).ok().filter(|_| name.ends_with(".webp"));
    let Some(path) = path else { return doors::error_response(&headers, &AppError::NotFound) };
    let mime = "image/webp".parse().expect("a media type");
    match ServeFile::new_with_mime(path, &mime).oneshot(request).await {
        Ok(response) if response.status() == StatusCode::NOT_FOUND => doors::error_response(&headers, &AppError::NotFound),
        Ok(response) => {
            let mut response = response.map(Body::new);
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
            response
        }
        Err(never) => match never {},
    }
}
