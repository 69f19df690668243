//! Gives an endpoint a new secret; the old one signs beside it for a while.

use serde_json::json;

use crate::db::endpoints::{self, Endpoint};
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx, outbox};
use crate::domain::id::EndpointId;
use crate::domain::instant::Instant;

/// Replaces the secret of an endpoint by one sealed for [`Endpoint::seal_place`]; none when there is no such.
/// `overlap_hours` 0 ends the old one at once.
///
/// # Errors
/// What the database reports.
pub fn rotate_endpoint_secret(
    tx: &mut Tx<'_>,
    now: Instant,
    actor: &str,
    id: EndpointId,
    secret: &str,
    overlap_hours: i64,
) -> DbResult<Option<Endpoint>> {
    let Some(before) = endpoints::lock(tx, id)? else { return Ok(None) };
    let (old_secret, old_secret_until) = match overlap_hours {
        0 => (None, None),
        hours => (Some(before.secret.clone()), Some(now.plus_seconds(hours * 3_600))),
    };
    let after = Endpoint { secret: secret.to_owned(), old_secret, old_secret_until, ..before };
    endpoints::update(tx, &after)?;
    let detail = json!({ "overlap_hours": overlap_hours });
    outbox::audit(tx, actor, "webhook_endpoint.rotate_secret", AnyId::from_uuid(id.uuid()), detail, now)?;
    Ok(Some(after))
}
