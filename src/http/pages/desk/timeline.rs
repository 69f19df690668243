//! A sale's story: order, evidence, calculation, hold, refunds, payout, each with its time and who did it.

use super::sale::Known;
use super::wording;
use crate::db::commissions::{ChangeRow, RefundRow};
use crate::db::payouts::Payout;
use crate::db::sales::{RevisionRow, VerdictRow};
use crate::db::types::ChangeCause;
use crate::domain::attribution::{Evidence, Reason, VerdictKind};
use crate::domain::commission::{CommissionRule, CommissionStatus};
use crate::domain::earning::{Part, friend_discount, plan};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payout::PayoutStatus;
use crate::domain::program::Terms;
use crate::http::pages::frame::Frame;
use crate::operations::fold::verdict;

/// One thing that happened, or will.
pub(super) struct Step {
    at: Instant,
    pub(super) time: String,
    pub(super) stamp: String,
    pub(super) actor: Option<String>,
    pub(super) title: String,
    pub(super) lines: Vec<String>,
}

impl Step {
    fn new(frame: &Frame, at: Instant, title: String, lines: Vec<String>) -> Self {
        Self { at, time: frame.time(&at), stamp: at.to_string(), actor: None, title, lines }
    }

    fn by(self, frame: &Frame, actor: &str) -> Self {
        Self { actor: Some(wording::actor(frame, actor)), ..self }
    }
}

/// The story, in the order of time.
pub(super) fn steps(frame: &Frame, known: &Known) -> Vec<Step> {
    let mut steps: Vec<Step> = known.revisions.iter().map(|row| reported(frame, known, row)).collect();
    steps.extend(known.verdicts.iter().map(|row| judged(frame, known, row)));
    steps.extend(known.refunds.iter().map(|row| refunded(frame, known, row)));
    let others = known.changes.iter().filter(|change| change.cause != ChangeCause::Refund && change.amount != 0);
    steps.extend(others.filter_map(|change| changed(frame, known, change)));
    steps.extend(held(frame, known));
    steps.extend(known.payouts.iter().flat_map(|payout| paid(frame, payout)));
    // What one transaction did has one time; it was put down in the order in which it follows.
    steps.sort_by_key(|step| step.at);
    steps
}

fn reported(frame: &Frame, known: &Known, row: &RevisionRow) -> Step {
    let currency = row.content.0.currency;
    let first = known.revisions.first().is_some_and(|first| first.version == row.version);
    let version = row.version.to_string();
    let title = if first { frame.say("sales-step-reported") } else { frame.tell("sales-step-revised", &[("version", &version)]) };
    let (total, base) = (frame.amount(&row.total, &currency), frame.amount(&row.base, &currency));
    let mut lines = vec![frame.tell("sales-step-amounts", &[("total", &total), ("base", &base)])];
    if !row.content.0.codes.is_empty() {
        lines.push(frame.tell("sales-step-codes", &[("codes", &row.content.0.codes.join(", "))]));
    }
    let named = known.hints.iter().find(|hint| hint.version == row.version);
    lines.extend(named.map(|hint| frame.tell("sales-step-named", &[("hint", &hint.value)])));
    Step::new(frame, row.created_at, title, lines)
}

fn judged(frame: &Frame, known: &Known, row: &VerdictRow) -> Step {
    let who = known.name(frame, row.referrer_id);
    let title = match row.kind {
        VerdictKind::Attributed => frame.tell("sales-step-earned", &[("who", &who)]),
        VerdictKind::Held if row.referrer_id.is_some() => frame.tell("sales-step-held-for", &[("who", &who)]),
        VerdictKind::Held => frame.say("sales-step-held"),
        VerdictKind::Unattributed => frame.say("sales-step-nobody"),
    };
    let terms = known.program.terms(row.terms_version);
    let mut lines = Vec::new();
    if let Some(evidence) = row.evidence.filter(|_| row.referrer_id.is_some()) {
        lines.push(found(frame, row, terms, evidence));
    }
    if row.kind != VerdictKind::Unattributed && row.referrer_id.is_some() {
        lines.extend(calculated(frame, row, terms));
    }
    lines.extend(row.reason.map(|reason| wording::reason(frame, reason)));
    lines.extend(row.note.as_deref().map(|note| frame.tell("sales-step-note", &[("note", note)])));
    Step::new(frame, row.created_at, title, lines).by(frame, &row.actor)
}

/// What pointed to the referrer.
fn found(frame: &Frame, row: &VerdictRow, terms: &Terms, evidence: Evidence) -> String {
    let inputs = &row.inputs.0;
    let since = match evidence {
        Evidence::Referral => inputs.referral.as_ref().map(|known| known.since),
        Evidence::Introduction => inputs.introduction.as_ref().map(|known| known.since),
        _ => None,
    };
    let day = since.map(|at| frame.day(&at)).unwrap_or_default();
    let (code, days) = (row.code.clone().unwrap_or_default(), terms.window_days.to_string());
    let key = format!("sales-found-{}", evidence.as_db());
    frame.tell(&key, &[("code", &code), ("day", &day), ("days", &days)])
}

