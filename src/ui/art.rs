//! Pictures made from an id: a cover, a portrait or a banner for whoever has none yet. The same id always gives the
//! same picture, in the browser and on the server, and two ids hardly ever give the same one.

use std::fmt::Write as _;

/// A small deterministic source of choices (FNV-1a, then xorshift).
struct Dice(u64);

impl Dice {
    fn of(seed: &str) -> Self {
        let hash = seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        // The state of a xorshift must not be zero.
        let mut dice = Self(hash | 1);
        for _ in 0..4 {
            dice.below(2);
        }
        dice
    }

    /// A number from 0 to `limit` - 1.
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from((self.0 >> 24) % u64::from(limit.max(1))).unwrap_or(0)
    }

    fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }
}

/// The inks of one picture, from dark to light; the last is the paper.
struct Inks {
    ground: String,
    deep: String,
    bright: String,
    paper: &'static str,
}

impl Inks {
    fn pick(dice: &mut Dice) -> Self {
        let hue = dice.below(24) * 15;
        let other = (hue + [150, 180, 40, 320, 210][usize::try_from(dice.below(5)).unwrap_or(0)]) % 360;
        let paper = "oklch(0.93 0.035 85)";
        if dice.below(4) == 0 {
            // Printed on paper instead of ink.
            return Self {
                ground: paper.to_owned(),
                deep: format!("oklch(0.62 0.15 {hue})"),
                bright: format!("oklch(0.36 0.1 {other})"),
                paper: "oklch(0.82 0.09 80)",
            };
        }
        Self {
            ground: format!("oklch(0.29 0.075 {hue})"),
            deep: format!("oklch(0.53 0.135 {hue})"),
            bright: format!("oklch(0.8 0.125 {other})"),
            paper,
        }
    }
}

