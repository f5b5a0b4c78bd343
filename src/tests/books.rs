//! What goes back, and what is planted: refunds down to the cent, debts, and a verification that misses nothing.

use crate::{
    app::TestApp,
    money::{account, artist, balances, books_balance, browser, hidden, rich_artist, tip, track},
};
use eternity::{
    accounts::Me,
    checkout,
    error::AppError,
    ids::{ArtistId, PaymentId, TrackId},
    ledger,
    money::Cents,
    payments::Provider,
    payouts,
    purchases::{self, Thing},
    refunds,
    server::tokens,
};
use reqwest::StatusCode;
use time::Duration;

async fn give_back(site: &TestApp, admin: &Me, payment: i32, cents: Option<i64>) -> Result<(), AppError> {
    let now = site.app.clock.now();
    refunds::store::request(&site.app, admin.id, PaymentId(payment), cents.map(Cents), "Sent twice", &tokens::ulid(), now).await.map(|_| ())
}

async fn balance(site: &TestApp, code: &str) -> i64 {
    let sql = format!("SELECT balance FROM ledgerBalances JOIN ledgerAccounts ON id = accountId WHERE code = '{code}'");
    site.number(&sql).await
}

#[tokio::test]
async fn a_tip_is_given_back_in_parts_without_javascript() {
    let site = TestApp::start().await;
    let (me, artist) = artist(&site, "Aurora").await;
    let (listener, admin) = (account(&site, "Lena", "user").await, account(&site, "Ada", "admin").await);
    tip(&site, &listener, artist, 777).await;
    let ada = browser(&site, &admin).await;
    assert!(ada.page("/admin/payments").await.contains("Lena"));
    assert!(ada.page("/admin/payments?who=lena%40").await.contains("/admin/payments/1"));
    assert!(!ada.page("/admin/payments?who=%25").await.contains("/admin/payments/1\""));
    let path = "/admin/payments/1";
    let page = ada.page(path).await;
    assert!(page.contains("Aurora") && page.contains("$7.38") && page.contains("$0.39"), "{page}");
    let key = hidden(&page, "form_key");
    let send = async |amount: &str, reason: &str| {
        ada.submit(path, "/api/admin/refund", &[("payment", "1"), ("form_key", &key), ("amount", amount), ("reason", reason)]).await.1
    };
    // Refused at the field, and what was typed is still there.
    let page = send("1.00", " ").await;
    assert!(page.contains("Write the reason") && page.contains("1.00"), "{page}");
    for wrong in ["7.78", "0", "-1", "1e3", "21474836.48", "99999999999999999999", "<b>1</b>"] {
        let page = send(wrong, "Sent <i>twice</i>").await;
        assert!(page.contains("Sent &lt;i&gt;twice") && site.number("SELECT COUNT(*) FROM refunds").await == 0, "{wrong}: {page}");
    }
    let page = send("1.00", "Sent <i>twice</i>").await;
    assert!(page.contains("Given back") && page.contains("Sent &lt;i&gt;twice"), "{page}");
    // The same form again is the same refund; with another amount it is refused.
    send("1.00", "Sent <i>twice</i>").await;
    send("2.00", "Sent <i>twice</i>").await;
    assert_eq!(site.number("SELECT COUNT(*) FROM refunds").await, 1);
    // 7.38 × 1.00 / 7.77 is 0.94, the fee gives the rest.
    assert_eq!(balances(&site, artist).await, (738 - 94, 0, 0));
    assert_eq!(balance(&site, "fees:platform").await, 39 - 6);
    assert_eq!(balance(&site, "provider:sandbox:balance").await, -677);
    assert_eq!(site.number("SELECT amount FROM creatorEarnings ORDER BY id DESC LIMIT 1").await, -94);
    books_balance(&site).await;

    let lena = browser(&site, &listener).await;
    let page = lena.page("/receipts/1").await;
    assert!(page.contains("Given back to you") && page.contains("$1.00") && page.contains("Sent &lt;i&gt;twice"), "{page}");
    assert!(site.mail_to("lena@example.com").await.unwrap().0.contains("$1.00"));
    let (_, body) = site.mail_to("aurora@example.com").await.unwrap();
    assert!(body.contains("$0.94") && body.contains("Sent <i>twice</i>"), "{body}");
    assert!(browser(&site, &me).await.page("/studio/earnings").await.contains("0.94"));
    let page = lena.page("/notifications").await;
    assert!(page.contains("$1.00 of a payment of yours is given back") && page.contains("Sent &lt;i&gt;twice"), "{page}");
    let page = browser(&site, &me).await.page("/notifications").await;
    assert!(page.contains("A listener was given money back") && page.contains("0.94") && !page.contains("of a payment of yours"), "{page}");

    // What is left goes back whole, to the cent, and then nothing more; the holding time ends for both together.
    give_back(&site, &admin, 1, None).await.unwrap();
    assert_eq!(balances(&site, artist).await, (0, 0, 0));
    assert_eq!(balance(&site, "fees:platform").await, 0);
    assert_eq!(site.number("SELECT COUNT(*) FROM payments WHERE status = 'refunded'").await, 1);
    assert!(matches!(give_back(&site, &admin, 1, Some(1)).await, Err(AppError::Refused(_))));
    books_balance(&site).await;
    site.app.clock.advance(Duration::days(8));
    site.work().await;
    assert_eq!(balances(&site, artist).await, (0, 0, 0));
    assert_eq!(site.number("SELECT COUNT(*) FROM earningDetails WHERE releasedAt IS NULL").await, 0);
    books_balance(&site).await;
}

