//! Money, from a tip to a payout. Every test ends with the proof that the books balance.

use crate::{
    app::{Person, TestApp},
    survival::length,
};
use eternity::{
    accounts::{Artist, Me},
    checkout,
    error::AppError,
    ids::{ArtistId, PayoutId, UserId},
    ledger::{self, Account, Entry, Transaction},
    money::Cents,
    payments::Provider,
    payouts::{self, Approval, Destination, Method},
    server::{sessions, tokens},
    tips::{self, store::Wish},
};
use reqwest::{StatusCode, header};
use std::sync::Arc;
use time::Duration;
use tower_sessions::Session;
use tower_sessions_sqlx_store::MySqlStore;

pub async fn account(site: &TestApp, name: &str, role: &str) -> Me {
    let now = site.app.clock.now();
    let email = format!("{}@example.com", name.to_lowercase());
    let id = sqlx::query("INSERT INTO users (name, role) VALUES (?, ?)").bind(name).bind(role).execute(&site.app.db).await.unwrap().last_insert_id();
    sqlx::query("INSERT INTO accountCredentials (userId, email, emailKey, emailVerifiedAt) VALUES (?, ?, ?, ?)")
        .bind(id)
        .bind(&email)
        .bind(&email)
        .bind(now)
        .execute(&site.app.db)
        .await
        .unwrap();
    Me { id: UserId(i32::try_from(id).unwrap()), name: name.to_owned(), email, verified: true, admin: role == "admin", artist: None }
}

pub async fn artist(site: &TestApp, name: &str) -> (Me, ArtistId) {
    let mut me = account(site, name, "user").await;
    let id = sqlx::query("INSERT INTO artistProfiles (userId, artistName) VALUES (?, ?)").bind(me.id).bind(name).execute(&site.app.db).await.unwrap();
    let id = ArtistId(i32::try_from(id.last_insert_id()).unwrap());
    me.artist = Some(Artist { id, name: name.to_owned() });
    (me, id)
}

pub async fn track(site: &TestApp, artist: ArtistId) -> i32 {
    let done = sqlx::query(
        "INSERT INTO artistUploads (artistId, title, genre, audioUrl, audioKey, isPublished) VALUES (?, 'Night Drive', 'Synth', '/a', 'a', 1)",
    )
    .bind(artist)
    .execute(&site.app.db)
    .await
    .unwrap();
    i32::try_from(done.last_insert_id()).unwrap()
}

/// A browser that is logged in.
pub async fn browser(site: &TestApp, me: &Me) -> Person {
    let database: String = sqlx::query_scalar("SELECT DATABASE()").fetch_one(&site.app.db).await.unwrap();
    let store = MySqlStore::new(site.app.db.clone()).with_schema_name(database).unwrap().with_table_name("webSessions").unwrap();
    let session = Session::new(None, Arc::new(store), None);
    sessions::log_in(&site.app, &session, me.id, "test").await.unwrap();
    let cookie = format!("session={}", session.id().unwrap());
    let headers = header::HeaderMap::from_iter([(header::COOKIE, header::HeaderValue::from_str(&cookie).unwrap())]);
    let mut person = site.visitor();
    person.client = crate::app::client().default_headers(headers).redirect(reqwest::redirect::Policy::none()).build().unwrap();
    person
}

pub fn wish(artist: ArtistId, cents: i64) -> Wish {
    Wish { form_key: tokens::ulid(), artist, track: None, amount: Cents(cents), message: "More".to_owned(), cover_fee: false, anonymous: false }
}

/// A tip that is paid, and may be released at once.
pub async fn tip(site: &TestApp, from: &Me, artist: ArtistId, cents: i64) {
    let now = site.app.clock.now();
    let checkout = tips::store::start(&site.app, from, Provider::Sandbox, &wish(artist, cents), now).await.unwrap();
    checkout::store::pay(&site.app, from.id, &checkout, now).await.unwrap();
}

pub async fn balances(site: &TestApp, artist: ArtistId) -> (i64, i64, i64) {
    let mut connection = site.app.db.acquire().await.unwrap();
    let held = ledger::balances(&mut connection, artist).await.unwrap();
    (held.on_hold.0, held.available.0, held.reserved.0)
}

