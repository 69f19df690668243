//! Sixty-four who prepare, approve, settle and cancel at once: no cent is paid twice and none is lost.
#![cfg(test)]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

use serde_json::{Value, json};

use super::app::{App, Engine, stories};
use super::client::{Answer, Client};
use super::dice::Dice;
use super::races::post;
use super::shop::{balance, enrol, order, rules, rush};

const RACERS: u64 = 64;

/// What each racer tries: 64 × 4 rounds. `HOUND_TEST_RACE_ROUNDS=16` makes them a little more than a thousand, for which
/// two cores need some minutes.
const ROUNDS: u64 = 4;

/// Whom the money belongs to.
const PEOPLE: i64 = 12;

stories! {
    sixty_four_racers_prepare_approve_settle_and_cancel_and_no_cent_is_lost_or_paid_twice,
}

/// What the racers know of each other's batches and payouts.
#[derive(Default)]
struct Board {
    batches: Vec<String>,
    payouts: Vec<String>,
}

/// What was asked for, and how often it was done.
type Deeds = BTreeMap<&'static str, [u64; 2]>;

fn rounds() -> u64 {
    std::env::var("HOUND_TEST_RACE_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS)
}

fn sixty_four_racers_prepare_approve_settle_and_cancel_and_no_cent_is_lost_or_paid_twice(app: &App) {
    let owner = app.owner();
    rush(&owner);
    rules(&owner, &json!({"hold_days": 0}));
    let people: Vec<String> = (0..PEOPLE).map(|n| enrol(&owner, &format!("joe{n}@example.com"), &format!("JOE-{n}"))).collect();
    let orders: Vec<Value> = (0..PEOPLE * 10)
        .map(|n| order(&format!("A-{n}"), 10_000 + n, &format!("buyer{n}@example.com"), &format!("JOE-{}", n % PEOPLE)))
        .collect();
    post(&owner, "/v1/sales/batch", &json!({ "sales": orders }));
    let earned: Vec<i64> = people.iter().map(|id| balance(&owner, id)[1]).collect();
    // On PostgreSQL every second racer goes through another process.
    let beside = (app.engine == Engine::Postgres).then(|| app.another_node());
    let doors: Vec<Client> = std::iter::once(owner.clone()).chain(beside.as_ref().map(|node| owner.at(&node.base))).collect();
    let board = Mutex::new(Board::default());
    let deeds: Mutex<Deeds> = Mutex::default();
    thread::scope(|scope| {
        for racer in 0..RACERS {
            let (doors, board, deeds) = (&doors, &board, &deeds);
            scope.spawn(move || {
                let mut dice = Dice::new(racer);
                let door = &doors[usize::try_from(racer).expect("small") % doors.len()];
                for _ in 0..rounds() {
                    race(door, &mut dice, board, deeds);
                }
            });
        }
    });
    let deeds = deeds.into_inner().expect("deeds");
    eprintln!("asked, done: {deeds:?}");
    let busy = |deed: &str| deeds.get(deed).is_some_and(|[_, done]| *done > 0);
    assert!(["prepare", "approve", "settle", "cancel"].into_iter().all(busy), "{deeds:?}");

    for (id, earned) in people.iter().zip(&earned) {
        let [on_hold, ready, in_transit, paid] = balance(&owner, id);
        let sides = format!("{ready} ready, {in_transit} in transit, {paid} paid of {earned}");
        assert_eq!((on_hold, ready + in_transit + paid), (0, *earned), "{sides}");
        assert!(ready >= 0 && in_transit >= 0 && paid >= 0, "{sides}");
    }
    let twice = "SELECT CAST(COUNT(*) AS TEXT) AS line FROM payout_lines WHERE released_at IS NULL
                 GROUP BY item_id, item_kind HAVING COUNT(*) > 1";
    assert_eq!(app.ask(twice), Vec::<String>::new());
    let said = app.said();
    assert!(["panicked", "is split", "ERROR"].iter().all(|sign| !said.contains(sign)), "{said}");
    drop(beside);
}

/// One round: prepare, look at what others did, approve, and then settle or drop.
fn race(door: &Client, dice: &mut Dice, board: &Mutex<Board>, deeds: &Mutex<Deeds>) {
    let note = |deed: &'static str, answer: &Answer| {
        let fits = matches!(answer.status, 200 | 201 | 409) || (answer.status == 503 && answer.header("retry-after").is_some());
        assert!(fits, "{deed}: {} {}", answer.status, answer.text);
        let mut deeds = deeds.lock().expect("deeds");
        let [asked, done] = deeds.entry(deed).or_default();
        *asked += 1;
        *done += u64::from(answer.status < 300);
    };
    let key = format!("race-{}", dice.below(usize::MAX));
    let prepared = door.with("Idempotency-Key", &key).exchange("POST", "/v1/payout-batches", Some(b"{}"));
    note("prepare", &prepared);
    // There is something to argue about where there is money, and now and then where there is none.
    if prepared.status == 201 && (prepared.json()["payouts"] != json!([]) || dice.below(8) == 0) {
        board.lock().expect("board").batches.extend(prepared.json()["id"].as_str().map(str::to_owned));
    }
    // Mostly one of the last few, about which there is something to argue.
    let pick = |list: &[String], dice: &mut Dice| {
        let last = list.len().min(8);
        (last > 0).then(|| list[list.len() - 1 - dice.below(last)].clone())
    };
    let Some(batch) = pick(&board.lock().expect("board").batches, dice) else { return };
    let act = |verb: &str| door.exchange("POST", &format!("/v1/payout-batches/{batch}/{verb}"), None);
    if dice.below(4) == 0 {
        note("cancel", &act("cancel"));
        return;
    }
    let approved = act("approve");
    note("approve", &approved);
    if approved.status == 200 {
        let ids = approved.json()["payouts"].as_array().cloned().unwrap_or_default();
        board.lock().expect("board").payouts.extend(ids.iter().filter_map(|payout| payout["id"].as_str().map(str::to_owned)));
    }
    for _ in 0..3 {
        let Some(payout) = pick(&board.lock().expect("board").payouts, dice) else { return };
        let result = ["paid", "failed", "returned", "returned"][dice.below(4)];
        let body = json!({"result": result}).to_string();
        note("settle", &door.exchange("POST", &format!("/v1/payouts/{payout}/settle"), Some(body.as_bytes())));
    }
}
