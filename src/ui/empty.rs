//! Where nothing is yet: what will be here, and the one next step.

use leptos::prelude::*;

/// An empty list, shelf or page.
#[component]
pub fn EmptyState(
    /// What will be here.
    #[prop(into)]
    title: String,
    /// How it gets here.
    #[prop(into)]
    text: String,
    /// The one next step: its name and address.
    #[prop(into, default = None)]
    action: Option<(String, String)>,
) -> impl IntoView {
    view! {
        <section class="empty">
            <EmptySleeve/>
            <h2>{title}</h2>
            <p>{text}</p>
            {action.map(|(name, href)| view! { <a class="btn btn-primary" href=href>{name}</a> })}
        </section>
    }
}

/// A sleeve without its record.
#[component]
fn EmptySleeve() -> impl IntoView {
    view! {
        <svg class="empty-sign" viewBox="0 0 72 72" fill="none" stroke="currentColor" stroke-width="1.75" aria-hidden="true" focusable="false">
            <path d="M6 12h42v48H6z" stroke-linejoin="round"></path>
            <path d="M48 24a14 14 0 0 1 0 24" stroke-dasharray="3 4"></path>
            <path d="M48 16a22 22 0 0 1 0 40" stroke-dasharray="3 4" opacity="0.7"></path>
            <path d="M14 52h14M14 46h8" opacity="0.7"></path>
        </svg>
    }
}
