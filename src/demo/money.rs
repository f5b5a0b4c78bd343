//! Tips over twelve months, what artists answered, and payouts in every state: all through the money rooms, in the
//! order of time, so that the journal balances as if it had happened.

use super::{
    Filling,
    catalogue::{ARTISTS, TIP_MESSAGES, TIP_REPLIES},
    payouts::{self, Withdrawal},
    people::{DemoArtist, People},
    tracks::{DemoTrack, between},
};
use crate::{
    accounts::Me,
    checkout,
    error::AppError,
    ledger,
    money::{CURRENCY, Cents},
    payments::{self, Provider, Verdict, gateway::Disputed},
    purchases::{self, Thing},
    refunds,
    tips::{self, store::Wish},
};
use anyhow::{Context, Result};
use time::{Duration, OffsetDateTime};

/// A tip to be given.
struct Tip<'a> {
    at: OffsetDateTime,
    from: &'a Me,
    to: &'a DemoArtist,
    wish: Wish,
    declined: bool,
    reply: Option<&'static str>,
}

/// Something to be bought.
struct Purchase<'a> {
    at: OffsetDateTime,
    from: &'a Me,
    thing: Thing,
    amount: Cents,
    form_key: String,
}

/// A tip that is given back, wholly or in part.
struct Return {
    at: OffsetDateTime,
    tip: String,
    form_key: String,
    amount: Option<Cents>,
    reason: &'static str,
}

/// A tip that its payer's bank takes back, and what it decides.
struct Quarrel {
    at: OffsetDateTime,
    tip: String,
    verdict: Verdict,
}

/// Something that happens to money.
enum Event<'a> {
    Return(Return),
    Quarrel(Quarrel),
    Tip(Tip<'a>),
    Purchase(Purchase<'a>),
    Payout(Withdrawal<'a>),
}

impl Event<'_> {
    const fn at(&self) -> OffsetDateTime {
        match self {
            Self::Return(back) => back.at,
            Self::Quarrel(quarrel) => quarrel.at,
            Self::Tip(tip) => tip.at,
            Self::Purchase(purchase) => purchase.at,
            Self::Payout(payout) => payout.at,
        }
    }
}

pub async fn fill(filling: &Filling<'_>, people: &People, tracks: &[DemoTrack]) -> Result<()> {
    let Some(provider) = payments::provider(filling.app) else { return Ok(()) };
    let mut events = Vec::new();
    for artist in &people.artists {
        let tips = plan(filling, people, artist, tracks)?;
        // Whoever has the last of them has them all.
        let last = tips.iter().max_by_key(|tip| tip.at).context("no tips are planned")?;
        let there = sqlx::query_scalar!("SELECT id FROM checkouts WHERE formKey = ?", last.wish.form_key).fetch_optional(&filling.app.db).await?;
        if there.is_none() {
            payouts::destination(filling, artist, filling.now - Duration::days(365), false).await?;
            events.extend(returns(filling, &tips)?.into_iter().map(Event::Return));
            events.extend(quarrels(filling, artist, &tips).into_iter().map(Event::Quarrel));
            events.extend(tips.into_iter().map(Event::Tip));
            events.extend(payouts::plan(filling, artist)?.into_iter().map(Event::Payout));
        }
    }
    events.extend(purchases(filling, people).await?.into_iter().map(Event::Purchase));
    if !events.is_empty() {
        filling.say(&format!("{} tips, purchases and payouts", events.len()));
    }
    events.sort_by_key(Event::at);
    for event in events {
        match event {
            Event::Return(back) => give_back(filling, people, &back).await?,
            Event::Quarrel(quarrel) => dispute(filling, provider, &quarrel).await?,
            Event::Tip(tip) => give(filling, provider, &tip).await?,
            Event::Purchase(purchase) => buy(filling, provider, &purchase).await?,
            Event::Payout(payout) => payouts::carry_out(filling, people, &payout).await?,
        }
    }
    ledger::release(filling.app, filling.now).await?;
    Ok(())
}

/// The tips to an artist. Keys are made from the artist and the number, so that each tip is given once.
fn plan<'a>(filling: &Filling<'_>, people: &'a People, artist: &'a DemoArtist, tracks: &[DemoTrack]) -> Result<Vec<Tip<'a>>> {
    let mut chance = filling.chance(3_000 + u64::try_from(artist.index)?);
    let own: Vec<&DemoTrack> = tracks.iter().filter(|track| super::catalogue::TRACKS[track.index].artist == artist.index).collect();
    let count = if filling.small { 10 } else { [30, 22, 16, 18, 14, 20][artist.index % 6] };
    let mut times: Vec<OffsetDateTime> =
        (0..count).map(|_| between(&mut chance, filling.now - Duration::days(350), filling.now - Duration::hours(2))).collect();
    times.sort_unstable();
    let mut list = Vec::new();
    for (n, at) in times.into_iter().enumerate() {
        let from = chance.pick(&people.listeners);
        let on: Vec<&&DemoTrack> = own.iter().filter(|track| track.released < at).collect();
        let track = (!on.is_empty() && chance.chance(0.7)).then(|| chance.pick(&on).id);
        // Somebody at Neon Cartography's is rich, and twice so.
        let amount = if ARTISTS[artist.index].name == "Neon Cartography" && matches!(n, 2 | 4 | 6) {
            50_000
        } else {
            *chance.pick(&[300, 500, 500, 500, 1_000, 1_000, 2_000, 2_500, 5_000])
        };
        let key = (u128::try_from(artist.index)? << 32) + u128::try_from(n)? + if filling.small { 1 << 64 } else { 0 };
        let wish = Wish {
            form_key: ulid::Ulid::from(key).to_string(),
            artist: artist.id,
            track,
            amount: Cents(amount),
            message: (*chance.pick(&TIP_MESSAGES)).to_owned(),
            cover_fee: chance.chance(0.3),
            anonymous: chance.chance(0.12),
        };
        let reply = chance.chance(0.3).then(|| *chance.pick(&TIP_REPLIES));
        list.push(Tip { at, from, to: artist, wish, declined: n == 5, reply });
    }
    Ok(list)
}

