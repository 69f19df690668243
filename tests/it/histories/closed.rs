//! A closed year stays closed: a thousand late events, told by clocks that jump, leave its report as it
//! is to the byte, and the open period takes the difference.

use houndplan::domain::id::ReferrerId;
use houndplan::domain::instant::Instant;
use houndplan::domain::payout::PayoutResult;
use houndplan::domain::refund::RefundContent;
use houndplan::domain::report::Figures;
use houndplan::domain::sale::SaleStatus;
use houndplan::operations::close_period::{Outcome, close_period, drawn_up};
use houndplan::operations::pages::{Format, whole};
use houndplan::operations::report_payouts::{Asked, PayoutPages, report_payouts, sheet};

use super::desk::{Desk, Report, START};
use crate::app::{Engine, ask, execute};
use crate::dice::Dice;

const ORDERS: usize = 120;

fn sale(order: usize, day: i64) -> Report {
    Report {
        order: format!("order-{order}"),
        buyer: format!("buyer-{order}"),
        version: 0,
        status: SaleStatus::Paid,
        subtotal: 40_000 + i64::try_from(order).expect("a number"),
        shipping: 0,
        code: Some(["JOE", "ANN", "BOB"][order % 3].to_owned()),
        day,
    }
}

/// Sales, payouts and refunds all through 2026.
fn a_year(desk: &Desk) {
    for order in 0..ORDERS {
        let day = i64::try_from(order * 3).expect("a day");
        drop(desk.sell(&sale(order, day)));
        if order % 9 == 0 {
            desk.refund(&format!("order-{order}"), "early", &RefundContent { amount: Some(9_000), ..RefundContent::default() });
        }
        desk.wait(3);
        if order % 10 == 9 {
            desk.prepare();
            desk.approve();
            (0..desk.payouts.borrow().len()).for_each(|which| desk.settle(which, PayoutResult::Paid));
        }
    }
}

fn bytes(desk: &Desk, format: Format) -> Vec<u8> {
    let now = desk.book.clock.now();
    let asked = Asked { period: Some("2026".to_owned()), ..Asked::default() };
    let text = desk.book.readers.read(|conn| {
        let sheet = sheet(conn, now, &asked)?.expect("a period");
        whole(conn, &mut PayoutPages::new(sheet, format))
    });
    text.expect("a read")
}

fn total(desk: &Desk, from: &str, to: &str) -> Figures {
    let now = desk.book.clock.now();
    let asked = Asked { period: None, from: Some(from.to_owned()), to: Some(to.to_owned()) };
    let report = desk.book.readers.read(|conn| report_payouts(conn, now, &asked)).expect("a read").expect("a period");
    report.totals.first().map(|total| total.figures).unwrap_or_default()
}

fn a_late_event(desk: &Desk, ids: &[ReferrerId], dice: &mut Dice, number: usize, january: Instant) {
    // One clock in three is back in the closed year.
    let days = i64::try_from(dice.below(60)).expect("days");
    let at = if dice.below(3) == 0 { january.plus_days(-1 - days) } else { january.plus_days(days) };
    desk.book.clock.set_offset_micros(at.micros());
    let order = dice.below(ORDERS);
    let amount = i64::try_from(1 + dice.below(5_000)).expect("a sum");
    match dice.below(7) {
        0 => desk.cancel(&format!("order-{order}")),
        1 => desk.adjust(ids[order % 3], amount - 2_500),
        2 => desk.settle(dice.below(1_000), PayoutResult::Returned),
        // An order of the closed year that nobody had told of.
        3 => drop(desk.sell(&sale(10_000 + number, days))),
        _ => {
            let part = RefundContent { amount: Some(amount), ..RefundContent::default() };
            desk.refund(&format!("order-{order}"), &format!("late-{number}"), &part);
        }
    }
}

