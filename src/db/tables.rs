//! The tables of a ledger as the database itself describes them, and their rows in a form that both
//! engines read: a JSON array per row, columns by name, bytes and ids as hexadecimal, instants as
//! microseconds, booleans as 0 and 1. For what works on all tables alike: moving, backup, comparison.
//! Names in these statements come from the database's own catalogue, values are always bound.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{Conn, DbResult, Tx};

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    columns: Vec<Column>,
    /// Places of the primary key's columns, in the key's order.
    key: Vec<usize>,
    /// Tables that its rows refer to, itself left out.
    parents: BTreeSet<String>,
    /// Place of a column that refers to a row of the same table.
    own_parent: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    name: String,
    /// The type as the engine names it.
    kind: String,
}

/// A page of a table's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// JSON arrays.
    pub rows: Vec<String>,
    /// Where the next page begins: the last row's key as a JSON array; none after the last page.
    pub next: Option<String>,
}

/// What is known about this installation and its workers only: not part of a ledger's state.
pub const HOUSEKEEPING: [&str; 2] = ["chores", "settings"];

/// A table whose rows refer to none of another, and that comes after it all the same: a closed period
/// lets no posting in before its end.
const COMES_AFTER: [(&str, &str); 1] = [("periods", "transfers")];

/// Rows per page: with most tables some hundred kilobytes.
const ROWS: usize = 1_000;

/// Tables whose rows hold files or whole messages, and how many of them a page has.
const BULKY: [(&str, usize); 3] = [("import_chunks", 8), ("inbound_deliveries", 32), ("submissions", 32)];

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    of_table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    key_place: i64,
}

#[derive(QueryableByName)]
struct ReferenceRow {
    #[diesel(sql_type = Text)]
    of_table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    parent: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

const SQLITE_COLUMNS: &str = "SELECT m.name AS of_table, c.name AS name, c.type AS kind, c.pk AS key_place
    FROM sqlite_schema m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '__diesel_schema_migrations'
    ORDER BY m.name, c.name";

const POSTGRES_COLUMNS: &str = "SELECT t.relname::text AS of_table, a.attname::text AS name, y.typname::text AS kind,
        COALESCE(array_position(i.indkey::smallint[], a.attnum), -1)::bigint + 1 AS key_place
    FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid JOIN pg_type y ON y.oid = a.atttypid
    LEFT JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary
    WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
        AND t.relname <> '__diesel_schema_migrations'
    ORDER BY t.relname COLLATE \"C\", a.attname COLLATE \"C\"";

const SQLITE_REFERENCES: &str = "SELECT m.name AS of_table, f.\"from\" AS name, f.\"table\" AS parent
    FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";

const POSTGRES_REFERENCES: &str = "SELECT t.relname::text AS of_table, a.attname::text AS name, p.relname::text AS parent
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class p ON p.oid = c.confrelid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND t.relnamespace = current_schema()::regnamespace";

/// Every table of the ledger, those that others refer to first.
///
/// # Errors
/// What the database reports.
pub fn tables(conn: &mut Conn<'_>) -> DbResult<Vec<Table>> {
    let (columns, references) = match conn {
        Conn::Sqlite(_) => (SQLITE_COLUMNS, SQLITE_REFERENCES),
        Conn::Postgres(_) => (POSTGRES_COLUMNS, POSTGRES_REFERENCES),
    };
    let columns: Vec<ColumnRow> = on_db!(conn, c => diesel::sql_query(columns).load(c))?;
    let references: Vec<ReferenceRow> = on_db!(conn, c => diesel::sql_query(references).load(c))?;
    let mut tables: Vec<Table> = Vec::new();
    for group in columns.chunk_by(|one, next| one.of_table == next.of_table) {
        tables.extend(Table::described(group, &references));
    }
    Ok(parents_first(tables))
}

/// Orders tables so that each comes after those its rows refer to.
fn parents_first(mut waiting: Vec<Table>) -> Vec<Table> {
    let mut done: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let names: BTreeSet<String> = waiting.iter().map(|table| table.name.clone()).collect();
        let (free, rest): (Vec<Table>, Vec<Table>) = waiting.into_iter().partition(|table| table.parents.is_disjoint(&names));
        // A ring of references has no order; there is none, and whoever made one would see its rows refused.
        let stuck = free.is_empty();
        done.extend(free);
        waiting = rest;
        if stuck {
            done.append(&mut waiting);
        }
    }
    done
}

