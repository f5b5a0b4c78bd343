//! Pictures: read within limits, turned upright, cut to shape, written anew as WebP. No metadata survives.

use super::storage::Storage;
use crate::{
    ids::UserId,
    server::{state::App, tokens},
};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, imageops::FilterType};
use std::io::Cursor;

/// Pixels of a picture at most.
const MAX_PIXELS: u64 = 50_000_000;
/// WebP's quality, of 100.
const QUALITY: f32 = 82.0;

/// What a picture is for: its widths, and its height by width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Cover,
    Profile,
    Banner,
}

impl Purpose {
    /// As uploadedFiles has it.
    const fn code(self) -> &'static str {
        match self {
            Self::Cover => "cover",
            Self::Profile => "profile",
            Self::Banner => "banner",
        }
    }

    const fn widths(self) -> &'static [u32] {
        match self {
            Self::Cover => &[160, 320, 640, 1280],
            Self::Profile => &[160, 320, 640],
            Self::Banner => &[800, 1600],
        }
    }

    const fn height(self, width: u32) -> u32 {
        match self {
            Self::Cover | Self::Profile => width,
            Self::Banner => width / 4,
        }
    }

    /// The size whose address stands in the database.
    const fn main(self) -> u32 {
        match self {
            Self::Cover | Self::Profile => 640,
            Self::Banner => 1600,
        }
    }
}

/// Why a picture was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    TooLarge,
    TooManyPixels,
    NotAPicture,
    Damaged,
    Internal,
}

impl Problem {
    /// What people read.
    pub fn text(self) -> String {
        match self {
            Self::TooLarge => crate::t!("media.image.too_large"),
            Self::TooManyPixels => crate::t!("media.image.too_many_pixels"),
            Self::NotAPicture => crate::t!("media.image.not_a_picture"),
            Self::Damaged => crate::t!("media.image.damaged"),
            Self::Internal => crate::t!("media.failure.internal"),
        }
        .into_owned()
    }
}

/// Keeps somebody's picture in all its sizes, records each file, and returns the address of the main one.
///
/// # Errors
/// What is wrong with it.
pub async fn keep(app: &App, user: UserId, bytes: Vec<u8>, purpose: Purpose) -> Result<String, Problem> {
    let sizes = tokio::task::spawn_blocking(move || resize(&bytes, purpose)).await.map_err(|_| Problem::Internal)??;
    let id = tokens::ulid();
    let storage = Storage::of(app);
    let ours = |error: &dyn std::fmt::Display| {
        tracing::error!("a picture was not kept: {error}");
        Problem::Internal
    };
    let key = |width: u32| format!("images/{id}-{width}.webp");
    for size in &sizes {
        storage.put(&key(size.width), &size.webp).await.map_err(|error| ours(&error))?;
    }
    record(app, user, purpose, &sizes, key).await.map_err(|error| ours(&error))?;
    Ok(format!("/media/images/{id}-{}.webp", purpose.main()))
}

async fn record(app: &App, user: UserId, purpose: Purpose, sizes: &[Sized], key: impl Fn(u32) -> String) -> anyhow::Result<()> {
    let mut tx = app.db.begin().await?;
    for size in sizes {
        let metadata = serde_json::json!({ "purpose": purpose.code(), "width": size.pixels.0, "height": size.pixels.1 });
        sqlx::query!(
            "INSERT INTO uploadedFiles (userId, fileKey, fileName, mimeType, size, metadata, createdAt) VALUES (?, ?, NULL, 'image/webp', ?, ?, ?)",
            user,
            key(size.width),
            i64::try_from(size.webp.len())?,
            metadata.to_string(),
            app.clock.now()
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A picture in one of its sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sized {
    /// The size's name.
    pub width: u32,
    /// What it really is, for none grows.
    pub pixels: (u32, u32),
    pub webp: Vec<u8>,
}

/// All sizes of a picture as WebP.
///
/// # Errors
/// What is wrong with it.
pub fn resize(bytes: &[u8], purpose: Purpose) -> Result<Vec<Sized>, Problem> {
    let picture = decode(bytes)?;
    let mut sizes = Vec::new();
    for &width in purpose.widths() {
        // Never larger than it came; the name stays that of the size.
        let fitting = width.min(picture.width()).min(match purpose {
            Purpose::Banner => picture.height().saturating_mul(4),
            _ => picture.height(),
        });
        let height = purpose.height(fitting).max(1);
        let sized = picture.resize_to_fill(fitting.max(1), height, FilterType::Lanczos3).to_rgba8();
        let webp = webp::Encoder::from_rgba(&sized, sized.width(), sized.height()).encode(QUALITY);
        sizes.push(Sized { width, pixels: (sized.width(), sized.height()), webp: webp.to_vec() });
    }
    Ok(sizes)
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, Problem> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| Problem::NotAPicture)?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err(Problem::NotAPicture);
    }
    let mut decoder = reader.into_decoder().map_err(|_| Problem::Damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Problem::TooManyPixels);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(512 << 20);
    decoder.set_limits(limits).map_err(|_| Problem::TooManyPixels)?;
    let orientation = decoder.orientation().map_err(|_| Problem::Damaged)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Problem::Damaged)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn covers_become_square_webps_and_never_grow() {
        let sizes = resize(&png(700, 400), Purpose::Cover).unwrap();
        let widths: Vec<u32> = sizes
            .iter()
            .map(|size| image::load_from_memory(&size.webp).unwrap())
            .map(|picture| {
                assert_eq!(picture.width(), picture.height());
                picture.width()
            })
            .collect();
        assert_eq!(widths, [160, 320, 400, 400]);
        assert!(sizes.iter().all(|size| size.webp.starts_with(b"RIFF") && size.pixels.0 <= size.width));
    }

    #[test]
    fn bombs_and_other_files_are_refused_before_they_are_decoded() {
        assert_eq!(resize(&png(10_000, 5_001), Purpose::Cover), Err(Problem::TooManyPixels));
        assert_eq!(resize(b"<svg xmlns='http://www.w3.org/2000/svg'/>", Purpose::Cover), Err(Problem::NotAPicture));
        let mut cut = png(400, 400);
        cut.truncate(60);
        assert_eq!(resize(&cut, Purpose::Cover), Err(Problem::Damaged));
    }
}
