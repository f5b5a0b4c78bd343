//! Taking songs and albums along: who may, and the files for it.

use crate::{
    accounts::Me,
    error::{AppError, AppResult},
    ids::{AlbumId, SongId},
    media::{recognise, storage::Storage},
    server::{doors, sessions::Visitor, state::App},
    uploads::{
        bundle::{self, List},
        downloads::{self, Choice, Labels, Source},
        formats::{Bundle, Format},
    },
};
use axum::{
    Extension, Router,
    extract::{Path, Query, Request, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use sqlx::QueryBuilder;
use std::collections::HashMap;

/// The doors of this part of the room.
pub fn routes() -> Router<App> {
    Router::new().route("/songs/{id}/download", get(song)).route("/albums/{id}/download", get(album))
}

#[derive(sqlx::FromRow)]
struct SongRow {
    id: i32,
    title: String,
    artistName: String,
    genre: Option<String>,
    number: Option<i32>,
    audioKey: String,
    cover: Option<String>,
    album: Option<String>,
    year: Option<i64>,
}

/// Those of these songs that somebody may take along: admins all, others what they have bought, alone or with its album,
/// and what is published for nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn sources(app: &App, me: Option<&Me>, songs: &[SongId]) -> AppResult<HashMap<SongId, Source>> {
    found(app, me, songs, false).await
}

/// Those of these songs that may be taken along, or with `given` all that there are.
async fn found(app: &App, me: Option<&Me>, songs: &[SongId], given: bool) -> AppResult<HashMap<SongId, Source>> {
    if songs.is_empty() {
        return Ok(HashMap::new());
    }
    let user = me.map_or(0, |me| me.id.0);
    let mut query = QueryBuilder::new(
        "SELECT tracks.id, tracks.title, tracks.artistName, tracks.genre, tracks.trackNumber AS number, tracks.audioKey,
                COALESCE(tracks.coverArtUrl, albums.coverImageUrl) AS cover, albums.title AS album, CAST(YEAR(albums.releaseDate) AS SIGNED) AS year
         FROM tracks LEFT JOIN albums ON albums.id = tracks.albumId
         WHERE tracks.audioKey <> '' AND (",
    );
    query.push_bind(i32::from(given || me.is_some_and(|me| me.admin)));
    query.push(" = 1 OR tracks.isPublished = 1 AND (tracks.price = 0 OR albums.isPublished = 1 AND albums.price = 0)");
    query.push(" OR EXISTS (SELECT 1 FROM songPurchases WHERE songPurchases.trackId = tracks.id AND songPurchases.userId = ").push_bind(user);
    query
        .push(") OR EXISTS (SELECT 1 FROM albumPurchases WHERE albumPurchases.albumId = tracks.albumId AND albumPurchases.userId = ")
        .push_bind(user);
    query.push(")) AND tracks.id IN (");
    let mut list = query.separated(", ");
    for song in songs {
        list.push_bind(song.0);
    }
    query.push(")");
    let rows: Vec<SongRow> = query.build_query_as().fetch_all(&app.db).await?;
    let storage = Storage::of(app);
    let mut found = HashMap::new();
    for row in rows {
        // An adopted row may name what is not there.
        let Some((original, lossless)) = original(&storage, &row.audioKey).await else { continue };
        let labels = Labels {
            title: row.title,
            artist: row.artistName,
            genre: row.genre.unwrap_or_default(),
            album: row.album,
            number: row.number,
            year: row.year.and_then(|year| i32::try_from(year).ok()),
            cover: row.cover.as_deref().and_then(downloads::cover_key),
        };
        found.insert(SongId(row.id), Source { original, lossless, labels, counted: None });
    }
    Ok(found)
}

/// The best file that there is of a song, and whether it is lossless: the original of the one that is played, if it is kept.
async fn original(storage: &Storage, key: &str) -> Option<(String, bool)> {
    let stem = key.strip_prefix("audio/").and_then(|name| name.split(['-', '.']).next());
    let kept = stem.map(|stem| format!("originals/{stem}"));
    for key in kept.into_iter().chain([key.to_owned()]) {
        if let Ok(kind) = recognise::kept(storage, &key).await {
            return Some((key, matches!(kind.demuxer, "wav" | "aiff" | "flac")));
        }
    }
    None
}

/// The formats in which somebody may take this song along; none when they may not.
///
/// # Errors
/// When the database does not answer.
pub async fn formats(app: &App, me: Option<&Me>, song: SongId) -> AppResult<Vec<Format>> {
    Ok(sources(app, me, &[song]).await?.get(&song).map_or_else(Vec::new, |source| Format::of_original(source.lossless)))
}

/// What of an album somebody may take along.
///
/// # Errors
/// When the database does not answer.
pub async fn of_album(app: &App, me: Option<&Me>, album: AlbumId) -> AppResult<Bundle> {
    let (parts, left_out) = split(app, me, album, false).await?;
    Ok(Bundle { ready: parts.len(), left_out })
}

/// An album's songs in their order, and the titles of those that somebody may not take along.
async fn split(app: &App, me: Option<&Me>, album: AlbumId, given: bool) -> AppResult<(Vec<(usize, Source)>, Vec<String>)> {
    let rows = sqlx::query!("SELECT id, title, isPublished FROM tracks WHERE albumId = ? ORDER BY trackNumber, id LIMIT 200", album)
        .fetch_all(&app.db)
        .await?;
    let ids: Vec<SongId> = rows.iter().map(|row| SongId(row.id)).collect();
    let mut sources = found(app, me, &ids, given).await?;
    let (mut parts, mut left_out) = (Vec::new(), Vec::new());
    for (place, row) in (1..).zip(rows) {
        match sources.remove(&SongId(row.id)) {
            Some(source) => parts.push((place, source)),
            None if row.isPublished != 0 => left_out.push(row.title),
            None => {}
        }
    }
    Ok((parts, left_out))
}

async fn song(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(choice): Query<Choice>,
    visitor: Option<Extension<Visitor>>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let me = visitor.and_then(|Extension(visitor)| visitor.me);
    let found = async {
        let id: SongId = id.parse().map_err(|_| AppError::NotFound)?;
        let source = sources(&app, me.as_ref(), &[id]).await?.remove(&id).ok_or(AppError::NotFound)?;
        downloads::sent(&app, me.as_ref(), source, choice.format()?, request).await
    };
    found.await.unwrap_or_else(|error| doors::error_response(&headers, &error))
}

async fn album(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(choice): Query<Choice>,
    visitor: Option<Extension<Visitor>>,
    headers: HeaderMap,
) -> Response {
    let me = visitor.and_then(|Extension(visitor)| visitor.me);
    let found = async {
        let id: AlbumId = id.parse().map_err(|_| AppError::NotFound)?;
        zip(&app, me.as_ref(), id, choice.format()?, false).await
    };
    found.await.unwrap_or_else(|error| doors::error_response(&headers, &error))
}

async fn zip(app: &App, me: Option<&Me>, id: AlbumId, format: Format, given: bool) -> AppResult<Response> {
    let (parts, left_out) = split(app, me, id, given).await?;
    if parts.is_empty() {
        return Err(AppError::NotFound);
    }
    let row = sqlx::query!("SELECT title, artistName FROM albums WHERE id = ?", id).fetch_one(&app.db).await?;
    let name = format!("{} - {}", row.artistName, row.title);
    Ok(bundle::response(app, me, List { name, format, parts, left_out }))
}

/// A song as a file, for somebody to whom it was given.
///
/// # Errors
/// As [`downloads::sent`].
pub async fn given_song(app: &App, id: SongId, format: Format, request: Request) -> AppResult<Response> {
    let source = found(app, None, &[id], true).await?.remove(&id).ok_or(AppError::NotFound)?;
    downloads::sent(app, None, source, format, request).await
}

/// An album as a zip, for somebody to whom it was given.
///
/// # Errors
/// [`AppError::NotFound`] for one without songs.
pub async fn given_album(app: &App, id: AlbumId, format: Format) -> AppResult<Response> {
    zip(app, None, id, format, true).await
}
