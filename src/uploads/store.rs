//! Tracks in the database.

use super::{Download, Found, Sound, StudioTrack, TrackCard, TrackPage, TrackState, TrackText, iso_day};
use crate::{
    accounts::Me,
    error::{AppError, AppResult},
    ids::{ArtistId, TrackId, UserId},
    media::{analysis, renditions, transcode::Transcode},
    page::Page,
    purchases::{self, Thing},
    server::{jobs, state::App},
    ui::format::date,
};
use sqlx::{MySqlConnection, QueryBuilder};
use std::collections::HashMap;
use time::OffsetDateTime;

/// How many tracks a page of the studio's list has.
const STUDIO_PAGE: usize = 50;

#[derive(sqlx::FromRow)]
struct CardRow {
    id: i32,
    title: String,
    artistId: i32,
    artistName: String,
    coverArtUrl: Option<String>,
    duration: Option<i32>,
    plays: i32,
    isExplicit: i32,
    state: Option<String>,
}

impl From<CardRow> for TrackCard {
    fn from(row: CardRow) -> Self {
        Self {
            id: row.id.into(),
            title: row.title,
            artist_id: row.artistId.into(),
            artist_name: row.artistName,
            cover: row.coverArtUrl,
            duration_seconds: row.duration.unwrap_or(0),
            plays: row.plays,
            playable: row.state.as_deref() == Some("ready"),
            explicit: row.isExplicit != 0,
        }
    }
}

/// The cards of those of these tracks that everyone may see, in the order of `ids`.
///
/// # Errors
/// When the database does not answer.
pub async fn cards(app: &App, ids: &[TrackId]) -> AppResult<Vec<TrackCard>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = QueryBuilder::new(
        "SELECT artistUploads.id, artistUploads.title, artistUploads.artistId, artistProfiles.artistName, artistUploads.coverArtUrl, artistUploads.duration,
                artistUploads.plays, artistUploads.isExplicit, trackMedia.state
         FROM artistUploads
         JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         LEFT JOIN trackMedia ON trackMedia.trackId = artistUploads.id
         WHERE artistUploads.isPublished = 1 AND trackMedia.withdrawnAt IS NULL AND (artistUploads.releaseDate IS NULL OR artistUploads.releaseDate <= ",
    );
    query.push_bind(app.clock.now()).push(") AND artistUploads.id IN (");
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id.0);
    }
    query.push(")");
    let rows: Vec<CardRow> = query.build_query_as().fetch_all(&app.db).await?;
    let mut found: HashMap<TrackId, TrackCard> = rows.into_iter().map(TrackCard::from).map(|card| (card.id, card)).collect();
    // A list may name a track twice.
    Ok(ids.iter().filter_map(|id| found.get_mut(id).map(|card| card.clone())).collect())
}

/// The public tracks of an artist, newest release first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_artist(app: &App, artist: ArtistId) -> AppResult<Vec<TrackCard>> {
    let rows = sqlx::query_as!(
        CardRow,
        "SELECT artistUploads.id, artistUploads.title, artistUploads.artistId, artistProfiles.artistName, artistUploads.coverArtUrl, artistUploads.duration,
                artistUploads.plays, artistUploads.isExplicit, trackMedia.state AS `state?`
         FROM artistUploads
         JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         LEFT JOIN trackMedia ON trackMedia.trackId = artistUploads.id
         WHERE artistUploads.artistId = ? AND artistUploads.isPublished = 1 AND trackMedia.withdrawnAt IS NULL
           AND (artistUploads.releaseDate IS NULL OR artistUploads.releaseDate <= ?)
         ORDER BY artistUploads.releaseDate DESC, artistUploads.id DESC LIMIT 200",
        artist,
        app.clock.now()
    )
    .fetch_all(&app.db)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

struct StudioRow {
    id: i32,
    title: String,
    artistId: i32,
    artistName: String,
    coverArtUrl: Option<String>,
    duration: Option<i32>,
    plays: i32,
    state: Option<String>,
    failure: Option<String>,
    withdrawnAt: Option<OffsetDateTime>,
    genre: String,
    description: Option<String>,
    isExplicit: i32,
    isPublished: i32,
    releaseDate: Option<OffsetDateTime>,
    likes: i32,
    createdAt: OffsetDateTime,
    downloadable: i32,
    downloadPrice: Option<i32>,
    bpm: Option<i32>,
    key: Option<String>,
    replacing: Option<String>,
    replacementFailure: Option<String>,
}

