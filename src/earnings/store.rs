//! Earnings in the database.

use super::{Balances, Earning, Kind, Month, Overview, Summary, Whereabouts};
use crate::{
    error::AppResult,
    ids::{ArtistId, EarningId, PayoutId, TrackId},
    ledger,
    money::Cents,
    page::{Key, Page},
    server::state::App,
};
use time::{Duration, OffsetDateTime, Time};

/// Where an artist's money is.
///
/// # Errors
/// When the database does not answer.
pub async fn balances(app: &App, artist: ArtistId) -> AppResult<Balances> {
    let mut connection = app.db.acquire().await?;
    let held = ledger::balances(&mut connection, artist).await?;
    let paid = sqlx::query_scalar!(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS SIGNED) AS `paid!: i64` FROM creatorPayouts WHERE artistId = ? AND status = 'completed'",
        artist
    )
    .fetch_one(&mut *connection)
    .await?;
    Ok(Balances { on_hold: held.on_hold, available: held.available, reserved: held.reserved, paid: Cents(paid) })
}

/// The head of the earnings page.
///
/// # Errors
/// When the database does not answer.
pub async fn overview(app: &App, artist: ArtistId, now: OffsetDateTime) -> AppResult<Overview> {
    let balances = balances(app, artist).await?;
    let summary = sqlx::query!(
        "SELECT earningType, CAST(COALESCE(SUM(amount), 0) AS SIGNED) AS `total!: i64`, COUNT(*) AS `count!: i64`
         FROM creatorEarnings WHERE artistId = ? AND createdAt >= ? GROUP BY earningType",
        artist,
        now - Duration::days(30)
    )
    .fetch_all(&app.db)
    .await?;
    let months = last_twelve_months(now);
    let rows = sqlx::query!(
        "SELECT CAST(YEAR(createdAt) * 12 + MONTH(createdAt) AS SIGNED) AS `month!: i64`, CAST(COALESCE(SUM(amount), 0) AS SIGNED) AS `total!: i64`
         FROM creatorEarnings WHERE artistId = ? AND createdAt >= ? GROUP BY 1",
        artist,
        months[0]
    )
    .fetch_all(&app.db)
    .await?;
    let months = months
        .into_iter()
        .map(|start| {
            let number = i64::from(start.year()) * 12 + i64::from(u8::from(start.month()));
            Month { start, total: Cents(rows.iter().find(|row| row.month == number).map_or(0, |row| row.total)) }
        })
        .collect();
    Ok(Overview {
        balances,
        hold_days: app.config.rules.hold_days,
        last_thirty_days: summary
            .iter()
            .map(|row| Summary { kind: Kind::of_name(&row.earningType), total: Cents(row.total), count: row.count })
            .collect(),
        months,
        debts: crate::refunds::store::debts(app, artist).await?,
        disputes: crate::refunds::disputes::open(app, artist).await?,
    })
}

/// The first moments of twelve months, that of `now` last.
fn last_twelve_months(now: OffsetDateTime) -> Vec<OffsetDateTime> {
    let mut months = Vec::with_capacity(12);
    let mut start = now.replace_time(Time::MIDNIGHT).replace_day(1).unwrap_or(now);
    for _ in 0..12 {
        months.push(start);
        let before = start - Duration::days(1);
        start = before.replace_day(1).unwrap_or(before);
    }
    months.reverse();
    months
}

/// Earnings of an artist, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(app: &App, artist: ArtistId, after: Key, size: u32) -> AppResult<Page<Earning>> {
    let rows = sqlx::query!(
        "SELECT creatorEarnings.id AS `id!`, creatorEarnings.earningType AS `kind!: String`, creatorEarnings.amount AS `amount!`, creatorEarnings.trackId AS `track?`,
                creatorEarnings.createdAt AS `at!: OffsetDateTime`, artistUploads.title AS `title?`, earningDetails.gross AS `gross?`, earningDetails.fee AS `fee?`,
                earningDetails.availableAt AS `available_at?: OffsetDateTime`, earningDetails.releasedAt AS `released_at?: OffsetDateTime`,
                (SELECT MAX(payoutEarnings.payoutId) FROM payoutEarnings JOIN creatorPayouts ON creatorPayouts.id = payoutEarnings.payoutId
                 WHERE payoutEarnings.earningId = creatorEarnings.id AND creatorPayouts.status <> 'failed') AS `payout?: i32`
         FROM creatorEarnings
         LEFT JOIN earningDetails ON earningDetails.earningId = creatorEarnings.id
         LEFT JOIN artistUploads ON artistUploads.id = creatorEarnings.trackId
         WHERE creatorEarnings.artistId = ? AND (creatorEarnings.createdAt < ? OR (creatorEarnings.createdAt = ? AND creatorEarnings.id < ?))
         ORDER BY creatorEarnings.createdAt DESC, creatorEarnings.id DESC LIMIT ?",
        artist,
        after.at,
        after.at,
        after.id,
        size + 1
    )
    .fetch_all(&app.db)
    .await?;
    let earnings = rows
        .into_iter()
        .map(|row| Earning {
            id: EarningId(row.id),
            kind: Kind::of_name(&row.kind),
            track: row.track.map(TrackId).zip(row.title),
            gross: row.gross.unwrap_or(row.amount).into(),
            fee: row.fee.unwrap_or(0).into(),
            net: row.amount.into(),
            at: row.at,
            available_at: row.available_at.unwrap_or(row.at),
            whereabouts: match (row.payout, row.released_at) {
                (Some(payout), _) => Whereabouts::Payout(PayoutId(payout)),
                (None, Some(_)) => Whereabouts::Available,
                (None, None) => Whereabouts::OnHold,
            },
        })
        .collect();
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    Ok(Page::of(earnings, size, |earning: &Earning| Key { at: earning.at, id: earning.id.0 }.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn twelve_months_end_with_the_current_one() {
        let months = last_twelve_months(datetime!(2026-03-31 23:30 UTC));
        assert_eq!(months.len(), 12);
        assert_eq!(
            (months[0], months[10], months[11]),
            (datetime!(2025-04-01 0:00 UTC), datetime!(2026-02-01 0:00 UTC), datetime!(2026-03-01 0:00 UTC))
        );
    }
}
