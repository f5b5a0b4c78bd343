//! A playlist, as its owner and as others see it.

use super::{
    Entry, Item, PlaylistPage,
    api::{Arrange, Follow, page},
};
use crate::{
    catalogue::pages::{CollectionHead, id_in_path, in_query},
    discovery::lists::around,
    ids::PlaylistId,
    player::{Piece, PieceMenu, PlayAll, PlayButton, embed::EmbedLink},
    t,
    ui::{
        cards::{TrackList, TrackRow},
        empty::EmptyState,
        format::{counted, duration},
        forms::{Form, FormAction, Hidden},
        head::PageHead,
        icons::{Glyph, Icon},
        load::{Data, load},
        table::{StatusBadge, Tone},
    },
    uploads::formats::TakeAll,
};
use leptos::prelude::*;

/// The playlist's page. Its owner finds the buttons that arrange it, others that to follow it.
#[component]
pub fn PlaylistView() -> impl IntoView {
    let id = id_in_path::<PlaylistId>();
    let via = in_query("via");
    let arranging = FormAction::<Arrange>::new();
    let following = FormAction::<Follow>::new();
    let page = Data::new(move || (id(), arranging.version().get(), following.version().get()), |(id, ..)| page(id));
    load(page, move |page: PlaylistPage| {
        let seconds: i64 = page.entries.iter().filter_map(|entry| entry.item.as_ref()).map(|item| i64::from(item.seconds())).sum();
        let facts = vec![
            t!("playlists.by", name = page.line.owner).into_owned(),
            counted("ui.tracks", i64::try_from(page.entries.len()).unwrap_or(0)),
            duration(seconds),
            counted("ui.followers", i64::from(page.followers)),
            counted("playlists.shares", i64::from(page.shares)),
        ];
        let (line, own, all) = (page.line.clone(), page.clone(), pieces(&page));
        let id = line.id;
        view! {
            <PageHead title=line.name.clone() description=page.description.clone() path=line.path() image=line.cover.clone().unwrap_or_default() kind="music.playlist"/>
            {line.public.then(|| view! { <EmbedLink path=line.path() title=line.name.clone()/> })}
            <CollectionHead seed=line.seed() cover=line.cover.clone() title=line.name.clone() description=page.description.clone() facts>
                <PlayAll list=all source=source(via().as_deref()) playlist=Some(id)/>
                <Actions page=own following via=via()/>
            </CollectionHead>
            <Entries page arranging source=source(via().as_deref())/>
        }
    })
}

/// What of it is still there, to be played.
fn pieces(page: &PlaylistPage) -> Vec<Piece> {
    page.entries.iter().filter_map(|entry| entry.item.clone().map(Piece::from)).collect()
}

/// Where a play from this page comes from: a link that somebody shared, or the playlist itself.
const fn source(via: Option<&str>) -> &'static str {
    if via.is_some() { "share" } else { "playlist" }
}

/// What can be done with the playlist as a whole.
#[component]
fn Actions(page: PlaylistPage, following: FormAction<Follow>, via: Option<String>) -> impl IntoView {
    let id = page.line.id;
    let owned = page.mine.then(|| {
        let (text, tone) = if page.line.public { (t!("playlists.public"), Tone::Success) } else { (t!("playlists.private"), Tone::Neutral) };
        view! {
            <StatusBadge text tone/>
            <a class="btn" href=format!("/playlists/{id}/edit")>{t!("playlists.edit")}</a>
        }
    });
    let follow = (!page.mine).then(|| {
        view! {
            <Form action=following>
                <Hidden name="playlist" value=id.to_string()/>
                <Hidden name="follow" value=(!page.following).to_string()/>
                {via.map(|via| view! { <Hidden name="via" value=via/> })}
                <button type="submit" class=if page.following { "btn" } else { "btn btn-primary" }>
                    <Icon glyph=if page.following { Glyph::Check } else { Glyph::Plus }/>
                    {if page.following { t!("playlists.unfollow") } else { t!("playlists.follow") }}
                </button>
            </Form>
        }
    });
    let share = page
        .line
        .public
        .then(|| view! { <a class="btn" href=format!("/playlists/{id}/share")><Icon glyph=Glyph::Share/>{t!("playlists.share")}</a> });
    let bundle = page.bundle;
    view! {
        {owned}
        {follow}
        <TakeAll path=format!("/playlists/{id}/download") bundle/>
        {share}
        <a class="btn btn-quiet" href=format!("/playlists/{id}/export.m3u8") rel="external" download="">{t!("playlists.m3u8")}</a>
    }
}

