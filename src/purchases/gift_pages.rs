//! The page on which a gift's code is entered, and what it gives.

use super::{
    Gift,
    api::{self, Claim},
};
use crate::{
    app::boot,
    catalogue::pages::in_query,
    t,
    ui::{
        forms::{Form, FormAction, Hidden, Submit},
        head::PageHead,
        load::{Data, load},
        notice::Notice,
        table::Tone,
    },
    uploads::formats::Format,
};
use leptos::prelude::*;

/// `/gift`: a code, and what it gives. The form is sent to this page, so that a link with the code opens it.
#[component]
pub fn GiftPage() -> impl IntoView {
    let code = in_query("code");
    let gift = Data::new(code, |code| async move {
        match code {
            Some(code) => api::look(code.clone()).await.map(|gift| (code, gift)).map(Some),
            None => Ok(None),
        }
    });
    view! {
        <PageHead title=t!("purchases.gift.title") description=t!("purchases.gift.lead") path="/gift"/>
        <header class="page-head">
            <h1 class="page-title">{t!("purchases.gift.title")}</h1>
            <p class="page-lead">{t!("purchases.gift.lead")}</p>
        </header>
        {load(gift, |found| {
            let (typed, found) = found.map_or((String::new(), None), |(code, gift)| (code, Some(gift)));
            let known = matches!(found, Some(Some(_)));
            let shown = match found {
                None => ().into_any(),
                Some(None) => view! { <Notice tone=Tone::Warning><p>{t!("purchases.gift.unknown")}</p></Notice> }.into_any(),
                Some(Some(gift)) => view! { <Opened gift/> }.into_any(),
            };
            view! {
                {shown}
                {(!known).then(|| view! {
                    <form method="get" action="/gift" class="form">
                        <div class="field">
                            <label class="field-label" for="gift-code">{t!("purchases.gift.code")}</label>
                            <input class="input" id="gift-code" name="code" value=typed required=true maxlength="40" autocomplete="off" spellcheck="false"/>
                        </div>
                        <div class="form-actions"><button class="btn btn-primary" type="submit">{t!("purchases.gift.open")}</button></div>
                    </form>
                })}
            }
        })}
    }
}

#[component]
fn Opened(gift: Gift) -> impl IntoView {
    let claim = FormAction::<Claim>::new();
    let signed_in = boot().me.is_some();
    let path = gift.thing.path(&gift.title);
    let download = |format: Format| {
        view! { <li><a class="btn btn-small" href=format!("/gift/{}/download?format={}", gift.code, format.code()) rel="external">{format.word()}</a></li> }
    };
    let formats = [Format::Original, Format::Mp3320].map(download);
    let next = format!("/log-in?next=/gift%3Fcode%3D{}", gift.code);
    let rest = if gift.mine {
        view! { <p><a class="btn btn-primary" href="/library/purchases">{t!("purchases.gift.in_library")}</a></p> }.into_any()
    } else if gift.taken {
        view! { <Notice tone=Tone::Warning><p>{t!("purchases.gift.taken")}</p></Notice> }.into_any()
    } else {
        let keep = if signed_in {
            view! {
                <Form action=claim>
                    <Hidden name="code" value=gift.code.clone()/>
                    <Submit label=t!("purchases.gift.keep")/>
                </Form>
            }
            .into_any()
        } else {
            view! { <p>{t!("purchases.gift.log_in_lead")}" "<a class="link" href=next>{t!("purchases.gift.log_in")}</a></p> }.into_any()
        };
        view! {
            {keep}
            <p class="field-hint">{t!("purchases.gift.left", count = gift.downloads_left)}</p>
            {(gift.downloads_left > 0).then(|| view! { <ul class="btn-row">{formats}</ul> })}
        }
        .into_any()
    };
    view! {
        <section class="panel stack" aria-labelledby="gift-title">
            <h2 id="gift-title"><a class="link" href=path>{gift.title.clone()}</a></h2>
            <p>{gift.thing.word()}" · "{gift.by.clone()}</p>
            {rest}
        </section>
    }
}
