//! One card per decision: what it is about, why it waits, and what speaks for and against it, in words.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use uuid::Uuid;

use super::naming::Names;
use super::wording;
use crate::db::bounces::Unreachable;
use crate::db::claims::Claim;
use crate::db::joins::Join;
use crate::db::merges::Proposal;
use crate::db::payouts::Payout;
use crate::db::sales::SaleRow;
use crate::db::{Conn, DbResult, customers, lookups, sale_lists, sales};
use crate::domain::attribution::Reason;
use crate::domain::claim::DeclineReason;
use crate::domain::customer::KeyKind;
use crate::domain::fraud::{Sign, Trace};
use crate::domain::id::{CustomerId, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::money::Money;
use crate::http::pages::frame::Frame;
use crate::operations::fold::SaleView;
use crate::operations::list_decisions::{Debt, Decision};

const DAY_SECONDS: i64 = 86_400;

/// The fixed reasons for which a claim is declined.
pub(super) const DECLINES: [DeclineReason; 6] = [
    DeclineReason::NotConfirmed,
    DeclineReason::NotANewCustomer,
    DeclineReason::AnotherIntroduced,
    DeclineReason::OwnPurchase,
    DeclineReason::OrderReturned,
    DeclineReason::TooLate,
];

/// A card.
#[derive(Debug, Clone, Default)]
pub(super) struct Card {
    pub(super) id: Uuid,
    /// About what it is, as `DeskDecision::kind` names it.
    pub(super) kind: &'static str,
    pub(super) title: String,
    pub(super) why: String,
    pub(super) facts: Vec<String>,
    /// Where to look closer: what it is called, and its path.
    pub(super) links: Vec<(String, String)>,
    pub(super) age: String,
    /// Why the last decision could not be carried out.
    pub(super) refusal: Option<String>,
    /// Whether somebody is named to whom it could be given.
    pub(super) can_release: bool,
    /// Whether the order it is about must still be named.
    pub(super) needs_order: bool,
    pub(super) declines: Vec<(&'static str, String)>,
    /// What was entered.
    pub(super) entered: Entered,
}

/// What somebody entered on a card.
#[derive(Debug, Clone, Default)]
pub(super) struct Entered {
    pub(super) who: String,
    pub(super) order: String,
    pub(super) note: String,
    pub(super) email: String,
}

/// What cards say beyond the decisions themselves.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    names: Names,
    /// What buyers answered to "who sent you?".
    hints: HashMap<SaleId, String>,
    /// The orders that claims name, by claim.
    claimed: HashMap<Uuid, SaleRow>,
    /// How many orders customers have.
    orders: HashMap<CustomerId, i64>,
    /// The addresses that letters come back from.
    addresses: HashMap<CustomerId, Vec<String>>,
}

impl Context {
    /// Reads what the cards of these decisions say.
    pub(super) fn read(conn: &mut Conn<'_>, decisions: &[Decision]) -> DbResult<Self> {
        let mut context = Self::default();
        let (mut referrers, mut people): (BTreeSet<ReferrerId>, BTreeSet<CustomerId>) = Default::default();
        let (mut held, mut pairs) = (Vec::new(), Vec::new());
        for decision in decisions {
            match decision {
                Decision::Sale(view, ..) => {
                    held.push(view.sale.id);
                    referrers.extend(view.verdict.as_ref().and_then(|verdict| verdict.referrer_id));
                    people.extend(view.sale.customer_id);
                }
                Decision::Claim(claim) => {
                    referrers.insert(claim.referrer_id);
                    if let Some(sale) = claimed_sale(conn, claim)? {
                        referrers.extend(sale.referrer_id);
                        people.extend(sale.customer_id);
                        context.claimed.insert(claim.id.uuid(), sale);
                    }
                }
                Decision::Merge(pair) => {
                    pairs.extend([pair.kept_id, pair.other_id]);
                    people.extend([pair.kept_id, pair.other_id]);
                }
                Decision::Payout(payout) => referrers.extend([payout.referrer_id]),
                Decision::WriteOff(debt) => referrers.extend([debt.referrer_id]),
                Decision::Join(join) => people.extend([join.customer_id]),
                Decision::Unreachable(one) => {
                    referrers.insert(one.referrer_id);
                    let keys = customers::keys_of(conn, &[one.customer_id])?.into_iter();
                    let dead = keys.filter(|key| key.kind == KeyKind::Email).map(|key| key.shown).collect();
                    context.addresses.insert(one.customer_id, dead);
                }
            }
        }
        for hint in sales::hints_of(conn, &held)? {
            context.hints.insert(hint.sale_id, hint.value);
        }
        let counted = lookups::orders_counted(conn, &pairs)?;
        context.orders = counted.into_iter().filter_map(|(id, count)| Some((id?, count))).collect();
        context.names = Names::read(conn, &referrers, &people)?;
        Ok(context)
    }

    fn referrer(&self, frame: &Frame, id: ReferrerId) -> String {
        self.names.referrer(frame, id)
    }
}

/// The order that a claim names, if it was reported.
pub(super) fn claimed_sale(conn: &mut Conn<'_>, claim: &Claim) -> DbResult<Option<SaleRow>> {
    let Some(number) = &claim.order_id else { return Ok(None) };
    let found = sale_lists::of_orders(conn, &claim.source, &[number])?;
    Ok(found.into_iter().find(|row| row.version.is_some()))
}

impl Card {
    /// The card of `decision`.
    pub(super) fn of(frame: &Frame, decision: &Decision, context: &Context, now: Instant) -> Self {
        let (card, since) = match decision {
            Decision::Sale(view, signs, traces) => (sale(frame, view, signs, traces, context), view.sale.created_at),
            Decision::Claim(one) => (claim(frame, one, context), one.created_at),
            Decision::Merge(pair) => (merge(frame, pair, context), pair.created_at),
            Decision::Payout(one) => (payout(frame, one, context), one.created_at),
            Decision::WriteOff(one) => (debt(frame, one, context), one.since),
            Decision::Join(one) => (join(frame, one, context), one.created_at),
            Decision::Unreachable(one) => (unreachable(frame, one, context), one.since),
        };
        let days = (now.seconds() - since.seconds()).max(0) / DAY_SECONDS;
        Self { id: decision.id(), age: frame.count("decide-age", days, &[("day", &frame.day(&since))]), ..card }
    }

    /// Whether it is about that.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// The same, whose last decision could not be carried out.
    pub(super) fn refused(mut self, frame: &Frame, why: &str) -> Self {
        let key = format!("decide-refused-{why}");
        let known = crate::http::pages::words::knows(&key);
        let said = if known { frame.say(&key) } else { frame.say(&format!("sales-reason-{why}")) };
        self.refusal = Some(frame.tell("decide-refused", &[("why", &said)]));
        self
    }
}

fn sale(frame: &Frame, view: &SaleView, signs: &[Sign], traces: &[Trace], context: &Context) -> Card {
    let row = &view.sale;
    let verdict = view.verdict.as_ref();
    let referrer = verdict.and_then(|verdict| verdict.referrer_id);
    let mut facts = Vec::new();
    if let Some(buyer) = row.customer_id {
        facts.push(frame.tell("decide-sale-buyer", &[("who", &context.names.customer(frame, buyer))]));
    }
    if let Some(named) = context.hints.get(&row.id) {
        facts.push(frame.tell("decide-sale-hint", &[("who", named)]));
    }
    if let (Some(id), Some(commission)) = (referrer, &view.commission) {
        let amount = frame.money(&Money { amount: commission.net, currency: commission.currency });
        let who = context.referrer(frame, id);
        let until = frame.day(&commission.due_at);
        facts.push(frame.tell("decide-sale-earns", &[("who", &who), ("amount", &amount), ("day", &until)]));
    }
    if let Some(evidence) = verdict.and_then(|verdict| verdict.evidence) {
        facts.push(frame.tell("decide-sale-evidence", &[("evidence", &wording::evidence(frame, evidence))]));
    }
    facts.extend(signs.iter().map(|sign| frame.say(&format!("decide-sign-{}", word(sign)))));
    facts.extend(traces.iter().filter(|trace| Some(trace.referrer_id) == referrer).flat_map(|trace| counted(frame, trace)));
    let reason = row.verdict_reason.unwrap_or(Reason::NeedsMatch);
    let key = format!("decide-held-{}", reason.as_db());
    let why = if crate::http::pages::words::knows(&key) { frame.say(&key) } else { wording::reason(frame, reason) };
    let mut links = vec![(frame.say("decide-sale-link"), format!("/desk/sales/{}", row.id))];
    links.extend(referrer.map(|id| (context.referrer(frame, id), format!("/desk/referrers/{id}"))));
    let title = order(frame, "decide-sale-title", row);
    Card { kind: "sale", title, why, facts, links, can_release: referrer.is_some(), ..Card::default() }
}

/// How many others, where a sign is a number.
fn counted(frame: &Frame, trace: &Trace) -> Vec<String> {
    let counts = [
        ("decide-trace-payment", trace.payment_sharers),
        ("decide-trace-hour", trace.recent_orders),
        ("decide-trace-network", trace.block_orders),
    ];
    counts.into_iter().filter(|(_, count)| *count > 0).map(|(key, count)| frame.count(key, count, &[])).collect()
}

fn claim(frame: &Frame, claim: &Claim, context: &Context) -> Card {
    let who = context.referrer(frame, claim.referrer_id);
    let mut facts = Vec::new();
    let mut links = vec![(who.clone(), format!("/desk/referrers/{}", claim.referrer_id))];
    match (&claim.order_id, &claim.friend) {
        (Some(number), _) => facts.push(frame.tell("decide-claim-order", &[("order", number)])),
        (None, Some(friend)) => {
            let day = claim.bought_on.as_deref().unwrap_or_default();
            let day = day.parse().map_or_else(|_| day.to_owned(), |date| frame.date(&date));
            facts.push(frame.tell("decide-claim-friend", &[("friend", friend), ("day", &day)]));
        }
        (None, None) => {}
    }
    let found = context.claimed.get(&claim.id.uuid());
    match found {
        Some(row) => {
            facts.push(order(frame, "decide-claim-found", row));
            if let Some(buyer) = row.customer_id {
                facts.push(frame.tell("decide-sale-buyer", &[("who", &context.names.customer(frame, buyer))]));
            }
            match (row.referrer_id, row.verdict_reason) {
                (Some(other), None) => {
                    facts.push(frame.tell("decide-claim-credited", &[("who", &context.referrer(frame, other))]));
                }
                (_, Some(reason)) => {
                    facts.push(frame.tell("decide-claim-stands", &[("why", &wording::reason(frame, reason))]));
                }
                (None, None) => {}
            }
            links.push((frame.say("decide-sale-link"), format!("/desk/sales/{}", row.id)));
        }
        None if claim.order_id.is_some() => facts.push(frame.say("decide-claim-no-order")),
        None => {}
    }
    facts.push(frame.tell("decide-claim-until", &[("day", &frame.day(&claim.decide_by))]));
    Card {
        kind: "claim",
        title: frame.tell("decide-claim-title", &[("who", &who)]),
        why: frame.say("decide-claim-why"),
        facts,
        links,
        needs_order: found.is_none(),
        declines: DECLINES.map(|reason| (reason.name(), frame.say(&format!("decide-decline-{}", reason.name())))).to_vec(),
        ..Card::default()
    }
}

fn merge(frame: &Frame, pair: &Proposal, context: &Context) -> Card {
    let entry = |id: CustomerId| {
        let orders = context.orders.get(&id).copied().unwrap_or(0);
        frame.count("decide-merge-entry", orders, &[("who", &context.names.customer(frame, id))])
    };
    let link = |id: CustomerId| (context.names.customer(frame, id), format!("/desk/customers/{id}"));
    Card {
        kind: "merge",
        title: frame.say("decide-merge-title"),
        why: frame.say("decide-merge-why"),
        facts: vec![entry(pair.kept_id), entry(pair.other_id)],
        links: vec![link(pair.kept_id), link(pair.other_id)],
        ..Card::default()
    }
}

fn payout(frame: &Frame, payout: &Payout, context: &Context) -> Card {
    let (who, amount) = (context.referrer(frame, payout.referrer_id), frame.amount(&payout.amount, &payout.currency));
    let account = payout.account.clone().unwrap_or_else(|| payout.rail.name().to_owned());
    Card {
        kind: "payout",
        title: frame.tell("decide-payout-title", &[("amount", &amount), ("who", &who)]),
        why: frame.say("decide-payout-why"),
        facts: vec![frame.tell("decide-payout-account", &[("account", &account)])],
        links: vec![(who, format!("/desk/referrers/{}", payout.referrer_id))],
        ..Card::default()
    }
}

fn debt(frame: &Frame, debt: &Debt, context: &Context) -> Card {
    let (who, amount) = (context.referrer(frame, debt.referrer_id), frame.money(&debt.amount));
    Card {
        kind: "write_off",
        title: frame.tell("decide-debt-title", &[("amount", &amount), ("who", &who)]),
        why: frame.tell("decide-debt-why", &[("day", &frame.day(&debt.since))]),
        links: vec![(who, format!("/desk/referrers/{}", debt.referrer_id))],
        ..Card::default()
    }
}

fn join(frame: &Frame, join: &Join, context: &Context) -> Card {
    let who = context.names.customer(frame, join.customer_id);
    Card {
        kind: "join",
        title: frame.tell("decide-join-title", &[("who", &who)]),
        why: frame.say("decide-join-why"),
        facts: vec![frame.tell("decide-join-terms", &[("version", &frame.number(&join.terms_version))])],
        links: vec![(who, format!("/desk/customers/{}", join.customer_id))],
        ..Card::default()
    }
}

fn unreachable(frame: &Frame, one: &Unreachable, context: &Context) -> Card {
    let who = context.referrer(frame, one.referrer_id);
    let dead = context.addresses.get(&one.customer_id).map(|all| all.join(", ")).unwrap_or_default();
    Card {
        kind: "unreachable",
        title: frame.tell("decide-unreachable-title", &[("who", &who)]),
        why: frame.say("decide-unreachable-why"),
        facts: vec![frame.tell("decide-unreachable-addresses", &[("addresses", &dead)])],
        links: vec![(who, format!("/desk/referrers/{}", one.referrer_id))],
        ..Card::default()
    }
}

/// An order's number, sum and day in the text `key`.
fn order(frame: &Frame, key: &str, row: &SaleRow) -> String {
    let amount = row.currency.map_or_else(String::new, |currency| frame.amount(&row.total, &currency));
    frame.tell(key, &[("order", &row.order_id), ("amount", &amount), ("day", &frame.day(&row.occurred_at))])
}

/// The word that stands for a value in the API.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
