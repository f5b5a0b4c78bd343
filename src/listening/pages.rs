//! A listener's history.

use super::{
    HistoryLine, HistoryView,
    api::{Forget, Pause, history},
};
use crate::{
    catalogue::pages::in_query,
    player::{PieceMenu, PlayButton},
    t,
    ui::{
        cards::{TrackList, TrackRow},
        empty::EmptyState,
        format::duration,
        forms::{Check, Form, FormAction, Hidden, Submit},
        head::PageHead,
        icons::{Glyph, Icon},
        load::{Data, load},
        notice::Notice,
        pagination::Pagination,
        table::Tone,
    },
};
use leptos::prelude::*;

/// `/library/history`
#[component]
pub fn HistoryPage() -> impl IntoView {
    let q = in_query("q");
    let after = in_query("after");
    let (forgetting, pausing) = (FormAction::<Forget>::new(), FormAction::<Pause>::new());
    let before = move || after().and_then(|before| before.parse::<i64>().ok());
    let page = Data::new(
        move || (q().unwrap_or_default(), before(), forgetting.version().get(), pausing.version().get()),
        |(q, before, ..)| history(q, before),
    );
    view! {
        <PageHead title=t!("listening.history.title")/>
        <header class="page-head">
            <h1 class="page-title">{t!("listening.history.title")}</h1>
            <p class="page-lead">{t!("listening.history.lead")}</p>
        </header>
        {load(page, move |history: HistoryView| view! { <Shown history q=q().unwrap_or_default() started=before().is_some() forgetting pausing/> })}
    }
}

#[component]
fn Shown(history: HistoryView, q: String, started: bool, forgetting: FormAction<Forget>, pausing: FormAction<Pause>) -> impl IntoView {
    let HistoryView { page, paused, allowance } = history;
    let searched = !q.is_empty();
    let list = if page.items.is_empty() {
        let (title, text) = if searched {
            (t!("listening.history.nothing", text = q), t!("listening.history.nothing_text"))
        } else {
            (t!("listening.history.none"), t!("listening.history.empty"))
        };
        view! { <EmptyState title text action=Some((t!("listening.history.explore").into_owned(), "/charts".to_owned()))/> }.into_any()
    } else {
        let rows = page.items.into_iter().map(|line| view! { <Line line/> }).collect_view();
        let query = vec![("q".to_owned(), q.clone())];
        view! {
            <Form action=forgetting class="form-wide">
                <TrackList label=t!("listening.history.title")>{rows}</TrackList>
            </Form>
            <Pagination path="/library/history" query next=page.next started/>
        }
        .into_any()
    };
    view! {
        {allowance.map(|(limit, left)| view! { <p class="page-lead">{t!("listening.left_today", left = left, limit = limit)}</p> })}
        {paused.then(|| view! { <Notice tone=Tone::Warning><p>{t!("listening.history.paused_note")}</p></Notice> })}
        <div class="btn-row my-6">
            <leptos_router::components::Form method="get" action="/library/history" attr:class="btn-row">
                <label class="visually-hidden" for="history-search">{t!("listening.history.search")}</label>
                <input class="input max-w-72" id="history-search" type="search" name="q" maxlength="100" value=q placeholder=t!("listening.history.search")/>
                <button class="btn" type="submit"><Icon glyph=Glyph::Search/>{t!("ui.search.send")}</button>
            </leptos_router::components::Form>
            <Form action=pausing>
                {(!paused).then(|| view! { <Hidden name="pause" value="true"/> })}
                <button class="btn btn-quiet" type="submit">
                    <Icon glyph=if paused { Glyph::Play } else { Glyph::Pause }/>
                    {if paused { t!("listening.history.resume") } else { t!("listening.history.pause") }}
                </button>
            </Form>
        </div>
        {list}
        <section class="section">
            <details class="panel">
                <summary>{t!("listening.history.forget_all")}</summary>
                <Form action=forgetting>
                    <p class="field-hint">{t!("listening.history.forget_all_text")}</p>
                    <Check name="sure" label=t!("listening.history.sure")/>
                    <div class="form-actions"><Submit label=t!("listening.history.forget_all") class="btn-danger"/></div>
                </Form>
            </details>
        </section>
    }
}

/// One play, with the button that takes it out.
#[component]
fn Line(line: HistoryLine) -> impl IntoView {
    let HistoryLine { id, piece, day, listened_seconds } = line;
    let (title, page) = (piece.title.clone(), piece.clone());
    let note = format!("{day} · {}", t!("listening.history.heard", time = duration(listened_seconds)));
    view! {
        <TrackRow note seed=piece.seed.clone() href=piece.path.clone() title=title.clone() cover=piece.cover_at(160) artist=(piece.artist.clone(), piece.artist_path.clone()) explicit=piece.explicit>
            <PlayButton list=vec![page]/>
            <PieceMenu piece=piece/>
            <button type="submit" class="icon-btn" name="line" value=id.to_string() aria-label=t!("listening.history.forget", title = title)><Icon glyph=Glyph::Close/></button>
        </TrackRow>
    }
}
