//! Events on their way to endpoints.

use diesel::prelude::*;

use super::outbox::{NewEvent, NewJob};
use super::schema::{deliveries, events, jobs};
use super::types::{AnyId, Json};
use super::{Conn, DbResult, Tx, endpoints};
use crate::domain::id::{DeliveryId, EndpointId, EventId};
use crate::domain::instant::Instant;
use crate::domain::webhook::{DeliveryStatus, wants};

/// The kind of job that tells one endpoint of one event; its dedupe key and payload are the delivery's id.
pub const DELIVER: &str = "deliver_webhook";

/// One event for one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = deliveries, treat_none_as_default_value = false)]
pub struct Delivery {
    /// The delivery.
    pub id: DeliveryId,
    /// To whom.
    pub endpoint_id: EndpointId,
    /// What.
    pub event_id: EventId,
    /// Of which kind.
    pub kind: String,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Tries so far.
    pub attempts: i64,
    /// The HTTP status of the last answer.
    pub answer: Option<i64>,
    /// What went wrong at the last try.
    pub error: Option<String>,
    /// When it is tried next.
    pub next_at: Option<Instant>,
    /// When it was queued.
    pub created_at: Instant,
    /// When it was taken or given up.
    pub ended_at: Option<Instant>,
}

/// An event, as it was noted.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = events)]
pub struct Event {
    /// The event.
    pub id: EventId,
    /// What happened.
    pub kind: String,
    /// To what.
    pub subject_id: AnyId,
    /// Ids and amounts only.
    pub data: Json<serde_json::Value>,
    /// When.
    pub created_at: Instant,
}

impl Delivery {
    fn new(endpoint_id: EndpointId, event_id: EventId, kind: &str, now: Instant) -> Self {
        Self {
            id: DeliveryId::new(now),
            endpoint_id,
            event_id,
            kind: kind.to_owned(),
            status: DeliveryStatus::Waiting,
            attempts: 0,
            answer: None,
            error: None,
            next_at: Some(now),
            created_at: now,
            ended_at: None,
        }
    }
}

/// Queues events for every endpoint that wants them, in the transaction that notes them: an endpoint is
/// told if and only if it happened. Costs one small query where nobody listens.
///
/// # Errors
/// What the database reports.
pub fn queue(tx: &mut Tx<'_>, rows: &[NewEvent]) -> DbResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let endpoints = endpoints::enabled(tx)?;
    let told = endpoints.iter().flat_map(|endpoint| {
        let wanted = rows.iter().filter(|row| wants(&endpoint.kinds.0, row.kind));
        wanted.map(|row| Delivery::new(endpoint.id, row.id, row.kind, row.created_at))
    });
    let told: Vec<Delivery> = told.collect();
    insert(tx, &told)
}

/// Queues those of `events` for an endpoint that it has not been told of yet; returns how many.
///
/// # Errors
/// What the database reports.
pub fn queue_missed(tx: &mut Tx<'_>, endpoint: EndpointId, rows: &[Event], now: Instant) -> DbResult<usize> {
    let ids: Vec<EventId> = rows.iter().map(|row| row.id).collect();
    let known: Vec<EventId> = on_db!(tx, c => deliveries::table
        .filter(deliveries::endpoint_id.eq(endpoint))
        .filter(deliveries::event_id.eq_any(&ids))
        .select(deliveries::event_id)
        .load(c))?;
    let missed = rows.iter().filter(|row| !known.contains(&row.id));
    let missed: Vec<Delivery> = missed.map(|row| Delivery::new(endpoint, row.id, &row.kind, now)).collect();
    insert(tx, &missed)?;
    Ok(missed.len())
}

fn insert(tx: &mut Tx<'_>, rows: &[Delivery]) -> DbResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    insert_all!(tx, deliveries::table, rows)?;
    let ids: Vec<DeliveryId> = rows.iter().map(|row| row.id).collect();
    let at = rows.first().map_or(Instant::from_micros(0), |row| row.created_at);
    queue_jobs(tx, &ids, at)
}

fn queue_jobs(tx: &mut Tx<'_>, ids: &[DeliveryId], now: Instant) -> DbResult<()> {
    let job = |id: &DeliveryId| NewJob::new(DELIVER, id.to_string(), serde_json::json!({ "delivery_id": id }), now);
    let rows: Vec<NewJob> = ids.iter().map(job).collect();
    insert_free!(tx, jobs::table, rows.as_slice()).map(drop)
}

/// One delivery with its event.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: DeliveryId) -> DbResult<Option<(Delivery, Event)>> {
    let found: Option<Delivery> =
        on_db!(conn, c => deliveries::table.find(id).select(Delivery::as_select()).first(c).optional())?;
    let Some(delivery) = found else { return Ok(None) };
    let event: Option<Event> =
        on_db!(conn, c => events::table.find(delivery.event_id).select(Event::as_select()).first(c).optional())?;
    Ok(event.map(|event| (delivery, event)))
}

