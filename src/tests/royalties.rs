//! Advertisements, and stream money shared by day and by month. Expected amounts are worked out by hand or by a plain
//! reference that knows nothing of the database.

use crate::{
    app::{Person, TestApp},
    money::{account, artist, books_balance, browser},
    survival::length,
};
use eternity::{
    ids::{ArtistId, UserId},
    ledger::{self, Account, Entry, Transaction, kind},
    money::Cents,
    royalties,
};
use reqwest::{StatusCode, header};
use std::collections::BTreeMap;
use time::{Date, Duration, OffsetDateTime, macros::datetime};

const DAY: OffsetDateTime = datetime!(2026-03-10 00:00 UTC);
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn insert(site: &TestApp, sql: &str) -> i32 {
    i32::try_from(sqlx::query(sql).execute(&site.app.db).await.unwrap().last_insert_id()).unwrap()
}

async fn track(site: &TestApp, artist: ArtistId, title: &str) -> i32 {
    insert(
        site,
        &format!(
            "INSERT INTO artistUploads (artistId, title, genre, audioUrl, audioKey, duration, isPublished) VALUES ({artist}, '{title}', 'Synth', '/a', 'a', 200, 1)"
        ),
    )
    .await
}

/// Plays as the judge leaves them: of an upload or a song, by a listener or a visitor.
struct Plays<'a> {
    upload: Option<i32>,
    song: Option<i32>,
    by: Result<UserId, &'a str>,
    playlist: Option<i32>,
    at: OffsetDateTime,
    counted: bool,
}

impl Plays<'_> {
    async fn times(&self, site: &TestApp, count: usize) {
        for n in 0..count {
            sqlx::query("INSERT INTO streamHistory (userId, anonymousId, uploadId, trackId, playlistId, counted, excludedReason, listenedMs, playedAt) VALUES (?, ?, ?, ?, ?, ?, ?, 60000, ?)")
                .bind(self.by.ok())
                .bind(self.by.err())
                .bind(self.upload)
                .bind(self.song)
                .bind(self.playlist)
                .bind(i32::from(self.counted))
                .bind((!self.counted).then_some("repeat"))
                .bind(self.at + Duration::minutes(i64::try_from(n).unwrap()))
                .execute(&site.app.db)
                .await
                .unwrap();
        }
    }
}

fn of_track(upload: i32, by: Result<UserId, &str>, at: OffsetDateTime) -> Plays<'_> {
    Plays { upload: Some(upload), song: None, by, playlist: None, at, counted: true }
}

/// A month's payment of a listener: 9.99, of which 6.99 go to whom they hear.
async fn subscription(site: &TestApp, user: UserId, starts: OffsetDateTime, ends: OffsetDateTime) -> i32 {
    let payment = insert(
        site,
        &format!("INSERT INTO payments (userId, amount, purpose, provider, status, completedAt) VALUES ({user}, 999, 'subscription', 'sandbox', 'completed', '2026-03-01')"),
    )
    .await;
    let mut tx = ledger::begin(&site.app).await.unwrap();
    let entries = [(Account::Provider("sandbox"), -999), (Account::PlatformFees, 300), (Account::SubscriptionPool, 699)];
    let transaction = Transaction {
        key: format!("subscription:{payment}"),
        kind: kind::SUBSCRIPTION,
        subject: "payments",
        subject_id: payment,
        reverses: None,
        entries: entries.map(|(account, cents)| Entry { account, amount: Cents(cents) }).to_vec(),
        occurred_at: starts,
    };
    ledger::post(&mut tx, &transaction).await.unwrap();
    royalties::store::fund(&mut tx, payment, user, starts, ends, Cents(699)).await.unwrap();
    ledger::commit(tx).await.unwrap();
    payment
}

/// An advertisement that was seen so often on a day.
async fn advertised(site: &TestApp, price: i32, day: Date, seen: i32) {
    let ad = insert(
        site,
        &format!("INSERT INTO advertisements (advertiser, headline, body, link, pricePerThousand, startsOn) VALUES ('Ida', 'Strings', 'In tune', 'https://ida.example', {price}, '2026-01-01')"),
    )
    .await;
    insert(site, &format!("INSERT INTO adDays (adId, day, impressions, visitorImpressions) VALUES ({ad}, '{day}', {seen}, 0)")).await;
}

