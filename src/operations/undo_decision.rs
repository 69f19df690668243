//! Takes back what was decided at the desk, as long as it was not carried out.

use serde_json::json;

use crate::db::{DbResult, Tx, outbox, pending_decisions};
use crate::domain::id::DecisionId;
use crate::domain::instant::Instant;

/// Takes a decision back; returns whether it was still waiting.
///
/// # Errors
/// What the database reports.
pub fn undo_decision(tx: &mut Tx<'_>, now: Instant, id: DecisionId, actor: &str) -> DbResult<bool> {
    let Some(row) = pending_decisions::lock(tx, id)? else { return Ok(false) };
    pending_decisions::delete(tx, id)?;
    outbox::audit(tx, actor, "decision.undo", row.subject_id, json!({ "verb": row.decision.0.verb() }), now)?;
    Ok(true)
}
