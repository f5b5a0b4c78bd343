//! Advertisements: shown to listeners without a subscription, counted, and paid by the thousand. What they bring is
//! shared by [`crate::royalties`].

pub mod admin;
mod api;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod store;
mod view;

pub use view::Sponsored;

use crate::{
    error::{AppResult, FieldErrors},
    ids::AdId,
    money::Cents,
    uploads::one_line,
};
use serde::{Deserialize, Serialize};
use time::{Date, macros::format_description};

/// The most that a thousand impressions may cost.
const MAXIMUM_PRICE: Cents = Cents(100_000);

/// An advertisement as listeners see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ad {
    pub id: AdId,
    pub advertiser: String,
    pub headline: String,
    pub body: String,
}

/// How far an advertisement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Run {
    Planned,
    Running,
    Paused,
    Over,
}

/// An advertisement in the admins' list, with what it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdLine {
    pub id: AdId,
    pub advertiser: String,
    pub headline: String,
    pub run: Run,
    pub price_per_thousand: Cents,
    pub impressions: i64,
    pub clicks: i64,
    /// Of the days that are closed.
    pub billed: Cents,
}

/// An advertisement as admins edit it. Days are ISO dates; an empty last day means until it is paused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdDraft {
    pub advertiser: String,
    pub headline: String,
    pub body: String,
    pub link: String,
    /// Decimal text.
    pub price: String,
    pub starts_on: String,
    pub ends_on: String,
    pub active: bool,
}

/// An [`AdDraft`] that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdText {
    pub advertiser: String,
    pub headline: String,
    pub body: String,
    pub link: String,
    pub price_per_thousand: Cents,
    pub starts_on: Date,
    pub ends_on: Option<Date>,
    pub active: bool,
}

impl AdDraft {
    /// Checks what was typed.
    ///
    /// # Errors
    /// [`crate::error::AppError::Invalid`], each message at its field.
    pub fn parse(&self) -> AppResult<AdText> {
        let mut errors = FieldErrors::default();
        let mut line = |field: &str, text: &str, most: usize| {
            let text = one_line(text);
            match text.chars().count() {
                0 => errors.add(field, crate::t!("ads.error.missing")),
                count if count > most => errors.add(field, crate::t!("ads.error.long", most = most)),
                _ => {}
            }
            text
        };
        let advertiser = line("advertiser", &self.advertiser, 120);
        let headline = line("headline", &self.headline, 80);
        let body = line("body", &self.body, 200);
        let link = crate::artists::web_address("link", &self.link, &mut errors);
        if link.is_none() && self.link.trim().is_empty() {
            errors.add("link", crate::t!("ads.error.missing"));
        }
        let price = match self.price.parse::<Cents>() {
            Ok(price) if (Cents(1)..=MAXIMUM_PRICE).contains(&price) => price,
            _ => {
                errors.add("price", crate::t!("ads.error.price", maximum = MAXIMUM_PRICE.to_decimal()));
                Cents::ZERO
            }
        };
        let mut day = |field: &str, text: &str| {
            let day = Date::parse(text.trim(), format_description!("[year]-[month]-[day]")).ok().filter(|day| (2000..=2037).contains(&day.year()));
            if day.is_none() {
                errors.add(field, crate::t!("ads.error.day"));
            }
            day
        };
        let starts_on = day("starts_on", &self.starts_on);
        let ends_on = if self.ends_on.trim().is_empty() { None } else { day("ends_on", &self.ends_on) };
        if let (Some(start), Some(end)) = (starts_on, ends_on)
            && end < start
        {
            errors.add("ends_on", crate::t!("ads.error.order"));
        }
        errors.done()?;
        Ok(AdText {
            advertiser,
            headline,
            body,
            link: link.unwrap_or_default(),
            price_per_thousand: price,
            starts_on: starts_on.unwrap_or(Date::MIN),
            ends_on,
            active: self.active,
        })
    }
}

/// What impressions cost, rounded half up.
///
/// # Errors
/// [`crate::money::Overflow`] past the range of an amount.
pub fn cost(impressions: i64, per_thousand: Cents) -> Result<Cents, crate::money::Overflow> {
    let product = i128::from(impressions) * i128::from(per_thousand.0);
    i64::try_from((product + 500) / 1_000).map(Cents).map_err(|_| crate::money::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::AppError;
    use proptest::prelude::*;

    #[test]
    fn a_form_says_at_each_field_what_is_wrong() {
        let good = AdDraft {
            advertiser: "Ida's Guitars".into(),
            headline: "Strings that stay in tune".into(),
            body: "Hand-made in Oslo.".into(),
            link: "ida.example/strings".into(),
            price: "4.50".into(),
            starts_on: "2026-03-01".into(),
            ends_on: String::new(),
            active: true,
        };
        let text = good.parse().expect("all of it is good");
        assert_eq!((text.link.as_str(), text.price_per_thousand, text.ends_on), ("https://ida.example/strings", Cents(450), None));
        let bad = AdDraft { link: "javascript:x".into(), price: "0".into(), ends_on: "2026-02-28".into(), headline: " ".into(), ..good };
        let Err(AppError::Invalid(errors)) = bad.parse() else { panic!("must be refused") };
        let mut fields: Vec<&str> = errors.0.iter().map(|(field, _)| field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["ends_on", "headline", "link", "price"]);
    }

    #[test]
    fn a_thousand_impressions_cost_the_price() {
        assert_eq!(cost(1_000, Cents(450)), Ok(Cents(450)));
        assert_eq!(cost(1, Cents(450)), Ok(Cents(0)));
        assert_eq!(cost(2, Cents(450)), Ok(Cents(1)));
    }

    proptest! {
        /// Billed day by day as the difference of what all cost so far, the days sum to what the whole costs.
        #[test]
        fn days_sum_to_the_whole(days in prop::collection::vec(0_i64..5_000, 1..60), price in 1_i64..100_000) {
            let (mut seen, mut billed) = (0, 0);
            for day in &days {
                let before = cost(seen, Cents(price)).unwrap();
                seen += day;
                billed += cost(seen, Cents(price)).unwrap().0 - before.0;
            }
            prop_assert_eq!(Cents(billed), cost(seen, Cents(price)).unwrap());
        }
    }
}
