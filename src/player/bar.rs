//! The player bar at the foot of every page, and the sound behind it.

use super::{Player, STEP, player, session, whole};
use crate::{
    t,
    ui::{
        cards::Explicit,
        cover::Cover,
        format::duration,
        icons::{Glyph, Icon},
    },
    uploads::{TrackCard, cover_at},
};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

/// The sound itself, and the keys that work on every page. Once per site.
#[component]
pub fn PlayerSound() -> impl IntoView {
    let player = player();
    Effect::new(move || {
        player.recall();
        session::listen(player);
        let keys = window_event_listener(ev::keydown, move |event| key(player, &event));
        let leave = window_event_listener_untyped("pagehide", move |_| {
            player.report();
            player.keep();
        });
        on_cleanup(move || {
            keys.remove();
            leave.remove();
        });
    });
    let place = move || player.audio.get_untracked().map_or(0.0, |audio| audio.current_time());
    view! {
        <audio node_ref=player.audio preload="auto"
            on:timeupdate=move |_| {
                player.position.set(place());
                player.heard(place());
            }
            on:durationchange=move |_| {
                let length = player.audio.get_untracked().map_or(0.0, |audio| audio.duration());
                if length.is_finite() && length > 0.0 {
                    player.length.set(length);
                }
            }
            on:play=move |_| {
                player.playing.set(true);
                player.measure.update_value(super::Measure::jump);
                session::state(true);
            }
            on:pause=move |_| {
                player.playing.set(false);
                player.heard(place());
                player.measure.update_value(super::Measure::jump);
                player.keep();
                session::state(false);
            }
            on:seeking=move |_| player.measure.update_value(super::Measure::jump)
            on:ended=move |_| {
                player.measure.update_value(|measure| measure.ended = true);
                player.report();
                player.playing.set(false);
                player.next();
            }
            on:error=move |_| {
                // Without a source there is nothing that could be broken.
                if player.audio.get_untracked().is_some_and(|audio| audio.has_attribute("src")) {
                    player.playing.set(false);
                    player.problem.set(Some(t!("player.error.broken").into_owned()));
                }
            }
        ></audio>
    }
}

/// Space plays and pauses; the arrows seek, with Shift they change the track. Not while a control has the focus.
fn key(player: Player, event: &web_sys::KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() || player.list.with_untracked(Vec::is_empty) {
        return;
    }
    let in_control = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()).is_some_and(|element| {
        element
            .closest("input, textarea, select, button, a, summary, audio, [contenteditable], [role=slider], dialog, [tabindex='0']")
            .ok()
            .flatten()
            .is_some()
    });
    if in_control {
        return;
    }
    match (event.key().as_str(), event.shift_key()) {
        (" ", false) => player.toggle(),
        ("ArrowRight", false) => player.skip(STEP),
        ("ArrowLeft", false) => player.skip(-STEP),
        ("ArrowRight", true) => player.next(),
        ("ArrowLeft", true) => player.previous(),
        _ => return,
    }
    event.prevent_default();
}

/// The bar. It is there once something was played.
#[component]
pub fn PlayerBar() -> impl IntoView {
    let player = player();
    let card = Memo::new(move |_| player.current());
    view! { {move || card.get().map(|card| view! { <Bar player card/> })} }
}

#[component]
fn Bar(player: Player, card: TrackCard) -> impl IntoView {
    let shown = move |seconds: f64| duration(whole(seconds).into());
    let percent = move || {
        let length = player.length.get();
        if length > 0.0 { format!("--range: {:.2}%", (player.position.get() / length * 100.0).clamp(0.0, 100.0)) } else { "--range: 0%".to_owned() }
    };
    let toggle_name = move || if player.playing.get() { t!("player.pause") } else { t!("player.play") }.into_owned();
    let mute_name = move || if player.muted.get() { t!("player.unmute") } else { t!("player.mute") }.into_owned();
    let number = |event: &web_sys::Event| event_target_value(event).parse::<f64>().ok();
    view! {
        <div class="player">
            <a class="player-cover" href=card.path() tabindex="-1" aria-hidden="true">
                <Cover seed=format!("track-{} {}", card.id, card.title) src=card.cover.as_deref().map(|cover| cover_at(cover, 320)) size=56/>
            </a>
            <div class="player-meta">
                <p class="player-title"><a href=card.path()>{card.title.clone()}</a>{card.explicit.then(|| view! { " " <Explicit/> })}</p>
                <p class="player-artist">
                    {move || match player.problem.get() {
                        Some(problem) => view! { <span role="alert">{problem}</span> }.into_any(),
                        None => view! { <a href=card.artist_path()>{card.artist_name.clone()}</a> }.into_any(),
                    }}
                </p>
            </div>
            <div class="player-controls">
                <button type="button" class="icon-btn player-previous" aria-label=t!("player.previous") on:click=move |_| player.previous()><Icon glyph=Glyph::Previous/></button>
                <button type="button" class="player-play" aria-label=toggle_name on:click=move |_| player.toggle()>
                    <Show when=move || player.playing.get() fallback=|| view! { <Icon glyph=Glyph::Play/> }><Icon glyph=Glyph::Pause/></Show>
                </button>
                <button type="button" class="icon-btn player-next" aria-label=t!("player.next") disabled=move || !player.has_next() on:click=move |_| player.next()><Icon glyph=Glyph::Next/></button>
            </div>
            <div class="player-seek">
                <span class="player-time">{move || shown(player.position.get())}</span>
                <input class="range" type="range" min="0" step="1" aria-label=t!("player.seek")
                    max=move || whole(player.length.get()).to_string()
                    prop:value=move || whole(player.position.get()).to_string()
                    style=percent
                    aria-valuetext=move || t!("player.place", position = shown(player.position.get()), length = shown(player.length.get())).into_owned()
                    on:input=move |event| if let Some(place) = number(&event) { player.seek(place) }/>
                <span class="player-time">{move || shown(player.length.get())}</span>
            </div>
            <div class="player-wide">
                <button type="button" class="icon-btn" aria-label=mute_name on:click=move |_| player.toggle_mute()>
                    <Show when=move || player.muted.get() fallback=|| view! { <Icon glyph=Glyph::Volume/> }><Icon glyph=Glyph::Mute/></Show>
                </button>
                <input class="range" type="range" min="0" max="1" step="0.05" aria-label=t!("player.volume")
                    prop:value=move || if player.muted.get() { "0".to_owned() } else { player.volume.get().to_string() }
                    style=move || format!("--range: {}%", if player.muted.get() { 0 } else { whole(player.volume.get() * 100.0) })
                    on:input=move |event| if let Some(volume) = number(&event) { player.set_volume(volume) }/>
            </div>
        </div>
    }
}
