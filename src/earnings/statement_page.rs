//! `/studio/earnings/:month`: what a month earned, made to be printed and kept.

use super::{PlaylistSum, Statement, TrackSum, api};
use crate::{
    money::CURRENCY,
    t,
    tips::pages::track_link,
    ui::{
        breadcrumbs::Breadcrumbs,
        format::{When, month, number},
        head::PageHead,
        load::{Data, load},
        table::{AmountCell, Column, DataTable},
    },
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// `/studio/earnings/:month`
#[component]
pub fn StatementPage() -> impl IntoView {
    let params = use_params_map();
    let statement = Data::new(move || params.read().get("month").unwrap_or_default(), api::statement);
    load(statement, |statement| view! { <Paper statement/> })
}

#[component]
fn Paper(statement: Statement) -> impl IntoView {
    let title = t!("earnings.statement.title", month = month(statement.start)).into_owned();
    let state = if statement.finished { t!("earnings.statement.finished") } else { t!("earnings.statement.growing") };
    let kinds = if statement.kinds.is_empty() {
        view! { <p>{t!("earnings.statement.nothing")}</p> }.into_any()
    } else {
        view! { <Kinds statement=statement.clone()/> }.into_any()
    };
    let tracks = (!statement.tracks.is_empty()).then(|| view! { <Tracks tracks=statement.tracks/> });
    let playlists = (!statement.playlists.is_empty()).then(|| view! { <Playlists playlists=statement.playlists/> });
    view! {
        <PageHead title=title.clone()/>
        <Breadcrumbs above=vec![(t!("earnings.title").into_owned(), "/studio/earnings".to_owned())] here=month(statement.start)/>
        <header class="page-head">
            <h1 class="page-title">{title}</h1>
            <p class="page-lead">{t!("earnings.statement.of", artist = statement.artist)}</p>
            <p>{state}" "{t!("earnings.statement.made")}" "<When moment=statement.made_at/></p>
        </header>
        <section class="section"><h2>{t!("earnings.statement.kinds")}</h2>{kinds}</section>
        {tracks}
        {playlists}
    }
}

#[component]
fn Kinds(statement: Statement) -> impl IntoView {
    let columns = vec![
        Column::text(t!("earnings.what")),
        Column::number(t!("earnings.count")),
        Column::number(t!("earnings.gross")),
        Column::number(t!("earnings.fee")),
        Column::number(t!("earnings.net")),
    ];
    let (mut count, mut gross, mut fee, mut net) = (0, 0, 0, 0);
    let rows = statement
        .kinds
        .into_iter()
        .map(|sum| {
            count += sum.count;
            gross += sum.gross.0;
            fee += sum.fee.0;
            net += sum.net.0;
            view! {
                <tr>
                    <th scope="row">{sum.kind.word()}</th>
                    <td class="num">{number(sum.count)}</td>
                    <AmountCell cents=sum.gross.0 currency=CURRENCY/>
                    <AmountCell cents=sum.fee.0 currency=CURRENCY/>
                    <AmountCell cents=sum.net.0 currency=CURRENCY/>
                </tr>
            }
        })
        .collect_view();
    let foot = view! {
        <tr>
            <th scope="row">{t!("earnings.sum")}</th>
            <td class="num">{number(count)}</td>
            <AmountCell cents=gross currency=CURRENCY/>
            <AmountCell cents=fee currency=CURRENCY/>
            <AmountCell cents=net currency=CURRENCY/>
        </tr>
    }
    .into_any();
    view! { <DataTable caption=t!("earnings.statement.kinds") quiet_caption=true columns foot>{rows}</DataTable> }
}

#[component]
fn Tracks(tracks: Vec<TrackSum>) -> impl IntoView {
    let columns = vec![Column::text(t!("earnings.track")), Column::number(t!("earnings.count")), Column::number(t!("earnings.net"))];
    let rows = tracks
        .into_iter()
        .map(|sum| {
            let name = match sum.track {
                Some(track) => track_link(track).into_any(),
                None => t!("earnings.statement.track_gone").into_any(),
            };
            view! { <tr><th scope="row">{name}</th><td class="num">{number(sum.count)}</td><AmountCell cents=sum.net.0 currency=CURRENCY/></tr> }
        })
        .collect_view();
    view! {
        <section class="section">
            <h2>{t!("earnings.statement.tracks")}</h2>
            <DataTable caption=t!("earnings.statement.tracks") quiet_caption=true columns>{rows}</DataTable>
        </section>
    }
}

#[component]
fn Playlists(playlists: Vec<PlaylistSum>) -> impl IntoView {
    let columns = vec![Column::text(t!("earnings.statement.playlist")), Column::number(t!("earnings.count")), Column::number(t!("earnings.net"))];
    let rows = playlists
        .into_iter()
        .map(|sum| {
            let name = sum.name.unwrap_or_else(|| t!("earnings.statement.playlist_private").into_owned());
            view! { <tr><th scope="row">{name}</th><td class="num">{number(sum.count)}</td><AmountCell cents=sum.net.0 currency=CURRENCY/></tr> }
        })
        .collect_view();
    view! {
        <section class="section">
            <h2>{t!("earnings.statement.playlists")}</h2>
            <DataTable caption=t!("earnings.statement.playlists") quiet_caption=true columns>{rows}</DataTable>
        </section>
    }
}
