//! What a referrer is told, and what each letter may say: never the friend's name, never the basket.

use serde::{Deserialize, Serialize};

use super::claim::DeclineReason;
use super::locale::Locale;
use super::money::{Money, Rate};

/// The kinds of letter. Each is queued once per (kind, subject).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// You are enrolled: here is your link. Subject: the referrer.
    Welcome,
    /// A friend bought; this much is on hold for you. Subject: the commission.
    SaleCredited,
    /// You brought so many friends that this bonus is yours. Subject: the commission.
    BonusEarned,
    /// You were named by a buyer and did not know; money waits. Subject: the commission.
    YouDidNotKnow,
    /// The hold is over; this much is ready. Subject: the commission.
    CommissionApproved,
    /// An order came back; this much was taken back. Subject: the change.
    CommissionReduced,
    /// Your money is on its way. Subject: the payout.
    PayoutSent,
    /// We could not pay you; the money is safe. Subject: the payout.
    PayoutFailed,
    /// Where your money goes was changed, or forgotten. Subject: the change.
    PayoutDetailsChanged,
    /// Money is ready and we do not know where to send it. Subject: this reminder.
    DetailsMissing,
    /// We have your claim and decide by a day. Subject: the claim.
    ClaimReceived,
    /// Your claim is right; the sale is credited. Subject: the claim.
    ClaimAccepted,
    /// Your claim was declined, or nobody decided in time; why. Subject: the claim.
    ClaimDeclined,
    /// This lets you in, once. Subject: the link.
    LoginLink,
}

impl Notice {
    /// Every kind, for tests and templates.
    pub const ALL: [Self; 14] = [
        Self::Welcome,
        Self::SaleCredited,
        Self::BonusEarned,
        Self::YouDidNotKnow,
        Self::CommissionApproved,
        Self::CommissionReduced,
        Self::PayoutSent,
        Self::PayoutFailed,
        Self::PayoutDetailsChanged,
        Self::DetailsMissing,
        Self::ClaimReceived,
        Self::ClaimAccepted,
        Self::ClaimDeclined,
        Self::LoginLink,
    ];

    /// The word in the database, the API and `List-Id`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::SaleCredited => "sale_credited",
            Self::BonusEarned => "bonus_earned",
            Self::YouDidNotKnow => "you_did_not_know",
            Self::CommissionApproved => "commission_approved",
            Self::CommissionReduced => "commission_reduced",
            Self::PayoutSent => "payout_sent",
            Self::PayoutFailed => "payout_failed",
            Self::PayoutDetailsChanged => "payout_details_changed",
            Self::DetailsMissing => "details_missing",
            Self::ClaimReceived => "claim_received",
            Self::ClaimAccepted => "claim_accepted",
            Self::ClaimDeclined => "claim_declined",
            Self::LoginLink => "login_link",
        }
    }

    /// Whether the referrer may decline this kind (RFC 8058 one-click). News about money taken
    /// back, sent or refused always arrives.
    #[must_use]
    pub const fn optional(self) -> bool {
        match self {
            Self::Welcome | Self::SaleCredited | Self::BonusEarned | Self::YouDidNotKnow | Self::CommissionApproved => true,
            Self::CommissionReduced | Self::PayoutSent | Self::PayoutFailed => false,
            // Whoever did not make the change must learn of it; three reminders, then no more.
            Self::PayoutDetailsChanged | Self::DetailsMissing => false,
            // Answers to what he asked.
            Self::ClaimReceived | Self::ClaimAccepted | Self::ClaimDeclined | Self::LoginLink => false,
        }
    }
}

impl Notice {
    /// Whether several of a kind may be told in one letter: news of sums, which add up.
    #[must_use]
    pub const fn bundles(self) -> bool {
        matches!(self, Self::SaleCredited | Self::BonusEarned | Self::CommissionApproved | Self::CommissionReduced)
    }

    /// Whether it carries a link to his money. One that somebody else may have caused, or asked for, does not.
    #[must_use]
    pub const fn shows_money(self) -> bool {
        match self {
            Self::SaleCredited | Self::BonusEarned | Self::YouDidNotKnow | Self::CommissionApproved => true,
            Self::CommissionReduced | Self::PayoutSent | Self::PayoutFailed | Self::DetailsMissing | Self::ClaimAccepted => true,
            Self::Welcome | Self::PayoutDetailsChanged | Self::ClaimReceived | Self::ClaimDeclined | Self::LoginLink => false,
        }
    }
}

/// What a shop pays per introduced customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// A share of what he buys.
    Share(Rate),
    /// A sum.
    Sum(Money),
}

/// Why a payout failed or a claim was declined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// One of the fixed reasons.
    Declined(DeclineReason),
    /// Nobody decided in time.
    NotDecided,
    /// As the bank or the owner put it.
    Said(String),
}

/// One of several things that a letter tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The sum, always positive.
    pub amount: Money,
    /// What a commission is worth after a change.
    pub remaining: Option<Money>,
    /// When its hold ends, as a calendar day.
    pub due_on: Option<String>,
}

/// Everything a letter may mention, gathered when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeFacts {
    /// Which letter.
    pub kind: Notice,
    /// In which language.
    pub locale: Locale,
    /// The shop's name, from the program.
    pub shop: String,
    /// The shop's address on the web, if set.
    pub shop_url: Option<String>,
    /// The referrer's name, if known.
    pub name: Option<String>,
    /// The referrer's newest active code, if any.
    pub code: Option<String>,
    /// The link of that code; in `LoginLink` the link that lets him in.
    pub link: Option<String>,
    /// The link to his money (only where [`Notice::shows_money`]).
    pub portal: Option<String>,
    /// The sum the letter is about, always positive.
    pub amount: Option<Money>,
    /// What the commission is worth after the change (only `CommissionReduced`).
    pub remaining: Option<Money>,
    /// When the hold ends, as a calendar day in the program's zone (only credited and named); for a
    /// claim, by when it is decided; for changed details, until when nothing is paid.
    pub due_on: Option<String>,
    /// What the shop pays per introduced customer.
    pub promise: Option<Promise>,
    /// The cheque's or transfer's reference (only `PayoutSent`); what may be shown of changed details.
    pub reference: Option<String>,
    /// Why a payout failed or a claim was declined (only `PayoutFailed` and `ClaimDeclined`).
    pub reason: Option<Why>,
    /// All that a bundle tells of; empty when the letter is about one thing.
    pub lines: Vec<Line>,
    /// Who the shop is by law: name and postal address.
    pub imprint: Option<String>,
}

impl NoticeFacts {
    /// What a commission was worth before the change: what was taken back and what is left.
    #[must_use]
    pub fn before(&self) -> Option<Money> {
        let (taken, left) = (self.amount?, self.remaining?);
        let sum = left.amount.checked_add(taken.amount)?;
        (left.currency == taken.currency).then_some(Money { amount: sum, currency: left.currency })
    }
}
