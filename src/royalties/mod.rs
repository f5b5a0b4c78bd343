//! Royalties: stream money shared among those who were heard. A paying listener's own money goes to whom that
//! listener heard; advertising money is shared over the plays of everybody else.
//!
//! A closing shares the money of one day or one month, in two steps that each can be cut off and go on: first every
//! share is worked out and written down ([`store`]), then the journal and creatorEarnings are written from the shares,
//! an artist at a time ([`post`]).

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
mod post;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod trace;

use crate::{
    ids::{ArtistId, ClosingId, PaymentId, PlaylistId, SongId, TrackId},
    money::Cents,
    page::Page,
};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

/// How often a closing of this kind happens, and so whose money it shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cadence {
    /// Advertising money, by the plays of listeners without a subscription.
    Daily,
    /// Subscription money, each listener's own by what that one heard.
    Monthly,
}

impl Cadence {
    /// As `creatorEarnings.period` has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Monthly => "monthly",
        }
    }

    /// Of a row's text.
    pub fn of_name(name: &str) -> Self {
        if name == "monthly" { Self::Monthly } else { Self::Daily }
    }

    /// The first day after the period that starts on this one.
    pub fn end_of(self, start: Date) -> Date {
        match self {
            Self::Daily => start.next_day().unwrap_or(start),
            Self::Monthly => {
                let (year, month) = (start.year(), start.month());
                let year = if month == time::Month::December { year + 1 } else { year };
                Date::from_calendar_date(year, month.next(), 1).unwrap_or(start)
            }
        }
    }
}

/// A day or a month that was shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    pub id: ClosingId,
    pub cadence: Cadence,
    pub starts_on: Date,
    /// What there was to share.
    pub amount: Cents,
    /// Counted plays it was shared over.
    pub plays: i64,
    pub listeners: i64,
    /// When all of it was in the journal; until then it is under way.
    pub posted_at: Option<OffsetDateTime>,
}

/// What can be named in a share: a track or a song, and where it was heard from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The label's songs have no artist's profile.
    pub artist: Option<(ArtistId, String)>,
    pub track: Option<(TrackId, String)>,
    pub song: Option<(SongId, String)>,
    pub playlist: Option<(PlaylistId, String)>,
    pub plays: i64,
    /// How many people heard it: never who.
    pub listeners: i64,
    pub amount: Cents,
}

/// What one artist got of a closing, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    pub closing: Closing,
    /// All of this artist's shares together.
    pub total: Cents,
    pub plays: i64,
    pub shares: Vec<Share>,
}

/// Where one payment of a listener went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    pub payment: PaymentId,
    pub paid: Cents,
    pub at: OffsetDateTime,
    /// The days that it covers; the last one is no longer in it.
    pub from: OffsetDateTime,
    pub until: OffsetDateTime,
    /// What the site keeps.
    pub platform: Cents,
    /// What goes to those who were heard.
    pub music: Cents,
    /// Whether those days are shared already.
    pub closed: bool,
    /// Who got how much of it, the most first; the label's songs have no artist.
    pub artists: Vec<Share>,
}

/// The admins' page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closings {
    /// What waits in the pools.
    pub shared_pool: Cents,
    pub subscription_pool: Cents,
    pub label: Cents,
    pub closings: Page<Closing>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn periods_end_where_the_next_begins() {
        assert_eq!(Cadence::Daily.end_of(date!(2026 - 02 - 28)), date!(2026 - 03 - 01));
        assert_eq!(Cadence::Monthly.end_of(date!(2026 - 02 - 01)), date!(2026 - 03 - 01));
        assert_eq!(Cadence::Monthly.end_of(date!(2026 - 12 - 01)), date!(2027 - 01 - 01));
    }
}
