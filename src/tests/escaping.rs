//! What people write stays text: no field of the database and no field of a form breaks out of where it is shown.

use crate::access::{FUNCTIONS, artist_with_things, become_admin};
use crate::app::{Person, TestApp};
use eternity::server::router::pages;
use leptos::server_fn::axum::server_fn_paths;
use reqwest::{Method, StatusCode};

/// Ends an attribute, a title and a text area, each of which a browser reads by rules of its own, then tries to run.
const HOSTILE: &str = r#""></title></textarea><script>steal()</script>"#;
const RAN: &str = "<script>steal";

/// Tables with something that a person wrote.
const WRITTEN: &[&str] = &[
    "users",
    "artistProfiles",
    "artistUploads",
    "albums",
    "tracks",
    "playlists",
    "userPlaylists",
    "posts",
    "tips",
    "tipDetails",
    "payoutDetails",
    "payoutDestinations",
    "creatorPayouts",
    "accountSessions",
    "trackComments",
];

/// Text columns that hold keys and words of ours, which no person writes.
const OURS: &[&str] = &["role", "audioKey", "formKey", "period", "sessionId", "id", "paymentStatus", "status", "audience"];

/// Writes the hostile text into every text column that a person, or somebody else's program, may have filled.
async fn spoil(site: &TestApp) {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT CAST(TABLE_NAME AS CHAR), CAST(COLUMN_NAME AS CHAR) FROM information_schema.COLUMNS
         WHERE TABLE_SCHEMA = DATABASE() AND (DATA_TYPE IN ('text', 'mediumtext', 'longtext') OR (DATA_TYPE = 'varchar' AND CHARACTER_MAXIMUM_LENGTH >= 64))",
    )
    .fetch_all(&site.app.db)
    .await
    .unwrap();
    let mut spoilt = 0;
    for (table, column) in columns {
        if !WRITTEN.contains(&&*table) || OURS.contains(&&*column) {
            continue;
        }
        let value =
            if column == "socialLinks" { serde_json::json!({ "instagram": HOSTILE, "other": HOSTILE }).to_string() } else { HOSTILE.to_owned() };
        sqlx::query(&format!("UPDATE {table} SET {column} = ?")).bind(value).execute(&site.app.db).await.unwrap();
        spoilt += 1;
    }
    assert!(spoilt > 30, "only {spoilt} columns are spoilt");
}

