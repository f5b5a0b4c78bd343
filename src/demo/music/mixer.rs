//! From a score to frames: voices are started as their notes come, mixed into the room's effects, and brought to level.

use super::RATE;
use super::drums::{Drum, Kit};
use super::effects::{AHEAD, Echo, Limiter, Reverb, Worn};
use super::loudness::Meter;
use super::patches::Instrument;
use super::rng::Rng;
use super::voices::Voice;

/// Frames that are mixed at a time.
const BLOCK: usize = AHEAD;

/// What all music here is brought to, in LUFS.
pub const TARGET_LUFS: f64 = -14.0;

/// One note of one part. Times in samples, keys in MIDI numbers, velocity and brightness from 0 to 1.
#[derive(Debug, Clone)]
pub struct Note {
    pub at: u32,
    pub held: u32,
    pub key: f32,
    pub velocity: f32,
    pub bright: f32,
    pub part: u8,
}

/// A player's place on the desk.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    pub instrument: Instrument,
    pub gain: f32,
    /// From -1 (left) to 1 (right).
    pub pan: f32,
    pub reverb: f32,
    pub echo: f32,
    /// How far each kick pushes it down, from 0 to 1.
    pub duck: f32,
}

/// A piece written out, with its room.
#[derive(Debug, Clone)]
pub struct Score {
    pub seed: u64,
    pub parts: Vec<Part>,
    /// In order of time.
    pub notes: Vec<Note>,
    pub kit: Kit,
    /// In samples, tail and all.
    pub length: u32,
    /// Where the fullest section starts and ends, in samples: what loudness is judged by.
    pub loudest: (u32, u32),
    pub fade_in: f32,
    pub fade_out: f32,
    pub reverb_seconds: f32,
    pub reverb_damp: f32,
    pub echo_seconds: f32,
    pub echo_feedback: f32,
    /// The cutoff of a worn record, in Hz, where there is one.
    pub worn: Option<f32>,
}

/// What no peak goes over.
const CEILING: f32 = 0.8;

/// A gain of so many decibels.
fn linear(decibels: f64) -> f32 {
    10f64.powf(decibels / 20.0) as f32
}

/// Applies a gain and rounds the highest peaks a little: linear below 0.6.
fn soften(block: &mut [[f32; 2]; BLOCK], gain: f32) {
    for frame in block.iter_mut() {
        for value in frame.iter_mut() {
            let x = *value * gain;
            *value = if x.abs() > 0.6 { x.signum() * (0.6 + 0.6 * ((x.abs() - 0.6) / 0.6).tanh()) } else { x };
        }
    }
}

struct Playing {
    voice: Box<dyn Voice>,
    left: f32,
    right: f32,
    part: usize,
    /// Frames of the current block before it starts.
    wait: usize,
}

/// The raw mix, block by block, before it is brought to level.
pub struct Mix<'a> {
    score: &'a Score,
    from: u32,
    until: u32,
    now: u32,
    next: usize,
    playing: Vec<Playing>,
    reverb: Reverb,
    echo: Echo,
    worn: Option<Worn>,
    rng: Rng,
    duck: f32,
    offset: [f32; 2],
    scratch: [f32; BLOCK],
}

impl<'a> Mix<'a> {
    /// The notes that start between these two samples.
    pub fn new(score: &'a Score, from: u32, until: u32) -> Self {
        Self {
            score,
            from,
            until,
            now: from,
            next: score.notes.partition_point(|note| note.at < from),
            playing: Vec::with_capacity(64),
            reverb: Reverb::new(score.reverb_seconds, score.reverb_damp),
            echo: Echo::new(score.echo_seconds, score.echo_feedback),
            worn: score.worn.map(Worn::new),
            rng: Rng::new(score.seed ^ u64::from(from)),
            duck: 0.0,
            offset: [0.0; 2],
            scratch: [0.0; BLOCK],
        }
    }

    fn start(&mut self, index: usize) {
        let score = self.score;
        let note = &score.notes[index];
        let part = &score.parts[usize::from(note.part)];
        let wait = (note.at.max(self.from) - self.now) as usize;
        let playing = &mut self.playing;
        part.instrument.sound(note, score.kit, &mut self.rng, &mut |voice, pan| {
            let angle = ((part.pan + pan).clamp(-1.0, 1.0) + 1.0) * std::f32::consts::FRAC_PI_4;
            playing.push(Playing { voice, left: part.gain * angle.cos(), right: part.gain * angle.sin(), part: usize::from(note.part), wait });
        });
    }

