//! The picture of a track: 400 peaks, one byte each, from decoded sound that is streamed by.

/// How many peaks a waveform has.
pub const PEAKS: usize = 400;
/// Samples per second of what is measured.
pub const RATE: usize = 8_000;
/// Samples under one fine peak: ten milliseconds.
const FINE: usize = RATE / 100;

/// Collects peaks from mono 16-bit samples; four hours take 3 MB.
#[derive(Debug, Default)]
pub struct Peaks {
    fine: Vec<u16>,
    in_fine: usize,
    loudest: u16,
    samples: usize,
    odd_byte: Option<u8>,
}

impl Peaks {
    /// Takes the next bytes, little-endian samples, cut anywhere.
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut bytes = bytes.iter().copied();
        while let Some(low) = self.odd_byte.take().or_else(|| bytes.next()) {
            let Some(high) = bytes.next() else {
                self.odd_byte = Some(low);
                return;
            };
            self.sample(i16::from_le_bytes([low, high]));
        }
    }

    fn sample(&mut self, sample: i16) {
        self.loudest = self.loudest.max(sample.unsigned_abs());
        self.samples += 1;
        self.in_fine += 1;
        if self.in_fine == FINE {
            self.fine.push(self.loudest);
            self.loudest = 0;
            self.in_fine = 0;
        }
    }

    /// How long the sound was, in milliseconds.
    pub fn duration_ms(&self) -> i64 {
        i64::try_from(self.samples * 1_000 / RATE).unwrap_or(i64::MAX)
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
    fn bytes_may_be_cut_anywhere() {
        let samples: Vec<u8> = (0..40_000_i32).flat_map(|n| i16::try_from(n * 7 % 20_000).unwrap().to_le_bytes()).collect();
        let (mut whole, mut pieces) = (Peaks::default(), Peaks::default());
        whole.feed(&samples);
        samples.chunks(333).for_each(|piece| pieces.feed(piece));
        assert_eq!(whole.duration_ms(), 5_000);
        assert_eq!(whole.finish(), pieces.finish());
    }

    #[test]
    fn silence_is_flat_and_the_loudest_is_full() {
        let mut silence = Peaks::default();
        silence.feed(&[0; 16_000]);
        assert_eq!(silence.finish(), vec![0; PEAKS]);
        let mut click = Peaks::default();
        click.feed(&[0; 16_000]);
        click.feed(&1_000_i16.to_le_bytes());
        let peaks = click.finish();
        assert_eq!((peaks.len(), peaks.last()), (PEAKS, Some(&255)));
    }
}
