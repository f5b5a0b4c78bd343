//! Payouts: an artist asks for money, admins approve, a provider sends it, and every step can be seen.

pub mod admin;
pub mod api;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod send;
#[cfg(feature = "ssr")]
pub mod store;

use crate::{
    earnings::{Balances, Kind},
    ids::{ArtistId, EarningId, PayoutId, UserId},
    money::Cents,
    page::Page,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Characters of a reason.
pub const REASON_MAXIMUM: usize = 500;

/// How an artist is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    Paypal,
    Stripe,
    Bank,
}

impl Method {
    pub const ALL: [Self; 3] = [Self::Paypal, Self::Stripe, Self::Bank];

    /// Its text in rows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paypal => "paypal",
            Self::Stripe => "stripe",
            Self::Bank => "bank",
        }
    }

    /// Of a row's text.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// As people read it.
    pub fn word(self) -> String {
        match self {
            Self::Paypal => crate::t!("payouts.method.paypal"),
            Self::Stripe => crate::t!("payouts.method.stripe"),
            Self::Bank => crate::t!("payouts.method.bank"),
        }
        .into_owned()
    }
}

/// Where an artist wants to be paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    pub method: Method,
    pub text: String,
}

impl Destination {
    /// A PayPal e-mail address, a Stripe account (`acct_…`) or an IBAN with its check digits.
    ///
    /// # Errors
    /// The sentence for the field.
    pub fn parse(method: Method, text: &str) -> Result<Self, String> {
        let text = text.trim();
        let text = match method {
            Method::Paypal => email(text).ok_or_else(|| crate::t!("payouts.destination.bad_paypal").into_owned())?,
            Method::Stripe => stripe_account(text).ok_or_else(|| crate::t!("payouts.destination.bad_stripe").into_owned())?,
            Method::Bank => iban(text).ok_or_else(|| crate::t!("payouts.destination.bad_bank").into_owned())?,
        };
        Ok(Self { method, text })
    }
}

fn email(text: &str) -> Option<String> {
    let (name, host) = text.rsplit_once('@')?;
    let good = !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && text.len() <= 254;
    (good && !text.chars().any(|c| c.is_whitespace() || c.is_control() || c == ',')).then(|| text.to_owned())
}

fn stripe_account(text: &str) -> Option<String> {
    let rest = text.strip_prefix("acct_")?;
    ((8..=64).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| text.to_owned())
}

/// ISO 13616: country, two check digits, account; letters count from 10, the first four go last, the rest by 97 is 1.
fn iban(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
    if !(15..=34).contains(&text.len())
        || !text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        || !text.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
    {
        return None;
    }
    let rest = text[4..].chars().chain(text[..4].chars()).try_fold(0_u32, |rest, character| {
        let value = character.to_digit(36)?;
        Some(if value < 10 { (rest * 10 + value) % 97 } else { (rest * 100 + value) % 97 })
    })?;
    (rest == 1).then_some(text)
}

/// How far a payout is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    Pending,
    Processing,
    Completed,
    Failed,
}

impl Status {
    pub const ALL: [Self; 4] = [Self::Pending, Self::Processing, Self::Completed, Self::Failed];

    /// Its text in rows and addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// Of a row's or an address's text.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// As people read it.
    pub fn word(self) -> String {
        match self {
            Self::Pending => crate::t!("payouts.status.pending"),
            Self::Processing => crate::t!("payouts.status.processing"),
            Self::Completed => crate::t!("payouts.status.completed"),
            Self::Failed => crate::t!("payouts.status.failed"),
        }
        .into_owned()
    }
}

/// What an approval does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// The first of two: the payout stays pending.
    First,
    /// The payout is sent.
    Final,
}

/// Why somebody may not approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotYours {
    /// Nobody approves their own payout.
    Requester,
    /// The second of two must be somebody else.
    FirstApprover,
}

