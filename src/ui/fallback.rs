//! A page that needs neither the database, nor the application, nor a style sheet: for when one of them is away.

use crate::{t, ui::head::escape};

/// A complete HTML document in the site's look, dark and light. Nothing in it is loaded from elsewhere. `again` offers to try
/// the same address once more.
pub fn standalone_page(title: &str, text: &str, request_id: Option<&str>, again: bool) -> String {
    let (title, text) = (escape(title), escape(text));
    let id = request_id.map(|id| format!("<p class=\"id\">{}</p>", escape(&t!("ui.error.number", id = id)))).unwrap_or_default();
    let site = escape(&t!("site.name"));
    let again = if again { format!("<a class=\"button\" href=\"\">{}</a> ", escape(&t!("ui.error.again"))) } else { String::new() };
    let home = escape(&t!("ui.error.home"));
    format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<meta name="robots" content="noindex">
<title>{title} · {site}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<p class="site">{SIGN}{site}</p>
<h1>{title}</h1>
<p>{text}</p>
<p class="ways">{again}<a href="/">{home}</a></p>
{id}
</main>
</body>
</html>
"#
    )
}

const STYLE: &str = ":root{color-scheme:light dark;--page:#f8f4ee;--fg:#191c24;--quiet:#524b42;--gold:#e5a83b;--sign:#734800}\
@media(prefers-color-scheme:dark){:root{--page:#0b0d13;--fg:#f0ece4;--quiet:#b8b1a7;--sign:#e9b04c}}\
*{margin:0;box-sizing:border-box}\
body{min-height:100vh;display:grid;place-items:center;padding:2rem 1.25rem;background:var(--page);color:var(--fg);font:1.0625rem/1.6 \"Hanken Grotesk Variable\",system-ui,sans-serif}\
main{max-width:34rem;display:grid;gap:1.25rem}\
h1{font:560 clamp(2rem,1.5rem + 2.5vw,3rem)/1.1 \"Fraunces Variable\",Georgia,serif;letter-spacing:-.02em;text-wrap:balance}\
.site{display:flex;align-items:center;gap:.625rem;font:600 1.125rem/1 \"Fraunces Variable\",Georgia,serif}\
svg{width:2.25rem;height:1.375rem;color:var(--sign)}\
.ways{display:flex;flex-wrap:wrap;align-items:center;gap:1.25rem}\
a{color:inherit}\
.button{padding:.6rem 1.25rem;border-radius:99px;background:var(--gold);color:#20160a;font-weight:600;text-decoration:none}\
a:focus-visible{outline:2px solid var(--sign);outline-offset:3px}\
.id{font-size:.8125rem;color:var(--quiet)}";

const SIGN: &str = "<svg viewBox=\"0 0 36 22\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2.4\" aria-hidden=\"true\"><path d=\"M18 11c-3-5.2-5.6-7.6-9-7.6a7.6 7.6 0 1 0 0 15.2c3.4 0 6-2.4 9-7.6s5.6-7.6 9-7.6a7.6 7.6 0 1 1 0 15.2c-3.4 0-6-2.4-9-7.6Z\"/></svg>";

#[cfg(test)]
mod tests {
    use super::standalone_page;

    #[test]
    fn what_is_shown_is_escaped() {
        let page = standalone_page("A <b>", "x & y", Some("<id>"), true);
        assert!(page.contains("A &lt;b&gt;") && page.contains("x &amp; y") && page.contains("&lt;id&gt;"));
    }
}
