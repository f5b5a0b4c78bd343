//! Tempo and key of what is listened to, from mono samples that stream by: a few megabytes for four hours.
//!
//! Tempo: the strength of onsets over time (rises of logarithmic energy in bands) against itself, shifted; the beat is
//! the period whose multiples agree best. Key: spectral peaks folded into pitch classes, after the tuning is found,
//! compared with the profiles of the 24 keys. Both stay silent where nothing stands out.
//!
//! Our own and not a library's: stratum-dsp found the key of a fifth and the tempo of a half of the demo music, whose
//! answers are known; bliss-audio, aubio and essentia are copyleft.

// Samples, bins and lags go between floats and whole numbers all the time; all are small and checked by their ranges.
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};
use std::sync::Arc;

/// Samples per second of what is listened to.
pub const RATE: usize = 11_025;

/// Samples between two values of the onset curve, and under one.
const HOP: usize = 128;
const SHORT: usize = 512;
/// Samples under one look at the pitches, and between two.
const LONG: usize = 8_192;
const LONG_HOP: usize = 4_096;
/// Bands in which onsets are looked for.
const BANDS: usize = 24;
/// Steps of the pitch histogram in a semitone: ten cents each.
const FINE: i32 = 10;
/// Parts of an octave that are told apart.
const PARTS: usize = 120;
/// Values of the onset curve per second.
const CURVE_RATE: f64 = RATE as f64 / HOP as f64;

/// What was heard.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// Beats a minute.
    pub bpm: Option<f64>,
    /// Such as `F#m`.
    pub key: Option<&'static str>,
}

/// Listens.
pub struct Hearing {
    recent: Vec<f32>,
    count: usize,
    short: Arc<dyn RealToComplex<f32>>,
    long: Arc<dyn RealToComplex<f32>>,
    short_window: Vec<f32>,
    long_window: Vec<f32>,
    band_of: Vec<usize>,
    /// Of the last frame but one, and of the last one.
    before: [Vec<f32>; 2],
    curve: Vec<f32>,
    pitches: Vec<f64>,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<f32>,
}

fn window(length: usize) -> Vec<f32> {
    (0..length).map(|n| 0.5 - 0.5 * (std::f32::consts::TAU * n as f32 / length as f32).cos()).collect()
}

impl Default for Hearing {
    fn default() -> Self {
        let mut planner = RealFftPlanner::<f32>::new();
        // Bands of equal width on a logarithmic scale, from 40 Hz up.
        let bins = SHORT / 2 + 1;
        let band_of = (0..bins)
            .map(|bin| {
                let hertz = (bin as f32 * RATE as f32 / SHORT as f32).max(40.0);
                let place = (hertz / 40.0).log2() / (RATE as f32 / 80.0).log2();
                ((place * BANDS as f32) as usize).min(BANDS - 1)
            })
            .collect();
        Self {
            recent: Vec::with_capacity(4 * LONG),
            count: 0,
            short: planner.plan_fft_forward(SHORT),
            long: planner.plan_fft_forward(LONG),
            short_window: window(SHORT),
            long_window: window(LONG),
            band_of,
            before: [vec![0.0; BANDS], vec![0.0; BANDS]],
            curve: Vec::new(),
            pitches: vec![0.0; PARTS],
            spectrum: Vec::new(),
            scratch: Vec::new(),
        }
    }
}

impl Hearing {
    /// Takes the next sample.
    pub fn sample(&mut self, sample: i16) {
        self.recent.push(f32::from(sample) / 32_768.0);
        self.count += 1;
        if self.recent.len() >= SHORT && self.count.is_multiple_of(HOP) {
            self.onset();
        }
        if self.recent.len() >= LONG && self.count.is_multiple_of(LONG_HOP) {
            self.pitch();
        }
        if self.recent.len() >= 4 * LONG {
            self.recent.drain(..3 * LONG);
        }
    }

    /// The spectrum of the last samples.
    fn transform(&mut self, length: usize) -> bool {
        let (fft, window) = if length == SHORT { (&self.short, &self.short_window) } else { (&self.long, &self.long_window) };
        self.scratch.clear();
        self.scratch.extend(self.recent[self.recent.len() - length..].iter().zip(window).map(|(sample, weight)| sample * weight));
        self.spectrum.resize(length / 2 + 1, Complex::default());
        fft.process(&mut self.scratch, &mut self.spectrum).is_ok()
    }

    fn onset(&mut self) {
        if !self.transform(SHORT) {
            return;
        }
        let mut bands = vec![0.0_f32; BANDS];
        for (bin, band) in self.spectrum.iter().zip(&self.band_of) {
            bands[*band] += bin.norm_sqr();
        }
        for band in &mut bands {
            *band = (1.0 + 10.0 * *band).ln();
        }
        self.curve.push(bands.iter().zip(&self.before[0]).map(|(now, then)| (now - then).max(0.0)).sum());
        self.before.swap(0, 1);
        self.before[1] = bands;
    }

