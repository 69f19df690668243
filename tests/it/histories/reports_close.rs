//! Whatever happened: the payout report closes for any split of time into periods, and table, JSON,
//! statements, journal, balances and the money check all say what the ledger says.

use std::collections::BTreeMap;

use houndplan::domain::id::ReferrerId;
use houndplan::domain::instant::Instant;
use houndplan::domain::money::Currency;
use houndplan::domain::report::Figures;
use houndplan::operations::check_money::check_money;
use houndplan::operations::pages::{Format, whole};
use houndplan::operations::report_balances::report_balances;
use houndplan::operations::report_journal::{JournalPages, book};
use houndplan::operations::report_payouts::{Asked, PayoutPages, PayoutReport, report_payouts, sheet};
use houndplan::operations::show_statement::show_statement;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use super::desk::{Desk, START};
use super::random::{Event, REFERRERS, act, event};
use crate::app::{Engine, ask};

type Key = (ReferrerId, Currency);

fn asked(from: Instant, to: Instant) -> Asked {
    Asked { period: None, from: Some(from.to_string()), to: Some(to.to_string()) }
}

fn report(desk: &Desk, from: Instant, to: Instant) -> PayoutReport {
    let now = desk.book.clock.now();
    let asked = asked(from, to);
    desk.book.readers.read(|conn| report_payouts(conn, now, &asked)).expect("a read").expect("a period")
}

fn figures(report: &PayoutReport) -> BTreeMap<Key, Figures> {
    report.rows.iter().map(|row| ((row.referrer_id, row.sums.currency), row.sums.figures)).collect()
}

/// The flows of a period, which add up over consecutive ones.
fn flows(figures: &Figures) -> [i64; 6] {
    [figures.earned, figures.reversed, figures.adjusted, figures.paid, figures.returned, figures.fees]
}

fn the_periods_join(desk: &Desk, ids: &[ReferrerId], cuts: &[Instant]) {
    let all = figures(&report(desk, cuts[0], *cuts.last().expect("a cut")));
    let mut sums: BTreeMap<Key, [i64; 6]> = BTreeMap::new();
    let mut closing: BTreeMap<Key, i64> = BTreeMap::new();
    for edge in cuts.windows(2) {
        let part = figures(&report(desk, edge[0], edge[1]));
        let keys: Vec<Key> = all.keys().chain(part.keys()).copied().collect();
        for key in keys {
            let of = part.get(&key).copied().unwrap_or_default();
            let before = closing.get(&key).copied().unwrap_or(0);
            // Who neither had nor moved anything is left out, and had nothing before either.
            assert_eq!(of.opening, before, "{key:?} opens with what it closed with");
            assert_eq!(of.closing, of.expected_closing(), "{key:?} {of:?}");
        }
        for (key, of) in &part {
            closing.insert(*key, of.closing);
            sums.entry(*key).or_default().iter_mut().zip(flows(of)).for_each(|(sum, flow)| *sum += flow);
            let at = edge[1].to_string();
            let standing = desk.book.readers.read(|conn| report_balances(conn, edge[1], Some(key.0), Some(&at)));
            let standing = standing.expect("a read").expect("a time").balances;
            let standing = standing.iter().find(|row| row.currency == key.1).expect("a balance");
            assert_eq!([standing.on_hold, standing.ready, standing.in_transit], [of.on_hold, of.ready, of.in_transit]);
        }
    }
    for (key, of) in &all {
        assert_eq!(sums.get(key).copied().unwrap_or_default(), flows(of), "{key:?}: the parts are the whole");
        let [on_hold, ready, in_transit, _] = desk.balance(key.0);
        assert_eq!(of.closing, on_hold + ready + in_transit, "{key:?}: what is owed");
    }
    assert!(all.keys().all(|(referrer, _)| ids.contains(referrer)));
}

