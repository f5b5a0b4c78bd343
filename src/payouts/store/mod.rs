//! Payouts in the database: what is read here, what is changed in [`change`].

mod change;

pub(in crate::payouts) use change::step;
pub use change::{approve, complete, fail, refuse, request, returned, set_destination};

use super::{Approval, Desk, Destination, Details, Line, Method, NotYours, Payout, Queue, Status, Step, approval};
use crate::{
    accounts::Me,
    earnings::{self, Kind},
    error::{AppError, AppResult},
    ids::{ArtistId, EarningId, PayoutId, UserId},
    money::Cents,
    page::{Key, Page},
    payments,
    server::{state::App, tokens},
};
use time::OffsetDateTime;

const PAGE: usize = 25;
const STATEMENT_PAGE: usize = 100;

/// What the artist's payout page needs, with a new form key.
///
/// # Errors
/// When the database does not answer.
pub async fn desk(app: &App, me: &Me, artist: ArtistId) -> AppResult<Desk> {
    let balances = earnings::store::balances(app, artist).await?;
    let destination = sqlx::query!("SELECT method, destination FROM payoutDestinations WHERE artistId = ?", artist)
        .fetch_optional(&app.db)
        .await?
        .and_then(|row| Some(Destination { method: Method::of_name(&row.method)?, text: row.destination }));
    let minimum = Cents(app.config.rules.payout_minimum_cents);
    let payable = |method| payments::payout_provider(app, method).is_some();
    let has_provider = destination.as_ref().map_or_else(|| Method::ALL.into_iter().any(payable), |destination| payable(destination.method));
    let obstacle = if !has_provider {
        Some(crate::t!("payouts.obstacle.no_provider"))
    } else if !me.verified {
        Some(crate::t!("payouts.obstacle.unverified"))
    } else if destination.is_none() {
        Some(crate::t!("payouts.obstacle.no_destination"))
    } else if balances.available < minimum {
        Some(crate::t!("payouts.obstacle.too_little", available = payments::shown(balances.available), minimum = payments::shown(minimum)))
    } else {
        None
    };
    Ok(Desk {
        balances,
        destination,
        form_key: tokens::ulid(),
        minimum,
        two_admins_above: Cents(app.config.rules.payout_two_admins_above_cents),
        obstacle: obstacle.map(std::borrow::Cow::into_owned),
    })
}

struct Row {
    id: i32,
    artistId: i32,
    artistName: String,
    amount: i32,
    status: String,
    paymentMethod: Option<String>,
    transactionId: Option<String>,
    requestedAt: OffsetDateTime,
    processedAt: Option<OffsetDateTime>,
    destination: Option<String>,
    failureReason: Option<String>,
}

impl From<Row> for Payout {
    fn from(row: Row) -> Self {
        Self {
            id: PayoutId(row.id),
            artist: ArtistId(row.artistId),
            artist_name: row.artistName,
            amount: row.amount.into(),
            status: Status::of_name(&row.status).unwrap_or(Status::Pending),
            method: row.paymentMethod.as_deref().and_then(Method::of_name),
            destination: row.destination.unwrap_or_default(),
            transaction: row.transactionId,
            requested_at: row.requestedAt,
            processed_at: row.processedAt,
            failure_reason: row.failureReason,
        }
    }
}

/// Payouts of an artist, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_artist(app: &App, artist: ArtistId, before: Option<i32>) -> AppResult<Page<Payout>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT p.id, p.artistId, a.artistName, p.amount, p.status, p.paymentMethod, p.transactionId, p.requestedAt, p.processedAt,
                d.destination AS `destination?`, d.failureReason AS `failureReason?`
         FROM creatorPayouts p JOIN artistProfiles a ON a.id = p.artistId LEFT JOIN payoutDetails d ON d.payoutId = p.id
         WHERE p.artistId = ? AND p.id < ? ORDER BY p.id DESC LIMIT 26",
        artist,
        before.unwrap_or(i32::MAX)
    )
    .fetch_all(&app.db)
    .await?;
    Ok(Page::of(rows.into_iter().map(Payout::from).collect(), PAGE, |payout: &Payout| payout.id.to_string()))
}

