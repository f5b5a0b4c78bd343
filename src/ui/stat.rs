//! Single figures that stand for a whole page.

use crate::ui::maybe::Maybe;
use leptos::prelude::*;

/// A row of [`Stat`]s.
#[component]
pub fn Stats(children: Children) -> impl IntoView {
    view! { <dl class="stats">{children()}</dl> }
}

/// One figure with what it is, opened into its lines by a link where there are any.
#[component]
pub fn Stat(
    #[prop(into)] label: String,
    /// Already formatted.
    #[prop(into)]
    value: String,
    /// Where its lines are.
    #[prop(into, optional)]
    href: Maybe,
    /// What to know about it: since when, compared to what.
    #[prop(into, optional)]
    note: Maybe,
) -> impl IntoView {
    let value = match href.0 {
        Some(href) => view! { <a href=href>{value}</a> }.into_any(),
        None => value.into_any(),
    };
    view! {
        <div class="stat">
            <dt class="stat-label">{label}</dt>
            <dd class="stat-value">{value}</dd>
            {note.0.map(|note| view! { <dd class="stat-note">{note}</dd> })}
        </div>
    }
}
