//! The checkout page and the receipt.

use super::{Bill, Purpose, State, api};
use crate::{
    app::boot,
    error::AppError,
    ids::PaymentId,
    money::CURRENCY,
    payments::shown,
    refunds::pages::Refunds,
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        empty::EmptyState,
        format::When,
        forms::{Form, FormAction, Hidden, Submit},
        head::PageHead,
        load::{Data, load},
        notice::Notice,
        pagination::Pagination,
        table::{Amount, AmountCell, Column, DataTable, StatusBadge, Tone},
    },
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// What it is, in a sentence.
fn lead(bill: &Bill) -> String {
    match (bill.purpose, &bill.about) {
        (Purpose::Purchase, Some((title, _))) => t!("checkout.lead_purchase", title = title, by = bill.receiver),
        (Purpose::Subscription, Some((plan, _))) => t!("checkout.lead_subscription", plan = plan),
        _ => t!("checkout.lead", artist = bill.receiver),
    }
    .into_owned()
}

/// Amount, fee and who receives what.
#[component]
fn Parts(bill: Bill) -> impl IntoView {
    let (amount, fee) = match bill.purpose {
        Purpose::Tip => (t!("checkout.amount"), if bill.fee_covered { t!("checkout.fee_on_top") } else { t!("checkout.fee_of_it") }),
        Purpose::Purchase => (t!("checkout.price"), t!("checkout.fee_of_it")),
        Purpose::Subscription => (t!("checkout.subscription"), t!("checkout.site_keeps")),
    };
    view! {
        <dl class="receipt">
            <div><dt>{amount}</dt><dd><Amount cents=bill.amount.0 currency=CURRENCY/></dd></div>
            <div><dt>{fee}</dt><dd><Amount cents=bill.fee.0 currency=CURRENCY/></dd></div>
            <div><dt>{t!("checkout.receives", artist = bill.receiver)}</dt><dd><Amount cents=bill.net.0 currency=CURRENCY/></dd></div>
            <div class="receipt-total"><dt>{t!("checkout.total")}</dt><dd><Amount cents=bill.total.0 currency=CURRENCY/></dd></div>
        </dl>
    }
}

/// `/checkout/:id`: what is paid, and the way to the provider; for the sandbox its page.
#[component]
pub fn CheckoutPage() -> impl IntoView {
    let params = use_params_map();
    let pay = FormAction::<api::Pay>::new();
    let decline = FormAction::<api::Decline>::new();
    // A declined checkout stays on this page and shows its new state.
    let bill =
        Data::new(move || (params.read().get("id").unwrap_or_default(), decline.version().get()), |(id, _)| async move { api::show(id).await });
    load(bill, move |bill| view! { <Checkout bill pay decline/> })
}

#[component]
fn Checkout(bill: Bill, pay: FormAction<api::Pay>, decline: FormAction<api::Decline>) -> impl IntoView {
    let lead = lead(&bill);
    let again = bill.again.clone();
    let (first, second) = (bill.checkout.clone(), bill.checkout.clone());
    let receipt = format!("/receipts/{}", bill.payment);
    let total = shown(bill.total);
    let back = use_query_map().read_untracked().get("back").is_some();
    let at_provider = bill.provider.has_a_page();
    let rest = match bill.state {
        State::Open if at_provider => view! { <AtProvider bill=bill.clone() back decline/> }.into_any(),
        State::Open => view! {
            <div class="form-actions">
                <Form action=pay>
                    <Hidden name="id" value=first/>
                    <Submit label=t!("checkout.pay", amount = total)/>
                </Form>
                <Form action=decline>
                    <Hidden name="id" value=second/>
                    <Submit label=t!("checkout.decline") class="btn-quiet"/>
                </Form>
            </div>
        }
        .into_any(),
        State::Completed => view! {
            <Notice tone=Tone::Success><p>{t!("checkout.state.completed")}</p></Notice>
            <p><a class="btn btn-primary" href=receipt>{t!("checkout.see_receipt")}</a></p>
        }
        .into_any(),
        State::Declined | State::Expired => {
            let text = if bill.state == State::Declined { t!("checkout.state.declined") } else { t!("checkout.state.expired") };
            view! {
                <Notice tone=Tone::Warning><p>{text}</p></Notice>
                <p><a class="btn" href=again>{t!("checkout.again")}</a></p>
            }
            .into_any()
        }
    };
    let message =
        bill.message.clone().map(|message| view! { <section class="section"><h2>{t!("checkout.message")}</h2><blockquote class="prose"><p>{message}</p></blockquote></section> });
    let anonymous = bill.anonymous.then(|| view! { <p class="field-hint">{t!("checkout.anonymous")}</p> });
    view! {
        <PageHead title=t!("checkout.title")/>
        {(!at_provider).then(|| view! { <Notice tone=Tone::Warning><p><strong>{t!("checkout.test_banner")}</strong></p></Notice> })}
        <header class="page-head">
            <h1 class="page-title">{t!("checkout.title")}</h1>
            <p class="page-lead">{lead}</p>
        </header>
        <section class="panel"><Parts bill/></section>
        {message}
        {anonymous}
        {rest}
    }
}

