//! Listening to a whole file without keeping anything of it: how long it really is, whether it is silent, whether it
//! breaks off or is damaged.

use super::{
    limits::tool,
    probe::{Probed, Problem, check_length, file_url},
};
use std::{path::Path, process::Stdio, time::Duration};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Samples per second that are enough to hear whether there is something.
const RATE: usize = 8_000;
/// Samples no louder than this are silence, as dither is.
pub const SILENCE: u16 = 3;

/// What was heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Listened {
    pub milliseconds: i64,
    /// The loudest sample of all channels.
    pub peak: u16,
    /// Whether the end was reached within the time.
    pub whole: bool,
    /// Whether the decoder complained.
    pub complaints: bool,
}

impl Listened {
    /// Whether what was heard is what the file says it is.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn judge(&self, probed: &Probed) -> Result<(), Problem> {
        if self.milliseconds == 0 {
            return Err(Problem::Damaged);
        }
        // A file that breaks off says in its head how long it should be; an estimate says nothing.
        let missing = probed.duration_ms - self.milliseconds;
        if missing > (probed.duration_ms / 50).clamp(250, 2_000) && (probed.sure || self.complaints) {
            return Err(Problem::Truncated);
        }
        // Lossless files have checksums, so that a complaint is a fault that can be heard; others are often a little off.
        if self.complaints && probed.lossless() {
            return Err(Problem::Damaged);
        }
        check_length(self.milliseconds)?;
        if self.peak <= SILENCE { Err(Problem::Silent) } else { Ok(()) }
    }
}

/// Listens for at most `time`.
///
/// # Errors
/// When ffmpeg can't be run.
pub async fn to(path: &Path, probed: &Probed, time: Duration) -> Result<Listened, Problem> {
    let mut child = tool("ffmpeg", time.as_secs() * 2)
        .args([
            "-hide_banner",
            "-nostdin",
            "-nostats",
            "-v",
            "error",
            "-protocol_whitelist",
            "file,pipe",
            "-err_detect",
            "crccheck",
            "-f",
            probed.demuxer,
            "-i",
        ])
        .arg(file_url(path))
        .args(["-map", "0:a:0", "-ar", &RATE.to_string(), "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Problem::of_tool(&error))?;
    let (Some(sound), Some(log)) = (child.stdout.take(), child.stderr.take()) else { return Err(Problem::Internal) };
    let frame = 2 * usize::try_from(probed.channels.unwrap_or(1)).unwrap_or(1);
    let mut heard = Listened::default();
    let listening = async {
        let (sound, complaints) = tokio::join!(hear(sound, frame, &mut heard), any(log));
        sound?;
        heard.complaints = complaints? | !child.wait().await?.success();
        heard.whole = true;
        std::io::Result::Ok(())
    };
    match tokio::time::timeout(time, listening).await {
        Ok(done) => done?,
        Err(_) => tracing::debug!("not heard to the end in {time:?}"),
    }
    Ok(heard)
}

async fn hear(mut sound: impl AsyncRead + Unpin, frame: usize, heard: &mut Listened) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    let (mut bytes, mut low) = (0_usize, None);
    loop {
        let count = sound.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        for byte in &buffer[..count] {
            match low.take() {
                None => low = Some(*byte),
                Some(low) => heard.peak = heard.peak.max(i16::from_le_bytes([low, *byte]).unsigned_abs()),
            }
        }
        bytes += count;
        heard.milliseconds = i64::try_from(bytes / frame * 1_000 / RATE).unwrap_or(i64::MAX);
    }
}

/// Whether anything is said; it is read to its end.
async fn any(mut log: impl AsyncRead + Unpin) -> std::io::Result<bool> {
    let mut buffer = vec![0; 4 * 1024];
    let mut said = false;
    loop {
        match log.read(&mut buffer).await? {
            0 => return Ok(said),
            _ => said = true,
        }
    }
}
