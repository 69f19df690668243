//! What storefronts sent: stored before anything is done with it, known by the shop's own number.

use diesel::prelude::*;
use serde_json::Value;

use super::schema::inbound_deliveries as deliveries;
use super::types::Json;
use super::{Conn, DbResult, Tx};
use crate::domain::id::{ConnectionId, InboundId};
use crate::domain::instant::Instant;
use crate::domain::storefront::InboundStatus;

/// A message of a storefront.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = deliveries, treat_none_as_default_value = false)]
pub struct Inbound {
    /// The message.
    pub id: InboundId,
    /// Whose.
    pub connection_id: ConnectionId,
    /// The shop's number of it; unique with the connection.
    pub delivery_key: String,
    /// What it is about, in the shop's words.
    pub topic: String,
    /// Where it stands.
    pub status: InboundStatus,
    /// Whether it went to the sandbox.
    pub test: bool,
    /// The bytes as they came; none once they are too old to be kept.
    pub body: Option<Vec<u8>>,
    /// Why it failed, or why there was nothing to do.
    pub error: Option<String>,
    /// What was done: ids and amounts only.
    pub outcome: Json<Value>,
    /// How often it was tried.
    pub attempts: i64,
    /// When it came.
    pub received_at: Instant,
    /// When it was last done with.
    pub settled_at: Option<Instant>,
}

/// Stores a message unless its number is known. Returns whether this stored it.
///
/// # Errors
/// What the database reports.
pub fn insert_new(tx: &mut Tx<'_>, row: &Inbound) -> DbResult<bool> {
    insert_free!(tx, deliveries::table, std::slice::from_ref(row)).map(|count| count == 1)
}

/// The message of this number.
///
/// # Errors
/// What the database reports.
pub fn by_key(conn: &mut Conn<'_>, connection: ConnectionId, key: &str) -> DbResult<Option<Inbound>> {
    on_db!(conn, c => deliveries::table
        .filter(deliveries::connection_id.eq(connection))
        .filter(deliveries::delivery_key.eq(key))
        .select(Inbound::as_select())
        .first(c)
        .optional())
}

/// One message.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: InboundId) -> DbResult<Option<Inbound>> {
    on_db!(conn, c => deliveries::table.find(id).select(Inbound::as_select()).first(c).optional())
}

/// Notes how a message ended.
///
/// # Errors
/// What the database reports.
pub fn settle(tx: &mut Tx<'_>, row: &Inbound) -> DbResult<()> {
    on_db!(tx, c => diesel::update(deliveries::table.find(row.id))
        .set((
            deliveries::status.eq(row.status),
            deliveries::test.eq(row.test),
            deliveries::error.eq(&row.error),
            deliveries::outcome.eq(&row.outcome),
            deliveries::attempts.eq(row.attempts),
            deliveries::settled_at.eq(row.settled_at),
        ))
        .execute(c)
        .map(drop))
}

/// Which messages are wanted.
#[derive(Debug, Clone, Default)]
pub struct InboundFilter {
    /// Of one connection.
    pub connection_id: Option<ConnectionId>,
    /// In one state.
    pub status: Option<InboundStatus>,
    /// After this one.
    pub after: Option<InboundId>,
    /// The most rows.
    pub limit: i64,
}

/// Messages in the order they came.
///
/// # Errors
/// What the database reports.
pub fn list(conn: &mut Conn<'_>, wanted: &InboundFilter) -> DbResult<Vec<Inbound>> {
    on_db!(conn, c => {
        let mut query = deliveries::table.into_boxed();
        if let Some(connection) = wanted.connection_id {
            query = query.filter(deliveries::connection_id.eq(connection));
        }
        if let Some(status) = wanted.status {
            query = query.filter(deliveries::status.eq(status));
        }
        if let Some(after) = wanted.after {
            query = query.filter(deliveries::id.gt(after));
        }
        query.order(deliveries::id).limit(wanted.limit).select(Inbound::as_select()).load(c)
    })
}

/// Messages that were stored before `before` and are not done: whoever took them died.
///
/// # Errors
/// What the database reports.
pub fn left_over(conn: &mut Conn<'_>, before: Instant, most: i64) -> DbResult<Vec<Inbound>> {
    on_db!(conn, c => deliveries::table
        .filter(deliveries::status.eq(InboundStatus::Received))
        .filter(deliveries::received_at.lt(before))
        .order(deliveries::received_at)
        .limit(most)
        .select(Inbound::as_select())
        .load(c))
}

/// Drops the bodies of messages that are done and came before `before`; their numbers stay.
/// Returns how many.
///
/// # Errors
/// What the database reports.
pub fn forget_bodies(tx: &mut Tx<'_>, before: Instant, most: i64) -> DbResult<usize> {
    let none: Option<Vec<u8>> = None;
    let query = deliveries::table
        .filter(deliveries::body.is_not_null())
        .filter(deliveries::status.ne(InboundStatus::Received))
        .filter(deliveries::received_at.lt(before))
        .limit(most)
        .select(deliveries::id);
    let ids: Vec<InboundId> = on_db!(tx, c => query.load(c))?;
    if ids.is_empty() {
        return Ok(0);
    }
    on_db!(tx, c => diesel::update(deliveries::table.filter(deliveries::id.eq_any(&ids))).set(deliveries::body.eq(&none)).execute(c))
}

/// Up to `most` messages of a connection, newest first, older than `before`.
///
/// # Errors
/// What the database reports.
pub fn newest(conn: &mut Conn<'_>, connection: ConnectionId, before: Option<InboundId>, most: i64) -> DbResult<Vec<Inbound>> {
    on_db!(conn, c => {
        let mut query = deliveries::table.filter(deliveries::connection_id.eq(connection)).into_boxed();
        if let Some(before) = before {
            query = query.filter(deliveries::id.lt(before));
        }
        query.order(deliveries::id.desc()).limit(most).select(Inbound::as_select()).load(c)
    })
}
