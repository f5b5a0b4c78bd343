//! The label's albums, songs and mixes, and the listeners' playlists.

use super::{
    Filling,
    catalogue::{ALBUMS, MIXES, PLAYLISTS, SONGS},
    people::{People, picture},
    tracks::{DemoTrack, between, render_piece},
};
use crate::{
    catalogue,
    ids::{AlbumId, PlaylistId, SongId, TrackId},
    media::{
        images::Purpose,
        renditions::Quality,
        storage::Storage,
        transcode::{self, Made},
    },
    playlists::{self, Platform, PlaylistText, Which},
    server::tokens,
};
use anyhow::{Context, Result, anyhow};
use time::Duration;

/// What there is of them.
pub struct Records {
    /// Songs and their length in milliseconds.
    pub songs: Vec<(SongId, i64)>,
    /// Public playlists, with the tracks on them.
    playlists: Vec<(PlaylistId, Vec<TrackId>)>,
}

impl Records {
    /// The public playlists that a track is on.
    pub fn playlists_with(&self, track: TrackId) -> Vec<PlaylistId> {
        self.playlists.iter().filter(|(_, tracks)| tracks.contains(&track)).map(|(id, _)| *id).collect()
    }
}

pub async fn fill(filling: &Filling<'_>, people: &People, tracks: &[DemoTrack]) -> Result<Records> {
    let mut songs = Vec::new();
    for (n, album) in ALBUMS.iter().enumerate() {
        // The small set has one song of each album.
        let range = if filling.small { album.songs.start..album.songs.start + 1 } else { album.songs.clone() };
        let id = match sqlx::query_scalar!("SELECT id FROM albums WHERE title = ? AND artistName = ?", album.title, album.artist)
            .fetch_optional(&filling.app.db)
            .await?
        {
            Some(id) => AlbumId(id),
            None => make_album(filling, people, n).await?,
        };
        for index in range {
            songs.push(song(filling, n, id, index).await.with_context(|| format!("the song {}", SONGS[index].title))?);
        }
    }
    mixes(filling, &songs).await?;
    for (n, listener) in people.listeners.iter().enumerate() {
        let mut chance = filling.chance(6_500 + u64::try_from(n)?);
        for (song, _, _) in &songs {
            if chance.chance(0.3) {
                catalogue::store::set_favourite(&filling.days_ago(200), listener.id, *song, true).await?;
            }
        }
    }
    let playlists = lists(filling, people, tracks).await?;
    Ok(Records { songs: songs.into_iter().map(|(id, _, duration)| (id, duration)).collect(), playlists })
}

async fn make_album(filling: &Filling<'_>, people: &People, n: usize) -> Result<AlbumId> {
    let album = &ALBUMS[n];
    filling.say(&format!("the album {}", album.title));
    let size = if filling.small { 320 } else { 1400 };
    let admin = people.admins.first().context("an admin is missing")?.id;
    let cover = picture(filling, admin, album.family, 900 + u64::try_from(n)?, (size, size), Purpose::Cover).await?;
    let then = filling.now - Duration::days(310 - 120 * i64::try_from(n)?);
    let done = sqlx::query!(
        "INSERT INTO albums (title, artistName, description, genre, coverImageUrl, price, releaseDate, isPublished, createdAt, updatedAt) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?)",
        album.title,
        album.artist,
        album.description,
        album.genre,
        cover,
        album.price,
        then,
        then,
        then
    )
    .execute(&filling.app.db)
    .await?;
    Ok(AlbumId(i32::try_from(done.last_insert_id())?))
}

/// A song of an album, its place in [`SONGS`] and its length in milliseconds, made when it is not there.
async fn song(filling: &Filling<'_>, album_index: usize, album: AlbumId, index: usize) -> Result<(SongId, usize, i64)> {
    let song = &SONGS[index];
    let there =
        sqlx::query!("SELECT id, duration FROM tracks WHERE albumId = ? AND title = ?", album, song.title).fetch_optional(&filling.app.db).await?;
    if let Some(row) = there {
        return Ok((row.id.into(), index, i64::from(row.duration.unwrap_or(0)) * 1_000));
    }
    filling.say(&format!("the song {}", song.title));
    let file = render_piece(filling, song.piece(index, filling.small), 16)?.await??;
    let storage = Storage::of(filling.app);
    let stem = tokens::ulid();
    let original = format!("originals/{stem}");
    let scratch = storage.scratch().await?;
    tokio::fs::copy(&file, &scratch).await?;
    storage.adopt(&scratch, &original).await?;
    let Made { duration_ms, .. } =
        transcode::make(&storage, &original, &[Quality::Aac128, Quality::Aac256]).await.map_err(|problem| anyhow!(problem.text()))?;
    let then = filling.now - Duration::days(310 - 120 * i64::try_from(album_index)?);
    let number = i32::try_from(index - ALBUMS[album_index].songs.start)? + 1;
    let done = sqlx::query!(
        "INSERT INTO tracks (albumId, title, artistName, genre, trackNumber, audioUrl, audioKey, duration, price, isExplicit, isPublished, plays, createdAt, updatedAt)
         VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, 0, 1, 0, ?, ?)",
        album,
        song.title,
        ALBUMS[album_index].artist,
        song.genre,
        number,
        Quality::Aac128.key(&stem),
        i32::try_from((duration_ms + 500) / 1_000)?,
        song.price,
        then,
        then
    )
    .execute(&filling.app.db)
    .await?;
    let id = i32::try_from(done.last_insert_id())?;
    sqlx::query!("UPDATE tracks SET audioUrl = ? WHERE id = ?", format!("/media/songs/{id}"), id).execute(&filling.app.db).await?;
    Ok((id.into(), index, duration_ms))
}

