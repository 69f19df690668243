//! Approves a prepared batch. A payout whose referrer has lost money since, was paused or changed where
//! his money goes is dropped and listed as not paid; an amount never changes. What is approved is frozen:
//! its details are kept beside it and its list is hashed.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::hash_batch::hash_batch;
use super::release_payouts::{lock_commissions, release};
use crate::db::open_items::{Whose, open_items};
use crate::db::outbox::{NewEvent, audit, note_events};
use crate::db::payout_batches::{self, Batch};
use crate::db::payouts::{self, Ending, Payout};
use crate::db::types::{AnyId, Json};
use crate::db::{DbFault, DbResult, IDS_PER_QUERY, Tx, payout_methods, referrers, terms};
use crate::domain::commission::Account;
use crate::domain::id::{BatchId, EventId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payout::{BatchStatus, NotPaid, NotPaidReason, PayoutStatus};
use crate::domain::payout_rules::Approval;
use crate::domain::referrer::ReferrerStatus;

/// What the owner asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which batch.
    pub batch_id: BatchId,
    /// Who asks.
    pub actor: String,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There is no such batch.
    NoBatch,
    /// It is still being put together.
    Preparing,
    /// Whoever prepared it asks, and the program wants somebody else.
    SamePerson,
    /// It was dropped before it was approved.
    Dropped,
    /// It is approved, now or before.
    Approved,
}

type Key = (ReferrerId, Currency);

/// What has happened to the referrers of a batch since it was prepared.
struct Since {
    paused: HashSet<ReferrerId>,
    taken_back: HashSet<Key>,
    versions: HashMap<ReferrerId, i64>,
}

/// Approves a batch.
///
/// # Errors
/// What the database reports.
pub fn approve_batch(tx: &mut Tx<'_>, now: Instant, request: &Request) -> DbResult<Outcome> {
    let ids = payouts::referrers_of(tx, request.batch_id)?;
    let paused = lock_referrers(tx, &ids)?;
    let Some(mut batch) = payout_batches::lock(tx, request.batch_id)? else { return Ok(Outcome::NoBatch) };
    match batch.status {
        BatchStatus::Prepared => {}
        BatchStatus::Preparing => return Ok(Outcome::Preparing),
        BatchStatus::Cancelled if batch.approved_by.is_none() => return Ok(Outcome::Dropped),
        BatchStatus::Approved | BatchStatus::Done | BatchStatus::Cancelled => return Ok(Outcome::Approved),
    }
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let rules = &program.current().ok_or(DbFault::NotFound)?.terms.payouts;
    if rules.approval == Approval::TwoPeople && batch.prepared_by == request.actor {
        return Ok(Outcome::SamePerson);
    }
    let rows = payouts::lock_of_batch(tx, request.batch_id)?;
    // What was taken back stays open until a payout takes it, and that needs the referrer's lock, held here.
    let since = read_since(tx, &ids, paused)?;
    let pending: Vec<&Payout> = rows.iter().filter(|payout| payout.status == PayoutStatus::Pending).collect();
    let (kept, dropped) = sort_out(&pending, &since);
    payouts::approve(tx, &kept, now)?;
    drop_payouts(tx, now, batch.id, &dropped)?;
    batch.status = match (kept.is_empty(), dropped.len() == rows.len() && !rows.is_empty()) {
        (false, _) => BatchStatus::Approved,
        (true, true) => BatchStatus::Cancelled,
        (true, false) => BatchStatus::Done,
    };
    batch.hash = Some(hash_batch(tx, batch.id)?);
    batch.approved_by = Some(request.actor.clone());
    batch.approved_at = Some(now);
    payout_batches::update(tx, &batch)?;
    note(tx, now, request, &batch, kept.len(), dropped.len())?;
    Ok(Outcome::Approved)
}

fn lock_referrers(tx: &mut Tx<'_>, ids: &[ReferrerId]) -> DbResult<HashSet<ReferrerId>> {
    let mut paused = HashSet::new();
    for slice in ids.chunks(IDS_PER_QUERY) {
        let rows = referrers::lock(tx, slice)?;
        paused.extend(rows.iter().filter(|row| row.status == ReferrerStatus::Paused).map(|row| row.id));
    }
    Ok(paused)
}

