//! Scales and chords. Pitches are semitones: of a chord or scale above the tonic, of a note as MIDI numbers (69 = A4, 440 Hz).

/// The scale a piece is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Major,
    Minor,
    Dorian,
    Mixolydian,
    Lydian,
    Phrygian,
}

impl Mode {
    /// The seven steps, in semitones above the tonic.
    pub fn steps(self) -> [i32; 7] {
        match self {
            Self::Major => [0, 2, 4, 5, 7, 9, 11],
            Self::Minor => [0, 2, 3, 5, 7, 8, 10],
            Self::Dorian => [0, 2, 3, 5, 7, 9, 10],
            Self::Mixolydian => [0, 2, 4, 5, 7, 9, 10],
            Self::Lydian => [0, 2, 4, 6, 7, 9, 11],
            Self::Phrygian => [0, 1, 3, 5, 7, 8, 10],
        }
    }

    /// Whether the third above the tonic is minor: the "m" of a key's name.
    pub fn is_minor(self) -> bool {
        matches!(self, Self::Minor | Self::Dorian | Self::Phrygian)
    }
}

/// A key's short name, such as `F#m`, of a tonic in semitones above C.
pub fn key_name(tonic: i32, mode: Mode) -> String {
    const SHARP: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
    const FLAT: [&str; 12] = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
    let index = tonic.rem_euclid(12) as usize;
    if mode.is_minor() {
        let name = if matches!(index, 3 | 10) { FLAT[index] } else { SHARP[index] };
        format!("{name}m")
    } else {
        FLAT[index].to_owned()
    }
}

/// How a progression names a chord.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// Stacked thirds on a degree of the scale, counted from 1.
    D(u8),
    /// The same, with the seventh and the ninth.
    X(u8),
    /// A dominant seventh on the fifth degree, its third raised in minor.
    V,
    /// A root in semitones above the tonic, and a quality that the scale does not give.
    Q(i32, &'static [i32]),
}

/// Qualities for [`Step::Q`].
pub const MAJ7: &[i32] = &[0, 4, 7, 11, 14];
pub const MIN7: &[i32] = &[0, 3, 7, 10, 14];
pub const DOM7: &[i32] = &[0, 4, 7, 10, 14];
pub const DOM13: &[i32] = &[0, 4, 10, 14, 21];
pub const ALT7: &[i32] = &[0, 4, 8, 10, 13];
pub const HALF: &[i32] = &[0, 3, 6, 10];
pub const SUS9: &[i32] = &[0, 5, 7, 10, 14];

/// A chord: its root and tones in semitones above the tonic.
#[derive(Debug, Clone)]
pub struct Chord {
    pub root: i32,
    pub tones: Vec<i32>,
}

impl Chord {
    /// The chord that a progression's step means in this mode.
    pub fn of(step: Step, mode: Mode) -> Self {
        let diatonic = |degree: u8, thirds: i32| {
            let first = i32::from(degree) - 1;
            let root = pitch(first, mode);
            Self { root, tones: (0..thirds).map(|n| pitch(first + 2 * n, mode)).collect() }
        };
        match step {
            Step::D(degree) => diatonic(degree, 3),
            Step::X(degree) => diatonic(degree, 5),
            Step::V => Self { root: 7, tones: vec![7, 11, 14, 17] },
            Step::Q(root, quality) => Self { root, tones: quality.iter().map(|t| root + t).collect() },
        }
    }

    /// Whether a pitch (semitones above the tonic) is a tone of the chord, in any octave.
    pub fn has(&self, pitch: i32) -> bool {
        self.tones.iter().any(|t| (t - pitch).rem_euclid(12) == 0)
    }

    /// At most `count` tones within an octave around `centre` (MIDI), low to high: neighbouring chords so move by small steps.
    pub fn voicing(&self, tonic: i32, centre: i32, count: usize) -> Vec<i32> {
        // With five tones or more the root is the bass's business.
        let skip = usize::from(self.tones.len() > 4 && count < self.tones.len());
        let mut keys: Vec<i32> = self.tones.iter().skip(skip).take(count).map(|t| centre - 6 + (tonic + t - (centre - 6)).rem_euclid(12)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// The pitch of a scale step counted from 0 at the tonic, over any octaves.
pub fn pitch(step: i32, mode: Mode) -> i32 {
    mode.steps()[step.rem_euclid(7) as usize] + 12 * step.div_euclid(7)
}

/// The scale step nearest to `step` whose pitch is a tone of the chord.
pub fn snap(step: i32, chord: &Chord, mode: Mode) -> i32 {
    for distance in 0..4 {
        for candidate in [step - distance, step + distance] {
            if chord.has(pitch(candidate, mode)) {
                return candidate;
            }
        }
    }
    step
}
