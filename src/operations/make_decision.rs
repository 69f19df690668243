//! Notes what the owner decided at the desk, to be carried out in a few seconds.

use crate::db::pending_decisions::{self, PendingDecision};
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, Tx};
use crate::domain::desk_decision::{DeskDecision, UNDO_SECONDS};
use crate::domain::id::DecisionId;
use crate::domain::instant::Instant;

/// What was decided.
#[derive(Debug, Clone)]
pub struct Request {
    /// The sale, claim, pair, payout, debt or address it is about.
    pub subject_id: AnyId,
    /// The decision.
    pub decision: DeskDecision,
    /// The words given.
    pub reason: String,
    /// Who decided.
    pub actor: String,
}

/// Notes a decision; none if one on the same subject is waiting already.
///
/// # Errors
/// What the database reports.
pub fn make_decision(tx: &mut Tx<'_>, now: Instant, request: &Request) -> DbResult<Option<DecisionId>> {
    let id = DecisionId::new(now);
    let row = PendingDecision {
        id,
        kind: request.decision.kind().to_owned(),
        subject_id: request.subject_id,
        decision: Json(request.decision.clone()),
        reason: request.reason.clone(),
        actor: request.actor.clone(),
        execute_after: now.plus_seconds(UNDO_SECONDS),
        refusal: None,
        created_at: now,
    };
    Ok(pending_decisions::insert(tx, &row)?.then_some(id))
}
