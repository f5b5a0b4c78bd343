//! Subscriptions: begun, changed, renewed, refused, ended. Every test ends with the proof that the books balance.

use crate::{
    app::TestApp,
    money::{account, books_balance, browser, hidden},
};
use eternity::{
    accounts::{Me, entitlements::entitlements},
    checkout,
    error::AppError,
    ids::{TierId, UserId},
    payments::Provider,
    server::tokens,
    subscriptions::store::{self, Chosen},
    worker,
};
use reqwest::StatusCode;
use time::{Duration, OffsetDateTime};

async fn tier(site: &TestApp, name: &str) -> TierId {
    TierId(sqlx::query_scalar("SELECT id FROM subscriptionTiers WHERE name = ?").bind(name).fetch_one(&site.app.db).await.unwrap())
}

async fn choose(site: &TestApp, me: &Me, name: &str) -> Result<Chosen, AppError> {
    store::choose(&site.app, me, Provider::Sandbox, tier(site, name).await, &tokens::ulid(), site.app.clock.now()).await
}

async fn pay(site: &TestApp, me: &Me, chosen: &Chosen) -> Result<(), AppError> {
    let Chosen::Pay(checkout) = chosen else { panic!("nothing is to be paid: {chosen:?}") };
    checkout::store::pay(&site.app, me.id, checkout, site.app.clock.now()).await.map(|_| ())
}

async fn subscribe(site: &TestApp, me: &Me, name: &str) {
    let chosen = choose(site, me, name).await.unwrap();
    pay(site, me, &chosen).await.unwrap();
}

async fn tier_of(site: &TestApp, user: UserId) -> String {
    entitlements(&site.app, Some(user)).await.unwrap().tier
}

/// Status, start and end of the only subscription.
async fn period(site: &TestApp) -> (String, OffsetDateTime, OffsetDateTime) {
    sqlx::query_as("SELECT status, currentPeriodStart, currentPeriodEnd FROM userSubscriptions").fetch_one(&site.app.db).await.unwrap()
}

async fn balance(site: &TestApp, account: &str) -> i64 {
    site.number(&format!(
        "SELECT COALESCE((SELECT balance FROM ledgerBalances JOIN ledgerAccounts ON ledgerAccounts.id = accountId WHERE code = '{account}'), 0)"
    ))
    .await
}

async fn address(site: &TestApp, address: &str) {
    sqlx::query("UPDATE accountCredentials SET email = ?, emailKey = ?").bind(address).bind(address).execute(&site.app.db).await.unwrap();
}

/// To just after the end of the period, and what the worker does then.
async fn to_the_end(site: &TestApp) {
    let (_, _, until) = period(site).await;
    site.app.clock.advance(until - site.app.clock.now() + Duration::minutes(2));
    worker::drain(&site.app).await.unwrap();
}

