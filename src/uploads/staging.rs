//! A file on its way in: a row of `uploadStagings` beside the bytes, from the first one on.

use super::{
    KeptFile, Quota, TrackText, Unfinished, UploadAnswer, one_line,
    parts::{self, Part},
    replace, store,
};
use crate::{
    error::{AppError, AppResult},
    ids::{ArtistId, TrackId, UserId},
    media::{
        images::{self, Purpose},
        probe::{self, Problem},
        storage::{Scratch, Storage},
        tags::{self, Tags},
    },
    server::{state::App, tokens},
};
use axum::extract::multipart::Field;
use std::{io, path::Path};
use time::{Duration, OffsetDateTime};

/// How long a file that stopped coming, or was never made a track, is kept.
pub const KEPT: Duration = Duration::days(2);
/// How long after its last byte a file that nobody finished is finished by the worker.
const LEFT: Duration = Duration::minutes(2);

/// Where the original of a staging lies, before and after it becomes a track.
pub fn key(staging: &str) -> String {
    format!("originals/{staging}")
}

/// Takes a file of a form into storage, piece by piece, and looks at what it is.
///
/// The outer error is ours; the inner one is what is wrong with the file.
///
/// # Errors
/// When the database does not answer.
pub async fn receive(
    app: &App,
    artist: ArtistId,
    user: UserId,
    field: &mut Field<'_>,
    expected: Option<u64>,
) -> AppResult<Result<KeptFile, Problem>> {
    let name = file_name(field.file_name().unwrap_or_default());
    let id = begin(app, artist, &name, expected).await?;
    let received = store(app, &Storage::of(app), &id, field).await;
    finish(app, user, id, name, received).await
}

/// Takes a copy of a file that is on this machine, as [`receive`] takes one that is sent.
///
/// The outer error is ours; the inner one is what is wrong with the file.
///
/// # Errors
/// When the database does not answer.
pub async fn take(app: &App, artist: ArtistId, user: UserId, name: &str, path: &Path) -> AppResult<Result<KeptFile, Problem>> {
    let id = begin(app, artist, name, None).await?;
    let received = copy(&Storage::of(app), &id, path).await;
    finish(app, user, id, name.to_owned(), received).await
}

/// A file's name as its person called it, for people to read and nothing else.
pub fn file_name(name: &str) -> String {
    one_line(name).chars().take(200).collect()
}

/// What an artist's files take, and may take.
///
/// # Errors
/// When the database does not answer.
pub async fn quota(app: &App, artist: ArtistId) -> AppResult<Quota> {
    let row = sqlx::query!(
        "SELECT CAST(COALESCE(SUM(CASE uploadStagings.state WHEN 'uploading' THEN COALESCE(uploadStagings.bytesExpected, 0) ELSE uploadStagings.bytesReceived END), 0) AS SIGNED) AS `bytes!: i64`,
                COUNT(*) AS `files!: i64`
         FROM uploadStagings LEFT JOIN trackMedia ON trackMedia.trackId = uploadStagings.trackId
         WHERE uploadStagings.artistId = ? AND uploadStagings.state <> 'failed' AND trackMedia.withdrawnAt IS NULL",
        artist
    )
    .fetch_one(&app.db)
    .await?;
    Ok(Quota {
        bytes: row.bytes.unsigned_abs(),
        most_bytes: app.config.rules.artist_maximum_bytes,
        tracks: row.files.unsigned_abs(),
        most_tracks: app.config.rules.artist_maximum_tracks.into(),
    })
}

