//! Pages of tips: the form, and what an artist received.

use super::{MESSAGE_MAXIMUM, Offer, Received, SUGGESTIONS, api};
use crate::{
    error::AppError,
    ids::{ArtistId, TipId, TrackId, slug},
    money::CURRENCY,
    payments::shown,
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        empty::EmptyState,
        format::{When, percent},
        forms::{Check, Field, Form, FormAction, Hidden, Select, Submit, TextArea},
        head::PageHead,
        load::{Data, load},
        notice::Notice,
        pagination::Pagination,
        table::{Amount, AmountCell, Column, DataTable, Tone},
    },
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// The way from an artist or a track to its tip page.
#[component]
pub fn TipLink(
    artist: ArtistId,
    /// For a tip on one track.
    #[prop(optional)]
    track: Option<TrackId>,
    #[prop(default = "btn-primary")] class: &'static str,
) -> impl IntoView {
    let href = track.map_or_else(|| format!("/tip/artists/{artist}"), |track| format!("/tip/tracks/{track}"));
    view! { <a class=format!("btn {class}") href=href>{t!("tips.link")}</a> }
}

/// `/tip/artists/:id`
#[component]
pub fn TipArtistPage() -> impl IntoView {
    let params = use_params_map();
    let offer = Data::new(
        move || params.read().get("id").and_then(|id| id.parse::<ArtistId>().ok()),
        |id| async move { api::offer_artist(id.ok_or(AppError::NotFound)?.0).await },
    );
    load(offer, |offer| view! { <TipForm offer/> })
}

/// `/tip/tracks/:id`
#[component]
pub fn TipTrackPage() -> impl IntoView {
    let params = use_params_map();
    let offer = Data::new(
        move || params.read().get("id").and_then(|id| id.parse::<TrackId>().ok()),
        |id| async move { api::offer_track(id.ok_or(AppError::NotFound)?.0).await },
    );
    load(offer, |offer| view! { <TipForm offer/> })
}

#[component]
fn TipForm(offer: Offer) -> impl IntoView {
    let action = FormAction::<api::SendTip>::new();
    let artist_path = format!("/artists/{}-{}", offer.artist, slug(&offer.artist_name));
    let (title, track, above) = match &offer.track {
        Some((id, title)) => (
            t!("tips.title_track", artist = offer.artist_name, title = title).into_owned(),
            id.to_string(),
            vec![(offer.artist_name.clone(), artist_path), (title.clone(), format!("/tracks/{id}-{}", slug(title)))],
        ),
        None => (t!("tips.title", artist = offer.artist_name).into_owned(), String::new(), vec![(offer.artist_name.clone(), artist_path)]),
    };
    let suggestions = SUGGESTIONS
        .iter()
        .filter(|amount| (offer.minimum..=offer.maximum).contains(amount))
        .map(|amount| (amount.to_decimal(), shown(*amount)))
        .collect::<Vec<_>>();
    let fee = percent(offer.fee_basis_points);
    let cover_label = t!("tips.cover_fee", fee = fee);
    let form = match offer.obstacle {
        Some(obstacle) => view! { <Notice tone=Tone::Warning><p>{obstacle}</p></Notice> }.into_any(),
        None => view! {
            <Form action>
                <Hidden name="form_key" value=offer.form_key/>
                <Hidden name="artist" value=offer.artist.to_string()/>
                <Hidden name="track" value=track/>
                <Select name="amount" label=t!("tips.amount.suggested") options=suggestions value=SUGGESTIONS[1].to_decimal()/>
                <Field name="other" label=t!("tips.amount.other") inputmode="decimal" autocomplete="off" maxlength=12
                    hint=t!("tips.amount.other_hint", minimum = shown(offer.minimum), maximum = shown(offer.maximum))/>
                <TextArea name="message" label=t!("tips.message.label") hint=t!("tips.message.hint") maxlength=u32::try_from(MESSAGE_MAXIMUM).unwrap_or(u32::MAX)/>
                <Check name="cover_fee" label=cover_label/>
                <Check name="anonymous" label=t!("tips.anonymous")/>
                <p class="field-hint">{t!("tips.nothing_yet")}</p>
                <Submit label=t!("tips.go_on")/>
            </Form>
        }
        .into_any(),
    };
    view! {
        <PageHead title=title.clone()/>
        <Breadcrumbs above here=t!("tips.link")/>
        <header class="page-head">
            <h1 class="page-title">{title}</h1>
            <p class="page-lead">{t!("tips.lead", fee = fee)}</p>
        </header>
        {form}
    }
}

/// A link to a track by its title.
pub fn track_link((id, title): (TrackId, String)) -> impl IntoView + use<> {
    let href = format!("/tracks/{id}-{}", slug(&title));
    view! { <a href=href>{title}</a> }
}

