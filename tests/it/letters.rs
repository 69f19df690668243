//! Letters over a real line to a server that fails as planned: each arrives, under its one name.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant as Moment};

use serde_json::{Value, json};

use super::app::{App, execute, stories};
use super::client::Client;
use super::crashes::leases_end;
use super::shop::{enrol, order, rush, sell};
use super::smtp_server::{Fault, FaultPlan, Received, SmtpServer};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Faults that are no verdict on the letter: it must be tried again until it is taken.
const TRANSIENT: [Fault; 9] = [
    Fault::Clean,
    Fault::Busy,
    Fault::MailTransient,
    Fault::MailPermanent,
    Fault::RcptTransient,
    Fault::DataTransient,
    Fault::DropBeforeDot,
    Fault::DropAfterDot,
    Fault::HangUp,
];

/// Mail threads of one worker: so many letters can be on their way when it is killed.
const ON_THEIR_WAY: usize = 2;

const NOWHERE: (&str, &str) = ("HOUND_MAIL_MODE", "");

pub(crate) fn to(server: &SmtpServer) -> Vec<(String, String)> {
    let port = server.port().to_string();
    let settings = [
        ("MAIL_MODE", "smtp"),
        ("SMTP_HOST", "127.0.0.1"),
        ("SMTP_PORT", port.as_str()),
        ("SMTP_SECURITY", "none"),
        ("SMTP_FROM", "rewards@shop.example"),
    ];
    settings.iter().map(|(name, value)| (format!("HOUND_{name}"), (*value).to_owned())).collect()
}

