//! What else can be done with a piece in a list, behind one button: play it next, add it to the queue or to a playlist.

use super::{Piece, Pieces, player};
use crate::{
    ids::{PieceId, PlaylistId},
    t,
    ui::icons::{Glyph, Icon},
};
use leptos::{html, prelude::*};

/// The menu of a piece. It opens without JavaScript too; then it has the ways that need none.
#[component]
pub fn PieceMenu(
    #[prop(into)] piece: Piece,
    #[prop(default = "page")] source: &'static str,
    #[prop(optional_no_strip)] playlist: Option<PlaylistId>,
) -> impl IntoView {
    let player = player();
    let menu = NodeRef::<html::Details>::new();
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    let label = t!("player.menu", title = piece.title);
    let add = match piece.id {
        PieceId::Track(id) => format!("/playlists/add?track={id}"),
        PieceId::Song(id) => format!("/playlists/add?song={id}"),
    };
    let playable = piece.playable;
    let piece = StoredValue::new(piece);
    let enqueue = move |next: bool| {
        player.enqueue(Pieces(vec![piece.get_value()]), next, source, playlist);
        close();
    };
    let hidden = move || !player.ready.get();
    // What is left by the keyboard closes; a click elsewhere is that too.
    let left = move |event: web_sys::FocusEvent| {
        use wasm_bindgen::JsCast;
        let to = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if let (Some(menu), Some(to)) = (menu.get_untracked(), to)
            && !menu.contains(Some(&to))
        {
            menu.set_open(false);
        }
    };
    view! {
        <details class="menu piece-menu" name="piece-menu" node_ref=menu on:focusout=left>
            <summary class="icon-btn" aria-label=label><Icon glyph=Glyph::More/></summary>
            <div class="menu-panel">
                {playable.then(|| view! {
                    <button type="button" class="menu-item" hidden=hidden on:click=move |_| enqueue(true)><Icon glyph=Glyph::Next/>{t!("player.queue.next")}</button>
                    <button type="button" class="menu-item" hidden=hidden on:click=move |_| enqueue(false)><Icon glyph=Glyph::Playlist/>{t!("player.queue.add")}</button>
                })}
                <a class="menu-item" href=add on:click=move |_| close()><Icon glyph=Glyph::Plus/>{t!("playlists.add")}</a>
            </div>
        </details>
    }
}