/// Makes a place for a file of `length` bytes that will come in pieces, when there is room for it.
///
/// # Errors
/// [`AppError::Invalid`] at `audio` when it is too large or the artist's space is full; [`AppError::NotFound`] when
/// the track that it will replace is not theirs.
pub async fn expect(app: &App, artist: ArtistId, name: &str, length: u64, fingerprint: Option<&str>, replaces: Option<TrackId>) -> AppResult<String> {
    if length == 0 {
        return Err(AppError::at("audio", Problem::Empty.text()));
    }
    if length > app.config.rules.audio_maximum_bytes {
        return Err(AppError::at("audio", Problem::TooLarge.text()));
    }
    let mut tx = app.db.begin().await?;
    // One after another, so that several at once don't each find the same room.
    sqlx::query_scalar!("SELECT id FROM artistProfiles WHERE id = ? FOR UPDATE", artist).fetch_one(&mut *tx).await?;
    if let Some(track) = replaces {
        replace::allowed(app, artist, track).await?;
    }
    if let Some(message) = quota(app, artist).await?.refusal(length, replaces.is_some()) {
        return Err(AppError::at("audio", message));
    }
    let (id, now) = (tokens::ulid(), app.clock.now());
    sqlx::query!(
        "INSERT INTO uploadStagings (id, artistId, fileName, bytesReceived, bytesExpected, fingerprint, replaces, state, createdAt, updatedAt)
         VALUES (?, ?, ?, 0, ?, ?, ?, 'uploading', ?, ?)",
        id,
        artist,
        name,
        i64::try_from(length).map_err(|_| AppError::at("audio", Problem::TooLarge.text()))?,
        fingerprint,
        replaces,
        now,
        now
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// A file that comes in pieces, or came.
#[derive(Clone, Debug)]
pub struct Coming {
    pub id: String,
    pub artist: ArtistId,
    pub user: UserId,
    pub name: String,
    pub length: u64,
    pub state: Standing,
    pub replaces: Option<TrackId>,
    pub touched: OffsetDateTime,
}

/// How far such a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Coming,
    /// All of it is there and it is this track, if it is one already.
    Arrived(Option<TrackId>),
    /// It was no good, with the reason's code, or was taken back.
    Failed(String),
}

/// A file of this artist that comes in pieces.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs.
pub async fn coming(app: &App, artist: ArtistId, id: &str) -> AppResult<Coming> {
    let row = sqlx::query!(
        "SELECT uploadStagings.id, uploadStagings.fileName, uploadStagings.bytesExpected AS `length!: i64`, uploadStagings.state, uploadStagings.failure,
                uploadStagings.trackId, uploadStagings.replaces, uploadStagings.updatedAt, artistProfiles.userId
         FROM uploadStagings JOIN artistProfiles ON artistProfiles.id = uploadStagings.artistId
         WHERE uploadStagings.id = ? AND uploadStagings.artistId = ? AND uploadStagings.bytesExpected IS NOT NULL",
        id,
        artist
    )
    .fetch_one(&app.db)
    .await?;
    Ok(Coming {
        id: row.id,
        artist,
        user: row.userId.into(),
        name: row.fileName,
        length: row.length.unsigned_abs(),
        state: match row.state.as_str() {
            "uploading" => Standing::Coming,
            "uploaded" => Standing::Arrived(row.trackId.map(Into::into)),
            _ => Standing::Failed(row.failure.unwrap_or_default()),
        },
        replaces: row.replaces.map(Into::into),
        touched: row.updatedAt,
    })
}

/// The artist's files that stopped coming, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn unfinished(app: &App, artist: ArtistId) -> AppResult<Vec<Unfinished>> {
    let rows = sqlx::query!(
        "SELECT id, fileName, bytesReceived, bytesExpected AS `length!: i64`, COALESCE(fingerprint, '') AS `fingerprint!: String`, replaces FROM uploadStagings
         WHERE artistId = ? AND state = 'uploading' AND fingerprint IS NOT NULL AND bytesExpected IS NOT NULL AND updatedAt >= ? ORDER BY id DESC LIMIT 50",
        artist,
        app.clock.now() - KEPT
    )
    .fetch_all(&app.db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Unfinished {
            id: row.id,
            name: row.fileName,
            received: row.bytesReceived.unsigned_abs(),
            length: row.length.unsigned_abs(),
            fingerprint: row.fingerprint,
            replaces: row.replaces.map(Into::into),
        })
        .collect())
}

/// Writes down how far a file is, and that somebody cares about it.
///
/// # Errors
/// When the database does not answer.
pub async fn touch(app: &App, id: &str, received: u64) -> AppResult<()> {
    sqlx::query!(
        "UPDATE uploadStagings SET bytesReceived = ?, updatedAt = ? WHERE id = ? AND state = 'uploading'",
        i64::try_from(received).unwrap_or(i64::MAX),
        app.clock.now(),
        id
    )
    .execute(&app.db)
    .await?;
    Ok(())
}

/// Gives a file up, with the reason's code.
///
/// # Errors
/// When the database does not answer.
pub async fn give_up(app: &App, id: &str, code: &str) -> AppResult<()> {
    sqlx::query!(
        "UPDATE uploadStagings SET state = 'failed', failure = ?, updatedAt = ? WHERE id = ? AND state = 'uploading'",
        code,
        app.clock.now(),
        id
    )
    .execute(&app.db)
    .await?;
    parts::remove(app, id).await;
    Ok(())
}

