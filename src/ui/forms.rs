//! Forms that work with and without JavaScript, show each error at its field, and lose nothing that was typed.
//!
//! A form posts to a server function that returns [`Done`]. With JavaScript its answer is handled in place; without,
//! the function's door on the server ([`crate::server::doors`]) redirects, and what was refused comes back as
//! [`Flash::refused`]. [`Form`] gives both to the fields inside it as a [`FormContext`].

use crate::{
    app::boot,
    error::{AppError, AppResult},
    ui::{head::escape, toast::Toasts},
};
use leptos::{context::Provider, ev::SubmitEvent, form::form_data_from_event, html, prelude::*, server_fn::ServerFn};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, marker::PhantomData};
use web_sys::UrlSearchParams;

/// What a server function that changes something answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Where to go; the form's own page otherwise.
    pub to: Option<String>,
    /// What to say there.
    pub message: Option<String>,
    /// Whether the whole page must be loaded anew, because who is there has changed.
    pub reload: bool,
}

impl Done {
    /// Stay, and say so.
    pub fn say(message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::default() }
    }

    /// Go to a path of this site.
    pub fn go(to: impl Into<String>) -> Self {
        Self { to: Some(to.into()), ..Self::default() }
    }

    /// With a message on the way.
    #[must_use]
    pub fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// With a full load of the page.
    #[must_use]
    pub fn reloading(mut self) -> Self {
        self.reload = true;
        self
    }
}

/// What one request leaves for the next page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub message: Option<String>,
    pub refused: Option<RefusedForm>,
}

/// A form that was refused: by which function, what was typed, what was wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedForm {
    pub action: String,
    pub values: Vec<(String, String)>,
    pub error: AppError,
}

/// What the fields of a form know: what was typed before, and what is wrong.
#[derive(Clone, Copy)]
pub struct FormContext {
    values: StoredValue<HashMap<String, String>>,
    error: Signal<Option<AppError>>,
    pending: Signal<bool>,
}

impl FormContext {
    /// Of a form that posts to a route of its own: what that route refused last time, or what `live` says since.
    pub fn of_route(action: &str, live: Signal<Option<AppError>>, pending: Signal<bool>) -> Self {
        let refused = boot().flash.and_then(|flash| flash.refused).filter(|refused| refused.action == action);
        let values = refused.as_ref().map(|refused| refused.values.iter().cloned().collect()).unwrap_or_default();
        let first = refused.map(|refused| refused.error);
        let error = Signal::derive(move || live.get().or_else(|| first.clone()));
        Self { values: StoredValue::new(values), error, pending }
    }

    /// What was typed into a field before.
    pub fn typed(&self, name: &str) -> Option<String> {
        self.value(name).filter(|value| !value.is_empty())
    }

    fn value(&self, name: &str) -> Option<String> {
        self.values.with_value(|values| values.get(name).cloned())
    }

    fn message(self, name: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.error.with(|error| error.as_ref().and_then(|error| error.of_field(name).map(str::to_owned))))
    }
}

/// What became of a form's sending, for a page that shows more than the form. `S` is the server function.
pub struct FormAction<S> {
    sending: Sending,
    to: PhantomData<fn(S)>,
}

impl<S> Clone for FormAction<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for FormAction<S> {}

impl<S> Default for FormAction<S> {
    fn default() -> Self {
        Self { sending: Sending { answer: RwSignal::new(None), pending: RwSignal::new(false), version: RwSignal::new(0) }, to: PhantomData }
    }
}

impl<S> FormAction<S> {
    /// Nothing is sent yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How often it was answered: what is loaded with it is loaded again afterwards.
    pub fn version(&self) -> Signal<usize> {
        self.sending.version.into()
    }
}

/// The same for every server function, so that the code for it is there once.
#[derive(Clone, Copy)]
struct Sending {
    answer: RwSignal<Option<AppResult<Done>>>,
    pending: RwSignal<bool>,
    version: RwSignal<usize>,
}

