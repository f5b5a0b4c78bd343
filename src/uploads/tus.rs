//! Files in pieces, by the tus protocol 1.0 (<https://tus.io/protocols/resumable-upload>), with its extensions
//! creation, expiration, checksum and termination. Every upload belongs to the artist who made it; nobody else
//! learns that it exists. Our own, because the protocol is small and what matters here is what stands behind it:
//! whose file it is, one writer, offsets from the disk, and what the file turns out to be.

use super::{
    UploadAnswer,
    parts::{self, Broken, Checksum, Part},
    routes::artist_of,
    staging::{self, Coming, Standing},
};
use crate::{
    error::{AppError, AppResult},
    ids::{ArtistId, TrackId},
    media::probe::Problem,
    server::{
        rate::{self, Limit},
        sessions::Visitor,
        state::App,
    },
};
use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures::StreamExt;
use sha2::digest::DynDigest;
use std::collections::HashMap;
use time::{OffsetDateTime, macros::format_description};

/// Where uploads are made.
const ENDPOINT: &str = "/uploads/files";
const VERSION: &str = "1.0.0";
const PIECE: &str = "application/offset+octet-stream";
/// What of a refused piece is read on and thrown away, in bytes: a browser shows no answer before it has sent everything.
const POLITE: u64 = 16 * 1024 * 1024;
/// Uploads that an artist may begin.
const BEGUN: Limit = Limit::per_minutes(600, 60);

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

/// The protocol's doors.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/uploads/files", post(create).options(options))
        .route("/uploads/files/{id}", get(outcome).head(upload).patch(upload).delete(upload).post(upload).options(options))
}

/// Why a request is not answered as it would like.
enum Stop {
    /// The protocol says so.
    Status(u16),
    /// We say so.
    Error(AppError),
    /// The file is no good.
    Problem(Problem),
}

impl From<AppError> for Stop {
    fn from(error: AppError) -> Self {
        Self::Error(error)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Problem(error.into())
    }
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn refused(error: AppError) -> Response {
    (status(error.status()), Json(UploadAnswer::Refused { error, kept: None })).into_response()
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        match self {
            Self::Status(code) => status(code).into_response(),
            Self::Error(error) => refused(error),
            Self::Problem(problem @ (Problem::StorageFull | Problem::NoFfmpeg | Problem::Internal)) => {
                let error = AppError::at("audio", problem.text());
                (StatusCode::SERVICE_UNAVAILABLE, Json(UploadAnswer::Refused { error, kept: None })).into_response()
            }
            Self::Problem(problem) => refused(AppError::at("audio", problem.text())),
        }
    }
}

/// Marks an answer as the protocol's.
fn answer(result: Result<Response, Stop>) -> Response {
    let mut response = result.into_response();
    let headers = response.headers_mut();
    headers.insert(RESUMABLE, HeaderValue::from_static(VERSION));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if response.status() == StatusCode::PRECONDITION_FAILED {
        response.headers_mut().insert("tus-version", HeaderValue::from_static(VERSION));
    }
    response
}

fn spoken(headers: &HeaderMap) -> Result<(), Stop> {
    let same = headers.get(RESUMABLE).is_some_and(|version| version == VERSION);
    if same { Ok(()) } else { Err(Stop::Status(412)) }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?;
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// What the server can do.
async fn options(State(app): State<App>) -> Response {
    let mut response = answer(Ok(StatusCode::NO_CONTENT.into_response()));
    let headers = response.headers_mut();
    headers.insert("tus-version", HeaderValue::from_static(VERSION));
    headers.insert("tus-extension", HeaderValue::from_static("creation,expiration,checksum,termination"));
    headers.insert("tus-checksum-algorithm", HeaderValue::from_static("sha1,sha256"));
    headers.insert("tus-max-size", HeaderValue::from(app.config.rules.audio_maximum_bytes));
    response
}

/// `key base64,key base64`; a key without a value is empty.
fn metadata(headers: &HeaderMap) -> Option<HashMap<String, String>> {
    let Some(text) = headers.get("upload-metadata") else { return Some(HashMap::new()) };
    let mut found = HashMap::new();
    for pair in text.to_str().ok()?.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        found.insert(key.to_owned(), String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?);
    }
    Some(found)
}

fn expires(touched: OffsetDateTime) -> Option<HeaderValue> {
    let format = format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    HeaderValue::from_str(&(touched + staging::KEPT).format(format).ok()?).ok()
}

async fn create(State(app): State<App>, Extension(visitor): Extension<Visitor>, headers: HeaderMap) -> Response {
    answer(created(&app, &visitor, &headers).await)
}

