//! How fast the real program is: `cargo bench --bench throughput`.
//!
//! Starts release `hound serve` processes and measures, with Debian's `wrk` on the same machine,
//! sales per second over HTTP beside three rivals in the same run: the same handler with a commit
//! for every sale, pgbench with the same SQL (PostgreSQL only), and a bare program that writes the
//! same rows in batches of 256. Then redirects with durable clicks beside a bare actix 302.
//! Prints one table; look at the ratios, machines differ.
//!
//! - `HOUND_BENCH_POSTGRES`: address of a server with fsync on; adds the second engine. Its
//!   database is emptied before every measurement.
//! - `HOUND_BENCH_EXISTING`: sales in the ledger before each measurement, such as `0,100000,1000000`.
//! - `HOUND_BENCH_SECONDS`: length of each measurement, 8.
//! - `HOUND_BENCH_ENGINES`: `sqlite`, `postgres` or both, separated by a comma.
//! - `HOUND_BENCH_DIR`: where ledgers are made; must be on the disk that is to be measured.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that cannot go on stops and says where")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its table is its purpose")]

#[path = "throughput/bare.rs"]
mod bare;
#[path = "throughput/disk.rs"]
mod disk;
#[path = "throughput/load.rs"]
mod load;
#[path = "throughput/pgbench.rs"]
mod pgbench;
#[path = "throughput/service.rs"]
#[expect(dead_code, reason = "shared with page_times, which runs commands too")]
mod service;
#[path = "throughput/table.rs"]
mod table;

use std::time::Duration;

use service::{Engine, Service};
use table::{Row, Table};

/// Connections of the load generator.
const CONNECTIONS: [u32; 2] = [64, 512];

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).ok().filter(|text| !text.is_empty()).unwrap_or_else(|| default.to_owned())
}

fn main() {
    let seconds: u64 = setting("HOUND_BENCH_SECONDS", "8").parse().expect("HOUND_BENCH_SECONDS is a number");
    let span = Duration::from_secs(seconds);
    let existing: Vec<u64> = setting("HOUND_BENCH_EXISTING", "0,100000")
        .split(',')
        .map(|text| text.trim().parse().expect("HOUND_BENCH_EXISTING is a list of numbers"))
        .collect();
    let server = std::env::var("HOUND_BENCH_POSTGRES").ok();
    let wanted = setting("HOUND_BENCH_ENGINES", "sqlite,postgres");
    let mut engines = Vec::new();
    if wanted.contains("sqlite") {
        engines.push(Engine::Sqlite);
    }
    if let Some(url) = server.filter(|_| wanted.contains("postgres")) {
        engines.push(Engine::Postgres(url));
    }
    let mut table = Table::default();
    table.note(&format!("disk: {}", disk::sync_latency(&service::bench_dir())));
    let found = load::redirects(&load::bare_redirects(), 64, span);
    table.note(&format!("bare actix 302, 64 connections: {}", found.text()));
    for engine in &engines {
        measure(engine, &existing, span, found.rate, &mut table);
    }
    println!("{}", table.text());
}

fn measure(engine: &Engine, existing: &[u64], span: Duration, bare_302: f64, table: &mut Table) {
    let name = engine.name();
    // The rivals first, on an empty ledger.
    let single = {
        let service = Service::start(engine, 1, 0);
        let single = load::sales(&service, 64, span);
        table.row(&Row::plain(name, "(a) same handler, a commit for every sale, 64", &single));
        single.rate
    };
    let pgbench = match engine {
        Engine::Sqlite => None,
        Engine::Postgres(url) => {
            let service = Service::start(engine, 256, 0);
            let rate = pgbench::rate(url, &service, span);
            table.row(&Row::rate(name, "(b) pgbench, same SQL, 16 clients", rate));
            Some(rate)
        }
    };
    let bare = {
        let service = Service::start(engine, 256, 0);
        bare::rate(&service, span)
    };
    table.row(&Row::rate(name, "(c) bare program, batches of 256", bare));
    let mut empty = [None; CONNECTIONS.len()];
    for count in existing {
        let service = Service::start(engine, 256, *count);
        for (connections, empty) in CONNECTIONS.into_iter().zip(&mut empty) {
            let found = load::sales(&service, connections, span);
            let mut row = Row::plain(name, &format!("sales, {connections} connections, {count} before"), &found);
            row.ratio("(a)", found.rate / single, 3.0);
            if let Some(pgbench) = pgbench {
                row.ratio("(b)", found.rate / pgbench, 3.0);
            }
            row.ratio("(c)", found.rate / bare, if connections == 64 { 0.4 } else { 0.5 });
            match empty {
                None => *empty = Some(found.rate),
                Some(first) => row.ratio("empty", found.rate / *first, 0.8),
            }
            row.text(&format!("memory {} MiB", service.memory_mib()));
            table.row(&row);
        }
        assert!(service.check(), "the ledger must be sound after the run");
    }
    let service = Service::start(engine, 256, 0);
    let mut row = Row::named(name, "idle");
    row.text(&format!("memory {} MiB (aim < 40), start {:.2} s (aim < 0.3)", service.memory_mib(), service.started_in()));
    table.row(&row);
    let found = load::redirects(&format!("{}/r/FRIENDAA", service.address()), 64, span);
    let mut row = Row::plain(name, "redirects with durable clicks, 64", &found);
    row.ratio("bare 302", found.rate / bare_302, if matches!(engine, Engine::Sqlite) { 0.55 } else { 0.4 });
    table.row(&row);
}
