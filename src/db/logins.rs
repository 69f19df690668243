//! People who sign in to the owner's desk.

use diesel::prelude::*;

use super::schema::logins;
use super::{Conn, DbResult, Tx};
use crate::domain::id::LoginId;
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::principal::Role;

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = logins, treat_none_as_default_value = false)]
pub struct Login {
    /// The person.
    pub id: LoginId,
    /// His address, as `customer_keys` normalises it.
    pub email: String,
    /// What colleagues call him.
    pub name: String,
    /// Owner or accountant.
    pub role: Role,
    /// PHC string; empty until a password was chosen.
    pub password_hash: String,
    /// What language he reads.
    pub locale: Locale,
    /// Since when.
    pub created_at: Instant,
    /// Since when no longer.
    pub removed_at: Option<Instant>,
}

/// Whether there is nobody yet.
///
/// # Errors
/// What the database reports.
pub fn none(conn: &mut Conn<'_>) -> DbResult<bool> {
    let first: Option<LoginId> = on_db!(conn, c => logins::table.select(logins::id).first(c).optional())?;
    Ok(first.is_none())
}

/// Everybody who may sign in, oldest first: a few.
///
/// # Errors
/// What the database reports.
pub fn all(conn: &mut Conn<'_>) -> DbResult<Vec<Login>> {
    let present = logins::table.filter(logins::removed_at.is_null());
    on_db!(conn, c => present.order(logins::id).select(Login::as_select()).load(c))
}

/// One person, removed or not.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: LoginId) -> DbResult<Option<Login>> {
    on_db!(conn, c => logins::table.find(id).select(Login::as_select()).first(c).optional())
}

/// Whoever has this address, removed or not.
///
/// # Errors
/// What the database reports.
pub fn by_email(conn: &mut Conn<'_>, email: &str) -> DbResult<Option<Login>> {
    on_db!(conn, c => logins::table.filter(logins::email.eq(email)).select(Login::as_select()).first(c).optional())
}

/// Adds a person, unless the address is taken. Returns whether this did it.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, row: &Login) -> DbResult<bool> {
    let added = on_db!(tx, c => diesel::insert_into(logins::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(added > 0)
}

/// Replaces what can change: name, role, password, language and whether he is removed.
///
/// # Errors
/// What the database reports.
pub fn update(tx: &mut Tx<'_>, row: &Login) -> DbResult<()> {
    on_db!(tx, c => diesel::update(logins::table.find(row.id))
        .set((
            logins::name.eq(&row.name),
            logins::role.eq(row.role),
            logins::password_hash.eq(&row.password_hash),
            logins::locale.eq(row.locale),
            logins::removed_at.eq(row.removed_at),
        ))
        .execute(c)
        .map(drop))
}
