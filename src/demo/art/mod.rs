//! Sleeves, banners and portraits for the demo content, composed from a seed: the same seed gives the same picture.

// Places on a picture go between floats and whole numbers, within a few thousand pixels.
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_possible_wrap)]

mod paint;

use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};

/// A way of composing: each artist has one, as a label's designer has a hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Horizon,
    Arcs,
    Ridges,
    Neon,
    Blocks,
    Threads,
}

/// A picture of this size as pixels, red, green and blue.
pub fn pixels(family: Family, seed: u64, width: u32, height: u32) -> Vec<u8> {
    let picture = paint::compose(family, seed, width as f32 / height as f32);
    let scale = 1.0 / height as f32;
    let strength = if family == Family::Neon { 0.02 } else { 0.035 };
    let mut out = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            let colour = picture((x as f32 + 0.5) * scale, (y as f32 + 0.5) * scale);
            let colour = paint::grain(colour, x as i32, y as i32, strength);
            out.extend(colour.map(|part| (part * 255.0 + 0.5) as u8));
        }
    }
    out
}

/// The same as a JPEG file's bytes.
///
/// # Errors
/// When the size is none that JPEG can hold.
pub fn jpeg(family: Family, seed: u64, width: u32, height: u32) -> Result<Vec<u8>, image::ImageError> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, 90).write_image(&pixels(family, seed, width, height), width, height, ExtendedColorType::Rgb8)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{Family, pixels};

    const ALL: [Family; 6] = [Family::Horizon, Family::Arcs, Family::Ridges, Family::Neon, Family::Blocks, Family::Threads];

    #[test]
    fn a_seed_always_gives_the_same_picture_and_another_seed_another() {
        for family in ALL {
            assert_eq!(pixels(family, 3, 48, 48), pixels(family, 3, 48, 48));
            assert_ne!(pixels(family, 3, 48, 48), pixels(family, 4, 48, 48));
        }
    }

    #[test]
    fn pictures_have_light_and_dark() {
        for family in ALL {
            for seed in 0..6 {
                let picture = pixels(family, seed, 64, 64);
                let darkest = picture.iter().min();
                let lightest = picture.iter().max();
                assert!(lightest > darkest.map(|d| d.saturating_add(90)).as_ref(), "{family:?} {seed} is flat");
            }
        }
    }
}
