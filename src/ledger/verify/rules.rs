//! What the rules say of every row, beyond that the sums agree: who paid whom for what, who approved, in which order.
//! Texts of two tables are compared by their bytes: an adopted one may sort otherwise than ours.

use super::Report;
use sqlx::MySqlConnection;

pub(super) async fn check(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    accounts(db, report).await?;
    payments(db, report).await?;
    earnings(db, report).await?;
    approvals(db, report).await?;
    transfers(db, report).await?;
    steps(db, report).await
}

async fn accounts(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    compare!(
        report,
        db,
        "an account is not what its name says",
        "SELECT a.code AS `what!: String` FROM ledgerAccounts a
         WHERE (a.mayBeNegative <> 0) <> (a.code LIKE 'provider:%:balance' OR a.code LIKE 'fees:provider:%' OR a.code LIKE 'external:%')
            OR (a.artistId IS NULL) <> (a.code NOT LIKE 'artist:%')
            OR a.artistId IS NOT NULL AND a.code NOT IN (CONCAT('artist:', a.artistId, ':on_hold'), CONCAT('artist:', a.artistId, ':available'), CONCAT('artist:', a.artistId, ':reserved'))"
    );
    Ok(())
}

async fn payments(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    compare!(
        report,
        db,
        "a payment does not say how it ended",
        "SELECT CONCAT('payment ', p.id, ' is ', p.status) AS `what!: String` FROM payments p JOIN checkouts c ON c.paymentId = p.id
         WHERE (p.completedAt IS NULL) <> (p.status IN ('pending', 'failed')) OR (p.providerPaymentId IS NULL) <> (p.status IN ('pending', 'failed'))
            OR (c.finishedAt IS NULL) <> (c.state = 'open') OR (c.state = 'open') <> (p.status = 'pending')
            OR p.amount <= 0 OR c.fee < 0 OR c.net < 0
            OR NOT CASE c.subject WHEN 'tips' THEN p.purpose = 'tip' WHEN 'purchaseOrders' THEN p.purpose = 'purchase' ELSE 1 END"
    );
    compare!(
        report,
        db,
        "a payment is in another currency than the journal",
        "SELECT CONCAT('payment ', p.id, ': ', p.currency) AS `what!: String` FROM payments p
         JOIN checkouts c ON c.paymentId = p.id
         WHERE EXISTS (SELECT 1 FROM ledgerAccounts a WHERE a.currency <> p.currency)"
    );
    compare!(
        report,
        db,
        "a tip is not from whom paid it, or not to whom it went",
        "SELECT CONCAT('tip ', tips.id) AS `what!: String` FROM tips
         JOIN tipDetails d ON d.tipId = tips.id
         JOIN payments p ON p.id = d.paymentId
         JOIN ledgerTransactions t ON t.subject = 'tips' AND t.subjectId = tips.id AND t.kind = 'tip'
         JOIN ledgerEntries e ON e.transactionId = t.id AND e.line = 0
         JOIN ledgerAccounts a ON a.id = e.accountId
         LEFT JOIN artistProfiles r ON r.userId = tips.recipientId
         LEFT JOIN checkouts c ON c.paymentId = p.id
         LEFT JOIN earningDetails x ON x.transactionId = t.id AND x.line = 0
         LEFT JOIN creatorEarnings o ON o.id = x.earningId
         WHERE tips.senderId <> p.userId OR NOT (a.artistId <=> r.id) OR NOT (c.subject <=> 'tips') OR NOT (c.subjectId <=> tips.id)
            OR NOT (o.trackId <=> tips.trackId) OR e.amount <> c.net OR tips.stripePaymentId IS NOT NULL AND HEX(tips.stripePaymentId) <> HEX(p.providerPaymentId)"
    );
    compare!(
        report,
        db,
        "a purchase is not of whom paid it, or did not go to whom sold it",
        "SELECT CONCAT('purchase ', o.id) AS `what!: String` FROM purchaseOrders o
         JOIN payments p ON p.id = o.paymentId
         JOIN ledgerTransactions t ON t.subject = 'purchaseOrders' AND t.subjectId = o.id AND t.kind = 'sale'
         JOIN ledgerEntries e ON e.transactionId = t.id AND e.line = 0
         JOIN ledgerAccounts a ON a.id = e.accountId
         LEFT JOIN artistUploads u ON u.id = o.uploadId
         LEFT JOIN checkouts c ON c.paymentId = p.id
         WHERE o.userId <> p.userId OR NOT (a.artistId <=> u.artistId) OR u.id IS NULL AND a.code <> 'label:royalties'
            OR NOT (c.subject <=> 'purchaseOrders') OR NOT (c.subjectId <=> o.id) OR e.amount <> c.net OR o.completedAt IS NULL"
    );
    Ok(())
}

