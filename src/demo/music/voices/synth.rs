//! Subtractive synthesis and frequency modulation.

use super::super::RATE;
use super::super::rng::Rng;
use super::{Envelope, Svf, Voice, blep, fall, hertz, sine};

/// An oscillator's wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wave {
    Saw,
    Square,
    Triangle,
}

/// What a subtractive voice is made of. Times in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Patch {
    pub wave: Wave,
    /// Half the distance of the two oscillators, in cents; 0 uses one.
    pub detune: f32,
    /// The filter's rest frequency, as a multiple of the note's.
    pub cutoff: f32,
    /// How far its envelope opens it, in octaves, and how long it takes to fall.
    pub sweep: f32,
    pub sweep_time: f32,
    pub damping: f32,
    pub attack: f32,
    pub decay: f32,
    pub sustain: f32,
    pub release: f32,
    /// In cents, fading in over half a second.
    pub vibrato: f32,
    /// Of a sine an octave below.
    pub sub: f32,
}

/// Two oscillators, a swept low-pass filter, an envelope.
pub struct Subtractive {
    patch: Patch,
    phase: [f32; 2],
    step: [f32; 2],
    sub: f32,
    filter: Svf,
    base: f32,
    sweep: f32,
    sweep_fall: f32,
    envelope: Envelope,
    age: f32,
    gain: f32,
    drift: f32,
}

impl Subtractive {
    /// A note of `held` samples; `bright` (0 to 1) moves the cutoff by up to two octaves either way.
    pub fn new(patch: Patch, key: f32, velocity: f32, bright: f32, held: u32, rng: &mut Rng) -> Self {
        let pull = |cents: f32| hertz(key + cents / 100.0) / RATE;
        Self {
            patch,
            phase: [rng.unit(), rng.unit()],
            step: [pull(-patch.detune + rng.signed()), pull(patch.detune + rng.signed())],
            sub: 0.0,
            filter: Svf::default(),
            base: hertz(key) * patch.cutoff * ((bright - 0.5) * 4.0).exp2(),
            sweep: patch.sweep * (0.5 + 0.5 * velocity),
            sweep_fall: (-16.0 * 6.9 / (patch.sweep_time.max(0.01) * RATE)).exp(),
            envelope: Envelope::new(patch.attack, patch.decay, patch.sustain, patch.release, held),
            age: 0.0,
            gain: velocity * if patch.detune > 0.0 { 0.22 } else { 0.36 },
            drift: rng.unit(),
        }
    }

    #[inline]
    fn oscillator(&mut self, n: usize, bend: f32) -> f32 {
        let step = self.step[n] * bend;
        let mut t = self.phase[n] + step;
        if t >= 1.0 {
            t -= 1.0;
        }
        self.phase[n] = t;
        match self.patch.wave {
            Wave::Saw => 2.0 * t - 1.0 - blep(t, step),
            Wave::Square => {
                let half = if t < 0.5 { t + 0.5 } else { t - 0.5 };
                (if t < 0.5 { 0.7 } else { -0.7 }) + 0.7 * (blep(t, step) - blep(half, step))
            }
            Wave::Triangle => 4.0 * (t - 0.5).abs() - 1.0,
        }
    }
}

impl Voice for Subtractive {
    fn render(&mut self, out: &mut [f32]) -> bool {
        for chunk in out.chunks_mut(16) {
            self.age += 16.0 / RATE;
            let wobble = sine(self.age * 5.3 + self.drift) * self.patch.vibrato * (self.age * 2.0).min(1.0);
            let bend = 1.0 + wobble * 0.000_577_8;
            let breath = 0.12 * sine(self.age * 0.23 + self.drift);
            self.filter.set(self.base * (self.sweep + breath).exp2(), self.patch.damping);
            self.sweep *= self.sweep_fall;
            for sample in chunk.iter_mut() {
                let mut x = self.oscillator(0, bend);
                if self.patch.detune > 0.0 {
                    x += self.oscillator(1, bend);
                }
                let (low, _, _) = self.filter.run(x);
                let mut y = low;
                if self.patch.sub > 0.0 {
                    self.sub += self.step[0] * 0.5;
                    if self.sub >= 1.0 {
                        self.sub -= 1.0;
                    }
                    y += self.patch.sub * sine(self.sub);
                }
                *sample = y * self.gain * self.envelope.next();
            }
        }
        !self.envelope.over()
    }
}

/// What a frequency-modulated voice is made of.
#[derive(Debug, Clone, Copy)]
pub struct FmPatch {
    /// The modulator's frequency as a multiple of the carrier's.
    pub ratio: f32,
    /// The depth in radians at full velocity, where it rests, and how long it falls, in seconds.
    pub depth: f32,
    pub rest: f32,
    pub depth_time: f32,
    pub attack: f32,
    pub decay: f32,
    pub sustain: f32,
    pub release: f32,
    /// Of a short bell tone seven octaves' partial up: the tine of an electric piano.
    pub tine: f32,
}

/// A carrier and a modulator, and a tine.
pub struct Fm {
    phase: f32,
    step: f32,
    ratio: f32,
    depth: f32,
    rest: f32,
    depth_fall: f32,
    tine: f32,
    tine_fall: f32,
    envelope: Envelope,
    gain: f32,
}

impl Fm {
    /// A note of `held` samples.
    pub fn new(patch: FmPatch, key: f32, velocity: f32, held: u32) -> Self {
        // High notes take less modulation, or they shriek.
        let scale = (1.4 - key / 110.0).clamp(0.35, 1.0);
        Self {
            phase: 0.0,
            step: hertz(key) / RATE,
            ratio: patch.ratio,
            depth: patch.depth * velocity * scale / std::f32::consts::TAU,
            rest: patch.rest * scale / std::f32::consts::TAU,
            depth_fall: fall(patch.depth_time),
            tine: patch.tine * velocity * velocity,
            tine_fall: fall(0.35),
            envelope: Envelope::new(patch.attack, patch.decay * (1.7 - key / 90.0).max(0.4), patch.sustain, patch.release, held),
            gain: velocity * 0.34,
        }
    }
}

impl Voice for Fm {
    fn render(&mut self, out: &mut [f32]) -> bool {
        for sample in out.iter_mut() {
            self.phase += self.step;
            if self.phase >= 64.0 {
                self.phase -= 64.0;
            }
            self.depth *= self.depth_fall;
            self.tine *= self.tine_fall;
            let modulator = sine(self.phase * self.ratio) * (self.depth + self.rest);
            let mut y = sine(self.phase + modulator);
            if self.tine > 1e-4 {
                y += self.tine * sine(self.phase * 13.98);
            }
            *sample = y * self.gain * self.envelope.next();
        }
        !self.envelope.over()
    }
}
