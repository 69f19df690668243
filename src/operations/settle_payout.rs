//! Books what became of payouts: paid, failed or returned, one by one or a whole batch. The same
//! result again changes nothing; another one is refused with what stands.

use std::collections::HashSet;

use serde_json::json;

use super::release_payouts::{lock_commissions, release, transfer};
use crate::db::ledger;
use crate::db::outbox::{Mail, NewEvent, audit, note_events, queue_mails};
use crate::db::payout_batches::{self, Batch};
use crate::db::payouts::{self, Ending, Payout};
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, IDS_PER_QUERY, Tx, owner_notices, referrers, submissions};
use crate::domain::commission::{Account, CommissionStatus, TransferKind};
use crate::domain::id::{BatchId, EventId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;
use crate::domain::owner_notice::OwnerNotice;
use crate::domain::payout::{BatchStatus, PayoutResult, PayoutStatus, Rail, Settlement, Teller};

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
    let in_hand = submissions::in_hand(tx, &[id])?;
    let mut settled = book(tx, now, &mut batch, vec![payout], request, &|payout| owner(&in_hand, payout))?;
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
    let ids: Vec<PayoutId> = rows.iter().map(|payout| payout.id).collect();
    let in_hand = submissions::in_hand(tx, &ids)?;
    let settled = book(tx, now, &mut batch, rows, request, &|payout| owner(&in_hand, payout))?;
    let count = settled.iter().filter(|one| one.outcome == Outcome::Settled).count();
    if count > 0 {
        let facts = json!({
            "result": request.result, "reference": request.reference, "reason": request.reason, "payouts": count,
        });
        audit(tx, &request.actor, "payout_batch.settle", AnyId::from_uuid(id.uuid()), facts, now)?;
    }
    Ok(Some((batch, settled)))
}

fn owner(in_hand: &HashSet<PayoutId>, payout: &Payout) -> Teller {
    if in_hand.contains(&payout.id) { Teller::OwnerTooSoon } else { Teller::Owner }
}

/// Books a result on payouts read under lock, and closes the batch when all its payouts have ended.
pub(super) fn book(
    tx: &mut Tx<'_>,
    now: Instant,
    batch: &mut Batch,
    rows: Vec<Payout>,
    request: &Request,
    teller: &dyn Fn(&Payout) -> Teller,
) -> DbResult<Vec<Settled>> {
    let judged: Vec<(PayoutStatus, Settled)> =
        rows.into_iter().map(|payout| (payout.status, judge(payout, now, request, teller))).collect();
    let moving: Vec<&(PayoutStatus, Settled)> = judged.iter().filter(|(_, one)| one.outcome == Outcome::Settled).collect();
    if moving.is_empty() {
        return Ok(judged.into_iter().map(|(_, one)| one).collect());
    }
    // A provider's "failed" returns what it reported as paid: the new status depends on the one before.
    for status in [PayoutStatus::Paid, PayoutStatus::Failed, PayoutStatus::Returned] {
        for (paid_before, from) in [(false, Account::InTransit), (true, Account::Paid)] {
            let of = |(before, one): &&&(PayoutStatus, Settled)| {
                one.payout.status == status && (*before == PayoutStatus::Paid) == paid_before
            };
            let group: Vec<&Payout> = moving.iter().filter(of).map(|(_, one)| &one.payout).collect();
            let ending = Ending { status, reference: request.reference.as_deref(), reason: request.reason.as_deref() };
            match status {
                _ if group.is_empty() => {}
                PayoutStatus::Paid => pay(tx, now, &group, ending)?,
                _ => release(tx, now, &group, from, ending)?,
            }
        }
    }
    tell(tx, now, &moving.iter().map(|(_, one)| &one.payout).collect::<Vec<_>>())?;
    if batch.status == BatchStatus::Approved && payouts::unended(tx, batch.id)? == 0 {
        batch.status = BatchStatus::Done;
        payout_batches::update(tx, batch)?;
    }
    Ok(judged.into_iter().map(|(_, one)| one).collect())
}

fn tell(tx: &mut Tx<'_>, now: Instant, moved: &[&Payout]) -> DbResult<()> {
    let notice = |payout: &Payout| if payout.status == PayoutStatus::Paid { Notice::PayoutSent } else { Notice::PayoutFailed };
    let letter = |payout: &&Payout| Mail::new(notice(payout), AnyId::from_uuid(payout.id.uuid()), payout.referrer_id, now);
    queue_mails(tx, moved.iter().map(letter).collect(), now)?;
    for failed in moved.iter().filter(|payout| payout.status != PayoutStatus::Paid) {
        owner_notices::queue(tx, OwnerNotice::PayoutFailed, &failed.id.to_string(), now)?;
    }
    note_events(tx, &moved.iter().map(|payout| event(payout, now)).collect::<Vec<_>>())
}

/// The payout as it will stand. Items that closed against each other moved no money that could come back.
fn judge(mut payout: Payout, now: Instant, request: &Request, teller: &dyn Fn(&Payout) -> Teller) -> Settled {
    let outcome = match payout.status.settle(request.result, teller(&payout)) {
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

fn event(payout: &Payout, now: Instant) -> NewEvent {
    let kind = match payout.status {
        PayoutStatus::Paid => "payout.paid",
        PayoutStatus::Returned => "payout.returned",
        _ => "payout.failed",
    };
    let data = json!({
        "batch_id": payout.batch_id,
        "referrer_id": payout.referrer_id,
        "amount": payout.amount,
        "currency": payout.currency,
    });
    NewEvent { id: EventId::new(now), kind, subject_id: AnyId::from_uuid(payout.id.uuid()), data: Json(data), created_at: now }
}
