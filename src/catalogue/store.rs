//! The catalogue in the database.

use super::{AlbumLine, AlbumPage, MixLine, MixPage, SongCard, SongPage};
use crate::{
    error::{AppError, AppResult},
    ids::{AlbumId, MixId, SongId, UserId},
    page::{Key, Page, one_more},
    purchases::{self, Thing},
    server::state::App,
    uploads::formats::Bundle,
};
use sqlx::QueryBuilder;
use std::collections::HashMap;

const ALBUMS_PAGE: usize = 24;

#[derive(sqlx::FromRow)]
struct SongRow {
    id: i32,
    title: String,
    artistName: String,
    cover: Option<String>,
    duration: Option<i32>,
    plays: i32,
    audioKey: Option<String>,
}

impl From<SongRow> for SongCard {
    fn from(row: SongRow) -> Self {
        Self {
            id: row.id.into(),
            title: row.title,
            artist_name: row.artistName,
            cover: row.cover,
            duration_seconds: row.duration.unwrap_or(0),
            plays: row.plays,
            playable: row.audioKey.is_some_and(|key| !key.is_empty()),
        }
    }
}

/// The cards of those of these songs that are published, in the order of `ids`.
///
/// # Errors
/// When the database does not answer.
pub async fn songs(app: &App, ids: &[SongId]) -> AppResult<Vec<SongCard>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = QueryBuilder::new(
        "SELECT tracks.id, tracks.title, tracks.artistName, COALESCE(tracks.coverArtUrl, albums.coverImageUrl) AS cover, tracks.duration, tracks.plays, tracks.audioKey
         FROM tracks LEFT JOIN albums ON albums.id = tracks.albumId
         WHERE tracks.isPublished = 1 AND tracks.id IN (",
    );
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id.0);
    }
    query.push(")");
    let rows: Vec<SongRow> = query.build_query_as().fetch_all(&app.db).await?;
    let found: HashMap<SongId, SongCard> = rows.into_iter().map(SongCard::from).map(|card| (card.id, card)).collect();
    Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
}

/// The albums, newest first; `after` is the last id of the page before.
///
/// # Errors
/// When the database does not answer.
pub async fn albums(app: &App, after: Option<i32>, size: Option<usize>) -> AppResult<Page<AlbumLine>> {
    let size = size.unwrap_or(ALBUMS_PAGE);
    let rows = sqlx::query!(
        "SELECT id, title, artistName, coverImageUrl, releaseDate FROM albums WHERE isPublished = 1 AND id < ? ORDER BY id DESC LIMIT ?",
        after.unwrap_or(i32::MAX),
        one_more(size)
    )
    .fetch_all(&app.db)
    .await?;
    let lines = rows
        .into_iter()
        .map(|row| AlbumLine {
            id: row.id.into(),
            title: row.title,
            artist_name: row.artistName,
            cover: row.coverImageUrl,
            year: row.releaseDate.map(|date| date.year()),
        })
        .collect();
    Ok(Page::of(lines, size, |album: &AlbumLine| album.id.to_string()))
}

/// An album with its songs.
///
/// # Errors
/// [`AppError::NotFound`] unless it is published.
pub async fn album(app: &App, id: AlbumId, viewer: Option<UserId>) -> AppResult<AlbumPage> {
    let row =
        sqlx::query!("SELECT title, artistName, description, genre, coverImageUrl, releaseDate FROM albums WHERE id = ? AND isPublished = 1", id)
            .fetch_one(&app.db)
            .await?;
    let songs = sqlx::query_as!(
        SongRow,
        "SELECT tracks.id, tracks.title, tracks.artistName, COALESCE(tracks.coverArtUrl, albums.coverImageUrl) AS cover, tracks.duration, tracks.plays, tracks.audioKey
         FROM tracks JOIN albums ON albums.id = tracks.albumId
         WHERE tracks.albumId = ? AND tracks.isPublished = 1 ORDER BY tracks.trackNumber, tracks.id LIMIT 200",
        id
    )
    .fetch_all(&app.db)
    .await?;
    Ok(AlbumPage {
        line: AlbumLine {
            id,
            title: row.title,
            artist_name: row.artistName,
            cover: row.coverImageUrl,
            year: row.releaseDate.map(|date| date.year()),
        },
        description: row.description.unwrap_or_default(),
        genre: row.genre,
        songs: songs.into_iter().map(Into::into).collect(),
        bundle: Bundle::default(),
        sale: purchases::store::sale(app, viewer, Thing::Album(id)).await?,
    })
}

