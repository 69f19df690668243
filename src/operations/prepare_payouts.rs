//! Prepares a payout batch: groups what is open by referrer and currency, reserves what can be paid, and
//! lists everybody left out with the reason. A batch is begun in one transaction and put together in
//! many small ones, so that a sale never waits long; one that was left in the middle is taken up again.

use serde_json::json;

use super::prepare_slice::prepare_slice;
use crate::db::outbox::audit;
use crate::db::payout_batches::{self, Batch};
use crate::db::types::AnyId;
use crate::db::{DbFault, DbResult, Tx, terms};
use crate::domain::id::BatchId;
use crate::domain::instant::Instant;
use crate::domain::payout::BatchStatus;

/// What the owner asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Take only what was approved before; everything if absent.
    pub cutoff: Option<Instant>,
    /// Whether to pay small rests too.
    pub sweep: bool,
    /// For which period the schedule asks, or after which commission.
    pub scheduled_for: Option<String>,
    /// Who asks.
    pub actor: String,
}

/// Begins a batch that is still to be put together; none if the schedule's period has one.
///
/// # Errors
/// What the database reports.
pub fn begin_batch(tx: &mut Tx<'_>, now: Instant, request: &Request) -> DbResult<Option<BatchId>> {
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let terms_version = program.current().ok_or(DbFault::NotFound)?.version;
    let row = Batch {
        id: BatchId::new(now),
        program_id: program.id,
        status: BatchStatus::Preparing,
        cutoff: request.cutoff.unwrap_or(now),
        bounded: request.cutoff.is_some(),
        sweep: request.sweep,
        scheduled_for: request.scheduled_for.clone(),
        terms_version,
        prepared_to: None,
        touched_at: now,
        hash: None,
        prepared_by: request.actor.clone(),
        approved_by: None,
        created_at: now,
        approved_at: None,
    };
    if !payout_batches::insert(tx, &row)? {
        return Ok(None);
    }
    let facts = json!({ "cutoff": request.cutoff, "sweep": request.sweep, "scheduled_for": request.scheduled_for });
    audit(tx, &request.actor, "payout_batch.prepare", AnyId::from_uuid(row.id.uuid()), facts, now)?;
    Ok(Some(row.id))
}

/// Prepares a whole batch in one transaction: for ledgers on which nobody else works.
///
/// # Errors
/// What the database reports.
pub fn prepare_payouts(tx: &mut Tx<'_>, now: Instant, request: &Request) -> DbResult<Option<BatchId>> {
    let begun = begin_batch(tx, now, request)?;
    if let Some(id) = begun {
        while prepare_slice(tx, now, id)? {}
    }
    Ok(begun)
}
