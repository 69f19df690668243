//! What the orders of a slice have in common with those who would earn them. Read for the whole slice
//! at once, and only what a rule asks for and an order gives cause to: an order without evidence costs
//! nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Fold;
use super::state::{Evidence, OrderState};
use crate::db::signals::{self, Shared, SignalRow};
use crate::db::terms::Program;
use crate::db::{DbResult, Tx, customers, payout_methods};
use crate::domain::attribution::{Inputs, Verdict};
use crate::domain::customer::{CustomerFacts, CustomerKey, KeyKind};
use crate::domain::fraud::{DAY_SECONDS, HOUR_SECONDS, Trace, is_disposable, same_contact};
use crate::domain::id::{CustomerId, Mark, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::program::in_force_since;
use crate::domain::signal::{Signal, SignalKind};
use crate::operations::resolve_customers::People;

/// Everything a suspicion rests on.
#[derive(Default)]
pub(super) struct Watch {
    contacts: HashMap<CustomerId, Vec<CustomerKey>>,
    credited: HashMap<ReferrerId, i64>,
    shared: HashMap<(SignalKind, Mark), Vec<Shared>>,
    signals: HashMap<SaleId, Vec<Signal>>,
    /// Other referrers, as customers, who are paid into the same account.
    accounts: HashMap<ReferrerId, Vec<CustomerId>>,
}

impl Watch {
    /// Reads what the slice needs, the earliest of whose orders was placed at `earliest`; `earners` are
    /// those whom its codes, clicks, names and introductions point to, with the customers they are.
    pub(super) fn read(
        tx: &mut Tx<'_>,
        program: &Program,
        people: &People,
        reported: &[Evidence<'_>],
        earners: &BTreeMap<ReferrerId, CustomerId>,
        earliest: Instant,
        now: Instant,
    ) -> DbResult<Self> {
        let mut watch = Self::default();
        if earners.is_empty() {
            return Ok(watch);
        }
        // An order is looked at under the terms in force when it was placed.
        let rules = || in_force_since(&program.versions, earliest).map(|version| &version.terms.fraud);
        if rules().any(|rules| rules.similar_contact || rules.disposable_mail) {
            // What a new customer is known by stands in his report.
            let known = people.rows.keys().filter(|id| !people.created.contains(id));
            let ids: BTreeSet<CustomerId> = earners.values().chain(known).copied().collect();
            let ids: Vec<CustomerId> = ids.into_iter().collect();
            for row in customers::keys_of(tx, &ids)?.into_iter().filter(|row| row.kind != KeyKind::ExternalId) {
                watch.contacts.entry(row.customer_id).or_default().push(row.key());
            }
        }
        if rules().any(|rules| rules.shared_signals) {
            let ids: Vec<ReferrerId> = earners.keys().copied().collect();
            for (earner, customer) in payout_methods::sharers(tx, &ids)? {
                watch.accounts.entry(earner).or_default().push(customer);
            }
        }
        let most = rules().map(|rules| rules.referrer_orders_max).max().unwrap_or(0);
        if most > 0 && !reported.is_empty() {
            let ids: Vec<ReferrerId> = earners.keys().copied().collect();
            watch.credited = signals::credited_since(tx, &ids, now.plus_seconds(-HOUR_SECONDS), most)?.into_iter().collect();
        }
        let marks: BTreeSet<Mark> = reported.iter().flat_map(|evidence| evidence.signals).map(|signal| signal.mark).collect();
        if !marks.is_empty() {
            let marks: Vec<Mark> = marks.into_iter().collect();
            for row in signals::sharing(tx, &marks, now.plus_seconds(-2 * DAY_SECONDS))? {
                watch.shared.entry((row.kind, row.mark)).or_default().push(row);
            }
        }
        Ok(watch)
    }

    fn contacts(&self, of: CustomerId) -> &[CustomerKey] {
        self.contacts.get(&of).map_or(&[], Vec::as_slice)
    }

    fn signals(&self, of: SaleId) -> &[Signal] {
        self.signals.get(&of).map_or(&[], Vec::as_slice)
    }

    /// Adds what a report says of its buyer.
    pub(super) fn meet(&mut self, buyer: CustomerId, facts: &CustomerFacts) {
        let known = self.contacts.entry(buyer).or_default();
        let keys = facts.keys.iter().map(|(key, _)| key).filter(|key| key.kind != KeyKind::ExternalId);
        for key in keys {
            if !known.contains(key) {
                known.push(key.clone());
            }
        }
    }
}

impl Fold {
    /// Notes the signals of a report.
    pub fn mark(&mut self, id: SaleId, signals: &[Signal], at: Instant) {
        self.out.signals.extend(signals.iter().map(|signal| SignalRow { mark: signal.mark, kind: signal.kind, sale_id: id, at }));
        self.watch.signals.entry(id).or_default().extend_from_slice(signals);
    }

    /// Adds to `inputs` what the order has in common with those who would earn it. What was found
    /// when it was judged before stays.
    pub(super) fn look(&self, order: &OrderState, inputs: &mut Inputs) {
        let Some(buyer) = inputs.customer.as_ref().map(|customer| customer.id) else { return };
        let contacts = self.watch.contacts(buyer);
        let before = order.inputs.as_ref();
        inputs.disposable = before.is_some_and(|before| before.disposable)
            || contacts.iter().any(|contact| contact.kind == KeyKind::Email && is_disposable(&contact.value));
        let codes = inputs.codes.iter().flatten().map(|code| code.referrer_id);
        let clicks = inputs.clicks.iter().map(|click| click.link.referrer_id);
        let named = inputs.hint.iter().filter_map(|hint| hint.referrer_id);
        let introduced = inputs.introduction.iter().map(|introduction| introduction.referrer_id);
        let earners: BTreeSet<ReferrerId> = codes.chain(clicks).chain(named).chain(introduced).collect();
        let known = before.map_or(&[][..], |before| &before.traces);
        let mut traces: BTreeMap<ReferrerId, Trace> = known.iter().map(|trace| (trace.referrer_id, trace.clone())).collect();
        for earner in earners {
            let mut trace = self.trace(order, buyer, earner);
            if let Some(earlier) = traces.get(&earner) {
                trace.remember(earlier);
            }
            traces.insert(earner, trace);
        }
        inputs.traces = traces.into_values().filter(|trace| !trace.is_empty()).collect();
    }

    fn trace(&self, order: &OrderState, buyer: CustomerId, earner: ReferrerId) -> Trace {
        let mut trace = Trace::none(earner);
        let Some(owner) = self.evidence.referrer(earner).map(|referrer| self.person(referrer.customer_id)) else { return trace };
        if owner == buyer {
            return trace;
        }
        for contact in self.watch.contacts(buyer) {
            for own in self.watch.contacts(owner) {
                match same_contact(contact, own) {
                    Some(KeyKind::Email) => trace.same_email = true,
                    Some(KeyKind::Phone) => trace.same_phone = true,
                    Some(KeyKind::ExternalId) | None => {}
                }
            }
        }
        let sharers = self.watch.accounts.get(&earner).map_or(&[][..], Vec::as_slice);
        trace.same_account = sharers.iter().any(|other| self.person(*other) == buyer);
        self.trace_signals(order, buyer, owner, &mut trace);
        // An order that is reported late says nothing about the hour in which it is reported.
        let fresh = order.sale.occurred_at >= self.now.plus_seconds(-HOUR_SECONDS);
        if fresh && order.commission.is_none() {
            trace.recent_orders = self.watch.credited.get(&earner).copied().unwrap_or(0);
        }
        trace
    }

    fn trace_signals(&self, order: &OrderState, buyer: CustomerId, owner: CustomerId, trace: &mut Trace) {
        let placed = order.sale.occurred_at;
        for signal in self.watch.signals(order.sale.id) {
            let sharers = self.watch.shared.get(&(signal.kind, signal.mark)).map_or(&[][..], Vec::as_slice);
            let others = sharers.iter().filter(|other| other.sale_id != order.sale.id);
            let mine = |other: &Shared| other.customer_id.map(|id| self.person(id)) == Some(owner);
            let his = |other: &Shared| other.referrer_id == Some(trace.referrer_id);
            match signal.kind {
                SignalKind::Address => trace.same_address |= others.clone().any(mine),
                SignalKind::Payment => {
                    trace.same_payment |= others.clone().any(mine);
                    let strangers: BTreeSet<CustomerId> = others
                        .filter(|other| his(other))
                        .filter_map(|other| other.customer_id.map(|id| self.person(id)))
                        .filter(|other| *other != buyer && *other != owner)
                        .collect();
                    trace.payment_sharers = i64::try_from(strangers.len()).unwrap_or(i64::MAX);
                }
                SignalKind::Block => {
                    let near = |other: &&Shared| other.at <= placed && other.at > placed.plus_seconds(-DAY_SECONDS) && his(other);
                    trace.block_orders = i64::try_from(others.filter(near).count()).unwrap_or(i64::MAX);
                }
            }
        }
    }

    /// Lets the orders that follow in this slice see this one.
    pub(super) fn remember_order(&mut self, order: &OrderState, verdict: &Verdict) {
        let sale = &order.sale;
        if let (Some(earner), None) = (verdict.referrer_id, &order.commission) {
            *self.watch.credited.entry(earner).or_default() += 1;
        }
        let signals = self.watch.signals.get(&sale.id).cloned().unwrap_or_default();
        for Signal { kind, mark } in signals {
            let sharers = self.watch.shared.entry((kind, mark)).or_default();
            sharers.retain(|other| other.sale_id != sale.id);
            sharers.push(Shared {
                mark,
                kind,
                sale_id: sale.id,
                at: sale.occurred_at,
                customer_id: sale.customer_id,
                referrer_id: verdict.referrer_id,
            });
        }
    }
}
