//! House, techno and synthwave.

use super::{DANCE, SONG, bass, broken, close, comp, hold};
use crate::demo::music::Piece;
use crate::demo::music::compose::{Kind, Manner, Writer};
use crate::demo::music::drums::{Drum, Kit};
use crate::demo::music::mixer::Score;
use crate::demo::music::patches::Instrument as I;
use crate::demo::music::theory::Step;
use Step::{D, X};

/// Four on the floor, off-beat hats, chords that push against them.
pub fn house(piece: &Piece) -> Score {
    let v = usize::from(piece.variant);
    let mut w = Writer::new(piece, 4, DANCE);
    w.swing = (0.25, [0.08, 0.0, 0.12][v % 3]);
    w.human = 0.003;
    w.score.kit = Kit::Club;
    w.score.reverb_seconds = 2.0;
    w.score.fade_out = 4.0;
    let verse: [&[Step]; 4] = [&[X(1), X(6), X(4), X(5)], &[X(6), X(4), X(1), X(5)], &[X(1), X(4), X(1), X(3)], &[X(2), X(3), X(6), X(6)]];
    let chorus: [&[Step]; 4] = [&[X(4), X(5), X(6), X(1)], &[X(4), X(1), X(5), X(6)], &[X(6), X(7), X(1), X(4)], &[X(4), X(3), X(2), X(6)]];
    w.harmony(verse[v % 4], chorus[v % 4]);
    let kick = w.drum(Drum::Kick, 1.0, 0.0);
    let clap = w.drum(Drum::Clap, 0.55, 0.2);
    let hat = w.drum(Drum::Hat, 0.42, 0.03);
    let open = w.drum(Drum::OpenHat, 0.42, 0.05);
    let shaker = w.drum(Drum::Shaker, 0.4, 0.05);
    let conga = w.drum(Drum::Conga, 0.4, 0.15);
    let crash = w.drum(Drum::Crash, 0.35, 0.4);
    let snare = w.drum(Drum::Snare, 0.4, 0.2);
    let low = w.part(if v % 2 == 0 { I::RoundBass } else { I::SubBass }, 0.85, 0.0, 0.0);
    w.desk(low, 0.0, 0.55);
    let chords = w.part([I::Piano, I::Organ, I::Stab, I::ElectricPiano][v % 4], [0.75, 0.5, 0.55, 0.8][v % 4], 0.0, 0.25);
    w.desk(chords, 0.12, 0.3);
    let pad = w.part(I::WarmPad, 0.34, 0.0, 0.5);
    w.desk(pad, 0.0, 0.75);
    let tune = w.part([I::SoftLead, I::Vibes, I::Marimba, I::Flute][v % 4], [0.45, 0.7, 0.75, 0.45][v % 4], 0.1, 0.35);
    w.desk(tune, 0.3, 0.2);
    let choir = w.part(I::Choir, 0.34, 0.0, 0.6);
    w.desk(choir, 0.1, 0.5);
    let theme = w.theme(Manner { lengths: &[0.5, 0.75, 0.5, 1.0, 0.25], rests: 0.3, leaps: 0.3 });
    let figures =
        [["..x..x....x..x..", "..x..x....x.x..."], ["x..x..x...x..x..", "x..x..x...x...x."], ["..x...x..x....x.", "..x...x..x..x..."]][v % 3];
    let lines = [["..1...1...1..15.", "..1...1...1.8.5."], ["1_.1..1_..1.8_..", "1_.1..1_..5.7_.."], ["..11..1...11..5.", "..11..1...18..5."]][v % 3];
    for section in w.sections.clone() {
        let chorus = section.kind == Kind::Chorus;
        match section.kind {
            Kind::Chorus => {
                w.melody(tune, &section, &theme, 74, 0.75);
                hold(&mut w, pad, &section, 60, 4, 0.5, 0.55);
                if section.turn > 0 {
                    hold(&mut w, choir, &section, 67, 3, 0.5, 0.7);
                }
            }
            Kind::Break => {
                hold(&mut w, pad, &section, 60, 4, 0.5, 0.42);
                hold(&mut w, choir, &section, 67, 3, 0.45, 0.4);
            }
            Kind::Intro | Kind::Outro | Kind::Verse => {}
        }
        for (n, bar) in section.range().enumerate() {
            let late = n * 2 >= section.bars;
            if section.kind != Kind::Break {
                w.pattern(kick, bar, "x...x...x...x...", 0.95);
                w.pattern(open, bar, "..x...x...x...x.", if section.full() { 0.75 } else { 0.5 });
                if section.kind != Kind::Intro || late {
                    w.pattern(clap, bar, "....x.......x...", 0.85);
                    w.pattern(hat, bar, "x-o-x-o-x-o-x-oo", 0.5);
                }
            }
            if section.full() {
                bass(&mut w, low, bar, lines[bar % 2], 38, 0.85, 0.5);
                w.pattern(shaker, bar, "-oxo-oxo-oxo-oxo", 0.5);
                if v % 2 == 1 {
                    w.pattern(conga, bar, "..o..o.x..o..oo.", 0.6);
                }
            }
            if section.full() || section.kind == Kind::Break || (section.kind == Kind::Intro && late) {
                comp(&mut w, chords, bar, figures[bar % 2], 63, 4, if chorus { 0.7 } else { 0.55 });
            }
            if section.kind == Kind::Break && n + 2 >= section.bars {
                let rolls = if n + 1 == section.bars { "xoxoxoxoxoxoxoxo" } else { "x...x...x.o.x.o." };
                w.pattern(snare, bar, rolls, 0.4 + 0.3 * f32::from(u8::from(n + 1 == section.bars)));
            }
            if n == 0 && chorus {
                w.pattern(crash, bar, "x", 0.8);
            }
        }
    }
    let last = w.voicing(0, 63, 4);
    close(&mut w, chords, &last, 0.0, 0.5);
    w.finish()
}

