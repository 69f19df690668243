//! The same statements for one sale in one transaction, by PostgreSQL's own load generator. The
//! inserts are made from the rows that the service wrote for a sale, with other names and ids.

use std::fmt::Write;
use std::process::Command;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::service::{Service, bench_dir, codes, postgres};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

/// Each table with the rows that belong to the sale `template`, parents first.
const TABLES: [(&str, &str); 11] = [
    ("customers", "id = (SELECT customer_id FROM sales WHERE order_id = 'template')"),
    ("customer_keys", "customer_id = (SELECT customer_id FROM sales WHERE order_id = 'template')"),
    ("sales", "order_id = 'template'"),
    ("sale_revisions", "sale_id = (SELECT id FROM sales WHERE order_id = 'template')"),
    ("verdicts", "sale_id = (SELECT id FROM sales WHERE order_id = 'template')"),
    ("referrals", "sale_id = (SELECT id FROM sales WHERE order_id = 'template')"),
    ("commissions", "sale_id = (SELECT id FROM sales WHERE order_id = 'template')"),
    ("transfers", "cause_id = (SELECT c.id FROM commissions c JOIN sales s ON s.id = c.sale_id WHERE order_id = 'template')"),
    ("mails", "subject_id = (SELECT c.id FROM commissions c JOIN sales s ON s.id = c.sale_id WHERE order_id = 'template')"),
    (
        "jobs",
        "payload->>'mail_id' = (SELECT m.id::text FROM mails m JOIN commissions c ON c.id = m.subject_id JOIN sales s ON s.id = c.sale_id WHERE order_id = 'template')",
    ),
    ("events", "subject_id = (SELECT id FROM sales WHERE order_id = 'template')"),
];

/// A name that no other sale has.
const NAME: &str = "('p' || :client_id::int || '-' || :n::bigint)";

/// Sales per second with 16 clients and prepared statements.
pub(crate) fn rate(url: &str, service: &Service, span: Duration) -> f64 {
    service.report("template");
    let path = bench_dir().join("sale.sql");
    std::fs::write(&path, script(url)).expect("a script");
    let output = Command::new("pgbench")
        .args(["-n", "-M", "prepared", "-c", "16", "-j", "2", "-D", "n=0", "-T", &span.as_secs().to_string(), "-f"])
        .arg(&path)
        .arg(url)
        .output()
        .expect("pgbench");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok());
    assert!(output.status.success() && rate.is_some(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    rate.unwrap_or_default()
}

fn script(url: &str) -> String {
    let mut conn = postgres(url);
    let mut ask = |sql: &str| -> String {
        let rows: Vec<Line> = diesel::sql_query(sql).load(&mut conn).expect(sql);
        rows.into_iter().map(|row| row.text).collect::<Vec<_>>().join(", ")
    };
    let program = ask("SELECT id::text AS text FROM programs");
    let owners = ask("SELECT quote_literal(id) AS text FROM referrers ORDER BY id");
    let referrer = format!("(ARRAY[{owners}]::uuid[])[1 + (:n::bigint + :client_id::int) % {}]", codes().len());
    let mut sql = format!(
        "\\set n :n + 1\nBEGIN;\n\
         SELECT * FROM sales WHERE source = ANY(ARRAY['main']) AND order_id = ANY(ARRAY[{NAME}]) ORDER BY id FOR NO KEY UPDATE;\n\
         SELECT * FROM customer_keys WHERE value = ANY(ARRAY[{NAME}, {NAME} || '@example.com']);\n\
         SELECT id FROM programs ORDER BY id LIMIT 1;\n\
         SELECT version, valid_from, body FROM terms WHERE program_id = '{program}' ORDER BY version;\n\
         SELECT * FROM codes WHERE skeleton = ANY(ARRAY['FRIENDAA']);\n\
         SELECT * FROM referrers WHERE id = ANY(ARRAY[{referrer}]);\n"
    );
    let mut ids = vec![program];
    for (table, of) in TABLES {
        let names = ask(&format!(
            "SELECT string_agg(key, ', ') AS text FROM (SELECT jsonb_object_keys(to_jsonb(t)) AS key FROM (SELECT * FROM {table} WHERE {of} LIMIT 1) t) k"
        ));
        let rows = ask(&format!(
            "SELECT '(' || (SELECT string_agg(quote_nullable(value), ', ') FROM jsonb_each_text(to_jsonb(t))) || ')' AS text FROM (SELECT * FROM {table} WHERE {of}) t"
        ));
        assert!(!rows.is_empty(), "the template has rows in {table}");
        let rows = renamed(&rows, &mut ids, &owners, &referrer, table == "jobs");
        let end = if matches!(table, "sales" | "customer_keys" | "mails") { " ON CONFLICT DO NOTHING" } else { "" };
        writeln!(sql, "INSERT INTO {table} ({names}) VALUES {rows}{end};").expect("text");
        if table == "transfers" {
            writeln!(
                sql,
                "INSERT INTO balances (referrer_id, currency, expense, on_hold, ready, in_transit, paid, written_off, opening, fees) \
                 VALUES ({referrer}, 'EUR', -1000, 1000, 0, 0, 0, 0, 0, 0) ON CONFLICT (referrer_id, currency) DO UPDATE SET \
                 expense = balances.expense + excluded.expense, on_hold = balances.on_hold + excluded.on_hold;"
            )
            .expect("text");
        }
    }
    sql.push_str("COMMIT;\n");
    sql
}

/// `rows` with expressions in the place of the template's own ids and names; the first of `ids` stays.
fn renamed(rows: &str, ids: &mut Vec<String>, owners: &str, referrer: &str, as_text: bool) -> String {
    let mut text = String::new();
    for (place, part) in rows.split('\'').enumerate() {
        if place % 2 == 0 {
            text.push_str(part);
        } else if part == "template" {
            text.push_str(NAME);
        } else if part == "template@example.com" {
            write!(text, "({NAME} || '@example.com')").expect("text");
        } else if part.len() == 36 && uuid::Uuid::parse_str(part).is_ok() && ids.first().is_some_and(|first| first != part) {
            if owners.contains(part) {
                text.push_str(referrer);
                continue;
            }
            let known = ids.iter().position(|id| id == part).unwrap_or_else(|| {
                ids.push(part.to_owned());
                ids.len() - 1
            });
            // The job's id is a uuid, its dedupe key the letter's id as text.
            let cast = if as_text && known + 1 < ids.len() { "" } else { "::uuid" };
            write!(
                text,
                "(lpad(to_hex({known}), 8, '0') || '-0000-7000-8' || lpad(to_hex(:client_id::int), 3, '0') || '-' || lpad(to_hex(:n::bigint), 12, '0')){cast}"
            )
            .expect("text");
        } else {
            write!(text, "'{part}'").expect("text");
        }
    }
    text
}
