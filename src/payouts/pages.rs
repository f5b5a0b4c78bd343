//! The artist's pages of payouts, and what both sides see of one payout.

use super::{Desk, Details, Method, Payout, Status, Step, api};
use crate::{
    error::AppError,
    ids::PayoutId,
    money::CURRENCY,
    payments::shown,
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        empty::EmptyState,
        format::{When, date_time, datetime_attribute},
        forms::{Field, Form, FormAction, Hidden, Select, Submit},
        head::PageHead,
        load::{Data, load},
        notice::Notice,
        pagination::Pagination,
        stat::{Stat, Stats},
        table::{Amount, AmountCell, Column, DataTable, StatusBadge, Tone},
    },
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// A payout's state as word and colour.
#[component]
pub fn PayoutBadge(status: Status) -> impl IntoView {
    let tone = match status {
        Status::Pending => Tone::Warning,
        Status::Processing => Tone::Active,
        Status::Completed => Tone::Success,
        Status::Failed => Tone::Danger,
    };
    view! { <StatusBadge text=status.word() tone/> }
}

/// `/studio/payouts`
#[component]
pub fn StudioPayoutsPage() -> impl IntoView {
    let query = use_query_map();
    let before = move || query.read().get("after").and_then(|key| key.parse::<i32>().ok());
    let saved = FormAction::<api::SetDestination>::new();
    let desk = Data::new(move || saved.version().get(), |_| api::desk());
    let payouts = Data::new(before, api::mine);
    view! {
        <PageHead title=t!("payouts.title")/>
        {load(desk, move |desk| view! { <DeskView desk saved/> })}
        <section class="section">
            <h2>{t!("payouts.list.title")}</h2>
            {load(payouts, move |page| {
                let started = before().is_some();
                if page.items.is_empty() && !started {
                    return view! { <EmptyState title=t!("payouts.list.empty_title") text=t!("payouts.list.empty")/> }.into_any();
                }
                let columns = vec![
                    Column::text(t!("payouts.list.number")),
                    Column::text(t!("payouts.list.requested")),
                    Column::number(t!("payouts.list.amount")),
                    Column::text(t!("payouts.list.status")),
                    Column::text(t!("payouts.list.to")),
                    Column::text(t!("payouts.list.done")),
                ];
                let rows = page.items.into_iter().map(|payout| view! { <PayoutRow payout/> }).collect_view();
                view! {
                    <DataTable caption=t!("payouts.list.caption") quiet_caption=true columns>{rows}</DataTable>
                    <Pagination path="/studio/payouts" next=page.next started/>
                }
                .into_any()
            })}
        </section>
    }
}

#[component]
fn PayoutRow(payout: Payout) -> impl IntoView {
    view! {
        <tr>
            <th scope="row"><a href=format!("/studio/payouts/{}", payout.id)>{t!("payouts.one.title", number = payout.id)}</a></th>
            <td><When moment=payout.requested_at/></td>
            <AmountCell cents=payout.amount.0 currency=CURRENCY/>
            <td><PayoutBadge status=payout.status/></td>
            <td>{payout.method.map(Method::word)}" "{payout.destination}</td>
            <td>{payout.processed_at.map(|moment| view! { <When moment/> })}</td>
        </tr>
    }
}

#[component]
fn DeskView(desk: Desk, saved: FormAction<api::SetDestination>) -> impl IntoView {
    let request = FormAction::<api::RequestPayout>::new();
    let balances = desk.balances;
    let methods = Method::ALL.iter().map(|method| (method.name().to_owned(), method.word())).collect::<Vec<_>>();
    let (method, destination) =
        desk.destination.map_or_else(|| (Method::Paypal.name().to_owned(), String::new()), |place| (place.method.name().to_owned(), place.text));
    let form = match desk.obstacle {
        Some(obstacle) => view! { <Notice><p>{obstacle}</p></Notice> }.into_any(),
        None => view! {
            <Form action=request>
                <Hidden name="form_key" value=desk.form_key/>
                <Field name="amount" label=t!("payouts.request.amount") value=balances.available.to_decimal() inputmode="decimal" autocomplete="off" maxlength=16
                    hint=t!("payouts.request.hint", available = shown(balances.available), minimum = shown(desk.minimum))/>
                <Submit label=t!("payouts.request.send")/>
            </Form>
        }
        .into_any(),
    };
    view! {
        <header class="page-head">
            <h1 class="page-title">{t!("payouts.title")}</h1>
            <p class="page-lead">{t!("payouts.lead", two = shown(desk.two_admins_above))}</p>
        </header>
        <Stats>
            <Stat label=t!("earnings.available") value=shown(balances.available) href="/studio/earnings"/>
            <Stat label=t!("earnings.on_hold") value=shown(balances.on_hold) href="/studio/earnings"/>
            <Stat label=t!("earnings.reserved") value=shown(balances.reserved)/>
            <Stat label=t!("earnings.paid") value=shown(balances.paid)/>
        </Stats>
        <section class="section"><h2>{t!("payouts.request.title")}</h2>{form}</section>
        <section class="section">
            <h2>{t!("payouts.destination.title")}</h2>
            <Form action=saved>
                <Select name="method" label=t!("payouts.method.label") options=methods value=method/>
                <Field name="destination" label=t!("payouts.destination.label") value=destination hint=t!("payouts.destination.hint") required=true maxlength=254 autocomplete="off"/>
                <Submit label=t!("payouts.destination.save") class="btn-quiet"/>
            </Form>
        </section>
    }
}

