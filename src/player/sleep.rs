//! The sleep timer.

use super::Player;
use crate::t;
use leptos::prelude::*;

/// The minutes one can choose.
pub(super) const MINUTES: [u32; 5] = [5, 15, 30, 45, 60];

/// When the music should stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sleep {
    /// In milliseconds since 1970, by the browser's clock.
    At(f64),
    EndOfPiece,
}

impl Player {
    /// Stops the music in so many minutes.
    pub(super) fn sleep_in(self, minutes: u32) {
        self.sleep.set(Some(Sleep::At(js_sys::Date::now() + f64::from(minutes) * 60_000.0)));
    }

    /// Whole minutes until the music stops, as of now.
    pub(super) fn minutes_left(self) -> Option<u32> {
        // The place in the piece is the clock that lets this be read anew.
        self.position.track();
        match self.sleep.get()? {
            Sleep::At(time) => Some(super::whole(((time - js_sys::Date::now()) / 60_000.0).ceil().max(0.0))),
            Sleep::EndOfPiece => None,
        }
    }

    /// Once a second.
    pub(super) fn tick(self) {
        self.pump();
        if let Some(Sleep::At(time)) = self.sleep.get_untracked()
            && js_sys::Date::now() >= time
        {
            self.fall_asleep();
        }
    }

    /// The time has come.
    pub(super) fn fall_asleep(self) {
        self.sleep.set(None);
        self.pause();
        self.say(t!("player.sleep.done"));
    }
}
