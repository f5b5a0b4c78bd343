//! `/admin/jobs`: background work that failed for good, to be read and tried again.

use super::{
    DeadJob, Queue,
    api::{self, RetryJob},
};
use crate::{
    catalogue::pages::in_query,
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        empty::EmptyState,
        format::{When, number},
        forms::{Form, FormAction, Hidden, Submit},
        head::PageHead,
        load::{Data, load},
        pagination::Pagination,
        table::{Column, DataTable},
    },
};
use leptos::prelude::*;

/// What a kind of job is called.
fn word(kind: &str) -> String {
    match kind {
        "transcode" => t!("admin.jobs.kind.transcode").into_owned(),
        "replace-audio" => t!("admin.jobs.kind.replace_audio").into_owned(),
        "send-mail" => t!("admin.jobs.kind.mail").into_owned(),
        "send-payout" => t!("admin.jobs.kind.payout").into_owned(),
        other => other.to_owned(),
    }
}

/// `/admin/jobs`
#[component]
pub fn JobsPage() -> impl IntoView {
    let after = in_query("after");
    let retry = FormAction::<RetryJob>::new();
    let queue = Data::new(move || (after(), retry.version().get()), |(after, _)| api::all_jobs(after));
    view! {
        <PageHead title=t!("admin.jobs.title")/>
        <Breadcrumbs above=vec![(t!("admin.title").into_owned(), "/admin".to_owned())] here=t!("admin.jobs.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("admin.jobs.title")}</h1>
            <p class="page-lead">{t!("admin.jobs.lead")}</p>
        </header>
        {load(queue, move |queue: Queue| view! { <Shown queue retry started=after().is_some()/> })}
    }
}

#[component]
fn Shown(queue: Queue, retry: FormAction<RetryJob>, started: bool) -> impl IntoView {
    let Queue { counts, dead } = queue;
    let (waiting, several) = (!counts.is_empty(), dead.items.len() > 1);
    let lines = counts
        .into_iter()
        .map(|count| {
            view! {
                <tr>
                    <th scope="row">{word(&count.kind)}</th>
                    <td class="num">{number(count.queued)}</td>
                    <td class="num">{number(count.running)}</td>
                    <td class="num">{number(count.dead)}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![
        Column::text(t!("admin.jobs.kind.title")),
        Column::number(t!("admin.jobs.queued")),
        Column::number(t!("admin.jobs.running")),
        Column::number(t!("admin.jobs.dead")),
    ];
    let table = if dead.items.is_empty() {
        view! { <EmptyState title=t!("admin.jobs.empty_title") text=t!("admin.jobs.empty")/> }.into_any()
    } else {
        let columns = vec![
            Column::text(t!("admin.jobs.kind.title")),
            Column::text(t!("admin.jobs.failed")),
            Column::number(t!("admin.jobs.attempts")),
            Column::text(t!("admin.jobs.error")),
            Column::actions(t!("admin.jobs.retry")),
        ];
        let rows = dead.items.into_iter().map(|job| view! { <Row job retry/> }).collect_view();
        view! {
            {several.then(|| view! { <Form action=retry><div class="form-actions"><Submit label=t!("admin.jobs.retry_all")/></div></Form> })}
            <DataTable caption=t!("admin.jobs.dead") quiet_caption=true columns>{rows}</DataTable>
            <Pagination path="/admin/jobs" next=dead.next started/>
        }
        .into_any()
    };
    view! {
        {waiting.then(|| view! { <section class="section"><DataTable caption=t!("admin.jobs.counts") columns>{lines}</DataTable></section> })}
        <section class="section"><h2>{t!("admin.jobs.dead")}</h2>{table}</section>
    }
}

#[component]
fn Row(job: DeadJob, retry: FormAction<RetryJob>) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">{word(&job.kind)}</th>
            <td>{job.failed_at.map(|moment| view! { <When moment/> })}</td>
            <td class="num">{number(job.attempts.into())}</td>
            <td>{job.error}</td>
            <td><Form action=retry><Hidden name="job" value=job.id/><Submit label=t!("admin.jobs.retry") class="btn-small"/></Form></td>
        </tr>
    }
}
