//! The comments on a track's page.

use super::{Comment, CommentList, CommentTrack, RemoveComment};
use crate::{
    app::boot,
    ids::TrackId,
    t,
    ui::{
        format::{When, counted},
        forms::{Form, FormAction, Hidden, Submit, TextArea},
        pagination::Pagination,
    },
};
use leptos::prelude::*;
use time::OffsetDateTime;

/// A form to say something, and what was said. `started`: this is not the first page.
#[component]
pub fn Comments(
    track: TrackId,
    /// The track's page.
    path: String,
    list: CommentList,
    say: FormAction<CommentTrack>,
    remove: FormAction<RemoveComment>,
    started: bool,
) -> impl IntoView {
    let title = if list.count == 0 { t!("uploads.comments.title").into_owned() } else { counted("uploads.comments.count", list.count.into()) };
    let empty = list.page.items.is_empty();
    let form = if !list.open {
        ().into_any()
    } else if boot().me.is_some() {
        view! {
            <Form action=say>
                <Hidden name="track" value=track.to_string()/>
                <TextArea name="body" label=t!("uploads.comments.field") rows=3 maxlength=1000 required=true/>
                <div class="form-actions"><Submit label=t!("uploads.comments.say") class="btn-quiet"/></div>
            </Form>
        }
        .into_any()
    } else {
        view! { <p><a href=format!("/log-in?next=/tracks/{track}")>{t!("uploads.comments.log_in")}</a></p> }.into_any()
    };
    let rows = list.page.items.into_iter().map(|comment| view! { <One comment remove/> }).collect_view();
    view! {
        <section class="section comments" id="comments" aria-labelledby="comments-title">
            <h2 id="comments-title">{title}</h2>
            {form}
            {empty.then(|| view! { <p class="field-hint">{t!("uploads.comments.none")}</p> })}
            <ul class="comment-list" role="list">{rows}</ul>
            <Pagination path next=list.page.next started key="comments"/>
        </section>
    }
}

#[component]
fn One(comment: Comment, remove: FormAction<RemoveComment>) -> impl IntoView {
    let said = OffsetDateTime::from_unix_timestamp(comment.said).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let label = if comment.mine { t!("uploads.comments.delete") } else { t!("uploads.comments.remove") };
    view! {
        <li class="comment" id=format!("comment-{}", comment.id)>
            <p class="comment-head">
                <strong>{comment.author}</strong>
                {comment.by_artist.then(|| view! { " " <span class="badge badge-active">{t!("uploads.comments.artist")}</span> })}
                " " <When moment=said/>
            </p>
            <p class="comment-body">{comment.body}</p>
            {comment.removable.then(|| view! { <Form action=remove><Hidden name="comment" value=comment.id.to_string()/><Submit label class="btn-quiet btn-small"/></Form> })}
        </li>
    }
}
