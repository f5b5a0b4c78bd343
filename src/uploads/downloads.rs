//! Taking tracks along: who may, and the files for it. A file is made when it is first asked for and kept for some days
//! under a key that tells its content, so that a download that broke off goes on by ranges.

use super::{Download, formats::Format};
use crate::{
    accounts::Me,
    error::{AppError, AppResult},
    ids::TrackId,
    media::{
        limits::tool,
        probe::{self, Probed, Problem, file_url},
        recognise,
        storage::{Scratch, Storage},
        streaming,
    },
    server::{doors, sessions::Visitor, state::App},
};
use axum::{
    Extension, Router,
    extract::{Path, Query, Request, State},
    http::{HeaderValue, Method, header},
    response::Response,
    routing::get,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How many files are made at once.
static MAKERS: Semaphore = Semaphore::const_new(2);
/// How long somebody waits for one, below the time that a request may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long making one may take.
const LONGEST: Duration = Duration::from_secs(900);

/// Routes of this part of the room.
pub fn routes() -> Router<App> {
    Router::new().route("/tracks/{id}/download", get(download))
}

/// What a file says of itself to whoever opens it later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    pub title: String,
    pub artist: String,
    pub genre: String,
    pub album: Option<String>,
    /// Its place on the album.
    pub number: Option<i32>,
    pub year: Option<i32>,
    /// The key of its cover in storage.
    pub cover: Option<String>,
}

impl Labels {
    /// What the file is called on the disk of whoever takes it: nothing that means something there.
    pub fn file_name(&self, extension: &str) -> String {
        let name = match self.number {
            Some(number) => format!("{number:02} {} - {}", self.artist, self.title),
            None => format!("{} - {}", self.artist, self.title),
        };
        let plain: String = name.chars().map(|c| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { '_' } else { c }).take(120).collect();
        format!("{}.{extension}", plain.trim_matches(|c: char| c == '.' || c.is_whitespace()))
    }
}

/// A file that is there to be sent.
#[derive(Debug)]
pub struct Ready {
    pub path: std::path::PathBuf,
    pub mime: &'static str,
    pub name: String,
}

/// Whether somebody may take this track along: its artist and admins always, everyone what is public and free.
/// Who bought one is for the room of purchases to add.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such track.
pub async fn may_download(app: &App, me: Option<&Me>, track: TrackId) -> AppResult<bool> {
    let row = sqlx::query!(
        "SELECT artistUploads.isPublished, artistUploads.releaseDate, artistUploads.downloadable, artistUploads.downloadPrice, artistProfiles.userId,
                trackMedia.state, trackMedia.withdrawnAt
         FROM artistUploads
         JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         JOIN trackMedia ON trackMedia.trackId = artistUploads.id
         WHERE artistUploads.id = ?",
        track
    )
    .fetch_one(&app.db)
    .await?;
    if row.state != "ready" {
        return Ok(false);
    }
    if me.is_some_and(|me| me.admin || me.id.0 == row.userId) {
        return Ok(true);
    }
    let public = row.isPublished != 0 && row.withdrawnAt.is_none() && row.releaseDate.is_none_or(|release| release <= app.clock.now());
    Ok(public && Download::of(row.downloadable, row.downloadPrice) == Download::Free)
}

