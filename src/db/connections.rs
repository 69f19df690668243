//! Storefronts that send their orders. Secrets stand here sealed.

use diesel::prelude::*;

use super::outbox::NewJob;
use super::schema::{connections, jobs};
use super::types::Json;
use super::{Conn, DbResult, Tx};
use crate::domain::id::ConnectionId;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::storefront::connection::{CodeSource, FieldMap, Kind};

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = connections, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Connection {
    /// The connection; it stands in the address that the shop sends to.
    pub id: ConnectionId,
    /// Who sends.
    pub kind: Kind,
    /// For people.
    pub name: String,
    /// The storefront its orders belong to.
    pub source: String,
    /// The currency of figures that name none.
    pub currency: Option<Currency>,
    /// Where codes are looked for, the best first.
    pub code_sources: Json<Vec<CodeSource>>,
    /// Where the fields stand, for shops of no known kind.
    pub field_map: Option<Json<FieldMap>>,
    /// Where a generic sender signs, in lower case.
    pub signature_header: Option<String>,
    /// What the shop signs with, sealed.
    pub secret: String,
    /// What it signed with before, sealed.
    pub secret_before: Option<String>,
    /// Until when that still counts.
    pub secret_before_until: Option<Instant>,
    /// Where the shop answers questions.
    pub api_url: Option<String>,
    /// With what it does, sealed.
    pub api_key: Option<String>,
    /// Whether its orders are fetched every night.
    pub pull: bool,
    /// Whether codes are kept in the shop as coupons.
    pub coupons: bool,
    /// Up to when its orders were fetched.
    pub pulled_to: Option<Instant>,
    /// When the fetching under way began.
    pub pull_started_at: Option<Instant>,
    /// Where it stands between two pages.
    pub pull_cursor: Option<String>,
    /// Why they could not be, last time.
    pub pull_error: Option<String>,
    /// When it last sent something that was signed rightly.
    pub last_delivery_at: Option<Instant>,
    /// When the owner took it away.
    pub removed_at: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
}

impl Connection {
    /// What a sealed secret of this connection is bound to.
    #[must_use]
    pub fn seal_place(id: ConnectionId) -> String {
        format!("connection:{id}")
    }
}

/// A connection that was not removed.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: ConnectionId) -> DbResult<Option<Connection>> {
    on_db!(conn, c => connections::table
        .find(id)
        .filter(connections::removed_at.is_null())
        .select(Connection::as_select())
        .first(c)
        .optional())
}

/// Connections of one kind, oldest first.
///
/// # Errors
/// What the database reports.
pub fn of_kind(conn: &mut Conn<'_>, kind: Kind, most: i64) -> DbResult<Vec<Connection>> {
    on_db!(conn, c => connections::table
        .filter(connections::kind.eq(kind))
        .filter(connections::removed_at.is_null())
        .order(connections::id)
        .limit(most)
        .select(Connection::as_select())
        .load(c))
}

/// Connections, oldest first.
///
/// # Errors
/// What the database reports.
pub fn list(conn: &mut Conn<'_>, after: Option<ConnectionId>, limit: i64) -> DbResult<Vec<Connection>> {
    on_db!(conn, c => {
        let mut query = connections::table.filter(connections::removed_at.is_null()).into_boxed();
        if let Some(after) = after {
            query = query.filter(connections::id.gt(after));
        }
        query.order(connections::id).limit(limit).select(Connection::as_select()).load(c)
    })
}

/// Adds a connection.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, row: &Connection) -> DbResult<()> {
    on_db!(tx, c => diesel::insert_into(connections::table).values(row).execute(c).map(drop))
}

/// A connection, locked until the transaction ends.
///
/// # Errors
/// What the database reports.
pub fn lock(tx: &mut Tx<'_>, id: ConnectionId) -> DbResult<Option<Connection>> {
    let rows: Vec<Connection> =
        load_locked!(tx, connections::table.find(id).filter(connections::removed_at.is_null()).select(Connection::as_select()))?;
    Ok(rows.into_iter().next())
}

/// Writes a connection as it stands now; it is locked.
///
/// # Errors
/// What the database reports.
pub fn update(tx: &mut Tx<'_>, row: &Connection) -> DbResult<()> {
    on_db!(tx, c => diesel::update(connections::table.find(row.id)).set(row).execute(c).map(drop))
}

/// The kind of job that fetches a shop's orders, every night.
pub const PULL_ORDERS: &str = "pull_orders";

/// The kind of job that keeps a shop's coupons as the codes are.
pub const SYNC_COUPONS: &str = "sync_coupons";

/// Gives a connection its errands; those it has are left as they are, and those it no longer wants end by
/// themselves.
///
/// # Errors
/// What the database reports.
pub fn queue_errands(tx: &mut Tx<'_>, row: &Connection, now: Instant) -> DbResult<()> {
    let wanted = [(row.pull, PULL_ORDERS), (row.coupons, SYNC_COUPONS)];
    let rows: Vec<NewJob> = wanted
        .into_iter()
        .filter(|(wanted, _)| *wanted)
        .map(|(_, kind)| NewJob::new(kind, row.id.to_string(), serde_json::json!({ "connection_id": row.id }), now))
        .collect();
    insert_free!(tx, jobs::table, rows).map(drop)
}

/// Notes how far the fetching of orders is.
///
/// # Errors
/// What the database reports.
pub fn note_pull(tx: &mut Tx<'_>, row: &Connection) -> DbResult<()> {
    on_db!(tx, c => diesel::update(connections::table.find(row.id))
        .set((
            connections::pulled_to.eq(row.pulled_to),
            connections::pull_started_at.eq(row.pull_started_at),
            connections::pull_cursor.eq(&row.pull_cursor),
            connections::pull_error.eq(&row.pull_error),
        ))
        .execute(c)
        .map(drop))
}

/// Notes that something rightly signed came, if the last note is older than `unless_after`.
///
/// # Errors
/// What the database reports.
pub fn note_delivery(tx: &mut Tx<'_>, id: ConnectionId, now: Instant, unless_after: Instant) -> DbResult<()> {
    let stale = connections::last_delivery_at.is_null().or(connections::last_delivery_at.lt(unless_after));
    on_db!(tx, c => diesel::update(connections::table.find(id).filter(stale.assume_not_null()))
        .set(connections::last_delivery_at.eq(now))
        .execute(c)
        .map(drop))
}
