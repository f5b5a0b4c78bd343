//! The job that makes an upload fit to be heard: two AAC files, loudness and true peak (EBU R 128), a waveform.
//! One run of ffmpeg decodes once for all of them. Every way it can end is a state with a reason; run twice, it
//! writes the same files under the same keys.

use super::{
    limits::tool,
    probe::{self, Problem, file_url},
    storage::Storage,
    waveform::{Peaks, RATE},
};
use crate::{
    ids::TrackId,
    server::{jobs::Job, state::App},
};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::{path::Path, process::Stdio, time::Duration};
use tokio::io::{AsyncRead, AsyncReadExt};

/// How long one track may take.
const TIME_LIMIT: Duration = Duration::from_secs(20 * 60);
/// How much of what ffmpeg says is kept: its end has the loudness.
const LOG_TAIL: usize = 16 * 1024;

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
    pub duration_ms: i64,
    /// Hundredths of LUFS; nothing for silence.
    pub loudness: Option<i32>,
    /// Hundredths of dBTP; nothing for silence.
    pub true_peak: Option<i32>,
    pub waveform: Vec<u8>,
}

impl Transcode {
    /// Does it, and writes down how it ended.
    ///
    /// # Errors
    /// When the database does not answer; the job is then run again.
    pub async fn run(self, app: &App) -> Result<()> {
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
        let stem = row.audioKey.rsplit('/').next().unwrap_or_default().to_owned();
        let (standard, high) = (format!("audio/{stem}-128.m4a"), format!("audio/{stem}-256.m4a"));
        match make(&Storage::of(app), &row.audioKey, &standard, &high).await {
            Ok(made) => {
                let mut tx = app.db.begin().await?;
                sqlx::query!(
                    "UPDATE trackMedia SET state = 'ready', failure = NULL, standardKey = ?, highKey = ?, durationMs = ?, loudness = ?, truePeak = ?, waveform = ?, updatedAt = ?
                     WHERE trackId = ?",
                    standard,
                    high,
                    i32::try_from(made.duration_ms)?,
                    made.loudness,
                    made.true_peak,
                    made.waveform,
                    app.clock.now(),
                    self.track
                )
                .execute(&mut *tx)
                .await?;
                sqlx::query!("UPDATE artistUploads SET duration = ? WHERE id = ?", i32::try_from((made.duration_ms + 500) / 1_000)?, self.track)
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
            }
            Err(problem) => {
                tracing::warn!(track = self.track.0, "an upload failed: {}", problem.code());
                sqlx::query!(
                    "UPDATE trackMedia SET state = 'failed', failure = ?, updatedAt = ? WHERE trackId = ?",
                    problem.code(),
                    app.clock.now(),
                    self.track
                )
                .execute(&app.db)
                .await?;
            }
        }
        Ok(())
    }
}

/// Makes the two files of an original.
///
/// # Errors
/// What is wrong with it, or with us.
pub async fn make(storage: &Storage, original: &str, standard: &str, high: &str) -> Result<Made, Problem> {
    let source = storage.path(original).map_err(|_| Problem::Missing)?;
    let probed = probe::probe(&source).await?;
    let (low_scratch, high_scratch) = (storage.scratch().await?, storage.scratch().await?);
    let made = match tokio::time::timeout(TIME_LIMIT, encode(&source, probed.demuxer, &low_scratch, &high_scratch)).await {
        Ok(made) => made,
        Err(_) => Err(Problem::TimedOut),
    };
    let made = made.and_then(|made| {
        // A file that breaks off says in its head how long it should be.
        let missing = probed.duration_ms - made.duration_ms;
        if missing > 2_000.max(probed.duration_ms / 50) { Err(Problem::Truncated) } else { Ok(made) }
    });
    let kept = match made {
        Ok(made) => match (storage.adopt(&low_scratch, standard).await, storage.adopt(&high_scratch, high).await) {
            (Ok(_), Ok(_)) => Ok(made),
            (Err(error), _) | (_, Err(error)) => Err(error.into()),
        },
        Err(problem) => Err(problem),
    };
    if kept.is_err() {
        for scratch in [&low_scratch, &high_scratch] {
            if let Err(error) = tokio::fs::remove_file(scratch).await
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!("{} could not be removed: {error}", scratch.display());
            }
        }
    }
    kept
}

