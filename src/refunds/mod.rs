//! Refunds: an admin gives a payment back, wholly or in part, with a reason. What the artist and the site got of it is
//! taken back by entries of the journal; an artist who was paid already owes it. Disputes: a payer's bank does the same.

pub mod api;
pub mod dispute_pages;
#[cfg(feature = "ssr")]
pub mod disputes;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;

use crate::{
    checkout::Purpose,
    ids::{DisputeId, PaymentId, RefundId, UserId},
    money::{Cents, Overflow},
    page::Page,
    payments::{Provider, Verdict},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Characters of a reason.
pub const REASON_MAXIMUM: usize = 500;

/// How far a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Taken from whom it went to, and on its way.
    Pending,
    Completed,
    /// The provider did not give it back: all is as before.
    Failed,
}

impl State {
    /// Of a row's text.
    pub fn of_name(name: &str) -> Self {
        match name {
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            _ => Self::Pending,
        }
    }
}

/// How far a payment is; the filter of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    Pending,
    Completed,
    Failed,
    Refunded,
}

impl Status {
    pub const ALL: [Self; 4] = [Self::Completed, Self::Refunded, Self::Pending, Self::Failed];

    /// Its text in rows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Refunded => "refunded",
        }
    }

    /// Of a row's text.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// As people read it.
    pub fn word(self) -> String {
        match self {
            Self::Pending => crate::t!("refunds.status.pending"),
            Self::Completed => crate::t!("refunds.status.completed"),
            Self::Failed => crate::t!("refunds.status.failed"),
            Self::Refunded => crate::t!("refunds.status.refunded"),
        }
        .into_owned()
    }
}

/// One refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    pub id: RefundId,
    pub amount: Cents,
    /// Of it, what the receiver gives back.
    pub net: Cents,
    /// Of it, what the site gives back.
    pub fee: Cents,
    pub reason: String,
    pub state: State,
    /// What the provider said.
    pub failure: Option<String>,
    pub at: OffsetDateTime,
}

/// A payment in the admins' list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub id: PaymentId,
    pub payer: UserId,
    /// Missing for people who closed their account or gave no name.
    pub payer_name: Option<String>,
    pub purpose: Purpose,
    pub provider: Provider,
    /// The provider's name of it.
    pub reference: Option<String>,
    pub status: Status,
    pub amount: Cents,
    /// Of it, what went back or is on its way.
    pub refunded: Cents,
    pub at: OffsetDateTime,
}

/// The payments of one status, and how many there are of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payments {
    pub counts: Vec<(Status, i64)>,
    pub payments: Page<Payment>,
}

/// One payment, for an admin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    pub payment: Payment,
    /// What the receiver got, and the site.
    pub net: Cents,
    pub fee: Cents,
    pub receiver: String,
    pub refunds: Vec<Refund>,
    pub disputes: Vec<Dispute>,
    /// What may still go back.
    pub left: Cents,
    /// Why this admin can't give it back, as a sentence.
    pub obstacle: Option<String>,
    /// Makes the form count once, however often it is sent.
    pub form_key: String,
}

/// A payment that the payer's bank took back, until it is decided and afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    pub id: DisputeId,
    /// Missing while the payment is not known here.
    pub payment: Option<PaymentId>,
    pub amount: Cents,
    /// What the provider keeps for it; the site bears it.
    pub fee: Cents,
    /// What the receiver gives for it.
    pub net: Cents,
    /// What it was for, in words.
    pub what: String,
    /// The bank's word.
    pub reason: String,
    pub verdict: Verdict,
    /// Until when the provider waits for evidence.
    pub answer_by: Option<OffsetDateTime>,
    pub at: OffsetDateTime,
}

/// What was taken back from an artist who had been paid already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debt {
    pub amount: Cents,
    /// Of it, what is still owed.
    pub remaining: Cents,
    pub at: OffsetDateTime,
}

/// What of a payment went back so far, on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    pub amount: Cents,
    pub net: Cents,
}

/// The receiver's part of a refund of `part`, of a payment of `amount` of which the receiver got `net`; the rest is the
/// site's. However a payment is cut, the parts sum to what each side got.
///
/// # Errors
/// [`Overflow`] past the range of an amount.
pub fn receivers_part(amount: Cents, net: Cents, gone: Gone, part: Cents) -> Result<Cents, Overflow> {
    let after = gone.amount.plus(part)?;
    let target = match amount.0 {
        0 => 0,
        amount => i128::from(net.0) * i128::from(after.0) / i128::from(amount),
    };
    let target = i64::try_from(target).map(Cents).map_err(|_| Overflow)?;
    Ok(target.minus(gone.net)?.clamp(Cents::ZERO, part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn however_it_is_cut_both_sides_give_back_what_they_got(
            amount in 1_i64..=i64::from(i32::MAX),
            fee in 0_u32..=10_000,
            cuts in prop::collection::vec((1_u32..=10_000, any::<bool>()), 0..12),
        ) {
            let amount = Cents(amount);
            let fee = amount.basis_points(fee).expect("in range");
            let net = amount.minus(fee).expect("in range");
            let mut gone = Gone { amount: Cents::ZERO, net: Cents::ZERO };
            let rest = |gone: Gone| amount.minus(gone.amount).expect("in range");
            let all = std::iter::once((10_000, true));
            for (share, went) in cuts.into_iter().chain(all) {
                let part = rest(gone).basis_points(share).expect("in range");
                let receivers = receivers_part(amount, net, gone, part).expect("in range");
                prop_assert!(receivers >= Cents::ZERO && receivers <= part);
                // One that failed counts for nothing.
                if went {
                    gone = Gone { amount: gone.amount.plus(part).expect("in range"), net: gone.net.plus(receivers).expect("in range") };
                }
                prop_assert!(gone.net <= net);
                prop_assert!(gone.amount.minus(gone.net).expect("in range") <= fee);
            }
            prop_assert_eq!(gone, Gone { amount, net });
        }
    }
}
