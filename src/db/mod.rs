//! The ledger room: the only one that knows diesel. One code for SQLite and PostgreSQL.

use diesel::sqlite::SqliteConnection;

#[macro_use]
mod on_db;
#[macro_use]
pub mod columns;
pub mod adjustments;
pub mod audit;
pub mod bounces;
pub mod bundles;
pub mod check;
pub mod check_payouts;
pub mod check_submissions;
pub mod claims;
pub mod click_days;
pub mod clicks;
pub mod commissions;
pub mod connect;
pub mod connections;
pub mod coupons;
pub mod customers;
pub mod deliveries;
pub mod detail_reminders;
pub mod endpoints;
pub mod erasure;
pub mod files;
pub mod freeze;
pub mod idempotency;
pub mod import_removal;
pub mod import_results;
pub mod imports;
pub mod inbound;
pub mod introductions;
pub mod jobs;
pub mod joins;
pub mod ledger;
pub mod letter_texts;
pub mod letters;
pub mod login_links;
pub mod logins;
pub mod lookups;
pub mod merges;
pub mod migrate;
pub mod money_check;
pub mod open_items;
pub mod order_sums;
pub mod outbox;
pub mod outward;
pub mod owner_notices;
pub mod payout_batches;
pub mod payout_desk;
pub mod payout_methods;
pub mod payouts;
pub mod pending_decisions;
pub mod periods;
pub mod pool;
pub mod portal;
pub mod providers;
pub mod referrers;
pub mod reports;
pub mod restricted;
pub mod sale_lists;
pub mod sale_payouts;
pub mod sales;
pub mod schema;
pub mod sealed;
pub mod settings;
pub mod signals;
pub mod statements;
pub mod submissions;
pub mod tables;
pub mod tallies;
pub mod terms;
pub mod tiers;
mod tls;
pub mod tokens;
pub mod transact;
pub mod types;
pub mod writer;

/// Rows per multi-row insert: 32 columns times this stays under SQLite's 32,766 values per statement.
const ROWS_PER_INSERT: usize = 256;

/// Ids named in one query: far under SQLite's 32,766 values, large enough that round trips do not count.
pub const IDS_PER_QUERY: usize = 1_000;

/// A native connection to either engine.
pub enum Db {
    /// The embedded engine.
    Sqlite(SqliteConnection),
    /// The shared server.
    Postgres(Box<connect::Session>),
}

/// A borrowed connection to either engine: what every query takes.
pub enum Conn<'a> {
    /// The embedded engine.
    Sqlite(&'a mut SqliteConnection),
    /// The shared server.
    Postgres(&'a mut connect::Session),
}

/// An open write transaction: the only thing a write accepts, made only by [`transact`].
pub struct Tx<'a> {
    conn: Conn<'a>,
}

/// The result of a query.
pub type DbResult<T> = Result<T, DbFault>;

/// What can go wrong in a query.
pub type DbFault = diesel::result::Error;

impl Db {
    /// The connection, borrowed for queries.
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(conn) => Conn::Sqlite(conn),
            Self::Postgres(conn) => Conn::Postgres(conn),
        }
    }
}

impl<'a> std::ops::Deref for Tx<'a> {
    type Target = Conn<'a>;
    fn deref(&self) -> &Self::Target {
        &self.conn
    }
}

impl std::ops::DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.conn
    }
}

/// Says that another process got in first; the whole transaction is done again.
#[must_use]
pub const fn lost_race() -> DbFault {
    diesel::result::Error::RollbackTransaction
}
