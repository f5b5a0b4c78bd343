//! What a file is: by its first bytes, then by ffprobe, then by listening to it for a few seconds of our time.

use super::{
    limits::tool,
    listen,
    recognise::{self, Kind},
};
use serde::Deserialize;
use std::{io, path::Path, time::Duration};

/// The shortest and the longest track, in milliseconds.
const SHORTEST_MS: i64 = 1_000;
pub(super) const LONGEST_MS: i64 = 4 * 60 * 60 * 1_000;
/// The sample rates that are taken, in Hz.
const RATES: std::ops::RangeInclusive<i64> = 8_000..=192_000;
/// What has more channels than surround sound (5.1) can't be mixed down sensibly.
const MOST_CHANNELS: i64 = 6;
/// How long ffprobe may look at a file.
const LOOK: Duration = Duration::from_secs(20);
/// How long a new file is listened to before it is accepted; what is not heard by then, the job hears.
const FIRST_LISTEN: Duration = Duration::from_secs(8);

/// Why a file can't be a track. The codes stand in the database; their words in `words.en.yml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    Empty,
    NotAudio,
    /// Audio, but of a kind that is not taken.
    Unsupported,
    Video,
    Picture,
    Archive,
    /// It names sounds and holds none.
    Playlist,
    /// Locked to the one who bought it.
    Protected,
    Damaged,
    /// It ends before it says it does.
    Truncated,
    /// Nothing is to be heard from its start to its end.
    Silent,
    TooManyChannels,
    SampleRate,
    TooShort,
    TooLong,
    TooLarge,
    /// The connection broke.
    Interrupted,
    /// The original is not in storage.
    Missing,
    NoFfmpeg,
    StorageFull,
    TimedOut,
    Internal,
}

impl Problem {
    /// As it stands in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotAudio => "not_audio",
            Self::Unsupported => "unsupported",
            Self::Video => "video",
            Self::Picture => "picture",
            Self::Archive => "archive",
            Self::Playlist => "playlist",
            Self::Protected => "protected",
            Self::Damaged => "damaged",
            Self::Truncated => "truncated",
            Self::Silent => "silent",
            Self::TooManyChannels => "too_many_channels",
            Self::SampleRate => "sample_rate",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::TooLarge => "too_large",
            Self::Interrupted => "interrupted",
            Self::Missing => "missing",
            Self::NoFfmpeg => "no_ffmpeg",
            Self::StorageFull => "storage_full",
            Self::TimedOut => "timed_out",
            Self::Internal => "internal",
        }
    }

    /// Whether it is ours, not the file's, so that trying again later can help.
    pub const fn ours(self) -> bool {
        matches!(self, Self::NoFfmpeg | Self::StorageFull | Self::TimedOut | Self::Internal)
    }

    /// What people read.
    pub fn text(self) -> String {
        crate::uploads::failure_text(Some(self.code()))
    }

    /// Of starting a tool.
    pub fn of_tool(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound {
            tracing::error!("ffmpeg is not installed: on Debian and Ubuntu, apt-get install ffmpeg");
            Self::NoFfmpeg
        } else {
            tracing::error!("a media tool did not start: {error}");
            Self::Internal
        }
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::StorageFull,
            io::ErrorKind::NotFound => Self::Missing,
            _ => {
                tracing::error!("media storage: {error}");
                Self::Internal
            }
        }
    }
}

/// What was found out about a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Probed {
    pub mime: &'static str,
    pub demuxer: &'static str,
    pub duration_ms: i64,
    /// In kbit/s.
    pub bitrate: Option<i64>,
    /// In Hz.
    pub sample_rate: Option<i64>,
    pub channels: Option<i64>,
    pub codec: String,
    /// Of lossless codecs.
    pub bits: Option<i64>,
    /// Whether ffmpeg found out the length without reading all; otherwise only listening tells.
    pub sure: bool,
}

impl Probed {
    /// Whether nothing of the sound was left out.
    pub fn lossless(&self) -> bool {
        self.codec.starts_with("pcm_") && !matches!(self.codec.as_str(), "pcm_mulaw" | "pcm_alaw") || matches!(self.codec.as_str(), "flac" | "alac")
    }

    /// As `uploadedFiles.metadata` has it: duration in seconds, bitrate in kbit/s, sampleRate in Hz.
    pub fn metadata(&self) -> serde_json::Value {
        serde_json::json!({
            "duration": (self.duration_ms + 500) / 1_000,
            "bitrate": self.bitrate,
            "sampleRate": self.sample_rate,
            "channels": self.channels,
            "codec": self.codec,
        })
    }
}

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize)]
struct Stream {
    codec_type: Option<String>,
    codec_name: Option<String>,
    codec_tag_string: Option<String>,
    bits_per_raw_sample: Option<String>,
    bits_per_sample: Option<i64>,
    sample_rate: Option<String>,
    channels: Option<i64>,
    bit_rate: Option<String>,
    duration: Option<String>,
    #[serde(default)]
    disposition: Disposition,
}

#[derive(Default, Deserialize)]
struct Disposition {
    #[serde(default)]
    attached_pic: i32,
}

#[derive(Default, Deserialize)]
struct Format {
    duration: Option<String>,
    bit_rate: Option<String>,
}

/// Looks at a file, and listens to it for a few seconds of our time: most files are heard whole in them.
///
/// # Errors
/// What is wrong with it.
pub async fn probe(path: &Path) -> Result<Probed, Problem> {
    let mut probed = look(path).await?;
    let heard = listen::to(path, &probed, FIRST_LISTEN).await?;
    // Its head may say less than it holds.
    check_length(heard.milliseconds.max(SHORTEST_MS))?;
    if heard.whole {
        heard.judge(&probed)?;
        probed.duration_ms = heard.milliseconds;
        probed.sure = true;
    }
    Ok(probed)
}

