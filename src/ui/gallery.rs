//! Every component on one page, for who works on them. Its texts are samples, not words of the site.

use crate::{
    app::boot,
    ui::{
        breadcrumbs::Breadcrumbs,
        cards::{AlbumCard, ArtistCard, CardGrid, PlaylistCard, Shelf, TrackList, TrackRow},
        chart::{BarChart, LineChart},
        cover::{Avatar, Banner, Cover},
        dialog::Dialog,
        empty::EmptyState,
        error_page::ErrorView,
        format::{When, money},
        head::PageHead,
        icons::{ALL, Glyph, Icon},
        load::NotFound,
        notice::Notice,
        pagination::Pagination,
        skeleton::{CardSkeleton, TrackSkeleton},
        stat::{Stat, Stats},
        table::{AmountCell, Column, DataTable, StatusBadge, Tone},
        tabs::{Tab, Tabs},
        toast::Toasts,
        waveform::Waveform,
    },
};
use leptos::prelude::*;
use time::macros::datetime;

const TRACKS: [(&str, &str, i64, i64); 6] = [
    ("Night bus, upper deck", "Mara Velde", 225, 12_345),
    ("Salt", "The Quiet Hours", 187, 1),
    ("A very long title that does not fit on a phone and has to end somewhere", "Ilse & the Long Afternoon", 3_723, 999),
    ("Copper wire", "Otis Kane", 301, 48_210),
    ("Second-hand moon", "Mara Velde", 254, 1_204_000),
    ("Étude für Elster", "Jún Þórs", 96, 0),
];

/// The page, in development only.
#[component]
pub fn Gallery() -> impl IntoView {
    if !boot().development {
        return view! { <NotFound/> }.into_any();
    }
    view! {
        <PageHead title="Components" path="/dev/ui"/>
        <ArtistHead/>
        <Music/>
        <Money/>
        <Controls/>
        <Feedback/>
        <PlayerSample/>
    }
    .into_any()
}

#[component]
fn ArtistHead() -> impl IntoView {
    view! {
        <Breadcrumbs above=vec![("Home".to_owned(), "/".to_owned()), ("Artists".to_owned(), "/artists".to_owned())] here="Mara Velde"/>
        <header class="page-head mt-4">
            <Banner seed="artist-1"/>
            <div class="flex items-end gap-4 -mt-12 ps-4">
                <div class="w-24 shrink-0"><Avatar seed="artist-1" name="Mara Velde"/></div>
                <div class="chips pb-1"><span class="chip">"Ambient"</span><span class="chip">"Rotterdam"</span></div>
            </div>
            <h1 class="page-title">"Mara Velde"</h1>
            <p class="page-lead">"Tape loops, borrowed pianos and the last bus home. Records since 2014, mostly made after midnight, mostly in one take."</p>
            <div class="btn-row">
                <button class="btn btn-primary"><Icon glyph=Glyph::Play/>"Play"</button>
                <button class="btn"><Icon glyph=Glyph::Heart/>"Follow"</button>
                <button class="btn"><Icon glyph=Glyph::Coin/>"Send a tip"</button>
                <button class="icon-btn" aria-label="Share"><Icon glyph=Glyph::Share/></button>
            </div>
        </header>
    }
}

#[component]
fn Music() -> impl IntoView {
    let rows = TRACKS
        .iter()
        .enumerate()
        .map(|(index, &(title, artist, seconds, plays))| {
            view! {
                <TrackRow seed=format!("track-{index} {title}") title href="/tracks/1" artist=(artist.to_owned(), "/artists/1".to_owned()) seconds=seconds plays=plays current=Signal::stored(index == 1)>
                    <button class="icon-btn" aria-label=format!("Like {title}") aria-pressed=if index == 1 { "true" } else { "false" }>
                        <Icon glyph=if index == 1 { Glyph::HeartFilled } else { Glyph::Heart }/>
                    </button>
                </TrackRow>
            }
        })
        .collect_view();
    let albums = (0..9)
        .map(|index| {
            let (title, artist, ..) = TRACKS[index % TRACKS.len()];
            view! { <AlbumCard seed=format!("album-{index} {title}") title href="/albums/1" artist=(artist.to_owned(), "/artists/1".to_owned())/> }
        })
        .collect_view();
    let playlists = (0..6)
        .map(|index| view! { <PlaylistCard seed=format!("playlist-{index}") title=format!("Late shift, volume {}", index + 1) href="/playlists/1" owner="Noor" tracks=12/> })
        .collect_view();
    let artists = TRACKS
        .iter()
        .enumerate()
        .map(|(index, &(_, name, ..))| view! { <ArtistCard seed=format!("artist-{index}") name href="/artists/1" genre="Ambient" followers=1_240/> })
        .collect_view();
    let peaks: Vec<u8> =
        (0_u32..480).map(|index| u8::try_from(40 + (index * index * 7 + index * 31) % 97 + (index / 5 % 40) * 3).unwrap_or(u8::MAX)).collect();
    view! {
        <section class="section">
            <Tabs label="Mara Velde" tabs=vec![
                Tab::new("Tracks", "#tracks", true).counting(24),
                Tab::new("Albums", "#albums", false).counting(3),
                Tab::new("Playlists", "#playlists", false),
                Tab::new("About", "#about", false),
            ]/>
            <TrackList label="Tracks">{rows}</TrackList>
            <Pagination path="/artists/1" next=Some("5".to_owned()) started=true/>
        </section>
        <section class="section grid gap-6 md:grid-cols-[16rem_1fr] items-center">
            <span class="sleeve sleeve-out me-12"><Cover seed="album-2 Night bus" alt="Night bus"/></span>
            <div class="grid gap-4">
                <h2 class="page-title">"Night bus"</h2>
                <Waveform peaks id="sample" progress=Signal::stored(370)/>
            </div>
        </section>
        <Shelf title="New this week" href="/charts">{albums}</Shelf>
        <section class="section"><div class="section-head"><h2>"Playlists"</h2></div><CardGrid>{playlists}</CardGrid></section>
        <section class="section"><div class="section-head"><h2>"Artists"</h2></div><CardGrid>{artists}</CardGrid></section>
    }
}

