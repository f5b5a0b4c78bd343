//! oEmbed (<https://oembed.com>): what other sites ask when somebody pastes the address of a track or a playlist.

use super::embed::{COMPACT, Embedded, FULL};
use crate::{
    error::{AppError, AppResult},
    ids::{PlaylistId, TrackId},
    playlists,
    server::{doors, state::App},
    ui::head::escape,
    uploads,
};
use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};

/// The width that is said when nobody asks for less; the player takes whatever it gets.
const WIDTH: u32 = 640;

/// Its door.
pub fn routes() -> Router<App> {
    Router::new().route("/oembed", get(oembed))
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    url: String,
    format: Option<String>,
    maxwidth: Option<u32>,
    maxheight: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Answer {
    version: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    provider_name: String,
    provider_url: String,
    title: String,
    author_name: String,
    author_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail_width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail_height: Option<u32>,
    html: String,
    width: u32,
    height: u32,
    cache_age: u32,
}

async fn oembed(State(app): State<App>, headers: HeaderMap, Query(asked): Query<Asked>) -> Response {
    let format = asked.format.as_deref().unwrap_or("json").to_owned();
    if !matches!(format.as_str(), "json" | "xml") {
        return StatusCode::NOT_IMPLEMENTED.into_response();
    }
    match answer(&app, &asked).await {
        Ok(answer) if format == "xml" => {
            let mut response = xml(&answer).into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
            response
        }
        Ok(answer) => Json(answer).into_response(),
        Err(error) => doors::error_response(&headers, &error),
    }
}

/// What an address of ours names.
fn named(site: &str, url: &str) -> Option<Embedded> {
    let rest = |text: &str| text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).map(str::to_owned);
    let path = rest(url)?.strip_prefix(&rest(site)?)?.to_owned();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = path.strip_prefix("/embed").unwrap_or(path);
    let (kind, id) = path.strip_prefix('/')?.split_once('/')?;
    match kind {
        "tracks" => id.parse().ok().map(Embedded::Track),
        "playlists" => id.parse().ok().map(Embedded::Playlist),
        _ => None,
    }
}

async fn answer(app: &App, asked: &Asked) -> AppResult<Answer> {
    let site = &app.config.site_url;
    let embedded = named(site, &asked.url).ok_or(AppError::NotFound)?;
    let (title, author, author_path, cover) = match embedded {
        Embedded::Track(id) => track(app, id).await?,
        Embedded::Playlist(id) => playlist(app, id).await?,
    };
    let compact = asked.maxheight.is_some_and(|most| most < FULL);
    let height = if compact { COMPACT } else { FULL };
    let cover = cover.map(|address| if address.starts_with('/') { format!("{site}{address}") } else { address });
    Ok(Answer {
        version: "1.0",
        kind: "rich",
        provider_name: crate::t!("site.name").into_owned(),
        provider_url: site.clone(),
        html: embedded.code(site, &title, compact, true, ""),
        title,
        author_name: author,
        author_url: format!("{site}{author_path}"),
        thumbnail_width: cover.as_ref().map(|_| 640),
        thumbnail_height: cover.as_ref().map(|_| 640),
        thumbnail_url: cover,
        width: asked.maxwidth.unwrap_or(WIDTH).min(WIDTH),
        height,
        cache_age: 3_600,
    })
}

type Named = (String, String, String, Option<String>);

async fn track(app: &App, id: TrackId) -> AppResult<Named> {
    let card = uploads::store::cards(app, &[id]).await?.pop().ok_or(AppError::NotFound)?;
    let path = card.artist_path();
    Ok((card.title, card.artist_name, path, card.cover))
}

async fn playlist(app: &App, id: PlaylistId) -> AppResult<Named> {
    let line = playlists::store::page(app, id, None).await?.line;
    let path = line.path();
    Ok((line.name, line.owner, path, line.cover))
}

fn xml(answer: &Answer) -> String {
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(answer) else { return String::new() };
    let fields: String = fields
        .iter()
        .map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("<{name}>{}</{name}>", escape(&text))
        })
        .collect();
    format!("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?><oembed>{fields}</oembed>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_site_are_known() {
        let site = "https://music.example";
        for (url, embedded) in [
            ("https://music.example/tracks/7-night-drive?a=b", Some(Embedded::Track(TrackId(7)))),
            ("http://music.example/embed/tracks/7", Some(Embedded::Track(TrackId(7)))),
            ("https://music.example/playlists/3#x", Some(Embedded::Playlist(PlaylistId(3)))),
            ("https://music.example.evil.test/tracks/7", None),
            ("https://evil.test/https://music.example/tracks/7", None),
            ("https://music.example/artists/7", None),
            ("javascript:alert(1)", None),
            ("", None),
        ] {
            assert_eq!(named(site, url), embedded, "{url}");
        }
    }
}