async fn earnings(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    compare!(
        report,
        db,
        "an earning is not of the kind that its transaction makes",
        "SELECT CONCAT('earning ', c.id, ' is ', c.earningType, ', its transaction ', t.kind) AS `what!: String`
         FROM creatorEarnings c JOIN earningDetails d ON d.earningId = c.id JOIN ledgerTransactions t ON t.id = d.transactionId
         WHERE NOT CASE t.kind WHEN 'tip' THEN c.earningType = 'tips' AND c.period IS NULL
                               WHEN 'sale' THEN c.earningType = 'downloads' AND c.period IS NULL
                               WHEN 'streams' THEN c.earningType = 'streams' AND c.period IS NOT NULL
                               WHEN 'refund' THEN c.amount <= 0 AND c.period IS NULL
                               WHEN 'refund_void' THEN c.amount >= 0 AND c.period IS NULL
                               WHEN 'dispute' THEN c.amount <= 0 AND c.period IS NULL
                               WHEN 'dispute_won' THEN c.amount >= 0 AND c.period IS NULL
                               ELSE t.kind = 'import_earning' END"
    );
    compare!(
        report,
        db,
        "an earning was released before its holding time was over",
        "SELECT CONCAT('earning ', d.earningId) AS `what!: String` FROM earningDetails d JOIN ledgerTransactions t ON t.id = d.transactionId
         WHERE d.releasedAt < d.availableAt AND t.kind <> 'import_earning'"
    );
    Ok(())
}

async fn approvals(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    compare!(
        report,
        db,
        "a payout has no details",
        "SELECT CONCAT('payout ', p.id) AS `what!: String` FROM creatorPayouts p LEFT JOIN payoutDetails d ON d.payoutId = p.id WHERE d.payoutId IS NULL"
    );
    compare!(
        report,
        db,
        "a payout was not approved as the rules ask",
        "SELECT CONCAT('payout ', p.id) AS `what!: String` FROM creatorPayouts p
         JOIN payoutDetails d ON d.payoutId = p.id
         JOIN artistProfiles a ON a.id = p.artistId
         LEFT JOIN (SELECT payoutId, SUM(step = 'first_approval') AS firsts, SUM(step = 'approved') AS lasts,
                           MAX(IF(step = 'first_approval', actorId, NULL)) AS firstActor, MAX(IF(step = 'approved', actorId, NULL)) AS lastActor
                    FROM payoutSteps GROUP BY payoutId) s ON s.payoutId = p.id
         WHERE d.firstApproverId IN (d.requestedBy, a.userId) OR d.secondApproverId IN (d.requestedBy, a.userId, d.firstApproverId)
            OR s.firsts > 1 OR s.lasts > 1
            OR s.firsts = 1 AND NOT (d.firstApproverId <=> s.firstActor)
            OR s.lasts = 1 AND s.lastActor IS NOT NULL AND NOT (COALESCE(d.secondApproverId, d.firstApproverId) <=> s.lastActor)
            OR s.firsts = 1 AND s.lasts = 1 AND d.secondApproverId IS NULL
            OR s.lasts = 1 AND s.lastActor IS NOT NULL AND d.approvedAt IS NULL
            OR EXISTS (SELECT 1 FROM ledgerTransactions t WHERE t.subject = 'creatorPayouts' AND t.subjectId = p.id AND t.kind = 'payout_paid')
               AND COALESCE(s.lasts, 0) <> 1"
    );
    Ok(())
}

