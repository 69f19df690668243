//! Opens connections: SQLite as a durable WAL file, PostgreSQL in pure Rust with rustls.

use std::cell::Cell;
use std::collections::HashSet;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use diesel_async::{AsyncConnectionCore, AsyncPgConnection};
use tokio::runtime::Runtime;

use super::columns::Insert;
use super::{Db, DbResult, tls};

/// An ordinary synchronous diesel connection over tokio-postgres.
pub type PgConn = AsyncConnectionWrapper<AsyncPgConnection, Driver>;

/// A connection to PostgreSQL, and what sending several statements at once needs to know of it.
pub struct Session {
    /// For one statement at a time.
    pub conn: PgConn,
    driver: Driver,
    prepared: HashSet<&'static str>,
}

/// Where a ledger lives.
#[derive(Clone)]
pub enum Place {
    /// A file of the embedded engine.
    Sqlite(PathBuf),
    /// A server and the schema to work in; none is the role's default.
    Postgres {
        /// `postgres://…`; holds a password, never logged.
        url: String,
        /// The schema, for the sandbox.
        schema: Option<&'static str>,
        /// Who signed the server's certificate, if no public authority did.
        authority: Option<PathBuf>,
    },
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            // The address holds a password.
            Self::Postgres { schema, .. } => f.debug_struct("Postgres").field("schema", schema).finish_non_exhaustive(),
        }
    }
}

/// Why a connection could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConnectError(pub String);

/// Refused before: the WAL-reset race of 3.7.0 to 3.51.2 silently loses committed writes.
const SQLITE_OLDEST: (u32, u32, u32) = (3, 51, 3);

/// A second process (a CLI command) may hold the write lock; its slices are far shorter than this.
const BUSY_TIMEOUT_MS: u32 = 5_000;

/// The log goes back into the file when it is so long, in pages of 4 KiB. Every slice of orders writes the same
/// pages again: the longer the log, the fewer of them are copied.
const CHECKPOINT_PAGES: u32 = 4_096;

/// Connecting and every statement give up after this, so that a client gets 503 and not a hang.
const PG_TIMEOUT: Duration = Duration::from_secs(2);

impl Place {
    /// Opens a connection that may write.
    ///
    /// # Errors
    /// When the file or server cannot be reached or is unfit.
    pub fn open(&self) -> Result<Db, ConnectError> {
        match self {
            Self::Sqlite(path) => open_sqlite(path, false).map(Db::Sqlite),
            Self::Postgres { url, schema, authority } => {
                open_postgres(url, *schema, authority.as_deref()).map(|session| Db::Postgres(Box::new(session)))
            }
        }
    }

    /// Whether there is a ledger yet: a file, or the schema on the server.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub fn exists(&self) -> Result<bool, ConnectError> {
        match self {
            Self::Sqlite(path) => Ok(path.exists()),
            Self::Postgres { schema: None, .. } => Ok(true),
            Self::Postgres { url, schema: Some(schema), authority } => {
                let mut conn = open_postgres(url, None, authority.as_deref())?.conn;
                let found = diesel::sql_query("SELECT 1 FROM pg_namespace WHERE nspname = $1")
                    .bind::<diesel::sql_types::Text, _>(*schema)
                    .execute(&mut conn);
                found.map(|count| count > 0).map_err(|error| ConnectError(format!("cannot look for the sandbox: {error}")))
            }
        }
    }

    /// Opens a connection that only reads.
    ///
    /// # Errors
    /// When the file or server cannot be reached or is unfit.
    pub fn open_read_only(&self) -> Result<Db, ConnectError> {
        match self {
            Self::Sqlite(path) => open_sqlite(path, true).map(Db::Sqlite),
            Self::Postgres { .. } => self.open(),
        }
    }
}

fn open_sqlite(path: &std::path::Path, read_only: bool) -> Result<SqliteConnection, ConnectError> {
    let name = path.to_str().ok_or_else(|| ConnectError("the database path is not UTF-8".to_owned()))?;
    let fault = |error: &dyn std::fmt::Display| ConnectError(format!("cannot open {name}: {error}"));
    let mut conn = SqliteConnection::establish(name).map_err(|error| fault(&error))?;
    // What a statement has changed is kept until it succeeds, by the page. A writer keeps that in memory: its
    // slices are small. Whoever reads sorts whole tables, and those go to a file.
    let temporary = if read_only { "DEFAULT" } else { "MEMORY" };
    // The busy timeout comes first: switching to WAL can itself meet a lock (diesel#2365).
    let pragmas = format!(
        "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS};
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA recursive_triggers = ON;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};
         PRAGMA cache_size = -16384;
         PRAGMA temp_store = {temporary};
         PRAGMA query_only = {};",
        i32::from(read_only)
    );
    conn.batch_execute(&pragmas).map_err(|error| fault(&error))?;
    refuse_old_sqlite(&mut conn)?;
    Ok(conn)
}

