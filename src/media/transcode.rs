//! The job that makes an upload fit to be heard: files to listen to, loudness, waveform, tempo and key. Every way it
//! can end is a state with a reason. Run twice, it writes the same files under the same keys; killed anywhere, it leaves
//! the track as it was, because what it found stands in the database in one transaction, after the files.

use super::{
    analysis, encode,
    hearing::Heard,
    probe::{self, Probed, Problem},
    renditions::{Quality, Rendition},
    storage::{Scratch, Storage},
};
use crate::{
    ids::TrackId,
    server::{jobs::Job, state::App},
};
use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

/// Makes one track fit to be heard.
#[derive(Debug, Serialize, Deserialize)]
pub struct Transcode {
    pub track: TrackId,
}

impl Job for Transcode {
    const KIND: &'static str = "transcode";
}

/// What came out.
#[derive(Debug)]
pub struct Made {
    pub probed: Probed,
    pub duration_ms: i64,
    /// Hundredths of LUFS; nothing for what is too quiet to be measured.
    pub loudness: Option<i32>,
    /// Hundredths of dBTP.
    pub true_peak: Option<i32>,
    pub waveform: Vec<u8>,
    pub heard: Heard,
    pub renditions: Vec<Rendition>,
}

impl Transcode {
    /// Does it, and writes down how it ended. `last` says that it will not be tried again by itself.
    ///
    /// # Errors
    /// When the fault is ours and trying again can help.
    pub async fn run(self, app: &App, last: bool) -> Result<()> {
        let Some(row) = sqlx::query!(
            "SELECT artistUploads.audioKey, trackMedia.state FROM artistUploads JOIN trackMedia ON trackMedia.trackId = artistUploads.id WHERE artistUploads.id = ?",
            self.track
        )
        .fetch_optional(&app.db)
        .await?
        else {
            return Ok(());
        };
        if row.state == "ready" {
            return Ok(());
        }
        sqlx::query!("UPDATE trackMedia SET state = 'processing', failure = NULL, updatedAt = ? WHERE trackId = ?", app.clock.now(), self.track)
            .execute(&app.db)
            .await?;
        let storage = Storage::of(app);
        match make(&storage, &row.audioKey, &Quality::ALL).await {
            Ok(made) => analysis::keep(app, &storage, self.track, &row.audioKey, &made).await,
            Err(problem) => {
                let again = problem.ours() && !last;
                tracing::warn!(track = self.track.0, again, "an upload was not processed: {}", problem.code());
                sqlx::query!(
                    "UPDATE trackMedia SET state = ?, failure = ?, updatedAt = ? WHERE trackId = ? AND state = 'processing'",
                    if again { "uploaded" } else { "failed" },
                    problem.code(),
                    app.clock.now(),
                    self.track
                )
                .execute(&app.db)
                .await?;
                if problem.ours() {
                    bail!("track {}: {} ({})", self.track, problem.text(), problem.code());
                }
                Ok(())
            }
        }
    }
}

impl Transcode {
    /// Says that it will not be tried again by itself.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn give_up(self, app: &App) -> Result<()> {
        sqlx::query!(
            "UPDATE trackMedia SET state = 'failed', failure = 'internal', updatedAt = ? WHERE trackId = ? AND state IN ('uploaded', 'processing')",
            app.clock.now(),
            self.track
        )
        .execute(&app.db)
        .await?;
        Ok(())
    }
}

/// What the files of an original are called by: the last part of its key.
pub fn stem(original: &str) -> &str {
    original.rsplit('/').next().unwrap_or_default()
}

/// Makes those of these files that the original allows, and listens to it.
///
/// # Errors
/// What is wrong with it, or with us.
pub async fn make(storage: &Storage, original: &str, wanted: &[Quality]) -> Result<Made, Problem> {
    let source = storage.local(original).await?;
    let probed = probe::look(source.path()).await?;
    let mut scratches = Vec::new();
    for quality in wanted {
        if *quality != Quality::Flac || probed.lossless() {
            scratches.push((*quality, Scratch::new(storage).await?));
        }
    }
    let paths: Vec<_> = scratches.iter().map(|(quality, scratch)| (*quality, scratch.path().to_owned())).collect();
    let run = encode::run(source.path(), &probed, &paths).await?;
    let mut renditions = Vec::new();
    for (encoded, (_, scratch)) in run.files.iter().zip(scratches) {
        let key = encoded.quality.key(stem(original));
        let size = scratch.size().await?;
        scratch.adopt(storage, &key).await?;
        let bits = i64::try_from(size).unwrap_or(i64::MAX).saturating_mul(8);
        renditions.push(Rendition {
            quality: encoded.quality,
            key,
            // Bits a millisecond are kilobits a second.
            bitrate: i32::try_from(bits / run.duration_ms.max(1)).unwrap_or(i32::MAX),
            size,
            sample_rate: encoded.sample_rate,
            encoder_delay: encoded.encoder_delay,
            padding: encoded.padding,
            samples: encoded.samples,
        });
    }
    Ok(Made {
        probed,
        duration_ms: run.duration_ms,
        loudness: run.loudness,
        true_peak: run.true_peak,
        waveform: run.waveform,
        heard: run.heard,
        renditions,
    })
}
