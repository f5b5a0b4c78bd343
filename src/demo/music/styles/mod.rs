//! The styles: who plays, and what each player does in each section.

pub mod acoustic;
pub mod club;
pub mod mellow;

use super::compose::{Kind, Section, Writer};

/// The plan of a song, its weights in units of four bars.
pub const SONG: &[(Kind, usize)] = &[
    (Kind::Intro, 1),
    (Kind::Verse, 2),
    (Kind::Chorus, 2),
    (Kind::Verse, 2),
    (Kind::Chorus, 2),
    (Kind::Break, 1),
    (Kind::Chorus, 2),
    (Kind::Outro, 1),
];

/// The plan of a piece for dancing.
pub const DANCE: &[(Kind, usize)] =
    &[(Kind::Intro, 2), (Kind::Verse, 3), (Kind::Chorus, 4), (Kind::Break, 2), (Kind::Verse, 2), (Kind::Chorus, 4), (Kind::Outro, 2)];

/// The plan of a quiet piece.
pub const ARCH: &[(Kind, usize)] = &[(Kind::Intro, 1), (Kind::Verse, 2), (Kind::Chorus, 2), (Kind::Break, 1), (Kind::Chorus, 2), (Kind::Outro, 1)];

/// Chords held for as long as they last.
pub fn hold(w: &mut Writer, part: u8, section: &Section, centre: i32, count: usize, velocity: f32, bright: f32) {
    let mut bar = section.start;
    while bar < section.start + section.bars {
        let bars = w.chord_bars(section, bar);
        let length = (bars * w.beats) as f32;
        for key in w.voicing(bar, centre, count) {
            w.note(part, w.first(bar), length * 0.98, key, velocity, bright);
        }
        bar += bars;
    }
}

/// Chords struck in a rhythm: `x` and `o` are short, `X` and `O` last to the next stroke.
pub fn comp(w: &mut Writer, part: u8, bar: usize, strokes: &str, centre: i32, count: usize, velocity: f32) {
    let width = w.beats as f32 / strokes.len() as f32;
    let bytes = strokes.as_bytes();
    for (n, stroke) in bytes.iter().enumerate() {
        let (level, long) = match stroke {
            b'x' => (1.0, false),
            b'o' => (0.7, false),
            b'X' => (1.0, true),
            b'O' => (0.7, true),
            _ => continue,
        };
        let until = (n + 1..bytes.len()).find(|k| bytes[*k] != b'.').unwrap_or(bytes.len());
        let length = if long { (until - n) as f32 * width * 0.95 } else { width * 0.9 };
        for key in w.voicing(bar, centre, count) {
            w.note(part, w.first(bar) + n as f32 * width, length, key, velocity * level, 0.5);
        }
    }
}

/// A bass line in a rhythm, by figures: `1` the root, `5` the fifth, `8` the octave, `3` the third, `7` the seventh or sixth below.
pub fn bass(w: &mut Writer, part: u8, bar: usize, figure: &str, centre: i32, velocity: f32, bright: f32) {
    let width = w.beats as f32 / figure.len() as f32;
    let bytes = figure.as_bytes();
    let chord = w.chord(bar);
    let root = w.near(chord.root, centre);
    let third = chord.tones.get(1).map_or(root, |t| root + (t - chord.root));
    let fifth = chord.tones.get(2).map_or(root + 7, |t| root + (t - chord.root));
    for (n, figure) in bytes.iter().enumerate() {
        let key = match figure {
            b'1' => root,
            b'3' => third,
            b'5' => fifth,
            b'8' => root + 12,
            b'7' => root - 2,
            _ => continue,
        };
        let until = (n + 1..bytes.len()).find(|k| bytes[*k] != b'_').unwrap_or(bytes.len());
        let accent = if n == 0 { 1.0 } else { 0.86 };
        w.note(part, w.first(bar) + n as f32 * width, (until - n) as f32 * width * 0.92, key, velocity * accent, bright);
    }
}

/// A broken chord by figures: digits are its tones from the lowest, over two octaves.
pub fn broken(w: &mut Writer, part: u8, bar: usize, figure: &str, centre: i32, ring: f32, velocity: f32, bright: f32) {
    let width = w.beats as f32 / figure.len() as f32;
    let mut keys = w.voicing(bar, centre, 4);
    let upper: Vec<i32> = keys.iter().map(|k| k + 12).collect();
    keys.extend(upper);
    for (n, figure) in figure.bytes().enumerate() {
        let Some(tone) = char::from(figure).to_digit(10) else { continue };
        let key = keys[(tone as usize).min(keys.len() - 1)];
        let accent = if n == 0 { 1.0 } else { 0.8 };
        w.note(part, w.first(bar) + n as f32 * width, width * ring, key, velocity * accent, bright);
    }
}

/// The last chord, on the tonic, a note each `spread` beats.
pub fn close(w: &mut Writer, part: u8, keys: &[i32], spread: f32, velocity: f32) {
    let at = w.first(w.bars());
    let length = (w.beats * 2) as f32;
    for (n, key) in keys.iter().enumerate() {
        w.note(part, at + n as f32 * spread, length, *key, velocity, 0.5);
    }
}
