//! The owner's word that two entries of the customer file are two people.

use serde_json::json;

use crate::db::merges::{self, Proposal};
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx, outbox};
use crate::domain::id::ProposalId;
use crate::domain::instant::Instant;

/// Dismisses a proposal; the same two are not proposed again. None if there is no such proposal; one
/// that ended before stays as it is.
///
/// # Errors
/// What the database reports.
pub fn dismiss_merge(tx: &mut Tx<'_>, now: Instant, id: ProposalId, reason: &str, actor: &str) -> DbResult<Option<Proposal>> {
    let Some(proposal) = merges::proposal(tx, id)? else { return Ok(None) };
    if merges::dismiss(tx, id, now)? {
        let detail = json!({ "kept_id": proposal.kept_id, "other_id": proposal.other_id, "reason": reason });
        outbox::audit(tx, actor, "merge.dismiss", AnyId::from_uuid(id.uuid()), detail, now)?;
    }
    Ok(Some(proposal))
}
