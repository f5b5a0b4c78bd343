//! Typed ids: a track's id can't be passed where an artist's is meant.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub i32);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<i32> for $name {
            fn from(id: i32) -> Self {
                Self(id)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            /// Reads `12` and `12-any-slug`: the slug after an id in a URL is decorative.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.split_once('-').map_or(text, |(id, _)| id).parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// A row of `users`.
    UserId;
    /// A row of `artistProfiles`.
    ArtistId;
    /// A row of `artistUploads`: what an artist published.
    TrackId;
    /// A row of `tracks`: a song of the label's catalogue.
    SongId;
    /// A row of `albums`.
    AlbumId;
    /// A row of `userPlaylists`.
    PlaylistId;
    /// A row of `playlists`: a playlist of the label.
    MixId;
    /// A row of `tips`.
    TipId;
    /// A row of `payments`.
    PaymentId;
    /// A row of `refunds`.
    RefundId;
    /// A row of `disputes`.
    DisputeId;
    /// A row of `creatorEarnings`.
    EarningId;
    /// A row of `creatorPayouts`.
    PayoutId;
    /// A row of `advertisements`.
    AdId;
    /// A row of `royaltyClosings`.
    ClosingId;
    /// A row of `trackComments`.
    CommentId;
    /// A row of `posts`.
    PostId;
    /// A row of `subscriptionTiers`.
    TierId;
}

/// What the player plays: an artist's track or a song of the catalogue. Written `t12` and `s7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PieceId {
    Track(TrackId),
    Song(SongId),
}

impl std::fmt::Display for PieceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Track(id) => write!(f, "t{id}"),
            Self::Song(id) => write!(f, "s{id}"),
        }
    }
}

impl std::str::FromStr for PieceId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const NONE: &str = "neither a track's nor a song's id";
        match text.split_at_checked(1).ok_or(NONE)? {
            ("t", id) => id.parse().map(|id| Self::Track(TrackId(id))).map_err(|_| NONE),
            ("s", id) => id.parse().map(|id| Self::Song(SongId(id))).map_err(|_| NONE),
            _ => Err(NONE),
        }
    }
}

impl TryFrom<String> for PieceId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PieceId> for String {
    fn from(id: PieceId) -> Self {
        id.to_string()
    }
}

impl From<TrackId> for PieceId {
    fn from(id: TrackId) -> Self {
        Self::Track(id)
    }
}

impl From<SongId> for PieceId {
    fn from(id: SongId) -> Self {
        Self::Song(id)
    }
}

/// The slug that follows an id in a URL: lower-case letters and digits of the title, joined by hyphens.
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    for character in title.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            slug.push(character);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        if slug.len() > 60 {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_after_an_id_is_decorative() {
        assert_eq!("12-night-drive".parse(), Ok(TrackId(12)));
        assert_eq!("12".parse(), Ok(TrackId(12)));
        assert!("night".parse::<TrackId>().is_err());
    }

    #[test]
    fn pieces_are_of_two_kinds() {
        for (text, id) in [("t12", PieceId::Track(TrackId(12))), ("s7", PieceId::Song(SongId(7)))] {
            assert_eq!((text.parse(), id.to_string().as_str()), (Ok(id), text));
        }
        for bad in ["", "t", "12", "x3", "t1-a", "ü1"] {
            assert!(bad.parse::<PieceId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn slugs_are_words_and_hyphens() {
        assert_eq!(slug("  Night Drive (Live!) "), "night-drive-live");
        assert_eq!(slug("Überfahrt"), "überfahrt");
        assert_eq!(slug("???"), "");
    }
}
