//! One diesel body, compiled once per native connection: multi-row inserts, `ON CONFLICT` and
//! `RETURNING` stay typed, which a connection over both backends cannot offer. A file that uses these
//! macros imports `diesel::prelude::*`.

/// Runs `$body` with `$c` bound to the native connection of `$conn`.
macro_rules! on_db {
    ($conn:expr, $c:ident => $body:expr) => {{
        let conn: &mut $crate::db::Conn<'_> = &mut *$conn;
        match conn {
            $crate::db::Conn::Sqlite($c) => {
                let $c: &mut ::diesel::sqlite::SqliteConnection = $c;
                $body
            }
            $crate::db::Conn::Postgres($c) => {
                let $c: &mut $crate::db::connect::PgConn = &mut $c.conn;
                $body
            }
        }
    }};
}

/// Loads `$query` with its rows locked until the transaction ends (SQLite has one writer: no lock needed).
macro_rules! load_locked {
    ($tx:expr, $query:expr) => {{
        let conn: &mut $crate::db::Conn<'_> = &mut *$tx;
        match conn {
            $crate::db::Conn::Sqlite(c) => $query.load(&mut **c),
            $crate::db::Conn::Postgres(c) => $query.for_no_key_update().load(&mut c.conn),
        }
    }};
}

/// Inserts `$rows` into `$table`, a few hundred at a time: both engines cap the values of one statement.
macro_rules! insert_all {
    ($tx:expr, $table:path, $rows:expr) => {{
        let rows = $rows;
        let mut outcome: $crate::db::DbResult<()> = Ok(());
        for slice in rows.chunks($crate::db::ROWS_PER_INSERT) {
            outcome = on_db!($tx, c => ::diesel::insert_into($table).values(slice).execute(c).map(drop));
            if outcome.is_err() {
                break;
            }
        }
        outcome
    }};
}

/// Boxes `$query` and narrows it to a span of `$column` (`check::Span`).
macro_rules! spanned {
    ($query:expr, $column:expr, $span:expr) => {{
        let mut query = $query.into_boxed();
        if let Some(above) = $span.above {
            query = query.filter($column.gt(above));
        }
        if let Some(upto) = $span.upto {
            query = query.filter($column.le(upto));
        }
        query
    }};
}

/// Loads the rows of `$query` whose `$column` is one of `$ids`, a slice of ids at a time.
macro_rules! among {
    ($conn:expr, $query:expr, $column:expr, $ids:expr) => {{
        let mut found = Vec::new();
        for slice in $ids.chunks($crate::db::IDS_PER_QUERY) {
            found.append(&mut on_db!($conn, c => $query.filter($column.eq_any(slice)).load(c))?);
        }
        Ok(found)
    }};
}

/// Inserts those of `$rows` whose unique columns are free, and counts them. An empty slice must not
/// reach SQLite: its count of changes would be that of the statement before.
macro_rules! insert_free {
    ($tx:expr, $table:path, $rows:expr) => {{
        let mut outcome: $crate::db::DbResult<usize> = Ok(0);
        for slice in $rows.chunks($crate::db::ROWS_PER_INSERT) {
            let one = on_db!($tx, c => ::diesel::insert_into($table).values(slice).on_conflict_do_nothing().execute(c));
            outcome = outcome.and_then(|sum| one.map(|count| sum + count));
            if outcome.is_err() {
                break;
            }
        }
        outcome
    }};
}
