//! Payment providers over real HTTP: what they are asked, what they tell, and what goes wrong in between.

use crate::{
    app::TestApp,
    fakepay::{FakePay, Fault},
    money::{account, artist, balances, books_balance, browser, hidden, wish},
};
use eternity::{
    accounts::Me,
    checkout::store::{OPEN_FOR, decline},
    ids::{ArtistId, PayoutId},
    payments::Provider,
    payouts::{self, Destination, Method},
    server::{config::Mode, tokens},
    tips,
};
use reqwest::StatusCode;
use time::Duration;

/// A site that is paid through the fake.
pub async fn site() -> (TestApp, FakePay) {
    let fake = FakePay::start().await;
    let site = TestApp::start_with(|config| {
        config.payments.stripe.url = fake.url.clone();
        config.payments.stripe.secret_key = "sk_test_fakepay".to_owned();
        config.payments.stripe.webhook_secrets = vec![fake.secret.clone()];
    })
    .await;
    fake.follow(&site.app.clock);
    (site, fake)
}

/// A tip that is about to be paid, its page at the provider open.
pub async fn started(site: &TestApp, from: &Me, to: ArtistId, cents: i64) -> String {
    let checkout = tips::store::start(&site.app, from, Provider::Stripe, &wish(to, cents), site.app.clock.now()).await.unwrap();
    site.work().await;
    checkout
}

/// An artist with released earnings from the provider, and a connected account there.
pub async fn rich_artist(site: &TestApp, fake: &FakePay, cents: i64) -> (Me, ArtistId) {
    let (me, artist) = artist(site, "Aurora").await;
    let listener = account(site, "Lena", "user").await;
    let checkout = started(site, &listener, artist, cents).await;
    assert_eq!(fake.tell(&site.url, &fake.pay(&checkout)).await, StatusCode::OK);
    site.work().await;
    site.app.clock.advance(Duration::days(8));
    site.work().await;
    let destination = Destination::parse(Method::Stripe, "acct_1032D82eZvKYlo2C").unwrap();
    payouts::store::set_destination(&site.app, me.id, artist, &destination, site.app.clock.now()).await.unwrap();
    (me, artist)
}

/// A payout that an admin approved; the worker has not seen it yet.
pub async fn approved(site: &TestApp, me: &Me, artist: ArtistId) -> PayoutId {
    let now = site.app.clock.now();
    let admin = account(site, "Ada", "admin").await;
    let payout = payouts::store::request(&site.app, me, artist, None, &tokens::ulid(), now).await.unwrap();
    payouts::store::approve(&site.app, admin.id, payout, now).await.unwrap();
    payout
}

pub async fn held(site: &TestApp, account: &str) -> i64 {
    site.number(&format!("COALESCE((SELECT balance FROM ledgerBalances JOIN ledgerAccounts ON id = accountId WHERE code = '{account}'), 0)")).await
}

/// What the journal says the provider holds is what it holds, and the books balance.
pub async fn agrees(site: &TestApp, fake: &FakePay) {
    assert_eq!(-held(site, "provider:stripe:balance").await, fake.balance());
    books_balance(site).await;
}