/// Looks at a file without listening to it.
///
/// # Errors
/// What is wrong with it.
pub async fn look(path: &Path) -> Result<Probed, Problem> {
    let kind = recognise::file(path).await?;
    let output = tool("ffprobe", LOOK.as_secs())
        .args(["-v", "warning", "-protocol_whitelist", "file,pipe", "-f", kind.demuxer, "-of", "json", "-show_format", "-show_streams", "-i"])
        .arg(file_url(path))
        .output();
    let output = tokio::time::timeout(LOOK, output).await.map_err(|_| Problem::TimedOut)?.map_err(|error| Problem::of_tool(&error))?;
    if !output.status.success() {
        return Err(Problem::Damaged);
    }
    let report: Report = serde_json::from_slice(&output.stdout).map_err(|_| Problem::Damaged)?;
    // Without a table of contents the length is estimated from the rate of the beginning, and ffprobe says so.
    let estimated = String::from_utf8_lossy(&output.stderr).contains("Estimating duration");
    let probed = judge(kind, &report, estimated)?;
    // Only its head tells what it is; the reasons above say more.
    if recognise::ends_early(path, kind).await? { Err(Problem::Truncated) } else { Ok(probed) }
}

fn judge(kind: Kind, report: &Report, estimated: bool) -> Result<Probed, Problem> {
    let is = |stream: &&Stream, what: &str| stream.codec_type.as_deref() == Some(what);
    // A film is not a track; a picture inside a track is.
    if report.streams.iter().any(|stream| is(&stream, "video") && stream.disposition.attached_pic == 0) {
        return Err(Problem::Video);
    }
    let audio = report.streams.iter().find(|stream| is(stream, "audio")).ok_or(Problem::NotAudio)?;
    if matches!(audio.codec_tag_string.as_deref(), Some("drms" | "enca" | "p608" | "aavd")) {
        return Err(Problem::Protected);
    }
    let codec = audio.codec_name.clone().unwrap_or_default();
    if !(codec.starts_with("pcm_") || matches!(codec.as_str(), "flac" | "alac" | "mp3" | "mp3float" | "vorbis" | "opus" | "aac")) {
        return Err(Problem::Unsupported);
    }
    let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<i64>().ok());
    let (sample_rate, channels) = (number(&audio.sample_rate).ok_or(Problem::Damaged)?, audio.channels.unwrap_or(0));
    if channels < 1 {
        return Err(Problem::Damaged);
    }
    if channels > MOST_CHANNELS {
        return Err(Problem::TooManyChannels);
    }
    if !RATES.contains(&sample_rate) {
        return Err(Problem::SampleRate);
    }
    let duration_ms = [&audio.duration, &report.format.duration].into_iter().flatten().find_map(|text| milliseconds(text));
    check_length(duration_ms.unwrap_or(SHORTEST_MS))?;
    Ok(Probed {
        mime: kind.mime,
        demuxer: kind.demuxer,
        duration_ms: duration_ms.unwrap_or(0),
        bitrate: number(&audio.bit_rate).or_else(|| number(&report.format.bit_rate)).map(|bits| bits / 1_000),
        sample_rate: Some(sample_rate),
        channels: Some(channels),
        bits: number(&audio.bits_per_raw_sample).or(audio.bits_per_sample).filter(|bits| *bits > 0),
        codec,
        sure: duration_ms.is_some() && !estimated,
    })
}

/// Whether a track may be this long, in milliseconds.
///
/// # Errors
/// [`Problem::TooShort`] and [`Problem::TooLong`].
pub fn check_length(milliseconds: i64) -> Result<(), Problem> {
    match milliseconds {
        SHORTEST_MS..=LONGEST_MS => Ok(()),
        ..SHORTEST_MS => Err(Problem::TooShort),
        _ => Err(Problem::TooLong),
    }
}

/// `1.234567` seconds as 1234 milliseconds.
fn milliseconds(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let whole: i64 = whole.parse().ok()?;
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    whole.checked_mul(1_000)?.checked_add(part.parse().ok()?)
}

/// The file as ffmpeg is told of it: never an option, never another protocol.
pub fn file_url(path: &Path) -> std::ffi::OsString {
    let mut url = std::ffi::OsString::from("file:");
    url.push(path);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_milliseconds() {
        assert_eq!(milliseconds("1.234567"), Some(1_234));
        assert_eq!(milliseconds("60"), Some(60_000));
        assert_eq!(milliseconds("N/A"), None);
    }

    #[test]
    fn every_problem_has_words() {
        for problem in [
            Problem::Empty,
            Problem::NotAudio,
            Problem::Unsupported,
            Problem::Video,
            Problem::Picture,
            Problem::Archive,
            Problem::Playlist,
            Problem::Protected,
            Problem::Damaged,
            Problem::Truncated,
            Problem::Silent,
            Problem::TooManyChannels,
            Problem::SampleRate,
            Problem::TooShort,
            Problem::TooLong,
            Problem::TooLarge,
            Problem::Interrupted,
            Problem::Missing,
            Problem::NoFfmpeg,
            Problem::StorageFull,
            Problem::TimedOut,
            Problem::Internal,
        ] {
            assert!(!problem.text().contains("media."), "{problem:?}: {}", problem.text());
        }
    }
}