/// `/studio/payouts/:id`
#[component]
pub fn StudioPayoutPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let details = Data::new(
        move || {
            (params.read().get("id").and_then(|id| id.parse::<PayoutId>().ok()), query.read().get("after").and_then(|key| key.parse::<i32>().ok()))
        },
        |(id, after)| async move { api::mine_one(id.ok_or(AppError::NotFound)?.0, after).await },
    );
    load(details, move |details| {
        let above = vec![(t!("payouts.title").into_owned(), "/studio/payouts".to_owned())];
        let path = format!("/studio/payouts/{}", details.payout.id);
        view! { <PayoutHead payout=details.payout.clone() above/> <PayoutBody details path started=query.read_untracked().get("after").is_some()/> }
    })
}

/// Title, state and figures of a payout.
#[component]
pub fn PayoutHead(payout: Payout, above: Vec<(String, String)>) -> impl IntoView {
    let title = t!("payouts.one.title", number = payout.id).into_owned();
    let failed =
        payout.failure_reason.clone().map(|reason| view! { <Notice tone=Tone::Danger><p>{t!("payouts.one.failed", reason = reason)}</p></Notice> });
    view! {
        <PageHead title=title.clone()/>
        <Breadcrumbs above here=title.clone()/>
        <header class="page-head">
            <h1 class="page-title">{title}</h1>
            <p class="page-lead"><Amount cents=payout.amount.0 currency=CURRENCY class="amount-large"/>" "<PayoutBadge status=payout.status/></p>
        </header>
        {failed}
        <dl class="receipt">
            <div><dt>{t!("payouts.one.artist")}</dt><dd>{payout.artist_name}</dd></div>
            <div><dt>{t!("payouts.one.method")}</dt><dd>{payout.method.map(Method::word)}</dd></div>
            <div><dt>{t!("payouts.one.destination")}</dt><dd>{payout.destination}</dd></div>
            <div><dt>{t!("payouts.one.requested")}</dt><dd><When moment=payout.requested_at/></dd></div>
            {payout.processed_at.map(|moment| view! { <div><dt>{t!("payouts.one.processed")}</dt><dd><When moment/></dd></div> })}
            {payout.transaction.map(|transaction| view! { <div><dt>{t!("payouts.one.transaction")}</dt><dd>{transaction}</dd></div> })}
        </dl>
    }
}

/// Steps and statement of a payout.
#[component]
pub fn PayoutBody(
    details: Details,
    /// Of the page that it stands on.
    path: String,
    /// Whether the statement is not on its first page.
    started: bool,
) -> impl IntoView {
    let steps = details.steps.into_iter().map(|step| view! { <StepItem step/> }).collect_view();
    let lead = if details.payout.status == Status::Failed { t!("payouts.one.statement_failed") } else { t!("payouts.one.statement_lead") };
    let statement = if details.line_count == 0 {
        view! { <p>{t!("payouts.one.imported")}</p> }.into_any()
    } else {
        let columns = vec![
            Column::text(t!("payouts.one.earned")),
            Column::text(t!("payouts.one.what")),
            Column::text(t!("payouts.one.track")),
            Column::number(t!("payouts.one.net")),
            Column::number(t!("payouts.one.paid")),
        ];
        let rows = details
            .lines
            .items
            .into_iter()
            .map(|line| {
                view! {
                    <tr>
                        <td><When moment=line.earned_at/></td>
                        <td>{line.kind.word()}</td>
                        <td>{line.track}</td>
                        <AmountCell cents=line.net.0 currency=CURRENCY/>
                        <AmountCell cents=line.amount.0 currency=CURRENCY/>
                    </tr>
                }
            })
            .collect_view();
        let foot =
            view! { <tr><th scope="row" colspan="4">{t!("payouts.one.sum")}</th><AmountCell cents=details.payout.amount.0 currency=CURRENCY/></tr> }
                .into_any();
        view! {
            <p>{lead}</p>
            <DataTable caption=t!("payouts.one.caption", count = details.line_count) columns foot>{rows}</DataTable>
            <Pagination path next=details.lines.next started/>
        }
        .into_any()
    };
    view! {
        <section class="section"><h2>{t!("payouts.one.steps")}</h2><ol class="prose">{steps}</ol></section>
        <section class="section"><h2>{t!("payouts.one.statement")}</h2>{statement}</section>
    }
}

/// A step of a payout, as people call it.
pub fn step_word(step: &str) -> String {
    match step {
        "requested" => t!("payouts.step.requested"),
        "first_approval" => t!("payouts.step.first_approval"),
        "approved" => t!("payouts.step.approved"),
        "sent" => t!("payouts.step.sent"),
        "completed" => t!("payouts.step.completed"),
        "refused" => t!("payouts.step.refused"),
        "returned" => t!("payouts.step.returned"),
        _ => t!("payouts.step.failed"),
    }
    .into_owned()
}

#[component]
fn StepItem(step: Step) -> impl IntoView {
    let word = step_word(&step.step);
    let by = step.actor.map_or_else(|| t!("payouts.step.by_site").into_owned(), |name| t!("payouts.step.by", name = name).into_owned());
    view! {
        <li>
            <strong>{word}</strong>" "{by}", "<time datetime=datetime_attribute(step.at)>{date_time(step.at)}</time>
            {step.note.map(|note| view! { <br/>{note} })}
        </li>
    }
}
