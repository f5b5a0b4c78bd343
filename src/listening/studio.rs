//! `/studio/plays`: every play of the artist's tracks, what counted, and why the rest did not.

use super::{PlayStats, Tally, api::plays};
use crate::{
    catalogue::pages::in_query,
    ids::TrackId,
    t,
    ui::{
        chart::BarChart,
        empty::EmptyState,
        format::number,
        head::PageHead,
        load::{Data, load},
        stat::{Stat, Stats},
        table::{Column, DataTable},
        tabs::{Tab, Tabs},
    },
};
use leptos::prelude::*;

/// The spans that can be looked at, in days.
pub const SPANS: [u16; 3] = [7, 30, 90];

/// `/studio/plays`
#[component]
pub fn StudioPlaysPage() -> impl IntoView {
    let (days, track) = (in_query("days"), in_query("track"));
    let page = Data::new(
        move || (days().and_then(|days| days.parse().ok()), track().and_then(|track| track.parse::<TrackId>().ok())),
        |(days, track)| plays(days, track),
    );
    view! {
        <PageHead title=t!("listening.studio.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("listening.studio.title")}</h1>
            <p class="page-lead">{t!("listening.studio.lead")}</p>
        </header>
        {load(page, |stats| view! { <Shown stats/> })}
    }
}

fn address(days: u16, track: Option<TrackId>) -> String {
    track.map_or_else(|| format!("/studio/plays?days={days}"), |track| format!("/studio/plays?days={days}&track={track}"))
}

#[component]
fn Shown(stats: PlayStats) -> impl IntoView {
    let PlayStats { days, track, total, by_day, by_track, by_source, reasons } = stats;
    let only = track.as_ref().map(|(id, _)| *id);
    let tabs = SPANS.iter().map(|span| Tab::new(t!("listening.studio.days", days = span), address(*span, only), *span == days)).collect();
    let empty = total.raw == 0;
    let columns = |first: std::borrow::Cow<'static, str>| {
        vec![
            Column::text(first),
            Column::number(t!("listening.studio.raw")),
            Column::number(t!("listening.studio.counted")),
            Column::number(t!("listening.studio.excluded")),
        ]
    };
    let points = by_day.iter().map(|(label, _, tally)| (label.clone(), tally.counted)).collect::<Vec<_>>();
    let day_rows = by_day.into_iter().rev().map(|(_, day, tally)| view! { <tr><th scope="row">{day}</th><Figures tally/></tr> }).collect_view();
    let track_rows = by_track
        .into_iter()
        .map(|(id, title, tally)| view! { <tr><th scope="row"><a href=address(days, Some(id))>{title}</a></th><Figures tally/></tr> })
        .collect_view();
    let source_rows = by_source
        .into_iter()
        .map(|(source, tally)| view! { <tr><th scope="row">{t!(format!("listening.source.{source}")).into_owned()}</th><Figures tally/></tr> })
        .collect_view();
    let reason_rows = reasons
        .into_iter()
        .map(|(reason, count)| {
            let why = t!(format!("listening.why.{}", reason.code())).into_owned();
            view! { <tr><th scope="row">{reason.label()}</th><td>{why}</td><td class="num">{number(count)}</td></tr> }
        })
        .collect_view();
    let reason_columns = vec![
        Column::text(t!("listening.studio.reason")),
        Column::text(t!("listening.studio.meaning")),
        Column::number(t!("listening.studio.excluded")),
    ];
    view! {
        <Tabs label=t!("listening.studio.span") tabs/>
        {track.map(|(_, title)| view! {
            <p class="mb-4">{t!("listening.studio.only", title = title)}" "<a class="link" href=address(days, None)>{t!("listening.studio.all_tracks")}</a></p>
        })}
        <Stats>
            <Stat label=t!("listening.studio.counted") value=number(total.counted) note=t!("listening.studio.counted_note")/>
            <Stat label=t!("listening.studio.raw") value=number(total.raw) note=t!("listening.studio.raw_note")/>
            <Stat label=t!("listening.studio.excluded") value=number(total.excluded()) note=t!("listening.studio.excluded_note")/>
        </Stats>
        {if empty {
            view! { <div class="section"><EmptyState title=t!("listening.studio.none") text=t!("listening.studio.none_text") action=Some((t!("artists.studio.uploads").into_owned(), "/studio/uploads".to_owned()))/></div> }.into_any()
        } else {
            view! {
                <section class="section"><BarChart title=t!("listening.studio.chart") points format=number labels=t!("listening.studio.day")/></section>
                <section class="section"><DataTable caption=t!("listening.studio.why_title") columns=reason_columns>{reason_rows}</DataTable></section>
                <section class="section"><DataTable caption=t!("listening.studio.by_track") columns=columns(t!("listening.studio.track"))>{track_rows}</DataTable></section>
                <section class="section"><DataTable caption=t!("listening.studio.by_source") columns=columns(t!("listening.studio.source"))>{source_rows}</DataTable></section>
                <section class="section"><DataTable caption=t!("listening.studio.by_day") tall=true columns=columns(t!("listening.studio.day"))>{day_rows}</DataTable></section>
            }
            .into_any()
        }}
    }
}

/// Raw, counted and excluded, as three cells.
#[component]
fn Figures(tally: Tally) -> impl IntoView {
    view! {
        <td class="num">{number(tally.raw)}</td>
        <td class="num">{number(tally.counted)}</td>
        <td class="num">{number(tally.excluded())}</td>
    }
}
