//! Brings a database to this version's schema, and refuses one that is newer.

use diesel::connection::{Connection, SimpleConnection};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::Db;
use super::connect::{ConnectError, PgConn, Place};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number will do as long as every node takes the same: "hound" as ASCII.
const ADVISORY_LOCK: i64 = 0x68_6f75_6e64;

/// Applies what is missing; several nodes may start at once.
///
/// # Errors
/// When the database cannot be reached or its schema is newer than this program.
pub fn migrate(place: &Place) -> Result<Vec<String>, ConnectError> {
    let fault = |error: &dyn std::fmt::Display| ConnectError(format!("cannot migrate: {error}"));
    match place.open()? {
        Db::Sqlite(mut conn) => conn
            .immediate_transaction(|conn| Ok(apply(conn, SQLITE)))
            .unwrap_or_else(|error: diesel::result::Error| Err(fault(&error))),
        Db::Postgres(session) => {
            let mut conn = session.conn;
            if let Place::Postgres { schema: Some(schema), .. } = place {
                conn.batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS {schema}")).map_err(|error| fault(&error))?;
            }
            let lock = |verb: &str| format!("SET lock_timeout = 0; SELECT {verb}({ADVISORY_LOCK})");
            conn.batch_execute(&lock("pg_advisory_lock")).map_err(|error| fault(&error))?;
            let applied = apply(&mut conn, POSTGRES);
            conn.batch_execute(&lock("pg_advisory_unlock")).map_err(|error| fault(&error))?;
            applied
        }
    }
}

/// Empties a ledger: drops its tables and migrates anew. Whatever else lives in the database stays.
///
/// # Errors
/// When the database cannot be reached.
pub fn recreate(place: &Place) -> Result<(), ConnectError> {
    let fault = |error: &dyn std::fmt::Display| ConnectError(format!("cannot reset: {error}"));
    match (place.open()?, place) {
        (Db::Sqlite(mut conn), _) => {
            let down = |conn: &mut SqliteConnection| revert(conn, SQLITE);
            // Append-only triggers guard rows, not tables: dropping the tables is allowed.
            conn.immediate_transaction(|conn| Ok(down(conn)))
                .unwrap_or_else(|error: diesel::result::Error| Err(fault(&error)))?;
        }
        (Db::Postgres(mut session), Place::Postgres { schema: Some(schema), .. }) => {
            let drop = format!("SET lock_timeout = '30s'; DROP SCHEMA IF EXISTS {schema} CASCADE");
            session.conn.batch_execute(&drop).map_err(|error| fault(&error))?;
        }
        (Db::Postgres(mut session), _) => {
            let down = |conn: &mut PgConn| revert(conn, POSTGRES);
            session.conn.transaction(|conn| Ok(down(conn))).unwrap_or_else(|error: diesel::result::Error| Err(fault(&error)))?;
        }
    }
    migrate(place).map(drop)
}

fn apply<C>(conn: &mut C, migrations: EmbeddedMigrations) -> Result<Vec<String>, ConnectError>
where
    C: MigrationHarness<C::Backend> + Connection,
    C::Backend: diesel::backend::Backend,
{
    let fault = |error: &dyn std::fmt::Display| ConnectError(format!("cannot migrate: {error}"));
    let known: Vec<String> = diesel::migration::MigrationSource::<C::Backend>::migrations(&migrations)
        .map_err(|error| fault(&error))?
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    let applied = conn.applied_migrations().map_err(|error| fault(&error))?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(&version.to_string())) {
        return Err(ConnectError(format!(
            "the database was made by a newer version (migration {newer}); use that version or newer"
        )));
    }
    let ran = conn.run_pending_migrations(migrations).map_err(|error| fault(&error))?;
    Ok(ran.iter().map(ToString::to_string).collect())
}

fn revert<C>(conn: &mut C, migrations: EmbeddedMigrations) -> Result<(), ConnectError>
where
    C: MigrationHarness<C::Backend> + Connection,
    C::Backend: diesel::backend::Backend,
{
    conn.revert_all_migrations(migrations).map(drop).map_err(|error| ConnectError(format!("cannot reset: {error}")))
}
