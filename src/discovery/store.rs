//! Finding music in the database.

use super::{ArtistLine, Found, GenrePage, Home, patterns};
use crate::{
    catalogue,
    error::{AppError, AppResult},
    ids::{SongId, TrackId, UserId},
    page::Page,
    playlists, posts,
    server::state::App,
    uploads::{self, TrackCard},
};
use time::Duration;

const SHELF: i32 = 12;
const GENRE_PAGE: usize = 30;
const FOUND: i32 = 12;

async fn cards(app: &App, ids: Vec<i32>) -> AppResult<Vec<TrackCard>> {
    uploads::store::cards(app, &ids.into_iter().map(TrackId).collect::<Vec<_>>()).await
}

/// The front page, with the news of those whom this person follows.
///
/// # Errors
/// When the database does not answer.
pub async fn home(app: &App, me: Option<UserId>) -> AppResult<Home> {
    let news = match me {
        Some(me) => news(app, me).await?,
        None => Vec::new(),
    };
    Ok(Home {
        news,
        trending: trending(app).await?,
        releases: releases(app).await?,
        artists: artists(app).await?,
        playlists: playlists::store::popular(app, SHELF).await?,
        albums: catalogue::store::albums(app, None, Some(8)).await?.items,
        posts: posts::store::published(app, None).await?.items.into_iter().take(3).collect(),
    })
}

/// The most counted plays in the last thirty days.
async fn trending(app: &App) -> AppResult<Vec<TrackCard>> {
    let ids = sqlx::query_scalar!(
        "SELECT uploadId AS `id!` FROM streamHistory
         WHERE counted = 1 AND playedAt >= ? AND uploadId IS NOT NULL
         GROUP BY uploadId ORDER BY COUNT(*) DESC, uploadId LIMIT 10",
        app.clock.now() - Duration::days(30)
    )
    .fetch_all(&app.db)
    .await?;
    cards(app, ids).await
}

async fn releases(app: &App) -> AppResult<Vec<TrackCard>> {
    let ids = sqlx::query_scalar!(
        "SELECT id FROM artistUploads WHERE isPublished = 1 AND (releaseDate IS NULL OR releaseDate <= ?) ORDER BY releaseDate DESC, id DESC LIMIT ?",
        app.clock.now(),
        SHELF
    )
    .fetch_all(&app.db)
    .await?;
    cards(app, ids).await
}

async fn news(app: &App, me: UserId) -> AppResult<Vec<TrackCard>> {
    let ids = sqlx::query_scalar!(
        "SELECT artistUploads.id FROM artistFollowers JOIN artistUploads ON artistUploads.artistId = artistFollowers.artistId
         WHERE artistFollowers.userId = ? AND artistUploads.isPublished = 1 AND (artistUploads.releaseDate IS NULL OR artistUploads.releaseDate <= ?)
         ORDER BY artistUploads.releaseDate DESC, artistUploads.id DESC LIMIT ?",
        me,
        app.clock.now(),
        SHELF
    )
    .fetch_all(&app.db)
    .await?;
    cards(app, ids).await
}

struct ArtistRow {
    id: i32,
    artistName: String,
    profileImage: Option<String>,
    genre: Option<String>,
    followers: i32,
}

impl From<ArtistRow> for ArtistLine {
    fn from(row: ArtistRow) -> Self {
        Self { id: row.id.into(), name: row.artistName, image: row.profileImage, genre: row.genre, followers: row.followers }
    }
}

