//! What a file is: by its first bytes, then by ffprobe. Its name is never asked.

use super::limits::tool;
use serde::Deserialize;
use std::{io, path::Path, time::Duration};
use tokio::io::AsyncReadExt;

/// The shortest and the longest track, in milliseconds.
const SHORTEST_MS: i64 = 1_000;
const LONGEST_MS: i64 = 4 * 60 * 60 * 1_000;

/// Why a file can't be a track. The codes stand in the database; their words in `words.en.yml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    Empty,
    NotAudio,
    Damaged,
    /// It ends before it says it does.
    Truncated,
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
            Self::Damaged => "damaged",
            Self::Truncated => "truncated",
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

/// A kind of file that is accepted, and ffmpeg's reader for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub mime: &'static str,
    pub demuxer: &'static str,
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
}

impl Probed {
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

/// The kind of a file, by its first bytes.
pub fn recognise(head: &[u8]) -> Option<Kind> {
    let kind = |mime, demuxer| Some(Kind { mime, demuxer });
    match infer::get(head).map(|kind| kind.mime_type()) {
        Some("audio/x-wav") => kind("audio/wav", "wav"),
        Some("audio/x-flac") => kind("audio/flac", "flac"),
        Some("audio/x-aiff") => kind("audio/aiff", "aiff"),
        Some("audio/mpeg") => kind("audio/mpeg", "mp3"),
        Some("audio/ogg" | "audio/opus") => kind("audio/ogg", "ogg"),
        Some("audio/m4a" | "video/mp4" | "video/quicktime") => kind("audio/mp4", "mov"),
        Some("audio/aac") => kind("audio/aac", "aac"),
        Some(_) => None,
        // An MPEG frame of layer III without tags before it.
        None if head.len() > 3 && head[0] == 0xFF && head[1] & 0xE6 == 0xE2 => kind("audio/mpeg", "mp3"),
        None if head.starts_with(b"RF64") => kind("audio/wav", "wav"),
        None => None,
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

/// Looks at a file.
///
/// # Errors
/// What is wrong with it.
pub async fn probe(path: &Path) -> Result<Probed, Problem> {
    let mut head = Vec::with_capacity(8192);
    tokio::fs::File::open(path).await?.take(8192).read_to_end(&mut head).await?;
    if head.is_empty() {
        return Err(Problem::Empty);
    }
    let kind = recognise(&head).ok_or(Problem::NotAudio)?;
    let output = tool("ffprobe", 60)
        .args(["-v", "error", "-protocol_whitelist", "file,pipe", "-f", kind.demuxer, "-of", "json", "-show_format", "-show_streams", "-i"])
        .arg(file_url(path))
        .output();
    let output =
        tokio::time::timeout(Duration::from_secs(60), output).await.map_err(|_| Problem::TimedOut)?.map_err(|error| Problem::of_tool(&error))?;
    if !output.status.success() {
        return Err(Problem::Damaged);
    }
    let report: Report = serde_json::from_slice(&output.stdout).map_err(|_| Problem::Damaged)?;
    judge(kind, &report)
}

fn judge(kind: Kind, report: &Report) -> Result<Probed, Problem> {
    let is = |stream: &&Stream, what: &str| stream.codec_type.as_deref() == Some(what);
    // A film is not a track; a picture inside a track is.
    if report.streams.iter().any(|stream| is(&stream, "video") && stream.disposition.attached_pic == 0) {
        return Err(Problem::NotAudio);
    }
    let audio = report.streams.iter().find(|stream| is(stream, "audio")).ok_or(Problem::NotAudio)?;
    let duration_ms = [&audio.duration, &report.format.duration].into_iter().flatten().find_map(|text| milliseconds(text)).ok_or(Problem::Damaged)?;
    if duration_ms < SHORTEST_MS {
        return Err(Problem::TooShort);
    }
    if duration_ms > LONGEST_MS {
        return Err(Problem::TooLong);
    }
    let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<i64>().ok());
    Ok(Probed {
        mime: kind.mime,
        demuxer: kind.demuxer,
        duration_ms,
        bitrate: number(&audio.bit_rate).or_else(|| number(&report.format.bit_rate)).map(|bits| bits / 1_000),
        sample_rate: number(&audio.sample_rate),
        channels: audio.channels,
        codec: audio.codec_name.clone().unwrap_or_default(),
    })
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
    use crate::media::transcode::tests::tone;

    async fn probed(folder: &Path, name: &str) -> Result<Probed, Problem> {
        probe(&folder.join(name)).await
    }

    #[test]
    fn seconds_become_milliseconds() {
        assert_eq!(milliseconds("1.234567"), Some(1_234));
        assert_eq!(milliseconds("60"), Some(60_000));
        assert_eq!(milliseconds("N/A"), None);
    }

    #[tokio::test]
    async fn music_is_known_by_its_content() {
        let folder = tempfile::tempdir().unwrap();
        for (name, mime) in [
            ("a.wav", "audio/wav"),
            ("a.flac", "audio/flac"),
            ("a.mp3", "audio/mpeg"),
            ("a.ogg", "audio/ogg"),
            ("a.m4a", "audio/mp4"),
            ("a.aiff", "audio/aiff"),
        ] {
            tone(&folder.path().join(name), "sine=frequency=440:duration=3");
            // The name says nothing.
            let plain = folder.path().join("file");
            std::fs::copy(folder.path().join(name), &plain).unwrap();
            let probed = probe(&plain).await.unwrap();
            assert_eq!(probed.mime, mime);
            assert!((2_900..3_200).contains(&probed.duration_ms), "{name}: {}", probed.duration_ms);
            assert!(probed.sample_rate.is_some_and(|rate| rate >= 44_100), "{name}");
        }
    }

    #[tokio::test]
    async fn what_is_no_music_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        write("text.mp3", b"I am a poem about music, not music.");
        write("empty.wav", b"");
        write("head.flac", b"fLaC and then nothing that makes sense");
        write("list.m3u8", b"#EXTM3U\nfile:///etc/passwd\n");
        tone(&folder.path().join("short.wav"), "sine=frequency=440:duration=0.5");
        assert_eq!(probed(folder.path(), "text.mp3").await, Err(Problem::NotAudio));
        assert_eq!(probed(folder.path(), "empty.wav").await, Err(Problem::Empty));
        assert_eq!(probed(folder.path(), "head.flac").await, Err(Problem::Damaged));
        assert_eq!(probed(folder.path(), "list.m3u8").await, Err(Problem::NotAudio));
        assert_eq!(probed(folder.path(), "short.wav").await, Err(Problem::TooShort));
        assert_eq!(probed(folder.path(), "gone.wav").await, Err(Problem::Missing));
    }

    #[test]
    fn every_problem_has_words() {
        for problem in [Problem::Empty, Problem::Truncated, Problem::NoFfmpeg, Problem::Internal, Problem::TooLarge, Problem::Missing] {
            assert!(!problem.text().contains("media."), "{problem:?}: {}", problem.text());
        }
    }
}
