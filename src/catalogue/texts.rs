//! What admins write about albums and songs.

use crate::{
    error::{AppResult, FieldErrors},
    ids::{AlbumId, SongId},
    money::Cents,
    tips::parse_amount,
};
use serde::{Deserialize, Serialize};

/// The highest price, in cents.
const DEAREST: Cents = Cents(1_000_000);
const DESCRIPTION: usize = 5_000;

/// A song in the list of its album, for admins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SongLine {
    pub id: SongId,
    pub number: Option<i32>,
    pub title: String,
    pub price: Option<Cents>,
    pub published: bool,
    /// Whether there is sound to play.
    pub playable: bool,
}

/// An album in the list of all, for admins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlbumState {
    pub id: AlbumId,
    pub title: String,
    pub artist: String,
    pub price: Option<Cents>,
    pub songs: i64,
    pub published: bool,
}

/// An album as admins edit it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlbumDraft {
    pub title: String,
    pub artist: String,
    pub description: String,
    pub genre: String,
    /// None: it is not for sale.
    pub price: Option<Cents>,
    pub published: bool,
    pub songs: Vec<SongLine>,
}

/// A song as admins edit it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SongDraft {
    pub album: Option<AlbumId>,
    pub title: String,
    pub artist: String,
    pub genre: String,
    pub number: Option<i32>,
    /// None: it is not for sale by itself.
    pub price: Option<Cents>,
    pub explicit: bool,
    pub published: bool,
    pub playable: bool,
}

fn line(errors: &mut FieldErrors, field: &'static str, text: &str, most: usize, required: bool) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.chars().count() {
        0 if required => errors.add(field, crate::t!("catalogue.admin.error.missing")),
        length if length > most => errors.add(field, crate::t!("catalogue.admin.error.long", maximum = most)),
        _ => {}
    }
    text
}

fn price(errors: &mut FieldErrors, text: &str) -> Option<Cents> {
    if text.trim().is_empty() {
        return None;
    }
    match parse_amount(text, Cents::ZERO, DEAREST) {
        Ok(price) => Some(price),
        Err(message) => {
            errors.add("price", message);
            None
        }
    }
}

impl AlbumDraft {
    /// Checks what was typed.
    ///
    /// # Errors
    /// [`crate::error::AppError::Invalid`], each message at its field.
    pub fn parse(title: &str, artist: &str, description: &str, genre: &str, price_text: &str, published: bool) -> AppResult<Self> {
        let mut errors = FieldErrors::default();
        let title = line(&mut errors, "title", title, 200, true);
        let artist = line(&mut errors, "artist", artist, 200, true);
        let genre = line(&mut errors, "genre", genre, 64, false);
        let description = description.replace("\r\n", "\n").trim().to_owned();
        if description.chars().count() > DESCRIPTION {
            errors.add("description", crate::t!("catalogue.admin.error.long", maximum = DESCRIPTION));
        }
        let price = price(&mut errors, price_text);
        errors.done()?;
        Ok(Self { title, artist, description, genre, price, published, songs: Vec::new() })
    }
}

/// A song's form, as it was typed.
pub struct SongForm<'a> {
    pub album: Option<AlbumId>,
    pub title: &'a str,
    pub artist: &'a str,
    pub genre: &'a str,
    pub number: &'a str,
    pub price: &'a str,
    pub explicit: bool,
    pub published: bool,
}

impl SongDraft {
    /// Checks what was typed.
    ///
    /// # Errors
    /// [`crate::error::AppError::Invalid`], each message at its field.
    pub fn parse(form: &SongForm<'_>) -> AppResult<Self> {
        let mut errors = FieldErrors::default();
        let title = line(&mut errors, "title", form.title, 200, true);
        let artist = line(&mut errors, "artist", form.artist, 200, true);
        let genre = line(&mut errors, "genre", form.genre, 64, false);
        let number = match form.number.trim() {
            "" => None,
            text => match text.parse::<i32>() {
                Ok(number @ 1..=999) => Some(number),
                _ => {
                    errors.add("number", crate::t!("catalogue.admin.error.number"));
                    None
                }
            },
        };
        let price = price(&mut errors, form.price);
        errors.done()?;
        Ok(Self { album: form.album, title, artist, genre, number, price, explicit: form.explicit, published: form.published, playable: false })
    }
}