/// What the sandbox did against what is written here. Other providers are asked for their own lists.
async fn transfers(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    compare!(
        report,
        db,
        "a payout was paid, and the sandbox does not know of it",
        "SELECT CONCAT('payout ', p.id) AS `what!: String` FROM creatorPayouts p
         JOIN ledgerTransactions t ON t.subject = 'creatorPayouts' AND t.subjectId = p.id AND t.kind = 'payout_paid'
         JOIN ledgerEntries e ON e.transactionId = t.id
         JOIN ledgerAccounts a ON a.id = e.accountId AND a.code = 'provider:sandbox:balance'
         LEFT JOIN sandboxTransfers s ON s.idempotencyKey = CONCAT('payout:', p.id) AND HEX(s.reference) = HEX(p.transactionId) AND s.amount = p.amount AND s.outcome = 'paid'
         WHERE s.idempotencyKey IS NULL"
    );
    compare!(
        report,
        db,
        "the sandbox paid for something that is not written here",
        "SELECT s.idempotencyKey AS `what!: String` FROM sandboxTransfers s
         LEFT JOIN providerCalls c ON c.provider = 'sandbox' AND c.idempotencyKey = s.idempotencyKey
         WHERE c.id IS NULL OR s.outcome = 'paid' AND c.state = 'refused' OR s.outcome = 'refused' AND c.state = 'answered'"
    );
    compare!(
        report,
        db,
        "the sandbox gave back another amount",
        "SELECT CONCAT('refund ', r.id) AS `what!: String` FROM refunds r
         JOIN payments p ON p.id = r.paymentId AND p.provider = 'sandbox'
         LEFT JOIN sandboxTransfers s ON s.idempotencyKey = CONCAT('refund:', r.id) AND s.outcome = 'paid' AND s.amount = r.amount
         WHERE r.state = 'completed' AND s.idempotencyKey IS NULL"
    );
    Ok(())
}

async fn steps(db: &mut MySqlConnection, report: &mut Report) -> sqlx::Result<()> {
    compare!(
        report,
        db,
        "a payout's steps do not lead to its state",
        "SELECT CONCAT('payout ', p.id, ' is ', p.status) AS `what!: String` FROM creatorPayouts p
         LEFT JOIN (SELECT payoutId, MIN(id) AS firstId, MAX(id) AS lastId, SUM(step = 'requested') AS requests FROM payoutSteps GROUP BY payoutId) s ON s.payoutId = p.id
         LEFT JOIN payoutSteps f ON f.id = s.firstId
         LEFT JOIN payoutSteps l ON l.id = s.lastId
         WHERE s.payoutId IS NULL OR s.requests <> 1 OR f.step <> 'requested' OR f.happenedAt > l.happenedAt AND l.actorId IS NOT NULL
            OR NOT CASE p.status WHEN 'pending' THEN l.step IN ('requested', 'first_approval')
                                 WHEN 'processing' THEN l.step IN ('approved', 'sent')
                                 WHEN 'completed' THEN l.step = 'completed'
                                 ELSE l.step IN ('refused', 'failed', 'returned') END"
    );
    compare!(
        report,
        db,
        "a payout that ended does not say when and why, or one that did not end does",
        "SELECT CONCAT('payout ', p.id, ' is ', p.status) AS `what!: String` FROM creatorPayouts p
         JOIN ledgerTransactions t ON t.subject = 'creatorPayouts' AND t.subjectId = p.id AND t.kind = 'payout_reserve'
         JOIN payoutDetails d ON d.payoutId = p.id
         WHERE (p.processedAt IS NULL) <> (p.status IN ('pending', 'processing')) OR (d.failureReason IS NULL) <> (p.status <> 'failed')
            OR p.processedAt < p.requestedAt OR p.amount <= 0"
    );
    Ok(())
}
