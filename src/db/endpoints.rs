//! Where webhooks go.

use diesel::prelude::*;

use super::schema::webhook_endpoints;
use super::types::Json;
use super::{Conn, DbResult, Tx};
use crate::domain::id::EndpointId;
use crate::domain::instant::Instant;
use crate::domain::webhook::{EndpointStatus, WhyDisabled};

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = webhook_endpoints, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Endpoint {
    /// The endpoint.
    pub id: EndpointId,
    /// Where.
    pub url: String,
    /// The owner's words.
    pub description: Option<String>,
    /// Which events; empty for all.
    pub kinds: Json<Vec<String>>,
    /// What signs, as `whsec_…`, sealed for [`Self::seal_place`].
    pub secret: String,
    /// What signs beside it while a change is under way, sealed too.
    pub old_secret: Option<String>,
    /// Until when.
    pub old_secret_until: Option<Instant>,
    /// Whether it is told anything.
    pub status: EndpointStatus,
    /// Why not.
    pub why_disabled: Option<WhyDisabled>,
    /// Tries that failed since the last that did not.
    pub failures: i64,
    /// When the first of them was.
    pub failing_since: Option<Instant>,
    /// Not called before.
    pub rests_until: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
}

impl Endpoint {
    /// For which place the secrets of endpoint `id` are sealed.
    #[must_use]
    pub fn seal_place(id: EndpointId) -> String {
        format!("endpoint:{id}")
    }
}

/// Adds an endpoint.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, row: &Endpoint) -> DbResult<()> {
    insert_all!(tx, webhook_endpoints::table, std::slice::from_ref(row))
}

/// One endpoint.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: EndpointId) -> DbResult<Option<Endpoint>> {
    on_db!(conn, c => webhook_endpoints::table.find(id).select(Endpoint::as_select()).first(c).optional())
}

/// One endpoint, locked.
///
/// # Errors
/// What the database reports.
pub fn lock(tx: &mut Tx<'_>, id: EndpointId) -> DbResult<Option<Endpoint>> {
    let found: DbResult<Vec<Endpoint>> =
        load_locked!(tx, webhook_endpoints::table.filter(webhook_endpoints::id.eq(id)).select(Endpoint::as_select()));
    Ok(found?.pop())
}

/// How many there are.
///
/// # Errors
/// What the database reports.
pub fn count(conn: &mut Conn<'_>) -> DbResult<i64> {
    on_db!(conn, c => webhook_endpoints::table.count().get_result(c))
}

/// How many were switched off because they are gone or failed for days.
///
/// # Errors
/// What the database reports.
pub fn given_up(conn: &mut Conn<'_>) -> DbResult<i64> {
    let why = [WhyDisabled::Gone, WhyDisabled::Failing];
    on_db!(conn, c => webhook_endpoints::table.filter(webhook_endpoints::why_disabled.eq_any(why)).count().get_result(c))
}

/// All that are told something. There are a few.
///
/// # Errors
/// What the database reports.
pub fn enabled(conn: &mut Conn<'_>) -> DbResult<Vec<Endpoint>> {
    on_db!(conn, c => webhook_endpoints::table
        .filter(webhook_endpoints::status.eq(EndpointStatus::Enabled))
        .order(webhook_endpoints::id)
        .select(Endpoint::as_select())
        .load(c))
}

/// Up to `most` endpoints after `after`, ascending by id.
///
/// # Errors
/// What the database reports.
pub fn list(conn: &mut Conn<'_>, after: Option<EndpointId>, most: i64) -> DbResult<Vec<Endpoint>> {
    on_db!(conn, c => {
        let mut query = webhook_endpoints::table.into_boxed();
        if let Some(after) = after {
            query = query.filter(webhook_endpoints::id.gt(after));
        }
        query.order(webhook_endpoints::id).limit(most).select(Endpoint::as_select()).load(c)
    })
}

/// Writes an endpoint as it stands now.
///
/// # Errors
/// What the database reports.
pub fn update(tx: &mut Tx<'_>, row: &Endpoint) -> DbResult<()> {
    on_db!(tx, c => diesel::update(webhook_endpoints::table.find(row.id)).set(row).execute(c).map(drop))
}

/// Removes an endpoint.
///
/// # Errors
/// What the database reports.
pub fn remove(tx: &mut Tx<'_>, id: EndpointId) -> DbResult<()> {
    on_db!(tx, c => diesel::delete(webhook_endpoints::table.find(id)).execute(c).map(drop))
}
