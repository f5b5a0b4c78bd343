//! Plays: what was really heard, what of it counts and why the rest does not, and a listener's history.

mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod recount;
#[cfg(feature = "ssr")]
pub mod store;

pub use api::{ReportPlay, StartPlay, report_play, start_play};

use crate::uploads::TrackCard;
use serde::{Deserialize, Serialize};

/// The least and the most time within which one listener's plays of a track count once, in milliseconds.
const SHORTEST_WINDOW_MS: i64 = 30_000;
const LONGEST_WINDOW_MS: i64 = 60 * 60 * 1_000;
/// How long one must listen, unless half the track is shorter, in milliseconds.
const ENOUGH_MS: i64 = 30_000;
/// By how much the browser's clock may run ahead of ours, in milliseconds.
const TOLERANCE_MS: i64 = 2_000;

/// What is known of a play when it is judged. Times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// How long the track is.
    pub duration: i64,
    /// How long the player says it sounded.
    pub listened: i64,
    /// How long ago it was started, by our clock.
    pub elapsed: i64,
    /// Whether the listener is the track's artist.
    pub own: bool,
    pub bot: bool,
    /// How long ago this listener's last counted play of this track was started.
    pub since_counted: Option<i64>,
}

/// Why a play does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    Own,
    Bot,
    TooShort,
    /// More was said to be heard than time has passed.
    TooFast,
    Repeat,
    /// Played without the site's player, so nobody knows how much of it.
    Unmeasured,
}

impl Reason {
    /// As it stands in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Bot => "bot",
            Self::TooShort => "too_short",
            Self::TooFast => "too_fast",
            Self::Repeat => "repeat",
            Self::Unmeasured => "unmeasured",
        }
    }
}

/// Whether a play counts, and how much listening it is credited with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Milliseconds, never more than have passed.
    pub listened: i64,
    pub excluded: Option<Reason>,
}

/// How long one must listen to a track for a play, in milliseconds: 30 s, or half of it.
pub const fn enough(duration: i64) -> i64 {
    let half = duration / 2;
    if half < ENOUGH_MS { half } else { ENOUGH_MS }
}

/// Within what time plays of one listener count once, in milliseconds: the track's length, at least 30 s, at most 1 h.
pub fn window(duration: i64) -> i64 {
    duration.clamp(SHORTEST_WINDOW_MS, LONGEST_WINDOW_MS)
}

/// Judges a play by the product's rule.
pub fn judge(heard: Heard) -> Verdict {
    let most = heard.elapsed.max(0).saturating_add(TOLERANCE_MS);
    let listened = heard.listened.clamp(0, most);
    let needed = enough(heard.duration).max(1);
    let excluded = if heard.own {
        Some(Reason::Own)
    } else if heard.bot {
        Some(Reason::Bot)
    } else if listened < needed {
        Some(if heard.listened >= needed { Reason::TooFast } else { Reason::TooShort })
    } else if heard.since_counted.is_some_and(|since| since < window(heard.duration)) {
        Some(Reason::Repeat)
    } else {
        None
    };
    Verdict { listened, excluded }
}

/// Whether a browser calls itself a program that reads pages.
pub fn is_bot(user_agent: &str) -> bool {
    let agent = user_agent.to_ascii_lowercase();
    ["bot", "crawler", "spider", "slurp", "curl/", "wget/", "facebookexternalhit"].iter().any(|name| agent.contains(name))
}

/// A line of a listener's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// The row's id, by which the list pages.
    pub id: i64,
    pub card: TrackCard,
    /// `2026-11-23`.
    pub day: String,
    pub listened_seconds: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: Heard = Heard { duration: 200_000, listened: 30_000, elapsed: 30_100, own: false, bot: false, since_counted: None };

    #[test]
    fn thirty_seconds_or_half_of_a_short_track() {
        assert_eq!(judge(GOOD).excluded, None);
        assert_eq!(judge(Heard { listened: 29_999, ..GOOD }).excluded, Some(Reason::TooShort));
        assert_eq!(judge(Heard { duration: 20_000, listened: 10_000, ..GOOD }).excluded, None);
        assert_eq!(judge(Heard { duration: 20_000, listened: 9_999, ..GOOD }).excluded, Some(Reason::TooShort));
    }

    #[test]
    fn once_per_length_of_the_track() {
        assert_eq!(judge(Heard { since_counted: Some(199_999), ..GOOD }).excluded, Some(Reason::Repeat));
        assert_eq!(judge(Heard { since_counted: Some(200_000), ..GOOD }).excluded, None);
        assert_eq!(window(5_000), 30_000);
        assert_eq!(window(4 * 3_600_000), 3_600_000);
    }

    #[test]
    fn nobody_hears_faster_than_time_passes() {
        let verdict = judge(Heard { listened: 200_000, elapsed: 1_000, ..GOOD });
        assert_eq!(verdict, Verdict { listened: 3_000, excluded: Some(Reason::TooFast) });
    }

    proptest! {
        #[test]
        fn the_rule_holds_everywhere(duration in 1_000_i64..14_400_000, listened in any::<i32>(), elapsed in any::<i32>(), own: bool, bot: bool, since in proptest::option::of(any::<i32>())) {
            let heard = Heard { duration, listened: listened.into(), elapsed: elapsed.into(), own, bot, since_counted: since.map(i64::from) };
            let verdict = judge(heard);
            prop_assert!(verdict.listened >= 0 && verdict.listened <= heard.elapsed.max(0) + TOLERANCE_MS);
            if verdict.excluded.is_none() {
                prop_assert!(!own && !bot && verdict.listened >= enough(duration));
                prop_assert!(heard.since_counted.is_none_or(|since| since >= 30_000));
            }
            // Hearing more never makes a play count less.
            if heard.listened < heard.elapsed {
                let more = judge(Heard { listened: heard.elapsed, ..heard });
                prop_assert!(verdict.excluded.is_some() || more.excluded.is_none());
            }
        }
    }
}
