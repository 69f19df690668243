//! Opens connections: SQLite as a durable WAL file, PostgreSQL in pure Rust with rustls.

use std::future::Future;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use tokio::runtime::Handle;

use super::Db;

/// An ordinary synchronous diesel connection over tokio-postgres.
pub type PgConn = AsyncConnectionWrapper<AsyncPgConnection, Driver>;

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
            Self::Postgres { url, schema } => open_postgres(url, *schema).map(|conn| Db::Postgres(Box::new(conn))),
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
            Self::Postgres { url, schema: Some(schema) } => {
                let mut conn = open_postgres(url, None)?;
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
    // The busy timeout comes first: switching to WAL can itself meet a lock (diesel#2365).
    let pragmas = format!(
        "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS};
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA recursive_triggers = ON;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA cache_size = -16384;
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

fn open_postgres(url: &str, schema: Option<&str>) -> Result<PgConn, ConnectError> {
    // The driver's messages name hosts and users but never the password.
    let fault = |error: &dyn std::fmt::Display| ConnectError(format!("cannot connect to PostgreSQL: {error}"));
    let mut config: tokio_postgres::Config = url.parse().map_err(|error: tokio_postgres::Error| fault(&error))?;
    config.connect_timeout(PG_TIMEOUT).application_name("houndplan").keepalives_idle(Duration::from_secs(30));
    let client = async move {
        let (client, connection) = config.connect(tls()?).await.map_err(|error| fault(&describe(&error)))?;
        AsyncPgConnection::try_from_client_and_connection(client, connection).await.map_err(|error| fault(&error))
    };
    let mut conn = PgConn::from(Driver.block_on(client)?);
    let search_path = schema.map_or_else(String::new, |schema| format!("SET search_path TO {schema};"));
    let session = format!(
        "SET synchronous_commit = on; SET statement_timeout = '60s'; SET lock_timeout = '2s';
         SET idle_in_transaction_session_timeout = '60s'; {search_path}"
    );
    conn.batch_execute(&session).map_err(|error| fault(&error))?;
    Ok(conn)
}

fn describe(error: &tokio_postgres::Error) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}

fn tls() -> Result<tokio_postgres_rustls::MakeRustlsConnect, ConnectError> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConnectError(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(tokio_postgres_rustls::MakeRustlsConnect::new(config))
}

/// Blocks on the one process-wide runtime that connects and drives all PostgreSQL connections.
/// Its calls must come from a thread outside any runtime: the writers, the worker, `web::block`.
pub struct Driver;

impl BlockOn for Driver {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        driver().block_on(future)
    }

    fn get_runtime() -> Self {
        Self
    }
}

fn driver() -> &'static Handle {
    static DRIVER: OnceLock<Handle> = OnceLock::new();
    DRIVER.get_or_init(|| {
        let (tell, told) = std::sync::mpsc::channel();
        let drive = move || {
            // Timers on: a connect timeout without them would panic.
            if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
                drop(tell.send(runtime.handle().clone()));
                runtime.block_on(std::future::pending::<()>());
            }
        };
        let spawned = std::thread::Builder::new().name("postgres".to_owned()).spawn(drive);
        match spawned.map(|_| told.recv()) {
            Ok(Ok(handle)) => handle,
            // Without threads or file descriptors at start there is nothing to serve with.
            _ => std::process::abort(),
        }
    })
}
