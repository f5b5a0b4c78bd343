//! The sound of songs.

use crate::{
    error::{AppError, AppResult},
    ids::SongId,
    media::{storage::Storage, streaming::ranged},
    server::{doors, state::App},
};
use axum::{
    Router,
    extract::{Path, Request, State},
    response::Response,
    routing::get,
};

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
    // Keys of our making have no ending and hold AAC; what was there before says by its name what it is.
    let mime = match key.rsplit_once('.').map(|(_, ending)| ending) {
        Some("mp3") => "audio/mpeg",
        Some("flac") => "audio/flac",
        Some("ogg" | "opus" | "oga") => "audio/ogg",
        Some("wav") => "audio/wav",
        _ => "audio/mp4",
    };
    Ok(ranged(request, &path, mime).await)
}
