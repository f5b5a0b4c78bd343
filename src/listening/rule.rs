//! The rule by which a play counts, and the reasons why one does not.

use serde::{Deserialize, Serialize};

/// The least and the most time within which one listener's plays of a track count once, in milliseconds.
const SHORTEST_WINDOW_MS: i64 = 30_000;
const LONGEST_WINDOW_MS: i64 = 60 * 60 * 1_000;
/// How long one must listen, unless half the track is shorter, in milliseconds.
const ENOUGH_MS: i64 = 30_000;
/// By how much the browser's clock may run ahead of ours, in milliseconds.
pub const TOLERANCE_MS: i64 = 2_000;

/// What is known of a play when it is judged. Times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// How long the track is.
    pub duration: i64,
    /// How long the player says it sounded.
    pub listened: i64,
    /// How long before the report it was started, by our clock.
    pub elapsed: i64,
    /// Whether the listener is the track's artist.
    pub own: bool,
    pub bot: bool,
    /// Whether so many plays were started from there that nobody listens to them.
    pub rate: bool,
    /// Whether the listener heard something else at the same time, and that counted.
    pub overlaps: bool,
    /// Whether the day's plays of the listener's tier were used up before.
    pub used_up: bool,
    /// How far away in time this listener's nearest counted play of this track was started.
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
    /// More at once than one can hear: many tabs, or a program.
    Rate,
    /// The tier's plays of that day were used up.
    AccountLimit,
    /// Played without the site's player, so nobody knows how much of it.
    Unmeasured,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 8] = [Self::Own, Self::Bot, Self::TooShort, Self::TooFast, Self::Repeat, Self::Rate, Self::AccountLimit, Self::Unmeasured];

    /// As it stands in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Bot => "bot",
            Self::TooShort => "too_short",
            Self::TooFast => "too_fast",
            Self::Repeat => "repeat",
            Self::Rate => "rate",
            Self::AccountLimit => "account_limit",
            Self::Unmeasured => "unmeasured",
        }
    }

    /// The reason of a code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// What people read.
    pub fn label(self) -> String {
        crate::t!(format!("listening.reason.{}", self.code())).into_owned()
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

/// Whether two plays sounded at the same time, each by its start and what was listened of it, in milliseconds.
pub const fn at_once(one: (i64, i64), other: (i64, i64)) -> bool {
    // Starts are kept in whole seconds, and the browser's clock is not ours.
    let slack = TOLERANCE_MS + 1_000;
    one.0 + one.1 > other.0 + slack && other.0 + other.1 > one.0 + slack
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
    } else if heard.rate || heard.overlaps {
        Some(Reason::Rate)
    } else if heard.used_up {
        Some(Reason::AccountLimit)
    } else {
        None
    };
    Verdict { listened, excluded }
}

/// Whether a browser calls itself a program that reads pages.
pub fn is_bot(user_agent: &str) -> bool {
    let agent = user_agent.to_ascii_lowercase();
    ["bot", "crawler", "spider", "slurp", "curl/", "wget/", "facebookexternalhit", "python-requests"].iter().any(|name| agent.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: Heard = Heard {
        duration: 200_000,
        listened: 30_000,
        elapsed: 30_100,
        own: false,
        bot: false,
        rate: false,
        overlaps: false,
        used_up: false,
        since_counted: None,
    };

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

    #[test]
    fn every_reason_has_its_case_and_its_words() {
        let cases = [
            (Heard { own: true, ..GOOD }, Reason::Own),
            (Heard { bot: true, ..GOOD }, Reason::Bot),
            (Heard { rate: true, ..GOOD }, Reason::Rate),
            (Heard { overlaps: true, ..GOOD }, Reason::Rate),
            (Heard { used_up: true, ..GOOD }, Reason::AccountLimit),
        ];
        for (heard, reason) in cases {
            assert_eq!(judge(heard).excluded, Some(reason));
        }
        for reason in Reason::ALL {
            assert_eq!(Reason::of(reason.code()), Some(reason));
            assert!(!reason.label().contains('.'), "{}", reason.label());
        }
    }

    #[test]
    fn one_thing_is_heard_at_a_time() {
        // One after the other, also when the clocks differ a little.
        assert!(!at_once((0, 180_000), (180_000, 60_000)));
        assert!(!at_once((0, 180_000), (178_000, 60_000)));
        // Two tabs.
        assert!(at_once((0, 180_000), (60_000, 30_000)));
        assert!(at_once((60_000, 30_000), (0, 180_000)));
    }

    proptest! {
        #[test]
        fn the_rule_holds_everywhere(duration in 1_000_i64..14_400_000, listened in any::<i32>(), elapsed in any::<i32>(), own: bool, bot: bool, rate: bool, used_up: bool, since in proptest::option::of(any::<i32>())) {
            let heard = Heard { duration, listened: listened.into(), elapsed: elapsed.into(), own, bot, rate, used_up, since_counted: since.map(i64::from), ..GOOD };
            let verdict = judge(heard);
            prop_assert!(verdict.listened >= 0 && verdict.listened <= heard.elapsed.max(0) + TOLERANCE_MS);
            if verdict.excluded.is_none() {
                prop_assert!(!own && !bot && !rate && !used_up && verdict.listened >= enough(duration));
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
