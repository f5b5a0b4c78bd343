//! Ambient, lo-fi and jazz.

use super::{ARCH, SONG, bass, broken, close, comp, hold};
use crate::demo::music::Piece;
use crate::demo::music::compose::{Kind, Manner, Writer};
use crate::demo::music::drums::{Drum, Kit};
use crate::demo::music::mixer::Score;
use crate::demo::music::patches::Instrument as I;
use crate::demo::music::theory::{ALT7, DOM7, DOM13, HALF, MAJ7, MIN7, SUS9, Step};
use Step::{Q, X};

/// Slow chords in a large room, a few notes above them.
pub fn ambient(piece: &Piece) -> Score {
    let mut w = Writer::new(piece, 4, ARCH);
    w.human = 0.02;
    w.per_chord = 2;
    w.score.fade_in = if piece.seconds < 30.0 { 0.5 } else { 4.0 };
    w.score.fade_out = if piece.seconds < 30.0 { 1.5 } else { 6.0 };
    w.score.reverb_seconds = 6.5;
    w.score.reverb_damp = 0.5;
    w.score.echo_feedback = 0.6;
    let v = usize::from(piece.variant);
    let verse: [&[Step]; 3] = [&[X(1), X(6), X(4), X(5)], &[X(1), X(3), X(4), X(2)], &[X(6), X(4), X(1), X(5)]];
    let chorus: [&[Step]; 3] = [&[X(4), X(1), X(5), X(6)], &[X(6), X(4), X(2), X(1)], &[X(4), X(5), X(3), X(6)]];
    w.harmony(verse[v % 3], chorus[(v + 1) % 3]);
    let pad = w.part(if v % 2 == 0 { I::WarmPad } else { I::GlassPad }, 0.5, 0.0, 0.5);
    let wind = w.part(I::Wind, 0.5, 0.0, 0.2);
    let choir = w.part(I::Choir, 0.5, 0.0, 0.7);
    let sub = w.part(I::SubBass, 0.6, 0.0, 0.1);
    let voice = w.part([I::Piano, I::Bells, I::Flute, I::Vibes, I::ElectricPiano][v % 5], [0.9, 0.55, 0.55, 0.8, 0.7][v % 5], 0.0, 0.7);
    w.desk(voice, 0.45, 0.0);
    let ripple = w.part(if v % 2 == 0 { I::Harp } else { I::Marimba }, 0.5, 0.1, 0.6);
    w.desk(ripple, 0.3, 0.0);
    let theme = w.theme(Manner { lengths: &[1.5, 2.0, 3.0, 1.0, 4.0], rests: 0.25, leaps: 0.35 });
    let answer = w.theme(Manner { lengths: &[1.0, 2.0, 2.0, 3.0], rests: 0.2, leaps: 0.3 });
    let whole = w.first(w.bars());
    w.note(wind, 0.0, whole, 60, 0.35, 0.5);
    for section in w.sections.clone() {
        let bright = if section.kind == Kind::Chorus { 0.55 } else { 0.38 };
        hold(&mut w, pad, &section, 57, 4, 0.5, bright);
        match section.kind {
            Kind::Verse => w.melody(voice, &section, &theme, 72, 0.55),
            Kind::Chorus => {
                hold(&mut w, choir, &section, 64, 3, 0.5, 0.4 + 0.3 * section.turn as f32);
                w.melody(voice, &section, &answer, 76, 0.65);
            }
            Kind::Break => hold(&mut w, choir, &section, 66, 3, 0.45, 0.2),
            Kind::Intro | Kind::Outro => {}
        }
        for bar in section.range() {
            if section.full() && bar % 2 == 0 {
                bass(&mut w, sub, bar, "1_______", 38, 0.6, 0.5);
            }
            if section.kind == Kind::Chorus || (section.kind == Kind::Break && v % 2 == 1) {
                let figure = ["0.2.1.3.", "0123.4..", "..0.2.4."][(v + bar) % 3];
                broken(&mut w, ripple, bar, figure, 67, 4.0, 0.4, 0.4);
            }
        }
    }
    let last = w.voicing(0, 57, 4);
    close(&mut w, pad, &last, 0.0, 0.45);
    let top = w.near(0, 72);
    close(&mut w, voice, &[top], 0.0, 0.4);
    w.finish()
}