async fn encode(source: &Path, demuxer: &str, low: &Path, high: &Path) -> Result<Made, Problem> {
    let aac = |rate: &'static str| {
        [
            "-map",
            "0:a:0",
            "-vn",
            "-map_metadata",
            "-1",
            "-map_chapters",
            "-1",
            "-c:a",
            "aac",
            "-ac",
            "2",
            "-b:a",
            rate,
            "-movflags",
            "+faststart",
            "-f",
            "ipod",
        ]
    };
    let mut child = tool("ffmpeg", TIME_LIMIT.as_secs() * 2)
        .args(["-hide_banner", "-nostdin", "-nostats", "-v", "info", "-protocol_whitelist", "file,pipe", "-f", demuxer, "-i"])
        .arg(file_url(source))
        .args(aac("128k"))
        .arg(file_url(low))
        .args(aac("256k"))
        .arg(file_url(high))
        .args(["-map", "0:a:0", "-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"])
        .args(["-map", "0:a:0", "-ac", "1", "-ar", &RATE.to_string(), "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Problem::of_tool(&error))?;
    let (Some(sound), Some(log)) = (child.stdout.take(), child.stderr.take()) else { return Err(Problem::Internal) };
    let (peaks, log, status) = tokio::join!(peaks(sound), tail(log), child.wait());
    let (peaks, log) = (peaks?, log?);
    if !status?.success() {
        let full = log.contains("No space left on device");
        tracing::warn!("ffmpeg gave up: {}", log.lines().last().unwrap_or_default());
        return Err(if full { Problem::StorageFull } else { Problem::Damaged });
    }
    let duration_ms = peaks.duration_ms();
    if duration_ms < 1_000 {
        return Err(Problem::TooShort);
    }
    let summary = log.rsplit_once("Summary:").map_or("", |(_, summary)| summary);
    Ok(Made {
        duration_ms,
        loudness: figure(summary, "I:").filter(|lufs| *lufs > -7_000),
        true_peak: figure(summary, "Peak:"),
        waveform: peaks.finish(),
    })
}

async fn peaks(mut sound: impl AsyncRead + Unpin) -> std::io::Result<Peaks> {
    let mut peaks = Peaks::default();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match sound.read(&mut buffer).await? {
            0 => return Ok(peaks),
            count => peaks.feed(&buffer[..count]),
        }
    }
}

async fn tail(mut log: impl AsyncRead + Unpin) -> std::io::Result<String> {
    let mut kept: Vec<u8> = Vec::new();
    let mut buffer = vec![0; 8 * 1024];
    loop {
        match log.read(&mut buffer).await? {
            0 => return Ok(String::from_utf8_lossy(&kept).into_owned()),
            count => {
                kept.extend_from_slice(&buffer[..count]);
                let excess = kept.len().saturating_sub(LOG_TAIL);
                kept.drain(..excess);
            }
        }
    }
}

/// `I:  -23.4 LUFS` as -2340; `-inf` is nothing.
fn figure(summary: &str, name: &str) -> Option<i32> {
    let text = summary.lines().find_map(|line| line.trim().strip_prefix(name))?.split_whitespace().next()?;
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part: String = part.chars().chain("00".chars()).take(2).collect();
    let hundredths = whole.parse::<i32>().ok()?.checked_mul(100)?.checked_add(part.parse().ok()?)?;
    Some(if negative { -hundredths } else { hundredths })
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Writes a file of generated sound; its name's ending says which kind.
    pub fn tone(path: &Path, filter: &str) {
        let done = std::process::Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", filter])
            .args(["-ar", "44100"])
            .arg(path)
            .status()
            .unwrap();
        assert!(done.success(), "ffmpeg made no {}", path.display());
    }

    async fn made(name: &str, filter: &str, cut: Option<u64>) -> (tempfile::TempDir, Result<Made, Problem>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        tone(&path, filter);
        if let Some(bytes) = cut {
            std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(bytes).unwrap();
        }
        let storage = Storage::at(folder.path().to_owned());
        let made = make(&storage, name, "audio/low.m4a", "audio/high.m4a").await;
        (folder, made)
    }

    #[tokio::test]
    async fn a_tone_becomes_two_files_a_loudness_and_a_waveform() {
        let (folder, made) = made("a.wav", "sine=frequency=997:duration=5", None).await;
        let made = made.unwrap();
        assert!((4_900..5_100).contains(&made.duration_ms));
        // ffmpeg's sine is at -18 dBFS and mono.
        assert!(made.loudness.is_some_and(|lufs| (-2_400..-1_500).contains(&lufs)), "{:?}", made.loudness);
        assert!(made.true_peak.is_some_and(|peak| (-1_900..-1_700).contains(&peak)), "{:?}", made.true_peak);
        assert_eq!(made.waveform.len(), 400);
        for name in ["low", "high"] {
            let probed = probe::probe(&folder.path().join(format!("audio/{name}.m4a"))).await.unwrap();
            assert_eq!((probed.mime, probed.codec.as_str()), ("audio/mp4", "aac"));
        }
    }

    #[tokio::test]
    async fn silence_is_music_too() {
        let (_folder, made) = made("a.flac", "anullsrc=r=44100:cl=stereo:d=2", None).await;
        let made = made.unwrap();
        assert_eq!((made.loudness, made.true_peak), (None, None));
        assert!(made.waveform.iter().all(|peak| *peak == 0));
    }

    #[tokio::test]
    async fn a_file_that_breaks_off_is_not_published_as_if_it_were_whole() {
        let (folder, made) = made("a.flac", "sine=frequency=440:duration=30", Some(200_000)).await;
        assert!(matches!(made, Err(Problem::Truncated | Problem::Damaged)), "{made:?}");
        assert!(!folder.path().join("audio/low.m4a").exists());
        assert_eq!(std::fs::read_dir(folder.path().join("incoming")).unwrap().count(), 0);
    }

    #[test]
    fn figures_are_read_from_the_summary() {
        let summary = "\n  Integrated loudness:\n    I:         -23.4 LUFS\n  True peak:\n    Peak:        0.2 dBFS\n";
        assert_eq!((figure(summary, "I:"), figure(summary, "Peak:")), (Some(-2_340), Some(20)));
        assert_eq!(figure("Peak: -inf dBFS", "Peak:"), None);
        assert_eq!(figure("I: -0.3 LUFS", "I:"), Some(-30));
    }
}
