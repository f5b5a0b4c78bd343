//! The drum kit, all of it synthesised: a falling sine, filtered noise and a cluster of inharmonic squares, in
//! different proportions.

use super::RATE;
use super::rng::Rng;
use super::voices::{Svf, Voice, fall, sine};

/// A piece of the kit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drum {
    Kick,
    Snare,
    Clap,
    Rim,
    Hat,
    OpenHat,
    Ride,
    Crash,
    Shaker,
    Brush,
    Tom,
    Conga,
}

/// How the kit as a whole sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kit {
    /// Long, deep kicks and crisp tops: house and techno.
    Club,
    /// Short and soft, as off a worn record.
    Dusty,
    /// Big snares of the eighties.
    Gated,
    /// A small kit in a room.
    Acoustic,
}

struct Recipe {
    /// Frequency at the strike and where it settles (Hz), seconds of the fall, level, seconds of decay.
    tone: (f32, f32, f32, f32, f32),
    /// Level, seconds of decay, cutoff in Hz, damping, of the noise; high-passed when the last is true.
    noise: (f32, f32, f32, f32, bool),
    /// Level of the squares, seconds of decay.
    metal: (f32, f32),
    /// Further bursts of the noise, ten milliseconds apart.
    bursts: u8,
    /// Of the noise, in seconds.
    attack: f32,
}

fn recipe(kit: Kit, drum: Drum) -> Recipe {
    let plain = Recipe { tone: (0.0, 0.0, 0.01, 0.0, 0.1), noise: (0.0, 0.1, 1000.0, 1.0, false), metal: (0.0, 0.1), bursts: 0, attack: 0.0 };
    match (drum, kit) {
        (Drum::Kick, Kit::Club) => Recipe { tone: (260.0, 47.0, 0.032, 1.0, 0.42), noise: (0.12, 0.012, 3200.0, 1.2, true), ..plain },
        (Drum::Kick, Kit::Dusty) => Recipe { tone: (150.0, 54.0, 0.03, 0.95, 0.3), noise: (0.1, 0.03, 900.0, 1.4, false), ..plain },
        (Drum::Kick, Kit::Gated) => Recipe { tone: (220.0, 52.0, 0.025, 1.0, 0.3), noise: (0.25, 0.02, 2400.0, 1.0, true), ..plain },
        (Drum::Kick, Kit::Acoustic) => Recipe { tone: (115.0, 60.0, 0.03, 0.8, 0.3), noise: (0.1, 0.02, 1400.0, 1.2, false), ..plain },
        (Drum::Snare, Kit::Club) => Recipe { tone: (260.0, 190.0, 0.02, 0.4, 0.12), noise: (0.4, 0.18, 1900.0, 0.9, true), ..plain },
        (Drum::Snare, Kit::Dusty) => Recipe { tone: (230.0, 178.0, 0.02, 0.45, 0.14), noise: (0.4, 0.15, 2200.0, 0.9, false), ..plain },
        (Drum::Snare, Kit::Gated) => Recipe { tone: (240.0, 172.0, 0.04, 0.55, 0.25), noise: (0.5, 0.34, 1400.0, 0.9, true), ..plain },
        (Drum::Snare, Kit::Acoustic) => Recipe { tone: (245.0, 205.0, 0.02, 0.35, 0.12), noise: (0.3, 0.2, 2400.0, 0.8, true), ..plain },
        (Drum::Clap, _) => Recipe { noise: (0.9, 0.16, 1350.0, 0.45, false), bursts: 3, ..plain },
        (Drum::Rim, _) => Recipe { tone: (880.0, 790.0, 0.01, 0.4, 0.05), noise: (0.35, 0.025, 2600.0, 0.5, false), ..plain },
        (Drum::Hat, Kit::Dusty) => Recipe { noise: (0.2, 0.055, 6200.0, 0.8, true), metal: (0.06, 0.04), ..plain },
        (Drum::Hat, _) => Recipe { noise: (0.2, 0.06, 8200.0, 0.7, true), metal: (0.1, 0.045), ..plain },
        (Drum::OpenHat, _) => Recipe { noise: (0.2, 0.38, 7600.0, 0.7, true), metal: (0.11, 0.34), ..plain },
        (Drum::Ride, _) => Recipe { noise: (0.13, 0.42, 6800.0, 0.8, true), metal: (0.055, 0.9), ..plain },
        (Drum::Crash, _) => Recipe { noise: (0.35, 2.2, 5200.0, 0.9, true), metal: (0.12, 1.9), ..plain },
        (Drum::Shaker, _) => Recipe { noise: (0.22, 0.1, 6500.0, 0.6, false), attack: 0.022, ..plain },
        (Drum::Brush, _) => Recipe { noise: (0.3, 0.24, 3300.0, 1.1, false), attack: 0.03, ..plain },
        (Drum::Tom, _) => Recipe { tone: (190.0, 105.0, 0.09, 0.9, 0.55), noise: (0.12, 0.05, 1800.0, 1.0, false), ..plain },
        (Drum::Conga, _) => Recipe { tone: (330.0, 262.0, 0.03, 0.6, 0.2), noise: (0.12, 0.02, 2200.0, 0.8, false), ..plain },
    }
}

