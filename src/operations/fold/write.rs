//! The events of a slice, and the rows they leave: each table is written once, parents first.

use std::collections::{BTreeMap, BTreeSet};

use super::Fold;
use super::state::{OrderState, RefundState, Revision, rows};
use crate::db::columns::Together;
use crate::db::commissions::{self, ChangeRow, CommissionRow, ReferralRow, RefundRow};
use crate::db::ledger::{self, Transfer};
use crate::db::outbox::{self, Mail, NewEvent};
use crate::db::referrers::Referrer;
use crate::db::sales::{self, HintRow, LineRow, RevisionRow, SaleRow, VerdictRow};
use crate::db::signals::{self, SignalRow};
use crate::db::types::Json;
use crate::db::{DbResult, Tx, customers};
use crate::domain::customer::CustomerFacts;
use crate::domain::id::{CommissionId, CustomerId, ReferralId, RefundId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::refund::RefundContent;
use crate::domain::sale::{OrderKey, SaleStatus};

/// Rows to be written when the slice is folded.
#[derive(Default)]
pub(super) struct Writes {
    pub(super) revisions: Vec<RevisionRow>,
    pub(super) lines: Vec<LineRow>,
    pub(super) hints: Vec<HintRow>,
    pub(super) signals: Vec<SignalRow>,
    pub(super) verdicts: Vec<VerdictRow>,
    pub(super) refunds: Vec<RefundRow>,
    pub(super) referrers: Vec<Referrer>,
    pub(super) referrals: Vec<ReferralRow>,
    pub(super) ended_referrals: Vec<ReferralId>,
    pub(super) new_commissions: Vec<CommissionRow>,
    pub(super) commissions: BTreeMap<CommissionId, CommissionRow>,
    pub(super) changes: Vec<ChangeRow>,
    pub(super) transfers: Vec<Transfer>,
    pub(super) mails: Vec<Mail>,
    pub(super) events: Vec<NewEvent>,
    histories: BTreeSet<(CustomerId, Instant)>,
}

impl Writes {
    /// Ends a referral; one made in this very slice is not written at all.
    pub(super) fn end_referral(&mut self, id: Option<ReferralId>) {
        let Some(id) = id else { return };
        let before = self.referrals.len();
        self.referrals.retain(|row| row.id != id);
        if self.referrals.len() == before {
            self.ended_referrals.push(id);
        }
    }
}

impl Fold {
    /// The order of this key, if it is known.
    #[must_use]
    pub fn find(&self, key: &OrderKey) -> Option<SaleId> {
        self.by_key.get(key).copied()
    }

    /// An order of the slice.
    #[must_use]
    pub fn order(&self, id: SaleId) -> Option<&OrderState> {
        self.orders.get(&id)
    }

    /// Adds the anchor of an order nobody has heard of.
    pub fn begin(&mut self, key: &OrderKey) -> SaleId {
        let sale = SaleRow::anchor(key, self.now);
        let id = sale.id;
        self.by_key.insert(key.clone(), id);
        self.orders.insert(id, OrderState::new(sale, true));
        id
    }

    /// Changes the anchor of an order.
    pub fn amend(&mut self, id: SaleId, change: impl FnOnce(&mut SaleRow)) {
        if let Some(order) = self.orders.get_mut(&id) {
            change(&mut order.sale);
            order.changed = true;
        }
    }

    /// Adds a report of the order's content.
    pub fn add_revision(&mut self, id: SaleId, version: i64, revision: Revision) {
        let (row, lines, hint) = rows(id, version, &revision, self.now);
        self.out.revisions.push(row);
        self.out.lines.extend(lines);
        self.out.hints.extend(hint);
        if let Some(order) = self.orders.get_mut(&id) {
            order.revisions.insert(version, revision);
        }
    }

    /// Adds a refund of the order.
    pub fn add_refund(&mut self, id: SaleId, source: &str, refund_id: &str, content: &RefundContent) -> RefundId {
        let refund = RefundId::new(self.now);
        self.out.refunds.push(RefundRow {
            id: refund,
            source: source.to_owned(),
            refund_id: refund_id.to_owned(),
            sale_id: id,
            content: Json(content.clone()),
            created_at: self.now,
        });
        if let Some(order) = self.orders.get_mut(&id) {
            order.refunds.push(RefundState { id: refund, content: content.clone() });
        }
        refund
    }

    /// Moves the order forward; returns whether it moved. A later move to paid counts from now.
    pub fn advance(&mut self, id: SaleId, status: SaleStatus, paid_at: Option<Instant>) -> bool {
        let Some(order) = self.orders.get_mut(&id).filter(|order| order.sale.status < status) else { return false };
        let reported = !order.revisions.is_empty();
        order.sale.status = status;
        order.changed = true;
        if status == SaleStatus::Paid && order.sale.paid_at.is_none() {
            order.sale.paid_at = paid_at.or_else(|| reported.then_some(self.now));
        }
        true
    }

    /// Adds what a report says of a customer's past.
    pub fn learn(&mut self, customer: Option<CustomerId>, facts: Option<&CustomerFacts>) {
        if let (Some(customer), Some(facts)) = (customer, facts) {
            self.watch.meet(customer, facts);
            self.customers.entry(customer).or_default().past.learn(facts);
        }
    }

    /// Notes that the shop sold to the customer in the past.
    pub fn remember(&mut self, customer: CustomerId, at: Instant) {
        let standing = self.customers.entry(customer).or_default();
        standing.history_since = [standing.history_since, Some(at)].into_iter().flatten().min();
        self.out.histories.insert((customer, at));
    }

    /// Who a customer turned out to be.
    pub(super) fn person(&self, id: CustomerId) -> CustomerId {
        self.survivors.get(&id).copied().unwrap_or(id)
    }

    /// Writes everything: first what ends or changes, then what is new, all in one go.
    ///
    /// # Errors
    /// `lost_race` when another process was first with an order, a refund or a referrer; else what
    /// the database reports.
    pub fn finish(self, tx: &mut Tx<'_>) -> DbResult<()> {
        let Self { now, orders, mut out, .. } = self;
        let (fresh, known): (Vec<OrderState>, Vec<OrderState>) = orders.into_values().partition(|order| order.is_new);
        let mut fresh: Vec<SaleRow> = fresh.into_iter().map(|order| order.sale).collect();
        sales::sort(&mut fresh);
        signals::sort(&mut out.signals);
        RefundRow::sort(&mut out.refunds);
        // A freed place is written before a taken one: a customer has one.
        let (mut known, taking): (Vec<_>, Vec<_>) =
            known.into_iter().filter(|order| order.changed).partition(|order| !order.sale.holds_place);
        known.extend(taking);
        for order in &known {
            sales::update(tx, &order.sale)?;
        }
        customers::remember_history(tx, &out.histories)?;
        commissions::end_referrals(tx, &out.ended_referrals, now)?;
        let accrued = update_commissions(tx, out.new_commissions, out.commissions)?;
        let moved = ledger::movements(&mut out.transfers);

        let mut together = Together::default();
        together.add(&fresh).add(&out.referrers).add(&out.refunds);
        together.add(&out.revisions).add(&out.lines).add(&out.hints).add(&out.verdicts);
        together.add_if_free(&out.signals);
        together.add(&out.referrals).add(&accrued).add(&out.changes).add(&out.transfers).add(&moved);
        outbox::write_and_tell(tx, together, &out.events, out.mails, now)
    }
}

/// Writes back the commissions that changed; returns the new ones as they ended up. One that ends is
/// written before the one that replaces it: a sale has one live commission.
fn update_commissions(
    tx: &mut Tx<'_>,
    mut fresh: Vec<CommissionRow>,
    mut changed: BTreeMap<CommissionId, CommissionRow>,
) -> DbResult<Vec<CommissionRow>> {
    for row in &mut fresh {
        if let Some(last) = changed.remove(&row.id) {
            *row = last;
        }
    }
    for row in changed.values() {
        commissions::update(tx, row)?;
    }
    fresh.sort_by_key(|row| (row.live, row.id));
    Ok(fresh)
}
