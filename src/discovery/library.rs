//! The library: what one has made, follows, likes and keeps.

use super::{
    Library,
    api::library,
    lists::{Tracks, artist_cards, playlist_cards},
};
use crate::{
    catalogue::pages::SongList,
    t,
    ui::{
        cards::{CardGrid, Shelf},
        empty::EmptyState,
        head::PageHead,
        icons::{Glyph, Icon},
        load::{Data, load},
    },
    uploads::formats::{TakeAlong, Taken},
};
use leptos::prelude::*;

/// One's library.
#[component]
pub fn LibraryPage() -> impl IntoView {
    let page = Data::new(|| (), |()| library());
    view! {
        <PageHead title=t!("discovery.library.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("discovery.library.title")}</h1>
            <div class="btn-row">
                <a class="btn btn-primary" href="/playlists/new"><Icon glyph=Glyph::Plus/>{t!("playlists.new")}</a>
                <a class="btn" href="/library/history"><Icon glyph=Glyph::Clock/>{t!("discovery.library.history")}</a>
                <a class="btn" href="/receipts"><Icon glyph=Glyph::Coin/>{t!("discovery.library.receipts")}</a>
            </div>
        </header>
        {load(page, |page| view! { <Shelves page/> })}
    }
}

#[component]
fn Shelves(page: Library) -> impl IntoView {
    let Library { own, followed, artists, liked, favourites, taken } = page;
    let taken_rows = taken
        .iter()
        .cloned()
        .map(|Taken { title, by, path, formats }| view! { <li class="taken"><p>{title.clone()}<br/><span class="text-quiet">{by}</span></p><TakeAlong path formats title/></li> })
        .collect_view();
    view! {
        <section class="section">
            <div class="section-head"><h2>{t!("playlists.yours")}</h2></div>
            {if own.is_empty() {
                view! { <EmptyState title=t!("discovery.library.no_playlists") text=t!("discovery.library.no_playlists_text") action=Some((t!("playlists.new").into_owned(), "/playlists/new".to_owned()))/> }.into_any()
            } else {
                view! { <CardGrid>{playlist_cards(own)}</CardGrid> }.into_any()
            }}
        </section>
        {(!followed.is_empty()).then(|| view! { <Shelf title=t!("discovery.library.followed")>{playlist_cards(followed)}</Shelf> })}
        {(!artists.is_empty()).then(|| view! { <Shelf title=t!("discovery.library.artists")>{artist_cards(artists)}</Shelf> })}
        <section class="section">
            <div class="section-head"><h2>{t!("discovery.library.liked")}</h2></div>
            {if liked.is_empty() {
                view! { <p class="page-lead">{t!("discovery.library.no_liked")}</p> }.into_any()
            } else {
                view! { <Tracks label=t!("discovery.library.liked") tracks=liked/> }.into_any()
            }}
        </section>
        {(!favourites.is_empty()).then(|| view! {
            <section class="section">
                <div class="section-head"><h2>{t!("discovery.library.favourites")}</h2></div>
                <SongList label=t!("discovery.library.favourites") songs=favourites/>
            </section>
        })}
        <section class="section">
            <div class="section-head"><h2>{t!("discovery.library.taken")}</h2></div>
            {if taken.is_empty() {
                view! { <p class="page-lead">{t!("discovery.library.no_taken")}</p> }.into_any()
            } else {
                view! { <ul class="taken-list">{taken_rows}</ul> }.into_any()
            }}
        </section>
    }
}