/// One stroke.
pub struct Hit {
    phase: f32,
    low: f32,
    fall_by: f32,
    glide: f32,
    tone: (f32, f32),
    noise: (f32, f32, f32),
    high: bool,
    filter: Svf,
    bright: Svf,
    squares: [f32; 4],
    bend: f32,
    metal: (f32, f32),
    bursts: u8,
    clock: u32,
    rise: f32,
    risen: f32,
    random: Rng,
}

impl Hit {
    /// A stroke on this drum; `tune` moves its pitch, in semitones.
    pub fn new(kit: Kit, drum: Drum, velocity: f32, tune: f32, rng: &mut Rng) -> Self {
        let Recipe { tone, noise, metal, bursts, attack } = recipe(kit, drum);
        let pitch = ((tune + 0.15 * rng.signed()) / 12.0).exp2();
        // No two strokes on metal ring quite alike.
        let bend = 1.0 + 0.03 * rng.signed();
        let mut filter = Svf::default();
        filter.set(noise.2 * (0.75 + 0.35 * velocity), noise.3);
        let mut bright = Svf::default();
        bright.set(7000.0, 0.7);
        Self {
            phase: 0.0,
            low: tone.1 * pitch / RATE,
            fall_by: (tone.0 - tone.1) * pitch * (0.6 + 0.4 * velocity) / RATE,
            glide: (-1.0 / (tone.2 * RATE)).exp(),
            tone: (tone.3 * velocity, fall(tone.4)),
            noise: (noise.0 * velocity, fall(noise.1), noise.0 * velocity),
            high: noise.4,
            filter,
            bright,
            squares: [rng.unit(), rng.unit(), rng.unit(), rng.unit()],
            bend,
            metal: (metal.0 * velocity, fall(metal.1)),
            bursts,
            clock: 0,
            rise: 1.0 / (attack * RATE).max(1.0),
            risen: 0.0,
            random: Rng::new(u64::from(rng.next())),
        }
    }
}

impl Voice for Hit {
    fn render(&mut self, out: &mut [f32]) -> bool {
        const STEPS: [f32; 4] = [3013.0 / RATE, 4171.0 / RATE, 5407.0 / RATE, 7331.0 / RATE];
        for sample in out.iter_mut() {
            let mut y = 0.0;
            if self.tone.0 > 1e-4 {
                self.fall_by *= self.glide;
                self.phase += self.low + self.fall_by;
                if self.phase >= 1.0 {
                    self.phase -= 1.0;
                }
                y += sine(self.phase) * self.tone.0;
                self.tone.0 *= self.tone.1;
            }
            if self.noise.0 > 1e-4 || self.bursts > 0 {
                self.risen = (self.risen + self.rise).min(1.0);
                let (_, band, high) = self.filter.run(self.random.signed());
                y += if self.high { high } else { band } * self.noise.0 * self.risen;
                self.noise.0 *= self.noise.1;
                if self.bursts > 0 {
                    self.noise.0 *= 0.9965;
                    self.clock += 1;
                    if self.clock == 430 {
                        self.clock = 0;
                        self.bursts -= 1;
                        self.noise.0 = self.noise.2;
                    }
                }
            }
            if self.metal.0 > 1e-4 {
                let mut cluster = 0.0;
                for n in 0..4 {
                    self.squares[n] += STEPS[n] * self.bend;
                    if self.squares[n] >= 1.0 {
                        self.squares[n] -= 1.0;
                    }
                    cluster += if self.squares[n] < 0.5 { 1.0 } else { -1.0 };
                }
                let (_, _, high) = self.bright.run(cluster);
                y += high * self.metal.0;
                self.metal.0 *= self.metal.1;
            }
            *sample = y;
        }
        self.tone.0 > 1e-4 || self.noise.0 > 1e-4 || self.metal.0 > 1e-4 || self.bursts > 0
    }
}
