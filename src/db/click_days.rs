//! Clicks counted per code and day.

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::schema::{click_days, clicks, settings};
use super::{Conn, DbResult, Tx};
use crate::domain::id::{ClickId, CodeId};

/// A day of a code.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, Selectable)]
#[diesel(table_name = click_days)]
pub struct ClickDay {
    /// The code.
    pub code_id: CodeId,
    /// The day in the program's zone, as `2026-11-22`.
    pub day: String,
    /// How many visits.
    pub clicks: i64,
}

/// The first click from `from` on.
///
/// # Errors
/// What the database reports.
pub fn first_from(conn: &mut Conn<'_>, from: ClickId) -> DbResult<Option<ClickId>> {
    on_db!(conn, c => clicks::table
        .filter(clicks::id.ge(from))
        .order(clicks::id)
        .select(clicks::id)
        .first(c)
        .optional())
}

/// Clicks per code, from `from` until before `to`.
///
/// # Errors
/// What the database reports.
pub fn count(conn: &mut Conn<'_>, from: ClickId, to: ClickId) -> DbResult<Vec<(CodeId, i64)>> {
    on_db!(conn, c => clicks::table
        .filter(clicks::id.ge(from))
        .filter(clicks::id.lt(to))
        .group_by(clicks::code_id)
        .select((clicks::code_id, count_star()))
        .load(c))
}

/// Adds to the days.
///
/// # Errors
/// What the database reports.
pub fn add(tx: &mut Tx<'_>, rows: &[ClickDay]) -> DbResult<()> {
    for row in rows {
        on_db!(tx, c => diesel::insert_into(click_days::table)
            .values(row)
            .on_conflict((click_days::code_id, click_days::day))
            .do_update()
            .set(click_days::clicks.eq(click_days::clicks + sql::<BigInt>("excluded.clicks")))
            .execute(c))?;
    }
    Ok(())
}

/// Moves the setting `name` from `old` to `new`; whether it stood at `old`, which only one of two rivals finds.
///
/// # Errors
/// What the database reports.
pub fn advance(tx: &mut Tx<'_>, name: &str, old: Option<&str>, new: &str) -> DbResult<bool> {
    let count = match old {
        Some(old) => {
            on_db!(tx, c => diesel::update(settings::table.filter(settings::name.eq(name)).filter(settings::value.eq(old)))
            .set(settings::value.eq(new))
            .execute(c))?
        }
        None => on_db!(tx, c => diesel::insert_into(settings::table)
            .values((settings::name.eq(name), settings::value.eq(new)))
            .on_conflict_do_nothing()
            .execute(c))?,
    };
    Ok(count == 1)
}

/// The newest `most` days of a code, newest first.
///
/// # Errors
/// What the database reports.
pub fn of_code(conn: &mut Conn<'_>, code: CodeId, most: i64) -> DbResult<Vec<ClickDay>> {
    on_db!(conn, c => click_days::table
        .filter(click_days::code_id.eq(code))
        .order(click_days::day.desc())
        .limit(most)
        .select(ClickDay::as_select())
        .load(c))
}

/// Forgets up to `most` clicks older than `before`, the oldest first; returns how many.
///
/// # Errors
/// What the database reports.
pub fn forget(tx: &mut Tx<'_>, before: ClickId, most: i64) -> DbResult<usize> {
    let old: Vec<ClickId> = on_db!(tx, c => clicks::table
        .filter(clicks::id.lt(before))
        .order(clicks::id)
        .limit(most)
        .select(clicks::id)
        .load(c))?;
    if old.is_empty() {
        return Ok(0);
    }
    on_db!(tx, c => diesel::delete(clicks::table.filter(clicks::id.eq_any(&old))).execute(c))
}