impl Sending {
    /// Sends what stands in the form, as the browser would, and takes the answer. Pressed twice, it is sent once.
    fn send(self, url: &'static str, event: &SubmitEvent) {
        if event.default_prevented() {
            return;
        }
        event.prevent_default();
        let Ok(data) = form_data_from_event(event) else { return };
        let Ok(fields) = UrlSearchParams::new_with_str_sequence_sequence(&data) else { return };
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        leptos::task::spawn_local(async move {
            let answer = post(url, String::from(fields.to_string())).await;
            // The form may be gone by now.
            self.pending.try_set(false);
            self.answer.try_set(Some(answer));
            self.version.try_update(|version| *version += 1);
        });
    }
}

/// Posts a form's fields to a server function.
#[cfg(feature = "hydrate")]
async fn post(url: &str, fields: String) -> AppResult<Done> {
    let offline = || AppError::Refused(crate::t!("error.offline").into_owned());
    let request = gloo_net::http::Request::post(url).header("Accept", "application/json").header("Content-Type", "application/x-www-form-urlencoded");
    let response = request.body(fields).map_err(|_| offline())?.send().await.map_err(|_| offline())?;
    let body = response.binary().await.map_err(|_| offline())?;
    if response.ok() {
        serde_json::from_slice(&body).map_err(|_| offline())
    } else {
        Err(serde_json::from_slice(&body).unwrap_or_else(|_| offline()))
    }
}

/// The server never sends its own forms.
#[cfg(not(feature = "hydrate"))]
async fn post(_: &str, _: String) -> AppResult<Done> {
    Err(AppError::NotFound)
}

/// A form that posts to a server function returning [`Done`]. Errors that belong to no field stand above the fields.
#[component]
pub fn Form<S: ServerFn<Output = Done, Error = AppError> + 'static>(
    action: FormAction<S>,
    /// Extra classes of the form's body.
    #[prop(optional)]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    form(S::url(), action.sending, class, children)
}

fn form(url: &'static str, sending: Sending, class: &'static str, children: Children) -> AnyView {
    let refused = boot().flash.and_then(|flash| flash.refused).filter(|refused| refused.action == url);
    let values = refused.as_ref().map(|refused| refused.values.iter().cloned().collect()).unwrap_or_default();
    let first_error = refused.map(|refused| refused.error);
    let answer = sending.answer;
    let error = Signal::derive(move || match answer.get() {
        Some(Err(error)) => Some(error),
        Some(Ok(_)) => None,
        None => first_error.clone(),
    });
    let context = FormContext { values: StoredValue::new(values), error, pending: sending.pending.into() };
    let form = NodeRef::<html::Form>::new();

    let toasts = use_context::<Toasts>();
    let navigate = leptos_router::hooks::use_navigate();
    Effect::new(move || match answer.get() {
        Some(Ok(done)) => follow(&done, toasts, &navigate),
        Some(Err(AppError::LogIn)) => go(&format!("/log-in?next={}", current_path())),
        Some(Err(_)) => focus_first_error(form),
        None => {}
    });

    view! {
        <form method="post" action=url node_ref=form class=format!("form {class}") novalidate=true on:submit=move |event| sending.send(url, &event)>
            <Provider value=context>
                <GeneralError/>
                {children()}
            </Provider>
        </form>
    }
    .into_any()
}

/// What is wrong with the whole form, or that several fields are.
#[component]
pub fn GeneralError() -> impl IntoView {
    let error = form_context().error;
    move || {
        error
            .get()
            .filter(|error| !matches!(error, AppError::Invalid(errors) if errors.0.len() == 1))
            .map(|error| view! { <p class="form-error" role="alert">{error.to_string()}</p> })
    }
}

/// A form with files. It posts to a route of its own, which answers by redirect.
#[component]
pub fn FileForm(#[prop(into)] action: String, children: Children) -> impl IntoView {
    let context = FormContext::of_route(&action, Signal::stored(None), Signal::stored(false));
    view! {
        <form class="form" method="post" action=action enctype="multipart/form-data" novalidate=true>
            <Provider value=context>
                <GeneralError/>
                {children()}
            </Provider>
        </form>
    }
}