    /// Fills a block; false when the piece is over.
    pub fn fill(&mut self, out: &mut [[f32; 2]; BLOCK]) -> bool {
        if self.now >= self.until {
            return false;
        }
        let mut kick_at = BLOCK;
        while let Some(note) = self.score.notes.get(self.next) {
            if note.at >= self.now + BLOCK as u32 {
                break;
            }
            if self.score.parts[usize::from(note.part)].instrument == Instrument::Drum(Drum::Kick) {
                kick_at = kick_at.min((note.at - self.now) as usize);
            }
            self.start(self.next);
            self.next += 1;
        }
        let mut duck = [0.0f32; BLOCK];
        for (n, level) in duck.iter_mut().enumerate() {
            if n == kick_at {
                self.duck = 1.0;
            }
            *level = self.duck;
            self.duck *= 0.999_72;
        }
        let mut dry = [[0.0f32; 2]; BLOCK];
        let mut wet = [[0.0f32; 2]; BLOCK];
        let mut send = [0.0f32; BLOCK];
        let mut n = 0;
        while n < self.playing.len() {
            let playing = &mut self.playing[n];
            let part = &self.score.parts[playing.part];
            let wait = playing.wait;
            playing.wait = 0;
            let scratch = &mut self.scratch[..BLOCK - wait];
            let more = playing.voice.render(scratch);
            for (k, value) in scratch.iter().enumerate() {
                let frame = wait + k;
                let sample = value * (1.0 - part.duck * duck[frame]);
                let (l, r) = (sample * playing.left, sample * playing.right);
                dry[frame][0] += l;
                dry[frame][1] += r;
                wet[frame][0] += l * part.reverb;
                wet[frame][1] += r * part.reverb;
                send[frame] += sample * part.gain * part.echo;
            }
            if more {
                n += 1;
            } else {
                self.playing.swap_remove(n);
            }
        }
        for (n, frame) in out.iter_mut().enumerate() {
            let echo = self.echo.run(send[n]);
            let room = self.reverb.run(wet[n][0] + 0.25 * echo.0, wet[n][1] + 0.25 * echo.1);
            let mut sum = [dry[n][0] + room.0 + echo.0, dry[n][1] + room.1 + echo.1];
            if let Some(worn) = &mut self.worn {
                sum = worn.run(sum);
            }
            for side in 0..2 {
                // Nothing below some 25 Hz.
                self.offset[side] += 0.003_6 * (sum[side] - self.offset[side]);
                frame[side] = sum[side] - self.offset[side];
            }
        }
        self.now += BLOCK as u32;
        true
    }
}

/// The finished music, an iterator of blocks of stereo frames within -1 and 1. Its length is the score's.
pub struct Performance<'a> {
    mix: Mix<'a>,
    limiter: Limiter,
    gain: f32,
    sent: u32,
    primed: bool,
}

impl<'a> Performance<'a> {
    /// Judges the loudness by the fullest section, then starts from the top.
    pub fn new(score: &'a Score) -> Self {
        let mut rehearsal = Mix::new(score, score.loudest.0, score.loudest.1);
        let mut meter = Meter::new();
        let mut blocks = Vec::new();
        let mut block = [[0.0; 2]; BLOCK];
        while rehearsal.fill(&mut block) {
            for frame in &block {
                meter.feed(*frame);
            }
            blocks.push(block);
        }
        // Quieter sections pull the whole down against its fullest part, and so does the limiter: what that took from
        // the rehearsal is given back.
        let goal = TARGET_LUFS + 0.5;
        let mut decibels = goal - meter.integrated();
        let mut limiter = Limiter::new(CEILING);
        let mut limited = Meter::new();
        for block in &mut blocks {
            soften(block, linear(decibels));
            limiter.run(block);
            for frame in block.iter() {
                limited.feed(*frame);
            }
        }
        decibels += (goal - limited.integrated()).clamp(-1.0, 2.5) * 1.2;
        Self { mix: Mix::new(score, 0, score.length + AHEAD as u32), limiter: Limiter::new(CEILING), gain: linear(decibels), sent: 0, primed: false }
    }

    fn fades(&self, sample: u32) -> f32 {
        let score = self.mix.score;
        let start = sample as f32 / (score.fade_in * RATE).max(1.0);
        let end = score.length.saturating_sub(sample) as f32 / (score.fade_out * RATE).max(1.0);
        let level = start.min(end).clamp(0.0, 1.0);
        level * level * (3.0 - 2.0 * level)
    }

    fn step(&mut self, block: &mut [[f32; 2]; BLOCK]) {
        if !self.mix.fill(block) {
            *block = [[0.0; 2]; BLOCK];
        }
        soften(block, self.gain);
        self.limiter.run(block);
    }
}

impl Iterator for Performance<'_> {
    type Item = Vec<[f32; 2]>;

    fn next(&mut self) -> Option<Self::Item> {
        let left = self.mix.score.length - self.sent;
        if left == 0 {
            return None;
        }
        let mut block = [[0.0; 2]; BLOCK];
        if !self.primed {
            // The limiter answers one block late.
            self.primed = true;
            self.step(&mut block);
        }
        self.step(&mut block);
        let count = BLOCK.min(left as usize);
        let mut out = Vec::with_capacity(count);
        for (n, frame) in block.iter().take(count).enumerate() {
            let fade = self.fades(self.sent + n as u32);
            out.push([frame[0] * fade, frame[1] * fade]);
        }
        self.sent += count as u32;
        Some(out)
    }
}
