//! WAV files, 16 or 24 bits, stereo, written as the music comes.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::mixer::Score;
use super::rng::Rng;

/// Plays a score into a WAV file of `bits` (16 or 24) a sample; 16 bits are dithered.
pub fn write_wav(score: &Score, path: &Path, bits: u16) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 18, File::create(path)?);
    let frame_bytes = u32::from(bits / 8) * 2;
    let data = score.length * frame_bytes;
    out.write_all(b"RIFF")?;
    out.write_all(&(36 + data).to_le_bytes())?;
    out.write_all(b"WAVEfmt ")?;
    out.write_all(&16u32.to_le_bytes())?;
    out.write_all(&1u16.to_le_bytes())?;
    out.write_all(&2u16.to_le_bytes())?;
    out.write_all(&44_100u32.to_le_bytes())?;
    out.write_all(&(44_100 * frame_bytes).to_le_bytes())?;
    out.write_all(&(bits / 8 * 2).to_le_bytes())?;
    out.write_all(&bits.to_le_bytes())?;
    out.write_all(b"data")?;
    out.write_all(&data.to_le_bytes())?;
    let mut noise = Rng::new(score.seed);
    for block in score.perform() {
        for frame in block {
            for value in frame {
                if bits == 24 {
                    let sample = (value * 8_388_607.0) as i32;
                    out.write_all(&sample.to_le_bytes()[..3])?;
                } else {
                    let dither = noise.unit() - noise.unit();
                    let sample = (value * 32_767.0 + dither).round() as i16;
                    out.write_all(&sample.to_le_bytes())?;
                }
            }
        }
    }
    out.flush()
}
