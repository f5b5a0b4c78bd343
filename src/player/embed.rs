//! A track or a playlist as a small player within somebody else's page, and the code that puts it there.

use super::{Piece, Pieces, Player, bar::SeekLine, player};
use crate::{
    app::boot,
    catalogue::pages::{id_in_path, in_query},
    error::AppError,
    ids::{PlaylistId, TrackId},
    listening::allowance,
    playlists::PlaylistPage,
    t,
    ui::{
        cover::Cover,
        format::duration,
        head::{PageHead, escape},
        icons::{Glyph, HouseSign, Icon},
        load::{Data, load},
    },
    uploads::TrackPage,
};
use leptos::prelude::*;
use leptos_meta::Link;

/// How high each size is, in pixels; the width is the other page's.
pub const COMPACT: u32 = 112;
pub const FULL: u32 = 400;

/// How it should look: from the address's query, `size=compact`, `cover=off`, `theme=dark` or `light`.
#[derive(Clone, Copy)]
struct Look {
    compact: bool,
    cover: bool,
}

fn look() -> impl Fn() -> Look + Copy + Send + Sync {
    let (size, cover) = (in_query("size"), in_query("cover"));
    move || Look { compact: size().as_deref() == Some("compact"), cover: cover().as_deref() != Some("off") }
}

/// `/embed/tracks/:id`
#[component]
pub fn EmbedTrack() -> impl IntoView {
    let id = id_in_path::<TrackId>();
    let look = look();
    let page = Data::new(id, |id| async move { Ok((crate::uploads::get_track(id).await?, allowance().await?)) });
    load(page, move |(page, allowance): (TrackPage, Option<(u32, u32)>)| {
        let piece = Piece::from(page.card);
        view! {
            <PageHead title=piece.title.clone() path=piece.path.clone()/>
            <Frame look=look() head=piece.clone() list=Pieces(vec![piece]) peaks=page.waveform allowance/>
        }
    })
}

/// `/embed/playlists/:id`
#[component]
pub fn EmbedPlaylist() -> impl IntoView {
    let id = id_in_path::<PlaylistId>();
    let look = look();
    let page = Data::new(id, |id| async move {
        let page = crate::playlists::playlist_page(id).await?;
        // What only its owner sees is not for other sites.
        if page.line.public { Ok((page, allowance().await?)) } else { Err(AppError::NotFound) }
    });
    load(page, move |(page, allowance): (PlaylistPage, Option<(u32, u32)>)| {
        let line = page.line;
        let list: Vec<Piece> = page.entries.into_iter().filter_map(|entry| entry.item.map(Piece::from)).collect();
        let head = Piece {
            id: list.first().map_or(crate::ids::PieceId::Track(TrackId(0)), |piece| piece.id),
            title: line.name.clone(),
            artist: line.owner.clone(),
            artist_path: line.path(),
            path: line.path(),
            cover: line.cover.clone().or_else(|| list.first().and_then(|piece| piece.cover.clone())),
            seed: line.seed(),
            seconds: 0,
            playable: !list.is_empty(),
            explicit: false,
        };
        view! {
            <PageHead title=line.name.clone() path=line.path()/>
            <Frame look=look() head list=Pieces(list) peaks=Vec::new() allowance playlist=Some(line.id)/>
        }
    })
}

