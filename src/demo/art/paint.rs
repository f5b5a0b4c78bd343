//! Pictures as functions of a place: each family is a way of composing shapes, its palette and proportions drawn from a seed.

use super::Family;
use crate::demo::music::rng::Rng;

/// A colour, each part from 0 to 1.
pub type Colour = [f32; 3];

/// A picture: what colour is at `x` (from 0 to the aspect ratio) and `y` (from 0 to 1, downwards).
pub type Picture = Box<dyn Fn(f32, f32) -> Colour>;

fn hex(code: u32) -> Colour {
    [16, 8, 0].map(|shift| ((code >> shift) & 255) as f32 / 255.0)
}

fn mix(a: Colour, b: Colour, t: f32) -> Colour {
    let t = t.clamp(0.0, 1.0);
    [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]
}

/// From 0 to 1 as `x` goes from `a` to `b`, smoothly.
fn ramp(a: f32, b: f32, x: f32) -> f32 {
    let t = ((x - a) / (b - a)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// 1 inside (distance below 0), 0 outside, over about a pixel.
fn inside(distance: f32) -> f32 {
    1.0 - ramp(-0.0009, 0.0009, distance)
}

fn noise(x: i32, y: i32, seed: u32) -> f32 {
    let mut h = (x as u32).wrapping_mul(0x85eb_ca6b) ^ (y as u32).wrapping_mul(0xc2b2_ae35) ^ seed.wrapping_mul(0x27d4_eb2f);
    h ^= h >> 15;
    h = h.wrapping_mul(0x2c1b_3c6d);
    h ^= h >> 12;
    h = h.wrapping_mul(0x297a_2d39);
    h ^= h >> 15;
    (h >> 8) as f32 / 16_777_216.0
}

/// Noise that varies smoothly, from 0 to 1.
fn cloud(x: f32, y: f32, seed: u32) -> f32 {
    let (i, j) = (x.floor(), y.floor());
    let (u, v) = (ramp(0.0, 1.0, x - i), ramp(0.0, 1.0, y - j));
    let at = |a: i32, b: i32| noise(i as i32 + a, j as i32 + b, seed);
    let top = at(0, 0) + (at(1, 0) - at(0, 0)) * u;
    let low = at(0, 1) + (at(1, 1) - at(0, 1)) * u;
    top + (low - top) * v
}

/// Several octaves of it.
fn clouds(x: f32, y: f32, seed: u32) -> f32 {
    0.53 * cloud(x, y, seed)
        + 0.27 * cloud(2.1 * x, 2.1 * y, seed + 1)
        + 0.13 * cloud(4.3 * x, 4.3 * y, seed + 2)
        + 0.07 * cloud(8.7 * x, 8.7 * y, seed + 3)
}

/// The grain of printed paper, laid over everything.
pub fn grain(colour: Colour, x: i32, y: i32, strength: f32) -> Colour {
    let n = (noise(x, y, 7) + noise(x / 2, y / 2, 9) - 1.0) * strength;
    colour.map(|part| (part + n).clamp(0.0, 1.0))
}

/// The picture of this family and seed for this aspect ratio (width to height).
pub fn compose(family: Family, seed: u64, aspect: f32) -> Picture {
    let mut rng = Rng::new(seed.wrapping_mul(31).wrapping_add(family as u64));
    match family {
        Family::Horizon => horizon(&mut rng, aspect),
        Family::Arcs => arcs(&mut rng),
        Family::Ridges => ridges(&mut rng, aspect),
        Family::Neon => neon(&mut rng, aspect),
        Family::Blocks => blocks(&mut rng, aspect),
        Family::Threads => threads(&mut rng, aspect),
    }
}

/// Still water under a low sun: bands of sky, a reflection that breaks up.
fn horizon(rng: &mut Rng, aspect: f32) -> Picture {
    const SETS: [[u32; 5]; 5] = [
        [0x0e1a2b, 0x2c4a6b, 0xd9927a, 0xf4d6a8, 0xfff1d6],
        [0x101828, 0x3a3f6b, 0x9a6a9b, 0xe9b7a5, 0xfbe9d0],
        [0x06222a, 0x125a62, 0x5fa79c, 0xd8e2b8, 0xfdf6da],
        [0x1a1420, 0x5a2a3c, 0xc05a4a, 0xf0a45c, 0xffe3a8],
        [0x18202a, 0x4a5c6e, 0x9fb2b8, 0xdcdcd0, 0xf8f4ea],
    ];
    let p = rng.pick(&SETS).map(hex);
    let line = rng.between(0.52, 0.7);
    let sun = (aspect * rng.between(0.3, 0.7), line - rng.between(-0.02, 0.26), rng.between(0.08, 0.19));
    let seed = rng.next();
    let hills = rng.chance(0.5);
    Box::new(move |x, y| {
        let away = ((x - sun.0).powi(2) + (y - sun.1).powi(2)).sqrt();
        let sky = |y: f32| {
            let t = (y / line).clamp(0.0, 1.0);
            let low = mix(p[1], p[2], ramp(0.2, 0.8, t));
            mix(mix(p[0], low, ramp(0.0, 0.5, t)), p[3], ramp(0.65, 1.05, t))
        };
        if y < line {
            let mut colour = sky(y);
            colour = mix(colour, p[4], 0.55 * (-away * 5.0).exp());
            let wisp = ramp(0.5, 0.8, clouds(x * 1.6, y * 9.0, seed));
            colour = mix(colour, p[3], 0.32 * wisp * y / line);
            colour = mix(colour, p[4], inside(away - sun.2));
            if hills {
                for layer in 0..2 {
                    let ridge = line - 0.05 * (2.0 - layer as f32) * clouds(x * (2.2 + layer as f32) + 7.0 * layer as f32, 0.3, seed + 40) * 2.0;
                    colour = mix(colour, mix(p[1], p[0], 0.3 + 0.45 * layer as f32), inside(ridge - y));
                }
            }
            colour
        } else {
            let depth = (y - line) / (1.0 - line);
            let ripple = clouds(x * 5.0, 3.0 / (depth + 0.05), seed + 9) - 0.5;
            let mirrored = line - (y - line) * 0.9 + ripple * 0.12 * depth;
            let mut colour = mix(sky(mirrored.max(0.0)), p[0], 0.35 + 0.5 * depth);
            let width = sun.2 * (0.6 + 0.8 * depth);
            let glint = (1.0 - ((x - sun.0) / width).abs()).clamp(0.0, 1.0);
            let broken = ramp(0.47, 0.56, clouds(x * 3.0, 26.0 * depth.powf(0.6) + 2.0, seed + 5));
            colour = mix(colour, p[4], 0.85 * ramp(0.0, 0.5, glint) * broken * (1.0 - 0.6 * depth));
            colour
        }
    })
}

/// Quarter circles on a square grid, as on the sleeves of the fifties.
fn arcs(rng: &mut Rng) -> Picture {
    const SETS: [[u32; 5]; 5] = [
        [0xf1e6d2, 0x22302f, 0xc8553d, 0xe0a458, 0x588b8b],
        [0xefe9dc, 0x2b2d42, 0xb56576, 0xe8a87c, 0x41707a],
        [0x1f2421, 0xeae0c8, 0x49746d, 0xd98e32, 0xa83f2e],
        [0xe8dcc4, 0x3b2c35, 0x7d8f69, 0xd67d4b, 0x35524a],
        [0x20283a, 0xf0e3ca, 0xcf8a5b, 0x7397a5, 0xb64e3c],
    ];
    let p = rng.pick(&SETS).map(hex);
    let cells = [3.0, 4.0, 4.0, 5.0][rng.below(4)];
    let rings = [2.0, 3.0, 4.0][rng.below(3)];
    let seed = rng.next();
    Box::new(move |x, y| {
        let (i, j) = ((x * cells).floor(), (y * cells).floor());
        let (u, v) = (x * cells - i, y * cells - j);
        let pick = |salt: u32| noise(i as i32, j as i32, seed + salt);
        let ground = p[if pick(1) < 0.68 { 0 } else { 1 }];
        let corner = (pick(2) * 4.0) as u32;
        let (cx, cy) = ((corner & 1) as f32, (corner >> 1) as f32);
        let radius = ((u - cx).powi(2) + (v - cy).powi(2)).sqrt();
        let shape = pick(3);
        let first = 2 + (pick(4) * 2.999) as usize;
        let tone_of = |ring: f32| if (ring as usize).is_multiple_of(2) { p[first] } else { ground };
        let mut colour = ground;
        if shape < 0.62 {
            let ring = (radius * rings).floor();
            if radius < 1.0 {
                let tone = tone_of(ring);
                colour = tone;
                // Soften the edge between two rings.
                let edge = (radius * rings - ring) / rings;
                let before = if ring > 0.0 { tone_of(ring - 1.0) } else { tone };
                colour = mix(before, colour, if ring > 0.0 { ramp(0.0, 0.006, edge) } else { 1.0 });
            }
            let outer = tone_of(rings - 1.0);
            if radius >= 1.0 {
                colour = mix(outer, ground, ramp(1.0, 1.006, radius));
            }
        } else if shape < 0.78 {
            let middle = ((u - 0.5).powi(2) + (v - 0.5).powi(2)).sqrt();
            colour = mix(colour, p[first], inside((middle - 0.38) / cells));
            colour = mix(colour, ground, inside((middle - 0.17) / cells));
        } else if shape < 0.9 {
            let bars = ((if corner < 2 { u } else { v }) * 6.0).fract();
            colour = mix(colour, p[first], inside((bars - 0.5) / 6.0 / cells));
        }
        colour
    })
}

/// Ridge behind ridge in mist, trees on the nearest, a moon.
fn ridges(rng: &mut Rng, aspect: f32) -> Picture {
    const SETS: [[u32; 4]; 5] = [
        [0xe9e2cf, 0xb7c2a8, 0x5f7f6a, 0x1d2f2a],
        [0xf3dcc0, 0xd9a37c, 0x8a5a4a, 0x2a1d22],
        [0xdfe6ea, 0x9fb4c0, 0x547186, 0x16242f],
        [0x2a2f45, 0x4a5573, 0x2f3a56, 0x0d1220],
        [0xf0e4b8, 0xc9b458, 0x7b7a3a, 0x2a2c18],
    ];
    let p = rng.pick(&SETS).map(hex);
    let seed = rng.next();
    let moon = (aspect * rng.between(0.22, 0.78), rng.between(0.16, 0.36), rng.between(0.07, 0.13));
    let night = p[0][0] < 0.3;
    let disc = if night { hex(0xf2e8c9) } else { hex(0xd96c3f) };
    let count = 5 + rng.below(3);
    Box::new(move |x, y| {
        let mut colour = mix(p[0], mix(p[0], p[1], 0.6), y * 1.3);
        let away = ((x - moon.0).powi(2) + (y - moon.1).powi(2)).sqrt();
        colour = mix(colour, disc, inside(away - moon.2) * if night { 1.0 } else { 0.88 });
        if night {
            let star = noise((x * 240.0) as i32, (y * 240.0) as i32, seed);
            if star > 0.9985 && y < 0.55 {
                colour = mix(colour, [1.0, 1.0, 0.92], 0.7);
            }
        }
        for n in 0..count {
            let t = n as f32 / (count - 1) as f32;
            let base = 0.36 + 0.5 * t;
            let rough = clouds(x * (1.3 + 1.6 * t) + 13.0 * n as f32, 0.5, seed + n as u32) - 0.5;
            let mut ridge = base - 0.26 * rough * (1.0 - 0.35 * t);
            if n + 2 >= count {
                // Pointed trees along the ridge.
                let step = 0.013 + 0.009 * t;
                let cell = (x / step).floor();
                let across = ((x / step).fract() - 0.5).abs() * 2.0;
                let tall = 0.012 + 0.06 * t * noise(cell as i32, n as i32, seed + 77).powf(1.5);
                ridge -= tall * (1.0 - across).max(0.0);
            }
            let tone = if t < 0.5 { mix(p[1], p[2], t * 2.0) } else { mix(p[2], p[3], t * 2.0 - 1.0) };
            let mist = mix(tone, p[0], 0.4 * ramp(0.0, 0.2, y - ridge) * (1.0 - t));
            colour = mix(colour, mist, inside(ridge - y));
        }
        colour
    })
}

/// A striped sun over a grid that runs to the horizon.
fn neon(rng: &mut Rng, aspect: f32) -> Picture {
    const SETS: [[u32; 5]; 5] = [
        [0x12082a, 0x3a0f5e, 0xff2e88, 0xffb13d, 0x29e7ff],
        [0x06101f, 0x0f3057, 0x00c2a8, 0xf7f06d, 0xff5e7a],
        [0x1a0a1e, 0x4a1248, 0xff6a3d, 0xffe066, 0x9d7bff],
        [0x071018, 0x123a5a, 0x3da5ff, 0xff7ad9, 0xffffff],
        [0x14061a, 0x5a0f3c, 0xff4d4d, 0xffc9a0, 0x7afcff],
    ];
    let p = rng.pick(&SETS).map(hex);
    let seed = rng.next();
    let line = rng.between(0.56, 0.68);
    let centre = aspect * if rng.chance(0.6) { 0.5 } else { rng.between(0.3, 0.7) };
    let radius = rng.between(0.2, 0.31);
    let up = line - radius * rng.between(0.35, 0.95);
    let city = rng.chance(0.5);
    let lanes = rng.between(9.0, 15.0);
    Box::new(move |x, y| {
        if y < line {
            let mut colour = mix(p[0], p[1], ramp(0.0, line, y));
            let star = noise((x * 300.0) as i32, (y * 300.0) as i32, seed);
            if star > 0.998 {
                colour = mix(colour, [1.0; 3], 0.8 * noise((x * 300.0) as i32, 3, seed));
            }
            let away = ((x - centre).powi(2) + (y - up).powi(2)).sqrt();
            colour = mix(colour, p[2], 0.5 * (-(away - radius).max(0.0) * 7.0).exp());
            let down = (y - up + radius) / (2.0 * radius);
            let stripe = ((down * 14.0).fract() - (down - 0.42) * 1.15) / 14.0 * radius;
            let cut = if down > 0.42 { 1.0 - inside(-stripe) } else { 0.0 };
            colour = mix(colour, mix(p[3], p[2], down), inside(away - radius) * (1.0 - cut));
            if city {
                for layer in 0..2 {
                    let width = 0.05 - 0.016 * layer as f32;
                    let cell = (x / width).floor() as i32;
                    let tall = (0.04 + 0.17 * noise(cell, layer, seed + 3).powi(2)) * (1.2 - 0.4 * layer as f32);
                    colour = mix(colour, mix(p[0], p[1], 0.45 - 0.4 * layer as f32), inside(line - tall - y));
                    let (wx, wy) = ((x / width).fract(), ((line - y) / 0.012).fract());
                    let lit = noise((x / width * 5.0) as i32, ((line - y) / 0.012) as i32, seed + 8) > 0.8;
                    if layer == 1 && lit && y > line - tall + 0.01 && (wx * 5.0).fract() > 0.4 && wy > 0.45 {
                        colour = mix(colour, p[3], 0.7);
                    }
                }
            }
            colour
        } else {
            let depth = (y - line) / (1.0 - line);
            let far = 1.0 / (depth + 0.035);
            let mut colour = mix(p[1], p[0], ramp(0.0, 0.7, depth));
            let wide = 0.011 * far.min(9.0);
            let across = (((x - centre) * far * lanes / 3.0).fract().abs() - 0.5).abs();
            let along = ((far * 1.35).fract() - 0.5).abs();
            let lines = ramp(0.5 - (wide * lanes / 7.0).min(0.3), 0.5, across).max(ramp(0.5 - (wide * 1.6).min(0.3), 0.5, along));
            colour = mix(colour, p[4], lines * (0.25 + 0.75 * depth));
            colour = mix(colour, p[2], 0.6 * (-depth * 12.0).exp());
            colour
        }
    })
}

/// Bars, discs and halves in few flat colours, and a screen of dots.
fn blocks(rng: &mut Rng, aspect: f32) -> Picture {
    const SETS: [[u32; 4]; 5] = [
        [0xece7dd, 0x111111, 0xe4402b, 0x2b4cce],
        [0x131313, 0xf2efe6, 0xf2c230, 0x9a9a92],
        [0xd9d4c7, 0x0f1f1c, 0x00806b, 0xf05a28],
        [0x1c1330, 0xefe9ff, 0xb6ff3c, 0x7048e8],
        [0xf4f1ea, 0x202020, 0xff8fb1, 0x1f7a8c],
    ];
    let p = rng.pick(&SETS).map(hex);
    let tilt = *rng.pick(&[0.0f32, 0.0, 0.785, -0.785, 0.4, -0.4]);
    let (sin, cos) = tilt.sin_cos();
    let mut shapes: Vec<(u8, f32, f32, f32, f32, Colour)> = Vec::new();
    let big = (aspect * rng.between(0.35, 0.65), rng.between(0.38, 0.62), rng.between(0.24, 0.36));
    shapes.push((0, big.0, big.1, big.2, 0.0, p[2]));
    for _ in 0..2 + rng.below(2) {
        let x = aspect * rng.between(0.1, 0.9);
        let y = rng.between(0.15, 0.85);
        let colour = p[1 + rng.below(3)];
        match rng.below(4) {
            0 => shapes.push((1, x, y, rng.between(0.25, 0.6) * aspect, rng.between(0.02, 0.07), colour)),
            1 => shapes.push((2, x, y, rng.between(0.1, 0.22), 0.0, colour)),
            2 => shapes.push((3, x, y, rng.between(0.12, 0.24), rng.between(0.015, 0.035), colour)),
            _ => shapes.push((1, x, y, rng.between(0.04, 0.1), rng.between(0.2, 0.42), colour)),
        }
    }
    shapes.push((4, big.0 + rng.between(-0.15, 0.15), big.1 + rng.between(-0.1, 0.1), big.2 * rng.between(0.6, 0.95), 0.0, p[1]));
    Box::new(move |x, y| {
        let mut colour = p[0];
        for (kind, cx, cy, a, b, tone) in &shapes {
            let (dx, dy) = (x - cx, y - cy);
            let (u, v) = (dx * cos - dy * sin, dx * sin + dy * cos);
            let away = (dx * dx + dy * dy).sqrt();
            let cover = match kind {
                0 => inside(away - a),
                1 => inside((u.abs() - a).max(v.abs() - b)),
                2 => inside((away - a).max(v)),
                3 => inside((away - a).abs() - b),
                _ => {
                    // A half-tone screen that thins out to one side.
                    let pitch = 0.021;
                    let (gx, gy) = ((u / pitch).round() * pitch, (v / pitch).round() * pitch);
                    let dot = ((u - gx).powi(2) + (v - gy).powi(2)).sqrt();
                    let size = pitch * 0.62 * (0.5 - gy / (2.0 * a)).clamp(0.0, 1.0);
                    inside(dot - size) * inside((gx * gx + gy * gy).sqrt() - a) * f32::from(u8::from(size > 0.002))
                }
            };
            colour = mix(colour, *tone, cover);
        }
        colour
    })
}

/// Fine lines, as drawn by a bow: many curves that share a shape and drift apart.
fn threads(rng: &mut Rng, aspect: f32) -> Picture {
    const SETS: [[u32; 3]; 5] = [
        [0xf3eee3, 0x1c2a3a, 0xa8482f],
        [0x10181f, 0xe9dcc0, 0x7aa3a8],
        [0xe6e0d4, 0x3a2430, 0x8c6a2f],
        [0x1f1a24, 0xf0d9c8, 0xc98a8a],
        [0xdde3e0, 0x20352f, 0xb0762c],
    ];
    let p = rng.pick(&SETS).map(hex);
    let seed = rng.next();
    let count = 26 + rng.below(18);
    let (wave, turn, lean) = (rng.between(1.1, 2.6), rng.between(0.6, 1.8), rng.between(-0.25, 0.25));
    let disc = (aspect * rng.between(0.3, 0.7), rng.between(0.3, 0.7), rng.between(0.12, 0.26));
    Box::new(move |x, y| {
        let mut colour = mix(p[0], mix(p[0], p[1], 0.09), clouds(x * 2.0, y * 2.0, seed));
        let away = ((x - disc.0).powi(2) + (y - disc.1).powi(2)).sqrt();
        colour = mix(colour, p[2], inside(away - disc.2) * 0.92);
        let window = ramp(0.0, 0.25 * aspect, x - 0.05 * aspect) * (1.0 - ramp(0.7 * aspect, 0.95 * aspect, x));
        let along = x / aspect;
        let carrier = (std::f32::consts::TAU * along * wave + f32::from(seed as u8) * 0.02).sin();
        let second = (std::f32::consts::TAU * along * wave * turn + 1.3).cos();
        for n in 0..count {
            let t = n as f32 / (count - 1) as f32 * 2.0 - 1.0;
            let curve =
                0.5 + lean * (along - 0.5) + t * 0.33 * (0.14 + window * (0.5 + 0.5 * second)) + 0.13 * window * carrier * (1.0 - 0.6 * t.abs());
            let slope = 1.0 + 0.6 * window;
            let line = inside(((y - curve).abs() / slope) - 0.0011 - 0.0006 * (1.0 - t.abs()));
            if line > 0.0 {
                colour = mix(colour, p[1], line * (0.92 - 0.35 * t.abs()));
            }
        }
        colour
    })
}
