//! Struck and plucked bodies: banks of decaying modes, and strings.

use super::super::RATE;
use super::super::rng::Rng;
use super::{Svf, Voice, fall, hertz, sine};

const MODES: usize = 16;

/// What a struck body is: its partials' frequency (as a multiple), strength, and seconds of decay at middle C.
pub enum Body {
    Piano,
    Vibes,
    Marimba,
    Bell,
    Harp,
}

/// A bank of decaying modes: rotations that shrink, eight at a time so that they vectorise.
pub struct Modal {
    cos: [f32; MODES],
    sin: [f32; MODES],
    re: [f32; MODES],
    im: [f32; MODES],
    held: u32,
    damp: f32,
    knock: f32,
    knock_fall: f32,
    noise: Rng,
    tremolo: f32,
    age: f32,
    level: f32,
}

impl Modal {
    /// A note of `held` samples, then damped.
    pub fn new(body: &Body, key: f32, velocity: f32, held: u32, rng: &mut Rng) -> Self {
        let f0 = hertz(key);
        let mut partials: Vec<(f32, f32, f32)> = Vec::with_capacity(MODES);
        let register = (60.0 / key.max(20.0)).powf(1.6);
        let (damp, knock, tremolo) = match body {
            Body::Piano => {
                let stiffness = 0.000_25 * ((key - 50.0) / 14.0).exp2().max(0.4);
                for n in 1..=10u8 {
                    let n = f32::from(n);
                    let ratio = n * (1.0 + stiffness * n * n).sqrt();
                    let strike = (n * std::f32::consts::PI / 7.3).sin().abs() + 0.12;
                    let soft = (-(n - 1.0) * (0.62 - 0.42 * velocity)).exp();
                    let seconds = 7.5 * register / (1.0 + 0.35 * (n - 1.0));
                    partials.push((ratio, strike * soft / n.sqrt(), seconds));
                    if n < 6.5 {
                        // The second string of the note, a little off: the beating of a real one.
                        partials.push((ratio * 1.000_55, strike * soft * 0.7 / n.sqrt(), seconds * 1.5));
                    }
                }
                (0.28, 0.05, 0.0)
            }
            Body::Vibes => {
                partials.extend([(1.0, 1.0, 4.5), (1.0008, 0.3, 5.0), (4.0, 0.3 * velocity, 1.1), (10.1, 0.08 * velocity, 0.35)]);
                (0.5, 0.02, 0.35)
            }
            Body::Marimba => {
                partials.extend([(1.0, 1.0, 1.1), (3.93, 0.32 * velocity, 0.3), (9.6, 0.12 * velocity, 0.1)]);
                (0.6, 0.06, 0.0)
            }
            Body::Bell => {
                partials.extend([
                    (0.5, 0.22, 6.0),
                    (1.0, 0.9, 5.0),
                    (1.003, 0.35, 6.0),
                    (2.0, 0.34, 3.2),
                    (2.41, 0.16, 2.2),
                    (3.01, 0.18, 1.8),
                    (4.2, 0.12 * velocity, 1.1),
                    (5.43, 0.07 * velocity, 0.8),
                ]);
                (1.8, 0.0, 0.0)
            }
            Body::Harp => {
                for n in 1..=8u8 {
                    let n = f32::from(n);
                    let strike = (n * std::f32::consts::PI * 0.36).sin().abs() + 0.05;
                    partials.push((n * (1.0 + 0.0001 * n * n), strike / (n * n).powf(0.72), 3.6 * register / (1.0 + 0.5 * (n - 1.0))));
                }
                (1.1, 0.04, 0.0)
            }
        };
        let mut modal = Self {
            cos: [0.0; MODES],
            sin: [0.0; MODES],
            re: [0.0; MODES],
            im: [0.0; MODES],
            held,
            damp,
            knock: knock * velocity,
            knock_fall: fall(0.05),
            noise: Rng::new(u64::from(rng.next())),
            tremolo,
            age: 0.0,
            level: 1.0,
        };
        let mut slot = 0;
        for (ratio, strength, seconds) in partials {
            let turn = f0 * ratio / RATE;
            if turn > 0.42 || slot == MODES {
                continue;
            }
            let shrink = fall(seconds);
            let angle = turn * std::f32::consts::TAU;
            modal.cos[slot] = angle.cos() * shrink;
            modal.sin[slot] = angle.sin() * shrink;
            modal.re[slot] = strength * velocity * 0.3;
            slot += 1;
        }
        modal
    }
}

