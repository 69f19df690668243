//! What people say about who sent whom, besides the order itself: a referrer's claim ("I sent her")
//! and an introduction registered before the order.

use serde::{Deserialize, Serialize};

use super::attribution::Reason;
use super::code::Code;
use super::field::FieldError;
use super::id::ReferrerId;
use super::instant::Instant;

/// How claims are dealt with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimRules {
    /// Days the owner has to decide; then the claim expires. 14 unless set.
    pub days: i64,
    /// Open claims a referrer may have at a time, so that nobody guesses order numbers. 5 unless set.
    pub open_max: i64,
}

/// Where a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimStatus {
    /// The owner has not decided.
    Open,
    /// The sale was credited.
    Accepted,
    /// The owner said no.
    Declined,
    /// The owner said nothing in time.
    Expired,
}

/// Why a claim is declined: fixed words, so that an answer tells of nobody else's purchases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    /// Nothing shows that the claim is right; also when there is no such order.
    NotConfirmed,
    /// The buyer had bought before.
    NotANewCustomer,
    /// Somebody else's introduction weighs more.
    AnotherIntroduced,
    /// The referrer's own purchase, or his household's.
    OwnPurchase,
    /// The order was cancelled or sent back.
    OrderReturned,
    /// The purchase is too long ago.
    TooLate,
}

/// A claim that the owner accepted, as the law sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimStanding {
    /// Whose claim.
    pub referrer_id: ReferrerId,
    /// Whether the buyer is the referrer himself.
    pub own: bool,
}

/// An introduction registered before the order, as the law sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntroductionStanding {
    /// Who introduced the customer.
    pub referrer_id: ReferrerId,
    /// By which code, if any.
    pub code: Option<Code>,
    /// When it was registered.
    pub since: Instant,
    /// Until when it holds.
    pub until: Instant,
    /// What was promised then.
    pub terms_version: i64,
    /// Whether the referrer is paused.
    pub paused: bool,
    /// Whether the customer is the referrer himself.
    pub own: bool,
}

impl Default for ClaimRules {
    fn default() -> Self {
        Self { days: 14, open_max: 5 }
    }
}

impl ClaimRules {
    /// Checks rules that are about to be in force.
    pub(super) fn check(&self) -> impl Iterator<Item = FieldError> {
        let within = |pointer: &str, value: i64, most: i64| {
            let fault = || FieldError::new(pointer, "out_of_range", format!("must be between 1 and {most}"));
            (!(1..=most).contains(&value)).then(fault)
        };
        [within("/claims/days", self.days, 365), within("/claims/open_max", self.open_max, 100)].into_iter().flatten()
    }
}

impl DeclineReason {
    /// The word in the API and in the names of letters' texts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotConfirmed => "not_confirmed",
            Self::NotANewCustomer => "not_a_new_customer",
            Self::AnotherIntroduced => "another_introduced",
            Self::OwnPurchase => "own_purchase",
            Self::OrderReturned => "order_returned",
            Self::TooLate => "too_late",
        }
    }
}

impl IntroductionStanding {
    /// Why it does not count for an order placed at `occurred_at`, if it does not.
    #[must_use]
    pub fn fault(&self, occurred_at: Instant) -> Option<Reason> {
        if self.own {
            Some(Reason::SelfReferral)
        } else if self.paused {
            Some(Reason::ReferrerPaused)
        } else if occurred_at < self.since || occurred_at >= self.until {
            Some(Reason::OutsideWindow)
        } else {
            None
        }
    }
}
