//! What stands in place of a page that can't be shown.

use crate::{t, ui::maybe::Maybe};
use leptos::prelude::*;

/// What an error of this status is headed by, here and on the page that needs nothing.
pub fn heading(code: u16) -> String {
    t!(format!("ui.error.heading.{}", known(code))).into_owned()
}

fn known(code: u16) -> String {
    if matches!(code, 401 | 403 | 404 | 422 | 429 | 500 | 503) { code.to_string() } else { "other".to_owned() }
}

/// An error's page: what happened, what to do now, and the number that helps us find it.
#[component]
pub fn ErrorView(
    /// The HTTP status.
    code: u16,
    /// What happened and why, a finished sentence.
    #[prop(into)]
    text: String,
    /// The request's id, where something is to be found by it.
    #[prop(into, optional)]
    request_id: Maybe,
) -> impl IntoView {
    let action = match code {
        401 => ("/log-in", t!("ui.error.log_in")),
        404 => ("/search", t!("ui.error.search")),
        _ => ("/", t!("ui.error.home")),
    };
    view! {
        <section class="problem">
            <p class="problem-code">{code}</p>
            <h1>{heading(code)}</h1>
            <p>{text}</p>
            <p class="problem-next">{t!(format!("ui.error.next.{}", known(code))).into_owned()}</p>
            {request_id.0.map(|id| view! { <p class="problem-id">{t!("ui.error.number", id = id)}</p> })}
            <a class="btn btn-primary" href=action.0>{action.1}</a>
        </section>
    }
}
