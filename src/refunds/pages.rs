//! The admins' pages of payments and refunds, and what payer and receiver see of a refund.

use super::{Debt, Details, Payment, REASON_MAXIMUM, Refund, State, Status, api, dispute_pages::Disputes};
use crate::{
    catalogue::pages::in_query,
    error::AppError,
    ids::PaymentId,
    money::CURRENCY,
    payments::shown,
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        empty::EmptyState,
        format::When,
        forms::{Field, Form, FormAction, Hidden, Submit, TextArea},
        head::PageHead,
        load::{Data, load},
        notice::Notice,
        pagination::{Pagination, address},
        table::{Amount, AmountCell, Column, DataTable, StatusBadge, Tone},
        tabs::{Tab, Tabs},
    },
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

const PATH: &str = "/admin/payments";

/// `/admin/payments`
#[component]
pub fn AdminPaymentsPage() -> impl IntoView {
    let (status, who, after) = (in_query("status"), in_query("who"), in_query("after"));
    let list = Data::new(
        move || (status(), who(), after().and_then(|key| key.parse::<i32>().ok())),
        |(status, who, before)| api::payments(status, who, before),
    );
    view! {
        <PageHead title=t!("refunds.title")/>
        <Breadcrumbs above=vec![(t!("admin.title").into_owned(), "/admin".to_owned())] here=t!("refunds.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("refunds.title")}</h1>
            <p class="page-lead">{t!("refunds.lead")}</p>
        </header>
        {load(list, move |list| {
            let (current, typed, started) = untrack(|| (status().as_deref().and_then(Status::of_name).unwrap_or(Status::Completed), who().unwrap_or_default(), after().is_some()));
            let filters = vec![("who".to_owned(), typed.clone())];
            let tabs = list
                .counts
                .iter()
                .map(|(status, count)| Tab::new(status.word(), address(PATH, &filters, Some(("status", status.name()))), *status == current).counting(*count))
                .collect::<Vec<_>>();
            let table = if list.payments.items.is_empty() {
                view! { <EmptyState title=t!("refunds.empty_title") text=t!("refunds.empty")/> }.into_any()
            } else {
                let columns = vec![
                    Column::text(t!("refunds.number")),
                    Column::text(t!("refunds.payer")),
                    Column::text(t!("refunds.what")),
                    Column::text(t!("refunds.paid_at")),
                    Column::number(t!("refunds.amount")),
                    Column::number(t!("refunds.back")),
                    Column::actions(t!("refunds.open")),
                ];
                let rows = list.payments.items.into_iter().map(|payment| view! { <Row payment/> }).collect_view();
                let query = vec![("status".to_owned(), current.name().to_owned()), ("who".to_owned(), typed.clone())];
                view! {
                    <DataTable caption=t!("refunds.caption") quiet_caption=true columns>{rows}</DataTable>
                    <Pagination path=PATH query next=list.payments.next started/>
                }
                .into_any()
            };
            view! {
                <leptos_router::components::Form method="get" action=PATH>
                    <Hidden name="status" value=current.name()/>
                    <Field name="who" label=t!("refunds.find") value=typed hint=t!("refunds.find_hint") kind="search" maxlength=100/>
                    <button class="btn" type="submit">{t!("refunds.search")}</button>
                </leptos_router::components::Form>
                <Tabs label=t!("refunds.tabs") tabs/>
                {table}
            }
        })}
    }
}

#[component]
fn Row(payment: Payment) -> impl IntoView {
    let back = (payment.refunded.0 > 0).then(|| view! { <Amount cents=payment.refunded.0 currency=CURRENCY/> });
    view! {
        <tr>
            <th scope="row">{payment.id.to_string()}</th>
            <td>{payment.payer_name.unwrap_or_else(|| t!("refunds.nobody").into_owned())}</td>
            <td>{payment.purpose.word()}</td>
            <td><When moment=payment.at/></td>
            <AmountCell cents=payment.amount.0 currency=CURRENCY/>
            <td class="num">{back}</td>
            <td><a class="btn btn-small" href=format!("{PATH}/{}", payment.id) aria-label=t!("refunds.open_label", number = payment.id)>{t!("refunds.open")}</a></td>
        </tr>
    }
}

/// `/admin/payments/:id`
#[component]
pub fn AdminPaymentPage() -> impl IntoView {
    let params = use_params_map();
    let refund = FormAction::<api::Refund>::new();
    let details = Data::new(
        move || (params.read().get("id").and_then(|id| id.parse::<PaymentId>().ok()), refund.version().get()),
        |(id, _)| async move { api::payment(id.ok_or(AppError::NotFound)?.0).await },
    );
    load(details, move |details| view! { <Shown details refund/> })
}

#[component]
fn Shown(details: Details, refund: FormAction<api::Refund>) -> impl IntoView {
    let Details { payment, net, fee, receiver, refunds, disputes, left, obstacle, form_key } = details;
    let title = t!("refunds.one", number = payment.id).into_owned();
    let tone = match payment.status {
        Status::Completed => Tone::Success,
        Status::Refunded => Tone::Warning,
        Status::Pending => Tone::Active,
        Status::Failed => Tone::Danger,
    };
    let reference = payment.reference.clone().map(|reference| view! { <div><dt>{t!("refunds.reference")}</dt><dd>{reference}</dd></div> });
    let form = match obstacle {
        Some(obstacle) => view! { <Notice><p>{obstacle}</p></Notice> }.into_any(),
        None => view! {
            <p>{t!("refunds.form_lead")}</p>
            <Form action=refund>
                <Hidden name="payment" value=payment.id.to_string()/>
                <Hidden name="form_key" value=form_key/>
                <Field name="amount" label=t!("refunds.amount_label") hint=t!("refunds.amount_hint", left = shown(left)) inputmode="decimal" autocomplete="off" maxlength=16/>
                <TextArea name="reason" label=t!("refunds.reason_label") hint=t!("refunds.reason_hint") rows=3
                    maxlength=u32::try_from(REASON_MAXIMUM).unwrap_or(u32::MAX) required=true/>
                <Submit label=t!("refunds.submit") class="btn-danger"/>
            </Form>
        }
        .into_any(),
    };
    let list = if refunds.is_empty() {
        view! { <p>{t!("refunds.list_empty")}</p> }.into_any()
    } else {
        view! { <Refunds refunds caption=t!("refunds.list_caption")/> }.into_any()
    };
    let disputes =
        (!disputes.is_empty()).then(|| view! { <section class="section"><h2>{t!("refunds.disputes.title")}</h2><Disputes disputes/></section> });
    view! {
        <PageHead title=title.clone()/>
        <Breadcrumbs above=vec![(t!("refunds.title").into_owned(), PATH.to_owned())] here=title.clone()/>
        <header class="page-head">
            <h1 class="page-title">{title}</h1>
            <p class="page-lead">{payment.purpose.word()}" "<StatusBadge text=payment.status.word() tone/></p>
        </header>
        <section class="panel">
            <dl class="receipt">
                <div><dt>{t!("refunds.payer")}</dt><dd>{payment.payer_name.unwrap_or_else(|| t!("refunds.nobody").into_owned())}</dd></div>
                <div><dt>{t!("refunds.receiver")}</dt><dd>{receiver}</dd></div>
                <div><dt>{t!("refunds.paid_at")}</dt><dd><When moment=payment.at/></dd></div>
                <div><dt>{t!("refunds.provider")}</dt><dd>{payment.provider.word()}</dd></div>
                {reference}
                <div><dt>{t!("refunds.net")}</dt><dd><Amount cents=net.0 currency=CURRENCY/></dd></div>
                <div><dt>{t!("refunds.fee")}</dt><dd><Amount cents=fee.0 currency=CURRENCY/></dd></div>
                <div class="receipt-total"><dt>{t!("refunds.amount")}</dt><dd><Amount cents=payment.amount.0 currency=CURRENCY/></dd></div>
                <div><dt>{t!("refunds.back")}</dt><dd><Amount cents=payment.refunded.0 currency=CURRENCY/></dd></div>
                <div><dt>{t!("refunds.left")}</dt><dd><Amount cents=left.0 currency=CURRENCY/></dd></div>
            </dl>
        </section>
        {disputes}
        <section class="section"><h2>{t!("refunds.list")}</h2>{list}</section>
        <section class="section"><h2>{t!("refunds.form")}</h2>{form}</section>
    }
}

/// Refunds of one payment, as everybody concerned reads them.
#[component]
pub fn Refunds(refunds: Vec<Refund>, #[prop(into)] caption: String) -> impl IntoView {
    let columns = vec![
        Column::text(t!("refunds.paid_at")),
        Column::number(t!("refunds.amount")),
        Column::text(t!("refunds.state")),
        Column::text(t!("refunds.reason")),
    ];
    let rows = refunds
        .into_iter()
        .map(|refund| {
            let (text, tone) = match refund.state {
                State::Pending => (t!("refunds.states.pending"), Tone::Active),
                State::Completed => (t!("refunds.states.completed"), Tone::Success),
                State::Failed => (t!("refunds.states.failed"), Tone::Danger),
            };
            view! {
                <tr>
                    <th scope="row"><When moment=refund.at/></th>
                    <AmountCell cents=refund.amount.0 currency=CURRENCY/>
                    <td><StatusBadge text tone/></td>
                    <td>{refund.reason}{refund.failure.map(|failure| view! { <br/>{failure} })}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <DataTable caption quiet_caption=true columns>{rows}</DataTable> }
}

/// What an artist owes; nothing when that is nothing.
#[component]
pub fn Debts(debts: Vec<Debt>) -> impl IntoView {
    if debts.is_empty() {
        return ().into_any();
    }
    let total = debts.iter().map(|debt| debt.remaining.0).fold(0, i64::saturating_add);
    let columns = vec![Column::text(t!("refunds.debts.since")), Column::number(t!("refunds.amount")), Column::number(t!("refunds.debts.owed"))];
    let rows = debts
        .into_iter()
        .map(|debt| {
            view! {
                <tr>
                    <th scope="row"><When moment=debt.at/></th>
                    <AmountCell cents=debt.amount.0 currency=CURRENCY/>
                    <AmountCell cents=debt.remaining.0 currency=CURRENCY/>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="section">
            <h2>{t!("refunds.debts.title")}</h2>
            <Notice tone=Tone::Warning><p>{t!("refunds.debts.text", total = shown(crate::money::Cents(total)))}</p></Notice>
            <DataTable caption=t!("refunds.debts.caption") quiet_caption=true columns>{rows}</DataTable>
        </section>
    }
    .into_any()
}