/// Electric piano, dusty drums, a worn record.
pub fn lo_fi(piece: &Piece) -> Score {
    let mut w = Writer::new(piece, 4, SONG);
    w.swing = (0.25, 0.16);
    w.human = 0.012;
    w.score.kit = Kit::Dusty;
    w.score.worn = Some(7200.0);
    w.score.reverb_seconds = 1.4;
    w.score.fade_out = 4.0;
    let v = usize::from(piece.variant);
    let verse: [&[Step]; 4] = [&[X(2), Q(7, DOM13), X(1), X(6)], &[X(4), X(3), X(2), X(1)], &[X(1), X(6), X(4), X(5)], &[X(6), X(2), X(5), X(1)]];
    let chorus: [&[Step]; 4] = [&[X(4), X(3), X(6), X(2)], &[X(2), X(5), X(3), X(6)], &[X(4), X(5), X(3), X(6)], &[X(4), X(1), X(2), X(3)]];
    w.harmony(verse[v % 4], chorus[v % 4]);
    let keys = w.part(if v % 3 == 1 { I::Piano } else { I::ElectricPiano }, 0.8, 0.0, 0.25);
    let low = w.part(if v % 2 == 0 { I::SubBass } else { I::UprightBass }, 0.85, 0.0, 0.05);
    let tune = w.part([I::Vibes, I::NylonGuitar, I::Flute, I::SoftLead, I::Marimba][v % 5], [0.75, 0.8, 0.45, 0.45, 0.8][v % 5], 0.15, 0.35);
    w.desk(tune, 0.25, 0.0);
    let pad = w.part(I::WarmPad, 0.22, 0.0, 0.4);
    w.desk(pad, 0.0, 0.3);
    w.desk(keys, 0.05, 0.25);
    let vinyl = w.part(I::Vinyl, 0.5, 0.0, 0.0);
    let kick = w.drum(Drum::Kick, 0.9, 0.02);
    let snare = w.drum(if v % 3 == 2 { Drum::Rim } else { Drum::Snare }, 0.62, 0.15);
    let hat = w.drum(Drum::Hat, 0.5, 0.05);
    let shaker = w.drum(Drum::Shaker, 0.3, 0.1);
    let manner = Manner { lengths: &[0.5, 0.5, 1.0, 0.75, 1.5], rests: 0.28, leaps: 0.25 };
    let theme = w.theme(manner);
    let refrain = w.theme(manner);
    let end = w.first(w.bars()) + 2.0;
    w.note(vinyl, 0.0, end, 60, 0.5, 0.5);
    let kicks = [["x......x..x.....", "x......x.-x....."], ["x.....x...x.....", "x..-..x...x..o.."], ["x.........xo....", "x......x..x...o."]][v % 3];
    let hats = ["x.o.x.o.x.o.x.oo", "o-x-o-x-o-x-o-x-", "..x...x...x...x-"][v % 3];
    let strum =
        [["X.....x...X.....", "X.....o..x....o."], ["X.......X..o....", "X.....X.....o..."], ["X..x..X.....X...", "X..x..X...x....."]][(v + 1) % 3];
    for section in w.sections.clone() {
        let chorus = section.kind == Kind::Chorus;
        if chorus {
            hold(&mut w, pad, &section, 66, 3, 0.5, 0.4);
            w.melody(tune, &section, &refrain, 76, 0.72);
        } else if section.kind == Kind::Verse && (section.turn > 0 || section.bars > 8) {
            w.melody(tune, &section, &theme, 71, 0.62);
        }
        for bar in section.range() {
            let level = if section.kind == Kind::Intro { 0.5 } else { 0.62 };
            comp(&mut w, keys, bar, strum[bar % 2], 61, 4, level);
            let drums = section.full() || (section.kind == Kind::Intro && bar >= section.start + section.bars / 2);
            if drums {
                w.pattern(kick, bar, kicks[bar % 2], 0.95);
                w.pattern(snare, bar, "....x.......x..-", 0.9);
                w.pattern(hat, bar, hats, if chorus { 0.7 } else { 0.55 });
                if chorus {
                    w.pattern(shaker, bar, "x-o-x-o-x-o-x-o-", 0.5);
                }
            }
            if section.kind != Kind::Intro {
                let line = ["1______51_____7_", "1_____1___5_____", "1______1__8___5_"][(v + bar / 2) % 3];
                bass(&mut w, low, bar, line, 40, 0.8, 0.4);
            }
            if section.kind == Kind::Break {
                w.pattern(hat, bar, "x...x...x...x...", 0.4);
            }
        }
    }
    let last = w.voicing(w.bars(), 61, 4);
    close(&mut w, keys, &last, 0.06, 0.5);
    w.finish()
}

