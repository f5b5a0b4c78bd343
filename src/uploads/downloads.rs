//! Taking tracks along: who may, and the files for it. A file is made when it is first asked for and kept for some days
//! under a key that tells its content, so that a download that broke off goes on by ranges.

use super::{Download, formats::Format};
use crate::{
    accounts::Me,
    error::{AppError, AppResult},
    ids::{TrackId, UserId},
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
use sqlx::QueryBuilder;
use std::{collections::HashMap, time::Duration};
use time::OffsetDateTime;
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
        format!("{}.{extension}", plain(&name))
    }
}

/// A name that means nothing to a disk: of any system, and of no endless length.
pub fn plain(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { '_' } else { c }).take(120).collect();
    plain.trim_matches(|c: char| c == '.' || c.is_whitespace()).to_owned()
}

/// A file that is there to be sent.
#[derive(Debug)]
pub struct Ready {
    /// Where in storage.
    pub key: String,
    pub mime: &'static str,
    pub name: String,
}

/// A recording that somebody may take along: where its original lies, and what its files say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub original: String,
    /// Whether the original is lossless: nothing becomes lossless again.
    pub lossless: bool,
    pub labels: Labels,
    /// The upload it is, to be counted as taken along; nothing for songs and for whoever takes their own.
    pub counted: Option<TrackId>,
}

#[derive(sqlx::FromRow)]
struct TrackRow {
    id: i32,
    title: String,
    genre: String,
    audioKey: String,
    cover: Option<String>,
    artistName: String,
    userId: i32,
    isPublished: i32,
    releaseDate: Option<OffsetDateTime>,
    downloadable: i32,
    downloadPrice: Option<i32>,
    ready: i32,
    withdrawn: i32,
    lossless: i32,
    bought: i32,
}

impl TrackRow {
    /// Its artist, admins and who bought it always; everyone what is public and free.
    fn allowed(&self, me: Option<&Me>, now: OffsetDateTime) -> bool {
        let theirs = self.bought != 0 || me.is_some_and(|me| me.admin || me.id.0 == self.userId);
        let public = self.isPublished != 0 && self.withdrawn == 0 && self.releaseDate.is_none_or(|release| release <= now);
        self.ready != 0 && (theirs || public && Download::of(self.downloadable, self.downloadPrice) == Download::Free)
    }
}

/// Those of these tracks that somebody may take along. What was bought stays theirs, also when it is withdrawn.
///
/// # Errors
/// When the database does not answer.
pub async fn sources(app: &App, me: Option<&Me>, tracks: &[TrackId]) -> AppResult<HashMap<TrackId, Source>> {
    found(app, me, tracks, false).await
}

