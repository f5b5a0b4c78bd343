//! The instruments by name: which voices each note starts, and their settings.

use super::drums::{Drum, Hit, Kit};
use super::mixer::Note;
use super::rng::Rng;
use super::voices::{Body, Choir, Flute, Fm, FmPatch, Ground, Modal, Patch, Pluck, Subtractive, Texture, Voice, Wave};

/// Everything that can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instrument {
    WarmPad,
    GlassPad,
    Strings,
    Choir,
    Organ,
    ElectricPiano,
    Piano,
    Vibes,
    Marimba,
    Bells,
    Harp,
    NylonGuitar,
    SteelGuitar,
    UprightBass,
    SubBass,
    SawBass,
    RoundBass,
    Lead,
    SoftLead,
    Acid,
    Stab,
    ArpSynth,
    Flute,
    Vinyl,
    Wind,
    Drum(Drum),
}

const PAD: Patch = Patch {
    wave: Wave::Saw,
    detune: 7.0,
    cutoff: 3.2,
    sweep: 0.6,
    sweep_time: 3.0,
    damping: 1.3,
    attack: 0.9,
    decay: 1.5,
    sustain: 0.85,
    release: 2.2,
    vibrato: 0.0,
    sub: 0.0,
};
const STRINGS: Patch = Patch { cutoff: 4.6, sweep: 0.3, attack: 0.22, release: 0.9, vibrato: 9.0, detune: 6.0, ..PAD };
const BASS: Patch = Patch {
    cutoff: 3.0,
    sweep: 2.2,
    sweep_time: 0.28,
    damping: 1.0,
    attack: 0.004,
    decay: 0.6,
    sustain: 0.6,
    release: 0.09,
    detune: 4.0,
    sub: 0.5,
    ..PAD
};
const ROUND: Patch = Patch { wave: Wave::Triangle, detune: 0.0, cutoff: 6.0, sweep: 0.5, sub: 0.35, decay: 1.2, sustain: 0.5, ..BASS };
const LEAD: Patch = Patch {
    wave: Wave::Saw,
    detune: 8.0,
    cutoff: 5.0,
    sweep: 1.2,
    sweep_time: 0.5,
    damping: 0.9,
    attack: 0.02,
    decay: 0.8,
    sustain: 0.75,
    release: 0.25,
    vibrato: 16.0,
    ..PAD
};
const SOFT_LEAD: Patch = Patch { wave: Wave::Triangle, detune: 3.0, cutoff: 5.0, sweep: 0.4, attack: 0.03, release: 0.35, ..LEAD };
const ACID: Patch = Patch {
    wave: Wave::Saw,
    detune: 0.0,
    cutoff: 1.7,
    sweep: 2.9,
    sweep_time: 0.24,
    damping: 0.34,
    attack: 0.003,
    decay: 0.35,
    sustain: 0.25,
    release: 0.06,
    ..PAD
};
const STAB: Patch =
    Patch { detune: 9.0, cutoff: 3.4, sweep: 1.6, sweep_time: 0.3, damping: 0.8, attack: 0.003, decay: 0.34, sustain: 0.12, release: 0.16, ..PAD };
const ARP: Patch = Patch {
    wave: Wave::Square,
    detune: 5.0,
    cutoff: 3.0,
    sweep: 1.8,
    sweep_time: 0.2,
    damping: 0.8,
    attack: 0.003,
    decay: 0.3,
    sustain: 0.1,
    release: 0.14,
    ..PAD
};
const EPIANO: FmPatch =
    FmPatch { ratio: 1.0, depth: 2.3, rest: 0.28, depth_time: 1.5, attack: 0.003, decay: 3.6, sustain: 0.0, release: 0.2, tine: 0.1 };
const ORGAN: FmPatch =
    FmPatch { ratio: 2.0, depth: 0.9, rest: 1.1, depth_time: 0.3, attack: 0.008, decay: 0.3, sustain: 0.85, release: 0.07, tine: 0.03 };
const GLASS: FmPatch =
    FmPatch { ratio: 3.0, depth: 0.9, rest: 0.35, depth_time: 3.0, attack: 0.7, decay: 2.0, sustain: 0.7, release: 2.4, tine: 0.0 };
