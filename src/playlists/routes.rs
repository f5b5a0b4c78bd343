//! Short links, and playlists as files for other players.

use super::{Item, store};
use crate::{
    error::AppResult,
    ids::{PlaylistId, UserId},
    listening::is_bot,
    server::{doors, sessions::Visitor, state::App},
};
use axum::{
    Extension, Json, Router,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use std::fmt::Write as _;

/// The doors of this room.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/s/{code}", get(short_link))
        .route("/playlists/{id}/download", get(super::downloads::playlist))
        .route("/playlists/{id}/export.m3u8", get(m3u8))
        .route("/playlists/{id}/export.json", get(json))
}

fn me(visitor: Option<Extension<Visitor>>) -> Option<UserId> {
    visitor.and_then(|Extension(visitor)| visitor.me).map(|me| me.id)
}

async fn short_link(State(app): State<App>, Path(code): Path<String>, visitor: Option<Extension<Visitor>>, headers: HeaderMap) -> Response {
    let machine = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).is_none_or(is_bot);
    match super::shares::visit(&app, &code, me(visitor), machine).await {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(error) => doors::error_response(&headers, &error),
    }
}

async fn items(app: &App, id: &str, viewer: Option<UserId>) -> AppResult<(super::PlaylistPage, Vec<Item>)> {
    let id: PlaylistId = id.parse().map_err(|_| crate::error::AppError::NotFound)?;
    let mut page = store::page(app, id, viewer).await?;
    let items = std::mem::take(&mut page.entries).into_iter().filter_map(|entry| entry.item).collect();
    Ok((page, items))
}

/// As M3U8, which nearly every player reads.
async fn m3u8(State(app): State<App>, Path(id): Path<String>, visitor: Option<Extension<Visitor>>, headers: HeaderMap) -> Response {
    match items(&app, &id, me(visitor)).await {
        Ok((page, items)) => {
            let mut text = format!("#EXTM3U\n#PLAYLIST:{}\n", page.line.name);
            for item in items {
                // Writing to a String can't fail.
                let _ = write!(text, "#EXTINF:{},{} - {}\n{}{}\n", item.seconds(), item.artist(), item.title(), app.config.site_url, item.sound());
            }
            let name = format!("attachment; filename=\"playlist-{}.m3u8\"", page.line.id);
            ([(header::CONTENT_TYPE, "application/vnd.apple.mpegurl".to_owned()), (header::CONTENT_DISPOSITION, name)], text).into_response()
        }
        Err(error) => doors::error_response(&headers, &error),
    }
}

/// As JSON, with everything that is known.
async fn json(State(app): State<App>, Path(id): Path<String>, visitor: Option<Extension<Visitor>>, headers: HeaderMap) -> Response {
    match items(&app, &id, me(visitor)).await {
        Ok((page, items)) => {
            let site = &app.config.site_url;
            let entries: Vec<_> = items
                .iter()
                .map(|item| {
                    serde_json::json!({
                        "title": item.title(), "artist": item.artist(), "seconds": item.seconds(),
                        "page": format!("{site}{}", item.path()), "sound": format!("{site}{}", item.sound()),
                    })
                })
                .collect();
            Json(serde_json::json!({ "name": page.line.name, "description": page.description, "by": page.line.owner, "page": format!("{site}{}", page.line.path()), "entries": entries })).into_response()
        }
        Err(error) => doors::error_response(&headers, &error),
    }
}
