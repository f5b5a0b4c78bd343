//! What a page tells browsers, search engines and link previews about itself.

use leptos::prelude::*;
use leptos_meta::{Link, Meta, Title};

use crate::app::boot;

/// Title, description, canonical address and Open Graph of a page. The framework writes a title's text unescaped
/// on the server, so this is the only place that may use its `<Title>`.
#[component]
pub fn PageHead(
    /// Of the page; the site's name is added.
    #[prop(into)]
    title: String,
    #[prop(into, optional)] description: String,
    /// The page's path, for the canonical address.
    #[prop(into, optional)]
    path: String,
    /// The path or address of a picture for link previews.
    #[prop(into, optional)]
    image: String,
    /// `music.song`, `profile`, …; `website` by default.
    #[prop(into, optional)]
    kind: String,
) -> impl IntoView {
    let site = boot().site_url;
    let full = format!("{title} · {}", crate::t!("site.name"));
    let shown = if cfg!(feature = "ssr") { escape(&full) } else { full };
    let description = if description.is_empty() { crate::t!("site.tagline").into_owned() } else { description };
    let image = match image {
        image if image.is_empty() => format!("{site}/og-default.png"),
        image if image.starts_with('/') => format!("{site}{image}"),
        image => image,
    };
    let kind = if kind.is_empty() { "website".to_owned() } else { kind };
    let address = format!("{site}{path}");
    view! {
        <Title text=shown/>
        <Meta name="description" content=description.clone()/>
        <Meta property="og:title" content=title/>
        <Meta property="og:description" content=description/>
        <Meta property="og:type" content=kind/>
        <Meta property="og:image" content=image/>
        <Meta property="og:site_name" content=crate::t!("site.name").into_owned()/>
        {(!path.is_empty()).then(|| view! { <Meta property="og:url" content=address.clone()/> <Link rel="canonical" href=address/> })}
    }
}

/// Escapes text for the two places where the framework does not: titles and textareas on the server.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
