//! A slice of orders: those who got money back are filed, the sales recorded, then what went back is
//! booked, each verb in a transaction of its own.

use std::sync::Arc;

use super::refunds::{self, Back};
use super::run::{ImportError, Pile, Run};
use crate::db::import_results::{self, ResultRow};
use crate::db::transact::WriteError;
use crate::db::types::AnyId;
use crate::db::{commissions, imports};
use crate::domain::customer::CustomerFacts;
use crate::domain::id::ImportId;
use crate::domain::intake::order::{Assembled, Deed, Reading, Row, Sold, assemble};
use crate::domain::intake::{Column, RowFault, RowOutcome};
use crate::domain::sale::SaleStatus;
use crate::operations::record_sales::{SaleAnswer, SaleRequest, record_sales};
use crate::operations::resolve_customers::resolve;

/// An order of the file that is to be recorded.
#[derive(Clone)]
struct Entry {
    request: SaleRequest,
    /// The result of its first row, but for what the ledger says; the others repeat its outcome.
    first: ResultRow,
    rows: Vec<u32>,
}

/// A slice, taken apart.
#[derive(Default)]
struct Slice {
    sales: Vec<Entry>,
    backs: Vec<Back>,
    /// Who got money back, by storefront and number of what went back.
    people: Vec<((String, String), CustomerFacts)>,
    /// Results of rows that write nothing.
    results: Vec<ResultRow>,
}

impl ResultRow {
    /// Notes what was found at this row.
    pub(super) fn remark(&mut self, fault: Option<&RowFault>) {
        self.field = fault.and_then(|fault| fault.column.clone());
        self.code = fault.map(|fault| fault.code.clone());
        self.message = fault.map(|fault| fault.message.clone());
    }
}

/// The order number of these rows, derived where they have none.
pub(super) fn number(reading: &Reading, rows: &[Row], copy: u32) -> String {
    let Some(first) = rows.first() else { return String::new() };
    match reading.cell(first, Column::OrderId) {
        Some(number) => number.to_owned(),
        None if copy > 1 => format!("{}-{copy}", reading.derived_key(first)),
        None => reading.derived_key(first),
    }
}

/// The results of rows that were refused together.
pub(super) fn refused(id: ImportId, number: Option<&str>, rows: &[Row], faults: &[RowFault]) -> Vec<ResultRow> {
    let row = |row: &Row| {
        let mut result = ResultRow::new(id, row.number, RowOutcome::Refused);
        result.order_id = number.map(clip);
        result.remark(faults.iter().find(|fault| fault.row == row.number));
        if result.code.is_none()
            && let Some(other) = faults.first()
        {
            result.code = Some("order_refused".to_owned());
            result.message = Some(format!("row {} of the same order is at fault", other.row));
        }
        result
    };
    rows.iter().map(row).collect()
}

/// The result of a row that the ledger could not store.
pub(super) fn poisoned(id: ImportId, row: u32) -> ResultRow {
    let mut result = ResultRow::new(id, row, RowOutcome::Refused);
    result.code = Some("internal".to_owned());
    result.message = Some("could not be stored; the operator finds the cause in the log".to_owned());
    result
}

/// What names an order in the results; one too long to be an order's number is cut.
fn clip(number: &str) -> String {
    number.chars().take(crate::domain::field::TEXT_MAX).filter(|sign| *sign != '\0').collect()
}

/// Writes a slice of orders, and leaves their results.
pub(super) fn write(run: &Run<'_>, reading: &Reading, piles: Vec<Pile>, position: i64) -> Result<(), ImportError> {
    let before = position - i64::try_from(piles.len()).unwrap_or(0);
    let slice = take_apart(run, reading, piles);
    let Slice { sales, backs, people, results } = slice;
    file_people(run, &people)?;
    let (sales, results) = (Arc::new(sales), Arc::new(results));
    let last = if backs.is_empty() { position } else { before };
    match record(run, &sales, &results, last) {
        Err(ImportError::Ledger(WriteError::Failed(fault))) => {
            tracing::error!(fault, "a slice of orders failed and is split");
            for entry in sales.iter() {
                one_by_one(run, entry, before)?;
            }
            record(run, &Arc::default(), &results, last)?;
        }
        written => written?,
    }
    if backs.is_empty() { Ok(()) } else { refunds::write(run, backs, position) }
}

fn take_apart(run: &Run<'_>, reading: &Reading, piles: Vec<Pile>) -> Slice {
    let now = run.book.clock.now();
    let mut slice = Slice::default();
    for Pile { number, rows } in piles {
        match assemble(reading, &number, &rows, now) {
            Ok(Assembled { deed, notes }) => slice.take(run, &number, &rows, deed, &notes),
            Err(faults) => slice.results.extend(refused(run.id, Some(&number), &rows, &faults)),
        }
    }
    slice
}

