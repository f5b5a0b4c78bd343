//! The admins' pages of advertisements.

use super::{
    AdDraft, AdLine, Run,
    api::{Save, all, draft},
};
use crate::{
    catalogue::pages::{id_in_path, in_query},
    ids::AdId,
    money::CURRENCY,
    page::Page,
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        empty::EmptyState,
        format::number,
        forms::{Check, Field, Form, FormAction, Hidden, Submit},
        head::PageHead,
        load::{Data, load},
        pagination::Pagination,
        table::{AmountCell, Column, DataTable, StatusBadge, Tone},
    },
};
use leptos::prelude::*;

impl Run {
    fn badge(self) -> (std::borrow::Cow<'static, str>, Tone) {
        match self {
            Self::Planned => (t!("ads.run.planned"), Tone::Neutral),
            Self::Running => (t!("ads.run.running"), Tone::Success),
            Self::Paused => (t!("ads.run.paused"), Tone::Warning),
            Self::Over => (t!("ads.run.over"), Tone::Neutral),
        }
    }
}

/// Every advertisement with what it did.
#[component]
pub fn AdsPage() -> impl IntoView {
    let after = in_query("after");
    let page = Data::new(move || after().and_then(|key| key.parse().ok()), all);
    view! {
        <PageHead title=t!("ads.title")/>
        <Breadcrumbs above=vec![(t!("admin.title").into_owned(), "/admin".to_owned())] here=t!("ads.title")/>
        <header class="page-head mt-4">
            <h1 class="page-title">{t!("ads.title")}</h1>
            <p class="page-lead">{t!("ads.lead")}</p>
            <div class="btn-row"><a class="btn btn-primary" href="/admin/ads/new">{t!("ads.new")}</a></div>
        </header>
        {load(page, move |page| view! { <Lines page started=after().is_some()/> })}
    }
}

#[component]
fn Lines(page: Page<AdLine>, started: bool) -> impl IntoView {
    let Page { items, next } = page;
    if items.is_empty() {
        let action = Some((t!("ads.new").into_owned(), "/admin/ads/new".to_owned()));
        return view! { <EmptyState title=t!("ads.none") text=t!("ads.none_text") action/> }.into_any();
    }
    let rows = items
        .into_iter()
        .map(|line| {
            let (text, tone) = line.run.badge();
            view! {
                <tr>
                    <th scope="row"><a class="link" href=format!("/admin/ads/{}", line.id)>{line.headline}</a></th>
                    <td>{line.advertiser}</td>
                    <td><StatusBadge text tone/></td>
                    <td class="num">{number(line.impressions)}</td>
                    <td class="num">{number(line.clicks)}</td>
                    <AmountCell cents=line.price_per_thousand.0 currency=CURRENCY/>
                    <AmountCell cents=line.billed.0 currency=CURRENCY/>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![
        Column::text(t!("ads.field.headline")),
        Column::text(t!("ads.field.advertiser")),
        Column::text(t!("ads.state")),
        Column::number(t!("ads.impressions")),
        Column::number(t!("ads.clicks")),
        Column::number(t!("ads.price")),
        Column::number(t!("ads.billed")),
    ];
    view! {
        <DataTable caption=t!("ads.title") quiet_caption=true columns>{rows}</DataTable>
        <Pagination path="/admin/ads" next started/>
    }
    .into_any()
}

/// The form for a new one.
#[component]
pub fn NewAd() -> impl IntoView {
    let page = Data::new(|| None::<AdId>, draft);
    load(page, move |draft| view! { <Editor id=None draft/> })
}

/// The form of one that is there.
#[component]
pub fn EditAd() -> impl IntoView {
    let id = id_in_path::<AdId>();
    let page = Data::new(move || Some(id()), draft);
    load(page, move |draft| view! { <Editor id=Some(id()) draft/> })
}

#[component]
fn Editor(id: Option<AdId>, draft: AdDraft) -> impl IntoView {
    let saving = FormAction::<Save>::new();
    let title = if id.is_some() { t!("ads.edit") } else { t!("ads.new") };
    view! {
        <PageHead title=title.clone()/>
        <Breadcrumbs above=vec![(t!("ads.title").into_owned(), "/admin/ads".to_owned())] here=title.clone()/>
        <header class="page-head mt-4"><h1 class="page-title">{title}</h1></header>
        <Form action=saving>
            {id.map(|id| view! { <Hidden name="id" value=id.to_string()/> })}
            <Field name="advertiser" label=t!("ads.field.advertiser") hint=t!("ads.field.advertiser_hint") value=draft.advertiser required=true maxlength=120/>
            <Field name="headline" label=t!("ads.field.headline") value=draft.headline required=true maxlength=80/>
            <Field name="body" label=t!("ads.field.body") value=draft.body required=true maxlength=200/>
            <Field name="link" label=t!("ads.field.link") hint=t!("ads.field.link_hint") value=draft.link required=true inputmode="url" maxlength=500/>
            <Field name="price" label=t!("ads.field.price") hint=t!("ads.field.price_hint") value=draft.price required=true inputmode="decimal"/>
            <Field name="starts_on" label=t!("ads.field.starts_on") kind="date" value=draft.starts_on required=true/>
            <Field name="ends_on" label=t!("ads.field.ends_on") hint=t!("ads.field.ends_on_hint") kind="date" value=draft.ends_on/>
            <Check name="active" label=t!("ads.field.active") hint=t!("ads.field.active_hint") checked=draft.active/>
            <div class="form-actions">
                <Submit label=t!("ads.save")/>
                <a class="btn btn-quiet" href="/admin/ads">{t!("ads.back")}</a>
            </div>
        </Form>
    }
}
