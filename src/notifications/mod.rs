//! Notifications: what happened that concerns somebody, read from the rows of the rooms where it happened.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;

use crate::{
    ids::{PaymentId, PayoutId, PlaylistId, TipId, TrackId},
    money::Cents,
    page::Page,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// One thing that happened. Names are `None` for people who closed their account or gave none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    pub at: OffsetDateTime,
    pub event: Event,
    /// Whether it happened since the last look.
    pub fresh: bool,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Somebody whom one follows released a track.
    Released { artist: String, track: TrackId, title: String },
    /// An artist answered one's tip.
    Replied { artist: String, payment: PaymentId, reply: String },
    /// Somebody tipped one; nobody's name when they wished so.
    Tipped { from: Option<String>, tip: TipId, amount: Cents, message: Option<String> },
    /// Somebody wrote under one's track.
    Commented { by: Option<String>, track: TrackId, title: String, body: String },
    /// Somebody follows one's artist profile.
    ArtistFollowed { by: Option<String> },
    /// Somebody follows one's playlist.
    PlaylistFollowed { by: Option<String>, playlist: PlaylistId, name: String },
    /// A payout went on; `step` as in `payoutSteps`.
    PayoutStep { payout: PayoutId, step: String },
    /// One's payment is given back, or a part of it; `failed`: the provider refused.
    GivenBack { payment: PaymentId, amount: Cents, reason: String, failed: bool },
    /// An earning was taken back, because its payer was given money back; above zero: it did not go through, and the
    /// earning is one's own again.
    TakenBack { amount: Cents, reason: String },
}

/// A page of notifications, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notifications {
    pub page: Page<Notification>,
    /// When the page was made, for how long ago things are.
    pub now: OffsetDateTime,
}
