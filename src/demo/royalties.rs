//! Advertisements over the last months, and the days that were closed since: stream money for everyone who was heard.

use super::{Filling, people::People};
use crate::{
    ads::{self, AdText},
    ledger,
    money::Cents,
    royalties,
};
use anyhow::{Context, Result};
use time::{Duration, Time};

/// Advertiser, headline, text, address, cents for a thousand impressions.
const ADVERTISEMENTS: [(&str, &str, &str, &str, i64); 3] = [
    ("Fjord & Daughters", "Strings that stay in tune", "Hand-wound in a boathouse, posted the same day.", "https://strings.example", 420),
    (
        "The Listening Room",
        "Forty seats, no phones",
        "Live sessions every Thursday. The kettle is on from seven.",
        "https://listening-room.example",
        380,
    ),
    ("Night Bus Records", "We press small runs", "From a hundred copies, sleeves printed by hand.", "https://night-bus.example", 510),
];

pub async fn fill(filling: &Filling<'_>, people: &People) -> Result<()> {
    let admin = people.admins.first().context("there are admins")?;
    let days = if filling.small { 60 } else { 120 };
    let today = filling.now.date();
    let first = today - Duration::days(days);
    for (n, &(advertiser, headline, body, link, price)) in ADVERTISEMENTS.iter().enumerate() {
        let there = sqlx::query_scalar!("SELECT id FROM advertisements WHERE link = ?", link).fetch_optional(&filling.app.db).await?;
        if there.is_some() {
            continue;
        }
        let text = AdText {
            advertiser: advertiser.to_owned(),
            headline: headline.to_owned(),
            body: body.to_owned(),
            link: link.to_owned(),
            price_per_thousand: Cents(price),
            starts_on: first,
            ends_on: None,
            active: true,
        };
        let id = ads::store::save(&filling.at(first.midnight().assume_utc()), admin.id, None, &text).await?;
        let mut chance = filling.chance(12_000 + u64::try_from(n)?);
        for day in (0..days).map(|day| first + Duration::days(day)) {
            let seen = 300 + i32::try_from(chance.below(700))?;
            let followed = seen / 90;
            // What visitors saw; listeners' own rows come from their browsers.
            sqlx::query!("INSERT INTO adDays (adId, day, visitorImpressions, visitorClicks) VALUES (?, ?, ?, ?)", id, day, seen, followed)
                .execute(&filling.app.db)
                .await?;
        }
    }
    filling.say("stream money");
    // Each day at the hour at which the worker would have closed it.
    for day in (1..=days).map(|day| first + Duration::days(day)) {
        let then = day.with_time(Time::MIDNIGHT).assume_utc() + Duration::hours(7);
        if then <= filling.now {
            royalties::store::close_due(filling.app, then).await?;
        }
    }
    ledger::release(filling.app, filling.now).await?;
    Ok(())
}
