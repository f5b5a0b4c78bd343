//! The rules that write a piece out: its sections, harmony, melody from repeated motifs, and a player's timing.

use super::RATE;
use super::drums::{Drum, Kit};
use super::mixer::{Note, Part, Score};
use super::patches::Instrument;
use super::rng::Rng;
use super::theory::{Chord, Mode, Step, pitch, snap};
use super::{Piece, Style};

/// A section's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Intro,
    Verse,
    Chorus,
    Break,
    Outro,
}

/// A stretch of bars.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    pub kind: Kind,
    pub start: usize,
    pub bars: usize,
    /// Which one of its kind, from 0.
    pub turn: usize,
}

impl Section {
    /// The bars, counted from the piece's start.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.start..self.start + self.bars
    }

    /// Whether most of the players are in.
    pub fn full(&self) -> bool {
        matches!(self.kind, Kind::Verse | Kind::Chorus)
    }
}

/// A motif of two bars: where each note starts, how long it is (both in beats), and its step away from the first.
type Motif = Vec<(f32, f32, i32)>;

/// What a melody is made of.
#[derive(Debug, Clone)]
pub struct Theme {
    first: Motif,
    second: Motif,
    rise: i32,
}

/// How lively a theme is.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Lengths to choose from, in beats.
    pub lengths: &'static [f32],
    /// The share of them left silent.
    pub rests: f32,
    /// The share of moves that are leaps.
    pub leaps: f32,
}

/// The sheet that a style writes on.
pub struct Writer {
    pub rng: Rng,
    pub beats: usize,
    pub sections: Vec<Section>,
    /// The grid that swings in beats (0.5 or 0.25) and how far, from 0 (straight) to 0.34 (triplets).
    pub swing: (f32, f32),
    /// How far players stray from the grid, in seconds.
    pub human: f32,
    /// How far the tempo breathes, in seconds.
    pub rubato: f32,
    pub verse: Vec<Chord>,
    pub chorus: Vec<Chord>,
    /// Bars that each chord lasts.
    pub per_chord: usize,
    pub score: Score,
    tonic: i32,
    mode: Mode,
    beat: f32,
    tail: f32,
}

impl Writer {
    /// An empty sheet with the sections laid out.
    pub fn new(piece: &Piece, beats: usize, template: &[(Kind, usize)]) -> Self {
        let beat = 60.0 / piece.bpm;
        let tail = if piece.seconds < 30.0 { 2.2 } else { 5.0 };
        let bars = ((piece.seconds - tail) / (beat * beats as f32)).round().max(2.0) as usize;
        let sections = lay_out(bars, template);
        Self {
            rng: Rng::new(piece.seed),
            beats,
            sections,
            swing: (0.5, 0.0),
            human: 0.006,
            rubato: 0.0,
            verse: Vec::new(),
            chorus: Vec::new(),
            per_chord: 1,
            score: Score {
                seed: piece.seed,
                parts: Vec::new(),
                notes: Vec::new(),
                kit: Kit::Acoustic,
                length: 0,
                loudest: (0, 0),
                fade_in: 0.01,
                fade_out: 2.0,
                reverb_seconds: 2.2,
                reverb_damp: 0.4,
                echo_seconds: beat * 0.75,
                echo_feedback: 0.45,
                worn: None,
            },
            tonic: piece.tonic,
            mode: piece.mode,
            beat,
            tail,
        }
    }

    /// Sets the two progressions.
    pub fn harmony(&mut self, verse: &[Step], chorus: &[Step]) {
        let mode = self.mode;
        self.verse = verse.iter().map(|s| Chord::of(*s, mode)).collect();
        self.chorus = chorus.iter().map(|s| Chord::of(*s, mode)).collect();
    }

    /// Gives an instrument its place and returns its number.
    pub fn part(&mut self, instrument: Instrument, gain: f32, pan: f32, reverb: f32) -> u8 {
        self.score.parts.push(Part { instrument, gain, pan, reverb, echo: 0.0, duck: 0.0 });
        (self.score.parts.len() - 1) as u8
    }

    /// Changes a part's echo send and how far kicks push it down.
    pub fn desk(&mut self, part: u8, echo: f32, duck: f32) {
        let part = &mut self.score.parts[usize::from(part)];
        part.echo = echo;
        part.duck = duck;
    }

    /// A drum of the kit.
    pub fn drum(&mut self, drum: Drum, gain: f32, reverb: f32) -> u8 {
        self.part(Instrument::Drum(drum), gain, 0.0, reverb)
    }

    /// The bars of the whole piece.
    pub fn bars(&self) -> usize {
        self.sections.last().map_or(0, |s| s.start + s.bars)
    }

    /// The chord of a bar.
    pub fn chord(&self, bar: usize) -> Chord {
        let section = self.sections.iter().rev().find(|s| s.start <= bar).copied().unwrap_or(self.sections[0]);
        let list = if section.kind == Kind::Chorus { &self.chorus } else { &self.verse };
        let place = bar.min(section.start + section.bars - 1) - section.start;
        list[(place / self.per_chord) % list.len()].clone()
    }