#[component]
fn Money() -> impl IntoView {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let earnings = [12_050, 18_230, 9_400, 22_310, 31_990, 28_740, 0, -2_120, 35_600, 41_230, 38_810, 52_475];
    let points: Vec<(String, i64)> = months.iter().zip(earnings).map(|(month, cents)| ((*month).to_owned(), cents)).collect();
    let plays: Vec<(String, i64)> = (1..=30).map(|day| (format!("{day} Nov"), 200 + (day * day * 37 + day * 91) % 340)).collect();
    let states = [
        ("Completed", Tone::Success, 124_050, datetime!(2026-11-02 9:30 UTC)),
        ("Processing", Tone::Active, 50_000, datetime!(2026-11-09 14:05 UTC)),
        ("Pending", Tone::Warning, 1_000, datetime!(2026-11-16 7:00 UTC)),
        ("Failed", Tone::Danger, -32_000, datetime!(2026-11-20 22:41 UTC)),
        ("Draft", Tone::Neutral, 0, datetime!(2026-11-23 0:00 UTC)),
    ];
    let rows = states
        .into_iter()
        .map(|(text, tone, cents, day)| {
            view! {
                <tr>
                    <th scope="row"><a href="/studio/payouts/1"><When moment=day/></a></th>
                    <td>"PayPal"</td>
                    <td><StatusBadge text tone/></td>
                    <AmountCell cents=cents / 20 currency="USD"/>
                    <AmountCell cents currency="USD"/>
                </tr>
            }
        })
        .collect_view();
    let foot =
        view! { <tr><th scope="row" colspan="3">"Total"</th><AmountCell cents=7_152 currency="USD"/><AmountCell cents=143_050 currency="USD"/></tr> }
            .into_any();
    view! {
        <section class="section">
            <div class="section-head"><h2>"Earnings"</h2><a class="link" href="/studio/statements">"Statements"</a></div>
            <Stats>
                <Stat label="Available" value=money(124_050, "USD") href="/studio/earnings" note="from 31 entries"/>
                <Stat label="On hold" value=money(8_215, "USD") note="card money, 7 days"/>
                <Stat label="Counted plays" value="12,345" note="1,204 excluded"/>
                <Stat label="Followers" value="1,240" note="+12 this week"/>
            </Stats>
        </section>
        <section class="section grid gap-10 xl:grid-cols-2">
            <BarChart title="Net earnings by month, USD" points format=|cents| money(cents, "USD")/>
            <LineChart title="Counted plays, last 30 days" points=plays format=crate::ui::format::number/>
        </section>
        <section class="section">
            <DataTable caption="Payouts" columns=vec![Column::text("Requested"), Column::text("To"), Column::text("State"), Column::number("Fee"), Column::number("Amount")] foot>
                {rows}
            </DataTable>
        </section>
        <section class="section max-w-96">
            <dl class="receipt panel">
                <div><dt>"Tip to Mara Velde"</dt><dd>"$5.00"</dd></div>
                <div><dt>"Platform fee, 5%"</dt><dd>"−$0.25"</dd></div>
                <div class="receipt-total"><dt>"She receives"</dt><dd>"$4.75"</dd></div>
            </dl>
        </section>
    }
}

