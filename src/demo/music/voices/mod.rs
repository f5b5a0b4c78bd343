//! The pitched instruments: subtractive synthesis, frequency modulation, banks of decaying modes, plucked strings, a
//! choir of formants, and the textures behind them. Inner loops are plain so that a debug build stays usable.

mod air;
mod struck;
mod synth;

pub use air::{Choir, Flute, Ground, Texture};
pub use struck::{Body, Modal, Pluck};
pub use synth::{Fm, FmPatch, Patch, Subtractive, Wave};

use super::RATE;

/// Something that sounds for a while. `render` overwrites `out` with mono samples and says whether more will follow.
pub trait Voice: Send {
    fn render(&mut self, out: &mut [f32]) -> bool;
}

/// The frequency in Hz of a MIDI number.
pub fn hertz(key: f32) -> f32 {
    440.0 * ((key - 69.0) / 12.0).exp2()
}

/// The sine of a phase in turns (error below 0.1 %).
#[inline]
pub fn sine(turns: f32) -> f32 {
    let x = turns - (turns + 0.5).floor();
    let y = 8.0 * x - 16.0 * x * x.abs();
    0.225 * (y * y.abs() - y) + y
}

/// The factor per sample that lets a level fall by 60 dB in this many seconds.
pub fn fall(seconds: f32) -> f32 {
    (-6.907_755 / (seconds * RATE)).exp()
}

/// An envelope: linear attack, exponential decay and release.
#[derive(Debug, Clone)]
pub struct Envelope {
    attack: f32,
    decay: f32,
    sustain: f32,
    release: f32,
    held: u32,
    level: f32,
    rising: bool,
}

impl Envelope {
    /// Times in seconds, `held` in samples from the note's start to its release.
    pub fn new(attack: f32, decay: f32, sustain: f32, release: f32, held: u32) -> Self {
        Self { attack: 1.0 / (attack * RATE).max(1.0), decay: fall(decay), sustain, release: fall(release), held, level: 0.0, rising: true }
    }

    #[inline]
    fn next(&mut self) -> f32 {
        if self.held == 0 {
            self.level *= self.release;
        } else {
            self.held -= 1;
            if self.rising {
                self.level += self.attack;
                if self.level >= 1.0 {
                    self.level = 1.0;
                    self.rising = false;
                }
            } else {
                self.level = self.sustain + (self.level - self.sustain) * self.decay;
            }
        }
        self.level
    }

    fn over(&self) -> bool {
        self.level < 2e-4 && (self.held == 0 || (!self.rising && self.sustain < 1e-4))
    }
}

/// A state-variable filter in the trapezoidal form (Simper 2013): stable while it is swept.
#[derive(Debug, Clone, Default)]
pub struct Svf {
    a1: f32,
    a2: f32,
    a3: f32,
    k: f32,
    s1: f32,
    s2: f32,
}

impl Svf {
    /// Cutoff in Hz; `damping` is 1/Q: 2 is none, 0.2 rings.
    pub fn set(&mut self, cutoff: f32, damping: f32) {
        let g = (std::f32::consts::PI * cutoff.clamp(20.0, RATE * 0.45) / RATE).tan();
        self.k = damping;
        self.a1 = 1.0 / (1.0 + g * (g + damping));
        self.a2 = g * self.a1;
        self.a3 = g * self.a2;
    }

    /// One sample: low, band and high outputs.
    #[inline]
    pub fn run(&mut self, input: f32) -> (f32, f32, f32) {
        let v3 = input - self.s2;
        let v1 = self.a1 * self.s1 + self.a2 * v3;
        let v2 = self.s2 + self.a2 * self.s1 + self.a3 * v3;
        self.s1 = 2.0 * v1 - self.s1;
        self.s2 = 2.0 * v2 - self.s2;
        (v2, v1, input - self.k * v1 - v2)
    }
}

/// Softens a step of the wave by a polynomial of two samples' width, so that it hardly aliases.
#[inline]
fn blep(phase: f32, step: f32) -> f32 {
    if phase < step {
        let t = phase / step;
        t + t - t * t - 1.0
    } else if phase > 1.0 - step {
        let t = (phase - 1.0) / step;
        t * t + t + t + 1.0
    } else {
        0.0
    }
}
