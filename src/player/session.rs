//! The Media Session: the track on the lock screen, and the buttons of headphones and keyboards. Bound by hand,
//! because web-sys counts it as unstable; a browser without it loses only this.

use super::{Piece, Player, STEP};
use js_sys::{Array, Function, Object, Reflect};
use leptos::prelude::{GetUntracked, window};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

fn session() -> Option<JsValue> {
    Reflect::get(&window().navigator(), &"mediaSession".into()).ok().filter(JsValue::is_object)
}

fn set(target: &JsValue, name: &str, value: &JsValue) {
    if Reflect::set(target, &name.into(), value).is_err() {
        leptos::logging::warn!("the browser does not take {name}");
    }
}

/// Shows a piece.
pub(super) fn show(piece: &Piece) {
    let Some(session) = session() else { return };
    let about = Object::new();
    set(&about, "title", &piece.title.as_str().into());
    set(&about, "artist", &piece.artist.as_str().into());
    if piece.cover.is_some() {
        let pictures = Array::new();
        for size in [320, 640] {
            let picture = Object::new();
            set(&picture, "src", &piece.cover_at(size).unwrap_or_default().into());
            set(&picture, "sizes", &format!("{size}x{size}").into());
            pictures.push(&picture);
        }
        set(&about, "artwork", &pictures);
    }
    let metadata = Reflect::get(&window(), &"MediaMetadata".into()).ok().and_then(|class| class.dyn_into::<Function>().ok());
    if let Some(metadata) = metadata.and_then(|class| Reflect::construct(&class, &Array::of1(&about)).ok()) {
        set(&session, "metadata", &metadata);
    }
}

/// Says whether it sounds.
pub(super) fn state(playing: bool) {
    if let Some(session) = session() {
        set(&session, "playbackState", &if playing { "playing" } else { "paused" }.into());
    }
}

/// Says where it is, so that the lock screen's line is right.
pub(super) fn place(player: Player) {
    let Some(session) = session() else { return };
    let Some(set_state) = Reflect::get(&session, &"setPositionState".into()).ok().and_then(|method| method.dyn_into::<Function>().ok()) else {
        return;
    };
    let (length, place) = (player.length.get_untracked(), player.position.get_untracked());
    if length > 0.0 && place <= length {
        let state = Object::new();
        set(&state, "duration", &length.into());
        set(&state, "position", &place.into());
        set(&state, "playbackRate", &player.speed.get_untracked().into());
        // A browser that does not like the numbers only shows no line.
        let _shown = set_state.call1(&session, &state);
    }
}

/// Lets the system's buttons work.
pub(super) fn listen(player: Player) {
    let handle = |action: &str, work: Box<dyn Fn(JsValue)>| {
        let Some(session) = session() else { return };
        let Some(set_handler) = Reflect::get(&session, &"setActionHandler".into()).ok().and_then(|handler| handler.dyn_into::<Function>().ok())
        else {
            return;
        };
        // Handlers stay as long as the page.
        let work = Closure::<dyn Fn(JsValue)>::new(work).into_js_value();
        // A browser that does not know an action throws, and has no button for it.
        let _unknown = set_handler.call2(&session, &action.into(), &work);
    };
    handle(
        "play",
        Box::new(move |_| {
            if !player.playing.get_untracked() {
                player.toggle()
            }
        }),
    );
    handle("pause", Box::new(move |_| player.pause()));
    handle("stop", Box::new(move |_| player.pause()));
    handle("nexttrack", Box::new(move |_| player.next()));
    handle("previoustrack", Box::new(move |_| player.previous()));
    handle("seekforward", Box::new(move |_| player.skip(STEP * 2.0)));
    handle("seekbackward", Box::new(move |_| player.skip(-STEP * 2.0)));
    handle(
        "seekto",
        Box::new(move |details| {
            if let Some(place) = Reflect::get(&details, &"seekTime".into()).ok().and_then(|place| place.as_f64()) {
                player.seek(place);
            }
        }),
    );
}
