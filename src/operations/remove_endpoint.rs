//! Removes an endpoint with its log.

use serde_json::json;

use crate::db::types::AnyId;
use crate::db::{DbResult, Tx, deliveries, endpoints, outbox};
use crate::domain::id::EndpointId;
use crate::domain::instant::Instant;

/// Removes the endpoint; returns whether there was one. Messages under way find nobody and end.
///
/// # Errors
/// What the database reports.
pub fn remove_endpoint(tx: &mut Tx<'_>, now: Instant, actor: &str, id: EndpointId) -> DbResult<bool> {
    if endpoints::lock(tx, id)?.is_none() {
        return Ok(false);
    }
    deliveries::remove_of(tx, id)?;
    endpoints::remove(tx, id)?;
    outbox::audit(tx, actor, "webhook_endpoint.remove", AnyId::from_uuid(id.uuid()), json!({}), now)?;
    Ok(true)
}