#[tokio::test]
async fn who_may_give_back_and_what() {
    let site = TestApp::start().await;
    let (_, artist) = artist(&site, "Aurora").await;
    let (listener, admin) = (account(&site, "Lena", "user").await, account(&site, "Ada", "admin").await);
    tip(&site, &admin, artist, 500).await;
    assert!(matches!(give_back(&site, &admin, 1, None).await, Err(AppError::Refused(_))), "their own");
    assert_eq!(give_back(&site, &admin, 9, None).await, Err(AppError::NotFound));
    let open = eternity::tips::store::start(&site.app, &listener, Provider::Sandbox, &crate::money::wish(artist, 500), site.app.clock.now()).await;
    assert!(open.is_ok() && matches!(give_back(&site, &admin, 2, None).await, Err(AppError::Refused(_))), "not paid");
    let lena = browser(&site, &listener).await;
    let form = [("payment", "1"), ("form_key", &*tokens::ulid()), ("amount", ""), ("reason", "Mine")];
    assert_eq!(lena.call("admin/refund", &form).await.0, StatusCode::FORBIDDEN);
    assert_eq!(site.number("SELECT COUNT(*) FROM refunds").await, 0);
    books_balance(&site).await;
}

#[tokio::test]
async fn what_was_paid_out_already_is_owed_and_the_next_earnings_pay_it() {
    let site = TestApp::start().await;
    let (me, artist) = rich_artist(&site, &[2000, 3000], "aurora@example.com").await;
    let (admin, listener) = (account(&site, "Ada", "admin").await, account(&site, "Mia", "user").await);
    let now = site.app.clock.now();
    let payout = payouts::store::request(&site.app, &me, artist, None, &tokens::ulid(), now).await.unwrap();
    payouts::store::approve(&site.app, admin.id, payout, now).await.unwrap();
    site.work().await;
    give_back(&site, &admin, 1, None).await.unwrap();
    assert_eq!(balances(&site, artist).await, (0, -1900, 0));
    assert_eq!(site.number("SELECT remaining FROM artistDebts").await, 1900);
    books_balance(&site).await;
    let aurora = browser(&site, &me).await;
    let page = aurora.page("/studio/earnings").await;
    assert!(page.contains("Owed") && page.contains("$19.00"), "{page}");
    assert!(payouts::store::request(&site.app, &me, artist, None, &tokens::ulid(), now).await.is_err());

    tip(&site, &listener, artist, 1000).await;
    site.app.clock.advance(Duration::days(8));
    site.work().await;
    assert_eq!(balances(&site, artist).await, (0, -950, 0));
    assert_eq!(site.number("SELECT remaining FROM artistDebts").await, 950);
    books_balance(&site).await;
    tip(&site, &listener, artist, 3000).await;
    site.app.clock.advance(Duration::days(8));
    site.work().await;
    assert_eq!(balances(&site, artist).await, (0, 1900, 0));
    assert_eq!(site.number("SELECT COUNT(*) FROM artistDebts WHERE settledAt IS NOT NULL AND remaining = 0").await, 1);
    assert!(!aurora.page("/studio/earnings").await.contains("Owed"));
    // The next payout's statement says what came off.
    let now = site.app.clock.now();
    let second = payouts::store::request(&site.app, &me, artist, None, &tokens::ulid(), now).await.unwrap();
    assert_eq!(site.number(&format!("SELECT COUNT(*) FROM payoutEarnings WHERE payoutId = {second} AND amount = -1900")).await, 1);
    books_balance(&site).await;
}

