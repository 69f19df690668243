//! A small pool of connections for reads. Never waits long: a client gets 503 instead.

use std::time::Duration;

use diesel::connection::SimpleConnection;

use super::connect::{ConnectError, Place};
use super::transact::{WriteError, read_error, snapshot};
use super::{Conn, Db, DbResult};

/// Reads are short and two cores serve them; more connections only cost memory.
const READERS: u32 = 4;

/// Longest wait for a free connection.
const WAIT: Duration = Duration::from_secs(2);

/// Hands out read connections, one thread at a time.
#[derive(Clone)]
pub struct Readers {
    pool: r2d2::Pool<Manager>,
}

struct Manager {
    place: Place,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Db;
    type Error = ConnectError;

    fn connect(&self) -> Result<Db, ConnectError> {
        self.place.open_read_only()
    }

    fn is_valid(&self, db: &mut Db) -> Result<(), ConnectError> {
        let alive = match db {
            Db::Sqlite(_) => Ok(()),
            Db::Postgres(session) => session.conn.batch_execute("SELECT 1"),
        };
        alive.map_err(|error| ConnectError(error.to_string()))
    }

    fn has_broken(&self, _: &mut Db) -> bool {
        std::thread::panicking()
    }
}

impl Readers {
    /// A pool on `place`; connections are opened when first needed.
    #[must_use]
    pub fn new(place: &Place) -> Self {
        let builder = r2d2::Pool::builder().max_size(READERS).min_idle(Some(0)).connection_timeout(WAIT).test_on_check_out(true);
        Self { pool: builder.build_unchecked(Manager { place: place.clone() }) }
    }

    /// Runs `body` on one unchanging view of the ledger. Blocks: call it off the async threads.
    ///
    /// # Errors
    /// `Unavailable` when no connection is to be had in time, `Failed` when a query fails.
    pub fn read<T>(&self, body: impl FnOnce(&mut Conn<'_>) -> DbResult<T>) -> Result<T, WriteError> {
        let mut db = self.pool.get().map_err(|error| WriteError::Unavailable(error.to_string()))?;
        snapshot(&mut db, body).map_err(|fault| read_error(&fault))
    }
}
