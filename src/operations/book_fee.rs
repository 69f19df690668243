//! Books what a bank or provider took for a payout: the shop's expense, on an account of its own, and
//! never the referrer's.

use serde_json::json;

use crate::db::ledger::{self, Transfer};
use crate::db::outbox;
use crate::db::payouts::Payout;
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx, payouts, referrers};
use crate::domain::commission::{Account, TransferKind};
use crate::domain::id::PayoutId;
use crate::domain::instant::Instant;
use crate::domain::money::Money;
use crate::domain::payout::Rail;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Booked, now or before.
    Booked(Money),
    /// Another fee stands.
    Differs(Money),
    /// No money moved that could have cost anything.
    NothingMoved,
    /// There is no such payout.
    NoPayout,
}

/// Books the fee of a payout, `amount` minor units of its currency; the same again changes nothing.
///
/// # Errors
/// What the database reports.
pub fn book_fee(tx: &mut Tx<'_>, now: Instant, id: PayoutId, amount: i64, actor: &str) -> DbResult<Outcome> {
    let Some(seen) = payouts::find(tx, id)? else { return Ok(Outcome::NoPayout) };
    referrers::lock(tx, &[seen.referrer_id])?;
    let Some(payout) = payouts::lock(tx, id)? else { return Ok(Outcome::NoPayout) };
    if payout.rail == Rail::Offset {
        return Ok(Outcome::NothingMoved);
    }
    let fee = Money { amount, currency: payout.currency };
    if let Some(stands) = post(tx, now, &payout, fee)? {
        return Ok(if stands == fee { Outcome::Booked(stands) } else { Outcome::Differs(stands) });
    }
    let facts = json!({ "amount": amount, "currency": payout.currency });
    outbox::audit(tx, actor, "payout.fee", AnyId::from_uuid(id.uuid()), facts, now)?;
    Ok(Outcome::Booked(fee))
}

/// Posts the fee of a payout read under lock, unless there is one: that one is returned.
pub(super) fn post(tx: &mut Tx<'_>, now: Instant, payout: &Payout, fee: Money) -> DbResult<Option<Money>> {
    let cause_id = AnyId::from_uuid(payout.id.uuid());
    if let Some(known) = ledger::posting(tx, cause_id, TransferKind::Fee)? {
        return Ok(Some(Money { amount: known.amount, currency: known.currency }));
    }
    let posting = Transfer {
        cause_id,
        kind: TransferKind::Fee,
        referrer_id: payout.referrer_id,
        currency: fee.currency,
        from_account: Account::Expense,
        to_account: Account::Fees,
        amount: fee.amount,
        posted_at: now,
    };
    ledger::post(tx, vec![posting]).map(|()| None)
}
