//! Disputes: a payer's bank takes a payment back, and decides. Whatever is told when, the books balance and agree with the
//! provider's.

use crate::{
    app::TestApp,
    fakepay::FakePay,
    money::{account, artist, balances, books_balance, browser},
    providers::{agrees, approved, held, rich_artist, site, started},
};
use eternity::{
    ids::{PaymentId, TierId},
    ledger,
    money::Cents,
    payments::Provider,
    refunds,
    server::tokens,
    subscriptions::store::{self, Chosen},
};
use reqwest::StatusCode;
use time::Duration;

async fn told(site: &TestApp, fake: &FakePay, event: &str) {
    assert_eq!(fake.tell(&site.url, event).await, StatusCode::OK);
    site.work().await;
}

#[tokio::test]
async fn told_twice_late_backwards_or_before_the_payment_a_dispute_ends_the_same() {
    let (site, fake) = site().await;
    let listener = account(&site, "Lena", "user").await;
    let ways: [(&str, bool, &[usize]); 4] =
        [("Aurora", true, &[0, 1, 2]), ("Boreas", true, &[2, 1, 0]), ("Ceres", true, &[1, 1, 2, 0, 2]), ("Dido", false, &[0, 2, 1])];
    for (name, paid_first, order) in ways {
        let (_, artist) = artist(&site, name).await;
        for verdict in ["won", "lost"] {
            let checkout = started(&site, &listener, artist, 1000).await;
            let paid = fake.pay(&checkout);
            if paid_first {
                told(&site, &fake, &paid).await;
            }
            let events = [fake.dispute(&checkout), fake.decide("under_review"), fake.decide(verdict)];
            for &event in order {
                told(&site, &fake, &events[event]).await;
            }
            if !paid_first {
                told(&site, &fake, &paid).await;
                // What was told before is followed by the next sweep.
                site.work().await;
            }
        }
        // Of two tips of 9.50 each the second is gone.
        assert_eq!(balances(&site, artist).await, (950, 0, 0), "{name}");
        agrees(&site, &fake).await;
    }
    assert_eq!(site.number("SELECT COUNT(*) FROM disputes WHERE settledAt IS NOT NULL").await, 8);
    // The fee of those that were lost.
    assert_eq!(held(&site, "fees:provider:stripe").await, -4 * 1500);
    site.app.clock.advance(Duration::days(8));
    site.work().await;
    assert_eq!(site.number("SELECT COUNT(*) FROM earningDetails WHERE releasedAt IS NULL").await, 0);
    agrees(&site, &fake).await;
}

/// What was planted, and what puts it right again.
const PLANTED: [(&str, &str); 7] = [
    ("UPDATE disputes SET amount = amount + 1", "UPDATE disputes SET amount = amount - 1"),
    ("UPDATE disputes SET fee = fee + 1", "UPDATE disputes SET fee = fee - 1"),
    ("UPDATE disputes SET net = net - 1", "UPDATE disputes SET net = net + 1"),
    ("UPDATE disputes SET taken = taken - 1", "UPDATE disputes SET taken = taken + 1"),
    ("UPDATE disputes SET settledAt = takenAt", "UPDATE disputes SET settledAt = NULL"),
    ("UPDATE disputes SET payment = 'pi_other'", "UPDATE disputes SET payment = (SELECT providerPaymentId FROM payments WHERE id = paymentId)"),
    ("UPDATE earningReversals SET disputeId = NULL", "UPDATE earningReversals SET disputeId = (SELECT id FROM disputes)"),
];