    fn pitch(&mut self) {
        if !self.transform(LONG) {
            return;
        }
        let magnitudes: Vec<f32> = self.spectrum.iter().map(|bin| bin.norm()).collect();
        let hertz_per_bin = RATE as f32 / LONG as f32;
        let (from, to) = ((60.0 / hertz_per_bin) as usize, (2_000.0 / hertz_per_bin) as usize);
        let loudest = magnitudes[from..to].iter().copied().fold(0.0_f32, f32::max);
        // Quieter than -80 dBFS there is no music.
        if loudest < 1e-4 * LONG as f32 / 4.0 {
            return;
        }
        for bin in from..to {
            let (left, here, right) = (magnitudes[bin - 1], magnitudes[bin], magnitudes[bin + 1]);
            if here < loudest * 0.01 || here <= left || here < right {
                continue;
            }
            // The top of a parabola through the logarithms lies between the bins.
            let (a, b, c) = (left.max(1e-9).ln(), here.ln(), right.max(1e-9).ln());
            let bend = a - 2.0 * b + c;
            let shift = if bend.abs() > 1e-6 { (0.5 * (a - c) / bend).clamp(-0.5, 0.5) } else { 0.0 };
            let hertz = (bin as f32 + shift) * hertz_per_bin;
            let steps = 12.0 * FINE as f32 * (hertz / 261.625_56).log2();
            let step = (steps.round() as i32).rem_euclid(12 * FINE) as usize;
            self.pitches[step] += f64::from((here / loudest).sqrt());
        }
    }

    /// What was heard in all.
    pub fn finish(self) -> Heard {
        Heard { bpm: tempo(&self.curve), key: key(&self.pitches) }
    }
}

/// The onset curve against itself: for every shift up to `most` values, 1 at most.
fn autocorrelation(curve: &[f32], most: usize) -> Vec<f64> {
    // Against slow changes of loudness: only what rises above its surroundings of a second counts.
    let around = CURVE_RATE as usize;
    let mut sums = vec![0.0_f64];
    for value in curve {
        sums.push(sums[sums.len() - 1] + f64::from(*value));
    }
    let mut sharp: Vec<f32> = (0..curve.len())
        .map(|n| {
            let (from, to) = (n.saturating_sub(around / 2), (n + around / 2 + 1).min(curve.len()));
            let mean = (sums[to] - sums[from]) / (to - from) as f64;
            (f64::from(curve[n]) - mean).max(0.0) as f32
        })
        .collect();
    let mean = sharp.iter().map(|value| f64::from(*value)).sum::<f64>() / sharp.len().max(1) as f64;
    sharp.iter_mut().for_each(|value| *value -= mean as f32);

    let length = (sharp.len() + most + 1).next_power_of_two();
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, backward) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
    let count = sharp.len();
    sharp.resize(length, 0.0);
    let mut spectrum = forward.make_output_vec();
    if forward.process(&mut sharp, &mut spectrum).is_err() {
        return Vec::new();
    }
    spectrum.iter_mut().for_each(|bin| *bin = Complex::new(bin.norm_sqr(), 0.0));
    if backward.process(&mut spectrum, &mut sharp).is_err() {
        return Vec::new();
    }
    let whole = f64::from(sharp[0]).max(1e-12);
    (0..=most.min(count.saturating_sub(1))).map(|shift| f64::from(sharp[shift]) / whole * count as f64 / (count - shift) as f64).collect()
}

/// Between two shifts, on a line.
fn between(list: &[f64], place: f64) -> Option<f64> {
    let left = place.floor();
    let (a, b) = (list.get(left as usize)?, list.get(left as usize + 1)?);
    Some(a + (b - a) * (place - left))
}

/// How well the multiples of a beat agree.
fn agreement(list: &[f64], bpm: f64, beats: usize) -> f64 {
    let period = 60.0 / bpm * CURVE_RATE;
    let (mut sum, mut weights) = (0.0, 0.0);
    for beat in 1..=beats {
        let Some(value) = between(list, period * beat as f64) else { break };
        let weight = 1.0 / (beat as f64).sqrt();
        sum += value * weight;
        weights += weight;
    }
    if weights > 0.0 { sum / weights } else { 0.0 }
}

/// The tempo between 50 and 200 beats a minute that the onsets agree on.
fn tempo(curve: &[f32]) -> Option<f64> {
    // Six seconds at least.
    if curve.len() < (6.0 * CURVE_RATE) as usize {
        return None;
    }
    let list = autocorrelation(curve, (20.0 * CURVE_RATE) as usize);
    // People tap along at about two beats a second, rarely at half or twice that.
    let liking = |bpm: f64| (-0.5 * ((bpm / 115.0).log2() / 0.6).powi(2)).exp();
    let steps = 600;
    let candidates = (0..=steps).map(|n| 50.0 * 4.0_f64.powf(f64::from(n) / f64::from(steps)));
    let (rough, _) = candidates.map(|bpm| (bpm, agreement(&list, bpm, 8) * liking(bpm))).max_by(|a, b| a.1.total_cmp(&b.1))?;
    // Long shifts tell the tempo more exactly.
    let fine = (-40..=40).map(|n| rough * (1.0 + f64::from(n) * 0.000_5));
    let (bpm, strength) = fine.map(|bpm| (bpm, agreement(&list, bpm, 16))).max_by(|a, b| a.1.total_cmp(&b.1))?;
    (strength > 0.04).then_some(bpm)
}