/// The sum: which rule pays for what, and what that comes to.
fn calculated(frame: &Frame, row: &VerdictRow, terms: &Terms) -> Vec<String> {
    let inputs = &row.inputs.0;
    let money = |amount: i64| frame.amount(&amount, &inputs.currency);
    let plan = plan(terms, inputs.base, inputs.currency, &inputs.goods, inputs.standing.as_ref());
    let mut lines: Vec<String> =
        plan.parts.iter().filter(|part| part.base > 0).map(|part| pays(frame, part, inputs.currency)).collect();
    let sum = plan.owed(0, &[]);
    let version = row.terms_version.to_string();
    let bound = if plan.cap == Some(sum) {
        "sales-calc-cap"
    } else if plan.floor > 0 && plan.floor == sum {
        "sales-calc-floor"
    } else {
        "sales-calc-sum"
    };
    lines.push(frame.tell(bound, &[("amount", &money(sum)), ("version", &version)]));
    if let Some((deal, amount)) = plan.bonus.filter(|_| row.kind == VerdictKind::Attributed) {
        lines.push(frame.tell("sales-calc-bonus", &[("deal", &deal.to_string()), ("amount", &money(amount))]));
    }
    let saved = friend_discount(terms, inputs, &verdict(row));
    if saved > 0 {
        lines.push(frame.tell("sales-calc-friend", &[("amount", &money(saved))]));
    }
    lines
}

fn pays(frame: &Frame, part: &Part<'_>, currency: Currency) -> String {
    let base = frame.amount(&part.base, &currency);
    let rule = part.rule.map_or_else(String::new, |name| format!(" ({name})"));
    let pays = match part.pays {
        CommissionRule::Percent { rate } => frame.locale.share(*rate),
        CommissionRule::Flat { amounts } => frame.amount(&amounts.get(&currency).copied().unwrap_or(0), &currency),
    };
    frame.tell("sales-calc-part", &[("pays", &pays), ("base", &base), ("rule", &rule)])
}

fn refunded(frame: &Frame, known: &Known, row: &RefundRow) -> Step {
    let currency = known.line.view.sale.currency.unwrap_or(frame.currency);
    let content = &row.content.0;
    let title = match content.amount {
        Some(amount) => frame.tell("sales-step-refund", &[("amount", &frame.amount(&amount, &currency))]),
        None if content.lines.is_empty() => frame.say("sales-step-refund-all"),
        None => frame.say("sales-step-refund-lines"),
    };
    let effects = known.change_by(row.id.uuid()).filter(|change| change.amount != 0);
    let lines = effects.map(|change| frame.tell("sales-step-change", &[("amount", &frame.amount(&change.amount, &currency))]));
    let mut lines: Vec<String> = lines.collect();
    lines.push(frame.tell("sales-step-refund-number", &[("number", &row.refund_id)]));
    Step::new(frame, row.created_at, title, lines)
}

/// A change of the commission that no refund made.
fn changed(frame: &Frame, known: &Known, change: &ChangeRow) -> Option<Step> {
    let currency = known.line.view.sale.currency?;
    let why = match change.cause {
        ChangeCause::Cancel => frame.say("sales-step-change-cancel"),
        ChangeCause::Revision => frame.say("sales-step-change-revision"),
        ChangeCause::Decision => frame.say("sales-step-change-decision"),
        ChangeCause::Refund => return None,
    };
    let title = frame.tell("sales-step-change", &[("amount", &frame.amount(&change.amount, &currency))]);
    Some(Step::new(frame, change.created_at, title, vec![why]))
}

/// The hold: until when it lasts, or when it ended.
fn held(frame: &Frame, known: &Known) -> Option<Step> {
    let row = known.line.view.commission.as_ref()?;
    let amount = frame.amount(&row.net, &row.currency);
    match (row.approved_at, row.status) {
        (Some(at), _) => Some(Step::new(frame, at, frame.tell("sales-step-ready", &[("amount", &amount)]), Vec::new())),
        (None, CommissionStatus::Pending) => {
            let title = frame.tell("sales-step-hold", &[("amount", &amount), ("day", &frame.day(&row.due_at))]);
            Some(Step::new(frame, row.due_at, title, vec![frame.say("sales-step-hold-why")]))
        }
        _ => None,
    }
}

fn paid(frame: &Frame, payout: &Payout) -> Vec<Step> {
    let amount = frame.amount(&payout.amount, &payout.currency);
    let title = frame.tell("sales-step-payout", &[("amount", &amount)]);
    let mut steps = vec![Step::new(frame, payout.created_at, title, Vec::new())];
    if let Some(at) = payout.approved_at {
        steps.push(Step::new(frame, at, frame.say("sales-step-payout-approved"), Vec::new()));
    }
    if let (Some(at), PayoutStatus::Paid) = (payout.settled_at, payout.status) {
        let reference = payout.reference.as_deref().map(|text| frame.tell("sales-step-reference", &[("reference", text)]));
        let title = frame.tell("sales-step-payout-paid", &[("amount", &amount)]);
        steps.push(Step::new(frame, at, title, reference.into_iter().collect()));
    }
    steps
}

/// The latest verdict in one sentence.
pub(super) fn in_a_sentence(frame: &Frame, known: &Known) -> String {
    let Some(row) = known.verdicts.last() else { return frame.say("sales-verdict-none") };
    let who = known.name(frame, row.referrer_id);
    let why = row.reason.map(|reason: Reason| wording::reason(frame, reason)).unwrap_or_default();
    let terms = known.program.terms(row.terms_version);
    let found = row.evidence.map(|evidence| found(frame, row, terms, evidence)).unwrap_or_default();
    let commission = known.line.view.commission.as_ref();
    let amount = commission.map(|row| frame.amount(&row.net, &row.currency)).unwrap_or_default();
    match row.kind {
        VerdictKind::Attributed => frame.tell("sales-verdict-earned", &[("who", &who), ("amount", &amount), ("found", &found)]),
        VerdictKind::Held if row.referrer_id.is_some() => {
            frame.tell("sales-verdict-held-for", &[("who", &who), ("amount", &amount), ("why", &why)])
        }
        VerdictKind::Held => frame.tell("sales-verdict-held", &[("why", &why)]),
        VerdictKind::Unattributed => frame.tell("sales-verdict-nobody", &[("why", &why)]),
    }
}
