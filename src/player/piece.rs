//! What the player plays: an artist's track or a song of the catalogue, with all that a queue shows of it.

use crate::{
    catalogue::SongCard,
    ids::PieceId,
    playlists::Item,
    uploads::{TrackCard, cover_at},
};
use serde::{Deserialize, Serialize};

/// A track or a song.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    pub id: PieceId,
    pub title: String,
    pub artist: String,
    /// The artist's page; a song's own.
    pub artist_path: String,
    pub path: String,
    /// The cover's address.
    pub cover: Option<String>,
    /// What the generated cover is made from.
    pub seed: String,
    /// Its length in seconds.
    pub seconds: i32,
    /// Whether there is sound to play.
    pub playable: bool,
    #[serde(default)]
    pub explicit: bool,
}

impl Piece {
    /// The path of its sound for the player, which says that it measures what is heard.
    pub fn sound(&self, quality: Quality) -> String {
        match self.id {
            PieceId::Track(id) if quality == Quality::Standard => format!("/media/audio/{id}?measured&signed"),
            PieceId::Track(id) => format!("/media/audio/{id}?measured&signed&quality={}", quality.code()),
            PieceId::Song(id) => format!("/media/songs/{id}?measured"),
        }
    }

    /// The cover's address in a size.
    pub fn cover_at(&self, size: u32) -> Option<String> {
        self.cover.as_deref().map(|cover| cover_at(cover, size))
    }
}

impl From<TrackCard> for Piece {
    fn from(card: TrackCard) -> Self {
        Self {
            id: card.id.into(),
            artist_path: card.artist_path(),
            path: card.path(),
            seed: format!("track-{} {}", card.id, card.title),
            title: card.title,
            artist: card.artist_name,
            cover: card.cover,
            seconds: card.duration_seconds,
            playable: card.playable,
            explicit: card.explicit,
        }
    }
}

impl From<SongCard> for Piece {
    fn from(card: SongCard) -> Self {
        Self {
            id: card.id.into(),
            artist_path: card.path(),
            path: card.path(),
            seed: card.seed(),
            title: card.title,
            artist: card.artist_name,
            cover: card.cover,
            seconds: card.duration_seconds,
            playable: card.playable,
            explicit: false,
        }
    }
}

impl From<Item> for Piece {
    fn from(item: Item) -> Self {
        match item {
            Item::Track(card) => card.into(),
            Item::Song(card) => card.into(),
        }
    }
}

/// A list to play, made of whatever the page has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pieces(pub Vec<Piece>);

impl<T: Into<Piece>> From<Vec<T>> for Pieces {
    fn from(list: Vec<T>) -> Self {
        Self(list.into_iter().map(Into::into).collect())
    }
}

/// How well it should sound. What the tier does not have, or the track, is the next best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    #[default]
    Standard,
    High,
    Lossless,
}

impl Quality {
    /// All, the smallest first.
    pub const ALL: [Self; 3] = [Self::Standard, Self::High, Self::Lossless];

    /// As it stands in an address.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::High => "high",
            Self::Lossless => "lossless",
        }
    }

    /// The quality of a code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quality| quality.code() == code)
    }
}
