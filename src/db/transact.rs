//! Runs a closure in one write transaction: again when another process got in the way, on a fresh
//! connection when this one broke, and never twice after it may have been refused for good.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use diesel::connection::{Connection, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};

use super::connect::{PgConn, Place, Session};
use super::freeze::FROZEN;
use super::periods::CLOSED;
use super::{Conn, Db, DbFault, DbResult, Tx};

/// A connection that writes, opened again when it breaks.
pub struct Link {
    place: Place,
    db: Option<Db>,
}

/// Why a write did not happen. Nothing of it is in the ledger, except after `Unavailable`, when a
/// lost connection may have hidden a commit: asking again is safe, every write is idempotent.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// More is waiting than the service can write in time.
    #[error("too many writes are waiting")]
    Overloaded,
    /// Other transactions were in the way each time.
    #[error("other writes were in the way: {0}")]
    InTheWay(String),
    /// The database cannot be reached, is full or is read-only.
    #[error("the ledger is unavailable: {0}")]
    Unavailable(String),
    /// A fault of ours.
    #[error("the write failed: {0}")]
    Failed(String),
}

#[derive(Debug, PartialEq, Eq)]
enum Remedy {
    /// Another transaction was in the way: do it again.
    Again,
    /// The connection is gone: open another and do it again.
    Reconnect,
    /// Nobody knows what it was: do it again on another connection, but not for ever.
    Doubt,
    /// The disk refuses: tell everybody, try nothing.
    Halt,
    /// Doing it again would fail again.
    GiveUp,
}

/// Another writer's batch can be met once per batch it has under way; a deadlock at most a few times.
const ATTEMPTS: u32 = 12;

/// After this many lost races a transaction asks to write alone: rivals that report the same orders
/// could otherwise be first each time.
const RACES: u32 = 2;

/// Waits for all who judge orders, and keeps others out until the transaction ends: whoever judges
/// begins by locking sales.
const ALONE: &str = "LOCK TABLE sales IN EXCLUSIVE MODE";

/// How PostgreSQL says that a lock was not to be had in time.
pub const LOCK_TIMEOUT: &str = "lock timeout";

/// How SQLite says that another process wrote all the while.
const SQLITE_BUSY: &str = "database is locked";

/// Broken connections, long waits for a lock and faults of unknown kind are worth this many tries.
const ATTEMPTS_FEW: u32 = 3;

impl Link {
    /// A connection to `place`, opened at the first use.
    #[must_use]
    pub const fn new(place: Place) -> Self {
        Self { place, db: None }
    }