/// Artist, track, playlist, amount and period of every earning, in order.
async fn earnings(site: &TestApp) -> Vec<(i32, Option<i32>, Option<i32>, i32, String)> {
    sqlx::query_as("SELECT artistId, trackId, playlistId, amount, period FROM creatorEarnings ORDER BY period, artistId, trackId, playlistId")
        .fetch_all(&site.app.db)
        .await
        .unwrap()
}

async fn balance(site: &TestApp, account: &str) -> i64 {
    site.number(&format!(
        "SELECT COALESCE((SELECT balance FROM ledgerBalances JOIN ledgerAccounts ON ledgerAccounts.id = accountId WHERE code = '{account}'), 0)"
    ))
    .await
}

async fn close(site: &TestApp, now: OffsetDateTime) -> usize {
    royalties::store::close_due(&site.app, now).await.unwrap()
}

async fn asks(person: &Person, path: &str, agent: &str) -> (StatusCode, Option<String>) {
    let response = person.client.get(format!("{}{path}", person.url)).header(header::USER_AGENT, agent).send().await.unwrap();
    let to = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
    (response.status(), to)
}

#[tokio::test]
async fn advertisements_are_for_those_who_do_not_pay_and_count_once() {
    let site = TestApp::start().await;
    let admin = browser(&site, &account(&site, "Ada", "admin").await).await;
    let fields = [
        ("advertiser", "Ida"),
        ("headline", "Strings that <stay> in tune"),
        ("body", "Hand-made"),
        ("link", "ida.example/strings"),
        ("price", "4,50"),
        ("starts_on", "2026-01-01"),
        ("active", "true"),
    ];
    // A price of nothing is refused at its field, and what was typed stands there still.
    let refused: Vec<(&str, &str)> = fields.iter().map(|&(name, value)| (name, if name == "price" { "0" } else { value })).collect();
    let (_, page) = admin.submit("/admin/ads/new", "/api/ads/save", &refused).await;
    assert!(page.contains("A price from 0.01") && page.contains("ida.example/strings"), "{page}");
    let (path, page) = admin.submit("/admin/ads/new", "/api/ads/save", &fields).await;
    assert_eq!(path, "/admin/ads");
    assert!(page.contains("Strings that &lt;stay&gt; in tune") && page.contains("$4.50"), "{page}");

    let visitor = site.visitor();
    assert!(visitor.page("/").await.contains("Advertisement by Ida"));
    for _ in 0..3 {
        assert_eq!(asks(&visitor, "/ads/1/seen", FIREFOX).await.0, StatusCode::OK);
    }
    assert_eq!(asks(&visitor, "/ads/1/seen", "Googlebot/2.1").await.0, StatusCode::OK);
    assert_eq!(asks(&visitor, "/ads/1/visit", FIREFOX).await, (StatusCode::SEE_OTHER, Some("https://ida.example/strings".to_owned())));
    assert_eq!(asks(&visitor, "/ads/2/visit", FIREFOX).await.0, StatusCode::NOT_FOUND);

    let (listener, user) = site.signed_in("Lena").await;
    assert!(listener.page("/").await.contains("Advertisement by Ida"));
    asks(&listener, "/ads/1/seen", FIREFOX).await;
    site.app.clock.advance(Duration::minutes(2));
    asks(&listener, "/ads/1/seen", FIREFOX).await;
    asks(&listener, "/ads/1/visit", FIREFOX).await;
    let counted: Vec<(String, i32, i32)> =
        sqlx::query_as("SELECT adId, impressions, clicks FROM adMetrics WHERE userId = ?").bind(user).fetch_all(&site.app.db).await.unwrap();
    assert_eq!(counted, [("1".to_owned(), 2, 1)]);
    let day: (i32, i32, i32, i32) =
        sqlx::query_as("SELECT impressions, clicks, visitorImpressions, visitorClicks FROM adDays").fetch_one(&site.app.db).await.unwrap();
    assert_eq!(day, (2, 1, 1, 1));

    // Whoever pays sees none, and counts for none.
    let (payer, user) = site.signed_in("Pia").await;
    sqlx::query("INSERT INTO userSubscriptions (userId, tierId, status, currentPeriodStart, currentPeriodEnd) SELECT ?, id, 'active', ?, ? FROM subscriptionTiers WHERE name = 'Premium'")
        .bind(user)
        .bind(site.app.clock.now() - Duration::days(1))
        .bind(site.app.clock.now() + Duration::days(29))
        .execute(&site.app.db)
        .await
        .unwrap();
    assert!(!payer.page("/").await.contains("Advertisement by"));
    asks(&payer, "/ads/1/seen", FIREFOX).await;
    assert_eq!(site.number("SELECT COUNT(*) FROM adMetrics").await, 1);
}

