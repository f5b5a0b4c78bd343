//! The proof: from the rows alone, every figure about money is compared with every other that must equal it.

use super::fingerprint;
use futures::TryStreamExt;
use sqlx::{MySqlConnection, MySqlPool};
use std::fmt;

/// Differences of one kind that are named; the rest is counted.
const NAMED: usize = 20;

/// What was compared, and what did not agree.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Figures, for people who read along.
    pub figures: Vec<(&'static str, i64)>,
    /// One line for each thing that is not as it must be; empty: the books balance.
    pub differences: Vec<String>,
}

impl Report {
    /// Whether the books balance.
    pub fn balances(&self) -> bool {
        self.differences.is_empty()
    }

    fn found(&mut self, what: &str, mut rows: Vec<String>) {
        let more = rows.len().saturating_sub(NAMED);
        rows.truncate(NAMED);
        self.differences.extend(rows.into_iter().map(|row| format!("{what}: {row}")));
        if more > 0 {
            self.differences.push(format!("{what}: and {more} more"));
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (label, figure) in &self.figures {
            writeln!(f, "{figure:>14}  {label}")?;
        }
        for difference in &self.differences {
            writeln!(f, "DIFFERENCE  {difference}")?;
        }
        match self.differences.len() {
            0 => write!(f, "The books balance."),
            1 => write!(f, "1 difference: the books do not balance."),
            count => write!(f, "{count} differences: the books do not balance."),
        }
    }
}

/// One comparison: a query whose every row is a difference, in words.
macro_rules! compare {
    ($report:expr, $connection:expr, $what:literal, $sql:literal) => {
        let rows: Vec<String> = sqlx::query_scalar!($sql).fetch_all(&mut *$connection).await?;
        $report.found($what, rows);
    };
}

macro_rules! figure {
    ($report:expr, $connection:expr, $label:literal, $sql:literal) => {
        let figure: i64 = sqlx::query_scalar!($sql).fetch_one(&mut *$connection).await?;
        $report.figures.push(($label, figure));
    };
}

mod disputes;
mod refunds;
mod rules;

/// Compares everything, as of one moment.
///
/// # Errors
/// When the database does not answer. Differences are no errors: they are in the report.
pub async fn verify(pool: &MySqlPool) -> Result<Report, sqlx::Error> {
    // All comparisons see the same moment, however busy the site is.
    let mut tx = pool.begin_with("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY").await?;
    let mut report = Report::default();
    figures(&mut tx, &mut report).await?;
    journal(&mut tx, &mut report).await?;
    accounts(&mut tx, &mut report).await?;
    tips(&mut tx, &mut report).await?;
    earnings(&mut tx, &mut report).await?;
    payouts(&mut tx, &mut report).await?;
    sales(&mut tx, &mut report).await?;
    subscriptions(&mut tx, &mut report).await?;
    late_payments(&mut tx, &mut report).await?;
    royalties(&mut tx, &mut report).await?;
    refunds::check(&mut tx, &mut report).await?;
    disputes::check(&mut tx, &mut report).await?;
    rules::check(&mut tx, &mut report).await?;
    tx.rollback().await?;
    Ok(report)
}

async fn figures(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    figure!(report, db, "transactions", "SELECT COUNT(*) AS `n!: i64` FROM ledgerTransactions");
    figure!(report, db, "entries", "SELECT COUNT(*) AS `n!: i64` FROM ledgerEntries");
    figure!(report, db, "accounts", "SELECT COUNT(*) AS `n!: i64` FROM ledgerAccounts");
    figure!(report, db, "earnings", "SELECT COUNT(*) AS `n!: i64` FROM creatorEarnings");
    figure!(report, db, "cents earned", "SELECT CAST(COALESCE(SUM(amount), 0) AS SIGNED) AS `n!: i64` FROM creatorEarnings");
    figure!(report, db, "completed tips", "SELECT COUNT(*) AS `n!: i64` FROM tips WHERE paymentStatus = 'completed'");
    figure!(report, db, "completed purchases", "SELECT COUNT(*) AS `n!: i64` FROM purchaseOrders WHERE state = 'completed'");
    figure!(report, db, "payouts", "SELECT COUNT(*) AS `n!: i64` FROM creatorPayouts");
    figure!(
        report,
        db,
        "cents paid out",
        "SELECT CAST(COALESCE(SUM(amount), 0) AS SIGNED) AS `n!: i64` FROM creatorPayouts WHERE status = 'completed'"
    );
    figure!(
        report,
        db,
        "cents owed to artists",
        "SELECT CAST(COALESCE(SUM(b.balance), 0) AS SIGNED) AS `n!: i64` FROM ledgerBalances b JOIN ledgerAccounts a ON a.id = b.accountId WHERE a.artistId IS NOT NULL"
    );
    Ok(())
}

/// Every transaction again from its lines: they sum to zero, and its fingerprint is that of its content.
async fn journal(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    struct Read {
        id: String,
        key: String,
        fingerprint: String,
        kind: String,
        subject: String,
        subject_id: i32,
        reverses: Option<String>,
        lines: Vec<(String, i64)>,
    }
    let mut unbalanced = Vec::new();
    let mut altered = Vec::new();
    let mut check = |read: &Read| {
        let sum: i128 = read.lines.iter().map(|(_, amount)| i128::from(*amount)).sum();
        if sum != 0 || read.lines.is_empty() {
            unbalanced.push(format!("{} ({}) sums to {sum}", read.key, read.id));
        }
        let digest = fingerprint(&read.key, &read.kind, &read.subject, read.subject_id, read.reverses.as_deref(), read.lines.iter().cloned());
        if digest != read.fingerprint {
            altered.push(format!("{} ({})", read.key, read.id));
        }
    };
    {
        let mut rows = sqlx::query!(
            "SELECT t.id, t.idempotencyKey, t.fingerprint, t.kind, t.subject, t.subjectId, t.reverses, a.code AS `code?`, e.amount AS `amount?`
             FROM ledgerTransactions t
             LEFT JOIN ledgerEntries e ON e.transactionId = t.id
             LEFT JOIN ledgerAccounts a ON a.id = e.accountId
             ORDER BY t.id, e.line"
        )
        .fetch(&mut *db);
        let mut current: Option<Read> = None;
        while let Some(row) = rows.try_next().await? {
            let same = current.as_ref().is_some_and(|read| read.id == row.id);
            if !same && let Some(read) = current.take() {
                check(&read);
            }
            let read = current.get_or_insert_with(|| Read {
                id: row.id,
                key: row.idempotencyKey,
                fingerprint: row.fingerprint,
                kind: row.kind,
                subject: row.subject,
                subject_id: row.subjectId,
                reverses: row.reverses,
                lines: Vec::new(),
            });
            read.lines.extend(row.code.zip(row.amount));
        }
        if let Some(read) = &current {
            check(read);
        }
    }
    report.found("a transaction does not sum to zero", unbalanced);
    report.found("a transaction is not what was written", altered);
    Ok(())
}

async fn accounts(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    compare!(
        report,
        db,
        "a balance is not the sum of its entries",
        "SELECT CONCAT(a.code, ': ', COALESCE(b.balance, 'none'), ' kept, ', COALESCE(s.total, 0), ' in entries') AS `what!: String`
         FROM ledgerAccounts a
         LEFT JOIN ledgerBalances b ON b.accountId = a.id
         LEFT JOIN (SELECT accountId, SUM(amount) AS total FROM ledgerEntries GROUP BY accountId) s ON s.accountId = a.id
         WHERE b.balance IS NULL OR b.balance <> COALESCE(s.total, 0)"
    );
    compare!(
        report,
        db,
        "an account is below zero",
        "SELECT CONCAT(a.code, ': ', b.balance) AS `what!: String` FROM ledgerAccounts a JOIN ledgerBalances b ON b.accountId = a.id
         WHERE a.mayBeNegative = 0 AND b.balance < 0 AND a.code NOT LIKE 'artist:%:available'"
    );
    compare!(
        report,
        db,
        "money on hold is not what was earned and not released",
        "SELECT CONCAT('artist ', p.id, ': ', COALESCE(b.balance, 0), ' on hold, ', COALESCE(e.total, 0), ' earned') AS `what!: String`
         FROM artistProfiles p
         LEFT JOIN ledgerAccounts a ON a.artistId = p.id AND a.code LIKE '%:on_hold'
         LEFT JOIN ledgerBalances b ON b.accountId = a.id
         LEFT JOIN (SELECT c.artistId, SUM(c.amount) AS total FROM creatorEarnings c JOIN earningDetails d ON d.earningId = c.id
                    WHERE d.releasedAt IS NULL GROUP BY c.artistId) e ON e.artistId = p.id
         WHERE COALESCE(b.balance, 0) <> COALESCE(e.total, 0)"
    );
    compare!(
        report,
        db,
        "reserved money is not that of payouts under way",
        "SELECT CONCAT('artist ', p.id, ': ', COALESCE(b.balance, 0), ' reserved, ', COALESCE(o.total, 0), ' under way') AS `what!: String`
         FROM artistProfiles p
         LEFT JOIN ledgerAccounts a ON a.artistId = p.id AND a.code LIKE '%:reserved'
         LEFT JOIN ledgerBalances b ON b.accountId = a.id
         LEFT JOIN (SELECT artistId, SUM(amount) AS total FROM creatorPayouts WHERE status IN ('pending', 'processing') GROUP BY artistId) o ON o.artistId = p.id
         WHERE COALESCE(b.balance, 0) <> COALESCE(o.total, 0)"
    );
    compare!(
        report,
        db,
        "available money is not what was released and not paid out",
        "SELECT CONCAT('artist ', p.id, ': ', COALESCE(b.balance, 0), ' available, ', COALESCE(e.total, 0), ' released, ', COALESCE(o.total, 0), ' paid out or under way') AS `what!: String`
         FROM artistProfiles p
         LEFT JOIN ledgerAccounts a ON a.artistId = p.id AND a.code LIKE '%:available'
         LEFT JOIN ledgerBalances b ON b.accountId = a.id
         LEFT JOIN (SELECT c.artistId, SUM(c.amount) AS total FROM creatorEarnings c JOIN earningDetails d ON d.earningId = c.id
                    WHERE d.releasedAt IS NOT NULL GROUP BY c.artistId) e ON e.artistId = p.id
         LEFT JOIN (SELECT artistId, SUM(amount) AS total FROM creatorPayouts WHERE status <> 'failed' GROUP BY artistId) o ON o.artistId = p.id
         LEFT JOIN (SELECT x.accountId, SUM(x.amount) AS total FROM ledgerEntries x JOIN ledgerTransactions t ON t.id = x.transactionId
                    WHERE t.kind = 'import_difference' GROUP BY x.accountId) i ON i.accountId = a.id
         WHERE COALESCE(b.balance, 0) <> COALESCE(e.total, 0) - COALESCE(o.total, 0) + COALESCE(i.total, 0)"
    );
    Ok(())
}

async fn tips(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    compare!(
        report,
        db,
        "a completed tip is not in the journal",
        "SELECT CONCAT('tip ', tips.id) AS `what!: String` FROM tips
         LEFT JOIN ledgerTransactions t ON t.subject = 'tips' AND t.subjectId = tips.id AND t.kind IN ('tip', 'import_tip')
         WHERE tips.paymentStatus = 'completed' AND t.id IS NULL"
    );
    compare!(
        report,
        db,
        "the journal has a tip that is not completed",
        "SELECT t.idempotencyKey AS `what!: String` FROM ledgerTransactions t LEFT JOIN tips ON tips.id = t.subjectId
         WHERE t.subject = 'tips' AND (tips.id IS NULL OR tips.paymentStatus <> 'completed')"
    );
    compare!(
        report,
        db,
        "a tip is not what was paid less what was added",
        "SELECT CONCAT('tip ', tips.id) AS `what!: String` FROM tips
         JOIN tipDetails d ON d.tipId = tips.id
         JOIN checkouts c ON c.paymentId = d.paymentId
         JOIN payments p ON p.id = d.paymentId
         WHERE c.amount <> p.amount OR c.amount <> c.fee + c.net OR c.fee <> d.fee OR tips.amount <> c.amount - IF(d.feeCovered = 1, c.fee, 0)
            OR (p.status IN ('completed', 'refunded')) <> (tips.paymentStatus = 'completed') OR (c.state = 'completed') <> (p.status IN ('completed', 'refunded'))"
    );
    compare!(
        report,
        db,
        "the provider did not take what a tip's payer paid",
        "SELECT CONCAT('tip ', tips.id) AS `what!: String` FROM tips
         JOIN tipDetails d ON d.tipId = tips.id
         JOIN payments p ON p.id = d.paymentId
         JOIN ledgerTransactions t ON t.subject = 'tips' AND t.subjectId = tips.id AND t.kind = 'tip'
         LEFT JOIN ledgerAccounts a ON a.code = CONCAT('provider:', p.provider, ':balance')
         LEFT JOIN ledgerEntries e ON e.transactionId = t.id AND e.accountId = a.id
         WHERE COALESCE(e.amount, 0) <> -p.amount"
    );
    Ok(())
}

async fn earnings(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    compare!(
        report,
        db,
        "an earning has no entry in the journal",
        "SELECT CONCAT('earning ', c.id) AS `what!: String` FROM creatorEarnings c
         LEFT JOIN earningDetails d ON d.earningId = c.id
         LEFT JOIN ledgerEntries e ON e.transactionId = d.transactionId AND e.line = d.line
         WHERE e.id IS NULL"
    );
    compare!(
        report,
        db,
        "an earning is not what its entry says",
        "SELECT CONCAT('earning ', c.id, ': ', c.amount, ' for artist ', c.artistId, ', entry: ', e.amount, ' on ', a.code) AS `what!: String`
         FROM creatorEarnings c
         JOIN earningDetails d ON d.earningId = c.id
         JOIN ledgerEntries e ON e.transactionId = d.transactionId AND e.line = d.line
         JOIN ledgerAccounts a ON a.id = e.accountId
         WHERE e.amount <> c.amount OR a.artistId IS NULL OR a.artistId <> c.artistId OR d.gross - d.fee <> c.amount OR c.currency <> a.currency"
    );
    compare!(
        report,
        db,
        "the journal has an earning that is not in creatorEarnings",
        "SELECT CONCAT(t.idempotencyKey, ' line ', e.line) AS `what!: String` FROM ledgerEntries e
         JOIN ledgerTransactions t ON t.id = e.transactionId
         JOIN ledgerAccounts a ON a.id = e.accountId AND a.artistId IS NOT NULL
         LEFT JOIN earningDetails d ON d.transactionId = e.transactionId AND d.line = e.line
         LEFT JOIN creatorEarnings c ON c.id = d.earningId
         WHERE t.kind NOT IN ('release', 'payout_reserve', 'payout_void', 'payout_paid', 'payout_returned', 'import_payout', 'import_difference') AND c.id IS NULL"
    );
    compare!(
        report,
        db,
        "creatorEarnings does not rebuild from the journal",
        "SELECT CONCAT('artist ', p.id, ': ', COALESCE(c.total, 0), ' in creatorEarnings, ', COALESCE(j.total, 0), ' in the journal') AS `what!: String`
         FROM artistProfiles p
         LEFT JOIN (SELECT artistId, SUM(amount) AS total FROM creatorEarnings GROUP BY artistId) c ON c.artistId = p.id
         LEFT JOIN (SELECT a.artistId, SUM(e.amount) AS total FROM ledgerEntries e
                    JOIN ledgerAccounts a ON a.id = e.accountId AND a.artistId IS NOT NULL
                    JOIN ledgerTransactions t ON t.id = e.transactionId
                    WHERE t.kind NOT IN ('release', 'payout_reserve', 'payout_void', 'payout_paid', 'payout_returned', 'import_payout', 'import_difference')
                    GROUP BY a.artistId) j ON j.artistId = p.id
         WHERE COALESCE(c.total, 0) <> COALESCE(j.total, 0)"
    );
    compare!(
        report,
        db,
        "an earning is released in one place and not in the other",
        "SELECT CONCAT('earning ', d.earningId) AS `what!: String` FROM earningDetails d
         JOIN ledgerEntries e ON e.transactionId = d.transactionId AND e.line = d.line
         JOIN ledgerAccounts a ON a.id = e.accountId
         LEFT JOIN earningReversals r ON r.earningId = d.earningId
         LEFT JOIN ledgerTransactions t ON t.subject = 'creatorEarnings' AND t.subjectId = COALESCE(r.ofEarningId, d.earningId) AND t.kind = 'release'
         WHERE (d.releasedAt IS NOT NULL) <> (t.id IS NOT NULL OR a.code LIKE '%:available')"
    );
    Ok(())
}

async fn payouts(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    compare!(
        report,
        db,
        "a payout's state is not what the journal says",
        "SELECT CONCAT('payout ', p.id, ' is ', p.status, '; reserved ', COALESCE(j.reserved, 0), ', released again ', COALESCE(j.voided, 0), ', paid ', COALESCE(j.paid, 0), ', returned ', COALESCE(j.returned, 0), ', imported ', COALESCE(j.imported, 0)) AS `what!: String`
         FROM creatorPayouts p
         LEFT JOIN (SELECT subjectId, SUM(kind = 'payout_reserve') AS reserved, SUM(kind = 'payout_void') AS voided, SUM(kind = 'payout_paid') AS paid, SUM(kind = 'payout_returned') AS returned, SUM(kind = 'import_payout') AS imported
                    FROM ledgerTransactions WHERE subject = 'creatorPayouts' GROUP BY subjectId) j ON j.subjectId = p.id
         WHERE NOT COALESCE(CASE p.status
             WHEN 'pending' THEN j.reserved + j.imported = 1 AND j.voided = 0 AND j.paid = 0
             WHEN 'processing' THEN j.reserved + j.imported = 1 AND j.voided = 0 AND j.paid = 0
             WHEN 'completed' THEN j.reserved + j.imported = 1 AND j.voided = 0 AND j.paid + j.imported >= 1 AND j.returned = 0
             ELSE j.reserved + j.imported = 1 AND j.voided + j.returned + j.imported >= 1 AND j.voided + j.returned <= 1 AND j.paid = j.returned END, 0)"
    );
    compare!(
        report,
        db,
        "a payout is not what its entries say",
        "SELECT CONCAT('payout ', p.id, ': ', p.amount, ', ', t.kind, ': ', e.amount, ' on ', a.code) AS `what!: String`
         FROM creatorPayouts p
         JOIN ledgerTransactions t ON t.subject = 'creatorPayouts' AND t.subjectId = p.id AND t.kind <> 'import_difference'
         JOIN ledgerEntries e ON e.transactionId = t.id
         JOIN ledgerAccounts a ON a.id = e.accountId
         WHERE (ABS(e.amount) <> p.amount AND NOT (e.amount = 0 AND t.kind = 'import_payout' AND p.status = 'failed'))
            OR (a.artistId IS NOT NULL AND a.artistId <> p.artistId)"
    );
    compare!(
        report,
        db,
        "the journal has a payout that is not in creatorPayouts",
        "SELECT t.idempotencyKey AS `what!: String` FROM ledgerTransactions t LEFT JOIN creatorPayouts p ON p.id = t.subjectId
         WHERE t.subject = 'creatorPayouts' AND p.id IS NULL"
    );
    compare!(
        report,
        db,
        "a statement does not sum to its payout",
        "SELECT CONCAT('payout ', p.id, ': ', p.amount, ', statement: ', COALESCE(s.total, 0)) AS `what!: String`
         FROM creatorPayouts p
         LEFT JOIN (SELECT payoutId, SUM(amount) AS total FROM payoutEarnings GROUP BY payoutId) s ON s.payoutId = p.id
         LEFT JOIN (SELECT t.subjectId, SUM(e.amount) AS total FROM ledgerTransactions t
                    JOIN ledgerEntries e ON e.transactionId = t.id
                    JOIN ledgerAccounts a ON a.id = e.accountId AND a.artistId IS NOT NULL
                    WHERE t.subject = 'creatorPayouts' AND t.kind = 'import_difference' GROUP BY t.subjectId) i ON i.subjectId = p.id
         WHERE COALESCE(s.total, 0) + COALESCE(i.total, 0) <> p.amount
           AND NOT (p.status = 'failed' AND s.total IS NULL
                    AND EXISTS (SELECT 1 FROM ledgerTransactions t WHERE t.subject = 'creatorPayouts' AND t.subjectId = p.id AND t.kind = 'import_payout'))"
    );
    compare!(
        report,
        db,
        "an earning is paid more than once, or to somebody else",
        "SELECT CONCAT('earning ', c.id, ': ', c.amount, ', paid out ', SUM(e.amount)) AS `what!: String`
         FROM payoutEarnings e
         JOIN creatorPayouts p ON p.id = e.payoutId AND p.status <> 'failed'
         JOIN creatorEarnings c ON c.id = e.earningId
         GROUP BY c.id, c.amount, c.artistId
         HAVING ABS(SUM(e.amount)) > ABS(c.amount) OR MIN(p.artistId) <> c.artistId OR MAX(p.artistId) <> c.artistId"
    );
    Ok(())
}

/// What subscribers paid: the days it covers, the pool of those who are heard in them, and what the site keeps.
async fn subscriptions(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    figure!(report, db, "subscription payments", "SELECT COUNT(*) AS `n!: i64` FROM subscriptionOrders WHERE state = 'completed'");
    compare!(
        report,
        db,
        "a subscription's payment is not what the journal says",
        "SELECT CONCAT('payment ', o.paymentId, ' is ', o.state) AS `what!: String` FROM subscriptionOrders o
         LEFT JOIN ledgerTransactions t ON t.subject = 'payments' AND t.subjectId = o.paymentId AND t.kind = 'subscription'
         WHERE (o.state = 'completed') <> (t.id IS NOT NULL)"
    );
    compare!(
        report,
        db,
        "the journal has a subscription that was not paid",
        "SELECT t.idempotencyKey AS `what!: String` FROM ledgerTransactions t
         LEFT JOIN payments p ON p.id = t.subjectId AND t.subject = 'payments' AND p.purpose = 'subscription' AND p.status IN ('completed', 'refunded')
         WHERE t.kind = 'subscription' AND p.id IS NULL"
    );
    compare!(
        report,
        db,
        "a subscription is not what was paid",
        "SELECT CONCAT('payment ', p.id) AS `what!: String` FROM subscriptionOrders o
         JOIN payments p ON p.id = o.paymentId JOIN checkouts c ON c.paymentId = o.paymentId
         WHERE o.amount <> p.amount OR c.amount <> p.amount OR c.amount <> c.fee + c.net
            OR (p.status IN ('completed', 'refunded')) <> (o.state = 'completed') OR (c.state = 'completed') <> (o.state = 'completed')"
    );
    compare!(
        report,
        db,
        "the provider did not take what a subscriber paid",
        "SELECT CONCAT('payment ', p.id) AS `what!: String` FROM payments p
         JOIN ledgerTransactions t ON t.subject = 'payments' AND t.subjectId = p.id AND t.kind = 'subscription'
         LEFT JOIN ledgerAccounts a ON a.code = CONCAT('provider:', p.provider, ':balance')
         LEFT JOIN ledgerEntries e ON e.transactionId = t.id AND e.accountId = a.id
         WHERE COALESCE(e.amount, 0) <> -p.amount"
    );
    compare!(
        report,
        db,
        "what a subscriber paid for music is not what is to be shared",
        "SELECT CONCAT('payment ', t.subjectId, ': ', COALESCE(e.amount, 0), ' in the pool, ', COALESCE(f.amount, 0), ' to share') AS `what!: String`
         FROM ledgerTransactions t
         LEFT JOIN ledgerAccounts a ON a.code = 'pool:subscriptions'
         LEFT JOIN ledgerEntries e ON e.transactionId = t.id AND e.accountId = a.id
         LEFT JOIN royaltyFunds f ON f.paymentId = t.subjectId
         LEFT JOIN subscriptionOrders o ON o.paymentId = t.subjectId
         WHERE t.kind = 'subscription' AND t.subject = 'payments'
           AND (f.paymentId IS NULL OR COALESCE(e.amount, 0) <> f.amount OR COALESCE(o.startsAt, f.startsAt) <> f.startsAt OR COALESCE(o.endsAt, f.endsAt) <> f.endsAt)"
    );
    Ok(())
}

async fn sales(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    compare!(
        report,
        db,
        "a purchase's state is not what the journal says",
        "SELECT CONCAT('purchase ', o.id, ' is ', o.state) AS `what!: String` FROM purchaseOrders o
         LEFT JOIN ledgerTransactions t ON t.subject = 'purchaseOrders' AND t.subjectId = o.id AND t.kind = 'sale'
         WHERE (o.state = 'completed') <> (t.id IS NOT NULL)"
    );
    compare!(
        report,
        db,
        "the journal has a sale that is not in purchaseOrders",
        "SELECT t.idempotencyKey AS `what!: String` FROM ledgerTransactions t LEFT JOIN purchaseOrders o ON o.id = t.subjectId
         WHERE t.subject = 'purchaseOrders' AND o.id IS NULL"
    );
    compare!(
        report,
        db,
        "a purchase is not what was paid",
        "SELECT CONCAT('purchase ', o.id) AS `what!: String` FROM purchaseOrders o
         JOIN payments p ON p.id = o.paymentId JOIN checkouts c ON c.paymentId = o.paymentId
         WHERE o.amount <> p.amount OR c.amount <> p.amount OR c.amount <> c.fee + c.net OR o.amount < o.price
            OR (p.status IN ('completed', 'refunded')) <> (o.state = 'completed') OR (c.state = 'completed') <> (o.state = 'completed')"
    );
    compare!(
        report,
        db,
        "the provider did not take what a purchase's payer paid",
        "SELECT CONCAT('purchase ', o.id) AS `what!: String` FROM purchaseOrders o
         JOIN payments p ON p.id = o.paymentId
         JOIN ledgerTransactions t ON t.subject = 'purchaseOrders' AND t.subjectId = o.id AND t.kind = 'sale'
         LEFT JOIN ledgerAccounts a ON a.code = CONCAT('provider:', p.provider, ':balance')
         LEFT JOIN ledgerEntries e ON e.transactionId = t.id AND e.accountId = a.id
         WHERE COALESCE(e.amount, 0) <> -p.amount"
    );
    compare!(
        report,
        db,
        "a purchase is not in the buyer's library as it was paid",
        "SELECT CONCAT('purchase ', o.id) AS `what!: String` FROM purchaseOrders o
         LEFT JOIN gifts g ON g.orderId = o.id
         LEFT JOIN songPurchases s ON s.paymentId = o.paymentId AND s.userId = IF(o.gift = 1, g.claimedBy, o.userId) AND s.amount = o.amount
           AND COALESCE(s.uploadId, 0) = COALESCE(o.uploadId, 0) AND COALESCE(s.trackId, 0) = COALESCE(o.trackId, 0)
         LEFT JOIN albumPurchases b ON b.paymentId = o.paymentId AND b.userId = IF(o.gift = 1, g.claimedBy, o.userId) AND b.amount = o.amount AND b.albumId = o.albumId
         WHERE (o.state = 'completed' AND (o.gift = 0 OR g.claimedBy IS NOT NULL)) <> (s.id IS NOT NULL OR b.id IS NOT NULL)
            OR (o.state = 'completed' AND o.gift = 1) <> (g.id IS NOT NULL)"
    );
    Ok(())
}

/// Money that came for a closed checkout is kept apart until it went back.
async fn late_payments(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    compare!(
        report,
        db,
        "a late payment is not what the journal says",
        "SELECT CONCAT('late payment ', l.id, ': came ', COALESCE(j.came, 0), ', went back ', COALESCE(j.went, 0)) AS `what!: String` FROM latePayments l
         LEFT JOIN (SELECT t.subjectId, SUM(IF(t.kind = 'late_payment', e.amount, 0)) AS came, SUM(IF(t.kind = 'late_return', -e.amount, 0)) AS went
                    FROM ledgerTransactions t JOIN ledgerEntries e ON e.transactionId = t.id
                    JOIN ledgerAccounts a ON a.id = e.accountId AND a.code LIKE 'provider:%:unclaimed'
                    WHERE t.subject = 'latePayments' GROUP BY t.subjectId) j ON j.subjectId = l.id
         WHERE COALESCE(j.came, 0) <> l.amount OR COALESCE(j.went, 0) <> IF(l.returnedAt IS NULL, 0, l.amount)"
    );
    compare!(
        report,
        db,
        "unclaimed money is not that of late payments",
        "SELECT CONCAT(a.code, ': ', b.balance, ', late payments: ', COALESCE(l.total, 0)) AS `what!: String`
         FROM ledgerAccounts a JOIN ledgerBalances b ON b.accountId = a.id
         LEFT JOIN (SELECT provider, SUM(amount) AS total FROM latePayments WHERE returnedAt IS NULL GROUP BY provider) l
           ON a.code = CONCAT('provider:', l.provider, ':unclaimed')
         WHERE a.code LIKE 'provider:%:unclaimed' AND b.balance <> COALESCE(l.total, 0)"
    );
    Ok(())
}

/// Stream money: what came into the pools, what was shared, and what waits.
async fn royalties(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    figure!(report, db, "closed days and months", "SELECT COUNT(*) AS `n!: i64` FROM royaltyClosings WHERE postedAt IS NOT NULL");
    compare!(
        report,
        db,
        "the shares of a closing are not what the journal gave",
        "SELECT CONCAT('closing ', x.closingId, ', artist ', COALESCE(x.artistId, 'label'), ': ', x.shared, ' shared, ', x.posted, ' in the journal') AS `what!: String`
         FROM (SELECT closingId, artistId, SUM(shared) AS shared, SUM(posted) AS posted
               FROM (SELECT s.closingId, s.artistId, s.amount AS shared, 0 AS posted FROM royaltyShares s
                     JOIN royaltyClosings c ON c.id = s.closingId AND c.postedAt IS NOT NULL
                     UNION ALL
                     SELECT t.subjectId, a.artistId, 0, e.amount FROM ledgerTransactions t
                     JOIN royaltyClosings c ON c.id = t.subjectId AND c.postedAt IS NOT NULL
                     JOIN ledgerEntries e ON e.transactionId = t.id
                     JOIN ledgerAccounts a ON a.id = e.accountId AND (a.artistId IS NOT NULL OR a.code = 'label:royalties')
                     WHERE t.subject = 'royaltyClosings' AND t.kind = 'streams') both_sides
               GROUP BY closingId, artistId) x
         WHERE x.shared <> x.posted"
    );
    compare!(
        report,
        db,
        "a closing shared more or less than there was",
        "SELECT CONCAT('closing ', c.id, ': ', c.amount, ' to share, ', COALESCE(s.total, 0), ' shared, ', COALESCE(u.total, 0), ' unheard') AS `what!: String`
         FROM royaltyClosings c
         LEFT JOIN (SELECT closingId, SUM(amount) AS total FROM royaltyShares GROUP BY closingId) s ON s.closingId = c.id
         LEFT JOIN (SELECT t.subjectId, SUM(e.amount) AS total FROM ledgerTransactions t JOIN ledgerEntries e ON e.transactionId = t.id AND e.amount > 0
                    WHERE t.subject = 'royaltyClosings' AND t.kind = 'unheard' GROUP BY t.subjectId) u ON u.subjectId = c.id
         WHERE c.postedAt IS NOT NULL AND c.amount <> COALESCE(s.total, 0) + COALESCE(u.total, 0)"
    );
    compare!(
        report,
        db,
        "a listener's payment was not shared as it was paid",
        "SELECT CONCAT('payment ', f.paymentId, ': ', f.amount, ', shared: ', SUM(s.amount)) AS `what!: String`
         FROM royaltyFunds f JOIN royaltyShares s ON s.paymentId = f.paymentId
         GROUP BY f.paymentId, f.amount, f.closingId HAVING SUM(s.amount) <> f.amount OR MIN(s.closingId) <> f.closingId OR MAX(s.closingId) <> f.closingId OR f.closingId IS NULL"
    );
    compare!(
        report,
        db,
        "the subscription pool is not what waits to be shared",
        "SELECT CONCAT(b.balance, ' in the pool, ', w.waiting, ' waiting') AS `what!: String`
         FROM (SELECT COALESCE((SELECT b.balance FROM ledgerBalances b JOIN ledgerAccounts a ON a.id = b.accountId AND a.code = 'pool:subscriptions'), 0) AS balance) b,
              (SELECT COALESCE((SELECT SUM(amount) FROM royaltyFunds), 0)
                    + COALESCE((SELECT SUM(e.amount) FROM ledgerTransactions t JOIN ledgerEntries e ON e.transactionId = t.id
                                JOIN ledgerAccounts a ON a.id = e.accountId AND a.code = 'pool:subscriptions'
                                WHERE t.subject = 'royaltyClosings'), 0) AS waiting) w
         WHERE b.balance <> w.waiting"
    );
    compare!(
        report,
        db,
        "advertisers are billed for something else than was counted",
        "SELECT CONCAT('day ', x.day, ': ', SUM(x.billed), ' billed, ', SUM(x.posted), ' in the journal') AS `what!: String`
         FROM (SELECT CAST(day AS CHAR) AS day, COALESCE(billed, 0) AS billed, 0 AS posted FROM adDays
               UNION ALL
               SELECT SUBSTRING(t.idempotencyKey, 13), 0, -e.amount FROM ledgerTransactions t
               JOIN ledgerEntries e ON e.transactionId = t.id JOIN ledgerAccounts a ON a.id = e.accountId AND a.code = 'external:advertisers'
               WHERE t.kind = 'advertising') x
         GROUP BY x.day HAVING SUM(x.billed) <> SUM(x.posted)"
    );
    Ok(())
}
