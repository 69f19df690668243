//! What is handed to those who move money, and what they say became of it.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::id::{BatchId, PayoutId, ReferrerId};
use super::instant::Instant;
use super::money::Currency;
use super::payer::Payer;
use super::payout::{PayoutResult, PayoutStatus};
use super::payout_details::PayoutDetails;

/// One payout to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The payout.
    pub payout_id: PayoutId,
    /// To whom.
    pub referrer_id: ReferrerId,
    /// What, in minor units; more than 0.
    pub amount: i64,
    /// In which currency.
    pub currency: Currency,
    /// Where to, as it stood when the batch was approved.
    pub details: PayoutDetails,
}

/// What a file is made of: the payouts of one approved batch, and who pays them.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The batch: banks refuse a second file of the same name, so it names the file.
    pub batch_id: BatchId,
    /// When the batch was approved: the same file again has the same time.
    pub approved_at: Instant,
    /// The day on which the bank shall pay.
    pub execute_on: Date,
    /// The shop.
    pub payer: &'a Payer,
    /// The payouts, in the order of their ids.
    pub orders: &'a [Order],
}

/// What a bank says became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was made.
    Paid,
    /// It was not made, or came back.
    Back,
    /// Nothing final yet.
    InProgress,
}

/// What became of a payment, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// Good, bad or open.
    pub verdict: Verdict,
    /// The bank's code, such as `AC04` or `R03`.
    pub code: String,
    /// What that means.
    pub words: String,
}

impl Verdict {
    /// What is reported of a payout in `status`: a bank's refusal of what counts as paid is a return. None
    /// while nothing is final.
    #[must_use]
    pub const fn result(self, status: PayoutStatus) -> Option<PayoutResult> {
        match (self, status) {
            (Self::Paid, _) => Some(PayoutResult::Paid),
            (Self::Back, PayoutStatus::Paid | PayoutStatus::Returned) => Some(PayoutResult::Returned),
            (Self::Back, _) => Some(PayoutResult::Failed),
            (Self::InProgress, _) => None,
        }
    }
}

/// Whether `told`, in whole units and decimals, is `amount` minor units of `currency`.
#[must_use]
pub fn is_amount(told: Decimal, amount: i64, currency: Currency) -> bool {
    told == Decimal::from_i128_with_scale(i128::from(amount), currency.exponent())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_what_was_paid_is_a_return() {
        assert_eq!(Verdict::Back.result(PayoutStatus::Approved), Some(PayoutResult::Failed));
        assert_eq!(Verdict::Back.result(PayoutStatus::Paid), Some(PayoutResult::Returned));
        assert_eq!(Verdict::Paid.result(PayoutStatus::Paid), Some(PayoutResult::Paid));
        assert_eq!(Verdict::InProgress.result(PayoutStatus::Approved), None);
    }

    #[test]
    fn amounts_are_compared_in_their_currency() {
        let yen = Currency::parse("JPY").expect("a currency");
        assert!(is_amount(Decimal::new(1_250, 2), 1_250, Currency::EUR) && is_amount(Decimal::from(1_250), 1_250, yen));
        assert!(!is_amount(Decimal::from(1_250), 1_250, Currency::EUR));
    }
}
