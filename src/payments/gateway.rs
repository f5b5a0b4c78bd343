//! What every payment provider can do. Nothing here knows what is paid for.

use super::{Provider, Verdict};
use crate::money::Cents;
use anyhow::Result;
use axum::http::HeaderMap;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// What is asked of a provider. It is kept as JSON and sent again exactly as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub enum Call {
    /// Open a page of the provider on which a checkout is paid.
    Open(Order),
    /// Charge somebody who has paid before, with nobody in front of it.
    Charge(Charge),
    /// Give a payment back.
    Refund(Refund),
    /// Give a payment, or a part of it, back that was good until now.
    GiveBack(GiveBack),
    /// Send an artist's payout.
    Send(Transfer),
}

/// What is to be paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub checkout: String,
    pub amount: Cents,
    /// What the payer reads there.
    pub title: String,
    pub email: Option<String>,
    /// Where the provider leads back to.
    pub back: String,
    /// After that it can't be paid any more; seconds since 1970.
    pub closes_at: i64,
    /// Whether its payer is to be charged again later.
    #[serde(default)]
    pub again: bool,
}

/// What is charged again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    pub checkout: String,
    /// The earlier payment at the provider, by whose means this one is made.
    pub before: String,
    pub amount: Cents,
    /// What the payer reads on the statement.
    pub title: String,
    pub email: Option<String>,
}

/// A payment that goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The row of `latePayments`.
    pub late: i32,
    /// The payment at the provider.
    pub payment: String,
    pub amount: Cents,
}

/// A part of a payment that goes back because an admin says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiveBack {
    /// The row of `refunds`.
    pub refund: i32,
    /// The payment at the provider.
    pub payment: String,
    pub amount: Cents,
}

/// What to pay out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    pub payout: i32,
    pub amount: Cents,
    /// PayPal address, Stripe account or bank account, as the artist gave it.
    pub destination: String,
}

/// What the provider answered for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    Opened { reference: String, url: String },
    Charged { reference: String },
    Refunded { reference: String },
    Sent { reference: String },
    Refused { reason: String },
}

/// A payment at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    pub checkout: String,
    /// The provider's name of the payment.
    pub payment: String,
    pub amount: Cents,
    pub currency: String,
}

/// How far a checkout is at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Session {
    Open,
    Paid(Paid),
    Closed,
}

/// A payment that the payer's bank took back, as far as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disputed {
    /// The provider's name of it.
    pub reference: String,
    /// The provider's name of the payment.
    pub payment: String,
    /// What the bank took.
    pub amount: Cents,
    pub currency: String,
    /// What the provider took for it, and what of that it gave back.
    pub fee: Cents,
    pub fee_back: Cents,
    pub verdict: Verdict,
    /// The bank's word.
    pub reason: String,
    /// Until when the provider waits for evidence.
    pub answer_by: Option<OffsetDateTime>,
}

/// What follows for us from an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    Paid(Paid),
    /// The checkout can't be paid any more.
    Closed {
        checkout: String,
    },
    /// A payout came back.
    Returned {
        payout: i32,
        reason: String,
    },
    Disputed(Disputed),
    Nothing,
}

/// An event whose signature is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The provider's name of it, by which it counts once.
    pub id: String,
    pub kind: String,
}

/// An event that is not from the provider, or not from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    #[error("there is no signature, or it can't be read")]
    Malformed,
    #[error("no signature is that of the body")]
    Wrong,
    #[error("the time of the signature is too far from now")]
    Stale,
    #[error("the body is not an event")]
    NotAnEvent,
}

/// A payment provider, with its keys.
pub trait Gateway: Send + Sync {
    /// Which one it is.
    fn provider(&self) -> Provider;

    /// How long it remembers what a key was used for. Later, an operation is only looked up.
    fn key_lifetime(&self) -> Duration;

    /// Does it, once per key. An error means that the outcome is not known: the same call with the same key is tried
    /// again later.
    fn call<'a>(&'a self, key: &'a str, call: &'a Call) -> BoxFuture<'a, Result<Answer>>;

    /// Looks up whether a call was done whose answer was lost.
    fn find<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Result<Option<Answer>>>;

    /// How far the page is that [`Call::Open`] opened.
    fn session<'a>(&'a self, reference: &'a str) -> BoxFuture<'a, Result<Session>>;

    /// Checks that these very bytes come from the provider.
    ///
    /// # Errors
    /// [`Forged`].
    fn event(&self, headers: &HeaderMap, body: &[u8], now: OffsetDateTime) -> Result<Event, Forged>;

    /// What an event that was checked means.
    ///
    /// # Errors
    /// When it is not written as the provider writes.
    fn news(&self, payload: &str) -> Result<News>;
}
