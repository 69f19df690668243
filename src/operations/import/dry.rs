//! A dry run: every row is judged as in a real one, and only the results are written.

use std::collections::HashSet;
use std::sync::Arc;

use super::orders::{refused, spread};
use super::run::{ImportError, Pile, Run};
use crate::db::import_results::{self, ResultRow};
use crate::db::{customers, imports, sale_lists};
use crate::domain::customer::CustomerKey;
use crate::domain::intake::customer::person;
use crate::domain::intake::order::{Assembled, Deed, Reading, Row, assemble};
use crate::domain::intake::{ImportKind, RowFault, RowOutcome};
use crate::domain::sale::{OrderKey, SaleStatus};

/// Judges a slice, and leaves its results.
pub(super) fn write(
    run: &Run<'_>,
    reading: &Reading,
    kind: ImportKind,
    piles: Vec<Pile>,
    position: i64,
) -> Result<(), ImportError> {
    let mut results = match kind {
        ImportKind::Orders => orders(run, reading, piles)?,
        ImportKind::Customers => people(run, reading, &piles)?,
    };
    results.sort_by_key(|row| row.line);
    let (id, token, results) = (run.id, run.token, Arc::new(results));
    run.patiently(|| {
        let results = Arc::clone(&results);
        run.book.writer.write_blocking(move |tx, _| {
            if !imports::advance(tx, id, token, position)? {
                return Ok(false);
            }
            import_results::insert(tx, &results).map(|()| true)
        })
    })
}

fn orders(run: &Run<'_>, reading: &Reading, piles: Vec<Pile>) -> Result<Vec<ResultRow>, ImportError> {
    let key = |number: &str| OrderKey { source: reading.source.clone(), order_id: number.to_owned() };
    let keys: Vec<OrderKey> = piles.iter().map(|pile| key(&pile.number)).collect();
    let known: HashSet<OrderKey> = run.book.readers.read(|conn| sale_lists::known_of(conn, &keys))?.into_iter().collect();
    let now = run.book.clock.now();
    let mut results = Vec::new();
    for Pile { number, rows } in piles {
        match assemble(reading, &number, &rows, now) {
            Ok(Assembled { deed, notes }) => {
                let first = judged(run, &number, &rows, &deed, &notes, known.contains(&key(&number)));
                let lines: Vec<u32> = rows.iter().map(|row| row.number).collect();
                results.extend(spread(&first, &lines));
            }
            Err(faults) => results.extend(refused(run.id, Some(&number), &rows, &faults)),
        }
    }
    Ok(results)
}

fn judged(run: &Run<'_>, number: &str, rows: &[Row], deed: &Deed, notes: &[RowFault], known: bool) -> ResultRow {
    let line = rows.first().map_or(0, |row| row.number);
    let mut first = ResultRow::new(run.id, line, RowOutcome::Skipped);
    first.order_id = Some(number.to_owned());
    first.remark(notes.first());
    match deed {
        Deed::StockCorrection => {}
        Deed::Credit(credit) => {
            first.currency = Some(credit.currency);
            first.refunded = Some(credit.amount);
            first.outcome = RowOutcome::Refunded;
        }
        Deed::Sale(sold) => {
            first.currency = Some(sold.report.content.currency);
            first.sold = Some(if sold.report.status == SaleStatus::Cancelled { 0 } else { sold.amounts.total });
            let stated = sold.refunded.map(|amount| amount.unwrap_or(sold.amounts.total));
            first.refunded = stated.into_iter().chain(sold.returned).reduce(i64::saturating_add);
            first.outcome = if known { RowOutcome::Known } else { RowOutcome::Recorded };
        }
    }
    first
}

fn people(run: &Run<'_>, reading: &Reading, piles: &[Pile]) -> Result<Vec<ResultRow>, ImportError> {
    let now = run.book.clock.now();
    let rows: Vec<&Row> = piles.iter().flat_map(|pile| &pile.rows).collect();
    let judged: Vec<_> = rows.iter().map(|row| (row, person(reading, row, now))).collect();
    let keys = |facts: &crate::domain::customer::CustomerFacts| facts.keys.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
    let all: Vec<CustomerKey> =
        judged.iter().filter_map(|(_, person)| person.as_ref().ok()).flat_map(|person| keys(&person.facts)).collect();
    let found = run.book.readers.read(|conn| customers::find_keys(conn, &all))?;
    let known: HashSet<CustomerKey> = found.iter().map(customers::KeyRow::key).collect();
    let mut results = Vec::new();
    for (row, person) in judged {
        match person {
            Ok(person) => {
                let known = person.facts.keys.iter().any(|(key, _)| known.contains(key));
                let outcome = if known { RowOutcome::Known } else { RowOutcome::Filed };
                let mut result = ResultRow::new(run.id, row.number, outcome);
                result.remark(person.notes.first());
                results.push(result);
            }
            Err(faults) => results.extend(refused(run.id, None, std::slice::from_ref(*row), &faults)),
        }
    }
    Ok(results)
}
