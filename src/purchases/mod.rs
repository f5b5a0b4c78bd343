//! Purchases: a listener buys a track, a song or an album, and pays what is asked or more.

pub mod api;
pub mod gift_pages;
#[cfg(feature = "ssr")]
pub mod gifts;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;

use crate::{
    ids::{AlbumId, PaymentId, SongId, TrackId},
    money::Cents,
    uploads::{formats::Format, with_slug},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What can be bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Thing {
    /// The download of what an artist published.
    Track(TrackId),
    /// A song of the label's catalogue.
    Song(SongId),
    /// An album of the label's, with all its songs.
    Album(AlbumId),
}

impl Thing {
    /// From the two parts of an address, such as `tracks` and `12`.
    pub fn parse(kind: &str, id: &str) -> Option<Self> {
        let id: i32 = id.parse().ok()?;
        match kind {
            "tracks" => Some(Self::Track(TrackId(id))),
            "songs" => Some(Self::Song(SongId(id))),
            "albums" => Some(Self::Album(AlbumId(id))),
            _ => None,
        }
    }

    /// The first part of its addresses.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Track(_) => "tracks",
            Self::Song(_) => "songs",
            Self::Album(_) => "albums",
        }
    }

    /// Its number among its kind.
    pub const fn id(self) -> i32 {
        match self {
            Self::Track(id) => id.0,
            Self::Song(id) => id.0,
            Self::Album(id) => id.0,
        }
    }

    /// The path of its page.
    pub fn path(self, title: &str) -> String {
        with_slug(&format!("/{}", self.kind()), self.id(), title)
    }

    /// Where whoever owns it takes it along, as it was uploaded.
    pub fn download_path(self) -> String {
        format!("/{}/{}/download?format={}", self.kind(), self.id(), Format::Original.code())
    }

    /// The path on which it is bought.
    pub fn buy_path(self) -> String {
        format!("/buy/{}/{}", self.kind(), self.id())
    }

    /// Its kind, as people read it.
    pub fn word(self) -> String {
        match self {
            Self::Track(_) => crate::t!("purchases.kind.track"),
            Self::Song(_) => crate::t!("purchases.kind.song"),
            Self::Album(_) => crate::t!("purchases.kind.album"),
        }
        .into_owned()
    }
}

/// The one of three columns that is filled.
#[cfg(feature = "ssr")]
pub(crate) fn thing_of(upload: Option<i32>, song: Option<i32>, album: Option<i32>) -> Option<Thing> {
    let track = upload.map(|id| Thing::Track(TrackId(id)));
    track.or_else(|| song.map(|id| Thing::Song(SongId(id)))).or_else(|| album.map(|id| Thing::Album(AlbumId(id))))
}

/// What the page of a thing says about buying it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sale {
    /// Not for sale, or free.
    Not,
    For(Cents),
    /// Whoever looks has bought it.
    Owned,
}

/// What the buying page needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub thing: Thing,
    pub title: String,
    pub by: String,
    /// The least to pay.
    pub price: Cents,
    /// The most.
    pub maximum: Cents,
    /// What the site keeps of it; nothing of the label's own.
    pub fee_basis_points: u32,
    /// Makes the form count once, however often it is sent.
    pub form_key: String,
    /// Whoever looks has it; it can still be given away.
    pub owned: bool,
    /// Why this listener can't buy it, as a sentence.
    pub obstacle: Option<String>,
}

/// What is bought, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    pub thing: Thing,
    /// For somebody else, by a code.
    pub gift: bool,
}

impl From<Thing> for Choice {
    fn from(thing: Thing) -> Self {
        Self { thing, gift: false }
    }
}

/// What a gift's code gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gift {
    /// As people write it.
    pub code: String,
    pub thing: Thing,
    pub title: String,
    pub by: String,
    /// Whoever looks keeps it.
    pub mine: bool,
    /// Some account keeps it.
    pub taken: bool,
    /// Downloads that are left without an account.
    pub downloads_left: u32,
}

/// Something that was bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bought {
    /// Where it stands in the list.
    pub key: String,
    pub thing: Thing,
    pub title: String,
    pub by: String,
    pub amount: Cents,
    /// Missing for what was owned before this site kept receipts.
    pub payment: Option<PaymentId>,
    pub at: OffsetDateTime,
    /// Whether its page is still there.
    pub published: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_back() {
        for thing in [Thing::Track(TrackId(1)), Thing::Song(SongId(2)), Thing::Album(AlbumId(3))] {
            assert_eq!(Thing::parse(thing.kind(), &thing.id().to_string()), Some(thing));
        }
        assert_eq!(Thing::parse("mixes", "1"), None);
        assert_eq!(Thing::parse("tracks", "x"), None);
    }
}
