//! The waveform that one can seek in.

use super::{Piece, Pieces, player, whole};
use crate::{
    t,
    ui::{format::duration, waveform::Waveform},
};
use leptos::prelude::*;

/// The waveform of a piece; a slider lies over it. A piece that is not at hand starts where it is touched.
#[component]
pub fn SeekWave(
    #[prop(into)] piece: Piece,
    /// Loudness from 0 to 255, evenly over the piece.
    peaks: Vec<u8>,
    /// Tells waveforms of one page apart.
    #[prop(into)]
    id: String,
    #[prop(default = "page")] source: &'static str,
) -> impl IntoView {
    let player = player();
    let piece_id = piece.id;
    let seconds = piece.seconds;
    let piece = StoredValue::new(piece);
    let at_hand = move || player.is_current(piece_id);
    let length = move || if at_hand() { player.length.get() } else { seconds.into() };
    let place = move || if at_hand() { player.position.get() } else { 0.0 };
    let shown = move |seconds: f64| duration(whole(seconds).into());
    let seek = move |event: web_sys::Event| {
        let Ok(place) = event_target_value(&event).parse::<f64>() else { return };
        if untrack(at_hand) {
            player.seek(place);
        } else {
            player.play(Pieces(vec![piece.get_value()]), 0, source, None);
            player.seek(place);
        }
    };
    view! {
        <div class="wave-seek">
            <Waveform peaks id progress=Signal::derive(move || player.progress_of(piece_id))/>
            <input class="wave-range" type="range" min="0" step="1" hidden=move || !player.ready.get() aria-label=t!("player.seek")
                max=move || whole(length()).to_string() prop:value=move || whole(place()).to_string()
                aria-valuetext=move || t!("player.place", position = shown(place()), length = shown(length())).into_owned()
                on:input=seek/>
        </div>
    }
}
