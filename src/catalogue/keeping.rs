//! What admins change in the catalogue, and the sound of its songs.

use super::texts::{AlbumDraft, AlbumState, SongDraft, SongLine};
use crate::{
    error::{AppError, AppResult},
    ids::{AlbumId, SongId},
    media::{
        forms::{self, Incoming},
        probe::{self, Problem},
        renditions::Quality,
        storage::Storage,
        transcode,
    },
    money::Cents,
    page::{Page, one_more},
    server::{
        doors,
        jobs::{self, Job},
        sessions::{self, Visitor},
        state::App,
        tokens,
    },
    ui::forms::{Done, Flash, RefusedForm},
    uploads::staging,
};
use anyhow::anyhow;
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

const PAGE: usize = 30;

/// The door by which a song's sound comes.
pub fn routes(app: &App) -> Router<App> {
    let audio = usize::try_from(app.config.rules.audio_maximum_bytes).unwrap_or(usize::MAX).saturating_mul(2);
    Router::new().route("/admin/songs/{id}/audio", post(audio_sent)).layer(DefaultBodyLimit::max(audio))
}

/// All albums, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn albums(app: &App, after: Option<i32>) -> AppResult<Page<AlbumState>> {
    let rows = sqlx::query!(
        "SELECT a.id AS `id!: i32`, a.title AS `title!: String`, a.artistName AS `artistName!: String`, a.price, a.isPublished AS `published!: i32`, (SELECT COUNT(*) FROM tracks t WHERE t.albumId = a.id) AS `songs!: i64`
         FROM albums a WHERE a.id < ? ORDER BY a.id DESC LIMIT ?",
        after.unwrap_or(i32::MAX),
        one_more(PAGE)
    )
    .fetch_all(&app.db)
    .await?;
    let lines = rows
        .into_iter()
        .map(|row| AlbumState {
            id: row.id.into(),
            title: row.title,
            artist: row.artistName,
            price: row.price.map(Cents::from),
            songs: row.songs,
            published: row.published != 0,
        })
        .collect();
    Ok(Page::of(lines, PAGE, |line: &AlbumState| line.id.to_string()))
}

/// An album with its songs, as it is edited.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn album(app: &App, id: AlbumId) -> AppResult<AlbumDraft> {
    let row = sqlx::query!("SELECT title, artistName, description, genre, price, isPublished FROM albums WHERE id = ?", id)
        .fetch_optional(&app.db)
        .await?
        .ok_or(AppError::NotFound)?;
    let songs = sqlx::query!(
        "SELECT id, trackNumber, title, price, isPublished, COALESCE(audioKey, '') <> '' AS `playable!: i32` FROM tracks
         WHERE albumId = ? ORDER BY trackNumber, id LIMIT 200",
        id
    )
    .fetch_all(&app.db)
    .await?;
    let songs = songs
        .into_iter()
        .map(|song| SongLine {
            id: song.id.into(),
            number: song.trackNumber,
            title: song.title,
            price: song.price.map(Cents::from),
            published: song.isPublished != 0,
            playable: song.playable != 0,
        })
        .collect();
    Ok(AlbumDraft {
        title: row.title,
        artist: row.artistName,
        description: row.description.unwrap_or_default(),
        genre: row.genre.unwrap_or_default(),
        price: row.price.map(Cents::from),
        published: row.isPublished != 0,
        songs,
    })
}

