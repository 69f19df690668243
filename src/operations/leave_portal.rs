//! A referrer signs out everywhere: sessions are revoked, and links that stand in letters show nothing any more.

use serde_json::json;

use crate::db::outbox::audit;
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx, portal};
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;

/// Revokes his sessions. Writes to the live ledger, where all tokens are.
///
/// # Errors
/// What the database reports.
pub fn end_sessions(tx: &mut Tx<'_>, now: Instant, id: ReferrerId) -> DbResult<()> {
    portal::end_sessions(tx, id, now)
}

/// Makes the links dead that were sent to him. Writes to his ledger.
///
/// # Errors
/// What the database reports.
pub fn end_links(tx: &mut Tx<'_>, now: Instant, actor: &str, id: ReferrerId) -> DbResult<()> {
    portal::end_links(tx, id, now)?;
    audit(tx, actor, "referrer.leave_portal", AnyId::from_uuid(id.uuid()), json!({}), now).map(drop)
}
