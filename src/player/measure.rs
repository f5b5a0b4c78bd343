//! How much was really listened to: time that passed while the sound went on at its own pace. Seeking adds nothing,
//! and neither does a page that is loaded again.

use super::Player;
use crate::{
    listening::{enough, report_play, start_play},
    uploads::TrackCard,
};
use leptos::{prelude::*, task::spawn_local};

/// More than the rule asks, so that rounding does not refuse a play, in milliseconds.
const MARGIN: f64 = 250.0;
/// Least listening worth a last report, in milliseconds.
const WORTH_REPORTING: f64 = 1_000.0;

/// The measure of one play.
#[derive(Clone, Debug, Default)]
pub(super) struct Measure {
    /// Which play this is, so that a late answer does not meet the next one.
    number: u32,
    token: Option<String>,
    /// Milliseconds.
    listened: f64,
    needed: f64,
    /// Position in seconds and time in milliseconds when it was last looked at.
    last: Option<(f64, f64)>,
    /// What was reported, in milliseconds.
    reported: f64,
    pub(super) ended: bool,
}

impl Measure {
    fn begin(&mut self, seconds: i32) {
        *self = Self {
            number: self.number.wrapping_add(1),
            needed: f64::from(i32::try_from(enough(i64::from(seconds) * 1_000)).unwrap_or(i32::MAX)) + MARGIN,
            ..Self::default()
        };
    }

    /// Looks at the position: what sounded since the last look is what the position moved, but no more than time passed.
    fn look(&mut self, position: f64, now: f64) {
        if let Some((before, then)) = self.last {
            let (moved, passed) = ((position - before) * 1_000.0, now - then);
            if moved > 0.0 && moved <= passed * 1.5 + 300.0 {
                self.listened += moved.min(passed);
            }
        }
        self.last = Some((position, now));
    }

    /// The position jumps: what was between was not heard.
    pub(super) fn jump(&mut self) {
        self.last = None;
    }

    /// The token and milliseconds to report, if there is anything new.
    fn report(&mut self, least: f64) -> Option<(String, u32)> {
        let token = self.token.clone()?;
        if self.listened < least || self.listened <= self.reported {
            return None;
        }
        self.reported = self.listened;
        Some((token, super::whole(self.listened)))
    }
}

impl Player {
    /// Begins to measure a play.
    pub(super) fn measure(self, card: &TrackCard) {
        let id = card.id;
        self.measure.update_value(|measure| measure.begin(card.duration_seconds));
        let number = self.measure.with_value(|measure| measure.number);
        let (source, playlist) = self.source.get_untracked();
        spawn_local(async move {
            // A play that can't be started is heard all the same, and not counted.
            if let Ok(token) = start_play(id, source, playlist).await {
                self.measure.update_value(|measure| {
                    if measure.number == number {
                        measure.token = Some(token);
                    }
                });
            }
        });
    }

    /// The sound is at this place. As soon as enough was heard, it is reported.
    pub(super) fn heard(self, position: f64) {
        let due = self.measure.try_update_value(|measure| {
            measure.look(position, js_sys::Date::now());
            let needed = measure.needed;
            if measure.reported > 0.0 { None } else { measure.report(needed) }
        });
        if let Some(Some((token, listened))) = due {
            spawn_local(async move {
                if report_play(token, listened.into()).await.is_err() {
                    // The last report, when the track is left, says it again.
                    self.measure.update_value(|measure| measure.reported = 0.0);
                }
            });
        }
    }

    /// Says the last word on a play, even while the page goes away.
    pub(super) fn report(self) {
        let Some(Some((token, listened))) = self.measure.try_update_value(|measure| measure.report(WORTH_REPORTING)) else { return };
        let Ok(fields) = web_sys::UrlSearchParams::new() else { return };
        fields.append("token", &token);
        fields.append("listened_ms", &listened.to_string());
        if window().navigator().send_beacon_with_opt_url_search_params("/api/plays/report", Some(&fields)).is_err() {
            leptos::logging::warn!("a play could not be reported");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_sounded_is_listened_to() {
        let mut measure = Measure::default();
        measure.begin(200);
        for second in 0..=10 {
            measure.look(f64::from(second), f64::from(second) * 1_000.0);
        }
        assert!((measure.listened - 10_000.0).abs() < 1.0);
        // A seek, noticed or not, adds nothing.
        measure.look(100.0, 10_250.0);
        measure.jump();
        measure.look(150.0, 10_500.0);
        assert!((measure.listened - 10_000.0).abs() < 1.0);
        // Nor does a pause, or playing faster than time.
        measure.look(150.0, 60_000.0);
        measure.look(151.0, 60_800.0);
        assert!((measure.listened - 10_800.0).abs() < 1.0);
    }

    #[test]
    fn a_report_is_made_once_for_the_same_listening() {
        let mut measure = Measure::default();
        measure.begin(200);
        measure.listened = 31_000.0;
        assert_eq!(measure.report(30_000.0), None, "no token yet");
        measure.token = Some("t".to_owned());
        assert_eq!(measure.report(30_000.0), Some(("t".to_owned(), 31_000)));
        assert_eq!(measure.report(30_000.0), None);
    }
}
