//! Notes that payouts leave the house in a file, and who took it. What left in a file leaves by no other way: it
//! is not sent, and its batch is not cancelled, for the file may be at the bank already.

use std::collections::HashSet;

use serde_json::json;

use super::export_payouts::Request;
use crate::db::outbox::audit;
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx, payout_batches, payouts};
use crate::domain::id::PayoutId;
use crate::domain::instant::Instant;
use crate::domain::payout::PayoutStatus;

/// Hands out these payouts of the batch; false, and nothing is noted, when one of them has moved since the file
/// was made.
///
/// # Errors
/// What the database reports.
pub fn hand_out_payouts(tx: &mut Tx<'_>, now: Instant, request: &Request, ids: &[PayoutId]) -> DbResult<bool> {
    let Some(batch) = payout_batches::lock(tx, request.batch_id)? else { return Ok(false) };
    let rows = payouts::lock_of_batch(tx, batch.id)?;
    let open: HashSet<PayoutId> = rows.iter().filter(|row| row.status == PayoutStatus::Approved).map(|row| row.id).collect();
    let elsewhere: HashSet<PayoutId> = payouts::exported(tx, batch.id)?
        .into_iter()
        .filter(|(_, format)| request.pays() && format != request.format)
        .map(|(id, _)| id)
        .collect();
    if ids.iter().any(|id| !open.contains(id) || elsewhere.contains(id)) {
        return Ok(false);
    }
    if request.pays() {
        payouts::mark_exported(tx, ids, request.format)?;
    }
    let detail = json!({ "format": request.format, "payouts": ids.len() });
    audit(tx, &request.actor, "payout_batch.export", AnyId::from_uuid(batch.id.uuid()), detail, now)?;
    Ok(true)
}