impl StudioRow {
    fn at(self, now: OffsetDateTime) -> StudioTrack {
        StudioTrack {
            genre: self.genre,
            description: self.description.unwrap_or_default(),
            explicit: self.isExplicit != 0,
            state: TrackState::of(self.state.as_deref()),
            failure: self.failure,
            published: self.isPublished != 0,
            withdrawn: self.withdrawnAt.is_some(),
            release: self.releaseDate.map(iso_day),
            upcoming: self.releaseDate.is_some_and(|release| release > now),
            likes: self.likes,
            created: date(self.createdAt),
            download: Download::of(self.downloadable, self.downloadPrice),
            sound: Sound { bpm: self.bpm, key: self.key },
            found: None,
            formats: Vec::new(),
            replacement: self.replacing.map(|_| self.replacementFailure),
            card: CardRow {
                id: self.id,
                title: self.title,
                artistId: self.artistId,
                artistName: self.artistName,
                coverArtUrl: self.coverArtUrl,
                duration: self.duration,
                plays: self.plays,
                isExplicit: self.isExplicit,
                state: self.state,
            }
            .into(),
        }
    }
}

/// An artist's own tracks, newest first, from before the id `before` on.
///
/// # Errors
/// When the database does not answer.
pub async fn studio_list(app: &App, artist: ArtistId, before: Option<i32>) -> AppResult<Page<StudioTrack>> {
    let rows = sqlx::query_as!(
        StudioRow,
        "SELECT artistUploads.id, artistUploads.title, artistUploads.artistId, artistProfiles.artistName, artistUploads.coverArtUrl, artistUploads.duration,
                artistUploads.plays, trackMedia.state AS `state?`, trackMedia.failure, trackMedia.withdrawnAt, artistUploads.genre, artistUploads.description,
                artistUploads.isExplicit, artistUploads.isPublished, artistUploads.releaseDate, artistUploads.likes, artistUploads.createdAt,
                artistUploads.downloadable, artistUploads.downloadPrice, artistUploads.bpm, artistUploads.`key`,
                trackReplacements.stagingId AS `replacing?`, trackReplacements.failure AS replacementFailure
         FROM artistUploads
         JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         LEFT JOIN trackMedia ON trackMedia.trackId = artistUploads.id
         LEFT JOIN trackReplacements ON trackReplacements.trackId = artistUploads.id
         WHERE artistUploads.artistId = ? AND artistUploads.id < ?
         ORDER BY artistUploads.id DESC LIMIT 51",
        artist,
        before.unwrap_or(i32::MAX)
    )
    .fetch_all(&app.db)
    .await?;
    let now = app.clock.now();
    Ok(Page::of(rows.into_iter().map(|row| row.at(now)).collect(), STUDIO_PAGE, |track: &StudioTrack| track.card.id.to_string()))
}

/// One track of an artist's own.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs.
pub async fn studio_track(app: &App, artist: ArtistId, id: TrackId) -> AppResult<StudioTrack> {
    let row = sqlx::query_as!(
        StudioRow,
        "SELECT artistUploads.id, artistUploads.title, artistUploads.artistId, artistProfiles.artistName, artistUploads.coverArtUrl, artistUploads.duration,
                artistUploads.plays, trackMedia.state AS `state?`, trackMedia.failure, trackMedia.withdrawnAt, artistUploads.genre, artistUploads.description,
                artistUploads.isExplicit, artistUploads.isPublished, artistUploads.releaseDate, artistUploads.likes, artistUploads.createdAt,
                artistUploads.downloadable, artistUploads.downloadPrice, artistUploads.bpm, artistUploads.`key`,
                trackReplacements.stagingId AS `replacing?`, trackReplacements.failure AS replacementFailure
         FROM artistUploads
         JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         LEFT JOIN trackMedia ON trackMedia.trackId = artistUploads.id
         LEFT JOIN trackReplacements ON trackReplacements.trackId = artistUploads.id
         WHERE artistUploads.id = ? AND artistUploads.artistId = ?",
        id,
        artist
    )
    .fetch_one(&app.db)
    .await?;
    Ok(row.at(app.clock.now()))
}

