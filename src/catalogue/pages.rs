//! Pages of the catalogue.

use super::{
    AlbumPage, MixPage, SongCard, SongPage,
    api::{Favourite, album, albums, mix, mixes, song},
    total_seconds,
};
use crate::{
    ids::{AlbumId, MixId, SongId},
    listening::allowance,
    page::Page,
    player::{Piece, PieceMenu, PlayAll, PlayButton, SeekWave, WithoutProgram, player},
    playlists::control::AddToPlaylist,
    purchases::{Thing, pages::BuyLink},
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        cards::{AlbumCard, CardGrid, TrackList, TrackRow},
        cover::Cover,
        empty::EmptyState,
        format::{counted, duration},
        forms::{Form, FormAction, Hidden},
        head::PageHead,
        icons::{Glyph, Icon},
        load::{Data, load},
        pagination::Pagination,
    },
    uploads::formats::{TakeAll, TakeAlong},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// The id in the page's address, 0 (which nothing has) where there is none.
pub(crate) fn id_in_path<T: std::str::FromStr + From<i32>>() -> impl Fn() -> T + Copy + Send + Sync {
    let params = use_params_map();
    move || params.read().get("id").and_then(|text| text.parse().ok()).unwrap_or_else(|| T::from(0))
}

/// A part of the address's query; empty ones are none.
pub(crate) fn in_query(name: &'static str) -> impl Fn() -> Option<String> + Copy + Send + Sync {
    let query = use_query_map();
    move || query.read().get(name).filter(|text| !text.is_empty())
}

/// Songs in a list, each with a way into the queue and onto a playlist.
#[component]
pub fn SongList(
    #[prop(into)] label: String,
    songs: Vec<SongCard>,
    /// Where they are started, for the history.
    #[prop(default = "page")]
    source: &'static str,
) -> impl IntoView {
    let list: Vec<Piece> = songs.iter().cloned().map(Piece::from).collect();
    let rows = songs
        .into_iter()
        .enumerate()
        .map(|(place, song)| {
            let (list, index) = crate::discovery::lists::around(&list, place);
            view! { <SongRow song><PlayButton list index source/></SongRow> }
        })
        .collect_view();
    view! { <TrackList label>{rows}</TrackList> }
}

/// One song in a list; its button to play is given, for it knows the list.
#[component]
pub fn SongRow(song: SongCard, children: Children) -> impl IntoView {
    let player = player();
    let id = song.id;
    view! {
        <TrackRow
            seed=song.seed()
            title=song.title.clone()
            href=song.path()
            cover=song.cover.clone()
            artist=(song.artist_name.clone(), song.path())
            seconds=i64::from(song.duration_seconds)
            current=Signal::derive(move || player.is_current(id))
        >
            {children()}
            <PieceMenu piece=song/>
        </TrackRow>
    }
}

/// All albums.
#[component]
pub fn AlbumsPage() -> impl IntoView {
    let after = in_query("after");
    let page = Data::new(move || after().and_then(|key| key.parse().ok()), albums);
    view! {
        <PageHead title=t!("catalogue.albums") description=t!("catalogue.albums_lead") path="/albums"/>
        <header class="page-head">
            <h1 class="page-title">{t!("catalogue.albums")}</h1>
            <p class="page-lead">{t!("catalogue.albums_lead")}</p>
            <div class="btn-row"><a class="btn" href="/mixes"><Icon glyph=Glyph::Playlist/>{t!("catalogue.mixes")}</a></div>
        </header>
        {load(page, move |Page { items, next }| {
            let empty = items.is_empty();
            let cards = items
                .into_iter()
                .map(|album| view! {
                    <AlbumCard seed=album.seed() title=album.title.clone() href=album.path() cover=album.cover.clone() artist=(album.artist_name.clone(), String::new()) note=album.year.map(|year| year.to_string())/>
                })
                .collect_view();
            view! {
                {if empty {
                    view! { <EmptyState title=t!("catalogue.no_albums") text=t!("catalogue.no_albums_text")/> }.into_any()
                } else {
                    view! { <h2 class="visually-hidden">{t!("ui.all")}</h2><CardGrid>{cards}</CardGrid> }.into_any()
                }}
                <Pagination path="/albums" next started=after().is_some()/>
            }
        })}
    }
}

