//! Purchases: what is asked or more, owned from then on.

use crate::{
    app::TestApp,
    money::{account, artist, balances, books_balance, browser, hidden},
};
use eternity::{
    accounts::Me,
    checkout,
    error::AppError,
    ids::{AlbumId, ArtistId, SongId, TrackId},
    payments::Provider,
    purchases::{self, Thing},
    server::tokens,
};
use reqwest::StatusCode;

async fn track(site: &TestApp, artist: ArtistId, price: Option<i32>) -> TrackId {
    let done = sqlx::query(
        "INSERT INTO artistUploads (artistId, title, genre, audioUrl, audioKey, isPublished, downloadable, downloadPrice)
         VALUES (?, 'Night <Drive>', 'Synth', '/a', 'a', 1, 1, ?)",
    )
    .bind(artist)
    .bind(price)
    .execute(&site.app.db)
    .await
    .unwrap();
    TrackId(i32::try_from(done.last_insert_id()).unwrap())
}

async fn owned(site: &TestApp) -> bool {
    site.number("SELECT COUNT(*) FROM songPurchases").await > 0
}

async fn start(site: &TestApp, me: &Me, thing: Thing, amount: &str) -> Result<String, AppError> {
    purchases::store::start(&site.app, me, Provider::Sandbox, thing, amount, &tokens::ulid(), site.app.clock.now()).await
}

async fn pay(site: &TestApp, me: &Me, checkout: &str) -> Result<(), AppError> {
    checkout::store::pay(&site.app, me.id, checkout, site.app.clock.now()).await.map(|_| ())
}

#[tokio::test]
async fn a_track_is_bought_without_javascript_for_more_than_is_asked() {
    let site = TestApp::start().await;
    let listener = account(&site, "Lena", "user").await;
    let (me, artist) = artist(&site, "Aurora").await;
    let track = track(&site, artist, Some(300)).await;
    sqlx::query("INSERT INTO trackMedia (trackId, state, updatedAt) VALUES (?, 'ready', '2026-01-01')")
        .bind(track)
        .execute(&site.app.db)
        .await
        .unwrap();
    let lena = browser(&site, &listener).await;
    let page = lena.page(&format!("/tracks/{track}")).await;
    let path = format!("/buy/tracks/{track}");
    let download = format!("/tracks/{track}/download");
    assert!(page.contains(&path) && page.contains("Buy for $3.00") && !page.contains(&download), "{page}");
    let page = lena.page(&path).await;
    assert!(page.contains("10%") && page.contains("Night &lt;Drive&gt;"), "{page}");
    let key = hidden(&page, "form_key");
    let id = track.to_string();
    let buy = async |amount: &'static str| {
        lena.submit(&path, "/api/purchases/buy", &[("form_key", &key), ("kind", "tracks"), ("id", &id), ("amount", amount)]).await
    };
    let (to, page) = buy("2.99").await;
    assert!(to == path && page.contains("from 3.00 to 500.00") && page.contains("2.99"), "{page}");
    let (to, page) = buy("4.05").await;
    // 10 % of 4.05, half a cent rounded up.
    assert!(to.starts_with("/checkout/") && page.contains("$0.41") && page.contains("$3.64"), "{page}");
    assert_eq!(buy("4.05").await.0, to);
    assert!(!owned(&site).await);
    let checkout = to.rsplit('/').next().unwrap();
    let (receipt, page) = lena.submit(&to, "/api/checkout/pay", &[("id", checkout)]).await;
    assert!(receipt.starts_with("/receipts/") && page.contains("It is yours"), "{page}");

    assert!(owned(&site).await);
    assert_eq!(balances(&site, artist).await, (364, 0, 0));
    assert_eq!(site.number("SELECT amount FROM creatorEarnings WHERE earningType = 'downloads' AND period IS NULL").await, 364);
    assert_eq!(
        site.number(&format!("SELECT amount FROM songPurchases WHERE uploadId = {track} AND trackId IS NULL AND paymentId IS NOT NULL")).await,
        405
    );
    assert_eq!(site.number("SELECT COUNT(*) FROM payments WHERE purpose = 'purchase' AND status = 'completed'").await, 1);
    assert!(site.mail_to("lena@example.com").await.unwrap().1.contains("$4.05"));
    assert!(site.mail_to("aurora@example.com").await.unwrap().1.contains("$3.64"));

    // It stands in the library, also when it was withdrawn, and is not sold twice.
    let page = lena.page(&format!("/tracks/{track}")).await;
    assert!(page.contains("You own this") && page.contains(&download), "{page}");
    assert!(lena.page("/receipts").await.contains(&receipt));
    assert!(lena.page("/library").await.contains("/library/purchases"));
    assert!(lena.page(&path).await.contains("You own this already"));
    sqlx::query("UPDATE artistUploads SET isPublished = 0").execute(&site.app.db).await.unwrap();
    let page = lena.page("/library/purchases").await;
    assert!(page.contains("no longer on the site") && page.contains("$4.05") && page.contains(&download), "{page}");
    assert!(owned(&site).await);
    let aurora = browser(&site, &me).await;
    assert!(aurora.page("/studio/earnings").await.contains("$3.64"));
    assert_eq!(aurora.get(&receipt).await.status(), StatusCode::NOT_FOUND);
    books_balance(&site).await;
}