/// JSON, table and the bare postings say the same.
fn every_form_is_the_ledger(desk: &Desk, from: Instant, to: Instant) {
    let report = report(desk, from, to);
    let now = desk.book.clock.now();
    let written = |format| {
        let text = desk.book.readers.read(|conn| {
            let sheet = sheet(conn, now, &asked(from, to))?.expect("a period");
            whole(conn, &mut PayoutPages::new(sheet, format))
        });
        text.expect("a read")
    };
    let json: Value = serde_json::from_slice(&written(Format::Json)).expect("JSON");
    assert_eq!(json, serde_json::to_value(&report).expect("JSON"));
    let table = written(Format::Csv);
    let mut reader = csv::Reader::from_reader(table.as_slice());
    let names: Vec<String> = reader.headers().expect("columns").iter().map(str::to_owned).collect();
    let lines: Vec<csv::StringRecord> = reader.records().map(|line| line.expect("a line")).collect();
    let shown = json["rows"].as_array().expect("rows").iter().chain(json["totals"].as_array().expect("totals"));
    let shown: Vec<&Value> = shown.collect();
    assert_eq!(lines.len(), shown.len());
    let numbers = [
        "opening",
        "earned",
        "reversed",
        "adjusted",
        "paid",
        "returned",
        "closing",
        "on_hold",
        "ready",
        "in_transit",
        "held",
        "fees",
    ];
    for (line, row) in lines.iter().zip(shown) {
        for (name, cell) in names.iter().zip(line) {
            if numbers.contains(&name.as_str()) {
                assert_eq!(cell, row[name].to_string(), "{name} of {row}");
            }
        }
        assert_eq!(&line[0], row["referrer_id"].as_str().unwrap_or("total"));
        let rails = row["rails"].as_object().expect("rails");
        let rails: Vec<String> =
            rails.iter().map(|(rail, sums)| format!("{rail}:{}:{}", sums["paid"], sums["returned"])).collect();
        assert_eq!(&line[16], rails.join(" "));
        let paid: i64 = row["rails"].as_object().expect("rails").values().map(|sums| sums["paid"].as_i64().expect("a sum")).sum();
        assert_eq!(Some(paid), row["paid"].as_i64(), "what was paid is what the rails paid");
    }
    let query = "SELECT kind || ' ' || CAST(CAST(SUM(amount) AS BIGINT) AS TEXT) AS line FROM transfers
        WHERE kind IN ('accrue', 'reverse', 'settle') GROUP BY kind";
    let ledger: BTreeMap<String, i64> = ask(&desk.book.place, query)
        .iter()
        .filter_map(|line| line.split_once(' '))
        .map(|(kind, sum)| (kind.to_owned(), sum.parse().expect("a sum")))
        .collect();
    let total = report.totals.first().map(|total| total.figures).unwrap_or_default();
    let of = |kind: &str| ledger.get(kind).copied().unwrap_or(0);
    assert_eq!([total.earned, total.reversed, total.paid], [of("accrue"), of("reverse"), of("settle")]);
}

fn statements_and_journal_join(desk: &Desk, ids: &[ReferrerId], whole_time: (Instant, Instant)) {
    let now = desk.book.clock.now();
    let all = figures(&report(desk, whole_time.0, whole_time.1));
    for id in ids {
        let (mut owed, mut year) = (0, 2025);
        let mut lines = 0;
        while year < 2060 {
            for month in 1..=12 {
                let name = format!("{year}-{month:02}");
                let statement =
                    desk.book.readers.read(|conn| show_statement(conn, *id, &name)).expect("a read").expect("a month");
                let Some(euro) = statement.currencies.first() else { continue };
                assert_eq!(euro.opening, owed, "{name}");
                let moved: i64 = euro.lines.iter().map(|line| line.amount).sum();
                assert_eq!(euro.opening + moved, euro.closing, "{name}: {euro:?}");
                assert_eq!(euro.closing, euro.on_hold + euro.ready + euro.in_transit);
                assert!(euro.lines.iter().all(|line| !line.text.is_empty() && line.day.starts_with(&name)));
                assert_eq!(euro.carried_over.is_some(), euro.ready < 0);
                owed = euro.closing;
                lines += euro.lines.len();
            }
            // The simulated clock never gets far.
            year = if year > 2026 { 2060 } else { year + 1 };
        }
        let moved = all.get(&(*id, Currency::EUR)).copied().unwrap_or_default();
        assert!(lines > 0 || flows(&moved) == [0; 6]);
    }
    for by_day in [false, true] {
        let text = desk.book.readers.read(|conn| {
            let book = book(conn, now, Some(&whole_time.0.to_string()), Some(&whole_time.1.to_string()))?.expect("a period");
            whole(conn, &mut JournalPages::new(book, by_day))
        });
        journal_balances(&text.expect("a read"), desk, ids);
    }
}

