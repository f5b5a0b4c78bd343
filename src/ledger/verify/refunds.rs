//! What went back, and what is owed because of it.

use super::Report;
use sqlx::MySqlConnection;

pub(super) async fn check(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    figure!(report, db, "refunds", "SELECT COUNT(*) AS `n!: i64` FROM refunds WHERE state <> 'failed'");
    figure!(report, db, "cents owed by artists", "SELECT CAST(COALESCE(SUM(remaining), 0) AS SIGNED) AS `n!: i64` FROM artistDebts");
    compare!(
        report,
        db,
        "a refund's state is not what the journal says",
        "SELECT CONCAT('refund ', r.id, ' is ', r.state) AS `what!: String` FROM refunds r
         LEFT JOIN (SELECT subjectId, SUM(kind = 'refund') AS taken, SUM(kind = 'refund_sent') AS sent, SUM(kind = 'refund_void') AS voided
                    FROM ledgerTransactions WHERE subject = 'refunds' GROUP BY subjectId) j ON j.subjectId = r.id
         WHERE NOT COALESCE(j.taken = 1 AND j.sent = (r.state = 'completed') AND j.voided = (r.state = 'failed'), 0)
            OR (r.finishedAt IS NULL) <> (r.state = 'pending') OR (r.failure IS NULL) <> (r.state <> 'failed')"
    );
    compare!(
        report,
        db,
        "the journal has a refund that is not in refunds",
        "SELECT t.idempotencyKey AS `what!: String` FROM ledgerTransactions t LEFT JOIN refunds r ON r.id = t.subjectId
         WHERE t.subject = 'refunds' AND r.id IS NULL"
    );
    compare!(
        report,
        db,
        "a refund is not what its entries say",
        "SELECT CONCAT('refund ', r.id, ': ', r.amount, ' of ', r.net, ' and ', r.fee, ', ', t.kind, ': ', e.amount, ' on ', a.code) AS `what!: String`
         FROM refunds r JOIN payments p ON p.id = r.paymentId
         JOIN ledgerTransactions t ON t.subject = 'refunds' AND t.subjectId = r.id
         JOIN ledgerEntries e ON e.transactionId = t.id
         JOIN ledgerAccounts a ON a.id = e.accountId
         WHERE r.amount <> r.net + r.fee OR r.amount <= 0 OR r.net < 0 OR r.fee < 0
            OR NOT CASE WHEN a.code = CONCAT('provider:', p.provider, ':refunds') THEN e.amount = IF(t.kind = 'refund', r.amount, -r.amount)
                        WHEN a.code = CONCAT('provider:', p.provider, ':balance') THEN t.kind = 'refund_sent' AND e.amount = r.amount
                        WHEN a.code = 'fees:platform' THEN t.kind <> 'refund_sent' AND e.amount = IF(t.kind = 'refund', -r.fee, r.fee)
                        WHEN a.artistId IS NOT NULL OR a.code = 'label:royalties' THEN t.kind <> 'refund_sent' AND e.amount = IF(t.kind = 'refund', -r.net, r.net)
                        ELSE 0 END"
    );
    compare!(
        report,
        db,
        "more of a payment went back than was paid, or its state does not say what went back",
        "SELECT CONCAT('payment ', p.id, ' is ', p.status, ': ', p.amount, ' paid, ', COALESCE(r.total, 0), ' back') AS `what!: String`
         FROM payments p
         LEFT JOIN (SELECT paymentId, SUM(amount) AS total, SUM(net) AS net, SUM(fee) AS fee FROM refunds WHERE state <> 'failed' GROUP BY paymentId) r ON r.paymentId = p.id
         JOIN checkouts c ON c.paymentId = p.id
         WHERE COALESCE(r.total, 0) > p.amount OR COALESCE(r.net, 0) > c.net OR COALESCE(r.fee, 0) > c.fee
            OR (p.status = 'refunded') <> (COALESCE(r.total, 0) = p.amount)
            OR r.total IS NOT NULL AND p.status NOT IN ('completed', 'refunded')"
    );
    compare!(
        report,
        db,
        "money on its way back is not that of refunds",
        "SELECT CONCAT(a.code, ': ', b.balance, ', refunds: ', COALESCE(r.total, 0)) AS `what!: String`
         FROM ledgerAccounts a JOIN ledgerBalances b ON b.accountId = a.id
         LEFT JOIN (SELECT p.provider, SUM(r.amount) AS total FROM refunds r JOIN payments p ON p.id = r.paymentId
                    WHERE r.state = 'pending' GROUP BY p.provider) r ON a.code = CONCAT('provider:', r.provider, ':refunds')
         WHERE a.code LIKE 'provider:%:refunds' AND b.balance <> COALESCE(r.total, 0)"
    );
    compare!(
        report,
        db,
        "a refund does not take back what its payment earned",
        "SELECT CONCAT('refund ', r.id, ', earning ', d.earningId) AS `what!: String` FROM refunds r
         JOIN ledgerTransactions t ON t.subject = 'refunds' AND t.subjectId = r.id AND t.kind IN ('refund', 'refund_void')
         JOIN earningDetails d ON d.transactionId = t.id
         JOIN creatorEarnings c ON c.id = d.earningId
         LEFT JOIN checkouts k ON k.paymentId = r.paymentId
         LEFT JOIN ledgerTransactions s ON s.subject = k.subject AND s.subjectId = k.subjectId AND s.kind IN ('tip', 'sale')
         LEFT JOIN earningDetails x ON x.transactionId = s.id AND x.line = 0
         LEFT JOIN creatorEarnings o ON o.id = x.earningId
         LEFT JOIN earningReversals v ON v.earningId = d.earningId AND v.refundId = r.id AND v.ofEarningId = o.id
         WHERE v.earningId IS NULL OR o.artistId <> c.artistId OR o.earningType <> c.earningType OR NOT (o.trackId <=> c.trackId)
            OR x.availableAt <> d.availableAt OR (x.releasedAt IS NULL) <> (d.releasedAt IS NULL)"
    );
    compare!(
        report,
        db,
        "an earning takes another back without a refund or a dispute",
        "SELECT CONCAT('earning ', v.earningId) AS `what!: String` FROM earningReversals v
         LEFT JOIN earningDetails d ON d.earningId = v.earningId
         LEFT JOIN ledgerTransactions t ON t.id = d.transactionId
           AND (t.subject = 'refunds' AND t.subjectId = v.refundId AND v.disputeId IS NULL OR t.subject = 'disputes' AND t.subjectId = v.disputeId AND v.refundId IS NULL)
         WHERE t.id IS NULL"
    );
    compare!(
        report,
        db,
        "what an artist owes is not what is available below zero",
        "SELECT CONCAT('artist ', p.id, ': ', COALESCE(b.balance, 0), ' available, ', COALESCE(d.owed, 0), ' owed') AS `what!: String`
         FROM artistProfiles p
         LEFT JOIN ledgerAccounts a ON a.artistId = p.id AND a.code LIKE '%:available'
         LEFT JOIN ledgerBalances b ON b.accountId = a.id
         LEFT JOIN (SELECT artistId, SUM(remaining) AS owed FROM artistDebts GROUP BY artistId) d ON d.artistId = p.id
         WHERE -LEAST(COALESCE(b.balance, 0), 0) <> COALESCE(d.owed, 0)"
    );
    compare!(
        report,
        db,
        "a debt is not what took it back",
        "SELECT CONCAT('debt ', d.id) AS `what!: String` FROM artistDebts d
         LEFT JOIN ledgerTransactions t ON t.id = d.transactionId AND t.kind IN ('refund', 'dispute')
         LEFT JOIN ledgerAccounts a ON a.artistId = d.artistId AND a.code LIKE '%:available'
         LEFT JOIN ledgerEntries e ON e.transactionId = t.id AND e.accountId = a.id
         WHERE e.id IS NULL OR d.amount > -e.amount OR d.amount <= 0 OR d.remaining < 0 OR d.remaining > d.amount OR (d.settledAt IS NULL) <> (d.remaining > 0)"
    );
    Ok(())
}
