//! The admins' overview.

pub mod api;
pub mod jobs;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;

use crate::{money::Cents, page::Page};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The figures of the site at a glance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    pub payouts_pending: i64,
    pub payouts_pending_total: Cents,
    pub payouts_processing: i64,
    /// Completed, of the last thirty days.
    pub tips: i64,
    pub tips_total: Cents,
    pub jobs_queued: i64,
    pub jobs_dead: i64,
    pub users: i64,
    pub artists: i64,
}

/// A job that was put aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadJob {
    pub id: String,
    /// As the queue has it, such as `transcode`.
    pub kind: String,
    /// Why it was put aside.
    pub error: String,
    pub attempts: i32,
    pub failed_at: Option<OffsetDateTime>,
}

/// How much of a kind waits, runs, and was put aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobCount {
    pub kind: String,
    pub queued: i64,
    pub running: i64,
    pub dead: i64,
}

/// The queue as admins see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    pub counts: Vec<JobCount>,
    /// Newest first.
    pub dead: Page<DeadJob>,
}