#[tokio::test]
async fn a_refund_that_the_provider_refuses_changes_nothing_in_the_end() {
    let site = TestApp::start().await;
    let (_, artist) = artist(&site, "Aurora").await;
    let (listener, admin) = (account(&site, "Lena", "user").await, account(&site, "Ada", "admin").await);
    tip(&site, &listener, artist, 1000).await;
    // The sandbox refuses what goes there.
    sqlx::query("UPDATE payments SET providerPaymentId = 'fail_1'").execute(&site.app.db).await.unwrap();
    give_back(&site, &admin, 1, None).await.unwrap();
    assert_eq!(site.number("SELECT COUNT(*) FROM refunds WHERE state = 'failed'").await, 1);
    assert_eq!(site.number("SELECT COUNT(*) FROM payments WHERE status = 'completed'").await, 1);
    assert_eq!(balances(&site, artist).await, (950, 0, 0));
    assert!(site.mail_to("lena@example.com").await.unwrap().0.contains("could not be given back"));
    books_balance(&site).await;
    site.app.clock.advance(Duration::days(8));
    site.work().await;
    assert_eq!(balances(&site, artist).await, (0, 950, 0));
    books_balance(&site).await;
}

#[tokio::test]
async fn many_refunds_at_once_give_back_no_more_than_was_paid() {
    let site = TestApp::start().await;
    let (_, artist) = artist(&site, "Aurora").await;
    let (listener, admin) = (account(&site, "Lena", "user").await, account(&site, "Ada", "admin").await);
    tip(&site, &listener, artist, 1000).await;
    let all = futures::future::join_all((0..20).map(|_| give_back(&site, &admin, 1, Some(101)))).await;
    assert_eq!(all.iter().filter(|done| done.is_ok()).count(), 9, "{all:?}");
    assert_eq!(site.number("SELECT CAST(SUM(amount) AS SIGNED) FROM refunds").await, 909);
    books_balance(&site).await;
}

