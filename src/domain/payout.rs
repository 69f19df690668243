//! One transfer to one referrer, and the batch it was approved in.

use serde::{Deserialize, Serialize};

use super::id::ReferrerId;
use super::instant::Instant;
use super::money::Currency;

pub use super::rail::Rail;

/// Where a payout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStatus {
    /// Prepared; the money is reserved.
    Pending,
    /// Approved; may be paid.
    Approved,
    /// Being handed to a provider, under a key that was committed before.
    Submitting,
    /// The provider has it.
    Sent,
    /// Handed over, but whether the provider has it cannot be told: it is asked before anything else happens.
    Unknown,
    /// Arrived.
    Paid,
    /// Did not leave; the money is back in ready.
    Failed,
    /// Came back; the money is back in ready.
    Returned,
    /// Dropped before it was paid; the money is back in ready.
    Cancelled,
}

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchStatus {
    /// Being put together, a slice of referrers at a time.
    Preparing,
    /// Ready for review.
    Prepared,
    /// Approved; payouts are being made.
    Approved,
    /// Every payout has ended.
    Done,
    /// Every payout was dropped.
    Cancelled,
}

/// What became of a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutResult {
    /// It arrived.
    Paid,
    /// It did not leave.
    Failed,
    /// It came back.
    Returned,
}

/// Who says what became of a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Teller {
    /// The owner, from what the bank or the shop tells.
    Owner,
    /// The owner, while a provider that has the payout is still being asked.
    OwnerTooSoon,
    /// The provider that was given the payout.
    Provider,
}

/// What a result does to a payout in a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// It moves to the new status.
    Moves(PayoutStatus),
    /// It was settled so before: the answer is repeated.
    Repeats,
    /// It cannot: another result stands, or it was not approved.
    Refused,
}

/// Why somebody with money in `ready` is not in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotPaidReason {
    /// Less than the payout minimum; it carries over.
    BelowMinimum,
    /// Refunds after a payout left less than nothing; it is netted with what comes.
    NegativeBalance,
    /// The referrer is paused.
    ReferrerPaused,
    /// Everything was approved after the cutoff.
    AfterCutoff,
    /// He has not said where his money goes, and the program asks for it.
    NoDetails,
    /// He changed where his money goes less than two days ago.
    DetailsOnHold,
    /// His way of being paid does not know this currency.
    RailDoesNotPayCurrency,
    /// His way of being paid does not carry this amount.
    BeyondRailLimits,
    /// A refund, or other details, came between preparation and approval; it is paid next time.
    ChangedBeforeApproval,
    /// The items and the ledger disagree: nothing is paid until `check` has been read.
    LedgerDisagrees,
}

/// One line of a batch's list of people it leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotPaid {
    /// Who.
    pub referrer_id: ReferrerId,
    /// In which currency.
    pub currency: Currency,
    /// What waits, in minor units; negative when refunds outran earnings.
    pub amount: i64,
    /// Why.
    pub reason: NotPaidReason,
    /// Since when the oldest of it waits.
    pub since: Instant,
}

/// What sort of row a payout line pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A commission, at the amount first accrued.
    Commission,
    /// A later change of one.
    Change,
    /// An owner's posting.
    Adjustment,
}

/// An owner's posting without a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentKind {
    /// A correction, up or down.
    Adjust,
    /// An opening balance from an earlier system; positive.
    Open,
    /// The referrer gives up what is ready; negative.
    Forfeit,
    /// The shop forgives a debt; positive.
    Forgive,
}

/// The open items of one referrer in one currency, added up. Minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// The items that count for this batch.
    pub counted: i64,
    /// Whether there are any.
    pub any: bool,
    /// All open items.
    pub total: i64,
}

/// What a batch does with one referrer's open items in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// Pays them.
    Pay,
    /// Closes them against each other.
    Offset,
    /// Leaves them open.
    Leave(NotPaidReason),
}

impl Waiting {
    /// Adds an item, and whether it counts for this batch.
    pub const fn add(&mut self, amount: i64, counted: bool) {
        self.total = self.total.saturating_add(amount);
        if counted {
            self.counted = self.counted.saturating_add(amount);
            self.any = true;
        }
    }