/// The player of a list, named after its head.
#[component]
fn Frame(
    look: Look,
    head: Piece,
    list: Pieces,
    peaks: Vec<u8>,
    allowance: Option<(u32, u32)>,
    #[prop(optional_no_strip)] playlist: Option<PlaylistId>,
) -> impl IntoView {
    let player = player();
    let site = boot().site_url;
    let outside = move |path: &str| format!("{site}{path}");
    let several = playlist.is_some();
    let first = list.0.first().cloned();
    let playable = head.playable && first.is_some();
    let sound =
        first.as_ref().map(|piece| piece.sound(super::Quality::Standard).split('?').next().unwrap_or_default().to_owned()).unwrap_or_default();
    let rows = (several && !look.compact).then(|| view! { <List player list=list.clone() playlist/> });
    let (title, artist) = if several {
        (now_title(player, head.title.clone()), head.artist.clone())
    } else {
        (Signal::stored(head.title.clone()), head.artist.clone())
    };
    // Nothing is loaded before somebody wants to hear it; how long it is is known all the same.
    let seconds = first.as_ref().map_or(0, |piece| piece.seconds);
    Effect::new(move || player.length.set(seconds.into()));
    let hidden = move || !player.ready.get();
    let name = move || if player.playing.get() { t!("player.pause") } else { t!("player.play") }.into_owned();
    let list = StoredValue::new(list);
    let play = move |_| {
        if player.queue.with_untracked(super::Queue::is_empty) {
            player.play(list.get_value(), 0, "embed", playlist);
        } else {
            player.toggle();
        }
    };
    let line = if peaks.is_empty() || look.compact {
        view! { <div class="queue-line"><SeekLine player/></div> }.into_any()
    } else {
        first.map(|piece| view! { <super::SeekWave piece peaks id="embed" source="embed"/> }).into_any()
    };
    view! {
        <article class=if look.compact { "embed embed-compact" } else { "embed embed-full" } class:embed-several=several>
            {look.cover.then(|| view! {
                <a class="embed-cover" href=outside(&head.path) target="_blank" rel="noopener external" tabindex="-1" aria-hidden="true">
                    <Cover seed=head.seed.clone() src=head.cover_at(if look.compact { 160 } else { 640 }) size=if look.compact { 80 } else { 320 }/>
                </a>
            })}
            <div class="embed-main">
                <div class="embed-head">
                    {playable.then(|| view! {
                        <button type="button" class="player-play" hidden=hidden aria-label=name on:click=play>
                            <Show when=move || player.playing.get() fallback=|| view! { <Icon glyph=Glyph::Play/> }><Icon glyph=Glyph::Pause/></Show>
                        </button>
                    })}
                    <div class="embed-names">
                        <h1 class="embed-title"><a href=outside(&head.path) target="_blank" rel="noopener external">{title}</a></h1>
                        <p class="embed-artist"><a href=outside(&head.artist_path) target="_blank" rel="noopener external">{artist}</a></p>
                    </div>
                    <a class="embed-sign" href=outside("/") target="_blank" rel="noopener external" aria-label=t!("site.name")><HouseSign/></a>
                </div>
                {move || player.problem.get().map(|problem| view! { <p class="queue-problem" role="alert">{problem}</p> })}
                {if playable {
                    view! { <div class="embed-line" hidden=hidden>{line}</div><super::WithoutProgram sound title=head.title.clone() allowance/> }.into_any()
                } else {
                    view! { <p class="queue-problem">{t!("player.unavailable")}</p> }.into_any()
                }}
                {rows}
            </div>
        </article>
    }
}

/// A playlist's name, and what of it plays.
fn now_title(player: Player, name: String) -> Signal<String> {
    Signal::derive(move || match player.current() {
        Some(piece) => format!("{name} · {}", piece.title),
        None => name.clone(),
    })
}

