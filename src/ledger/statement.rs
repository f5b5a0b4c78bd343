//! The statement of a payout: which earnings it pays, first earned first paid, to the cent.

use super::{Error, Result};
use crate::{
    ids::{ArtistId, EarningId},
    money::{Cents, Overflow},
};
use sqlx::MySqlConnection;

/// What is not yet paid of an earning; negative for what was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    pub earning: EarningId,
    pub amount: Cents,
}

/// Takes earnings in their order until they make up the amount; the last one may be paid in part. What was taken
/// back comes off first. `None`: there is not enough.
///
/// # Errors
/// [`Overflow`] past the range of an amount.
pub fn first_earned_first_paid(amount: Cents, open: &[Open]) -> std::result::Result<Option<Vec<Open>>, Overflow> {
    let mut lines: Vec<Open> = open.iter().copied().filter(|line| line.amount < Cents::ZERO).collect();
    let mut needed = amount;
    for line in &lines {
        needed = needed.minus(line.amount)?;
    }
    for line in open.iter().filter(|line| line.amount > Cents::ZERO) {
        if needed == Cents::ZERO {
            break;
        }
        let part = line.amount.min(needed);
        lines.push(Open { earning: line.earning, amount: part });
        needed = needed.minus(part)?;
    }
    lines.sort_by_key(|line| line.earning);
    Ok((needed == Cents::ZERO).then_some(lines))
}

/// Writes a payout's statement. The caller holds the lock on the artist's available balance.
///
/// # Errors
/// [`Error::Insufficient`] when the released earnings do not make up the amount.
pub async fn write(connection: &mut MySqlConnection, payout: i32, artist: ArtistId, amount: Cents) -> Result<()> {
    let rows = sqlx::query!(
        "SELECT creatorEarnings.id, creatorEarnings.amount,
                CAST(COALESCE(SUM(CASE WHEN creatorPayouts.status <> 'failed' THEN payoutEarnings.amount END), 0) AS SIGNED) AS `paid!: i64`
         FROM creatorEarnings
         JOIN earningDetails ON earningDetails.earningId = creatorEarnings.id AND earningDetails.releasedAt IS NOT NULL
         LEFT JOIN payoutEarnings ON payoutEarnings.earningId = creatorEarnings.id
         LEFT JOIN creatorPayouts ON creatorPayouts.id = payoutEarnings.payoutId
         WHERE creatorEarnings.artistId = ?
         GROUP BY creatorEarnings.id, creatorEarnings.amount
         HAVING creatorEarnings.amount <> COALESCE(SUM(CASE WHEN creatorPayouts.status <> 'failed' THEN payoutEarnings.amount END), 0)
         ORDER BY creatorEarnings.id",
        artist
    )
    .fetch_all(&mut *connection)
    .await?;
    let open: Vec<Open> = rows.iter().map(|row| Open { earning: EarningId(row.id), amount: Cents(i64::from(row.amount) - row.paid) }).collect();
    let lines = first_earned_first_paid(amount, &open)?.ok_or(Error::Insufficient { account: super::Account::Available(artist), missing: amount })?;
    for line in lines {
        sqlx::query!("INSERT INTO payoutEarnings (payoutId, earningId, amount) VALUES (?, ?, ?)", payout, line.earning, line.amount.as_int()?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn open(amounts: &[i64]) -> Vec<Open> {
        (1..).zip(amounts).map(|(id, &amount)| Open { earning: EarningId(id), amount: Cents(amount) }).collect()
    }

    #[test]
    fn the_oldest_earnings_are_paid_first_and_the_last_in_part() {
        let lines = first_earned_first_paid(Cents(700), &open(&[500, 300, 900])).expect("in range").expect("enough");
        assert_eq!(lines, open(&[500, 200]));
        assert_eq!(first_earned_first_paid(Cents(1701), &open(&[500, 300, 900])), Ok(None));
    }

    #[test]
    fn what_was_taken_back_comes_off() {
        let lines = first_earned_first_paid(Cents(100), &open(&[500, -300, 900])).expect("in range").expect("enough");
        assert_eq!(lines, open(&[400, -300]));
    }

    proptest! {
        #[test]
        fn a_statement_sums_to_its_payout(amounts in prop::collection::vec(1_i64..100_000, 1..40), share in 1_u32..=10_000) {
            let total = Cents(amounts.iter().sum());
            let amount = total.basis_points(share).expect("in range").max(Cents(1));
            let open = open(&amounts);
            let lines = first_earned_first_paid(amount, &open).expect("in range").expect("enough");
            prop_assert_eq!(lines.iter().map(|line| line.amount.0).sum::<i64>(), amount.0);
            // No earning is paid more than it has left, and only the last one in part.
            for (index, line) in lines.iter().enumerate() {
                let left = open[index].amount;
                prop_assert!(line.amount == left || (index + 1 == lines.len() && line.amount < left));
            }
        }
    }
}