    /// What a batch does with these items, given the payout minimum in minor units and what the
    /// ledger says is ready.
    #[must_use]
    pub const fn course(&self, minimum: i64, paused: bool, ready: i64) -> Course {
        if paused {
            return Course::Leave(NotPaidReason::ReferrerPaused);
        }
        if self.total != ready {
            return Course::Leave(NotPaidReason::LedgerDisagrees);
        }
        if !self.any {
            return Course::Leave(NotPaidReason::AfterCutoff);
        }
        match self.counted {
            0 => Course::Offset,
            net if net > 0 && net >= minimum => Course::Pay,
            _ if self.total > 0 && self.total >= minimum => Course::Leave(NotPaidReason::AfterCutoff),
            net if net < 0 => Course::Leave(NotPaidReason::NegativeBalance),
            _ => Course::Leave(NotPaidReason::BelowMinimum),
        }
    }
}

/// Whether an item of `amount`, open `since`, counts in a batch that takes what was approved
/// `before`: a cutoff limits what was added, what was taken back counts to date.
#[must_use]
pub fn counts(amount: i64, since: Instant, before: Option<Instant>) -> bool {
    amount < 0 || before.is_none_or(|before| since < before)
}

impl AdjustmentKind {
    /// Whether an adjustment of this kind may have `amount`: what is opened or forgiven adds, what
    /// is forfeited takes away, and nothing adjusts by 0.
    #[must_use]
    pub const fn allows(self, amount: i64) -> bool {
        match self {
            Self::Adjust => amount != 0,
            Self::Open | Self::Forgive => amount > 0,
            Self::Forfeit => amount < 0,
        }
    }
}

impl PayoutStatus {
    /// Whether nothing more happens to a payout in this status, short of a return.
    #[must_use]
    pub const fn ended(self) -> bool {
        matches!(self, Self::Paid | Self::Failed | Self::Returned | Self::Cancelled)
    }

    /// Whether a provider has the payout in hand, or may have.
    #[must_use]
    pub const fn under_way(self) -> bool {
        matches!(self, Self::Submitting | Self::Sent | Self::Unknown)
    }

