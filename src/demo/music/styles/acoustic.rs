//! Folk and classical.

use super::{ARCH, SONG, bass, broken, close, hold};
use crate::demo::music::Piece;
use crate::demo::music::compose::{Kind, Manner, Writer};
use crate::demo::music::drums::{Drum, Kit};
use crate::demo::music::mixer::Score;
use crate::demo::music::patches::Instrument as I;
use crate::demo::music::theory::Step;
use Step::{D, V, X};

/// Fingers on steel or nylon, a flute or a second guitar on top, a light hand on the drums.
pub fn folk(piece: &Piece) -> Score {
    let v = usize::from(piece.variant);
    let waltz = v % 3 == 2;
    let mut w = Writer::new(piece, if waltz { 3 } else { 4 }, SONG);
    w.human = 0.01;
    w.swing = (0.5, if v == 1 { 0.12 } else { 0.0 });
    w.score.kit = Kit::Acoustic;
    w.score.reverb_seconds = 1.8;
    w.score.fade_out = 2.0;
    let major: [(&[Step], &[Step]); 3] = [
        (&[D(1), D(5), D(6), D(4)], &[D(4), D(1), D(5), D(1)]),
        (&[D(1), D(4), D(1), D(5)], &[D(6), D(4), D(1), D(5)]),
        (&[D(1), D(3), D(4), D(1)], &[D(4), D(5), D(6), D(4)]),
    ];
    let minor: [(&[Step], &[Step]); 3] = [
        (&[D(1), D(7), D(6), D(7)], &[D(3), D(7), D(1), D(6)]),
        (&[D(1), D(4), D(7), D(1)], &[D(6), D(7), D(3), D(1)]),
        (&[D(1), D(6), D(3), D(7)], &[D(4), D(7), D(3), D(1)]),
    ];
    let (verse, chorus) = if piece.mode.is_minor() { minor[v % 3] } else { major[v % 3] };
    w.harmony(verse, chorus);
    let guitar = w.part(if v % 2 == 0 { I::SteelGuitar } else { I::NylonGuitar }, 0.75, -0.3, 0.2);
    let second = w.part(if v % 2 == 0 { I::NylonGuitar } else { I::SteelGuitar }, 0.6, 0.45, 0.25);
    let low = w.part(I::UprightBass, 0.9, 0.0, 0.06);
    let tune = w.part([I::Flute, I::NylonGuitar, I::Harp, I::Flute, I::SteelGuitar][v % 5], [0.55, 0.95, 0.95, 0.5, 0.85][v % 5], 0.1, 0.35);
    let strings = w.part(I::Strings, 0.3, 0.0, 0.5);
    let voices = w.part(I::Choir, 0.32, 0.0, 0.5);
    let shaker = w.drum(Drum::Shaker, 0.5, 0.12);
    let kick = w.drum(Drum::Kick, 0.6, 0.08);
    let brush = w.drum(Drum::Brush, 0.5, 0.15);
    let conga = w.drum(Drum::Conga, 0.45, 0.15);
    let theme = w.theme(Manner { lengths: &[1.0, 0.5, 1.0, 1.5, 0.5, 2.0], rests: 0.12, leaps: 0.18 });
    let refrain = w.theme(Manner { lengths: &[1.0, 1.0, 0.5, 2.0, 1.5], rests: 0.1, leaps: 0.25 });
    let picking: &[&str] = if waltz { &["0.2.3.", "032430", "0.3.2."] } else { &["02134231", "0.2.3.2.", "03214321", "02324232"] };
    let second_picking: &[&str] = if waltz { &["..4.5."] } else { &["..4...5.", "4..5..4.", "...4.5.."] };
    for section in w.sections.clone() {
        let chorus = section.kind == Kind::Chorus;
        match section.kind {
            Kind::Verse => w.melody(tune, &section, &theme, 74, 0.7),
            Kind::Chorus => {
                w.melody(tune, &section, &refrain, 77, 0.8);
                hold(&mut w, if v % 2 == 0 { strings } else { voices }, &section, 64, 3, 0.55, 0.45);
            }
            Kind::Break => hold(&mut w, strings, &section, 62, 3, 0.4, 0.3),
            Kind::Intro | Kind::Outro => {}
        }
        for bar in section.range() {
            let figure = picking[(v + usize::from(chorus) + usize::from(bar % 4 == 3)) % picking.len()];
            broken(&mut w, guitar, bar, figure, 55, 3.5, 0.62, 0.5);
            if chorus || section.turn > 0 {
                let figure = second_picking[bar % second_picking.len()];
                broken(&mut w, second, bar, figure, 60, 4.0, 0.5, 0.4);
            }
            if chorus && !waltz {
                strum(&mut w, second, bar, 0.5);
            }
            if section.kind != Kind::Intro && section.kind != Kind::Break {
                bass(&mut w, low, bar, if waltz { "1_____" } else { ["1___5___", "1__11___"][v % 2] }, 40, 0.78, 0.5);
            }
            if section.full() && (chorus || section.turn > 0) {
                w.pattern(shaker, bar, if waltz { "x-o-o-" } else { "x-o-x-o-" }, 0.55);
                w.pattern(kick, bar, if waltz { "x....." } else { "x...o..." }, 0.7);
                w.pattern(brush, bar, if waltz { "..x.x." } else { "..x...x." }, 0.55);
                if chorus && v % 2 == 1 {
                    w.pattern(conga, bar, "..o.x.oo", 0.6);
                }
            }
        }
    }
    let mut last = w.voicing(0, 55, 4);
    let upper: Vec<i32> = last.iter().map(|k| k + 12).collect();
    last.extend(upper);
    close(&mut w, guitar, &last, 0.05, 0.6);
    w.finish()
}