/// One track of an artist's own, with what was found by listening to it and how it can be taken along.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs.
pub async fn studio_page(app: &App, me: &Me, artist: ArtistId, id: TrackId) -> AppResult<StudioTrack> {
    let mut track = studio_track(app, artist, id).await?;
    track.found = analysis::of_track(app, id).await?.map(|found| Found {
        duration_ms: found.duration_ms,
        codec: found.codec,
        sample_rate: found.sample_rate,
        channels: found.channels,
        bits: found.bits,
        gain: renditions::gain(found.loudness, found.true_peak),
        loudness: found.loudness,
        true_peak: found.true_peak,
        bpm: found.bpm,
        key: found.key,
    });
    track.formats = super::downloads::formats(app, Some(me), id).await?;
    Ok(track)
}

/// A track's page, for whoever looks: public ones for everyone, others for their artist and for admins.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs to see.
pub async fn track_page(app: &App, me: Option<&Me>, id: TrackId) -> AppResult<TrackPage> {
    let viewer = me.map_or(0, |me| me.id.0);
    let row = sqlx::query!(
        "SELECT artistUploads.title, artistUploads.artistId, artistProfiles.artistName, artistProfiles.verifiedBadge, artistProfiles.userId, artistUploads.coverArtUrl,
                artistUploads.duration, artistUploads.plays, artistUploads.genre, artistUploads.description, artistUploads.isExplicit, artistUploads.isPublished,
                artistUploads.releaseDate, artistUploads.likes, artistUploads.bpm, artistUploads.`key`, trackMedia.state AS `state?`, trackMedia.failure,
                trackMedia.withdrawnAt, trackMedia.waveform,
                EXISTS (SELECT 1 FROM trackLikes WHERE trackLikes.trackId = artistUploads.id AND trackLikes.userId = ?) AS `liked!: i64`
         FROM artistUploads
         JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         LEFT JOIN trackMedia ON trackMedia.trackId = artistUploads.id
         WHERE artistUploads.id = ?",
        viewer,
        id
    )
    .fetch_one(&app.db)
    .await?;
    let public = row.isPublished != 0 && row.withdrawnAt.is_none() && row.releaseDate.is_none_or(|release| release <= app.clock.now());
    let mine = me.is_some_and(|me| me.id.0 == row.userId);
    if !public && !mine && !me.is_some_and(|me| me.admin) {
        return Err(AppError::NotFound);
    }
    Ok(TrackPage {
        artist_verified: row.verifiedBadge != 0,
        genre: row.genre,
        description: row.description.unwrap_or_default(),
        explicit: row.isExplicit != 0,
        likes: row.likes,
        liked: row.liked != 0,
        mine,
        public,
        released: row.releaseDate.map(date),
        state: TrackState::of(row.state.as_deref()),
        failure: row.failure,
        waveform: row.waveform.unwrap_or_default(),
        sale: purchases::store::sale(app, me.map(|me| me.id), Thing::Track(id)).await?,
        sound: Sound { bpm: row.bpm, key: row.key },
        formats: super::downloads::formats(app, me, id).await?,
        card: CardRow {
            id: id.0,
            title: row.title,
            artistId: row.artistId,
            artistName: row.artistName,
            coverArtUrl: row.coverArtUrl,
            duration: row.duration,
            plays: row.plays,
            isExplicit: row.isExplicit,
            state: row.state,
        }
        .into(),
    })
}

