//! A ledger moves to another database and arrives whole; the one it came from takes no more writes.
#![cfg(test)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

use houndplan::db::connect::Place;
use serde_json::json;

use super::app::{App, Engine, Node, ask, fresh_database, stories};
use super::client::Client;
use super::shop::{approved_batch, balance, enrol, order, rules, sell};

stories!(
    a_ledger_moves_to_the_other_engine_and_back,
    a_move_that_was_killed_goes_on,
    a_moved_ledger_takes_no_writes_until_it_stays,
    a_move_needs_an_empty_target,
);

/// Where a ledger goes, as the command line has it.
struct Target {
    name: String,
    place: Place,
}

impl Target {
    /// A new database on the other engine.
    fn other(app: &App) -> Self {
        match app.engine {
            Engine::Sqlite => Self::postgres(),
            Engine::Postgres => Self::file(app, "moved"),
        }
    }

    fn postgres() -> Self {
        let url = fresh_database();
        Self { place: Place::Postgres { url: url.clone(), schema: None, authority: None }, name: url }
    }

    /// A new file in a data folder of its own, which has the house's keys.
    fn file(app: &App, name: &str) -> Self {
        let home = app.data.path().join(name);
        fs::create_dir_all(&home).expect("a folder");
        fs::copy(app.key_file(), home.join("signing.key")).expect("the key");
        let path = home.join("hound.db");
        Self { name: path.display().to_string(), place: Place::Sqlite(path) }
    }

