//! News of the house, written by admins in Markdown.

pub mod admin;
mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;

use crate::{
    error::{AppResult, FieldErrors},
    ids::PostId,
    uploads::{one_line, with_slug},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What a TEXT column holds, with room to spare.
const BODY_BYTES: usize = 60_000;

/// A post in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostLine {
    pub id: PostId,
    pub title: String,
    pub published: Option<OffsetDateTime>,
    pub supporters_only: bool,
}

impl PostLine {
    /// The path of the post's page.
    pub fn path(&self) -> String {
        with_slug("/posts", self.id.0, &self.title)
    }
}

/// A post's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostPage {
    pub line: PostLine,
    pub author: String,
    /// Clean HTML; nothing for who may not read it.
    pub html: Option<String>,
    /// The first words, for link previews.
    pub summary: String,
}

/// A post as admins edit it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostDraft {
    pub title: String,
    pub body: String,
    pub supporters_only: bool,
    pub published: bool,
}

impl PostDraft {
    /// Checks what was typed.
    ///
    /// # Errors
    /// [`crate::error::AppError::Invalid`], each message at its field.
    pub fn parse(title: &str, body: &str, supporters_only: bool, published: bool) -> AppResult<Self> {
        let mut errors = FieldErrors::default();
        let title = one_line(title);
        match title.chars().count() {
            0 => errors.add("title", crate::t!("posts.error.title_missing")),
            1..=200 => {}
            _ => errors.add("title", crate::t!("posts.error.title_long")),
        }
        let body = body.trim().replace("\r\n", "\n");
        if body.is_empty() {
            errors.add("body", crate::t!("posts.error.body_missing"));
        } else if body.len() > BODY_BYTES {
            errors.add("body", crate::t!("posts.error.body_long"));
        }
        errors.done()?;
        Ok(Self { title, body, supporters_only, published })
    }
}
