//! The front page, search, genres and charts.

use super::{
    Found, GenrePage, Home,
    api::{charts, genre, genres, home, search},
    genre_path,
    lists::{Tracks, album_cards, artist_cards, playlist_cards, track_cards},
};
use crate::{
    ads::Sponsored,
    app::boot,
    catalogue::pages::{SongList, in_query},
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        cards::Shelf,
        empty::EmptyState,
        format::{When, counted},
        head::PageHead,
        icons::{Glyph, Icon},
        load::{Data, load},
        pagination::Pagination,
    },
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The front page.
#[component]
pub fn HomePage() -> impl IntoView {
    let page = Data::new(|| (), |()| home());
    let me = boot().me;
    view! {
        <PageHead title=t!("site.tagline") description=t!("discovery.lead") path="/"/>
        {match me {
            Some(me) => view! { <header class="page-head"><h1 class="page-title">{t!("discovery.hello", name = me.name)}</h1></header> }.into_any(),
            None => view! { <Welcome/> }.into_any(),
        }}
        <Sponsored/>
        {load(page, |page| view! { <Shelves page/> })}
    }
}

/// What this is, for who has not been here.
#[component]
fn Welcome() -> impl IntoView {
    view! {
        <header class="page-head">
            <h1 class="page-title">{t!("discovery.title")}</h1>
            <p class="page-lead">{t!("discovery.lead")}</p>
            <div class="btn-row">
                <a class="btn btn-primary" href="/sign-up">{t!("discovery.join")}</a>
                <a class="btn" href="/charts"><Icon glyph=Glyph::Charts/>{t!("discovery.listen")}</a>
                <a class="btn btn-quiet" href="/studio/new">{t!("discovery.publish")}</a>
            </div>
        </header>
    }
}

#[component]
fn Shelves(page: Home) -> impl IntoView {
    let Home { news, trending, releases, artists, playlists, albums, posts } = page;
    let empty = trending.is_empty() && releases.is_empty() && artists.is_empty() && albums.is_empty();
    view! {
        {empty.then(|| view! { <EmptyState title=t!("discovery.empty") text=t!("discovery.empty_text") action=Some((t!("discovery.publish").into_owned(), "/studio/new".to_owned()))/> })}
        {(!news.is_empty()).then(|| view! { <Shelf title=t!("discovery.news") href="/library".to_owned()>{track_cards(news)}</Shelf> })}
        {(!trending.is_empty()).then(|| view! {
            <section class="section">
                <div class="section-head"><h2>{t!("discovery.trending")}</h2><a class="link" href="/charts">{t!("discovery.all_charts")}</a></div>
                <Tracks label=t!("discovery.trending") tracks=trending/>
            </section>
        })}
        {(!releases.is_empty()).then(|| view! { <Shelf title=t!("discovery.releases") href="/genres".to_owned()>{track_cards(releases)}</Shelf> })}
        {(!artists.is_empty()).then(|| view! { <Shelf title=t!("discovery.artists")>{artist_cards(artists)}</Shelf> })}
        {(!playlists.is_empty()).then(|| view! { <Shelf title=t!("discovery.playlists")>{playlist_cards(playlists)}</Shelf> })}
        {(!albums.is_empty()).then(|| view! { <Shelf title=t!("discovery.albums") href="/albums".to_owned()>{album_cards(albums)}</Shelf> })}
        {(!posts.is_empty()).then(|| view! {
            <section class="section">
                <div class="section-head"><h2>{t!("posts.title")}</h2><a class="link" href="/posts">{t!("ui.see_all")}</a></div>
                <ul class="grid gap-3" role="list">
                    {posts.into_iter().map(|post| view! {
                        <li>
                            <a class="link" href=post.path()>{post.title.clone()}</a>
                            <span class="text-sm text-quiet">" "{post.published.map(|moment| view! { <When moment/> })}</span>
                        </li>
                    }).collect_view()}
                </ul>
            </section>
        })}
    }
}