#[tokio::test]
async fn two_checkouts_for_the_same_thing_are_one_purchase() {
    let site = TestApp::start().await;
    let listener = account(&site, "Lena", "user").await;
    let (_, artist) = artist(&site, "Aurora").await;
    let thing = Thing::Track(track(&site, artist, Some(300)).await);
    let checkouts = [start(&site, &listener, thing, "3").await.unwrap(), start(&site, &listener, thing, "3").await.unwrap()];
    let (one, two) = tokio::join!(pay(&site, &listener, &checkouts[0]), pay(&site, &listener, &checkouts[1]));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert_eq!(site.number("SELECT COUNT(*) FROM songPurchases").await, 1);
    assert_eq!(balances(&site, artist).await, (270, 0, 0));
    books_balance(&site).await;
}

#[tokio::test]
async fn songs_and_albums_are_the_labels() {
    let site = TestApp::start().await;
    let listener = account(&site, "Lena", "user").await;
    for sql in [
        "INSERT INTO albums (id, title, artistName, price, isPublished) VALUES (1, 'Tides', 'The Label', 900, 1)",
        "INSERT INTO tracks (id, albumId, title, artistName, price, isPublished) VALUES (1, 1, 'Ebb', 'The Label', 120, 1), (2, 1, 'Flood', 'The Label', NULL, 1)",
    ] {
        sqlx::query(sql).execute(&site.app.db).await.unwrap();
    }
    let lena = browser(&site, &listener).await;
    assert!(lena.page("/songs/1").await.contains("Buy for $1.20"));
    assert!(lena.page("/albums/1").await.contains("Buy for $9.00"));
    let (song, album) = (Thing::Song(SongId(1)), Thing::Album(AlbumId(1)));
    assert_eq!(start(&site, &listener, Thing::Song(SongId(2)), "1").await, Err(AppError::NotFound), "not for sale");
    for (thing, amount) in [(song, "1.20"), (album, "10")] {
        let checkout = start(&site, &listener, thing, amount).await.unwrap();
        pay(&site, &listener, &checkout).await.unwrap();
    }
    // All songs of the album came with it.
    assert!(lena.page("/songs/2").await.contains("You own this"));
    assert_eq!(site.number("SELECT amount FROM albumPurchases").await, 1000);
    assert_eq!(site.number("SELECT balance FROM ledgerBalances JOIN ledgerAccounts ON id = accountId WHERE code = 'label:royalties'").await, 1120);
    assert_eq!(site.number("SELECT COUNT(*) FROM creatorEarnings").await, 0);
    let page = lena.page("/library/purchases").await;
    assert!(page.contains("Tides") && page.contains("Ebb"), "{page}");
    books_balance(&site).await;
}

#[tokio::test]
async fn who_may_not_buy_and_what_is_not_sold() {
    let site = TestApp::start().await;
    let mut listener = account(&site, "Lena", "user").await;
    let (me, artist) = artist(&site, "Aurora").await;
    let (sold, free) = (Thing::Track(track(&site, artist, Some(300)).await), Thing::Track(track(&site, artist, None).await));
    assert!(matches!(start(&site, &me, sold, "3").await, Err(AppError::Refused(_))), "one's own");
    assert_eq!(start(&site, &listener, free, "3").await, Err(AppError::NotFound), "it costs nothing");
    for bad in ["", "-3", "2.999", "three", "500.01", "99999999999999999999"] {
        assert!(matches!(start(&site, &listener, sold, bad).await, Err(AppError::Invalid(_))), "{bad}");
    }
    listener.verified = false;
    assert!(matches!(start(&site, &listener, sold, "3").await, Err(AppError::Refused(_))), "unverified");
    listener.verified = true;
    // Withdrawn, or its artist gone, while the checkout is open.
    let checkout = start(&site, &listener, sold, "3").await.unwrap();
    sqlx::query("UPDATE artistUploads SET isPublished = 0").execute(&site.app.db).await.unwrap();
    assert!(matches!(pay(&site, &listener, &checkout).await, Err(AppError::Refused(_))));
    checkout::store::decline(&site.app, listener.id, &checkout, site.app.clock.now()).await.unwrap();
    assert_eq!(site.number("SELECT COUNT(*) FROM purchaseOrders WHERE state = 'failed'").await, 1);
    assert_eq!(site.number("SELECT COUNT(*) FROM songPurchases").await, 0);
    let page = browser(&site, &listener).await.get("/buy/mixes/1").await;
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
    books_balance(&site).await;
}

