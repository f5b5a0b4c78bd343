//! Finding music: the front page, search, genres, charts, and what one has found: the library.

mod api;
pub mod library;
pub mod lists;
pub mod pages;
#[cfg(feature = "ssr")]
mod shelves;
#[cfg(feature = "ssr")]
pub mod store;

use crate::{
    artists::artist_path,
    catalogue::{AlbumLine, SongCard},
    ids::ArtistId,
    page::Page,
    playlists::{PlaylistLine, encoded},
    posts::PostLine,
    t,
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

/// A shelf of one's library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shelf {
    /// One's own playlists.
    Playlists,
    /// Playlists of others that one follows.
    Followed,
    Artists,
    /// Tracks of artists.
    Liked,
    /// Songs of the catalogue.
    Songs,
    /// What one can take along, what was bought first.
    Downloads,
}

impl Shelf {
    /// In the order of the library's page.
    pub const ALL: [Self; 6] = [Self::Playlists, Self::Followed, Self::Artists, Self::Liked, Self::Songs, Self::Downloads];

    /// Its name in addresses and in the catalogue of words.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Playlists => "playlists",
            Self::Followed => "followed",
            Self::Artists => "artists",
            Self::Liked => "liked",
            Self::Songs => "songs",
            Self::Downloads => "downloads",
        }
    }

    /// The one with this name.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shelf| shelf.code() == code)
    }

    /// The path of its page.
    pub fn path(self) -> String {
        format!("/library/{}", self.code())
    }

    /// What stands above it.
    pub fn title(self) -> String {
        t!(format!("discovery.library.{}.title", self.code())).into_owned()
    }
}

/// What stands on a shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShelfItems {
    Playlists(Vec<PlaylistLine>),
    Artists(Vec<ArtistLine>),
    Tracks(Vec<TrackCard>),
    Songs(Vec<SongCard>),
    Downloads(Vec<Taken>),
}

impl ShelfItems {
    /// Whether there is nothing.
    pub const fn is_empty(&self) -> bool {
        match self {
            Self::Playlists(items) => items.is_empty(),
            Self::Artists(items) => items.is_empty(),
            Self::Tracks(items) => items.is_empty(),
            Self::Songs(items) => items.is_empty(),
            Self::Downloads(items) => items.is_empty(),
        }
    }
}

/// A page of a shelf, and the key of the next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LibraryShelf {
    pub shelf: Shelf,
    pub items: ShelfItems,
    pub next: Option<String>,
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
