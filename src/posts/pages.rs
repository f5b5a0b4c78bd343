//! Posts, as everyone reads them.

use super::{
    PostPage,
    api::{post, posts},
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
        head::PageHead,
        load::{Data, load},
        notice::Notice,
        pagination::Pagination,
    },
};
use leptos::prelude::*;

/// The posts, newest first.
#[component]
pub fn PostsPage() -> impl IntoView {
    let after = in_query("after");
    let page = Data::new(after, posts);
    view! {
        <PageHead title=t!("posts.title") description=t!("posts.lead") path="/posts"/>
        <header class="page-head">
            <h1 class="page-title">{t!("posts.title")}</h1>
            <p class="page-lead">{t!("posts.lead")}</p>
        </header>
        {load(page, move |Page { items, next }| {
            let empty = items.is_empty();
            let lines = items
                .into_iter()
                .map(|line| view! {
                    <li class="panel grid gap-1">
                        <h2 class="card-title"><a href=line.path()>{line.title.clone()}</a></h2>
                        <p class="text-sm text-quiet">
                            {line.published.map(|moment| view! { <When moment/> })}
                            {line.supporters_only.then(|| view! { <span>" · "{t!("posts.for_supporters")}</span> })}
                        </p>
                    </li>
                })
                .collect_view();
            view! {
                {if empty {
                    view! { <EmptyState title=t!("posts.none") text=t!("posts.none_text")/> }.into_any()
                } else {
                    view! { <ul class="grid gap-4" role="list">{lines}</ul> }.into_any()
                }}
                <Pagination path="/posts" next started=after().is_some()/>
            }
        })}
    }
}

/// One post.
#[component]
pub fn PostView() -> impl IntoView {
    let page = Data::new(id_in_path::<PostId>(), post);
    load(page, |PostPage { line, author, html, summary }| {
        let body = match html {
            Some(html) => view! { <div class="prose" inner_html=html></div> }.into_any(),
            None => view! { <Notice>{t!("posts.supporters_only")}</Notice> }.into_any(),
        };
        view! {
            <PageHead title=line.title.clone() description=summary path=line.path() kind="article"/>
            <Breadcrumbs above=vec![(t!("posts.title").into_owned(), "/posts".to_owned())] here=line.title.clone()/>
            <article>
                <header class="page-head mt-4">
                    <h1 class="page-title">{line.title.clone()}</h1>
                    <p class="text-sm text-quiet">{author}{line.published.map(|moment| view! { " · " <When moment/> })}</p>
                </header>
                {body}
            </article>
        }
    })
}
