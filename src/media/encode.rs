//! One run of ffmpeg that decodes an original once for everything: the files to listen to, loudness and true peak
//! (EBU R 128), and the samples that the waveform, the tempo and the key are found in.

use super::{
    hearing::{self, Heard, Hearing},
    limits::tool,
    listen::{Listened, SILENCE},
    probe::{LONGEST_MS, Probed, Problem, file_url},
    renditions::Quality,
    waveform::Peaks,
};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// How much of what ffmpeg says is kept, in bytes: of its beginning, and of its end.
const LOG_HEAD: usize = 16 * 1024;
const LOG_TAIL: usize = 16 * 1024;

/// A file that was made, not yet under its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    pub quality: Quality,
    /// In Hz.
    pub sample_rate: i32,
    /// In samples, as in [`super::renditions::Rendition`].
    pub encoder_delay: i32,
    pub padding: i32,
    pub samples: i64,
}

/// What came out of a run.
#[derive(Debug)]
pub struct Run {
    pub duration_ms: i64,
    /// Hundredths of LUFS; nothing for what is too quiet to be measured.
    pub loudness: Option<i32>,
    /// Hundredths of dBTP.
    pub true_peak: Option<i32>,
    pub waveform: Vec<u8>,
    pub heard: Heard,
    /// In the order of what was wanted.
    pub files: Vec<Encoded>,
}

/// How long a run may take: a quarter of the music's length, and some minutes.
pub fn time_limit(probed: &Probed) -> Duration {
    Duration::from_secs(300 + probed.duration_ms.unsigned_abs() / 4_000)
}

