//! How much was really listened to: time that passed while the sound went on at its own pace. Seeking adds nothing,
//! and neither does a page that is loaded again. What was heard is kept in the browser until it was sent.

use super::{Player, queue::Entry, whole};
use crate::{
    error::AppError,
    ids::PieceId,
    listening::{Reports, enough, start_play},
    t,
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;
use wasm_bindgen::JsValue;

/// More than the rule asks, so that rounding does not refuse a play, in milliseconds.
const MARGIN: f64 = 250.0;
/// Least listening worth a report, in milliseconds.
const WORTH_REPORTING: f64 = 1_000.0;
/// How much more must have been heard for another report of the same play, in milliseconds.
const AGAIN_AFTER: f64 = 30_000.0;
/// Where reports are kept that were not sent yet.
const STORAGE: &str = "eternity-plays";
/// Where they are sent.
const DOOR: &str = "/plays";
/// How long to wait before a play that could not be started is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(5);

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
    fn look(&mut self, position: f64, now: f64, speed: f64) {
        if let Some((before, then)) = self.last {
            let (moved, passed) = ((position - before) * 1_000.0, now - then);
            if moved > 0.0 && moved <= passed * speed.max(1.0) * 1.5 + 300.0 {
                self.listened += moved.min(passed);
            }
        }
        self.last = Some((position, now));
    }

    /// The position jumps: what was between was not heard.
    pub(super) fn jump(&mut self) {
        self.last = None;
    }

    /// The token and milliseconds to report, if there is more than `least` and more than was said.
    fn report(&mut self, least: f64) -> Option<(String, u32)> {
        let token = self.token.clone()?;
        if self.listened < least || self.listened <= self.reported {
            return None;
        }
        self.reported = self.listened;
        Some((token, whole(self.listened)))
    }

    /// What is due without being asked for: as soon as enough was heard, and now and then.
    fn due(&mut self) -> Option<(String, u32)> {
        let least = if self.reported < self.needed { self.needed } else { self.reported + AGAIN_AFTER };
        self.report(least)
    }
}

impl Player {
    /// Begins to measure a play.
    pub(super) fn measure(self, entry: &Entry) {
        self.measure.update_value(|measure| measure.begin(entry.piece.seconds));
        let number = self.measure.with_value(|measure| measure.number);
        self.ask_for_token(entry.clone(), number);
    }

    fn ask_for_token(self, entry: Entry, number: u32) {
        let still = move || self.measure.try_with_value(|measure| measure.number) == Some(number);
        spawn_local(async move {
            let (track, song) = match entry.piece.id {
                PieceId::Track(id) => (Some(id), None),
                PieceId::Song(id) => (None, Some(id)),
            };
            let answer = start_play(track, song, entry.source.clone(), entry.playlist).await;
            if !still() {
                return;
            }
            match answer {
                Ok(started) => {
                    self.measure.update_value(|measure| measure.token = Some(started.token));
                    self.left.set(started.left);
                    self.peaks.set(started.peaks);
                }
                // Nothing more today.
                Err(AppError::Refused(why)) if why != t!("error.offline") => self.stop_for(why),
                // What is not there has no sound either, and the sound says so.
                Err(AppError::NotFound) => {}
                // The play is heard all the same, and counted from when the site is back.
                Err(_) => set_timeout(
                    move || {
                        if still() {
                            self.ask_for_token(entry, number)
                        }
                    },
                    TRY_AGAIN,
                ),
            }
        });
    }

    /// The sound is at this place. As soon as enough was heard, it is reported.
    pub(super) fn heard(self, position: f64) {
        let speed = self.speed.get_untracked();
        let due = self.measure.try_update_value(|measure| {
            measure.look(position, js_sys::Date::now(), speed);
            measure.due()
        });
        if let Some(Some(report)) = due {
            send(Some(report));
        }
    }

    /// Says the last word on a play, even while the page goes away.
    pub(super) fn report(self) {
        let last = self.measure.try_update_value(|measure| measure.report(WORTH_REPORTING)).flatten();
        send(last);
    }
}

/// Sends this report and what is kept from before. A browser without a connection keeps it for later.
fn send(report: Option<(String, u32)>) {
    let mut waiting = kept();
    if let Some((token, listened)) = report {
        waiting.0.retain(|(other, _)| *other != token);
        waiting.0.push((token, listened));
    }
    if waiting.0.is_empty() {
        return;
    }
    let sent = window().navigator().on_line() && beacon(&waiting).is_some_and(|sent| sent);
    keep(if sent { Reports::default() } else { waiting });
}

fn beacon(reports: &Reports) -> Option<bool> {
    let json = serde_json::to_string(reports).ok()?;
    let parts = js_sys::Array::of1(&JsValue::from_str(&json));
    let blob = web_sys::Blob::new_with_str_sequence(&parts).ok()?;
    window().navigator().send_beacon_with_opt_blob(DOOR, Some(&blob)).ok()
}

fn kept() -> Reports {
    window()
        .local_storage()
        .ok()
        .flatten()
        .and_then(|storage| storage.get_item(STORAGE).ok()?)
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default()
}

fn keep(mut reports: Reports) {
    let Ok(Some(storage)) = window().local_storage() else { return };
    // What is older than some hundred plays is of another day, and worth nothing.
    let old = reports.0.len().saturating_sub(200);
    reports.0.drain(..old);
    // A browser that keeps nothing loses what it could not send.
    let _kept = if reports.0.is_empty() {
        storage.remove_item(STORAGE)
    } else {
        serde_json::to_string(&reports).map_or(Ok(()), |json| storage.set_item(STORAGE, &json))
    };
}

/// Sends what an earlier visit could not.
pub(super) fn send_kept() {
    send(None);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_sounded_is_listened_to() {
        let mut measure = Measure::default();
        measure.begin(200);
        for second in 0..=10 {
            measure.look(f64::from(second), f64::from(second) * 1_000.0, 1.0);
        }
        assert!((measure.listened - 10_000.0).abs() < 1.0);
        // A seek, noticed or not, adds nothing.
        measure.look(100.0, 10_250.0, 1.0);
        measure.jump();
        measure.look(150.0, 10_500.0, 1.0);
        assert!((measure.listened - 10_000.0).abs() < 1.0);
        // Nor does a pause.
        measure.look(150.0, 60_000.0, 1.0);
        measure.look(151.0, 60_800.0, 1.0);
        assert!((measure.listened - 10_800.0).abs() < 1.0);
    }

    #[test]
    fn twice_as_fast_is_not_twice_the_listening() {
        let mut measure = Measure::default();
        measure.begin(200);
        for second in 0..=10 {
            measure.look(f64::from(second) * 2.0, f64::from(second) * 1_000.0, 2.0);
        }
        assert!((measure.listened - 10_000.0).abs() < 1.0);
    }

    #[test]
    fn a_report_is_made_once_for_the_same_listening() {
        let mut measure = Measure::default();
        measure.begin(200);
        measure.listened = 31_000.0;
        assert_eq!(measure.due(), None, "no token yet");
        measure.token = Some("t".to_owned());
        assert_eq!(measure.due(), Some(("t".to_owned(), 31_000)));
        assert_eq!(measure.due(), None);
        measure.listened = 40_000.0;
        assert_eq!(measure.due(), None, "not all the time");
        assert_eq!(measure.report(WORTH_REPORTING), Some(("t".to_owned(), 40_000)), "but at the end");
        measure.listened = 71_000.0;
        assert_eq!(measure.due(), Some(("t".to_owned(), 71_000)));
    }
}
