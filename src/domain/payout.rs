//! One transfer to one referrer, and the batch it was approved in.

use serde::{Deserialize, Serialize};

use super::id::ReferrerId;
use super::money::Currency;

/// How a payout leaves the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rail {
    /// A cheque or transfer that the owner makes by hand.
    Manual,
    /// Items that net to nothing and close against each other; no money moves.
    Offset,
}

/// Where a payout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStatus {
    /// Prepared; the money is reserved.
    Pending,
    /// Approved; may be paid.
    Approved,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutResult {
    /// It arrived.
    Paid,
    /// It did not leave.
    Failed,
    /// It came back.
    Returned,
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
    /// A refund came between preparation and approval; the rest is paid next time.
    ChangedBeforeApproval,
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

impl PayoutStatus {
    /// Whether nothing more happens to a payout in this status, short of a return.
    #[must_use]
    pub const fn ended(self) -> bool {
        matches!(self, Self::Paid | Self::Failed | Self::Returned | Self::Cancelled)
    }

    /// What `result` does to a payout in this status. A rail without a provider settles from
    /// approved; only a paid one can come back.
    #[must_use]
    pub const fn settle(self, result: PayoutResult) -> Settlement {
        match (self, result) {
            (Self::Approved, PayoutResult::Paid) => Settlement::Moves(Self::Paid),
            (Self::Approved, PayoutResult::Failed) => Settlement::Moves(Self::Failed),
            (Self::Paid, PayoutResult::Returned) => Settlement::Moves(Self::Returned),
            (Self::Paid, PayoutResult::Paid)
            | (Self::Failed, PayoutResult::Failed)
            | (Self::Returned, PayoutResult::Returned) => Settlement::Repeats,
            _ => Settlement::Refused,
        }
    }
}
