//! Posts in the database, and their Markdown as clean HTML.

use super::{PostDraft, PostLine, PostPage};
use crate::{
    error::{AppError, AppResult},
    ids::{PostId, UserId},
    page::{Key, Page},
    server::state::App,
};

const PAGE: usize = 20;

/// Markdown as HTML that can't do anything: no scripts, no styles, links that leave marked so.
pub fn render(markdown: &str) -> String {
    let options = pulldown_cmark::Options::ENABLE_STRIKETHROUGH | pulldown_cmark::Options::ENABLE_TABLES;
    // The page has its own main heading, so those of the text are one step below.
    let events = pulldown_cmark::Parser::new_ext(markdown, options).map(|event| match event {
        pulldown_cmark::Event::Start(pulldown_cmark::Tag::Heading { level, id, classes, attrs }) => {
            pulldown_cmark::Event::Start(pulldown_cmark::Tag::Heading { level: below(level), id, classes, attrs })
        }
        pulldown_cmark::Event::End(pulldown_cmark::TagEnd::Heading(level)) => {
            pulldown_cmark::Event::End(pulldown_cmark::TagEnd::Heading(below(level)))
        }
        other => other,
    });
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events);
    ammonia::clean(&html)
}

const fn below(level: pulldown_cmark::HeadingLevel) -> pulldown_cmark::HeadingLevel {
    use pulldown_cmark::HeadingLevel::{H2, H3, H4, H5, H6};
    match level {
        pulldown_cmark::HeadingLevel::H1 => H2,
        H2 => H3,
        H3 => H4,
        H4 => H5,
        H5 | H6 => H6,
    }
}