/// One album with its songs.
#[component]
pub fn AlbumView() -> impl IntoView {
    let page = Data::new(id_in_path::<AlbumId>(), album);
    load(page, |AlbumPage { line, description, genre, songs, bundle, sale }| {
        let all = songs.clone();
        let facts = [
            Some(line.artist_name.clone()),
            line.year.map(|year| year.to_string()),
            Some(counted("catalogue.songs", i64::try_from(songs.len()).unwrap_or(0))),
            Some(duration(total_seconds(&songs))),
        ];
        view! {
            <PageHead title=format!("{} – {}", line.title, line.artist_name) description=description.clone() path=line.path() image=line.cover.clone().unwrap_or_default() kind="music.album"/>
            <Breadcrumbs above=vec![(t!("catalogue.albums").into_owned(), "/albums".to_owned())] here=line.title.clone()/>
            <CollectionHead seed=line.seed() cover=line.cover.clone() title=line.title.clone() description facts=facts.into_iter().flatten().collect() genre>
                <PlayAll list=all/>
                <TakeAll path=format!("/albums/{}/download", line.id) bundle/>
                <BuyLink thing=Thing::Album(line.id) sale/>
            </CollectionHead>
            {if songs.is_empty() {
                view! { <EmptyState title=t!("catalogue.no_songs") text=t!("catalogue.no_songs_text")/> }.into_any()
            } else {
                view! { <SongList label=line.title songs/> }.into_any()
            }}
        }
    })
}

/// All mixes.
#[component]
pub fn MixesPage() -> impl IntoView {
    let page = Data::new(|| (), |()| mixes());
    view! {
        <PageHead title=t!("catalogue.mixes") description=t!("catalogue.mixes_lead") path="/mixes"/>
        <header class="page-head">
            <h1 class="page-title">{t!("catalogue.mixes")}</h1>
            <p class="page-lead">{t!("catalogue.mixes_lead")}</p>
        </header>
        {load(page, |mixes| {
            if mixes.is_empty() {
                return view! { <EmptyState title=t!("catalogue.no_mixes") text=t!("catalogue.no_mixes_text")/> }.into_any();
            }
            let cards = mixes
                .into_iter()
                .map(|mix| view! {
                    <AlbumCard seed=mix.seed() title=mix.name.clone() href=mix.path() cover=mix.cover.clone() artist=(t!("catalogue.by_label").into_owned(), String::new()) note=Some(counted("catalogue.songs", mix.songs))/>
                })
                .collect_view();
            view! { <h2 class="visually-hidden">{t!("ui.all")}</h2><CardGrid>{cards}</CardGrid> }.into_any()
        })}
    }
}

/// One mix with its songs.
#[component]
pub fn MixView() -> impl IntoView {
    let page = Data::new(id_in_path::<MixId>(), mix);
    load(page, |MixPage { id, name, description, cover, songs }| {
        let all = songs.clone();
        let facts = vec![
            t!("catalogue.by_label").into_owned(),
            counted("catalogue.songs", i64::try_from(songs.len()).unwrap_or(0)),
            duration(total_seconds(&songs)),
        ];
        view! {
            <PageHead title=name.clone() description=description.clone() path=format!("/mixes/{id}") image=cover.clone().unwrap_or_default() kind="music.playlist"/>
            <Breadcrumbs above=vec![(t!("catalogue.mixes").into_owned(), "/mixes".to_owned())] here=name.clone()/>
            <CollectionHead seed=format!("mix-{id} {name}") cover title=name.clone() description facts>
                <PlayAll list=all/>
            </CollectionHead>
            {if songs.is_empty() {
                view! { <EmptyState title=t!("catalogue.no_songs") text=t!("catalogue.no_songs_text")/> }.into_any()
            } else {
                view! { <SongList label=name songs/> }.into_any()
            }}
        }
    })
}