/// What was planted, and the statement that plants it.
const PLANTED: [(&str, &str); 44] = [
    ("an account that may be negative", "UPDATE ledgerAccounts SET mayBeNegative = 1 WHERE code LIKE 'artist:%:available' LIMIT 1"),
    ("an account of nobody", "UPDATE ledgerAccounts SET artistId = NULL WHERE code LIKE 'artist:%:on_hold' LIMIT 1"),
    ("a renamed account", "UPDATE ledgerAccounts SET code = 'pool:mine' WHERE code = 'fees:platform'"),
    ("a tip turned into a sale", "UPDATE creatorEarnings SET earningType = 'downloads' WHERE earningType = 'tips' ORDER BY id LIMIT 1"),
    ("a tip turned into monthly money", "UPDATE creatorEarnings SET period = 'monthly' ORDER BY id LIMIT 1"),
    (
        "a tip on a track",
        "UPDATE creatorEarnings SET trackId = (SELECT MAX(id) FROM artistUploads) WHERE trackId IS NULL AND earningType = 'tips' ORDER BY id LIMIT 1",
    ),
    ("a tip to somebody else", "UPDATE tips SET recipientId = senderId ORDER BY id LIMIT 1"),
    ("a tip from somebody else", "UPDATE tips SET senderId = recipientId ORDER BY id LIMIT 1"),
    ("a tip of another payment at Stripe", "UPDATE tips SET stripePaymentId = 'pi_1' ORDER BY id LIMIT 1"),
    ("a payment of somebody else", "UPDATE payments SET userId = userId + 1 ORDER BY id LIMIT 1"),
    ("a payment in another currency", "UPDATE payments SET currency = 'EUR' ORDER BY id LIMIT 1"),
    ("a payment of another provider", "UPDATE payments SET provider = 'stripe' ORDER BY id LIMIT 1"),
    ("a payment for something else", "UPDATE payments SET purpose = 'purchase' WHERE purpose = 'tip' ORDER BY id LIMIT 1"),
    ("a payment without a name at the provider", "UPDATE payments SET providerPaymentId = NULL WHERE status = 'completed' ORDER BY id LIMIT 1"),
    ("a payment without its end", "UPDATE payments SET completedAt = NULL WHERE status = 'completed' ORDER BY id LIMIT 1"),
    ("a checkout that is open again", "UPDATE checkouts SET state = 'open' WHERE state = 'completed' LIMIT 1"),
    ("a checkout without its end", "UPDATE checkouts SET finishedAt = NULL WHERE state = 'completed' LIMIT 1"),
    ("a larger fee in a checkout", "UPDATE checkouts SET fee = fee + 1, net = net - 1 WHERE state = 'completed' LIMIT 1"),
    ("a checkout for something else", "UPDATE checkouts SET subjectId = subjectId + 1000 WHERE subject = 'tips' LIMIT 1"),
    (
        "an early release",
        "UPDATE earningDetails SET availableAt = availableAt + INTERVAL 90 DAY WHERE releasedAt IS NOT NULL ORDER BY earningId LIMIT 1",
    ),
    ("a payout without details", "DELETE FROM payoutDetails ORDER BY payoutId LIMIT 1"),
    ("no second approver", "UPDATE payoutDetails SET secondApproverId = NULL WHERE secondApproverId IS NOT NULL"),
    ("the same approver twice", "UPDATE payoutDetails SET secondApproverId = firstApproverId WHERE secondApproverId IS NOT NULL"),
    ("approved by whoever asked", "UPDATE payoutDetails SET firstApproverId = requestedBy WHERE firstApproverId IS NOT NULL LIMIT 1"),
    ("never approved", "DELETE FROM payoutSteps WHERE step = 'approved'"),
    ("a step lost", "DELETE FROM payoutSteps WHERE step = 'completed'"),
    ("steps out of order", "UPDATE payoutSteps SET step = IF(step = 'requested', 'completed', 'requested') WHERE step IN ('requested', 'completed')"),
    ("a payout that never ended", "UPDATE creatorPayouts SET processedAt = NULL WHERE status = 'completed'"),
    ("a reason without a failure", "UPDATE payoutDetails SET failureReason = 'none' LIMIT 1"),
    ("another transfer", "UPDATE creatorPayouts SET transactionId = 'sandbox_other' WHERE status = 'completed'"),
    ("a transfer of another amount", "UPDATE sandboxTransfers SET amount = amount + 1 WHERE idempotencyKey LIKE 'payout:%'"),
    ("a transfer lost", "DELETE FROM sandboxTransfers WHERE idempotencyKey LIKE 'payout:%'"),
    (
        "a transfer out of nothing",
        "INSERT INTO sandboxTransfers (idempotencyKey, reference, amount, outcome) VALUES ('payout:99', 'sandbox_x', 100, 'paid')",
    ),
    ("a larger refund", "UPDATE refunds SET amount = amount + 1 ORDER BY id LIMIT 1"),
    ("a refund declared failed", "UPDATE refunds SET state = 'failed' ORDER BY id LIMIT 1"),
    ("a refund on its way for ever", "UPDATE refunds SET state = 'pending', finishedAt = NULL ORDER BY id LIMIT 1"),
    ("a refund from the other side", "UPDATE refunds SET net = net - 1, fee = fee + 1 ORDER BY id LIMIT 1"),
    ("a refunded payment that says it is not", "UPDATE payments SET status = 'completed' WHERE status = 'refunded'"),
    ("a reversal lost", "DELETE FROM earningReversals ORDER BY earningId LIMIT 1"),
    ("a debt forgiven", "UPDATE artistDebts SET remaining = remaining - 1"),
    ("a debt lost", "DELETE FROM artistDebts"),
    ("a purchase of somebody else", "UPDATE purchaseOrders SET userId = userId + 1"),
    ("a purchase for less than was asked", "UPDATE purchaseOrders SET price = amount + 1"),
    ("a purchase that is not in the library", "DELETE FROM songPurchases"),
];