/// The inside of an `<svg viewBox="0 0 100 100">`: a record's cover.
pub fn cover(seed: &str) -> String {
    let mut dice = Dice::of(seed);
    let inks = Inks::pick(&mut dice);
    let mut out = format!(r#"<rect width="100" height="100" fill="{}"/>"#, inks.ground);
    // Writing to a String can't fail.
    let _ = match dice.below(9) {
        0 => horizon(&mut out, &inks, &mut dice),
        1 => grooves(&mut out, &inks, &mut dice),
        2 => tiles(&mut out, &inks, &mut dice),
        3 => stripes(&mut out, &inks, &mut dice),
        4 => rays(&mut out, &inks, &mut dice),
        5 => waves(&mut out, &inks, &mut dice, 100),
        6 => levels(&mut out, &inks, &mut dice, 100),
        7 => arches(&mut out, &inks, &mut dice),
        _ => halves(&mut out, &inks, &mut dice),
    };
    out
}

/// The inside of an `<svg viewBox="0 0 100 100">`: a portrait with the first letter of a name.
pub fn portrait(seed: &str, name: &str) -> String {
    let mut dice = Dice::of(seed);
    let inks = Inks::pick(&mut dice);
    let (x, y) = (dice.between(0, 100), dice.between(60, 110));
    let mut out = format!(r#"<rect width="100" height="100" fill="{}"/>"#, inks.ground);
    for (radius, ink) in [(62, &inks.deep), (50, &inks.ground), (46, &inks.deep), (38, &inks.ground), (34, &inks.deep)] {
        let _ = write!(out, r#"<circle cx="{x}" cy="{y}" r="{radius}" fill="{ink}"/>"#);
    }
    // Only a letter or a figure: nothing that could be markup.
    if let Some(letter) = name.chars().find(|letter| letter.is_alphanumeric()) {
        let ink = if inks.ground.starts_with("oklch(0.93") { &inks.bright } else { inks.paper };
        let letter: String = letter.to_uppercase().collect();
        let _ = write!(
            out,
            r#"<text x="50" y="53" text-anchor="middle" dominant-baseline="central" font-family="Fraunces Variable, Georgia, serif" font-size="46" font-weight="500" fill="{ink}">{letter}</text>"#
        );
    }
    out
}

/// The inside of an `<svg viewBox="0 0 400 100">`: a banner behind an artist's name.
pub fn banner(seed: &str) -> String {
    let mut dice = Dice::of(seed);
    let inks = Inks::pick(&mut dice);
    let mut out = format!(r#"<rect width="400" height="100" fill="{}"/>"#, inks.ground);
    let _ = match dice.below(3) {
        0 => waves(&mut out, &inks, &mut dice, 400),
        1 => levels(&mut out, &inks, &mut dice, 400),
        _ => wide_grooves(&mut out, &inks, &mut dice),
    };
    out
}

/// The hue of the picture's ground in degrees, to tint what stands around it.
pub fn hue(seed: &str) -> u32 {
    Dice::of(seed).below(24) * 15
}

fn horizon(out: &mut String, inks: &Inks, dice: &mut Dice) -> std::fmt::Result {
    let line = dice.between(56, 74);
    let (x, radius) = (dice.between(28, 72), dice.between(16, 30));
    write!(out, r#"<circle cx="{x}" cy="{}" r="{radius}" fill="{}"/>"#, line - radius / 3, inks.bright)?;
    write!(out, r#"<rect y="{line}" width="100" height="{}" fill="{}"/>"#, 100 - line, inks.deep)?;
    let mut y = line + 3;
    let mut thickness = 1;
    while y < 100 {
        let inset = dice.below(radius);
        write!(
            out,
            r#"<rect x="{}" y="{y}" width="{}" height="{thickness}" fill="{}"/>"#,
            (x + inset / 2).saturating_sub(radius),
            radius * 2 - inset,
            inks.bright
        )?;
        y += thickness + 3;
        thickness += 1;
    }
    Ok(())
}

fn grooves(out: &mut String, inks: &Inks, dice: &mut Dice) -> std::fmt::Result {
    let (x, y) = ([0, 50, 100][usize::try_from(dice.below(3)).unwrap_or(1)], dice.between(20, 100));
    let gap = dice.between(4, 9);
    let mut radius = 118;
    let mut odd = false;
    while radius > 14 {
        let ink = if odd { &inks.ground } else { &inks.deep };
        write!(out, r#"<circle cx="{x}" cy="{y}" r="{radius}" fill="{ink}"/>"#)?;
        odd = !odd;
        radius -= if odd { gap } else { gap / 2 + 1 };
    }
    write!(out, r#"<circle cx="{x}" cy="{y}" r="20" fill="{}"/><circle cx="{x}" cy="{y}" r="3" fill="{}"/>"#, inks.bright, inks.ground)
}

fn tiles(out: &mut String, inks: &Inks, dice: &mut Dice) -> std::fmt::Result {
    let count = [2, 4, 5][usize::try_from(dice.below(3)).unwrap_or(0)];
    let side = 100 / count;
    for row in 0..count {
        for column in 0..count {
            let (x, y) = (column * side, row * side);
            let ink = match dice.below(5) {
                0 | 1 => &inks.deep,
                2 | 3 => &inks.bright,
                _ => continue,
            };
            // A quarter of a disc in one of the four corners.
            let path = match dice.below(4) {
                0 => format!("M{x} {y}h{side}a{side} {side} 0 0 1-{side} {side}z"),
                1 => format!("M{} {y}v{side}a{side} {side} 0 0 1-{side}-{side}z", x + side),
                2 => format!("M{} {}h-{side}a{side} {side} 0 0 1 {side}-{side}z", x + side, y + side),
                _ => format!("M{x} {}v-{side}a{side} {side} 0 0 1 {side} {side}z", y + side),
            };
            write!(out, r#"<path d="{path}" fill="{ink}"/>"#)?;
        }
    }
    Ok(())
}

fn stripes(out: &mut String, inks: &Inks, dice: &mut Dice) -> std::fmt::Result {
    let turn = [20, 45, 70, 110, 135][usize::try_from(dice.below(5)).unwrap_or(1)];
    let gap = dice.between(8, 16);
    write!(out, r#"<g transform="rotate({turn} 50 50)" fill="{}">"#, inks.deep)?;
    let mut x = 0;
    while x < 160 {
        write!(out, r#"<rect x="{}" y="-40" width="{}" height="180"/>"#, i64::from(x) - 30, gap / 2)?;
        x += gap;
    }
    write!(out, r#"</g><circle cx="{}" cy="{}" r="{}" fill="{}"/>"#, dice.between(30, 70), dice.between(30, 70), dice.between(17, 27), inks.bright)
}

fn rays(out: &mut String, inks: &Inks, dice: &mut Dice) -> std::fmt::Result {
    let (x, y) = (dice.between(10, 90), [100, 92, 50][usize::try_from(dice.below(3)).unwrap_or(0)]);
    let count = dice.between(9, 16);
    for ray in 0..count {
        let turn = f64::from(ray) * 360.0 / f64::from(count);
        write!(out, r#"<path d="M{x} {y}l-9-160h18z" transform="rotate({turn:.1} {x} {y})" fill="{}"/>"#, inks.deep)?;
    }
    write!(out, r#"<circle cx="{x}" cy="{y}" r="{}" fill="{}"/>"#, dice.between(18, 28), inks.bright)
}

fn waves(out: &mut String, inks: &Inks, dice: &mut Dice, width: u32) -> std::fmt::Result {
    let moon = dice.between(12, 18);
    write!(out, r#"<circle cx="{}" cy="{}" r="{moon}" fill="{}"/>"#, dice.between(width / 5, width * 4 / 5), dice.between(20, 34), inks.bright)?;
    let length = dice.between(24, 40);
    for (index, ink) in [&inks.deep, &inks.ground, &inks.deep, &inks.ground, &inks.deep].into_iter().enumerate() {
        let y = 40 + 12 * u32::try_from(index).unwrap_or(0);
        let start = i64::from(dice.below(length)) - i64::from(length);
        write!(out, r#"<path d="M{start} {y}"#)?;
        let mut x = start;
        while x < i64::from(width) + i64::from(length) {
            write!(out, "q{} -14 {length} 0", length / 2)?;
            x += i64::from(length);
        }
        write!(out, r#"V110H{start}z" fill="{ink}"/>"#)?;
    }
    Ok(())
}

fn levels(out: &mut String, inks: &Inks, dice: &mut Dice, width: u32) -> std::fmt::Result {
    let step = dice.between(7, 12);
    let base = dice.between(70, 100);
    let mut x = 4;
    let mut level = dice.between(20, 60);
    while x + step / 2 < width {
        level = (level + dice.below(39)).saturating_sub(19).clamp(8, base - 8);
        let ink = if dice.below(6) == 0 { &inks.bright } else { &inks.deep };
        write!(out, r#"<rect x="{x}" y="{}" width="{}" height="{level}" fill="{ink}"/>"#, base - level, step - 2)?;
        if base < 96 {
            write!(out, r#"<rect x="{x}" y="{}" width="{}" height="{}" fill="{ink}" opacity="0.35"/>"#, base + 2, step - 2, level / 3)?;
        }
        x += step;
    }
    Ok(())
}

fn arches(out: &mut String, inks: &Inks, dice: &mut Dice) -> std::fmt::Result {
    let center = dice.between(34, 66);
    let step = dice.between(7, 10);
    let mut radius = 46;
    let mut odd = false;
    while radius > step {
        let ink = if odd { &inks.ground } else { &inks.deep };
        write!(
            out,
            r#"<path d="M{} 100V{top}a{radius} {radius} 0 0 1 {} 0V100z" fill="{ink}"/>"#,
            i64::from(center) - i64::from(radius),
            radius * 2,
            top = 58
        )?;
        radius -= step;
        odd = !odd;
    }
    write!(
        out,
        r#"<path d="M{} 100V58a{radius} {radius} 0 0 1 {} 0V100z" fill="{}"/>"#,
        i64::from(center) - i64::from(radius),
        radius * 2,
        inks.bright
    )
}

fn halves(out: &mut String, inks: &Inks, dice: &mut Dice) -> std::fmt::Result {
    let radius = dice.between(30, 40);
    let shift = dice.between(8, radius);
    let (left, right) = (50 - shift / 2, 50 + shift / 2);
    let turn = dice.below(4) * 45;
    write!(out, r#"<g transform="rotate({turn} 50 50)">"#)?;
    write!(out, r#"<path d="M{} 50a{radius} {radius} 0 0 1 {} 0z" fill="{}"/>"#, left - radius.min(left), radius * 2, inks.bright)?;
    write!(out, r#"<path d="M{} 50a{radius} {radius} 0 0 0 {} 0z" fill="{}"/>"#, right.saturating_sub(radius), radius * 2, inks.deep)?;
    write!(out, r#"</g><circle cx="50" cy="50" r="3" fill="{}"/>"#, inks.paper)
}

fn wide_grooves(out: &mut String, inks: &Inks, dice: &mut Dice) -> std::fmt::Result {
    for (x, label) in [(dice.between(60, 130), &inks.bright), (dice.between(260, 350), &inks.bright)] {
        let y = dice.between(30, 90);
        let mut radius = dice.between(70, 96);
        let mut odd = false;
        while radius > 20 {
            let ink = if odd { &inks.ground } else { &inks.deep };
            write!(out, r#"<circle cx="{x}" cy="{y}" r="{radius}" fill="{ink}"/>"#)?;
            odd = !odd;
            radius -= if odd { 7 } else { 4 };
        }
        write!(out, r#"<circle cx="{x}" cy="{y}" r="18" fill="{label}"/><circle cx="{x}" cy="{y}" r="2.5" fill="{}"/>"#, inks.ground)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_same_seed_gives_the_same_picture() {
        assert_eq!(cover("7 Night bus"), cover("7 Night bus"));
        assert_eq!(banner("7"), banner("7"));
    }

    #[test]
    fn different_seeds_give_different_pictures() {
        let pictures: HashSet<String> = (0..200).map(|id| cover(&format!("{id} a song"))).collect();
        assert!(pictures.len() > 190, "{} of 200 differ", pictures.len());
    }

    #[test]
    fn a_name_never_becomes_markup() {
        assert!(!portrait("1", "<script>").contains("<script"));
        assert!(portrait("1", "<script>").contains(">S</text>"));
    }
}