    /// The program with its ledger here, and the house's keys.
    fn hound(&self, app: &App) -> Command {
        let mut hound = app.hound();
        hound.env_remove("HOUND_DATABASE_URL");
        match &self.place {
            Place::Postgres { url, .. } => hound.env("HOUND_DATABASE_URL", url),
            Place::Sqlite(path) => hound.env("HOUND_DATA_DIR", path.parent().expect("a folder")),
        };
        hound
    }
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// The state that a move says both sides are in.
fn state(output: &Output) -> String {
    let said = said(output);
    assert!(output.status.success(), "{said}");
    let (_, rest) = said.split_once("both are in state ").expect("a state");
    rest.lines().next().expect("a line").to_owned()
}

/// A bit of everything: merged customers, lines, refunds, payouts, a held sale, endpoints, letters.
fn fill(owner: &Client) -> String {
    let joe = enrol(owner, "joe@example.com", "JOE");
    rules(owner, &json!({"hold_days": 0, "shop_url": "https://shop.example/"}));
    for number in 0..40 {
        sell(owner, &order(&format!("M-{number}"), 10_000 + number, &format!("b{number}@example.com"), "JOE"));
    }
    sell(
        owner,
        &json!({"order_id": "L-1", "currency": "JPY", "customer": {"external_id": "7", "name": "Zoë 😀 \"{[\\"},
        "lines": [{"sku": "a'b", "quantity": 2, "unit_price": 500}], "metadata": {"note": "[1, 2]"}}),
    );
    owner.post("/v1/refunds", &json!({"refund_id": "R-1", "order_id": "M-1", "amount": 5_000})).is(201);
    owner.post("/v1/refunds", &json!({"refund_id": "R-2", "order_id": "unknown", "amount": 1})).is(201);
    let ids: Vec<String> = ["one", "two", "three"]
        .map(|name| {
            let customer = json!({"external_id": name, "name": name});
            owner.post("/v1/customers", &customer).is(201)["id"].as_str().expect("an id").to_owned()
        })
        .into();
    owner.post(&format!("/v1/customers/{}/merge", ids[1]), &json!({"other_id": ids[0]})).is(200);
    owner.post(&format!("/v1/customers/{}/merge", ids[2]), &json!({"other_id": ids[1]})).is(200);
    joe
}

fn a_ledger_moves_to_the_other_engine_and_back(app: &App) {
    let owner = app.owner();
    let joe = fill(&owner);
    assert!(app.stop(), "stopped");
    let there = Target::other(app);
    let state_there = state(&app.run(&["copy", "--to", &there.name]));

    // Served from there, tokens, links and jobs are those of before.
    let node = Node::start(there.hound(app), app.data.path(), "serve there");
    let owner = owner.at(&node.base);
    assert_eq!(balance(&owner, &joe)[3], 0);
    let before = balance(&owner, &joe);
    let visit = Client::new(&node.base, None).exchange("GET", "/r/JOE", None);
    assert_eq!(visit.status, 302, "{}", visit.text);
    sell(&owner, &order("M-after", 10_000, "after@example.com", "JOE"));
    let batch = approved_batch(&owner);
    let payout = batch["payouts"][0]["id"].as_str().expect("a payout").to_owned();
    owner.post(&format!("/v1/payouts/{payout}/settle"), &json!({"result": "paid"})).is(200);
    assert!(balance(&owner, &joe)[3] > before[1] + before[2] - 1_000, "paid what was ready before the move");
    drop(node);

    // And back, into a new database of the first engine.
    let back = match app.engine {
        Engine::Sqlite => Target::file(app, "back"),
        Engine::Postgres => Target::postgres(),
    };
    let state_back = state(&there.hound(app).args(["copy", "--to", &back.name]).output().expect("hound runs"));
    assert_ne!(state_back, state_there, "a sale and a payout later");
    let checked = back.hound(app).arg("check").output().expect("hound runs");
    assert!(checked.status.success(), "{}", said(&checked));
}

fn a_move_that_was_killed_goes_on(app: &App) {
    fill(&app.owner());
    assert!(app.stop(), "stopped");
    let there = Target::other(app);
    let mut copy = app.hound().args(["copy", "--to", &there.name]).stdout(Stdio::piped()).spawn().expect("hound runs");
    let lines = BufReader::new(copy.stdout.take().expect("its words")).lines();
    let first = lines.map_while(Result::ok).find(|line| line.starts_with("customers: "));
    assert!(first.is_some(), "customers go before most");
    copy.kill().expect("killed");
    copy.wait().expect("its end");
    let half = ask(&there.place, "SELECT value AS line FROM settings WHERE name = 'carrying'");
    assert_eq!(half.len(), 1, "killed half-way");

    let refused = there.hound(app).arg("serve").output().expect("hound runs");
    assert!(!refused.status.success() && said(&refused).contains("half copied"), "{}", said(&refused));
    state(&app.run(&["copy", "--to", &there.name]));
    let checked = there.hound(app).arg("check").output().expect("hound runs");
    assert!(checked.status.success(), "{}", said(&checked));
}

fn a_moved_ledger_takes_no_writes_until_it_stays(app: &App) {
    let owner = app.owner();
    enrol(&owner, "joe@example.com", "JOE");
    sell(&owner, &order("A-1", 10_000, "bea@example.com", "JOE"));
    let there = Target::other(app);
    // The service runs on: it must not take an order that the new ledger will not have.
    state(&app.run(&["copy", "--to", &there.name]));
    let sale = order("A-2", 10_000, "cleo@example.com", "JOE");
    owner.post("/v1/sales", &sale).is(503);
    owner.get("/v1/sales").is(200);
    assert!(app.stop(), "stopped");
    let refused = app.run(&["serve"]);
    assert!(!refused.status.success() && said(&refused).contains("has moved to"), "{}", said(&refused));
    assert!(app.run(&["report", "payouts"]).status.success(), "it can still be read");

    assert!(app.run(&["copy", "--stay"]).status.success());
    app.kill_and_restart();
    sell(&app.owner(), &sale);
}

fn a_move_needs_an_empty_target(app: &App) {
    enrol(&app.owner(), "joe@example.com", "JOE");
    let there = Target::other(app);
    let other = App::start(if app.engine == Engine::Sqlite { Engine::Postgres } else { Engine::Sqlite });
    let taken = match other.place() {
        Place::Postgres { url, .. } => url,
        Place::Sqlite(path) => path.display().to_string(),
    };
    let refused = app.run(&["copy", "--to", &taken]);
    assert!(!refused.status.success() && said(&refused).contains("not empty"), "{}", said(&refused));
    // Refused before anything was done to the source.
    sell(&app.owner(), &order("A-1", 10_000, "bea@example.com", "JOE"));
    state(&app.run(&["copy", "--to", &there.name]));
}