#[tokio::test]
async fn a_day_is_shared_over_the_plays_of_those_who_do_not_pay() {
    let site = TestApp::start().await;
    let (_, first) = artist(&site, "Aurora").await;
    let (second_user, second) = artist(&site, "Boreal").await;
    let (night, dawn) = (track(&site, first, "Night Drive").await, track(&site, second, "Dawn").await);
    let song = insert(&site, "INSERT INTO tracks (title, artistName, duration, isPublished) VALUES ('House song', 'The House', 200, 1)").await;
    let list = insert(&site, &format!("INSERT INTO userPlaylists (userId, name, isPublic) VALUES ({}, 'Evening', 1)", second_user.id)).await;
    let (_, free) = site.signed_in("Lena").await;
    let (_, payer) = site.signed_in("Pia").await;
    subscription(&site, payer, DAY - Duration::days(5), DAY + Duration::days(26)).await;
    let noon = DAY + Duration::hours(12);
    of_track(night, Err("visitor-1"), noon).times(&site, 3).await;
    of_track(night, Ok(free), noon).times(&site, 1).await;
    Plays { playlist: Some(list), ..of_track(dawn, Ok(free), noon) }.times(&site, 2).await;
    Plays { song: Some(song), upload: None, ..of_track(0, Err("visitor-2"), noon) }.times(&site, 1).await;
    // None of these share in it: not counted, of the day after, and of somebody who pays.
    Plays { counted: false, ..of_track(dawn, Ok(free), noon) }.times(&site, 5).await;
    of_track(dawn, Ok(free), DAY + Duration::hours(24)).times(&site, 2).await;
    of_track(dawn, Ok(payer), noon).times(&site, 4).await;
    // 2,000 at 5.00 for a thousand are 10.00, 7.00 of it for seven plays.
    advertised(&site, 500, DAY.date(), 2_000).await;

    assert_eq!(close(&site, DAY + Duration::hours(29)).await, 0, "the day's last plays may be on their way");
    assert_eq!(close(&site, DAY + Duration::hours(30)).await, 1);
    let daily = || "daily".to_owned();
    let expected = vec![(first.0, Some(night), None, 400, daily()), (second.0, Some(dawn), Some(list), 200, daily())];
    assert_eq!(earnings(&site).await, expected);
    assert_eq!(balance(&site, "label:royalties").await, 100);
    assert_eq!((balance(&site, "fees:platform").await, balance(&site, "pool:streams").await), (300 + 300, 0));
    books_balance(&site).await;
    assert_eq!(close(&site, DAY + Duration::hours(31)).await, 0);
    assert_eq!(earnings(&site).await, expected);

    // The next day brings no money; the day after that brings some and has no plays: it waits for a day that has.
    assert_eq!(close(&site, DAY + Duration::hours(54)).await, 1);
    assert_eq!(earnings(&site).await, expected);
    advertised(&site, 1_000, (DAY + Duration::days(2)).date(), 1_000).await;
    assert_eq!(close(&site, DAY + Duration::hours(78)).await, 1);
    assert_eq!(balance(&site, "pool:streams").await, 700);
    of_track(dawn, Err("visitor-3"), DAY + Duration::hours(73)).times(&site, 1).await;
    assert_eq!(close(&site, DAY + Duration::hours(102)).await, 1);
    assert_eq!(earnings(&site).await.len(), 3);
    assert_eq!(balance(&site, "pool:streams").await, 0);
    books_balance(&site).await;

    // Held for a week after the day, then available.
    ledger::release(&site.app, DAY + Duration::days(8) - Duration::minutes(1)).await.unwrap();
    assert_eq!(balance(&site, &format!("artist:{first}:available")).await, 0);
    ledger::release(&site.app, DAY + Duration::days(8)).await.unwrap();
    assert_eq!(balance(&site, &format!("artist:{first}:available")).await, 400);
    books_balance(&site).await;
}

