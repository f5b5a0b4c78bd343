//! What was found by listening to a track. What its artist typed stands in artistUploads and is never overwritten: what
//! was found fills only what is empty, or was found before.

use super::{
    renditions::{Quality, Rendition},
    storage::Storage,
    transcode::Made,
};
use crate::{error::AppResult, ids::TrackId, server::state::App};
use anyhow::Result;
use serde::{Deserialize, Serialize};

/// What was found, as pages show it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analysis {
    pub duration_ms: i64,
    /// Of the original, such as `flac`.
    pub codec: String,
    pub lossless: bool,
    /// In Hz.
    pub sample_rate: i32,
    pub channels: i32,
    /// Of lossless originals.
    pub bits: Option<i32>,
    /// Hundredths of LUFS.
    pub loudness: Option<i32>,
    /// Hundredths of dBTP.
    pub true_peak: Option<i32>,
    /// Hundredths of beats a minute.
    pub bpm: Option<i32>,
    /// Such as `F#m`.
    pub key: Option<String>,
}

/// What was found about a track; nothing before it was processed. For forms that offer it and pages that show it.
///
/// # Errors
/// When the database does not answer.
pub async fn of_track(app: &App, track: TrackId) -> AppResult<Option<Analysis>> {
    let row = sqlx::query!(
        "SELECT trackAnalyses.codec, trackAnalyses.isLossless, trackAnalyses.sampleRate, trackAnalyses.channels, trackAnalyses.bitDepth, trackAnalyses.bpm,
                trackAnalyses.musicalKey, trackMedia.durationMs, trackMedia.loudness, trackMedia.truePeak
         FROM trackAnalyses JOIN trackMedia ON trackMedia.trackId = trackAnalyses.trackId
         WHERE trackAnalyses.trackId = ?",
        track
    )
    .fetch_optional(&app.db)
    .await?;
    Ok(row.map(|row| Analysis {
        duration_ms: row.durationMs.unwrap_or(0).into(),
        codec: row.codec,
        lossless: row.isLossless != 0,
        sample_rate: row.sampleRate,
        channels: row.channels,
        bits: row.bitDepth,
        loudness: row.loudness,
        true_peak: row.truePeak,
        bpm: row.bpm,
        key: row.musicalKey,
    }))
}

/// Writes down in one transaction what was made and found, unless the track has other audio by now. Files of the
/// audio before are removed after it.
///
/// # Errors
/// When the database does not answer.
pub async fn keep(app: &App, storage: &Storage, track: TrackId, original: &str, made: &Made) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let now_has = sqlx::query_scalar!("SELECT audioKey FROM artistUploads WHERE id = ? FOR UPDATE", track).fetch_one(&mut *tx).await?;
    if now_has != original {
        tracing::info!(track = track.0, "its audio was replaced while it was processed");
        tx.rollback().await?;
        for rendition in &made.renditions {
            storage.remove(&rendition.key).await;
        }
        return Ok(());
    }
    let gone = keep_with(&mut tx, app, track, made).await?;
    tx.commit().await?;
    for key in &gone {
        storage.remove(key).await;
    }
    Ok(())
}

