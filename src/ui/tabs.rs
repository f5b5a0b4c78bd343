//! Views of one thing side by side, each with an address of its own.

use leptos::prelude::*;

/// One tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// What it shows.
    pub text: String,
    /// Its address.
    pub href: String,
    /// How many things are in it.
    pub count: Option<i64>,
    /// Whether it is the one that is shown.
    pub current: bool,
}

impl Tab {
    /// A tab without a count.
    pub fn new(text: impl Into<String>, href: impl Into<String>, current: bool) -> Self {
        Self { text: text.into(), href: href.into(), count: None, current }
    }

    /// With the number of things in it.
    #[must_use]
    pub const fn counting(mut self, count: i64) -> Self {
        self.count = Some(count);
        self
    }
}

/// Links that look like the divider cards of a record bin.
#[component]
pub fn Tabs(
    /// What the tabs are views of.
    #[prop(into)]
    label: String,
    tabs: Vec<Tab>,
) -> impl IntoView {
    let tabs = tabs
        .into_iter()
        .map(|tab| {
            view! {
                <a class="tab" href=tab.href aria-current=tab.current.then_some("page")>
                    {tab.text}
                    {tab.count.map(|count| view! { <span class="tab-count">{crate::ui::format::short_number(count)}</span> })}
                </a>
            }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label=label>{tabs}</nav> }
}
