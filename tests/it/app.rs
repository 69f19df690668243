//! Starts the real program on an engine, with a database of its own, and stops it with the test.
#![cfg(test)]

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use houndplan::db::Db;
use houndplan::db::connect::Place;
use houndplan::db::migrate;
use tempfile::TempDir;

use super::client::Client;

/// Longer than any start on a busy machine; a start that fails ends the wait at once.
const PATIENCE: Duration = Duration::from_secs(60);

/// Both sides of every test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// One test's own house: a data folder, a database and a running service.
pub(crate) struct App {
    pub(crate) engine: Engine,
    pub(crate) data: TempDir,
    database: Option<String>,
    settings: Mutex<Vec<(String, String)>>,
    node: Mutex<Node>,
    tokens: Mutex<HashMap<String, String>>,
}

/// A running `hound serve` or `hound worker`; ended when dropped.
pub(crate) struct Node {
    child: Child,
    log: PathBuf,
    /// `http://127.0.0.1:…`; empty for a worker, which has no door.
    pub(crate) base: String,
}

/// Plays a story on an engine and looks at the books afterwards.
pub(crate) fn play(engine: Engine, story: fn(&App)) {
    let app = App::start(engine);
    story(&app);
    app.check();
}

/// Tells each story on both engines: `sqlite::…` and `postgres::…`.
macro_rules! stories {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { $crate::app::play($crate::app::Engine::Sqlite, super::$name); })+
        }

        mod postgres {
            $(#[test] fn $name() { $crate::app::play($crate::app::Engine::Postgres, super::$name); })+
        }
    };
}
pub(crate) use stories;

