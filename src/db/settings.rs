//! What a ledger knows about its installation, by name.

use diesel::prelude::*;

use super::schema::settings;
use super::{Conn, DbResult, Tx};

/// Reads a setting.
///
/// # Errors
/// What the database reports.
pub fn get(conn: &mut Conn<'_>, name: &str) -> DbResult<Option<String>> {
    on_db!(conn, c => settings::table.find(name).select(settings::value).first(c).optional())
}

/// Stores a setting unless there is one; returns the one that stands.
///
/// # Errors
/// What the database reports.
pub fn get_or_put(tx: &mut Tx<'_>, name: &str, value: &str) -> DbResult<String> {
    on_db!(tx, c => diesel::insert_into(settings::table)
        .values((settings::name.eq(name), settings::value.eq(value)))
        .on_conflict_do_nothing()
        .execute(c))?;
    on_db!(tx, c => settings::table.find(name).select(settings::value).first(c))
}

/// Replaces a setting.
///
/// # Errors
/// What the database reports.
pub fn put(tx: &mut Tx<'_>, name: &str, value: &str) -> DbResult<()> {
    on_db!(tx, c => diesel::insert_into(settings::table)
        .values((settings::name.eq(name), settings::value.eq(value)))
        .on_conflict(settings::name)
        .do_update()
        .set(settings::value.eq(value))
        .execute(c)
        .map(drop))
}

/// Removes a setting; one that is not there is no fault.
///
/// # Errors
/// What the database reports.
pub fn remove(tx: &mut Tx<'_>, name: &str) -> DbResult<()> {
    on_db!(tx, c => diesel::delete(settings::table.find(name)).execute(c).map(drop))
}

/// Every setting whose name begins with `prefix`.
///
/// # Errors
/// What the database reports.
pub fn beginning(conn: &mut Conn<'_>, prefix: &str) -> DbResult<Vec<(String, String)>> {
    let all: Vec<(String, String)> = on_db!(conn, c => settings::table.order(settings::name).load(c))?;
    Ok(all.into_iter().filter(|(name, _)| name.starts_with(prefix)).collect())
}
