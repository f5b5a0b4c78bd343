//! The player bar at the foot of every page.

use super::{Piece, Player, keys, player, whole};
use crate::{
    t,
    ui::{
        cards::Explicit,
        cover::Cover,
        format::duration,
        icons::{Glyph, Icon},
    },
};
use leptos::prelude::*;

/// The bar. It is there once something was played.
#[component]
pub fn PlayerBar() -> impl IntoView {
    let player = player();
    let piece = Memo::new(move |_| player.current());
    view! { {move || piece.get().map(|piece| view! { <Bar player piece/> })} }
}

#[component]
fn Bar(player: Player, piece: Piece) -> impl IntoView {
    let artist = (piece.artist.clone(), piece.artist_path.clone());
    view! {
        <div class="player">
            <a class="player-cover" href=piece.path.clone() tabindex="-1" aria-hidden="true">
                <Cover seed=piece.seed.clone() src=piece.cover_at(160) size=56/>
            </a>
            <div class="player-meta">
                <p class="player-title"><a href=piece.path.clone()>{piece.title.clone()}</a>{piece.explicit.then(|| view! { " " <Explicit/> })}</p>
                <p class="player-artist">
                    {move || match player.problem.get() {
                        Some(problem) => view! { <span role="alert">{problem}</span> }.into_any(),
                        None => view! { <a href=artist.1.clone()>{artist.0.clone()}</a> }.into_any(),
                    }}
                </p>
            </div>
            <Controls player/>
            <SeekLine player/>
            <div class="player-wide"><Volume player/></div>
            <button type="button" class="icon-btn player-open" aria-haspopup="dialog" aria-label=t!("player.queue.open") on:click=move |_| keys::show(player.sheet)>
                <Icon glyph=Glyph::Playlist/>
            </button>
        </div>
    }
}

/// Previous, play, next.
#[component]
pub(super) fn Controls(player: Player) -> impl IntoView {
    let toggle_name = move || if player.playing.get() { t!("player.pause") } else { t!("player.play") }.into_owned();
    view! {
        <div class="player-controls">
            <button type="button" class="icon-btn player-previous" aria-label=t!("player.previous") on:click=move |_| player.previous()><Icon glyph=Glyph::Previous/></button>
            <button type="button" class="player-play" aria-label=toggle_name on:click=move |_| player.toggle()>
                <Show when=move || player.playing.get() fallback=|| view! { <Icon glyph=Glyph::Play/> }><Icon glyph=Glyph::Pause/></Show>
            </button>
            <button type="button" class="icon-btn player-next" aria-label=t!("player.next") disabled=move || !player.has_next() on:click=move |_| player.next()><Icon glyph=Glyph::Next/></button>
        </div>
    }
}

/// Where it is, as a line that one can seek in.
#[component]
pub(super) fn SeekLine(player: Player) -> impl IntoView {
    let shown = move |seconds: f64| duration(whole(seconds).into());
    let percent = move || {
        // In whole seconds, as the thumb goes.
        let (place, length) = (whole(player.position.get()), whole(player.length.get()));
        if length > 0 { format!("--range: {:.2}%", f64::from(place.min(length)) / f64::from(length) * 100.0) } else { "--range: 0%".to_owned() }
    };
    view! {
        <div class="player-seek">
            <span class="player-time">{move || shown(player.position.get())}</span>
            <input class="range" type="range" min="0" step="1" aria-label=t!("player.seek")
                max=move || whole(player.length.get()).to_string()
                prop:value=move || whole(player.position.get()).to_string()
                style=percent
                aria-valuetext=move || t!("player.place", position = shown(player.position.get()), length = shown(player.length.get())).into_owned()
                on:input=move |event| if let Ok(place) = event_target_value(&event).parse() { player.seek(place) }/>
            <span class="player-time">{move || shown(player.length.get())}</span>
        </div>
    }
}

/// Mute, and how loud.
#[component]
pub(super) fn Volume(player: Player) -> impl IntoView {
    let mute_name = move || if player.muted.get() { t!("player.unmute") } else { t!("player.mute") }.into_owned();
    view! {
        <button type="button" class="icon-btn" aria-label=mute_name on:click=move |_| player.toggle_mute()>
            <Show when=move || player.muted.get() fallback=|| view! { <Icon glyph=Glyph::Volume/> }><Icon glyph=Glyph::Mute/></Show>
        </button>
        <input class="range" type="range" min="0" max="1" step="0.05" aria-label=t!("player.volume")
            prop:value=move || if player.muted.get() { "0".to_owned() } else { player.volume.get().to_string() }
            style=move || format!("--range: {}%", if player.muted.get() { 0 } else { whole(player.volume.get() * 100.0) })
            on:input=move |event| if let Ok(volume) = event_target_value(&event).parse() { player.set_volume(volume) }/>
    }
}