/// Takes a file whose bytes are all there: looks at what it is, keeps it, and makes it a draft with what its tags
/// say, or the new audio of its track. Done twice, it is done once.
///
/// The outer error is ours; the inner one is what is wrong with the file.
///
/// # Errors
/// When the database does not answer.
pub async fn arrived(app: &App, coming: &Coming, part: Part) -> AppResult<Result<TrackId, Problem>> {
    let looked = probe::probe(part.path()).await;
    let found = tags::read(part.path()).await;
    let kept = match looked {
        Ok(probed) => match keep(app, part.path(), &coming.id).await {
            Ok(()) => Ok((i64::try_from(coming.length).unwrap_or(i64::MAX), probed)),
            Err(error) => Err(error.into()),
        },
        Err(problem) => Err(problem),
    };
    if let Err(problem) = kept {
        // What is our own fault leaves the file, to be tried again.
        if !matches!(problem, Problem::StorageFull | Problem::NoFfmpeg | Problem::Internal) {
            give_up(app, &coming.id, problem.code()).await?;
        }
        return Ok(Err(problem));
    }
    if let Err(problem) = finish(app, coming.user, coming.id.clone(), coming.name.clone(), kept).await? {
        return Ok(Err(problem));
    }
    parts::remove(app, &coming.id).await;
    drop(part);
    if let Some(track) = coming.replaces {
        replace::begin(app, coming.artist, track, &coming.id).await?;
        return Ok(Ok(track));
    }
    let (text, cover) = draft(app, coming.user, &coming.name, found).await;
    Ok(Ok(store::create(app, coming.artist, &coming.id, &text, cover.as_deref()).await?))
}

/// Keeps a whole file under its key. Its first name goes only when the row says that it is here: until then, its lock
/// under that name keeps others out, and what fails can be tried again.
async fn keep(app: &App, path: &Path, id: &str) -> io::Result<()> {
    let storage = Storage::of(app);
    let scratch = storage.scratch().await?;
    tokio::fs::hard_link(path, &scratch).await?;
    storage.adopt(&scratch, &key(id)).await?;
    Ok(())
}

/// What a file's tags give for its form: texts, and the address of the cover that was in it. A title is there in any case.
async fn draft(app: &App, user: UserId, file: &str, found: Tags) -> (TrackText, Option<String>) {
    let cover = match found.cover {
        // A picture that is none is only not there.
        Some(bytes) if bytes.len() <= app.config.rules.image_maximum_bytes => images::keep(app, user, bytes, Purpose::Cover).await.ok(),
        _ => None,
    };
    let title = found.title.unwrap_or_else(|| file.rsplit_once('.').map_or(file, |(stem, _)| stem).replace('_', " "));
    let title = match one_line(&title) {
        title if title.is_empty() => crate::t!("uploads.untitled").into_owned(),
        title => title.chars().take(200).collect(),
    };
    (TrackText { title, genre: known_genre(found.genre), explicit: found.explicit, ..TrackText::default() }, cover)
}

/// A file's genre, spelt as the site spells it when it is one of the site's.
fn known_genre(genre: Option<String>) -> String {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let genre: String = genre.unwrap_or_default().chars().take(64).collect();
    super::GENRES.iter().find(|known| plain(known) == plain(&genre)).map_or(genre, |known| (*known).to_owned())
}

/// What the tags of a file that came by a form give for the fields that were left empty.
pub async fn tags_of(app: &App, user: UserId, file: &KeptFile) -> (Option<String>, String, Option<String>) {
    let Ok(kept) = Storage::of(app).local(&key(&file.id)).await else { return (None, String::new(), None) };
    let found = tags::read(kept.path()).await;
    let titled = found.title.is_some();
    let (text, cover) = draft(app, user, &file.name, found).await;
    (titled.then_some(text.title), text.genre, cover)
}

/// How a file's coming ended, for the site's own program; nothing while it comes.
pub fn outcome(coming: &Coming) -> Option<UploadAnswer> {
    match &coming.state {
        Standing::Coming | Standing::Arrived(None) => None,
        Standing::Arrived(Some(track)) => Some(UploadAnswer::Created { to: format!("/studio/uploads/{track}") }),
        Standing::Failed(code) => Some(UploadAnswer::Refused { error: AppError::at("audio", super::failure_text(Some(code))), kept: None }),
    }
}

/// Writes down that a file begins to come.
async fn begin(app: &App, artist: ArtistId, name: &str, expected: Option<u64>) -> AppResult<String> {
    let id = tokens::ulid();
    let now = app.clock.now();
    sqlx::query!(
        "INSERT INTO uploadStagings (id, artistId, fileName, bytesReceived, bytesExpected, state, createdAt, updatedAt) VALUES (?, ?, ?, 0, ?, 'uploading', ?, ?)",
        id,
        artist,
        name,
        expected.and_then(|bytes| i64::try_from(bytes).ok()),
        now,
        now
    )
    .execute(&app.db)
    .await?;
    Ok(id)
}

