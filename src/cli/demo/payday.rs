//! The first of the month: what is ready is paid. One payout never leaves and one comes back, so
//! that both can be seen.

use super::replay::{ACTOR, Replay};
use crate::cli::{Outcome, fail};
use crate::db::payouts;
use crate::domain::id::{BatchId, PayoutId};
use crate::domain::payout::{PayoutResult, PayoutStatus, Rail};
use crate::operations::approve_batch::{self, approve_batch};
use crate::operations::prepare_payouts::{self, prepare_payouts};
use crate::operations::settle_payout::{self, Outcome as Booked, settle_batch, settle_payout};

/// The largest payout of this day cannot be made.
const FAILS_ON: &str = "1997-06-01";

/// The largest payout of this day comes back.
const RETURNS_FROM: &str = "1997-08-01";

/// So many days later.
const RETURNS_AFTER: usize = 10;

impl Replay<'_> {
    /// Pays on the first of a month, and takes back what comes back today.
    pub(super) fn pay(&mut self, day: usize) -> Outcome {
        if let Some((_, payout)) = self.coming_back.take_if(|(on, _)| *on == day) {
            self.month.paid -= self.settle_one(payout, PayoutResult::Returned, "the bank sent it back: account closed")?;
        }
        let date = self.date(day);
        if day == 0 || !date.ends_with("-01") {
            return Ok(());
        }
        let request = prepare_payouts::Request { cutoff: None, sweep: false, scheduled_for: None, actor: ACTOR.to_owned() };
        let writer = &self.book.writer;
        let prepared = writer.write_blocking(move |tx, now| match prepare_payouts(tx, now, &request)? {
            Some(id) => Ok(Some((id, payouts::of_batch(tx, id)?))),
            None => Ok(None),
        });
        let (batch_id, rows) = prepared.map_err(fail)?.ok_or_else(|| fail("no batch was made"))?;
        let request = approve_batch::Request { batch_id, actor: ACTOR.to_owned() };
        writer.write_blocking(move |tx, now| approve_batch(tx, now, &request)).map_err(fail)?;
        let by_hand = rows.iter().filter(|payout| payout.rail == Rail::Manual);
        let largest = by_hand.max_by_key(|payout| payout.amount).map(|payout| payout.id);
        if let Some(largest) = largest.filter(|_| date == FAILS_ON) {
            self.settle_one(largest, PayoutResult::Failed, "the cheque could not be made out: no name")?;
        }
        if date == RETURNS_FROM {
            self.coming_back = largest.map(|largest| (day + RETURNS_AFTER, largest));
        }
        self.month.paid += self.settle_rest(batch_id, &date)?;
        Ok(())
    }

    /// Books one payout's result; returns its amount.
    fn settle_one(&self, id: PayoutId, result: PayoutResult, reason: &str) -> Result<i64, crate::cli::Failure> {
        let request =
            settle_payout::Request { result, reference: None, reason: Some(reason.to_owned()), actor: ACTOR.to_owned() };
        let settled = self.book.writer.write_blocking(move |tx, now| settle_payout(tx, now, id, &request)).map_err(fail)?;
        match settled {
            Some(one) if one.outcome == Booked::Settled => Ok(one.payout.amount),
            other => Err(fail(format!("a payout could not be settled: {other:?}"))),
        }
    }

    /// Books the rest of a batch as paid; returns how much that is.
    fn settle_rest(&self, batch: BatchId, date: &str) -> Result<i64, crate::cli::Failure> {
        let reference = Some(format!("cheques of {date}"));
        let request = settle_payout::Request { result: PayoutResult::Paid, reference, reason: None, actor: ACTOR.to_owned() };
        let settled = self.book.writer.write_blocking(move |tx, now| settle_batch(tx, now, batch, &request)).map_err(fail)?;
        let (_, settled) = settled.ok_or_else(|| fail("the batch that was approved is gone"))?;
        let paid = settled.iter().filter(|one| one.outcome == Booked::Settled && one.payout.status == PayoutStatus::Paid);
        Ok(paid.map(|one| one.payout.amount).sum())
    }
}
