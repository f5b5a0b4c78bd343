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
    /// What was taken back after it was paid out.
    pub debts: Vec<crate::refunds::Debt>,
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
