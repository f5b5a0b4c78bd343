//! Which kind of file it is, by its first bytes. Its name is never asked. What is not taken is told apart, so that the
//! reason can say what it is instead.

use super::{probe::Problem, storage::Storage};
use infer::MatcherType;
use std::{
    io::{self, SeekFrom},
    path::Path,
};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};

/// How much of a file is looked at.
const HEAD: usize = 8_192;

/// A kind of file that is accepted, and ffmpeg's reader for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub mime: &'static str,
    pub demuxer: &'static str,
}

const fn kind(mime: &'static str, demuxer: &'static str) -> Kind {
    Kind { mime, demuxer }
}

/// The kind of a file in storage.
///
/// # Errors
/// As [`file`], and when it is not there.
pub async fn kept(storage: &Storage, key: &str) -> Result<Kind, Problem> {
    let found = storage.open(key).await?;
    let head = found.part(0, HEAD as u64).await?;
    let Some(length) = tag_length(&head) else { return recognise(&head) };
    let behind = found.part(length, HEAD as u64).await?;
    Ok(behind_tag(&behind))
}

/// The kind of a file.
///
/// # Errors
/// [`Problem::Empty`], [`Problem::NotAudio`] and what it is instead.
pub async fn file(path: &Path) -> Result<Kind, Problem> {
    let mut file = File::open(path).await?;
    let mut head = Vec::new();
    (&mut file).take(HEAD as u64).read_to_end(&mut head).await?;
    if let Some(length) = tag_length(&head) {
        // Some programs put such a tag before files of any kind.
        let mut behind = Vec::new();
        file.seek(SeekFrom::Start(length)).await?;
        file.take(HEAD as u64).read_to_end(&mut behind).await?;
        return Ok(behind_tag(&behind));
    }
    recognise(&head)
}

/// The kind of what stands behind a tag.
fn behind_tag(behind: &[u8]) -> Kind {
    match known(behind) {
        Some(kind) if kind.demuxer != "mov" => kind,
        _ => kind("audio/mpeg", "mp3"),
    }
}

/// Whether the container itself tells that its end is missing, where ffmpeg takes what is there for the whole.
///
/// # Errors
/// When the file can't be read.
pub async fn ends_early(path: &Path, kind: Kind) -> io::Result<bool> {
    let mut file = File::open(path).await?;
    let length = file.metadata().await?.len();
    match kind.demuxer {
        "wav" | "aiff" => {
            let mut head = [0; 8];
            file.read_exact(&mut head).await?;
            let size = [head[4], head[5], head[6], head[7]];
            let says = u64::from(if kind.demuxer == "wav" { u32::from_le_bytes(size) } else { u32::from_be_bytes(size) });
            // Programs that write into a pipe don't know the length and write the highest that there is.
            Ok(says < 0x7fff_f000 && says > length + length / 50 + 4_096)
        }
        "ogg" => {
            // The last page says that it is the last one. A page is no longer than this.
            file.seek(SeekFrom::Start(length.saturating_sub(65_307))).await?;
            let mut tail = Vec::new();
            file.read_to_end(&mut tail).await?;
            let last = tail.windows(6).rev().find(|window| window.starts_with(b"OggS"));
            Ok(last.is_none_or(|page| page[5] & 4 == 0))
        }
        _ => Ok(false),
    }
}

/// How long the ID3v2 tag is that a file begins with, in bytes.
fn tag_length(head: &[u8]) -> Option<u64> {
    let [b'I', b'D', b'3', _, _, flags, sizes @ ..] = head else { return None };
    let size = sizes.get(..4)?.iter().try_fold(0_u64, |sum, byte| (*byte < 0x80).then_some((sum << 7) | u64::from(*byte)))?;
    Some(10 + size + if flags & 0x10 == 0 { 0 } else { 10 })
}

/// The kind by the first bytes.
///
/// # Errors
/// As [`file`].
pub fn recognise(head: &[u8]) -> Result<Kind, Problem> {
    if head.is_empty() {
        return Err(Problem::Empty);
    }
    known(head).ok_or_else(|| instead(head))
}

