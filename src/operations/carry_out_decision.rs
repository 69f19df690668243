//! Carries out what was decided at the desk and not taken back in time, by the same operations as every other door.

use serde_json::json;

use super::ask_join::{JoinDecided, decide_join};
use super::decide_claim::{ClaimDecided, ClaimDecision, decide_claim};
use super::decide_sale::{Action, DecisionAnswer, decide_sale};
use super::dismiss_merge::dismiss_merge;
use super::merge_customers::{Merged, merge_customers};
use super::post_adjustment::{self, post_adjustment};
use super::record_customer::record_customer;
use super::settle_payout::{self, settle_payout};
use crate::db::pending_decisions::{self, PendingDecision};
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx, customers, outbox, sales};
use crate::domain::attribution::VerdictKind;
use crate::domain::customer::{CustomerFacts, CustomerKey};
use crate::domain::desk_decision::DeskDecision;
use crate::domain::id::{ClaimId, CustomerId, DecisionId, JoinId, PayoutId, ProposalId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::payout::{AdjustmentKind, PayoutResult};

/// What was refused stands beside the open decision for so long, in days.
const REFUSED_DAYS: i64 = 7;

/// Carries out the decision `id` in the caller's transaction; one that was taken back is none. What an operation
/// refuses is dropped, with an entry in the audit log and the reason for whoever looks again.
///
/// # Errors
/// What the database reports.
pub fn carry_out_decision(tx: &mut Tx<'_>, now: Instant, id: DecisionId) -> DbResult<()> {
    let Some(row) = pending_decisions::lock(tx, id)? else { return Ok(()) };
    match carry_out(tx, now, &row)? {
        Ok(()) => pending_decisions::delete(tx, id)?,
        Err(why) => {
            // An address is kept nowhere but in the customer file.
            if matches!(row.decision.0, DeskDecision::NewAddress { .. }) {
                pending_decisions::delete(tx, id)?;
            } else {
                pending_decisions::refuse(tx, id, &why)?;
            }
            let detail = json!({ "verb": row.decision.0.verb(), "why": why });
            outbox::audit(tx, &row.actor, "decision.drop", row.subject_id, detail, now)?;
        }
    }
    pending_decisions::forget_refused(tx, now.plus_days(-REFUSED_DAYS))
}

/// Done, or one word for why not.
type CarriedOut = Result<(), String>;

fn carry_out(tx: &mut Tx<'_>, now: Instant, row: &PendingDecision) -> DbResult<CarriedOut> {
    let subject = row.subject_id.uuid();
    let (actor, reason) = (row.actor.as_str(), row.reason.as_str());
    let sale = |tx: &mut Tx<'_>, action| of_sale(tx, now, SaleId::from_uuid(subject), action, reason, actor);
    let claim = |tx: &mut Tx<'_>, decision| of_claim(tx, now, ClaimId::from_uuid(subject), decision, actor);
    match &row.decision.0 {
        DeskDecision::Credit { referrer_id } => sale(tx, Action::Credit(*referrer_id)),
        DeskDecision::Release => sale(tx, Action::Release),
        DeskDecision::Deny => sale(tx, Action::Deny),
        DeskDecision::Accept { sale_id } => claim(tx, ClaimDecision::Accept(*sale_id)),
        DeskDecision::Decline { reason } => claim(tx, ClaimDecision::Decline(*reason)),
        DeskDecision::Merge { kept_id, other_id } => Ok(match merge_customers(tx, now, actor, *kept_id, *other_id)? {
            Merged::Into(_) => Ok(()),
            Merged::Unknown(_) => Err("unknown".to_owned()),
        }),
        DeskDecision::Dismiss => {
            let dismissed = dismiss_merge(tx, now, ProposalId::from_uuid(subject), reason, actor)?;
            Ok(dismissed.map(drop).ok_or_else(|| "unknown".to_owned()))
        }
        DeskDecision::Paid => of_payout(tx, now, row, PayoutResult::Paid),
        DeskDecision::NotPaid => of_payout(tx, now, row, PayoutResult::Failed),
        DeskDecision::Forgive { referrer_id, amount } => {
            let request = post_adjustment::Request {
                referrer_id: *referrer_id,
                kind: AdjustmentKind::Forgive,
                amount: *amount,
                reason: reason.to_owned(),
                actor: actor.to_owned(),
            };
            Ok(match post_adjustment(tx, now, &request)? {
                post_adjustment::Outcome::Posted(_) => Ok(()),
                post_adjustment::Outcome::NoReferrer => Err("unknown".to_owned()),
                post_adjustment::Outcome::ExceedsReady(_) | post_adjustment::Outcome::ExceedsDebt(_) => Err("no_debt".to_owned()),
            })
        }
        DeskDecision::NewAddress { customer_id, email } => new_address(tx, now, *customer_id, email, actor),
        DeskDecision::Enrol => of_join(tx, now, JoinId::from_uuid(subject), true, actor),
        DeskDecision::TurnDown => of_join(tx, now, JoinId::from_uuid(subject), false, actor),
    }
}

fn of_sale(tx: &mut Tx<'_>, now: Instant, id: SaleId, action: Action, reason: &str, actor: &str) -> DbResult<CarriedOut> {
    // Somebody else may have decided, or the shop may have reported the order anew: then the owner looks again.
    let held = sales::lock(tx, id)?.is_some_and(|row| row.verdict_kind == Some(VerdictKind::Held));
    if !held {
        return Ok(Err("ended".to_owned()));
    }
    Ok(match decide_sale(tx, now, id, action, reason, actor)? {
        DecisionAnswer::Decided(_) => Ok(()),
        DecisionAnswer::UnknownSale => Err("unknown".to_owned()),
        DecisionAnswer::UnknownReferrer => Err("unknown_referrer".to_owned()),
        DecisionAnswer::EarnsNothing => Err("earns_nothing".to_owned()),
        DecisionAnswer::NothingHeld => Err("nothing_held".to_owned()),
    })
}

fn of_claim(tx: &mut Tx<'_>, now: Instant, id: ClaimId, decision: ClaimDecision, actor: &str) -> DbResult<CarriedOut> {
    Ok(match decide_claim(tx, now, id, decision, actor)? {
        ClaimDecided::Done(_) => Ok(()),
        ClaimDecided::UnknownClaim => Err("unknown".to_owned()),
        ClaimDecided::Ended(_) => Err("ended".to_owned()),
        ClaimDecided::UnknownSale => Err("unknown_sale".to_owned()),
        ClaimDecided::ClaimedBy(_) => Err("claimed_before".to_owned()),
        ClaimDecided::EarnsNothing(reason) => Err(reason.map_or("credited_otherwise", |reason| reason.as_db()).to_owned()),
    })
}

fn of_payout(tx: &mut Tx<'_>, now: Instant, row: &PendingDecision, result: PayoutResult) -> DbResult<CarriedOut> {
    let request = settle_payout::Request {
        result,
        reference: None,
        reason: (result == PayoutResult::Failed).then(|| row.reason.clone()),
        actor: row.actor.clone(),
    };
    let settled = settle_payout(tx, now, PayoutId::from_uuid(row.subject_id.uuid()), &request)?;
    Ok(match settled.map(|settled| settled.outcome) {
        Some(settle_payout::Outcome::Settled | settle_payout::Outcome::Unchanged) => Ok(()),
        Some(settle_payout::Outcome::Refused) => Err("ended".to_owned()),
        None => Err("unknown".to_owned()),
    })
}

fn of_join(tx: &mut Tx<'_>, now: Instant, id: JoinId, accept: bool, actor: &str) -> DbResult<CarriedOut> {
    Ok(match decide_join(tx, now, id, accept, actor)? {
        JoinDecided::Done(_) => Ok(()),
        JoinDecided::Unknown => Err("unknown".to_owned()),
        JoinDecided::Ended(_) => Err("ended".to_owned()),
        JoinDecided::Nameless => Err("nameless".to_owned()),
    })
}

/// Files another address of a customer beside those he has.
fn new_address(tx: &mut Tx<'_>, now: Instant, id: CustomerId, email: &str, actor: &str) -> DbResult<CarriedOut> {
    let Ok(key) = CustomerKey::email("/email", email) else { return Ok(Err("unknown".to_owned())) };
    let mut keys: Vec<(CustomerKey, String)> =
        customers::keys_of(tx, &[id])?.into_iter().map(|row| (row.key(), row.shown)).collect();
    keys.sort();
    keys.push((key, email.to_owned()));
    let facts = CustomerFacts { keys, ..CustomerFacts::default() };
    if record_customer(tx, now, &facts)?.is_none() {
        return Ok(Err("unknown".to_owned()));
    }
    outbox::audit(tx, actor, "customer.new_address", AnyId::from_uuid(id.uuid()), json!({}), now)?;
    Ok(Ok(()))
}
