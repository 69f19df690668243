//! Moves the sandbox's clock forward, so that a developer sees hold, approval and payout in a minute.

use super::books::{Book, CLOCK_OFFSET};
use super::carry_out_decision::carry_out_decision;
use super::erase_customer::forget_recipients;
use super::expire_claims::{SLICE as EXPIRE_SLICE, expire_claims};
use super::mature_commissions::{SLICE, mature_commissions};
use super::prepare_scheduled::{self, Due};
use super::remind_details;
use crate::db::{DbResult, Tx, pending_decisions, restricted, settings};
use crate::domain::instant::Instant;

/// The furthest a sandbox may run ahead, in days: far enough for a ten-year promise.
pub const DAYS_MAX: i64 = 3_650;

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advanced {
    /// The clock stands here now, so far ahead of the wall clock (in microseconds).
    To(Instant, i64),
    /// That would be further than [`DAYS_MAX`].
    TooFar,
}

/// Moves the clock by `days` and runs the chores that fall due, in the caller's transaction.
///
/// # Errors
/// What the database reports.
pub fn advance_sandbox(tx: &mut Tx<'_>, now: Instant, days: i64) -> DbResult<Advanced> {
    let stored = settings::get(tx, CLOCK_OFFSET)?.and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    let ahead = Instant::from_micros(stored).plus_days(days);
    if ahead > Instant::from_micros(0).plus_days(DAYS_MAX) {
        return Ok(Advanced::TooFar);
    }
    settings::put(tx, CLOCK_OFFSET, &ahead.micros().to_string())?;
    let then = now.plus_days(days);
    while let Some(decision) = pending_decisions::next_due(tx, then)? {
        carry_out_decision(tx, then, decision)?;
    }
    if restricted::any_over(tx, then)? {
        forget_recipients(tx, then)?;
    }
    let full = usize::try_from(SLICE).unwrap_or(usize::MAX);
    while mature_commissions(tx, then)? >= full {}
    while i64::try_from(expire_claims(tx, then)?).unwrap_or(0) >= EXPIRE_SLICE {}
    let mut due = prepare_scheduled::due(tx, then)?;
    while due != Due::Nothing {
        due = prepare_scheduled::prepare_scheduled(tx, then, &due)?.map_or(Due::Nothing, Due::Continue);
    }
    loop {
        let ask = remind_details::due(tx, then)?;
        if ask.is_empty() {
            break;
        }
        remind_details::remind_details(tx, then, &ask)?;
    }
    Ok(Advanced::To(then, ahead.micros()))
}

/// Lets this process's clock follow a committed step.
pub fn follow(book: &Book, advanced: Advanced) {
    if let Advanced::To(_, offset) = advanced {
        book.clock.set_offset_micros(offset);
    }
}