/// The things of somebody, published, and a catalogue: what `:id` of a page stands for, by the page's first segments.
async fn published(site: &TestApp) -> (Person, Vec<(&'static str, String)>) {
    let (owner, things) = artist_with_things(site).await;
    let insert = async |sql: &str| sqlx::query(sql).execute(&site.app.db).await.unwrap().last_insert_id().to_string();
    let thing = |name: &str| things.iter().find(|(known, _)| *known == name).unwrap().1.clone();
    become_admin(site, "Owner").await;
    insert("UPDATE artistUploads SET isPublished = 1, releaseDate = '2026-01-01'").await;
    insert("UPDATE userPlaylists SET isPublic = 1").await;
    let album = insert("INSERT INTO albums (title, artistName, isPublished) VALUES ('Album', 'Band', 1)").await;
    insert(&format!("UPDATE tracks SET albumId = {album}, trackNumber = 1 WHERE id = {}", thing("song"))).await;
    let mix = insert("INSERT INTO playlists (name, isPublished) VALUES ('Mix', 1)").await;
    let post =
        insert("INSERT INTO posts (authorId, title, body, isPublished, publishedAt) SELECT MIN(id), 'News', 'Text', 1, '2026-01-01' FROM users")
            .await;
    let artist: i32 = sqlx::query_scalar("SELECT artistId FROM artistUploads LIMIT 1").fetch_one(&site.app.db).await.unwrap();
    let ids = vec![
        ("/artists", artist.to_string()),
        ("/tip/artists", (artist + 1).to_string()),
        ("/tip/tracks", thing("draft")),
        ("/tracks", thing("draft")),
        ("/playlists", thing("playlist")),
        ("/albums", album),
        ("/songs", thing("song")),
        ("/mixes", mix),
        ("/posts", post.clone()),
        ("/admin/posts", post),
        ("/admin/payments", thing("payment")),
        ("/admin/payouts", thing("payout")),
        ("/checkout", thing("checkout")),
        ("/receipts", thing("payment")),
        ("/studio/uploads", thing("draft")),
        ("/studio/tips", thing("tip")),
        ("/studio/payouts", thing("payout")),
        ("/genres", HOSTILE.to_owned()),
    ];
    (owner, ids)
}

#[tokio::test]
async fn what_the_database_holds_stays_text_on_every_page() {
    let site = TestApp::start().await;
    let (owner, ids) = published(&site).await;
    spoil(&site).await;
    let (mut wrong, mut shown) = (Vec::new(), 0);
    for page in pages() {
        let mut path = page.path().to_owned();
        if let Some((start, rest)) = path.split_once("/:") {
            let Some((_, id)) = ids.iter().find(|(prefix, _)| *prefix == start) else { continue };
            let id: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
            path = format!("{start}/{id}{}", rest.find('/').map_or("", |end| &rest[end..]));
        }
        let response = owner.get(&format!("{path}?q=%22%3E%3C/title%3E%3C/textarea%3E%3Cscript%3Esteal()%3C/script%3E")).await;
        let (status, mut text) = (response.status(), String::new());
        if !status.is_redirection() {
            text = response.text().await.unwrap();
        }
        if text.contains(RAN) {
            let at = text.find(RAN).unwrap();
            wrong.push(format!("{path}: …{}…", text.get(at.saturating_sub(120)..at + 20).unwrap_or("?")));
        }
        if page.path().contains(':') && (status != StatusCode::OK || !text.contains("steal()")) {
            wrong.push(format!("{path} does not show what it is about: {status}"));
        }
        shown += usize::from(text.contains("steal()"));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(shown > 25, "only {shown} pages show the text at all");
}

#[tokio::test]
async fn what_a_form_sends_stays_text_when_it_is_refused() {
    let site = TestApp::start().await;
    let (owner, ids) = published(&site).await;
    let mut wrong = Vec::new();
    for (_, paths) in FUNCTIONS {
        for path in *paths {
            let (_, method) = server_fn_paths().find(|(known, _)| *known == format!("/api/{path}")).unwrap();
            if method != Method::POST {
                continue;
            }
            let fields: Vec<(&str, &str)> = crate::access::ARGUMENTS
                .iter()
                .map(|(name, value)| (*name, if value.parse::<i64>().is_ok() || value.parse::<bool>().is_ok() { *value } else { HOSTILE }))
                .collect();
            let page = match path.split_once('/').unwrap() {
                ("accounts", "sign-up") => "/sign-up".to_owned(),
                ("accounts", "log-in") => "/log-in".to_owned(),
                ("accounts", "forgotten-password") => "/forgotten-password".to_owned(),
                ("accounts", "close") => "/settings/close".to_owned(),
                ("accounts", _) => "/settings".to_owned(),
                ("playlists", "create") => "/playlists/new".to_owned(),
                ("posts", _) => "/admin/posts/new".to_owned(),
                ("tips", _) => format!("/tip/artists/{}", ids[1].1),
                ("payouts", _) => "/studio/payouts".to_owned(),
                _ => format!("/tracks/{}", ids[3].1),
            };
            let response = owner.post(&page, &format!("/api/{path}"), &fields).await;
            let text = match response.headers().get(reqwest::header::LOCATION) {
                Some(to) => owner.get(to.to_str().unwrap()).await.text().await.unwrap(),
                None => response.text().await.unwrap(),
            };
            if text.contains(RAN) {
                wrong.push(format!("{path} from {page}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
