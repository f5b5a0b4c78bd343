//! The page of notifications.

use super::{Event, Notification, Notifications, api::list};
use crate::{
    catalogue::pages::in_query,
    money::Cents,
    page::Page,
    payments::shown,
    payouts::pages::step_word,
    t,
    ui::{
        empty::EmptyState,
        format::When,
        head::PageHead,
        icons::{Glyph, Icon},
        load::{Data, load},
        pagination::Pagination,
        table::{StatusBadge, Tone},
    },
};
use leptos::prelude::*;
use time::OffsetDateTime;

/// `/notifications`
#[component]
pub fn NotificationsPage() -> impl IntoView {
    let before = in_query("after");
    let page = Data::new(before, list);
    view! {
        <PageHead title=t!("notifications.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("notifications.title")}</h1>
            <p class="page-lead">{t!("notifications.lead")}</p>
        </header>
        {load(page, move |Notifications { page: Page { items, next }, now }| {
            if items.is_empty() {
                let action = Some((t!("notifications.explore").into_owned(), "/charts".to_owned()));
                return view! { <EmptyState title=t!("notifications.empty") text=t!("notifications.empty_text") action/> }.into_any();
            }
            let lines = items.into_iter().map(|one| view! { <Line one now/> }).collect_view();
            view! {
                <ul class="grid gap-2" role="list">{lines}</ul>
                <Pagination path="/notifications" next started=before().is_some()/>
            }
            .into_any()
        })}
    }
}

/// What one says: its sign, the sentence, where it leads, and words of other people.
fn told(event: Event) -> (Glyph, String, String, Option<String>) {
    let name = |name: Option<String>| name.unwrap_or_else(|| t!("notifications.someone").into_owned());
    match event {
        Event::Released { artist, track, title } => {
            (Glyph::Play, t!("notifications.released", artist = artist).into_owned(), format!("/tracks/{track}"), Some(title))
        }
        Event::Replied { artist, payment, reply } => {
            (Glyph::Coin, t!("notifications.replied", artist = artist).into_owned(), format!("/receipts/{payment}"), Some(reply))
        }
        Event::Tipped { from, tip, amount, message } => {
            (Glyph::Coin, t!("notifications.tipped", name = name(from), amount = shown(amount)).into_owned(), format!("/studio/tips/{tip}"), message)
        }
        Event::Commented { by, track, title, body } => {
            (Glyph::Info, t!("notifications.commented", name = name(by), title = title).into_owned(), format!("/tracks/{track}#comments"), Some(body))
        }
        Event::ArtistFollowed { by } => (Glyph::Heart, t!("notifications.artist_followed", name = name(by)).into_owned(), "/studio".to_owned(), None),
        Event::PlaylistFollowed { by, playlist, name: of } => {
            (Glyph::Playlist, t!("notifications.playlist_followed", name = name(by)).into_owned(), format!("/playlists/{playlist}"), Some(of))
        }
        Event::PayoutStep { payout, step } => {
            (Glyph::Coin, t!("notifications.payout", number = payout).into_owned(), format!("/studio/payouts/{payout}"), Some(step_word(&step)))
        }
        Event::GivenBack { payment, amount, reason, failed } => {
            let amount = shown(amount);
            let sentence = if failed { t!("notifications.not_given_back", amount = amount) } else { t!("notifications.given_back", amount = amount) };
            (Glyph::Coin, sentence.into_owned(), format!("/receipts/{payment}"), Some(reason))
        }
        Event::TakenBack { amount, reason } => {
            let sentence = if amount > Cents::ZERO {
                t!("notifications.restored", amount = shown(amount))
            } else {
                t!("notifications.taken_back", amount = shown(amount))
            };
            (Glyph::Coin, sentence.into_owned(), "/studio/earnings".to_owned(), Some(reason))
        }
    }
}

#[component]
fn Line(one: Notification, now: OffsetDateTime) -> impl IntoView {
    let (glyph, sentence, path, words) = told(one.event);
    view! {
        <li class="panel flex items-start gap-3">
            <span class="text-quiet"><Icon glyph/></span>
            <div class="grid gap-1 min-w-0">
                <p>
                    <a class="link" href=path>{sentence}</a>
                    {one.fresh.then(|| view! { " "<StatusBadge text=t!("notifications.fresh") tone=Tone::Active/> })}
                </p>
                {words.map(|words| view! { <p class="text-quiet line-clamp-2">{words}</p> })}
                <p class="text-sm text-quiet"><When moment=one.at now/></p>
            </div>
        </li>
    }
}
