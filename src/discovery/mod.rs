//! Finding music: the front page, search, genres, charts, and what one has found: the library.

mod api;
pub mod library;
pub mod lists;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;

use crate::{
    artists::artist_path,
    catalogue::{AlbumLine, SongCard},
    ids::ArtistId,
    page::Page,
    playlists::{PlaylistLine, encoded},
    posts::PostLine,
    uploads::{TrackCard, formats::Taken},
};
use serde::{Deserialize, Serialize};

/// An artist in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtistLine {
    pub id: ArtistId,
    pub name: String,
    pub image: Option<String>,
    pub genre: Option<String>,
    pub followers: i32,
}

impl ArtistLine {
    /// The path of the artist's page.
    pub fn path(&self) -> String {
        artist_path(self.id, &self.name)
    }
}

/// The path of a genre's page.
pub fn genre_path(genre: &str) -> String {
    format!("/genres/{}", encoded(genre))
}

/// The front page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// New tracks by whom one follows.
    pub news: Vec<TrackCard>,
    /// Most heard in the last thirty days.
    pub trending: Vec<TrackCard>,
    pub releases: Vec<TrackCard>,
    pub artists: Vec<ArtistLine>,
    pub playlists: Vec<PlaylistLine>,
    pub albums: Vec<AlbumLine>,
    pub posts: Vec<PostLine>,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub tracks: Vec<TrackCard>,
    pub songs: Vec<SongCard>,
    pub artists: Vec<ArtistLine>,
    pub playlists: Vec<PlaylistLine>,
}

impl Found {
    /// Whether there is nothing.
    pub const fn is_empty(&self) -> bool {
        self.tracks.is_empty() && self.songs.is_empty() && self.artists.is_empty() && self.playlists.is_empty()
    }
}

/// A genre's page: its tracks a page at a time, and songs of the catalogue on the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenrePage {
    /// As the most tracks write it.
    pub name: String,
    pub tracks: Page<TrackCard>,
    pub songs: Vec<SongCard>,
}

/// What one has found and kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    pub own: Vec<PlaylistLine>,
    pub followed: Vec<PlaylistLine>,
    pub artists: Vec<ArtistLine>,
    pub liked: Vec<TrackCard>,
    pub favourites: Vec<SongCard>,
    /// What of it one can take along, what was bought first.
    pub taken: Vec<Taken>,
}

/// Patterns for LIKE with `ESCAPE '!'`: what begins with the text, what contains it. Nothing in it is a wildcard.
pub fn patterns(text: &str) -> (String, String) {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '!' | '%' | '_') {
            escaped.push('!');
        }
        escaped.push(character);
    }
    (format!("{escaped}%"), format!("%{escaped}%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_letters() {
        assert_eq!(patterns("100% a_b!"), ("100!% a!_b!!%".to_owned(), "%100!% a!_b!!%".to_owned()));
    }

    #[test]
    fn genres_have_addresses() {
        assert_eq!(genre_path("R&B"), "/genres/R%26B");
    }
}
