//! Music for the demo content, made from rules and a seed: the same [`Piece`] gives the same samples, always.
//!
//! A piece is written out first (`compose`, `theory`, `styles`), then played (`patches`, `voices`, `drums`), mixed in a
//! room (`effects`, `mixer`) and brought to -14 LUFS below -1 dBTP (`loudness`, the limiter). Only blocks of 64 frames
//! are in memory, never a track.
//!
//! The synthesis is our own and not fundsp's: its graphs are generic types, heavy to compile and slow where nothing is
//! inlined, while a debug build must render the small set within seconds; and notes with a length, a velocity and a
//! place on the desk would need a scheduler like this one all the same.

// Samples, phases and MIDI numbers go between floats and whole numbers all the time here, within minutes of audio. Loops
// over lanes, lines and sides walk several arrays in step: there an index says more than zipped iterators.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::too_many_arguments,
    clippy::needless_range_loop
)]

mod compose;
mod drums;
mod effects;
mod loudness;
mod mixer;
mod patches;
pub mod rng;
mod styles;
mod theory;
mod voices;
mod wav;

#[cfg(test)]
mod tests;

pub use loudness::Meter;
pub use mixer::{Performance, Score, TARGET_LUFS};
pub use theory::{Mode, key_name};
pub use wav::write_wav;

/// Frames per second of everything here.
pub const RATE: f32 = 44_100.0;

/// What kind of music.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Ambient,
    House,
    LoFi,
    Folk,
    Synthwave,
    Jazz,
    Techno,
    Classical,
}

/// All that decides how a piece sounds.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    pub seed: u64,
    pub style: Style,
    /// Crotchets a minute.
    pub bpm: f32,
    /// Semitones above C.
    pub tonic: i32,
    pub mode: Mode,
    /// About how long, in seconds: whole bars and a tail come nearest to it.
    pub seconds: f32,
    /// Which of a style's line-ups and patterns.
    pub variant: u8,
}

impl Piece {
    /// Writes the piece out.
    pub fn score(&self) -> Score {
        compose::compose(self)
    }

    /// The key's short name, such as `F#m`.
    pub fn key(&self) -> String {
        key_name(self.tonic, self.mode)
    }
}

impl Score {
    /// In seconds, to the sample.
    pub fn seconds(&self) -> f32 {
        self.length as f32 / RATE
    }

    /// Plays it.
    pub fn perform(&self) -> Performance<'_> {
        Performance::new(self)
    }
}
