//! The one way in which a page waits for its data and shows what went wrong.
//!
//! What a page loads has a type of its own, but waiting for it is the same for all: [`Data`] keeps the type out of the
//! machinery beneath, which is otherwise compiled anew for every page and makes up most of what a browser loads.

use crate::{
    error::{AppError, AppResult},
    ui::{
        error_page::{ErrorView, heading},
        head::PageHead,
    },
};
use leptos::{prelude::*, server::codee::string::FromToStringCodec};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    any::Any,
    fmt::{self, Display, Formatter},
    marker::PhantomData,
    pin::Pin,
    str::FromStr,
    sync::Arc,
};

/// What a page shows: loaded on the server before the page is sent, taken from the page in the browser, and loaded by
/// a server function when the browser comes from another page or the source changes.
pub struct Data<T> {
    resource: Resource<Loaded, FromToStringCodec>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Data<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Data<T> {}

impl<T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static> Data<T> {
    /// Loads with what `source` gives, and again whenever that changes.
    pub fn new<S, F>(source: impl Fn() -> S + Send + Sync + 'static, fetch: impl Fn(S) -> F + Send + Sync + 'static) -> Self
    where
        S: PartialEq + Clone + Send + Sync + 'static,
        F: Future<Output = AppResult<T>> + Send + 'static,
    {
        let source = move || Source { value: Arc::new(source()), same: same::<S> };
        let fetch = move |source: Source| -> Fetch {
            let Some(value) = source.value.downcast_ref::<S>() else { unreachable!("a source is what this resource's own source gave") };
            let result = fetch(value.clone());
            Box::pin(async move { Loaded::here(result.await) })
        };
        Self { resource: resource(Box::new(source), Box::new(fetch)), of: PhantomData }
    }

    /// Loads again.
    pub fn refetch(&self) {
        self.resource.refetch();
    }
}

/// Shows `view` of the value once it is there, or the error's page with its status.
pub fn load<T, V>(data: Data<T>, view: impl Fn(T) -> V + Send + Sync + 'static) -> AnyView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    V: IntoView + 'static,
{
    shown(data.resource, Arc::new(move |loaded| loaded.read::<T>().map(|value| view(value).into_any())))
}

fn shown(resource: Resource<Loaded, FromToStringCodec>, view: Arc<Show>) -> AnyView {
    view! {
        <Transition fallback=|| ()>
            {move || {
                let view = view.clone();
                let problem = problem_reporter();
                Suspend::new(async move {
                    view(&resource.await)
                        .unwrap_or_else(|error| {
                            problem(&error);
                            view! { <Problem error/> }.into_any()
                        })
                })
            }}
        </Transition>
    }
    .into_any()
}

/// How a page shows what was loaded.
type Show = dyn Fn(&Loaded) -> AppResult<AnyView> + Send + Sync;
/// A value being loaded.
type Fetch = Pin<Box<dyn Future<Output = Loaded> + Send>>;

fn resource(source: Box<dyn Fn() -> Source + Send + Sync>, fetch: Box<dyn Fn(Source) -> Fetch + Send + Sync>) -> Resource<Loaded, FromToStringCodec> {
    Resource::new_str_blocking(source, fetch)
}

/// What a resource is loaded with, of any type.
#[derive(Clone)]
struct Source {
    value: Arc<dyn Any + Send + Sync>,
    same: fn(&(dyn Any + Send + Sync), &(dyn Any + Send + Sync)) -> bool,
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        (self.same)(&*self.value, &*other.value)
    }
}

fn same<S: PartialEq + 'static>(one: &(dyn Any + Send + Sync), other: &(dyn Any + Send + Sync)) -> bool {
    matches!((one.downcast_ref::<S>(), other.downcast_ref::<S>()), (Some(one), Some(other)) if one == other)
}

/// An `AppResult` of any type: the value, or its JSON as it came with the page.
#[derive(Clone)]
enum Loaded {
    Here {
        value: Arc<dyn Any + Send + Sync>,
        /// Only the server writes values into pages.
        #[cfg(feature = "ssr")]
        json: fn(&(dyn Any + Send + Sync)) -> String,
    },
    Json(Arc<str>),
}

impl Loaded {
    fn here<T: Serialize + Send + Sync + 'static>(result: AppResult<T>) -> Self {
        Self::Here {
            value: Arc::new(result),
            #[cfg(feature = "ssr")]
            json: |value| {
                let text = value.downcast_ref::<AppResult<T>>().map(serde_json::to_string);
                text.and_then(Result::ok).expect("what a server function returns can be written as JSON")
            },
        }
    }

    fn read<T: Clone + DeserializeOwned + 'static>(&self) -> AppResult<T> {
        match self {
            Self::Here { value, .. } => value.downcast_ref::<AppResult<T>>().cloned(),
            // As server functions read their answers, so that the code for it is there once.
            Self::Json(text) => serde_json::from_slice(text.as_bytes()).ok(),
        }
        .unwrap_or_else(|| Err(AppError::Refused(crate::t!("error.malformed").into_owned())))
    }
}

impl Display for Loaded {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(feature = "ssr")]
            Self::Here { value, json } => to.write_str(&json(&**value)),
            #[cfg(not(feature = "ssr"))]
            Self::Here { .. } => Ok(()),
            Self::Json(text) => to.write_str(text),
        }
    }
}

impl FromStr for Loaded {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::Json(text.into()))
    }
}

/// Sets the response's status from an error. Taken where the response is still in context.
fn problem_reporter() -> impl Fn(&AppError) + Clone {
    #[cfg(feature = "ssr")]
    let response = use_context::<leptos_axum::ResponseOptions>();
    move |_error: &AppError| {
        #[cfg(feature = "ssr")]
        if let (Some(response), Ok(status)) = (&response, axum::http::StatusCode::from_u16(_error.status())) {
            response.set_status(status);
        }
    }
}

/// Says that there is nothing at this address, with the status 404.
#[component]
pub fn NotFound() -> impl IntoView {
    problem_reporter()(&AppError::NotFound);
    view! { <Problem error=AppError::NotFound/> }
}

/// An error in place of a page's content.
#[component]
pub fn Problem(error: AppError) -> impl IntoView {
    let request_id = match &error {
        AppError::Internal { request_id } => Some(request_id.clone()),
        _ => None,
    };
    view! {
        <PageHead title=heading(error.status())/>
        <ErrorView code=error.status() text=error.to_string() request_id/>
    }
}
