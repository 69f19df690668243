//! Drops a batch before any of its money has left: everything reserved is ready again.

use serde_json::json;

use super::release_payouts::release;
use crate::db::outbox::{NewEvent, audit, note_events};
use crate::db::payout_batches;
use crate::db::payouts::{self, Ending, Payout};
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, IDS_PER_QUERY, Tx, referrers};
use crate::domain::commission::Account;
use crate::domain::id::{BatchId, EventId};
use crate::domain::instant::Instant;
use crate::domain::payout::{BatchStatus, PayoutStatus, Rail};

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There is no such batch.
    NoBatch,
    /// It is dropped, now or before.
    Cancelled,
    /// Some of its money is on its way or has arrived.
    TooLate,
}

/// Drops a batch.
///
/// # Errors
/// What the database reports.
pub fn cancel_batch(tx: &mut Tx<'_>, now: Instant, id: BatchId, actor: &str) -> DbResult<Outcome> {
    for slice in payouts::referrers_of(tx, id)?.chunks(IDS_PER_QUERY) {
        referrers::lock(tx, slice)?;
    }
    let Some(mut batch) = payout_batches::lock(tx, id)? else { return Ok(Outcome::NoBatch) };
    match batch.status {
        BatchStatus::Preparing | BatchStatus::Prepared | BatchStatus::Approved => {}
        BatchStatus::Cancelled => return Ok(Outcome::Cancelled),
        BatchStatus::Done => return Ok(Outcome::TooLate),
    }
    let rows = payouts::lock_of_batch(tx, id)?;
    // What closed against itself moved no money and stays closed.
    let moving: Vec<&Payout> = rows.iter().filter(|row| row.rail != Rail::Offset).collect();
    let here = [PayoutStatus::Pending, PayoutStatus::Approved, PayoutStatus::Cancelled];
    // A file that was taken may be at the bank already: what became of it must be said, not undone.
    if moving.iter().any(|row| !here.contains(&row.status)) || !payouts::exported(tx, id)?.is_empty() {
        return Ok(Outcome::TooLate);
    }
    let waiting: Vec<&Payout> = moving.into_iter().filter(|row| row.status != PayoutStatus::Cancelled).collect();
    let reason = Some("the batch was cancelled");
    let ending = Ending { status: PayoutStatus::Cancelled, reference: None, reason };
    release(tx, now, &waiting, Account::InTransit, ending)?;
    batch.status = BatchStatus::Cancelled;
    payout_batches::update(tx, &batch)?;
    let subject = AnyId::from_uuid(id.uuid());
    let facts = json!({ "cancelled": waiting.len() });
    let event = NewEvent {
        id: EventId::new(now),
        kind: "payout_batch.cancelled",
        subject_id: subject,
        data: Json(facts.clone()),
        created_at: now,
    };
    note_events(tx, &[event])?;
    audit(tx, actor, "payout_batch.cancel", subject, facts, now)?;
    Ok(Outcome::Cancelled)
}