/// Writes a new album, or changes one.
///
/// # Errors
/// A message at `published` for one without a song to hear; [`AppError::NotFound`] when the one to change is not there.
pub async fn save_album(app: &App, id: Option<AlbumId>, draft: &AlbumDraft) -> AppResult<AlbumId> {
    let now = app.clock.now();
    let songs = match id {
        Some(id) => {
            sqlx::query_scalar!("SELECT COUNT(*) AS `n!: i64` FROM tracks WHERE albumId = ? AND isPublished = 1 AND audioKey <> ''", id)
                .fetch_one(&app.db)
                .await?
        }
        None => 0,
    };
    if draft.published && songs == 0 {
        return Err(AppError::at("published", crate::t!("catalogue.admin.error.no_songs")));
    }
    let price = draft.price.map(Cents::as_int).transpose()?;
    let genre = Some(draft.genre.as_str()).filter(|genre| !genre.is_empty());
    let Some(id) = id else {
        let done = sqlx::query!(
            "INSERT INTO albums (title, artistName, description, genre, price, releaseDate, isPublished, createdAt, updatedAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            draft.title,
            draft.artist,
            draft.description,
            genre,
            price,
            now,
            i32::from(draft.published),
            now,
            now
        )
        .execute(&app.db)
        .await?;
        return Ok(AlbumId(i32::try_from(done.last_insert_id()).map_err(|_| AppError::NotFound)?));
    };
    let done = sqlx::query!(
        "UPDATE albums SET title = ?, artistName = ?, description = ?, genre = ?, price = ?, isPublished = ?, updatedAt = ? WHERE id = ?",
        draft.title,
        draft.artist,
        draft.description,
        genre,
        price,
        i32::from(draft.published),
        now,
        id
    )
    .execute(&app.db)
    .await?;
    if done.rows_affected() == 0 { Err(AppError::NotFound) } else { Ok(id) }
}

/// A song as it is edited.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn song(app: &App, id: SongId) -> AppResult<SongDraft> {
    let row =
        sqlx::query!("SELECT albumId, title, artistName, genre, trackNumber, price, isExplicit, isPublished, audioKey FROM tracks WHERE id = ?", id)
            .fetch_optional(&app.db)
            .await?
            .ok_or(AppError::NotFound)?;
    Ok(SongDraft {
        album: row.albumId.map(AlbumId),
        title: row.title,
        artist: row.artistName,
        genre: row.genre.unwrap_or_default(),
        number: row.trackNumber,
        price: row.price.map(Cents::from),
        explicit: row.isExplicit != 0,
        published: row.isPublished != 0,
        playable: row.audioKey.is_some_and(|key| !key.is_empty()),
    })
}

/// Writes a new song, or changes one; on which album it is stays.
///
/// # Errors
/// A message at `published` for one without sound; [`AppError::NotFound`] when the album, or the song to change, is not there.
pub async fn save_song(app: &App, id: Option<SongId>, draft: &SongDraft) -> AppResult<SongId> {
    let now = app.clock.now();
    let playable = match id {
        Some(id) => song(app, id).await?.playable,
        None => false,
    };
    if draft.published && !playable {
        return Err(AppError::at("published", crate::t!("catalogue.admin.error.no_sound")));
    }
    let price = draft.price.map(Cents::as_int).transpose()?;
    let genre = Some(draft.genre.as_str()).filter(|genre| !genre.is_empty());
    let Some(id) = id else {
        if let Some(id) = draft.album {
            album(app, id).await?;
        }
        let done = sqlx::query!(
            "INSERT INTO tracks (albumId, title, artistName, genre, trackNumber, price, isExplicit, isPublished, plays, createdAt, updatedAt)
             VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?)",
            draft.album,
            draft.title,
            draft.artist,
            genre,
            draft.number,
            price,
            i32::from(draft.explicit),
            now,
            now
        )
        .execute(&app.db)
        .await?;
        return Ok(SongId(i32::try_from(done.last_insert_id()).map_err(|_| AppError::NotFound)?));
    };
    sqlx::query!(
        "UPDATE tracks SET title = ?, artistName = ?, genre = ?, trackNumber = ?, price = ?, isExplicit = ?, isPublished = ?, updatedAt = ? WHERE id = ?",
        draft.title,
        draft.artist,
        genre,
        draft.number,
        price,
        i32::from(draft.explicit),
        i32::from(draft.published),
        now,
        id
    )
    .execute(&app.db)
    .await?;
    Ok(id)
}

