//! One `hound serve` process on a ledger of its own.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use diesel::Connection;
use diesel::connection::SimpleConnection;
use houndplan::clock::Clock;
use houndplan::db::connect::Place;
use houndplan::domain::customer::{CustomerFacts, CustomerKey, KeyKind};
use houndplan::domain::money::Currency;
use houndplan::domain::principal::Mode;
use houndplan::domain::sale::{OrderKey, SaleContent, SaleReport, SaleStatus};
use houndplan::operations::books::Book;
use houndplan::operations::record_sales::SaleRequest;

/// Sales asked for at a time while the ledger is filled; fewer than may wait.
const SEED_SLICE: u64 = 4_000;

#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite,
    Postgres(String),
}

pub(crate) struct Service {
    child: Child,
    place: Place,
    address: String,
    token: String,
    started_in: f64,
    settings: Vec<(&'static str, String)>,
    dir: tempfile::TempDir,
}

/// Where ledgers are made: beside the build, since `/tmp` may be memory.
pub(crate) fn bench_dir() -> PathBuf {
    let dir = PathBuf::from(super::setting("HOUND_BENCH_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/throughput")));
    std::fs::create_dir_all(&dir).expect("a directory for the ledgers");
    dir
}

impl Engine {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}

impl Service {
    /// Starts the program on a new ledger with `existing` sales, a shop address and 64 referrers.
    pub(crate) fn start(engine: &Engine, batch_max: usize, existing: u64) -> Self {
        let dir = tempfile::tempdir_in(bench_dir()).expect("a directory");
        let mut settings = vec![
            ("HOUND_DATA_DIR", dir.path().display().to_string()),
            ("HOUND_LISTEN", "127.0.0.1:0".to_owned()),
            ("HOUND_BATCH_MAX", batch_max.to_string()),
            // All load comes from one address: everything is counted, nothing refused.
            ("HOUND_RATE_LIMITS", "orders=100000000/60,visits=100000000/60".to_owned()),
        ];
        let place = match engine {
            Engine::Sqlite => Place::Sqlite(dir.path().join("hound.db")),
            Engine::Postgres(url) => {
                let empty = "DROP SCHEMA IF EXISTS sandbox CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;";
                postgres(url).batch_execute(empty).expect("an empty database");
                settings.push(("HOUND_DATABASE_URL", url.clone()));
                Place::Postgres { url: url.clone(), schema: None, authority: None }
            }
        };
        let token = hound(&settings, &["token", "create", "--role", "owner"]);
        let (mut child, mut address, mut started_in) = spawn(&settings, &dir);
        prepare(&address, &token);
        if existing > 0 {
            stop(&mut child);
            seed(&place, existing);
            (child, address, started_in) = spawn(&settings, &dir);
        }
        Self { child, place, address, token, started_in, settings, dir }
    }

    pub(crate) const fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Seconds from the start of the process to the first line it prints.
    pub(crate) const fn started_in(&self) -> f64 {
        self.started_in
    }

    /// Resident memory in MiB.
    pub(crate) fn memory_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("a living process");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
        let kib: u64 = line.split_whitespace().nth(1).expect("a number").parse().expect("a number");
        kib / 1024
    }

    /// Whether `hound check` finds the ledger sound.
    pub(crate) fn check(&self) -> bool {
        let status = command(&self.settings, &["check"]).stdout(Stdio::null()).status().expect("hound check");
        status.success()
    }

    /// Runs a subcommand on this ledger and returns what it prints.
    pub(crate) fn hound(&self, args: &[&str]) -> String {
        hound(&self.settings, args)
    }

    /// Reports one sale over HTTP.
    pub(crate) fn report(&self, order: &str) {
        let body = serde_json::json!({
            "order_id": order, "currency": "EUR", "status": "paid", "subtotal": 10_000, "tax": 1_900, "total": 11_900,
            "customer": { "external_id": order, "email": format!("{order}@example.com") }, "code": "FRIENDAA",
        });
        post(&self.address, &self.token, "/v1/sales", &body);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        stop(&mut self.child);
        // The ledger goes with its directory.
        let _ = &self.dir;
    }
}