/// A machine that changes slowly: a hard kick, a rolling bass, one resonant line.
pub fn techno(piece: &Piece) -> Score {
    let v = usize::from(piece.variant);
    let mut w = Writer::new(piece, 4, DANCE);
    w.human = 0.001;
    w.per_chord = 4;
    w.score.kit = Kit::Club;
    w.score.reverb_seconds = 3.2;
    w.score.reverb_damp = 0.6;
    w.score.fade_out = 4.0;
    w.score.echo_feedback = 0.58;
    let verse: [&[Step]; 3] = [&[D(1)], &[D(1), D(1), D(6), D(7)], &[D(1), D(2)]];
    let chorus: [&[Step]; 3] = [&[D(1), D(6)], &[D(6), D(7), D(1), D(1)], &[D(1), D(2), D(1), D(7)]];
    w.harmony(verse[v % 3], chorus[v % 3]);
    let kick = w.drum(Drum::Kick, 1.05, 0.03);
    let clap = w.drum(Drum::Clap, 0.45, 0.3);
    let hat = w.drum(Drum::Hat, 0.4, 0.02);
    let open = w.drum(Drum::OpenHat, 0.42, 0.06);
    let ride = w.drum(Drum::Ride, 0.3, 0.05);
    let rim = w.drum(Drum::Rim, 0.35, 0.35);
    w.desk(rim, 0.35, 0.0);
    let tom = w.drum(Drum::Tom, 0.4, 0.2);
    let crash = w.drum(Drum::Crash, 0.35, 0.5);
    let low = w.part(I::SubBass, 0.85, 0.0, 0.05);
    w.desk(low, 0.0, 0.8);
    let line = w.part(if v % 3 == 1 { I::ArpSynth } else { I::Acid }, if v % 3 == 1 { 0.5 } else { 0.42 }, 0.0, 0.2);
    w.desk(line, 0.25, 0.35);
    let stab = w.part(I::Stab, 0.5, 0.0, 0.5);
    w.desk(stab, 0.55, 0.3);
    let pad = w.part(if v % 2 == 0 { I::WarmPad } else { I::Choir }, 0.34, 0.0, 0.6);
    w.desk(pad, 0.0, 0.7);
    let bell = w.part(I::Bells, 0.22, 0.2, 0.6);
    w.desk(bell, 0.4, 0.2);
    // One bar of sixteenths that stays for the whole piece: scale steps over the root, or silence.
    let steps: Vec<Option<i32>> = (0..16)
        .map(|n| {
            let tone = *w.rng.pick(&[0, 0, 0, 12, 7, 3, 10, 12]);
            (n % 4 == 0 || w.rng.chance(0.72)).then_some(tone)
        })
        .collect();
    let accents: Vec<bool> = (0..16).map(|_| w.rng.chance(0.3)).collect();
    let theme = w.theme(Manner { lengths: &[1.5, 0.75, 2.0, 3.0], rests: 0.35, leaps: 0.3 });
    for section in w.sections.clone() {
        let chorus = section.kind == Kind::Chorus;
        if matches!(section.kind, Kind::Chorus | Kind::Break) {
            hold(&mut w, pad, &section, 60, 3, 0.5, if chorus { 0.5 } else { 0.65 });
        }
        if section.kind == Kind::Break || (chorus && section.turn > 0) {
            w.melody(bell, &section, &theme, 76, 0.6);
        }
        for (n, bar) in section.range().enumerate() {
            let through = n as f32 / section.bars as f32;
            if section.kind != Kind::Break {
                w.pattern(kick, bar, "x...x...x...x...", 1.0);
                w.pattern(hat, bar, ["..x...x...x...x.", "-ox--ox--ox--ox-"][usize::from(section.full())], 0.55);
                bass(&mut w, low, bar, ["..1_..1_..1_..1_", ".111.111.111.111", "..11..1...11.11."][v % 3], 36, 0.8, 0.5);
                if section.kind != Kind::Intro {
                    w.pattern(clap, bar, "....x.......x...", 0.7);
                }
                if section.full() {
                    w.pattern(open, bar, "..x...x...x...x.", 0.55);
                    w.pattern(rim, bar, ["...x..x....x..o.", "..x..x..x..x..x.", "......x..x....x."][v % 3], 0.6);
                }
                if chorus {
                    w.pattern(ride, bar, "x.x.x.x.x.x.x.x.", 0.5);
                }
            }
            if section.kind != Kind::Outro && !(section.kind == Kind::Intro && through < 0.5) {
                // The filter opens over the section.
                let open = match section.kind {
                    Kind::Intro => 0.15 + 0.2 * through,
                    Kind::Verse => 0.3 + 0.25 * through,
                    Kind::Chorus => 0.5 + 0.25 * (through * std::f32::consts::PI).sin(),
                    _ => 0.6 - 0.4 * through,
                };
                let root = w.near(w.chord(bar).root, 43);
                for (k, step) in steps.iter().enumerate() {
                    let Some(tone) = step else { continue };
                    // Thirds follow the mode.
                    let tone = if *tone == 3 && !piece.mode.is_minor() { 4 } else { *tone };
                    let (velocity, bright) = if accents[k] { (0.9, open + 0.12) } else { (0.62, open) };
                    w.note(line, w.first(bar) + k as f32 * 0.25, 0.2, root + tone, velocity, bright);
                }
            }
            if section.full() && bar % 2 == 1 {
                comp(&mut w, stab, bar, ["...x..x.........", "......x..x......", "..x..x.........."][v % 3], 60, 3, 0.6);
            }
            if n + 1 == section.bars && section.kind != Kind::Outro {
                w.fill(tom, bar, 1.0, 0.7);
            }
            if n == 0 && section.full() {
                w.pattern(crash, bar, "x", 0.7);
            }
        }
    }
    w.finish()
}