/// Who may approve: never the one who asked; above the limit two different admins.
///
/// # Errors
/// [`NotYours`].
pub fn approval(amount: Cents, two_above: Cents, requester: UserId, first: Option<UserId>, approver: UserId) -> Result<Approval, NotYours> {
    if approver == requester {
        return Err(NotYours::Requester);
    }
    match first {
        _ if amount <= two_above => Ok(Approval::Final),
        None => Ok(Approval::First),
        Some(first) if first == approver => Err(NotYours::FirstApprover),
        Some(_) => Ok(Approval::Final),
    }
}

/// A payout in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    pub id: PayoutId,
    pub artist: ArtistId,
    pub artist_name: String,
    pub amount: Cents,
    pub status: Status,
    pub method: Option<Method>,
    pub destination: String,
    pub transaction: Option<String>,
    pub requested_at: OffsetDateTime,
    pub processed_at: Option<OffsetDateTime>,
    pub failure_reason: Option<String>,
}

/// What happened to a payout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The words of `payoutSteps.step`.
    pub step: String,
    /// Who did it; nobody: the site.
    pub actor: Option<String>,
    pub note: Option<String>,
    pub at: OffsetDateTime,
}

/// A line of a statement: what of an earning this payout pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub earning: EarningId,
    pub kind: Kind,
    pub track: Option<String>,
    pub earned_at: OffsetDateTime,
    /// The whole earning.
    pub net: Cents,
    /// What this payout pays of it.
    pub amount: Cents,
}

/// One payout with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    pub payout: Payout,
    pub steps: Vec<Step>,
    pub lines: Page<Line>,
    /// How many earnings are on the statement.
    pub line_count: i64,
    /// Two admins have to approve.
    pub needs_two: bool,
    pub first_approver: Option<String>,
    /// Why the admin who asks can't approve it, as a sentence.
    pub obstacle: Option<String>,
}

/// What the artist's payout page needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desk {
    pub balances: Balances,
    pub destination: Option<Destination>,
    /// Makes the form count once, however often it is sent.
    pub form_key: String,
    pub minimum: Cents,
    pub two_admins_above: Cents,
    /// Why no payout can be requested now, as a sentence.
    pub obstacle: Option<String>,
}

/// The admins' queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    pub payouts: Page<Payout>,
    pub counts: Vec<(Status, i64)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_checked() {
        for (method, good) in [
            (Method::Paypal, "artist@example.com"),
            (Method::Stripe, "acct_1032D82eZvKYlo2C"),
            (Method::Bank, "DE89 3704 0044 0532 0130 00"),
            (Method::Bank, "gb29nwbk60161331926819"),
        ] {
            assert!(Destination::parse(method, good).is_ok(), "{good}");
        }
        for (method, bad) in [
            (Method::Paypal, "artist"),
            (Method::Paypal, "a b@example.com"),
            (Method::Paypal, "a@example"),
            (Method::Stripe, "acct_"),
            (Method::Stripe, "cus_1032D82eZvKYlo2C"),
            (Method::Bank, "DE88 3704 0044 0532 0130 00"),
            (Method::Bank, "ÄÖ89370400440532013000"),
            (Method::Bank, ""),
        ] {
            assert!(Destination::parse(method, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nobody_approves_their_own_and_large_ones_need_two() {
        let limit = Cents(100_000);
        let (artist, one, two) = (UserId(1), UserId(2), UserId(3));
        assert_eq!(approval(Cents(1), limit, artist, None, artist), Err(NotYours::Requester));
        assert_eq!(approval(limit, limit, artist, None, one), Ok(Approval::Final));
        assert_eq!(approval(Cents(limit.0 + 1), limit, artist, None, one), Ok(Approval::First));
        assert_eq!(approval(Cents(limit.0 + 1), limit, artist, Some(one), one), Err(NotYours::FirstApprover));
        assert_eq!(approval(Cents(limit.0 + 1), limit, artist, Some(one), two), Ok(Approval::Final));
    }
}