fn known(head: &[u8]) -> Option<Kind> {
    let at = |place: usize, what: &[u8]| head.get(place..place + what.len()) == Some(what);
    match head {
        _ if (at(0, b"RIFF") || at(0, b"RF64") || at(0, b"BW64")) && at(8, b"WAVE") => Some(kind("audio/wav", "wav")),
        _ if at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) => Some(kind("audio/aiff", "aiff")),
        _ if at(0, b"fLaC") => Some(kind("audio/flac", "flac")),
        _ if at(0, b"OggS") => Some(kind("audio/ogg", "ogg")),
        _ if at(4, b"ftyp") && !(at(8, b"avif") || at(8, b"heic") || at(8, b"mif1") || at(8, b"crx ")) => Some(kind("audio/mp4", "mov")),
        _ if at(0, b"ADIF") || frame(head, 0xF6, 0xF0) => Some(kind("audio/aac", "aac")),
        _ => {
            // Some encoders leave zeros before the first frame.
            let start = head.iter().position(|byte| *byte != 0)?;
            (start < HEAD / 2 && frame(&head[start..], 0xE6, 0xE2)).then_some(kind("audio/mpeg", "mp3"))
        }
    }
}

/// Whether it begins with a frame of MPEG audio whose second byte has these bits.
fn frame(head: &[u8], mask: u8, bits: u8) -> bool {
    head.len() > 3 && head[0] == 0xFF && head[1] & mask == bits
}

/// What it is, since it is not audio that is taken.
fn instead(head: &[u8]) -> Problem {
    const OTHER_AUDIO: &[&[u8]] = &[
        b"wvpk",
        b"MAC ",
        b"DSD ",
        b"FRM8",
        b"caff",
        b"TTA1",
        b".snd",
        b"riff",
        b"#!AMR",
        b"MThd",
        b"MPCK",
        b"MP+",
        b"OFR ",
        b"tBaK",
        b"\x30\x26\xB2\x75\x8E\x66\xCF\x11",
    ];
    if OTHER_AUDIO.iter().any(|start| head.starts_with(start)) {
        return Problem::Unsupported;
    }
    let start = String::from_utf8_lossy(&head[..head.len().min(512)]).trim_start_matches('\u{feff}').trim_start().to_lowercase();
    if ["#extm3u", "[playlist]", "ffconcat", "<asx", "<smil", "[reference]", "http://", "https://", "file://"]
        .iter()
        .any(|text| start.starts_with(text))
        || start.starts_with("<?xml") && ["<playlist", "<mpd", "<smil", "<asx"].iter().any(|text| start.contains(text))
    {
        return Problem::Playlist;
    }
    match infer::get(head).filter(|kind| kind.mime_type() != "application/pdf").map(|kind| kind.matcher_type()) {
        Some(MatcherType::Audio) => Problem::Unsupported,
        Some(MatcherType::Video) => Problem::Video,
        Some(MatcherType::Image) => Problem::Picture,
        Some(MatcherType::Archive) => Problem::Archive,
        _ => Problem::NotAudio,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(head in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _any = recognise(&head);
            let _any = tag_length(&head);
        }
    }

    #[test]
    fn what_it_is_instead_is_told() {
        let webm = [&b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"[..], &[0; 256]].concat();
        for (head, problem) in [
            (&b""[..], Problem::Empty),
            (b"#EXTM3U\nhttp://10.0.0.1/", Problem::Playlist),
            (b"ffconcat version 1.0\nfile /etc/passwd", Problem::Playlist),
            (b"PK\x03\x04\x14\0\0\0", Problem::Archive),
            (b"\x89PNG\r\n\x1a\n\0\0", Problem::Picture),
            (&webm, Problem::Video),
            (b"wvpk\0\0\0\0", Problem::Unsupported),
            (b"MThd\0\0\0\x06", Problem::Unsupported),
            (b"<html><body>", Problem::NotAudio),
            (b"%PDF-1.7", Problem::NotAudio),
        ] {
            assert_eq!(recognise(head).err(), Some(problem), "{}", String::from_utf8_lossy(head));
        }
    }
}