#[tokio::test]
async fn a_tip_through_stripe_without_javascript() {
    let (site, fake) = site().await;
    let listener = account(&site, "Lena", "user").await;
    let (_, artist) = artist(&site, "Aurora").await;
    let lena = browser(&site, &listener).await;
    let path = format!("/tip/artists/{artist}");
    let key = hidden(&lena.page(&path).await, "form_key");
    let fields = [("form_key", key.as_str()), ("artist", &artist.to_string()), ("amount", "5.00"), ("cover_fee", "true")];
    let (to, page) = lena.submit(&path, "/api/tips/send", &fields).await;
    let session = fake.sessions().pop().unwrap();
    assert_eq!(session.amount, 525);
    assert!(page.contains(&format!("{}/pay/{}", fake.url, session.id)) && page.contains("Pay $5.25 at Stripe"), "{page}");
    assert!(!page.contains("Test payments"), "{page}");
    // Looking again opens no second page, and our own page can't be used to pay without paying.
    lena.page(&to).await;
    assert_eq!(fake.sessions().len(), 1);
    assert_eq!(lena.call("checkout/pay", &[("id", &session.checkout)]).await.0, StatusCode::NOT_FOUND);
    assert!(lena.page(&format!("{to}?back=true")).await.contains("has not told us yet"));

    assert_eq!(fake.tell(&site.url, &fake.pay(&session.checkout)).await, StatusCode::OK);
    site.work().await;
    assert!(lena.page(&to).await.contains("This is paid"));
    assert_eq!(balances(&site, artist).await, (500, 0, 0));
    assert_eq!(site.number("SELECT COUNT(*) FROM tips WHERE paymentStatus = 'completed' AND stripePaymentId LIKE 'pi%'").await, 1);
    assert_eq!(site.number("SELECT COUNT(*) FROM payments WHERE provider = 'stripe' AND providerPaymentId LIKE 'pi%'").await, 1);
    assert!(site.mail_to("lena@example.com").await.unwrap().1.contains("$5.25"));
    agrees(&site, &fake).await;
}

#[tokio::test]
async fn who_comes_back_before_the_event_sees_that_it_is_paid() {
    let (site, fake) = site().await;
    let listener = account(&site, "Lena", "user").await;
    let (_, artist) = artist(&site, "Aurora").await;
    let checkout = started(&site, &listener, artist, 500).await;
    let event = fake.pay(&checkout);
    let page = browser(&site, &listener).await.page(&format!("/checkout/{checkout}?back=true")).await;
    assert!(page.contains("This is paid"), "{page}");
    assert_eq!(fake.tell(&site.url, &event).await, StatusCode::OK);
    site.work().await;
    assert_eq!(balances(&site, artist).await, (475, 0, 0));
    agrees(&site, &fake).await;
}

#[tokio::test]
async fn a_provider_that_is_away_loses_nothing() {
    let (site, fake) = site().await;
    let listener = account(&site, "Lena", "user").await;
    let (_, artist) = artist(&site, "Aurora").await;
    let lena = browser(&site, &listener).await;
    for fault in [Fault::Away, Fault::AnswerLost, Fault::Broken, Fault::BrokenAfterwards] {
        fake.fail(&[fault]);
        let checkout = started(&site, &listener, artist, 500).await;
        let page = lena.page(&format!("/checkout/{checkout}")).await;
        assert!(page.contains("does not answer at the moment"), "{fault:?} {page}");
        site.app.clock.advance(Duration::minutes(1));
        let page = lena.page(&format!("/checkout/{checkout}")).await;
        assert!(page.contains("at Stripe"), "{fault:?} {page}");
        assert_eq!(fake.tell(&site.url, &fake.pay(&checkout)).await, StatusCode::OK);
        site.work().await;
    }
    assert_eq!(balances(&site, artist).await, (4 * 475, 0, 0));
    agrees(&site, &fake).await;
}

#[tokio::test]
async fn a_payout_is_sent_once_whatever_happens_to_the_answers() {
    use Fault::{AnswerLost, Away, Broken, BrokenAfterwards, Poor};
    for faults in
        [&[AnswerLost][..], &[Away, Away, AnswerLost], &[Broken], &[BrokenAfterwards], &[Poor, Away, BrokenAfterwards], &[Broken, Away, AnswerLost]]
    {
        let (site, fake) = site().await;
        let (me, artist) = rich_artist(&site, &fake, 4000).await;
        let payout = approved(&site, &me, artist).await;
        fake.fail(faults);
        site.work().await;
        assert_eq!(site.number("SELECT COUNT(*) FROM creatorPayouts WHERE status = 'processing'").await, 1, "{faults:?}");
        assert_eq!(balances(&site, artist).await, (0, 0, 3800), "{faults:?}");
        // Longer than the provider remembers keys.
        for _ in 0..30 {
            site.app.clock.advance(Duration::hours(1) + Duration::minutes(1));
            site.work().await;
        }
        assert_eq!(fake.transfers().len(), 1, "{faults:?}");
        assert_eq!(site.number("SELECT COUNT(*) FROM creatorPayouts WHERE status = 'completed' AND transactionId LIKE 'tr%'").await, 1, "{faults:?}");
        assert_eq!(site.number("SELECT COUNT(*) FROM payoutSteps WHERE step = 'sent'").await, 1);
        // Nothing more is sent, however often it runs.
        let calls = fake.calls();
        payouts::send::SendPayout { payout: payout.0 }.run(&site.app).await.unwrap();
        assert_eq!(fake.calls(), calls);
        agrees(&site, &fake).await;
    }
}