const SUB: FmPatch =
    FmPatch { ratio: 1.0, depth: 0.8, rest: 0.35, depth_time: 0.3, attack: 0.006, decay: 1.2, sustain: 0.75, release: 0.08, tine: 0.0 };

impl Instrument {
    /// Starts the voices of one note; `place` takes each with its pan.
    pub fn sound(self, note: &Note, kit: Kit, rng: &mut Rng, place: &mut dyn FnMut(Box<dyn Voice>, f32)) {
        let Note { key, velocity, bright, held, .. } = *note;
        let mut synth = |patch: Patch, width: f32, rng: &mut Rng| {
            if width > 0.0 {
                for side in [-width, width] {
                    place(Box::new(Subtractive::new(patch, key, velocity * 0.75, bright, held, rng)), side);
                }
            } else {
                place(Box::new(Subtractive::new(patch, key, velocity, bright, held, rng)), 0.0);
            }
        };
        match self {
            Self::WarmPad => synth(PAD, 0.65, rng),
            Self::Strings => synth(STRINGS, 0.4, rng),
            Self::SawBass => synth(BASS, 0.0, rng),
            Self::RoundBass => synth(ROUND, 0.0, rng),
            Self::Lead => synth(LEAD, 0.0, rng),
            Self::SoftLead => synth(SOFT_LEAD, 0.0, rng),
            Self::Acid => synth(ACID, 0.0, rng),
            Self::Stab => synth(STAB, 0.5, rng),
            Self::ArpSynth => synth(ARP, 0.0, rng),
            Self::GlassPad => {
                for side in [-0.6, 0.6] {
                    place(Box::new(Fm::new(GLASS, key + 0.06 * side, velocity * 0.7, held)), side);
                }
            }
            Self::Choir => {
                let pan = 0.5 * rng.signed();
                place(Box::new(Choir::new(key, velocity, bright, held, rng)), pan);
            }
            Self::Organ => place(Box::new(Fm::new(ORGAN, key, velocity * 0.8, held)), 0.15 * rng.signed()),
            Self::ElectricPiano => place(Box::new(Fm::new(EPIANO, key, velocity, held)), (key - 62.0) / 60.0),
            Self::SubBass => place(Box::new(Fm::new(SUB, key, velocity, held)), 0.0),
            Self::Piano => place(Box::new(Modal::new(&Body::Piano, key, velocity, held, rng)), (key - 62.0) / 70.0),
            Self::Vibes => place(Box::new(Modal::new(&Body::Vibes, key, velocity, held, rng)), (key - 70.0) / 60.0),
            Self::Marimba => place(Box::new(Modal::new(&Body::Marimba, key, velocity, held, rng)), (key - 66.0) / 60.0),
            Self::Bells => place(Box::new(Modal::new(&Body::Bell, key, velocity, held, rng)), 0.4 * rng.signed()),
            Self::Harp => place(Box::new(Modal::new(&Body::Harp, key, velocity, held, rng)), (key - 64.0) / 50.0),
            Self::NylonGuitar => place(Box::new(Pluck::new(key, velocity, 0.45 * bright + 0.2, 2.6, held, rng)), 0.0),
            Self::SteelGuitar => place(Box::new(Pluck::new(key, velocity, 0.4 * bright + 0.6, 4.2, held, rng)), 0.0),
            Self::UprightBass => place(Box::new(Pluck::new(key, velocity, 0.12, 1.5, held, rng)), 0.0),
            Self::Flute => place(Box::new(Flute::new(key, velocity, held, rng)), 0.0),
            Self::Vinyl => place(Box::new(Texture::new(Ground::Vinyl, velocity, held, rng)), 0.0),
            Self::Wind => {
                for side in [-0.7, 0.7] {
                    place(Box::new(Texture::new(Ground::Wind, velocity, held, rng)), side);
                }
            }
            Self::Drum(drum) => {
                let pan = match drum {
                    Drum::Hat | Drum::OpenHat => 0.25,
                    Drum::Ride | Drum::Shaker => -0.35,
                    Drum::Conga => 0.4,
                    Drum::Tom => (key - 3.0) / 12.0,
                    _ => 0.0,
                };
                place(Box::new(Hit::new(kit, drum, velocity, key, rng)), pan);
            }
        }
    }
}