const TABLES: [&str; 18] = [
    "ledgerAccounts",
    "ledgerTransactions",
    "ledgerEntries",
    "ledgerBalances",
    "creatorEarnings",
    "earningDetails",
    "earningReversals",
    "tips",
    "tipDetails",
    "payments",
    "checkouts",
    "creatorPayouts",
    "payoutDetails",
    "payoutSteps",
    "sandboxTransfers",
    "refunds",
    "artistDebts",
    "purchaseOrders",
];

#[tokio::test]
async fn verify_finds_what_breaks_a_rule() {
    let site = TestApp::start().await;
    let (me, artist) = rich_artist(&site, &[50_000, 50_000, 50_000], "aurora@example.com").await;
    let (ada, bob) = (account(&site, "Ada", "admin").await, account(&site, "Bob", "admin").await);
    let mia = account(&site, "Mia", "user").await;
    let now = site.app.clock.now();
    let large = payouts::store::request(&site.app, &me, artist, None, &tokens::ulid(), now).await.unwrap();
    payouts::store::approve(&site.app, ada.id, large, now).await.unwrap();
    payouts::store::approve(&site.app, bob.id, large, now).await.unwrap();
    site.work().await;
    sold(&site, &mia, artist).await;
    tip(&site, &mia, artist, 700).await;
    give_back(&site, &ada, 1, None).await.unwrap();
    give_back(&site, &ada, 5, Some(100)).await.unwrap();
    books_balance(&site).await;

    let tables: Vec<&str> = TABLES.into_iter().chain(["songPurchases"]).collect();
    let mut connection = site.app.db.acquire().await.unwrap();
    sqlx::query("SET foreign_key_checks = 0").execute(&mut *connection).await.unwrap();
    for table in &tables {
        sqlx::query(&format!("CREATE TABLE copy_{table} AS SELECT * FROM {table}")).execute(&mut *connection).await.unwrap();
    }
    let mut missed = Vec::new();
    for (what, sql) in PLANTED {
        let done = sqlx::query(sql).execute(&mut *connection).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(done.rows_affected() > 0, "{what} changed nothing");
        if ledger::verify(&site.app.db).await.unwrap().balances() {
            missed.push(what);
        }
        for table in &tables {
            sqlx::query(&format!("DELETE FROM {table}")).execute(&mut *connection).await.unwrap();
            sqlx::query(&format!("INSERT INTO {table} SELECT * FROM copy_{table}")).execute(&mut *connection).await.unwrap();
        }
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
    books_balance(&site).await;
}

/// A track of this artist, bought.
async fn sold(site: &TestApp, buyer: &Me, artist: ArtistId) {
    let id = track(site, artist).await;
    sqlx::query("UPDATE artistUploads SET downloadable = 1, downloadPrice = 300 WHERE id = ?").bind(id).execute(&site.app.db).await.unwrap();
    let now = site.app.clock.now();
    let thing = Thing::Track(TrackId(id));
    let checkout = purchases::store::start(&site.app, buyer, Provider::Sandbox, thing, "3.00", &tokens::ulid(), now).await.unwrap();
    checkout::store::pay(&site.app, buyer.id, &checkout, now).await.unwrap();
}