/// The first words of a text, without its marks.
fn summary(markdown: &str) -> String {
    let mut text = String::new();
    for event in pulldown_cmark::Parser::new(markdown) {
        match event {
            pulldown_cmark::Event::Text(part) | pulldown_cmark::Event::Code(part) => text.push_str(&part),
            pulldown_cmark::Event::SoftBreak | pulldown_cmark::Event::HardBreak | pulldown_cmark::Event::End(_) => text.push(' '),
            _ => {}
        }
        if text.len() > 400 {
            break;
        }
    }
    let mut words = String::new();
    for word in text.split_whitespace() {
        if words.chars().count() + word.chars().count() > 180 {
            words.push('…');
            break;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

/// The published posts, newest first. `after` is the key of the page before: seconds and id.
///
/// # Errors
/// When the database does not answer.
pub async fn published(app: &App, after: Option<&str>) -> AppResult<Page<PostLine>> {
    let after = after.and_then(|key| key.parse().ok()).unwrap_or(Key::NEWEST);
    let rows = sqlx::query!(
        "SELECT id, title, publishedAt, supportersOnly FROM posts
         WHERE isPublished = 1 AND (publishedAt < ? OR (publishedAt = ? AND id < ?))
         ORDER BY publishedAt DESC, id DESC LIMIT ?",
        after.at,
        after.at,
        after.id,
        i64::try_from(PAGE).unwrap_or(20) + 1
    )
    .fetch_all(&app.db)
    .await?;
    let lines = rows
        .into_iter()
        .map(|row| PostLine { id: row.id.into(), title: row.title, published: row.publishedAt, supporters_only: row.supportersOnly != 0 })
        .collect();
    Ok(Page::of(lines, PAGE, |line: &PostLine| Key { at: line.published.unwrap_or(Key::OLDEST.at), id: line.id.0 }.to_string()))
}

/// A published post; its text only for who may read it.
///
/// # Errors
/// [`AppError::NotFound`] unless it is published.
pub async fn post(app: &App, id: PostId, supporter: bool) -> AppResult<PostPage> {
    let row = sqlx::query!(
        "SELECT posts.title, posts.body, posts.supportersOnly, posts.publishedAt, users.name
         FROM posts JOIN users ON users.id = posts.authorId
         WHERE posts.id = ? AND posts.isPublished = 1",
        id
    )
    .fetch_one(&app.db)
    .await?;
    let supporters_only = row.supportersOnly != 0;
    let readable = supporter || !supporters_only;
    Ok(PostPage {
        line: PostLine { id, title: row.title, published: row.publishedAt, supporters_only },
        author: row.name.filter(|name| !name.is_empty()).unwrap_or_else(|| crate::t!("posts.house").into_owned()),
        summary: if readable { summary(&row.body) } else { crate::t!("posts.supporters_only").into_owned() },
        html: readable.then(|| render(&row.body)),
    })
}

/// Every post, drafts too, latest first, for admins. `after` is the last id of the page before.
///
/// # Errors
/// When the database does not answer.
pub async fn all(app: &App, after: Option<i32>) -> AppResult<Page<PostLine>> {
    let rows = sqlx::query!(
        "SELECT id, title, isPublished, publishedAt, supportersOnly FROM posts WHERE id < ? ORDER BY id DESC LIMIT ?",
        after.unwrap_or(i32::MAX),
        i64::try_from(PAGE).unwrap_or(20) + 1
    )
    .fetch_all(&app.db)
    .await?;
    let lines = rows
        .into_iter()
        .map(|row| PostLine {
            id: row.id.into(),
            title: row.title,
            published: row.publishedAt.filter(|_| row.isPublished != 0),
            supporters_only: row.supportersOnly != 0,
        })
        .collect();
    Ok(Page::of(lines, PAGE, |line: &PostLine| line.id.to_string()))
}

/// A post as it was written.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn draft(app: &App, id: PostId) -> AppResult<PostDraft> {
    let row = sqlx::query!("SELECT title, body, supportersOnly, isPublished FROM posts WHERE id = ?", id).fetch_one(&app.db).await?;
    Ok(PostDraft { title: row.title, body: row.body, supporters_only: row.supportersOnly != 0, published: row.isPublished != 0 })
}

/// Writes a new post, or changes one. The day of first publishing stays.
///
/// # Errors
/// [`AppError::NotFound`] when the post to change is not there.
pub async fn save(app: &App, author: UserId, id: Option<PostId>, draft: &PostDraft) -> AppResult<PostId> {
    let now = app.clock.now();
    let published_at = draft.published.then_some(now);
    let Some(id) = id else {
        let done = sqlx::query!(
            "INSERT INTO posts (authorId, title, body, supportersOnly, isPublished, publishedAt, createdAt, updatedAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            author,
            draft.title,
            draft.body,
            i32::from(draft.supporters_only),
            i32::from(draft.published),
            published_at,
            now,
            now
        )
        .execute(&app.db)
        .await?;
        return Ok(PostId(i32::try_from(done.last_insert_id()).map_err(|_| AppError::NotFound)?));
    };
    let done = sqlx::query!(
        "UPDATE posts SET title = ?, body = ?, supportersOnly = ?, isPublished = ?, publishedAt = COALESCE(publishedAt, ?), updatedAt = ? WHERE id = ?",
        draft.title,
        draft.body,
        i32::from(draft.supporters_only),
        i32::from(draft.published),
        published_at,
        now,
        id
    )
    .execute(&app.db)
    .await?;
    if done.rows_affected() == 0 { Err(AppError::NotFound) } else { Ok(id) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_admins_write_can_not_run() {
        let html = render("# Hello\n\n<script>alert(1)</script>\n\n[a](javascript:alert(1)) <img src=x onerror=alert(1)> **bold**");
        assert!(html.contains("<h2>Hello</h2>") && html.contains("<strong>bold</strong>"), "{html}");
        for running in ["<script", "javascript:", "onerror"] {
            assert!(!html.contains(running), "{html}");
        }
    }

    #[test]
    fn a_summary_is_plain_and_short() {
        assert_eq!(summary("# News\n\nWe *moved* to `cellar`."), "News We moved to cellar .".replace(" .", "."));
        assert!(summary(&"word ".repeat(200)).chars().count() < 200);
    }
}
