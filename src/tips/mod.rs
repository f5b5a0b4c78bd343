//! Tips: a listener gives an artist money, with a message, for the artist or one track.

pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;

use crate::{
    ids::{ArtistId, TipId, TrackId},
    money::{Cents, Overflow, ParseCentsError},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Characters of a message, and of a reply.
pub const MESSAGE_MAXIMUM: usize = 500;

/// What the tip form starts from, in cents.
pub const SUGGESTIONS: [Cents; 4] = [Cents(3_00), Cents(5_00), Cents(10_00), Cents(20_00)];

/// How a tip is shared out, in cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// What the site keeps.
    pub fee: Cents,
    /// What the artist receives.
    pub net: Cents,
    /// What the listener pays: always `fee + net`.
    pub total: Cents,
}

impl Shares {
    /// The fee is a share of the amount, rounded half up. The listener can add it on top; otherwise it comes off.
    ///
    /// # Errors
    /// [`Overflow`] past the range of an amount.
    pub fn of(amount: Cents, fee_basis_points: u32, covered: bool) -> Result<Self, Overflow> {
        let fee = amount.basis_points(fee_basis_points)?;
        Ok(if covered { Self { fee, net: amount, total: amount.plus(fee)? } } else { Self { fee, net: amount.minus(fee)?, total: amount } })
    }
}

/// Reads an amount that somebody typed and holds it against the limits.
///
/// # Errors
/// The sentence for the field.
pub fn parse_amount(text: &str, minimum: Cents, maximum: Cents) -> Result<Cents, String> {
    let amount: Cents = text.parse().map_err(|error| match error {
        ParseCentsError::Empty => crate::t!("tips.amount.empty").into_owned(),
        ParseCentsError::TooPrecise => crate::t!("tips.amount.too_precise").into_owned(),
        ParseCentsError::NotANumber => crate::t!("tips.amount.not_a_number").into_owned(),
        ParseCentsError::TooLarge => crate::t!("tips.amount.limits", minimum = minimum.to_decimal(), maximum = maximum.to_decimal()).into_owned(),
    })?;
    if (minimum..=maximum).contains(&amount) {
        Ok(amount)
    } else {
        Err(crate::t!("tips.amount.limits", minimum = minimum.to_decimal(), maximum = maximum.to_decimal()).into_owned())
    }
}

/// Trims a text and holds it against [`MESSAGE_MAXIMUM`].
///
/// # Errors
/// The sentence for the field.
pub fn parse_message(text: &str) -> Result<String, String> {
    // Browsers send line breaks as two characters; people count one.
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.chars().count() > MESSAGE_MAXIMUM { Err(crate::t!("tips.message.too_long", maximum = MESSAGE_MAXIMUM).into_owned()) } else { Ok(text) }
}

/// What the tip page needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub artist: ArtistId,
    pub artist_name: String,
    pub track: Option<(TrackId, String)>,
    /// Makes the form count once, however often it is sent.
    pub form_key: String,
    pub fee_basis_points: u32,
    pub minimum: Cents,
    pub maximum: Cents,
    /// Why this listener can't tip here, as a sentence.
    pub obstacle: Option<String>,
}

/// A tip as the artist sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    pub id: TipId,
    /// Nobody: the listener wishes to be anonymous.
    pub from: Option<String>,
    pub message: Option<String>,
    pub track: Option<(TrackId, String)>,
    pub amount: Cents,
    pub fee: Cents,
    pub net: Cents,
    pub at: OffsetDateTime,
    pub reply: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_tip_of_five_leaves_four_seventy_five() {
        assert_eq!(Shares::of(Cents(500), 500, false), Ok(Shares { fee: Cents(25), net: Cents(475), total: Cents(500) }));
        assert_eq!(Shares::of(Cents(500), 500, true), Ok(Shares { fee: Cents(25), net: Cents(500), total: Cents(525) }));
        // Half a cent is rounded up.
        assert_eq!(Shares::of(Cents(110), 500, false), Ok(Shares { fee: Cents(6), net: Cents(104), total: Cents(110) }));
    }

    #[test]
    fn amounts_are_within_the_limits() {
        let read = |text| parse_amount(text, Cents(100), Cents(50_000));
        assert_eq!(read("1"), Ok(Cents(100)));
        assert_eq!(read("500.00"), Ok(Cents(50_000)));
        for bad in ["", "0.99", "500.01", "-5", "5.001", "five", "99999999999999999999"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn five_hundred_characters_not_bytes() {
        assert!(parse_message(&"ü".repeat(500)).is_ok());
        assert!(parse_message(&"u".repeat(501)).is_err());
        assert_eq!(parse_message(" a\r\nb "), Ok("a\nb".to_owned()));
    }

    proptest! {
        #[test]
        fn the_parts_are_the_whole(amount in 100_i64..=50_000, points in 0_u32..10_000, covered: bool) {
            let shares = Shares::of(Cents(amount), points, covered).expect("in range");
            prop_assert_eq!(shares.total.0, shares.fee.0 + shares.net.0);
            prop_assert!(shares.fee.0 >= 0 && shares.net.0 >= 0);
            prop_assert_eq!(if covered { shares.net.0 } else { shares.total.0 }, amount);
        }
    }
}
