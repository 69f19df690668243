//! The events of one order, in every order they can arrive in.

use std::collections::BTreeMap;

use houndplan::domain::id::ReferrerId;
use houndplan::domain::refund::RefundContent;
use houndplan::domain::sale::SaleStatus;

use super::desk::{Desk, OrderEnd, Report};
use crate::app::Engine;

#[derive(Debug, Clone)]
enum Event {
    /// Version, status, subtotal, whose code (`JOE` or `ANN`).
    Sale(i64, SaleStatus, i64, Option<&'static str>),
    /// Its number and what went back; none means everything.
    Refund(&'static str, Option<i64>),
    /// Shipping went back.
    Shipping(&'static str, i64),
    Cancel,
}

use Event::{Cancel, Refund, Sale, Shipping};
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

/// Plays one arrival order for an order, a buyer and two referrers of its own.
fn play(desk: &Desk, number: usize, events: &[Event], enrolled: &mut Vec<ReferrerId>) -> (OrderEnd, [i64; 4], [i64; 4]) {
    let name = |who: &str| format!("{who}-{number}");
    let (joe, ann) = (desk.enrol(&name("JOE")), desk.enrol(&name("ANN")));
    enrolled.extend([joe, ann]);
    let order = name("order");
    for event in events {
        match event {
            Sale(version, status, subtotal, code) => drop(desk.sell(&Report {
                order: order.clone(),
                buyer: name("buyer"),
                version: *version,
                status: *status,
                subtotal: *subtotal,
                shipping: 500,
                code: code.map(name),
                day: 0,
            })),
            Refund(id, amount) => desk.refund(&order, &name(id), &RefundContent { amount: *amount, ..RefundContent::default() }),
            Shipping(id, amount) => {
                let content = RefundContent { amount: Some(*amount), shipping: Some(*amount), ..RefundContent::default() };
                desk.refund(&order, &name(id), &content);
            }
            Cancel => desk.cancel(&order),
        }
    }
    let names: BTreeMap<_, _> = [(joe, "JOE"), (ann, "ANN")].into();
    (desk.order(&order, &names).expect("the order"), desk.balance(joe), desk.balance(ann))
}

fn one_end(engine: Engine, events: &[Event]) {
    let desk = Desk::open(engine);
    let enrolled = std::cell::RefCell::new(Vec::new());
    let mut ends = permutations(events)
        .into_iter()
        .enumerate()
        .map(|(number, events)| (play(&desk, number, &events, &mut enrolled.borrow_mut()), events));
    let (first, first_events) = ends.next().expect("one permutation");
    for (end, events) in ends {
        assert_eq!(end, first, "{events:?} ends otherwise than {first_events:?}");
    }
    desk.check(&enrolled.borrow());
}

macro_rules! orders {
    ($($name:ident: [$($event:expr),+ $(,)?];)+) => {
        mod sqlite {
            use super::*;
            $(#[test] fn $name() { one_end(Engine::Sqlite, &[$($event),+]); })+
        }
        mod postgres {
            use super::*;
            $(#[test] fn $name() { one_end(Engine::Postgres, &[$($event),+]); })+
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
}
