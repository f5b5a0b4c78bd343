//! Voices of breath: a choir, a flute, and the textures behind the music.

use super::super::RATE;
use super::super::rng::Rng;
use super::{Envelope, Svf, Voice, blep, hertz, sine};

/// A sung vowel: two detuned saws through three formants.
pub struct Choir {
    phase: [f32; 2],
    step: [f32; 2],
    formants: [Svf; 3],
    levels: [f32; 3],
    envelope: Envelope,
    age: f32,
    drift: f32,
    gain: f32,
}

impl Choir {
    /// `vowel` from 0 ("oo") over 0.5 ("oh") to 1 ("ah").
    pub fn new(key: f32, velocity: f32, vowel: f32, held: u32, rng: &mut Rng) -> Self {
        const OO: [f32; 3] = [330.0, 700.0, 2400.0];
        const AH: [f32; 3] = [740.0, 1180.0, 2750.0];
        let mut formants = [Svf::default(), Svf::default(), Svf::default()];
        for (n, formant) in formants.iter_mut().enumerate() {
            let centre = OO[n] + (AH[n] - OO[n]) * vowel;
            formant.set(centre * (1.0 + 0.03 * rng.signed()), [0.22, 0.16, 0.14][n]);
        }
        Self {
            phase: [rng.unit(), rng.unit()],
            step: [hertz(key - 0.07) / RATE, hertz(key + 0.07) / RATE],
            formants,
            levels: [1.0, 0.5, 0.18],
            envelope: Envelope::new(0.5, 1.0, 0.9, 1.4, held),
            age: 0.0,
            drift: rng.unit(),
            gain: velocity * 0.3,
        }
    }
}

impl Voice for Choir {
    fn render(&mut self, out: &mut [f32]) -> bool {
        for chunk in out.chunks_mut(32) {
            self.age += 32.0 / RATE;
            let bend = 1.0 + 0.004 * sine(self.age * 4.9 + self.drift) * self.age.min(1.0);
            for sample in chunk.iter_mut() {
                let mut x = 0.0;
                for n in 0..2 {
                    let step = self.step[n] * bend;
                    let mut t = self.phase[n] + step;
                    if t >= 1.0 {
                        t -= 1.0;
                    }
                    self.phase[n] = t;
                    x += 2.0 * t - 1.0 - blep(t, step);
                }
                let mut y = 0.04 * x;
                for n in 0..3 {
                    let (_, band, _) = self.formants[n].run(x);
                    y += band * self.levels[n] * self.formants[n].k;
                }
                *sample = y * self.gain * self.envelope.next();
            }
        }
        !self.envelope.over()
    }
}

/// A wooden flute: a near-sine with breath and a vibrato that comes late.
pub struct Flute {
    phase: f32,
    step: f32,
    breath: Svf,
    noise: Rng,
    envelope: Envelope,
    age: f32,
    gain: f32,
    chiff: f32,
}

impl Flute {
    /// A note of `held` samples.
    pub fn new(key: f32, velocity: f32, held: u32, rng: &mut Rng) -> Self {
        let mut breath = Svf::default();
        breath.set(hertz(key) * 2.0, 0.5);
        Self {
            phase: 0.0,
            step: hertz(key) / RATE,
            breath,
            noise: Rng::new(u64::from(rng.next())),
            envelope: Envelope::new(0.055, 0.4, 0.85, 0.28, held),
            age: 0.0,
            gain: velocity * 0.3,
            chiff: 0.35,
        }
    }
}

impl Voice for Flute {
    fn render(&mut self, out: &mut [f32]) -> bool {
        for chunk in out.chunks_mut(32) {
            self.age += 32.0 / RATE;
            let vibrato = sine(self.age * 5.1) * (self.age - 0.25).clamp(0.0, 0.6);
            let step = self.step * (1.0 + 0.006 * vibrato);
            let shade = 1.0 + 0.12 * vibrato;
            self.chiff *= 0.965;
            for sample in chunk.iter_mut() {
                self.phase += step;
                if self.phase >= 1.0 {
                    self.phase -= 1.0;
                }
                let (_, air, _) = self.breath.run(self.noise.signed());
                let tone = sine(self.phase) + 0.16 * sine(self.phase * 2.0) + 0.07 * sine(self.phase * 3.0);
                *sample = (tone * shade + air * (0.05 + self.chiff)) * self.gain * self.envelope.next();
            }
        }
        !self.envelope.over()
    }
}

/// What lies behind the music for long stretches.
pub enum Ground {
    /// The crackle and hiss of a worn record.
    Vinyl,
    /// Wind or surf: noise in a band that wanders.
    Wind,
}

/// A texture of noise.
pub struct Texture {
    ground: Ground,
    filter: Svf,
    noise: Rng,
    envelope: Envelope,
    age: f32,
    drift: f32,
    pop: f32,
    gain: f32,
}

impl Texture {
    /// Lasting `held` samples.
    pub fn new(ground: Ground, velocity: f32, held: u32, rng: &mut Rng) -> Self {
        let fade = if matches!(ground, Ground::Wind) { 5.0 } else { 0.6 };
        Self {
            ground,
            filter: Svf::default(),
            noise: Rng::new(u64::from(rng.next())),
            envelope: Envelope::new(fade, 1.0, 1.0, fade, held),
            age: 0.0,
            drift: rng.unit(),
            pop: 0.0,
            gain: velocity,
        }
    }
}

impl Voice for Texture {
    fn render(&mut self, out: &mut [f32]) -> bool {
        for chunk in out.chunks_mut(64) {
            self.age += 64.0 / RATE;
            match self.ground {
                Ground::Vinyl => self.filter.set(2600.0, 1.2),
                Ground::Wind => {
                    let wander = sine(self.age * 0.071 + self.drift) + 0.6 * sine(self.age * 0.173 + 2.0 * self.drift);
                    self.filter.set(520.0 * (0.9 * wander).exp2(), 0.7);
                }
            }
            for sample in chunk.iter_mut() {
                let white = self.noise.signed();
                let (low, band, _) = match self.ground {
                    Ground::Vinyl => {
                        if self.noise.unit() < 0.000_22 {
                            self.pop = self.noise.signed() * 2.2;
                        }
                        self.pop *= 0.82;
                        self.filter.run(self.pop + white * 0.02)
                    }
                    Ground::Wind => self.filter.run(white),
                };
                let y = if matches!(self.ground, Ground::Vinyl) { low + band } else { 0.4 * band };
                *sample = y * self.gain * self.envelope.next();
            }
        }
        !self.envelope.over()
    }
}
