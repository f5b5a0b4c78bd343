//! The checkout page and receipts: the way to the provider's page (for the sandbox, that page), and what a payer keeps
//! afterwards.

pub mod api;
#[cfg(feature = "ssr")]
pub mod outside;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;

use crate::{
    ids::{ArtistId, PaymentId, TrackId},
    money::Cents,
    payments::Provider,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How far a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    Open,
    Completed,
    Declined,
    Expired,
}

impl State {
    /// Of a row's text.
    pub fn of_name(name: &str) -> Self {
        match name {
            "completed" => Self::Completed,
            "declined" => Self::Declined,
            "expired" => Self::Expired,
            _ => Self::Open,
        }
    }
}

/// A payment in the list of one's receipts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptLine {
    pub payment: PaymentId,
    pub state: State,
    /// What the payer pays.
    pub total: Cents,
    pub artist_name: String,
    pub track: Option<(TrackId, String)>,
    pub at: OffsetDateTime,
}

/// What is paid, by its parts, to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    pub checkout: String,
    pub payment: PaymentId,
    pub provider: Provider,
    /// The provider's page, once it is open.
    pub url: Option<String>,
    pub state: State,
    /// What the payer chose to give.
    pub amount: Cents,
    /// What the site keeps.
    pub fee: Cents,
    /// Whether the payer adds the fee on top.
    pub fee_covered: bool,
    /// What the artist receives.
    pub net: Cents,
    /// What the payer pays.
    pub total: Cents,
    pub artist: ArtistId,
    pub artist_name: String,
    pub track: Option<(TrackId, String)>,
    pub message: Option<String>,
    pub anonymous: bool,
    pub reply: Option<String>,
    pub started_at: OffsetDateTime,
    pub finished_at: Option<OffsetDateTime>,
}
