//! Payouts in every state: waiting, with one approval of two, under way, paid, refused by an admin or by the provider.

use super::{
    Filling,
    people::{DemoArtist, People},
};
use crate::{
    error::AppError,
    ledger,
    payouts::{Destination, Method, send::SendPayout, store},
};
use anyhow::{Result, anyhow};
use time::{Duration, OffsetDateTime};

/// A payout that an artist asks for.
pub struct Withdrawal<'a> {
    pub at: OffsetDateTime,
    artist: &'a DemoArtist,
    form_key: String,
    end: End,
}

/// How it ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Paid,
    Refused(&'static str),
    ProviderRefuses,
    /// Approved; the provider takes two days.
    UnderWay,
    /// Approved by the first admin; large ones need two.
    HalfApproved,
    Waiting,
}

const WRONG_NAME: &str = "The account's name and the artist's do not match. Please check the address and ask again.";

/// What each artist asks for: how many days ago, and how it ends.
const PLANS: [&[(i64, End)]; 6] = [
    &[(200, End::Paid), (95, End::Refused(WRONG_NAME)), (60, End::Paid), (1, End::Waiting)],
    &[(150, End::Paid), (40, End::ProviderRefuses), (2, End::UnderWay)],
    &[(170, End::Paid), (80, End::Paid), (6, End::Waiting)],
    &[(3, End::HalfApproved)],
    &[(120, End::Paid), (4, End::Waiting)],
    &[(210, End::Paid), (100, End::Paid), (30, End::Refused(WRONG_NAME)), (1, End::UnderWay)],
];

/// An artist's payouts. Keys are made from the artist and the number, so that each is asked for once.
pub fn plan<'a>(filling: &Filling<'_>, artist: &'a DemoArtist) -> Result<Vec<Withdrawal<'a>>> {
    let mut list = Vec::new();
    for (n, (days, end)) in PLANS[artist.index % PLANS.len()].iter().enumerate() {
        let key = (u128::try_from(artist.index)? << 32) + u128::try_from(n)? + (1 << 70) + if filling.small { 1 << 64 } else { 0 };
        list.push(Withdrawal { at: filling.now - Duration::days(*days), artist, form_key: ulid::Ulid::from(key).to_string(), end: *end });
    }
    Ok(list)
}

/// Where the artist wants to be paid; the sandbox refuses addresses with a certain word in them.
pub async fn destination(filling: &Filling<'_>, artist: &DemoArtist, at: OffsetDateTime, refused: bool) -> Result<()> {
    let address = if refused { "payments-fail@demo.eternity.test" } else { artist.me.email.as_str() };
    let destination = Destination::parse(Method::Paypal, address).map_err(|error| anyhow!(error))?;
    store::set_destination(filling.app, artist.me.id, artist.id, &destination, at).await?;
    Ok(())
}

/// Asks for a payout and lets it end as planned.
pub async fn carry_out(filling: &Filling<'_>, people: &People, payout: &Withdrawal<'_>) -> Result<()> {
    let [first, second] = people.admins.as_slice() else { return Ok(()) };
    let Withdrawal { at, artist, form_key, end } = payout;
    ledger::release(filling.app, *at).await?;
    let provider_refuses = *end == End::ProviderRefuses;
    if provider_refuses {
        destination(filling, artist, *at - Duration::hours(1), true).await?;
    }
    let app = filling.at(*at);
    let id = match store::request(&app, &artist.me, artist.id, None, form_key, *at).await {
        Ok(id) => id,
        // There was less than the least amount by then.
        Err(AppError::Refused(_) | AppError::Invalid(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let decided = *at + Duration::hours(19);
    match end {
        End::Waiting => {}
        End::HalfApproved => {
            store::approve(&filling.at(decided), first.id, id, decided).await.map_or_else(done_before, |_| Ok(()))?;
        }
        End::Refused(reason) => store::refuse(&filling.at(decided), first.id, id, reason, decided).await.or_else(done_before)?,
        End::Paid | End::ProviderRefuses | End::UnderWay => {
            store::approve(&filling.at(decided), first.id, id, decided).await.map_or_else(done_before, |_| Ok(()))?;
            if *end == End::UnderWay {
                let later = filling.now + Duration::days(2);
                sqlx::query!("UPDATE jobs SET runAt = ? WHERE kind = 'send-payout' AND state = 'queued' AND payload = ?", later, job(id.0)?)
                    .execute(&filling.app.db)
                    .await?;
            } else {
                store::approve(&filling.at(decided), second.id, id, decided).await.map_or_else(done_before, |_| Ok(()))?;
                SendPayout { payout: id.0 }.run(&filling.at(decided + Duration::minutes(3))).await?;
            }
        }
    }
    if provider_refuses {
        destination(filling, artist, decided + Duration::days(1), false).await?;
    }
    Ok(())
}

/// As the queue holds it.
fn job(payout: i32) -> Result<String> {
    Ok(serde_json::to_string(&SendPayout { payout })?)
}

/// What was decided before, as when the filling was broken off, is refused now; so is a second approval that is not needed.
fn done_before(error: AppError) -> Result<()> {
    if matches!(error, AppError::Refused(_)) { Ok(()) } else { Err(error.into()) }
}
