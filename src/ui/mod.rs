//! The design system: what every page is made of.

pub mod fallback;
pub mod forms;
pub mod head;
pub mod load;
pub mod toast;

/// A text of the message catalogue (`words.en.yml` beside each feature) in the page's language:
/// `t!("tips.send")`, `t!("tips.sent", amount = "5.00")`.
#[macro_export]
macro_rules! t {
    ($($all:tt)*) => { rust_i18n::t!($($all)*) };
}
