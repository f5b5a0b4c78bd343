//! A listener's history.

use super::{HistoryLine, api::history};
use crate::{
    page::Page,
    player::PlayButton,
    t,
    ui::{
        cards::{TrackList, TrackRow},
        empty::EmptyState,
        format::duration,
        head::PageHead,
        load::load,
        pagination::Pagination,
    },
    uploads::cover_at,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/library/history`
#[component]
pub fn HistoryPage() -> impl IntoView {
    let query = use_query_map();
    let before = move || query.with(|query| query.get("after").and_then(|before| before.parse::<i64>().ok()));
    let page = Resource::new_blocking(before, history);
    view! {
        <PageHead title=t!("listening.history.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("listening.history.title")}</h1>
            <p class="page-lead">{t!("listening.history.lead")}</p>
        </header>
        {load(page, move |page: Page<HistoryLine>| {
            if page.items.is_empty() {
                return view! {
                    <EmptyState title=t!("listening.history.none") text=t!("listening.history.empty") action=Some((t!("listening.history.explore").into_owned(), "/".to_owned()))/>
                }.into_any();
            }
            let list: Vec<_> = page.items.iter().map(|line| line.card.clone()).collect();
            let rows = page.items.into_iter().enumerate().map(|(index, line)| {
                let (card, list) = (line.card, list.clone());
                view! {
                    <TrackRow seed=format!("track-{} {}", card.id, card.title) href=card.path() title=card.title.clone() cover=card.cover.as_deref().map(|cover| cover_at(cover, 320))
                        artist=Some((card.artist_name.clone(), card.artist_path())) explicit=card.explicit>
                        <span class="track-sub">{line.day}" · "{t!("listening.history.heard", time = duration(line.listened_seconds))}</span>
                        <PlayButton list index/>
                    </TrackRow>
                }
            }).collect_view();
            view! {
                <TrackList label=t!("listening.history.title")>{rows}</TrackList>
                <Pagination path="/library/history" next=page.next started=before().is_some()/>
            }.into_any()
        })}
    }
}