/// A song's page, as this person sees it.
///
/// # Errors
/// [`AppError::NotFound`] unless it is published.
pub async fn song(app: &App, id: SongId, viewer: Option<UserId>) -> AppResult<SongPage> {
    let card = songs(app, &[id]).await?.pop().ok_or(AppError::NotFound)?;
    let row = sqlx::query!(
        "SELECT tracks.genre, tracks.isExplicit, albums.id AS `albumId?`, albums.title AS `albumTitle?`, albums.artistName AS `albumArtist?`, albums.coverImageUrl, albums.releaseDate
         FROM tracks LEFT JOIN albums ON albums.id = tracks.albumId AND albums.isPublished = 1
         WHERE tracks.id = ?",
        id
    )
    .fetch_one(&app.db)
    .await?;
    let favourite = match viewer {
        Some(viewer) => sqlx::query_scalar!("SELECT id FROM favorites WHERE userId = ? AND trackId = ? LIMIT 1", viewer, id)
            .fetch_optional(&app.db)
            .await?
            .is_some(),
        None => false,
    };
    let album = row.albumId.map(|id| AlbumLine {
        id: id.into(),
        title: row.albumTitle.unwrap_or_default(),
        artist_name: row.albumArtist.unwrap_or_default(),
        cover: row.coverImageUrl,
        year: row.releaseDate.map(|date| date.year()),
    });
    let sale = purchases::store::sale(app, viewer, Thing::Song(id)).await?;
    Ok(SongPage { card, album, sale, genre: row.genre, explicit: row.isExplicit != 0, favourite, formats: Vec::new() })
}

/// A mix with its songs.
///
/// # Errors
/// [`AppError::NotFound`] unless it is published.
pub async fn mix(app: &App, id: MixId) -> AppResult<MixPage> {
    let row = sqlx::query!("SELECT name, description, coverImageUrl FROM playlists WHERE id = ? AND isPublished = 1", id).fetch_one(&app.db).await?;
    let ids =
        sqlx::query_scalar!("SELECT trackId FROM playlistTracks WHERE playlistId = ? ORDER BY position, id LIMIT 500", id).fetch_all(&app.db).await?;
    let ids: Vec<SongId> = ids.into_iter().map(SongId).collect();
    Ok(MixPage { id, name: row.name, description: row.description.unwrap_or_default(), cover: row.coverImageUrl, songs: songs(app, &ids).await? })
}

/// The published mixes, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn mixes(app: &App) -> AppResult<Vec<MixLine>> {
    let rows = sqlx::query!(
        "SELECT id AS `id!`, name AS `name!`, coverImageUrl, (SELECT COUNT(*) FROM playlistTracks WHERE playlistTracks.playlistId = playlists.id) AS `songs!`
         FROM playlists WHERE isPublished = 1 ORDER BY id DESC LIMIT 60"
    )
    .fetch_all(&app.db)
    .await?;
    Ok(rows.into_iter().map(|row| MixLine { id: row.id.into(), name: row.name, cover: row.coverImageUrl, songs: row.songs }).collect())
}

/// The songs that someone keeps, latest first.
///
/// # Errors
/// When the database does not answer.
pub async fn favourites(app: &App, user: UserId, after: Key, size: usize) -> AppResult<Page<SongCard>> {
    let rows = sqlx::query!("SELECT id, trackId FROM favorites WHERE userId = ? AND id < ? ORDER BY id DESC LIMIT ?", user, after.id, one_more(size))
        .fetch_all(&app.db)
        .await?;
    let page = Page::of(rows, size, |row| Key::of_id(row.id).to_string());
    let ids: Vec<SongId> = page.items.into_iter().map(|row| SongId(row.trackId)).collect();
    Ok(Page { items: songs(app, &ids).await?, next: page.next })
}

/// Keeps a song or lets it go. Asked twice, it is done once, also where an adopted table has no unique key: the
/// person's row is locked meanwhile.
///
/// # Errors
/// [`AppError::NotFound`] when the song is not published.
pub async fn set_favourite(app: &App, user: UserId, id: SongId, keep: bool) -> AppResult<()> {
    if keep && songs(app, &[id]).await?.is_empty() {
        return Err(AppError::NotFound);
    }
    let mut tx = app.db.begin().await?;
    sqlx::query!("SELECT id FROM users WHERE id = ? FOR UPDATE", user).fetch_one(&mut *tx).await?;
    let kept = sqlx::query_scalar!("SELECT id FROM favorites WHERE userId = ? AND trackId = ? LIMIT 1", user, id).fetch_optional(&mut *tx).await?;
    match (kept, keep) {
        (None, true) => {
            sqlx::query!("INSERT INTO favorites (userId, trackId, createdAt) VALUES (?, ?, ?)", user, id, app.clock.now()).execute(&mut *tx).await?;
        }
        (Some(_), false) => {
            sqlx::query!("DELETE FROM favorites WHERE userId = ? AND trackId = ?", user, id).execute(&mut *tx).await?;
        }
        _ => {}
    }
    tx.commit().await?;
    Ok(())
}