/// How far a payment is, as a badge.
#[component]
fn PaymentState(state: State) -> impl IntoView {
    let (text, tone) = match state {
        State::Open => (t!("receipt.states.open"), Tone::Active),
        State::Completed => (t!("receipt.states.completed"), Tone::Success),
        State::Declined => (t!("receipt.states.declined"), Tone::Danger),
        State::Expired => (t!("receipt.states.expired"), Tone::Warning),
    };
    view! { <StatusBadge text tone/> }
}

/// `/receipts`
#[component]
pub fn ReceiptsPage() -> impl IntoView {
    let query = use_query_map();
    let before = move || query.read().get("after").and_then(|key| key.parse::<i32>().ok());
    let receipts = Data::new(before, api::receipts);
    view! {
        <PageHead title=t!("receipt.list.title")/>
        <Breadcrumbs above=vec![(t!("discovery.library.title").into_owned(), "/library".to_owned())] here=t!("receipt.list.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("receipt.list.title")}</h1>
            <p class="page-lead">{t!("receipt.list.lead")}</p>
        </header>
        {load(receipts, move |page| {
            let started = before().is_some();
            if page.items.is_empty() && !started {
                let action = Some((t!("receipt.list.explore").into_owned(), "/charts".to_owned()));
                return view! { <EmptyState title=t!("receipt.list.empty_title") text=t!("receipt.list.empty") action/> }.into_any();
            }
            let columns = vec![
                Column::text(t!("receipt.number")),
                Column::text(t!("receipt.list.when")),
                Column::text(t!("receipt.list.what")),
                Column::text(t!("receipt.status")),
                Column::number(t!("checkout.total")),
            ];
            let rows = page
                .items
                .into_iter()
                .map(|line| view! {
                    <tr>
                        <th scope="row"><a class="link" href=format!("/receipts/{}", line.payment)>{t!("receipt.title", number = line.payment)}</a></th>
                        <td><When moment=line.at/></td>
                        <td>{line.purpose.word()}{line.about.map(|(title, path)| view! { " · "<a class="link" href=path>{title}</a> })}" · "{line.receiver}</td>
                        <td><PaymentState state=line.state/></td>
                        <AmountCell cents=line.total.0 currency=CURRENCY/>
                    </tr>
                })
                .collect_view();
            view! {
                <DataTable caption=t!("receipt.list.title") quiet_caption=true columns>{rows}</DataTable>
                <Pagination path="/receipts" next=page.next started/>
            }
            .into_any()
        })}
    }
}

/// The way to the page of the provider; or, back from there, that its word is awaited.
#[component]
fn AtProvider(bill: Bill, back: bool, decline: FormAction<api::Decline>) -> impl IntoView {
    let provider = bill.provider.word();
    let reload = format!("/checkout/{}?back=true", bill.checkout);
    let go_on = t!("checkout.go_on", amount = shown(bill.total), provider = provider);
    let (notice, go) = match (bill.url, back) {
        (Some(url), true) => (
            Some((Tone::Active, t!("checkout.waiting", provider = provider))),
            view! {
                <a class="btn btn-primary" href=reload rel="external">{t!("checkout.look_again")}</a>
                <a class="btn btn-quiet" href=url rel="external">{go_on}</a>
            }
            .into_any(),
        ),
        (Some(url), false) => (None, view! { <a class="btn btn-primary" href=url rel="external">{go_on}</a> }.into_any()),
        (None, _) => {
            let again = format!("/checkout/{}", bill.checkout);
            (
                Some((Tone::Warning, t!("checkout.provider_away", provider = provider))),
                view! {
                    <a class="btn btn-primary" href=again rel="external">{t!("checkout.look_again")}</a>
                }
                .into_any(),
            )
        }
    };
    view! {
        <section class="section">
        {notice.map(|(tone, text)| view! { <Notice tone><p>{text}</p></Notice> })}
        <div class="form-actions">
            {go}
            <Form action=decline>
                <Hidden name="id" value=bill.checkout/>
                <Submit label=t!("checkout.cancel") class="btn-quiet"/>
            </Form>
        </div>
        </section>
    }
}

/// `/receipts/:payment`
#[component]
pub fn ReceiptPage() -> impl IntoView {
    let params = use_params_map();
    let bill = Data::new(
        move || params.read().get("payment").and_then(|id| id.parse::<PaymentId>().ok()),
        |id| async move { api::receipt(id.ok_or(AppError::NotFound)?.0).await },
    );
    load(bill, |bill| view! { <Receipt bill/> })
}

#[component]
fn Receipt(bill: Bill) -> impl IntoView {
    let title = t!("receipt.title", number = bill.payment).into_owned();
    let back = bill.back.clone();
    let artist = bill.receiver.clone();
    let label = if bill.purpose == Purpose::Tip { t!("receipt.for_track") } else { t!("receipt.bought") };
    let about = bill.about.clone().map(|(title, path)| view! { <div><dt>{label}</dt><dd><a href=path>{title}</a></dd></div> });
    let (thanks, way_back) = match (bill.purpose, &bill.about) {
        (Purpose::Purchase, Some((title, _))) if bill.gift.is_some() => (t!("receipt.thanks_gift"), t!("receipt.back", artist = title)),
        (Purpose::Purchase, Some((title, _))) => (t!("receipt.thanks_purchase"), t!("receipt.back", artist = title)),
        (Purpose::Subscription, _) => (t!("receipt.thanks_subscription"), t!("receipt.back", artist = t!("subscriptions.own.title"))),
        _ => (t!("receipt.thanks", artist = bill.receiver), t!("receipt.back", artist = bill.receiver)),
    };
    let paid_on = bill.finished_at.filter(|_| bill.state == State::Completed).map(|moment| {
        view! { <div><dt>{t!("receipt.paid_on")}</dt><dd><When moment/></dd></div> }
    });
    let refunds = (!bill.refunds.is_empty()).then(|| {
        view! {
            <section class="section">
                <h2>{t!("refunds.receipt.title")}</h2>
                <Refunds refunds=bill.refunds.clone() caption=t!("refunds.receipt.caption")/>
            </section>
        }
    });
    let message =
        bill.message.clone().map(|message| view! { <h2>{t!("receipt.message")}</h2><blockquote class="prose"><p>{message}</p></blockquote> });
    let reply = bill
        .reply
        .clone()
        .map(|reply| view! { <h2>{t!("receipt.reply", artist = artist)}</h2><blockquote class="prose"><p>{reply}</p></blockquote> });
    let gift = bill.gift.clone().map(|code| {
        let path = format!("/gift?code={code}");
        view! {
            <section class="panel">
                <h2>{t!("purchases.gift.receipt")}</h2>
                <p class="amount-large">{code}</p>
                <p>{t!("purchases.gift.receipt_hint")}" "<a class="link" href=path.clone()>{format!("{}{path}", boot().site_url)}</a></p>
            </section>
        }
    });
    let open = (bill.state == State::Open)
        .then(|| view! { <p><a class="btn btn-primary" href=format!("/checkout/{}", bill.checkout)>{t!("receipt.go_on")}</a></p> });
    view! {
        <PageHead title=title.clone()/>
        <Breadcrumbs above=vec![(t!("receipt.list.title").into_owned(), "/receipts".to_owned())] here=title.clone()/>
        <header class="page-head">
            <h1 class="page-title">{title}</h1>
            <p class="page-lead">{lead(&bill)}" "<PaymentState state=bill.state/></p>
        </header>
        <section class="panel">
            <dl class="receipt">{about}{paid_on}</dl>
            <Parts bill=bill.clone()/>
        </section>
        {gift}
        {refunds}
        {message}
        {reply}
        {open}
        <p class="field-hint">{thanks}</p>
        <p><a href=back>{way_back}</a></p>
    }
}
