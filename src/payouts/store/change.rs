//! How payouts change. Every change is one database transaction: the payout, its step, the journal, the audit log,
//! the mail to the artist and the job that sends it.

use super::{Approval, sentence};
use crate::{
    accounts::Me,
    error::{AppError, AppResult},
    ids::{ArtistId, PayoutId, UserId},
    ledger::{self, Account, Entry, Transaction, audit, begin, commit, retrying, statement},
    money::{Cents, Overflow},
    payments::{self, Provider, shown},
    payouts::{Destination, Method, approval, send::SendPayout},
    server::{jobs, mail, state::App},
};
use sqlx::MySqlConnection;
use time::OffsetDateTime;

const TABLE: &str = "creatorPayouts";

/// Sets where an artist is paid. Payouts under way keep theirs.
///
/// # Errors
/// When the database does not answer.
pub async fn set_destination(app: &App, who: UserId, artist: ArtistId, destination: &Destination, now: OffsetDateTime) -> AppResult<()> {
    let mut tx = app.db.begin().await?;
    sqlx::query!(
        "INSERT INTO payoutDestinations (artistId, method, destination, updatedAt) VALUES (?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE method = VALUES(method), destination = VALUES(destination), updatedAt = VALUES(updatedAt)",
        artist,
        destination.method.name(),
        destination.text,
        now
    )
    .execute(&mut *tx)
    .await?;
    audit(&mut tx, now, Some(who), "payout_destination", "payoutDestinations", artist.0, Some(destination.method.name())).await?;
    tx.commit().await?;
    Ok(())
}

/// Requests a payout: reserves the money and writes the statement. The same form sent again returns the same payout.
/// Without an amount, all that is available.
///
/// # Errors
/// [`AppError::Refused`] or a message at `amount` when a rule says no.
pub async fn request(app: &App, me: &Me, artist: ArtistId, amount: Option<Cents>, form_key: &str, now: OffsetDateTime) -> AppResult<PayoutId> {
    if form_key.parse::<ulid::Ulid>().is_err() {
        return Err(AppError::Refused(crate::t!("error.malformed").into_owned()));
    }
    if !me.verified {
        return Err(AppError::Refused(crate::t!("payouts.obstacle.unverified").into_owned()));
    }
    Ok(retrying(|| request_once(app, me.id, artist, amount, form_key, now)).await?)
}

