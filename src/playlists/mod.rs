//! Playlists of listeners: their tracks and songs in order, followers, shares.

mod api;
pub mod control;
#[cfg(feature = "ssr")]
pub mod downloads;
pub mod editor;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod routes;
pub mod share;
#[cfg(feature = "ssr")]
pub mod shares;
#[cfg(feature = "ssr")]
pub mod store;

pub use api::page as playlist_page;

use crate::{
    catalogue::SongCard,
    error::{AppResult, FieldErrors},
    ids::{PlaylistId, SongId, TrackId},
    uploads::{TrackCard, formats::Bundle, one_line, with_slug},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How many tracks and songs a playlist holds at most.
pub const MOST_ENTRIES: usize = 500;

/// A playlist in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaylistLine {
    pub id: PlaylistId,
    pub name: String,
    pub cover: Option<String>,
    pub owner: String,
    pub public: bool,
    pub entries: i64,
}

impl PlaylistLine {
    /// The path of the playlist's page.
    pub fn path(&self) -> String {
        playlist_path(self.id, &self.name)
    }

    /// What its generated cover is made from.
    pub fn seed(&self) -> String {
        seed(self.id)
    }
}

/// The path of a playlist's page.
pub fn playlist_path(id: PlaylistId, name: &str) -> String {
    with_slug("/playlists", id.0, name)
}

/// What a playlist's generated cover is made from: a new name keeps the picture.
pub fn seed(id: PlaylistId) -> String {
    format!("playlist-{id}")
}

/// What can stand on a playlist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Item {
    Track(TrackCard),
    Song(SongCard),
}

impl Item {
    /// Its title.
    pub fn title(&self) -> &str {
        match self {
            Self::Track(track) => &track.title,
            Self::Song(song) => &song.title,
        }
    }

    /// Who made it.
    pub fn artist(&self) -> &str {
        match self {
            Self::Track(track) => &track.artist_name,
            Self::Song(song) => &song.artist_name,
        }
    }

    /// The path of its page.
    pub fn path(&self) -> String {
        match self {
            Self::Track(track) => track.path(),
            Self::Song(song) => song.path(),
        }
    }

    /// Its length.
    pub const fn seconds(&self) -> i32 {
        match self {
            Self::Track(track) => track.duration_seconds,
            Self::Song(song) => song.duration_seconds,
        }
    }

    /// The path of its sound.
    pub fn sound(&self) -> String {
        match self {
            Self::Track(track) => format!("/media/audio/{}", track.id),
            Self::Song(song) => format!("/media/songs/{}", song.id),
        }
    }
}

/// Which track or song is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Track(TrackId),
    Song(SongId),
}

impl Which {
    /// From a form's two fields, of which one is filled.
    pub fn of(track: Option<TrackId>, song: Option<SongId>) -> Option<Self> {
        track.map(Self::Track).or(song.map(Self::Song))
    }
}

/// A place on a playlist. What was taken down since is nothing; its place stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub id: i32,
    pub item: Option<Item>,
}

/// A playlist's own page, as one person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaylistPage {
    pub line: PlaylistLine,
    pub description: String,
    pub followers: i32,
    pub shares: i32,
    pub following: bool,
    /// Whether it is of who looks.
    pub mine: bool,
    pub entries: Vec<Entry>,
    /// What of it whoever looks can take along.
    pub bundle: Bundle,
}

/// What changes the order of a playlist, with the entry it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Up(i32),
    Down(i32),
    Remove(i32),
}

impl Change {
    /// Reads `up-12`, `down-12`, `remove-12`, as the buttons say it.
    pub fn parse(text: &str) -> Option<Self> {
        let (what, entry) = text.split_once('-')?;
        let entry = entry.parse().ok()?;
        match what {
            "up" => Some(Self::Up(entry)),
            "down" => Some(Self::Down(entry)),
            "remove" => Some(Self::Remove(entry)),
            _ => None,
        }
    }

    /// The entries in their new order; what is not among them changes nothing.
    pub fn apply(self, mut entries: Vec<i32>) -> Vec<i32> {
        let place = |entry: i32| entries.iter().position(|other| *other == entry);
        match self {
            Self::Up(entry) => {
                if let Some(place) = place(entry).filter(|place| *place > 0) {
                    entries.swap(place, place - 1);
                }
            }
            Self::Down(entry) => {
                if let Some(place) = place(entry).filter(|place| place + 1 < entries.len()) {
                    entries.swap(place, place + 1);
                }
            }
            Self::Remove(entry) => entries.retain(|other| *other != entry),
        }
        entries
    }
}

