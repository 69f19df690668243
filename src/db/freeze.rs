//! Stops every write to a ledger, whoever asks: a trigger on each table refuses, in processes that
//! run already too.

use diesel::connection::SimpleConnection;

use super::tables::{HOUSEKEEPING, tables};
use super::{DbResult, Tx, settings};

/// The setting that says where a ledger has moved, or is moving.
pub const MOVED_TO: &str = "moved_to";

/// What a refused write is told, and [`super::transact`] knows it by.
pub const FROZEN: &str = "this ledger has moved";

/// Refuses every write from the end of this transaction on. What installations and workers know of
/// themselves can still be noted.
///
/// # Errors
/// What the database reports.
pub fn freeze(tx: &mut Tx<'_>, moved_to: &str) -> DbResult<()> {
    if settings::get(tx, MOVED_TO)?.is_none() {
        let mut text = on_engine(tx, String::new, || {
            format!(
                "CREATE OR REPLACE FUNCTION refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{FROZEN}'; END $$;"
            )
        });
        for table in frozen_tables(tx)? {
            text += &on_engine(
                tx,
                || {
                    ["INSERT", "UPDATE", "DELETE"]
                        .map(|verb| {
                            format!("CREATE TRIGGER {table}_frozen_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END;")
                        })
                        .concat()
                },
                || {
                    format!(
                        "CREATE TRIGGER {table}_frozen BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} EXECUTE FUNCTION refuse_frozen();"
                    )
                },
            );
        }
        on_db!(tx, c => c.batch_execute(&text))?;
    }
    settings::put(tx, MOVED_TO, moved_to)
}

/// Takes writes again.
///
/// # Errors
/// What the database reports.
pub fn thaw(tx: &mut Tx<'_>) -> DbResult<()> {
    if settings::get(tx, MOVED_TO)?.is_none() {
        return Ok(());
    }
    let mut text = String::new();
    for table in frozen_tables(tx)? {
        text += &on_engine(
            tx,
            || ["INSERT", "UPDATE", "DELETE"].map(|verb| format!("DROP TRIGGER {table}_frozen_{verb};")).concat(),
            || format!("DROP TRIGGER {table}_frozen ON {table};"),
        );
    }
    text += &on_engine(tx, String::new, || "DROP FUNCTION refuse_frozen();".to_owned());
    on_db!(tx, c => c.batch_execute(&text))?;
    settings::remove(tx, MOVED_TO)
}

fn frozen_tables(tx: &mut Tx<'_>) -> DbResult<Vec<String>> {
    let names = tables(tx)?.into_iter().map(|table| table.name);
    Ok(names.filter(|name| !HOUSEKEEPING.contains(&name.as_str())).collect())
}

fn on_engine(tx: &Tx<'_>, sqlite: impl FnOnce() -> String, postgres: impl FnOnce() -> String) -> String {
    match **tx {
        super::Conn::Sqlite(_) => sqlite(),
        super::Conn::Postgres(_) => postgres(),
    }
}
