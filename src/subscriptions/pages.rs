//! Pages of subscriptions: the tiers, choosing one, one's own, and ending it.

use super::{
    Own, Paid, Plan, Plans, Proposal, Standing, Step,
    api::{self, Cancel, Choose, PayLate, Resume},
};
use crate::{
    app::boot,
    error::AppError,
    ids::TierId,
    money::{CURRENCY, Cents},
    payments::shown,
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        format::{When, date, percent},
        forms::{Form, FormAction, Hidden, Submit},
        head::PageHead,
        load::{Data, load},
        notice::Notice,
        table::{Amount, AmountCell, Column, DataTable, StatusBadge, Tone},
    },
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// A price, as the tiers' cards have it.
fn price(plan: &Plan) -> String {
    if plan.price == Cents::ZERO {
        t!("subscriptions.free").into_owned()
    } else {
        t!("subscriptions.a_month", price = shown(plan.price)).into_owned()
    }
}

/// `/plans`
#[component]
pub fn PlansPage() -> impl IntoView {
    let plans = Data::new(|| (), |()| api::all_plans());
    view! {
        <PageHead title=t!("subscriptions.plans.title") description=t!("subscriptions.plans.description") path="/plans"/>
        <header class="page-head">
            <h1 class="page-title">{t!("subscriptions.plans.title")}</h1>
            <p class="page-lead">{t!("subscriptions.plans.lead")}</p>
        </header>
        {load(plans, |Plans { plans, standing, free_plays, share_basis_points }| {
            let signed_in = boot().me.is_some();
            let mine = standing.as_ref().map(|standing| standing.plan.id);
            let cards = plans
                .into_iter()
                .map(|plan| {
                    let has = if mine.is_some() { mine == Some(plan.id) } else { signed_in && plan.price == Cents::ZERO };
                    view! { <PlanCard plan has has_one=mine.is_some() signed_in free_plays/> }
                })
                .collect_view();
            view! {
                <div class="plans">{cards}</div>
                <p class="prose text-quiet">{t!("subscriptions.plans.share", share = percent(share_basis_points))}</p>
            }
        })}
    }
}

#[component]
fn PlanCard(plan: Plan, has: bool, has_one: bool, signed_in: bool, free_plays: u32) -> impl IntoView {
    let heading = format!("plan-{}", plan.id);
    let label = heading.clone();
    let gives = plan.gives(free_plays).into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
    let path = format!("/plans/{}", plan.id);
    let choose = t!("subscriptions.choose", plan = plan.name);
    let action = match (has, plan.price == Cents::ZERO) {
        (true, false) => view! {
            <p><StatusBadge text=t!("subscriptions.yours") tone=Tone::Active/></p>
            <p><a class="btn" href="/settings/subscription">{t!("subscriptions.manage")}</a></p>
        }
        .into_any(),
        (true, true) => view! { <p><StatusBadge text=t!("subscriptions.yours") tone=Tone::Active/></p> }.into_any(),
        (false, true) if has_one => {
            view! { <p><a class="btn btn-quiet" href="/settings/subscription/cancel">{t!("subscriptions.back_to_free")}</a></p> }.into_any()
        }
        (false, true) if !signed_in => view! { <p><a class="btn" href="/sign-up">{t!("subscriptions.sign_up")}</a></p> }.into_any(),
        (false, true) => ().into_any(),
        (false, false) => view! { <p><a class="btn btn-primary" href=path>{choose}</a></p> }.into_any(),
    };
    view! {
        <section class="panel stack" aria-labelledby=label>
            <h2 id=heading>{plan.name.clone()}</h2>
            <p class="amount-large">{price(&plan)}</p>
            <ul class="prose">{gives}</ul>
            {action}
        </section>
    }
}

/// `/plans/:id`: what choosing a tier means, before anything is done.
#[component]
pub fn PlanPage() -> impl IntoView {
    let params = use_params_map();
    let proposal = Data::new(
        move || params.read().get("id").and_then(|id| id.parse::<TierId>().ok()),
        |id| async move { api::propose(id.ok_or(AppError::NotFound)?.0).await },
    );
    load(proposal, |proposal| view! { <Choice proposal/> })
}