/// The tracks and songs in their order.
#[component]
fn Entries(page: PlaylistPage, arranging: FormAction<Arrange>, source: &'static str) -> impl IntoView {
    let pieces = pieces(&page);
    let PlaylistPage { line, mine, entries, .. } = page;
    if entries.is_empty() {
        let action = mine.then(|| (t!("playlists.find").into_owned(), "/charts".to_owned()));
        let text = if mine { t!("playlists.empty_own") } else { t!("playlists.empty_text") };
        return view! { <EmptyState title=t!("playlists.empty") text action/> }.into_any();
    }
    let last = entries.len() - 1;
    let mut place = 0;
    let mut rows = Vec::with_capacity(entries.len());
    for (index, entry) in entries.into_iter().enumerate() {
        let play = entry.item.is_some().then(|| {
            let piece = pieces[place].clone();
            let (list, index) = around(&pieces, place);
            place += 1;
            let menu = (!mine).then(|| view! { <PieceMenu piece source playlist=Some(line.id)/> });
            view! { <PlayButton list index source playlist=Some(line.id)/>{menu} }
        });
        rows.push(if mine {
            view! { <OwnEntry entry first=index == 0 last=index == last play=play.into_any()/> }.into_any()
        } else {
            entry.item.map(|item| view! { <OthersEntry item play=play.into_any()/> }).into_any()
        });
    }
    let list = view! { <TrackList label=line.name.clone()>{rows}</TrackList> };
    if mine {
        view! {
            <Form action=arranging class="form-wide">
                <Hidden name="playlist" value=line.id.to_string()/>
                {list}
            </Form>
        }
        .into_any()
    } else {
        list.into_any()
    }
}

/// An entry with the buttons that arrange it: they send the form around the list.
#[component]
fn OwnEntry(entry: Entry, first: bool, last: bool, play: AnyView) -> impl IntoView {
    let id = entry.id;
    let title = entry.item.as_ref().map_or_else(|| t!("playlists.gone").into_owned(), |item| item.title().to_owned());
    let button = move |change: &str, glyph: Glyph, label: String, disabled: bool| {
        view! { <button type="submit" class="icon-btn" name="change" value=format!("{change}-{id}") aria-label=label disabled=disabled><Icon glyph/></button> }
    };
    let buttons = view! {
        {play}
        {button("up", Glyph::ArrowUp, t!("playlists.up", title = title).into_owned(), first)}
        {button("down", Glyph::ArrowDown, t!("playlists.down", title = title).into_owned(), last)}
        {button("remove", Glyph::Close, t!("playlists.remove", title = title).into_owned(), false)}
    };
    match entry.item {
        Some(Item::Track(track)) => view! {
            <TrackRow seed=format!("track-{} {}", track.id, track.title) title=track.title.clone() href=track.path() cover=track.cover.clone()
                artist=(track.artist_name.clone(), track.artist_path()) seconds=i64::from(track.duration_seconds) explicit=track.explicit>{buttons}</TrackRow>
        }
        .into_any(),
        Some(Item::Song(song)) => view! {
            <TrackRow seed=song.seed() title=song.title.clone() href=song.path() cover=song.cover.clone()
                artist=(song.artist_name.clone(), song.path()) seconds=i64::from(song.duration_seconds)>{buttons}</TrackRow>
        }
        .into_any(),
        None => view! {
            <li class="track-row">
                <span></span>
                <p class="track-title text-quiet">{t!("playlists.gone")}</p>
                <span></span>
                <div class="track-actions">{buttons}</div>
            </li>
        }
        .into_any(),
    }
}

#[component]
fn OthersEntry(item: Item, play: AnyView) -> impl IntoView {
    match item {
        Item::Track(track) => view! {
            <TrackRow seed=format!("track-{} {}", track.id, track.title) title=track.title.clone() href=track.path() cover=track.cover.clone()
                artist=(track.artist_name.clone(), track.artist_path()) seconds=i64::from(track.duration_seconds) plays=i64::from(track.plays) explicit=track.explicit>
                {play}
            </TrackRow>
        }
        .into_any(),
        Item::Song(song) => view! {
            <TrackRow seed=song.seed() title=song.title.clone() href=song.path() cover=song.cover.clone()
                artist=(song.artist_name.clone(), song.path()) seconds=i64::from(song.duration_seconds)>{play}</TrackRow>
        }
        .into_any(),
    }
}
