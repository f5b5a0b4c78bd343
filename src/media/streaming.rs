//! Files out: audio with byte ranges to those who may hear it, images to everyone. Nothing is read into memory: a file
//! goes out in pieces, as fast as the other end takes them.
//!
//! Standard quality is at the track's own address. Better ones, and what the site's own player asks for, are at signed
//! addresses, which name one file, end soon, and are good only for the session they were made for; they are checked
//! without the database.

use super::{outgoing::Wanted, renditions, storage::Storage};
use crate::{
    accounts::entitlements::entitlements,
    error::{AppError, AppResult},
    ids::TrackId,
    listening,
    player::{JoinedFile, Quality},
    server::{doors, sessions::Visitor, state::App, tokens},
};
use axum::{
    Extension,
    body::Body,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use std::io;
use time::Duration;

/// What the signature of an address is for.
const PURPOSE: &str = "hear";
/// How long a signed address is good beyond the track's length: for pauses.
const GRACE: Duration = Duration::minutes(10);
/// Addresses end at the full hour after that, so that the same file has the same address for a while and browsers keep it.
const ROUND: i64 = 3_600;

/// What an address may ask for.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    /// The site's own player says that it measures what is heard.
    pub measured: Option<String>,
    quality: Option<String>,
    /// A signed address is wanted, whatever the quality.
    signed: Option<String>,
}

/// A track's sound: for everyone once it is public, before that for its artist and for admins.
pub async fn audio(
    State(app): State<App>,
    Path(track): Path<String>,
    Query(wish): Query<Wish>,
    visitor: Option<Extension<Visitor>>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let visitor = visitor.map(|Extension(visitor)| visitor).unwrap_or_default();
    match sound(&app, &visitor, &track, &wish, request).await {
        Ok(response) => response,
        Err(error) => doors::error_response(&headers, &error),
    }
}

/// A track's sound, for somebody who may hear it.
struct Audible {
    /// Everyone may.
    public: bool,
    /// It is the visitor's own, or the visitor is an admin.
    own: bool,
    seconds: i32,
    standard: String,
    high: Option<String>,
}

/// For everyone once it is public, before that for its artist and for admins; for others it is not there.
async fn audible(app: &App, visitor: &Visitor, track: TrackId) -> AppResult<Audible> {
    let row = sqlx::query!(
        "SELECT artistUploads.isPublished, artistUploads.releaseDate, artistUploads.duration, artistProfiles.userId, trackMedia.state, trackMedia.standardKey,
                trackMedia.highKey, trackMedia.withdrawnAt
         FROM artistUploads
         JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         JOIN trackMedia ON trackMedia.trackId = artistUploads.id
         WHERE artistUploads.id = ?",
        track
    )
    .fetch_one(&app.db)
    .await?;
    let public = row.isPublished != 0 && row.withdrawnAt.is_none() && row.releaseDate.is_none_or(|release| release <= app.clock.now());
    let own = visitor.me.as_ref().is_some_and(|me| me.id.0 == row.userId || me.admin);
    let standard = row.standardKey.filter(|_| (public || own) && row.state == "ready").ok_or(AppError::NotFound)?;
    Ok(Audible { public, own, seconds: row.duration.unwrap_or(0), standard, high: row.highKey })
}

async fn sound(app: &App, visitor: &Visitor, track: &str, wish: &Wish, request: Request) -> AppResult<Response> {
    let id: TrackId = track.parse().map_err(|_| AppError::NotFound)?;
    let Audible { public, own, seconds, standard, high } = audible(app, visitor, id).await?;
    if request.method() == Method::GET && public && !own && wish.measured.is_none() {
        listening::store::unmeasured(app, visitor, id.into(), seconds, from_the_start(request.headers())).await?;
    }
    let wanted = wish.quality.as_deref().and_then(Quality::of).unwrap_or_default();
    let better = better(app, visitor, own, wanted, id, high).await?;
    if let Some(key) = better.or_else(|| wish.signed.is_some().then(|| standard.clone())) {
        let cookies = request.headers().get(header::COOKIE).and_then(|value| value.to_str().ok());
        let address = signed(app, cookies, &key, seconds);
        let mut response = Redirect::temporary(&address).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        return Ok(response);
    }
    Ok(ranged(request, &Storage::of(app), &standard, mime(&standard)).await)
}