/// Debits are credits on each day, and what the payable accounts hold is what is owed.
fn journal_balances(text: &[u8], desk: &Desk, ids: &[ReferrerId]) {
    let cents = |cell: &str| -> i64 { cell.replace('.', "").parse().unwrap_or(0) };
    let mut days: BTreeMap<String, i64> = BTreeMap::new();
    let mut accounts: BTreeMap<String, i64> = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(text);
    for line in reader.records().map(|line| line.expect("a line")) {
        let (debit, credit) = (cents(&line[2]), cents(&line[3]));
        assert!((debit > 0) != (credit > 0), "{line:?}");
        *days.entry(line[0].to_owned()).or_default() += debit - credit;
        *accounts.entry(line[1].to_owned()).or_default() += credit - debit;
    }
    assert!(days.values().all(|sum| *sum == 0), "{days:?}");
    let of = |name: &str| accounts.get(name).copied().unwrap_or(0);
    let found = [of("Commissions on hold"), of("Commissions payable"), of("Payouts under way"), of("Bank")];
    let owed = ids.iter().map(|id| desk.balance(*id)).fold([0; 4], |sum, one| [0, 1, 2, 3].map(|place| sum[place] + one[place]));
    assert_eq!(found, owed);
}

fn nothing_is_forgotten_unseen(desk: &Desk, ids: &[ReferrerId]) {
    let now = desk.book.clock.now();
    for days in [0, 1, 5, 40, 400] {
        let summary = desk.book.readers.read(|conn| check_money(conn, now.plus_days(days))).expect("a read");
        let owed: i64 =
            ids.iter().map(|id| desk.balance(*id)).map(|[on_hold, ready, in_transit, _]| on_hold + ready + in_transit).sum();
        let side = summary.currencies.first();
        let sum = side.map_or(0, |side| side.owed.on_hold + side.owed.ready + side.owed.in_transit);
        assert_eq!(sum, owed);
        assert!(summary.currencies.iter().all(|side| side.difference == 0), "{summary:#?}");
        // After a year and more nothing that is owed is still on its way.
        let moving = side.map_or(0, |side| side.moving.on_hold + side.moving.ready + side.moving.in_transit);
        assert!(days < 400 || moving == 0, "{summary:#?}");
    }
}

fn play(engine: Engine, events: &[Event], cuts: &[i64]) {
    let desk = Desk::open(engine);
    let ids: Vec<_> = REFERRERS.iter().map(|name| desk.enrol(name)).collect();
    for event in events {
        act(&desk, &ids, event);
    }
    let end = desk.book.clock.now().plus_seconds(1);
    let span = end.seconds() - START.seconds();
    let mut cuts: Vec<Instant> = cuts.iter().map(|cut| START.plus_seconds(cut.rem_euclid(span.max(1)))).collect();
    cuts.extend([START.plus_days(-400), START, end]);
    cuts.sort_unstable();
    cuts.dedup();
    let whole_time = (cuts[0], end);
    the_periods_join(&desk, &ids, &cuts);
    every_form_is_the_ledger(&desk, whole_time.0, whole_time.1);
    statements_and_journal_join(&desk, &ids, whole_time);
    nothing_is_forgotten_unseen(&desk, &ids);
    desk.check(&ids);
}

#[test]
fn the_report_closes_for_any_history_and_any_split_on_both_engines() {
    let mut runner = TestRunner::new(Config { cases: 10, max_shrink_iters: 40, failure_persistence: None, ..Config::default() });
    let histories = (prop::collection::vec(event(), 20..60), prop::collection::vec(0..40_000_000_i64, 0..6));
    let outcome = runner.run(&histories, |(events, cuts)| {
        [Engine::Sqlite, Engine::Postgres].into_iter().for_each(|engine| play(engine, &events, &cuts));
        Ok(())
    });
    outcome.unwrap_or_else(|fault| panic!("{fault}"));
}