/// The formats in which somebody may take this track along; none when they may not.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such track.
pub async fn formats(app: &App, me: Option<&Me>, track: TrackId) -> AppResult<Vec<Format>> {
    // A row of before may have no media.
    match may_download(app, me, track).await {
        Ok(true) => Ok(Format::of_original(lossless(app, track).await?)),
        Ok(false) | Err(AppError::NotFound) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

async fn lossless(app: &App, track: TrackId) -> AppResult<bool> {
    let lossless = sqlx::query_scalar!("SELECT isLossless FROM trackAnalyses WHERE trackId = ?", track).fetch_optional(&app.db).await?;
    Ok(lossless.is_some_and(|lossless| lossless != 0))
}

#[derive(Debug, Deserialize)]
struct Choice {
    #[serde(default)]
    format: String,
}

async fn download(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(choice): Query<Choice>,
    visitor: Option<Extension<Visitor>>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let visitor = visitor.map(|Extension(visitor)| visitor).unwrap_or_default();
    match sent(&app, visitor.me.as_ref(), &id, &choice.format, request).await {
        Ok(response) => response,
        Err(error) => doors::error_response(&headers, &error),
    }
}

async fn sent(app: &App, me: Option<&Me>, id: &str, format: &str, request: Request) -> AppResult<Response> {
    let id: TrackId = id.parse().map_err(|_| AppError::NotFound)?;
    let format = Format::of(format).ok_or(AppError::NotFound)?;
    if !formats(app, me, id).await?.contains(&format) {
        return Err(AppError::NotFound);
    }
    let row = sqlx::query!(
        "SELECT artistUploads.title, artistUploads.genre, artistUploads.audioKey, artistUploads.coverArtUrl, artistUploads.releaseDate, artistProfiles.artistName,
                artistProfiles.userId
         FROM artistUploads JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId WHERE artistUploads.id = ?",
        id
    )
    .fetch_one(&app.db)
    .await?;
    let labels = Labels {
        title: row.title,
        artist: row.artistName,
        genre: row.genre,
        year: row.releaseDate.map(time::OffsetDateTime::year),
        cover: row.coverArtUrl.as_deref().and_then(cover_key),
        ..Labels::default()
    };
    // Making it goes on when this request ends before it is done.
    let storage = Storage::of(app);
    let making = tokio::spawn(async move { file(&storage, &row.audioKey, &labels, format).await });
    let ready = match tokio::time::timeout(PATIENCE, making).await {
        Ok(made) => made.map_err(|error| AppError::from(anyhow::Error::from(error)))?.map_err(refused)?,
        Err(_) => return Err(AppError::Refused(crate::t!("uploads.format.being_made").into_owned())),
    };
    // A download that goes on, or a look at its head, is none of its own.
    let begins =
        request.method() == Method::GET && request.headers().get(header::RANGE).is_none_or(|range| range.as_bytes().starts_with(b"bytes=0-"));
    if begins && me.is_none_or(|me| me.id.0 != row.userId) {
        count(app, id, me, format).await?;
    }
    let mut response = streaming::ranged(request, &ready.path, ready.mime).await;
    let ascii: String = ready.name.chars().map(|c| if c.is_ascii() && c != '%' { c } else { '_' }).collect();
    let encoded: String = ready
        .name
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

fn refused(problem: Problem) -> AppError {
    match problem {
        Problem::Missing => AppError::NotFound,
        problem => AppError::Refused(problem.text()),
    }
}

/// The key of a cover at its largest; nothing for addresses that are not of our making.
pub fn cover_key(address: &str) -> Option<String> {
    super::cover_at(address, 1280).strip_prefix("/media/").filter(|key| key.starts_with("images/")).map(str::to_owned)
}

async fn count(app: &App, track: TrackId, me: Option<&Me>, format: Format) -> AppResult<()> {
    let mut tx = app.db.begin().await?;
    sqlx::query!(
        "INSERT INTO trackDownloads (trackId, userId, format, downloadedAt) VALUES (?, ?, ?, ?)",
        track,
        me.map(|me| me.id),
        format.code(),
        app.clock.now()
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("UPDATE artistUploads SET downloads = downloads + 1, updatedAt = updatedAt WHERE id = ?", track).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// The file of an original in this format, with these labels and its cover inside; made now unless it is there.
///
/// # Errors
/// What went wrong in making it.
pub async fn file(storage: &Storage, original: &str, labels: &Labels, format: Format) -> Result<Ready, Problem> {
    let source = storage.path(original).map_err(|_| Problem::Missing)?;
    let (extension, mime) = match format {
        Format::Original => of_kind(recognise::file(&source).await?),
        Format::Flac => ("flac", "audio/flac"),
        Format::Wav => ("wav", "audio/wav"),
        Format::Mp3V0 | Format::Mp3320 => ("mp3", "audio/mpeg"),
        Format::Aac => ("m4a", "audio/mp4"),
        Format::Opus => ("opus", "audio/ogg"),
    };
    let name = labels.file_name(extension);
    if format == Format::Original {
        return Ok(Ready { path: source, mime, name });
    }
    let content = format!("{original}\n{}\n{labels:?}", format.code());
    let digest: String = Sha256::digest(content.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let key = format!("downloads/{digest}.{extension}");
    if !storage.has(&key).await {
        let _turn = MAKERS.acquire().await.map_err(|_| Problem::Internal)?;
        // Somebody may have made it while this one waited.
        if !storage.has(&key).await {
            make(storage, &source, labels, format, &key).await?;
        }
    }
    Ok(Ready { path: storage.path(&key)?, mime, name })
}

fn of_kind(kind: recognise::Kind) -> (&'static str, &'static str) {
    let extension = match kind.demuxer {
        "wav" => "wav",
        "aiff" => "aiff",
        "flac" => "flac",
        "ogg" => "ogg",
        "mov" => "m4a",
        "aac" => "aac",
        _ => "mp3",
    };
    (extension, kind.mime)
}

async fn make(storage: &Storage, source: &std::path::Path, labels: &Labels, format: Format, key: &str) -> Result<(), Problem> {
    let probed = probe::look(source).await?;
    let scratch = Scratch::new(storage).await?;
    let cover = match &labels.cover {
        Some(key) => jpeg(storage, key).await,
        None => None,
    };
    let mut picture = None;
    let mut command = tool("ffmpeg", LONGEST.as_secs());
    command.args(["-v", "error", "-nostdin", "-protocol_whitelist", "file,pipe", "-f", probed.demuxer, "-i"]).arg(file_url(source));
    // Ogg has its cover in a comment, WAV has none.
    if let Some(cover) = cover.as_ref().filter(|_| !matches!(format, Format::Opus | Format::Wav)) {
        let place = Scratch::new(storage).await?;
        tokio::fs::write(place.path(), cover).await?;
        command.args(["-protocol_whitelist", "file,pipe", "-f", "mjpeg", "-i"]).arg(file_url(place.path()));
        command.args(["-map", "0:a:0", "-map", "1:v:0", "-c:v", "copy", "-disposition:v:0", "attached_pic"]);
        picture = Some(place);
    } else {
        command.args(["-map", "0:a:0", "-vn"]);
    }
    command.args(["-map_metadata", "-1", "-map_chapters", "-1"]).args(recipe(format, &probed));
    let mut label = |name: &str, value: &str| {
        command.arg("-metadata").arg(format!("{name}={}", super::one_line(value)));
    };
    label("title", &labels.title);
    label("artist", &labels.artist);
    label("genre", &labels.genre);
    if let Some(album) = &labels.album {
        label("album", album);
    }
    if let Some(number) = labels.number {
        label("track", &number.to_string());
    }
    if let Some(year) = labels.year {
        label("date", &year.to_string());
    }
    if let Some(cover) = cover.as_ref().filter(|_| format == Format::Opus) {
        label("METADATA_BLOCK_PICTURE", &STANDARD.encode(block(cover)));
    }
    let done = tokio::time::timeout(LONGEST, command.arg("-y").arg(file_url(scratch.path())).output()).await.map_err(|_| Problem::TimedOut)?;
    let done = done.map_err(|error| Problem::of_tool(&error))?;
    drop(picture);
    if !done.status.success() {
        tracing::error!("a download was not made: {}", String::from_utf8_lossy(&done.stderr));
        return Err(Problem::Internal);
    }
    scratch.adopt(storage, key).await?;
    Ok(())
}

fn recipe(format: Format, probed: &Probed) -> Vec<&'static str> {
    let deep = probed.bits.is_some_and(|bits| bits > 16);
    match format {
        Format::Flac if deep => "-c:a flac -sample_fmt s32 -compression_level 8 -f flac",
        Format::Flac => "-c:a flac -sample_fmt s16 -compression_level 8 -f flac",
        Format::Wav if deep => "-c:a pcm_s24le -f wav",
        Format::Wav => "-c:a pcm_s16le -f wav",
        Format::Mp3V0 => "-c:a libmp3lame -q:a 0 -ac 2 -id3v2_version 3 -f mp3",
        Format::Mp3320 => "-c:a libmp3lame -b:a 320k -ac 2 -id3v2_version 3 -f mp3",
        Format::Aac => "-c:a aac -b:a 256k -ac 2 -movflags +faststart -f ipod",
        Format::Opus => "-c:a libopus -b:a 160k -ac 2 -f opus",
        Format::Original => "-c:a copy",
    }
    .split(' ')
    .collect()
}

/// A kept cover as JPEG, which every player shows; small enough for a comment.
async fn jpeg(storage: &Storage, key: &str) -> Option<Vec<u8>> {
    let bytes = tokio::fs::read(storage.path(key).ok()?).await.ok()?;
    let made = tokio::task::spawn_blocking(move || {
        let picture = image::load_from_memory(&bytes).ok()?.thumbnail(600, 600).to_rgb8();
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 80).write_image(&picture, picture.width(), picture.height(), ExtendedColorType::Rgb8).ok()?;
        // As an argument in base64, with what stands around it, it must stay below 128 kB.
        (jpeg.len() < 90_000).then_some(jpeg)
    });
    made.await.ok().flatten()
}

/// A picture as FLAC and Ogg have it: kind 3 (front cover), media type, no description, sizes left to the picture.
fn block(jpeg: &[u8]) -> Vec<u8> {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(0).to_be_bytes();
    let mime = b"image/jpeg";
    [&3_u32.to_be_bytes(), length(mime).as_slice(), mime, &[0; 4], &[0; 16], &length(jpeg), jpeg].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_mean_nothing_to_a_disk() {
        let named =
            |artist: &str, title: &str, number| Labels { artist: artist.into(), title: title.into(), number, ..Labels::default() }.file_name("mp3");
        assert_eq!(named("Ida", "Night drive", Some(3)), "03 Ida - Night drive.mp3");
        assert_eq!(named("AC/DC", "a\\b: c?\n", None), "AC_DC - a_b_ c__.mp3");
        assert_eq!(named("..", "/etc/passwd", None), "- _etc_passwd.mp3");
        assert!(named(&"é".repeat(400), "x", None).chars().count() < 130);
    }
}
