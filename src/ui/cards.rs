//! Tracks, records, playlists and artists in lists, grids and on shelves.

use crate::{
    t,
    ui::{
        cover::{Avatar, Cover},
        format::{Count, duration, duration_attribute},
        icons::{Glyph, Icon},
        maybe::Maybe,
    },
};
use leptos::prelude::*;

/// A list of [`TrackRow`]s, in an order that means something.
#[component]
pub fn TrackList(
    /// What the list is, for screen readers.
    #[prop(into)]
    label: String,
    children: Children,
) -> impl IntoView {
    view! { <ol class="track-list" role="list" aria-label=label>{children()}</ol> }
}

/// One track or song in a list, with its actions as children.
#[component]
pub fn TrackRow(
    /// What the generated cover is made from.
    #[prop(into)]
    seed: String,
    #[prop(into)] title: String,
    #[prop(into)] href: String,
    /// The cover's address.
    #[prop(into, optional)]
    cover: Maybe,
    /// The artist's name and page.
    #[prop(into, default = None)]
    artist: Option<(String, String)>,
    /// What else there is to say of it.
    #[prop(into, optional)]
    note: Maybe,
    /// The length in seconds.
    #[prop(into, default = None)]
    seconds: Option<i64>,
    #[prop(into, default = None)] plays: Option<i64>,
    /// Whether its words are not for everyone.
    #[prop(optional)]
    explicit: bool,
    /// Whether it is the one that plays.
    #[prop(into, optional)]
    current: Signal<bool>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let length = seconds.map(|seconds| {
        view! {
            <time datetime=duration_attribute(seconds)>
                <span class="visually-hidden">{t!("ui.length", duration = duration(seconds))}</span>
                <span aria-hidden="true">{duration(seconds)}</span>
            </time>
        }
    });
    view! {
        <li class="track-row" aria-current=move || current.get().then_some("true")>
            <a class="track-cover" href=href.clone() tabindex="-1" aria-hidden="true">
                <Cover seed src=cover size=56/>
            </a>
            <div class="track-main">
                <p class="track-title"><a href=href>{title}</a>{explicit.then(|| view! { " " <Explicit/> })}</p>
                {artist.map(|(name, page)| view! { <p class="track-sub"><a href=page>{name}</a></p> })}
                {note.0.map(|note| view! { <p class="track-sub">{note}</p> })}
            </div>
            <div class="track-figures">
                {length}
                {plays.map(|plays| view! { <span><Count key="ui.plays" value=plays/></span> })}
            </div>
            {children.map(|children| view! { <div class="track-actions">{children()}</div> })}
        </li>
    }
}

/// Says that a track's words are not for everyone.
#[component]
pub fn Explicit() -> impl IntoView {
    view! { <abbr class="badge explicit" title=t!("ui.explicit")><span aria-hidden="true">"E"</span><span class="visually-hidden">{t!("ui.explicit")}</span></abbr> }
}

/// A grid of cards.
#[component]
pub fn CardGrid(children: Children) -> impl IntoView {
    view! { <div class="card-grid">{children()}</div> }
}

/// A way from the beginning of something to all of it.
#[component]
pub fn SeeAll(#[prop(into)] href: String, #[prop(into)] of: String) -> impl IntoView {
    let name = format!("{}: {of}", t!("ui.see_all"));
    view! { <a class="shelf-more" href=href aria-label=name>{t!("ui.see_all")} <Icon glyph=Glyph::ChevronEnd/></a> }
}

/// A row of cards that scrolls sideways, with a heading and a way to all of them.
#[component]
pub fn Shelf(
    #[prop(into)] title: String,
    /// The page with all of them.
    #[prop(into, optional)]
    href: Maybe,
    children: Children,
) -> impl IntoView {
    let label = title.clone();
    let more = href.0.map(|href| view! { <SeeAll href of=title.clone()/> });
    view! {
        <section class="shelf" aria-label=label.clone()>
            <div class="shelf-head"><h2 class="shelf-title">{title}</h2>{more}</div>
            // Focusable, so that the keyboard can scroll it.
            <div class="shelf-row" tabindex="0" role="group" aria-label=label.clone()>{children()}</div>
        </section>
    }
}

/// An album, or a single track shown as a record.
#[component]
pub fn AlbumCard(
    #[prop(into)] seed: String,
    #[prop(into)] title: String,
    #[prop(into)] href: String,
    #[prop(into, optional)] cover: Maybe,
    #[prop(into, optional)] srcset: Maybe,
    /// The artist's name and page; without a page only the name.
    #[prop(into, default = None)]
    artist: Option<(String, String)>,
    /// Anything short beneath it: the year, a price.
    #[prop(into, optional)]
    note: Maybe,
    /// Whether its words are not for everyone.
    #[prop(optional)]
    explicit: bool,
) -> impl IntoView {
    view! {
        <article class="card">
            <a class="card-cover" href=href.clone() tabindex="-1" aria-hidden="true">
                <span class="sleeve"><Cover seed src=cover srcset sizes="(min-width: 48rem) 13rem, 45vw"/></span>
            </a>
            <div class="card-body">
                <h3 class="card-title"><a href=href>{title}</a>{explicit.then(|| view! { " " <Explicit/> })}</h3>
                {artist.map(|(name, page)| {
                    let name = if page.is_empty() { name.into_any() } else { view! { <a href=page>{name}</a> }.into_any() };
                    view! { <p class="card-sub">{name}</p> }
                })}
                {note.0.map(|note| view! { <p class="card-sub">{note}</p> })}
            </div>
        </article>
    }
}

/// A playlist: its cover, whose it is, how long.
#[component]
pub fn PlaylistCard(
    #[prop(into)] seed: String,
    #[prop(into)] title: String,
    #[prop(into)] href: String,
    #[prop(into, optional)] cover: Maybe,
    #[prop(into, optional)] owner: Maybe,
    /// How many tracks are on it.
    #[prop(into)]
    tracks: i64,
) -> impl IntoView {
    view! {
        <article class="card">
            <a class="card-cover" href=href.clone() tabindex="-1" aria-hidden="true">
                <span class="sleeve"><Cover seed src=cover/></span>
            </a>
            <div class="card-body">
                <h3 class="card-title"><a href=href>{title}</a></h3>
                {owner.0.map(|owner| view! { <p class="card-sub">{owner}</p> })}
                <p class="card-sub"><Count key="ui.tracks" value=tracks/></p>
            </div>
        </article>
    }
}

/// An artist: portrait, name, followers.
#[component]
pub fn ArtistCard(
    #[prop(into)] seed: String,
    #[prop(into)] name: String,
    #[prop(into)] href: String,
    #[prop(into, optional)] image: Maybe,
    #[prop(into, optional)] genre: Maybe,
    #[prop(into, default = None)] followers: Option<i64>,
) -> impl IntoView {
    let shown = name.clone();
    view! {
        <article class="card card-artist">
            <a class="card-cover" href=href.clone() tabindex="-1" aria-hidden="true">
                <Avatar seed name src=image size=176/>
            </a>
            <div class="card-body">
                <h3 class="card-title"><a href=href>{shown}</a></h3>
                {genre.0.map(|genre| view! { <p class="card-sub">{genre}</p> })}
                {followers.map(|followers| view! { <p class="card-sub"><Count key="ui.followers" value=followers/></p> })}
            </div>
        </article>
    }
}
