//! The one way in which a page waits for its data and shows what went wrong.

use crate::{
    error::{AppError, AppResult},
    ui::error_page::ErrorView,
};
use leptos::prelude::*;

/// Shows `view` of the resource's value once it is there, or the error's page with its status.
pub fn load<T, V>(resource: Resource<AppResult<T>>, view: impl Fn(T) -> V + Clone + Send + Sync + 'static) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Transition fallback=|| ()>
            {move || {
                let view = view.clone();
                let problem = problem_reporter();
                Suspend::new(async move {
                    match resource.await {
                        Ok(value) => view(value).into_any(),
                        Err(error) => {
                            problem(&error);
                            view! { <Problem error/> }.into_any()
                        }
                    }
                })
            }}
        </Transition>
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
    view! { <ErrorView code=error.status() text=error.to_string() request_id/> }
}