#[component]
fn Choice(proposal: Proposal) -> impl IntoView {
    let action = FormAction::<Choose>::new();
    let Proposal { plan, standing, step, form_key, free_plays, share_basis_points } = proposal;
    let title = t!("subscriptions.choose", plan = plan.name).into_owned();
    let gives = plan.gives(free_plays).into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
    let old = standing.map(|standing| standing.plan.name).unwrap_or_default();
    let line = |label: std::borrow::Cow<'static, str>, amount: Cents, class: &'static str| {
        view! { <div class=class><dt>{label}</dt><dd><Amount cents=amount.0 currency=CURRENCY/></dd></div> }
    };
    let (bill, says, button) = match step {
        Step::Not { why } => (view! { <Notice tone=Tone::Warning><p>{why}</p></Notice> }.into_any(), None, None),
        Step::Begin { until } => (
            view! { <dl class="receipt">{line(t!("subscriptions.pay_today"), plan.price, "receipt-total")}</dl> }.into_any(),
            Some(t!("subscriptions.says.begin", date = date(until), price = shown(plan.price))),
            Some(t!("subscriptions.go_on")),
        ),
        Step::Up { worth, credit, due, until } => (
            view! {
                <dl class="receipt">
                    {line(t!("subscriptions.worth", plan = plan.name, date = date(until)), worth, "")}
                    {line(t!("subscriptions.credit", plan = old), Cents(-credit.0), "")}
                    {line(t!("subscriptions.pay_today"), due, "receipt-total")}
                </dl>
            }
            .into_any(),
            Some(t!("subscriptions.says.up", plan = plan.name, date = date(until), price = shown(plan.price))),
            Some(if due > Cents::ZERO { t!("subscriptions.go_on") } else { t!("subscriptions.change") }),
        ),
        Step::Down { from } => (
            view! { <dl class="receipt">{line(t!("subscriptions.pay_today"), Cents::ZERO, "receipt-total")}</dl> }.into_any(),
            Some(t!("subscriptions.says.down", old = old, plan = plan.name, date = date(from), price = shown(plan.price))),
            Some(t!("subscriptions.change")),
        ),
    };
    let form = button.map(|label| {
        view! {
            <Form action>
                <Hidden name="form_key" value=form_key/>
                <Hidden name="id" value=plan.id.to_string()/>
                <Submit label/>
            </Form>
        }
    });
    view! {
        <PageHead title=title.clone()/>
        <Breadcrumbs above=vec![(t!("subscriptions.plans.title").into_owned(), "/plans".to_owned())] here=plan.name.clone()/>
        <header class="page-head">
            <h1 class="page-title">{title}</h1>
            <p class="page-lead">{price(&plan)}</p>
        </header>
        <ul class="prose">{gives}</ul>
        <section class="panel">{bill}</section>
        <p class="prose">{says}</p>
        <p class="field-hint">{t!("subscriptions.plans.share", share = percent(share_basis_points))}</p>
        {form}
    }
}

/// `/settings/subscription`
#[component]
pub fn SubscriptionPage() -> impl IntoView {
    let resume = FormAction::<Resume>::new();
    let own = Data::new(move || resume.version().get(), |_| api::mine());
    view! {
        <PageHead title=t!("subscriptions.own.title") path="/settings/subscription"/>
        <Breadcrumbs above=vec![(t!("accounts.settings.title").into_owned(), "/settings".to_owned())] here=t!("subscriptions.own.title")/>
        <header class="page-head"><h1 class="page-title">{t!("subscriptions.own.title")}</h1></header>
        {load(own, move |Own { standing, paid, free_plays, form_key }| {
            let now = match standing {
                Some(standing) => view! { <Now standing resume form_key/> }.into_any(),
                None => view! {
                    <section class="panel stack">
                        <p>{t!("subscriptions.own.free", plays = free_plays)}</p>
                        <p><a class="btn btn-primary" href="/plans">{t!("subscriptions.own.see_plans")}</a></p>
                    </section>
                }
                .into_any(),
            };
            view! {
                {now}
                {(!paid.is_empty()).then(|| view! { <Payments paid/> })}
            }
        })}
    }
}

