//! Money: whole cents in an `i64`, checked arithmetic, parsed from decimal text, never a float.

use serde::{Deserialize, Serialize};

/// The site's one currency.
pub const CURRENCY: &str = "USD";

/// An amount in cents of the site's one currency. Negative for what was taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
#[serde(transparent)]
pub struct Cents(pub i64);

/// A calculation left the range of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the amount is too large")]
pub struct Overflow;

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseCentsError {
    #[error("empty")]
    Empty,
    #[error("not a number")]
    NotANumber,
    #[error("more than two decimals")]
    TooPrecise,
    #[error("too large")]
    TooLarge,
}

impl Cents {
    pub const ZERO: Self = Self(0);

    /// `self + other`.
    ///
    /// # Errors
    /// [`Overflow`] past the range of `i64`.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        self.0.checked_add(other.0).map(Self).ok_or(Overflow)
    }

    /// `self - other`.
    ///
    /// # Errors
    /// [`Overflow`] past the range of `i64`.
    pub fn minus(self, other: Self) -> Result<Self, Overflow> {
        self.0.checked_sub(other.0).map(Self).ok_or(Overflow)
    }

    /// The amount with its sign turned.
    ///
    /// # Errors
    /// [`Overflow`] for the smallest `i64`.
    pub fn negated(self) -> Result<Self, Overflow> {
        self.0.checked_neg().map(Self).ok_or(Overflow)
    }

    /// A share of the amount in hundredths of a percent, rounded half up (away from zero for negative amounts),
    /// so that 5 % (500) of 1.50 is 0.08.
    ///
    /// # Errors
    /// [`Overflow`] when the result leaves the range of `i64`.
    pub fn basis_points(self, points: u32) -> Result<Self, Overflow> {
        let product = i128::from(self.0) * i128::from(points);
        let half = if product < 0 { -5_000 } else { 5_000 };
        i64::try_from((product + half) / 10_000).map(Self).map_err(|_| Overflow)
    }

    /// Splits the amount by weights with the largest remainder method: the parts always sum to the whole.
    /// Ties go to the earlier part. All weights zero: the first part takes all.
    ///
    /// # Errors
    /// [`Overflow`] for no weights at all (there is nobody to take the money).
    pub fn split(self, weights: &[u64]) -> Result<Vec<Self>, Overflow> {
        if weights.is_empty() {
            return Err(Overflow);
        }
        let total: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
        let amount = i128::from(self.0.unsigned_abs());
        let sign = i128::from(self.0.signum());
        let mut parts: Vec<i128> = Vec::with_capacity(weights.len());
        let mut order: Vec<(i128, usize)> = Vec::with_capacity(weights.len());
        for (index, &weight) in weights.iter().enumerate() {
            // amount < 2^63 and weight < 2^64, so the product fits i128.
            let share = if total == 0 { 0 } else { amount * i128::from(weight) };
            let (part, remainder) = if total == 0 { (0, 0) } else { (share / total, share % total) };
            parts.push(part);
            order.push((remainder, index));
        }
        let mut rest = amount - parts.iter().sum::<i128>();
        if total == 0 {
            parts[0] = rest;
            rest = 0;
        }
        order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for &(_, index) in &order {
            if rest == 0 {
                break;
            }
            parts[index] += 1;
            rest -= 1;
        }
        parts.into_iter().map(|part| i64::try_from(part * sign).map(Self).map_err(|_| Overflow)).collect()
    }

    /// The amount for an INT column.
    ///
    /// # Errors
    /// [`Overflow`] past the range of `i32`.
    pub fn as_int(self) -> Result<i32, Overflow> {
        i32::try_from(self.0).map_err(|_| Overflow)
    }

    /// As plain decimal text for forms and CSV: `-12.05`.
    pub fn to_decimal(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let absolute = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", absolute / 100, absolute % 100)
    }
}

impl From<i32> for Cents {
    fn from(value: i32) -> Self {
        Self(i64::from(value))
    }
}

impl std::str::FromStr for Cents {
    type Err = ParseCentsError;

    /// Reads `12`, `12.5`, `12.50`, `12,50` and `$12.50`. One separator, at most two decimals, no sign.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().trim_start_matches('$').trim();
        if text.is_empty() {
            return Err(ParseCentsError::Empty);
        }
        let (whole, decimals) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || (whole.is_empty() && decimals.is_empty()) {
            return Err(ParseCentsError::NotANumber);
        }
        let cents: i64 = match decimals.len() {
            0 => 0,
            1 => decimals.parse::<i64>().map_err(|_| ParseCentsError::NotANumber)? * 10,
            2 => decimals.parse().map_err(|_| ParseCentsError::NotANumber)?,
            _ => return Err(ParseCentsError::TooPrecise),
        };
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| ParseCentsError::TooLarge)? };
        whole.checked_mul(100).and_then(|whole| whole.checked_add(cents)).map(Self).ok_or(ParseCentsError::TooLarge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_type() {
        for (text, cents) in [("12", 1200), ("12.5", 1250), ("12,50", 1250), (" $0.99 ", 99), (".5", 50), ("5.", 500)] {
            assert_eq!(text.parse(), Ok(Cents(cents)), "{text}");
        }
        for (text, error) in [
            ("", ParseCentsError::Empty),
            ("1.234", ParseCentsError::TooPrecise),
            ("1e3", ParseCentsError::NotANumber),
            ("-1", ParseCentsError::NotANumber),
            ("1.2.3", ParseCentsError::NotANumber),
            ("99999999999999999999", ParseCentsError::TooLarge),
        ] {
            assert_eq!(text.parse::<Cents>(), Err(error), "{text}");
        }
    }

    #[test]
    fn five_percent_rounds_half_up() {
        assert_eq!(Cents(150).basis_points(500), Ok(Cents(8)));
        assert_eq!(Cents(149).basis_points(500), Ok(Cents(7)));
        assert_eq!(Cents(-150).basis_points(500), Ok(Cents(-8)));
    }

    #[test]
    fn a_hundred_in_three_parts() {
        assert_eq!(Cents(100).split(&[1, 1, 1]), Ok(vec![Cents(34), Cents(33), Cents(33)]));
        assert_eq!(Cents(5).split(&[0, 0]), Ok(vec![Cents(5), Cents(0)]));
        assert_eq!(Cents(5).split(&[]), Err(Overflow));
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole(amount in any::<i32>(), weights in prop::collection::vec(any::<u64>(), 1..40)) {
            let parts = Cents::from(amount).split(&weights).expect("in range");
            prop_assert_eq!(parts.iter().map(|part| part.0).sum::<i64>(), i64::from(amount));
            // No part is further than one cent from its exact share.
            let total: f64 = weights.iter().map(|&weight| weight as f64).sum();
            if total > 0.0 {
                for (part, &weight) in parts.iter().zip(&weights) {
                    let exact = f64::from(amount) * (weight as f64) / total;
                    prop_assert!((part.0 as f64 - exact).abs() < 1.001);
                }
            }
        }

        #[test]
        fn decimal_text_reads_back(amount in 0_i64..=i64::MAX / 2) {
            prop_assert_eq!(Cents(amount).to_decimal().parse(), Ok(Cents(amount)));
        }
    }
}
