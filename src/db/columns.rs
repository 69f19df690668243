//! Inserts into the tables that every order writes. PostgreSQL takes one array per column:
//! multi-row `VALUES` has another text for every number of rows, so it is planned anew each time and
//! never cached; `unnest` is one prepared statement for any number, two to three times faster.
//! SQLite knows no arrays and needs none. Inserts that do not wait for each other's outcome are sent
//! together, in one round trip.

use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, HasSqlType};
use diesel::sqlite::SqliteConnection;

use super::{Conn, DbResult, Tx, lost_race};

/// Rows of one statement that SQLite keeps prepared. What is left over is parsed anew each time, as every number
/// of rows is another text.
pub const ROWS_PREPARED: usize = 16;

/// A column of values, ready to be bound.
pub type Bound<'a> = Box<dyn QueryFragment<Pg> + 'a>;

/// A row that PostgreSQL takes column by column; `columns!` implements it.
pub trait Columns: Sized {
    /// `INSERT INTO …` up to the first value.
    const INTO: &'static str;
    /// What stands at the end: nothing, or what to do on a conflict.
    const END: &'static str;
    /// Each column's values, in the order of `INTO`.
    fn columns(rows: &[Self]) -> Vec<Bound<'_>>;
    /// The same insert for SQLite; returns how many rows were written.
    fn insert_into_sqlite(conn: &mut SqliteConnection, rows: &[Self]) -> DbResult<usize>;
}

/// The values of one column of SQL type `ST`.
pub struct Column<ST, T> {
    values: Vec<T>,
    kind: PhantomData<ST>,
}

impl<ST, T> Column<ST, T> {
    /// The column of `values`.
    #[must_use]
    pub const fn of(values: Vec<T>) -> Self {
        Self { values, kind: PhantomData }
    }
}

impl<ST, T> QueryFragment<Pg> for Column<ST, T>
where
    ST: 'static,
    Pg: HasSqlType<ST>,
    Vec<T>: ToSql<Array<ST>, Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<Array<ST>, Vec<T>>(&self.values)
    }
}

/// One insert for PostgreSQL.
pub(super) struct Insert<'a> {
    pub(super) into: &'static str,
    columns: Vec<Bound<'a>>,
    end: &'static str,
}

impl QueryFragment<Pg> for Insert<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.into);
        let mut sign = " SELECT * FROM unnest(";
        for column in &self.columns {
            out.push_sql(sign);
            column.walk_ast(out.reborrow())?;
            sign = ", ";
        }
        out.push_sql(")");
        out.push_sql(self.end);
        Ok(())
    }
}

impl QueryId for Insert<'_> {
    // Statements of one type with different texts: they are told apart by the text.
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// The end of an insert that leaves rows alone whose unique columns are taken.
pub const IF_FREE: &str = " ON CONFLICT DO NOTHING";

/// What to think of rows that were not written because their unique columns are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// Another process was first: the transaction is done again.
    LostRace,
    /// Nothing: whoever asked looks at the count.
    Counted,
}

trait Rows {
    fn len(&self) -> usize;
    fn for_postgres(&self) -> Insert<'_>;
    fn write_to_sqlite(&self, conn: &mut SqliteConnection) -> DbResult<usize>;
}

impl<R: Columns> Rows for &[R] {
    fn len(&self) -> usize {
        <[R]>::len(self)
    }

    fn for_postgres(&self) -> Insert<'_> {
        Insert { into: R::INTO, columns: R::columns(self), end: R::END }
    }

    fn write_to_sqlite(&self, conn: &mut SqliteConnection) -> DbResult<usize> {
        self.chunks(super::ROWS_PER_INSERT).try_fold(0, |sum, slice| Ok(sum + R::insert_into_sqlite(conn, slice)?))
    }
}

/// Inserts in the order in which they are to be made, parents first.
#[derive(Default)]
pub struct Together<'a> {
    inserts: Vec<(Box<dyn Rows + 'a>, Taken)>,
}

impl<'a> Together<'a> {
    /// Adds rows. Those that are taken make the transaction a lost race, if the table's insert skips
    /// them at all.
    pub fn add<R: Columns>(&mut self, rows: &'a [R]) -> &mut Self {
        self.push(rows, Taken::LostRace);
        self
    }

