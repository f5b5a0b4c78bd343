//! Earnings: what an artist earned, line by line, and where that money is.

pub mod api;
#[cfg(feature = "ssr")]
pub mod csv;
pub mod pages;
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

/// A place in a list ordered by time and id, as the address has it: `1767225600-42`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub at: OffsetDateTime,
    pub id: i32,
}

impl Key {
    /// Before the first item of a list that goes back in time.
    pub const NEWEST: Self = Self { at: time::macros::datetime!(2037-12-31 23:59:59 UTC), id: i32::MAX };
    /// Before the first item of a list that goes forward in time.
    pub const OLDEST: Self = Self { at: time::macros::datetime!(1970-01-02 00:00 UTC), id: 0 };
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.at.unix_timestamp(), self.id)
    }
}

impl std::str::FromStr for Key {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (at, id) = text.split_once('-').ok_or(())?;
        let at = OffsetDateTime::from_unix_timestamp(at.parse().map_err(|_| ())?).map_err(|_| ())?;
        if !(Self::OLDEST.at..=Self::NEWEST.at).contains(&at) {
            return Err(());
        }
        Ok(Self { at, id: id.parse().map_err(|_| ())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back() {
        let key = Key { at: time::macros::datetime!(2026-02-03 04:05:06 UTC), id: 42 };
        assert_eq!(key.to_string().parse(), Ok(key));
        for bad in ["", "1", "1-", "-1-1", "99999999999999-1", "x-1"] {
            assert!(bad.parse::<Key>().is_err(), "{bad}");
        }
    }
}
