//! Random histories of a small shop: no cent is lost, the ledger replays, both engines agree.

use std::collections::BTreeMap;

use houndplan::domain::payout::PayoutResult;
use houndplan::domain::refund::RefundContent;
use houndplan::domain::sale::SaleStatus;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::desk::{Desk, OrderEnd, Report};
use crate::app::Engine;

pub(super) const REFERRERS: [&str; 3] = ["JOE", "ANN", "BOB"];

#[derive(Debug, Clone)]
pub(super) enum Event {
    Sale { order: u8, buyer: u8, version: i64, status: SaleStatus, subtotal: i64, code: Option<usize>, day: i64 },
    Refund { order: u8, refund: u8, amount: Option<i64>, shipping: bool },
    Cancel { order: u8 },
    Wait { days: i64 },
    Prepare,
    Approve,
    Settle { which: usize, result: PayoutResult },
    Adjust { referrer: usize, amount: i64 },
}

pub(super) fn event() -> impl Strategy<Value = Event> {
    let status = prop_oneof![1 => Just(SaleStatus::Placed), 5 => Just(SaleStatus::Paid)];
    let sale = (0..8_u8, 0..5_u8, 0..3_i64, status, 0..90_000_i64, prop::option::weighted(0.8, 0..3_usize), 0..20_i64);
    let result = prop_oneof![3 => Just(PayoutResult::Paid), 1 => Just(PayoutResult::Failed), 1 => Just(PayoutResult::Returned)];
    prop_oneof![
        8 => sale.prop_map(|(order, buyer, version, status, subtotal, code, day)| Event::Sale {
            order, buyer, version, status, subtotal, code, day
        }),
        4 => (0..8_u8, 0..20_u8, prop::option::weighted(0.8, 0..60_000_i64), any::<bool>())
            .prop_map(|(order, refund, amount, shipping)| Event::Refund { order, refund, amount, shipping }),
        1 => (0..8_u8).prop_map(|order| Event::Cancel { order }),
        2 => (1..25_i64).prop_map(|days| Event::Wait { days }),
        3 => Just(Event::Prepare),
        3 => Just(Event::Approve),
        4 => (0..6_usize, result).prop_map(|(which, result)| Event::Settle { which, result }),
        1 => (0..3_usize, prop_oneof![-4_000..-1_i64, 1..4_000_i64]).prop_map(|(referrer, amount)| Event::Adjust { referrer, amount }),
    ]
}

/// What both engines must agree on.
type End = (Vec<Option<OrderEnd>>, Vec<[i64; 4]>);

fn play(engine: Engine, events: &[Event]) -> End {
    let desk = Desk::open(engine);
    let ids: Vec<_> = REFERRERS.iter().map(|name| desk.enrol(name)).collect();
    for event in events {
        act(&desk, &ids, event);
    }
    desk.check(&ids);
    let names: BTreeMap<_, _> = ids.iter().copied().zip(REFERRERS).collect();
    let orders = (0..8).map(|order| desk.order(&format!("order-{order}"), &names)).collect();
    (orders, ids.iter().map(|id| desk.balance(*id)).collect())
}

pub(super) fn act(desk: &Desk, ids: &[houndplan::domain::id::ReferrerId], event: &Event) {
    match event {
        Event::Sale { order, buyer, version, status, subtotal, code, day } => drop(desk.sell(&Report {
            order: format!("order-{order}"),
            buyer: format!("buyer-{buyer}"),
            version: *version,
            status: *status,
            subtotal: *subtotal,
            shipping: 500,
            code: code.map(|code| REFERRERS[code].to_owned()),
            day: -day,
        })),
        Event::Refund { order, refund, amount, shipping } => {
            let shipping = amount.filter(|_| *shipping);
            let content = RefundContent { amount: *amount, shipping, ..RefundContent::default() };
            desk.refund(&format!("order-{order}"), &format!("refund-{refund}"), &content);
        }
        Event::Cancel { order } => desk.cancel(&format!("order-{order}")),
        Event::Wait { days } => desk.wait(*days),
        Event::Prepare => desk.prepare(),
        Event::Approve => desk.approve(),
        Event::Settle { which, result } => desk.settle(*which, *result),
        Event::Adjust { referrer, amount } => desk.adjust(ids[*referrer], *amount),
    }
}

#[test]
fn no_history_loses_a_cent_and_both_engines_end_alike() {
    let mut runner = TestRunner::new(Config { cases: 24, max_shrink_iters: 60, failure_persistence: None, ..Config::default() });
    let histories = prop::collection::vec(event(), 20..70);
    let outcome = runner.run(&histories, |events| {
        prop_assert_eq!(play(Engine::Sqlite, &events), play(Engine::Postgres, &events));
        Ok(())
    });
    outcome.unwrap_or_else(|fault| panic!("{fault}"));
}