/// Neon: sixteenths in the bass, big snares, a lead that sings.
pub fn synthwave(piece: &Piece) -> Score {
    let v = usize::from(piece.variant);
    let mut w = Writer::new(piece, 4, SONG);
    w.human = 0.003;
    w.score.kit = Kit::Gated;
    w.score.reverb_seconds = 2.6;
    w.score.fade_out = 3.0;
    let verse: [&[Step]; 4] = [&[D(1), D(6), D(3), D(7)], &[D(6), D(7), D(1), D(1)], &[D(1), D(3), D(6), D(4)], &[D(1), D(7), D(6), D(6)]];
    let chorus: [&[Step]; 4] = [&[D(6), D(7), D(1), D(3)], &[D(1), D(6), D(3), D(7)], &[D(6), D(3), D(7), D(1)], &[D(4), D(6), D(3), D(7)]];
    let bright: [&[Step]; 2] = [&[D(1), D(5), D(6), D(4)], &[D(4), D(5), D(3), D(6)]];
    if piece.mode.is_minor() {
        w.harmony(verse[v % 4], chorus[v % 4]);
    } else {
        w.harmony(bright[0], bright[1]);
    }
    let kick = w.drum(Drum::Kick, 0.95, 0.02);
    let snare = w.drum(Drum::Snare, 0.6, 0.4);
    let hat = w.drum(Drum::Hat, 0.34, 0.03);
    let open = w.drum(Drum::OpenHat, 0.3, 0.05);
    let tom = w.drum(Drum::Tom, 0.6, 0.35);
    let crash = w.drum(Drum::Crash, 0.4, 0.4);
    let low = w.part(I::SawBass, 0.75, 0.0, 0.02);
    w.desk(low, 0.0, 0.45);
    let pad = w.part(I::WarmPad, 0.42, 0.0, 0.45);
    w.desk(pad, 0.0, 0.4);
    let arp = w.part(I::ArpSynth, 0.36, 0.3, 0.25);
    w.desk(arp, 0.3, 0.2);
    let lead = w.part(if v % 2 == 0 { I::Lead } else { I::SoftLead }, 0.5, -0.05, 0.4);
    w.desk(lead, 0.35, 0.1);
    let keys = w.part(if v % 2 == 0 { I::Bells } else { I::ElectricPiano }, if v % 2 == 0 { 0.3 } else { 0.6 }, 0.0, 0.4);
    w.desk(keys, 0.2, 0.0);
    let strings = w.part(I::Strings, 0.3, 0.0, 0.5);
    let theme = w.theme(Manner { lengths: &[1.0, 0.5, 1.5, 2.0, 0.5], rests: 0.15, leaps: 0.3 });
    let refrain = w.theme(Manner { lengths: &[1.5, 1.0, 0.5, 2.0, 3.0], rests: 0.08, leaps: 0.35 });
    let line = ["1.11.11.1.11.118", "1.8.1.8.1.8.1.8.", "1111111111111115", "1_1_1_1_1_1_5_7_"][v % 4];
    let figure = ["0246420246420246", "0123012301230123", "0.2.4.6.4.2.0.2.", "0241024102410246"][v % 4];
    for section in w.sections.clone() {
        let chorus = section.kind == Kind::Chorus;
        hold(&mut w, pad, &section, 59, 3, 0.55, if chorus { 0.6 } else { 0.42 });
        match section.kind {
            Kind::Verse => w.melody(keys, &section, &theme, 72, 0.65),
            Kind::Chorus => {
                w.melody(lead, &section, &refrain, 74, 0.75);
                hold(&mut w, strings, &section, 66, 3, 0.5, 0.5);
            }
            Kind::Break => w.melody(lead, &section, &theme, 69, 0.55),
            Kind::Intro | Kind::Outro => {}
        }
        for (n, bar) in section.range().enumerate() {
            if section.kind != Kind::Break {
                bass(&mut w, low, bar, line, 38, if chorus { 0.85 } else { 0.75 }, if chorus { 0.58 } else { 0.42 });
            }
            broken(&mut w, arp, bar, figure, 62, 0.9, if chorus { 0.6 } else { 0.48 }, if section.kind == Kind::Intro { 0.35 } else { 0.5 });
            if section.full() {
                w.pattern(kick, bar, ["x...x...x...x...", "x.......x.x.....", "x..x....x..x...."][v % 3], 0.95);
                w.pattern(snare, bar, "....x.......x...", 0.95);
                w.pattern(hat, bar, "x-o-x-o-x-o-x-o-", 0.6);
                if chorus {
                    w.pattern(open, bar, "..x...x...x...x.", 0.6);
                }
                if n + 1 == section.bars {
                    w.fill(tom, bar, 2.0, 0.9);
                }
            } else if section.kind == Kind::Outro {
                w.pattern(kick, bar, "x...x...x...x...", 0.8);
            }
            if n == 0 && chorus {
                w.pattern(crash, bar, "x", 0.9);
            }
        }
    }
    let last = w.voicing(0, 59, 4);
    close(&mut w, pad, &last, 0.0, 0.5);
    let root = w.near(0, 38);
    close(&mut w, low, &[root], 0.0, 0.7);
    w.finish()
}
