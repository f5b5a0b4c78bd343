//! The buttons that play. Without JavaScript the one of a piece is what it looks like to the server: a link to its page.

use super::{Pieces, player};
use crate::{
    ids::PlaylistId,
    t,
    ui::icons::{Glyph, Icon},
};
use leptos::prelude::*;

/// Plays one piece of a list, and the rest of the list after it.
#[component]
pub fn PlayButton(
    /// The whole list, in order.
    #[prop(into)]
    list: Pieces,
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
    let Some(piece) = list.0.get(index).cloned() else { return ().into_any() };
    let player = player();
    let id = piece.id;
    let title = piece.title.clone();
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
        event.stop_propagation();
        if player.is_current(id) {
            player.toggle();
        } else {
            player.play(list.get_value(), index, source, playlist);
        }
    };
    if !piece.playable {
        return view! { <span class="badge">{t!("player.unavailable")}</span> }.into_any();
    }
    view! {
        <a class=if large { "player-play player-play-large" } else { "icon-btn" } href=piece.path aria-label=label on:click=play>
            <Show when=move || player.sounds(id) fallback=|| view! { <Icon glyph=Glyph::Play/> }>
                <Icon glyph=Glyph::Pause/>
            </Show>
        </a>
    }
    .into_any()
}

/// Plays a whole list: in order, in any order, or after what plays. Shows where the browser's program is.
#[component]
pub fn PlayAll(
    #[prop(into)] list: Pieces,
    #[prop(default = "page")] source: &'static str,
    #[prop(optional_no_strip)] playlist: Option<PlaylistId>,
) -> impl IntoView {
    let list = Pieces(list.0.into_iter().filter(|piece| piece.playable).collect());
    if list.0.is_empty() {
        return ().into_any();
    }
    let player = player();
    let several = list.0.len() > 1;
    let list = StoredValue::new(list);
    let hidden = move || !player.ready.get();
    view! {
        <button type="button" class="btn btn-primary" hidden=hidden on:click=move |_| player.play(list.get_value(), 0, source, playlist)>
            <Icon glyph=Glyph::Play/>{if several { t!("player.play_all") } else { t!("player.play") }}
        </button>
        {several.then(|| view! {
            <button type="button" class="btn" hidden=hidden on:click=move |_| player.play_shuffled(list.get_value(), source, playlist)>
                <Icon glyph=Glyph::Shuffle/>{t!("player.shuffle")}
            </button>
        })}
        <button type="button" class="btn btn-quiet" hidden=hidden on:click=move |_| player.enqueue(list.get_value(), false, source, playlist)>
            <Icon glyph=Glyph::Plus/>{t!("player.queue.add")}
        </button>
    }
    .into_any()
}
