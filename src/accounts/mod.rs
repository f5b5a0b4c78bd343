//! Accounts: who people are, how they get in, what they may.

#[cfg(feature = "ssr")]
pub mod store;

use crate::ids::{ArtistId, UserId};
use serde::{Deserialize, Serialize};

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
