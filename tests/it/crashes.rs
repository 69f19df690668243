//! Kill -9, again and again, under load: what was acknowledged stays, once; no letter is lost.
//! A run can be repeated with the seed it prints: `HOUND_TEST_SEED=… ./test crashes`.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant as Moment};

use serde_json::json;

use super::app::{App, Engine, execute, stories};
use super::client::Client;
use super::dice::Dice;
use super::shop::{all, balance, enrol, order, rush};

const CYCLES: usize = 50;
const CLIENTS: usize = 6;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// Something a client asked for, and whether it was told that it is done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    Sale(String),
    Refund(String),
}

/// What every client keeps for itself, as a shop would.
#[derive(Default)]
struct Diary {
    /// Acknowledged, with the id that came with it.
    done: Mutex<BTreeMap<Deed, String>>,
    /// Sent, but the line broke before the answer: sent again after the restart.
    doubtful: Mutex<Vec<Deed>>,
    next: AtomicUsize,
}

impl Deed {
    fn send(&self, client: &Client) -> Result<String, String> {
        let (target, body) = match self {
            Self::Sale(name) => ("/v1/sales", order(name, 1_000, &format!("{name}@example.com"), "JOE")),
            Self::Refund(name) => ("/v1/refunds", json!({"refund_id": name, "order_id": name, "amount": 500})),
        };
        let answer = client.attempt("POST", target, Some(body.to_string().as_bytes())).map_err(|fault| fault.to_string())?;
        if answer.status == 503 {
            return Err(answer.text);
        }
        assert!(matches!(answer.status, 200 | 201), "{self:?}: {} {}", answer.status, answer.text);
        Ok(answer.json()["id"].as_str().expect("an id").to_owned())
    }
}

impl Diary {
    /// Sells, and gives money back for every third order, until the line breaks.
    fn work(&self, client: &Client, told: &Sender<()>, stop: &AtomicBool) {
        let mut deeds: Vec<Deed> = std::mem::take(&mut *self.doubtful.lock().expect("the doubtful"));
        while !stop.load(Ordering::Acquire) {
            let deed = deeds.pop().unwrap_or_else(|| Deed::Sale(format!("K-{}", self.next.fetch_add(1, Ordering::Relaxed))));
            match deed.send(client) {
                Ok(id) => {
                    if let Deed::Sale(name) = &deed
                        && name.ends_with(['0', '3', '6'])
                    {
                        deeds.push(Deed::Refund(name.clone()));
                    }
                    let before = self.done.lock().expect("the done").insert(deed.clone(), id.clone());
                    assert!(before.is_none_or(|before| before == id), "{deed:?} has another id");
                    // Nobody counts any more once the kill is under way.
                    let _ = told.send(());
                }
                Err(_) => {
                    deeds.push(deed);
                    break;
                }
            }
        }
        self.doubtful.lock().expect("the doubtful").append(&mut deeds);
    }

    fn done(&self) -> BTreeMap<Deed, String> {
        self.done.lock().expect("the done").clone()
    }
}

/// Lets clients work until `acks` of what they asked for was acknowledged, then does `harm`.
fn under_load(diary: &Diary, client: &Client, acks: usize, harm: impl FnOnce()) {
    let (told, hear) = channel();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let told = told.clone();
            let stop = &stop;
            scope.spawn(move || diary.work(client, &told, stop));
        }
        drop(told);
        count(&hear, acks);
        harm();
        stop.store(true, Ordering::Release);
    });
}

fn count(hear: &Receiver<()>, acks: usize) {
    for _ in 0..acks {
        match hear.recv_timeout(PATIENCE) {
            Ok(()) => {}
            Err(RecvTimeoutError::Disconnected) => panic!("the service went away by itself"),
            Err(RecvTimeoutError::Timeout) => panic!("the service answers no more"),
        }
    }
}

