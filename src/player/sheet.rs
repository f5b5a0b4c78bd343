//! The queue's sheet: what plays, large, with everything that can be set, and what comes next, in an order one can change.

use super::{
    Entry, Piece, Player, Quality, Repeat, SPEEDS, SeekWave,
    bar::{Controls, SeekLine, Volume},
    keys::{close, show},
    sleep::{MINUTES, Sleep},
};
use crate::{
    t,
    ui::{
        cards::Explicit,
        cover::Cover,
        format::duration,
        icons::{Glyph, Icon},
    },
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The sheet: beside the page on wide screens, over it on a phone.
#[component]
pub fn QueueSheet(player: Player) -> impl IntoView {
    let piece = Memo::new(move |_| player.current());
    view! {
        <dialog class="queue-sheet" node_ref=player.sheet aria-labelledby="queue-title"
            on:click=move |event| {
                // A click on the background closes; one on the sheet has another target.
                if event.target().is_some() && event.target() == player.sheet.get_untracked().map(|sheet| sheet.unchecked_into()) {
                    close(player.sheet);
                }
            }>
            <div class="queue-body">
                <header class="queue-head">
                    <h2 id="queue-title">{t!("player.queue.title")}</h2>
                    <button type="button" class="icon-btn" aria-label=t!("player.keys.title") on:click=move |_| show(player.help)><Icon glyph=Glyph::Info/></button>
                    <button type="button" class="icon-btn" aria-label=t!("ui.close") on:click=move |_| close(player.sheet)><Icon glyph=Glyph::Close/></button>
                </header>
                {move || match piece.get() {
                    Some(piece) => view! { <Now player piece/> }.into_any(),
                    None => view! {
                        <div class="queue-empty">
                            <p class="queue-empty-title">{t!("player.queue.empty")}</p>
                            <p>{t!("player.queue.empty_text")}</p>
                            <a class="btn btn-primary" href="/charts" on:click=move |_| close(player.sheet)>{t!("player.queue.find")}</a>
                        </div>
                    }.into_any(),
                }}
                <Rows player/>
            </div>
        </dialog>
    }
}

/// What plays.
#[component]
fn Now(player: Player, piece: Piece) -> impl IntoView {
    let shut = move |_| close(player.sheet);
    let left = move || player.left.get().map(|left| view! { <p class="queue-left">{t!("player.left", left = left)}</p> });
    let problem = move || player.problem.get().map(|problem| view! { <p class="queue-problem">{problem}</p> });
    let wave = piece.clone();
    let line = move || {
        let peaks = player.peaks.get();
        if peaks.is_empty() {
            view! { <div class="queue-line"><SeekLine player/></div> }.into_any()
        } else {
            let shown = move |seconds: f64| duration(super::whole(seconds).into());
            view! {
                <SeekWave piece=wave.clone() peaks id="queue"/>
                <p class="queue-times"><span>{move || shown(player.position.get())}</span><span>{move || shown(player.length.get())}</span></p>
            }
            .into_any()
        }
    };
    let repeat_name = move || match player.queue.with(super::Queue::repeat) {
        Repeat::Off => t!("player.repeat.off"),
        Repeat::All => t!("player.repeat.all"),
        Repeat::One => t!("player.repeat.one"),
    };
    view! {
        <section class="queue-now" aria-label=t!("player.queue.now")>
            <div class="queue-piece">
                <a class="queue-cover" href=piece.path.clone() tabindex="-1" aria-hidden="true" on:click=shut>
                    <span class="sleeve sleeve-out"><Cover seed=piece.seed.clone() src=piece.cover_at(320) size=160/></span>
                </a>
                <div class="queue-names">
                    <p class="queue-name"><a href=piece.path.clone() on:click=shut>{piece.title.clone()}</a></p>
                    <p class="queue-artist"><a href=piece.artist_path.clone() on:click=shut>{piece.artist.clone()}</a></p>
                    {left}
                </div>
            </div>
            {problem}
            {line}
            <div class="queue-controls">
                <button type="button" class="icon-btn" aria-label=t!("player.shuffle") aria-pressed=move || if player.queue.with(super::Queue::shuffled) { "true" } else { "false" } on:click=move |_| player.toggle_shuffle()><Icon glyph=Glyph::Shuffle/></button>
                <Controls player/>
                <button type="button" class="icon-btn queue-repeat" aria-label=repeat_name aria-pressed=move || if player.queue.with(super::Queue::repeat) == Repeat::Off { "false" } else { "true" } on:click=move |_| player.toggle_repeat()>
                    <Icon glyph=Glyph::Repeat/>
                    <Show when=move || player.queue.with(super::Queue::repeat) == Repeat::One><span class="queue-once" aria-hidden="true">"1"</span></Show>
                </button>
            </div>
            <Settings player/>
        </section>
    }
}

/// Speed, sleep timer, quality, volume.
#[component]
fn Settings(player: Player) -> impl IntoView {
    let speeds = SPEEDS
        .into_iter()
        .map(|speed| view! { <option value=speed.to_string() selected=move || (player.speed.get() - speed).abs() < 0.01>{t!("player.speed.times", speed = speed)}</option> })
        .collect_view();
    let qualities = Quality::ALL
        .into_iter()
        .map(|quality| view! { <option value=quality.code() selected=move || player.quality.get() == quality>{t!(format!("player.quality.{}", quality.code())).into_owned()}</option> })
        .collect_view();
    let minutes = MINUTES
        .into_iter()
        .map(|minutes| view! { <option value=minutes.to_string()>{t!("player.sleep.minutes", minutes = minutes)}</option> })
        .collect_view();
    let sleep = move |event: web_sys::Event| {
        match event_target_value(&event).as_str() {
            "end" => player.sleep.set(Some(Sleep::EndOfPiece)),
            "off" => player.sleep.set(None),
            text => {
                if let Ok(minutes) = text.parse() {
                    player.sleep_in(minutes);
                }
            }
        }
        // It may change what follows.
        player.pump();
    };
    let sleeping = move || match (player.sleep.get(), player.minutes_left()) {
        (Some(Sleep::EndOfPiece), _) => t!("player.sleep.at_end").into_owned(),
        (Some(_), Some(minutes)) => t!("player.sleep.in", minutes = minutes).into_owned(),
        _ => t!("player.sleep.off").into_owned(),
    };
    view! {
        <div class="queue-settings">
            <label class="queue-setting">
                <span>{t!("player.speed.label")}</span>
                <select class="select" on:change=move |event| if let Ok(speed) = event_target_value(&event).parse() { player.set_speed(speed) }>{speeds}</select>
            </label>
            <label class="queue-setting">
                <span>{t!("player.sleep.label")}</span>
                // The first option says how long is left, and is chosen again once the choice was taken.
                <select class="select" prop:value="" on:change=move |event| {
                    sleep(event.clone());
                    reset(&event);
                }>
                    <option value="" selected=true>{sleeping}</option>
                    {minutes}
                    <option value="end">{t!("player.sleep.end")}</option>
                    <option value="off">{t!("player.sleep.cancel")}</option>
                </select>
            </label>
            <label class="queue-setting">
                <span>{t!("player.quality.label")}</span>
                <select class="select" on:change=move |event| if let Some(quality) = Quality::of(&event_target_value(&event)) { player.set_quality(quality) }>{qualities}</select>
            </label>
            <div class="queue-setting queue-volume" role="group" aria-label=t!("player.volume")><Volume player/></div>
        </div>
    }
}

fn reset(event: &web_sys::Event) {
    if let Some(select) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlSelectElement>().ok()) {
        select.set_value("");
    }
}