fn command(settings: &[(&'static str, String)], args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hound"));
    command.args(args).envs(settings.iter().map(|(name, value)| (*name, value)));
    command
}

fn hound(settings: &[(&'static str, String)], args: &[&str]) -> String {
    let output = command(settings, args).output().expect("the program");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// The process, its address and how long it took to start. Its log goes to a file, as it would in a shop.
fn spawn(settings: &[(&'static str, String)], dir: &tempfile::TempDir) -> (Child, String, f64) {
    let log = File::create(dir.path().join("log")).expect("a log file");
    let start = Instant::now();
    let mut child = command(settings, &["serve"]).stdout(Stdio::piped()).stderr(log).spawn().expect("hound serve");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its first line");
    let address = line.trim().strip_prefix("listening on ").expect("its address").to_owned();
    (child, address, start.elapsed().as_secs_f64())
}

fn stop(child: &mut Child) {
    let terminated = Command::new("kill").arg(child.id().to_string()).status();
    assert!(terminated.is_ok_and(|status| status.success()), "the service ended by itself; see its log");
    child.wait().expect("its end");
}

fn prepare(address: &str, token: &str) {
    let agent = ureq::agent();
    // Faster than any real referrer brings customers: unheld, or the bench would measure holds.
    let fraud = serde_json::json!({ "referrer_orders_max": 0 });
    let body = serde_json::json!({ "shop_url": "https://shop.example/", "fraud": fraud });
    let answer = agent.patch(format!("{address}/v1/program")).header("authorization", format!("Bearer {token}")).send_json(body);
    answer.expect("terms");
    for code in codes() {
        let body = serde_json::json!({ "customer": { "email": format!("{code}@example.com") }, "code": code });
        post(address, token, "/v1/referrers", &body);
    }
}

fn post(address: &str, token: &str, path: &str, body: &serde_json::Value) {
    let url = format!("{address}{path}");
    ureq::agent().post(url).header("authorization", format!("Bearer {token}")).send_json(body).expect(path);
}

/// Fills the ledger through the operation itself, without HTTP.
fn seed(place: &Place, count: u64) {
    let book = Book::open(place.clone(), Clock::wall(), Mode::Live).expect("the ledger");
    let mut done = 0;
    while done < count {
        let upto = count.min(done + SEED_SLICE);
        let answers = book.record_sales.ask_all_blocking((done..upto).map(request).collect());
        answers.into_iter().for_each(|answer| drop(answer.expect("a seeded sale")));
        done = upto;
    }
}

/// The codes of 64 referrers: one alone would make all rivals wait for his balance.
pub(crate) fn codes() -> Vec<String> {
    ('A'..='H').flat_map(|first| ('A'..='H').map(move |second| format!("FRIEND{first}{second}"))).collect()
}

fn request(number: u64) -> SaleRequest {
    let name = format!("s-{number}");
    let key = |kind, source: &str, value: String| (CustomerKey { kind, source: source.to_owned(), value: value.clone() }, value);
    let content = SaleContent {
        occurred_at: None,
        currency: Currency::parse("EUR").expect("EUR"),
        lines: Vec::new(),
        subtotal: Some(10_000),
        discount: None,
        tax: Some(1_900),
        tax_included: false,
        shipping: None,
        total: Some(11_900),
        codes: codes().into_iter().cycle().nth(usize::try_from(number % 64).unwrap()).into_iter().collect(),
        reference: None,
    };
    let report = SaleReport {
        order: OrderKey { source: "main".to_owned(), order_id: name.clone() },
        version: 0,
        status: SaleStatus::Paid,
        paid_at: None,
        customer: Some(CustomerFacts {
            keys: vec![key(KeyKind::ExternalId, "main", name.clone()), key(KeyKind::Email, "", format!("{name}@example.com"))],
            ..CustomerFacts::default()
        }),
        referred_by: None,
        history: false,
        metadata: std::collections::BTreeMap::new(),
        signals: Vec::new(),
        content,
    };
    let amounts = report.content.amounts().expect("amounts");
    SaleRequest { report, amounts, actor: "bench".to_owned() }
}

pub(crate) fn postgres(url: &str) -> houndplan::db::connect::PgConn {
    houndplan::db::connect::PgConn::establish(url).expect("the server of HOUND_BENCH_POSTGRES")
}
