//! Two nodes, two clocks: what is booked later never seems to come earlier, or `check` would take
//! a refund before the approval for one after it.

use houndplan::domain::refund::RefundContent;
use houndplan::domain::sale::SaleStatus;

use super::desk::{Desk, Report, START};
use crate::app::Engine;

fn sale(order: &str, buyer: &str, day: i64) -> Report {
    Report {
        order: order.to_owned(),
        buyer: buyer.to_owned(),
        version: 0,
        status: SaleStatus::Paid,
        subtotal: 10_000,
        shipping: 0,
        code: Some("JOE".to_owned()),
        day,
    }
}

/// A node whose clock shows this day acts next; its chores do not run.
fn on_day(desk: &Desk, day: i64) {
    desk.book.clock.set_offset_micros(START.plus_days(day).micros());
}

fn a_refund_and_an_approval_by_clocks_that_differ(engine: Engine) {
    let desk = Desk::open(engine);
    let joe = desk.enrol("JOE");
    let half = RefundContent { amount: Some(5_000), ..RefundContent::default() };
    drop(desk.sell(&sale("A-1", "bea", 0)));
    // The refund comes first, on the node that is ahead.
    on_day(&desk, 32);
    desk.refund("A-1", "R-1", &half);
    desk.wait(31);
    assert_eq!(desk.balance(joe), [0, 500, 0, 0]);
    desk.check(&[joe]);

    drop(desk.sell(&sale("A-2", "cleo", 2)));
    // The approval comes first, and the node behind refunds twice.
    desk.wait(2);
    on_day(&desk, 31);
    desk.refund("A-2", "R-2", &half);
    on_day(&desk, 30);
    desk.refund("A-2", "R-3", &half);
    assert_eq!(desk.balance(joe), [0, 500, 0, 0]);
    desk.check(&[joe]);
}

#[test]
fn sqlite_books_in_the_order_of_its_locks() {
    a_refund_and_an_approval_by_clocks_that_differ(Engine::Sqlite);
}

#[test]
fn postgres_books_in_the_order_of_its_locks() {
    a_refund_and_an_approval_by_clocks_that_differ(Engine::Postgres);
}
