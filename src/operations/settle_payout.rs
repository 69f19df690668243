//! Books what became of payouts: paid, failed or returned, one by one or a whole batch. The same
//! result again changes nothing; another one is refused with what stands.

use serde_json::json;

use super::release_payouts::{lock_commissions, release, transfer};
use crate::db::ledger;
use crate::db::outbox::{Mail, NewEvent, audit, note_events, queue_mails};
use crate::db::payout_batches::{self, Batch};
use crate::db::payouts::{self, Ending, Payout};
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, IDS_PER_QUERY, Tx, referrers};
use crate::domain::commission::{Account, CommissionStatus, TransferKind};
use crate::domain::id::{BatchId, EventId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;
use crate::domain::payout::{BatchStatus, PayoutResult, PayoutStatus, Rail, Settlement};

/// What the owner reports.
#[derive(Debug, Clone)]
pub struct Request {
    /// What became of it.
    pub result: PayoutResult,
    /// The cheque's or transfer's reference.
    pub reference: Option<String>,
    /// Why it failed or came back.
    pub reason: Option<String>,
    /// Who reports.
    pub actor: String,
}

/// How one payout took the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Booked now.
    Settled,
    /// Booked so before.
    Unchanged,
    /// Another result stands, or it was not approved.
    Refused,
}

/// A payout and how it took the report.
#[derive(Debug, Clone)]
pub struct Settled {
    /// How.
    pub outcome: Outcome,
    /// The payout as it stands now.
    pub payout: Payout,
}

/// Settles one payout; none if there is no such payout.
///
/// # Errors
/// What the database reports.
pub fn settle_payout(tx: &mut Tx<'_>, now: Instant, id: PayoutId, request: &Request) -> DbResult<Option<Settled>> {
    let Some(seen) = payouts::find(tx, id)? else { return Ok(None) };
    referrers::lock(tx, &[seen.referrer_id])?;
    let Some(mut batch) = payout_batches::lock(tx, seen.batch_id)? else { return Ok(None) };
    let Some(payout) = payouts::lock(tx, id)? else { return Ok(None) };
    let mut settled = book(tx, now, &mut batch, vec![payout], request)?;
    if settled.iter().any(|one| one.outcome == Outcome::Settled) {
        let facts = json!({ "result": request.result, "reference": request.reference, "reason": request.reason });
        audit(tx, &request.actor, "payout.settle", AnyId::from_uuid(id.uuid()), facts, now)?;
    }
    Ok(settled.pop())
}

/// Settles every payout of a batch that was approved; none if there is no such batch. Those dropped
/// at approval and those without money are left out.
///
/// # Errors
/// What the database reports.
pub fn settle_batch(tx: &mut Tx<'_>, now: Instant, id: BatchId, request: &Request) -> DbResult<Option<(Batch, Vec<Settled>)>> {
    let mut ids: Vec<ReferrerId> = payouts::of_batch(tx, id)?.into_iter().map(|payout| payout.referrer_id).collect();
    ids.sort_unstable();
    ids.dedup();
    for slice in ids.chunks(IDS_PER_QUERY) {
        referrers::lock(tx, slice)?;
    }
    let Some(mut batch) = payout_batches::lock(tx, id)? else { return Ok(None) };
    let mut rows = payouts::lock_of_batch(tx, id)?;
    rows.retain(|payout| payout.rail != Rail::Offset && payout.status != PayoutStatus::Cancelled);
    let settled = book(tx, now, &mut batch, rows, request)?;
    let count = settled.iter().filter(|one| one.outcome == Outcome::Settled).count();
    if count > 0 {
        let facts = json!({
            "result": request.result, "reference": request.reference, "reason": request.reason, "payouts": count,
        });
        audit(tx, &request.actor, "payout_batch.settle", AnyId::from_uuid(id.uuid()), facts, now)?;
    }
    Ok(Some((batch, settled)))
}

/// Books a result on payouts read under lock, and closes the batch when all its payouts have ended.
fn book(tx: &mut Tx<'_>, now: Instant, batch: &mut Batch, rows: Vec<Payout>, request: &Request) -> DbResult<Vec<Settled>> {
    let settled: Vec<Settled> = rows.into_iter().map(|payout| judge(payout, now, request)).collect();
    let moving: Vec<&Payout> = settled.iter().filter(|one| one.outcome == Outcome::Settled).map(|one| &one.payout).collect();
    let Some(first) = moving.first() else { return Ok(settled) };
    let ending = Ending { status: first.status, reference: request.reference.as_deref(), reason: request.reason.as_deref() };
    let notice = match request.result {
        PayoutResult::Paid => {
            pay(tx, now, &moving, ending)?;
            Notice::PayoutSent
        }
        PayoutResult::Failed | PayoutResult::Returned => {
            release(tx, now, &moving, ending)?;
            Notice::PayoutFailed
        }
    };
    let subject = |payout: &Payout| AnyId::from_uuid(payout.id.uuid());
    let letters = moving.iter().map(|payout| Mail::new(notice, subject(payout), payout.referrer_id, now)).collect();
    queue_mails(tx, letters, now)?;
    let events: Vec<NewEvent> = moving.iter().map(|payout| event(payout, request.result, now)).collect();
    note_events(tx, &events)?;
    if batch.status == BatchStatus::Approved && payouts::unended(tx, batch.id)? == 0 {
        batch.status = BatchStatus::Done;
        payout_batches::update(tx, batch)?;
    }
    Ok(settled)
}

/// The payout as it will stand. Items that closed against each other moved no money that could come back.
fn judge(mut payout: Payout, now: Instant, request: &Request) -> Settled {
    let outcome = match payout.status.settle(request.result) {
        Settlement::Moves(_) if payout.rail == Rail::Offset => Outcome::Refused,
        Settlement::Moves(status) => {
            payout.status = status;
            payout.settled_at = Some(now);
            payout.reference = request.reference.clone().or(payout.reference);
            payout.reason = request.reason.clone().or(payout.reason);
            Outcome::Settled
        }
        Settlement::Repeats => Outcome::Unchanged,
        Settlement::Refused => Outcome::Refused,
    };
    Settled { outcome, payout }
}

fn pay(tx: &mut Tx<'_>, now: Instant, rows: &[&Payout], ending: Ending<'_>) -> DbResult<()> {
    let ids: Vec<PayoutId> = rows.iter().map(|row| row.id).collect();
    let commissions = lock_commissions(tx, &ids)?;
    payouts::end(tx, &ids, ending, now)?;
    payouts::move_commissions(tx, &commissions, &[CommissionStatus::InPayout], CommissionStatus::Paid)?;
    let posting = |row: &&Payout| transfer(row, TransferKind::Settle, Account::InTransit, Account::Paid, now);
    ledger::post(tx, rows.iter().map(posting).collect())
}

fn event(payout: &Payout, result: PayoutResult, now: Instant) -> NewEvent {
    let kind = match result {
        PayoutResult::Paid => "payout.paid",
        PayoutResult::Failed => "payout.failed",
        PayoutResult::Returned => "payout.returned",
    };
    let data = json!({
        "batch_id": payout.batch_id,
        "referrer_id": payout.referrer_id,
        "amount": payout.amount,
        "currency": payout.currency,
    });
    NewEvent { id: EventId::new(now), kind, subject_id: AnyId::from_uuid(payout.id.uuid()), data: Json(data), created_at: now }
}
