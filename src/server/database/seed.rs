//! What every site needs before its first visitor.

use sqlx::MySqlPool;

/// The subscription tiers, in cents a month. A tier that is there is left as it is.
const TIERS: [(&str, &str, i32, &str); 3] = [
    ("Free", "Free tier with ads", 0, r#"["ad-supported","limited-streams"]"#),
    ("Premium", "Ad-free listening", 999, r#"["ad-free","unlimited-streams","hq-audio"]"#),
    ("Supporter", "Support creators directly", 1999, r#"["ad-free","unlimited-streams","hq-audio","exclusive-content"]"#),
];

/// Writes them.
///
/// # Errors
/// When the database refuses.
pub async fn seed(pool: &MySqlPool) -> anyhow::Result<()> {
    for (name, description, price, features) in TIERS {
        // An adopted table may lack the unique key, so it is looked up first.
        sqlx::query!(
            "INSERT INTO subscriptionTiers (name, description, monthlyPrice, features)
             SELECT ?, ?, ?, ? FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM subscriptionTiers WHERE name = ?)",
            name,
            description,
            price,
            features,
            name
        )
        .execute(pool)
        .await?;
    }
    Ok(())
}