/// A file to choose. A picture that was sent with a refused form is kept, and so is its place here.
#[component]
pub fn FileField(
    name: &'static str,
    #[prop(into)] label: String,
    /// As HTML's `accept` has it.
    accept: &'static str,
    /// The name of the hidden field with the address of a picture that was kept.
    #[prop(optional)]
    kept: &'static str,
    #[prop(into, optional)] hint: String,
) -> impl IntoView {
    let context = form_context();
    let error = context.message(name);
    let picture = context.typed(kept).filter(|address| address.starts_with("/media/images/"));
    view! {
        <Labelled name label hint=hint.clone() error>
            {picture.map(|address| view! {
                <img src=address.clone() alt=crate::t!("ui.form.kept_picture") width="96" height="96"/>
                <input type="hidden" name=kept value=address/>
            })}
            <input class="input" type="file" id=name name=name accept=accept
                aria-invalid=move || error.get().is_some().then_some("true") aria-describedby=described_by(name, &hint)/>
        </Labelled>
    }
}

/// Does what a [`Done`] says, in the browser.
pub fn follow(done: &Done, toasts: Option<Toasts>, navigate: &impl Fn(&str, leptos_router::NavigateOptions)) {
    if done.reload {
        if let Some(message) = &done.message {
            keep_message(message);
        }
        go(done.to.as_deref().unwrap_or(""));
        return;
    }
    if let (Some(message), Some(toasts)) = (&done.message, toasts) {
        toasts.say(message.clone());
    }
    if let Some(to) = &done.to {
        navigate(to, leptos_router::NavigateOptions::default());
    }
}

const KEPT_MESSAGE: &str = "eternity-message";

fn keep_message(message: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        // A browser without storage only loses the toast.
        let _unkept = storage.set_item(KEPT_MESSAGE, message);
    }
}

/// The message that was kept across a full load, once.
pub fn kept_message() -> Option<String> {
    let storage = window().session_storage().ok()??;
    let message = storage.get_item(KEPT_MESSAGE).ok()??;
    storage.remove_item(KEPT_MESSAGE).ok()?;
    Some(message)
}

/// Loads a page in full; the empty path is the current one.
pub fn go(to: &str) {
    let location = window().location();
    let gone = if to.is_empty() { location.reload() } else { location.set_href(to) };
    if gone.is_err() {
        leptos::logging::warn!("the browser refused to go to {to}");
    }
}

fn current_path() -> String {
    let location = window().location();
    let path = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    path.replace('%', "%25").replace('&', "%26").replace('?', "%3F").replace('#', "%23").replace('=', "%3D")
}

fn focus_first_error(form: NodeRef<html::Form>) {
    request_animation_frame(move || {
        use wasm_bindgen::JsCast;
        let Some(form) = form.get_untracked() else { return };
        if let Ok(Some(field)) = form.query_selector("[aria-invalid=true]")
            && let Some(field) = field.dyn_ref::<web_sys::HtmlElement>()
        {
            // A field that can't take the focus keeps its message all the same.
            let _unfocused = field.focus();
        }
    });
}

fn form_context() -> FormContext {
    use_context().unwrap_or_else(|| FormContext { values: StoredValue::default(), error: Signal::stored(None), pending: Signal::stored(false) })
}

/// Label, hint, error, around one control whose id is the field's name.
#[component]
fn Labelled(name: &'static str, label: String, hint: String, error: Signal<Option<String>>, children: Children) -> impl IntoView {
    view! {
        <div class="field" class:field-invalid=move || error.get().is_some()>
            <label class="field-label" for=name>{label}</label>
            {children()}
            {(!hint.is_empty()).then(|| view! { <p class="field-hint" id=format!("{name}-hint")>{hint}</p> })}
            <p class="field-error" id=format!("{name}-error") hidden=move || error.get().is_none()>{move || error.get()}</p>
        </div>
    }
}

