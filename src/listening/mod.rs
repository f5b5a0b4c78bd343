//! Plays: what was really heard, what of it counts and why the rest does not, and a listener's history.
//!
//! A play begins with a ticket (`ticket`), signed and checked without the database. The player's reports go onto the disk
//! (`spool`) and from there, in batches, before the judge (`judge`), who knows the rule (`rule`).

mod api;
#[cfg(feature = "ssr")]
mod history;
#[cfg(feature = "ssr")]
mod judge;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod recount;
#[cfg(feature = "ssr")]
pub mod routes;
mod rule;
#[cfg(feature = "ssr")]
pub mod spool;
#[cfg(feature = "ssr")]
mod stats;
#[cfg(feature = "ssr")]
pub mod store;
pub mod studio;
#[cfg(feature = "ssr")]
mod ticket;

pub use api::{StartPlay, start_play};
pub use rule::{Heard, Reason, Verdict, at_once, enough, is_bot, judge, window};
#[cfg(feature = "ssr")]
pub use ticket::listener;

use crate::{error::AppResult, page::Page, player::Piece};
use serde::{Deserialize, Serialize};

/// A play that was started: what the player needs to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// To report it by.
    pub token: String,
    /// Full plays that are left today, this one not counted; nothing: as many as one likes.
    pub left: Option<u32>,
    /// The loudness of the piece over time, 0 to 255; empty when it is not known.
    pub peaks: Vec<u8>,
}

/// What a page says beside the browser's own player: a tier's full plays a day, and how many are left today. A browser that
/// runs the program never shows it, and asks for nothing.
///
/// # Errors
/// When the database does not answer.
#[cfg(feature = "ssr")]
pub async fn allowance() -> AppResult<Option<(u32, u32)>> {
    store::allowance(&crate::server::context::app()?, &crate::server::context::visitor()).await
}

/// What a page says beside the browser's own player, which no browser that runs this has.
#[cfg(not(feature = "ssr"))]
pub async fn allowance() -> AppResult<Option<(u32, u32)>> {
    std::future::ready(Ok(None)).await
}

/// What the player reports, several plays at once: each play's token and how much of it was heard, in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reports(pub Vec<(String, u32)>);

/// A line of a listener's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// The row's id, by which the list pages.
    pub id: i64,
    pub piece: Piece,
    /// In words.
    pub day: String,
    pub listened_seconds: i64,
}

/// A listener's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryView {
    pub page: Page<HistoryLine>,
    /// Whether what is heard now is not listed.
    pub paused: bool,
    /// Full plays a day of the listener's tier, and how many are left today.
    pub allowance: Option<(u32, u32)>,
}

/// How often something was played: all of it, and what counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub raw: i64,
    pub counted: i64,
}

impl Tally {
    /// What did not count.
    pub const fn excluded(self) -> i64 {
        self.raw - self.counted
    }
}

/// An artist's plays of some days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlayStats {
    /// How many days, today included.
    pub days: u16,
    /// The track they are of, when only one is looked at.
    pub track: Option<(crate::ids::TrackId, String)>,
    pub total: Tally,
    /// Every day with its name in a chart and in words, also those without plays.
    pub by_day: Vec<(String, String, Tally)>,
    /// The most played first.
    pub by_track: Vec<(crate::ids::TrackId, String, Tally)>,
    pub by_source: Vec<(String, Tally)>,
    pub reasons: Vec<(Reason, i64)>,
}
