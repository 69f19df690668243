//! Grades of customers.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::tiers;
use super::{Conn, DbResult, Tx};
use crate::domain::instant::Instant;

/// A grade.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = tiers, treat_none_as_default_value = false)]
pub struct Tier {
    /// What customers and terms name it by.
    pub name: String,
    /// What people read.
    pub title: String,
    /// When it was made.
    pub created_at: Instant,
}

/// All grades, by name.
///
/// # Errors
/// What the database reports.
pub fn list(conn: &mut Conn<'_>) -> DbResult<Vec<Tier>> {
    on_db!(conn, c => tiers::table.order(tiers::name).select(Tier::as_select()).load(c))
}

/// One grade.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, name: &str) -> DbResult<Option<Tier>> {
    on_db!(conn, c => tiers::table.find(name).select(Tier::as_select()).first(c).optional())
}

/// Adds a grade, or gives the one of this name another title.
///
/// # Errors
/// What the database reports.
pub fn put(tx: &mut Tx<'_>, row: &Tier) -> DbResult<()> {
    on_db!(tx, c => diesel::insert_into(tiers::table)
        .values(row)
        .on_conflict(tiers::name)
        .do_update()
        .set(tiers::title.eq(excluded(tiers::title)))
        .execute(c)
        .map(drop))
}