async fn created(app: &App, visitor: &Visitor, headers: &HeaderMap) -> Result<Response, Stop> {
    let (_, artist) = artist_of(visitor)?;
    spoken(headers)?;
    let length = number(headers, &LENGTH).ok_or(Stop::Status(400))?;
    let said = metadata(headers).ok_or(Stop::Status(400))?;
    let said = |key: &str| said.get(key).map(String::as_str);
    let fingerprint = said("fingerprint").filter(|text| text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic()));
    let replaces = match said("replaces") {
        Some(text) => Some(text.parse::<TrackId>().map_err(|_| Stop::Error(AppError::NotFound))?),
        None => None,
    };
    rate::attempt(app, &format!("uploads:{}", artist.id), BEGUN).await?;
    let name = staging::file_name(said("filename").or(said("name")).unwrap_or_default());
    let id = match staging::expect(app, artist.id, &name, length, fingerprint, replaces).await {
        // As the protocol has it for what is too large.
        Err(error @ AppError::Invalid(_)) if length > 0 => {
            return Ok((StatusCode::PAYLOAD_TOO_LARGE, Json(UploadAnswer::Refused { error, kept: None })).into_response());
        }
        id => id?,
    };
    let mut response = (StatusCode::CREATED, [(header::LOCATION, format!("{ENDPOINT}/{id}"))]).into_response();
    if let Some(expires) = expires(app.clock.now()) {
        response.headers_mut().insert(EXPIRES, expires);
    }
    Ok(response)
}

/// How it ended, for the site's own program.
async fn outcome(State(app): State<App>, Extension(visitor): Extension<Visitor>, Path(id): Path<String>) -> Response {
    answer(ended(&app, &visitor, &id).await)
}

async fn ended(app: &App, visitor: &Visitor, id: &str) -> Result<Response, Stop> {
    let (_, artist) = artist_of(visitor)?;
    let coming = staging::coming(app, artist.id, id).await?;
    Ok(Json(staging::outcome(&coming)).into_response())
}

/// HEAD, PATCH and DELETE, also by POST with the method in a header.
async fn upload(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let meant = headers.get("x-http-method-override").and_then(|method| method.to_str().ok()).unwrap_or(method.as_str()).to_owned();
    answer(uploaded(&app, &visitor, &id, &meant, &headers, body).await)
}

async fn uploaded(app: &App, visitor: &Visitor, id: &str, meant: &str, headers: &HeaderMap, body: Body) -> Result<Response, Stop> {
    let (_, artist) = artist_of(visitor)?;
    spoken(headers)?;
    match meant {
        "HEAD" => offset(app, artist.id, id).await,
        "PATCH" => piece(app, artist.id, id, headers, body).await,
        "DELETE" => {
            discard(app, artist.id, id).await?;
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        _ => Err(Stop::Status(405)),
    }
}

/// The upload with its file, which nobody else writes then. Nothing when it has arrived.
async fn opened(app: &App, artist: ArtistId, id: &str) -> Result<(Coming, Option<Part>), Stop> {
    // Whether it is theirs, before a file is touched.
    let coming = staging::coming(app, artist, id).await?;
    if coming.state != Standing::Coming {
        return Ok((coming, None));
    }
    let part = parts::open(app, id).await?.ok_or(Stop::Status(423))?;
    // Who wrote until now may have finished it.
    let coming = staging::coming(app, artist, id).await?;
    if coming.state != Standing::Coming {
        parts::remove(app, id).await;
        return Ok((coming, None));
    }
    Ok((coming, Some(part)))
}

fn at(coming: &Coming, offset: u64, code: StatusCode) -> Response {
    let mut response = code.into_response();
    response.headers_mut().insert(OFFSET, HeaderValue::from(offset));
    response.headers_mut().insert(LENGTH, HeaderValue::from(coming.length));
    if let (Standing::Coming, Some(expires)) = (&coming.state, expires(coming.touched)) {
        response.headers_mut().insert(EXPIRES, expires);
    }
    response
}

async fn offset(app: &App, artist: ArtistId, id: &str) -> Result<Response, Stop> {
    match opened(app, artist, id).await? {
        (Coming { state: Standing::Failed(_), .. }, _) => Err(Stop::Status(410)),
        (coming, None) => Ok(at(&coming, coming.length, StatusCode::OK)),
        (coming, Some(part)) => {
            let offset = part.offset();
            staging::touch(app, id, offset).await?;
            if offset == coming.length {
                // Its last byte came, and then the server or the connection went.
                finish(app, &coming, part).await?;
            }
            Ok(at(&coming, offset, StatusCode::OK))
        }
    }
}

async fn piece(app: &App, artist: ArtistId, id: &str, headers: &HeaderMap, body: Body) -> Result<Response, Stop> {
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != PIECE) {
        return Err(Stop::Status(415));
    }
    let from = number(headers, &OFFSET).ok_or(Stop::Status(400))?;
    let checksum = checksum(headers)?;
    let (coming, part) = opened(app, artist, id).await?;
    let Some(mut part) = part else {
        return Err(match staging::outcome(&coming) {
            Some(UploadAnswer::Refused { error, .. }) => Stop::Error(error),
            _ if from == coming.length => return Ok(at(&coming, from, StatusCode::NO_CONTENT)),
            _ => Stop::Status(409),
        });
    };
    if part.offset() != from {
        return Err(Stop::Status(409));
    }
    let missing = coming.length - from;
    if number(headers, &header::CONTENT_LENGTH).is_some_and(|length| length > missing) {
        return Err(Stop::Status(413));
    }
    let mut body = body.into_data_stream();
    let taken = part.append(&mut body, missing, checksum).await;
    let offset = part.offset();
    staging::touch(app, id, offset).await?;
    match taken {
        Ok(()) => {}
        Err(Broken::Interrupted) => return Err(Stop::Status(408)),
        Err(Broken::Checksum) => return Err(Stop::Status(460)),
        Err(Broken::TooLong) => return Err(Stop::Status(413)),
        Err(Broken::Disk(error)) => return Err(error.into()),
        Err(Broken::NotAudio(problem)) => {
            staging::give_up(app, id, problem.code()).await?;
            let mut polite = POLITE;
            while let Some(Ok(chunk)) = body.next().await
                && polite > 0
            {
                polite = polite.saturating_sub(chunk.len() as u64);
            }
            return Err(Stop::Problem(problem));
        }
    }
    if offset == coming.length {
        finish(app, &coming, part).await?;
    }
    Ok(at(&Coming { touched: app.clock.now(), ..coming }, offset, StatusCode::NO_CONTENT))
}

