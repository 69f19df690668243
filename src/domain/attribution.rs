//! Who sent this customer? The one function that answers, and everything it reads.
//!
//! [`Inputs`] is stored with each verdict and holds no personal data, so that the verdict can be
//! judged again from it, to the same cent, for ever.

use serde::{Deserialize, Serialize};

use super::code::Code;
use super::earning::{over_cap, plan};
use super::fraud::{Sign, signs};
use super::id::ReferrerId;
use super::program::{Lifetime, Terms, Touch};
use super::sale::SaleStatus;

mod inputs;

pub use inputs::{ClickStanding, CodeStanding, CustomerStanding, Decision, HintStanding, Inputs, ReferralStanding};

/// What kind of evidence won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The owner decided.
    OwnerDecision,
    /// A referrer said "I sent her", and the owner agreed.
    AcceptedClaim,
    /// An earlier introduction still lives.
    Referral,
    /// A code at checkout.
    Code,
    /// A click inside the window.
    Click,
    /// The buyer's answer to "who sent you?".
    ReferredBy,
    /// An introduction registered before the order, such as at sign-up.
    Introduction,
}

/// How a verdict ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// A referrer earned it.
    Attributed,
    /// Nobody did.
    Unattributed,
    /// A person must look.
    Held,
}

/// Why a sale earned nothing, or waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Reported as an order of the past.
    History,
    /// Nothing pointed to anybody.
    NoEvidence,
    /// The report named no customer.
    NoCustomer,
    /// No such code.
    UnknownCode,
    /// The code was retired.
    CodeRetired,
    /// The referrer is paused.
    ReferrerPaused,
    /// The click was too long before the order, or after it.
    OutsideWindow,
    /// The referrer bought himself.
    SelfReferral,
    /// The customer had bought before.
    NotFirstSale,
    /// The base is under the program's minimum.
    BelowMinimum,
    /// The program is closed.
    ProgramClosed,
    /// The program does not pay in this currency.
    CurrencyNotAccepted,
    /// Nothing in the order earns.
    ZeroBase,
    /// Ordered but not paid.
    NotPaidYet,
    /// The order was cancelled.
    OrderCancelled,
    /// The buyer named somebody who must be matched by hand.
    NeedsMatch,
    /// Looks like fraud.
    SuspectedFraud,
    /// Over a cap.
    OverCap,
    /// The owner said no.
    DeniedByOwner,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// How it ended.
    pub kind: VerdictKind,
    /// Why nothing was earned, or why it waits.
    pub reason: Option<Reason>,
    /// Who earned it, or would.
    pub referrer_id: Option<ReferrerId>,
    /// By which code.
    pub code: Option<Code>,
    /// By which evidence.
    pub evidence: Option<Evidence>,
    /// Under which terms.
    pub terms_version: i64,
}

struct Candidate<'a> {
    referrer_id: ReferrerId,
    code: Option<Code>,
    evidence: Evidence,
    terms_version: i64,
    click: Option<&'a ClickStanding>,
}

enum Found<'a> {
    Somebody(Candidate<'a>),
    NeedsMatch,
    Nobody(Reason),
}

