//! Posts an adjustment: money given or taken by the owner's word, without a sale.

use serde_json::json;

use crate::db::adjustments::{self, Adjustment};
use crate::db::ledger::{self, Transfer};
use crate::db::outbox::{NewEvent, audit, note_events};
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, Tx, referrers, terms};
use crate::domain::commission::{Account, TransferKind};
use crate::domain::id::{AdjustmentId, EventId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Money;
use crate::domain::payout::AdjustmentKind;

/// What the owner asks for. The amount has the sign its kind allows.
#[derive(Debug, Clone)]
pub struct Request {
    /// Whose money.
    pub referrer_id: ReferrerId,
    /// Which kind.
    pub kind: AdjustmentKind,
    /// How much; negative takes away.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// Who asks.
    pub actor: String,
}

/// How it ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Posted.
    Posted(Adjustment),
    /// There is no such referrer.
    NoReferrer,
    /// More was to be given up than is ready.
    ExceedsReady(Money),
    /// More was to be forgiven than is owed to the shop.
    ExceedsDebt(Money),
}

/// Posts an adjustment.
///
/// # Errors
/// What the database reports.
pub fn post_adjustment(tx: &mut Tx<'_>, now: Instant, request: &Request) -> DbResult<Outcome> {
    if referrers::lock(tx, &[request.referrer_id])?.is_empty() {
        return Ok(Outcome::NoReferrer);
    }
    // It counts against the budget: nobody may judge by what was spent before it and book after it.
    if request.kind == AdjustmentKind::Adjust && terms::program(tx)?.is_some_and(|program| program.has_budget()) {
        terms::lock(tx)?;
    }
    let Money { amount, currency } = request.amount;
    if request.kind == AdjustmentKind::Forfeit {
        let balances = ledger::lock_balances(tx, vec![request.referrer_id])?;
        let ready = balances.iter().find(|row| row.currency == currency).map_or(0, |row| row.ready);
        if amount.saturating_neg() > ready {
            return Ok(Outcome::ExceedsReady(Money { amount: ready, currency }));
        }
    }
    if request.kind == AdjustmentKind::Forgive {
        let balances = ledger::lock_balances(tx, vec![request.referrer_id])?;
        let debt = balances.iter().find(|row| row.currency == currency).map_or(0, |row| row.ready.min(0).saturating_neg());
        if amount > debt {
            return Ok(Outcome::ExceedsDebt(Money { amount: debt, currency }));
        }
    }
    let row = Adjustment {
        id: AdjustmentId::new(now),
        referrer_id: request.referrer_id,
        kind: request.kind,
        currency,
        amount,
        reason: request.reason.clone(),
        actor: request.actor.clone(),
        created_at: now,
    };
    adjustments::insert(tx, &row)?;
    ledger::post(tx, vec![transfer(&row)])?;
    let subject = AnyId::from_uuid(row.id.uuid());
    let facts = json!({ "referrer_id": row.referrer_id, "kind": row.kind, "amount": row.amount, "currency": row.currency });
    let event = NewEvent {
        id: EventId::new(now),
        kind: "adjustment.posted",
        subject_id: subject,
        data: Json(facts.clone()),
        created_at: now,
    };
    note_events(tx, &[event])?;
    audit(tx, &request.actor, "adjustment.post", subject, facts, now)?;
    Ok(Outcome::Posted(row))
}

/// The posting of an adjustment: which accounts its kind moves money between.
#[must_use]
pub fn transfer(row: &Adjustment) -> Transfer {
    let (kind, from_account, to_account) = match row.kind {
        AdjustmentKind::Adjust if row.amount < 0 => (TransferKind::Adjust, Account::Ready, Account::Expense),
        AdjustmentKind::Adjust => (TransferKind::Adjust, Account::Expense, Account::Ready),
        AdjustmentKind::Open => (TransferKind::Open, Account::Opening, Account::Ready),
        AdjustmentKind::Forfeit => (TransferKind::Forfeit, Account::Ready, Account::WrittenOff),
        AdjustmentKind::Forgive => (TransferKind::Forgive, Account::WrittenOff, Account::Ready),
    };
    Transfer {
        cause_id: AnyId::from_uuid(row.id.uuid()),
        kind,
        referrer_id: row.referrer_id,
        currency: row.currency,
        from_account,
        to_account,
        amount: row.amount.saturating_abs(),
        posted_at: row.created_at,
    }
}
