//! A remark within a page: what to know before one goes on.

use crate::ui::{
    icons::{Glyph, Icon},
    table::Tone,
};
use leptos::prelude::*;

/// A note in its tone, with a sign, so that it is never colour alone.
#[component]
pub fn Notice(#[prop(optional)] tone: Tone, children: Children) -> impl IntoView {
    let glyph = match tone {
        Tone::Success => Glyph::Check,
        Tone::Warning | Tone::Danger => Glyph::Warning,
        Tone::Neutral | Tone::Active => Glyph::Info,
    };
    view! { <div class=format!("notice notice-{}", tone.class())><Icon glyph/><div>{children()}</div></div> }
}
