//! The events of one order, in every order they can arrive in.

use houndplan::domain::sale::SaleStatus;
use serde_json::json;

use super::bulk::{Event, History, balances, ends, enrol, play, set};
use super::desk::Desk;
use crate::app::Engine;

use Event::{Cancel, Dispute, Refund, Sale, Shipping, Shoes};
use SaleStatus::{Paid, Placed};

fn permutations(events: &[Event]) -> Vec<Vec<Event>> {
    if events.len() < 2 {
        return vec![events.to_vec()];
    }
    let mut all = Vec::new();
    for first in 0..events.len() {
        let mut rest = events.to_vec();
        let head = rest.remove(first);
        for mut tail in permutations(&rest) {
            tail.insert(0, head.clone());
            all.push(tail);
        }
    }
    all
}

/// Each permutation has an order, a buyer and two referrers of its own.
fn one_end(engine: Engine, finely: bool, events: &[Event]) {
    let desk = Desk::open(engine);
    if finely {
        set(&desk, &finer());
    }
    let history =
        |(number, events): (usize, Vec<Event>)| History { name: format!("order-{number}"), people: number.to_string(), events };
    let histories: Vec<History> = permutations(events).into_iter().enumerate().map(history).collect();
    let people: Vec<String> = histories.iter().map(|history| history.people.clone()).collect();
    let referrers: Vec<_> = enrol(&desk, &["JOE", "ANN"], &people).into_keys().collect();
    play(&desk, &histories);
    let (ends, balances) = (ends(&desk), balances(&desk));
    let of = |history: &History| {
        let balance = |code: &str| balances.get(&format!("{code}-{}", history.people)).filter(|sums| *sums != "0 0 0");
        (ends.get(&history.name), balance("JOE"), balance("ANN"))
    };
    let first = &histories[0];
    assert!(of(first).0.is_some());
    for history in &histories {
        assert_eq!(of(history), of(first), "{:?} ends otherwise than {:?}", history.events, first.events);
    }
    desk.check(&referrers);
}

/// Rules that look at everything they can look at; each order has referrers of its own to count.
fn finer() -> serde_json::Value {
    json!({
        "rules": [
            {"name": "shoes", "categories": ["shoes"], "pays": {"type": "percent", "rate": "17.5"}},
            {"name": "large", "minimum_sale": {"EUR": 5_000}, "upto_deal": 1, "pays": {"type": "flat", "amounts": {"EUR": 333}}},
        ],
        "sale_floor": {"EUR": 150},
        "sale_cap": {"EUR": 1_500},
        "bonuses": [{"deal": 1, "amounts": {"EUR": 700}}],
        "caps": {"per_code": {"amounts": {"EUR": 1_200}}, "per_referrer_month": {"sales": 1}},
        "friend_discounts": [{"gives": {"type": "percent", "rate": "5"}}],
    })
}

macro_rules! orders {
    ($($name:ident: [$($event:expr),+ $(,)?];)+) => {
        mod sqlite {
            use super::*;
            $(#[test] fn $name() { [false, true].into_iter().for_each(|finely| one_end(Engine::Sqlite, finely, &[$($event),+])); })+
        }
        mod postgres {
            use super::*;
            $(#[test] fn $name() { [false, true].into_iter().for_each(|finely| one_end(Engine::Postgres, finely, &[$($event),+])); })+
        }
    };
}

orders! {
    a_revision_that_names_another_referrer: [
        Sale(0, Paid, 10_000, Some("JOE")), Sale(1, Paid, 8_000, Some("ANN")), Refund("a", Some(3_000)), Shipping("b", 500),
    ];
    refunds_that_come_first_and_a_revision_upward: [
        Sale(0, Paid, 999, Some("JOE")), Refund("a", Some(333)), Refund("b", Some(333)), Sale(1, Paid, 1_999, None), Sale(2, Paid, 1_500, None),
    ];
    a_cancel_among_it_all: [
        Sale(0, Placed, 10_000, Some("JOE")), Sale(0, Paid, 10_000, Some("JOE")), Cancel, Refund("a", Some(5_000)),
    ];
    a_whole_refund_and_then_some: [
        Sale(0, Placed, 4_999, None), Sale(1, Paid, 4_999, Some("ANN")), Refund("a", None), Refund("b", Some(9_000)), Sale(2, Paid, 6_000, None),
    ];
    six_events_with_a_cancel: [
        Sale(0, Placed, 9_999, Some("JOE")), Sale(0, Paid, 9_999, Some("JOE")), Sale(1, Paid, 12_001, Some("ANN")), Shoes("a", 1), Refund("b", Some(77)), Cancel,
    ];
    six_events_over_a_cap_and_back: [
        Sale(0, Paid, 20_000, Some("JOE")), Sale(1, Paid, 4_000, Some("JOE")), Sale(2, Paid, 8_000, None), Shoes("a", 1), Refund("b", Some(999)), Shipping("c", 500),
    ];
    six_events_that_all_come_back: [
        Sale(0, Paid, 7_777, Some("ANN")), Sale(1, Paid, 8_888, None), Shoes("a", 2), Shipping("b", 500), Refund("c", Some(4_000)), Refund("d", None),
    ];
    six_events_with_a_dispute_and_a_cancel: [
        Sale(0, Paid, 9_999, Some("JOE")), Sale(1, Paid, 12_001, Some("ANN")), Cancel, Refund("a", Some(1_000)), Refund("b", Some(4_321)), Dispute("dp", 3_333),
    ];
    six_events_with_a_dispute_that_takes_the_rest: [
        Sale(0, Placed, 8_000, Some("JOE")), Sale(0, Paid, 8_000, Some("JOE")), Refund("c", Some(1_111)), Sale(1, Paid, 7_000, None), Shoes("a", 1), Dispute("dp", 5_000),
    ];
    six_events_that_end_over_a_cap: [
        Sale(0, Placed, 3_000, Some("JOE")), Sale(0, Paid, 3_000, Some("JOE")), Sale(1, Paid, 30_000, Some("JOE")), Shoes("a", 1), Refund("b", Some(1)), Refund("c", Some(2_000)),
    ];
}