/// Name and description, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaylistText {
    pub name: String,
    pub description: Option<String>,
}

impl PlaylistText {
    /// Checks what was typed.
    ///
    /// # Errors
    /// [`crate::error::AppError::Invalid`], each message at its field.
    pub fn parse(name: &str, description: &str) -> AppResult<Self> {
        let mut errors = FieldErrors::default();
        let name = one_line(name);
        match name.chars().count() {
            0 => errors.add("name", crate::t!("playlists.error.name_missing")),
            1..=100 => {}
            _ => errors.add("name", crate::t!("playlists.error.name_long")),
        }
        let description = description.trim().replace("\r\n", "\n");
        if description.chars().count() > 1000 {
            errors.add("description", crate::t!("playlists.error.description_long"));
        }
        errors.done()?;
        Ok(Self { name, description: (!description.is_empty()).then_some(description) })
    }
}

/// Where a playlist can be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    Copy,
    Whatsapp,
    Facebook,
    Twitter,
}

impl Platform {
    /// All of them, in the order of the buttons.
    pub const ALL: [Self; 4] = [Self::Copy, Self::Whatsapp, Self::Facebook, Self::Twitter];

    /// As `playlistShares.platform` has it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Whatsapp => "whatsapp",
            Self::Facebook => "facebook",
            Self::Twitter => "twitter",
        }
    }

    /// The platform of a code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|platform| platform.code() == code)
    }

    /// What people read.
    pub fn label(self) -> String {
        crate::t!(format!("playlists.platform.{}", self.code())).into_owned()
    }

    /// The platform's page that takes an address and a text; none for a plain copy.
    pub fn address(self, link: &str, text: &str) -> Option<String> {
        let (link, text) = (encoded(link), encoded(text));
        match self {
            Self::Copy => None,
            Self::Whatsapp => Some(format!("https://wa.me/?text={text}%20{link}")),
            Self::Facebook => Some(format!("https://www.facebook.com/sharer/sharer.php?u={link}")),
            Self::Twitter => Some(format!("https://twitter.com/intent/tweet?url={link}&text={text}")),
        }
    }
}

/// A text as a part of an address, every byte that is not plain escaped.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// A share of one's own, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareLine {
    pub code: String,
    pub platform: Option<Platform>,
    pub shared: OffsetDateTime,
    pub visits: i32,
    pub follows: i32,
}

/// The page where a playlist is shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharePage {
    pub line: PlaylistLine,
    /// Nothing for who is not signed in.
    pub shares: Option<Vec<ShareLine>>,
}

/// What the page for adding something shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddPage {
    pub item: Item,
    /// One's playlists, and whether it stands on them.
    pub playlists: Vec<(PlaylistLine, bool)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_order_keeps_what_is_in_it(count in 0_i32..30, changes in proptest::collection::vec((0_u8..3, 0_i32..35), 0..60)) {
            let mut entries: Vec<i32> = (0..count).collect();
            let mut kept: Vec<i32> = entries.clone();
            for (what, entry) in changes {
                let change = match what { 0 => Change::Up(entry), 1 => Change::Down(entry), _ => Change::Remove(entry) };
                if what == 2 { kept.retain(|other| *other != entry); }
                entries = change.apply(entries);
                let mut sorted = entries.clone();
                sorted.sort_unstable();
                prop_assert_eq!(&sorted, &kept);
            }
        }
    }

    #[test]
    fn buttons_are_read() {
        assert_eq!(Change::parse("up-12"), Some(Change::Up(12)));
        assert_eq!(Change::parse("remove-3"), Some(Change::Remove(3)));
        for bad in ["", "up", "up-", "sideways-1", "up-x"] {
            assert_eq!(Change::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn shared_addresses_are_escaped() {
        let address = Platform::Twitter.address("http://a.example/s/x?y&z", "Late & quiet").unwrap();
        assert_eq!(address, "https://twitter.com/intent/tweet?url=http%3A%2F%2Fa.example%2Fs%2Fx%3Fy%26z&text=Late%20%26%20quiet");
    }
}