/// Makes a track of a file that was sent, and asks for its processing. Sent twice, it is one track.
///
/// # Errors
/// [`AppError::NotFound`] when the file is not theirs or is not there any more.
pub async fn create(app: &App, artist: ArtistId, staging: &str, text: &TrackText, cover: Option<&str>) -> AppResult<TrackId> {
    let now = app.clock.now();
    let key = super::staging::key(staging);
    let mut tx = app.db.begin().await?;
    let staged = sqlx::query!("SELECT trackId, state FROM uploadStagings WHERE id = ? AND artistId = ? FOR UPDATE", staging, artist)
        .fetch_one(&mut *tx)
        .await?;
    if let Some(track) = staged.trackId {
        return Ok(track.into());
    }
    if staged.state != "uploaded" {
        return Err(AppError::NotFound);
    }
    let (downloadable, price) = text.download.columns();
    let inserted = sqlx::query!(
        "INSERT INTO artistUploads (artistId, title, description, genre, audioUrl, audioKey, coverArtUrl, releaseDate, isPublished, isExplicit, downloadable, downloadPrice,
                plays, downloads, likes, comments, createdAt, updatedAt)
         VALUES (?, ?, ?, ?, '', ?, ?, ?, 0, ?, ?, ?, 0, 0, 0, 0, ?, ?)",
        artist,
        text.title,
        text.description,
        text.genre,
        key,
        cover,
        text.release,
        i32::from(text.explicit),
        downloadable,
        price,
        now,
        now
    )
    .execute(&mut *tx)
    .await?;
    let track = TrackId(i32::try_from(inserted.last_insert_id()).map_err(anyhow::Error::from)?);
    sqlx::query!("UPDATE artistUploads SET audioUrl = ? WHERE id = ?", format!("/media/audio/{track}"), track).execute(&mut *tx).await?;
    sqlx::query!("INSERT INTO trackMedia (trackId, state, updatedAt) VALUES (?, 'uploaded', ?)", track, now).execute(&mut *tx).await?;
    sqlx::query!("UPDATE uploadStagings SET trackId = ?, updatedAt = ? WHERE id = ?", track, now, staging).execute(&mut *tx).await?;
    jobs::enqueue(&mut tx, &Transcode { track }, now).await?;
    tx.commit().await?;
    app.work.notify_one();
    Ok(track)
}

/// Changes a track's texts, and its cover when there is a new one.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs.
pub async fn update(app: &App, artist: ArtistId, id: TrackId, text: &TrackText, sound: &Sound, cover: Option<&str>) -> AppResult<()> {
    owned(app, artist, id).await?;
    let (downloadable, price) = text.download.columns();
    sqlx::query!(
        "UPDATE artistUploads SET title = ?, genre = ?, description = ?, isExplicit = ?, releaseDate = ?, downloadable = ?, downloadPrice = ?, bpm = ?, `key` = ?, coverArtUrl = COALESCE(?, coverArtUrl), updatedAt = ? WHERE id = ?",
        text.title,
        text.genre,
        text.description,
        i32::from(text.explicit),
        text.release,
        downloadable,
        price,
        sound.bpm,
        sound.key,
        cover,
        app.clock.now(),
        id
    )
    .execute(&app.db)
    .await?;
    Ok(())
}

async fn owned(app: &App, artist: ArtistId, id: TrackId) -> AppResult<()> {
    sqlx::query_scalar!("SELECT id FROM artistUploads WHERE id = ? AND artistId = ?", id, artist).fetch_one(&app.db).await?;
    Ok(())
}

/// Shows a track to everyone, from its release date on (now, when it has none).
///
/// # Errors
/// [`AppError::Refused`] while it is not ready.
pub async fn publish(app: &App, artist: ArtistId, id: TrackId) -> AppResult<()> {
    let track = studio_track(app, artist, id).await?;
    if track.withdrawn {
        return Err(AppError::Refused(crate::t!("uploads.error.withdrawn").into_owned()));
    }
    if track.state != TrackState::Ready {
        return Err(AppError::Refused(crate::t!("uploads.error.not_ready").into_owned()));
    }
    if track.genre.is_empty() {
        return Err(AppError::Refused(crate::t!("uploads.error.genre_first").into_owned()));
    }
    let now = app.clock.now();
    sqlx::query!("UPDATE artistUploads SET isPublished = 1, releaseDate = COALESCE(releaseDate, ?), updatedAt = ? WHERE id = ?", now, now, id)
        .execute(&app.db)
        .await?;
    Ok(())
}

