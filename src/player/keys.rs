//! Keys that work on every page, and the sheet that tells them.

use super::{Player, Queue, SPEEDS, STEP};
use crate::{
    t,
    ui::icons::{Glyph, Icon},
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Where keys are typed, and do not command.
const TYPING: &str = "input:not([type=range]), textarea, select, [contenteditable]";
/// Where the space bar and the arrows belong to the control itself.
const CONTROL: &str = "input, button, a, summary, audio, [role=slider], [tabindex='0']";

/// Every key with what it does, for the sheet.
const HELP: [(&[&str], &str); 14] = [
    (&["Space", "K"], "play"),
    (&["→", "←"], "seek"),
    (&["L", "J"], "seek_far"),
    (&["0", "9"], "tenth"),
    (&["Shift →", "N"], "next"),
    (&["Shift ←", "P"], "previous"),
    (&["Shift ↑", "Shift ↓"], "volume"),
    (&["M"], "mute"),
    (&["<", ">"], "speed"),
    (&["S"], "shuffle"),
    (&["R"], "repeat"),
    (&["Q"], "queue"),
    (&["/"], "search"),
    (&["?"], "help"),
];

/// Does what a key says.
pub(super) fn key(player: Player, event: &web_sys::KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return;
    }
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let within = |selector: &str| target.as_ref().is_some_and(|element| element.closest(selector).ok().flatten().is_some());
    if within(TYPING) {
        return;
    }
    let free = !within(CONTROL) && !within("dialog");
    let empty = player.queue.with_untracked(Queue::is_empty);
    let (name, shift) = (event.key(), event.shift_key());
    match (name.as_str(), shift) {
        ("?", _) => show(player.help),
        ("/", false) if focus_search().is_some() => {}
        ("q" | "Q", _) => toggle(player.sheet),
        _ if empty => return,
        (" ", false) if free => player.toggle(),
        ("ArrowRight", false) if free => player.skip(STEP),
        ("ArrowLeft", false) if free => player.skip(-STEP),
        ("ArrowRight", true) if free => player.next(),
        ("ArrowLeft", true) if free => player.previous(),
        ("ArrowUp", true) if free => player.set_volume(player.volume.get_untracked() + 0.05),
        ("ArrowDown", true) if free => player.set_volume(player.volume.get_untracked() - 0.05),
        ("k", false) => player.toggle(),
        ("l", false) => player.skip(STEP * 2.0),
        ("j", false) => player.skip(-STEP * 2.0),
        ("n" | "N", _) => player.next(),
        ("p" | "P", _) => player.previous(),
        ("m", false) => player.toggle_mute(),
        ("s", false) => player.toggle_shuffle(),
        ("r", false) => player.toggle_repeat(),
        (">", _) => player.change_speed(true),
        ("<", _) => player.change_speed(false),
        (digit, false) if digit.len() == 1 && digit.as_bytes()[0].is_ascii_digit() => {
            let tenth = f64::from(digit.as_bytes()[0] - b'0') / 10.0;
            player.seek(player.length.get_untracked() * tenth);
        }
        _ => return,
    }
    event.prevent_default();
}

fn focus_search() -> Option<()> {
    document().get_element_by_id("site-search")?.dyn_into::<web_sys::HtmlElement>().ok()?.focus().ok()
}

pub(super) fn show(dialog: NodeRef<leptos::html::Dialog>) {
    if let Some(dialog) = dialog.get_untracked()
        && !dialog.open()
    {
        // It fails only when the dialog is open already.
        let _open = dialog.show_modal();
    }
}

pub(super) fn close(dialog: NodeRef<leptos::html::Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        dialog.close();
    }
}

fn toggle(dialog: NodeRef<leptos::html::Dialog>) {
    if dialog.get_untracked().is_some_and(|dialog| dialog.open()) { close(dialog) } else { show(dialog) }
}

impl Player {
    fn change_speed(self, faster: bool) {
        let now = SPEEDS.iter().position(|speed| (*speed - self.speed.get_untracked()).abs() < 0.01).unwrap_or(2);
        let new = if faster { (now + 1).min(SPEEDS.len() - 1) } else { now.saturating_sub(1) };
        self.set_speed(SPEEDS[new]);
        self.say(t!("player.speed.now", speed = SPEEDS[new]));
    }
}

/// The sheet with all keys.
#[component]
pub fn KeyHelp(player: Player) -> impl IntoView {
    let rows = HELP
        .iter()
        .map(|(keys, what)| {
            let keys = keys.iter().map(|key| view! { <kbd class="key">{*key}</kbd> }).collect_view();
            view! { <div><dt>{keys}</dt><dd>{t!(format!("player.keys.{what}")).into_owned()}</dd></div> }
        })
        .collect_view();
    view! {
        <dialog class="dialog" node_ref=player.help aria-labelledby="key-help-title">
            <div class="dialog-head">
                <h2 id="key-help-title">{t!("player.keys.title")}</h2>
                <button type="button" class="icon-btn" aria-label=t!("ui.close") on:click=move |_| close(player.help)><Icon glyph=Glyph::Close/></button>
            </div>
            <dl class="key-list">{rows}</dl>
        </dialog>
    }
}