/// The file of a track that joins others without a gap, for the browser with these cookies.
///
/// # Errors
/// When the track is not there for this visitor, or was made before there were such files.
pub async fn joined(app: &App, visitor: &Visitor, cookies: Option<&str>, track: TrackId, wanted: Quality) -> AppResult<JoinedFile> {
    let track_sound = audible(app, visitor, track).await?;
    let files = renditions::of_track(app, track).await?;
    let better = wanted != Quality::Standard && (track_sound.own || entitlements(app, visitor.me.as_ref().map(|me| me.id)).await?.high_quality);
    let file = better
        .then(|| files.get(renditions::Quality::Opus160))
        .flatten()
        .or_else(|| files.get(renditions::Quality::Opus96))
        .ok_or(AppError::NotFound)?;
    let rate = f64::from(file.sample_rate.max(1));
    Ok(JoinedFile {
        address: signed(app, cookies, &file.key, track_sound.seconds),
        size: file.size,
        delay: f64::from(file.encoder_delay) / rate,
        // Some hundred hours of samples are far from where a float's integers end.
        length: f64::from(u32::try_from(file.samples).unwrap_or(u32::MAX)) / rate,
    })
}

/// The key of a better file than the standard one: what is wished, as far as the listener's tier has it and the track.
async fn better(app: &App, visitor: &Visitor, own: bool, wanted: Quality, track: TrackId, high: Option<String>) -> AppResult<Option<String>> {
    if wanted == Quality::Standard {
        return Ok(None);
    }
    let may = entitlements(app, visitor.me.as_ref().map(|me| me.id)).await?;
    if wanted == Quality::Lossless
        && (may.lossless || own)
        && let Some(lossless) = renditions::of_track(app, track).await?.get(renditions::Quality::Flac)
        && Storage::of(app).has(&lossless.key).await
    {
        return Ok(Some(lossless.key.clone()));
    }
    Ok(high.filter(|_| may.high_quality || own))
}

/// The address of a file for the session that asks, until shortly after it could have been heard.
fn signed(app: &App, cookies: Option<&str>, key: &str, seconds: i32) -> String {
    let until = (app.clock.now() + GRACE + Duration::seconds(seconds.into())).unix_timestamp();
    let text = format!("{} {key}", (until / ROUND + 1) * ROUND);
    let signature = tokens::sign(&app.config.secret, PURPOSE, &format!("{text}\n{}", holder(cookies)));
    format!("/media/hear/{}.{signature}", URL_SAFE_NO_PAD.encode(text))
}

/// Who an address is for: the session's cookie, as it is sent with every request of the same browser.
fn holder(cookies: Option<&str>) -> String {
    cookie::Cookie::split_parse(cookies.unwrap_or_default())
        .flatten()
        .find(|cookie| matches!(cookie.name(), "session" | "__Host-session"))
        .map(|cookie| cookie.value().to_owned())
        .unwrap_or_default()
}

/// A file at its signed address. Everything that is not exactly as it was signed is not there.
pub async fn hear(State(app): State<App>, Path(grant): Path<String>, request: Request) -> Response {
    let headers = request.headers().clone();
    match granted(&app, &headers, &grant) {
        Some(key) => ranged(request, &Storage::of(&app), &key, mime(&key)).await,
        None => doors::error_response(&headers, &AppError::NotFound),
    }
}