impl Table {
    fn described(columns: &[ColumnRow], references: &[ReferenceRow]) -> Option<Self> {
        let name = columns.first()?.of_table.clone();
        let mut key: Vec<(i64, usize)> = Vec::new();
        for (place, column) in columns.iter().enumerate() {
            if column.key_place > 0 {
                key.push((column.key_place, place));
            }
        }
        key.sort_unstable();
        let mine = || references.iter().filter(|reference| reference.of_table == name);
        let own = mine().find(|reference| reference.parent == name);
        Some(Self {
            key: key.into_iter().map(|(_, place)| place).collect(),
            parents: mine()
                .map(|reference| reference.parent.clone())
                .chain(COMES_AFTER.iter().filter(|(table, _)| *table == name).map(|(_, before)| (*before).to_owned()))
                .filter(|parent| *parent != name)
                .collect(),
            own_parent: own.and_then(|reference| columns.iter().position(|column| column.name == reference.name)),
            columns: columns.iter().map(|column| Column { name: column.name.clone(), kind: column.kind.clone() }).collect(),
            name,
        })
    }

    /// Whether the same table of another ledger holds the same columns under the same key.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        let names = |table: &Self| -> Vec<String> { table.columns.iter().map(|column| column.name.clone()).collect() };
        self.name == other.name && names(self) == names(other) && self.key == other.key
    }

    /// Whether rows refer to rows of the same table: such a reference is written by [`Self::relate`]
    /// once all rows are there.
    #[must_use]
    pub const fn refers_to_itself(&self) -> bool {
        self.own_parent.is_some()
    }

    /// The page of rows after `after`, in the order of the key.
    ///
    /// # Errors
    /// What the database reports.
    pub fn page(&self, conn: &mut Conn<'_>, after: Option<&str>) -> DbResult<Page> {
        self.select(conn, after, "")
    }

    /// As [`Self::page`], of the rows that refer to rows of the same table.
    ///
    /// # Errors
    /// What the database reports.
    pub fn related(&self, conn: &mut Conn<'_>, after: Option<&str>) -> DbResult<Page> {
        let own = self.own_parent.and_then(|place| self.columns.get(place)).map(|column| column.name.as_str());
        self.select(conn, after, &own.map_or_else(|| " AND FALSE".to_owned(), |name| format!(" AND {name} IS NOT NULL")))
    }

    fn select(&self, conn: &mut Conn<'_>, after: Option<&str>, narrowed: &str) -> DbResult<Page> {
        let most = BULKY.iter().find(|(name, _)| *name == self.name).map_or(ROWS, |(_, most)| *most);
        let engine = Engine::of(conn);
        let values: Vec<String> = self.columns.iter().map(|column| engine.told(column)).collect();
        let keys: Vec<&str> = self.key_columns().map(|column| column.name.as_str()).collect();
        let begins: Vec<String> =
            self.key_columns().enumerate().map(|(place, column)| engine.read(column, place, engine.bound())).collect();
        let (keys, values) = (keys.join(", "), values.join(", "));
        let after_that = after.map_or_else(|| "TRUE".to_owned(), |_| format!("({keys}) > ({})", begins.join(", ")));
        let text = format!(
            "SELECT {}({values}){} AS line FROM {} WHERE {after_that}{narrowed} ORDER BY {keys} LIMIT {most}",
            engine.array(),
            engine.as_text(),
            self.name
        );
        let lines: Vec<Line> = match after {
            Some(after) => on_db!(conn, c => diesel::sql_query(&text).bind::<Text, _>(after).load(c))?,
            None => on_db!(conn, c => diesel::sql_query(&text).load(c))?,
        };
        let full = lines.len() == most;
        let rows: Vec<String> = lines.into_iter().map(|line| line.line).collect();
        let next = rows.last().filter(|_| full).map(|row| self.key_of(row));
        Ok(Page { rows, next })
    }

    /// Adds rows, without what refers to rows of the same table.
    ///
    /// # Errors
    /// What the database reports; a row whose key is taken is an error.
    pub fn insert(&self, tx: &mut Tx<'_>, rows: &[String]) -> DbResult<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let engine = Engine::of(tx);
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let value = |(place, column): (usize, &Column)| {
            if self.own_parent == Some(place) { "NULL".to_owned() } else { engine.read(column, place, "r.value") }
        };
        let values: Vec<String> = self.columns.iter().enumerate().map(value).collect();
        let text =
            format!("INSERT INTO {} ({}) SELECT {} FROM {}", self.name, names.join(", "), values.join(", "), engine.rows());
        on_db!(tx, c => diesel::sql_query(&text).bind::<Text, _>(array_of(rows)).execute(c)).map(drop)
    }

    /// Writes what these rows, all there, refer to in the same table.
    ///
    /// # Errors
    /// What the database reports.
    pub fn relate(&self, tx: &mut Tx<'_>, rows: &[String]) -> DbResult<()> {
        let Some((place, own)) = self.own_parent.and_then(|place| Some((place, self.columns.get(place)?))) else {
            return Ok(());
        };
        let engine = Engine::of(tx);
        let same = |place: &usize| {
            let column = self.columns.get(*place)?;
            Some(format!("{}.{} = {}", self.name, column.name, engine.read(column, *place, "r.value")))
        };
        let same: Vec<String> = self.key.iter().filter_map(same).collect();
        let text = format!(
            "UPDATE {} SET {} = {} FROM {} WHERE {}",
            self.name,
            own.name,
            engine.read(own, place, "r.value"),
            engine.rows(),
            same.join(" AND ")
        );
        on_db!(tx, c => diesel::sql_query(&text).bind::<Text, _>(array_of(rows)).execute(c)).map(drop)
    }

    fn key_columns(&self) -> impl Iterator<Item = &Column> {
        self.key.iter().filter_map(|place| self.columns.get(*place))
    }

    /// The key of a row as a JSON array.
    fn key_of(&self, row: &str) -> String {
        let values: Vec<serde_json::Value> = serde_json::from_str(row).unwrap_or_default();
        let key = self.key.iter().map(|place| values.get(*place).cloned().unwrap_or_default());
        serde_json::Value::Array(key.collect()).to_string()
    }
}