#[tokio::test]
async fn a_payout_that_stripe_refuses_or_takes_back_is_available_again() {
    let (site, fake) = site().await;
    let (me, artist) = rich_artist(&site, &fake, 4000).await;
    let destination = Destination::parse(Method::Stripe, "acct_missing0000").unwrap();
    payouts::store::set_destination(&site.app, me.id, artist, &destination, site.app.clock.now()).await.unwrap();
    approved(&site, &me, artist).await;
    site.work().await;
    assert_eq!(balances(&site, artist).await, (0, 3800, 0));
    assert!(site.mail_to("aurora@example.com").await.unwrap().1.contains("the account does not exist"));

    let destination = Destination::parse(Method::Stripe, "acct_1032D82eZvKYlo2C").unwrap();
    payouts::store::set_destination(&site.app, me.id, artist, &destination, site.app.clock.now()).await.unwrap();
    let now = site.app.clock.now();
    let admin = account(&site, "Bob", "admin").await;
    // Taken back after it was paid; and before we knew that it was paid.
    for known in [true, false] {
        let payout = payouts::store::request(&site.app, &me, artist, None, &tokens::ulid(), now).await.unwrap();
        payouts::store::approve(&site.app, admin.id, payout, now).await.unwrap();
        if !known {
            fake.fail(&[Fault::AnswerLost]);
        }
        site.work().await;
        assert_eq!(fake.transfers().len(), 1);
        let event = fake.reverse(payout.0);
        for _ in 0..2 {
            assert_eq!(fake.tell(&site.url, &event).await, StatusCode::OK);
        }
        site.app.clock.advance(Duration::hours(2));
        site.work().await;
        assert_eq!(balances(&site, artist).await, (0, 3800, 0), "{known}");
        assert_eq!(site.number(&format!("SELECT COUNT(*) FROM creatorPayouts WHERE id = {payout} AND status = 'failed'")).await, 1);
        assert!(site.mail_to("aurora@example.com").await.unwrap().1.contains("sent the money back"));
        let page = browser(&site, &me).await.page(&format!("/studio/payouts/{payout}")).await;
        assert!(page.contains("sent the money back"), "{page}");
        books_balance(&site).await;
    }
}

