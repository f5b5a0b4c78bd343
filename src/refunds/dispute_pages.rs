//! The admins' page of disputes, and what an artist sees of those that hold money back.

use super::{Dispute, api};
use crate::{
    catalogue::pages::in_query,
    money::CURRENCY,
    payments::{Verdict, shown},
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        empty::EmptyState,
        format::When,
        head::PageHead,
        load::{Data, load},
        notice::Notice,
        pagination::Pagination,
        table::{AmountCell, Column, DataTable, StatusBadge, Tone},
    },
};
use leptos::prelude::*;

const PATH: &str = "/admin/disputes";

/// `/admin/disputes`
#[component]
pub fn AdminDisputesPage() -> impl IntoView {
    let after = in_query("after");
    let list = Data::new(move || after().and_then(|key| key.parse::<i32>().ok()), api::disputes);
    view! {
        <PageHead title=t!("refunds.disputes.title")/>
        <Breadcrumbs above=vec![(t!("admin.title").into_owned(), "/admin".to_owned())] here=t!("refunds.disputes.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("refunds.disputes.title")}</h1>
            <p class="page-lead">{t!("refunds.disputes.lead")}</p>
        </header>
        {load(list, move |page| {
            let started = untrack(|| after().is_some());
            if page.items.is_empty() {
                return view! { <EmptyState title=t!("refunds.disputes.empty_title") text=t!("refunds.disputes.empty")/> }.into_any();
            }
            view! {
                <Disputes disputes=page.items/>
                <Pagination path=PATH next=page.next started/>
            }
            .into_any()
        })}
    }
}

/// Disputes, as an admin reads them.
#[component]
pub fn Disputes(disputes: Vec<Dispute>) -> impl IntoView {
    let columns = vec![
        Column::text(t!("refunds.payment")),
        Column::text(t!("refunds.state")),
        Column::text(t!("refunds.disputes.since")),
        Column::number(t!("refunds.amount")),
        Column::number(t!("refunds.disputes.net")),
        Column::number(t!("refunds.disputes.fee")),
    ];
    let rows = disputes.into_iter().map(|dispute| view! { <Row dispute/> }).collect_view();
    view! { <DataTable caption=t!("refunds.disputes.caption") quiet_caption=true columns>{rows}</DataTable> }
}

#[component]
fn Row(dispute: Dispute) -> impl IntoView {
    let (text, tone) = match dispute.verdict {
        Verdict::Open => (t!("refunds.disputes.states.open"), Tone::Warning),
        Verdict::Won => (t!("refunds.disputes.states.won"), Tone::Success),
        Verdict::Lost => (t!("refunds.disputes.states.lost"), Tone::Danger),
    };
    let payment = match dispute.payment {
        Some(payment) => {
            let name = if dispute.what.is_empty() { t!("refunds.one", number = payment).into_owned() } else { dispute.what };
            view! { <a href=format!("/admin/payments/{payment}")>{name}</a> }.into_any()
        }
        None => t!("refunds.disputes.unknown").into_any(),
    };
    let answer_by = dispute.answer_by.filter(|_| dispute.verdict == Verdict::Open);
    let answer_by = answer_by.map(|moment| view! { <br/>{t!("refunds.disputes.answer_by")}" "<When moment/> });
    view! {
        <tr>
            <th scope="row">{payment}</th>
            <td><StatusBadge text tone/></td>
            <td><When moment=dispute.at/>": "{dispute.reason.replace('_', " ")}{answer_by}</td>
            <AmountCell cents=dispute.amount.0 currency=CURRENCY/>
            <AmountCell cents=dispute.net.0 currency=CURRENCY/>
            <AmountCell cents=dispute.fee.0 currency=CURRENCY/>
        </tr>
    }
}

/// What banks took back of an artist's earnings and have not decided about; nothing when that is nothing.
#[component]
pub fn HeldBack(disputes: Vec<Dispute>) -> impl IntoView {
    if disputes.is_empty() {
        return ().into_any();
    }
    let total = disputes.iter().map(|dispute| dispute.net.0).fold(0, i64::saturating_add);
    let columns = vec![Column::text(t!("refunds.disputes.since")), Column::text(t!("refunds.what")), Column::number(t!("refunds.disputes.net"))];
    let rows = disputes
        .into_iter()
        .map(|dispute| {
            view! {
                <tr>
                    <th scope="row"><When moment=dispute.at/></th>
                    <td>{dispute.what}</td>
                    <AmountCell cents=dispute.net.0 currency=CURRENCY/>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="section">
            <h2>{t!("refunds.disputes.held_back")}</h2>
            <Notice tone=Tone::Warning><p>{t!("refunds.disputes.held_back_text", total = shown(crate::money::Cents(total)))}</p></Notice>
            <DataTable caption=t!("refunds.disputes.caption") quiet_caption=true columns>{rows}</DataTable>
        </section>
    }
    .into_any()
}
