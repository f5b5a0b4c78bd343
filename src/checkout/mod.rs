//! The checkout page and receipts: the way to the provider's page (for the sandbox, that page), and what a payer keeps
//! afterwards.

pub mod api;
#[cfg(feature = "ssr")]
pub mod outside;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;

use crate::{ids::PaymentId, money::Cents, payments::Provider};
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
    pub purpose: Purpose,
    /// Who receives it.
    pub receiver: String,
    /// What a tip is for, or what was bought: its title and path.
    pub about: Option<(String, String)>,
    pub at: OffsetDateTime,
}

/// What somebody pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    Tip,
    Purchase,
    Subscription,
}

impl Purpose {
    /// Of a row's text.
    pub fn of_name(name: &str) -> Self {
        match name {
            "tip" => Self::Tip,
            "subscription" => Self::Subscription,
            _ => Self::Purchase,
        }
    }

    /// As people read it.
    pub fn word(self) -> String {
        match self {
            Self::Tip => crate::t!("checkout.purpose.tip"),
            Self::Purchase => crate::t!("checkout.purpose.purchase"),
            Self::Subscription => crate::t!("checkout.purpose.subscription"),
        }
        .into_owned()
    }
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
    /// What the receiver gets.
    pub net: Cents,
    /// What the payer pays.
    pub total: Cents,
    /// Who receives it, and the path of what it is for or of whom.
    pub receiver: String,
    pub back: String,
    /// Where the form is.
    pub again: String,
    pub purpose: Purpose,
    /// What a tip is for, or what was bought: its title and path.
    pub about: Option<(String, String)>,
    pub message: Option<String>,
    pub anonymous: bool,
    pub reply: Option<String>,
    /// The code of a gift that was paid, as people write it.
    pub gift: Option<String>,
    /// What of it went back, or is on its way.
    pub refunds: Vec<crate::refunds::Refund>,
    pub started_at: OffsetDateTime,
    pub finished_at: Option<OffsetDateTime>,
}
