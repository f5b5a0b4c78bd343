//! The sound behind the player, and what it tells: outside the routes, once per site.

use super::{
    Measure, Player,
    keys::{self, KeyHelp},
    measure, player, session,
    sheet::QueueSheet,
};
use crate::{t, ui::toast::Toasts};
use leptos::{ev, prelude::*};
use std::time::Duration;
use wasm_bindgen::JsCast;

/// How long before the end the next piece is loaded, in seconds.
pub(super) const WARM_BEFORE: f64 = 30.0;
/// Under which the browser's tabs tell each other which of them plays.
const TURN: &str = "eternity-turn";

/// The sound itself, the keys that work on every page, and the player's sheets. Once per site.
#[component]
pub fn PlayerSound(
    /// On another site's page: no keys, no queue of before, no sheets.
    #[prop(optional)]
    embedded: bool,
) -> impl IntoView {
    let player = player();
    player.embedded.set_value(embedded);
    player.toasts.set_value(use_context::<Toasts>());
    Effect::new(move || {
        player.ready.set(true);
        session::listen(player);
        measure::send_kept();
        let leave = window_event_listener_untyped("pagehide", move |_| {
            player.report();
            player.keep();
        });
        // A phone may never tell more than that the page is hidden.
        let hide = window_event_listener_untyped("visibilitychange", move |_| {
            if document().hidden() {
                player.report();
                player.keep();
            }
        });
        // Another tab plays: this one is silent.
        let turn = window_event_listener_untyped("storage", move |event| {
            let turn = event.dyn_ref::<web_sys::StorageEvent>().is_some_and(|event| event.key().as_deref() == Some(TURN));
            if turn && player.playing.get_untracked() {
                player.pause();
            }
        });
        let clock = set_interval_with_handle(move || player.tick(), Duration::from_secs(1)).ok();
        let keys = (!embedded).then(|| {
            player.recall();
            window_event_listener(ev::keydown, move |event| keys::key(player, &event))
        });
        on_cleanup(move || {
            leave.remove();
            hide.remove();
            turn.remove();
            if let Some(clock) = clock {
                clock.clear();
            }
            if let Some(keys) = keys {
                keys.remove();
            }
        });
    });
    let place = move || player.audio.get_untracked().map_or(0.0, |audio| (audio.current_time() - player.begins()).max(0.0));
    view! {
        <audio node_ref=player.audio preload="auto"
            on:timeupdate=move |_| {
                // While nothing is loaded the place of the last visit stands.
                if player.loaded() {
                    player.cross();
                    player.position.set(place());
                    player.heard(place());
                    player.warm_up();
                }
            }
            on:durationchange=move |_| {
                // A timeline of several pieces is longer than the one at hand.
                let length = player.exact_length().or_else(|| player.audio.get_untracked().map(|audio| audio.duration())).unwrap_or_default();
                if length.is_finite() && length > 0.0 {
                    player.length.set(length);
                }
                session::place(player);
            }
            on:play=move |_| {
                player.playing.set(true);
                player.failures.set_value(0);
                player.measure.update_value(Measure::jump);
                session::state(true);
            }
            on:pause=move |_| {
                player.playing.set(false);
                if player.loaded() {
                    player.heard(place());
                }
                player.measure.update_value(Measure::jump);
                player.report();
                player.keep();
                session::state(false);
            }
            on:seeking=move |_| {
                player.measure.update_value(Measure::jump);
                player.pump();
            }
            on:seeked=move |_| session::place(player)
            on:ratechange=move |_| session::place(player)
            on:ended=move |_| player.ended()
            on:error=move |_| player.broken()
        ></audio>
        <audio node_ref=player.warm preload="auto" muted=true aria-hidden="true"></audio>
        {(!embedded).then(|| view! { <QueueSheet player/><KeyHelp player/> })}
    }
}

impl Player {
    /// Whether the element has something to sound.
    fn loaded(self) -> bool {
        self.audio.get_untracked().is_some_and(|audio| audio.has_attribute("src"))
    }

    /// Tells other tabs that this one plays.
    pub(super) fn claim(self) {
        if let Ok(Some(storage)) = window().local_storage() {
            // Without storage two tabs may sound at once.
            let _alone = storage.set_item(TURN, &js_sys::Math::random().to_string());
        }
    }

    /// The element gave up: what happened, in words.
    fn broken(self) {
        let Some(audio) = self.audio.get_untracked() else { return };
        // Without a source there is nothing that could be broken.
        if !audio.has_attribute("src") {
            return;
        }
        if !window().navigator().on_line() {
            // The next one could not be loaded either.
            self.playing.set(false);
            self.problem.set(Some(t!("player.error.offline").into_owned()));
            return;
        }
        if self.is_joined() {
            // By itself the element may do better.
            self.fall_back(true);
            return;
        }
        if let Some(entry) = self.entry()
            && !self.retried.get_value()
        {
            self.retried.set_value(true);
            self.reload(&audio, &entry, self.position.get_untracked(), true);
            return;
        }
        let why = match audio.error().map(|error| error.code()) {
            Some(web_sys::MediaError::MEDIA_ERR_NETWORK) => t!("player.error.network"),
            Some(web_sys::MediaError::MEDIA_ERR_DECODE) => t!("player.error.decode"),
            _ => t!("player.error.gone"),
        };
        self.failed(&why);
    }
}