    /// Adds rows of which some may be taken; returns where their count will stand.
    pub fn add_if_free<R: Columns>(&mut self, rows: &'a [R]) -> usize {
        self.push(rows, Taken::Counted);
        self.inserts.len() - 1
    }

    fn push<R: Columns>(&mut self, rows: &'a [R], taken: Taken) {
        self.inserts.push((Box::new(rows), taken));
    }

    /// Writes everything; returns how many rows each insert wrote.
    ///
    /// # Errors
    /// `lost_race` when another process was first with a row; else what the database reports.
    pub fn write(self, tx: &mut Tx<'_>) -> DbResult<Vec<usize>> {
        let mut counts = vec![0; self.inserts.len()];
        // An empty slice must not reach SQLite: its count of changes would be that of the statement before.
        let inserts = self.inserts.iter().zip(&mut counts).filter(|((rows, _), _)| rows.len() > 0);
        match &mut **tx {
            Conn::Sqlite(conn) => {
                for ((rows, taken), count) in inserts {
                    *count = rows.write_to_sqlite(conn).and_then(|count| taken.judge(count, rows.len()))?;
                }
            }
            Conn::Postgres(session) => {
                let (inserts, counts): (Vec<_>, Vec<_>) = inserts.unzip();
                let sent = session.execute_all(inserts.iter().map(|(rows, _)| rows.for_postgres()).collect());
                // In order: rows that refer to one that is taken fail too, and the first one tells why.
                for (((rows, taken), count), outcome) in inserts.into_iter().zip(counts).zip(sent) {
                    *count = outcome.and_then(|count| taken.judge(count, rows.len()))?;
                }
            }
        }
        Ok(counts)
    }
}

impl Taken {
    fn judge(self, count: usize, wanted: usize) -> DbResult<usize> {
        if self == Self::LostRace && count < wanted { Err(lost_race()) } else { Ok(count) }
    }
}

/// Inserts `rows`; all of them, or the race is lost.
pub(super) fn insert<R: Columns>(tx: &mut Tx<'_>, rows: &[R]) -> DbResult<()> {
    let mut together = Together::default();
    together.add(rows);
    together.write(tx).map(drop)
}

/// Says which columns of its table a row fills, and whether a taken row is skipped.
macro_rules! columns {
    ($row:ty, $table:ident ($($column:ident),+ $(,)?)) => {
        columns!(@row $row, $table ($($column),+), "", |conn, rows| {
            ::diesel::insert_into($table::table).values(rows).execute(conn)
        });
    };
    ($row:ty, $table:ident ($($column:ident),+ $(,)?), if_free) => {
        columns!(@row $row, $table ($($column),+), $crate::db::columns::IF_FREE, |conn, rows| {
            ::diesel::insert_into($table::table).values(rows).on_conflict_do_nothing().execute(conn)
        });
    };
    (@row $row:ty, $table:ident ($first:ident $(, $column:ident)*), $end:expr, |$conn:ident, $rows:ident| $insert:expr) => {
        impl $crate::db::columns::Columns for $row {
            const INTO: &'static str = concat!(
                "INSERT INTO ", stringify!($table), " (", stringify!($first) $(, ", ", stringify!($column))*, ")"
            );
            const END: &'static str = $end;
            fn columns(rows: &[Self]) -> Vec<$crate::db::columns::Bound<'_>> {
                vec![columns!(@one rows, $table, $first) $(, columns!(@one rows, $table, $column))*]
            }
            fn insert_into_sqlite(
                $conn: &mut ::diesel::sqlite::SqliteConnection,
                rows: &[Self],
            ) -> $crate::db::DbResult<usize> {
                let (whole, $rows) = rows.as_chunks::<{ $crate::db::columns::ROWS_PREPARED }>();
                let mut count = if $rows.is_empty() { 0 } else { $insert? };
                for $rows in whole {
                    count += $insert?;
                }
                Ok(count)
            }
        }
    };
    (@one $rows:ident, $table:ident, $column:ident) => {
        Box::new($crate::db::columns::Column::<<$table::$column as ::diesel::Expression>::SqlType, _>::of(
            $rows.iter().map(|row| &row.$column).collect(),
        ))
    };
}
