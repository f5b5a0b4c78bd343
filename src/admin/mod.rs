//! The admins' overview.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;

use crate::money::Cents;
use serde::{Deserialize, Serialize};

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
