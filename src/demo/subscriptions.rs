//! Subscribers with a history: months of renewals, one who went to the dearer tier, one who left, one who is leaving.

use super::{Filling, people::People};
use crate::{
    accounts::Me,
    checkout,
    error::AppError,
    ids::TierId,
    payments::{self, Provider},
    subscriptions::{self, store::Chosen},
};
use anyhow::{Context, Result};
use time::{Duration, OffsetDateTime};

/// What somebody does, by the place among the listeners.
enum Deed {
    Choose(&'static str),
    Cancel,
}

/// Listener, days ago, deed.
const DEEDS: [(usize, i64, Deed); 14] = [
    (0, 316, Deed::Choose("Premium")),
    (1, 291, Deed::Choose("Supporter")),
    (2, 240, Deed::Choose("Premium")),
    (5, 201, Deed::Choose("Premium")),
    (6, 188, Deed::Choose("Supporter")),
    (3, 170, Deed::Choose("Premium")),
    (8, 151, Deed::Choose("Premium")),
    (2, 130, Deed::Cancel),
    (0, 128, Deed::Choose("Supporter")),
    (9, 99, Deed::Choose("Premium")),
    (11, 72, Deed::Choose("Supporter")),
    (14, 44, Deed::Choose("Premium")),
    (5, 33, Deed::Choose("Supporter")),
    (3, 4, Deed::Cancel),
];

pub async fn fill(filling: &Filling<'_>, people: &People) -> Result<()> {
    let Some(provider) = payments::provider(filling.app).filter(|provider| *provider == Provider::Sandbox) else { return Ok(()) };
    filling.say("subscriptions");
    let longest = if filling.small { 75 } else { 320 };
    // Day by day, so that everything is renewed on its own day.
    for day in (0..=longest).rev() {
        let now = (filling.now - Duration::days(day)).min(filling.now);
        let app = filling.at(now);
        subscriptions::renewals::sweep(&app, now).await?;
        checkout::outside::sweep(&app).await?;
        for (n, (listener, ago, deed)) in DEEDS.iter().enumerate() {
            // The small set has the same history in a fifth of the time.
            let ago = if filling.small { *ago / 5 } else { *ago };
            if ago == day
                && let Some(me) = people.listeners.get(*listener)
            {
                act(filling, provider, me, n, deed, now).await?;
            }
        }
    }
    Ok(())
}

async fn act(filling: &Filling<'_>, provider: Provider, me: &Me, n: usize, deed: &Deed, now: OffsetDateTime) -> Result<()> {
    let app = filling.at(now);
    let done = match deed {
        Deed::Cancel => subscriptions::store::cancel(&app, me, now).await.map(|_| ()),
        Deed::Choose(name) => {
            let form_key = ulid::Ulid::from((4_u128 << 64) + u128::try_from(n)? + if filling.small { 1 << 32 } else { 0 }).to_string();
            let there = sqlx::query_scalar!("SELECT id FROM checkouts WHERE formKey = ?", form_key).fetch_optional(&filling.app.db).await?;
            if there.is_some() {
                return Ok(());
            }
            let tier = sqlx::query_scalar!("SELECT id FROM subscriptionTiers WHERE name = ?", *name).fetch_optional(&filling.app.db).await?;
            let tier = TierId(tier.context("the tiers are seeded")?);
            match subscriptions::store::choose(&app, me, provider, tier, &form_key, now).await {
                Ok(Chosen::Pay(id)) => checkout::store::pay(&app, me.id, &id, now + Duration::seconds(45)).await.map(|_| ()),
                Ok(Chosen::Done(_)) => Ok(()),
                Err(error) => Err(error),
            }
        }
    };
    match done {
        // There already by an earlier run, or a running worker was in between.
        Ok(()) | Err(AppError::Refused(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
