//! Prepares the batches that the program's schedule asks for, and takes up those that were left in the
//! middle. Never approves one. A chore: takes no input, is safe to repeat and safe if two run.

use super::prepare_payouts::{Request, begin_batch};
use super::prepare_slice::prepare_slice;
use crate::db::{Conn, DbFault, DbResult, Tx, payout_batches, terms};
use crate::domain::id::BatchId;
use crate::domain::instant::Instant;
use crate::domain::payout_rules::Schedule;

/// Who prepared a batch that nobody asked for.
pub const SCHEDULE: &str = "schedule";

/// After so many seconds without a slice, whoever put a batch together is gone: a slice takes far less.
const LEFT_ALONE_SECONDS: i64 = 20;

/// Days that must lie between two sweeps that a schedule makes.
const SWEEP_GAP_DAYS: i64 = 60;

/// What there is to do. Only reads, so that an idle house keeps no writer busy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// Nothing.
    Nothing,
    /// This batch was left in the middle.
    Continue(BatchId),
    /// The schedule asks for a batch of this name, and whether it pays small rests too.
    Begin(String, bool),
}

/// Looks what there is to do.
///
/// # Errors
/// What the database reports.
pub fn due(conn: &mut Conn<'_>, now: Instant) -> DbResult<Due> {
    if let Some(id) = payout_batches::left_alone(conn, now.plus_seconds(-LEFT_ALONE_SECONDS))? {
        return Ok(Due::Continue(id));
    }
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let rules = &program.current().ok_or(DbFault::NotFound)?.terms;
    let name = match rules.payouts.schedule {
        Schedule::None => None,
        Schedule::Monthly | Schedule::Weekly => rules.payouts.period(now, &rules.timezone),
        Schedule::WhenApproved => payout_batches::newest_payable(conn, rules)?.map(|id| format!("after {id}")),
    };
    let Some(name) = name else { return Ok(Due::Nothing) };
    if payout_batches::is_made_for(conn, &name)? {
        return Ok(Due::Nothing);
    }
    let in_month = rules.payouts.sweeps_at(now, &rules.timezone);
    let sweep = in_month && !payout_batches::swept_since(conn, now.plus_days(-SWEEP_GAP_DAYS))?;
    Ok(Due::Begin(name, sweep))
}

/// Does the next bit of what is due; returns the batch to go on with, if there is one.
///
/// # Errors
/// What the database reports.
pub fn prepare_scheduled(tx: &mut Tx<'_>, now: Instant, due: &Due) -> DbResult<Option<BatchId>> {
    match due {
        Due::Nothing => Ok(None),
        Due::Continue(id) => Ok(prepare_slice(tx, now, *id)?.then_some(*id)),
        Due::Begin(name, sweep) => {
            let request = Request { cutoff: None, sweep: *sweep, scheduled_for: Some(name.clone()), actor: SCHEDULE.to_owned() };
            begin_batch(tx, now, &request)
        }
    }
}
