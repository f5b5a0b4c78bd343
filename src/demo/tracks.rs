//! The artists' tracks: rendered, uploaded as a file would be, transcoded, published; liked and commented on.

use super::{
    Filling,
    catalogue::{ARTISTS, COMMENTS, TRACKS},
    music,
    people::{People, picture},
};
use crate::{
    ids::TrackId,
    media::images::Purpose,
    server::state::App,
    uploads::{self, Download, TrackText, staging},
    worker,
};
use anyhow::{Context, Result, anyhow, bail};
use std::path::PathBuf;
use tempfile::TempPath;
use time::{Duration, OffsetDateTime};
use tokio::task::JoinHandle;

/// A track of the catalogue that is there.
pub struct DemoTrack {
    /// In [`TRACKS`].
    pub index: usize,
    pub id: TrackId,
    /// In milliseconds.
    pub duration: i64,
    pub released: OffsetDateTime,
}

pub async fn fill(filling: &Filling<'_>, people: &People) -> Result<Vec<DemoTrack>> {
    let mut wanted: Vec<usize> = (0..TRACKS.len()).filter(|n| !filling.small || TRACKS[*n].small.is_some()).collect();
    // One of each artist first, so that every page has something soon.
    wanted.sort_by_key(|n| (n % 5, *n));
    let mut missing = Vec::new();
    for index in &wanted {
        if find(filling, people, *index).await?.is_none() {
            missing.push(*index);
        }
    }
    // The next track is rendered while this one is transcoded.
    let mut ahead = missing.first().map(|index| render(filling, *index)).transpose()?;
    for (n, index) in missing.iter().enumerate() {
        let file = match ahead.take() {
            Some(task) => task.await??,
            None => bail!("no track was rendered"),
        };
        ahead = missing.get(n + 1).map(|next| render(filling, *next)).transpose()?;
        let track = &TRACKS[*index];
        filling.say(&format!("track {} of {}: {}", n + 1, missing.len(), track.title));
        upload(filling, people, *index, file).await.with_context(|| format!("the track {}", track.title))?;
    }
    let mut tracks = Vec::new();
    for index in wanted {
        let (id, duration) = find(filling, people, index).await?.with_context(|| format!("the track {} is gone", TRACKS[index].title))?;
        tracks.push(DemoTrack { index, id, duration, released: released(filling, index) });
    }
    let fresh: Vec<&DemoTrack> = tracks.iter().filter(|track| missing.contains(&track.index)).collect();
    react(filling, people, &fresh).await?;
    Ok(tracks)
}

/// When a track came out.
fn released(filling: &Filling<'_>, index: usize) -> OffsetDateTime {
    filling.now - Duration::days(TRACKS[index].days_ago.into())
}

/// A published track by its artist and title, and its length in milliseconds.
async fn find(filling: &Filling<'_>, people: &People, index: usize) -> Result<Option<(TrackId, i64)>> {
    let track = &TRACKS[index];
    let Some(artist) = people.artists.iter().find(|artist| artist.index == track.artist) else { return Ok(None) };
    let row = sqlx::query!(
        "SELECT artistUploads.id, artistUploads.duration FROM artistUploads WHERE artistId = ? AND title = ? AND isPublished = 1 ORDER BY id LIMIT 1",
        artist.id,
        track.title
    )
    .fetch_optional(&filling.app.db)
    .await?;
    Ok(row.map(|row| (row.id.into(), i64::from(row.duration.unwrap_or(0)) * 1_000)))
}

/// Renders a track into a file, off the runtime's threads.
fn render(filling: &Filling<'_>, index: usize) -> Result<JoinHandle<Result<TempPath>>> {
    let piece = TRACKS[index].piece(index, filling.small);
    // Some of the originals have 24 bits, as some artists' have.
    let bits = if index.is_multiple_of(4) { 24 } else { 16 };
    render_piece(filling, piece, bits)
}

