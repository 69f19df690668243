//! What the pages of payouts say of rows, in words.

use std::collections::BTreeMap;

use crate::db::payout_batches::{Batch, Total};
use crate::db::payouts::Payout;
use crate::domain::id::{BatchId, PayoutId, ReferrerId};
use crate::domain::money::Currency;
use crate::domain::payout::{BatchStatus, NotPaid, NotPaidReason, PayoutStatus, Rail};
use crate::http::pages::desk::naming::Names;
use crate::http::pages::frame::Frame;
use crate::http::pages::words;
use crate::operations::foresee_payouts::Blocked;

/// A batch in a list.
pub(super) struct BatchRow {
    pub(super) id: BatchId,
    pub(super) title: String,
    pub(super) state: String,
    pub(super) look: &'static str,
    pub(super) people: String,
    pub(super) amounts: Vec<String>,
}

/// Somebody who is not paid.
pub(super) struct BlockedRow {
    pub(super) referrer_id: ReferrerId,
    pub(super) name: String,
    pub(super) amount: String,
    pub(super) reason: String,
    pub(super) since: Option<String>,
}

/// A payout in a list.
pub(super) struct PayoutRow {
    pub(super) id: PayoutId,
    pub(super) name: String,
    pub(super) amount: String,
    pub(super) rail: String,
    pub(super) account: String,
    pub(super) state: String,
    pub(super) look: &'static str,
}

impl BatchRow {
    /// The batch with its own among `totals`.
    pub(super) fn of(frame: &Frame, row: &Batch, totals: &[Total]) -> Self {
        let (mut people, mut amounts): (i64, BTreeMap<Currency, i64>) = (0, BTreeMap::new());
        for total in totals.iter().filter(|total| total.batch_id == row.id && total.rail != Rail::Offset) {
            people += total.payouts;
            *amounts.entry(total.currency).or_default() += total.amount;
        }
        Self {
            id: row.id,
            title: frame.tell("payouts-batch-of", &[("date", &frame.day(&row.created_at))]),
            state: batch_state(frame, row.status),
            look: batch_look(row.status),
            people: frame.count("payouts-payouts", people, &[("number", &frame.number(&people))]),
            amounts: amounts.iter().map(|(currency, amount)| frame.amount(amount, currency)).collect(),
        }
    }
}

impl BlockedRow {
    /// Somebody whom the next batch would leave out.
    pub(super) fn of(frame: &Frame, one: &Blocked, names: &Names) -> Self {
        Self {
            referrer_id: one.referrer_id,
            name: names.referrer(frame, one.referrer_id),
            amount: frame.amount(&one.amount, &one.currency),
            reason: reason(frame, one.reason),
            since: None,
        }
    }

    /// Somebody whom a batch left out.
    pub(super) fn left(frame: &Frame, one: &NotPaid, names: &Names) -> Self {
        Self {
            referrer_id: one.referrer_id,
            name: names.referrer(frame, one.referrer_id),
            amount: frame.amount(&one.amount, &one.currency),
            reason: reason(frame, one.reason),
            since: Some(frame.day(&one.since)),
        }
    }
}

impl PayoutRow {
    pub(super) fn of(frame: &Frame, row: &Payout, names: &Names) -> Self {
        Self {
            id: row.id,
            name: names.referrer(frame, row.referrer_id),
            amount: frame.amount(&row.amount, &row.currency),
            rail: rail(frame, row.rail),
            account: row.account.clone().unwrap_or_default(),
            state: payout_state(frame, row.status),
            look: payout_look(row.status),
        }
    }
}

/// Why somebody is not paid.
pub(super) fn reason(frame: &Frame, reason: NotPaidReason) -> String {
    frame.say(&format!("payouts-reason-{}", reason.as_db()))
}

/// How money leaves.
pub(super) fn rail(frame: &Frame, rail: Rail) -> String {
    frame.say(&format!("payouts-rail-{}", rail.name()))
}

/// Where a batch stands.
pub(super) fn batch_state(frame: &Frame, status: BatchStatus) -> String {
    frame.say(&format!("payouts-batch-{}", status.as_db()))
}

/// Where a payout stands.
pub(super) fn payout_state(frame: &Frame, status: PayoutStatus) -> String {
    frame.say(&format!("payouts-status-{}", status.as_db()))
}

pub(super) const fn payout_look(status: PayoutStatus) -> &'static str {
    match status {
        PayoutStatus::Paid => "good",
        PayoutStatus::Failed | PayoutStatus::Returned => "bad",
        PayoutStatus::Unknown => "warn",
        _ => "",
    }
}

const fn batch_look(status: BatchStatus) -> &'static str {
    match status {
        BatchStatus::Done => "good",
        BatchStatus::Prepared => "warn",
        _ => "",
    }
}

/// The sentence for a refusal, if there is one for this word.
pub(super) fn fault(frame: &Frame, code: Option<&str>) -> Vec<String> {
    let key = code.map(|code| format!("payouts-fault-{code}")).filter(|key| words::knows(key));
    key.map(|key| frame.say(&key)).into_iter().collect()
}