    /// The bars from this one on in which its chord goes on, at most to the section's end.
    pub fn chord_bars(&self, section: &Section, bar: usize) -> usize {
        let place = bar - section.start;
        (self.per_chord - place % self.per_chord).min(section.bars - place)
    }

    /// A pitch class (semitones above the tonic) as the MIDI number nearest to `centre`.
    pub fn near(&self, tone: i32, centre: i32) -> i32 {
        centre - 6 + (self.tonic + tone - (centre - 6)).rem_euclid(12)
    }

    /// A chord's voicing around `centre`.
    pub fn voicing(&self, bar: usize, centre: i32, count: usize) -> Vec<i32> {
        self.chord(bar).voicing(self.tonic, centre, count)
    }

    /// The first beat of a bar.
    pub fn first(&self, bar: usize) -> f32 {
        (bar * self.beats) as f32
    }

    fn seconds(&self, beat: f32) -> f32 {
        let pair = 2.0 * self.swing.0;
        let place = (beat / pair).fract();
        let shifted = if place < 0.5 { place * (1.0 + 2.0 * self.swing.1) } else { 0.5 + self.swing.1 + (place - 0.5) * (1.0 - 2.0 * self.swing.1) };
        let swung = ((beat / pair).floor() + shifted) * pair;
        let phrase = (self.beats * 4) as f32;
        swung * self.beat + self.rubato * (1.0 - (std::f32::consts::TAU * swung / phrase).cos())
    }

    /// Writes a note: start and length in beats, velocity and brightness from 0 to 1.
    pub fn note(&mut self, part: u8, beat: f32, length: f32, key: i32, velocity: f32, bright: f32) {
        let jitter = self.human * (self.rng.signed() + self.rng.signed()) * 0.6;
        let start = (self.seconds(beat) + jitter).max(0.0);
        let end = self.seconds(beat + length).max(start + 0.03);
        let velocity = (velocity * (1.0 + 0.09 * self.rng.signed())).clamp(0.02, 1.0);
        self.score.notes.push(Note {
            at: (start * RATE) as u32,
            held: ((end - start) * RATE) as u32,
            key: key as f32,
            velocity,
            bright: bright.clamp(0.0, 1.0),
            part,
        });
    }

    /// Writes a stroke, `tune` in semitones.
    pub fn hit(&mut self, part: u8, beat: f32, velocity: f32, tune: i32) {
        self.note(part, beat, 0.1, tune, velocity, 0.5);
    }

    /// Writes a bar of strokes: `x` strong, `o` middling, `-` ghostly, anything else none; the bar is divided evenly.
    pub fn pattern(&mut self, part: u8, bar: usize, strokes: &str, level: f32) {
        let width = self.beats as f32 / strokes.len() as f32;
        for (n, stroke) in strokes.bytes().enumerate() {
            let velocity = match stroke {
                b'x' => 0.95,
                b'o' => 0.65,
                b'-' => 0.32,
                _ => continue,
            };
            self.hit(part, self.first(bar) + n as f32 * width, velocity * level, 0);
        }
    }

    /// A fill of snare or tom strokes over a bar's last beats.
    pub fn fill(&mut self, part: u8, bar: usize, beats: f32, level: f32) {
        let start = self.first(bar) + self.beats as f32 - beats;
        let count = (beats * 4.0) as usize;
        for n in 0..count {
            if n % 4 == 3 && self.rng.chance(0.4) {
                continue;
            }
            let swell = 0.45 + 0.5 * n as f32 / count as f32;
            self.hit(part, start + n as f32 * 0.25, swell * level, 6 - 3 * (n / 2) as i32);
        }
    }

    /// Invents a theme.
    pub fn theme(&mut self, manner: Manner) -> Theme {
        let first = self.motif(manner);
        let second = self.motif(manner);
        Theme { first, second, rise: [1, 2, 2, 3][self.rng.below(4)] }
    }

    fn motif(&mut self, manner: Manner) -> Motif {
        let total = (2 * self.beats) as f32;
        let mut motif = Motif::new();
        let mut beat = *self.rng.pick(&[0.0, 0.0, 0.0, 0.5, 1.0]);
        let (mut step, mut last) = (0i32, 0i32);
        while beat < total - 0.4 {
            let mut length = *self.rng.pick(manner.lengths);
            // A figure is often said twice.
            if motif.len() >= 2 && self.rng.chance(0.35) {
                length = motif[motif.len() - 2].1;
            }
            length = length.min(total - beat);
            if motif.is_empty() || !self.rng.chance(manner.rests) {
                motif.push((beat, length, step));
                let turn = if step > 3 {
                    -1
                } else if step < -3 {
                    1
                } else {
                    *self.rng.pick(&[-1, 1])
                };
                last = if !(-2..=2).contains(&last) {
                    // After a leap, a step back.
                    -last.signum()
                } else if self.rng.chance(manner.leaps) {
                    turn * *self.rng.pick(&[2, 3, 4])
                } else {
                    turn * *self.rng.pick(&[0, 1, 1, 1, 2])
                };
                step += last;
            }
            beat += length;
        }
        motif
    }

