//! Tables of facts and money: calm, readable, and reachable by keyboard on a phone.

use crate::ui::format::money;
use leptos::prelude::*;

/// A column's heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    text: String,
    numeric: bool,
    hidden: bool,
}

impl Column {
    /// A column of words.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), numeric: false, hidden: false }
    }

    /// A column of figures, at the end side.
    pub fn number(text: impl Into<String>) -> Self {
        Self { text: text.into(), numeric: true, hidden: false }
    }

    /// A column of buttons, named for screen readers only.
    pub fn actions(text: impl Into<String>) -> Self {
        Self { text: text.into(), numeric: false, hidden: true }
    }
}

/// A table with its caption and a sticky head; what is too wide scrolls within, with the keyboard too. The children are
/// the rows (`<tr>`), cells of figures are `<td class="num">` or [`AmountCell`].
#[component]
pub fn DataTable(
    #[prop(into)] caption: String,
    columns: Vec<Column>,
    /// Hides the caption from view where a heading above says the same.
    #[prop(optional)]
    quiet_caption: bool,
    /// Makes the table scroll by itself beneath its head.
    #[prop(optional)]
    tall: bool,
    /// The rows of sums at its foot.
    #[prop(optional)]
    foot: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    let head = columns
        .into_iter()
        .map(|Column { text, numeric, hidden }| {
            view! { <th scope="col" class=if numeric { "num" } else { "" }><span class=if hidden { "visually-hidden" } else { "" }>{text}</span></th> }
        })
        .collect_view();
    view! {
        <div class=if tall { "table-wrap table-tall" } else { "table-wrap" } tabindex="0" role="region" aria-label=caption.clone()>
            <table class="table">
                <caption class=if quiet_caption { "visually-hidden" } else { "" }>{caption.clone()}</caption>
                <thead><tr>{head}</tr></thead>
                <tbody>{children()}</tbody>
                {foot.map(|foot| view! { <tfoot>{foot}</tfoot> })}
            </table>
        </div>
    }
}

/// An amount of cents in a currency, with a true minus and figures that stand under each other.
#[component]
pub fn Amount(
    cents: i64,
    #[prop(into)] currency: String,
    /// Shows nothing as a dash, as tables do.
    #[prop(optional)]
    dash: bool,
    #[prop(into, optional)] class: String,
) -> impl IntoView {
    let text = money(cents, &currency);
    if cents == 0 && dash {
        view! {
            <span class=format!("amount amount-zero {class}")><span aria-hidden="true">"–"</span><span class="visually-hidden">{text}</span></span>
        }
        .into_any()
    } else {
        view! { <span class=format!("amount {class}")>{text}</span> }.into_any()
    }
}

/// A table's cell with an amount; zero is a dash.
#[component]
pub fn AmountCell(cents: i64, #[prop(into)] currency: String) -> impl IntoView {
    view! { <td class="amount"><Amount cents currency dash=true/></td> }
}

/// What kind of news a badge, notice or message is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad: a draft, a private playlist.
    #[default]
    Neutral,
    /// In the works: processing, chosen.
    Active,
    Success,
    Warning,
    Danger,
}

impl Tone {
    /// The end of the class that colours it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Active => "active",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }
}

/// A state as word, shape and colour, never colour alone.
#[component]
pub fn StatusBadge(#[prop(into)] text: String, #[prop(optional)] tone: Tone) -> impl IntoView {
    view! { <span class=format!("badge badge-{}", tone.class())>{text}</span> }
}
