//! Adds an address that is told what happens.

use serde_json::json;

use crate::db::endpoints::{self, Endpoint};
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, Tx, outbox};
use crate::domain::id::EndpointId;
use crate::domain::instant::Instant;
use crate::domain::webhook::EndpointStatus;

/// The most endpoints of a ledger: every event costs a row for each.
pub const ENDPOINTS_MAX: i64 = 20;

/// An endpoint to add; address and kinds were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointWish {
    /// Made by the caller, because the secret is sealed for it.
    pub id: EndpointId,
    /// Where.
    pub url: String,
    /// The owner's words.
    pub description: Option<String>,
    /// Which events; empty for all.
    pub kinds: Vec<String>,
    /// What will sign, sealed for [`Endpoint::seal_place`] of `id`.
    pub secret: String,
}

/// Adds the endpoint; none when there are enough.
///
/// # Errors
/// What the database reports.
pub fn create_endpoint(tx: &mut Tx<'_>, now: Instant, actor: &str, wish: &EndpointWish) -> DbResult<Option<Endpoint>> {
    if endpoints::count(tx)? >= ENDPOINTS_MAX {
        return Ok(None);
    }
    let row = Endpoint {
        id: wish.id,
        url: wish.url.clone(),
        description: wish.description.clone(),
        kinds: Json(wish.kinds.clone()),
        secret: wish.secret.clone(),
        old_secret: None,
        old_secret_until: None,
        status: EndpointStatus::Enabled,
        why_disabled: None,
        failures: 0,
        failing_since: None,
        rests_until: None,
        created_at: now,
    };
    endpoints::insert(tx, &row)?;
    let detail = json!({ "events": wish.kinds });
    outbox::audit(tx, actor, "webhook_endpoint.create", AnyId::from_uuid(row.id.uuid()), detail, now)?;
    Ok(Some(row))
}