/// Judges one sale. `terms_of` gives the terms of a version; a missing version counts as the
/// default terms, which `check` would report.
#[must_use]
pub fn judge<'t>(inputs: &Inputs, terms_of: &dyn Fn(i64) -> &'t Terms) -> Verdict {
    let terms = terms_of(inputs.terms_version);
    let unattributed = |reason| Verdict {
        kind: VerdictKind::Unattributed,
        reason: Some(reason),
        referrer_id: None,
        code: None,
        evidence: None,
        terms_version: inputs.terms_version,
    };
    if let Some(reason) = closed_door(inputs) {
        return unattributed(reason);
    }
    match inputs.decision {
        Some(Decision::Deny) => return unattributed(Reason::DeniedByOwner),
        Some(Decision::Credit { referrer_id }) => {
            let promised = inputs.referral.as_ref().filter(|referral| referral.referrer_id == referrer_id);
            let version = promised.map_or(inputs.terms_version, |referral| referral.terms_version);
            return attributed(plain(referrer_id, Evidence::OwnerDecision, version));
        }
        None => {}
    }
    let found = find(inputs, terms, terms_of);
    let version = if let Found::Somebody(candidate) = &found { candidate.terms_version } else { inputs.terms_version };
    let applied = terms_of(version);
    let first = inputs.customer.as_ref().is_some_and(|customer| customer.first_sale);
    let stands = |evidence| evidence == Evidence::Referral;
    match found {
        Found::Nobody(reason) => unattributed(reason),
        _ if inputs.customer.is_none() => unattributed(Reason::NoCustomer),
        Found::NeedsMatch if !first => unattributed(Reason::NotFirstSale),
        Found::Somebody(ref candidate) if !first && !stands(candidate.evidence) => unattributed(Reason::NotFirstSale),
        _ if applied.closed && version == inputs.terms_version => unattributed(Reason::ProgramClosed),
        _ if !applied.accepts(inputs.currency) => unattributed(Reason::CurrencyNotAccepted),
        _ if inputs.base <= 0 => unattributed(Reason::ZeroBase),
        _ if inputs.base < applied.minimum_sale.get(&inputs.currency).copied().unwrap_or(0) => unattributed(Reason::BelowMinimum),
        Found::NeedsMatch => {
            Verdict { kind: VerdictKind::Held, evidence: Some(Evidence::ReferredBy), ..unattributed(Reason::NeedsMatch) }
        }
        Found::Somebody(candidate) => {
            let signs = signs(&terms.fraud, inputs, candidate.evidence, candidate.referrer_id, candidate.click);
            let held_for = if signs.is_empty() {
                beyond_caps(inputs, applied, &candidate).then_some(Reason::OverCap)
            } else {
                Some(Reason::SuspectedFraud)
            };
            match held_for {
                Some(reason) => Verdict { kind: VerdictKind::Held, reason: Some(reason), ..attributed(candidate) },
                None => attributed(candidate),
            }
        }
    }
}

/// The signs against crediting whom the evidence points to.
#[must_use]
pub fn suspicions<'t>(inputs: &Inputs, terms_of: &dyn Fn(i64) -> &'t Terms) -> Vec<Sign> {
    let terms = terms_of(inputs.terms_version);
    match find(inputs, terms, terms_of) {
        Found::Somebody(found) => signs(&terms.fraud, inputs, found.evidence, found.referrer_id, found.click),
        Found::NeedsMatch | Found::Nobody(_) => Vec::new(),
    }
}

fn beyond_caps(inputs: &Inputs, applied: &Terms, candidate: &Candidate) -> bool {
    let Some(standing) = inputs.standing.as_ref().filter(|standing| standing.referrer_id == candidate.referrer_id) else {
        return false;
    };
    let plan = plan(applied, inputs.base, inputs.currency, &inputs.goods, Some(standing));
    over_cap(applied, &plan, standing, candidate.code.is_some())
}

/// Reasons that stand before any evidence.
fn closed_door(inputs: &Inputs) -> Option<Reason> {
    if inputs.history {
        return Some(Reason::History);
    }
    match inputs.status {
        SaleStatus::Cancelled => Some(Reason::OrderCancelled),
        SaleStatus::Placed => Some(Reason::NotPaidYet),
        SaleStatus::Paid => None,
    }
}

/// A candidate by evidence without a code.
const fn plain<'a>(referrer_id: ReferrerId, evidence: Evidence, terms_version: i64) -> Candidate<'a> {
    Candidate { referrer_id, code: None, evidence, terms_version, click: None }
}

fn attributed(candidate: Candidate<'_>) -> Verdict {
    Verdict {
        kind: VerdictKind::Attributed,
        reason: None,
        referrer_id: Some(candidate.referrer_id),
        code: candidate.code,
        evidence: Some(candidate.evidence),
        terms_version: candidate.terms_version,
    }
}

