//! `/settings` and closing the account.

use crate::{
    accounts::{
        ClosingView, SessionLine, Settings,
        api::{ChangeEmail, ChangePassword, CloseAccount, EndOtherSessions, EndSession, Rename, closing, my_settings},
        values::{Email, Name, Password, device},
    },
    app::boot,
    t,
    ui::{
        format::When,
        forms::{Field, Form, FormAction, Hidden, Submit},
        head::PageHead,
        load::{Data, load},
    },
};
use leptos::prelude::*;
use time::OffsetDateTime;

/// A part of the page under a heading of its own.
#[component]
fn Part(id: &'static str, #[prop(into)] title: String, #[prop(into, optional)] lead: String, children: Children) -> impl IntoView {
    view! {
        <section class="panel stack" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {(!lead.is_empty()).then(|| view! { <p>{lead}</p> })}
            {children()}
        </section>
    }
}

/// `/settings`
#[component]
pub fn SettingsPage() -> impl IntoView {
    let rename = FormAction::<Rename>::new();
    let change_email = FormAction::<ChangeEmail>::new();
    let change_password = FormAction::<ChangePassword>::new();
    let end = FormAction::<EndSession>::new();
    let end_others = FormAction::<EndOtherSessions>::new();
    let resource = Data::new(|| (), |()| my_settings());
    load(resource, move |Settings { name, email, pending_email, sessions }| {
        let others = sessions.len() > 1;
        view! {
            <PageHead title=t!("accounts.settings.title") path="/settings"/>
            <div class="form-page stack">
                <h1>{t!("accounts.settings.title")}</h1>
                <Part id="settings-name" title=t!("accounts.settings.name")>
                    <Form action=rename>
                        <Field name="name" label=t!("accounts.name.label") hint=t!("accounts.name.hint") value=name autocomplete="name" required=true maxlength=Name::MAX/>
                        <Submit label=t!("accounts.settings.save")/>
                    </Form>
                </Part>
                <Part id="settings-email" title=t!("accounts.settings.email") lead=t!("accounts.settings.email_is", email = email)>
                    {pending_email.map(|email| view! { <p class="notice">{t!("accounts.settings.pending", email = email)}</p> })}
                    <Form action=change_email>
                        <Field name="email" label=t!("accounts.email.new") kind="email" autocomplete="email" inputmode="email" required=true maxlength=Email::MAX/>
                        <Field name="password" label=t!("accounts.password.yours") kind="password" autocomplete="current-password" required=true/>
                        <Submit label=t!("accounts.settings.change_email")/>
                    </Form>
                </Part>
                <Part id="settings-password" title=t!("accounts.settings.password") lead=t!("accounts.settings.password_lead")>
                    <Form action=change_password>
                        <Field name="current_password" label=t!("accounts.password.current") kind="password" autocomplete="current-password" required=true/>
                        <Field name="new_password" label=t!("accounts.password.new") hint=t!("accounts.password.hint", min = Password::MIN)
                            kind="password" autocomplete="new-password" required=true/>
                        <Submit label=t!("accounts.settings.change_password")/>
                    </Form>
                </Part>
                <Part id="settings-sessions" title=t!("accounts.sessions.title") lead=t!("accounts.sessions.lead")>
                    <ul class="stack">
                        {sessions.into_iter().map(|line| view! { <Session line end/> }).collect_view()}
                    </ul>
                    {others.then(|| view! {
                        <Form action=end_others>
                            <Submit label=t!("accounts.sessions.end_others") class="btn-quiet"/>
                        </Form>
                    })}
                </Part>
                <Part id="settings-subscription" title=t!("subscriptions.own.title") lead=t!("subscriptions.plans.lead")>
                    <p><a class="btn" href="/settings/subscription">{t!("subscriptions.manage")}</a></p>
                </Part>
                <Part id="settings-close" title=t!("accounts.close.title") lead=t!("accounts.close.short")>
                    <p><a class="btn btn-quiet" href="/settings/close">{t!("accounts.close.more")}</a></p>
                </Part>
            </div>
        }
    })
}

/// One place where the person is logged in.
#[component]
fn Session(line: SessionLine, end: FormAction<EndSession>) -> impl IntoView {
    let now = OffsetDateTime::from_unix_timestamp(boot().now).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let device = match device(&line.user_agent) {
        (Some(browser), Some(system)) => t!("accounts.sessions.device", browser = browser, system = system).into_owned(),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => t!("accounts.sessions.unknown").into_owned(),
    };
    let label = t!("accounts.sessions.end", device = device).into_owned();
    let action = if line.here {
        view! { <p><strong>{t!("accounts.sessions.here")}</strong></p> }.into_any()
    } else {
        view! {
            <Form action=end>
                <Hidden name="session" value=line.id/>
                <Submit label class="btn-quiet"/>
            </Form>
        }
        .into_any()
    };
    view! {
        <li>
            <p>{device}</p>
            <p class="field-hint">{t!("accounts.sessions.seen")} " " <When moment=line.seen now/> " · " {t!("accounts.sessions.since")} " " <When moment=line.created/></p>
            {action}
        </li>
    }
}

/// `/settings/close`: what happens, what stands against it, and the button.
#[component]
pub fn CloseAccountPage() -> impl IntoView {
    let close = FormAction::<CloseAccount>::new();
    let resource = Data::new(|| (), |()| closing());
    load(resource, move |ClosingView { artist, obstacles }| {
        let possible = obstacles.is_empty();
        let artist = artist.map(|name| {
            view! {
                <li>{t!("accounts.close.what.tracks", name = name)}</li>
                <li>{t!("accounts.close.what.artist")}</li>
            }
        });
        view! {
            <PageHead title=t!("accounts.close.title") path="/settings/close"/>
            <div class="form-page stack">
                <h1>{t!("accounts.close.title")}</h1>
                <section class="prose">
                    <h2>{t!("accounts.close.what.title")}</h2>
                    <ul>
                        <li>{t!("accounts.close.what.person")}</li>
                        <li>{t!("accounts.close.what.social")}</li>
                        <li>{t!("accounts.close.what.purchases")}</li>
                        {artist}
                        <li>{t!("accounts.close.what.money")}</li>
                        <li>{t!("accounts.close.what.final")}</li>
                    </ul>
                </section>
                {if possible {
                    view! {
                        <Form action=close>
                            <Field name="password" label=t!("accounts.password.yours") kind="password" autocomplete="current-password" required=true/>
                            <Submit label=t!("accounts.close.send") class="btn-danger"/>
                        </Form>
                    }.into_any()
                } else {
                    view! {
                        <section class="notice notice-warning">
                            <p>{t!("accounts.close.not_yet")}</p>
                            <ul>{obstacles.into_iter().map(|obstacle| view! { <li>{obstacle}</li> }).collect_view()}</ul>
                            <p><a href="/studio/payouts">{t!("accounts.close.to_payouts")}</a></p>
                        </section>
                    }.into_any()
                }}
                <p><a href="/settings">{t!("accounts.close.back")}</a></p>
            </div>
        }
    })
}