#[tokio::test]
async fn a_plan_is_begun_and_cancelled_without_javascript() {
    let site = TestApp::start().await;
    let me = account(&site, "Lena", "user").await;
    let premium = tier(&site, "Premium").await;
    let visitor = site.visitor();
    let page = visitor.page("/plans").await;
    assert!(page.contains("$9.99 a month") && page.contains("$19.99 a month") && page.contains("100 full plays a day"), "{page}");
    assert_eq!(visitor.get(&format!("/plans/{premium}")).await.status(), StatusCode::SEE_OTHER);

    let lena = browser(&site, &me).await;
    let path = format!("/plans/{premium}");
    let page = lena.page(&path).await;
    assert!(page.contains("You pay today") && page.contains("$9.99") && page.contains("goes on every month by itself"), "{page}");
    let (key, id) = (hidden(&page, "form_key"), premium.to_string());
    let send = async || lena.submit(&path, "/api/subscriptions/choose", &[("form_key", &key), ("id", &id)]).await;
    let (to, page) = send().await;
    // 70 % of 9.99 is 6.993.
    assert!(to.starts_with("/checkout/") && page.contains("$6.99") && page.contains("$3.00"), "{page}");
    assert_eq!(send().await.0, to, "the same form again is the same checkout");
    assert_eq!(tier_of(&site, me.id).await, "Free");
    let checkout = to.rsplit('/').next().unwrap().to_owned();
    let (receipt, page) = lena.submit(&to, "/api/checkout/pay", &[("id", &checkout)]).await;
    assert!(receipt.starts_with("/receipts/") && page.contains("Your subscription: Premium"), "{page}");
    assert_eq!(tier_of(&site, me.id).await, "Premium");
    assert!(lena.page("/receipts").await.contains("Premium"));
    assert!(site.mail_to("lena@example.com").await.unwrap().1.contains("$6.99"));
    assert_eq!(balance(&site, "pool:subscriptions").await, 699);
    assert_eq!(balance(&site, "fees:platform").await, 300);
    assert_eq!(site.number("SELECT amount FROM royaltyFunds").await, 699);
    assert_eq!(site.number("SELECT COUNT(*) FROM payments WHERE purpose = 'subscription' AND status = 'completed'").await, 1);
    books_balance(&site).await;

    // What is lost is said first; it is kept until its end, and can be taken back.
    let page = lena.page("/settings/subscription/cancel").await;
    assert!(page.contains("Advertisements are shown again") && page.contains("100 full plays a day") && page.contains("standard quality"), "{page}");
    let (to, page) = lena.submit("/settings/subscription/cancel", "/api/subscriptions/cancel", &[]).await;
    assert!(to == "/settings/subscription" && page.contains("Ends soon") && page.contains("Nothing more is charged"), "{page}");
    assert_eq!(tier_of(&site, me.id).await, "Premium");
    let (_, page) = lena.submit("/settings/subscription", "/api/subscriptions/resume", &[]).await;
    assert!(page.contains("It goes on as Premium"), "{page}");
    lena.submit("/settings/subscription/cancel", "/api/subscriptions/cancel", &[]).await;
    to_the_end(&site).await;
    assert_eq!(period(&site).await.0, "cancelled");
    assert_eq!(tier_of(&site, me.id).await, "Free");
    assert_eq!(site.number("SELECT COUNT(*) FROM payments").await, 1);
    assert!(lena.page("/settings/subscription").await.contains("You listen for free"));
    assert!(store::cancel(&site.app, &me, site.app.clock.now()).await.is_err());
    // Begun anew, it is another one.
    subscribe(&site, &me, "Supporter").await;
    assert_eq!(tier_of(&site, me.id).await, "Supporter");
    books_balance(&site).await;
}

#[tokio::test]
async fn a_dearer_plan_costs_the_rest_of_the_period_and_a_cheaper_one_waits_for_its_end() {
    let site = TestApp::start().await;
    let me = account(&site, "Lena", "user").await;
    subscribe(&site, &me, "Premium").await;
    let (_, from, until) = period(&site).await;
    site.app.clock.advance(Duration::days(11));
    let of = (until - from).whole_days();
    let left = of - 11;
    // Each price by the days, rounded to the nearest cent.
    let part = |price: i64| (price * left * 2 + of) / (2 * of);
    let due = part(1999) - part(999);
    let lena = browser(&site, &me).await;
    let path = format!("/plans/{}", tier(&site, "Supporter").await);
    let page = lena.page(&path).await;
    for cents in [part(1999), part(999), due] {
        assert!(page.contains(&format!("${}.{:02}", cents / 100, cents % 100)), "{cents}: {page}");
    }
    let chosen = choose(&site, &me, "Supporter").await.unwrap();
    let second = choose(&site, &me, "Supporter").await.unwrap();
    pay(&site, &me, &chosen).await.unwrap();
    assert!(matches!(pay(&site, &me, &second).await, Err(AppError::Refused(_))), "it is changed once");
    assert_eq!(tier_of(&site, me.id).await, "Supporter");
    assert_eq!(period(&site).await, ("active".to_owned(), from, until), "the period stays");
    assert_eq!(site.number("SELECT MAX(id) FROM royaltyFunds JOIN payments ON id = paymentId").await, 2);
    assert_eq!(site.number("SELECT amount FROM payments WHERE id = 2").await, due);

    // A cheaper one costs nothing and comes later; it can be taken back.
    assert!(matches!(choose(&site, &me, "Premium").await, Ok(Chosen::Done(_))));
    assert_eq!(tier_of(&site, me.id).await, "Supporter");
    let page = lena.page("/settings/subscription").await;
    assert!(page.contains("It goes on as Premium") && page.contains("Stay with Supporter"), "{page}");
    to_the_end(&site).await;
    assert_eq!(tier_of(&site, me.id).await, "Premium");
    assert_eq!(site.number("SELECT amount FROM subscriptionOrders WHERE kind = 'renewal' AND state = 'completed'").await, 999);
    books_balance(&site).await;
}

