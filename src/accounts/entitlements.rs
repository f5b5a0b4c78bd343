//! What a listener may hear, by tier. Every rule about tiers asks here.

use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    crate::{error::AppResult, ids::UserId, server::state::App},
    time::OffsetDateTime,
};

/// What one listener, or a visitor, may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entitlements {
    /// The tier's name; `Free` for everyone without a subscription.
    pub tier: String,
    /// Whether advertisements are played.
    pub ads: bool,
    /// Full plays a day; `None`: as many as one likes.
    pub daily_plays: Option<u32>,
    pub high_quality: bool,
    pub lossless: bool,
    /// Supporter-only releases and posts.
    pub exclusive: bool,
}

#[cfg(feature = "ssr")]
impl Entitlements {
    /// What the names in a tier's `features` (a JSON array) amount to.
    fn of_features(tier: String, features: &str, free_plays_a_day: u32) -> Self {
        let features: Vec<String> = serde_json::from_str(features).unwrap_or_default();
        let has = |name: &str| features.iter().any(|feature| feature == name);
        Self {
            tier,
            ads: !has("ad-free"),
            daily_plays: (!has("unlimited-streams")).then_some(free_plays_a_day),
            high_quality: has("hq-audio"),
            lossless: has("hq-audio"),
            exclusive: has("exclusive-content"),
        }
    }
}

/// What this listener may now: by the dearest subscription whose paid period still runs. `None` is a visitor.
///
/// # Errors
/// When the database does not answer.
#[cfg(feature = "ssr")]
pub async fn entitlements(app: &App, user: Option<UserId>) -> AppResult<Entitlements> {
    let free_plays = app.config.rules.free_plays_a_day;
    let tier = match user {
        Some(user) => tier_of(app, user, app.clock.now()).await?,
        None => None,
    };
    Ok(match tier {
        Some((name, features)) => Entitlements::of_features(name, &features, free_plays),
        None => Entitlements::of_features("Free".to_owned(), "[]", free_plays),
    })
}

#[cfg(feature = "ssr")]
async fn tier_of(app: &App, user: UserId, now: OffsetDateTime) -> sqlx::Result<Option<(String, String)>> {
    // What was paid for is kept to the end of its period, also when it was cancelled; and while its renewal is under way
    // or tried again.
    let row = sqlx::query!(
        "SELECT subscriptionTiers.name, subscriptionTiers.features
         FROM userSubscriptions JOIN subscriptionTiers ON subscriptionTiers.id = userSubscriptions.tierId
         LEFT JOIN subscriptionDetails ON subscriptionDetails.subscriptionId = userSubscriptions.id
         WHERE userSubscriptions.userId = ? AND userSubscriptions.currentPeriodStart <= ?
           AND ((userSubscriptions.status = 'active' AND userSubscriptions.currentPeriodEnd IS NULL)
             OR (userSubscriptions.status IN ('active', 'past_due', 'cancelled') AND userSubscriptions.currentPeriodEnd > ?)
             OR (userSubscriptions.status IN ('active', 'past_due') AND userSubscriptions.cancelAtPeriodEnd = 0 AND subscriptionDetails.keptUntil > ?))
         ORDER BY subscriptionTiers.monthlyPrice DESC, subscriptionTiers.id DESC LIMIT 1",
        user,
        now,
        now,
        now
    )
    .fetch_optional(&app.db)
    .await?;
    Ok(row.map(|row| (row.name, row.features.unwrap_or_default())))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn features_are_read_by_name() {
        let free = Entitlements::of_features("Free".to_owned(), r#"["ad-supported","limited-streams"]"#, 100);
        assert_eq!((free.ads, free.daily_plays, free.high_quality, free.exclusive), (true, Some(100), false, false));
        let supporter = Entitlements::of_features("S".to_owned(), r#"["ad-free","unlimited-streams","hq-audio","exclusive-content"]"#, 100);
        assert_eq!((supporter.ads, supporter.daily_plays, supporter.lossless, supporter.exclusive), (false, None, true, true));
        assert!(Entitlements::of_features("?".to_owned(), "not json", 100).ads);
    }
}
