//! The admins' pages of payouts.

use super::{
    Details, Method, REASON_MAXIMUM, Status, api,
    pages::{PayoutBadge, PayoutBody, PayoutHead},
};
use crate::{
    error::AppError,
    ids::PayoutId,
    money::CURRENCY,
    t,
    ui::{
        empty::EmptyState,
        format::When,
        forms::{Form, FormAction, Hidden, Submit, TextArea},
        head::PageHead,
        load::{Data, load},
        notice::Notice,
        pagination::Pagination,
        table::{AmountCell, Column, DataTable},
        tabs::{Tab, Tabs},
    },
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// `/admin/payouts`
#[component]
pub fn AdminPayoutsPage() -> impl IntoView {
    let query = use_query_map();
    let queue = Data::new(move || (query.read().get("status"), query.read().get("after")), |(status, after)| api::queue(status, after));
    view! {
        <PageHead title=t!("payouts.admin.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("payouts.admin.title")}</h1>
            <p class="page-lead">{t!("payouts.admin.lead")}</p>
        </header>
        {load(queue, move |queue| {
            let (current, started) = query.with_untracked(|query| {
                (query.get("status").as_deref().and_then(Status::of_name).unwrap_or(Status::Pending), query.get("after").is_some())
            });
            let tabs = queue
                .counts
                .iter()
                .map(|(status, count)| Tab::new(status.word(), format!("/admin/payouts?status={}", status.name()), *status == current).counting(*count))
                .collect::<Vec<_>>();
            let table = if queue.payouts.items.is_empty() {
                view! { <EmptyState title=t!("payouts.admin.empty_title") text=t!("payouts.admin.empty")/> }.into_any()
            } else {
                let columns = vec![
                    Column::text(t!("payouts.list.number")),
                    Column::text(t!("payouts.one.artist")),
                    Column::text(t!("payouts.list.requested")),
                    Column::number(t!("payouts.list.amount")),
                    Column::text(t!("payouts.list.status")),
                    Column::text(t!("payouts.list.to")),
                    Column::actions(t!("payouts.admin.open")),
                ];
                let rows = queue
                    .payouts
                    .items
                    .into_iter()
                    .map(|payout| {
                        let label = t!("payouts.admin.open_label", number = payout.id, artist = payout.artist_name);
                        view! {
                            <tr>
                                <th scope="row">{payout.id.to_string()}</th>
                                <td><a href=format!("/artists/{}", payout.artist)>{payout.artist_name}</a></td>
                                <td><When moment=payout.requested_at/></td>
                                <AmountCell cents=payout.amount.0 currency=CURRENCY/>
                                <td><PayoutBadge status=payout.status/></td>
                                <td>{payout.method.map(Method::word)}" "{payout.destination}</td>
                                <td><a class="btn btn-small" href=format!("/admin/payouts/{}", payout.id) aria-label=label>{t!("payouts.admin.open")}</a></td>
                            </tr>
                        }
                    })
                    .collect_view();
                let filters = vec![("status".to_owned(), current.name().to_owned())];
                view! {
                    <DataTable caption=t!("payouts.admin.caption") quiet_caption=true columns>{rows}</DataTable>
                    <Pagination path="/admin/payouts" query=filters next=queue.payouts.next started/>
                }
                .into_any()
            };
            view! { <Tabs label=t!("payouts.admin.tabs") tabs/> {table} }
        })}
    }
}

/// `/admin/payouts/:id`
#[component]
pub fn AdminPayoutPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let approve = FormAction::<api::Approve>::new();
    let refuse = FormAction::<api::Refuse>::new();
    let details = Data::new(
        move || {
            let id = params.read().get("id").and_then(|id| id.parse::<PayoutId>().ok());
            (id, query.read().get("after").and_then(|key| key.parse::<i32>().ok()), approve.version().get() + refuse.version().get())
        },
        |(id, after, _)| async move { api::one(id.ok_or(AppError::NotFound)?.0, after).await },
    );
    load(details, move |details| {
        let above = vec![(t!("payouts.admin.title").into_owned(), "/admin/payouts".to_owned())];
        let path = format!("/admin/payouts/{}", details.payout.id);
        let started = query.read_untracked().get("after").is_some();
        view! {
            <PayoutHead payout=details.payout.clone() above/>
            <Decide details=details.clone() approve refuse/>
            <PayoutBody details path started/>
        }
    })
}

/// The buttons of a pending payout.
#[component]
fn Decide(details: Details, approve: FormAction<api::Approve>, refuse: FormAction<api::Refuse>) -> impl IntoView {
    if details.payout.status != Status::Pending {
        return ().into_any();
    }
    let id = details.payout.id.to_string();
    let label = match (details.needs_two, details.first_approver.is_some()) {
        (false, _) => t!("payouts.admin.approve"),
        (true, false) => t!("payouts.admin.approve_first"),
        (true, true) => t!("payouts.admin.approve_second"),
    };
    let two = details.needs_two.then(|| {
        let first = details.first_approver.map(|name| t!("payouts.admin.first_was", name = name));
        view! { <p>{t!("payouts.admin.needs_two")}" "{first}</p> }
    });
    let second_id = id.clone();
    let button = match details.obstacle {
        Some(obstacle) => view! { <Notice><p>{obstacle}</p></Notice> }.into_any(),
        None => view! { <Form action=approve><Hidden name="payout" value=id/><Submit label/></Form> }.into_any(),
    };
    view! {
        <section class="section">
            <h2>{t!("payouts.admin.decide")}</h2>
            {two}
            {button}
            <Form action=refuse>
                <Hidden name="payout" value=second_id/>
                <TextArea name="reason" label=t!("payouts.admin.reason") hint=t!("payouts.admin.reason_hint") rows=3
                    maxlength=u32::try_from(REASON_MAXIMUM).unwrap_or(u32::MAX) required=true/>
                <Submit label=t!("payouts.admin.refuse") class="btn-danger"/>
            </Form>
        </section>
    }
    .into_any()
}