fn array_of(rows: &[String]) -> String {
    format!("[{}]", rows.join(","))
}

/// The words in which the engines differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    const fn of(conn: &Conn<'_>) -> Self {
        match conn {
            Conn::Sqlite(_) => Self::Sqlite,
            Conn::Postgres(_) => Self::Postgres,
        }
    }

    const fn array(self) -> &'static str {
        match self {
            Self::Sqlite => "json_array",
            Self::Postgres => "json_build_array",
        }
    }

    const fn as_text(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "::text",
        }
    }

    /// The bound value, a JSON array.
    const fn bound(self) -> &'static str {
        match self {
            Self::Sqlite => "?1",
            Self::Postgres => "$1::jsonb",
        }
    }

    /// The elements of the bound value.
    const fn rows(self) -> &'static str {
        match self {
            Self::Sqlite => "json_each(?1) AS r",
            Self::Postgres => "jsonb_array_elements($1::jsonb) AS r(value)",
        }
    }

    /// How a column's value is told.
    fn told(self, column: &Column) -> String {
        let name = &column.name;
        match (self, column.kind.as_str()) {
            (Self::Sqlite, "BLOB") => format!("iif({name} IS NULL, NULL, lower(hex({name})))"),
            (Self::Postgres, "uuid") => format!("encode(uuid_send({name}), 'hex')"),
            (Self::Postgres, "bytea") => format!("encode({name}, 'hex')"),
            // Exact: since PostgreSQL 14 this is numeric, not floating point.
            (Self::Postgres, "timestamptz") => format!("(EXTRACT(EPOCH FROM {name}) * 1000000)::bigint"),
            (Self::Postgres, "bool") => format!("{name}::int"),
            (Self::Postgres, "jsonb") => format!("{name}::text"),
            _ => name.clone(),
        }
    }

    /// A column's value read from element `place` of the JSON array `from`.
    fn read(self, column: &Column, place: usize, from: &str) -> String {
        let element = match self {
            Self::Sqlite => format!("json_extract({from}, '$[{place}]')"),
            Self::Postgres => format!("({from} ->> {place})"),
        };
        match (self, column.kind.as_str()) {
            (Self::Sqlite, "BLOB") => format!("unhex({element})"),
            (Self::Postgres, "bytea") => format!("decode({element}, 'hex')"),
            // In two steps: the factor of an interval is a double, which holds each of them exactly.
            (Self::Postgres, "timestamptz") => format!(
                "(timestamptz 'epoch' + {element}::bigint / 1000000 * interval '1 second'
                    + {element}::bigint % 1000000 * interval '1 microsecond')"
            ),
            (Self::Postgres, "bool") => format!("{element}::int::bool"),
            (Self::Postgres, "uuid" | "int8" | "jsonb") => format!("{element}::{}", column.kind),
            _ => element,
        }
    }
}