pub async fn books_balance(site: &TestApp) {
    let report = ledger::verify(&site.app.db).await.unwrap();
    assert!(report.balances(), "{report}");
}

pub fn hidden(page: &str, name: &str) -> String {
    let input = page.split("<input").find(|input| input.contains(&format!("name=\"{name}\""))).unwrap_or_else(|| panic!("no field {name} in {page}"));
    input.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_tip_without_javascript_to_the_cent() {
    let site = TestApp::start().await;
    let listener = account(&site, "Lena", "user").await;
    let (me, artist) = artist(&site, "Aurora").await;
    let track = track(&site, artist).await;
    let lena = browser(&site, &listener).await;

    let path = format!("/tip/tracks/{track}");
    let page = lena.page(&path).await;
    assert!(page.contains("Tip Aurora for Night Drive"), "{page}");
    let key = hidden(&page, "form_key");
    let fields = |other: &'static str| {
        vec![
            ("artist", artist.to_string()),
            ("track", track.to_string()),
            ("amount", "5.00".to_owned()),
            ("other", other.to_owned()),
            ("cover_fee", "true".to_owned()),
        ]
    };
    let form = |other: &'static str, message: &str| {
        let mut fields = fields(other);
        fields.push(("form_key", key.clone()));
        fields.push(("message", message.to_owned()));
        fields
    };
    let send = async |fields: Vec<(&'static str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        lena.submit(&path, "/api/tips/send", &fields).await
    };

    // Refused: what was typed is still there, and the reason stands at the field.
    let (to, page) = send(form("0.99", "<b>Encore</b>")).await;
    assert_eq!(to, path);
    assert!(page.contains("from 1.00 to 500.00") && page.contains("&lt;b&gt;Encore"), "{page}");

    let (to, page) = send(form("7.77", "<b>Encore</b>")).await;
    assert!(to.starts_with("/checkout/"), "{to}");
    assert!(page.contains("Test payments") && page.contains("$8.16") && page.contains("$0.39") && page.contains("$7.77"), "{page}");
    // The same form again is the same checkout; with another amount it is refused.
    assert_eq!(send(form("7.77", "<b>Encore</b>")).await.0, to);
    assert_eq!(send(form("8.00", "<b>Encore</b>")).await.0, path);
    assert_eq!(site.number("SELECT COUNT(*) FROM payments").await, 1);

    let checkout = to.rsplit('/').next().unwrap();
    let (receipt, page) = lena.submit(&to, "/api/checkout/pay", &[("id", checkout)]).await;
    assert!(receipt.starts_with("/receipts/") && page.contains("$8.16"), "{receipt}");
    // Pressed twice, it is paid once.
    assert_eq!(lena.submit(&to, "/api/checkout/pay", &[("id", checkout)]).await.0, receipt);

    assert_eq!(balances(&site, artist).await, (777, 0, 0));
    assert_eq!(site.number("SELECT amount FROM tips WHERE paymentStatus = 'completed'").await, 777);
    assert_eq!(site.number("SELECT amount FROM creatorEarnings WHERE earningType = 'tips' AND period IS NULL").await, 777);
    assert_eq!(site.number("SELECT trackId FROM creatorEarnings").await, i64::from(track));
    assert_eq!(
        site.number("SELECT balance FROM ledgerBalances JOIN ledgerAccounts ON id = accountId WHERE code = 'provider:sandbox:balance'").await,
        -816
    );
    assert_eq!(site.number("SELECT balance FROM ledgerBalances JOIN ledgerAccounts ON id = accountId WHERE code = 'fees:platform'").await, 39);

    let (subject, body) = site.mail_to("aurora@example.com").await.unwrap();
    assert!(subject.contains("Lena") && subject.contains("$7.77") && body.contains("<b>Encore</b>"), "{subject} {body}");
    assert!(site.mail_to("lena@example.com").await.unwrap().1.contains("$8.16"));

    // The artist sees it and replies; other people's receipts do not exist.
    let aurora = browser(&site, &me).await;
    let page = aurora.page("/studio/tips").await;
    assert!(page.contains("Lena") && page.contains("&lt;b&gt;Encore"), "{page}");
    assert!(aurora.page("/studio/earnings").await.contains("$7.77"));
    let (_, page) = aurora.submit("/studio/tips/1", "/api/tips/reply", &[("tip", "1"), ("reply", "Thank you, truly")]).await;
    assert!(page.contains("Replied"), "{page}");
    assert!(lena.page(&receipt).await.contains("Thank you, truly"));
    assert!(site.mail_to("lena@example.com").await.unwrap().1.contains("Thank you, truly"));
    assert_eq!(aurora.get(&receipt).await.status(), StatusCode::NOT_FOUND);
    let csv = aurora.get("/studio/earnings.csv").await.text().await.unwrap();
    assert!(csv.contains("\"Night Drive\",8.16,0.39,7.77,USD"), "{csv}");
    let month = site.number("SELECT EXTRACT(YEAR_MONTH FROM createdAt) FROM creatorEarnings").await;
    let month = format!("{}-{:02}", month / 100, month % 100);
    let page = aurora.page("/studio/earnings").await;
    assert!(page.contains(&format!("href=\"/studio/earnings/{month}\"")), "{page}");
    let page = aurora.page(&format!("/studio/earnings/{month}")).await;
    assert!(["$8.16", "$0.39", "$7.77", "Night Drive", "Aurora"].iter().all(|part| page.contains(part)), "{page}");
    for none in ["2037-12", "1999-13", "all"] {
        assert_eq!(aurora.get(&format!("/studio/earnings/{none}")).await.status(), StatusCode::NOT_FOUND, "{none}");
    }
    assert!(aurora.page("/studio/earnings/1999-01").await.contains("Nothing was earned in this month"));
    assert_eq!(site.visitor().get("/studio/earnings.csv").await.status(), StatusCode::SEE_OTHER);
    books_balance(&site).await;
}

