//! What the law reads of one sale, as far as it is known: kept with each verdict, without personal data.

use serde::{Deserialize, Serialize};

use crate::domain::claim::{ClaimStanding, IntroductionStanding};
use crate::domain::code::Code;
use crate::domain::earning::{Goods, Offer, Standing};
use crate::domain::fraud::Trace;
use crate::domain::id::{ClickId, CustomerId, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::sale::SaleStatus;

/// The owner's word on one sale; it stands above all other evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Decision {
    /// This referrer sent the customer.
    Credit {
        /// Who.
        referrer_id: ReferrerId,
    },
    /// Nobody did.
    Deny,
}

/// The customer as the law sees him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerStanding {
    /// Who.
    pub id: CustomerId,
    /// Whether this sale is the customer's first.
    pub first_sale: bool,
}

/// An introduction of this customer that still stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralStanding {
    /// Who introduced him.
    pub referrer_id: ReferrerId,
    /// By which code, if any.
    pub code: Option<Code>,
    /// When: the first sale's `occurred_at`.
    pub since: Instant,
    /// What was promised then.
    pub terms_version: i64,
    /// Whether the referrer is paused.
    pub paused: bool,
}

/// A code that exists, as the law sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeStanding {
    /// The code.
    pub code: Code,
    /// Whose it is.
    pub referrer_id: ReferrerId,
    /// Whether it was retired.
    pub retired: bool,
    /// Whether the referrer is paused.
    pub paused: bool,
    /// Whether the buyer is the referrer himself.
    pub own: bool,
}

/// A click of the visitor that the `ref` value named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClickStanding {
    /// The click.
    pub id: ClickId,
    /// When.
    pub at: Instant,
    /// The code in its link.
    pub link: CodeStanding,
    /// Whether a page fetched the link as a part of itself, which no visitor does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub embedded: bool,
}

/// Whom the buyer named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HintStanding {
    /// The referrer found by an id, e-mail or phone; none for a bare name or an unknown key.
    pub referrer_id: Option<ReferrerId>,
    /// Whether the referrer is paused.
    pub paused: bool,
    /// Whether the buyer named himself.
    pub own: bool,
}

/// Everything the law reads to judge one revision of one sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// The sale.
    pub sale_id: SaleId,
    /// The revision judged.
    pub version: i64,
    /// Whether it was reported as an order of the past.
    pub history: bool,
    /// How far the order is.
    pub status: SaleStatus,
    /// When the buyer ordered.
    pub occurred_at: Instant,
    /// ISO 4217.
    pub currency: Currency,
    /// What earns, in minor units.
    pub base: i64,
    /// Who bought, if the shop said.
    pub customer: Option<CustomerStanding>,
    /// The owner's word, if given.
    pub decision: Option<Decision>,
    /// A referrer's claim that the owner accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimStanding>,
    /// An introduction by another sale, if one stands.
    pub referral: Option<ReferralStanding>,
    /// The codes typed at checkout, in the shop's order; none for an unknown one.
    pub codes: Vec<Option<CodeStanding>>,
    /// Whether a `ref` value was sent.
    pub referenced: bool,
    /// The visitor's clicks in the window, oldest first; the law checks the window again.
    pub clicks: Vec<ClickStanding>,
    /// The buyer's answer, if given.
    pub hint: Option<HintStanding>,
    /// An introduction registered before the order, if one stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduction: Option<IntroductionStanding>,
    /// What the order has in common with those who would earn it; only what was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traces: Vec<Trace>,
    /// Whether the buyer's mailbox is one of those that anybody opens for an hour.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disposable: bool,
    /// The terms in force when the buyer ordered.
    pub terms_version: i64,
    /// The base by kind of goods; empty where no rule tells goods apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goods: Vec<Goods>,
    /// What the friend's discount was taken off; none where the terms promise friends nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// Who earns or would, with his tier and counts; none where the terms do not ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
}

impl Inputs {
    /// The same with the evidence of an earlier judgement: somebody it points to was erased since, so it cannot be
    /// looked up again, and what he or his introducer earned by it stays.
    #[must_use]
    pub fn with_evidence_of(self, before: &Self) -> Self {
        Self {
            referral: before.referral.clone(),
            codes: before.codes.clone(),
            referenced: before.referenced,
            clicks: before.clicks.clone(),
            hint: before.hint.clone(),
            introduction: before.introduction.clone(),
            ..self
        }
    }
}