/// Tries the evidence in the order of its weight; the reason reported is that of the best that failed.
fn find<'a, 't>(inputs: &'a Inputs, terms: &Terms, terms_of: &dyn Fn(i64) -> &'t Terms) -> Found<'a> {
    let mut best_failure = None;
    let mut fail = |reason| {
        best_failure.get_or_insert(reason);
    };
    match &inputs.claim {
        None => {}
        Some(claim) if claim.own => fail(Reason::SelfReferral),
        Some(claim) => return Found::Somebody(plain(claim.referrer_id, Evidence::AcceptedClaim, inputs.terms_version)),
    }
    if let Some(referral) = &inputs.referral {
        match referral_fault(inputs, referral, terms_of(referral.terms_version)) {
            None => {
                let code = referral.code.clone();
                return Found::Somebody(Candidate {
                    code,
                    ..plain(referral.referrer_id, Evidence::Referral, referral.terms_version)
                });
            }
            Some(reason) => fail(reason),
        }
    }
    let of_link = |link: &CodeStanding, evidence, click| {
        let code = Some(link.code.clone());
        Found::Somebody(Candidate { code, click, ..plain(link.referrer_id, evidence, inputs.terms_version) })
    };
    for standing in &inputs.codes {
        match standing {
            None => fail(Reason::UnknownCode),
            Some(link) => match link_fault(link) {
                None => return of_link(link, Evidence::Code, None),
                Some(reason) => fail(reason),
            },
        }
    }
    for click in in_touch_order(inputs, terms.touch) {
        let inside = click.at <= inputs.occurred_at && click.at >= inputs.occurred_at.plus_days(-terms.window_days);
        match link_fault(&click.link) {
            _ if !inside => fail(Reason::OutsideWindow),
            None => return of_link(&click.link, Evidence::Click, Some(click)),
            Some(reason) => fail(reason),
        }
    }
    match &inputs.hint {
        None => {}
        Some(hint) if hint.own => fail(Reason::SelfReferral),
        Some(hint) if hint.paused => fail(Reason::ReferrerPaused),
        Some(HintStanding { referrer_id: Some(referrer_id), .. }) => {
            return Found::Somebody(plain(*referrer_id, Evidence::ReferredBy, inputs.terms_version));
        }
        Some(_) => return Found::NeedsMatch,
    }
    match inputs.introduction.as_ref().map(|introduction| (introduction, introduction.fault(inputs.occurred_at))) {
        None => {}
        Some((_, Some(reason))) => fail(reason),
        Some((introduction, None)) => {
            let code = introduction.code.clone();
            let candidate = plain(introduction.referrer_id, Evidence::Introduction, introduction.terms_version);
            return Found::Somebody(Candidate { code, ..candidate });
        }
    }
    Found::Nobody(best_failure.unwrap_or(Reason::NoEvidence))
}

fn link_fault(link: &CodeStanding) -> Option<Reason> {
    if link.own {
        Some(Reason::SelfReferral)
    } else if link.retired {
        Some(Reason::CodeRetired)
    } else if link.paused {
        Some(Reason::ReferrerPaused)
    } else {
        None
    }
}

/// A customer's first sale always goes to the standing introduction (its own first sale was taken
/// back); later ones while the promised lifetime lasts.
fn referral_fault(inputs: &Inputs, referral: &ReferralStanding, promised: &Terms) -> Option<Reason> {
    /// A twelfth of 365.25 days, in seconds.
    const MONTH_SECONDS: i64 = 2_629_800;
    let first = inputs.customer.as_ref().is_some_and(|customer| customer.first_sale);
    let alive = match promised.lifetime {
        Lifetime::FirstSale => first,
        Lifetime::Months { months } => {
            first || inputs.occurred_at < referral.since.plus_seconds(months.saturating_mul(MONTH_SECONDS))
        }
        Lifetime::Forever => true,
    };
    if !alive {
        Some(Reason::NotFirstSale)
    } else if referral.paused {
        Some(Reason::ReferrerPaused)
    } else {
        None
    }
}

fn in_touch_order(inputs: &Inputs, touch: Touch) -> Vec<&ClickStanding> {
    let mut clicks: Vec<&ClickStanding> = inputs.clicks.iter().collect();
    clicks.sort_by_key(|click| (click.at, click.id));
    if touch == Touch::Last {
        clicks.reverse();
    }
    clicks
}

#[cfg(test)]
mod tests;