#[tokio::test]
async fn what_was_paid_out_is_owed_until_the_bank_decides() {
    let (site, fake) = site().await;
    let (me, artist) = rich_artist(&site, &fake, 4000).await;
    approved(&site, &me, artist).await;
    site.work().await;
    assert_eq!(balances(&site, artist).await, (0, 0, 0));
    told(&site, &fake, &fake.dispute(&fake.sessions()[0].checkout)).await;
    assert_eq!(balances(&site, artist).await, (0, -3800, 0));
    assert_eq!(site.number("SELECT remaining FROM artistDebts").await, 3800);
    agrees(&site, &fake).await;
    for (plant, right) in PLANTED {
        assert!(sqlx::query(plant).execute(&site.app.db).await.unwrap().rows_affected() > 0, "{plant}");
        assert!(!ledger::verify(&site.app.db).await.unwrap().balances(), "not found: {plant}");
        sqlx::query(right).execute(&site.app.db).await.unwrap();
    }
    books_balance(&site).await;

    let aurora = browser(&site, &me).await;
    let page = aurora.page("/studio/earnings").await;
    assert!(page.contains("Held back") && page.contains("Owed") && page.contains("$38.00"), "{page}");
    assert!(site.mail_to("aurora@example.com").await.unwrap().1.contains("is held back: $38.00"));
    assert!(aurora.page("/notifications").await.contains("bank took the payment back"));
    assert!(site.mail_to("ada@example.com").await.unwrap().0.contains("$40.00 is disputed"));
    let ada = account(&site, "Bob", "admin").await;
    let admin = browser(&site, &ada).await;
    let page = admin.page("/admin/disputes").await;
    assert!(page.contains("Undecided") && page.contains("product not received") && page.contains("$40.00") && page.contains("$15.00"), "{page}");
    // What the bank has taken can't be given back as well.
    let page = admin.page("/admin/payments/1").await;
    assert!(page.contains("took this payment back") && page.contains("Undecided"), "{page}");
    let now = site.app.clock.now();
    assert!(refunds::store::request(&site.app, ada.id, PaymentId(1), None, "Twice", &tokens::ulid(), now).await.is_err());

    told(&site, &fake, &fake.decide("won")).await;
    assert_eq!(balances(&site, artist).await, (0, 0, 0));
    assert_eq!(site.number("SELECT SUM(remaining) FROM artistDebts").await, 0);
    assert!(!aurora.page("/studio/earnings").await.contains("Held back"));
    assert!(site.mail_to("aurora@example.com").await.unwrap().0.contains("$38.00 is yours again"));
    assert!(admin.page("/admin/disputes").await.contains("Won"));
    assert_eq!(held(&site, "fees:provider:stripe").await, 0);
    agrees(&site, &fake).await;
}

#[tokio::test]
async fn the_site_bears_what_is_nobodys_any_more() {
    let (site, fake) = site().await;
    let (_, artist) = artist(&site, "Aurora").await;
    let (listener, admin) = (account(&site, "Lena", "user").await, account(&site, "Ada", "admin").await);
    let now = site.app.clock.now();
    // Of 10.00, 4.00 went back before: 6.00 is taken, of which 9.50 - 3.80 is the artist's.
    let checkout = started(&site, &listener, artist, 1000).await;
    told(&site, &fake, &fake.pay(&checkout)).await;
    refunds::store::request(&site.app, admin.id, PaymentId(1), Some(Cents(400)), "A part", &tokens::ulid(), now).await.unwrap();
    assert_eq!(balances(&site, artist).await, (570, 0, 0));
    told(&site, &fake, &fake.dispute(&checkout)).await;
    assert_eq!(balances(&site, artist).await, (0, 0, 0));
    assert_eq!(held(&site, "fees:provider:stripe").await, -400 - 1500);
    agrees(&site, &fake).await;

    // A subscription's money belongs to those who were heard; whoever disputes it is not charged again.
    let tier = TierId(sqlx::query_scalar("SELECT id FROM subscriptionTiers WHERE name = 'Premium'").fetch_one(&site.app.db).await.unwrap());
    let chosen = store::choose(&site.app, &listener, Provider::Stripe, tier, &tokens::ulid(), now).await.unwrap();
    let Chosen::Pay(checkout) = chosen else { panic!("{chosen:?}") };
    site.work().await;
    told(&site, &fake, &fake.pay(&checkout)).await;
    let pool = held(&site, "pool:subscriptions").await;
    told(&site, &fake, &fake.dispute(&checkout)).await;
    told(&site, &fake, &fake.decide("lost")).await;
    assert_eq!(held(&site, "pool:subscriptions").await, pool);
    assert_eq!(held(&site, "fees:provider:stripe").await, -400 - 1500 - 999 - 1500);
    assert_eq!(site.number("SELECT COUNT(*) FROM userSubscriptions WHERE cancelAtPeriodEnd = 1").await, 1);
    agrees(&site, &fake).await;
}
