//! Both engines hold the same tables, and what is append-only cannot be rewritten by anybody.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;

use houndplan::db::connect::Place;
use houndplan::db::migrate;

use super::app::{Engine, ask, empty_database, execute};

const APPEND_ONLY: [&str; 10] = [
    "terms",
    "sale_revisions",
    "sale_lines",
    "verdicts",
    "commission_changes",
    "adjustments",
    "transfers",
    "audit_log",
    "periods",
    "period_reports",
];

fn lines(place: &Place, query: &str) -> BTreeSet<String> {
    ask(place, query).into_iter().collect()
}

/// A migrated database and the folder it lives in.
fn migrated(engine: Engine, name: &str) -> (Place, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let place = match engine {
        Engine::Sqlite => Place::Sqlite(folder.path().join("hound.db")),
        Engine::Postgres => Place::Postgres {
            url: empty_database(&format!("hound_{}_{name}", std::process::id())),
            schema: None,
            authority: None,
        },
    };
    migrate::migrate(&place).expect("migrations");
    (place, folder)
}

const SQLITE_COLUMNS: &str = "SELECT m.name || '.' || c.name || CASE c.\"notnull\" WHEN 1 THEN ' NOT NULL' ELSE '' END AS line
    FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '__diesel_schema_migrations'";

const POSTGRES_COLUMNS: &str =
    "SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END AS line
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'";

const SQLITE_UNIQUE: &str = "SELECT m.name || '(' || (SELECT group_concat(name, ',') FROM
        (SELECT i.name AS name FROM pragma_index_info(l.name) i ORDER BY i.name)) || ')'
        || CASE l.partial WHEN 1 THEN ' partial' ELSE '' END AS line
    FROM sqlite_master m JOIN pragma_index_list(m.name) l
    WHERE m.type = 'table' AND l.\"unique\" = 1 AND m.name <> '__diesel_schema_migrations'";

const POSTGRES_UNIQUE: &str = "SELECT t.relname || '(' || string_agg(a.attname, ',' ORDER BY a.attname COLLATE \"C\") || ')'
        || CASE WHEN bool_or(i.indpred IS NOT NULL) THEN ' partial' ELSE '' END AS line
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (i.indkey)
    WHERE i.indisunique AND n.nspname = 'public' AND t.relname <> '__diesel_schema_migrations'
    GROUP BY t.relname, i.indexrelid";

#[test]
fn both_engines_have_the_same_tables_columns_and_unique_keys() {
    let names = |engine: &str| -> BTreeSet<String> {
        let folder = fs::read_dir(format!("migrations/{engine}")).expect("migrations");
        folder.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    let (sqlite, _folder) = migrated(Engine::Sqlite, "parity");
    let (postgres, _) = migrated(Engine::Postgres, "parity");
    let difference = |left: BTreeSet<String>, right: BTreeSet<String>| -> Vec<String> {
        assert!(left.len() > 20, "only {left:?}");
        left.symmetric_difference(&right).cloned().collect()
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(difference(lines(&sqlite, SQLITE_COLUMNS), lines(&postgres, POSTGRES_COLUMNS)), none);
    assert_eq!(difference(lines(&sqlite, SQLITE_UNIQUE), lines(&postgres, POSTGRES_UNIQUE)), none);
}

#[test]
fn on_sqlite_what_was_written_for_good_cannot_be_rewritten() {
    let (place, _folder) = migrated(Engine::Sqlite, "append");
    for table in APPEND_ONLY {
        // A value that the strict type of each column takes.
        let value = "CASE type WHEN 'BLOB' THEN 'x''31''' WHEN 'TEXT' THEN '''1''' ELSE '1' END";
        let columns = lines(&place, &format!("SELECT name || '=' || {value} AS line FROM pragma_table_info('{table}')"));
        let pairs: Vec<(&str, &str)> = columns.iter().filter_map(|line| line.split_once('=')).collect();
        let names = pairs.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let values = pairs.iter().map(|(_, value)| *value).collect::<Vec<_>>().join(", ");
        let (any, one) = pairs.first().expect("a column");
        // The row itself may be nonsense: only the triggers are on trial.
        let lax = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;";
        execute(&place, &format!("{lax} INSERT INTO {table} ({names}) VALUES ({values})")).expect(table);
        for attempt in [
            format!("UPDATE {table} SET {any} = {one}"),
            format!("DELETE FROM {table}"),
            format!("REPLACE INTO {table} ({names}) VALUES ({values})"),
            format!("INSERT OR REPLACE INTO {table} ({names}) VALUES ({values})"),
        ] {
            let refused = execute(&place, &format!("{lax} {attempt}"));
            assert!(refused.as_ref().is_err_and(|said| said.contains("append-only")), "{attempt}: {refused:?}");
        }
        assert_eq!(lines(&place, &format!("SELECT CAST({any} AS TEXT) AS line FROM {table}")), BTreeSet::from(["1".to_owned()]));
    }
}

#[test]
fn on_postgres_what_was_written_for_good_cannot_be_rewritten() {
    let (place, _folder) = migrated(Engine::Postgres, "append");
    for table in APPEND_ONLY {
        let any =
            lines(&place, &format!("SELECT column_name AS line FROM information_schema.columns WHERE table_name = '{table}'"));
        let any = any.first().expect("a column");
        for attempt in
            [format!("UPDATE {table} SET {any} = {any}"), format!("DELETE FROM {table}"), format!("TRUNCATE {table} CASCADE")]
        {
            let refused = execute(&place, &attempt);
            assert!(refused.as_ref().is_err_and(|said| said.contains("append-only")), "{attempt}: {refused:?}");
        }
    }
}

#[test]
fn the_linked_sqlite_does_not_lose_committed_writes() {
    let (place, _folder) = migrated(Engine::Sqlite, "version");
    let version = lines(&place, "SELECT sqlite_version() AS line").pop_first().expect("a version");
    let parts: Vec<u32> = version.split('.').map(|part| part.parse().expect("a number")).collect();
    assert!(parts >= vec![3, 51, 3], "SQLite {version} has the WAL-reset race; 3.51.3 is the oldest fit one");
}
