//! Accounts: who people are, how they get in, what they may.

pub mod api;
#[cfg(feature = "ssr")]
pub mod doors;
pub mod entitlements;
pub mod mailbox;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod password;
#[cfg(feature = "ssr")]
pub mod store;
pub mod values;

use crate::ids::{ArtistId, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The one who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub id: UserId,
    pub name: String,
    pub email: String,
    /// Whether the e-mail was verified; money and publishing want that.
    pub verified: bool,
    pub admin: bool,
    pub artist: Option<Artist>,
}

/// The artist profile of an account, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artist {
    pub id: ArtistId,
    pub name: String,
}

/// What a link from a mail is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// Confirm the address of a new account.
    Verify,
    /// Choose a new password.
    Reset,
    /// Confirm a new address of an old account.
    Change,
}

/// A link from a mail that can still be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub user: UserId,
    pub purpose: Purpose,
    /// The address it was sent to.
    pub email: String,
}

/// What the settings page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub name: String,
    pub email: String,
    /// A new address that waits for its confirmation.
    pub pending_email: Option<String>,
    pub sessions: Vec<SessionLine>,
}

/// A place where someone is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionLine {
    pub id: String,
    /// What the browser calls itself.
    pub user_agent: String,
    pub created: OffsetDateTime,
    pub seen: OffsetDateTime,
    /// Whether it is the one that asks.
    pub here: bool,
}

/// What keeps an account from being closed, and what there is to lose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosingView {
    pub artist: Option<String>,
    /// Finished sentences; empty: it can be closed.
    pub obstacles: Vec<String>,
}
