//! An advertisement on a page.

use super::{Ad, api::pick};
use crate::{
    t,
    ui::load::{Data, load},
};
use leptos::prelude::*;

/// One advertisement, for those who have them; it counts as seen when the browser asks for its dot.
#[component]
pub fn Sponsored() -> impl IntoView {
    let ad = Data::new(|| (), |()| pick());
    load(ad, |ad: Option<Ad>| ad.map(|ad| view! { <Card ad/> }))
}

#[component]
fn Card(ad: Ad) -> impl IntoView {
    let Ad { id, advertiser, headline, body } = ad;
    view! {
        <aside class="sponsored" aria-label=t!("ads.label")>
            <p class="sponsored-label">{t!("ads.from", advertiser = advertiser)}</p>
            <a class="sponsored-body" href=format!("/ads/{id}/visit") rel="external sponsored nofollow" target="_blank">
                <strong>{headline}</strong>
                <span>{body}</span>
            </a>
            <img class="sponsored-dot" src=format!("/ads/{id}/seen") alt="" width="1" height="1" loading="lazy"/>
        </aside>
    }
}
