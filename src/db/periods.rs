//! Closed periods: before the end of one nothing is posted any more.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Nullable;

use super::schema::{period_reports, periods};
use super::types::{DbInstant, Json};
use super::{Conn, DbResult, Tx};
use crate::domain::instant::Instant;

/// How both engines refuse a posting that would land in a closed period.
pub const CLOSED: &str = "the period is closed";

/// A closed month or year.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = periods, treat_none_as_default_value = false)]
pub struct PeriodRow {
    /// `2026-12` or `2026`.
    pub name: String,
    /// The first instant in it.
    pub starts_at: Instant,
    /// The first instant after it.
    pub ends_at: Instant,
    /// The zone in which its days were cut.
    pub timezone: String,
    /// Who closed it.
    pub actor: String,
    /// When.
    pub closed_at: Instant,
}

/// What the report of a closed period was.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = period_reports, treat_none_as_default_value = false)]
pub struct PeriodReport {
    /// Of which period.
    pub name: String,
    /// SHA-256 of its JSON, in hexadecimal digits.
    pub hash: String,
    /// Its totals by currency, as the report shows them.
    pub totals: Json<serde_json::Value>,
    /// When it was drawn up.
    pub created_at: Instant,
}

/// Keeps everybody from posting until this transaction ends, and waits for postings that are being
/// written: without that, one with an older time could still be committed after the books are closed.
/// SQLite has one writer at a time.
///
/// # Errors
/// What the database reports.
pub fn hold_postings(tx: &mut Tx<'_>) -> DbResult<()> {
    match &mut **tx {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(session) => diesel::sql_query("LOCK TABLE transfers IN SHARE MODE").execute(&mut session.conn).map(drop),
    }
}

/// Adds a closed period; whether it was new.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, row: &PeriodRow) -> DbResult<bool> {
    insert_free!(tx, periods::table, std::slice::from_ref(row)).map(|count| count == 1)
}

/// Keeps what the report of a closed period was, unless it is kept already.
///
/// # Errors
/// What the database reports.
pub fn insert_report(tx: &mut Tx<'_>, row: &PeriodReport) -> DbResult<()> {
    insert_free!(tx, period_reports::table, std::slice::from_ref(row)).map(drop)
}

/// The closed period of this name, and its report once that is drawn up.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, name: &str) -> DbResult<Option<(PeriodRow, Option<PeriodReport>)>> {
    on_db!(conn, c => periods::table
        .left_join(period_reports::table.on(period_reports::name.eq(periods::name)))
        .filter(periods::name.eq(name))
        .select((PeriodRow::as_select(), Option::<PeriodReport>::as_select()))
        .first(c)
        .optional())
}

/// All closed periods with their reports, by name.
///
/// # Errors
/// What the database reports.
pub fn list(conn: &mut Conn<'_>) -> DbResult<Vec<(PeriodRow, Option<PeriodReport>)>> {
    on_db!(conn, c => periods::table
        .left_join(period_reports::table.on(period_reports::name.eq(periods::name)))
        .order(periods::name)
        .select((PeriodRow::as_select(), Option::<PeriodReport>::as_select()))
        .load(c))
}

/// The closed period that is exactly this span, if there is one.
///
/// # Errors
/// What the database reports.
pub fn of_span(conn: &mut Conn<'_>, from: Instant, to: Instant) -> DbResult<Option<PeriodRow>> {
    on_db!(conn, c => periods::table
        .filter(periods::starts_at.eq(from))
        .filter(periods::ends_at.eq(to))
        .order(periods::name)
        .select(PeriodRow::as_select())
        .first(c)
        .optional())
}

/// `now`, or the end of the last closed period if that is later: the books never go back.
///
/// # Errors
/// What the database reports.
pub fn not_closed(conn: &mut Conn<'_>, now: Instant) -> DbResult<Instant> {
    let ends: Option<Instant> = on_db!(conn, c => periods::table.select(sql::<Nullable<DbInstant>>("MAX(ends_at)")).first(c))?;
    Ok(ends.map_or(now, |ends| ends.max(now)))
}