impl Slice {
    fn take(&mut self, run: &Run<'_>, number: &str, rows: &[Row], deed: Deed, notes: &[RowFault]) {
        let lines: Vec<u32> = rows.iter().map(|row| row.number).collect();
        let Some(line) = lines.first().copied() else { return };
        let mut first = ResultRow::new(run.id, line, RowOutcome::Skipped);
        first.order_id = Some(number.to_owned());
        first.remark(notes.first());
        match deed {
            Deed::StockCorrection => {
                first.code = Some("stock_correction".to_owned());
                first.message = Some("counts down things that cost nothing: neither sold nor given back".to_owned());
                self.results.extend(spread(&first, &lines));
            }
            Deed::Credit(credit) => {
                first.currency = Some(credit.currency);
                first.refunded = Some(credit.amount);
                let number = (credit.order.source.clone(), credit.refund_id.clone());
                self.people.extend(credit.customer.clone().map(|facts| (number, facts)));
                self.backs.push(Back::credit(*credit, first, lines));
            }
            Deed::Sale(sold) => {
                let Sold { report, amounts, refunded, returned } = *sold;
                first.currency = Some(report.content.currency);
                first.sold = Some(if report.status == SaleStatus::Cancelled { 0 } else { amounts.total });
                self.backs.extend(Back::of_sale(&report.order, line, refunded, returned, amounts.total));
                self.sales.push(Entry { request: SaleRequest { report, amounts, actor: run.actor.clone() }, first, rows: lines });
            }
        }
    }
}

/// The first row's result on all rows of the order; only the first carries amounts and remarks.
pub(super) fn spread(first: &ResultRow, rows: &[u32]) -> Vec<ResultRow> {
    let follow = |row: &u32| ResultRow {
        order_id: first.order_id.clone(),
        subject_id: first.subject_id,
        ..ResultRow::new(first.import_id, *row, first.outcome)
    };
    std::iter::once(first.clone()).chain(rows.iter().skip(1).map(follow)).collect()
}

/// Those who got money back may have bought nothing in this file: they are filed nevertheless. Whoever stands beside
/// what is known to have gone back was filed then, and may have been erased since.
fn file_people(run: &Run<'_>, people: &[((String, String), CustomerFacts)]) -> Result<(), ImportError> {
    if people.is_empty() {
        return Ok(());
    }
    let people = Arc::new(people.to_vec());
    run.patiently(|| {
        let people = Arc::clone(&people);
        run.book.writer.write_blocking(move |tx, now| {
            let numbers: Vec<(String, String)> = people.iter().map(|(number, _)| number.clone()).collect();
            let known = commissions::refunds_by_key(tx, &numbers)?;
            let is_new =
                |number: &(String, String)| !known.iter().any(|row| (&row.source, &row.refund_id) == (&number.0, &number.1));
            let news = people.iter().filter(|(number, _)| is_new(number));
            let facts: Vec<Option<&CustomerFacts>> = news.map(|(_, facts)| Some(facts)).collect();
            resolve(tx, now, &facts, &[]).map(|_| true)
        })
    })
}

fn record(run: &Run<'_>, sales: &Arc<Vec<Entry>>, results: &Arc<Vec<ResultRow>>, position: i64) -> Result<(), ImportError> {
    let (id, token) = (run.id, run.token);
    run.patiently(|| {
        let (sales, results) = (Arc::clone(sales), Arc::clone(results));
        run.book.writer.write_blocking(move |tx, now| {
            if !imports::advance(tx, id, token, position)? {
                return Ok(false);
            }
            let requests: Vec<SaleRequest> = sales.iter().map(|entry| entry.request.clone()).collect();
            let answers = if requests.is_empty() { Vec::new() } else { record_sales(tx, now, &requests)? };
            let rows: Vec<ResultRow> =
                sales.iter().zip(&answers).flat_map(|(entry, answer)| spread(&answered(entry, answer), &entry.rows)).collect();
            import_results::insert(tx, &rows)?;
            import_results::insert(tx, &results).map(|()| true)
        })
    })
}

/// One order may poison a slice that the law let through: it is left out, the others stay.
fn one_by_one(run: &Run<'_>, entry: &Entry, position: i64) -> Result<(), ImportError> {
    match record(run, &Arc::new(vec![entry.clone()]), &Arc::default(), position) {
        Err(ImportError::Ledger(WriteError::Failed(_))) => {
            let results: Vec<ResultRow> = entry.rows.iter().map(|row| poisoned(run.id, *row)).collect();
            record(run, &Arc::default(), &Arc::new(results), position)
        }
        written => written,
    }
}

fn answered(entry: &Entry, answer: &SaleAnswer) -> ResultRow {
    let mut row = entry.first.clone();
    let (outcome, id) = match answer {
        SaleAnswer::Created(view) => (RowOutcome::Recorded, view.sale.id),
        SaleAnswer::Known(view) => (RowOutcome::Known, view.sale.id),
        SaleAnswer::Conflict(id, fields) => {
            row.sold = None;
            row.code = Some("sale_differs".to_owned());
            let names = fields.join(", ");
            row.message = Some(format!("this order was reported before and differs in {names}; nothing was changed"));
            (RowOutcome::Differs, *id)
        }
    };
    row.outcome = outcome;
    row.subject_id = Some(AnyId::from_uuid(id.uuid()));
    row
}
