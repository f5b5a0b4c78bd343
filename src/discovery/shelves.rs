//! What somebody has kept, in the database: one shelf of their library at a time.

use super::{ArtistLine, LibraryShelf, Shelf, ShelfItems};
use crate::{
    accounts::Me,
    catalogue,
    error::AppResult,
    ids::{SongId, TrackId, UserId},
    page::{Key, Page, one_more},
    playlists,
    server::state::App,
    uploads::{
        self,
        downloads::Source,
        formats::{Format, Taken},
    },
};
use time::OffsetDateTime;

/// A page of a shelf, what came last first; `after` is the key of the page before.
///
/// # Errors
/// When the database does not answer.
pub async fn shelf(app: &App, me: &Me, shelf: Shelf, after: Option<&str>, size: usize) -> AppResult<LibraryShelf> {
    let (items, next) = match shelf {
        Shelf::Playlists => {
            let page = playlists::store::own(app, me.id, key(after), size).await?;
            (ShelfItems::Playlists(page.items), page.next)
        }
        Shelf::Followed => {
            let page = playlists::store::followed(app, me.id, key(after), size).await?;
            (ShelfItems::Playlists(page.items), page.next)
        }
        Shelf::Artists => {
            let page = artists(app, me.id, key(after), size).await?;
            (ShelfItems::Artists(page.items), page.next)
        }
        Shelf::Liked => {
            let page = liked(app, me.id, key(after), size).await?;
            let ids: Vec<TrackId> = page.items.into_iter().map(|(id, _)| TrackId(id)).collect();
            (ShelfItems::Tracks(uploads::store::cards(app, &ids).await?), page.next)
        }
        Shelf::Songs => {
            let page = catalogue::store::favourites(app, me.id, key(after), size).await?;
            (ShelfItems::Songs(page.items), page.next)
        }
        Shelf::Downloads => {
            let page = downloads(app, me, after, size).await?;
            (ShelfItems::Downloads(page.items), page.next)
        }
    };
    Ok(LibraryShelf { shelf, items, next })
}

fn key(after: Option<&str>) -> Key {
    after.and_then(|key| key.parse().ok()).unwrap_or(Key::NEWEST)
}

async fn artists(app: &App, me: UserId, after: Key, size: usize) -> AppResult<Page<ArtistLine>> {
    let rows = sqlx::query!(
        "SELECT artistProfiles.id, artistProfiles.artistName, artistProfiles.profileImage, artistProfiles.genre, artistProfiles.followers,
                artistFollowers.followedAt AS `at: OffsetDateTime`
         FROM artistFollowers JOIN artistProfiles ON artistProfiles.id = artistFollowers.artistId
         WHERE artistFollowers.userId = ? AND (artistFollowers.followedAt < ? OR artistFollowers.followedAt = ? AND artistFollowers.artistId < ?)
         ORDER BY artistFollowers.followedAt DESC, artistFollowers.artistId DESC LIMIT ?",
        me,
        after.at,
        after.at,
        after.id,
        one_more(size)
    )
    .fetch_all(&app.db)
    .await?;
    let page = Page::of(rows, size, |row| Key { at: row.at, id: row.id }.to_string());
    let line = |id: i32, name, image, genre, followers| ArtistLine { id: id.into(), name, image, genre, followers };
    let items = page.items.into_iter().map(|row| line(row.id, row.artistName, row.profileImage, row.genre, row.followers)).collect();
    Ok(Page { items, next: page.next })
}

async fn liked(app: &App, me: UserId, after: Key, size: usize) -> AppResult<Page<(i32, OffsetDateTime)>> {
    let rows = sqlx::query!(
        "SELECT trackId, likedAt AS `at: OffsetDateTime` FROM trackLikes
         WHERE userId = ? AND (likedAt < ? OR likedAt = ? AND trackId < ?) ORDER BY likedAt DESC, trackId DESC LIMIT ?",
        me,
        after.at,
        after.at,
        after.id,
        one_more(size)
    )
    .fetch_all(&app.db)
    .await?;
    Ok(Page::of(rows.into_iter().map(|row| (row.trackId, row.at)).collect(), size, |(id, at)| Key { at: *at, id: *id }.to_string()))
}

/// Something that may be taken along.
enum Thing {
    Album { id: i32, title: String, by: String },
    Track(TrackId),
    Song(SongId),
}

/// Where a thing was found: the albums that were bought come first, then the recordings that were, then what is liked and
/// what is kept. Written as `1.1767225600-42`.
struct Place {
    part: u8,
    key: Key,
}

impl Place {
    fn of(after: Option<&str>) -> Self {
        let read = |text: &str| {
            let (part, key) = text.split_once('.')?;
            Some(Self { part: part.parse().ok()?, key: key.parse().ok()? })
        };
        after.and_then(read).unwrap_or(Self { part: 0, key: Key::NEWEST })
    }
}

