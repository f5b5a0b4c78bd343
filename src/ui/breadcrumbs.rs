//! Where a page stands, and the way back.

use crate::t;
use leptos::prelude::*;

/// The pages above this one (name and path), and this one's name.
#[component]
pub fn Breadcrumbs(above: Vec<(String, String)>, #[prop(into)] here: String) -> impl IntoView {
    let above = above.into_iter().map(|(name, href)| view! { <li><a href=href>{name}</a></li> }).collect_view();
    view! {
        <nav class="breadcrumbs" aria-label=t!("ui.breadcrumbs")>
            <ol role="list">{above}<li><span aria-current="page">{here}</span></li></ol>
        </nav>
    }
}
