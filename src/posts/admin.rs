//! Writing posts.

use super::{
    PostDraft,
    api::{Save, all_posts, draft},
};
use crate::{
    catalogue::pages::{id_in_path, in_query},
    ids::PostId,
    page::Page,
    t,
    ui::{
        breadcrumbs::Breadcrumbs,
        empty::EmptyState,
        format::When,
        forms::{Check, Field, Form, FormAction, Hidden, Submit, TextArea},
        head::PageHead,
        load::{Data, load},
        pagination::Pagination,
        table::{Column, DataTable, StatusBadge, Tone},
    },
};
use leptos::prelude::*;

/// Every post with its state.
#[component]
pub fn AdminPosts() -> impl IntoView {
    let after = in_query("after");
    let page = Data::new(move || after().and_then(|key| key.parse().ok()), all_posts);
    view! {
        <PageHead title=t!("posts.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("posts.title")}</h1>
            <div class="btn-row"><a class="btn btn-primary" href="/admin/posts/new">{t!("posts.admin.new")}</a></div>
        </header>
        {load(page, move |Page { items, next }| {
            let empty = items.is_empty();
            let rows = items
                .into_iter()
                .map(|line| {
                    let (text, tone) = if line.published.is_some() { (t!("posts.admin.published"), Tone::Success) } else { (t!("posts.admin.draft"), Tone::Neutral) };
                    view! {
                        <tr>
                            <th scope="row"><a class="link" href=format!("/admin/posts/{}", line.id)>{line.title.clone()}</a></th>
                            <td><StatusBadge text tone/></td>
                            <td>{if line.supporters_only { t!("posts.for_supporters") } else { t!("posts.for_everyone") }}</td>
                            <td>{line.published.map(|moment| view! { <When moment/> })}</td>
                        </tr>
                    }
                })
                .collect_view();
            view! {
                {if empty {
                    view! { <EmptyState title=t!("posts.none") text=t!("posts.admin.none_text") action=Some((t!("posts.admin.new").into_owned(), "/admin/posts/new".to_owned()))/> }.into_any()
                } else {
                    view! {
                        <DataTable caption=t!("posts.title") quiet_caption=true columns=vec![
                            Column::text(t!("posts.field.title")), Column::text(t!("posts.admin.state")), Column::text(t!("posts.admin.readers")), Column::text(t!("posts.admin.since")),
                        ]>{rows}</DataTable>
                    }
                    .into_any()
                }}
                <Pagination path="/admin/posts" next started=after().is_some()/>
            }
        })}
    }
}

/// The form for a new post.
#[component]
pub fn NewPost() -> impl IntoView {
    view! { <Editor id=None draft=PostDraft::default()/> }
}

/// The form of a post that is there.
#[component]
pub fn EditPost() -> impl IntoView {
    let id = id_in_path::<PostId>();
    let page = Data::new(id, draft);
    load(page, move |draft| view! { <Editor id=Some(id()) draft/> })
}

#[component]
fn Editor(id: Option<PostId>, draft: PostDraft) -> impl IntoView {
    let saving = FormAction::<Save>::new();
    let title = if id.is_some() { t!("posts.admin.edit") } else { t!("posts.admin.new") };
    view! {
        <PageHead title=title.clone()/>
        <Breadcrumbs above=vec![(t!("posts.title").into_owned(), "/admin/posts".to_owned())] here=title.clone()/>
        <header class="page-head mt-4"><h1 class="page-title">{title}</h1></header>
        <Form action=saving>
            {id.map(|id| view! { <Hidden name="id" value=id.to_string()/> })}
            <Field name="title" label=t!("posts.field.title") value=draft.title required=true maxlength=200/>
            <TextArea name="body" label=t!("posts.field.body") hint=t!("posts.field.body_hint") value=draft.body rows=16 required=true/>
            <Check name="supporters_only" label=t!("posts.field.supporters_only") checked=draft.supporters_only/>
            <Check name="published" label=t!("posts.field.published") hint=t!("posts.field.published_hint") checked=draft.published/>
            <div class="form-actions">
                <Submit label=t!("posts.admin.save")/>
                <a class="btn btn-quiet" href="/admin/posts">{t!("posts.admin.back")}</a>
            </div>
        </Form>
    }
}
