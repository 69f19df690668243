//! Inserts for PostgreSQL as one array per column. Multi-row `VALUES` has another text for every
//! number of rows, so it is planned anew each time and never cached; `unnest` is one prepared
//! statement for any number, two to three times faster. SQLite knows no arrays and needs none.

use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, HasSqlType};

use super::DbResult;
use super::connect::PgConn;

/// A column of values, ready to be bound.
pub(super) type Bound<'a> = Box<dyn QueryFragment<Pg> + 'a>;

/// A row that PostgreSQL takes column by column; [`columns!`] implements it.
pub(super) trait Columns: 'static + Sized {
    /// `INSERT INTO …` up to the first value.
    const INTO: &'static str;
    /// What stands at the end: nothing, or what to do on a conflict.
    const END: &'static str;
    /// Each column's values, in the order of `INTO`.
    fn columns(rows: &[Self]) -> Vec<Bound<'_>>;
}

/// The values of one column of SQL type `ST`.
pub(super) struct Column<ST, T> {
    values: Vec<T>,
    kind: PhantomData<ST>,
}

impl<ST, T> Column<ST, T> {
    pub(super) const fn of(values: Vec<T>) -> Self {
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

struct Insert<'a, R> {
    columns: Vec<Bound<'a>>,
    rows: PhantomData<fn() -> R>,
}

impl<R: Columns> QueryFragment<Pg> for Insert<'_, R> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(R::INTO);
        let mut sign = " SELECT * FROM unnest(";
        for column in &self.columns {
            out.push_sql(sign);
            column.walk_ast(out.reborrow())?;
            sign = ", ";
        }
        out.push_sql(")");
        out.push_sql(R::END);
        Ok(())
    }
}

impl<R: Columns> QueryId for Insert<'_, R> {
    // The text depends on the kind of row alone.
    type QueryId = Insert<'static, R>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<R: Columns> RunQueryDsl<PgConn> for Insert<'_, R> {}

/// The end of an insert that leaves rows alone whose unique columns are taken.
pub(super) const IF_FREE: &str = " ON CONFLICT DO NOTHING";

/// Inserts `rows`; returns how many were written.
pub(super) fn insert<R: Columns>(conn: &mut PgConn, rows: &[R]) -> DbResult<usize> {
    if rows.is_empty() {
        return Ok(0);
    }
    Insert::<R> { columns: R::columns(rows), rows: PhantomData }.execute(conn)
}

/// Says which columns of its table a row fills, and how the statement ends.
macro_rules! columns {
    ($row:ty, $table:ident ($first:ident $(, $column:ident)* $(,)?), $end:expr) => {
        impl $crate::db::columns::Columns for $row {
            const INTO: &'static str = concat!(
                "INSERT INTO ", stringify!($table), " (", stringify!($first) $(, ", ", stringify!($column))*, ")"
            );
            const END: &'static str = $end;
            fn columns(rows: &[Self]) -> Vec<$crate::db::columns::Bound<'_>> {
                vec![columns!(@one rows, $table, $first) $(, columns!(@one rows, $table, $column))*]
            }
        }
    };
    (@one $rows:ident, $table:ident, $column:ident) => {
        Box::new($crate::db::columns::Column::<<$table::$column as ::diesel::Expression>::SqlType, _>::of(
            $rows.iter().map(|row| &row.$column).collect(),
        ))
    };
}
