//! Payouts and batches as the API shows them.

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use crate::db::payouts::{Batch, BatchHead, Line, Payout, Total};
use crate::domain::id::{BatchId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::{Currency, Money};
use crate::domain::payout::{BatchStatus, ItemKind, NotPaid, NotPaidReason, PayoutStatus, Rail};
use crate::operations::settle_payout::{Outcome, Settled};

#[derive(Debug, Serialize)]
pub(super) struct ShownPayout {
    id: PayoutId,
    batch_id: BatchId,
    referrer_id: ReferrerId,
    amount: Money,
    rail: Rail,
    status: PayoutStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<ShownLine>>,
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_at: Option<Instant>,
}

#[derive(Debug, Serialize)]
struct ShownLine {
    kind: ItemKind,
    id: Uuid,
    amount: i64,
    released: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct ShownBatch {
    id: BatchId,
    status: BatchStatus,
    cutoff: Instant,
    totals: Vec<ShownTotal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payouts: Option<Vec<ShownPayout>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_paid: Option<Vec<ShownNotPaid>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Vec<ShownSettlement>>,
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_at: Option<Instant>,
}

#[derive(Debug, Serialize)]
struct ShownTotal {
    status: PayoutStatus,
    payouts: i64,
    amount: Money,
}

#[derive(Debug, Serialize)]
struct ShownNotPaid {
    referrer_id: ReferrerId,
    amount: Money,
    reason: NotPaidReason,
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

impl From<Payout> for ShownPayout {
    fn from(row: Payout) -> Self {
        Self {
            id: row.id,
            batch_id: row.batch_id,
            referrer_id: row.referrer_id,
            amount: Money { amount: row.amount, currency: row.currency },
            rail: row.rail,
            status: row.status,
            reference: row.reference,
            reason: row.reason,
            lines: None,
            created_at: row.created_at,
            settled_at: row.settled_at,
        }
    }
}

impl ShownPayout {
    pub(super) fn with_lines(self, lines: Vec<Line>) -> Self {
        let show = |line: Line| ShownLine {
            kind: line.item_kind,
            id: line.item_id.uuid(),
            amount: line.amount,
            released: line.released_at.is_some(),
        };
        Self { lines: Some(lines.into_iter().map(show).collect()), ..self }
    }
}

impl ShownBatch {
    /// A batch with its payouts and everybody left out.
    pub(super) fn whole(batch: Batch, rows: Vec<Payout>) -> Self {
        let mut sums: BTreeMap<(Currency, PayoutStatus), (i64, i64)> = BTreeMap::new();
        for row in &rows {
            let (count, sum) = sums.entry((row.currency, row.status)).or_default();
            *count += 1;
            *sum += row.amount;
        }
        let total = |((currency, status), (payouts, amount))| ShownTotal { status, payouts, amount: Money { amount, currency } };
        let not_paid = |one: NotPaid| ShownNotPaid {
            referrer_id: one.referrer_id,
            amount: Money { amount: one.amount, currency: one.currency },
            reason: one.reason,
        };
        Self {
            id: batch.id,
            status: batch.status,
            cutoff: batch.cutoff,
            totals: sums.into_iter().map(total).collect(),
            payouts: Some(rows.into_iter().map(ShownPayout::from).collect()),
            not_paid: Some(batch.not_paid.0.into_iter().map(not_paid).collect()),
            results: None,
            created_at: batch.created_at,
            approved_at: batch.approved_at,
        }
    }

    /// A batch in a list: its sums only, for it may hold many thousand payouts.
    pub(super) fn head(head: BatchHead, totals: &[Total]) -> Self {
        let own = totals.iter().filter(|(batch, ..)| *batch == head.id);
        let total = |(_, currency, status, payouts, amount): &Total| ShownTotal {
            status: *status,
            payouts: *payouts,
            amount: Money { amount: *amount, currency: *currency },
        };
        Self {
            id: head.id,
            status: head.status,
            cutoff: head.cutoff,
            totals: own.map(total).collect(),
            payouts: None,
            not_paid: None,
            results: None,
            created_at: head.created_at,
            approved_at: head.approved_at,
        }
    }

    pub(super) fn with_results(self, results: Vec<ShownSettlement>) -> Self {
        Self { results: Some(results), ..self }
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
