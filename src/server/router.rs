//! Every route that is not a page. Pages are in [`crate::app`]; server functions name their own path.

use super::{doors, security, sessions, state::App};
use crate::app::{App as Site, shell};
use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Form, MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use leptos::prelude::provide_context;
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list};
use serde::Deserialize;
use std::{sync::OnceLock, time::Duration};
use tower::ServiceExt;
use tower_http::{
    compression::{
        CompressionLayer, Predicate,
        predicate::{DefaultPredicate, NotForContentType},
    },
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    services::ServeDir,
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

/// The site's pages. Asking for them sets a flag of the whole process, so it is done once.
pub fn pages() -> &'static [AxumRouteListing] {
    static PAGES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    PAGES.get_or_init(|| generate_route_list(Site))
}

/// The whole site as one service.
///
/// # Errors
/// When the session store can't be set up.
pub async fn router(app: App) -> anyhow::Result<Router> {
    let context = {
        let app = app.clone();
        move || provide_context(app.clone())
    };
    let page = {
        let app = app.clone();
        move || shell(&app.config)
    };
    let sessions = sessions::layer(&app.config, &app.db).await?;

    // What a person sees: with a session, behind guards, within a time limit.
    let mut site = Router::new()
        .leptos_routes_with_context(&app, pages().to_vec(), context, page)
        .route("/theme", post(theme))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(app.config.server.request_timeout_seconds)));
    // Rooms with doors of their own: files in and out, links from mail.
    site = site.merge(crate::routes::of_rooms(&app));
    let site = site
        .fallback(not_a_route)
        .layer(from_fn_with_state(app.clone(), doors::server_functions))
        .layer(from_fn_with_state(app.clone(), security::guard))
        .layer(from_fn_with_state(app.clone(), sessions::identify))
        .layer(sessions)
        .layer(tower_http_csrf::csrf::CsrfLayer::new().add_trusted_origin(&app.config.site_url)?)
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(NotForContentType::const_new("audio/"))))
        .layer(DefaultBodyLimit::max(512 * 1024));

    let router = Router::new()
        .nest_service("/pkg", hashed_files(&app))
        .nest_service("/fonts", fonts(&app))
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        // Plays are taken and files with a signed address are sent also while the database is away.
        .merge(crate::routes::without_database())
        .merge(site)
        .route_layer(from_fn(measure))
        .layer(from_fn(doors::last_words))
        .layer(from_fn_with_state(app.clone(), security::headers))
        .layer(TraceLayer::new_for_http().make_span_with(|request: &Request| {
            let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or("-");
            tracing::info_span!("request", method = %request.method(), path = request.uri().path(), id)
        }))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .with_state(app);
    Ok(router)
}

/// Files whose name changes with their content.
fn hashed_files(app: &App) -> Router {
    let folder = format!("{}/{}", app.config.leptos.site_root, app.config.leptos.site_pkg_dir);
    let hashed = app.config.leptos.hash_files && !app.config.development();
    let cache = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    files(ServeDir::new(folder).precompressed_br().precompressed_gzip(), cache)
}

/// Fonts: a changed one gets a new name.
fn fonts(app: &App) -> Router {
    files(ServeDir::new(format!("{}/fonts", app.config.leptos.site_root)), "public, max-age=31536000, immutable")
}

fn files(folder: ServeDir, cache: &'static str) -> Router {
    Router::new().fallback_service(folder).layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static(cache)))
}

/// A file of `public/`, or the 404 page, which looks like every other page.
async fn not_a_route(State(app): State<App>, request: Request) -> Response {
    let asks_for_file = request.uri().path().rsplit('/').next().is_some_and(|name| name.contains('.'));
    if asks_for_file && request.method() == axum::http::Method::GET {
        let (parts, _) = request.into_parts();
        let headers = parts.headers.clone();
        return match ServeDir::new(&*app.config.leptos.site_root).oneshot(Request::from_parts(parts, Body::empty())).await {
            Ok(response) if response.status() != StatusCode::NOT_FOUND => {
                let mut response = response.map(Body::new);
                response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
                response
            }
            _ => doors::error_response(&headers, &crate::error::AppError::NotFound),
        };
    }
    if !doors::wants_html(request.headers()) {
        return doors::error_response(request.headers(), &crate::error::AppError::NotFound);
    }
    let context = {
        let app = app.clone();
        move || provide_context(app.clone())
    };
    let render = leptos_axum::render_app_async_with_context(context, move || shell(&app.config));
    let mut response = render(request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

#[derive(Deserialize)]
struct ThemeChoice {
    theme: String,
}

/// Remembers dark or light by cookie, so that the server renders it right; anything else follows the system.
async fn theme(State(app): State<App>, headers: HeaderMap, Form(choice): Form<ThemeChoice>) -> Response {
    let secure = if app.config.behind_tls() { "; Secure" } else { "" };
    let cookie = match choice.theme.as_str() {
        "dark" => format!("theme=dark; Path=/; Max-Age=31536000; SameSite=Lax{secure}"),
        "light" => format!("theme=light; Path=/; Max-Age=31536000; SameSite=Lax{secure}"),
        _ => format!("theme=; Path=/; Max-Age=0; SameSite=Lax{secure}"),
    };
    let back = headers
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok()?.parse::<url::Url>().ok())
        .and_then(|url| security::local_path(&url[url::Position::BeforePath..url::Position::AfterQuery]))
        .unwrap_or_else(|| "/".to_owned());
    ([(header::SET_COOKIE, cookie)], Redirect::to(&back)).into_response()
}

/// Whether requests can be served: the database answers.
async fn ready(State(app): State<App>) -> Response {
    match tokio::time::timeout(Duration::from_secs(2), sqlx::query("SELECT 1").execute(&app.db)).await {
        Ok(Ok(_)) => "ready".into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response(),
    }
}

/// Counts and times requests by route, not by path.
async fn measure(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let route = path.map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().to_string();
    let started = std::time::Instant::now();
    let response = next.run(request).await;
    let labels = [("route", route), ("method", method), ("status", response.status().as_u16().to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_seconds", &labels[..1]).record(started.elapsed().as_secs_f64());
    response
}
