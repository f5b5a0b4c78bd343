//! The shape of what is on its way.

use crate::t;
use leptos::prelude::*;

/// Rows of tracks on their way.
#[component]
pub fn TrackSkeleton(#[prop(default = 5)] rows: usize) -> impl IntoView {
    let rows = (0..rows)
        .map(|_| {
            view! {
                <div class="track-row">
                    <span class="skeleton aspect-square"></span>
                    <span class="track-main"><span class="skeleton skeleton-line w-2/3"></span><span class="skeleton skeleton-line w-1/3"></span></span>
                    <span class="skeleton skeleton-line w-10"></span>
                </div>
            }
        })
        .collect_view();
    view! { <div role="status"><span class="visually-hidden">{t!("ui.loading")}</span><div aria-hidden="true">{rows}</div></div> }
}

/// Cards on their way.
#[component]
pub fn CardSkeleton(#[prop(default = 6)] cards: usize) -> impl IntoView {
    let cards = (0..cards)
        .map(|_| view! { <div class="card"><span class="skeleton aspect-square"></span><span class="skeleton skeleton-line w-3/4"></span></div> })
        .collect_view();
    view! { <div role="status"><span class="visually-hidden">{t!("ui.loading")}</span><div class="card-grid" aria-hidden="true">{cards}</div></div> }
}

/// Lines of text or a table on their way.
#[component]
pub fn LineSkeleton(#[prop(default = 4)] lines: usize) -> impl IntoView {
    let lines = (0..lines).map(|_| view! { <span class="skeleton skeleton-line"></span> }).collect_view();
    view! { <div role="status"><span class="visually-hidden">{t!("ui.loading")}</span><div class="grid gap-3" aria-hidden="true">{lines}</div></div> }
}