/// A line of text, a number, an e-mail, a date: any `<input>` with a label.
#[component]
pub fn Field(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(into, optional)] value: String,
    #[prop(into, optional)] hint: String,
    /// The input's type; `text` by default.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional)] autocomplete: &'static str,
    #[prop(optional)] inputmode: &'static str,
    #[prop(optional)] placeholder: &'static str,
    #[prop(optional)] required: bool,
    #[prop(optional)] maxlength: Option<u32>,
) -> impl IntoView {
    let context = form_context();
    let value = context.value(name).unwrap_or(value);
    let error = context.message(name);
    view! {
        <Labelled name label hint=hint.clone() error>
            <input class="input" id=name name=name type=kind value=value required=required maxlength=maxlength
                autocomplete=(!autocomplete.is_empty()).then_some(autocomplete) inputmode=(!inputmode.is_empty()).then_some(inputmode)
                placeholder=(!placeholder.is_empty()).then_some(placeholder)
                aria-invalid=move || error.get().is_some().then_some("true") aria-describedby=described_by(name, &hint)/>
        </Labelled>
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(into, optional)] value: String,
    #[prop(into, optional)] hint: String,
    #[prop(default = 4)] rows: u32,
    #[prop(optional)] required: bool,
    #[prop(optional)] maxlength: Option<u32>,
) -> impl IntoView {
    let context = form_context();
    let value = context.value(name).unwrap_or(value);
    let error = context.message(name);
    // The server writes a textarea's text unescaped; the browser takes it as it is.
    let shown = if cfg!(feature = "ssr") { escape(&value) } else { value };
    view! {
        <Labelled name label hint=hint.clone() error>
            <textarea class="textarea" id=name name=name rows=rows required=required maxlength=maxlength
                aria-invalid=move || error.get().is_some().then_some("true") aria-describedby=described_by(name, &hint)>{shown}</textarea>
        </Labelled>
    }
}

/// One of several; `options` are values and what people read.
#[component]
pub fn Select(
    name: &'static str,
    #[prop(into)] label: String,
    options: Vec<(String, String)>,
    #[prop(into, optional)] value: String,
    #[prop(into, optional)] hint: String,
) -> impl IntoView {
    let context = form_context();
    let value = context.value(name).unwrap_or(value);
    let error = context.message(name);
    let options = options
        .into_iter()
        .map(|(key, text)| {
            let selected = key == value;
            view! { <option value=key selected=selected>{text}</option> }
        })
        .collect_view();
    view! {
        <Labelled name label hint=hint.clone() error>
            <select class="select" id=name name=name aria-invalid=move || error.get().is_some().then_some("true") aria-describedby=described_by(name, &hint)>
                {options}
            </select>
        </Labelled>
    }
}

/// A yes or no. Its server function's argument is `#[server(default)] name: bool`.
#[component]
pub fn Check(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional)] checked: bool,
    #[prop(into, optional)] hint: String,
) -> impl IntoView {
    let context = form_context();
    // A refused form sends no value for a box that was not ticked.
    let refused = context.values.with_value(|values| !values.is_empty());
    let checked = if refused { context.value(name).is_some() } else { checked };
    let error = context.message(name);
    view! {
        <div class="field">
            <label class="check">
                <input type="checkbox" id=name name=name value="true" checked=checked aria-describedby=described_by(name, &hint)/>
                <span>{label}</span>
            </label>
            {(!hint.is_empty()).then(|| view! { <p class="field-hint" id=format!("{name}-hint")>{hint}</p> })}
            <p class="field-error" id=format!("{name}-error") hidden=move || error.get().is_none()>{move || error.get()}</p>
        </div>
    }
}

/// A value that the form sends along.
#[component]
pub fn Hidden(name: &'static str, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

/// The button that sends the form; it says so while it does and can't be pressed twice.
#[component]
pub fn Submit(
    #[prop(into)] label: String,
    /// `btn-primary` by default.
    #[prop(default = "btn-primary")]
    class: &'static str,
) -> impl IntoView {
    let pending = form_context().pending;
    view! {
        <button type="submit" class=format!("btn {class}") disabled=move || pending.get() aria-busy=move || pending.get().then_some("true")>
            {label}
        </button>
    }
}

fn described_by(name: &str, hint: &str) -> String {
    if hint.is_empty() { format!("{name}-error") } else { format!("{name}-hint {name}-error") }
}