async fn request_once(
    app: &App,
    who: UserId,
    artist: ArtistId,
    amount: Option<Cents>,
    form_key: &str,
    now: OffsetDateTime,
) -> ledger::Result<PayoutId> {
    let mut tx = begin(app).await?;
    let first = sqlx::query!(
        "SELECT creatorPayouts.id, creatorPayouts.artistId, creatorPayouts.amount FROM payoutDetails
         JOIN creatorPayouts ON creatorPayouts.id = payoutDetails.payoutId WHERE payoutDetails.formKey = ?",
        form_key
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(first) = first {
        let same = first.artistId == artist.0 && amount.is_none_or(|amount| amount == Cents::from(first.amount));
        return if same { Ok(PayoutId(first.id)) } else { Err(AppError::Refused(crate::t!("payments.form_reused").into_owned()).into()) };
    }
    let destination = sqlx::query!("SELECT method, destination FROM payoutDestinations WHERE artistId = ?", artist)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or_else(|| AppError::Refused(crate::t!("payouts.obstacle.no_destination").into_owned()))?;
    if Method::of_name(&destination.method).and_then(|method| payments::payout_provider(app, method)).is_none() {
        return Err(AppError::Refused(crate::t!("payouts.obstacle.no_provider").into_owned()).into());
    }

    // From here on nobody else moves this artist's money.
    let locked = ledger::lock(&mut tx, &[Account::Available(artist)]).await?;
    let available = locked.values().next().map_or(Cents::ZERO, |locked| locked.balance);
    let minimum = Cents(app.config.rules.payout_minimum_cents);
    let amount = amount.unwrap_or(available);
    if amount < minimum {
        let message = crate::t!("payouts.amount.minimum", minimum = shown(minimum), available = shown(available));
        return Err(AppError::at("amount", message).into());
    }
    if amount > available {
        return Err(AppError::at("amount", crate::t!("payouts.amount.too_much", available = shown(available))).into());
    }
    let id = sqlx::query!(
        "INSERT INTO creatorPayouts (artistId, amount, status, paymentMethod, requestedAt) VALUES (?, ?, 'pending', ?, ?)",
        artist,
        amount.as_int()?,
        destination.method,
        now
    )
    .execute(&mut *tx)
    .await?
    .last_insert_id();
    let id = i32::try_from(id).map_err(|_| Overflow)?;
    sqlx::query!(
        "INSERT INTO payoutDetails (payoutId, formKey, requestedBy, destination) VALUES (?, ?, ?, ?)",
        id,
        form_key,
        who,
        destination.destination
    )
    .execute(&mut *tx)
    .await?;
    let entries =
        vec![Entry { account: Account::Available(artist), amount: amount.negated()? }, Entry { account: Account::Reserved(artist), amount }];
    ledger::post(&mut tx, &movement(id, "reserve", ledger::kind::PAYOUT_RESERVE, None, entries, now)).await?;
    statement::write(&mut tx, id, artist, amount).await?;
    step(&mut tx, id, "requested", Some(who), None, now).await?;
    audit(&mut tx, now, Some(who), "payout_requested", TABLE, id, Some(&amount.to_decimal())).await?;
    let minimum_two = Cents(app.config.rules.payout_two_admins_above_cents);
    let next = if amount > minimum_two { crate::t!("payouts.mail.two_admins") } else { crate::t!("payouts.mail.one_admin") };
    tell(
        &mut tx,
        app,
        id,
        artist,
        now,
        &crate::t!("payouts.mail.requested_subject", amount = shown(amount)),
        &crate::t!("payouts.mail.requested", amount = shown(amount), next = next),
    )
    .await?;
    commit(tx).await?;
    Ok(PayoutId(id))
}

struct Locked {
    artist: ArtistId,
    amount: Cents,
    status: String,
    requester: UserId,
    first: Option<UserId>,
    second: Option<UserId>,
}

/// A payout that nobody else changes until the database transaction ends.
async fn lock(tx: &mut MySqlConnection, id: PayoutId) -> ledger::Result<Locked> {
    let row = sqlx::query!(
        "SELECT creatorPayouts.artistId, creatorPayouts.amount, creatorPayouts.status, payoutDetails.requestedBy, payoutDetails.firstApproverId, payoutDetails.secondApproverId
         FROM creatorPayouts JOIN payoutDetails ON payoutDetails.payoutId = creatorPayouts.id WHERE creatorPayouts.id = ? FOR UPDATE",
        id
    )
    .fetch_optional(tx)
    .await?
    .ok_or(AppError::NotFound)?;
    Ok(Locked {
        artist: ArtistId(row.artistId),
        amount: row.amount.into(),
        status: row.status,
        requester: UserId(row.requestedBy),
        first: row.firstApproverId.map(UserId),
        second: row.secondApproverId.map(UserId),
    })
}

/// Approves a pending payout. The last approval hands it to the worker.
///
/// # Errors
/// [`AppError::Refused`] when a rule says no or it is not pending any more.
pub async fn approve(app: &App, who: UserId, id: PayoutId, now: OffsetDateTime) -> AppResult<Approval> {
    Ok(retrying(|| approve_once(app, who, id, now)).await?)
}

async fn approve_once(app: &App, who: UserId, id: PayoutId, now: OffsetDateTime) -> ledger::Result<Approval> {
    let mut tx = begin(app).await?;
    let payout = lock(&mut tx, id).await?;
    if payout.status != "pending" {
        // The same button pressed twice, or an answer that was lost.
        if matches!(payout.status.as_str(), "processing" | "completed") && [payout.first, payout.second].contains(&Some(who)) {
            return Ok(Approval::Final);
        }
        return Err(AppError::Refused(crate::t!("payouts.admin.not_pending").into_owned()).into());
    }
    let two_above = Cents(app.config.rules.payout_two_admins_above_cents);
    let approval = approval(payout.amount, two_above, payout.requester, payout.first, who).map_err(|reason| AppError::Refused(sentence(reason)))?;
    let amount = shown(payout.amount);
    match approval {
        Approval::First => {
            sqlx::query!("UPDATE payoutDetails SET firstApproverId = ? WHERE payoutId = ?", who, id).execute(&mut *tx).await?;
            step(&mut tx, id.0, "first_approval", Some(who), None, now).await?;
            audit(&mut tx, now, Some(who), "payout_first_approval", TABLE, id.0, None).await?;
            let subject = crate::t!("payouts.mail.first_subject", amount = amount);
            tell(&mut tx, app, id.0, payout.artist, now, &subject, &crate::t!("payouts.mail.first", amount = amount)).await?;
        }
        Approval::Final => {
            let (first, second) = match payout.first {
                Some(first) => (first, Some(who)),
                None => (who, None),
            };
            sqlx::query!(
                "UPDATE payoutDetails SET firstApproverId = ?, secondApproverId = ?, approvedAt = ? WHERE payoutId = ?",
                first,
                second,
                now,
                id
            )
            .execute(&mut *tx)
            .await?;
            sqlx::query!("UPDATE creatorPayouts SET status = 'processing' WHERE id = ?", id).execute(&mut *tx).await?;
            step(&mut tx, id.0, "approved", Some(who), None, now).await?;
            audit(&mut tx, now, Some(who), "payout_approved", TABLE, id.0, None).await?;
            jobs::enqueue(&mut tx, &SendPayout { payout: id.0 }, now).await?;
            let subject = crate::t!("payouts.mail.approved_subject", amount = amount);
            tell(&mut tx, app, id.0, payout.artist, now, &subject, &crate::t!("payouts.mail.approved", amount = amount)).await?;
        }
    }
    commit(tx).await?;
    Ok(approval)
}

/// Refuses a pending payout; the money is available again.
///
/// # Errors
/// [`AppError::Refused`] when it is not pending any more.
pub async fn refuse(app: &App, who: UserId, id: PayoutId, reason: &str, now: OffsetDateTime) -> AppResult<()> {
    Ok(retrying(|| async move {
        let mut tx = begin(app).await?;
        let payout = lock(&mut tx, id).await?;
        if payout.status != "pending" {
            return Err(AppError::Refused(crate::t!("payouts.admin.not_pending").into_owned()).into());
        }
        give_back(&mut tx, app, id, &payout, "refused", Some(who), reason, now).await?;
        audit(&mut tx, now, Some(who), "payout_refused", TABLE, id.0, Some(reason)).await?;
        commit(tx).await
    })
    .await?)
}

/// The provider refused a payout that was sent; the money is available again. Ended already, nothing happens.
///
/// # Errors
/// When the database does not answer.
pub async fn fail(app: &App, id: PayoutId, reason: &str, now: OffsetDateTime) -> AppResult<()> {
    Ok(retrying(|| async move {
        let mut tx = begin(app).await?;
        let payout = lock(&mut tx, id).await?;
        if payout.status != "processing" {
            return Ok(());
        }
        give_back(&mut tx, app, id, &payout, "failed", None, reason, now).await?;
        audit(&mut tx, now, None, "payout_failed", TABLE, id.0, Some(reason)).await?;
        commit(tx).await
    })
    .await?)
}

async fn give_back(
    tx: &mut MySqlConnection,
    app: &App,
    id: PayoutId,
    payout: &Locked,
    word: &'static str,
    actor: Option<UserId>,
    reason: &str,
    now: OffsetDateTime,
) -> ledger::Result<()> {
    let reserved = match ledger::id_of_key(tx, &key(id.0, "reserve")).await? {
        Some(reserved) => Some(reserved),
        // Adopted with the database.
        None => ledger::id_of_key(tx, &format!("import:{TABLE}:{id}")).await?,
    };
    let entries = vec![
        Entry { account: Account::Reserved(payout.artist), amount: payout.amount.negated()? },
        Entry { account: Account::Available(payout.artist), amount: payout.amount },
    ];
    ledger::post(tx, &movement(id.0, "void", ledger::kind::PAYOUT_VOID, reserved, entries, now)).await?;
    end_unpaid(tx, app, id, payout, word, actor, reason, now).await
}

/// The rows and the mail of a payout that was not paid in the end.
async fn end_unpaid(
    tx: &mut MySqlConnection,
    app: &App,
    id: PayoutId,
    payout: &Locked,
    word: &'static str,
    actor: Option<UserId>,
    reason: &str,
    now: OffsetDateTime,
) -> ledger::Result<()> {
    let reason: String = reason.chars().take(500).collect();
    sqlx::query!("UPDATE creatorPayouts SET status = 'failed', processedAt = ? WHERE id = ?", now, id).execute(&mut *tx).await?;
    sqlx::query!("UPDATE payoutDetails SET failureReason = ? WHERE payoutId = ?", reason, id).execute(&mut *tx).await?;
    step(tx, id.0, word, actor, Some(&reason), now).await?;
    let amount = shown(payout.amount);
    let subject = crate::t!("payouts.mail.failed_subject", amount = amount);
    tell(tx, app, id.0, payout.artist, now, &subject, &crate::t!("payouts.mail.failed", amount = amount, reason = reason)).await
}

/// The provider paid. Ended already, nothing happens.
///
/// # Errors
/// When the database does not answer.
pub async fn complete(app: &App, id: PayoutId, provider: Provider, reference: &str, now: OffsetDateTime) -> AppResult<()> {
    Ok(retrying(|| async move {
        let mut tx = begin(app).await?;
        let payout = lock(&mut tx, id).await?;
        if payout.status != "processing" {
            return Ok(());
        }
        let entries = vec![
            Entry { account: Account::Reserved(payout.artist), amount: payout.amount.negated()? },
            Entry { account: Account::Provider(provider.name()), amount: payout.amount },
        ];
        ledger::post(&mut tx, &movement(id.0, "paid", ledger::kind::PAYOUT_PAID, None, entries, now)).await?;
        sqlx::query!("UPDATE creatorPayouts SET status = 'completed', transactionId = ?, processedAt = ? WHERE id = ?", reference, now, id)
            .execute(&mut *tx)
            .await?;
        step(&mut tx, id.0, "completed", None, Some(reference), now).await?;
        audit(&mut tx, now, None, "payout_completed", TABLE, id.0, Some(reference)).await?;
        let amount = shown(payout.amount);
        let subject = crate::t!("payouts.mail.completed_subject", amount = amount);
        tell(&mut tx, app, id.0, payout.artist, now, &subject, &crate::t!("payouts.mail.completed", amount = amount, reference = reference)).await?;
        commit(tx).await
    })
    .await?)
}

/// The provider paid, and then took it back: the money is available again. Told before the answer to the sending
/// arrived, the payout ends there. Ended already, nothing happens.
///
/// # Errors
/// [`AppError::NotFound`] without such a payout.
pub async fn returned(app: &App, id: PayoutId, provider: Provider, reason: &str, now: OffsetDateTime) -> AppResult<()> {
    Ok(retrying(|| async move {
        let mut tx = begin(app).await?;
        let payout = lock(&mut tx, id).await?;
        match payout.status.as_str() {
            "processing" => give_back(&mut tx, app, id, &payout, "returned", None, reason, now).await?,
            "completed" => {
                let paid = ledger::id_of_key(&mut tx, &key(id.0, "paid")).await?;
                let entries = vec![
                    Entry { account: Account::Provider(provider.name()), amount: payout.amount.negated()? },
                    Entry { account: Account::Available(payout.artist), amount: payout.amount },
                ];
                ledger::post(&mut tx, &movement(id.0, "returned", ledger::kind::PAYOUT_RETURNED, paid, entries, now)).await?;
                end_unpaid(&mut tx, app, id, &payout, "returned", None, reason, now).await?;
            }
            _ => return Ok(()),
        }
        audit(&mut tx, now, None, "payout_returned", TABLE, id.0, Some(reason)).await?;
        commit(tx).await
    })
    .await?)
}

fn key(id: i32, what: &str) -> String {
    format!("payout:{id}:{what}")
}

fn movement(id: i32, what: &str, kind: &'static str, reverses: Option<String>, entries: Vec<Entry>, now: OffsetDateTime) -> Transaction {
    Transaction { key: key(id, what), kind, subject: TABLE, subject_id: id, reverses, entries, occurred_at: now }
}

/// Writes down what happened to a payout.
pub(in crate::payouts) async fn step(
    tx: &mut MySqlConnection,
    id: i32,
    step: &str,
    actor: Option<UserId>,
    note: Option<&str>,
    now: OffsetDateTime,
) -> ledger::Result<()> {
    sqlx::query!("INSERT INTO payoutSteps (payoutId, step, actorId, note, happenedAt) VALUES (?, ?, ?, ?, ?)", id, step, actor, note, now)
        .execute(tx)
        .await?;
    Ok(())
}

/// Mails the artist; an account without an address hears nothing.
async fn tell(tx: &mut MySqlConnection, app: &App, id: i32, artist: ArtistId, now: OffsetDateTime, subject: &str, text: &str) -> ledger::Result<()> {
    let address = sqlx::query_scalar!(
        "SELECT accountCredentials.email FROM artistProfiles JOIN accountCredentials ON accountCredentials.userId = artistProfiles.userId
         WHERE artistProfiles.id = ? AND accountCredentials.closedAt IS NULL",
        artist
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(address) = address {
        let link = crate::t!("payouts.mail.link", link = format!("{}/studio/payouts/{id}", app.config.site_url));
        mail::queue(tx, now, &address, subject, &format!("{}\n\n{link}\n", text.trim_end())).await?;
    }
    Ok(())
}