fn seed() -> u64 {
    std::env::var("HOUND_TEST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| u64::from(std::process::id()))
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Moment::now() + PATIENCE;
    while !done() {
        assert!(Moment::now() < deadline, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// As if a minute had passed: the leases of the dead are over.
pub(crate) fn leases_end(app: &App) {
    let long_ago = match app.engine {
        Engine::Sqlite => "0",
        Engine::Postgres => "'epoch'",
    };
    let over =
        format!("UPDATE jobs SET lease_until = {long_ago} WHERE status = 'running'; UPDATE chores SET lease_until = {long_ago}");
    execute(&app.place(), &over).expect("leases");
}

/// Every acknowledged sale is there once under the id that was told, nothing is there that nobody sent.
fn every_ack_stands_once(app: &App, diary: &Diary) {
    let owner = app.owner();
    let done = diary.done();
    let mut sales: BTreeMap<String, String> = BTreeMap::new();
    for sale in all(&owner, "/v1/sales") {
        let text = |field: &str| sale[field].as_str().expect("text").to_owned();
        assert!(sales.insert(text("order_id"), text("id")).is_none(), "{} is there twice", sale["order_id"]);
    }
    let acknowledged: BTreeMap<String, String> = done
        .iter()
        .filter_map(|(deed, id)| if let Deed::Sale(name) = deed { Some((name.clone(), id.clone())) } else { None })
        .collect();
    assert_eq!(sales, acknowledged);
    // Refunds have no list: telling each again shows that it is known, under the same id.
    for (deed, id) in done.iter().filter(|(deed, _)| matches!(deed, Deed::Refund(_))) {
        assert_eq!(deed.send(&owner).as_ref(), Ok(id), "{deed:?}");
    }
}

/// One letter for each thing worth telling was queued and written, none twice in the queue.
fn every_letter_was_written(app: &App, letters: usize) {
    let owner = app.owner();
    leases_end(app);
    until("every letter is written", || waiting(&owner) == 0);
    let mails = app.ask("SELECT message_id AS line FROM mails WHERE status = 'sent'");
    let distinct: BTreeSet<&String> = mails.iter().collect();
    assert_eq!((mails.len(), distinct.len()), (letters, letters));
    for message_id in mails {
        let uuid = message_id.trim_start_matches('<').split('@').next().expect("an id").to_owned();
        assert!(app.data.path().join("mail").join(format!("{uuid}.eml")).is_file(), "{uuid} was not written");
    }
}

fn waiting(client: &Client) -> i64 {
    client.get("/health/ready").is(200)["mail"]["waiting"].as_i64().expect("a number")
}

/// Finishes what is in doubt, so that all that was sent is acknowledged.
fn finish(app: &App, diary: &Diary) {
    let owner = app.owner();
    let doubtful = std::mem::take(&mut *diary.doubtful.lock().expect("the doubtful"));
    for deed in doubtful {
        let id = deed.send(&owner).expect("an answer");
        diary.done.lock().expect("the done").insert(deed, id);
    }
}

fn look_at_everything(app: &App, diary: &Diary, joe: &str) {
    finish(app, diary);
    every_ack_stands_once(app, diary);
    let done = diary.done();
    let refunds = done.keys().filter(|deed| matches!(deed, Deed::Refund(_))).count();
    let sales = done.len() - refunds;
    let owed = i64::try_from(sales * 100 - refunds * 50).expect("small");
    assert_eq!(balance(&app.owner(), joe), [owed, 0, 0, 0]);
    // A welcome, and one for each sale and each refund.
    every_letter_was_written(app, 1 + sales + refunds);
    eprintln!("{sales} sales, {refunds} refunds and {} letters stand", 1 + sales + refunds);
}

stories! {
    fifty_kills_under_load_lose_nothing_that_was_acknowledged,
}

fn fifty_kills_under_load_lose_nothing_that_was_acknowledged(app: &App) {
    let seed = seed();
    eprintln!("HOUND_TEST_SEED={seed}");
    let mut dice = Dice::new(seed);
    rush(&app.owner());
    let joe = enrol(&app.owner(), "joe@example.com", "JOE");
    let diary = Diary::default();
    for _ in 0..CYCLES {
        under_load(&diary, &app.owner(), 10 + dice.below(30), || app.kill_and_restart());
    }
    look_at_everything(app, &diary, &joe);
}

/// The server throws every connection out while orders come in: the service connects again and
/// does again what it cannot know to be done. No shop notices.
#[test]
fn lost_connections_to_postgres_lose_nothing_and_trouble_nobody() {
    let app = App::start(Engine::Postgres);
    let mut dice = Dice::new(seed());
    rush(&app.owner());
    let joe = enrol(&app.owner(), "joe@example.com", "JOE");
    let diary = Diary::default();
    for _ in 0..20 {
        under_load(&diary, &app.owner(), 10 + dice.below(30), || {
            let thrown_out = "SELECT count(pg_terminate_backend(pid))::text AS line FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
            assert_ne!(app.ask(thrown_out), ["0"]);
        });
    }
    look_at_everything(&app, &diary, &joe);
    app.check();
    assert!(!app.said().contains("panicked"));
}