/// The search: a form, and what it found.
#[component]
pub fn SearchPage() -> impl IntoView {
    let q = in_query("q");
    let page = Data::new(move || q().unwrap_or_default(), search);
    view! {
        <PageHead title=t!("discovery.search") path="/search"/>
        <header class="page-head">
            <h1 class="page-title">{t!("discovery.search")}</h1>
            <leptos_router::components::Form method="get" action="/search" attr:class="btn-row">
                <label class="visually-hidden" for="q">{t!("ui.search.label")}</label>
                <input class="input max-w-96" id="q" type="search" name="q" maxlength="100" value=q placeholder=t!("ui.search.placeholder")/>
                <button class="btn btn-primary" type="submit"><Icon glyph=Glyph::Search/>{t!("ui.search.send")}</button>
            </leptos_router::components::Form>
        </header>
        {load(page, move |found: Found| match q() {
            None => view! { <EmptyState title=t!("discovery.search_what") text=t!("discovery.search_text")/> }.into_any(),
            Some(text) if found.is_empty() => view! {
                <EmptyState title=t!("discovery.nothing", text = text) text=t!("discovery.nothing_text") action=Some((t!("discovery.all_genres").into_owned(), "/genres".to_owned()))/>
            }
            .into_any(),
            Some(_) => view! { <Results found/> }.into_any(),
        })}
    }
}

#[component]
fn Results(found: Found) -> impl IntoView {
    let Found { tracks, songs, artists, playlists } = found;
    view! {
        {(!artists.is_empty()).then(|| view! { <Shelf title=t!("discovery.artists")>{artist_cards(artists)}</Shelf> })}
        {(!tracks.is_empty()).then(|| view! {
            <section class="section"><div class="section-head"><h2>{t!("discovery.tracks")}</h2></div><Tracks label=t!("discovery.tracks") tracks source="search"/></section>
        })}
        {(!songs.is_empty()).then(|| view! {
            <section class="section"><div class="section-head"><h2>{t!("discovery.songs")}</h2></div><SongList label=t!("discovery.songs") songs source="search"/></section>
        })}
        {(!playlists.is_empty()).then(|| view! { <Shelf title=t!("discovery.playlists")>{playlist_cards(playlists)}</Shelf> })}
    }
}

/// The top fifty of all time.
#[component]
pub fn ChartsPage() -> impl IntoView {
    let page = Data::new(|| (), |()| charts());
    view! {
        <PageHead title=t!("discovery.charts") description=t!("discovery.charts_lead") path="/charts"/>
        <header class="page-head">
            <h1 class="page-title">{t!("discovery.charts")}</h1>
            <p class="page-lead">{t!("discovery.charts_lead")}</p>
        </header>
        {load(page, |tracks| if tracks.is_empty() {
            view! { <EmptyState title=t!("discovery.empty") text=t!("discovery.empty_text")/> }.into_any()
        } else {
            view! { <Tracks label=t!("discovery.charts") tracks/> }.into_any()
        })}
    }
}

/// All genres.
#[component]
pub fn GenresPage() -> impl IntoView {
    let page = Data::new(|| (), |()| genres());
    view! {
        <PageHead title=t!("discovery.genres") description=t!("discovery.genres_lead") path="/genres"/>
        <header class="page-head">
            <h1 class="page-title">{t!("discovery.genres")}</h1>
            <p class="page-lead">{t!("discovery.genres_lead")}</p>
        </header>
        {load(page, |genres: Vec<(String, i64)>| if genres.is_empty() {
            view! { <EmptyState title=t!("discovery.empty") text=t!("discovery.empty_text")/> }.into_any()
        } else {
            let chips = genres
                .into_iter()
                .map(|(name, number)| {
                    let href = genre_path(&name);
                    view! { <li><a class="chip" href=href>{name}" "<span class="text-quiet">{counted("ui.tracks", number)}</span></a></li> }
                })
                .collect_view();
            view! { <ul class="chips" role="list">{chips}</ul> }.into_any()
        })}
    }
}

/// One genre.
#[component]
pub fn GenreView() -> impl IntoView {
    let params = use_params_map();
    let after = in_query("after");
    let page = Data::new(
        move || (params.read().get("genre").unwrap_or_default(), after().and_then(|key| key.parse().ok())),
        |(name, after)| genre(name, after),
    );
    load(page, move |GenrePage { name, tracks, songs }| {
        let path = genre_path(&name);
        let labels = name.clone();
        view! {
            <PageHead title=name.clone() description=t!("discovery.genre_lead", genre = name) path=path.clone()/>
            <Breadcrumbs above=vec![(t!("discovery.genres").into_owned(), "/genres".to_owned())] here=name.clone()/>
            <header class="page-head mt-4"><h1 class="page-title">{name}</h1></header>
            {(!tracks.items.is_empty()).then(|| view! { <Tracks label=labels.clone() tracks=tracks.items/> })}
            {(!songs.is_empty()).then(|| view! {
                <section class="section"><div class="section-head"><h2>{t!("discovery.songs")}</h2></div><SongList label=t!("discovery.songs") songs/></section>
            })}
            <Pagination path next=tracks.next started=after().is_some()/>
        }
    })
}