#[tokio::test]
async fn who_may_not_tip() {
    let site = TestApp::start().await;
    let (me, artist) = artist(&site, "Aurora").await;
    let now = site.app.clock.now();
    let refused = async |from: &Me, wish: Wish| tips::store::start(&site.app, from, Provider::Sandbox, &wish, now).await;
    assert!(matches!(refused(&me, wish(artist, 500)).await, Err(AppError::Refused(_))), "oneself");
    let mut stranger = account(&site, "Lena", "user").await;
    stranger.verified = false;
    assert!(matches!(refused(&stranger, wish(artist, 500)).await, Err(AppError::Refused(_))), "unverified");
    stranger.verified = true;
    assert_eq!(refused(&stranger, wish(ArtistId(999), 500)).await, Err(AppError::NotFound));
    assert!(refused(&stranger, Wish { track: Some(eternity::ids::TrackId(999)), ..wish(artist, 500) }).await == Err(AppError::NotFound));
    assert_eq!(site.number("SELECT COUNT(*) FROM tips").await, 0);
}

#[tokio::test]
async fn production_without_a_provider_takes_no_money() {
    let site = TestApp::start_with(|config| config.mode = eternity::server::config::Mode::Production).await;
    let listener = account(&site, "Lena", "user").await;
    let (_, artist) = artist(&site, "Aurora").await;
    let lena = browser(&site, &listener).await;
    assert!(lena.page(&format!("/tip/artists/{artist}")).await.contains("Payments are not set up"));
    let (status, _) = lena.call("tips/send", &[("form_key", &tokens::ulid()), ("artist", &artist.to_string()), ("amount", "5.00")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_declined_or_forgotten_checkout_moves_nothing() {
    let site = TestApp::start().await;
    let listener = account(&site, "Lena", "user").await;
    let (_, artist) = artist(&site, "Aurora").await;
    let now = site.app.clock.now();
    let start = async || tips::store::start(&site.app, &listener, Provider::Sandbox, &wish(artist, 500), now).await.unwrap();
    let (declined, forgotten) = (start().await, start().await);
    checkout::store::decline(&site.app, listener.id, &declined, now).await.unwrap();
    assert!(matches!(checkout::store::pay(&site.app, listener.id, &declined, now).await, Err(AppError::Refused(_))));
    site.app.clock.advance(Duration::hours(25));
    site.work().await;
    assert!(matches!(checkout::store::pay(&site.app, listener.id, &forgotten, site.app.clock.now()).await, Err(AppError::Refused(_))));
    assert_eq!(site.number("SELECT COUNT(*) FROM tips WHERE paymentStatus = 'failed'").await, 2);
    assert_eq!(site.number("SELECT COUNT(*) FROM payments WHERE status = 'failed'").await, 2);
    books_balance(&site).await;
}

#[tokio::test]
async fn an_artist_who_left_is_not_paid_by_a_checkout_that_was_open() {
    let site = TestApp::start().await;
    let listener = account(&site, "Lena", "user").await;
    let (me, artist) = artist(&site, "Aurora").await;
    let now = site.app.clock.now();
    let checkout = tips::store::start(&site.app, &listener, Provider::Sandbox, &wish(artist, 500), now).await.unwrap();
    eternity::accounts::store::closing::close(&site.app, &me).await.unwrap();
    assert!(matches!(checkout::store::pay(&site.app, listener.id, &checkout, now).await, Err(AppError::Refused(_))));
    assert_eq!(site.number("SELECT COUNT(*) FROM tips WHERE paymentStatus = 'completed'").await, 0);
    // Once paid, the account can't be closed with the money in it.
    let (me, artist) = self::artist(&site, "Boreas").await;
    tip(&site, &listener, artist, 500).await;
    assert!(matches!(eternity::accounts::store::closing::close(&site.app, &me).await, Err(AppError::Refused(_))));
    books_balance(&site).await;
}

#[tokio::test]
async fn the_same_form_sent_by_many_at_once_is_one_checkout() {
    let site = TestApp::start().await;
    let listener = account(&site, "Lena", "user").await;
    let (_, artist) = artist(&site, "Aurora").await;
    let wish = wish(artist, 500);
    let now = site.app.clock.now();
    let sent = futures::future::join_all((0..length(30, 100)).map(|_| tips::store::start(&site.app, &listener, Provider::Sandbox, &wish, now))).await;
    let first = sent[0].clone().unwrap();
    assert!(sent.iter().all(|checkout| checkout.as_ref() == Ok(&first)), "{sent:?}");
    let paid = futures::future::join_all((0..length(30, 100)).map(|_| checkout::store::pay(&site.app, listener.id, &first, now))).await;
    assert!(paid.iter().all(|payment| payment == &paid[0] && payment.is_ok()), "{paid:?}");
    assert_eq!(balances(&site, artist).await, (475, 0, 0));
    assert_eq!(site.number("SELECT COUNT(*) FROM tips").await, 1);
    books_balance(&site).await;
}

#[tokio::test]
async fn many_tips_at_once_lose_no_cent() {
    let site = TestApp::start().await;
    let (_, one) = artist(&site, "Aurora").await;
    let (_, two) = artist(&site, "Basalt").await;
    let listener = account(&site, "Lena", "user").await;
    futures::future::join_all((0..40).map(|number| tip(&site, &listener, if number % 2 == 0 { one } else { two }, 101))).await;
    // 5 % of 1.01 is 0.05.
    assert_eq!(balances(&site, one).await, (20 * 96, 0, 0));
    assert_eq!(balances(&site, two).await, (20 * 96, 0, 0));
    books_balance(&site).await;
}

#[tokio::test]
async fn a_tip_is_held_for_seven_days() {
    let site = TestApp::start().await;
    let (_, artist) = artist(&site, "Aurora").await;
    let listener = account(&site, "Lena", "user").await;
    tip(&site, &listener, artist, 1000).await;
    site.app.clock.advance(Duration::days(7) - Duration::minutes(1));
    site.work().await;
    assert_eq!(balances(&site, artist).await, (950, 0, 0));
    site.app.clock.advance(Duration::minutes(2));
    // Two workers at once release it once.
    let now = site.app.clock.now();
    let (one, two) = tokio::join!(ledger::release(&site.app, now), ledger::release(&site.app, now));
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(balances(&site, artist).await, (0, 950, 0));
    books_balance(&site).await;
}

/// An artist with released earnings of these tips and a destination.
pub async fn rich_artist(site: &TestApp, tips: &[i64], destination: &str) -> (Me, ArtistId) {
    let (me, artist) = artist(site, "Aurora").await;
    let listener = account(site, "Lena", "user").await;
    for &cents in tips {
        tip(site, &listener, artist, cents).await;
    }
    site.app.clock.advance(Duration::days(8));
    site.work().await;
    let destination = Destination::parse(Method::Paypal, destination).unwrap();
    payouts::store::set_destination(&site.app, me.id, artist, &destination, site.app.clock.now()).await.unwrap();
    (me, artist)
}

#[tokio::test]
async fn of_many_requests_for_the_whole_balance_one_succeeds() {
    let site = TestApp::start().await;
    let (me, artist) = rich_artist(&site, &[2000, 3000, 1000], "aurora@example.com").await;
    let now = site.app.clock.now();
    let keys: Vec<String> = (0..length(50, 1_000)).map(|_| tokens::ulid()).collect();
    let requests =
        futures::future::join_all(keys.iter().map(|key| payouts::store::request(&site.app, &me, artist, Some(Cents(5700)), key, now))).await;
    let (good, bad): (Vec<_>, Vec<_>) = requests.into_iter().partition(Result::is_ok);
    assert_eq!(good.len(), 1);
    assert!(bad.iter().all(|result| matches!(result, Err(AppError::Invalid(_)))), "{bad:?}");
    assert_eq!(balances(&site, artist).await, (0, 0, 5700));
    assert_eq!(site.number("SELECT SUM(amount) FROM payoutEarnings").await, 5700);
    books_balance(&site).await;
}

#[tokio::test]
async fn a_payout_from_request_to_statement() {
    let site = TestApp::start().await;
    let (me, artist) = rich_artist(&site, &[2000, 3000, 1000], "aurora@example.com").await;
    let admin = account(&site, "Ada", "admin").await;
    let (aurora, ada) = (browser(&site, &me).await, browser(&site, &admin).await);

    let page = aurora.page("/studio/payouts").await;
    let key = hidden(&page, "form_key");
    assert_eq!(hidden(&page, "amount"), "57.00");
    let (to, page) = aurora.submit("/studio/payouts", "/api/payouts/request", &[("form_key", &key), ("amount", "9.99")]).await;
    assert!(to == "/studio/payouts" && page.contains("The minimum is $10.00"), "{page}");
    let (to, page) = aurora.submit("/studio/payouts", "/api/payouts/request", &[("form_key", &key), ("amount", "30.00")]).await;
    assert_eq!(to, "/studio/payouts/1");
    assert!(page.contains("Waiting for approval") && page.contains("$30.00") && page.contains("$19.00") && page.contains("$11.00"), "{page}");
    assert_eq!(aurora.submit("/studio/payouts", "/api/payouts/request", &[("form_key", &key), ("amount", "30.00")]).await.0, to);
    assert_eq!(balances(&site, artist).await, (0, 2700, 3000));

    assert!(ada.page("/admin").await.contains("Payouts waiting"));
    assert!(ada.page("/admin/payouts").await.contains("Aurora"));
    assert_eq!(aurora.get("/admin/payouts").await.status(), StatusCode::FORBIDDEN);
    assert_eq!(aurora.call("admin/payout_approve", &[("payout", "1")]).await.0, StatusCode::FORBIDDEN);
    let (_, page) = ada.submit("/admin/payouts/1", "/api/admin/payout_approve", &[("payout", "1")]).await;
    assert!(page.contains("Being sent"), "{page}");
    site.work().await;
    let page = aurora.page("/studio/payouts/1").await;
    assert!(page.contains("Paid") && page.contains("sandbox_") && page.contains("by Ada"), "{page}");
    assert_eq!(
        site.number("SELECT COUNT(*) FROM creatorPayouts WHERE status = 'completed' AND transactionId IS NOT NULL AND processedAt IS NOT NULL").await,
        1
    );
    assert_eq!(balances(&site, artist).await, (0, 2700, 0));
    assert!(site.mail_to("aurora@example.com").await.unwrap().0.contains("paid"));
    assert_eq!(site.number("SELECT COUNT(*) FROM auditLog WHERE subject = 'creatorPayouts'").await, 3);
    assert!(ada.page("/admin/payouts?status=completed").await.contains("Aurora"));
    books_balance(&site).await;
}

#[tokio::test]
async fn a_refused_transfer_gives_the_money_back_with_the_reason() {
    let site = TestApp::start().await;
    let (me, artist) = rich_artist(&site, &[2000], "fail@example.com").await;
    let admin = account(&site, "Ada", "admin").await;
    let now = site.app.clock.now();
    let payout = payouts::store::request(&site.app, &me, artist, None, &tokens::ulid(), now).await.unwrap();
    payouts::store::approve(&site.app, admin.id, payout, now).await.unwrap();
    site.work().await;
    assert_eq!(site.number("SELECT COUNT(*) FROM creatorPayouts WHERE status = 'failed'").await, 1);
    assert_eq!(balances(&site, artist).await, (0, 1900, 0));
    assert!(site.mail_to("aurora@example.com").await.unwrap().1.contains("fail@example.com"));
    // The earnings are free for the next payout.
    let now = site.app.clock.now();
    let second = payouts::store::request(&site.app, &me, artist, None, &tokens::ulid(), now).await.unwrap();
    let ada = browser(&site, &admin).await;
    let path = format!("/admin/payouts/{second}");
    let (_, page) = ada.submit(&path, "/api/admin/payout_refuse", &[("payout", &second.to_string()), ("reason", " ")]).await;
    assert!(page.contains("Write the reason"), "{page}");
    let (_, page) = ada.submit(&path, "/api/admin/payout_refuse", &[("payout", &second.to_string()), ("reason", "The name differs")]).await;
    assert!(page.contains("The name differs"), "{page}");
    assert_eq!(balances(&site, artist).await, (0, 1900, 0));
    books_balance(&site).await;
}

#[tokio::test]
async fn a_large_payout_needs_two_admins() {
    let site = TestApp::start().await;
    let (me, artist) = rich_artist(&site, &[50_000, 50_000, 50_000], "aurora@example.com").await;
    let (one, two) = (account(&site, "Ada", "admin").await, account(&site, "Bob", "admin").await);
    let now = site.app.clock.now();
    let payout = payouts::store::request(&site.app, &me, artist, None, &tokens::ulid(), now).await.unwrap();
    let approve = async |who: UserId| payouts::store::approve(&site.app, who, payout, now).await;
    assert!(matches!(approve(me.id).await, Err(AppError::Refused(_))), "their own");
    assert_eq!(approve(one.id).await, Ok(Approval::First));
    assert!(matches!(approve(one.id).await, Err(AppError::Refused(_))), "the same admin twice");
    assert_eq!(site.number("SELECT COUNT(*) FROM creatorPayouts WHERE status = 'pending'").await, 1);
    assert_eq!(approve(two.id).await, Ok(Approval::Final));
    assert_eq!(approve(two.id).await, Ok(Approval::Final), "pressed twice");
    // A job that runs again pays nothing again.
    site.work().await;
    payouts::send::SendPayout { payout: payout.0 }.run(&site.app).await.unwrap();
    assert_eq!(site.number("SELECT COUNT(*) FROM sandboxTransfers").await, 1);
    assert_eq!(balances(&site, artist).await, (0, 0, 0));
    books_balance(&site).await;
}

#[tokio::test]
async fn the_journal_refuses_what_is_not_right() {
    let site = TestApp::start().await;
    let (_, artist) = artist(&site, "Aurora").await;
    let now = site.app.clock.now();
    let transaction = |key: &str, from: Account, amount: i64, other: i64| Transaction {
        key: key.to_owned(),
        kind: ledger::kind::IMPORT_DIFFERENCE,
        subject: "tests",
        subject_id: 1,
        reverses: None,
        entries: vec![Entry { account: from, amount: Cents(-amount) }, Entry { account: Account::PlatformFees, amount: Cents(other) }],
        occurred_at: now,
    };
    let post = async |transaction: Transaction| {
        ledger::retrying(|| async {
            let mut tx = ledger::begin(&site.app).await?;
            let posted = ledger::post(&mut tx, &transaction).await?;
            ledger::commit(tx).await?;
            Ok(posted)
        })
        .await
    };
    assert!(matches!(post(transaction("a", Account::Opening, 100, 99)).await, Err(ledger::Error::Unbalanced { .. })));
    assert!(matches!(post(transaction("b", Account::Available(artist), 100, 100)).await, Err(ledger::Error::Insufficient { .. })));
    let first = post(transaction("c", Account::Opening, 100, 100)).await.unwrap();
    let again = post(transaction("c", Account::Opening, 100, 100)).await.unwrap();
    assert!(again.repeated && again.id == first.id);
    assert!(matches!(post(transaction("c", Account::Opening, 200, 200)).await, Err(ledger::Error::KeyReused { .. })));
    assert!(post(transaction("d", Account::Opening, i64::MAX, i64::MAX)).await.is_err(), "overflow");
    assert_eq!(site.number("SELECT COUNT(*) FROM ledgerTransactions").await, 1);
}

#[tokio::test]
async fn verify_finds_what_was_tampered_with() {
    let site = TestApp::start().await;
    let (me, artist) = rich_artist(&site, &[2000, 3000], "aurora@example.com").await;
    let admin = account(&site, "Ada", "admin").await;
    let listener = account(&site, "Mia", "user").await;
    tip(&site, &listener, artist, 700).await;
    let now = site.app.clock.now();
    let payout = payouts::store::request(&site.app, &me, artist, Some(Cents(2000)), &tokens::ulid(), now).await.unwrap();
    payouts::store::approve(&site.app, admin.id, payout, now).await.unwrap();
    site.work().await;
    payouts::store::request(&site.app, &me, artist, Some(Cents(1000)), &tokens::ulid(), now).await.unwrap();
    books_balance(&site).await;

    let corruptions = [
        ("a changed entry", "UPDATE ledgerEntries SET amount = amount + 1 ORDER BY id LIMIT 1"),
        (
            "a balanced pair of changed entries",
            "UPDATE ledgerEntries SET amount = amount + IF(amount > 0, 5, -5) WHERE transactionId = (SELECT id FROM ledgerTransactions WHERE kind = 'release' LIMIT 1)",
        ),
        ("a changed balance", "UPDATE ledgerBalances SET balance = balance - 1 ORDER BY accountId LIMIT 1"),
        ("a missing balance", "DELETE FROM ledgerBalances ORDER BY accountId DESC LIMIT 1"),
        ("a changed kind", "UPDATE ledgerTransactions SET kind = 'payout_paid' WHERE kind = 'tip' LIMIT 1"),
        ("a larger earning", "UPDATE creatorEarnings SET amount = amount + 100 ORDER BY id LIMIT 1"),
        (
            "an earning out of nothing",
            "INSERT INTO creatorEarnings (artistId, earningType, amount) SELECT id, 'streams', 500 FROM artistProfiles LIMIT 1",
        ),
        ("an earning of somebody else", "UPDATE earningDetails SET line = 1 ORDER BY earningId LIMIT 1"),
        ("a wrong fee", "UPDATE earningDetails SET fee = fee + 1 ORDER BY earningId LIMIT 1"),
        ("an early release", "UPDATE earningDetails SET releasedAt = availableAt WHERE releasedAt IS NULL"),
        (
            "a tip without payment",
            "INSERT INTO tips (senderId, recipientId, amount, paymentStatus) SELECT id, id, 500, 'completed' FROM users LIMIT 1",
        ),
        ("a tip taken back by hand", "UPDATE tips SET paymentStatus = 'failed' ORDER BY id LIMIT 1"),
        ("a larger tip", "UPDATE tips SET amount = amount + 1 ORDER BY id LIMIT 1"),
        ("another payment", "UPDATE payments SET amount = amount + 1 ORDER BY id LIMIT 1"),
        ("a payment not completed", "UPDATE payments SET status = 'failed' ORDER BY id LIMIT 1"),
        ("a payout declared paid", "UPDATE creatorPayouts SET status = 'completed' WHERE status = 'pending'"),
        ("a payout declared failed", "UPDATE creatorPayouts SET status = 'failed' WHERE status = 'completed'"),
        ("a larger payout", "UPDATE creatorPayouts SET amount = amount + 1 ORDER BY id LIMIT 1"),
        ("a payout out of nothing", "INSERT INTO creatorPayouts (artistId, amount, status) SELECT id, 1000, 'completed' FROM artistProfiles LIMIT 1"),
        ("a changed statement", "UPDATE payoutEarnings SET amount = amount - 1 ORDER BY payoutId LIMIT 1"),
        ("a lost statement", "DELETE FROM payoutEarnings ORDER BY payoutId LIMIT 1"),
    ];
    for (what, sql) in corruptions {
        // Planted, seen by a reader of what is not committed, and gone again: verify opens a transaction of its own, so
        // each is undone from a copy of the tables.
        let snapshot = Snapshot::take(&site).await;
        let done = sqlx::query(sql).execute(&site.app.db).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(done.rows_affected() > 0, "{what} changed nothing");
        let report = ledger::verify(&site.app.db).await.unwrap();
        assert!(!report.balances(), "{what} was not found");
        snapshot.put_back(&site).await;
        books_balance(&site).await;
    }
}

/// The tables of money as they are now.
struct Snapshot;

const TABLES: [&str; 11] = [
    "ledgerTransactions",
    "ledgerEntries",
    "ledgerBalances",
    "creatorEarnings",
    "earningDetails",
    "tips",
    "payments",
    "checkouts",
    "creatorPayouts",
    "payoutEarnings",
    "tipDetails",
];

impl Snapshot {
    async fn take(site: &TestApp) -> Self {
        for table in TABLES {
            sqlx::query(&format!("CREATE TABLE IF NOT EXISTS copy_{table} AS SELECT * FROM {table}")).execute(&site.app.db).await.unwrap();
        }
        Self
    }

    async fn put_back(self, site: &TestApp) {
        let mut connection = site.app.db.acquire().await.unwrap();
        sqlx::query("SET foreign_key_checks = 0").execute(&mut *connection).await.unwrap();
        for table in TABLES {
            sqlx::query(&format!("DELETE FROM {table}")).execute(&mut *connection).await.unwrap();
            sqlx::query(&format!("INSERT INTO {table} SELECT * FROM copy_{table}")).execute(&mut *connection).await.unwrap();
        }
        sqlx::query("SET foreign_key_checks = 1").execute(&mut *connection).await.unwrap();
    }
}

#[tokio::test]
async fn an_adopted_database_gets_opening_transactions() {
    let site = TestApp::start().await;
    let (rich, one) = artist(&site, "Aurora").await;
    let (_, two) = artist(&site, "Basalt").await;
    let listener = account(&site, "Lena", "user").await;
    let db = &site.app.db;
    for (artist, amount, kind) in [(one, 5000, "tips"), (one, 700, "streams"), (one, -200, "tips"), (one, 0, "downloads"), (two, 1000, "tips")] {
        sqlx::query("INSERT INTO creatorEarnings (artistId, earningType, amount, createdAt) VALUES (?, ?, ?, '2025-01-01 00:00:00')")
            .bind(artist)
            .bind(kind)
            .bind(amount)
            .execute(db)
            .await
            .unwrap();
    }
    sqlx::query("INSERT INTO creatorEarnings (artistId, earningType, amount, createdAt) VALUES (?, 'tips', 300, ?)")
        .bind(one)
        .bind(site.app.clock.now())
        .execute(db)
        .await
        .unwrap();
    for (artist, amount, status) in [(one, 2000, "completed"), (one, 1500, "pending"), (one, 100, "failed"), (two, 1600, "completed")] {
        sqlx::query("INSERT INTO creatorPayouts (artistId, amount, status, requestedAt) VALUES (?, ?, ?, '2025-02-01 00:00:00')")
            .bind(artist)
            .bind(amount)
            .bind(status)
            .execute(db)
            .await
            .unwrap();
    }
    sqlx::query("INSERT INTO tips (senderId, recipientId, amount) VALUES (?, ?, 500)").bind(listener.id).bind(rich.id).execute(db).await.unwrap();
    assert!(!ledger::verify(db).await.unwrap().balances());

    let differences = ledger::import::run(db, site.app.clock.now()).await.unwrap();
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert!(differences[0].contains("6.00"), "{differences:?}");
    assert_eq!(balances(&site, one).await, (300, 2000, 1500));
    assert_eq!(balances(&site, two).await, (0, 0, 0));
    books_balance(&site).await;
    assert!(ledger::import::run(db, site.app.clock.now()).await.unwrap().is_empty());
    assert_eq!(site.number("SELECT COUNT(*) FROM ledgerTransactions WHERE kind = 'import_earning'").await, 6);

    // What was pending goes on from here.
    let admin = account(&site, "Ada", "admin").await;
    let pending = i32::try_from(site.number("SELECT id FROM creatorPayouts WHERE status = 'pending'").await).unwrap();
    payouts::store::approve(&site.app, admin.id, PayoutId(pending), site.app.clock.now()).await.unwrap();
    site.work().await;
    assert_eq!(balances(&site, one).await, (300, 2000, 0));
    books_balance(&site).await;
}
