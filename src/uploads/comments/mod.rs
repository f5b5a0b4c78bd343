//! What people say under a track.

mod api;
#[cfg(feature = "ssr")]
mod store;
mod view;

pub use api::{CommentTrack, RemoveComment, comments};
pub use view::Comments;

use crate::{
    error::{AppError, AppResult},
    ids::CommentId,
    page::Page,
};
use serde::{Deserialize, Serialize};

/// Characters of a comment at most.
pub const LONGEST: usize = 1_000;

/// A comment as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    pub id: CommentId,
    pub author: String,
    /// Whether the track is the author's.
    pub by_artist: bool,
    pub body: String,
    /// In seconds since 1970.
    pub said: i64,
    /// Whether it is the viewer's own.
    pub mine: bool,
    /// Whether the viewer may remove it.
    pub removable: bool,
}

/// The comments of a track, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentList {
    pub page: Page<Comment>,
    pub count: i32,
    /// Whether comments can be written: everyone sees the track.
    pub open: bool,
}

/// A comment's text, checked: lines end alike, at most one is empty, nothing else is invisible.
///
/// # Errors
/// [`AppError::Invalid`] at `body`.
pub fn parse(text: &str) -> AppResult<String> {
    let mut body = String::new();
    let mut breaks = 0;
    for line in text.lines().map(super::one_line) {
        if line.is_empty() {
            breaks += 1;
            continue;
        }
        if !body.is_empty() {
            body.push_str(if breaks > 0 { "\n\n" } else { "\n" });
        }
        breaks = 0;
        body.push_str(&line);
    }
    match body.chars().count() {
        0 => Err(AppError::at("body", crate::t!("uploads.comments.missing"))),
        1..=LONGEST => Ok(body),
        _ => Err(AppError::at("body", crate::t!("uploads.comments.long"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_comment_says_something() {
        assert_eq!(parse("  Good\tone \r\n\r\n\r\n\u{7} really ").unwrap(), "Good one\n\nreally");
        assert!(parse(" \n\t ").is_err());
        assert!(parse(&"ä".repeat(LONGEST)).is_ok());
        assert!(parse(&"ä".repeat(LONGEST + 1)).is_err());
    }

    proptest! {
        #[test]
        fn what_was_checked_stays_as_it_is(text in ".{0,300}") {
            if let Ok(body) = parse(&text) {
                prop_assert_eq!(parse(&body).unwrap(), body.clone());
                prop_assert!(body.chars().all(|character| character == '\n' || !character.is_control()));
            }
        }
    }
}