/// A soft downward strum on the second and fourth beat, string after string.
fn strum(w: &mut Writer, part: u8, bar: usize, velocity: f32) {
    for beat in [1.0, 3.0] {
        for (n, key) in w.voicing(bar, 64, 4).into_iter().enumerate() {
            w.note(part, w.first(bar) + beat + n as f32 * 0.03, 0.8, key, velocity, 0.5);
        }
    }
}

/// A piano by itself, or with strings, harp or bells.
pub fn classical(piece: &Piece) -> Score {
    let v = usize::from(piece.variant);
    let three = v % 3 == 1;
    let mut w = Writer::new(piece, if three { 3 } else { 4 }, ARCH);
    w.human = 0.012;
    w.rubato = if v == 4 { 0.0 } else { 0.09 };
    w.score.reverb_seconds = 2.8;
    w.score.reverb_damp = 0.45;
    w.score.fade_out = 3.0;
    let major: [(&[Step], &[Step]); 3] = [
        (&[D(1), D(6), D(4), V], &[D(6), D(3), D(4), D(1), D(2), D(6), V, D(1)]),
        (&[D(1), D(4), D(2), V, D(1), D(4), V, D(1)], &[D(6), D(2), V, D(1)]),
        (&[X(1), D(5), D(6), D(3), D(4), D(1), D(4), V], &[D(4), D(5), D(3), D(6)]),
    ];
    let minor: [(&[Step], &[Step]); 3] = [
        (&[D(1), D(4), V, D(1), D(6), D(4), V, D(1)], &[D(3), D(7), D(6), V]),
        (&[D(1), D(6), D(4), V], &[D(6), D(3), D(4), V]),
        (&[D(1), D(4), D(7), D(3), D(6), D(2), V, D(1)], &[D(6), D(7), D(3), D(1), D(4), D(1), V, V]),
    ];
    let (verse, chorus) = if piece.mode.is_minor() { minor[v % 3] } else { major[v % 3] };
    w.harmony(verse, chorus);
    let right = w.part(if v == 3 { I::Harp } else { I::Piano }, 1.0, 0.1, 0.3);
    let left = w.part(if v == 3 { I::Harp } else { I::Piano }, 0.8, -0.1, 0.28);
    let strings = w.part(I::Strings, if v % 2 == 0 { 0.3 } else { 0.42 }, 0.0, 0.5);
    let violin = w.part(if v == 2 { I::Flute } else { I::Strings }, 0.4, 0.2, 0.45);
    let cello = w.part(I::Strings, 0.42, -0.3, 0.35);
    let bell = w.part(I::Bells, 0.25, 0.2, 0.6);
    let manner = if three {
        Manner { lengths: &[1.0, 0.5, 2.0, 1.0, 1.5], rests: 0.08, leaps: 0.3 }
    } else {
        Manner { lengths: &[1.0, 0.5, 0.5, 1.5, 2.0, 0.25], rests: 0.08, leaps: 0.25 }
    };
    let theme = w.theme(manner);
    let second = w.theme(Manner { lengths: &[1.0, 2.0, 1.5, 0.5], ..manner });
    let figures: &[&str] = match (three, v) {
        (true, _) => &["024342", "034343"],
        (_, 4) => &["0424142404241424", "0425142504251425"],
        (_, 0) => &["02434243", "02454342"],
        _ => &["0242", "0243", "02434243"],
    };
    for section in w.sections.clone() {
        let chorus = section.kind == Kind::Chorus;
        let soft = if chorus { 1.0 } else { 0.82 };
        match section.kind {
            Kind::Verse => w.melody(right, &section, &theme, 74, 0.74),
            Kind::Chorus => {
                w.melody(right, &section, &second, 79, 0.84);
                if section.turn > 0 || v % 2 == 1 {
                    hold(&mut w, strings, &section, 62, 3, 0.5, 0.45);
                    w.melody(violin, &section, &second, 79, 0.5);
                }
                if v == 3 {
                    w.melody(bell, &section, &theme, 84, 0.45);
                }
            }
            Kind::Break => {
                hold(&mut w, strings, &section, 62, 4, 0.55, 0.4);
                w.melody(violin, &section, &theme, 72, 0.5);
            }
            Kind::Intro | Kind::Outro => {}
        }
        for bar in section.range() {
            if section.kind != Kind::Break {
                let figure = figures[(bar / 4 + usize::from(chorus)) % figures.len()];
                broken(&mut w, left, bar, figure, 52, 2.4, 0.52 * soft, 0.5);
                bass(&mut w, left, bar, "1_____", 38, 0.6 * soft, 0.5);
            }
            if section.kind == Kind::Break || (chorus && section.turn > 0) {
                bass(&mut w, cello, bar, "1_____", 45, 0.6, 0.4);
            }
        }
    }
    let root = w.near(0, 38);
    let mut last = vec![root, root + 12];
    last.extend(w.voicing(0, 62, 3));
    close(&mut w, left, &last, 0.14, 0.55);
    w.finish()
}