/// The same within a transaction that holds the track's row, which names the original by now. Returns the keys of
/// files that nothing needs once it is committed.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_with(tx: &mut sqlx::MySqlConnection, app: &App, track: TrackId, made: &Made) -> Result<Vec<String>> {
    let now = app.clock.now();
    let row = sqlx::query!(
        "SELECT artistUploads.audioKey, artistUploads.bpm, artistUploads.`key`, artistProfiles.userId, trackMedia.standardKey, trackMedia.highKey
         FROM artistUploads JOIN artistProfiles ON artistProfiles.id = artistUploads.artistId
         LEFT JOIN trackMedia ON trackMedia.trackId = artistUploads.id WHERE artistUploads.id = ?",
        track
    )
    .fetch_one(&mut *tx)
    .await?;
    let before = sqlx::query!("SELECT bpm, musicalKey FROM trackAnalyses WHERE trackId = ?", track).fetch_optional(&mut *tx).await?;
    let (bpm, key) = (made.heard.bpm.map(hundredths), made.heard.key);
    let found_before = before.map_or((None, None), |before| (before.bpm.map(whole), before.musicalKey));
    let new_bpm = if row.bpm.is_none() || row.bpm == found_before.0 { bpm.map(whole) } else { row.bpm };
    let new_key = if row.key.is_none() || row.key == found_before.1 { key.map(str::to_owned) } else { row.key };
    sqlx::query!(
        "UPDATE artistUploads SET duration = ?, bpm = ?, `key` = ?, updatedAt = updatedAt WHERE id = ?",
        i32::try_from((made.duration_ms + 500) / 1_000)?,
        new_bpm,
        new_key,
        track
    )
    .execute(&mut *tx)
    .await?;
    let of = |quality: Quality| made.renditions.iter().find(|rendition| rendition.quality == quality).map(|rendition| rendition.key.as_str());
    sqlx::query!(
        "INSERT INTO trackMedia (trackId, state, failure, standardKey, highKey, durationMs, loudness, truePeak, waveform, updatedAt)
         VALUES (?, 'ready', NULL, ?, ?, ?, ?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE state = 'ready', failure = NULL, standardKey = VALUES(standardKey), highKey = VALUES(highKey), durationMs = VALUES(durationMs),
           loudness = VALUES(loudness), truePeak = VALUES(truePeak), waveform = VALUES(waveform), updatedAt = VALUES(updatedAt)",
        track,
        of(Quality::Aac128),
        of(Quality::Aac256),
        i32::try_from(made.duration_ms)?,
        made.loudness,
        made.true_peak,
        made.waveform,
        now
    )
    .execute(&mut *tx)
    .await?;
    let probed = &made.probed;
    sqlx::query!(
        "INSERT INTO trackAnalyses (trackId, audioKey, codec, isLossless, sampleRate, channels, bitDepth, bpm, musicalKey, analysedAt)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE audioKey = VALUES(audioKey), codec = VALUES(codec), isLossless = VALUES(isLossless), sampleRate = VALUES(sampleRate),
           channels = VALUES(channels), bitDepth = VALUES(bitDepth), bpm = VALUES(bpm), musicalKey = VALUES(musicalKey), analysedAt = VALUES(analysedAt)",
        track,
        row.audioKey,
        probed.codec,
        i32::from(probed.lossless()),
        i32::try_from(probed.sample_rate.unwrap_or(0))?,
        i32::try_from(probed.channels.unwrap_or(0))?,
        probed.bits.filter(|_| probed.lossless()).map(i32::try_from).transpose()?,
        bpm,
        key,
        now
    )
    .execute(&mut *tx)
    .await?;
    let old = sqlx::query_scalar!("SELECT fileKey FROM trackRenditions WHERE trackId = ?", track).fetch_all(&mut *tx).await?;
    let mut gone: Vec<String> = old.into_iter().chain(row.standardKey).chain(row.highKey).collect();
    gone.sort();
    gone.dedup();
    gone.retain(|key| made.renditions.iter().all(|rendition| rendition.key != *key));
    sqlx::query!("DELETE FROM trackRenditions WHERE trackId = ?", track).execute(&mut *tx).await?;
    for key in &gone {
        sqlx::query!("DELETE FROM uploadedFiles WHERE fileKey = ?", key).execute(&mut *tx).await?;
    }
    for rendition in &made.renditions {
        keep_rendition(tx, app, track, row.userId, rendition).await?;
    }
    Ok(gone)
}

async fn keep_rendition(tx: &mut sqlx::MySqlConnection, app: &App, track: TrackId, user: i32, rendition: &Rendition) -> Result<()> {
    let now = app.clock.now();
    let size = i64::try_from(rendition.size)?;
    sqlx::query!(
        "INSERT INTO trackRenditions (trackId, quality, fileKey, mimeType, bitrate, size, sampleRate, encoderDelay, padding, samples, createdAt)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        track,
        rendition.quality.code(),
        rendition.key,
        rendition.quality.mime(),
        rendition.bitrate,
        size,
        rendition.sample_rate,
        rendition.encoder_delay,
        rendition.padding,
        rendition.samples,
        now
    )
    .execute(&mut *tx)
    .await?;
    let metadata = serde_json::json!({
        "duration": (rendition.duration_ms() + 500) / 1_000,
        "bitrate": rendition.bitrate,
        "sampleRate": rendition.sample_rate,
    });
    sqlx::query!(
        "INSERT INTO uploadedFiles (userId, fileKey, fileName, mimeType, size, metadata, createdAt) VALUES (?, ?, NULL, ?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE size = VALUES(size), metadata = VALUES(metadata)",
        user,
        rendition.key,
        rendition.quality.mime(),
        size,
        metadata.to_string(),
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Beats a minute as they are kept.
fn hundredths(bpm: f64) -> i32 {
    // Between 50 and 200.
    #[allow(clippy::cast_possible_truncation)]
    let kept = (bpm * 100.0).round() as i32;
    kept
}

/// Hundredths as the whole number that artistUploads has.
const fn whole(hundredths: i32) -> i32 {
    (hundredths + 50) / 100
}
