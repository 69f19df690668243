//! Which texts make a letter of each kind, in their order. What a letter cannot say, because it has no
//! such fact, it leaves out.

use crate::domain::notice::{Notice, NoticeFacts};

/// A piece of a letter: `key` is the part of a text's name after the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A paragraph.
    Say(&'static str),
    /// A paragraph and below it the link of the referrer.
    Link(&'static str),
    /// One line for each thing a bundle tells of.
    Lines,
}

use Part::{Lines, Link, Say};

/// The parts of the letter for `facts`.
pub(super) fn parts(facts: &NoticeFacts) -> Vec<Part> {
    if !facts.lines.is_empty() {
        return bundle(facts);
    }
    let due = facts.due_on.is_some();
    let link = facts.link.is_some().then_some(Link("link"));
    match facts.kind {
        Notice::Welcome => welcome(facts),
        Notice::SaleCredited | Notice::BonusEarned => {
            [Some(Say("fact")), Some(Say(if due { "held" } else { "free" })), link].into_iter().flatten().collect()
        }
        Notice::YouDidNotKnow => {
            let fact = Say(if due { "fact_held" } else { "fact" });
            [Some(fact), Some(Say("reply")), link].into_iter().flatten().collect()
        }
        Notice::CommissionApproved => [Some(Say("fact")), Some(Say("next")), link].into_iter().flatten().collect(),
        Notice::CommissionReduced => {
            let left = facts.remaining.map(|_| Say(if facts.before().is_some() { "from_to" } else { "now" }));
            [Some(Say("fact")), left, Some(Say("calm"))].into_iter().flatten().collect()
        }
        Notice::PayoutSent => {
            let reference = facts.reference.is_some().then_some(Say("reference"));
            [Some(Say("fact")), reference, Some(Say("wait"))].into_iter().flatten().collect()
        }
        Notice::PayoutFailed => [Some(Say("fact")), reason(facts), Some(Say("safe"))].into_iter().flatten().collect(),
        Notice::PayoutDetailsChanged => {
            let known = facts.reference.is_some();
            let held = (known && due).then_some(Say("held"));
            [Some(Say(if known { "fact" } else { "removed" })), held, Some(Say("yours"))].into_iter().flatten().collect()
        }
        Notice::DetailsMissing => vec![Say("fact"), Say("tell")],
        Notice::ClaimReceived => vec![Say("fact"), Say(if due { "by" } else { "later" })],
        Notice::ClaimAccepted => [Some(Say("fact")), Some(Say("rules")), link].into_iter().flatten().collect(),
        Notice::ClaimDeclined => [Some(Say("fact")), reason(facts), Some(Say("thanks"))].into_iter().flatten().collect(),
        Notice::LoginLink => link.into_iter().chain([Say("once"), Say("calm")]).collect(),
    }
}

fn reason(facts: &NoticeFacts) -> Option<Part> {
    facts.reason.is_some().then_some(Say("reason"))
}

fn welcome(facts: &NoticeFacts) -> Vec<Part> {
    let code = facts.code.is_some();
    let mut parts = match (facts.link.is_some(), code) {
        (true, true) => vec![Link("link"), Say("code")],
        (true, false) => vec![Link("link")],
        (false, true) => vec![Say("code_only")],
        (false, false) => vec![Say("later")],
    };
    parts.extend([Say("promise"), Say("disclose")]);
    parts
}

fn bundle(facts: &NoticeFacts) -> Vec<Part> {
    let mut parts = vec![Say("many"), Lines];
    match facts.kind {
        Notice::CommissionApproved => parts.push(Say("next")),
        Notice::CommissionReduced => parts.push(Say("calm")),
        _ => {}
    }
    if facts.link.is_some() && facts.kind != Notice::CommissionReduced {
        parts.push(Link("link"));
    }
    parts
}
