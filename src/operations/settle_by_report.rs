//! Books what a bank's report says of the payouts of a batch. A line that names another amount, or contradicts
//! what stands, books nothing; the same report again changes nothing.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::settle_payout::{self, settle_payout};
use crate::db::payouts::{self, Payout};
use crate::db::{DbResult, Tx, referrers};
use crate::domain::id::{BatchId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::payment::{Fate, is_amount};
use crate::domain::payout::PayoutResult;

/// Lines of a report in one transaction: a sale must not wait behind a long one.
pub const SLICE: usize = 100;

/// What a report says of one payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Which payout.
    pub payout_id: PayoutId,
    /// The amount, in whole units and decimals, where it is told.
    pub amount: Option<Decimal>,
    /// What became of it.
    pub fate: Fate,
}

/// How one line was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Booked now.
    Settled,
    /// Booked so before.
    Unchanged,
    /// Another result stands, or the payout was not approved.
    Refused,
    /// Nothing final yet: nothing is booked.
    InProgress,
    /// The report names another amount: nothing is booked.
    OtherAmount,
    /// The payout is of another batch.
    NotInBatch,
}

/// Books up to [`SLICE`] lines, each on its own; a line's payout comes back as it stands then.
///
/// # Errors
/// What the database reports.
pub fn settle_by_report(
    tx: &mut Tx<'_>,
    now: Instant,
    batch_id: BatchId,
    told: &[Told],
    actor: &str,
) -> DbResult<Vec<(Taken, Option<Payout>)>> {
    let known: HashMap<PayoutId, Payout> = payouts::find_all(tx, &told.iter().map(|one| one.payout_id).collect::<Vec<_>>())?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    // All people before the batch: each settlement locks both, and the order is the house's.
    let mut people: Vec<ReferrerId> = known.values().map(|row| row.referrer_id).collect();
    people.sort_unstable();
    people.dedup();
    referrers::lock(tx, &people)?;
    let mut taken = Vec::with_capacity(told.len());
    for one in told {
        taken.push(match known.get(&one.payout_id).filter(|row| row.batch_id == batch_id) {
            None => (Taken::NotInBatch, None),
            Some(row) if one.amount.is_some_and(|amount| !is_amount(amount, row.amount, row.currency)) => {
                (Taken::OtherAmount, Some(row.clone()))
            }
            Some(row) => book(tx, now, row, one, actor)?,
        });
    }
    Ok(taken)
}

fn book(tx: &mut Tx<'_>, now: Instant, seen: &Payout, told: &Told, actor: &str) -> DbResult<(Taken, Option<Payout>)> {
    // A line may follow another of the same payout, so its status is read again.
    let status = payouts::find(tx, seen.id)?.map_or(seen.status, |row| row.status);
    let Some(result) = told.fate.verdict.result(status) else { return Ok((Taken::InProgress, Some(seen.clone()))) };
    let reason = (result != PayoutResult::Paid).then(|| format!("{}: {}", told.fate.code, told.fate.words));
    let request = settle_payout::Request { result, reference: None, reason, actor: actor.to_owned() };
    let settled = settle_payout(tx, now, seen.id, &request)?;
    Ok(settled.map_or((Taken::NotInBatch, None), |settled| {
        let taken = match settled.outcome {
            settle_payout::Outcome::Settled => Taken::Settled,
            settle_payout::Outcome::Unchanged => Taken::Unchanged,
            settle_payout::Outcome::Refused => Taken::Refused,
        };
        (taken, Some(settled.payout))
    }))
}