#[component]
fn Controls() -> impl IntoView {
    let toasts = use_context::<Toasts>();
    let icons = ALL
        .iter()
        .map(|&(glyph, name)| view! { <span class="grid justify-items-center gap-1 text-xs text-quiet w-20"><Icon glyph class="icon-large"/>{name}</span> })
        .collect_view();
    view! {
        <section class="section grid gap-8 md:grid-cols-2">
            <div class="form">
                <p class="form-error" role="alert">"2 fields need another look."</p>
                <div class="field">
                    <label class="field-label" for="g-title">"Title"</label>
                    <input class="input" id="g-title" value="Night bus"/>
                    <p class="field-hint">"As it should stand on the record."</p>
                </div>
                <div class="field">
                    <label class="field-label" for="g-amount">"Amount"</label>
                    <input class="input input-money" id="g-amount" value="0.50" aria-invalid="true"/>
                    <p class="field-error">"A tip is at least $1.00."</p>
                </div>
                <div class="field">
                    <label class="field-label" for="g-genre">"Genre"</label>
                    <select class="select" id="g-genre"><option>"Ambient"</option><option>"Folk"</option></select>
                </div>
                <div class="field">
                    <label class="field-label" for="g-text">"Description"</label>
                    <textarea class="textarea" id="g-text"></textarea>
                </div>
                <div class="field"><label class="field-label" for="g-file">"Audio file"</label><input class="input" id="g-file" type="file"/></div>
                <label class="check"><input type="checkbox" checked=true/><span>"Let listeners download it"</span></label>
                <div class="form-actions"><button class="btn btn-primary">"Save track"</button><button class="btn btn-quiet">"Cancel"</button></div>
            </div>
            <div class="grid gap-6 content-start">
                <div class="btn-row">
                    <button class="btn btn-primary">"Send tip"</button><button class="btn">"Preview"</button>
                    <button class="btn btn-quiet">"Not now"</button><button class="btn btn-danger">"Withdraw track"</button>
                    <button class="btn" disabled=true>"Disabled"</button><button class="btn btn-primary" aria-busy="true" disabled=true>"Sending"</button>
                </div>
                <div class="btn-row">
                    <Dialog id="sample-dialog" title="Withdraw this track?" opener="Open a dialog">
                        <p>"Buyers keep their downloads. Nobody else can play it any more."</p>
                        <div class="form-actions mt-6"><button class="btn btn-danger">"Withdraw track"</button></div>
                    </Dialog>
                    <button class="btn" on:click=move |_| { if let Some(toasts) = toasts { toasts.say("Saved. It is public now.".to_owned()); } }>"Show a toast"</button>
                </div>
                <div class="flex flex-wrap gap-y-4">{icons}</div>
            </div>
        </section>
    }
}

#[component]
fn Feedback() -> impl IntoView {
    view! {
        <section class="section grid gap-4">
            <Notice>"Tips you receive are available after 7 days."</Notice>
            <Notice tone=Tone::Success>"Your track is public."</Notice>
            <Notice tone=Tone::Warning>"Test payments: no money moves here."</Notice>
            <Notice tone=Tone::Danger>"This file could not be decoded. Export it again and upload it once more."</Notice>
        </section>
        <section class="section"><EmptyState title="Your playlists will be here" text="Collect tracks in an order of your own, and share them if you like." action=("Make a playlist".to_owned(), "/playlists/new".to_owned())/></section>
        <section class="section grid gap-8 md:grid-cols-2"><TrackSkeleton rows=3/><CardSkeleton cards=3/></section>
        <section class="section"><ErrorView code=404 text="There is nothing at this address. It may have been moved or taken down."/></section>
    }
}

/// The player's classes, at its place.
#[component]
fn PlayerSample() -> impl IntoView {
    view! {
        <section class="section panel p-0!">
            <div class="player">
                <a class="player-cover" href="/tracks/1" tabindex="-1" aria-hidden="true"><Cover seed="track-1 Salt" size=56/></a>
                <div class="player-meta"><p class="player-title"><a href="/tracks/1">"Salt"</a></p><p class="player-artist">"The Quiet Hours"</p></div>
                <div class="player-controls">
                    <button class="icon-btn player-wide" aria-label="Shuffle"><Icon glyph=Glyph::Shuffle/></button>
                    <button class="icon-btn player-wide" aria-label="Previous"><Icon glyph=Glyph::Previous/></button>
                    <button class="player-play" aria-label="Pause"><Icon glyph=Glyph::Pause/></button>
                    <button class="icon-btn" aria-label="Next"><Icon glyph=Glyph::Next/></button>
                </div>
                <div class="player-seek">
                    <span class="player-time">"1:09"</span>
                    <input class="range" type="range" min="0" max="187" value="69" aria-label="Position" style="--range: 37%"/>
                    <span class="player-time">"3:07"</span>
                </div>
                <div class="player-wide"><button class="icon-btn" aria-label="Mute"><Icon glyph=Glyph::Volume/></button></div>
            </div>
        </section>
    }
}
