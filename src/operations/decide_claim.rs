//! The owner's word on a claim. Accepting credits the sale under the terms of its day, as evidence
//! that only his own decision outweighs.

use serde_json::json;

use super::file_claim::tell;
use super::fold::{Cause, Fold, OrderState, states};
use super::resolve_customers::resolve;
use crate::db::claims::{self, Claim};
use crate::db::outbox;
use crate::db::sales::{self, SaleRow};
use crate::db::types::{AnyId, ChangeCause};
use crate::db::{DbFault, DbResult, Tx, lost_race};
use crate::domain::attribution::{Evidence, Reason};
use crate::domain::claim::{ClaimStatus, DeclineReason};
use crate::domain::id::{ClaimId, CustomerId, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;
use crate::domain::sale::OrderKey;

/// What the owner says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimDecision {
    /// It is right, about this sale; without one, about the order it names.
    Accept(Option<SaleId>),
    /// It is not.
    Decline(DeclineReason),
}

/// What became of it.
#[derive(Debug, Clone)]
pub enum ClaimDecided {
    /// Decided; or decided so before.
    Done(Box<Claim>),
    /// No such claim.
    UnknownClaim,
    /// It ended otherwise before.
    Ended(ClaimStatus),
    /// No such order was reported.
    UnknownSale,
    /// The sale stands credited by another accepted claim.
    ClaimedBy(ReferrerId),
    /// By the law the sale would not go to the one who claims, and why; nothing was written.
    EarnsNothing(Option<Reason>),
}

/// Decides on the claim `id`.
///
/// # Errors
/// What the database reports; `lost_race` when another decision was first.
pub fn decide_claim(tx: &mut Tx<'_>, now: Instant, id: ClaimId, decision: ClaimDecision, actor: &str) -> DbResult<ClaimDecided> {
    let Some(claim) = claims::find(tx, id)? else { return Ok(ClaimDecided::UnknownClaim) };
    match decision {
        ClaimDecision::Decline(reason) => decline(tx, now, claim, reason, actor),
        ClaimDecision::Accept(sale) => accept(tx, now, claim, sale, actor),
    }
}

fn decline(tx: &mut Tx<'_>, now: Instant, claim: Claim, reason: DeclineReason, actor: &str) -> DbResult<ClaimDecided> {
    match claim.status {
        ClaimStatus::Declined if claim.reason == Some(reason) => return Ok(ClaimDecided::Done(Box::new(claim))),
        ClaimStatus::Open => {}
        ended => return Ok(ClaimDecided::Ended(ended)),
    }
    let ended = Claim { status: ClaimStatus::Declined, reason: Some(reason), ..decided(claim, actor, now) };
    if !claims::end(tx, &ended)? {
        return Err(lost_race());
    }
    let subject = AnyId::from_uuid(ended.id.uuid());
    outbox::audit(tx, actor, "claim.decline", subject, json!({ "reason": reason }), now)?;
    tell(tx, now, &ended, "claim.declined", Notice::ClaimDeclined)?;
    Ok(ClaimDecided::Done(Box::new(ended)))
}

fn accept(tx: &mut Tx<'_>, now: Instant, claim: Claim, sale: Option<SaleId>, actor: &str) -> DbResult<ClaimDecided> {
    let Some(row) = lock_sale(tx, &claim, sale)?.filter(|row| row.version.is_some()) else {
        return Ok(if claim.status == ClaimStatus::Open { ClaimDecided::UnknownSale } else { ClaimDecided::Ended(claim.status) });
    };
    match claim.status {
        ClaimStatus::Accepted if claim.sale_id == Some(row.id) => return Ok(ClaimDecided::Done(Box::new(claim))),
        ClaimStatus::Open => {}
        ended => return Ok(ClaimDecided::Ended(ended)),
    }
    if let Some(other) = row.claimed_by.filter(|other| *other != claim.referrer_id) {
        return Ok(ClaimDecided::ClaimedBy(other));
    }
    let sale_id = row.id;
    let buyers: Vec<CustomerId> = row.customer_id.into_iter().collect();
    let mut orders = states(tx, vec![row])?;
    // Noted before the fold opens, which reads the referrer that it names.
    for order in &mut orders {
        order.sale.claimed_by = Some(claim.referrer_id);
    }
    let people = resolve(tx, now, &[], &buyers)?;
    let mut fold = Fold::open(tx, now, orders, &people, &[], now)?;
    let subject = AnyId::from_uuid(claim.id.uuid());
    let note = "a referrer's claim was accepted";
    // The claim's own id is the cause: accepted once, it changes a commission once.
    fold.settle(sale_id, Cause { kind: ChangeCause::Decision, id: subject, actor, note: Some(note) });
    let order = fold.order(sale_id).ok_or(DbFault::NotFound)?;
    if let Some(reason) = lost(order, claim.referrer_id) {
        return Ok(ClaimDecided::EarnsNothing(reason));
    }
    fold.finish(tx)?;
    let ended = Claim { status: ClaimStatus::Accepted, sale_id: Some(sale_id), ..decided(claim, actor, now) };
    if !claims::end(tx, &ended)? {
        return Err(lost_race());
    }
    let detail = json!({ "sale_id": sale_id, "evidence": Evidence::AcceptedClaim });
    outbox::audit(tx, actor, "claim.accept", subject, detail, now)?;
    tell(tx, now, &ended, "claim.accepted", Notice::ClaimAccepted)?;
    Ok(ClaimDecided::Done(Box::new(ended)))
}

/// Why the order does not go to the one who claims it, if it does not. One that is not paid yet will.
fn lost(order: &OrderState, claimant: ReferrerId) -> Option<Option<Reason>> {
    let verdict = order.verdict.as_ref()?;
    let won = verdict.referrer_id == Some(claimant) && verdict.reason.is_none();
    let waits = verdict.reason == Some(Reason::NotPaidYet);
    (!won && !waits).then_some(verdict.reason)
}

fn lock_sale(tx: &mut Tx<'_>, claim: &Claim, named: Option<SaleId>) -> DbResult<Option<SaleRow>> {
    match (named.or(claim.sale_id), &claim.order_id) {
        (Some(id), _) => sales::lock(tx, id),
        (None, Some(order_id)) => {
            let key = OrderKey { source: claim.source.clone(), order_id: order_id.clone() };
            Ok(sales::lock_by_keys(tx, &[key])?.pop())
        }
        (None, None) => Ok(None),
    }
}

fn decided(claim: Claim, actor: &str, now: Instant) -> Claim {
    Claim { decided_by: Some(actor.to_owned()), ended_at: Some(now), ..claim }
}
