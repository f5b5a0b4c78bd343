//! Pages of purchases: the price beside a thing, the form, and what was bought.

use super::{Bought, Offer, Sale, Thing, api};
use crate::{
    error::AppError,
    money::CURRENCY,
    payments::shown,
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        empty::EmptyState,
        format::{When, percent},
        forms::{Check, Field, Form, FormAction, Hidden, Submit},
        head::PageHead,
        load::{Data, load},
        notice::Notice,
        pagination::Pagination,
        table::{AmountCell, Column, DataTable, Tone},
    },
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// What a thing costs and the way to buy it; nothing when it is not for sale.
#[component]
pub fn BuyLink(thing: Thing, sale: Sale) -> impl IntoView {
    match sale {
        Sale::Not => ().into_any(),
        Sale::Owned => view! { <a class="btn" href="/library/purchases">{t!("purchases.yours")}</a> }.into_any(),
        Sale::For(price) => view! { <a class="btn" href=thing.buy_path()>{t!("purchases.link", price = shown(price))}</a> }.into_any(),
    }
}

/// `/buy/:kind/:id`
#[component]
pub fn BuyPage() -> impl IntoView {
    let params = use_params_map();
    let offer = Data::new(
        move || (params.read().get("kind").unwrap_or_default(), params.read().get("id").unwrap_or_default()),
        |(kind, id)| async move {
            Thing::parse(&kind, &id).ok_or(AppError::NotFound)?;
            api::offer_thing(kind, id).await
        },
    );
    load(offer, |offer| view! { <BuyForm offer/> })
}

#[component]
fn BuyForm(offer: Offer) -> impl IntoView {
    let action = FormAction::<api::Buy>::new();
    let title = t!("purchases.title", title = offer.title).into_owned();
    let lead = t!("purchases.lead", by = offer.by, price = shown(offer.price));
    let fee = (offer.fee_basis_points > 0).then(|| t!("purchases.fee", fee = percent(offer.fee_basis_points), by = offer.by));
    let form = match offer.obstacle {
        Some(obstacle) => view! { <Notice tone=Tone::Warning><p>{obstacle}</p></Notice> }.into_any(),
        None => view! {
            <Form action>
                <Hidden name="form_key" value=offer.form_key/>
                <Hidden name="kind" value=offer.thing.kind()/>
                <Hidden name="id" value=offer.thing.id().to_string()/>
                <Field name="amount" label=t!("purchases.amount") value=offer.price.to_decimal() inputmode="decimal" autocomplete="off" maxlength=12
                    hint=t!("purchases.amount_hint", minimum = shown(offer.price), maximum = shown(offer.maximum))/>
                {if offer.owned {
                    view! {
                        <Hidden name="gift" value="true"/>
                        <p class="field-hint">{t!("purchases.gift.owned_hint")}</p>
                    }
                    .into_any()
                } else {
                    view! { <Check name="gift" label=t!("purchases.gift.check") hint=t!("purchases.gift.check_hint")/> }.into_any()
                }}
                <p class="field-hint">{fee}</p>
                <p class="field-hint">{t!("tips.nothing_yet")}</p>
                <Submit label=t!("tips.go_on")/>
            </Form>
        }
        .into_any(),
    };
    view! {
        <PageHead title=title.clone()/>
        <Breadcrumbs above=vec![(offer.title.clone(), offer.thing.path(&offer.title))] here=t!("purchases.buy")/>
        <header class="page-head">
            <h1 class="page-title">{title}</h1>
            <p class="page-lead">{lead}</p>
        </header>
        {form}
    }
}

/// `/library/purchases`
#[component]
pub fn PurchasesPage() -> impl IntoView {
    let query = use_query_map();
    let before = move || query.read().get("after");
    let page = Data::new(before, api::mine);
    view! {
        <PageHead title=t!("purchases.list.title")/>
        <Breadcrumbs above=vec![(t!("discovery.library.title").into_owned(), "/library".to_owned())] here=t!("purchases.list.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("purchases.list.title")}</h1>
            <p class="page-lead">{t!("purchases.list.lead")}</p>
        </header>
        {load(page, move |page| {
            let started = before().is_some();
            if page.items.is_empty() && !started {
                return view! { <EmptyState title=t!("purchases.list.empty_title") text=t!("purchases.list.empty")/> }.into_any();
            }
            let columns = vec![
                Column::text(t!("purchases.list.what")),
                Column::text(t!("purchases.list.kind")),
                Column::text(t!("purchases.list.when")),
                Column::number(t!("purchases.list.paid")),
                Column::text(t!("purchases.list.receipt")),
                Column::actions(t!("purchases.list.download")),
            ];
            view! {
                <DataTable caption=t!("purchases.list.title") columns>
                    {page.items.into_iter().map(|bought| view! { <Line bought/> }).collect_view()}
                </DataTable>
                <Pagination path="/library/purchases" next=page.next started/>
            }
            .into_any()
        })}
    }
}

#[component]
fn Line(bought: Bought) -> impl IntoView {
    let path = bought.thing.path(&bought.title);
    let label = format!("{}: {}", t!("purchases.list.download"), bought.title);
    let receipt =
        bought.payment.map(|payment| view! { <a href=format!("/receipts/{payment}")>{t!("purchases.list.receipt_number", number = payment)}</a> });
    let name = if bought.published {
        view! { <a href=path>{bought.title}</a> }.into_any()
    } else {
        view! { {bought.title}" "<span class="text-quiet">{t!("purchases.list.withdrawn")}</span> }.into_any()
    };
    view! {
        <tr>
            <th scope="row">{name}<br/><span class="text-quiet">{bought.by}</span></th>
            <td>{bought.thing.word()}</td>
            <td><When moment=bought.at/></td>
            <AmountCell cents=bought.amount.0 currency=CURRENCY/>
            <td>{receipt}</td>
            <td><a class="btn btn-small" href=bought.thing.download_path() rel="external" aria-label=label>{t!("purchases.list.download")}</a></td>
        </tr>
    }
}
