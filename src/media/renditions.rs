//! The files that were made of an upload for listening: which there are, and what each holds to the sample.

use crate::{error::AppResult, ids::TrackId, server::state::App};
use serde::{Deserialize, Serialize};

/// How loud every track shall sound, in hundredths of LUFS.
const TARGET: i32 = -1_400;
/// The highest true peak after the gain, in hundredths of dBTP.
const CEILING: i32 = -100;
/// No track is made louder than by this, in hundredths of dB.
const MOST_GAIN: i32 = 1_200;

/// A kind of file to listen to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Quality {
    Aac128,
    Aac256,
    Opus96,
    Opus160,
    /// Of lossless originals only.
    Flac,
}

impl Quality {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Aac128, Self::Aac256, Self::Opus96, Self::Opus160, Self::Flac];

    /// As it stands in the database and in addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Aac128 => "aac-128",
            Self::Aac256 => "aac-256",
            Self::Opus96 => "opus-96",
            Self::Opus160 => "opus-160",
            Self::Flac => "flac",
        }
    }

    /// From its code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quality| quality.code() == code)
    }

    /// The media type with the codec, as `MediaSource.isTypeSupported` wants it.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Aac128 | Self::Aac256 => "audio/mp4; codecs=\"mp4a.40.2\"",
            Self::Opus96 | Self::Opus160 => "audio/webm; codecs=\"opus\"",
            Self::Flac => "audio/flac",
        }
    }

    /// Whether it is what every listener may hear; the others are for those with high quality.
    pub const fn standard(self) -> bool {
        matches!(self, Self::Aac128 | Self::Opus96)
    }

    /// The key of the file made of the original with this stem. It changes with the original, never with the track.
    pub fn key(self, stem: &str) -> String {
        match self {
            Self::Aac128 => format!("audio/{stem}-128.m4a"),
            Self::Aac256 => format!("audio/{stem}-256.m4a"),
            Self::Opus96 => format!("audio/{stem}-96.webm"),
            Self::Opus160 => format!("audio/{stem}-160.webm"),
            Self::Flac => format!("audio/{stem}.flac"),
        }
    }
}

/// One of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendition {
    pub quality: Quality,
    /// In storage.
    pub key: String,
    /// In kbit/s, as it came out.
    pub bitrate: i32,
    /// In bytes.
    pub size: u64,
    /// In Hz; delay, padding and samples are counted at this rate.
    pub sample_rate: i32,
    /// Samples that a decoder gives before the first one of the music, when it does not leave them out by itself.
    pub encoder_delay: i32,
    /// Samples that it gives after the last one.
    pub padding: i32,
    /// Samples of the music in each channel.
    pub samples: i64,
}

impl Rendition {
    /// How long the music is, in milliseconds.
    pub fn duration_ms(&self) -> i64 {
        self.samples * 1_000 / i64::from(self.sample_rate.max(1))
    }
}

/// What a player must know of a track's sound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renditions {
    /// By how much to turn it up or down, in hundredths of dB, so that tracks are equally loud; the files are not changed.
    pub gain: i32,
    pub list: Vec<Rendition>,
}

impl Renditions {
    /// The file of this quality.
    pub fn get(&self, quality: Quality) -> Option<&Rendition> {
        self.list.iter().find(|rendition| rendition.quality == quality)
    }
}

/// The gain, in hundredths of dB, for a track of this loudness (hundredths of LUFS) and true peak (hundredths of dBTP).
pub fn gain(loudness: Option<i32>, true_peak: Option<i32>) -> i32 {
    let Some(loudness) = loudness else { return 0 };
    let wanted = (TARGET - loudness).min(MOST_GAIN);
    // Turning up must not clip. Turning down never does.
    true_peak.map_or(wanted.min(0), |peak| wanted.min((CEILING - peak).max(0)))
}

/// The files of a track; none before it is ready. Whether somebody may hear them is for the caller to ask.
///
/// # Errors
/// When the database does not answer.
pub async fn of_track(app: &App, track: TrackId) -> AppResult<Renditions> {
    let rows = sqlx::query!(
        "SELECT trackRenditions.quality, trackRenditions.fileKey, trackRenditions.bitrate, trackRenditions.size, trackRenditions.sampleRate,
                trackRenditions.encoderDelay, trackRenditions.padding, trackRenditions.samples, trackMedia.loudness, trackMedia.truePeak
         FROM trackRenditions JOIN trackMedia ON trackMedia.trackId = trackRenditions.trackId
         WHERE trackRenditions.trackId = ? AND trackMedia.state = 'ready'",
        track
    )
    .fetch_all(&app.db)
    .await?;
    let gain = rows.first().map_or(0, |row| gain(row.loudness, row.truePeak));
    let mut list: Vec<Rendition> = rows
        .into_iter()
        .filter_map(|row| {
            Some(Rendition {
                quality: Quality::of(&row.quality)?,
                key: row.fileKey,
                bitrate: row.bitrate,
                size: row.size.unsigned_abs(),
                sample_rate: row.sampleRate,
                encoder_delay: row.encoderDelay,
                padding: row.padding,
                samples: row.samples,
            })
        })
        .collect();
    list.sort_by_key(|rendition| rendition.quality);
    Ok(Renditions { gain, list })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_tracks_are_turned_up_as_far_as_their_peak_allows_and_loud_ones_down() {
        assert_eq!(gain(Some(-800), Some(20)), -600);
        assert_eq!(gain(Some(-2_000), Some(-900)), 600);
        assert_eq!(gain(Some(-2_000), Some(-300)), 200, "up to a true peak of -1 dBTP");
        assert_eq!(gain(Some(-2_000), Some(0)), 0);
        assert_eq!(gain(Some(-4_000), Some(-3_000)), MOST_GAIN);
        assert_eq!(gain(None, None), 0, "silence stays silence");
    }

    #[test]
    fn codes_lead_back() {
        for quality in Quality::ALL {
            assert_eq!(Quality::of(quality.code()), Some(quality));
        }
    }
}