    /// Plays a theme over a section around the MIDI number `centre`: statement, answer, contrast, close.
    pub fn melody(&mut self, part: u8, section: &Section, theme: &Theme, centre: i32, level: f32) {
        let base = self.step_near(centre);
        let beats = self.beats as f32;
        let pairs = section.bars.div_ceil(2);
        for pair in 0..pairs {
            let form = pair % 4;
            let motif = if form == 2 { theme.second.clone() } else { theme.first.clone() };
            let start = section.start + pair * 2;
            let shift = [0, theme.rise - 1, theme.rise, 0][form];
            let anchor = snap(base + shift, &self.chord(start), self.mode);
            let count = motif.len();
            for (n, (beat, length, step)) in motif.into_iter().enumerate() {
                let bar = start + (beat / beats) as usize;
                if bar >= section.start + section.bars {
                    break;
                }
                let chord = self.chord(bar);
                let last = n + 1 == count;
                let mut degree = anchor + step;
                // The answer's last notes turn the other way.
                if form == 1 && n + 2 >= count {
                    degree = anchor - step;
                }
                while degree > base + 8 {
                    degree -= 7;
                }
                while degree < base - 5 {
                    degree += 7;
                }
                let strong = beat.fract() < 0.01 && ((beat % beats) < 0.01 || length >= 1.0);
                if strong || last {
                    degree = snap(degree, &chord, self.mode);
                }
                let mut key = self.tonic + pitch(degree, self.mode);
                if (length >= 0.75 || last) && !chord.has(key - self.tonic) {
                    key += [1, -1, 2, -2].into_iter().find(|d| chord.has(key + d - self.tonic)).unwrap_or(0);
                }
                let held = if last && form % 2 == 1 { (2.0 * beats - beat).max(length) } else { length };
                let arch = (std::f32::consts::PI * (n as f32 + 1.0) / (count as f32 + 1.0)).sin();
                let velocity = level * (0.72 + 0.22 * arch + if strong { 0.06 } else { 0.0 });
                self.note(part, self.first(start) + beat, held * 0.94, key, velocity, 0.45 + 0.15 * arch);
            }
        }
    }

    fn step_near(&self, centre: i32) -> i32 {
        (0..75).min_by_key(|step| (self.tonic + pitch(*step, self.mode) - centre).abs()).unwrap_or(35)
    }

    /// Ends the sheet: notes in order, the length, the fullest section.
    pub fn finish(mut self) -> Score {
        self.score.notes.sort_by_key(|note| note.at);
        let end = self.seconds(self.first(self.bars()));
        self.score.length = ((end + self.tail) * RATE) as u32;
        let fullest = self.sections.iter().rfind(|s| s.kind == Kind::Chorus).or(self.sections.first()).copied();
        if let Some(section) = fullest {
            let from = self.seconds(self.first(section.start));
            let until = self.seconds(self.first(section.start + section.bars)).min(from + 15.0);
            self.score.loudest = ((from * RATE) as u32, (until * RATE) as u32);
        }
        self.score
    }
}

/// Shares the bars out over the template's sections, in fours where there are enough.
fn lay_out(bars: usize, template: &[(Kind, usize)]) -> Vec<Section> {
    let short = [(Kind::Intro, 1), (Kind::Chorus, 4), (Kind::Outro, 1)];
    let template = if bars < 8 {
        &short[1..2]
    } else if bars < 24 {
        &short[..]
    } else {
        template
    };
    let unit = if bars < 24 { 2 } else { 4 };
    let weight: usize = template.iter().map(|t| t.1).sum();
    let mut counts: Vec<usize> = template.iter().map(|t| ((bars * t.1 + weight * unit / 2) / (weight * unit)).max(1) * unit).collect();
    if let [only] = counts.as_mut_slice() {
        *only = bars;
    }
    // What rounding left over is given to, or taken from, the longest sections.
    loop {
        let total: usize = counts.iter().sum();
        if total + unit <= bars {
            if let Some(least) = counts.iter_mut().zip(template).filter(|(_, t)| t.1 > 1).min_by_key(|(c, t)| **c * 8 / t.1) {
                *least.0 += unit;
            }
        } else if total >= bars + unit {
            match counts.iter_mut().max() {
                Some(most) if *most > unit => *most -= unit,
                _ => break,
            }
        } else {
            break;
        }
    }
    let mut start = 0;
    let mut sections: Vec<Section> = Vec::new();
    for ((kind, _), bars) in template.iter().zip(counts) {
        let turn = sections.iter().filter(|s| s.kind == *kind).count();
        sections.push(Section { kind: *kind, start, bars, turn });
        start += bars;
    }
    sections
}

/// Writes a piece out in its style.
pub fn compose(piece: &Piece) -> Score {
    use super::styles::{acoustic, club, mellow};
    match piece.style {
        Style::Ambient => mellow::ambient(piece),
        Style::LoFi => mellow::lo_fi(piece),
        Style::Jazz => mellow::jazz(piece),
        Style::Folk => acoustic::folk(piece),
        Style::Classical => acoustic::classical(piece),
        Style::House => club::house(piece),
        Style::Techno => club::techno(piece),
        Style::Synthwave => club::synthwave(piece),
    }
}
