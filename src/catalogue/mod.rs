//! The label's own catalogue: albums, songs and mixes, kept by admins, and the songs that a listener keeps.

pub mod admin;
mod api;
#[cfg(feature = "ssr")]
pub mod downloads;
#[cfg(feature = "ssr")]
pub mod keeping;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod store;
pub mod texts;

use crate::{
    ids::{AlbumId, MixId, SongId},
    purchases::Sale,
    uploads::{
        formats::{Bundle, Format},
        with_slug,
    },
};
use serde::{Deserialize, Serialize};

/// What a list, the player and a queue know of a song.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SongCard {
    pub id: SongId,
    pub title: String,
    pub artist_name: String,
    /// Its own cover, or its album's.
    pub cover: Option<String>,
    pub duration_seconds: i32,
    pub plays: i32,
    /// Whether there is sound to play.
    pub playable: bool,
}

impl SongCard {
    /// The path of the song's page.
    pub fn path(&self) -> String {
        with_slug("/songs", self.id.0, &self.title)
    }

    /// What its generated cover is made from.
    pub fn seed(&self) -> String {
        format!("song-{} {}", self.id, self.title)
    }
}

/// An album in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlbumLine {
    pub id: AlbumId,
    pub title: String,
    pub artist_name: String,
    pub cover: Option<String>,
    pub year: Option<i32>,
}

/// A mix in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MixLine {
    pub id: MixId,
    pub name: String,
    pub cover: Option<String>,
    /// How many songs it has.
    pub songs: i64,
}

impl MixLine {
    /// The path of the mix's page.
    pub fn path(&self) -> String {
        with_slug("/mixes", self.id.0, &self.name)
    }

    /// What its generated cover is made from.
    pub fn seed(&self) -> String {
        format!("mix-{} {}", self.id, self.name)
    }
}

impl AlbumLine {
    /// The path of the album's page.
    pub fn path(&self) -> String {
        with_slug("/albums", self.id.0, &self.title)
    }

    /// What its generated cover is made from.
    pub fn seed(&self) -> String {
        format!("album-{} {}", self.id, self.title)
    }
}

/// An album's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlbumPage {
    pub line: AlbumLine,
    pub description: String,
    pub genre: Option<String>,
    pub songs: Vec<SongCard>,
    /// What of it whoever looks can take along.
    pub bundle: Bundle,
    pub sale: Sale,
}

/// A song's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SongPage {
    pub card: SongCard,
    pub album: Option<AlbumLine>,
    pub genre: Option<String>,
    pub sale: Sale,
    pub explicit: bool,
    /// Whether who looks keeps it.
    pub favourite: bool,
    /// How whoever looks can take it along; empty when they may not.
    pub formats: Vec<Format>,
}

/// A playlist of the label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MixPage {
    pub id: MixId,
    pub name: String,
    pub description: String,
    pub cover: Option<String>,
    pub songs: Vec<SongCard>,
}

/// The length of some songs together, in seconds.
pub fn total_seconds(songs: &[SongCard]) -> i64 {
    songs.iter().map(|song| i64::from(song.duration_seconds)).sum()
}