fn granted(app: &App, headers: &HeaderMap, grant: &str) -> Option<String> {
    let (text, signature) = grant.rsplit_once('.')?;
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok());
    if !tokens::verify(&app.config.secret, PURPOSE, &format!("{text}\n{}", holder(cookies)), signature) {
        return None;
    }
    let (until, key) = text.split_once(' ')?;
    (app.clock.now().unix_timestamp() <= until.parse().ok()?).then(|| key.to_owned())
}

/// The media type of a key of ours.
fn mime(key: &str) -> &'static str {
    match key.rsplit('.').next() {
        Some("flac") => "audio/flac",
        Some("webm") => "audio/webm",
        _ => "audio/mp4",
    }
}

/// Whether this is the first byte for an `<audio>` element of a page without JavaScript. Later pieces of the same play
/// start elsewhere; Safari first asks for two bytes.
pub fn from_the_start(headers: &HeaderMap) -> bool {
    match headers.get(header::RANGE).and_then(|range| range.to_str().ok()) {
        None => true,
        Some(range) => range.starts_with("bytes=0-") && range != "bytes=0-1",
    }
}

/// A file whole or by one range, with its tag: the file under a key never changes.
pub async fn ranged(request: Request, storage: &Storage, key: &str, mime: &'static str) -> Response {
    let tag = format!("\"{}\"", key.rsplit('/').next().unwrap_or_default());
    let headers = request.headers();
    let has = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let file = match storage.open(key).await {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidInput | io::ErrorKind::NotADirectory) => {
            return doors::error_response(headers, &AppError::NotFound);
        }
        Err(error) => return doors::error_response(headers, &AppError::from(anyhow::Error::from(error))),
    };
    // A range of another version of the file is worth nothing: then the whole is sent.
    let range = has(header::RANGE).filter(|_| has(header::IF_RANGE).is_none_or(|version| version.trim() == tag));
    let known =
        has(header::IF_NONE_MATCH).is_some_and(|tags| tags == "*" || tags.split(',').any(|other| other.trim().trim_start_matches("W/") == tag));
    let (length, modified) = (file.length, file.modified());
    let wanted = if known { Wanted::Nothing } else { Wanted::of(range, length) };
    let (status, from, end) = match wanted {
        Wanted::Whole => (StatusCode::OK, 0, length),
        Wanted::Part(from, to) => (StatusCode::PARTIAL_CONTENT, from, to + 1),
        Wanted::Nothing if known => (StatusCode::NOT_MODIFIED, 0, 0),
        Wanted::Nothing => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0),
    };
    let mut response = Response::new(if end == from || request.method() == Method::HEAD { Body::empty() } else { file.body(from, end) });
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let mut set = |name: header::HeaderName, text: &str| {
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(name, value);
        }
    };
    set(header::CACHE_CONTROL, "private, max-age=3600");
    set(header::ACCEPT_RANGES, "bytes");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::ETAG, &tag);
    if let Some(modified) = modified {
        set(header::LAST_MODIFIED, &modified);
    }
    match wanted {
        Wanted::Whole => set(header::CONTENT_LENGTH, &length.to_string()),
        Wanted::Part(from, to) => {
            set(header::CONTENT_LENGTH, &(end - from).to_string());
            set(header::CONTENT_RANGE, &format!("bytes {from}-{to}/{length}"));
        }
        Wanted::Nothing if !known => set(header::CONTENT_RANGE, &format!("bytes */{length}")),
        Wanted::Nothing => {}
    }
    if status.is_success() {
        set(header::CONTENT_TYPE, mime);
    }
    response
}

/// A picture. Its name changes with its content.
pub async fn image(State(app): State<App>, Path(name): Path<String>, request: Request) -> Response {
    if !name.ends_with(".webp") {
        return doors::error_response(request.headers(), &AppError::NotFound);
    }
    let mut response = ranged(request, &Storage::of(&app), &format!("images/{name}"), "image/webp").await;
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    }
    response
}
