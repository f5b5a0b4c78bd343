//! The button that plays a track. Without JavaScript it is what it looks like to the server: a link to the track.

use super::player;
use crate::{
    ids::PlaylistId,
    t,
    ui::icons::{Glyph, Icon},
    uploads::TrackCard,
};
use leptos::prelude::*;

/// Plays one track of a list, and the rest of the list after it.
#[component]
pub fn PlayButton(
    /// The whole list, in order.
    list: Vec<TrackCard>,
    /// Which of them.
    #[prop(optional)]
    index: usize,
    /// Where it is started: `page`, `playlist`, `search`, `share`, `embed`.
    #[prop(default = "page")]
    source: &'static str,
    /// The playlist, when it is started from one.
    #[prop(optional_no_strip)]
    playlist: Option<PlaylistId>,
    /// For the one great button of a page.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let Some(card) = list.get(index).cloned() else { return ().into_any() };
    let player = player();
    let id = card.id;
    let title = card.title.clone();
    let label = move || {
        if player.sounds(id) { t!("player.pause_track", title = title.clone()) } else { t!("player.play_track", title = title.clone()) }.into_owned()
    };
    let list = StoredValue::new(list);
    let play = move |event: leptos::ev::MouseEvent| {
        // A click with a key held down opens the link elsewhere.
        if event.ctrl_key() || event.meta_key() || event.shift_key() {
            return;
        }
        event.prevent_default();
        if player.is_current(id) {
            player.toggle();
        } else {
            player.play(list.get_value(), index, source, playlist);
        }
    };
    if !card.playable {
        return view! { <span class="badge">{t!("player.unavailable")}</span> }.into_any();
    }
    view! {
        <a class=if large { "player-play player-play-large" } else { "icon-btn" } href=card.path() aria-label=label on:click=play>
            <Show when=move || player.sounds(id) fallback=|| view! { <Icon glyph=Glyph::Play/> }>
                <Icon glyph=Glyph::Pause/>
            </Show>
        </a>
    }
    .into_any()
}
