//! Batches as the API shows them: what they come to, whom they leave out, and how they differ from the last.

use std::collections::BTreeMap;

use serde::Serialize;

use super::payout_view::ShownPayout;
use crate::db::payout_batches::{self, Batch, Total};
use crate::db::payouts::{self, Payout, Wanted};
use crate::db::{Conn, DbResult};
use crate::domain::id::{BatchId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::{Currency, Money};
use crate::domain::payout::{BatchStatus, NotPaid, NotPaidReason, PayoutStatus, Rail};
use crate::operations::settle_payout::{Outcome, Settled};

/// Payouts and people left out that an answer holds itself; of larger batches they are lists of their own.
const SHOWN_MAX: i64 = 1_000;

/// People named as new or missing; their number is told whatever it is.
const NAMED_MAX: usize = 100;

/// Everything an answer about one batch is made of.
pub(super) struct BatchView {
    batch: Batch,
    totals: Vec<Total>,
    payouts: Vec<Payout>,
    not_paid: Vec<NotPaid>,
    not_paid_count: i64,
    difference: Option<ShownDifference>,
}

#[derive(Debug, Serialize)]
pub(super) struct ShownBatch {
    id: BatchId,
    status: BatchStatus,
    cutoff: Instant,
    sweep: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_for: Option<String>,
    totals: Vec<ShownTotal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<ShownDifference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payouts: Option<Vec<ShownPayout>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_paid: Option<Vec<ShownNotPaid>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_paid_count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Vec<ShownSettlement>>,
    prepared_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_at: Option<Instant>,
}

#[derive(Debug, Serialize)]
struct ShownTotal {
    rail: Rail,
    status: PayoutStatus,
    payouts: i64,
    amount: Money,
}

#[derive(Debug, Serialize)]
pub(super) struct ShownNotPaid {
    referrer_id: ReferrerId,
    amount: Money,
    reason: NotPaidReason,
    since: Instant,
}

/// What is other than in the batch before.
#[derive(Debug, Serialize)]
pub(in crate::http) struct ShownDifference {
    pub(in crate::http) batch_id: BatchId,
    pub(in crate::http) totals: Vec<ShownShift>,
    pub(in crate::http) new: ShownPeople,
    pub(in crate::http) missing: ShownPeople,
}

#[derive(Debug, Serialize)]
pub(in crate::http) struct ShownShift {
    pub(in crate::http) currency: Currency,
    pub(in crate::http) rail: Rail,
    pub(in crate::http) payouts: i64,
    pub(in crate::http) payouts_before: i64,
    pub(in crate::http) amount: i64,
    pub(in crate::http) amount_before: i64,
}

#[derive(Debug, Serialize)]
pub(in crate::http) struct ShownPeople {
    pub(in crate::http) count: usize,
    pub(in crate::http) referrer_ids: Vec<ReferrerId>,
}

#[derive(Debug, Serialize)]
pub(super) struct ShownSettlement {
    payout_id: PayoutId,
    outcome: ShownOutcome,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum ShownOutcome {
    Settled,
    Unchanged,
    Refused,
}

impl BatchView {
    /// Reads what there is to show of a batch; none if there is no such batch.
    pub(super) fn read(conn: &mut Conn<'_>, id: BatchId) -> DbResult<Option<Self>> {
        let Some(batch) = payout_batches::find(conn, id)? else { return Ok(None) };
        let totals = payout_batches::totals(conn, &[id])?;
        let wanted = Wanted { batch_id: Some(id), ..Wanted::default() };
        let few = totals.iter().map(|total| total.payouts).sum::<i64>() <= SHOWN_MAX;
        let payouts = if few { payouts::list(conn, wanted, SHOWN_MAX)? } else { Vec::new() };
        let not_paid = payout_batches::left_out(conn, id, None, SHOWN_MAX)?;
        let not_paid_count = payout_batches::count_left_out(conn, id)?;
        let difference = match payout_batches::before(conn, id)? {
            Some(before) => Some(difference(conn, &totals, id, before)?),
            None => None,
        };
        Ok(Some(Self { batch, totals, payouts, not_paid, not_paid_count, difference }))
    }
}

/// How a batch with these totals differs from the one before it.
pub(in crate::http) fn difference(
    conn: &mut Conn<'_>,
    totals: &[Total],
    id: BatchId,
    before: BatchId,
) -> DbResult<ShownDifference> {
    let mut shifts: BTreeMap<(Currency, Rail), ShownShift> = BTreeMap::new();
    let empty = |total: &Total| {
        let (currency, rail) = (total.currency, total.rail);
        ShownShift { currency, rail, payouts: 0, payouts_before: 0, amount: 0, amount_before: 0 }
    };
    for total in totals {
        let shift = shifts.entry((total.currency, total.rail)).or_insert_with(|| empty(total));
        shift.payouts += total.payouts;
        shift.amount += total.amount;
    }
    for total in payout_batches::totals(conn, &[before])? {
        let shift = shifts.entry((total.currency, total.rail)).or_insert_with(|| empty(&total));
        shift.payouts_before += total.payouts;
        shift.amount_before += total.amount;
    }
    let (now, then) = (payouts::referrers_of(conn, id)?, payouts::referrers_of(conn, before)?);
    Ok(ShownDifference {
        batch_id: before,
        totals: shifts.into_values().collect(),
        new: ShownPeople::only_in(&now, &then),
        missing: ShownPeople::only_in(&then, &now),
    })
}

impl ShownPeople {
    /// Those of `one`, ascending, who are not in `other`, ascending.
    fn only_in(one: &[ReferrerId], other: &[ReferrerId]) -> Self {
        let mut only = one.iter().filter(|id| other.binary_search(id).is_err());
        let referrer_ids: Vec<ReferrerId> = only.by_ref().take(NAMED_MAX).copied().collect();
        Self { count: referrer_ids.len() + only.count(), referrer_ids }
    }
}

impl From<BatchView> for ShownBatch {
    fn from(view: BatchView) -> Self {
        let BatchView { batch, totals, payouts, not_paid, not_paid_count, difference } = view;
        let few = i64::try_from(payouts.len()).ok() == Some(totals.iter().map(|total| total.payouts).sum::<i64>());
        Self {
            difference,
            payouts: few.then(|| payouts.into_iter().map(ShownPayout::from).collect()),
            not_paid: Some(not_paid.into_iter().map(ShownNotPaid::from).collect()),
            not_paid_count: Some(not_paid_count),
            ..Self::head(batch, &totals)
        }
    }
}

impl ShownBatch {
    /// A batch in a list: its sums only.
    pub(super) fn head(row: Batch, totals: &[Total]) -> Self {
        let own = totals.iter().filter(|total| total.batch_id == row.id);
        let total = |total: &Total| ShownTotal {
            rail: total.rail,
            status: total.status,
            payouts: total.payouts,
            amount: Money { amount: total.amount, currency: total.currency },
        };
        Self {
            id: row.id,
            status: row.status,
            cutoff: row.cutoff,
            sweep: row.sweep,
            scheduled_for: row.scheduled_for,
            totals: own.map(total).collect(),
            difference: None,
            payouts: None,
            not_paid: None,
            not_paid_count: None,
            results: None,
            prepared_by: row.prepared_by,
            approved_by: row.approved_by,
            hash: row.hash,
            created_at: row.created_at,
            approved_at: row.approved_at,
        }
    }

    pub(super) fn with_results(self, results: Vec<ShownSettlement>) -> Self {
        Self { results: Some(results), ..self }
    }
}

impl From<NotPaid> for ShownNotPaid {
    fn from(one: NotPaid) -> Self {
        Self {
            referrer_id: one.referrer_id,
            amount: Money { amount: one.amount, currency: one.currency },
            reason: one.reason,
            since: one.since,
        }
    }
}

impl From<&Settled> for ShownSettlement {
    fn from(settled: &Settled) -> Self {
        let outcome = match settled.outcome {
            Outcome::Settled => ShownOutcome::Settled,
            Outcome::Unchanged => ShownOutcome::Unchanged,
            Outcome::Refused => ShownOutcome::Refused,
        };
        Self { payout_id: settled.payout.id, outcome }
    }
}
