//! A verdict in words: why a sale earned what it earned, told from what the law read and nothing else.

use super::attribution::{Evidence, Inputs, Reason, Verdict, VerdictKind};
use super::commission::CommissionRule;
use super::earning::{Part, Plan, friend_discount, plan};
use super::money::Money;
use super::program::{Terms, Touch};

/// Tells the verdict; `terms` are those it names.
#[must_use]
pub fn tell(inputs: &Inputs, verdict: &Verdict, terms: &Terms) -> String {
    let evidence = verdict.evidence.map(|evidence| found(inputs, verdict, terms, evidence));
    match (verdict.kind, verdict.reason, evidence) {
        (VerdictKind::Attributed, _, Some(evidence)) => {
            format!("{evidence} {}{}{}", earned(inputs, verdict, terms), bonus(inputs, terms), discount(inputs, verdict, terms))
        }
        (VerdictKind::Held, Some(reason), Some(evidence)) if verdict.referrer_id.is_some() => {
            format!("{evidence} {} {}", earned(inputs, verdict, terms), because(inputs, terms, reason))
        }
        (_, Some(reason), _) => because(inputs, terms, reason),
        (_, None, _) => String::new(),
    }
}

/// What pointed to the referrer.
fn found(inputs: &Inputs, verdict: &Verdict, terms: &Terms, evidence: Evidence) -> String {
    let code = verdict.code.as_ref().map_or_else(String::new, ToString::to_string);
    match evidence {
        Evidence::OwnerDecision => "The owner credited the referrer.".to_owned(),
        Evidence::AcceptedClaim => "The referrer claimed this sale, and the owner accepted it.".to_owned(),
        Evidence::Introduction => {
            let since = inputs.introduction.as_ref().map_or_else(String::new, |known| known.since.day_in(&terms.timezone));
            format!("The customer was registered on {since} as introduced by the referrer.")
        }
        Evidence::Referral => {
            let since = inputs.referral.as_ref().map_or_else(String::new, |referral| referral.since.day_in(&terms.timezone));
            let by = if code.is_empty() { String::new() } else { format!(" by the code {code}") };
            format!("The referrer introduced this customer on {since}{by}, and that still counts.")
        }
        Evidence::Code => format!("The buyer typed the code {code}."),
        Evidence::Click => {
            let which = if terms.touch == Touch::First { "first" } else { "last" };
            format!("The buyer followed a link with the code {code}: the {which} within {} days.", terms.window_days)
        }
        Evidence::ReferredBy => "The buyer named the referrer.".to_owned(),
    }
}

fn earned(inputs: &Inputs, verdict: &Verdict, terms: &Terms) -> String {
    let plan = of(inputs, terms);
    let money = |amount| Money { amount, currency: inputs.currency };
    let parts: Vec<String> = plan.parts.iter().filter(|part| part.base > 0).map(|part| pays(part, inputs)).collect();
    let sum = plan.owed(0, &[]);
    let bound = if plan.cap == Some(sum) {
        ", the most for a sale"
    } else if plan.floor > 0 && plan.floor == sum {
        ", the least for a sale"
    } else {
        ""
    };
    let verb = if verdict.kind == VerdictKind::Held { "would earn" } else { "earned" };
    format!("Under version {} of the terms {} {verb} {}{bound}.", verdict.terms_version, parts.join(" and "), money(sum))
}

fn pays(part: &Part<'_>, inputs: &Inputs) -> String {
    let money = |amount| Money { amount, currency: inputs.currency };
    let rule = part.rule.map_or_else(String::new, |name| format!(" (rule \"{name}\")"));
    match part.pays {
        CommissionRule::Percent { rate } => format!("{} % of {}{rule}", rate.percent(), money(part.base)),
        CommissionRule::Flat { amounts } => {
            format!("{} on {}{rule}", money(amounts.get(&inputs.currency).copied().unwrap_or(0)), money(part.base))
        }
    }
}

fn bonus(inputs: &Inputs, terms: &Terms) -> String {
    of(inputs, terms).bonus.map_or_else(String::new, |(deal, amount)| {
        format!(" It is deal number {deal} of the referrer, which brings {} on top.", Money { amount, currency: inputs.currency })
    })
}

fn discount(inputs: &Inputs, verdict: &Verdict, terms: &Terms) -> String {
    match friend_discount(terms, inputs, verdict) {
        0 => String::new(),
        amount => format!(" The friend saved {}.", Money { amount, currency: inputs.currency }),
    }
}

fn of<'t>(inputs: &Inputs, terms: &'t Terms) -> Plan<'t> {
    plan(terms, inputs.base, inputs.currency, &inputs.goods, inputs.standing.as_ref())
}

/// Why nothing was earned, or why it waits.
fn because(inputs: &Inputs, terms: &Terms, reason: Reason) -> String {
    match reason {
        Reason::History => "This is an order of the past: it earns nothing and only tells new customers from old.".to_owned(),
        Reason::NoEvidence => "Nothing pointed to anybody.".to_owned(),
        Reason::NoCustomer => "The report named no customer, and only a known customer can be new.".to_owned(),
        Reason::UnknownCode => "There is no such code.".to_owned(),
        Reason::CodeRetired => "The code is retired.".to_owned(),
        Reason::ReferrerPaused => "The referrer is paused.".to_owned(),
        Reason::OutsideWindow => format!("The click lies outside the {} days before the order.", terms.window_days),
        Reason::SelfReferral => "The referrer bought himself.".to_owned(),
        Reason::NotFirstSale => "The customer had bought before, and no introduction covers a later sale.".to_owned(),
        Reason::BelowMinimum => {
            let amount = terms.minimum_sale.get(&inputs.currency).copied().unwrap_or(0);
            let money = |amount| Money { amount, currency: inputs.currency };
            format!("The base of {} is below the minimum of {}.", money(inputs.base), money(amount))
        }
        Reason::ProgramClosed => "The program was closed when the buyer ordered.".to_owned(),
        Reason::CurrencyNotAccepted => format!("The program pays nothing in {}.", inputs.currency),
        Reason::ZeroBase => "Nothing in the order earns.".to_owned(),
        Reason::NotPaidYet => "The order is not paid yet.".to_owned(),
        Reason::OrderCancelled => "The order was cancelled.".to_owned(),
        Reason::NeedsMatch => "The buyer named somebody whom a person must match first.".to_owned(),
        Reason::SuspectedFraud => "It looks like fraud: the owner decides.".to_owned(),
        Reason::OverCap => "That goes over a cap: the owner decides.".to_owned(),
        Reason::DeniedByOwner => "The owner decided that nobody earned it.".to_owned(),
    }
}
