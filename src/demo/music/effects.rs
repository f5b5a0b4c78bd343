//! The room and the desk: reverberation, echo, the last limiter.

use super::RATE;
use super::voices::{Svf, sine};

const LINES: usize = 8;

/// A feedback delay network of eight lines mixed by a Hadamard matrix (Jot 1991), with damping.
pub struct Reverb {
    lines: [Vec<f32>; LINES],
    at: [usize; LINES],
    loss: [f32; LINES],
    low: [f32; LINES],
    damp: f32,
    before: [Vec<f32>; 2],
    before_at: usize,
}

impl Reverb {
    /// `seconds` to fall by 60 dB, `damp` from 0 (bright tiles) to 1 (curtains).
    pub fn new(seconds: f32, damp: f32) -> Self {
        const LENGTHS: [usize; LINES] = [1423, 1621, 1871, 2111, 2383, 2677, 3023, 3413];
        let mut loss = [0.0; LINES];
        for (n, length) in LENGTHS.iter().enumerate() {
            loss[n] = (-6.907_755 * *length as f32 / (seconds * RATE)).exp();
        }
        Self {
            lines: LENGTHS.map(|length| vec![0.0; length]),
            at: [0; LINES],
            loss,
            low: [0.0; LINES],
            damp: 1.0 - 0.75 * damp,
            before: [vec![0.0; 700], vec![0.0; 830]],
            before_at: 0,
        }
    }

    /// One frame of the send, one of the return.
    #[inline]
    pub fn run(&mut self, left: f32, right: f32) -> (f32, f32) {
        let a = self.before_at % 700;
        let b = self.before_at % 830;
        self.before_at = if self.before_at + 1 == 700 * 830 { 0 } else { self.before_at + 1 };
        let early = (self.before[0][a], self.before[1][b]);
        self.before[0][a] = left;
        self.before[1][b] = right;
        let mut x = [0.0f32; LINES];
        for n in 0..LINES {
            let y = self.lines[n][self.at[n]];
            self.low[n] += self.damp * (y - self.low[n]);
            x[n] = self.low[n] * self.loss[n];
        }
        let back = (x[0] - x[2] + x[4] - x[6], x[1] - x[3] + x[5] - x[7]);
        // The Hadamard matrix, in three rounds of sums and differences.
        for width in [1, 2, 4] {
            let mut n = 0;
            while n < LINES {
                for k in n..n + width {
                    let (p, q) = (x[k], x[k + width]);
                    x[k] = p + q;
                    x[k + width] = p - q;
                }
                n += 2 * width;
            }
        }
        for n in 0..LINES {
            let input = if n % 2 == 0 { early.0 } else { early.1 };
            self.lines[n][self.at[n]] = input + x[n] * 0.353_553_4;
            self.at[n] += 1;
            if self.at[n] == self.lines[n].len() {
                self.at[n] = 0;
            }
        }
        (back.0 * 0.4, back.1 * 0.4)
    }
}

/// An echo that goes from side to side and loses its highs.
pub struct Echo {
    left: Vec<f32>,
    right: Vec<f32>,
    at: usize,
    feedback: f32,
    low: (f32, f32),
}

impl Echo {
    /// `seconds` from side to side.
    pub fn new(seconds: f32, feedback: f32) -> Self {
        let length = ((seconds * RATE) as usize).max(64);
        Self { left: vec![0.0; length], right: vec![0.0; length], at: 0, feedback, low: (0.0, 0.0) }
    }

    /// One sample of the send, one frame of the return.
    #[inline]
    pub fn run(&mut self, input: f32) -> (f32, f32) {
        let (l, r) = (self.left[self.at], self.right[self.at]);
        self.low.0 += 0.35 * (r - self.low.0);
        self.low.1 += 0.35 * (l - self.low.1);
        self.left[self.at] = input + self.low.0 * self.feedback;
        self.right[self.at] = self.low.1 * 0.92;
        self.at += 1;
        if self.at == self.left.len() {
            self.at = 0;
        }
        (l, r)
    }
}

/// What a worn record does: its pitch wavers and its top is gone.
pub struct Worn {
    line: [Vec<f32>; 2],
    at: usize,
    age: f32,
    filter: [Svf; 2],
}

impl Worn {
    /// `cutoff` in Hz.
    pub fn new(cutoff: f32) -> Self {
        let mut filter = [Svf::default(), Svf::default()];
        for f in &mut filter {
            f.set(cutoff, 1.3);
        }
        Self { line: [vec![0.0; 512], vec![0.0; 512]], at: 0, age: 0.0, filter }
    }

    /// One frame.
    #[inline]
    pub fn run(&mut self, frame: [f32; 2]) -> [f32; 2] {
        self.age += 1.0 / RATE;
        self.at = (self.at + 1) % 512;
        let delay = 200.0 + 60.0 * sine(self.age * 0.53) + 7.0 * sine(self.age * 5.9);
        let whole = delay.floor();
        let part = delay - whole;
        let first = (self.at + 1024 - whole as usize) % 512;
        let second = (first + 511) % 512;
        let mut out = [0.0; 2];
        for side in 0..2 {
            self.line[side][self.at] = frame[side];
            let y = self.line[side][first] * (1.0 - part) + self.line[side][second] * part;
            out[side] = self.filter[side].run(y).0;
        }
        out
    }
}

/// Frames in which the limiter looks ahead.
pub const AHEAD: usize = 64;

/// A limiter that never lets a peak over its ceiling: the gain runs in straight lines between blocks and is, at both
/// ends of each, low enough for that block's highest peak (between samples too, by a windowed sinc of eight).
pub struct Limiter {
    ceiling: f32,
    waiting: [[f32; 2]; AHEAD],
    needed: f32,
    gain: f32,
    tail: [[f32; 2]; 8],
}

impl Limiter {
    /// `ceiling` as a linear amplitude.
    pub fn new(ceiling: f32) -> Self {
        Self { ceiling, waiting: [[0.0; 2]; AHEAD], needed: 1.0, gain: 1.0, tail: [[0.0; 2]; 8] }
    }

    /// Takes one block and gives back the one before it.
    pub fn run(&mut self, block: &mut [[f32; 2]; AHEAD]) {
        let mut peak = 1e-9f32;
        for frame in block.iter() {
            self.tail.rotate_left(1);
            self.tail[7] = *frame;
            let t = &self.tail;
            for side in 0..2 {
                let between = 0.6188 * (t[3][side] + t[4][side]) - 0.1596 * (t[2][side] + t[5][side]) + 0.0525 * (t[1][side] + t[6][side])
                    - 0.0117 * (t[0][side] + t[7][side]);
                peak = peak.max(frame[side].abs()).max(between.abs() * 1.05);
            }
        }
        let next = (self.ceiling / peak).min(1.0);
        // It recovers by some 10 dB a second.
        let target = self.needed.min(next).min(self.gain * 1.0017).min(1.0);
        let slope = (target - self.gain) / AHEAD as f32;
        for (held, frame) in self.waiting.iter_mut().zip(block.iter_mut()) {
            self.gain += slope;
            let out = [held[0] * self.gain, held[1] * self.gain];
            *held = *frame;
            *frame = out;
        }
        self.gain = target;
        self.needed = next;
    }
}
