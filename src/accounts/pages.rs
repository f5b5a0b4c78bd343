//! The ways in and out: signing up, logging in, links from mail. The settings are in `pages/settings.rs`.

mod settings;

pub use settings::{CloseAccountPage, SettingsPage};

use super::{
    Link, Purpose,
    api::{ForgottenPassword, LogIn, ResetPassword, SignUp, VerifyEmail, open_link},
    values::{Email, Name, Password},
};
use crate::{
    app::boot,
    t,
    ui::{
        forms::{Field, Form, FormAction, Hidden, Submit},
        head::PageHead,
        load::{Data, load},
    },
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// A narrow page with one form.
#[component]
fn FormPage(#[prop(into)] title: String, #[prop(into)] path: String, #[prop(into, optional)] lead: String, children: Children) -> impl IntoView {
    view! {
        <PageHead title=title.clone() path/>
        <div class="form-page stack">
            <h1>{title}</h1>
            {(!lead.is_empty()).then(|| view! { <p>{lead}</p> })}
            {children()}
        </div>
    }
}

/// For who is there already.
#[component]
fn AlreadyIn() -> impl IntoView {
    boot().me.map(|me| {
        view! {
            <p class="notice">
                {t!("accounts.log_in.already", name = me.name)} " " <a href="/">{t!("accounts.log_in.go_on")}</a>
            </p>
        }
    })
}

/// `/sign-up`
#[component]
pub fn SignUpPage() -> impl IntoView {
    let action = FormAction::<SignUp>::new();
    view! {
        <FormPage title=t!("accounts.sign_up.title") path="/sign-up" lead=t!("accounts.sign_up.lead")>
            <AlreadyIn/>
            <Form action>
                <Field name="name" label=t!("accounts.name.label") hint=t!("accounts.name.hint") autocomplete="name" required=true maxlength=Name::MAX/>
                <Field name="email" label=t!("accounts.email.label") kind="email" autocomplete="email" inputmode="email" required=true maxlength=Email::MAX/>
                <Field name="password" label=t!("accounts.password.label") hint=t!("accounts.password.hint", min = Password::MIN)
                    kind="password" autocomplete="new-password" required=true/>
                <Submit label=t!("accounts.sign_up.send")/>
            </Form>
            <p>{t!("accounts.sign_up.have_account")} " " <a href="/log-in">{t!("accounts.log_in.title")}</a></p>
        </FormPage>
    }
}

/// `/sign-up/sent`: the same for every address.
#[component]
pub fn SignUpSentPage() -> impl IntoView {
    view! {
        <FormPage title=t!("accounts.sent.title") path="/sign-up/sent" lead=t!("accounts.sent.sign_up")>
            <Mailbox/>
        </FormPage>
    }
}

/// `/forgotten-password/sent`: the same for every address.
#[component]
pub fn ResetSentPage() -> impl IntoView {
    view! {
        <FormPage title=t!("accounts.sent.title") path="/forgotten-password/sent" lead=t!("accounts.sent.reset")>
            <Mailbox/>
        </FormPage>
    }
}

/// Where to look when nothing came; in development, where all mail lies.
#[component]
fn Mailbox() -> impl IntoView {
    view! {
        <p>{t!("accounts.sent.nothing")}</p>
        {boot().development.then(|| view! { <p><a href="/dev/mailbox">{t!("accounts.mailbox.title")}</a></p> })}
    }
}

/// `/log-in`
#[component]
pub fn LogInPage() -> impl IntoView {
    let action = FormAction::<LogIn>::new();
    let next = use_query_map().with_untracked(|query| query.get("next")).unwrap_or_default();
    view! {
        <FormPage title=t!("accounts.log_in.title") path="/log-in">
            <AlreadyIn/>
            <Form action>
                <Hidden name="next" value=next/>
                <Field name="email" label=t!("accounts.email.label") kind="email" autocomplete="username" inputmode="email" required=true maxlength=Email::MAX/>
                <Field name="password" label=t!("accounts.password.label") kind="password" autocomplete="current-password" required=true/>
                <Submit label=t!("accounts.log_in.send")/>
            </Form>
            <p><a href="/forgotten-password">{t!("accounts.forgotten.title")}</a></p>
            <p>{t!("accounts.log_in.no_account")} " " <a href="/sign-up">{t!("accounts.sign_up.title")}</a></p>
        </FormPage>
    }
}

/// `/log-out`: a button, for links must not log out.
#[component]
pub fn LogOutPage() -> impl IntoView {
    view! {
        <FormPage title=t!("accounts.log_out.title") path="/log-out">
            <form method="post" action="/log-out">
                <button type="submit" class="btn btn-primary">{t!("accounts.log_out.title")}</button>
            </form>
        </FormPage>
    }
}

/// `/forgotten-password`
#[component]
pub fn ForgottenPasswordPage() -> impl IntoView {
    let action = FormAction::<ForgottenPassword>::new();
    view! {
        <FormPage title=t!("accounts.forgotten.title") path="/forgotten-password" lead=t!("accounts.forgotten.lead")>
            <Form action>
                <Field name="email" label=t!("accounts.email.label") kind="email" autocomplete="email" inputmode="email" required=true maxlength=Email::MAX/>
                <Submit label=t!("accounts.forgotten.send")/>
            </Form>
        </FormPage>
    }
}

/// `/reset-password/:token`
#[component]
pub fn ResetPasswordPage() -> impl IntoView {
    let action = FormAction::<ResetPassword>::new();
    let token = StoredValue::new(token());
    let resource = Data::new(move || token.get_value(), open_link);
    load(resource, move |link| match link {
        Some(Link { purpose: Purpose::Reset, email, .. }) => view! {
            <FormPage title=t!("accounts.reset.title") path="" lead=t!("accounts.reset.lead", email = email)>
                <Form action>
                    <Hidden name="token" value=token.get_value()/>
                    <Field name="new_password" label=t!("accounts.password.new") hint=t!("accounts.password.hint", min = Password::MIN)
                        kind="password" autocomplete="new-password" required=true/>
                    <Submit label=t!("accounts.reset.send")/>
                </Form>
            </FormPage>
        }
        .into_any(),
        _ => view! { <Unusable/> }.into_any(),
    })
}

/// `/verify-email/:token`: a button, because programs that look at mail open links.
#[component]
pub fn VerifyEmailPage() -> impl IntoView {
    let action = FormAction::<VerifyEmail>::new();
    let token = StoredValue::new(token());
    let resource = Data::new(move || token.get_value(), open_link);
    load(resource, move |link| match link {
        Some(Link { purpose: Purpose::Verify | Purpose::Change, email, .. }) => view! {
            <FormPage title=t!("accounts.verify.title") path="" lead=t!("accounts.verify.lead", email = email)>
                <Form action>
                    <Hidden name="token" value=token.get_value()/>
                    <Submit label=t!("accounts.verify.send")/>
                </Form>
            </FormPage>
        }
        .into_any(),
        _ => view! { <Unusable/> }.into_any(),
    })
}

/// A link that was used, has expired, or never was.
#[component]
fn Unusable() -> impl IntoView {
    view! {
        <FormPage title=t!("accounts.link.title") path="" lead=t!("accounts.link.unusable")>
            <p><a class="btn btn-primary" href="/forgotten-password">{t!("accounts.link.new")}</a></p>
        </FormPage>
    }
}

fn token() -> String {
    use_params_map().with_untracked(|params| params.get("token")).unwrap_or_default()
}
