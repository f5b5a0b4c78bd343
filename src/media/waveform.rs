//! The picture of a track: 400 peaks, one byte each, from decoded sound that is streamed by.

use super::hearing::RATE;

/// How many peaks a waveform has.
pub const PEAKS: usize = 400;
/// Frames under one fine peak: ten milliseconds.
const FINE: usize = RATE / 100;

/// Collects peaks from stereo samples; four hours take 3 MB.
#[derive(Debug, Default)]
pub struct Peaks {
    fine: Vec<u16>,
    in_fine: usize,
    loudest: u16,
    frames: usize,
}

impl Peaks {
    /// Takes the next frame. The louder channel counts, for what stands in opposite phase would vanish in a sum.
    pub fn frame(&mut self, left: i16, right: i16) {
        self.loudest = self.loudest.max(left.unsigned_abs()).max(right.unsigned_abs());
        self.frames += 1;
        self.in_fine += 1;
        if self.in_fine == FINE {
            self.fine.push(self.loudest);
            self.loudest = 0;
            self.in_fine = 0;
        }
    }

    /// How long the sound was, in milliseconds.
    pub fn duration_ms(&self) -> i64 {
        i64::try_from(self.frames * 1_000 / RATE).unwrap_or(i64::MAX)
    }

    /// The loudest sample.
    pub fn peak(&self) -> u16 {
        self.fine.iter().copied().max().unwrap_or(0).max(self.loudest)
    }

    /// The waveform; its highest peak is 255, silence is all zeros.
    pub fn finish(mut self) -> Vec<u8> {
        if self.in_fine > 0 {
            self.fine.push(self.loudest);
        }
        let highest = u32::from(self.fine.iter().copied().max().unwrap_or(0)).max(1);
        let length = self.fine.len();
        (0..PEAKS)
            .map(|peak| {
                let from = peak * length / PEAKS;
                let to = ((peak + 1) * length / PEAKS).max(from + 1).min(length);
                let loudest = self.fine.get(from..to).and_then(|part| part.iter().max()).copied().unwrap_or(0);
                u8::try_from(u32::from(loudest) * 255 / highest).unwrap_or(u8::MAX)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_flat_and_the_loudest_is_full() {
        let mut silence = Peaks::default();
        (0..RATE).for_each(|_| silence.frame(0, 0));
        assert_eq!((silence.duration_ms(), silence.peak()), (1_000, 0));
        assert_eq!(silence.finish(), vec![0; PEAKS]);
        let mut click = Peaks::default();
        (0..RATE).for_each(|_| click.frame(0, 0));
        click.frame(1_000, -1_000);
        assert_eq!(click.peak(), 1_000);
        let peaks = click.finish();
        assert_eq!((peaks.len(), peaks.last()), (PEAKS, Some(&255)));
    }
}