fn giver(tip: &Received, anonymous: bool) -> String {
    tip.from.clone().unwrap_or_else(|| if anonymous { t!("tips.anonymous_name") } else { t!("tips.a_listener") }.into_owned())
}

/// `/studio/tips`
#[component]
pub fn StudioTipsPage() -> impl IntoView {
    let query = use_query_map();
    let before = move || query.read().get("after").and_then(|key| key.parse::<i32>().ok());
    let tips = Data::new(before, api::received_page);
    view! {
        <PageHead title=t!("tips.received.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("tips.received.title")}</h1>
            <p class="page-lead">{t!("tips.received.lead")}</p>
        </header>
        {load(tips, move |page| {
            let started = before().is_some();
            if page.items.is_empty() && !started {
                return view! { <EmptyState title=t!("tips.received.empty_title") text=t!("tips.received.empty")/> }.into_any();
            }
            let columns = vec![
                Column::text(t!("tips.received.when")),
                Column::text(t!("tips.received.from")),
                Column::text(t!("tips.received.message")),
                Column::text(t!("tips.received.track")),
                Column::number(t!("tips.received.amount")),
                Column::number(t!("tips.received.net")),
                Column::actions(t!("tips.received.reply")),
            ];
            let rows = page.items.into_iter().map(|tip| view! { <TipRow tip/> }).collect_view();
            view! {
                <DataTable caption=t!("tips.received.caption") columns>{rows}</DataTable>
                <Pagination path="/studio/tips" next=page.next started/>
            }
            .into_any()
        })}
    }
}

#[component]
fn TipRow(tip: Received) -> impl IntoView {
    let from = giver(&tip, true);
    let label = t!("tips.received.one", amount = shown(tip.amount), from = from);
    let link = if tip.reply.is_some() { t!("tips.received.replied") } else { t!("tips.received.reply") };
    let name = format!("{link}: {label}");
    view! {
        <tr>
            <td><When moment=tip.at/></td>
            <td>{from}</td>
            <td>{tip.message}</td>
            <td>{tip.track.map(track_link)}</td>
            <AmountCell cents=tip.amount.0 currency=CURRENCY/>
            <AmountCell cents=tip.net.0 currency=CURRENCY/>
            <td><a class="btn btn-small" href=format!("/studio/tips/{}", tip.id) aria-label=name>{link}</a></td>
        </tr>
    }
}

/// `/studio/tips/:id`
#[component]
pub fn StudioTipPage() -> impl IntoView {
    let params = use_params_map();
    let tip = Data::new(
        move || params.read().get("id").and_then(|id| id.parse::<TipId>().ok()),
        |id| async move { api::received_one(id.ok_or(AppError::NotFound)?.0).await },
    );
    load(tip, |tip| view! { <TipView tip/> })
}

#[component]
fn TipView(tip: Received) -> impl IntoView {
    let action = FormAction::<api::Reply>::new();
    let title = t!("tips.received.one", amount = shown(tip.amount), from = giver(&tip, true)).into_owned();
    let reply = match tip.reply {
        Some(reply) => view! { <section class="section"><h2>{t!("tips.reply.title")}</h2><p class="prose">{reply}</p></section> }.into_any(),
        None => view! {
            <Form action>
                <Hidden name="tip" value=tip.id.to_string()/>
                <TextArea name="reply" label=t!("tips.reply.label") hint=t!("tips.reply.hint") maxlength=u32::try_from(MESSAGE_MAXIMUM).unwrap_or(u32::MAX) required=true/>
                <Submit label=t!("tips.reply.send")/>
            </Form>
        }
        .into_any(),
    };
    let above = vec![(t!("tips.received.title").into_owned(), "/studio/tips".to_owned())];
    view! {
        <PageHead title=title.clone()/>
        <Breadcrumbs above here=title.clone()/>
        <header class="page-head"><h1 class="page-title">{title}</h1><p class="page-lead"><When moment=tip.at/></p></header>
        <blockquote class="prose"><p>{tip.message.unwrap_or_else(|| t!("tips.received.no_message").into_owned())}</p></blockquote>
        <dl class="receipt">
            <div><dt>{t!("tips.received.amount")}</dt><dd><Amount cents=tip.amount.0 currency=CURRENCY/></dd></div>
            <div><dt>{t!("tips.received.fee")}</dt><dd><Amount cents=tip.fee.0 currency=CURRENCY/></dd></div>
            <div class="receipt-total"><dt>{t!("tips.received.net")}</dt><dd><Amount cents=tip.net.0 currency=CURRENCY/></dd></div>
        </dl>
        {reply}
    }
}