/// Renders a piece into a file.
pub fn render_piece(filling: &Filling<'_>, piece: music::Piece, bits: u16) -> Result<JoinHandle<Result<TempPath>>> {
    let folder: PathBuf = filling.app.config.data_dir.join("media/incoming");
    std::fs::create_dir_all(&folder).with_context(|| format!("can't create {}", folder.display()))?;
    Ok(tokio::task::spawn_blocking(move || {
        let file = tempfile::Builder::new().prefix("demo").suffix(".wav").tempfile_in(&folder)?.into_temp_path();
        music::write_wav(&piece.score(), &file, bits)?;
        Ok(file)
    }))
}

async fn upload(filling: &Filling<'_>, people: &People, index: usize, file: TempPath) -> Result<()> {
    let track = &TRACKS[index];
    let artist = people.artists.iter().find(|artist| artist.index == track.artist).context("its artist is missing")?;
    let then = filling.at(released(filling, index) - Duration::hours(3));
    let size = if filling.small { 320 } else { 1400 };
    let cover = picture(filling, artist.me.id, ARTISTS[track.artist].family, 11 + u64::try_from(index)?, (size, size), Purpose::Cover).await?;
    let name = format!("{}.wav", track.title);
    let kept = staging::take(&then, artist.id, artist.me.id, &name, &file).await?.map_err(|problem| anyhow!(problem.text()))?;
    drop(file);
    let text = TrackText::parse(track.title, track.genre, track.description, "", track.explicit, Ok(Download::No))?;
    let id = uploads::store::create(&then, artist.id, &kept.id, &text, Some(&cover)).await?;
    let piece = track.piece(index, filling.small);
    let (downloadable, price) = (i32::from(track.download.is_some()), track.download.filter(|cents| *cents > 0));
    sqlx::query!(
        "UPDATE artistUploads SET bpm = ?, `key` = ?, downloadable = ?, downloadPrice = ? WHERE id = ?",
        i32::from(track.bpm),
        piece.key(),
        downloadable,
        price,
        id
    )
    .execute(&filling.app.db)
    .await?;
    ready(filling.app, id).await?;
    uploads::store::publish(&filling.at(released(filling, index)), artist.id, id).await?;
    Ok(())
}

/// Waits until a track is transcoded; does the work itself where no worker runs.
async fn ready(app: &App, id: TrackId) -> Result<()> {
    loop {
        worker::drain(app).await?;
        let row = sqlx::query!("SELECT state, failure FROM trackMedia WHERE trackId = ?", id).fetch_one(&app.db).await?;
        match row.state.as_str() {
            "ready" => return Ok(()),
            "failed" => bail!("{}", uploads::failure_text(row.failure.as_deref())),
            _ => tokio::time::sleep(std::time::Duration::from_millis(150)).await,
        }
    }
}

/// Likes and comments on tracks that are new.
async fn react(filling: &Filling<'_>, people: &People, tracks: &[&DemoTrack]) -> Result<()> {
    for track in tracks {
        let mut chance = filling.chance(7_000 + u64::try_from(track.index)?);
        let liking = chance.between(0.2, 0.7);
        for listener in &people.listeners {
            let then = between(&mut chance, track.released, filling.now);
            if chance.chance(liking) {
                uploads::store::set_like(&filling.at(then), listener.id, track.id, true).await?;
            }
        }
        let mut times: Vec<OffsetDateTime> = (0..chance.below(5)).map(|_| between(&mut chance, track.released, filling.now)).collect();
        times.sort_unstable();
        for time in times {
            let listener = chance.pick(&people.listeners).id;
            let body = *chance.pick(&COMMENTS);
            let mut tx = filling.app.db.begin().await?;
            sqlx::query!("INSERT INTO trackComments (trackId, userId, body, createdAt) VALUES (?, ?, ?, ?)", track.id, listener, body, time)
                .execute(&mut *tx)
                .await?;
            sqlx::query!("UPDATE artistUploads SET comments = comments + 1, updatedAt = updatedAt WHERE id = ?", track.id).execute(&mut *tx).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Some time between two.
pub fn between(chance: &mut music::rng::Rng, from: OffsetDateTime, to: OffsetDateTime) -> OffsetDateTime {
    from + (to - from) * chance.unit()
}