/// How often the pitch classes above the tonic sound in music of a major and a minor key: Albrecht and Shanahan's
/// counts of common-practice pieces (2013).
const MAJOR: [f64; 12] = [0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081];
const MINOR: [f64; 12] = [0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052];
const MAJOR_NAMES: [&str; 12] = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
const MINOR_NAMES: [&str; 12] = ["Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm"];

/// The pitch classes, after the instrument's own tuning was found.
fn classes(pitches: &[f64]) -> [f64; 12] {
    let at = |tuning: i32, class: i32, off: i32| pitches[(class * FINE + tuning + off).rem_euclid(12 * FINE) as usize];
    // In tune, most of it lies within fifteen cents of the semitones.
    let in_tune = |tuning: i32| (0..12).map(|class| (-1..=1).map(|off| at(tuning, class, off)).sum::<f64>()).sum::<f64>();
    let half = FINE / 2;
    let tuning = (1 - half..=half).max_by(|a, b| in_tune(*a).total_cmp(&in_tune(*b))).unwrap_or(0);
    let mut found = [0.0; 12];
    for (class, sum) in (0..).zip(&mut found) {
        *sum = (-3..=3).map(|off| at(tuning, class, off)).sum();
    }
    found
}

fn correlation(a: &[f64; 12], b: &[f64; 12], turned: usize) -> f64 {
    let mean = |list: &[f64; 12]| list.iter().sum::<f64>() / 12.0;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut both, mut square_a, mut square_b) = (0.0, 0.0, 0.0);
    for n in 0..12 {
        let (x, y) = (a[(n + turned) % 12] - mean_a, b[n] - mean_b);
        both += x * y;
        square_a += x * x;
        square_b += y * y;
    }
    both / (square_a * square_b).sqrt().max(1e-12)
}

/// The key whose profile is nearest, when one is near at all.
fn key(pitches: &[f64]) -> Option<&'static str> {
    if pitches.iter().sum::<f64>() < 1.0 {
        return None;
    }
    let found = classes(pitches);
    let all = (0..12).flat_map(|tonic| [(tonic, MAJOR, MAJOR_NAMES[tonic]), (tonic, MINOR, MINOR_NAMES[tonic])]);
    let (fit, name) = all.map(|(tonic, profile, name)| (correlation(&found, &profile, tonic), name)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (fit > 0.5).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(seconds: usize, sound: impl Fn(f64) -> f64) -> Heard {
        let mut hearing = Hearing::default();
        for n in 0..seconds * RATE {
            hearing.sample((sound(n as f64 / RATE as f64) * 20_000.0) as i16);
        }
        hearing.finish()
    }

    /// Short decaying notes, one a beat, from this list of MIDI numbers in turn.
    fn plucked(bpm: f64, notes: &'static [f64], tuning: f64) -> impl Fn(f64) -> f64 {
        move |time| {
            let beat = time * bpm / 60.0;
            let note = notes[beat as usize % notes.len()];
            let hertz = tuning * 2.0_f64.powf((note - 69.0) / 12.0);
            let since = beat.fract() * 60.0 / bpm;
            (1..=4).map(|n| (std::f64::consts::TAU * hertz * f64::from(n) * time).sin() / f64::from(n * n)).sum::<f64>() * (-since * 6.0).exp() * 0.6
        }
    }

    #[test]
    fn a_scale_in_a_major_at_128_is_heard_as_that_in_any_tuning() {
        const A_MAJOR: &[f64] = &[57.0, 61.0, 64.0, 69.0, 62.0, 66.0, 69.0, 57.0, 64.0, 68.0, 71.0, 64.0, 57.0, 61.0, 64.0, 57.0];
        for tuning in [440.0, 432.0, 445.0] {
            let heard = heard(30, plucked(128.0, A_MAJOR, tuning));
            assert_eq!(heard.key, Some("A"), "{tuning}");
            assert!(heard.bpm.is_some_and(|bpm| (bpm - 128.0).abs() < 0.5), "{heard:?}");
        }
    }

    #[test]
    fn silence_noise_and_single_tones_have_no_tempo() {
        assert_eq!(heard(12, |_| 0.0), Heard::default());
        assert_eq!(heard(12, |time| (time * 440.0 * std::f64::consts::TAU).sin()).bpm, None);
        let mut state = 1_u64;
        let mut hearing = Hearing::default();
        for _ in 0..20 * RATE {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            hearing.sample((state >> 50) as i16 - 8_192);
        }
        assert_eq!(hearing.finish().bpm, None);
    }
}