fn a_closed_year_stays_as_it_is(engine: Engine) {
    let desk = Desk::open(engine);
    let ids: Vec<ReferrerId> = ["JOE", "ANN", "BOB"].iter().map(|name| desk.enrol(name)).collect();
    let close = |desk: &Desk| desk.book.writer.write_blocking(|tx, now| close_period(tx, now, "2026", "test")).expect("a write");
    a_year(&desk);
    assert!(matches!(close(&desk), Outcome::NotOver(_)), "a year that lasts stays open");
    desk.wait(10);
    let Outcome::Closed(row) = close(&desk) else { panic!("the year is over") };
    assert!(matches!(close(&desk), Outcome::AlreadyClosed(_)), "again is the same");
    let kept = desk.book.readers.read(|conn| drawn_up(conn, &row, row.closed_at)).expect("a read");
    let sealed = kept.clone();
    desk.book.writer.write_blocking(move |tx, _| houndplan::db::periods::insert_report(tx, &sealed)).expect("a write");
    let before = [Format::Json, Format::Csv].map(|format| bytes(&desk, format));
    let (year, all) = (total(&desk, "2026-01-01", "2027-01-01"), total(&desk, "2026-01-01", "2028-01-01"));
    assert!(year.earned > 0 && year.reversed > 0 && year.paid > 0 && year.closing != 0, "{year:?}");

    let mut dice = Dice::new(20_261_231);
    for number in 0..1_000 {
        a_late_event(&desk, &ids, &mut dice, number, row.ends_at);
        if number % 100 == 0 {
            assert_eq!(bytes(&desk, Format::Json), before[0], "after {number} late events");
        }
    }
    desk.book.clock.set_offset_micros(row.ends_at.plus_days(60).micros());
    assert_eq!([Format::Json, Format::Csv].map(|format| bytes(&desk, format)), before);
    let again = desk.book.readers.read(|conn| drawn_up(conn, &row, row.closed_at)).expect("a read");
    assert_eq!((again.hash, again.totals), (kept.hash, kept.totals));

    // The open period takes it all: it opens with what the year closed with.
    let open = total(&desk, "2027-01-01", "2028-01-01");
    let now = total(&desk, "2026-01-01", "2028-01-01");
    assert_eq!(open.opening, year.closing);
    assert_eq!(
        [now.earned - year.earned, now.reversed - year.reversed, now.adjusted - year.adjusted, now.returned - year.returned],
        [open.earned, open.reversed, open.adjusted, open.returned]
    );
    assert!(open.reversed > 0 && open.earned > 0 && open.adjusted != 0 && open.returned > 0, "{open:?}");
    assert_ne!(now.closing, all.closing);
    nobody_gets_into_it(&desk, engine);
    desk.check(&ids);
}

/// Not even with raw SQL.
fn nobody_gets_into_it(desk: &Desk, engine: Engine) {
    let (new_id, early) = match engine {
        Engine::Sqlite => ("randomblob(16)", START.micros().to_string()),
        Engine::Postgres => ("gen_random_uuid()", format!("'{START}'")),
    };
    let late = format!(
        "INSERT INTO transfers SELECT {new_id}, kind, referrer_id, currency, from_account, to_account, amount, {early} FROM transfers LIMIT 1"
    );
    let refused = execute(&desk.book.place, &late);
    assert!(refused.as_ref().is_err_and(|said| said.contains("the period is closed")), "{refused:?}");
    let reopened = execute(&desk.book.place, "DELETE FROM periods");
    assert!(reopened.as_ref().is_err_and(|said| said.contains("append-only")), "{reopened:?}");
    assert_eq!(ask(&desk.book.place, "SELECT name AS line FROM periods"), ["2026"]);
}

#[test]
fn on_sqlite_a_closed_year_stays_as_it_is_to_the_byte() {
    a_closed_year_stays_as_it_is(Engine::Sqlite);
}

#[test]
fn on_postgres_a_closed_year_stays_as_it_is_to_the_byte() {
    a_closed_year_stays_as_it_is(Engine::Postgres);
}