/// Up to `most` deliveries of an endpoint after `after`, ascending by id; only those that stand at `status` if named.
///
/// # Errors
/// What the database reports.
pub fn list(
    conn: &mut Conn<'_>,
    endpoint: EndpointId,
    status: Option<DeliveryStatus>,
    after: Option<DeliveryId>,
    most: i64,
) -> DbResult<Vec<Delivery>> {
    on_db!(conn, c => {
        let mut query = deliveries::table.filter(deliveries::endpoint_id.eq(endpoint)).into_boxed();
        if let Some(status) = status {
            query = query.filter(deliveries::status.eq(status));
        }
        if let Some(after) = after {
            query = query.filter(deliveries::id.gt(after));
        }
        query.order(deliveries::id).limit(most).select(Delivery::as_select()).load(c)
    })
}

/// Notes what became of a try; one that ends has no next.
///
/// # Errors
/// What the database reports.
pub fn update(tx: &mut Tx<'_>, row: &Delivery) -> DbResult<()> {
    on_db!(tx, c => diesel::update(deliveries::table.find(row.id))
        .set((
            deliveries::status.eq(row.status),
            deliveries::attempts.eq(row.attempts),
            deliveries::answer.eq(row.answer),
            deliveries::error.eq(&row.error),
            deliveries::next_at.eq(row.next_at),
            deliveries::ended_at.eq(row.ended_at),
        ))
        .execute(c)
        .map(drop))
}

/// Queues ended deliveries of an endpoint anew, with all their tries before them; returns how many.
///
/// # Errors
/// What the database reports.
pub fn requeue(tx: &mut Tx<'_>, endpoint: EndpointId, ids: &[DeliveryId], now: Instant) -> DbResult<usize> {
    let none: Option<Instant> = None;
    let again: Vec<DeliveryId> = on_db!(tx, c => diesel::update(deliveries::table
            .filter(deliveries::id.eq_any(ids))
            .filter(deliveries::endpoint_id.eq(endpoint))
            .filter(deliveries::status.ne(DeliveryStatus::Waiting)))
        .set((
            deliveries::status.eq(DeliveryStatus::Waiting),
            deliveries::attempts.eq(0_i64),
            deliveries::next_at.eq(now),
            deliveries::ended_at.eq(none),
        ))
        .returning(deliveries::id)
        .get_results(c))?;
    queue_jobs(tx, &again, now)?;
    Ok(again.len())
}

/// The failed deliveries of `rows` to an endpoint.
///
/// # Errors
/// What the database reports.
pub fn failed_of(conn: &mut Conn<'_>, endpoint: EndpointId, rows: &[Event]) -> DbResult<Vec<DeliveryId>> {
    let ids: Vec<EventId> = rows.iter().map(|row| row.id).collect();
    on_db!(conn, c => deliveries::table
        .filter(deliveries::endpoint_id.eq(endpoint))
        .filter(deliveries::event_id.eq_any(&ids))
        .filter(deliveries::status.eq(DeliveryStatus::Failed))
        .select(deliveries::id)
        .load(c))
}

/// Up to `most` events after `after`, ascending by id, which is their order in time.
///
/// # Errors
/// What the database reports.
pub fn events_after(conn: &mut Conn<'_>, after: EventId, most: i64) -> DbResult<Vec<Event>> {
    on_db!(conn, c => events::table
        .filter(events::id.gt(after))
        .order(events::id)
        .limit(most)
        .select(Event::as_select())
        .load(c))
}

/// The last `most` events, the latest first.
///
/// # Errors
/// What the database reports.
pub fn latest_events(conn: &mut Conn<'_>, most: i64) -> DbResult<Vec<Event>> {
    on_db!(conn, c => events::table.order(events::id.desc()).limit(most).select(Event::as_select()).load(c))
}

/// Forgets every delivery to an endpoint.
///
/// # Errors
/// What the database reports.
pub fn remove_of(tx: &mut Tx<'_>, endpoint: EndpointId) -> DbResult<()> {
    on_db!(tx, c => diesel::delete(deliveries::table.filter(deliveries::endpoint_id.eq(endpoint))).execute(c).map(drop))
}

/// Forgets up to `most` deliveries that were queued before `before`, the oldest first; returns how many. One
/// that still waits after so long has lost its endpoint.
///
/// # Errors
/// What the database reports.
pub fn forget(tx: &mut Tx<'_>, before: DeliveryId, most: i64) -> DbResult<usize> {
    let old: Vec<DeliveryId> = on_db!(tx, c => deliveries::table
        .filter(deliveries::id.lt(before))
        .order(deliveries::id)
        .limit(most)
        .select(deliveries::id)
        .load(c))?;
    if old.is_empty() {
        return Ok(0);
    }
    on_db!(tx, c => diesel::delete(deliveries::table.filter(deliveries::id.eq_any(&old))).execute(c))
}

/// Up to `most` deliveries of an endpoint, newest first, older than `before`.
///
/// # Errors
/// What the database reports.
pub fn newest(conn: &mut Conn<'_>, endpoint: EndpointId, before: Option<DeliveryId>, most: i64) -> DbResult<Vec<Delivery>> {
    on_db!(conn, c => {
        let mut query = deliveries::table.filter(deliveries::endpoint_id.eq(endpoint)).into_boxed();
        if let Some(before) = before {
            query = query.filter(deliveries::id.lt(before));
        }
        query.order(deliveries::id.desc()).limit(most).select(Delivery::as_select()).load(c)
    })
}