async fn audio_sent(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    Path(id): Path<String>,
    headers: HeaderMap,
    multipart: Multipart,
) -> Response {
    let mut incoming = Incoming::new(&app, &visitor, multipart);
    let result = new_audio(&app, &visitor, &id, &mut incoming).await;
    let action = format!("/admin/songs/{id}/audio");
    match result {
        // The form stands on the song's page.
        Err(error @ (AppError::Invalid(_) | AppError::Refused(_))) => {
            let flash = Flash { message: None, refused: Some(RefusedForm { action, values: Vec::new(), error }) };
            match sessions::leave_flash(&session, &flash).await {
                Ok(()) => Redirect::to(&format!("/admin/songs/{id}")).into_response(),
                Err(error) => doors::error_response(&headers, &error),
            }
        }
        result => forms::answer(&headers, &session, &action, Vec::new(), result).await,
    }
}

async fn new_audio(app: &App, visitor: &Visitor, id: &str, incoming: &mut Incoming<'_>) -> AppResult<Done> {
    let me = visitor.me.as_ref().ok_or(AppError::LogIn)?;
    if !me.admin {
        return Err(AppError::Forbidden);
    }
    let id: SongId = id.parse().map_err(|_| AppError::NotFound)?;
    song(app, id).await?;
    let most = app.config.rules.audio_maximum_bytes;
    let storage = Storage::of(app);
    let ours = |error: std::io::Error| AppError::from(anyhow::Error::from(error));
    while let Some(mut field) = incoming.next().await? {
        let name = field.file_name().map(ToOwned::to_owned).unwrap_or_default();
        if field.name() != Some("audio") || name.is_empty() {
            continue;
        }
        let mut file = storage.begin().await.map_err(ours)?;
        // Read to its end in any case: a browser shows no answer before it has sent everything.
        while let Some(chunk) = field.chunk().await.map_err(|_| AppError::at("audio", Problem::Interrupted.text()))? {
            if file.bytes() <= most {
                file.write(&chunk).await.map_err(ours)?;
            }
        }
        if file.bytes() > most {
            return Err(AppError::at("audio", Problem::TooLarge.text()));
        }
        let bytes = i64::try_from(file.bytes()).unwrap_or(i64::MAX);
        let whole = file.close().await.map_err(ours)?;
        let probed = probe::probe(whole.path()).await.map_err(|problem| AppError::at("audio", problem.text()))?;
        let original = format!("originals/{}", tokens::ulid());
        whole.adopt(&storage, &original).await.map_err(ours)?;
        let (mut tx, now) = (app.db.begin().await?, app.clock.now());
        sqlx::query!(
            "INSERT INTO uploadedFiles (userId, fileKey, fileName, mimeType, size, metadata, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?)",
            me.id,
            original,
            staging::file_name(&name),
            probed.mime,
            bytes,
            probed.metadata().to_string(),
            now
        )
        .execute(&mut *tx)
        .await?;
        jobs::enqueue(&mut tx, &SongSound { song: id, original }, now).await?;
        tx.commit().await?;
        app.work.notify_one();
        return Ok(Done::go(format!("/admin/songs/{id}")).saying(crate::t!("catalogue.admin.sound_arrived")));
    }
    Err(AppError::at("audio", crate::t!("uploads.error.audio_missing")))
}

/// Makes the files that are played of a song's original, and then plays them.
#[derive(Debug, Serialize, Deserialize)]
pub struct SongSound {
    pub song: SongId,
    pub original: String,
}

impl Job for SongSound {
    const KIND: &'static str = "song-sound";
}

impl SongSound {
    /// Does it. Done twice, the files are the same.
    ///
    /// # Errors
    /// What is wrong with the file, or with us.
    pub async fn run(self, app: &App) -> anyhow::Result<()> {
        let storage = Storage::of(app);
        let made = transcode::make(&storage, &self.original, &[Quality::Aac128, Quality::Aac256]).await.map_err(|problem| anyhow!(problem.text()))?;
        sqlx::query!(
            "UPDATE tracks SET audioKey = ?, audioUrl = ?, duration = ?, updatedAt = ? WHERE id = ?",
            Quality::Aac128.key(transcode::stem(&self.original)),
            format!("/media/songs/{}", self.song),
            i32::try_from((made.duration_ms + 500) / 1_000)?,
            app.clock.now(),
            self.song
        )
        .execute(&app.db)
        .await?;
        Ok(())
    }
}
