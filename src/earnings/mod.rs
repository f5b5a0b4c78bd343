//! Earnings: what an artist earned, line by line, and where that money is.

pub mod api;
#[cfg(feature = "ssr")]
pub mod csv;
pub mod pages;
pub mod statement_page;
#[cfg(feature = "ssr")]
pub mod statements;
#[cfg(feature = "ssr")]
pub mod store;

use crate::{
    ids::{EarningId, PayoutId, TrackId},
    money::Cents,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What earned the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Streams,
    Downloads,
    Tips,
    Merchandise,
}

impl Kind {
    /// Of a row's text.
    pub fn of_name(name: &str) -> Self {
        match name {
            "streams" => Self::Streams,
            "downloads" => Self::Downloads,
            "merchandise" => Self::Merchandise,
            _ => Self::Tips,
        }
    }

    /// As people read it.
    pub fn word(self) -> String {
        match self {
            Self::Streams => crate::t!("earnings.kind.streams"),
            Self::Downloads => crate::t!("earnings.kind.downloads"),
            Self::Tips => crate::t!("earnings.kind.tips"),
            Self::Merchandise => crate::t!("earnings.kind.merchandise"),
        }
        .into_owned()
    }
}

/// Where an artist's money is, in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balances {
    /// Earned; becomes available when the holding time is over.
    pub on_hold: Cents,
    /// Can be paid out.
    pub available: Cents,
    /// In payouts under way.
    pub reserved: Cents,
    /// In completed payouts.
    pub paid: Cents,
}

/// What one kind earned in the last thirty days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub kind: Kind,
    pub total: Cents,
    pub count: i64,
}

/// What a month earned; `start` is its first moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    pub start: OffsetDateTime,
    pub total: Cents,
}

/// The head of the earnings page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    pub balances: Balances,
    pub hold_days: u16,
    pub last_thirty_days: Vec<Summary>,
    /// Twelve, the current one last.
    pub months: Vec<Month>,
    /// What was taken back after it was paid out.
    pub debts: Vec<crate::refunds::Debt>,
    /// What banks took back and have not decided about.
    pub disputes: Vec<crate::refunds::Dispute>,
}

/// Where the money of one earning is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Whereabouts {
    OnHold,
    Available,
    /// In a payout under way or completed, in whole or in part.
    Payout(PayoutId),
}

/// One earning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earning {
    pub id: EarningId,
    pub kind: Kind,
    pub track: Option<(TrackId, String)>,
    pub gross: Cents,
    pub fee: Cents,
    pub net: Cents,
    pub at: OffsetDateTime,
    pub available_at: OffsetDateTime,
    pub whereabouts: Whereabouts,
}

/// What one kind earned in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindSum {
    pub kind: Kind,
    pub count: i64,
    pub gross: Cents,
    pub fee: Cents,
    pub net: Cents,
}

/// What a track earned in a month; one that is gone has no name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackSum {
    pub track: Option<(TrackId, String)>,
    pub count: i64,
    pub net: Cents,
}

/// What was earned by being heard from a playlist in a month; one that is gone or not public has no name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaylistSum {
    pub name: Option<String>,
    pub count: i64,
    pub net: Cents,
}

/// What an artist earned in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub artist: String,
    /// The first moment of the month.
    pub start: OffsetDateTime,
    pub made_at: OffsetDateTime,
    /// Whether the month is over; before that its sums still grow.
    pub finished: bool,
    pub kinds: Vec<KindSum>,
    /// The hundred that earned most, those first.
    pub tracks: Vec<TrackSum>,
    /// The hundred that earned most, those first.
    pub playlists: Vec<PlaylistSum>,
}

/// A month in an address: `2026-02`.
pub fn month_name(start: OffsetDateTime) -> String {
    format!("{:04}-{:02}", start.year(), u8::from(start.month()))
}

/// The first moments of a month such as `2026-02`, and of the one after it. From 1971 to 2037, as far as rows have times.
pub fn month_of(name: &str) -> Option<(OffsetDateTime, OffsetDateTime)> {
    let (year, month) = name.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(year) || !digits(month) {
        return None;
    }
    let year = year.parse::<i32>().ok().filter(|year| (1971..=2037).contains(year))?;
    let month = time::Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let first = |year, month| time::Date::from_calendar_date(year, month, 1).ok().map(|day| day.midnight().assume_utc());
    let after = if month == time::Month::December { year + 1 } else { year };
    Some((first(year, month)?, first(after, month.next())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn months_have_names() {
        assert_eq!(month_of("2026-02"), Some((datetime!(2026-02-01 0:00 UTC), datetime!(2026-03-01 0:00 UTC))));
        assert_eq!(month_of("2026-12"), Some((datetime!(2026-12-01 0:00 UTC), datetime!(2027-01-01 0:00 UTC))));
        assert_eq!(month_name(datetime!(2026-02-01 0:00 UTC)), "2026-02");
        for wrong in ["", "2026", "2026-13", "2026-00", "2026-2", "+026-02", "1970-01", "2038-01", "2026-02-01"] {
            assert_eq!(month_of(wrong), None, "{wrong}");
        }
    }
}