#[tokio::test]
async fn a_month_gives_each_listeners_money_to_whom_they_heard() {
    let site = TestApp::start().await;
    let (aurora, first) = artist(&site, "Aurora").await;
    let (boreal, second) = artist(&site, "Boreal").await;
    let (night, dusk, dawn) = (track(&site, first, "Night Drive").await, track(&site, first, "Dusk").await, track(&site, second, "Dawn").await);
    let song = insert(&site, "INSERT INTO tracks (title, artistName, duration, isPublished) VALUES ('House song', 'The House', 200, 1)").await;
    let people = [site.signed_in("Lena").await, site.signed_in("Mia").await, site.signed_in("Nora").await, site.signed_in("Olga").await];
    let [lena, mia, nora, olga] = [0, 1, 2, 3].map(|n| people[n].1);
    let (start, end) = (datetime!(2026-02-14 09:00 UTC), datetime!(2026-03-14 09:00 UTC));
    for user in [lena, mia, nora] {
        subscription(&site, user, start, end).await;
    }
    // Of April's closing: her days are not over.
    let later = subscription(&site, olga, start, datetime!(2026-04-02 09:00 UTC)).await;
    // Lena: 699 by 2:1:4 plays, in sevenths: 199.71, 99.86, 399.43.
    of_track(night, Ok(lena), start).times(&site, 2).await;
    of_track(dawn, Ok(lena), end - Duration::minutes(1)).times(&site, 1).await;
    Plays { song: Some(song), upload: None, ..of_track(0, Ok(lena), DAY) }.times(&site, 4).await;
    // Before and after what she paid for.
    of_track(dusk, Ok(lena), start - Duration::minutes(1)).times(&site, 1).await;
    of_track(dusk, Ok(lena), end).times(&site, 1).await;
    // Mia hears one track, very often; it costs Lena nothing. Nora hears nothing.
    of_track(dusk, Ok(mia), DAY).times(&site, 40).await;
    of_track(dawn, Ok(olga), DAY).times(&site, 3).await;

    assert_eq!(close(&site, datetime!(2026-04-01 05:59 UTC)).await, 0);
    assert_eq!(close(&site, datetime!(2026-04-01 06:00 UTC)).await, 1);
    let monthly = || "monthly".to_owned();
    let expected =
        vec![(first.0, Some(night), None, 200, monthly()), (first.0, Some(dusk), None, 699, monthly()), (second.0, Some(dawn), None, 100, monthly())];
    assert_eq!(earnings(&site).await, expected);
    assert_eq!(balance(&site, "label:royalties").await, 399);
    assert_eq!((balance(&site, "pool:streams").await, balance(&site, "pool:subscriptions").await), (699, 699));
    books_balance(&site).await;

    // Any cent leads back to the plays, and forward to whom it went; of nobody else's.
    let closing = site.number("SELECT id FROM royaltyClosings").await;
    let page = browser(&site, &aurora).await.page(&format!("/studio/royalties/{closing}")).await;
    for text in ["Night Drive", "$2.00", "Dusk", "$6.99", "$8.99", "3 subscribers"] {
        assert!(page.contains(text), "{text} is not in {page}");
    }
    assert!(!page.contains("Dawn") && !page.contains("Lena"), "{page}");
    assert!(browser(&site, &boreal).await.page("/studio/royalties").await.contains("$1.00"));
    let (listener, _) = artist(&site, "Castor").await;
    assert_eq!(browser(&site, &listener).await.get(&format!("/studio/royalties/{closing}")).await.status(), StatusCode::NOT_FOUND);
    let page = people[0].0.page("/library/spent").await;
    for text in ["$9.99", "$6.99", "$3.00", "Aurora", "$2.00", "Boreal", "$1.00", "House song", "$3.99"] {
        assert!(page.contains(text), "{text} is not in {page}");
    }
    assert!(people[2].0.page("/library/spent").await.contains("You heard nothing in these days"));
    assert!(people[3].0.page("/library/spent").await.contains("These days are not over"));

    // The next month: Olga's days, and nobody's twice.
    assert_eq!(close(&site, datetime!(2026-05-01 06:00 UTC)).await, 1);
    let rows = earnings(&site).await;
    assert_eq!(rows.len(), 4);
    assert_eq!(site.number(&format!("SELECT SUM(amount) FROM royaltyShares WHERE paymentId = {later}")).await, 699);
    books_balance(&site).await;
}

