//! How the desk's pages bear a full ledger: `cargo bench --bench page_times`.
//!
//! Starts release `hound serve` on a ledger with a thousand sales and on one with a million (or what
//! `HOUND_BENCH_EXISTING` lists), signs in and asks for Home, Sales and Payouts, one request after the other.
//! Prints p50 and p99, and the ratio of each p99 to that of the smallest ledger (aim ≤ 3), and what Home weighs.
//! `HOUND_BENCH_POSTGRES` adds the second engine; `HOUND_BENCH_REQUESTS` is how often each page is asked for, 300.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that cannot go on stops and says where")]
#![expect(clippy::print_stdout, reason = "its table is its purpose")]

#[path = "throughput/service.rs"]
#[expect(dead_code, reason = "shared with the throughput benchmark, which uses more of it")]
mod service;

use std::time::{Duration, Instant};

use service::{Engine, Service};

const PAGES: [&str; 3] = ["/desk", "/desk/sales", "/desk/payouts"];

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).ok().filter(|text| !text.is_empty()).unwrap_or_else(|| default.to_owned())
}

fn main() {
    let requests: usize = setting("HOUND_BENCH_REQUESTS", "300").parse().expect("HOUND_BENCH_REQUESTS is a number");
    let existing: Vec<u64> = setting("HOUND_BENCH_EXISTING", "1000,1000000")
        .split(',')
        .map(|text| text.trim().parse().expect("HOUND_BENCH_EXISTING is a list of numbers"))
        .collect();
    let mut engines = vec![Engine::Sqlite];
    engines.extend(std::env::var("HOUND_BENCH_POSTGRES").ok().map(Engine::Postgres));
    println!("{:<11} {:<15} {:>9} {:>10} {:>10} {:>8}", "engine", "page", "sales", "p50", "p99", "p99 ×");
    for engine in &engines {
        let mut smallest = [None; PAGES.len()];
        for count in &existing {
            let service = Service::start(engine, 256, *count);
            let cookie = sign_in(&service);
            for (page, smallest) in PAGES.into_iter().zip(&mut smallest) {
                let (p50, p99) = times(&service, &cookie, page, requests);
                let first = *smallest.get_or_insert(p99);
                let ratio = p99.as_secs_f64() / first.as_secs_f64();
                println!("{:<11} {page:<15} {count:>9} {p50:>10.2?} {p99:>10.2?} {ratio:>8.2}", engine.name());
            }
            println!(
                "{:<11} {:<15} {count:>9} {:>7} KB with style and script",
                engine.name(),
                "/desk",
                weight(&service, &cookie) / 1_000
            );
        }
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().max_redirects(0).max_redirects_will_error(false).build().new_agent()
}

/// The first run, and the session that it opens.
fn sign_in(service: &Service) -> String {
    let printed = service.hound(&["admin", "setup-link"]);
    let (_, rest) = printed.split_once("/setup/").expect("a link");
    let secret = rest.split_whitespace().next().expect("a secret");
    let form = [
        ("shop_name", "Bench"),
        ("shop_url", "https://shop.example/"),
        ("currency", "EUR"),
        ("timezone", "Europe/Berlin"),
        ("locale", "en"),
        ("percent", "10"),
        ("payout_minimum", "25"),
        ("name", "Bea"),
        ("email", "bea@shop.example"),
        ("password", "a dog named Kuno"),
    ];
    let url = format!("{}/setup/{secret}", service.address());
    let answer = agent().post(url).header("sec-fetch-site", "same-origin").send_form(form).expect("the first run");
    let cookies = answer.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let session = cookies.filter_map(|cookie| cookie.split(';').next()).find(|pair| pair.starts_with("hound_desk="));
    session.expect("a session").to_owned()
}

fn times(service: &Service, cookie: &str, page: &str, requests: usize) -> (Duration, Duration) {
    let agent = agent();
    let url = format!("{}{page}", service.address());
    let mut took: Vec<Duration> = (0..requests)
        .map(|_| {
            let start = Instant::now();
            let mut answer = agent.get(&url).header("cookie", cookie).call().expect(page);
            assert_eq!(answer.status().as_u16(), 200, "{page}");
            answer.body_mut().read_to_vec().expect("a page");
            start.elapsed()
        })
        .collect();
    took.sort_unstable();
    let at = |percent: usize| *took.get(took.len() * percent / 100).unwrap();
    (at(50), at(99))
}

/// Bytes of Home with what it loads.
fn weight(service: &Service, cookie: &str) -> usize {
    let agent = agent();
    let read = |path: &str| {
        let url = format!("{}{path}", service.address());
        agent.get(url).header("cookie", cookie).call().expect("a file").body_mut().read_to_string().expect("text")
    };
    let home = read("/desk");
    let files = home.split('"').filter(|text| text.starts_with("/assets/")).collect::<std::collections::BTreeSet<_>>();
    home.len() + files.into_iter().map(|file| read(file).len()).sum::<usize>()
}