/// The artists with something to hear whom most follow.
async fn artists(app: &App) -> AppResult<Vec<ArtistLine>> {
    // Counted, because EXISTS would become a join that begins with all tracks; so it walks the index of followers and stops.
    let rows = sqlx::query_as!(
        ArtistRow,
        "SELECT id, artistName, profileImage, genre, followers FROM artistProfiles
         WHERE (SELECT COUNT(*) FROM artistUploads WHERE artistUploads.artistId = artistProfiles.id AND artistUploads.isPublished = 1) > 0
         ORDER BY followers DESC, id DESC LIMIT ?",
        SHELF
    )
    .fetch_all(&app.db)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The reference's top tracks: by plays, fifty.
///
/// # Errors
/// When the database does not answer.
pub async fn charts(app: &App) -> AppResult<Vec<TrackCard>> {
    let ids = sqlx::query_scalar!("SELECT id FROM artistUploads WHERE isPublished = 1 ORDER BY plays DESC LIMIT 50").fetch_all(&app.db).await?;
    cards(app, ids).await
}

/// Tracks, songs, artists and playlists that have the text in their names; those that begin with it come first.
///
/// # Errors
/// When the database does not answer.
pub async fn search(app: &App, text: &str) -> AppResult<Found> {
    let text: String = text.trim().chars().take(100).collect();
    if text.is_empty() {
        return Ok(Found::default());
    }
    let (begins, contains) = patterns(&text);
    let tracks = sqlx::query_scalar!(
        "SELECT artistUploads.id FROM artistUploads JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         WHERE artistUploads.isPublished = 1 AND (artistUploads.title LIKE ? ESCAPE '!' OR artistProfiles.artistName LIKE ? ESCAPE '!')
         ORDER BY (artistUploads.title LIKE ? ESCAPE '!') DESC, artistUploads.plays DESC, artistUploads.id DESC LIMIT ?",
        contains,
        contains,
        begins,
        FOUND
    )
    .fetch_all(&app.db)
    .await?;
    let songs = sqlx::query_scalar!(
        "SELECT id FROM tracks WHERE isPublished = 1 AND (title LIKE ? ESCAPE '!' OR artistName LIKE ? ESCAPE '!')
         ORDER BY (title LIKE ? ESCAPE '!') DESC, plays DESC, id DESC LIMIT ?",
        contains,
        contains,
        begins,
        FOUND
    )
    .fetch_all(&app.db)
    .await?;
    let artists = sqlx::query_as!(
        ArtistRow,
        "SELECT id, artistName, profileImage, genre, followers FROM artistProfiles WHERE artistName LIKE ? ESCAPE '!'
         ORDER BY (artistName LIKE ? ESCAPE '!') DESC, followers DESC, id DESC LIMIT ?",
        contains,
        begins,
        FOUND
    )
    .fetch_all(&app.db)
    .await?;
    Ok(Found {
        tracks: cards(app, tracks).await?,
        songs: catalogue::store::songs(app, &songs.into_iter().map(SongId).collect::<Vec<_>>()).await?,
        artists: artists.into_iter().map(Into::into).collect(),
        playlists: playlists::store::named(app, &begins, &contains, FOUND).await?,
    })
}

/// The genres with how many tracks and songs each has, the largest first.
///
/// # Errors
/// When the database does not answer.
pub async fn genres(app: &App) -> AppResult<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        "SELECT genre AS `genre!`, CAST(SUM(number) AS SIGNED) AS `number!: i64` FROM (
             SELECT genre, COUNT(*) AS number FROM artistUploads WHERE isPublished = 1 GROUP BY genre
             UNION ALL
             SELECT genre, COUNT(*) AS number FROM tracks WHERE isPublished = 1 AND genre IS NOT NULL GROUP BY genre
         ) AS counted
         WHERE genre <> '' GROUP BY genre ORDER BY `number!: i64` DESC, genre LIMIT 200"
    )
    .fetch_all(&app.db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.genre, row.number)).collect())
}

/// A genre's tracks, newest first; `after` is the last id of the page before.
///
/// # Errors
/// [`AppError::NotFound`] when nothing is of this genre.
pub async fn genre(app: &App, genre: &str, after: Option<i32>) -> AppResult<GenrePage> {
    let rows = sqlx::query!(
        "SELECT id, genre FROM artistUploads WHERE genre = ? AND isPublished = 1 AND id < ? ORDER BY id DESC LIMIT ?",
        genre,
        after.unwrap_or(i32::MAX),
        i64::try_from(GENRE_PAGE).unwrap_or(30) + 1
    )
    .fetch_all(&app.db)
    .await?;
    let songs = if after.is_none() {
        sqlx::query!("SELECT id, genre AS `genre!` FROM tracks WHERE genre = ? AND isPublished = 1 ORDER BY plays DESC, id DESC LIMIT 20", genre)
            .fetch_all(&app.db)
            .await?
    } else {
        Vec::new()
    };
    // Letters' case does not matter in the address; the page writes it as the tracks do.
    let name = rows.first().map(|row| row.genre.clone()).or_else(|| songs.first().map(|song| song.genre.clone())).ok_or(AppError::NotFound)?;
    let ids = Page::of(rows, GENRE_PAGE, |row| row.id.to_string());
    let tracks = Page { items: cards(app, ids.items.into_iter().map(|row| row.id).collect()).await?, next: ids.next };
    let songs = catalogue::store::songs(app, &songs.into_iter().map(|song| SongId(song.id)).collect::<Vec<_>>()).await?;
    Ok(GenrePage { name, tracks, songs })
}