pub(crate) fn borrowed(settings: &[(String, String)]) -> Vec<(&str, &str)> {
    settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Sells to `count` friends of one referrer: a welcome and a letter for each.
fn good_news(shop: &Client, count: usize) -> usize {
    enrol(shop, "joe@example.com", "JOE");
    for number in 0..count {
        sell(shop, &order(&format!("A-{number}"), 1_000, &format!("friend{number}@example.com"), "JOE"));
    }
    count + 1
}

/// What `/health/ready` says of letters.
fn mail_readiness(client: &Client) -> (bool, usize) {
    let ready = client.get("/health/ready").is(200);
    assert_eq!(ready["status"], "ready", "{ready:#}");
    let waiting = ready["mail"]["waiting"].as_u64().expect("a number");
    (ready["mail"]["transport"].as_bool().expect("yes or no"), usize::try_from(waiting).expect("small"))
}

/// As if the waits between two tries were over.
pub(crate) fn waits_end(app: &App) {
    execute(&app.place(), "UPDATE jobs SET run_at = created_at WHERE status = 'ready' AND run_at > created_at").expect("waits");
}

pub(crate) fn until(app: &App, what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Moment::now() + PATIENCE;
    while !done() {
        assert!(Moment::now() < deadline, "{what}: not within {PATIENCE:?}");
        waits_end(app);
        thread::sleep(Duration::from_millis(50));
    }
}

/// The Message-IDs of letters in `status`.
pub(crate) fn named(app: &App, status: &str) -> BTreeSet<String> {
    app.ask(&format!("SELECT message_id AS line FROM mails WHERE status = '{status}'")).into_iter().collect()
}

fn names(letters: &[Received]) -> BTreeSet<String> {
    letters.iter().map(Received::message_id).collect()
}

fn count_of(counts: &BTreeMap<Fault, usize>, fault: Fault) -> usize {
    counts.get(&fault).copied().unwrap_or(0)
}

stories! {
    every_letter_arrives_under_its_one_name_though_the_server_fails_and_the_worker_is_killed,
    a_letter_refused_for_good_is_not_sent_again_and_holds_up_no_other,
    letters_wait_for_a_transport_and_go_when_one_is_set,
    one_click_ends_letters_of_that_kind_and_of_no_other,
}

/// How many letters go through the storm, and how often the worker is killed: `HOUND_STORM=20000,50` is the
/// whole of it, which takes too long for every change.
fn storm() -> (usize, usize) {
    let wanted = std::env::var("HOUND_STORM").ok();
    let parts = wanted.as_deref().and_then(|text| text.split_once(','));
    parts.map_or((120, 5), |(letters, kills)| (letters.parse().expect("letters"), kills.parse().expect("kills")))
}

/// Sells to `count` friends of one referrer, many at a time.
fn much_good_news(shop: &Client, count: usize) -> usize {
    rush(shop);
    enrol(shop, "joe@example.com", "JOE");
    let orders: Vec<Value> =
        (0..count).map(|number| order(&format!("A-{number}"), 1_000, &format!("friend{number}@example.com"), "JOE")).collect();
    for slice in orders.chunks(250) {
        let done = shop.post("/v1/sales/batch", &json!({"sales": slice})).is(200);
        assert!(done["data"].as_array().expect("data").iter().all(|one| one["status"] == 201), "{done:#}");
    }
    count + 1
}

fn every_letter_arrives_under_its_one_name_though_the_server_fails_and_the_worker_is_killed(app: &App) {
    app.restart_with(&[NOWHERE]);
    let shop = app.owner();
    let (count, deaths) = storm();
    let letters = much_good_news(&shop, count - 1);
    // Nobody can send them: they wait, and readiness says so and stays ready.
    assert_eq!(mail_readiness(&shop), (false, letters));

    // 8 of 27: three in ten fail, and no letter so often in a row that a worker gives it up.
    let weather: Vec<Fault> = TRANSIENT.into_iter().chain(std::iter::repeat_n(Fault::Clean, 18)).collect();
    let server = SmtpServer::start(FaultPlan::seeded(7, 997, &weather));
    let settings = to(&server);
    let mut worker = app.worker("worker 1", &borrowed(&settings));
    let mut kills = 0;
    let begun = Moment::now();
    for share in (1..=deaths).map(|number| letters * number / (deaths + 1)) {
        until(app, "letters arrive", || server.received() >= share);
        worker.kill();
        kills += 1;
        leases_end(app);
        worker = app.worker(&format!("worker {}", kills + 1), &borrowed(&settings));
    }
    until(app, "every letter is sent", || mail_readiness(&shop).1 == 0);

    let (received, queued) = (server.messages(), named(app, "sent"));
    assert_eq!((names(&received), queued.len()), (queued, letters));
    // A second copy only where the line broke after the letter was taken, or the worker died then.
    let second = received.len() - letters;
    let allowed = count_of(&server.fault_counts(), Fault::DropAfterDot) + kills * ON_THEIR_WAY;
    assert!(second <= allowed, "{second} second copies, {allowed} explained");
    let faulty = server.fault_counts().iter().filter(|(fault, _)| **fault != Fault::Clean).map(|(_, count)| count).sum::<usize>();
    eprintln!("{second} second copies of {allowed} explained, {faulty} faults, {kills} kills, {:?}", begun.elapsed());
    eprintln!("{letters} letters in {} transmissions, faults {:?}", received.len(), server.fault_counts());
    assert!(TRANSIENT.iter().all(|fault| count_of(&server.fault_counts(), *fault) > 0), "{:?}", server.fault_counts());
    drop(worker);
}

fn a_letter_refused_for_good_is_not_sent_again_and_holds_up_no_other(app: &App) {
    let server = SmtpServer::start(FaultPlan::repeating(&[Fault::Clean, Fault::DataPermanent]));
    app.restart_with(&[NOWHERE]);
    let shop = app.owner();
    let letters = good_news(&shop, 19);
    app.restart_with(&borrowed(&to(&server)));
    let shop = app.owner();
    until(app, "every letter ends", || mail_readiness(&shop) == (true, 0));
    let refused = count_of(&server.fault_counts(), Fault::DataPermanent);
    assert_eq!((letters, refused), (20, 10));
    assert_eq!(named(app, "undeliverable").len(), refused);
    let received = server.messages();
    assert_eq!((names(&received), received.len()), (named(app, "sent"), letters - refused));
    assert_eq!(app.ask("SELECT kind AS line FROM jobs"), Vec::<String>::new());
}

fn letters_wait_for_a_transport_and_go_when_one_is_set(app: &App) {
    app.restart_with(&[NOWHERE]);
    let shop = app.owner();
    let letters = good_news(&shop, 3);
    app.kill_and_restart();
    assert_eq!(mail_readiness(&app.owner()), (false, letters));
    let server = SmtpServer::start(FaultPlan::clean());
    app.restart_with(&borrowed(&to(&server)));
    let shop = app.owner();
    until(app, "every letter is sent", || mail_readiness(&shop) == (true, 0));
    assert_eq!((names(&server.messages()), server.messages().len()), (named(app, "sent"), letters));
}

fn one_click_ends_letters_of_that_kind_and_of_no_other(app: &App) {
    let server = SmtpServer::start(FaultPlan::clean());
    app.restart_with(&borrowed(&to(&server)));
    let shop = app.owner();
    enrol(&shop, "joe@example.com", "JOE");
    sell(&shop, &order("A-1", 1_000, "bea@example.com", "JOE"));
    until(app, "two letters arrive", || server.messages().len() == 2);
    let letters = server.messages();
    let sale = letters.iter().find(|letter| letter.headers("List-Id").concat().contains("sale_credited"));
    let link = sale.expect("a letter that can be declined").headers("List-Unsubscribe").pop().expect("a link");
    let path = link.trim_matches(['<', '>']).strip_prefix(&app.base()).expect("our own address").to_owned();
    // Looking does nothing: scanners look at every link.
    assert_eq!(app.nobody().get(&path).status, 200);
    sell(&shop, &order("A-2", 1_000, "cleo@example.com", "JOE"));
    until(app, "a third letter arrives", || server.messages().len() == 3);

    let click = app.nobody().with("Content-Type", "application/x-www-form-urlencoded");
    let clicked = click.exchange("POST", &path, Some(b"List-Unsubscribe=One-Click"));
    assert_eq!(clicked.status, 200, "{}", clicked.text);
    sell(&shop, &order("A-3", 1_000, "dora@example.com", "JOE"));
    shop.post("/v1/refunds", &json!({"refund_id": "R-1", "order_id": "A-1", "amount": 500})).is(201);
    until(app, "every letter ends", || mail_readiness(&shop).1 == 0);
    let kinds = |status: &str| -> Value {
        json!(app.ask(&format!("SELECT kind AS line FROM mails WHERE status = '{status}' ORDER BY kind")))
    };
    assert_eq!(kinds("declined"), json!(["sale_credited"]));
    assert_eq!(kinds("sent"), json!(["commission_reduced", "sale_credited", "sale_credited", "welcome"]));
    assert_eq!(server.messages().len(), 4);
}