impl Voice for Modal {
    fn render(&mut self, out: &mut [f32]) -> bool {
        if self.held == 0 && self.damp > 0.0 {
            // The damper falls once: every mode then shrinks fast.
            let shrink = fall(self.damp);
            for n in 0..MODES {
                self.cos[n] *= shrink;
                self.sin[n] *= shrink;
            }
            self.damp = 0.0;
        }
        self.held = self.held.saturating_sub(out.len() as u32);
        for sample in out.iter_mut() {
            let mut sum = [0.0f32; 8];
            for half in 0..2 {
                for lane in 0..8 {
                    let n = half * 8 + lane;
                    let re = self.re[n] * self.cos[n] - self.im[n] * self.sin[n];
                    let im = self.re[n] * self.sin[n] + self.im[n] * self.cos[n];
                    self.re[n] = re;
                    self.im[n] = im;
                    sum[lane] += im;
                }
            }
            let mut y = ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
            if self.knock > 1e-4 {
                y += self.knock * self.noise.signed();
                self.knock *= self.knock_fall;
            }
            *sample = y;
        }
        if self.tremolo > 0.0 {
            self.age += out.len() as f32 / RATE;
            let level = 1.0 - self.tremolo * (0.5 + 0.5 * sine(self.age * 4.7));
            let slope = (level - self.level) / out.len() as f32;
            for sample in out.iter_mut() {
                self.level += slope;
                *sample *= self.level;
            }
        }
        let mut energy = 0.0;
        for n in 0..MODES {
            energy += self.re[n].abs() + self.im[n].abs();
        }
        energy > 3e-4
    }
}

/// A plucked string: a burst of noise going round a damped delay (Karplus and Strong 1983), tuned by an all-pass.
pub struct Pluck {
    line: Vec<f32>,
    at: usize,
    last: f32,
    allpass: f32,
    tuning: f32,
    loss: f32,
    smooth: f32,
    held: u32,
    release: f32,
    gain: f32,
    body: Svf,
    peak: f32,
}

impl Pluck {
    /// `sustain` in seconds, `bright` from 0 (nylon, felt) to 1 (steel).
    pub fn new(key: f32, velocity: f32, bright: f32, sustain: f32, held: u32, rng: &mut Rng) -> Self {
        let period = RATE / hertz(key);
        let smooth = 0.5 + 0.42 * bright.clamp(0.0, 1.0);
        // The low-pass in the loop delays by about (1 - smooth) / smooth samples at low frequencies.
        let exact = period - (1.0 - smooth) / smooth - 0.5;
        let length = (exact.floor() as usize).max(2);
        let fraction = exact - length as f32 + 0.5;
        let tuning = (1.0 - fraction) / (1.0 + fraction);
        let mut line = vec![0.0; length];
        let colour = 0.25 + 0.7 * (0.35 * bright + 0.65 * velocity).clamp(0.0, 1.0);
        let mut low = 0.0;
        for sample in line.iter_mut() {
            low += colour * (rng.signed() - low);
            *sample = low;
        }
        // Plucked near a fifth of its length, and free of an offset.
        let offset = (length as f32 * 0.19) as usize;
        let plain = line.clone();
        for (n, sample) in line.iter_mut().enumerate() {
            *sample -= 0.8 * plain[(n + length - offset) % length];
        }
        let mean = line.iter().sum::<f32>() / length as f32;
        let mut top = 1e-3f32;
        for sample in line.iter_mut() {
            *sample -= mean;
            top = top.max(sample.abs());
        }
        let mut body = Svf::default();
        body.set(190.0, 0.9);
        Self {
            line,
            at: 0,
            last: 0.0,
            allpass: 0.0,
            tuning,
            loss: (-6.9 * period / (sustain * (1.3 - key / 140.0) * RATE)).exp(),
            smooth,
            held,
            release: (-6.9 * period / (0.22 * RATE)).exp(),
            gain: velocity * 0.42 / top,
            body,
            peak: 1.0,
        }
    }
}

impl Voice for Pluck {
    fn render(&mut self, out: &mut [f32]) -> bool {
        let length = self.line.len();
        let loss = if self.held == 0 { self.release } else { self.loss };
        self.held = self.held.saturating_sub(out.len() as u32);
        let mut peak = 0.0f32;
        for sample in out.iter_mut() {
            let x = self.line[self.at];
            self.last += self.smooth * (x - self.last);
            let input = self.last * loss;
            let y = self.tuning * input + self.allpass;
            self.allpass = input - self.tuning * y;
            self.line[self.at] = y;
            self.at += 1;
            if self.at == length {
                self.at = 0;
            }
            let (_, warm, _) = self.body.run(x);
            let value = (x + 0.45 * warm) * self.gain;
            peak = peak.max(value.abs());
            *sample = value;
        }
        self.peak = self.peak * 0.9 + peak * 0.1;
        self.peak > 3e-4
    }
}