/// Those of these tracks that may be taken along, or with `given` all that there are.
async fn found(app: &App, me: Option<&Me>, tracks: &[TrackId], given: bool) -> AppResult<HashMap<TrackId, Source>> {
    if tracks.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = QueryBuilder::new(
        "SELECT artistUploads.id, artistUploads.title, artistUploads.genre, artistUploads.audioKey, artistUploads.coverArtUrl AS cover, artistProfiles.artistName,
                artistProfiles.userId, artistUploads.isPublished, artistUploads.releaseDate, artistUploads.downloadable, artistUploads.downloadPrice,
                trackMedia.state = 'ready' AS ready, trackMedia.withdrawnAt IS NOT NULL AS withdrawn, COALESCE(trackAnalyses.isLossless, 0) AS lossless,
                EXISTS (SELECT 1 FROM songPurchases WHERE songPurchases.uploadId = artistUploads.id AND songPurchases.userId = ",
    );
    query.push_bind(me.map_or(0, |me| me.id.0)).push(
        ") AS bought
         FROM artistUploads
         JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         JOIN trackMedia ON trackMedia.trackId = artistUploads.id
         LEFT JOIN trackAnalyses ON trackAnalyses.trackId = artistUploads.id
         WHERE artistUploads.id IN (",
    );
    let mut list = query.separated(", ");
    for track in tracks {
        list.push_bind(track.0);
    }
    query.push(")");
    let (rows, now): (Vec<TrackRow>, _) = (query.build_query_as().fetch_all(&app.db).await?, app.clock.now());
    let allowed = rows.into_iter().filter(|row| (given && row.ready != 0) || row.allowed(me, now));
    let source = |row: TrackRow| Source {
        original: row.audioKey,
        lossless: row.lossless != 0,
        labels: Labels {
            title: row.title,
            artist: row.artistName,
            genre: row.genre,
            year: row.releaseDate.map(OffsetDateTime::year),
            cover: row.cover.as_deref().and_then(cover_key),
            ..Labels::default()
        },
        counted: me.is_none_or(|me| me.id.0 != row.userId).then_some(TrackId(row.id)),
    };
    Ok(allowed.map(|row| (TrackId(row.id), source(row))).collect())
}

/// The formats in which somebody may take this track along; none when they may not.
///
/// # Errors
/// When the database does not answer.
pub async fn formats(app: &App, me: Option<&Me>, track: TrackId) -> AppResult<Vec<Format>> {
    Ok(sources(app, me, &[track]).await?.get(&track).map_or_else(Vec::new, |source| Format::of_original(source.lossless)))
}

/// The format that an address names.
#[derive(Debug, Deserialize)]
pub struct Choice {
    #[serde(default)]
    format: String,
}

impl Choice {
    /// Which one it is.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is none.
    pub fn format(&self) -> AppResult<Format> {
        Format::of(&self.format).ok_or(AppError::NotFound)
    }
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
    let found = async {
        let id: TrackId = id.parse().map_err(|_| AppError::NotFound)?;
        let source = sources(&app, visitor.me.as_ref(), &[id]).await?.remove(&id).ok_or(AppError::NotFound)?;
        sent(&app, visitor.me.as_ref(), source, choice.format()?, request).await
    };
    found.await.unwrap_or_else(|error| doors::error_response(&headers, &error))
}

/// A track as a file, for somebody to whom it was given.
///
/// # Errors
/// As [`sent`].
pub async fn given(app: &App, id: TrackId, format: Format, request: Request) -> AppResult<Response> {
    let source = found(app, None, &[id], true).await?.remove(&id).ok_or(AppError::NotFound)?;
    sent(app, None, source, format, request).await
}

/// Whether a request is a later piece of a download, or a look at its head: none of its own.
pub fn goes_on(request: &Request) -> bool {
    request.method() != Method::GET || request.headers().get(header::RANGE).is_some_and(|range| !range.as_bytes().starts_with(b"bytes=0-"))
}

/// A recording as a file, whole or by a range.
///
/// # Errors
/// [`AppError::NotFound`] for a format that makes no sense of it, [`AppError::Refused`] while the file is being made.
pub async fn sent(app: &App, me: Option<&Me>, source: Source, format: Format, request: Request) -> AppResult<Response> {
    if !Format::of_original(source.lossless).contains(&format) {
        return Err(AppError::NotFound);
    }
    let Source { original, labels, counted, .. } = source;
    // Making it goes on when this request ends before it is done.
    let storage = Storage::of(app);
    let making = tokio::spawn(async move { file(&storage, &original, &labels, format).await });
    let ready = match tokio::time::timeout(PATIENCE, making).await {
        Ok(made) => made.map_err(|error| AppError::from(anyhow::Error::from(error)))?.map_err(refused)?,
        Err(_) => return Err(AppError::Refused(crate::t!("uploads.format.being_made").into_owned())),
    };
    if let Some(track) = counted.filter(|_| !goes_on(&request)) {
        count(app, track, me.map(|me| me.id), format).await?;
    }
    let mut response = streaming::ranged(request, &Storage::of(app), &ready.key, ready.mime).await;
    named(&mut response, &ready.name);
    Ok(response)
}

/// Says that a response is a file to keep, and what it is called.
pub fn named(response: &mut Response, name: &str) {
    let ascii: String = name.chars().map(|c| if c.is_ascii() && c != '%' { c } else { '_' }).collect();
    let encoded: String = name
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
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

/// Counts that a track was taken along.
///
/// # Errors
/// When the database does not answer.
pub async fn count(app: &App, track: TrackId, user: Option<UserId>, format: Format) -> AppResult<()> {
    let mut tx = app.db.begin().await?;
    sqlx::query!(
        "INSERT INTO trackDownloads (trackId, userId, format, downloadedAt) VALUES (?, ?, ?, ?)",
        track,
        user,
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
    let (extension, mime) = match format {
        Format::Original => of_kind(recognise::kept(storage, original).await?),
        Format::Flac => ("flac", "audio/flac"),
        Format::Wav => ("wav", "audio/wav"),
        Format::Mp3V0 | Format::Mp3320 => ("mp3", "audio/mpeg"),
        Format::Aac => ("m4a", "audio/mp4"),
        Format::Opus => ("opus", "audio/ogg"),
    };
    let name = labels.file_name(extension);
    if format == Format::Original {
        return Ok(Ready { key: original.to_owned(), mime, name });
    }
    let content = format!("{original}\n{}\n{labels:?}", format.code());
    let digest: String = Sha256::digest(content.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let key = format!("downloads/{digest}.{extension}");
    if !storage.has(&key).await {
        let _turn = MAKERS.acquire().await.map_err(|_| Problem::Internal)?;
        // Somebody may have made it while this one waited.
        if !storage.has(&key).await {
            make(storage, original, labels, format, &key).await?;
        }
    }
    Ok(Ready { key, mime, name })
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

async fn make(storage: &Storage, original: &str, labels: &Labels, format: Format, key: &str) -> Result<(), Problem> {
    let source = storage.local(original).await?;
    let probed = probe::look(source.path()).await?;
    let scratch = Scratch::new(storage).await?;
    let cover = match &labels.cover {
        Some(key) => jpeg(storage, key).await,
        None => None,
    };
    let mut picture = None;
    let mut command = tool("ffmpeg", LONGEST.as_secs());
    command.args(["-v", "error", "-nostdin", "-protocol_whitelist", "file,pipe", "-f", probed.demuxer, "-i"]).arg(file_url(source.path()));
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
    let bytes = storage.read(key).await.ok()?;
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