#[tokio::test]
async fn a_gift_is_taken_along_without_an_account_and_kept_by_one() {
    let site = TestApp::start().await;
    let listener = account(&site, "Lena", "user").await;
    let friend = account(&site, "Fred", "user").await;
    let (_, artist) = artist(&site, "Aurora").await;
    let track = track(&site, artist, Some(300)).await;
    sqlx::query("INSERT INTO trackMedia (trackId, state, updatedAt) VALUES (?, 'ready', '2026-01-01')")
        .bind(track)
        .execute(&site.app.db)
        .await
        .unwrap();
    std::fs::create_dir_all(site.app.config.data_dir.join("media")).unwrap();
    std::fs::write(site.app.config.data_dir.join("media/a"), b"ID3\x04\x00\x00\x00\x00\x00\x00 sound").unwrap();
    let lena = browser(&site, &listener).await;
    let path = format!("/buy/tracks/{track}");
    let page = lena.page(&path).await;
    let (key, id) = (hidden(&page, "form_key"), track.to_string());
    let fields = [("form_key", key.as_str()), ("kind", "tracks"), ("id", id.as_str()), ("amount", "3"), ("gift", "true")];
    let (to, _) = lena.submit(&path, "/api/purchases/buy", &fields).await;
    let (receipt, page) = lena.submit(&to, "/api/checkout/pay", &[("id", to.rsplit('/').next().unwrap())]).await;
    assert!(receipt.starts_with("/receipts/") && page.contains("Code of the gift"), "{page}");
    let code: String = sqlx::query_scalar("SELECT code FROM gifts").fetch_one(&site.app.db).await.unwrap();
    let written = [&code[..4], &code[4..8], &code[8..12], &code[12..]].join("-");
    assert!(page.contains(&written), "{page}");
    assert!(site.mail_to("lena@example.com").await.unwrap().1.contains(&written));
    // The artist is paid; the buyer does not own it, and can buy it for herself.
    assert_eq!(balances(&site, artist).await, (270, 0, 0));
    assert!(!owned(&site).await);
    assert!(!lena.page("/library/purchases").await.contains("Night"));
    books_balance(&site).await;

    // Without an account: found however it is typed, and taken along so often.
    let visitor = site.visitor();
    assert!(visitor.page("/gift?code=0000-0000").await.contains("There is no gift with this code"));
    let page = visitor.page(&format!("/gift?code={}", code.to_lowercase())).await;
    assert!(page.contains("Night &lt;Drive&gt;") && page.contains("without an account: 10"), "{page}");
    let download = format!("/gift/{written}/download?format=original");
    for _ in 0..10 {
        let response = visitor.get(&download).await;
        assert_eq!(response.status(), StatusCode::OK);
    }
    assert_ne!(visitor.get(&download).await.status(), StatusCode::OK);
    assert_eq!(visitor.get(&format!("/tracks/{track}/download?format=original")).await.status(), StatusCode::NOT_FOUND);

    // One account keeps it, once; then nobody else takes it.
    let fred = browser(&site, &friend).await;
    let at = format!("/gift?code={written}");
    let (to, page) = fred.submit(&at, "/api/purchases/claim", &[("code", &written)]).await;
    assert!(to == "/library/purchases" && page.contains("Night &lt;Drive&gt;") && !page.contains("$3.00") && !page.contains("/receipts/"), "{page}");
    assert_eq!(fred.submit(&at, "/api/purchases/claim", &[("code", &written)]).await.0, "/library/purchases");
    assert_eq!(site.number("SELECT COUNT(*) FROM songPurchases").await, 1);
    assert_eq!(fred.get(&format!("/tracks/{track}/download?format=original")).await.status(), StatusCode::OK);
    let (to, page) = lena.submit(&at, "/api/purchases/claim", &[("code", &written)]).await;
    assert!(to == at && page.contains("library has this gift already"), "{page}");
    books_balance(&site).await;
}
