//! What a verdict owes, and what a later event takes back or adds.

use serde::{Deserialize, Serialize};

use super::money::{ByCurrency, Currency, Money, Rate};
use super::notice::Promise;

/// How a commission is computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", try_from = "Written")]
pub enum CommissionRule {
    /// A share of the base.
    Percent {
        /// Percent text with up to 4 decimals, such as `"7.5"`.
        rate: Rate,
    },
    /// A fixed sum per sale, whole as long as any base is left.
    Flat {
        /// Minor units by currency.
        amounts: ByCurrency,
    },
}

impl CommissionRule {
    /// The commission on `base` minor units of `currency`; 0 for an empty base.
    #[must_use]
    pub fn owed(&self, base: i64, currency: Currency) -> i64 {
        if base <= 0 {
            return 0;
        }
        match self {
            Self::Percent { rate } => rate.of(base),
            Self::Flat { amounts } => amounts.get(&currency).copied().unwrap_or(0),
        }
    }

    /// Whether a sale in `currency` can earn at all under this rule.
    #[must_use]
    pub fn knows(&self, currency: Currency) -> bool {
        match self {
            Self::Percent { .. } => true,
            Self::Flat { amounts } => amounts.contains_key(&currency),
        }
    }

    /// What is promised, in the program's own currency if the rule knows it.
    #[must_use]
    pub fn promise(&self, home: Currency) -> Option<Promise> {
        match self {
            Self::Percent { rate } => Some(Promise::Share(*rate)),
            Self::Flat { amounts } => {
                let known = amounts.get_key_value(&home).or_else(|| amounts.first_key_value());
                known.map(|(currency, amount)| Promise::Sum(Money { amount: *amount, currency: *currency }))
            }
        }
    }
}

/// A rule as it is written. serde reads a tagged enum through a buffer in which the place of a fault
/// is lost; a plain struct keeps it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    r#type: WrittenType,
    rate: Option<Rate>,
    amounts: Option<ByCurrency>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenType {
    Percent,
    Flat,
}

impl TryFrom<Written> for CommissionRule {
    // The words serde itself uses, so that the fault is named at the field.
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match (written.r#type, written.rate, written.amounts) {
            (WrittenType::Percent, Some(rate), None) => Ok(Self::Percent { rate }),
            (WrittenType::Flat, None, Some(amounts)) => Ok(Self::Flat { amounts }),
            (WrittenType::Percent, None, _) => Err("missing field `rate`"),
            (WrittenType::Flat, _, None) => Err("missing field `amounts`"),
            (WrittenType::Percent, _, Some(_)) => Err("unknown field `amounts`"),
            (WrittenType::Flat, Some(_), _) => Err("unknown field `rate`"),
        }
    }
}

/// The kind of a sale's own commission.
pub const SALE: &str = "sale";

const BONUS: &str = "bonus_";

/// The kind of the bonus for a referrer's `deal`-th deal.
#[must_use]
pub fn bonus_kind(deal: i64) -> String {
    format!("{BONUS}{deal}")
}

/// The deal whose bonus a commission of this kind is; none for a sale's own commission.
#[must_use]
pub fn bonus_deal(kind: &str) -> Option<i64> {
    kind.strip_prefix(BONUS).and_then(|deal| deal.parse().ok())
}

/// Where a commission stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommissionStatus {
    /// In the hold.
    Pending,
    /// The hold is over; waiting for a payout.
    Approved,
    /// Reserved by a payout.
    InPayout,
    /// Paid.
    Paid,
    /// Waiting for the owner's decision; posts nothing.
    Held,
    /// Denied by the owner while held; posted nothing.
    Rejected,
    /// Taken back by a cancelled order or a replacing verdict.
    Cancelled,
}

impl CommissionStatus {
    /// Which account a change hits: the one the money is in while it waits, `ready` from approval on,
    /// none while held.
    #[must_use]
    pub const fn account(self) -> Option<Account> {
        match self {
            Self::Pending => Some(Account::OnHold),
            Self::Approved | Self::InPayout | Self::Paid => Some(Account::Ready),
            Self::Held | Self::Rejected | Self::Cancelled => None,
        }
    }

    /// Whether a cancelled order or a replacing verdict ends this commission; one that is being
    /// paid keeps its status and is netted next time.
    #[must_use]
    pub const fn can_be_cancelled(self) -> bool {
        matches!(self, Self::Pending | Self::Approved | Self::Held)
    }
}

/// Where a referrer's money can be. Debits and credits are one row each, so sums are zero by construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// What the shop has spent.
    Expense,
    /// Earned, inside the return window.
    OnHold,
    /// Earned, waiting for a payout.
    Ready,
    /// Reserved by a payout that is under way.
    InTransit,
    /// Received by the referrer.
    Paid,
    /// Given up.
    WrittenOff,
    /// Brought over from an earlier system.
    Opening,
    /// Fees of payment providers.
    Fees,
}

/// What a posting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferKind {
    /// A commission, or an upward change of one: expense → on_hold or ready.
    Accrue,
    /// The hold is over: on_hold → ready.
    Approve,
    /// A payout takes its items: ready → in_transit.
    Reserve,
    /// The money arrived: in_transit → paid.
    Settle,
    /// The money did not leave: in_transit → ready.
    Fail,
    /// The money came back: in_transit or paid → ready.
    Return,
    /// Taken back: on_hold or ready → expense.
    Reverse,
    /// An owner's correction, either way between expense and ready.
    Adjust,
    /// An opening balance: opening → ready.
    Open,
    /// Given up: ready → written_off.
    Forfeit,
    /// Forgiven debt: written_off → ready.
    Forgive,
    /// What a provider took for a payout: expense → fees. The shop's, never the referrer's.
    Fee,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_sum_stays_whole_while_any_base_is_left() {
        let rule = CommissionRule::Flat { amounts: [(Currency::EUR, 5_000)].into() };
        assert_eq!(rule.owed(1, Currency::EUR), 5_000);
        assert_eq!(rule.owed(0, Currency::EUR), 0);
        assert_eq!(rule.promise(Currency::EUR), Some(Promise::Sum(Money { amount: 5_000, currency: Currency::EUR })));
    }
}