fn read_since(tx: &mut Tx<'_>, ids: &[ReferrerId], paused: HashSet<ReferrerId>) -> DbResult<Since> {
    let taken_back = open_items(tx, Whose::Of(ids))?;
    let taken_back = taken_back.iter().filter(|item| item.amount < 0).map(|item| (item.referrer_id, item.currency)).collect();
    let versions = payout_methods::of(tx, ids)?.into_iter().map(|row| (row.referrer_id, row.version)).collect();
    Ok(Since { paused, taken_back, versions })
}

type Dropped<'a> = (&'a Payout, NotPaidReason);

fn sort_out<'a>(pending: &[&'a Payout], since: &Since) -> (Vec<PayoutId>, Vec<Dropped<'a>>) {
    let mut kept = Vec::new();
    let mut dropped = Vec::new();
    for payout in pending {
        if since.paused.contains(&payout.referrer_id) {
            dropped.push((*payout, NotPaidReason::ReferrerPaused));
        } else if since.taken_back.contains(&(payout.referrer_id, payout.currency)) || redirected(payout, since) {
            dropped.push((*payout, NotPaidReason::ChangedBeforeApproval));
        } else {
            kept.push(payout.id);
        }
    }
    (kept, dropped)
}

/// Whether the payout would go elsewhere now. Details entered for the first time do not stop one that the
/// owner makes by hand.
fn redirected(payout: &Payout, since: &Since) -> bool {
    let version = since.versions.get(&payout.referrer_id).copied();
    version != payout.method_version && !(payout.method_version.is_none() && version == Some(1))
}

fn drop_payouts(tx: &mut Tx<'_>, now: Instant, batch: BatchId, dropped: &[Dropped<'_>]) -> DbResult<()> {
    let ids: Vec<PayoutId> = dropped.iter().map(|(payout, _)| payout.id).collect();
    lock_commissions(tx, &ids)?;
    let reasons = [
        (NotPaidReason::ReferrerPaused, "the referrer was paused before approval"),
        (NotPaidReason::ChangedBeforeApproval, "money was taken back, or its way changed, before approval"),
    ];
    for (reason, words) in reasons {
        let rows: Vec<&Payout> = dropped.iter().filter(|(_, why)| *why == reason).map(|(payout, _)| *payout).collect();
        if !rows.is_empty() {
            let ending = Ending { status: PayoutStatus::Cancelled, reference: None, reason: Some(words) };
            release(tx, now, &rows, Account::InTransit, ending)?;
        }
    }
    let whose: Vec<ReferrerId> = dropped.iter().map(|(payout, _)| payout.referrer_id).collect();
    let mut open: HashMap<Key, (i64, Instant)> = HashMap::new();
    for item in open_items(tx, Whose::Of(&whose))? {
        let (sum, oldest) = open.entry((item.referrer_id, item.currency)).or_insert((0, item.since));
        *sum += item.amount;
        *oldest = item.since.min(*oldest);
    }
    let left_out = dropped.iter().map(|(payout, reason)| {
        let (referrer_id, currency) = (payout.referrer_id, payout.currency);
        let (amount, since) = open.get(&(referrer_id, currency)).copied().unwrap_or((payout.amount, payout.created_at));
        NotPaid { referrer_id, currency, amount, reason: *reason, since }
    });
    payout_batches::leave_out(tx, batch, &left_out.collect::<Vec<_>>())
}

fn note(tx: &mut Tx<'_>, now: Instant, request: &Request, batch: &Batch, kept: usize, dropped: usize) -> DbResult<()> {
    let subject = AnyId::from_uuid(batch.id.uuid());
    let facts = json!({ "approved": kept, "cancelled": dropped, "hash": batch.hash });
    let event = NewEvent {
        id: EventId::new(now),
        kind: "payout_batch.approved",
        subject_id: subject,
        data: Json(facts.clone()),
        created_at: now,
    };
    note_events(tx, &[event])?;
    audit(tx, &request.actor, "payout_batch.approve", subject, facts, now)?;
    Ok(())
}