/// Shows all of an artist's drafts that are ready to everyone; returns how many, and how many still miss their genre.
///
/// # Errors
/// When the database does not answer.
pub async fn publish_all(app: &App, artist: ArtistId) -> AppResult<(i64, i64)> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let drafts = sqlx::query!(
        "SELECT artistUploads.id, artistUploads.genre FROM artistUploads JOIN trackMedia ON trackMedia.trackId = artistUploads.id
         WHERE artistUploads.artistId = ? AND artistUploads.isPublished = 0 AND trackMedia.state = 'ready' AND trackMedia.withdrawnAt IS NULL FOR UPDATE",
        artist
    )
    .fetch_all(&mut *tx)
    .await?;
    let (whole, left): (Vec<_>, Vec<_>) = drafts.into_iter().partition(|draft| !draft.genre.is_empty());
    for draft in &whole {
        sqlx::query!(
            "UPDATE artistUploads SET isPublished = 1, releaseDate = COALESCE(releaseDate, ?), updatedAt = ? WHERE id = ?",
            now,
            now,
            draft.id
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok((i64::try_from(whole.len()).unwrap_or(i64::MAX), i64::try_from(left.len()).unwrap_or(i64::MAX)))
}

/// Hides a track from everyone else.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs.
pub async fn unpublish(app: &App, artist: ArtistId, id: TrackId) -> AppResult<()> {
    owned(app, artist, id).await?;
    sqlx::query!("UPDATE artistUploads SET isPublished = 0, updatedAt = ? WHERE id = ?", app.clock.now(), id).execute(&app.db).await?;
    Ok(())
}

/// Takes a track down for good. Its row stays, for what was played, sold and earned with it.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs.
pub async fn withdraw(app: &App, artist: ArtistId, id: TrackId) -> AppResult<()> {
    owned(app, artist, id).await?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    sqlx::query!("UPDATE artistUploads SET isPublished = 0, updatedAt = ? WHERE id = ?", now, id).execute(&mut *tx).await?;
    sqlx::query!(
        "INSERT INTO trackMedia (trackId, state, withdrawnAt, updatedAt) VALUES (?, 'unavailable', ?, ?)
         ON DUPLICATE KEY UPDATE withdrawnAt = COALESCE(withdrawnAt, VALUES(withdrawnAt)), updatedAt = VALUES(updatedAt)",
        id,
        now,
        now
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Processes a failed track once more.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs, or has not failed.
pub async fn retry(app: &App, artist: ArtistId, id: TrackId) -> AppResult<()> {
    owned(app, artist, id).await?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let changed =
        sqlx::query!("UPDATE trackMedia SET state = 'uploaded', failure = NULL, updatedAt = ? WHERE trackId = ? AND state = 'failed'", now, id)
            .execute(&mut *tx)
            .await?;
    if changed.rows_affected() == 0 {
        return Err(AppError::NotFound);
    }
    jobs::enqueue(&mut tx, &Transcode { track: id }, now).await?;
    tx.commit().await?;
    app.work.notify_one();
    Ok(())
}

/// Likes a track or takes that back; the counter changes with the row. Asked twice, it is done once.
///
/// # Errors
/// [`AppError::NotFound`] when nobody can see the track.
pub async fn set_like(app: &App, user: UserId, id: TrackId, like: bool) -> AppResult<()> {
    if like && cards(app, &[id]).await?.is_empty() {
        return Err(AppError::NotFound);
    }
    let mut tx = app.db.begin().await?;
    let changed = if like {
        insert_like(&mut tx, user, id, app.clock.now()).await?
    } else {
        sqlx::query!("DELETE FROM trackLikes WHERE trackId = ? AND userId = ?", id, user).execute(&mut *tx).await?.rows_affected()
    };
    if changed > 0 {
        sqlx::query!("UPDATE artistUploads SET likes = GREATEST(likes + ?, 0), updatedAt = updatedAt WHERE id = ?", if like { 1 } else { -1 }, id)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn insert_like(connection: &mut MySqlConnection, user: UserId, id: TrackId, now: OffsetDateTime) -> sqlx::Result<u64> {
    Ok(sqlx::query!("INSERT IGNORE INTO trackLikes (trackId, userId, likedAt) VALUES (?, ?, ?)", id, user, now)
        .execute(connection)
        .await?
        .rows_affected())
}
