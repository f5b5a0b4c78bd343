//! What protects every route: who may open which pages, headers, the address behind a proxy, local redirects.

use super::{doors, sessions::Visitor, state::App};
use crate::error::AppError;
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderName, HeaderValue, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use std::net::SocketAddr;

/// Who may open a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Anyone,
    Listener,
    Artist,
    Admin,
}

/// Pages that are not for anyone, by the first segments of their path, `*` for any one; the first match counts.
const GUARDED: &[(&str, Need)] = &[
    ("/studio/new", Need::Listener),
    ("/studio", Need::Artist),
    ("/admin", Need::Admin),
    ("/library", Need::Listener),
    ("/settings", Need::Listener),
    ("/notifications", Need::Listener),
    ("/playlists/new", Need::Listener),
    ("/playlists/add", Need::Listener),
    ("/playlists/*/edit", Need::Listener),
    ("/checkout", Need::Listener),
    ("/receipts", Need::Listener),
    ("/tip", Need::Listener),
    ("/buy", Need::Listener),
    ("/plans/*", Need::Listener),
];

/// Who may open the page at this path.
pub fn need_of(path: &str) -> Need {
    let starts = |pattern: &str| {
        let mut segments = path.split('/');
        pattern.split('/').all(|wanted| segments.next().is_some_and(|segment| wanted == "*" || wanted == segment))
    };
    GUARDED.iter().find(|(pattern, _)| starts(pattern)).map_or(Need::Anyone, |(_, need)| *need)
}

/// Guards pages before they render: log in first, become an artist first, or the 403 page.
pub async fn guard(State(_): State<App>, mut request: Request, next: Next) -> Response {
    let need = need_of(request.uri().path());
    let reads = request.method().is_safe();
    let Some(visitor) = request.extensions_mut().get_mut::<Visitor>() else { return next.run(request).await };
    let allowed = match (&visitor.me, need) {
        (_, Need::Anyone) | (Some(_), Need::Listener) => Ok(()),
        (None, _) => Err(AppError::LogIn),
        (Some(me), Need::Artist) if me.artist.is_none() => {
            return Redirect::to("/studio/new").into_response();
        }
        (Some(me), Need::Admin) if !me.admin => Err(AppError::Forbidden),
        (Some(_), Need::Artist | Need::Admin) => Ok(()),
    };
    match allowed {
        Ok(()) => next.run(request).await,
        Err(AppError::LogIn) => {
            let here = request.uri().path_and_query().map_or("/", |path| path.as_str());
            let next_path: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
            Redirect::to(&format!("/log-in?next={next_path}")).into_response()
        }
        // What is sent to a door of its own never gets there; a page is shown that says why.
        Err(error) if !reads => doors::error_response(request.headers(), &error),
        Err(error) => {
            visitor.refused = Some(error);
            next.run(request).await
        }
    }
}

/// A path on this site, or nothing: what `next` and the referer may lead to. Refuses other hosts, `//host`,
/// backslashes and control characters.
pub fn local_path(text: &str) -> Option<String> {
    let good = text.starts_with('/') && !text.starts_with("//") && !text.contains('\\') && !text.chars().any(char::is_control) && text.is_ascii();
    good.then(|| text.to_owned())
}

/// The client's address as text: of the connection, or the last one that our proxy wrote.
pub fn client_address(app: &App, request: &Parts) -> String {
    if app.config.server.behind_proxy {
        let forwarded = request.headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
        if let Some(last) = forwarded.and_then(|list| list.rsplit(',').next()) {
            return last.trim().to_owned();
        }
    }
    request.extensions.get::<ConnectInfo<SocketAddr>>().map_or_else(|| "unknown".to_owned(), |ConnectInfo(address)| address.ip().to_string())
}

/// Of an answer: it is for one person, who is logged in.
#[derive(Clone, Copy, Debug)]
pub struct Private;

/// Headers for every answer. A page's own Content-Security-Policy, with its nonce, is set where it is rendered.
pub async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let framed = may_be_framed(request.uri().path());
    let mut response = next.run(request).await;
    let private = response.extensions().get::<Private>().is_some();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    if !framed {
        set(header::X_FRAME_OPTIONS, "DENY");
    }
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=()");
    set(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    );
    set(header::CACHE_CONTROL, if private { "private, no-store" } else { "no-cache" });
    if app.config.behind_tls() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    response
}

/// Whether other sites may show this page within theirs: the small players, and nothing else.
pub fn may_be_framed(path: &str) -> bool {
    path.starts_with("/embed/")
}

/// The policy of a page: scripts by nonce, WebAssembly, styles of our own; inline style attributes carry colours.
pub fn page_policy(nonce: &str, framed: bool) -> String {
    let ancestors = if framed { "*" } else { "'none'" };
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; style-src-attr 'unsafe-inline'; \
         img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; object-src 'none'; frame-ancestors {ancestors}; base-uri 'self'; form-action 'self'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_stays_local() {
        for good in ["/", "/tracks/1?a=b", "/studio/uploads"] {
            assert_eq!(local_path(good).as_deref(), Some(good));
        }
        for bad in ["", "http://evil.example", "//evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x", "javascript:alert(1)", "/ü"] {
            assert_eq!(local_path(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_prefix_is_a_whole_segment() {
        assert_eq!(need_of("/admin"), Need::Admin);
        assert_eq!(need_of("/admin/payouts"), Need::Admin);
        assert_eq!(need_of("/administrators"), Need::Anyone);
        assert_eq!(need_of("/studio/new"), Need::Listener);
        assert_eq!(need_of("/studio/newer"), Need::Artist);
    }
}
