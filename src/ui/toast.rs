//! Short messages about what has just happened.

use crate::ui::icons::{Glyph, Icon};
use leptos::prelude::*;
use std::time::Duration;

/// How long a message stays: long enough to read a sentence twice.
const SHOWN: Duration = Duration::from_secs(10);

/// The messages on the screen.
#[derive(Clone, Copy)]
pub struct Toasts(RwSignal<Vec<(u32, String)>>);

impl Toasts {
    /// With what the last request left.
    pub fn new(first: Option<String>) -> Self {
        Self(RwSignal::new(first.map(|message| (0, message)).into_iter().collect()))
    }

    /// Shows a message.
    pub fn say(self, message: String) {
        self.0.update(|list| {
            let id = list.last().map_or(1, |(id, _)| id.wrapping_add(1));
            list.push((id, message));
        });
    }

    fn dismiss(self, id: u32) {
        self.0.update(|list| list.retain(|(other, _)| *other != id));
    }
}

/// Where they are shown and read out.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let Some(toasts) = use_context::<Toasts>() else { return ().into_any() };
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.0.get() key=|(id, _)| *id let((id, message))>
                <Toast toasts id message/>
            </For>
        </div>
    }
    .into_any()
}

/// One message. It goes by itself after a while, where there is JavaScript to take it away.
#[component]
fn Toast(toasts: Toasts, id: u32, message: String) -> impl IntoView {
    Effect::new(move || set_timeout(move || toasts.dismiss(id), SHOWN));
    view! {
        <div class="toast">
            <p>{message}</p>
            <button type="button" class="icon-btn" aria-label=crate::t!("ui.dismiss") on:click=move |_| toasts.dismiss(id)>
                <Icon glyph=Glyph::Close/>
            </button>
        </div>
    }
}
