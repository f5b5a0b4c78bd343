//! What banks took back, and what they decided.

use super::Report;
use sqlx::MySqlConnection;

pub(super) async fn check(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    figure!(report, db, "disputes", "SELECT COUNT(*) AS `n!: i64` FROM disputes");
    compare!(
        report,
        db,
        "a dispute's state is not what the journal says",
        "SELECT CONCAT('dispute ', d.id, ' is ', d.state) AS `what!: String` FROM disputes d
         LEFT JOIN (SELECT subjectId, SUM(kind = 'dispute') AS taken, SUM(kind = 'dispute_won') AS won
                    FROM ledgerTransactions WHERE subject = 'disputes' GROUP BY subjectId) j ON j.subjectId = d.id
         WHERE COALESCE(j.taken, 0) <> (d.takenAt IS NOT NULL) OR COALESCE(j.won, 0) <> (d.state = 'won' AND d.settledAt IS NOT NULL)
            OR (d.takenAt IS NULL) <> (d.paymentId IS NULL) OR d.settledAt IS NOT NULL AND (d.state = 'open' OR d.takenAt IS NULL)"
    );
    compare!(
        report,
        db,
        "the journal has a dispute that is not in disputes",
        "SELECT t.idempotencyKey AS `what!: String` FROM ledgerTransactions t LEFT JOIN disputes d ON d.id = t.subjectId
         WHERE t.subject = 'disputes' AND d.id IS NULL"
    );
    compare!(
        report,
        db,
        "a dispute is not what its entries say",
        "SELECT CONCAT('dispute ', d.id, ', ', t.kind, ': ', x.outside, ' outside, ', x.cost, ' the provider cost, ', x.site, ' the site, ', x.receiver, ' the receiver') AS `what!: String`
         FROM disputes d
         LEFT JOIN payments p ON p.id = d.paymentId
         JOIN ledgerTransactions t ON t.subject = 'disputes' AND t.subjectId = d.id
         JOIN (SELECT e.transactionId, SUM(IF(a.code LIKE 'provider:%:balance', e.amount, 0)) AS outside, SUM(IF(a.code LIKE 'fees:provider:%', e.amount, 0)) AS cost,
                      SUM(IF(a.code = 'fees:platform', e.amount, 0)) AS site, SUM(IF(a.artistId IS NOT NULL OR a.code = 'label:royalties', e.amount, 0)) AS receiver
               FROM ledgerEntries e JOIN ledgerAccounts a ON a.id = e.accountId GROUP BY e.transactionId) x ON x.transactionId = t.id
         WHERE d.amount <= 0 OR d.taken < 0 OR d.taken > d.amount OR d.net < 0 OR d.net > d.taken OR d.fee < 0 OR d.feeBack < 0 OR d.feeBack > d.fee
            OR NOT COALESCE(p.provider = d.provider AND HEX(p.providerPaymentId) = HEX(d.payment), 0)
            OR NOT IF(t.kind = 'dispute',
                      x.outside = d.amount + d.fee AND x.cost = d.taken - d.amount - d.fee AND x.site = d.net - d.taken AND x.receiver = -d.net,
                      x.outside = -d.amount - d.feeBack AND x.cost = d.amount + d.feeBack - d.taken AND x.site = d.taken - d.net AND x.receiver = d.net)"
    );
    compare!(
        report,
        db,
        "refunds and disputes took more of a payment than was paid",
        "SELECT CONCAT('payment ', p.id) AS `what!: String` FROM payments p
         JOIN checkouts c ON c.paymentId = p.id
         JOIN (SELECT paymentId, SUM(taken) AS total, SUM(net) AS net FROM disputes WHERE state <> 'won' GROUP BY paymentId) d ON d.paymentId = p.id
         LEFT JOIN (SELECT paymentId, SUM(amount) AS total, SUM(net) AS net FROM refunds WHERE state <> 'failed' GROUP BY paymentId) r ON r.paymentId = p.id
         WHERE d.total + COALESCE(r.total, 0) > p.amount OR d.net + COALESCE(r.net, 0) > c.net"
    );
    compare!(
        report,
        db,
        "a dispute does not take back what its payment earned",
        "SELECT CONCAT('dispute ', q.id, ', earning ', d.earningId) AS `what!: String` FROM disputes q
         JOIN ledgerTransactions t ON t.subject = 'disputes' AND t.subjectId = q.id
         JOIN earningDetails d ON d.transactionId = t.id
         JOIN creatorEarnings c ON c.id = d.earningId
         LEFT JOIN checkouts k ON k.paymentId = q.paymentId
         LEFT JOIN ledgerTransactions s ON s.subject = k.subject AND s.subjectId = k.subjectId AND s.kind IN ('tip', 'sale')
         LEFT JOIN earningDetails x ON x.transactionId = s.id AND x.line = 0
         LEFT JOIN creatorEarnings o ON o.id = x.earningId
         LEFT JOIN earningReversals v ON v.earningId = d.earningId AND v.disputeId = q.id AND v.ofEarningId = o.id
         WHERE v.earningId IS NULL OR o.artistId <> c.artistId OR o.earningType <> c.earningType OR NOT (o.trackId <=> c.trackId)
            OR x.availableAt <> d.availableAt OR (x.releasedAt IS NULL) <> (d.releasedAt IS NULL)"
    );
    Ok(())
}