async fn mixes(filling: &Filling<'_>, songs: &[(SongId, usize, i64)]) -> Result<()> {
    for mix in &MIXES {
        if sqlx::query_scalar!("SELECT id FROM playlists WHERE name = ?", mix.name).fetch_optional(&filling.app.db).await?.is_some() {
            continue;
        }
        let then = filling.now - Duration::days(90);
        let mut tx = filling.app.db.begin().await?;
        let done = sqlx::query!(
            "INSERT INTO playlists (name, description, isPublished, createdAt, updatedAt) VALUES (?, ?, 1, ?, ?)",
            mix.name,
            mix.description,
            then,
            then
        )
        .execute(&mut *tx)
        .await?;
        let id = i32::try_from(done.last_insert_id())?;
        let there = mix.songs.iter().filter_map(|wanted| songs.iter().find(|(_, index, _)| index == wanted));
        for (position, (song, _, _)) in (1_i32..).zip(there) {
            sqlx::query!("INSERT INTO playlistTracks (playlistId, trackId, position, addedAt) VALUES (?, ?, ?, ?)", id, song, position, then)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// The listeners' playlists with followers and shares; returns the public ones.
async fn lists(filling: &Filling<'_>, people: &People, tracks: &[DemoTrack]) -> Result<Vec<(PlaylistId, Vec<TrackId>)>> {
    let mut public = Vec::new();
    for (n, list) in PLAYLISTS.iter().enumerate() {
        let on_it: Vec<&DemoTrack> = list.tracks.iter().filter_map(|wanted| tracks.iter().find(|track| track.index == *wanted)).collect();
        let Some(owner) = people.listeners.get(list.owner).filter(|_| !on_it.is_empty()) else { continue };
        let there = sqlx::query_scalar!("SELECT id FROM userPlaylists WHERE userId = ? AND name = ?", owner.id, list.name)
            .fetch_optional(&filling.app.db)
            .await?;
        let id = match there {
            Some(id) => PlaylistId(id),
            None => make_list(filling, people, n, &on_it).await.with_context(|| format!("the playlist {}", list.name))?,
        };
        if list.public {
            public.push((id, on_it.iter().map(|track| track.id).collect()));
        }
    }
    Ok(public)
}

async fn make_list(filling: &Filling<'_>, people: &People, n: usize, on_it: &[&DemoTrack]) -> Result<PlaylistId> {
    let list = &PLAYLISTS[n];
    filling.say(&format!("the playlist {}", list.name));
    let mut chance = filling.chance(6_000 + u64::try_from(n)?);
    let owner = people.listeners[list.owner].id;
    let begun = filling.now - Duration::days(280 - 25 * i64::try_from(n)?);
    let text = PlaylistText::parse(list.name, list.description)?;
    let id = playlists::store::create(&filling.at(begun), owner, &text, list.public, None).await?;
    for track in on_it {
        // Nothing can be put on before it came out.
        let then = between(&mut chance, begun.max(track.released), filling.now);
        playlists::store::add(&filling.at(then), owner, id, Which::Track(track.id)).await?;
    }
    if list.public {
        for listener in people.listeners.iter().filter(|listener| listener.id != owner) {
            let then = between(&mut chance, begun, filling.now);
            if chance.chance(0.4) {
                playlists::store::set_following(&filling.at(then), listener.id, id, true, None).await?;
            }
        }
        for _ in 0..1 + chance.below(3) {
            let sharer = chance.pick(&people.listeners).id;
            let then = between(&mut chance, begun, filling.now);
            playlists::shares::share(&filling.at(then), sharer, id, *chance.pick(&Platform::ALL)).await?;
        }
    }
    Ok(id)
}
