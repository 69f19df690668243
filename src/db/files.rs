//! The ledger as files: a copy that is whole while others write, and whether somebody has it open.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::connect::{ConnectError, Place};
use super::{Db, DbResult};

#[derive(QueryableByName)]
struct Mode {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Writes a copy of an embedded ledger to `file`, which must be empty: what was committed when it began.
/// Writers go on meanwhile.
///
/// # Errors
/// What the database reports.
pub fn copy_into(conn: &mut SqliteConnection, file: &str) -> DbResult<()> {
    diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(file).execute(conn).map(drop)
}

/// Whether another process has the ledger at `place` open.
///
/// # Errors
/// When it cannot be reached.
pub fn in_use(place: &Place) -> Result<bool, ConnectError> {
    let fault = |error: diesel::result::Error| ConnectError(format!("cannot ask who uses the ledger: {error}"));
    match place.open()? {
        Db::Sqlite(mut conn) => {
            // Leaving WAL takes the file for oneself alone; it is a WAL file again when opened next.
            let alone = diesel::sql_query("PRAGMA busy_timeout = 0").execute(&mut conn);
            alone.map_err(fault)?;
            let mode: Result<Mode, _> = diesel::sql_query("PRAGMA journal_mode = DELETE").get_result(&mut conn);
            match mode {
                Ok(mode) => Ok(mode.journal_mode != "delete"),
                Err(error) if error.to_string().contains("locked") => Ok(true),
                Err(error) => Err(fault(error)),
            }
        }
        Db::Postgres(mut session) => {
            let others = "SELECT count(*) AS count FROM pg_stat_activity
                WHERE application_name = 'houndplan' AND datname = current_database() AND pid <> pg_backend_pid()";
            let found: Count = diesel::sql_query(others).get_result(&mut session.conn).map_err(fault)?;
            Ok(found.count > 0)
        }
    }
}
