//! `/studio/earnings`

use super::{Earning, Overview, Whereabouts, api, month_name};
use crate::{
    money::CURRENCY,
    payments::shown,
    refunds::{dispute_pages::HeldBack, pages::Debts},
    t,
    tips::pages::track_link,
    ui::{
        chart::BarChart,
        empty::EmptyState,
        format::{When, money, month, number},
        head::PageHead,
        load::{Data, load},
        pagination::Pagination,
        stat::{Stat, Stats},
        table::{AmountCell, Column, DataTable, StatusBadge, Tone},
    },
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/studio/earnings`
#[component]
pub fn EarningsPage() -> impl IntoView {
    let query = use_query_map();
    let after = move || query.read().get("after");
    let overview = Data::new(|| (), |()| api::overview());
    let list = Data::new(after, api::list);
    view! {
        <PageHead title=t!("earnings.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("earnings.title")}</h1>
            <p class="page-lead">{t!("earnings.lead")}</p>
            <div class="btn-row"><a class="btn" href="/studio/royalties">{t!("royalties.title")}</a></div>
        </header>
        {load(overview, |overview| view! { <Head overview/> })}
        <section class="section">
            <div class="section-head"><h2>{t!("earnings.list")}</h2> <a class="btn btn-small" href="/studio/earnings.csv" rel="external">{t!("earnings.export")}</a></div>
            {load(list, move |page| {
                let started = after().is_some();
                if page.items.is_empty() && !started {
                    return view! { <EmptyState title=t!("earnings.empty_title") text=t!("earnings.empty")/> }.into_any();
                }
                let columns = vec![
                    Column::text(t!("earnings.earned")),
                    Column::text(t!("earnings.what")),
                    Column::text(t!("earnings.track")),
                    Column::number(t!("earnings.gross")),
                    Column::number(t!("earnings.fee")),
                    Column::number(t!("earnings.net")),
                    Column::text(t!("earnings.available_from")),
                    Column::text(t!("earnings.state")),
                ];
                let rows = page.items.into_iter().map(|earning| view! { <Row earning/> }).collect_view();
                view! {
                    <DataTable caption=t!("earnings.caption") quiet_caption=true columns>{rows}</DataTable>
                    <Pagination path="/studio/earnings" next=page.next started/>
                }
                .into_any()
            })}
        </section>
    }
}

#[component]
fn Head(overview: Overview) -> impl IntoView {
    let balances = overview.balances;
    let points = overview.months.iter().map(|sum| (month(sum.start), sum.total.0)).collect::<Vec<_>>();
    let statements = overview
        .months
        .iter()
        .rev()
        .map(|sum| view! { <li><a class="btn btn-small" href=format!("/studio/earnings/{}", month_name(sum.start))>{month(sum.start)}</a></li> })
        .collect_view();
    let sum = overview.last_thirty_days.iter().map(|row| row.total.0).sum::<i64>();
    let columns = vec![Column::text(t!("earnings.what")), Column::number(t!("earnings.count")), Column::number(t!("earnings.total"))];
    let summary = if overview.last_thirty_days.is_empty() {
        view! { <p>{t!("earnings.thirty_days_empty")}</p> }.into_any()
    } else {
        let rows = overview
            .last_thirty_days
            .into_iter()
            .map(|row| view! { <tr><th scope="row">{row.kind.word()}</th><td class="num">{number(row.count)}</td><AmountCell cents=row.total.0 currency=CURRENCY/></tr> })
            .collect_view();
        let foot = view! { <tr><th scope="row">{t!("earnings.sum")}</th><td></td><AmountCell cents=sum currency=CURRENCY/></tr> }.into_any();
        view! { <DataTable caption=t!("earnings.thirty_days") quiet_caption=true columns foot>{rows}</DataTable> }.into_any()
    };
    view! {
        <Stats>
            <Stat label=t!("earnings.on_hold") value=shown(balances.on_hold) note=t!("earnings.on_hold_note", days = overview.hold_days)/>
            <Stat label=t!("earnings.available") value=shown(balances.available) note=t!("earnings.available_note") href="/studio/payouts"/>
            <Stat label=t!("earnings.reserved") value=shown(balances.reserved) note=t!("earnings.reserved_note") href="/studio/payouts"/>
            <Stat label=t!("earnings.paid") value=shown(balances.paid) note=t!("earnings.paid_note") href="/studio/payouts"/>
        </Stats>
        <Debts debts=overview.debts/>
        <HeldBack disputes=overview.disputes/>
        <p><a class="btn btn-primary" href="/studio/payouts">{t!("earnings.request")}</a></p>
        <section class="section"><h2>{t!("earnings.thirty_days")}</h2>{summary}</section>
        <section class="section"><BarChart title=t!("earnings.months") points format=|cents| money(cents, CURRENCY) labels=t!("earnings.month")/></section>
        <section class="section"><h2>{t!("earnings.statements")}</h2><ul role="list" class="btn-row">{statements}</ul></section>
    }
}

#[component]
fn Row(earning: Earning) -> impl IntoView {
    let state = match earning.whereabouts {
        Whereabouts::OnHold => view! { <StatusBadge text=t!("earnings.states.on_hold") tone=Tone::Active/> }.into_any(),
        Whereabouts::Available => view! { <StatusBadge text=t!("earnings.states.available") tone=Tone::Success/> }.into_any(),
        Whereabouts::Payout(payout) => {
            view! { <a href=format!("/studio/payouts/{payout}")>{t!("earnings.states.payout", number = payout)}</a> }.into_any()
        }
    };
    view! {
        <tr>
            <td><When moment=earning.at/></td>
            <td>{earning.kind.word()}</td>
            <td>{earning.track.map(track_link)}</td>
            <AmountCell cents=earning.gross.0 currency=CURRENCY/>
            <AmountCell cents=earning.fee.0 currency=CURRENCY/>
            <AmountCell cents=earning.net.0 currency=CURRENCY/>
            <td><When moment=earning.available_at/></td>
            <td>{state}</td>
        </tr>
    }
}
