//! Tells an endpoint again what it missed.

use serde_json::json;

use crate::db::endpoints::Endpoint;
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx, deliveries, endpoints, outbox};
use crate::domain::id::{DeliveryId, EndpointId, EventId};
use crate::domain::instant::Instant;
use crate::domain::webhook::{EndpointStatus, wants};

/// Messages queued by one request; the caller asks again for more.
pub const SLICE: i64 = 500;

/// What to tell again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// One message, whatever became of it.
    One(DeliveryId),
    /// What failed and what was never queued (while the endpoint was off) from then on.
    Since(Instant),
    /// The same for what happened after this event: the next slice.
    After(EventId),
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replayed {
    /// There is no such endpoint, or it has no such message.
    Unknown,
    /// It is switched off: nothing would be sent.
    Disabled,
    /// Messages wait to be sent again.
    Queued {
        /// How many.
        count: usize,
        /// The last event looked at, when there may be more after it.
        reached: Option<EventId>,
    },
}

/// Queues messages to `endpoint` again.
///
/// # Errors
/// What the database reports.
pub fn replay_deliveries(tx: &mut Tx<'_>, now: Instant, actor: &str, endpoint: EndpointId, what: Replay) -> DbResult<Replayed> {
    let Some(known) = endpoints::lock(tx, endpoint)? else { return Ok(Replayed::Unknown) };
    if known.status == EndpointStatus::Disabled {
        return Ok(Replayed::Disabled);
    }
    let (count, reached) = match what {
        Replay::One(id) => {
            let his = deliveries::find(tx, id)?.is_some_and(|(delivery, _)| delivery.endpoint_id == endpoint);
            if !his {
                return Ok(Replayed::Unknown);
            }
            (deliveries::requeue(tx, endpoint, &[id], now)?, None)
        }
        Replay::Since(since) => missed(tx, now, &known, first_id(since))?,
        Replay::After(event) => missed(tx, now, &known, event)?,
    };
    let detail = json!({ "queued": count });
    outbox::audit(tx, actor, "webhook_endpoint.replay", AnyId::from_uuid(endpoint.uuid()), detail, now)?;
    Ok(Replayed::Queued { count, reached })
}

/// Queues a slice of what `endpoint` missed after the event `after`.
fn missed(tx: &mut Tx<'_>, now: Instant, endpoint: &Endpoint, after: EventId) -> DbResult<(usize, Option<EventId>)> {
    let events = deliveries::events_after(tx, after, SLICE)?;
    let full = i64::try_from(events.len()).unwrap_or(SLICE) >= SLICE;
    let reached = events.last().filter(|_| full).map(|event| event.id);
    let wanted: Vec<_> = events.into_iter().filter(|event| wants(&endpoint.kinds.0, &event.kind)).collect();
    let failed = deliveries::failed_of(tx, endpoint.id, &wanted)?;
    let again = deliveries::requeue(tx, endpoint.id, &failed, now)?;
    Ok((again + deliveries::queue_missed(tx, endpoint.id, &wanted, now)?, reached))
}

/// Below every id made at `since` or later: ids begin with their time (RFC 9562 §5.7).
fn first_id(since: Instant) -> EventId {
    let millis = u128::try_from(since.micros() / 1_000).unwrap_or(0);
    EventId::from_uuid(uuid::Uuid::from_u128(millis << 80))
}
