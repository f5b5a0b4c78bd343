//! The list of one's receipts, and mixes of the house: lists that lead to pages.

use crate::app::{Person, TestApp};
use reqwest::StatusCode;
use std::collections::HashSet;

#[tokio::test]
async fn receipts_are_the_payers_alone_and_come_by_pages() {
    let site = TestApp::start().await;
    let (lena, user) = site.signed_in("Lena").await;
    let (_, recipient) = site.signed_in("Ada").await;
    let (other, _) = site.signed_in("Eve").await;
    let db = &site.app.db;
    sqlx::query("INSERT INTO artistProfiles (userId, artistName) VALUES (?, 'The Wells')").bind(recipient).execute(db).await.unwrap();
    for number in 0..23 {
        let payment = sqlx::query("INSERT INTO payments (userId, amount, purpose, status, provider) VALUES (?, 500, 'tip', 'completed', 'sandbox')")
            .bind(user)
            .execute(db)
            .await
            .unwrap()
            .last_insert_id();
        let tip = sqlx::query("INSERT INTO tips (senderId, recipientId, amount, paymentStatus) VALUES (?, ?, 500, 'completed')")
            .bind(user)
            .bind(recipient)
            .execute(db)
            .await
            .unwrap()
            .last_insert_id();
        sqlx::query("INSERT INTO tipDetails (tipId, paymentId, fee, feeCovered, anonymous) VALUES (?, ?, 25, 0, 0)")
            .bind(tip)
            .bind(payment)
            .execute(db)
            .await
            .unwrap();
        sqlx::query(
            "INSERT INTO checkouts (id, paymentId, subject, subjectId, formKey, fingerprint, amount, fee, net, state) VALUES (?, ?, 'tips', ?, ?, '', 500, 25, 475, ?)",
        )
        .bind(format!("01ARZ3NDEKTSV4RRFFQ69G5F{number:02}"))
        .bind(payment)
        .bind(tip)
        .bind(format!("01ARZ3NDEKTSV4RRFFQ69G6F{number:02}"))
        .bind(if number == 22 { "declined" } else { "completed" })
        .execute(db)
        .await
        .unwrap();
    }
    let first = lena.page("/receipts").await;
    assert_eq!(first.matches("href=\"/receipts/").count(), 20, "{first}");
    assert!(first.contains("Tip") && first.contains("The Wells") && first.contains("Declined") && first.contains("$5.00"), "{first}");
    let next = first.split("href=\"/receipts?after=").nth(1).unwrap().split('"').next().unwrap();
    let second = lena.page(&format!("/receipts?after={next}")).await;
    assert_eq!(second.matches("href=\"/receipts/").count(), 3, "{second}");
    assert!(other.page("/receipts").await.contains("You have paid nothing yet"));
}

#[tokio::test]
async fn published_mixes_are_listed() {
    let site = TestApp::start().await;
    for (name, published) in [("Slow morning", 1), ("Kept back", 0)] {
        sqlx::query("INSERT INTO playlists (name, isPublished) VALUES (?, ?)").bind(name).bind(published).execute(&site.app.db).await.unwrap();
    }
    let page = site.visitor().page("/mixes").await;
    assert!(page.contains("Slow morning") && page.contains("0 songs") && !page.contains("Kept back"), "{page}");
}

/// The ids of tracks to which a page links, in a list or (by `end`) otherwise.
fn tracks(page: &str, end: &str) -> Vec<u32> {
    let links = page.split("href=\"/tracks/").skip(1).filter_map(|rest| rest.split('"').next());
    let mut ids: Vec<u32> = links.filter_map(|link| link.strip_suffix(end)?.split('-').next()?.parse().ok()).collect();
    // A row has several links to its track.
    ids.dedup();
    ids
}

/// The tracks on each page of a list.
async fn walk(person: &Person, path: &str, end: &str) -> Vec<Vec<u32>> {
    let (mut pages, mut next) = (Vec::new(), Some(path.to_owned()));
    while let Some(address) = next {
        let page = person.page(&address).await;
        pages.push(tracks(&page, end));
        let more = format!("href=\"{path}?");
        next = page
            .split(&more)
            .filter_map(|rest| rest.split('"').next())
            .find(|query| query.starts_with("after="))
            .map(|query| format!("{path}?{query}"));
        assert!(pages.len() < 10, "it ends");
    }
    pages
}

#[tokio::test]
async fn a_library_begins_on_one_page_and_each_shelf_is_whole_on_its_own() {
    let site = TestApp::start().await;
    let (lena, user) = site.signed_in("Lena").await;
    let (_, artist) = site.signed_in("Ada").await;
    let (other, _) = site.signed_in("Eve").await;
    let db = &site.app.db;
    sqlx::query("INSERT INTO artistProfiles (userId, artistName) VALUES (?, 'The Wells')").bind(artist).execute(db).await.unwrap();
    let numbers = "WITH RECURSIVE numbers AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM numbers WHERE n < 130)";
    for sql in [
        format!(
            "INSERT INTO artistUploads (artistId, title, genre, audioUrl, audioKey, isPublished, downloadable) {numbers} SELECT 1, CONCAT('Track ', n), 'Jazz', '', 'k', 1, 1 FROM numbers"
        ),
        "INSERT INTO trackMedia (trackId, state) SELECT id, 'ready' FROM artistUploads".to_owned(),
        // Fifty at the same second.
        format!("INSERT INTO trackLikes (trackId, userId, likedAt) SELECT id, {user}, FROM_UNIXTIME(1767225600 + id DIV 50) FROM artistUploads"),
        format!("INSERT INTO songPurchases (userId, uploadId, amount) SELECT {user}, id, 500 FROM artistUploads WHERE id <= 70"),
    ] {
        sqlx::query(&sql).execute(db).await.unwrap();
    }
    let download = "/download?format=original";
    let library = lena.page("/library").await;
    assert_eq!((tracks(&library, "").len(), tracks(&library, download).len()), (12, 12), "{library}");
    assert!(library.contains("href=\"/library/liked\"") && library.contains("href=\"/library/downloads\""), "{library}");
    assert!(!library.contains("href=\"/library/playlists\""), "there are none");

    for (path, end) in [("/library/liked", ""), ("/library/downloads", download)] {
        let pages = walk(&lena, path, end).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [60, 60, 10], "{path}");
        let all: HashSet<&u32> = pages.iter().flatten().collect();
        assert_eq!(all.len(), 130, "{path}: each once");
    }
    let bought_first = walk(&lena, "/library/downloads", download).await.concat();
    assert_eq!((bought_first[0], bought_first[69], bought_first[70]), (70, 1, 130));
    assert!(other.page("/library/liked").await.contains("The heart beside a track puts it here"));
    assert_eq!(lena.get("/library/nothing").await.status(), StatusCode::NOT_FOUND);
}