/// What somebody can take along: what was bought, newest first, then what they like and keep as far as it is free.
async fn downloads(app: &App, me: &Me, after: Option<&str>, size: usize) -> AppResult<Page<Taken>> {
    let from = Place::of(after);
    let mut things = Vec::new();
    for part in from.part..4 {
        let key = if part == from.part { from.key } else { Key::NEWEST };
        let missing = (size + 1).saturating_sub(things.len());
        if missing == 0 {
            break;
        }
        let found = part_of_downloads(app, me.id, part, key, i64::try_from(missing).unwrap_or(i64::MAX)).await?;
        things.extend(found.into_iter().map(|(key, thing)| (Place { part, key }, thing)));
    }
    let page = Page::of(things, size, |(place, _)| format!("{}.{}", place.part, place.key));
    let tracks: Vec<TrackId> = page.items.iter().filter_map(|(_, thing)| if let Thing::Track(id) = thing { Some(*id) } else { None }).collect();
    let songs: Vec<SongId> = page.items.iter().filter_map(|(_, thing)| if let Thing::Song(id) = thing { Some(*id) } else { None }).collect();
    let mut tracks = uploads::downloads::sources(app, Some(me), &tracks).await?;
    let mut songs = catalogue::downloads::sources(app, Some(me), &songs).await?;
    let alone = |path: String, source: Source| Taken {
        title: source.labels.title,
        by: source.labels.artist,
        path,
        formats: Format::of_original(source.lossless),
    };
    let items = page.items.into_iter().filter_map(|(_, thing)| match thing {
        Thing::Album { id, title, by } => Some(Taken { title, by, path: format!("/albums/{id}/download"), formats: Format::ALL.to_vec() }),
        Thing::Track(id) => Some(alone(format!("/tracks/{id}/download"), tracks.remove(&id)?)),
        Thing::Song(id) => Some(alone(format!("/songs/{id}/download"), songs.remove(&id)?)),
    });
    Ok(Page { items: items.collect(), next: page.next })
}

async fn part_of_downloads(app: &App, me: UserId, part: u8, after: Key, limit: i64) -> AppResult<Vec<(Key, Thing)>> {
    Ok(match part {
        0 => sqlx::query!(
            "SELECT albumPurchases.id AS place, albums.id, albums.title, albums.artistName
             FROM albumPurchases JOIN albums ON albums.id = albumPurchases.albumId
             WHERE albumPurchases.userId = ? AND albumPurchases.id < ? ORDER BY albumPurchases.id DESC LIMIT ?",
            me,
            after.id,
            limit
        )
        .fetch_all(&app.db)
        .await?
        .into_iter()
        .map(|row| (Key::of_id(row.place), Thing::Album { id: row.id, title: row.title, by: row.artistName }))
        .collect(),
        1 => sqlx::query!(
            "SELECT id, uploadId, trackId FROM songPurchases WHERE userId = ? AND id < ? AND (uploadId IS NOT NULL OR trackId IS NOT NULL) ORDER BY id DESC LIMIT ?",
            me,
            after.id,
            limit
        )
        .fetch_all(&app.db)
        .await?
        .into_iter()
        .filter_map(|row| Some((Key::of_id(row.id), row.uploadId.map(|id| Thing::Track(id.into())).or(row.trackId.map(|id| Thing::Song(id.into())))?)))
        .collect(),
        2 => sqlx::query!(
            "SELECT trackLikes.trackId, trackLikes.likedAt AS `at: OffsetDateTime` FROM trackLikes JOIN artistUploads ON artistUploads.id = trackLikes.trackId
             WHERE trackLikes.userId = ? AND (trackLikes.likedAt < ? OR trackLikes.likedAt = ? AND trackLikes.trackId < ?)
               AND artistUploads.downloadable = 1 AND artistUploads.isPublished = 1
               AND NOT EXISTS (SELECT 1 FROM songPurchases WHERE songPurchases.userId = trackLikes.userId AND songPurchases.uploadId = trackLikes.trackId)
             ORDER BY trackLikes.likedAt DESC, trackLikes.trackId DESC LIMIT ?",
            me,
            after.at,
            after.at,
            after.id,
            limit
        )
        .fetch_all(&app.db)
        .await?
        .into_iter()
        .map(|row| (Key { at: row.at, id: row.trackId }, Thing::Track(row.trackId.into())))
        .collect(),
        _ => sqlx::query!(
            "SELECT id, trackId FROM favorites WHERE userId = ? AND id < ?
               AND NOT EXISTS (SELECT 1 FROM songPurchases WHERE songPurchases.userId = favorites.userId AND songPurchases.trackId = favorites.trackId)
             ORDER BY id DESC LIMIT ?",
            me,
            after.id,
            limit
        )
        .fetch_all(&app.db)
        .await?
        .into_iter()
        .map(|row| (Key::of_id(row.id), Thing::Song(row.trackId.into())))
        .collect(),
    })
}