/// Writes down how its coming ended.
async fn finish(
    app: &App,
    user: UserId,
    id: String,
    name: String,
    received: Result<(i64, probe::Probed), Problem>,
) -> AppResult<Result<KeptFile, Problem>> {
    let now = app.clock.now();
    match received {
        Ok((bytes, probed)) => {
            let mut tx = app.db.begin().await?;
            sqlx::query!("UPDATE uploadStagings SET state = 'uploaded', bytesReceived = ?, updatedAt = ? WHERE id = ?", bytes, now, id)
                .execute(&mut *tx)
                .await?;
            sqlx::query!(
                "INSERT INTO uploadedFiles (userId, fileKey, fileName, mimeType, size, metadata, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?)",
                user,
                key(&id),
                name,
                probed.mime,
                bytes,
                probed.metadata().to_string(),
                now
            )
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
            Ok(Ok(KeptFile { id, name, bytes }))
        }
        Err(problem) => {
            Storage::of(app).remove(&key(&id)).await;
            sqlx::query!("UPDATE uploadStagings SET state = 'failed', failure = ?, updatedAt = ? WHERE id = ?", problem.code(), now, id)
                .execute(&app.db)
                .await?;
            Ok(Err(problem))
        }
    }
}

async fn copy(storage: &Storage, id: &str, path: &Path) -> Result<(i64, probe::Probed), Problem> {
    let scratch = Scratch::new(storage).await?;
    let bytes = tokio::fs::copy(path, scratch.path()).await?;
    let probed = probe::probe(scratch.path()).await?;
    scratch.adopt(storage, &key(id)).await?;
    Ok((i64::try_from(bytes).map_err(|_| Problem::TooLarge)?, probed))
}

async fn store(app: &App, storage: &Storage, id: &str, field: &mut Field<'_>) -> Result<(i64, probe::Probed), Problem> {
    let limit = app.config.rules.audio_maximum_bytes;
    let mut incoming = storage.begin().await?;
    let mut too_large = false;
    loop {
        match field.chunk().await {
            // What is too much is read on and thrown away: a browser shows no answer before it has sent everything.
            Ok(Some(chunk)) if too_large || incoming.bytes().saturating_add(chunk.len() as u64) > limit => too_large = true,
            Ok(Some(chunk)) => incoming.write(&chunk).await?,
            Ok(None) => break,
            Err(_) => return Err(Problem::Interrupted),
        }
    }
    if too_large {
        return Err(Problem::TooLarge);
    }
    let bytes = i64::try_from(incoming.bytes()).map_err(|_| Problem::TooLarge)?;
    let whole = incoming.close().await?;
    let probed = probe::probe(whole.path()).await?;
    whole.adopt(storage, &key(id)).await?;
    Ok((bytes, probed))
}

/// A file that was sent before and has no track yet.
///
/// # Errors
/// When the database does not answer.
pub async fn kept(app: &App, artist: ArtistId, id: &str) -> AppResult<Option<KeptFile>> {
    let row = sqlx::query!("SELECT id, fileName, bytesReceived FROM uploadStagings WHERE id = ? AND artistId = ? AND state = 'uploaded'", id, artist)
        .fetch_optional(&app.db)
        .await?;
    Ok(row.map(|row| KeptFile { id: row.id, name: row.fileName, bytes: row.bytesReceived }))
}

/// Throws away what was sent two days ago and never became a track, and says so of what broke off; finishes what had
/// arrived when its server stopped.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(app: &App) -> AppResult<()> {
    let now = app.clock.now();
    let old = sqlx::query_scalar!(
        "SELECT id FROM uploadStagings WHERE trackId IS NULL AND state <> 'failed' AND updatedAt < ? ORDER BY id LIMIT 100",
        now - KEPT
    )
    .fetch_all(&app.db)
    .await?;
    for id in old {
        let mut tx = app.db.begin().await?;
        sqlx::query!("DELETE FROM uploadedFiles WHERE fileKey = ?", key(&id)).execute(&mut *tx).await?;
        sqlx::query!("UPDATE uploadStagings SET state = 'failed', failure = 'interrupted', updatedAt = ? WHERE id = ?", now, id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Storage::of(app).remove(&key(&id)).await;
        parts::remove(app, &id).await;
    }
    let left = sqlx::query!(
        "SELECT id, artistId FROM uploadStagings WHERE state = 'uploading' AND bytesReceived = bytesExpected AND updatedAt < ? ORDER BY id LIMIT 20",
        now - LEFT
    )
    .fetch_all(&app.db)
    .await?;
    for row in left {
        finish_left(app, row.artistId.into(), &row.id).await?;
    }
    Ok(())
}

async fn finish_left(app: &App, artist: ArtistId, id: &str) -> AppResult<()> {
    let Some(part) = parts::open(app, id).await.map_err(anyhow::Error::from)? else { return Ok(()) };
    let coming = coming(app, artist, id).await?;
    if coming.state == Standing::Coming && part.offset() == coming.length {
        if let Err(problem) = arrived(app, &coming, part).await? {
            tracing::warn!("an upload that had arrived failed: {}", problem.code());
        }
    } else if coming.state == Standing::Coming {
        touch(app, id, part.offset()).await?;
    }
    Ok(())
}
