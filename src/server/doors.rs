//! The two doors of every server function. The browser's program sends and reads JSON; a form without JavaScript
//! posts and wants a page. Here the second is turned into the first, and its answer into a redirect: with a message
//! for the next page when it worked, with the errors and everything that was typed when it did not.

use super::{security::local_path, sessions, state::App};
use crate::{
    error::{AppError, AppResult},
    ui::{
        error_page::heading,
        fallback::standalone_page,
        forms::{Done, Flash, RefusedForm},
    },
};
use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};
use futures::FutureExt;
use http_body_util::{BodyExt, Limited};
use leptos::prelude::FromServerFnError;
use std::panic::AssertUnwindSafe;
use tower_sessions::Session;

/// No form of the site is larger; files have doors of their own.
const MAX_FORM_BYTES: usize = 256 * 1024;
/// Fields that are never put back into a form.
const SECRET_FIELDS: &[&str] = &["password", "current_password", "new_password"];

/// Whether a page is wanted, as opposed to data.
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// An error as a page or as JSON, whichever is wanted. For what goes wrong before or beside the pages.
pub fn error_response(headers: &HeaderMap, error: &AppError) -> Response {
    error_with_status(headers, StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), error)
}

fn error_with_status(headers: &HeaderMap, status: StatusCode, error: &AppError) -> Response {
    let mut response = if wants_html(headers) {
        // An internal error names the request itself.
        let id = if matches!(error, AppError::Internal { .. }) { None } else { request_id(headers) };
        let again = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        (status, Html(standalone_page(&heading(status.as_u16()), &error.to_string(), id, again))).into_response()
    } else {
        let mut response = (status, Body::from(error.ser())).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    };
    if let AppError::TooMany { retry_after } = error {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*retry_after));
    }
    response
}

fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-request-id").and_then(|value| value.to_str().ok())
}

/// Stands before everything: what breaks is logged and answered, and what libraries answer without a word gets one.
pub async fn last_words(request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let response = match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let what = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("?");
            tracing::error!("a request panicked: {what}");
            return error_response(&headers, &AppError::Internal { request_id: request_id(&headers).unwrap_or("-").to_owned() });
        }
    };
    let words = match response.status() {
        StatusCode::FORBIDDEN => crate::t!("error.other_site"),
        StatusCode::GATEWAY_TIMEOUT => crate::t!("error.too_slow"),
        _ => return response,
    };
    let silent = response.body().size_hint().exact() == Some(0);
    if silent { error_with_status(&headers, response.status(), &AppError::Refused(words.into_owned())) } else { response }
}

/// Stands before all server functions.
pub async fn server_functions(State(_): State<App>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let headers = request.headers().clone();
    if !wants_html(&headers) {
        return with_status(next.run(request).await).await;
    }
    match posted_form(request, next, &headers).await {
        Ok(response) => response,
        Err(error) => error_response(&headers, &error),
    }
}

/// Gives an error's answer the status that says the same; the framework answers 500 to all of them.
async fn with_status(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = collect(body).await.unwrap_or_default();
    if let Ok(error) = serde_json::from_slice::<AppError>(&bytes) {
        parts.status = StatusCode::from_u16(error.status()).unwrap_or(parts.status);
    }
    Response::from_parts(parts, Body::from(bytes))
}

async fn posted_form(request: Request, next: Next, headers: &HeaderMap) -> AppResult<Response> {
    let (mut parts, body) = request.into_parts();
    let action = parts.uri.path().to_owned();
    let session = parts.extensions.get::<Session>().cloned();
    let back = referer(headers);
    let bytes = collect(body).await.map_err(|_| AppError::Refused(crate::t!("error.form_too_large").into_owned()))?;
    let values: Vec<(String, String)> =
        form_urlencoded::parse(&bytes).into_owned().filter(|(name, _)| !SECRET_FIELDS.contains(&name.as_str())).collect();
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let answer = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    let (mut answer_parts, body) = answer.into_parts();
    let body = collect(body).await.unwrap_or_default();

    let (to, flash) = if answer_parts.status.is_success() {
        let done: Done = serde_json::from_slice(&body).unwrap_or_default();
        let to = done.to.as_deref().and_then(local_path).unwrap_or(back);
        (to, done.message.map(|message| Flash { message: Some(message), refused: None }))
    } else {
        let error: AppError = serde_json::from_slice(&body).map_err(|_| AppError::Refused(crate::t!("error.malformed").into_owned()))?;
        match error {
            AppError::LogIn => (format!("/log-in?next={}", form_urlencoded::byte_serialize(back.as_bytes()).collect::<String>()), None),
            AppError::Invalid(_) | AppError::Refused(_) | AppError::TooMany { .. } => {
                (back, Some(Flash { message: None, refused: Some(RefusedForm { action, values, error }) }))
            }
            other => return Err(other),
        }
    };
    if let (Some(flash), Some(session)) = (flash, session) {
        sessions::leave_flash(&session, &flash).await?;
    }
    let mut response = Redirect::to(&to).into_response();
    // Cookies that the function set go along.
    for cookie in answer_parts.headers.get_all(header::SET_COOKIE) {
        response.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    answer_parts.headers.clear();
    Ok(response)
}

/// The page the form stood on: the referer's path, if it is ours.
fn referer(headers: &HeaderMap) -> String {
    headers
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<url::Url>().ok())
        .and_then(|url| local_path(&url[url::Position::BeforePath..url::Position::AfterQuery]))
        .unwrap_or_else(|| "/".to_owned())
}

async fn collect(body: Body) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
    Ok(Limited::new(body, MAX_FORM_BYTES).collect().await?.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, http::Uri, middleware::from_fn};
    use tower::ServiceExt;

    async fn answer(path: &str, accept: &str) -> (StatusCode, String) {
        let site = Router::new()
            .fallback(async |uri: Uri| match uri.path() {
                "/breaks" => panic!("the reason, for the log alone"),
                "/slow" => StatusCode::GATEWAY_TIMEOUT.into_response(),
                "/other" => StatusCode::FORBIDDEN.into_response(),
                _ => (StatusCode::FORBIDDEN, "not yours").into_response(),
            })
            .layer(from_fn(last_words));
        let request = Request::get(path).header(header::ACCEPT, accept).header("x-request-id", "number-7").body(Body::empty()).unwrap();
        let response = site.oneshot(request).await.unwrap();
        let status = response.status();
        (status, String::from_utf8(collect(response.into_body()).await.unwrap().to_vec()).unwrap())
    }

    #[tokio::test]
    async fn what_breaks_or_says_nothing_is_answered_in_words() {
        let (status, page) = answer("/breaks", "text/html").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(page.contains("number-7") && page.contains("<h1>Something broke on our side</h1>") && !page.contains("the reason"), "{page}");
        let (status, json) = answer("/breaks", "application/json").await;
        assert_eq!(
            (status, serde_json::from_str::<AppError>(&json).unwrap()),
            (StatusCode::INTERNAL_SERVER_ERROR, AppError::Internal { request_id: "number-7".to_owned() })
        );
        let (status, page) = answer("/slow", "text/html").await;
        assert!(status == StatusCode::GATEWAY_TIMEOUT && page.contains("took too long") && page.contains("Try again"), "{page}");
        let (status, page) = answer("/other", "text/html").await;
        assert!(status == StatusCode::FORBIDDEN && page.contains("another site") && !page.contains("Try again"), "{page}");
        assert_eq!(answer("/says", "text/html").await, (StatusCode::FORBIDDEN, "not yours".to_owned()));
    }
}
