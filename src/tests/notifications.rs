//! What happened to somebody, as its page tells it.

use crate::app::TestApp;
use std::collections::BTreeSet;

const DAY: &str = "2026-03-01 12:00:00";

async fn put(site: &TestApp, sql: String) -> u64 {
    sqlx::query(&sql).execute(&site.app.db).await.unwrap().last_insert_id()
}

#[tokio::test]
async fn everything_once_and_nothing_of_others() {
    let site = TestApp::start().await;
    let (ada, ada_id) = site.signed_in("Ada").await;
    let (eve, _) = site.signed_in("Eve").await;
    let (_, fan) = site.signed_in("Finn").await;
    let artist = put(&site, format!("INSERT INTO artistProfiles (userId, artistName) VALUES ({ada_id}, 'The Wells')")).await;
    let track = put(
        &site,
        format!(
            "INSERT INTO artistUploads (artistId, title, genre, audioUrl, audioKey, isPublished, releaseDate) VALUES ({artist}, 'Salt', 'Folk', '', 'x', 1, '{DAY}')"
        ),
    )
    .await;
    put(&site, format!("INSERT INTO artistFollowers (artistId, userId, followedAt) VALUES ({artist}, {fan}, '2026-02-01')")).await;
    put(&site, format!("INSERT INTO trackComments (trackId, userId, body, createdAt) VALUES ({track}, {fan}, 'So <b>quiet</b>', '{DAY}')")).await;
    put(&site, format!("INSERT INTO trackComments (trackId, userId, body, createdAt) VALUES ({track}, {ada_id}, 'My own words', '{DAY}')")).await;
    let payment =
        put(&site, format!("INSERT INTO payments (userId, amount, purpose, status, provider) VALUES ({fan}, 500, 'tip', 'completed', 'sandbox')"))
            .await;
    let tip = put(
        &site,
        format!(
            "INSERT INTO tips (senderId, recipientId, amount, message, paymentStatus, createdAt) VALUES ({fan}, {ada_id}, 500, 'Go on', 'completed', '{DAY}')"
        ),
    )
    .await;
    put(&site, format!("INSERT INTO tipDetails (tipId, paymentId, fee, feeCovered, anonymous) VALUES ({tip}, {payment}, 25, 0, 1)")).await;
    put(
        &site,
        format!(
            "INSERT INTO tips (senderId, recipientId, amount, message, paymentStatus, createdAt) VALUES ({fan}, {ada_id}, 900, 'Not paid', 'pending', '{DAY}')"
        ),
    )
    .await;

    let page = ada.page("/notifications").await;
    assert!(page.contains("Finn follows you now") && page.contains("Finn wrote under Salt") && page.contains("So &lt;b&gt;quiet"), "{page}");
    assert!(page.contains("Someone tipped you $5.00") && page.contains("Go on"), "an anonymous tip names nobody: {page}");
    assert!(!page.contains("My own words") && !page.contains("Not paid") && !page.contains("released a track"), "{page}");
    assert_eq!(page.matches(">New<").count(), 3, "{page}");
    assert_eq!(ada.page("/notifications").await.matches(">New<").count(), 0, "seen is not new");
    assert!(eve.page("/notifications").await.contains("Nothing has happened yet"));

    // The follower's side: the release, and the reply when there is one.
    let (person, follower) = site.signed_in("Gus").await;
    put(&site, format!("INSERT INTO artistFollowers (artistId, userId, followedAt) VALUES ({artist}, {follower}, '2026-02-01')")).await;
    put(&site, format!("UPDATE tips SET senderId = {follower} WHERE id = {tip}")).await;
    put(&site, format!("UPDATE tipDetails SET reply = 'Thank you', repliedAt = '{DAY}' WHERE tipId = {tip}")).await;
    let page = person.page("/notifications").await;
    assert!(page.contains("The Wells released a track") && page.contains("The Wells answered your tip") && page.contains("Thank you"), "{page}");
}

#[tokio::test]
async fn pages_of_what_happened_at_the_same_time_lose_and_repeat_nothing() {
    let site = TestApp::start().await;
    let (ada, ada_id) = site.signed_in("Ada").await;
    let artist = put(&site, format!("INSERT INTO artistProfiles (userId, artistName) VALUES ({ada_id}, 'The Wells')")).await;
    let track = put(
        &site,
        format!("INSERT INTO artistUploads (artistId, title, genre, audioUrl, audioKey, isPublished) VALUES ({artist}, 'Salt', 'Folk', '', 'x', 1)"),
    )
    .await;
    for number in 0..27 {
        let fan = put(&site, format!("INSERT INTO users (name, role) VALUES ('Fan {number}', 'user')")).await;
        put(&site, format!("INSERT INTO artistFollowers (artistId, userId, followedAt) VALUES ({artist}, {fan}, '{DAY}')")).await;
        put(&site, format!("INSERT INTO trackComments (trackId, userId, body, createdAt) VALUES ({track}, {fan}, 'Words {number}', '{DAY}')")).await;
    }
    let (mut seen, mut pages, mut next) = (BTreeSet::new(), 0, None::<String>);
    loop {
        let fields: Vec<(&str, &str)> = next.iter().map(|key| ("before", key.as_str())).collect();
        let request = ada.client.get(format!("{}/api/notifications/list", site.url)).query(&fields);
        let answer: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
        for one in answer["page"]["items"].as_array().unwrap() {
            assert!(seen.insert(one["event"].to_string()), "{one} twice");
        }
        pages += 1;
        next = answer["page"]["next"].as_str().map(str::to_owned);
        if next.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), pages), (54, 3));
}