    /// What `result`, told by `teller`, does to a payout in this status. A rail without a provider settles
    /// from approved. What a provider has in hand is the provider's to settle: money released while it may
    /// still arrive would be paid twice. A provider that takes back what it reported as paid returns it.
    #[must_use]
    pub const fn settle(self, result: PayoutResult, teller: Teller) -> Settlement {
        use PayoutResult as R;
        match (self, result, teller) {
            (Self::Paid, R::Paid, _) | (Self::Failed, R::Failed, _) | (Self::Returned, R::Returned, _) => Settlement::Repeats,
            // Either way the money is back already.
            (Self::Failed, R::Returned, Teller::Provider) | (Self::Returned, R::Failed, Teller::Provider) => Settlement::Repeats,
            (Self::Submitting | Self::Sent | Self::Unknown, _, Teller::OwnerTooSoon) => Settlement::Refused,
            (Self::Approved | Self::Sent | Self::Unknown, R::Paid, _) => Settlement::Moves(Self::Paid),
            (Self::Approved | Self::Sent | Self::Unknown, R::Failed, _) | (Self::Submitting, R::Failed, Teller::Provider) => {
                Settlement::Moves(Self::Failed)
            }
            (Self::Sent | Self::Unknown | Self::Paid, R::Returned, _) | (Self::Paid, R::Failed, Teller::Provider) => {
                Settlement::Moves(Self::Returned)
            }
            _ => Settlement::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> Instant {
        Instant::from_micros(0).plus_days(day)
    }

    fn waiting(items: &[(i64, i64)], before: Option<i64>) -> Waiting {
        let mut waiting = Waiting::default();
        for (amount, day) in items {
            waiting.add(*amount, counts(*amount, at(*day), before.map(at)));
        }
        waiting
    }

    fn course(items: &[(i64, i64)], before: Option<i64>) -> Course {
        let waiting = waiting(items, before);
        waiting.course(2_500, false, waiting.total)
    }

    #[test]
    fn a_group_is_paid_offset_or_left_with_a_reason() {
        use NotPaidReason::{AfterCutoff, BelowMinimum, LedgerDisagrees, NegativeBalance, ReferrerPaused};
        assert_eq!(course(&[(2_500, 1)], None), Course::Pay);
        assert_eq!(course(&[(2_499, 1)], None), Course::Leave(BelowMinimum));
        assert_eq!(course(&[(3_000, 1), (-3_000, 2)], None), Course::Offset);
        assert_eq!(course(&[(0, 1)], None), Course::Offset);
        assert_eq!(course(&[(3_000, 1), (-3_001, 2)], None), Course::Leave(NegativeBalance));
        assert_eq!(course(&[(3_000, 5)], Some(5)), Course::Leave(AfterCutoff));
        assert_eq!(waiting(&[(3_000, 1)], None).course(0, true, 3_000), Course::Leave(ReferrerPaused));
        assert_eq!(waiting(&[(3_000, 1)], None).course(0, false, 2_999), Course::Leave(LedgerDisagrees));
    }

    #[test]
    fn a_cutoff_limits_what_was_added_but_not_what_was_taken_back() {
        let items = [(5_000, 1), (9_000, 8), (-1_000, 9)];
        assert_eq!(waiting(&items, Some(5)).counted, 4_000);
        assert_eq!(waiting(&items, None).counted, 13_000);
        assert_eq!(course(&items, Some(5)), Course::Pay);
        assert_eq!(course(&[(2_600, 1), (-200, 9), (9_000, 8)], Some(5)), Course::Leave(NotPaidReason::AfterCutoff));
    }

    #[test]
    fn a_payout_is_settled_once_and_only_a_paid_one_comes_back() {
        use PayoutResult as R;
        use PayoutStatus as S;
        let by_hand = |status: S, result| status.settle(result, Teller::Owner);
        assert_eq!(by_hand(S::Approved, R::Paid), Settlement::Moves(S::Paid));
        assert_eq!(by_hand(S::Paid, R::Paid), Settlement::Repeats);
        assert_eq!(by_hand(S::Paid, R::Failed), Settlement::Refused);
        assert_eq!(by_hand(S::Paid, R::Returned), Settlement::Moves(S::Returned));
        assert_eq!(by_hand(S::Pending, R::Paid), Settlement::Refused);
        assert_eq!(by_hand(S::Approved, R::Returned), Settlement::Refused);
    }

    #[test]
    fn what_a_provider_may_have_is_settled_by_the_provider_or_once_it_cannot_be_asked() {
        use PayoutResult as R;
        use PayoutStatus as S;
        for status in [S::Submitting, S::Sent, S::Unknown] {
            assert!(status.under_way() && !status.ended());
            for result in [R::Paid, R::Failed, R::Returned] {
                assert_eq!(status.settle(result, Teller::OwnerTooSoon), Settlement::Refused, "{status:?} {result:?}");
            }
            assert_eq!(status.settle(R::Failed, Teller::Provider), Settlement::Moves(S::Failed));
        }
        assert_eq!(S::Submitting.settle(R::Failed, Teller::Owner), Settlement::Refused);
        for (result, status) in [(R::Paid, S::Paid), (R::Failed, S::Failed), (R::Returned, S::Returned)] {
            assert_eq!(S::Unknown.settle(result, Teller::Owner), Settlement::Moves(status));
            assert_eq!(S::Sent.settle(result, Teller::Provider), Settlement::Moves(status));
        }
        assert_eq!(S::Paid.settle(R::Failed, Teller::Provider), Settlement::Moves(S::Returned));
        for ended in [S::Failed, S::Returned, S::Cancelled] {
            assert_eq!(ended.settle(R::Paid, Teller::Provider), Settlement::Refused);
        }
    }

    #[test]
    fn adjustments_have_the_sign_of_their_kind() {
        assert!(AdjustmentKind::Adjust.allows(-1) && !AdjustmentKind::Adjust.allows(0));
        assert!(AdjustmentKind::Forfeit.allows(-1) && !AdjustmentKind::Forfeit.allows(1));
        assert!(AdjustmentKind::Open.allows(1) && !AdjustmentKind::Forgive.allows(-1));
    }
}