#[component]
fn Now(standing: Standing, resume: FormAction<Resume>, form_key: String) -> impl IntoView {
    let pay = FormAction::<PayLate>::new();
    let Standing { plan, until, ends, late, next, ours, .. } = standing;
    let upcoming = next.clone().unwrap_or_else(|| plan.clone());
    let (state, tone) = match (ends, late.is_some()) {
        (true, _) => (t!("subscriptions.state.ends"), Tone::Warning),
        (false, true) => (t!("subscriptions.state.late"), Tone::Danger),
        (false, false) => (t!("subscriptions.state.active"), Tone::Success),
    };
    let says = match (until, late) {
        (None, _) => t!("subscriptions.own.forever"),
        (Some(until), _) if ends || !ours => t!("subscriptions.own.ends", plan = plan.name, date = date(until)),
        (Some(_), Some(late)) => match late.again_at {
            Some(again) => t!("subscriptions.own.late", date = date(late.kept_until), again = date(again)),
            None => t!("subscriptions.own.late_last", date = date(late.kept_until)),
        },
        (Some(until), None) => t!("subscriptions.own.renews", plan = upcoming.name, date = date(until), price = shown(upcoming.price)),
    };
    let pay_form = late.filter(|_| !ends).map(|_| {
        view! {
            <Form action=pay>
                <Hidden name="form_key" value=form_key/>
                <Submit label=t!("subscriptions.pay_now", amount = shown(upcoming.price))/>
            </Form>
        }
    });
    let resume_label = if ends { t!("subscriptions.resume") } else { t!("subscriptions.stay", plan = plan.name) };
    let resume_form = (ours && (ends || next.is_some())).then(|| {
        view! { <Form action=resume><Submit label=resume_label/></Form> }
    });
    let links = ours.then(|| {
        view! {
            <a class="btn" href="/plans">{t!("subscriptions.other_plan")}</a>
            {(!ends).then(|| view! { <a class="btn btn-quiet" href="/settings/subscription/cancel">{t!("subscriptions.cancel")}</a> })}
        }
    });
    view! {
        <section class="panel stack" aria-labelledby="subscription-now">
            <h2 id="subscription-now">{plan.name.clone()}" "<StatusBadge text=state tone/></h2>
            <p>{price(&plan)}</p>
            <p>{says}</p>
            {pay_form}
            {resume_form}
            <div class="btn-row">{links}</div>
        </section>
    }
}

#[component]
fn Payments(paid: Vec<Paid>) -> impl IntoView {
    let columns = vec![
        Column::text(t!("subscriptions.paid.when")),
        Column::text(t!("subscriptions.paid.plan")),
        Column::text(t!("subscriptions.paid.days")),
        Column::number(t!("subscriptions.paid.amount")),
        Column::text(t!("subscriptions.paid.receipt")),
    ];
    let rows = paid
        .into_iter()
        .map(|paid| {
            let last = paid.until - time::Duration::seconds(1);
            view! {
                <tr>
                    <th scope="row"><When moment=paid.at/></th>
                    <td>{paid.plan}</td>
                    <td>{t!("subscriptions.paid.from_until", from = date(paid.from), until = date(last))}</td>
                    <AmountCell cents=paid.amount.0 currency=CURRENCY/>
                    <td><a class="link" href=format!("/receipts/{}", paid.payment)>{t!("receipt.title", number = paid.payment)}</a></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="section">
            <div class="section-head"><h2>{t!("subscriptions.paid.title")}</h2></div>
            <DataTable caption=t!("subscriptions.paid.title") quiet_caption=true columns>{rows}</DataTable>
            <p><a class="link" href="/library/spent">{t!("subscriptions.paid.spent")}</a></p>
        </section>
    }
}

/// `/settings/subscription/cancel`: what is lost and when, before it is.
#[component]
pub fn CancelPage() -> impl IntoView {
    let action = FormAction::<Cancel>::new();
    let own = Data::new(|| (), |()| api::mine());
    view! {
        <PageHead title=t!("subscriptions.end.title")/>
        <Breadcrumbs above=vec![(t!("subscriptions.own.title").into_owned(), "/settings/subscription".to_owned())] here=t!("subscriptions.cancel")/>
        <header class="page-head"><h1 class="page-title">{t!("subscriptions.end.title")}</h1></header>
        {load(own, move |own| {
            let standing = own.standing.filter(|standing| standing.ours && !standing.ends);
            let Some((standing, until)) = standing.and_then(|standing| standing.until.map(|until| (standing, until))) else {
                return view! {
                    <Notice><p>{t!("subscriptions.end.nothing")}</p></Notice>
                    <p><a class="btn" href="/settings/subscription">{t!("subscriptions.own.title")}</a></p>
                }
                .into_any();
            };
            let lead = if standing.late.is_some() { t!("subscriptions.end.at_once") } else { t!("subscriptions.end.lead", date = date(until)) };
            let loses = standing.plan.loses(own.free_plays).into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
            view! {
                <section class="panel stack" aria-labelledby="subscription-loses">
                    <p>{lead}</p>
                    <h2 id="subscription-loses">{t!("subscriptions.end.loses")}</h2>
                    <ul class="prose">{loses}</ul>
                    <p>{t!("subscriptions.end.keeps")}</p>
                    <Form action>
                        <Submit label=t!("subscriptions.end.confirm") class="btn-danger"/>
                    </Form>
                    <p><a class="btn btn-quiet" href="/settings/subscription">{t!("subscriptions.end.stay")}</a></p>
                </section>
            }
            .into_any()
        })}
    }
}