#[component]
fn List(player: Player, list: Pieces, playlist: Option<PlaylistId>) -> impl IntoView {
    let all = StoredValue::new(list.clone());
    let rows = list
        .0
        .into_iter()
        .enumerate()
        .map(|(index, piece)| {
            let id = piece.id;
            let label = t!("player.play_track", title = piece.title).into_owned();
            let play =
                move |_| if untrack(|| player.is_current(id)) { player.toggle() } else { player.play(all.get_value(), index, "embed", playlist) };
            view! {
                <li class="embed-row" aria-current=move || player.is_current(id).then_some("true")>
                    <button type="button" aria-label=label disabled=!piece.playable on:click=play>
                        <span class="queue-row-title">{piece.title.clone()}</span>
                        <span class="queue-row-artist">{piece.artist.clone()}</span>
                    </button>
                    <span class="queue-row-length">{duration(piece.seconds.into())}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="embed-list" role="list" tabindex="0" aria-label=t!("player.queue.list")>{rows}</ol> }
}

/// What an address of `/embed/…` is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Embedded {
    Track(TrackId),
    Playlist(PlaylistId),
}

impl Embedded {
    /// The path of the small player.
    pub fn path(self) -> String {
        match self {
            Self::Track(id) => format!("/embed/tracks/{id}"),
            Self::Playlist(id) => format!("/embed/playlists/{id}"),
        }
    }

    /// The code that puts it into a page.
    pub fn code(self, site: &str, title: &str, compact: bool, cover: bool, theme: &str) -> String {
        let mut query = Vec::new();
        if compact {
            query.push("size=compact");
        }
        if !cover {
            query.push("cover=off");
        }
        match theme {
            "dark" => query.push("theme=dark"),
            "light" => query.push("theme=light"),
            _ => {}
        }
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&amp;")) };
        let height = if compact { COMPACT } else { FULL };
        let title = escape(title).replace('"', "&quot;");
        format!(
            "<iframe src=\"{site}{}{query}\" width=\"100%\" height=\"{height}\" style=\"border:0;border-radius:12px\" loading=\"lazy\" allow=\"autoplay; encrypted-media\" title=\"{title}\"></iframe>",
            self.path()
        )
    }
}

/// Where a page says that there is a small player of it.
#[component]
pub fn EmbedLink(#[prop(into)] path: String, #[prop(into)] title: String) -> impl IntoView {
    let site = boot().site_url;
    let url = crate::playlists::encoded(&format!("{site}{path}"));
    view! { <Link rel="alternate" type_="application/json+oembed" href=format!("{site}/oembed?format=json&url={url}") title=title/> }
}

/// The code to copy, in the look one chooses. Without JavaScript it is the large one with its cover.
#[component]
pub fn EmbedCode(embedded: Embedded, #[prop(into)] title: String) -> impl IntoView {
    let player = player();
    let site = boot().site_url;
    let (compact, cover, theme) = (RwSignal::new(false), RwSignal::new(true), RwSignal::new(String::new()));
    let code = move || embedded.code(&site, &title, compact.get(), cover.get(), &theme.get());
    view! {
        <div class="field embed-code">
            <label class="field-label" for="embed-code">{t!("player.embed.code")}</label>
            <input class="input mono" id="embed-code" readonly=true prop:value=code.clone() value=code.clone()/>
            <div class="btn-row" hidden=move || !player.ready.get()>
                <select class="select embed-choice" aria-label=t!("player.embed.size") on:change=move |event| compact.set(event_target_value(&event) == "compact")>
                    <option value="full">{t!("player.embed.full")}</option>
                    <option value="compact">{t!("player.embed.compact")}</option>
                </select>
                <select class="select embed-choice" aria-label=t!("player.embed.theme") on:change=move |event| theme.set(event_target_value(&event))>
                    <option value="">{t!("player.embed.auto")}</option>
                    <option value="light">{t!("ui.theme.light")}</option>
                    <option value="dark">{t!("ui.theme.dark")}</option>
                </select>
                <label class="check"><input type="checkbox" checked=true on:change=move |event| cover.set(event_target_checked(&event))/>{t!("player.embed.cover")}</label>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_can_not_leave_its_attribute() {
        let code = Embedded::Track(TrackId(7)).code("https://m.example", "\"><script>", true, false, "dark");
        assert!(code.contains("/embed/tracks/7?size=compact&amp;cover=off&amp;theme=dark\"") && code.contains("height=\"112\""), "{code}");
        assert!(!code.contains("<script>") && code.contains("title=\"&quot;&gt;&lt;script&gt;\""), "{code}");
    }
}