#[tokio::test]
async fn what_is_paid_too_late_or_twice_goes_back_once() {
    let (site, fake) = site().await;
    let listener = account(&site, "Lena", "user").await;
    let (me, artist) = artist(&site, "Aurora").await;
    let now = site.app.clock.now();
    let cancelled = started(&site, &listener, artist, 500).await;
    decline(&site.app, listener.id, &cancelled, now).await.unwrap();
    let left = started(&site, &listener, artist, 700).await;
    let event = fake.pay(&cancelled);
    fake.fail(&[Fault::AnswerLost]);
    for _ in 0..3 {
        assert_eq!(fake.tell(&site.url, &event).await, StatusCode::OK);
    }
    // Told again under another name.
    assert_eq!(fake.tell(&site.url, &fake.pay(&cancelled)).await, StatusCode::OK);
    site.work().await;
    assert_eq!(held(&site, "provider:stripe:unclaimed").await, 500);
    books_balance(&site).await;
    site.app.clock.advance(Duration::minutes(2));
    site.work().await;
    assert_eq!(held(&site, "provider:stripe:unclaimed").await, 0);
    assert!(site.mail_to("lena@example.com").await.unwrap().0.contains("$5.00 goes back"));

    // The artist left in the meantime.
    eternity::accounts::store::closing::close(&site.app, &me).await.unwrap();
    assert_eq!(fake.tell(&site.url, &fake.pay(&left)).await, StatusCode::OK);
    site.work().await;
    assert_eq!(fake.refunds().iter().map(|refund| refund.amount).collect::<Vec<_>>(), [500, 700]);
    assert_eq!(site.number("SELECT COUNT(*) FROM tips WHERE paymentStatus = 'completed'").await, 0);
    assert_eq!(fake.balance(), 0);
    agrees(&site, &fake).await;
}

#[tokio::test]
async fn a_checkout_expires_after_asking_the_provider() {
    let (site, fake) = site().await;
    let listener = account(&site, "Lena", "user").await;
    let (_, artist) = artist(&site, "Aurora").await;
    let (paid, forgotten) = (started(&site, &listener, artist, 500).await, started(&site, &listener, artist, 700).await);
    // The event is lost altogether.
    fake.pay(&paid);
    site.app.clock.advance(OPEN_FOR + Duration::hours(1));
    site.work().await;
    assert_eq!(site.number("SELECT COUNT(*) FROM tips WHERE paymentStatus = 'completed' AND amount = 500").await, 1);
    assert_eq!(site.number("SELECT COUNT(*) FROM tips WHERE paymentStatus = 'failed' AND amount = 700").await, 1);
    // One that was never opened there is not opened afterwards.
    fake.fail(&[Fault::Away; 40]);
    started(&site, &listener, artist, 900).await;
    site.app.clock.advance(OPEN_FOR + Duration::hours(1));
    site.work().await;
    let calls = fake.calls();
    site.app.clock.advance(Duration::days(1));
    site.work().await;
    assert_eq!(fake.calls(), calls);
    // Told late, the closing changes nothing.
    assert_eq!(fake.tell(&site.url, &fake.close(&forgotten)).await, StatusCode::OK);
    site.work().await;
    agrees(&site, &fake).await;
}

#[tokio::test]
async fn events_twice_shuffled_and_late_end_as_those_in_order() {
    let mut ends = Vec::new();
    for shuffled in [false, true] {
        let (site, fake) = site().await;
        let listener = account(&site, "Lena", "user").await;
        let (me, artist) = artist(&site, "Aurora").await;
        let mut events = Vec::new();
        for number in 0..24_u32 {
            let checkout = started(&site, &listener, artist, 1000 + i64::from(number)).await;
            events.push(if number % 3 == 0 { fake.close(&checkout) } else { fake.pay(&checkout) });
            if number % 5 == 0 {
                events.push(fake.event("payment_intent.created", &serde_json::json!({"id": format!("pi_x{number}")})));
            }
        }
        if shuffled {
            // A fixed order that is not theirs, with every third twice.
            let twice: Vec<String> = events.iter().step_by(3).cloned().collect();
            events.extend(twice);
            events.sort_by_key(|event| tokens::digest(event));
            site.app.clock.advance(Duration::hours(20));
        }
        for event in &events {
            assert_eq!(fake.tell(&site.url, event).await, StatusCode::OK);
        }
        site.work().await;
        let kept = site.number("SELECT COUNT(*) FROM providerEvents WHERE state = 'kept'").await;
        assert_eq!((kept, site.number("SELECT COUNT(*) FROM providerEvents WHERE state = 'received'").await), (5, 0));
        let failed = site.number("SELECT SUM(amount) FROM tips WHERE paymentStatus = 'failed'").await;
        let completed = site.number("SELECT SUM(amount) FROM tips WHERE paymentStatus = 'completed'").await;
        ends.push((failed, completed, balances(&site, artist).await, site.number("SELECT COUNT(*) FROM ledgerTransactions").await));
        assert_eq!(site.number("SELECT COUNT(*) FROM outgoingMails WHERE recipient = 'aurora@example.com'").await, 16);
        assert!(me.verified);
        agrees(&site, &fake).await;
    }
    assert_eq!(ends[0], ends[1]);
}