impl App {
    pub(crate) fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[])
    }

    /// Starts with settings beyond what the engine needs.
    pub(crate) fn start_with(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let data = tempfile::Builder::new().prefix("hound-test").tempdir().expect("a folder");
        let database = (engine == Engine::Postgres).then(fresh_database);
        let settings = owned(settings);
        let node = Node::start(hound(data.path(), database.as_deref(), &settings), data.path(), "serve");
        Self { engine, data, database, settings: Mutex::new(settings), node: Mutex::new(node), tokens: Mutex::default() }
    }

    /// The ledger, for raw SQL.
    pub(crate) fn place(&self) -> Place {
        match &self.database {
            Some(url) => Place::Postgres { url: url.clone(), schema: None, authority: None },
            None => Place::Sqlite(self.data.path().join("hound.db")),
        }
    }

    /// What signs this house's tokens.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.data.path().join("signing.key")
    }

    /// Where the service listens.
    pub(crate) fn base(&self) -> String {
        lock(&self.node).base.clone()
    }

    /// Ends the service without a warning, as a power cut would, and starts it again.
    pub(crate) fn kill_and_restart(&self) {
        let mut node = lock(&self.node);
        node.kill();
        *node = Node::start(self.hound(), self.data.path(), "serve again");
    }

    /// Restarts the service with settings that differ.
    pub(crate) fn restart_with(&self, settings: &[(&str, &str)]) {
        lock(&self.settings).extend(owned(settings));
        self.kill_and_restart();
    }

    /// Starts another process of the service on the same ledger.
    pub(crate) fn another_node(&self) -> Node {
        Node::start(self.hound(), self.data.path(), "serve beside")
    }

    /// Starts a `hound worker` on the same ledger, with settings of its own.
    pub(crate) fn worker(&self, name: &str, settings: &[(&str, &str)]) -> Node {
        let mut hound = self.hound();
        hound.envs(settings.iter().copied());
        Node::spawn(hound, "worker", self.data.path(), name)
    }

    /// What all processes of this house have said.
    pub(crate) fn said(&self) -> String {
        let files = fs::read_dir(self.data.path()).expect("a folder").map(|entry| entry.expect("an entry").path());
        let logs = files.filter(|file| file.extension().is_some_and(|extension| extension == "log"));
        logs.map(|log| fs::read_to_string(log).unwrap_or_default()).collect()
    }

    /// Asks the service to stop, as `systemctl stop` does, and returns whether it said goodbye properly.
    pub(crate) fn stop(&self) -> bool {
        lock(&self.node).stop()
    }

    /// The program with this house's settings.
    pub(crate) fn hound(&self) -> Command {
        hound(self.data.path(), self.database.as_deref(), &lock(&self.settings))
    }

    /// Runs a subcommand to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.hound().args(arguments).output().expect("hound runs")
    }

    /// A token made by `hound token create`.
    pub(crate) fn token(&self, arguments: &[&str]) -> String {
        let mut tokens = lock(&self.tokens);
        if let Some(known) = tokens.get(&arguments.join(" ")) {
            return known.clone();
        }
        let token = self.fresh_token(arguments);
        tokens.insert(arguments.join(" "), token.clone());
        token
    }

    /// A token that no other call has.
    pub(crate) fn fresh_token(&self, arguments: &[&str]) -> String {
        let output = self.run(&[&["token", "create"], arguments].concat());
        assert!(output.status.success(), "token create {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        let printed = String::from_utf8(output.stdout).expect("text");
        assert_eq!(printed.lines().count(), 1, "only the token goes to stdout: {printed}");
        printed.trim().to_owned()
    }

    /// A caller with a token made by these arguments of `hound token create`.
    pub(crate) fn client(&self, arguments: &[&str]) -> Client {
        Client::new(&self.base(), Some(&self.token(arguments)))
    }

    pub(crate) fn owner(&self) -> Client {
        self.client(&["--role", "owner"])
    }

    pub(crate) fn accountant(&self) -> Client {
        self.client(&["--role", "accountant"])
    }

    /// The storefront called `source`.
    pub(crate) fn storefront(&self, source: &str) -> Client {
        self.client(&["--role", "storefront", "--source", source])
    }

    pub(crate) fn referrer(&self, id: &str) -> Client {
        self.client(&["--role", "referrer", "--referrer", id])
    }

    /// A browser on a page of `origin`.
    pub(crate) fn browser(&self, origin: &str) -> Client {
        self.client(&["--role", "publishable", "--origin", origin]).with("Origin", origin)
    }

    /// The owner in the sandbox, where the clock can be moved.
    pub(crate) fn sandbox(&self) -> Client {
        self.client(&["--role", "owner", "--mode", "sandbox"])
    }

    /// A caller without a token.
    pub(crate) fn nobody(&self) -> Client {
        Client::new(&self.base(), None)
    }

    /// `hound check` finds nothing wrong.
    pub(crate) fn check(&self) {
        let output = self.run(&["check"]);
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(output.status.success(), "hound check: {said}");
    }

    /// The column `line` of what a query on the live ledger finds.
    pub(crate) fn ask(&self, query: &str) -> Vec<String> {
        ask(&self.place(), query)
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let node = self.node.get_mut().unwrap_or_else(PoisonError::into_inner);
        if std::thread::panicking() {
            node.tell();
        }
        node.kill();
        if let Some(url) = &self.database {
            let name = name_of(url);
            drop(execute(&admin(), &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        }
    }
}

impl Node {
    fn spawn(mut hound: Command, verb: &str, data: &Path, name: &str) -> Self {
        let log = data.join(format!("{name}.log"));
        let file = File::create(&log).expect("a log");
        let errors = file.try_clone().expect("a log");
        let command = hound.arg(verb).stdin(Stdio::null()).stdout(file).stderr(errors);
        Self { child: command.spawn().expect("hound starts"), log, base: String::new() }
    }

    pub(crate) fn start(hound: Command, data: &Path, name: &str) -> Self {
        let mut node = Self::spawn(hound, "serve", data, name);
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(address) = node.address() {
                node.base = address;
                return node;
            }
            let ended = node.child.try_wait().expect("a status");
            if ended.is_some() || Instant::now() > deadline {
                node.tell();
                panic!("hound serve did not start: {ended:?}");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What the line "listening on http://…" names.
    fn address(&self) -> Option<String> {
        let said = fs::read_to_string(&self.log).ok()?;
        let (_, rest) = said.split_once("listening on ")?;
        // Only a whole line: the address may still be being written.
        let (line, _) = rest.split_once('\n')?;
        let start = line.find("http://")?;
        let address = line[start..].split(|sign: char| sign.is_whitespace() || "\"\u{1b}".contains(sign)).next()?;
        Some(address.trim_end_matches('/').to_owned())
    }

    /// Shows the end of the log.
    fn tell(&self) {
        let said = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        eprintln!("--- {}\n{}\n---", self.log.display(), lines[lines.len().saturating_sub(60)..].join("\n"));
    }

    pub(crate) fn kill(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }

    fn stop(&mut self) -> bool {
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]).status().expect("sh");
        assert!(asked.success(), "the service is gone already");
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status.success();
            }
            assert!(Instant::now() < deadline, "the service does not stop");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn owned(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn hound(data: &Path, database: Option<&str>, settings: &[(String, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hound"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HOUND_")) {
        command.env_remove(name);
    }
    command.env("HOUND_DATA_DIR", data).env("HOUND_LISTEN", "127.0.0.1:0").env("HOUND_MAIL_MODE", "file").current_dir(data);
    // Guessers, intruders and crowds of tests all come from one address.
    command.env("HOUND_RATE_LIMITS", "visits=1000000/60,guesses=1000000/60,logins=1000000/60");
    // Whatever hour it is; stories of quiet hours and bundles set it otherwise.
    command.env("HOUND_MAIL_PACE", "at_once");
    if let Some(url) = database {
        command.env("HOUND_DATABASE_URL", url);
    }
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    command
}

/// The server that `./test` has started.
fn admin() -> Place {
    let url = std::env::var("HOUND_TEST_POSTGRES")
        .expect("HOUND_TEST_POSTGRES is not set: run ./test, which brings a PostgreSQL of its own, instead of cargo test");
    Place::Postgres { url, schema: None, authority: None }
}

/// A database of its own for one test, copied from one that was migrated once.
pub(crate) fn fresh_database() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    static TEMPLATE: LazyLock<String> = LazyLock::new(|| {
        let url = empty_database(&format!("hound_{}_template", std::process::id()));
        migrate::migrate(&Place::Postgres { url: url.clone(), schema: None, authority: None }).expect("migrations");
        name_of(&url).to_owned()
    });
    let name = format!("hound_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    execute(&admin(), &format!("CREATE DATABASE {name} TEMPLATE {}", *TEMPLATE)).expect("a database");
    url_of(&name)
}

/// A database without tables.
pub(crate) fn empty_database(name: &str) -> String {
    execute(&admin(), &format!("CREATE DATABASE {name}")).expect("a database");
    url_of(name)
}

/// The database that an address ends with, before its query.
fn name_of(url: &str) -> &str {
    let bare = url.split('?').next().unwrap_or_default();
    bare.rsplit('/').next().unwrap_or_default()
}

fn url_of(name: &str) -> String {
    let Place::Postgres { url, .. } = admin() else { unreachable!() };
    let (server, _) = url.rsplit_once('/').expect("a database in HOUND_TEST_POSTGRES");
    // Only the tests of it pay for TLS.
    format!("{server}/{name}?sslmode=disable")
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The text column `line` of every row that `query` finds.
pub(crate) fn ask(place: &Place, query: &str) -> Vec<String> {
    let rows: Vec<Row> = match place.open().expect("a connection") {
        Db::Sqlite(mut conn) => diesel::sql_query(query).load(&mut conn),
        Db::Postgres(mut session) => diesel::sql_query(query).load(&mut session.conn),
    }
    .expect(query);
    rows.into_iter().map(|row| row.line).collect()
}

/// Runs statements without results.
pub(crate) fn execute(place: &Place, statements: &str) -> Result<(), String> {
    let done = match place.open().map_err(|fault| fault.to_string())? {
        Db::Sqlite(mut conn) => conn.batch_execute(statements),
        Db::Postgres(mut session) => session.conn.batch_execute(statements),
    };
    done.map_err(|fault| fault.to_string())
}