/// Cover, title and facts at the head of a collection's page.
#[component]
pub(crate) fn CollectionHead(
    seed: String,
    cover: Option<String>,
    title: String,
    description: String,
    facts: Vec<String>,
    #[prop(default = None)] genre: Option<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="page-head mt-4 md:grid-cols-[16rem_1fr] md:gap-8 md:items-end">
            <div class="w-48 md:w-full"><span class="sleeve"><Cover seed src=cover size=256 eager=true/></span></div>
            <div class="grid gap-3">
                <h1 class="page-title">{title}</h1>
                {(!description.is_empty()).then(|| view! { <p class="page-lead whitespace-pre-line">{description}</p> })}
                <p class="text-sm text-quiet">{facts.join(" · ")}</p>
                {genre.map(|genre| {
                    let href = crate::discovery::genre_path(&genre);
                    view! { <div class="chips"><a class="chip" href=href>{genre}</a></div> }
                })}
                {children.map(|children| view! { <div class="btn-row">{children()}</div> })}
            </div>
        </header>
    }
}

/// One song.
#[component]
pub fn SongView() -> impl IntoView {
    let id = id_in_path::<SongId>();
    let keeping = FormAction::<Favourite>::new();
    let page = Data::new(move || (id(), keeping.version().get()), |(id, _)| async move { Ok((song(id).await?, allowance().await?)) });
    load(page, move |(page, allowance): (SongPage, Option<(u32, u32)>)| {
        let SongPage { card, album, genre, sale, explicit, favourite, formats } = page;
        let facts = [
            Some(card.artist_name.clone()),
            Some(duration(i64::from(card.duration_seconds))),
            explicit.then(|| t!("catalogue.explicit").into_owned()),
        ];
        let above = match &album {
            Some(album) => vec![(t!("catalogue.albums").into_owned(), "/albums".to_owned()), (album.title.clone(), album.path())],
            None => vec![(t!("catalogue.albums").into_owned(), "/albums".to_owned())],
        };
        let (title, taken, playable, one) = (card.title.clone(), card.title.clone(), card.playable, card.clone());
        view! {
            <PageHead title=format!("{} – {}", card.title, card.artist_name) path=card.path() image=card.cover.clone().unwrap_or_default() kind="music.song"/>
            <Breadcrumbs above here=card.title.clone()/>
            <CollectionHead seed=card.seed() cover=card.cover.clone() title=card.title.clone() description=String::new() facts=facts.into_iter().flatten().collect() genre>
                {playable.then(|| view! { <PlayButton list=vec![one] large=true/> })}
                <Form action=keeping>
                    <Hidden name="song" value=card.id.to_string()/>
                    <Hidden name="keep" value=(!favourite).to_string()/>
                    <button type="submit" class="btn">
                        <Icon glyph=if favourite { Glyph::HeartFilled } else { Glyph::Heart }/>
                        {if favourite { t!("catalogue.let_go") } else { t!("catalogue.keep") }}
                    </button>
                </Form>
                <TakeAlong path=format!("/songs/{}/download", card.id) formats title=taken/>
                <BuyLink thing=Thing::Song(card.id) sale/>
                <AddToPlaylist song=card.id title worded=true/>
            </CollectionHead>
            {if card.playable {
                view! {
                    <SeekWave piece=card.clone() peaks=Vec::new() id=format!("song-{}", card.id)/>
                    <WithoutProgram sound=format!("/media/songs/{}", card.id) title=card.title.clone() allowance/>
                }.into_any()
            } else {
                view! { <p class="text-quiet">{t!("catalogue.silent")}</p> }.into_any()
            }}
        }
    })
}
