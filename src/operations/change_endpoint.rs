//! Lets an endpoint lead elsewhere, hear of other events, or switches it on and off.

use serde_json::json;

use crate::db::endpoints::{self, Endpoint};
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, Tx, outbox};
use crate::domain::id::EndpointId;
use crate::domain::instant::Instant;
use crate::domain::webhook::{EndpointStatus, WhyDisabled};

/// What to change, checked; none leaves a field alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointChange {
    /// Where.
    pub url: Option<String>,
    /// The owner's words; the inner none empties.
    pub description: Option<Option<String>>,
    /// Which events.
    pub kinds: Option<Vec<String>>,
    /// Whether it is told anything.
    pub status: Option<EndpointStatus>,
}

/// Changes the endpoint; none when there is no such. Another address, or switching it on, forgets its failures.
///
/// # Errors
/// What the database reports.
pub fn change_endpoint(
    tx: &mut Tx<'_>,
    now: Instant,
    actor: &str,
    id: EndpointId,
    change: &EndpointChange,
) -> DbResult<Option<Endpoint>> {
    let Some(before) = endpoints::lock(tx, id)? else { return Ok(None) };
    let mut after = Endpoint {
        url: change.url.clone().unwrap_or_else(|| before.url.clone()),
        description: change.description.clone().unwrap_or_else(|| before.description.clone()),
        kinds: change.kinds.clone().map_or_else(|| before.kinds.clone(), Json),
        ..before.clone()
    };
    match change.status {
        Some(EndpointStatus::Enabled) => (after.status, after.why_disabled) = (EndpointStatus::Enabled, None),
        Some(EndpointStatus::Disabled) if before.status == EndpointStatus::Enabled => {
            (after.status, after.why_disabled) = (EndpointStatus::Disabled, Some(WhyDisabled::Owner));
        }
        Some(EndpointStatus::Disabled) | None => {}
    }
    if after.url != before.url || change.status == Some(EndpointStatus::Enabled) {
        (after.failures, after.failing_since, after.rests_until) = (0, None, None);
    }
    if after != before {
        endpoints::update(tx, &after)?;
        let detail = json!({ "status": after.status, "events": after.kinds.0, "moved": after.url != before.url });
        outbox::audit(tx, actor, "webhook_endpoint.change", AnyId::from_uuid(id.uuid()), detail, now)?;
    }
    Ok(Some(after))
}