/// Payouts of one status, oldest first, and how many there are of each.
///
/// # Errors
/// When the database does not answer.
pub async fn queue(app: &App, status: Status, after: Key) -> AppResult<Queue> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT p.id, p.artistId, a.artistName, p.amount, p.status, p.paymentMethod, p.transactionId, p.requestedAt, p.processedAt,
                d.destination AS `destination?`, d.failureReason AS `failureReason?`
         FROM creatorPayouts p JOIN artistProfiles a ON a.id = p.artistId LEFT JOIN payoutDetails d ON d.payoutId = p.id
         WHERE p.status = ? AND (p.requestedAt > ? OR (p.requestedAt = ? AND p.id > ?)) ORDER BY p.requestedAt, p.id LIMIT 26",
        status.name(),
        after.at,
        after.at,
        after.id
    )
    .fetch_all(&app.db)
    .await?;
    let payouts =
        Page::of(rows.into_iter().map(Payout::from).collect(), PAGE, |payout: &Payout| Key { at: payout.requested_at, id: payout.id.0 }.to_string());
    let counts = sqlx::query!("SELECT status, COUNT(*) AS `count!: i64` FROM creatorPayouts GROUP BY status").fetch_all(&app.db).await?;
    let counts =
        Status::ALL.into_iter().map(|status| (status, counts.iter().find(|row| row.status == status.name()).map_or(0, |row| row.count))).collect();
    Ok(Queue { payouts, counts })
}

/// One payout with its steps and statement. `artist`: only if it is theirs; other people's do not exist.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn details(app: &App, who: UserId, id: PayoutId, artist: Option<ArtistId>, after: Option<i32>) -> AppResult<Details> {
    let row = sqlx::query_as!(
        Row,
        "SELECT p.id, p.artistId, a.artistName, p.amount, p.status, p.paymentMethod, p.transactionId, p.requestedAt, p.processedAt,
                d.destination AS `destination?`, d.failureReason AS `failureReason?`
         FROM creatorPayouts p JOIN artistProfiles a ON a.id = p.artistId LEFT JOIN payoutDetails d ON d.payoutId = p.id WHERE p.id = ?",
        id
    )
    .fetch_optional(&app.db)
    .await?
    .filter(|row| artist.is_none_or(|artist| artist.0 == row.artistId))
    .ok_or(AppError::NotFound)?;
    let payout = Payout::from(row);
    let steps = sqlx::query!(
        "SELECT payoutSteps.step, payoutSteps.note, payoutSteps.happenedAt AS `at: OffsetDateTime`, users.name AS `actor?`
         FROM payoutSteps LEFT JOIN users ON users.id = payoutSteps.actorId WHERE payoutId = ? ORDER BY payoutSteps.id",
        id
    )
    .fetch_all(&app.db)
    .await?
    .into_iter()
    .map(|row| Step { step: row.step, actor: row.actor, note: row.note, at: row.at })
    .collect();
    let approvers = sqlx::query!(
        "SELECT payoutDetails.requestedBy, payoutDetails.firstApproverId, users.name AS `first?`
         FROM payoutDetails LEFT JOIN users ON users.id = payoutDetails.firstApproverId WHERE payoutId = ?",
        id
    )
    .fetch_optional(&app.db)
    .await?;
    let two_above = Cents(app.config.rules.payout_two_admins_above_cents);
    let obstacle =
        approvers.as_ref().and_then(|row| match approval(payout.amount, two_above, UserId(row.requestedBy), row.firstApproverId.map(UserId), who) {
            Ok(_) => None,
            Err(reason) => Some(sentence(reason)),
        });
    let line_count = sqlx::query_scalar!("SELECT COUNT(*) AS `count!: i64` FROM payoutEarnings WHERE payoutId = ?", id).fetch_one(&app.db).await?;
    Ok(Details {
        needs_two: payout.amount > two_above,
        payout,
        steps,
        lines: lines(app, id, after).await?,
        line_count,
        first_approver: approvers.and_then(|row| row.first),
        obstacle,
    })
}

/// The sentence for an admin who may not approve.
fn sentence(reason: NotYours) -> String {
    match reason {
        NotYours::Requester => crate::t!("payouts.admin.own"),
        NotYours::FirstApprover => crate::t!("payouts.admin.second_needed"),
    }
    .into_owned()
}

async fn lines(app: &App, id: PayoutId, after: Option<i32>) -> AppResult<Page<Line>> {
    let rows = sqlx::query!(
        "SELECT creatorEarnings.id, creatorEarnings.earningType, creatorEarnings.amount AS net, creatorEarnings.createdAt, payoutEarnings.amount,
                artistUploads.title AS `title?`
         FROM payoutEarnings JOIN creatorEarnings ON creatorEarnings.id = payoutEarnings.earningId
         LEFT JOIN artistUploads ON artistUploads.id = creatorEarnings.trackId
         WHERE payoutEarnings.payoutId = ? AND payoutEarnings.earningId > ? ORDER BY payoutEarnings.earningId LIMIT 101",
        id,
        after.unwrap_or(0)
    )
    .fetch_all(&app.db)
    .await?;
    let lines = rows
        .into_iter()
        .map(|row| Line {
            earning: EarningId(row.id),
            kind: Kind::of_name(&row.earningType),
            track: row.title,
            earned_at: row.createdAt,
            net: row.net.into(),
            amount: row.amount.into(),
        })
        .collect();
    Ok(Page::of(lines, STATEMENT_PAGE, |line: &Line| line.earning.to_string()))
}