/// Of each artist's tips, one goes back in part and one wholly, some days later. Keys are made from the tips'.
fn returns(filling: &Filling<'_>, tips: &[Tip<'_>]) -> Result<Vec<Return>> {
    let plans = [(1, Some(Cents(100)), "Given a dollar more than was meant."), (8, None, "Given twice by mistake.")];
    let mut list = Vec::new();
    for (n, amount, reason) in plans {
        let Some(tip) = tips.get(n) else { continue };
        let at = tip.at + Duration::days(3);
        if at < filling.now {
            let key: ulid::Ulid = tip.wish.form_key.parse()?;
            list.push(Return {
                at,
                tip: tip.wish.form_key.clone(),
                form_key: ulid::Ulid::from(u128::from(key) + (1 << 72)).to_string(),
                amount,
                reason,
            });
        }
    }
    Ok(list)
}

/// Of the first artists a bank takes a tip back: one it has not decided about, one that is won and one that is lost.
fn quarrels(filling: &Filling<'_>, artist: &DemoArtist, tips: &[Tip<'_>]) -> Vec<Quarrel> {
    let (Some(tip), Some(verdict)) = (tips.last(), [Verdict::Open, Verdict::Won, Verdict::Lost].get(artist.index)) else { return Vec::new() };
    // After all payouts, none of which lacks the money therefore.
    let at = (filling.now - Duration::hours(4)).max(tip.at + Duration::hours(1));
    let steps = [(Verdict::Open, at), (*verdict, at + Duration::minutes(30))];
    steps.map(|(verdict, at)| Quarrel { at, tip: tip.wish.form_key.clone(), verdict }).into()
}

/// Tells the site what the bank does about a tip, where it was paid.
async fn dispute(filling: &Filling<'_>, provider: Provider, quarrel: &Quarrel) -> Result<()> {
    let paid = sqlx::query!(
        "SELECT p.providerPaymentId AS `payment!: String`, p.amount FROM checkouts c JOIN payments p ON p.id = c.paymentId
         WHERE c.formKey = ? AND p.providerPaymentId IS NOT NULL",
        quarrel.tip
    )
    .fetch_optional(&filling.app.db)
    .await?;
    let Some(paid) = paid else { return Ok(()) };
    let told = Disputed {
        reference: format!("dispute_{}", quarrel.tip.to_lowercase()),
        payment: paid.payment,
        amount: paid.amount.into(),
        currency: CURRENCY.to_owned(),
        fee: Cents(1_500),
        fee_back: if quarrel.verdict == Verdict::Won { Cents(1_500) } else { Cents::ZERO },
        verdict: quarrel.verdict,
        reason: "unrecognized".to_owned(),
        answer_by: Some(quarrel.at + Duration::days(14)),
    };
    refunds::disputes::heard(&filling.at(quarrel.at), provider, &told, quarrel.at).await?;
    Ok(())
}