/// Finishes in a task of its own: a sender that goes now must not leave half of it.
async fn finish(app: &App, coming: &Coming, part: Part) -> Result<(), Stop> {
    let (app, coming) = (app.clone(), coming.clone());
    let finished = tokio::spawn(async move { staging::arrived(&app, &coming, part).await });
    match finished.await.map_err(|error| AppError::from(anyhow::Error::from(error)))?? {
        Ok(_) => Ok(()),
        Err(problem) => Err(Stop::Problem(problem)),
    }
}

fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Stop> {
    let Some(text) = headers.get("upload-checksum") else { return Ok(None) };
    let (name, digest) = text.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Stop::Status(400))?;
    let state: Box<dyn DynDigest + Send> = match name {
        "sha1" => Box::new(sha1::Sha1::default()),
        "sha256" => Box::new(sha2::Sha256::default()),
        _ => return Err(Stop::Status(400)),
    };
    let expected = STANDARD.decode(digest).map_err(|_| Stop::Status(400))?;
    if expected.len() == state.output_size() { Ok(Some(Checksum { state, expected })) } else { Err(Stop::Status(400)) }
}

/// Ends an upload and throws away what had arrived of it.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs or has arrived already.
pub async fn discard(app: &App, artist: ArtistId, id: &str) -> AppResult<()> {
    if staging::coming(app, artist, id).await?.state != Standing::Coming {
        return Err(AppError::NotFound);
    }
    // Who still writes writes into nothing; the row says so.
    staging::give_up(app, id, "cancelled").await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))])
    }

    #[test]
    fn metadata_is_read_as_the_protocol_writes_it() {
        let found = metadata(&headers("upload-metadata", "filename c29uZy53YXY=,is_private, fingerprint YQ==")).unwrap();
        assert_eq!((found["filename"].as_str(), found["is_private"].as_str(), found["fingerprint"].as_str()), ("song.wav", "", "a"));
        assert!(metadata(&headers("upload-metadata", "filename !!!")).is_none());
        assert!(metadata(&HeaderMap::new()).unwrap().is_empty());
    }

    #[test]
    fn numbers_are_digits_only() {
        for (text, expected) in
            [("0", Some(0)), ("12", Some(12)), ("+1", None), ("-1", None), ("", None), ("1e3", None), ("99999999999999999999", None)]
        {
            assert_eq!(number(&headers("upload-length", text), &LENGTH), expected, "{text}");
        }
    }

    #[test]
    fn a_checksum_has_a_known_algorithm_and_the_right_length() {
        assert!(checksum(&headers("upload-checksum", "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")).is_ok_and(|sum| sum.is_some()));
        for bad in ["md5 Kq5sNclPz7QV2+lfQIuc6Q==", "sha1", "sha1 Kq5s", "sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0=", "sha1 ?"] {
            assert!(checksum(&headers("upload-checksum", bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_end_is_a_date_of_http() {
        assert_eq!(expires(time::macros::datetime!(2026-11-21 09:05:07 UTC)).unwrap(), "Mon, 23 Nov 2026 09:05:07 GMT");
    }
}
