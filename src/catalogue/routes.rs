//! The sound of songs.

use crate::{
    error::{AppError, AppResult},
    ids::SongId,
    media::storage::Storage,
    server::{doors, state::App},
};
use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderValue, header},
    response::Response,
    routing::get,
};
use tower::ServiceExt;
use tower_http::services::ServeFile;

/// The doors of this room.
pub fn routes() -> Router<App> {
    Router::new().route("/media/songs/{id}", get(audio))
}

/// A published song's sound, whole or by ranges.
async fn audio(State(app): State<App>, Path(song): Path<String>, request: Request) -> Response {
    let headers = request.headers().clone();
    match sound(&app, &song, request).await {
        Ok(response) => response,
        Err(error) => doors::error_response(&headers, &error),
    }
}

async fn sound(app: &App, song: &str, request: Request) -> AppResult<Response> {
    let id: SongId = song.parse().map_err(|_| AppError::NotFound)?;
    let key = sqlx::query_scalar!("SELECT audioKey FROM tracks WHERE id = ? AND isPublished = 1", id).fetch_one(&app.db).await?;
    let key = key.ok_or(AppError::NotFound)?;
    let storage = Storage::of(app);
    // Adopted rows may name what storage lacks.
    if !storage.has(&key).await {
        return Err(AppError::NotFound);
    }
    let path = storage.path(&key).map_err(|_| AppError::NotFound)?;
    let mime = "audio/mp4".parse().expect("a media type");
    // Keys of our making have no ending and hold AAC; what was there before says by its name what it is.
    let service = if key.contains('.') { ServeFile::new(path) } else { ServeFile::new_with_mime(path, &mime) };
    match service.oneshot(request).await {
        Ok(response) => {
            let mut response = response.map(Body::new);
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
            Ok(response)
        }
        Err(never) => match never {},
    }
}
