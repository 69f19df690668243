//! Thousands of histories: the events of each order in any order of arrival, some of them twice,
//! end in the one state that the order has.

use std::collections::{BTreeMap, BTreeSet};

use houndplan::domain::sale::SaleStatus;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::bulk::{Event, History, ends, enrol, play, set};
use super::desk::Desk;
use crate::app::Engine;
use crate::dice::Dice;

/// Orders whose events are told in many ways.
const TALES: usize = 1_000;

/// Orders that share their referrers. With all of a tale sharing them, each would have more orders the more
/// are played: every slice would read them all again, and in the end they would look like fraud.
const SHARING: usize = 20;

const CODES: [&str; 2] = ["JOE", "ANN"];

/// One to five different events, such that the order itself is among them.
fn tale(dice: &mut Dice) -> Vec<Event> {
    let goods = |dice: &mut Dice| i64::try_from(dice.below(30_000)).expect("a sum");
    let code = |dice: &mut Dice| [Some("JOE"), Some("ANN"), None][dice.below(3)];
    let mut events = vec![Event::Sale(0, [SaleStatus::Placed, SaleStatus::Paid][dice.below(2)], goods(dice), code(dice))];
    if dice.below(2) == 0 {
        events.push(Event::Sale(1, SaleStatus::Paid, goods(dice), code(dice)));
    }
    for id in ["a", "b"].into_iter().take(dice.below(3)) {
        events.push(match dice.below(6) {
            0 => Event::Shoes(id, 1),
            1 => Event::Shipping(id, 500),
            4 => Event::Dispute(id, goods(dice) / 2),
            5 => Event::SoFar(goods(dice) / 3),
            2 => Event::Refund(id, Some(goods(dice) / 3)),
            _ => Event::Refund(id, None),
        });
    }
    if dice.below(6) == 0 {
        events.push(Event::Cancel);
    }
    events
}

/// The tale in any order, and now and then an event twice.
fn shuffled(tale: &[Event], dice: &mut Dice) -> Vec<Event> {
    let mut events: Vec<Event> = dice.shuffled(tale.len()).into_iter().map(|place| tale[place].clone()).collect();
    if dice.below(3) == 0 {
        let twice = events[dice.below(events.len())].clone();
        events.insert(dice.below(events.len() + 1), twice);
    }
    events
}

/// Whose referrers the order `number` is about.
fn people(number: usize) -> String {
    format!("{}G{}", number % TALES, number / TALES / SHARING)
}

/// Plays `count` histories and returns the hash of all ends by tale.
fn hash(engine: Engine, count: usize) -> String {
    let mut dice = Dice::new(20_261_122);
    let tales: Vec<Vec<Event>> = (0..TALES).map(|_| tale(&mut dice)).collect();
    let desk = Desk::open(engine);
    let rules = [
        json!({"name": "shoes", "categories": ["shoes"], "pays": {"type": "percent", "rate": "12.34"}}),
        json!({"name": "large", "minimum_sale": {"EUR": 15_000}, "pays": {"type": "flat", "amounts": {"EUR": 999}}}),
    ];
    set(
        &desk,
        &json!({"rules": rules, "sale_floor": {"EUR": 10}, "friend_discounts": [{"gives": {"type": "percent", "rate": "5"}}]}),
    );
    let everybody: BTreeSet<String> = (0..count.max(TALES)).map(people).collect();
    let referrers: Vec<_> = enrol(&desk, &CODES, &everybody.into_iter().collect::<Vec<_>>()).into_keys().collect();
    let history = |number: usize, dice: &mut Dice| {
        let tale = number % TALES;
        History { name: format!("{tale}-{number}"), people: people(number), events: shuffled(&tales[tale], dice) }
    };
    let histories: Vec<History> = (0..count).map(|number| history(number, &mut dice)).collect();
    play(&desk, &histories);
    let mut by_tale: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut seen = 0;
    for (name, end) in ends(&desk) {
        let (tale, number) = name.split_once('-').expect("a tale");
        let tale: usize = tale.parse().expect("a number");
        let known = by_tale.entry(tale).or_insert_with(|| end.clone());
        let events = &histories[number.parse::<usize>().expect("a number")].events;
        assert_eq!(*known, end, "{events:?} of {:?}", tales[tale]);
        seen += 1;
    }
    assert_eq!(seen, count, "every history ended");
    desk.check(&referrers);
    let text = format!("{by_tale:?}");
    hex::encode(Sha256::digest(text))
}

#[test]
fn however_they_come_they_end_alike_on_both_engines() {
    // A debug build plays some hundred in a second. `HOUND_TEST_HISTORIES=100000` plays more of them.
    let asked = std::env::var("HOUND_TEST_HISTORIES").ok().and_then(|count| count.parse().ok());
    let count = asked.unwrap_or(6_000);
    let (sqlite, postgres) = std::thread::scope(|scope| {
        let sqlite = scope.spawn(|| hash(Engine::Sqlite, count));
        (hash(Engine::Postgres, count), sqlite.join().expect("an end"))
    });
    assert_eq!(sqlite, postgres);
}
