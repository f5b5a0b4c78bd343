//! The browser's own player, for pages without the site's program.

use crate::{t, ui::head::escape};
use leptos::prelude::*;

/// An `<audio controls>` for browsers without JavaScript, and how much of the tier's plays of the day is left: an element
/// that is refused its sound says nothing.
#[component]
pub fn WithoutProgram(
    /// The sound's path.
    #[prop(into)]
    sound: String,
    #[prop(into)] title: String,
    /// Full plays a day, and how many are left; nothing: as many as one likes.
    allowance: Option<(u32, u32)>,
) -> impl IntoView {
    // As text, for that is what a browser with JavaScript takes it for.
    view! { <noscript inner_html=written(&sound, &title, allowance)></noscript> }
}

fn written(sound: &str, title: &str, allowance: Option<(u32, u32)>) -> String {
    let said = match allowance {
        Some((limit, 0)) => format!("<p class=\"queue-problem\" role=\"status\">{}</p>", escape(&t!("listening.error.limit", limit = limit))),
        Some((limit, left)) => format!("<p class=\"field-hint\">{}</p>", escape(&t!("listening.left_today", left = left, limit = limit))),
        None => String::new(),
    };
    format!("<audio controls preload=\"none\" src=\"{sound}\" aria-label=\"{}\"></audio>{said}", escape(title).replace('"', "&quot;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_said_beside_the_element_and_a_title_stays_in_its_attribute() {
        let plenty = written("/media/audio/7", "\"><script>", None);
        assert!(plenty.ends_with("aria-label=\"&quot;&gt;&lt;script&gt;\"></audio>"), "{plenty}");
        assert!(written("/media/audio/7", "Night drive", Some((100, 3))).contains("3 of 100 full plays left today."));
        assert!(written("/media/audio/7", "Night drive", Some((100, 0))).contains("role=\"status\">You have heard the 100 full plays"));
    }
}
