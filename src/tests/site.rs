//! What holds for the whole site: headers, errors, cross-site posts.

use crate::app::TestApp;
use reqwest::{StatusCode, header};

#[tokio::test]
async fn the_front_page_is_whole_and_has_its_headers() {
    let site = TestApp::start().await;
    let response = site.visitor().get("/").await;
    assert_eq!(response.status(), StatusCode::OK);
    let headers = response.headers().clone();
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("'nonce-") && policy.contains("'wasm-unsafe-eval'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(headers.contains_key("x-request-id"));
    assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY), "no TLS here");
    assert!(!headers.contains_key(header::SET_COOKIE), "a visitor who does nothing gets no cookie");
    assert!(response.text().await.unwrap().contains("</html>"));
}

#[tokio::test]
async fn an_unknown_page_is_a_404_that_looks_like_the_rest() {
    let site = TestApp::start().await;
    let response = site.visitor().get("/nowhere").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let text = response.text().await.unwrap();
    assert!(text.contains("There is nothing at this address"), "{text}");
}

#[tokio::test]
async fn posts_from_other_sites_are_refused() {
    let site = TestApp::start().await;
    let post = |name: &'static str, value: &'static str| {
        site.visitor().client.post(format!("{}/theme", site.url)).header(name, value).form(&[("theme", "dark")]).send()
    };
    let refused = post("sec-fetch-site", "cross-site").await.unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert_eq!(refused.headers()["x-frame-options"], "DENY");
    assert!(refused.text().await.unwrap().contains("another site"));
    assert_eq!(post("origin", "https://evil.example").await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(post("sec-fetch-site", "same-origin").await.unwrap().status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn behind_tls_cookies_and_transport_are_secure() {
    let site = TestApp::start_with(|config| config.site_url = "https://music.example".to_owned()).await;
    let visitor = site.visitor();
    assert_eq!(visitor.get("/").await.headers()["strict-transport-security"], "max-age=63072000; includeSubDomains");
    // A refused form starts a session, for what was typed.
    let refused = visitor.post("/log-in", "/api/accounts/log-in", &[("email", "ada@example.org"), ("password", "")]).await;
    let cookie = refused.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.split("; ").any(|found| found == part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn the_chosen_theme_is_rendered_by_the_server() {
    let site = TestApp::start().await;
    let person = site.visitor();
    let (to, text) = person.submit("/?a=b", "/theme", &[("theme", "light")]).await;
    assert_eq!(to, "/?a=b");
    assert!(text.contains("data-theme=\"light\""));
    let (_, text) = person.submit("/", "/theme", &[("theme", "system")]).await;
    assert!(!text.contains("data-theme=\"light\""));
}

#[tokio::test]
async fn development_doors_are_not_there_in_production() {
    let site = TestApp::start_with(|config| config.mode = eternity::server::config::Mode::Production).await;
    for path in ["/dev/mails.json", "/dev/mailbox", "/dev/ui", "/dev/errors/broken"] {
        assert_eq!(site.visitor().get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn ready_and_healthy() {
    let site = TestApp::start().await;
    assert_eq!(site.visitor().page("/healthz").await, "ok");
    assert_eq!(site.visitor().page("/readyz").await, "ready");
    site.app.db.close().await;
    assert_eq!(site.visitor().get("/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(site.visitor().page("/healthz").await, "ok");
}

#[tokio::test]
async fn without_the_database_every_page_says_so() {
    let site = TestApp::start().await;
    let (person, _) = site.signed_in("Ada").await;
    site.app.db.close().await;
    for visitor in [&site.visitor(), &person] {
        let request = visitor.client.get(&site.url).header(header::ACCEPT, "text/html");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert!(answer.headers().contains_key("content-security-policy"));
        let page = answer.text().await.unwrap();
        assert!(page.contains("The database is away") && page.contains("Nothing is lost"), "{page}");
    }
}
