//! The sound of songs.

use crate::{
    error::{AppError, AppResult},
    ids::SongId,
    listening,
    media::{
        storage::Storage,
        streaming::{Wish, from_the_start, ranged},
    },
    server::{doors, sessions::Visitor, state::App},
};
use axum::{
    Extension, Router,
    extract::{Path, Query, Request, State},
    http::Method,
    response::Response,
    routing::get,
};

/// The doors of this room.
pub fn routes() -> Router<App> {
    Router::new().route("/media/songs/{id}", get(audio))
}

/// A published song's sound, whole or by ranges.
async fn audio(
    State(app): State<App>,
    Path(song): Path<String>,
    Query(wish): Query<Wish>,
    visitor: Option<Extension<Visitor>>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let visitor = visitor.map(|Extension(visitor)| visitor).unwrap_or_default();
    match sound(&app, &visitor, &song, &wish, request).await {
        Ok(response) => response,
        Err(error) => doors::error_response(&headers, &error),
    }
}

async fn sound(app: &App, visitor: &Visitor, song: &str, wish: &Wish, request: Request) -> AppResult<Response> {
    let id: SongId = song.parse().map_err(|_| AppError::NotFound)?;
    let row = sqlx::query!("SELECT audioKey, duration FROM tracks WHERE id = ? AND isPublished = 1", id).fetch_one(&app.db).await?;
    let key = row.audioKey.ok_or(AppError::NotFound)?;
    let storage = Storage::of(app);
    // Adopted rows may name what storage lacks.
    if !storage.has(&key).await {
        return Err(AppError::NotFound);
    }
    if request.method() == Method::GET && wish.measured.is_none() && !visitor.me.as_ref().is_some_and(|me| me.admin) {
        listening::store::unmeasured(app, visitor, id.into(), row.duration.unwrap_or(0), from_the_start(request.headers())).await?;
    }
    // Keys of our making have no ending and hold AAC; what was there before says by its name what it is.
    let mime = match key.rsplit_once('.').map(|(_, ending)| ending) {
        Some("mp3") => "audio/mpeg",
        Some("flac") => "audio/flac",
        Some("ogg" | "opus" | "oga") => "audio/ogg",
        Some("wav") => "audio/wav",
        _ => "audio/mp4",
    };
    Ok(ranged(request, &storage, &key, mime).await)
}
