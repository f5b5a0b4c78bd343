//! Artists: the profile, the public page, followers, the studio's dashboard.

mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod store;
pub mod studio;

use crate::{
    error::{AppResult, FieldErrors},
    ids::ArtistId,
    uploads::{StudioTrack, TrackCard, one_line, with_slug},
};
use serde::{Deserialize, Serialize};

/// Where an artist can be found elsewhere: the key in `socialLinks`, which is also its field and its word.
pub const SOCIAL: &[&str] = &["bandcamp", "instagram", "mastodon", "soundcloud", "youtube", "tiktok"];

/// The path of an artist's page.
pub fn artist_path(id: ArtistId, name: &str) -> String {
    with_slug("/artists", id.0, name)
}

/// A profile, as everyone may read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub name: String,
    pub bio: String,
    pub genre: String,
    pub location: String,
    pub website: String,
    /// Key of [`SOCIAL`] and address.
    pub links: Vec<(String, String)>,
    /// The profile image at 640 pixels.
    pub image: Option<String>,
    /// The banner at 1600 pixels.
    pub banner: Option<String>,
}

impl Profile {
    /// The address for one of [`SOCIAL`].
    pub fn link(&self, key: &str) -> String {
        self.links.iter().find(|(name, _)| name == key).map(|(_, address)| address.clone()).unwrap_or_default()
    }
}

/// An artist's public page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtistPage {
    pub id: ArtistId,
    pub profile: Profile,
    pub verified: bool,
    pub followers: i32,
    pub total_plays: i32,
    pub following: bool,
    /// Whether it is of who looks.
    pub mine: bool,
    pub tracks: Vec<TrackCard>,
}

/// The studio's front page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dashboard {
    pub id: ArtistId,
    pub name: String,
    pub tracks: i64,
    pub plays: i64,
    pub downloads: i64,
    pub likes: i64,
    pub followers: i32,
    /// Plays of the last thirty days: all, and those that counted.
    pub recent_raw: i64,
    pub recent_counted: i64,
    pub recent: Vec<StudioTrack>,
    pub unfinished: i64,
}

/// The texts of a profile's form, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileText {
    pub name: String,
    pub bio: Option<String>,
    pub genre: Option<String>,
    pub location: Option<String>,
    pub website: Option<String>,
    /// JSON of key and address.
    pub social_links: Option<String>,
}

impl ProfileText {
    /// Checks what was typed; `value` gives a field's text.
    ///
    /// # Errors
    /// [`crate::error::AppError::Invalid`], each message at its field.
    pub fn parse(value: impl Fn(&str) -> String) -> AppResult<Self> {
        let mut errors = FieldErrors::default();
        let mut line = |field: &str, most: usize| {
            let text = one_line(&value(field));
            if text.chars().count() > most {
                errors.add(field, crate::t!("artists.error.long", most = most));
            }
            (!text.is_empty()).then_some(text)
        };
        let name = line("name", 100);
        let genre = line("genre", 64);
        let location = line("location", 100);
        if name.is_none() {
            errors.add("name", crate::t!("artists.error.name_missing"));
        }
        let bio = value("bio").trim().replace("\r\n", "\n");
        if bio.chars().count() > 5000 {
            errors.add("bio", crate::t!("artists.error.long", most = 5000));
        }
        let website = web_address("website", &value("website"), &mut errors);
        let mut links = serde_json::Map::new();
        for key in SOCIAL {
            if let Some(address) = web_address(key, &value(key), &mut errors) {
                links.insert((*key).to_owned(), address.into());
            }
        }
        errors.done()?;
        Ok(Self {
            name: name.unwrap_or_default(),
            bio: (!bio.is_empty()).then_some(bio),
            genre,
            location,
            website,
            social_links: (!links.is_empty()).then(|| serde_json::Value::Object(links).to_string()),
        })
    }
}

/// A web address as it was typed, `https://` added when the scheme is missing.
pub(crate) fn web_address(field: &str, text: &str, errors: &mut FieldErrors) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let address = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or_default();
    let domain = host.split(['/', '?', '#']).next().unwrap_or_default();
    let good = address.len() <= 500
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !domain.contains('@')
        && !address.chars().any(|character| character.is_whitespace() || character.is_control() || matches!(character, '"' | '<' | '>' | '\\'));
    if good {
        Some(address)
    } else {
        errors.add(field, crate::t!("artists.error.address"));
        None
    }
}

/// A link of a row of before, only if it is one that may stand in a page.
#[cfg(feature = "ssr")]
pub(crate) fn safe_address(text: &str) -> Option<String> {
    web_address("", text, &mut FieldErrors::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(fields: &[(&str, &str)]) -> AppResult<ProfileText> {
        ProfileText::parse(|name| fields.iter().find(|(field, _)| *field == name).map(|(_, value)| (*value).to_owned()).unwrap_or_default())
    }

    #[test]
    fn addresses_are_of_the_web() {
        let good = parse(&[("name", "Ida"), ("website", "ida.example/music"), ("instagram", "https://instagram.com/ida")]).unwrap();
        assert_eq!(good.website.as_deref(), Some("https://ida.example/music"));
        assert_eq!(good.social_links.as_deref(), Some("{\"instagram\":\"https://instagram.com/ida\"}"));
        for bad in ["javascript:alert(1)", "data://x.y", "https://", "https://user@evil.example", "nowhere", "a b.example"] {
            assert!(parse(&[("name", "Ida"), ("website", bad)]).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_is_all_that_is_needed() {
        assert_eq!(parse(&[("name", "  Ida \n Noor ")]).unwrap().name, "Ida Noor");
        assert!(parse(&[("name", " ")]).is_err());
    }
}
