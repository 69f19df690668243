//! Makes a token's row; the door that asked signs its claims.

use crate::db::outbox::audit;
use crate::db::tokens::{self, TokenRow};
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx};
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::principal::{Mode, Role};

/// What a token shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// What it may do.
    pub role: Role,
    /// On which ledger.
    pub mode: Mode,
    /// The storefront it is bound to (only `Storefront`).
    pub source: Option<String>,
    /// The referrer it belongs to (only `Referrer`).
    pub referrer_id: Option<ReferrerId>,
    /// The browser origin it is bound to (only `Publishable`).
    pub origin: Option<String>,
    /// How long it is valid, in seconds.
    pub valid_seconds: i64,
}

/// Adds the token to the live ledger, where all tokens live.
///
/// # Errors
/// What the database reports.
pub fn create_token(tx: &mut Tx<'_>, now: Instant, request: &NewToken, actor: &str) -> DbResult<TokenRow> {
    let row = TokenRow {
        source: request.source.clone(),
        referrer_id: request.referrer_id,
        origin: request.origin.clone(),
        ..TokenRow::new(now, request.role, request.mode, request.valid_seconds)
    };
    tokens::insert(tx, &row)?;
    let detail = serde_json::json!({ "role": row.role, "mode": row.mode, "expires_at": row.expires_at });
    audit(tx, actor, "token.create", AnyId::from_uuid(row.id.uuid()), detail, now)?;
    Ok(row)
}