/// What comes next and what was before.
#[component]
fn Rows(player: Player) -> impl IntoView {
    let count = move || player.queue.with(|queue| queue.entries().len());
    let dragged = RwSignal::new(None::<u32>);
    view! {
        <Show when=move || count().gt(&0)>
            <section class="queue-list" aria-label=t!("player.queue.list")>
                <div class="queue-list-head">
                    <h3>{move || crate::ui::format::counted("ui.tracks", i64::try_from(count()).unwrap_or(0))}</h3>
                    <button type="button" class="btn btn-quiet btn-small" disabled=move || count() < 2 on:click=move |_| player.arrange(super::Queue::clear)>{t!("player.queue.clear")}</button>
                </div>
                <ol role="list">
                    <For each=move || player.queue.with(|queue| queue.entries().to_vec()) key=|entry| entry.key let(entry)>
                        <Row player entry dragged/>
                    </For>
                </ol>
            </section>
        </Show>
    }
}

/// One place: a click plays it; buttons or a drag move it.
#[component]
fn Row(player: Player, entry: Entry, dragged: RwSignal<Option<u32>>) -> impl IntoView {
    let Entry { key, piece, .. } = entry;
    let place = move || player.queue.with(|queue| queue.entries().iter().position(|entry| entry.key == key).unwrap_or(0));
    let current = move || player.queue.with(|queue| queue.current().is_some_and(|entry| entry.key == key));
    let first = move || place() == 0;
    let last = move || player.queue.with(|queue| queue.entries().last().is_none_or(|entry| entry.key == key));
    let over = RwSignal::new(false);
    let drop = move |event: web_sys::DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(moved) = dragged.get_untracked() {
            let target = untrack(place);
            player.arrange(|queue| queue.move_to(moved, target));
        }
        dragged.set(None);
    };
    let title = piece.title.clone();
    view! {
        <li class="queue-row" draggable="true" aria-current=move || current().then_some("true") class:queue-over=move || over.get()
            on:dragstart=move |_| dragged.set(Some(key))
            on:dragend=move |_| dragged.set(None)
            on:dragover=move |event| if dragged.get_untracked().is_some_and(|moved| moved != key) { event.prevent_default(); over.set(true) }
            on:dragleave=move |_| over.set(false)
            on:drop=drop>
            <button type="button" class="queue-go" aria-label=t!("player.play_track", title = title) on:click=move |_| if untrack(current) { player.toggle() } else { player.go(key) }>
                <Cover seed=piece.seed.clone() src=piece.cover_at(160) size=44/>
                <span class="queue-row-names">
                    <span class="queue-row-title">{piece.title.clone()}{piece.explicit.then(|| view! { " " <Explicit/> })}</span>
                    <span class="queue-row-artist">{piece.artist.clone()}</span>
                </span>
            </button>
            <span class="queue-row-length">{duration(piece.seconds.into())}</span>
            <span class="queue-row-buttons">
                <button type="button" class="icon-btn" disabled=first aria-label=t!("player.queue.up", title = title) on:click=move |_| player.arrange(|queue| queue.shift(key, false))><Icon glyph=Glyph::ArrowUp/></button>
                <button type="button" class="icon-btn" disabled=last aria-label=t!("player.queue.down", title = title) on:click=move |_| player.arrange(|queue| queue.shift(key, true))><Icon glyph=Glyph::ArrowDown/></button>
                <button type="button" class="icon-btn" aria-label=t!("player.queue.remove", title = title) on:click=move |_| player.arrange(|queue| { queue.remove(key); })><Icon glyph=Glyph::Close/></button>
            </span>
        </li>
    }
}