#[tokio::test]
async fn it_goes_on_every_month_without_a_gap() {
    let site = TestApp::start().await;
    let me = account(&site, "Lena", "user").await;
    subscribe(&site, &me, "Premium").await;
    for month in 1_i64..=3 {
        let (_, _, before) = period(&site).await;
        to_the_end(&site).await;
        worker::drain(&site.app).await.unwrap();
        let (status, from, until) = period(&site).await;
        assert_eq!((status.as_str(), from), ("active", before));
        assert!((28..=31).contains(&(until - from).whole_days()));
        assert_eq!(site.number("SELECT COUNT(*) FROM payments WHERE status = 'completed'").await, month + 1);
        assert_eq!(tier_of(&site, me.id).await, "Premium");
    }
    assert_eq!(site.number("SELECT COUNT(*) FROM royaltyFunds a JOIN royaltyFunds b ON b.startsAt = a.endsAt").await, 3, "no day is missing");
    assert!(site.mail_to("lena@example.com").await.unwrap().1.contains("goes on until"));
    books_balance(&site).await;
}

#[tokio::test]
async fn a_refused_renewal_is_tried_again_and_paid_by_hand() {
    let site = TestApp::start().await;
    let me = account(&site, "Lena", "user").await;
    subscribe(&site, &me, "Premium").await;
    let (_, _, due) = period(&site).await;
    address(&site, "fail@example.com").await;
    to_the_end(&site).await;
    assert_eq!(period(&site).await.0, "past_due");
    assert_eq!(tier_of(&site, me.id).await, "Premium", "it is kept for now");
    assert!(site.mail_to("fail@example.com").await.unwrap().1.contains("We try again on"));
    // Not again at once; again after a day, and two more.
    let attempts = async || site.number("SELECT COUNT(*) FROM subscriptionOrders WHERE state = 'failed'").await;
    worker::drain(&site.app).await.unwrap();
    assert_eq!(attempts().await, 1);
    site.app.clock.advance(Duration::days(1));
    worker::drain(&site.app).await.unwrap();
    assert_eq!(attempts().await, 2);

    let lena = browser(&site, &me).await;
    let page = lena.page("/settings/subscription").await;
    assert!(page.contains("Payment failed") && page.contains("Pay $9.99 now"), "{page}");
    let (to, _) = lena.submit("/settings/subscription", "/api/subscriptions/pay", &[("form_key", &hidden(&page, "form_key"))]).await;
    let (receipt, _) = lena.submit(&to, "/api/checkout/pay", &[("id", to.rsplit('/').next().unwrap())]).await;
    assert!(receipt.starts_with("/receipts/"), "{receipt}");
    let (status, from, _) = period(&site).await;
    assert_eq!((status.as_str(), from), ("active", due), "the days of grace are paid");
    books_balance(&site).await;
}

#[tokio::test]
async fn what_is_never_paid_ends_after_the_grace() {
    let site = TestApp::start().await;
    let me = account(&site, "Lena", "user").await;
    subscribe(&site, &me, "Premium").await;
    address(&site, "fail@example.com").await;
    to_the_end(&site).await;
    for _ in 0..6 {
        site.app.clock.advance(Duration::days(1));
        worker::drain(&site.app).await.unwrap();
        assert_eq!(tier_of(&site, me.id).await, "Premium");
    }
    assert_eq!(site.number("SELECT COUNT(*) FROM subscriptionOrders WHERE state = 'failed'").await, 4, "at once, after 1, 3 and 6 days");
    site.app.clock.advance(Duration::days(1));
    worker::drain(&site.app).await.unwrap();
    assert_eq!(period(&site).await.0, "expired");
    assert_eq!(tier_of(&site, me.id).await, "Free");
    assert_eq!(site.number("SELECT COUNT(*) FROM royaltyFunds").await, 1);
    books_balance(&site).await;
}

#[tokio::test]
async fn who_may_not_subscribe_and_what_is_paid_once() {
    let site = TestApp::start().await;
    let mut me = account(&site, "Lena", "user").await;
    let chosen = [choose(&site, &me, "Premium").await.unwrap(), choose(&site, &me, "Supporter").await.unwrap()];
    let (one, two) = tokio::join!(pay(&site, &me, &chosen[0]), pay(&site, &me, &chosen[1]));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert_eq!(site.number("SELECT COUNT(*) FROM userSubscriptions").await, 1);
    assert!(matches!(choose(&site, &me, "Free").await, Err(AppError::Refused(_))), "by cancelling");
    me.verified = false;
    assert!(matches!(choose(&site, &me, "Supporter").await, Err(AppError::Refused(_))), "unverified");
    assert_eq!(
        store::choose(&site.app, &me, Provider::Sandbox, TierId(987_654), &tokens::ulid(), site.app.clock.now()).await,
        Err(AppError::NotFound)
    );
    books_balance(&site).await;
}
