//! Going through a list by key.

use crate::{
    t,
    ui::icons::{Glyph, Icon},
};
use leptos::prelude::*;

/// Links to the start and to the next page of a list. The other parts of the address, such as filters, stay.
#[component]
pub fn Pagination(
    /// The list's path.
    #[prop(into)]
    path: String,
    /// What else the address says.
    #[prop(optional)]
    query: Vec<(String, String)>,
    /// The key of the next page, if there is one.
    #[prop(into)]
    next: Option<String>,
    /// Whether this is not the first page.
    #[prop(optional)]
    started: bool,
    /// The name of the key in the address.
    #[prop(default = "after")]
    key: &'static str,
) -> impl IntoView {
    let first = started.then(|| address(&path, &query, None));
    let next = next.map(|next| address(&path, &query, Some((key, &next))));
    (first.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="pagination" aria-label=t!("ui.pages")>
                {first.map(|href| view! { <a class="btn btn-small" href=href rel="prev">{t!("ui.newer")}</a> })}
                {next.map(|href| view! { <a class="btn btn-small" href=href rel="next">{t!("ui.more")} <Icon glyph=Glyph::ArrowDown/></a> })}
            </nav>
        }
    })
}

/// A path with a query, every part escaped.
pub fn address(path: &str, query: &[(String, String)], last: Option<(&str, &str)>) -> String {
    let pairs = query
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, value)| !value.is_empty() && Some(*name) != last.map(|pair| pair.0));
    let text: Vec<String> = pairs.chain(last).map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    if text.is_empty() { path.to_owned() } else { format!("{path}?{}", text.join("&")) }
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_stay_and_the_key_is_replaced() {
        let query = [("status".to_owned(), "on hold&more".to_owned()), ("after".to_owned(), "9".to_owned()), ("q".to_owned(), String::new())];
        assert_eq!(address("/payouts", &query, Some(("after", "12.3/é"))), "/payouts?status=on%20hold%26more&after=12.3%2F%C3%A9");
        assert_eq!(address("/payouts", &[], None), "/payouts");
    }
}