    /// Runs `body` in one transaction and commits it. `body` may run several times and must have
    /// no other effects.
    ///
    /// # Errors
    /// When nothing was committed (or, after a lost connection, when that is unknown).
    pub fn transact<T>(&mut self, body: &mut dyn FnMut(&mut Tx<'_>) -> DbResult<T>) -> Result<T, WriteError> {
        let mut alone = false;
        for attempt in 1.. {
            let mut db = match self.db.take() {
                Some(db) => db,
                None => open(&self.place)?,
            };
            let Ok(outcome) = catch_unwind(AssertUnwindSafe(|| run(&mut db, alone, body))) else {
                // The connection may hold an open transaction: it is dropped with `db`.
                return Err(WriteError::Failed("a panic was caught".to_owned()));
            };
            let fault = match outcome {
                Ok(value) => {
                    self.db = Some(db);
                    return Ok(value);
                }
                Err(fault) => fault,
            };
            let remedy = remedy(&db, &fault);
            if !matches!(remedy, Remedy::Reconnect | Remedy::Doubt) {
                self.db = Some(db);
            }
            alone = attempt >= RACES && matches!(fault, Error::RollbackTransaction);
            let text = fault.to_string();
            let waited = [LOCK_TIMEOUT, SQLITE_BUSY].iter().any(|sign| text.contains(sign));
            let most = if remedy == Remedy::Again && !waited { ATTEMPTS } else { ATTEMPTS_FEW };
            match remedy {
                Remedy::Again | Remedy::Reconnect | Remedy::Doubt if attempt < most => pause(attempt),
                Remedy::Again => return Err(WriteError::InTheWay(text)),
                Remedy::Reconnect | Remedy::Halt => return Err(WriteError::Unavailable(text)),
                Remedy::Doubt | Remedy::GiveUp => return Err(WriteError::Failed(text)),
            }
        }
        Err(WriteError::Overloaded)
    }
}

fn run<T>(db: &mut Db, alone: bool, body: &mut dyn FnMut(&mut Tx<'_>) -> DbResult<T>) -> DbResult<T> {
    match db {
        // BEGIN IMMEDIATE: a deferred transaction that turns into a writer fails at once when another writes.
        Db::Sqlite(conn) => conn.immediate_transaction(|conn| body(&mut Tx { conn: Conn::Sqlite(conn) })),
        Db::Postgres(session) => transaction(session, |session| {
            if alone {
                diesel::sql_query(ALONE).execute(&mut session.conn)?;
            }
            body(&mut Tx { conn: Conn::Postgres(session) })
        }),
    }
}

fn open(place: &Place) -> Result<Db, WriteError> {
    let mut db = place.open().map_err(|error| WriteError::Unavailable(error.to_string()))?;
    if let Db::Postgres(session) = &mut db {
        // A plan that was cached while a table was nearly empty would read all of it when it has grown. Where there
        // is no other way, its cost is then so high that the server would compile it: up to a quarter of a second for a
        // few rows.
        let keys_only = session.conn.batch_execute("SET enable_seqscan = off; SET jit = off");
        keys_only.map_err(|error| WriteError::Unavailable(error.to_string()))?;
    }
    Ok(db)
}

/// [`Connection::transaction`] that hands out the whole session.
fn transaction<T>(session: &mut Session, body: impl FnOnce(&mut Session) -> DbResult<T>) -> DbResult<T> {
    type Manager = <PgConn as Connection>::TransactionManager;
    Manager::begin_transaction(&mut session.conn)?;
    match body(session) {
        Ok(value) => Manager::commit_transaction(&mut session.conn).map(|()| value),
        Err(fault) => match Manager::rollback_transaction(&mut session.conn) {
            Ok(()) | Err(Error::BrokenTransactionManager) => Err(fault),
            Err(worse) => Err(worse),
        },
    }
}

fn remedy(db: &Db, fault: &DbFault) -> Remedy {
    let text = fault.to_string();
    match (db, fault) {
        (_, Error::RollbackTransaction | Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => Remedy::Again,
        (_, Error::BrokenTransactionManager | Error::AlreadyInTransaction | Error::RollbackErrorOnCommit { .. }) => {
            Remedy::Reconnect
        }
        (_, Error::DatabaseError(DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand, _)) => {
            Remedy::Reconnect
        }
        // The clock is behind the books: the next attempt takes its time from them.
        (Db::Sqlite(_), _) if text.contains(SQLITE_BUSY) || text.contains(CLOSED) => Remedy::Again,
        (Db::Sqlite(_), _) if ["disk is full", "disk I/O", "readonly", "malformed"].iter().any(|sign| text.contains(sign)) => {
            Remedy::Halt
        }
        (Db::Postgres(_), Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _)) => Remedy::Halt,
        _ if text.contains(FROZEN) => Remedy::Halt,
        // diesel-async knows only a few SQLSTATEs: a deadlock (40P01) arrives as unknown, as does a server that stops.
        (Db::Postgres(_), Error::DatabaseError(DatabaseErrorKind::Unknown, _)) => of_unknown(&text),
        _ => Remedy::GiveUp,
    }
}

/// What PostgreSQL's words for faults without a kind of their own mean.
fn of_unknown(text: &str) -> Remedy {
    let says = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    if says(&["deadlock", LOCK_TIMEOUT, CLOSED]) {
        Remedy::Again
    } else if says(&["terminating connection", "shutting down", "starting up", "recovery mode"]) {
        Remedy::Reconnect
    } else if says(&["No space left", "could not extend", "could not write", "could not fsync"]) {
        Remedy::Halt
    } else {
        Remedy::Doubt
    }
}

/// Waits a little longer each time, and not in step with the rival.
fn pause(attempt: u32) {
    let mut noise = [0_u8; 1];
    // Without entropy the pause is merely in step with the rival's.
    let _ = getrandom::fill(&mut noise);
    let [noise] = noise;
    std::thread::sleep(Duration::from_millis(u64::from(attempt) * 5 + u64::from(noise) % 20));
}

/// What a failed read is to whoever asked: a connection that broke is no fault of the query.
#[must_use]
pub fn read_error(fault: &DbFault) -> WriteError {
    let text = fault.to_string();
    match fault {
        Error::BrokenTransactionManager
        | Error::DatabaseError(DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand, _) => {
            WriteError::Unavailable(text)
        }
        Error::DatabaseError(DatabaseErrorKind::Unknown, _) if of_unknown(&text) != Remedy::Doubt => {
            WriteError::Unavailable(text)
        }
        _ => WriteError::Failed(text),
    }
}

/// Runs `body` on one unchanging view of the database.
///
/// # Errors
/// What the queries report.
pub fn snapshot<T>(db: &mut Db, body: impl FnOnce(&mut Conn<'_>) -> DbResult<T>) -> DbResult<T> {
    match db {
        Db::Sqlite(conn) => conn.transaction(|conn| body(&mut Conn::Sqlite(conn))),
        Db::Postgres(session) => transaction(session, |session| {
            diesel::sql_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut session.conn)?;
            body(&mut Conn::Postgres(session))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_postgres_says_without_a_kind_is_told_apart() {
        let cases = [
            ("deadlock detected", Remedy::Again),
            ("canceling statement due to lock timeout", Remedy::Again),
            ("the period is closed", Remedy::Again),
            ("terminating connection due to administrator command", Remedy::Reconnect),
            ("the database system is shutting down", Remedy::Reconnect),
            ("could not extend file \"base/1/2\": No space left on device", Remedy::Halt),
            ("numeric field overflow", Remedy::Doubt),
        ];
        for (text, remedy) in cases {
            assert_eq!(of_unknown(text), remedy, "{text}");
        }
    }
}