/// Makes these files at these paths.
///
/// # Errors
/// What is wrong with the original, or with us.
pub async fn run(source: &Path, probed: &Probed, wanted: &[(Quality, PathBuf)]) -> Result<Run, Problem> {
    let limit = time_limit(probed);
    // One second beyond what is allowed is enough to know, whatever its head says.
    let longest = (LONGEST_MS / 1_000 + 1).to_string();
    let mut command = tool("ffmpeg", limit.as_secs() * 2);
    command
        .args(["-hide_banner", "-nostdin", "-nostats", "-v", "verbose", "-protocol_whitelist", "file,pipe", "-err_detect", "crccheck"])
        .args(["-f", probed.demuxer, "-i"])
        .arg(file_url(source));
    for (quality, path) in wanted {
        command.args(["-t", &longest, "-map", "0:a:0", "-vn", "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"]);
        command.args(options(*quality, probed)).arg(file_url(path));
    }
    let mut child = command
        .args(["-t", &longest, "-map", "0:a:0", "-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"])
        .args(["-t", &longest, "-map", "0:a:0", "-ac", "2", "-ar", &hearing::RATE.to_string(), "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Problem::of_tool(&error))?;
    let (Some(sound), Some(log)) = (child.stdout.take(), child.stderr.take()) else { return Err(Problem::Internal) };
    let work = async { tokio::join!(hear(sound), read(log), child.wait()) };
    let (heard, log, status) = tokio::time::timeout(limit, work).await.map_err(|_| Problem::TimedOut)?;
    let ((peaks, heard), log) = (heard?, log?);
    if !status?.success() {
        tracing::warn!("ffmpeg gave up: {}", log.lines().last().unwrap_or_default());
        return Err(if log.contains("No space left on device") { Problem::StorageFull } else { Problem::Damaged });
    }
    let listened = Listened {
        milliseconds: peaks.duration_ms(),
        peak: peaks.peak().max(SILENCE),
        whole: true,
        complaints: log
            .lines()
            .any(|line| ["Invalid data found", "CRC error", "invalid sync code", "Error while decoding"].iter().any(|what| line.contains(what))),
    };
    listened.judge(probed)?;
    if peaks.peak() <= SILENCE {
        return Err(Problem::Silent);
    }
    let summary = log.rsplit_once("Summary:").map_or("", |(_, summary)| summary);
    let files = wanted
        .iter()
        .enumerate()
        .map(|(index, (quality, _))| counted(&log, index, *quality, probed).ok_or(Problem::Internal))
        .collect::<Result<_, _>>()?;
    Ok(Run {
        duration_ms: peaks.duration_ms(),
        loudness: figure(summary, "I:").filter(|lufs| *lufs > -7_000),
        true_peak: figure(summary, "Peak:"),
        waveform: peaks.finish(),
        heard,
        files,
    })
}

/// The rate that AAC gets, in Hz: the original's, or a half or quarter of it.
fn aac_rate(probed: &Probed) -> i64 {
    match probed.sample_rate.unwrap_or(44_100) {
        rate @ (32_000 | 44_100 | 48_000) => rate,
        88_200 | 176_400 | 22_050 | 11_025 => 44_100,
        _ => 48_000,
    }
}

fn options(quality: Quality, probed: &Probed) -> Vec<String> {
    let text = match quality {
        Quality::Aac128 => format!("-c:a aac -b:a 128k -ac 2 -ar {} -movflags +faststart -f ipod", aac_rate(probed)),
        Quality::Aac256 => format!("-c:a aac -b:a 256k -ac 2 -ar {} -movflags +faststart -f ipod", aac_rate(probed)),
        // WebM and not Ogg, because Media Source Extensions take it; the index comes first, as it does with faststart.
        // The encoder's delay is 6.5 ms and WebM counts whole ones: every packet but the first would stand half a
        // millisecond late, rounded to a whole one, and a player that cuts by time would cut 48 samples of music.
        Quality::Opus96 | Quality::Opus160 => {
            let bitrate = if quality == Quality::Opus96 { "96k" } else { "160k" };
            format!("-c:a libopus -b:a {bitrate} -ac 2 -ar 48000 -bsf:a setts=pts=PTS-gt(N\\,0):dts=DTS-gt(N\\,0) -f webm -cues_to_front 1")
        }
        Quality::Flac => {
            let depth = if probed.bits.is_some_and(|bits| bits > 16) { "s32" } else { "s16" };
            let channels = if probed.channels.is_some_and(|channels| channels > 2) { "-ac 2 " } else { "" };
            format!("-c:a flac -compression_level 8 {channels}-sample_fmt {depth} -f flac")
        }
    };
    text.split(' ').map(str::to_owned).collect()
}

/// How many samples the encoder got, and what it put around them, from what ffmpeg says of each output.
fn counted(log: &str, index: usize, quality: Quality, probed: &Probed) -> Option<Encoded> {
    let number = |text: &str| text.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse::<i64>().ok());
    // "Output stream #0:0 (audio): 307 frames encoded (314124 samples); 308 packets muxed (114206 bytes);"
    let totals = log.lines().find_map(|line| line.trim().strip_prefix(&format!("Output stream #{index}:0 (audio): ")))?;
    let samples = number(totals.split_once("frames encoded (")?.1)?;
    let packets = number(totals.split_once("samples); ")?.1)?;
    // "Stream #0:0: Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, stereo, fltp, delay 1024, 128 kb/s"
    let stream = format!("Stream #{index}:0: Audio: ");
    let delay = || log.lines().rev().find(|line| line.contains(&stream))?.split_once(", delay ").and_then(|(_, rest)| number(rest));
    let (rate, delay, packet) = match quality {
        Quality::Aac128 | Quality::Aac256 => (aac_rate(probed), delay()?, 1_024),
        Quality::Opus96 | Quality::Opus160 => (48_000, delay()?, 960),
        Quality::Flac => (probed.sample_rate?, 0, 0),
    };
    let padding = if packet == 0 { 0 } else { (packets * packet - delay - samples).max(0) };
    Some(Encoded {
        quality,
        sample_rate: i32::try_from(rate).ok()?,
        encoder_delay: i32::try_from(delay).ok()?,
        padding: i32::try_from(padding).ok()?,
        samples,
    })
}

async fn hear(mut sound: impl AsyncRead + Unpin) -> std::io::Result<(Peaks, Heard)> {
    let (mut peaks, mut hearing) = (Peaks::default(), Hearing::default());
    let mut buffer = vec![0; 64 * 1024];
    let mut kept = 0;
    loop {
        let count = sound.read(&mut buffer[kept..]).await?;
        if count == 0 {
            return Ok((peaks, tokio::task::spawn_blocking(|| hearing.finish()).await.unwrap_or_default()));
        }
        let there = kept + count;
        // Frames of two samples, cut anywhere.
        let whole = there - there % 4;
        for frame in buffer[..whole].as_chunks::<4>().0 {
            let (left, right) = (i16::from_le_bytes([frame[0], frame[1]]), i16::from_le_bytes([frame[2], frame[3]]));
            peaks.frame(left, right);
            hearing.sample(i16::midpoint(left, right));
        }
        buffer.copy_within(whole..there, 0);
        kept = there - whole;
    }
}

/// What ffmpeg says, without the loudness of every tenth of a second: its beginning and its end.
async fn read(log: impl AsyncRead + Unpin) -> std::io::Result<String> {
    let (mut head, mut tail) = (String::new(), String::new());
    let mut lines = BufReader::new(log);
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line without an end must not fill the memory.
        if (&mut lines).take(8 * 1024).read_until(b'\n', &mut line).await? == 0 {
            return Ok(head + &tail);
        }
        let text = String::from_utf8_lossy(&line);
        if text.contains(" TARGET:") {
            continue;
        }
        if head.len() < LOG_HEAD {
            head.push_str(&text);
        } else {
            tail.push_str(&text);
            if tail.len() > 2 * LOG_TAIL {
                let cut = (tail.len() - LOG_TAIL..tail.len()).find(|place| tail.is_char_boundary(*place)).unwrap_or(tail.len());
                tail.drain(..cut);
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
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_the_summary() {
        let summary = "\n  Integrated loudness:\n    I:         -23.4 LUFS\n  True peak:\n    Peak:        0.2 dBFS\n";
        assert_eq!((figure(summary, "I:"), figure(summary, "Peak:")), (Some(-2_340), Some(20)));
        assert_eq!(figure("Peak: -inf dBFS", "Peak:"), None);
        assert_eq!(figure("I: -0.3 LUFS", "I:"), Some(-30));
    }

    #[tokio::test]
    async fn a_chatty_tool_does_not_fill_the_memory() {
        let log: Vec<u8> =
            std::iter::repeat_n(b"some complaint about some frame\n".as_slice(), 100_000).flatten().copied().chain(*b"the end\n").collect();
        let kept = read(log.as_slice()).await.unwrap();
        assert!(kept.len() < LOG_HEAD + 3 * LOG_TAIL && kept.ends_with("the end\n"), "{}", kept.len());
    }
}
