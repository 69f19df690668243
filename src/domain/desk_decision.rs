//! What the owner decides at the desk. It waits for a few seconds before it is carried out, so that it can be
//! taken back.

use serde::{Deserialize, Serialize};

use super::claim::DeclineReason;
use super::id::{CustomerId, ReferrerId, SaleId};
use super::money::Money;

/// How long a decision can be taken back, in seconds.
pub const UNDO_SECONDS: i64 = 10;

/// A decision, with all that carrying it out takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum DeskDecision {
    /// A held sale: this referrer sent the customer.
    Credit {
        /// Who.
        referrer_id: ReferrerId,
    },
    /// A held sale: whoever it is held for gets it.
    Release,
    /// A held sale: nobody sent the customer.
    Deny,
    /// A claim is right.
    Accept {
        /// About this sale; none for the order that the claim names.
        sale_id: Option<SaleId>,
    },
    /// A claim is not right.
    Decline {
        /// Why.
        reason: DeclineReason,
    },
    /// Two entries of the customer file are one person.
    Merge {
        /// The entry that stays.
        kept_id: CustomerId,
        /// The entry that goes.
        other_id: CustomerId,
    },
    /// They are two people.
    Dismiss,
    /// A payout of which the provider tells nothing arrived.
    Paid,
    /// It did not.
    NotPaid,
    /// An old debt is forgiven.
    Forgive {
        /// Whose.
        referrer_id: ReferrerId,
        /// How much, above 0.
        amount: Money,
    },
    /// A referrer whom no letter reaches has another address.
    NewAddress {
        /// In the customer file.
        customer_id: CustomerId,
        /// The address.
        email: String,
    },
    /// Who asked to become a referrer is one.
    Enrol,
    /// He is not.
    TurnDown,
}

impl DeskDecision {
    /// About what it is, as the database names it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Credit { .. } | Self::Release | Self::Deny => "sale",
            Self::Accept { .. } | Self::Decline { .. } => "claim",
            Self::Merge { .. } | Self::Dismiss => "merge",
            Self::Paid | Self::NotPaid => "payout",
            Self::Forgive { .. } => "write_off",
            Self::NewAddress { .. } => "unreachable",
            Self::Enrol | Self::TurnDown => "join",
        }
    }

    /// The word for it.
    #[must_use]
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Credit { .. } => "credit",
            Self::Release => "release",
            Self::Deny => "deny",
            Self::Accept { .. } => "accept",
            Self::Decline { .. } => "decline",
            Self::Merge { .. } => "merge",
            Self::Dismiss => "dismiss",
            Self::Paid => "paid",
            Self::NotPaid => "not_paid",
            Self::Forgive { .. } => "forgive",
            Self::NewAddress { .. } => "new_address",
            Self::Enrol => "enrol",
            Self::TurnDown => "turn_down",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::instant::Instant;
    use crate::domain::money::Currency;

    #[test]
    fn a_decision_is_read_back_as_it_was_written() {
        let now = Instant::from_micros(1_800_000_000_000_000);
        let amount = Money { amount: 500, currency: Currency::EUR };
        let all = [
            DeskDecision::Release,
            DeskDecision::Accept { sale_id: None },
            DeskDecision::Decline { reason: DeclineReason::TooLate },
            DeskDecision::Forgive { referrer_id: ReferrerId::new(now), amount },
        ];
        for decision in all {
            let written = serde_json::to_value(&decision).expect("JSON");
            assert_eq!(written["verb"], decision.verb());
            assert_eq!(serde_json::from_value::<DeskDecision>(written).expect("a decision"), decision);
        }
    }
}
