//! A playlist to take along: what of it somebody may, as one zip.

use super::{Item, PlaylistPage, store};
use crate::{
    accounts::Me,
    catalogue,
    error::{AppError, AppResult},
    ids::{PlaylistId, SongId, TrackId},
    server::{doors, sessions::Visitor, state::App},
    uploads::{
        bundle::{self, List},
        downloads::{self, Choice, Source},
        formats::Bundle,
    },
};
use axum::{
    Extension,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};

/// What of a playlist somebody may take along.
///
/// # Errors
/// When the database does not answer.
pub async fn of_playlist(app: &App, me: Option<&Me>, page: &PlaylistPage) -> AppResult<Bundle> {
    let (parts, left_out) = split(app, me, page).await?;
    Ok(Bundle { ready: parts.len(), left_out })
}

/// What is on it in order, and the titles of what somebody may not take along.
async fn split(app: &App, me: Option<&Me>, page: &PlaylistPage) -> AppResult<(Vec<(usize, Source)>, Vec<String>)> {
    let items: Vec<&Item> = page.entries.iter().filter_map(|entry| entry.item.as_ref()).collect();
    let tracks: Vec<TrackId> = items.iter().filter_map(|item| if let Item::Track(track) = item { Some(track.id) } else { None }).collect();
    let songs: Vec<SongId> = items.iter().filter_map(|item| if let Item::Song(song) = item { Some(song.id) } else { None }).collect();
    let tracks = downloads::sources(app, me, &tracks).await?;
    let songs = catalogue::downloads::sources(app, me, &songs).await?;
    let (mut parts, mut left_out) = (Vec::new(), Vec::new());
    for (place, item) in (1..).zip(items) {
        let source = match item {
            Item::Track(track) => tracks.get(&track.id),
            Item::Song(song) => songs.get(&song.id),
        };
        match source {
            Some(source) => parts.push((place, source.clone())),
            None => left_out.push(item.title().to_owned()),
        }
    }
    Ok((parts, left_out))
}

/// The playlist as a zip, for who may see it and take something of it along.
pub async fn playlist(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(choice): Query<Choice>,
    visitor: Option<Extension<Visitor>>,
    headers: HeaderMap,
) -> Response {
    let me = visitor.and_then(|Extension(visitor)| visitor.me);
    let found = async {
        let id: PlaylistId = id.parse().map_err(|_| AppError::NotFound)?;
        let format = choice.format()?;
        let page = store::page(&app, id, me.as_ref().map(|me| me.id)).await?;
        let (parts, left_out) = split(&app, me.as_ref(), &page).await?;
        if parts.is_empty() {
            return Err(AppError::NotFound);
        }
        Ok(bundle::response(&app, me.as_ref(), List { name: page.line.name, format, parts, left_out }))
    };
    found.await.unwrap_or_else(|error| doors::error_response(&headers, &error))
}
