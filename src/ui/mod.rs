//! The design system: what every page is made of.

pub mod art;
pub mod breadcrumbs;
pub mod cards;
pub mod chart;
pub mod cover;
pub mod dialog;
pub mod empty;
pub mod error_page;
pub mod fallback;
pub mod format;
pub mod forms;
pub mod gallery;
pub mod head;
pub mod icons;
pub mod layout;
pub mod load;
pub mod maybe;
pub mod notice;
pub mod pagination;
pub mod skeleton;
pub mod stat;
pub mod table;
pub mod tabs;
pub mod toast;
pub mod waveform;

/// A text of the message catalogue (`words.en.yml` beside each feature) in the page's language:
/// `t!("tips.send")`, `t!("tips.sent", amount = "5.00")`.
#[macro_export]
macro_rules! t {
    ($($all:tt)*) => { rust_i18n::t!($($all)*) };
}