/// Has an admin give a tip back, where it was paid.
async fn give_back(filling: &Filling<'_>, people: &People, back: &Return) -> Result<()> {
    let Some(admin) = people.admins.first() else { return Ok(()) };
    let Some(payment) = sqlx::query_scalar!("SELECT paymentId FROM checkouts WHERE formKey = ?", back.tip).fetch_optional(&filling.app.db).await?
    else {
        return Ok(());
    };
    match refunds::store::request(&filling.at(back.at), admin.id, payment.into(), back.amount, back.reason, &back.form_key, back.at).await {
        // Refused: the tip was never paid.
        Ok(_) | Err(AppError::Refused(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Everything that has a price is bought by some listeners, some of whom pay more than is asked. What was planned before
/// is left out, by its key.
async fn purchases<'a>(filling: &Filling<'_>, people: &'a People) -> Result<Vec<Purchase<'a>>> {
    let rows = sqlx::query!(
        "SELECT 'tracks' AS `kind!: String`, id, downloadPrice AS `price!: i32`, COALESCE(releaseDate, createdAt) AS `since!: OffsetDateTime`
         FROM artistUploads WHERE isPublished = 1 AND downloadable = 1 AND downloadPrice > 0
         UNION ALL SELECT 'albums', id, price, createdAt FROM albums WHERE isPublished = 1 AND price > 0
         UNION ALL SELECT 'songs', id, price, createdAt FROM tracks WHERE isPublished = 1 AND price > 0
         ORDER BY 1, 2"
    )
    .fetch_all(&filling.app.db)
    .await?;
    let mut list = Vec::new();
    for row in rows {
        let thing = Thing::parse(&row.kind, &row.id.to_string()).context("what has a price can be bought")?;
        let kind = match thing {
            Thing::Track(_) => 0,
            Thing::Song(_) => 1,
            Thing::Album(_) => 2,
        };
        let number = u64::try_from(row.id)? * 4 + kind;
        let mut chance = filling.chance(14_000 + number);
        let buyers = if filling.small { 1 } else { 1 + chance.below(4) };
        for (n, from) in
            people.listeners.iter().cycle().skip(chance.below(people.listeners.len())).take(buyers.min(people.listeners.len())).enumerate()
        {
            let at = between(&mut chance, row.since.max(filling.now - Duration::days(330)), filling.now - Duration::hours(3));
            let more = *chance.pick(&[0, 0, 0, 100, 200, 500]);
            let form_key = ulid::Ulid::from((2_u128 << 64) + (u128::from(number) << 16) + u128::try_from(n)?).to_string();
            let there = sqlx::query_scalar!("SELECT id FROM checkouts WHERE formKey = ?", form_key).fetch_optional(&filling.app.db).await?;
            if there.is_none() {
                list.push(Purchase { at, from, thing, amount: Cents::from(row.price).plus(Cents(more))?, form_key });
            }
        }
    }
    Ok(list)
}

async fn buy(filling: &Filling<'_>, provider: Provider, purchase: &Purchase<'_>) -> Result<()> {
    let app = filling.at(purchase.at);
    let amount = purchase.amount.to_decimal();
    let bought = async {
        let checkout = purchases::store::start(&app, purchase.from, provider, purchase.thing, &amount, &purchase.form_key, purchase.at).await?;
        checkout::store::pay(&app, purchase.from.id, &checkout, purchase.at + Duration::seconds(40)).await
    };
    match bought.await {
        // Refused: the song came with an album, or a running worker has just closed what was started so long ago.
        Ok(_) | Err(AppError::Refused(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn give(filling: &Filling<'_>, provider: Provider, tip: &Tip<'_>) -> Result<()> {
    let app = filling.at(tip.at);
    let checkout = tips::store::start(&app, tip.from, provider, &tip.wish, tip.at).await?;
    let paid = tip.at + Duration::seconds(50);
    if tip.declined {
        checkout::store::decline(&app, tip.from.id, &checkout, paid).await?;
        return Ok(());
    }
    let payment = match checkout::store::pay(&app, tip.from.id, &checkout, paid).await {
        Ok(payment) => payment,
        // It was started so long ago that a running worker has just closed it.
        Err(AppError::Refused(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if let Some(reply) = tip.reply {
        let row = sqlx::query!("SELECT tipId, reply FROM tipDetails WHERE paymentId = ?", payment).fetch_one(&filling.app.db).await?;
        if row.reply.is_none() {
            let name = ARTISTS[tip.to.index].name;
            tips::store::reply(&app, tip.to.me.id, name, row.tipId.into(), reply, tip.at + Duration::hours(9)).await?;
        }
    }
    Ok(())
}
