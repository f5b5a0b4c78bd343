//! The library: what one has made, follows, likes and keeps.

use super::{
    LibraryShelf, Shelf, ShelfItems,
    api::{library, shelf},
    lists::{Tracks, artist_cards, playlist_cards},
};
use crate::{
    catalogue::pages::{SongList, in_query},
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        cards::{self, CardGrid},
        empty::EmptyState,
        head::PageHead,
        icons::{Glyph, Icon},
        load::{Data, load},
        pagination::Pagination,
    },
    uploads::formats::{TakeAlong, Taken},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One's library: how each shelf begins.
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
                <a class="btn" href="/library/purchases"><Icon glyph=Glyph::Library/>{t!("purchases.list.title")}</a>
                <a class="btn" href="/receipts"><Icon glyph=Glyph::Coin/>{t!("discovery.library.receipts")}</a>
                <a class="btn" href="/library/spent">{t!("royalties.spent.title")}</a>
            </div>
        </header>
        {load(page, |shelves| shelves.into_iter().map(beginning).collect_view())}
    }
}

/// A shelf whole, a page at a time.
#[component]
pub fn ShelfPage() -> impl IntoView {
    let params = use_params_map();
    let after = in_query("after");
    let page = Data::new(move || (params.read().get("shelf").unwrap_or_default(), after()), |(name, after)| shelf(name, after));
    load(page, move |LibraryShelf { shelf, items, next }| {
        view! {
            <PageHead title=shelf.title()/>
            <Breadcrumbs above=vec![(t!("discovery.library.title").into_owned(), "/library".to_owned())] here=shelf.title()/>
            <header class="page-head mt-4"><h1 class="page-title">{shelf.title()}</h1></header>
            {if items.is_empty() { nothing(shelf) } else { whole(shelf, items) }}
            <Pagination path=shelf.path() next started=after().is_some()/>
        }
    })
}

/// How a shelf begins, with a way to all of it. What nobody misses while it is empty is not shown.
fn beginning(LibraryShelf { shelf, items, next }: LibraryShelf) -> AnyView {
    let href = next.is_some().then(|| shelf.path());
    match items {
        items if items.is_empty() && matches!(shelf, Shelf::Followed | Shelf::Artists | Shelf::Songs) => ().into_any(),
        ShelfItems::Artists(artists) => view! { <cards::Shelf title=shelf.title() href>{artist_cards(artists)}</cards::Shelf> }.into_any(),
        ShelfItems::Playlists(playlists) if shelf == Shelf::Followed => {
            view! { <cards::Shelf title=shelf.title() href>{playlist_cards(playlists)}</cards::Shelf> }.into_any()
        }
        items => view! {
            <section class="section">
                <div class="section-head">
                    <h2>{shelf.title()}</h2>
                    {href.map(|href| view! { <cards::SeeAll href of=shelf.title()/> })}
                </div>
                {if items.is_empty() { nothing(shelf) } else { whole(shelf, items) }}
            </section>
        }
        .into_any(),
    }
}

fn whole(shelf: Shelf, items: ShelfItems) -> AnyView {
    match items {
        ShelfItems::Playlists(playlists) => view! { <CardGrid>{playlist_cards(playlists)}</CardGrid> }.into_any(),
        ShelfItems::Artists(artists) => view! { <CardGrid>{artist_cards(artists)}</CardGrid> }.into_any(),
        ShelfItems::Tracks(tracks) => view! { <Tracks label=shelf.title() tracks/> }.into_any(),
        ShelfItems::Songs(songs) => view! { <SongList label=shelf.title() songs/> }.into_any(),
        ShelfItems::Downloads(taken) => {
            let row = |Taken { title, by, path, formats }: Taken| {
                view! { <li class="taken"><p>{title.clone()}<br/><span class="text-quiet">{by}</span></p><TakeAlong path formats title/></li> }
            };
            view! { <ul class="taken-list">{taken.into_iter().map(row).collect_view()}</ul> }.into_any()
        }
    }
}

fn nothing(shelf: Shelf) -> AnyView {
    if shelf == Shelf::Playlists {
        let action = Some((t!("playlists.new").into_owned(), "/playlists/new".to_owned()));
        return view! { <EmptyState title=t!("discovery.library.playlists.none") text=t!("discovery.library.playlists.none_text") action/> }
            .into_any();
    }
    view! { <p class="page-lead">{t!(format!("discovery.library.{}.none", shelf.code())).into_owned()}</p> }.into_any()
}
