//! Subscriptions: the tiers, what each gives and costs, and how a listener's own begins, changes, goes on and ends.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod renewals;
#[cfg(feature = "ssr")]
mod settle;
#[cfg(feature = "ssr")]
pub mod store;

#[cfg(feature = "ssr")]
pub use settle::{fail, settle};

use crate::{
    ids::{PaymentId, TierId},
    money::{Cents, Overflow},
};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, Time};

/// Differences below this are not charged: providers take no smaller payments.
pub const LEAST_CHARGE: Cents = Cents(50);

/// A tier that can be subscribed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub id: TierId,
    pub name: String,
    /// A month.
    pub price: Cents,
    /// Names of what it gives, as the tier's row has them.
    pub features: Vec<String>,
}

impl Plan {
    /// What it gives, in sentences.
    pub fn gives(&self, free_plays: u32) -> Vec<String> {
        self.features.iter().filter_map(|feature| gives(feature, free_plays)).collect()
    }

    /// What is lost with it, in sentences; nothing of a tier that costs nothing.
    pub fn loses(&self, free_plays: u32) -> Vec<String> {
        self.features.iter().filter_map(|feature| loses(feature, free_plays)).collect()
    }
}

fn gives(feature: &str, free_plays: u32) -> Option<String> {
    let text = match feature {
        "ad-supported" => crate::t!("subscriptions.gives.ads"),
        "limited-streams" => crate::t!("subscriptions.gives.limited", plays = free_plays),
        "ad-free" => crate::t!("subscriptions.gives.ad_free"),
        "unlimited-streams" => crate::t!("subscriptions.gives.unlimited"),
        "hq-audio" => crate::t!("subscriptions.gives.quality"),
        "exclusive-content" => crate::t!("subscriptions.gives.exclusive"),
        // A site's own name for something, in the tier's row.
        _ => return None,
    };
    Some(text.into_owned())
}

fn loses(feature: &str, free_plays: u32) -> Option<String> {
    let text = match feature {
        "ad-free" => crate::t!("subscriptions.loses.ad_free"),
        "unlimited-streams" => crate::t!("subscriptions.loses.unlimited", plays = free_plays),
        "hq-audio" => crate::t!("subscriptions.loses.quality"),
        "exclusive-content" => crate::t!("subscriptions.loses.exclusive"),
        _ => return None,
    };
    Some(text.into_owned())
}

/// The subscription that somebody has now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub plan: Plan,
    pub since: OffsetDateTime,
    /// The end of what is paid; none of an adopted one that never ends.
    pub until: Option<OffsetDateTime>,
    /// It ends with its period.
    pub ends: bool,
    /// The last renewal was refused: until when the tier is kept, and when it is tried again.
    pub late: Option<Late>,
    /// The tier from the next period on, when it is another one.
    pub next: Option<Plan>,
    /// Whether it goes on by itself: one of an older site does not.
    pub ours: bool,
}

/// A renewal that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    pub kept_until: OffsetDateTime,
    pub again_at: Option<OffsetDateTime>,
}

/// The page of all tiers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plans {
    pub plans: Vec<Plan>,
    pub standing: Option<Standing>,
    /// Full plays a day without a subscription.
    pub free_plays: u32,
    /// Of what is paid, what goes to whom the listener hears.
    pub share_basis_points: u32,
}

/// What choosing a tier means now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// It begins today, and this is paid.
    Begin { until: OffsetDateTime },
    /// A dearer one, at once: for the rest of the period `worth` of the new tier less `credit` of the old one.
    Up { worth: Cents, credit: Cents, due: Cents, until: OffsetDateTime },
    /// A cheaper one, from the next period on.
    Down { from: OffsetDateTime },
    /// It can't be chosen, and why.
    Not { why: String },
}

/// What choosing a tier means, before anything is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub plan: Plan,
    pub standing: Option<Standing>,
    pub step: Step,
    /// Makes the form count once, however often it is sent.
    pub form_key: String,
    pub free_plays: u32,
    pub share_basis_points: u32,
}

/// A payment of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    pub payment: PaymentId,
    pub plan: String,
    pub amount: Cents,
    pub at: OffsetDateTime,
    /// The days it covers.
    pub from: OffsetDateTime,
    pub until: OffsetDateTime,
}

/// One's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own {
    pub standing: Option<Standing>,
    /// The latest first.
    pub paid: Vec<Paid>,
    pub free_plays: u32,
    pub form_key: String,
}

/// What a price a month is worth over some of the days of its period: largest remainder, so that what is used and what
/// is not always sum to the price.
///
/// # Errors
/// [`Overflow`] past the range of an amount.
pub fn prorated(price: Cents, days: u64, of: u64) -> Result<Cents, Overflow> {
    let days = days.min(of);
    price.split(&[days, of - days])?.into_iter().next().ok_or(Overflow)
}

/// Whole days that are left of a period, a day begun is one; and the days of the period.
pub fn days_left(now: OffsetDateTime, from: OffsetDateTime, until: OffsetDateTime) -> (u64, u64) {
    let days = |span: time::Duration| u64::try_from((span.whole_seconds().max(0) + 86_399) / 86_400).unwrap_or(0);
    (days(until - now), days(until - from).max(1))
}

/// The same day of the next month, by the day on which it all began: 31 January, 28 February, 31 March.
pub fn a_month_after(moment: OffsetDateTime, anchor_day: u8) -> OffsetDateTime {
    let (year, month) = (moment.year(), moment.month());
    let year = if month == time::Month::December { year + 1 } else { year };
    let month = month.next();
    let day = anchor_day.clamp(1, month.length(year));
    let time: Time = moment.time();
    time::Date::from_calendar_date(year, month, day).map_or(moment, |date| date.with_time(time).assume_offset(moment.offset()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    #[test]
    fn months_keep_their_day() {
        let start = datetime!(2027-01-31 10:00 UTC);
        let second = a_month_after(start, 31);
        assert_eq!(second, datetime!(2027-02-28 10:00 UTC));
        assert_eq!(a_month_after(second, 31), datetime!(2027-03-31 10:00 UTC));
        assert_eq!(a_month_after(datetime!(2027-12-15 00:00 UTC), 15), datetime!(2028-01-15 00:00 UTC));
    }

    #[test]
    fn half_a_month_of_the_dearer_tier() {
        let (left, of) = days_left(datetime!(2027-06-16 00:00 UTC), datetime!(2027-06-01 00:00 UTC), datetime!(2027-07-01 00:00 UTC));
        assert_eq!((left, of), (15, 30));
        // 19.99 / 2 and 9.99 / 2: the odd cent goes to the first half.
        assert_eq!((prorated(Cents(1999), left, of), prorated(Cents(999), left, of)), (Ok(Cents(1000)), Ok(Cents(500))));
        assert_eq!(days_left(datetime!(2027-06-16 00:00:01 UTC), datetime!(2027-06-01 00:00 UTC), datetime!(2027-07-01 00:00 UTC)).0, 15);
        assert_eq!(prorated(Cents(999), 40, 30), Ok(Cents(999)));
    }

    proptest! {
        #[test]
        fn what_is_used_and_what_is_left_is_the_price(price in 0_i64..1_000_000, of in 1_u64..400, part in 0_u64..400) {
            let days = part.min(of);
            let left = prorated(Cents(price), days, of).expect("in range").0;
            prop_assert!(left >= 0 && left <= price);
            // Within a cent of the exact share.
            let exact = i128::from(price) * i128::from(days);
            prop_assert!((i128::from(left) * i128::from(of) - exact).abs() < i128::from(of));
        }
    }
}