/// Asks the linked library itself: a lock file can be refreshed to an older one unnoticed.
fn refuse_old_sqlite(conn: &mut SqliteConnection) -> Result<(), ConnectError> {
    let version: String = diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>("sqlite_version()"))
        .get_result(conn)
        .map_err(|error| ConnectError(format!("cannot ask SQLite for its version: {error}")))?;
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    match parts.as_slice() {
        [major, minor, patch, ..] if (*major, *minor, *patch) >= SQLITE_OLDEST => Ok(()),
        _ => Err(ConnectError(format!("SQLite {version} can lose committed writes; 3.51.3 or newer is needed"))),
    }
}

fn open_postgres(url: &str, schema: Option<&str>, authority: Option<&Path>) -> Result<Session, ConnectError> {
    // The driver's messages name hosts and users but never the password.
    let fault = |error: &dyn std::fmt::Display| ConnectError(format!("cannot connect to PostgreSQL: {error}"));
    let mut config = tls::config(url, authority).map_err(|error| fault(&error))?;
    config.connect_timeout(PG_TIMEOUT).application_name("houndplan").keepalives_idle(Duration::from_secs(30));
    let connector = tls::connector(&config, authority)?;
    let client = async move {
        let (client, connection) = config.connect(connector).await.map_err(|error| {
            let words = describe(&error);
            fault(&format_args!("{words}{}", tls::mend(&words, authority)))
        })?;
        AsyncPgConnection::try_from_client_and_connection(client, connection).await.map_err(|error| fault(&error))
    };
    let driver = Driver::new().map_err(|error| fault(&error))?;
    let client = driver.block_on(client)?;
    NEXT.set(Some(driver.clone()));
    let mut conn = PgConn::from(client);
    let search_path = schema.map_or_else(String::new, |schema| format!("SET search_path TO {schema};"));
    let session = format!(
        "SET synchronous_commit = on; SET statement_timeout = '60s'; SET lock_timeout = '2s';
         SET idle_in_transaction_session_timeout = '60s'; {search_path}"
    );
    conn.batch_execute(&session).map_err(|error| fault(&error))?;
    // The driver keeps SQLSTATE to itself, so some faults are told apart by their words (`transact`): in English,
    // where the role may ask for that.
    drop(conn.batch_execute("SET lc_messages = 'C'"));
    Ok(Session { conn, driver, prepared: HashSet::new() })
}

impl Session {
    /// Runs inserts in their order without waiting for one before the next is sent; each one's count.
    /// Those not yet known to the server are prepared first, and that would let a later one overtake:
    /// until every text is known they go one by one.
    pub(super) fn execute_all(&mut self, inserts: Vec<Insert<'_>>) -> Vec<DbResult<usize>> {
        let known = inserts.iter().all(|insert| self.prepared.contains(insert.into));
        let texts: Vec<&'static str> = inserts.iter().map(|insert| insert.into).collect();
        let conn: &AsyncPgConnection = &self.conn;
        let send = |insert| AsyncConnectionCore::execute_returning_count(&mut &*conn, insert);
        let counts = self.driver.block_on(async move {
            if known {
                return futures_util::future::join_all(inserts.into_iter().map(send)).await;
            }
            let mut counts = Vec::with_capacity(inserts.len());
            for insert in inserts {
                counts.push(send(insert).await);
            }
            counts
        });
        // One that failed may never have been prepared, such as all that follow a fault.
        let succeeded = texts.into_iter().zip(&counts).filter(|(_, count)| count.is_ok());
        self.prepared.extend(succeeded.map(|(text, _)| text));
        counts
    }
}

fn describe(error: &tokio_postgres::Error) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}

/// Blocks on the runtime that drives one connection: whoever waits for an answer reads it from the
/// socket himself, where a shared runtime would have to wake him from another thread each time. Its
/// calls must come from a thread outside any runtime: the writers, the worker, `web::block`.
#[derive(Clone)]
pub struct Driver {
    runtime: Arc<Background>,
}

/// A runtime that may be dropped anywhere, also by a task of another one.
struct Background(Option<Runtime>);

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

thread_local! {
    /// The driver of the connection that this thread is about to wrap.
    static NEXT: Cell<Option<Driver>> = const { Cell::new(None) };
}

impl Driver {
    fn new() -> std::io::Result<Self> {
        // Timers on: a connect timeout without them would panic.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { runtime: Arc::new(Background(Some(runtime))) })
    }
}

impl BlockOn for Driver {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        match &self.runtime.0 {
            Some(runtime) => runtime.block_on(future),
            // It is taken out only by the drop of its last owner.
            None => std::process::abort(),
        }
    }

    fn get_runtime() -> Self {
        match NEXT.take().map_or_else(Self::new, Ok) {
            Ok(driver) => driver,
            // Without file descriptors at start there is nothing to serve with.
            Err(_) => std::process::abort(),
        }
    }
}