#[tokio::test]
async fn forged_events_are_refused_and_a_rotation_loses_none() {
    let fake = FakePay::start().await;
    let site = TestApp::start_with(|config| {
        config.payments.stripe.secret_key = "sk_test_fakepay".to_owned();
        config.payments.stripe.webhook_secrets = vec!["whsec_new".to_owned(), "whsec_old".to_owned()];
    })
    .await;
    let now = site.app.clock.now();
    let body = fake.event("charge.updated", &serde_json::json!({"id": "ch_1"}));
    let rewritten = serde_json::from_str::<serde_json::Value>(&body).unwrap().to_string();
    let good = FakePay::sign("whsec_old", now, &body);
    let forgeries = [
        (body.replace("ch_1", "ch_2"), good.clone()),
        (rewritten, good.clone()),
        (body.clone(), good.replace("v1", "v0")),
        (body.clone(), good.replacen("t=1", "t=2", 1)),
        (body.clone(), String::new()),
        (body.clone(), FakePay::sign("whsec_other", now, &body)),
        (body.clone(), FakePay::sign("", now, &body)),
        (body.clone(), FakePay::sign("whsec_old", now - Duration::seconds(302), &body)),
        (body.clone(), FakePay::sign("whsec_old", now + Duration::seconds(330), &body)),
        ("[]".to_owned(), FakePay::sign("whsec_old", now, "[]")),
    ];
    for (body, signature) in &forgeries {
        assert_eq!(FakePay::knock(&site.url, body, signature).await, StatusCode::BAD_REQUEST, "{signature}");
    }
    assert_eq!(site.number("SELECT COUNT(*) FROM providerEvents").await, 0);
    for secret in ["whsec_old", "whsec_new"] {
        assert_eq!(FakePay::knock(&site.url, &body, &FakePay::sign(secret, now, &body)).await, StatusCode::OK);
    }
    let payload: String = sqlx::query_scalar("SELECT payload FROM providerEvents").fetch_one(&site.app.db).await.unwrap();
    assert_eq!(payload, body, "as it came, once");
}

#[tokio::test]
async fn production_pays_through_what_has_keys() {
    let site = TestApp::start_with(|config| config.mode = Mode::Production).await;
    assert_eq!(FakePay::knock(&site.url, "{}", "t=1,v1=00").await, StatusCode::NOT_FOUND);
    let fake = FakePay::start().await;
    let site = TestApp::start_with(|config| {
        config.mode = Mode::Production;
        config.payments.stripe.url = fake.url.clone();
        config.payments.stripe.secret_key = "sk_test_fakepay".to_owned();
        config.payments.stripe.webhook_secrets = vec![fake.secret.clone()];
    })
    .await;
    fake.follow(&site.app.clock);
    let listener = account(&site, "Lena", "user").await;
    let (me, artist) = artist(&site, "Aurora").await;
    let checkout = started(&site, &listener, artist, 2000).await;
    fake.tell(&site.url, &fake.pay(&checkout)).await;
    site.work().await;
    assert_eq!(balances(&site, artist).await, (1900, 0, 0));
    // Nobody here can pay to a bank.
    let bank = Destination::parse(Method::Bank, "DE89370400440532013000").unwrap();
    payouts::store::set_destination(&site.app, me.id, artist, &bank, site.app.clock.now()).await.unwrap();
    let page = browser(&site, &me).await.page("/studio/payouts").await;
    assert!(page.contains("not set up"), "{page}");
    agrees(&site, &fake).await;
}