/// A trio: walking bass, brushes or a ride, piano or electric piano, and somebody in front.
pub fn jazz(piece: &Piece) -> Score {
    let v = usize::from(piece.variant);
    let waltz = v == 3;
    let mut w = Writer::new(piece, if waltz { 3 } else { 4 }, SONG);
    w.swing = (0.5, if v == 2 { 0.0 } else { 0.3 });
    w.human = 0.011;
    w.score.kit = Kit::Acoustic;
    w.score.reverb_seconds = 1.5;
    w.score.fade_out = 1.5;
    let major: [&[Step]; 2] = [
        &[Q(0, MAJ7), Q(9, ALT7), Q(2, MIN7), Q(7, DOM13), Q(4, MIN7), Q(9, DOM7), Q(2, MIN7), Q(7, DOM13)],
        &[Q(0, MAJ7), Q(0, MAJ7), Q(2, DOM13), Q(2, DOM13), Q(2, MIN7), Q(7, DOM13), Q(0, MAJ7), Q(7, SUS9)],
    ];
    let major_bridge: &[Step] = &[Q(5, MAJ7), Q(5, MIN7), Q(4, MIN7), Q(9, ALT7), Q(2, MIN7), Q(7, DOM13), Q(0, MAJ7), Q(0, MAJ7)];
    let minor: &[Step] = &[Q(0, MIN7), Q(0, MIN7), Q(5, MIN7), Q(5, MIN7), Q(2, HALF), Q(7, ALT7), Q(0, MIN7), Q(7, ALT7)];
    let minor_bridge: &[Step] = &[Q(5, MIN7), Q(10, DOM13), Q(3, MAJ7), Q(8, MAJ7), Q(2, HALF), Q(7, ALT7), Q(0, MIN7), Q(0, MIN7)];
    if piece.mode.is_minor() {
        w.harmony(minor, minor_bridge);
    } else {
        w.harmony(major[v % 2], major_bridge);
    }
    let comping = w.part(if v % 2 == 0 { I::Piano } else { I::ElectricPiano }, 0.75, -0.2, 0.2);
    let front = w.part([I::Vibes, I::Piano, I::NylonGuitar, I::Flute][v % 4], [0.8, 0.9, 0.85, 0.5][v % 4], 0.2, 0.28);
    let low = w.part(I::UprightBass, 1.0, 0.0, 0.08);
    let ride = w.drum(Drum::Ride, 0.36, 0.12);
    let brush = w.drum(Drum::Brush, 0.5, 0.12);
    let hat = w.drum(Drum::Hat, 0.45, 0.08);
    let kick = w.drum(Drum::Kick, 0.45, 0.05);
    let snare = w.drum(Drum::Snare, 0.32, 0.15);
    let head = w.theme(Manner { lengths: &[0.5, 1.0, 1.5, 0.5, 2.0], rests: 0.22, leaps: 0.3 });
    let bridge = w.theme(Manner { lengths: &[1.0, 0.5, 1.5, 2.0], rests: 0.2, leaps: 0.25 });
    let strokes: &[&str] = if waltz {
        &["...o..", "X....o", "..X...", "x.....X....."]
    } else {
        &["...X....", "X..o....", "..x....X", ".....O..", "x..x....", "......X."]
    };
    for section in w.sections.clone() {
        match section.kind {
            Kind::Verse if section.turn == 0 => w.melody(front, &section, &head, 73, 0.75),
            Kind::Chorus if section.turn != 1 => w.melody(front, &section, &bridge, 75, 0.78),
            Kind::Verse | Kind::Chorus | Kind::Break => {
                // A solo: new motifs all the time, in shorter notes.
                for start in section.range().step_by(4) {
                    let idea = w.theme(Manner { lengths: &[0.5, 0.5, 0.5, 1.0, 0.25, 1.5], rests: 0.2, leaps: 0.28 });
                    let bars = 4.min(section.start + section.bars - start);
                    let chunk = crate::demo::music::compose::Section { start, bars, ..section };
                    let centre = 72 + w.rng.below(8) as i32;
                    w.melody(front, &chunk, &idea, centre, 0.74);
                }
            }
            Kind::Intro | Kind::Outro => {}
        }
        for bar in section.range() {
            let figure = *w.rng.pick(strokes);
            comp(&mut w, comping, bar, figure, 62, 4, 0.5);
            walk(&mut w, low, bar);
            if waltz {
                w.pattern(ride, bar, "x.o.oo", 0.6);
                w.pattern(brush, bar, "..x.x.", 0.55);
                w.pattern(hat, bar, "..x...", 0.5);
            } else if v == 2 {
                // A bossa: straight quavers, a rim on its own clave.
                w.pattern(hat, bar, "x-o-x-o-x-o-x-o-", 0.35);
                w.pattern(kick, bar, "x..-x..-x..-x..-", 0.6);
                w.pattern(brush, bar, if bar % 2 == 0 { "x..x..x...x..x.." } else { "..x...x..x..x..." }, 0.5);
            } else {
                w.pattern(ride, bar, "x.xox.xo", 0.62);
                w.pattern(hat, bar, "..x...x.", 0.55);
                w.pattern(brush, bar, "-.o.-.o.", 0.5);
                w.pattern(kick, bar, "-.-.-.-.", 0.45);
                if section.full() && w.rng.chance(0.35) {
                    w.pattern(snare, bar, ["...-....", ".....-..", ".......o"][bar % 3], 0.6);
                }
            }
        }
    }
    let last: Vec<i32> = [0, 4, 7, 11, 14].iter().map(|t| w.near(0, 60) + if piece.mode.is_minor() && *t == 4 { 3 } else { *t }).collect();
    close(&mut w, comping, &last, 0.08, 0.5);
    let root = w.near(0, 38);
    close(&mut w, low, &[root], 0.0, 0.8);
    w.finish()
}

/// A bar of walking: the root, steps of the scale or chord, and a semitone into the next root.
fn walk(w: &mut Writer, part: u8, bar: usize) {
    let chord = w.chord(bar);
    let root = w.near(chord.root, 41);
    let next = w.near(w.chord(bar + 1).root, 41);
    let beats = w.beats;
    for beat in 0..beats {
        let key = if beat == 0 {
            root
        } else if beat + 1 == beats {
            next + if next > root { -1 } else { 1 }
        } else {
            let tones = [chord.tones[1], chord.tones[2], chord.tones[1] - 12, chord.root + 12];
            let tone = tones[w.rng.below(4)] - chord.root + root;
            if tone > 53 { tone - 12 } else { tone }
        };
        let velocity = if beat % 2 == 0 { 0.82 } else { 0.74 };
        w.note(part, w.first(bar) + beat as f32, 0.92, key, velocity, 0.5);
        if w.rng.chance(0.12) {
            w.note(part, w.first(bar) + beat as f32 + 0.5, 0.4, key, 0.4, 0.5);
        }
    }
}
