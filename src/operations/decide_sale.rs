//! The owner's word on one sale: credit somebody, deny, or release what is held.

use super::fold::{Cause, Fold, SaleView, states};
use super::resolve_customers::resolve;
use crate::db::types::{AnyId, ChangeCause, Json};
use crate::db::{DbFault, DbResult, Tx, outbox, referrers, sales};
use crate::domain::attribution::{Decision, Evidence, VerdictKind};
use crate::domain::id::{CustomerId, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::sale::SaleStatus;

/// What the owner wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// This referrer sent the customer.
    Credit(ReferrerId),
    /// Nobody did.
    Deny,
    /// The one the held verdict names.
    Release,
}

/// What became of a decision.
#[derive(Debug, Clone)]
pub enum DecisionAnswer {
    /// Decided; or decided so before.
    Decided(Box<SaleView>),
    /// No such sale, or only a refund or cancel of it has come.
    UnknownSale,
    /// No such referrer.
    UnknownReferrer,
    /// A sale of the past or a cancelled one earns nothing whoever sent the customer.
    EarnsNothing,
    /// The verdict holds nothing for anybody: credit names a referrer.
    NothingHeld,
}

/// Decides on the sale `id`.
///
/// # Errors
/// What the database reports.
pub fn decide_sale(
    tx: &mut Tx<'_>,
    now: Instant,
    id: SaleId,
    action: Action,
    reason: &str,
    actor: &str,
) -> DbResult<DecisionAnswer> {
    let Some(row) = sales::lock(tx, id)?.filter(|row| row.version.is_some()) else { return Ok(DecisionAnswer::UnknownSale) };
    if row.history || row.status == SaleStatus::Cancelled {
        return Ok(DecisionAnswer::EarnsNothing);
    }
    let held_for = row.referrer_id.filter(|_| row.verdict_kind == Some(VerdictKind::Held));
    let decision = match (action, held_for) {
        (Action::Credit(referrer_id), _) if referrers::find(tx, referrer_id)?.is_none() => {
            return Ok(DecisionAnswer::UnknownReferrer);
        }
        (Action::Credit(referrer_id), _) | (Action::Release, Some(referrer_id)) => Decision::Credit { referrer_id },
        (Action::Release, None) => return Ok(DecisionAnswer::NothingHeld),
        (Action::Deny, _) => Decision::Deny,
    };
    let repeated = row.decision.as_ref().is_some_and(|stored| stored.0 == decision);
    let buyers: Vec<CustomerId> = row.customer_id.into_iter().collect();
    let mut orders = states(tx, vec![row])?;
    // Noted before the fold opens, which reads the referrer that it names.
    for order in &mut orders {
        order.sale.decision = Some(Json(decision));
    }
    let people = resolve(tx, now, &[], &buyers)?;
    let mut fold = Fold::open(tx, now, orders, &people, &[], now)?;
    if !repeated {
        let subject = AnyId::from_uuid(id.uuid());
        let detail = serde_json::json!({ "decision": decision, "evidence": Evidence::OwnerDecision, "reason": reason });
        let audit = outbox::audit(tx, actor, "sale.decision", subject, detail, now)?;
        let cause = Cause { kind: ChangeCause::Decision, id: AnyId::from_uuid(audit.uuid()), actor, note: Some(reason) };
        fold.settle(id, cause);
    }
    let view = fold.order(id).map(super::fold::OrderState::view).ok_or(DbFault::NotFound)?;
    fold.finish(tx)?;
    Ok(DecisionAnswer::Decided(Box::new(view)))
}
