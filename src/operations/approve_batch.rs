//! Approves a prepared batch. A payout whose referrer has lost money since, or was paused, is
//! dropped and listed as not paid; an amount never changes.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::release_payouts::{lock_commissions, release};
use crate::db::open_items::{Whose, open_items};
use crate::db::outbox::{NewEvent, audit, note_events};
use crate::db::payouts::{self, Batch, Ending, Payout};
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, IDS_PER_QUERY, Tx, referrers};
use crate::domain::id::{BatchId, EventId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payout::{BatchStatus, NotPaid, NotPaidReason, PayoutStatus};
use crate::domain::referrer::ReferrerStatus;

/// What the owner asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which batch.
    pub batch_id: BatchId,
    /// Who asks.
    pub actor: String,
}

/// A batch as it stands, approved now or before.
#[derive(Debug, Clone)]
pub struct Approved {
    /// The batch.
    pub batch: Batch,
    /// Its payouts.
    pub payouts: Vec<Payout>,
}

/// What has happened to the referrers of a batch since it was prepared.
struct Since {
    paused: HashSet<ReferrerId>,
    taken_back: HashSet<(ReferrerId, Currency)>,
    open: HashMap<(ReferrerId, Currency), i64>,
}

/// Approves a batch; none if there is no such batch.
///
/// # Errors
/// What the database reports.
pub fn approve_batch(tx: &mut Tx<'_>, now: Instant, request: &Request) -> DbResult<Option<Approved>> {
    let mut ids: Vec<ReferrerId> =
        payouts::of_batch(tx, request.batch_id)?.into_iter().map(|payout| payout.referrer_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let paused = lock_referrers(tx, &ids)?;
    let Some(mut batch) = payouts::lock_batch(tx, request.batch_id)? else { return Ok(None) };
    let rows = payouts::lock_of_batch(tx, request.batch_id)?;
    if batch.status != BatchStatus::Prepared {
        return Ok(Some(Approved { batch, payouts: rows }));
    }
    // What was taken back stays open until a payout takes it, and that needs the referrer's lock, held here.
    let since = read_since(tx, &ids, paused)?;
    let pending: Vec<&Payout> = rows.iter().filter(|payout| payout.status == PayoutStatus::Pending).collect();
    let (kept, dropped) = sort_out(&pending, &since);
    payouts::approve(tx, &kept)?;
    drop_payouts(tx, now, &dropped)?;
    for (payout, reason) in &dropped {
        let open = since.open.get(&(payout.referrer_id, payout.currency)).copied().unwrap_or(0);
        let (referrer_id, currency, amount) = (payout.referrer_id, payout.currency, payout.amount.saturating_add(open));
        batch.not_paid.0.push(NotPaid { referrer_id, currency, amount, reason: *reason });
    }
    batch.status = match (kept.is_empty(), dropped.len() == rows.len() && !rows.is_empty()) {
        (false, _) => BatchStatus::Approved,
        (true, true) => BatchStatus::Cancelled,
        (true, false) => BatchStatus::Done,
    };
    batch.approved_by = Some(request.actor.clone());
    batch.approved_at = Some(now);
    payouts::update_batch(tx, &batch)?;
    note(tx, now, request, &batch, kept.len(), dropped.len())?;
    Ok(Some(Approved { payouts: payouts::of_batch(tx, batch.id)?, batch }))
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
    let mut since = Since { paused, taken_back: HashSet::new(), open: HashMap::new() };
    for item in open_items(tx, Whose::Of(ids))? {
        let key = (item.referrer_id, item.currency);
        *since.open.entry(key).or_insert(0) += item.amount;
        if item.amount < 0 {
            since.taken_back.insert(key);
        }
    }
    Ok(since)
}

type Dropped<'a> = (&'a Payout, NotPaidReason);

fn sort_out<'a>(pending: &[&'a Payout], since: &Since) -> (Vec<PayoutId>, Vec<Dropped<'a>>) {
    let mut kept = Vec::new();
    let mut dropped = Vec::new();
    for payout in pending {
        if since.paused.contains(&payout.referrer_id) {
            dropped.push((*payout, NotPaidReason::ReferrerPaused));
        } else if since.taken_back.contains(&(payout.referrer_id, payout.currency)) {
            dropped.push((*payout, NotPaidReason::ChangedBeforeApproval));
        } else {
            kept.push(payout.id);
        }
    }
    (kept, dropped)
}

fn drop_payouts(tx: &mut Tx<'_>, now: Instant, dropped: &[Dropped<'_>]) -> DbResult<()> {
    let ids: Vec<PayoutId> = dropped.iter().map(|(payout, _)| payout.id).collect();
    lock_commissions(tx, &ids)?;
    let reasons = [
        (NotPaidReason::ReferrerPaused, "the referrer was paused before approval"),
        (NotPaidReason::ChangedBeforeApproval, "money was taken back before approval"),
    ];
    for (reason, words) in reasons {
        let rows: Vec<&Payout> = dropped.iter().filter(|(_, why)| *why == reason).map(|(payout, _)| *payout).collect();
        if !rows.is_empty() {
            release(tx, now, &rows, Ending { status: PayoutStatus::Cancelled, reference: None, reason: Some(words) })?;
        }
    }
    Ok(())
}

fn note(tx: &mut Tx<'_>, now: Instant, request: &Request, batch: &Batch, kept: usize, dropped: usize) -> DbResult<()> {
    let subject = AnyId::from_uuid(batch.id.uuid());
    let facts = json!({ "approved": kept, "cancelled": dropped });
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