/// Numbers that are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        // Knuth's MMIX generator; the high bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A month that is closed by several workers which are ended at any moment, until one gets through, is the same as one
/// that is closed by a plain reference in one go: no cent more, none less, each artist's to the cent.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_month_cut_off_again_and_again_is_closed_once() {
    let site = TestApp::start().await;
    let (listeners, artists, plays) = (length(60, 10_000), length(12, 2_000), length(3_000, 5_000_000));
    let mut uploads = Vec::new();
    for n in 0..artists {
        let (_, artist) = artist(&site, &format!("Artist {n}")).await;
        uploads.push((artist, track(&site, artist, "One").await));
        uploads.push((artist, track(&site, artist, "Two").await));
    }
    let (start, end) = (datetime!(2026-03-01 00:00 UTC), datetime!(2026-04-01 00:00 UTC));
    let mut payments: Vec<(UserId, i32)> = Vec::new();
    for n in 0..listeners {
        let user = UserId(insert(&site, &format!("INSERT INTO users (name, role) VALUES ('Listener {n}', 'user')")).await);
        payments.push((user, subscription(&site, user, start, end).await));
    }
    let mut dice = Dice(17);
    let mut heard: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    let mut values = Vec::new();
    for n in 0..plays {
        // Everybody has a few favourites; the last listener hears nothing.
        let listener = usize::try_from(dice.below(u64::try_from(listeners - 1).unwrap())).unwrap();
        let favourite = usize::try_from(dice.below(12)).unwrap();
        let upload = (listener * 31 + favourite * 7) % uploads.len();
        *heard.entry((listener, upload)).or_default() += 1;
        let at = start + Duration::seconds(i64::try_from(dice.below(31 * 86_400)).unwrap());
        values.push(format!(
            "({}, {}, 1, 60000, '{} {}')",
            payments[listener].0,
            uploads[upload].1,
            at.date(),
            at.time().replace_nanosecond(0).unwrap()
        ));
        if values.len() == 2_000 || n + 1 == plays {
            insert(&site, &format!("INSERT INTO streamHistory (userId, uploadId, counted, listenedMs, playedAt) VALUES {}", values.join(","))).await;
            values.clear();
        }
    }

    let now = datetime!(2026-04-01 07:00 UTC);
    let began = std::time::Instant::now();
    let mut cuts = 0;
    loop {
        let workers: Vec<_> = (0..3)
            .map(|_| {
                let app = site.app.clone();
                tokio::spawn(async move { royalties::store::close_due(&app, now).await.is_ok() })
            })
            .collect();
        // A little longer each time, so that each gets a little further.
        tokio::time::sleep(std::time::Duration::from_millis(5 + 9 * cuts)).await;
        let mut done = false;
        for worker in workers {
            worker.abort();
            done |= worker.await.is_ok_and(|closed| closed);
        }
        if done {
            break;
        }
        cuts += 1;
    }
    println!("{plays} plays of {listeners} listeners and {artists} artists: closed after {cuts} cuts in {:.1} s", began.elapsed().as_secs_f32());
    books_balance(&site).await;

    let mut expected: BTreeMap<(i32, i32), i64> = BTreeMap::new();
    let mut by_listener: BTreeMap<usize, Vec<(i32, usize, u64)>> = BTreeMap::new();
    for (&(listener, upload), &count) in &heard {
        by_listener.entry(listener).or_default().push((uploads[upload].0.0, upload, count));
    }
    for (listener, mut lines) in by_listener {
        lines.sort_by_key(|&(artist, upload, _)| (artist, uploads[upload].1));
        let turn = usize::try_from(payments[listener].1).unwrap() % lines.len();
        lines.rotate_left(turn);
        let total: u64 = lines.iter().map(|(.., count)| count).sum();
        let mut parts: Vec<(u64, u64)> = lines.iter().map(|(.., count)| (699 * count / total, 699 * count % total)).collect();
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.sort_by_key(|&line| std::cmp::Reverse(parts[line].1));
        let rest = 699 - parts.iter().map(|(cents, _)| cents).sum::<u64>();
        for &line in order.iter().take(usize::try_from(rest).unwrap()) {
            parts[line].0 += 1;
        }
        for ((artist, upload, _), (cents, _)) in lines.into_iter().zip(parts) {
            *expected.entry((artist, uploads[upload].1)).or_default() += i64::try_from(cents).unwrap();
        }
    }
    expected.retain(|_, cents| *cents > 0);
    let rows: BTreeMap<(i32, i32), i64> =
        earnings(&site).await.into_iter().map(|(artist, track, _, amount, _)| ((artist, track.unwrap()), i64::from(amount))).collect();
    assert_eq!(rows, expected);
    assert_eq!(balance(&site, "pool:streams").await, 699, "of the one who heard nothing");
    assert_eq!(close(&site, now).await, 0);
}
