//! How it sounds: volume, speed, quality.

use super::{Entry, Measure, Player, Quality, SPEEDS};
use leptos::prelude::*;

impl Player {
    /// Sets the volume, 0 to 1.
    pub fn set_volume(self, volume: f64) {
        self.volume.set(volume.clamp(0.0, 1.0));
        self.muted.set(false);
        self.apply_volume();
        self.keep();
    }

    /// Silences it, or takes that back.
    pub fn toggle_mute(self) {
        self.muted.update(|muted| *muted = !*muted);
        self.apply_volume();
        self.keep();
    }

    pub(super) fn apply_volume(self) {
        if let Some(audio) = self.audio.get_untracked() {
            audio.set_volume(self.volume.get_untracked());
            audio.set_muted(self.muted.get_untracked());
        }
    }

    /// Plays faster or slower, at the same pitch.
    pub(super) fn set_speed(self, speed: f64) {
        self.speed.set(if SPEEDS.contains(&speed) { speed } else { 1.0 });
        self.apply_speed();
        self.keep();
    }

    pub(super) fn apply_speed(self) {
        if let Some(audio) = self.audio.get_untracked() {
            let speed = self.speed.get_untracked();
            audio.set_default_playback_rate(speed);
            audio.set_playback_rate(speed);
        }
    }

    /// Another quality: from the same place on.
    pub(super) fn set_quality(self, quality: Quality) {
        self.quality.set(quality);
        self.keep();
        let (Some(audio), Some(entry)) = (self.audio.get_untracked(), self.entry()) else { return };
        if audio.src().is_empty() {
            return;
        }
        let (position, playing) = (self.position.get_untracked(), !audio.paused());
        self.reload(&audio, &entry, position, playing);
    }

    /// Loads the piece at hand anew, at a place.
    pub(super) fn reload(self, audio: &web_sys::HtmlAudioElement, entry: &Entry, position: f64, play: bool) {
        self.load(audio, entry, position);
        self.position.set(position);
        self.measure.update_value(Measure::jump);
        self.apply_speed();
        if play {
            self.sound(audio);
        }
    }
}
