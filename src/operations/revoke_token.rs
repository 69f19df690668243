//! Revokes a token: every node refuses it within a second.

use crate::db::outbox::audit;
use crate::db::tokens;
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx};
use crate::domain::id::TokenId;
use crate::domain::instant::Instant;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// It is revoked now.
    Now,
    /// It was revoked before.
    Before,
    /// There is no such token.
    Unknown,
}

/// Revokes the token.
///
/// # Errors
/// What the database reports.
pub fn revoke_token(tx: &mut Tx<'_>, now: Instant, id: TokenId, actor: &str) -> DbResult<Revoked> {
    if tokens::revoke(tx, id, now)? {
        audit(tx, actor, "token.revoke", AnyId::from_uuid(id.uuid()), serde_json::json!({}), now)?;
        return Ok(Revoked::Now);
    }
    Ok(if tokens::find(tx, id)?.is_some() { Revoked::Before } else { Revoked::Unknown })
}
