//! Who a row speaks of.

use super::columns::Column;
use super::date::instant;
use super::order::{Judge, Reading, Row};
use super::outcome::RowFault;
use crate::domain::customer::{CustomerFacts, CustomerKey};
use crate::domain::field::{FieldError, not_ahead, short_text};
use crate::domain::instant::Instant;

/// More orders than this are a wrong number, not a good customer.
const ORDERS_MAX: i64 = 1_000_000;

/// Facts about one person, with what was left out of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The facts; with a key at least.
    pub facts: CustomerFacts,
    /// Cells that were left out, with the reason.
    pub notes: Vec<RowFault>,
}

/// Reads one row of a file of customers.
///
/// # Errors
/// Every fault of the row.
pub fn person(reading: &Reading, row: &Row, now: Instant) -> Result<Person, Vec<RowFault>> {
    let mut judge = Judge { reading, faults: Vec::new(), notes: Vec::new() };
    let width = reading.mapping.width();
    if row.cells.len() != width {
        let message = format!(
            "has {} cells, the header has {width}; put cells that hold the delimiter or a line break into quotes",
            row.cells.len()
        );
        return Err(vec![RowFault::new(row.number, None, "cell_count", message)]);
    }
    let mut facts = keys(&mut judge, row);
    if facts.keys.is_empty() && judge.notes.is_empty() {
        let message = "names nobody: a customer number, an e-mail address or a telephone number is needed";
        judge.faults.push(RowFault::new(row.number, None, "key_missing", message));
    } else if facts.keys.is_empty() {
        // With no other key, what would have been left out is the fault.
        judge.faults.append(&mut judge.notes);
    }
    if let Some(text) = reading.cell(row, Column::FirstOrderAt) {
        match instant(text, None, reading.days, &reading.zone)
            .map_err(ToOwned::to_owned)
            .and_then(|at| not_ahead("", at, now).map(|()| at).map_err(|fault| fault.message))
        {
            Ok(at) => facts.first_order_at = Some(at),
            Err(fault) => judge.fault(row.number, Column::FirstOrderAt, "invalid_date", fault),
        }
    }
    if let Some(text) = reading.cell(row, Column::OrdersBefore) {
        match text.trim().parse::<i64>() {
            Ok(count) if (0..=ORDERS_MAX).contains(&count) => facts.orders_before = Some(count),
            _ => judge.fault(
                row.number,
                Column::OrdersBefore,
                "out_of_range",
                format!("must be a whole number up to {ORDERS_MAX}"),
            ),
        }
    }
    if judge.faults.is_empty() { Ok(Person { facts, notes: judge.notes }) } else { Err(judge.faults) }
}

/// Who bought, from the first rows of the order that say so; a row that names another customer is a fault.
pub(super) fn of_rows(judge: &mut Judge<'_>, rows: &[Row]) -> Option<CustomerFacts> {
    let reading = judge.reading;
    for column in [Column::CustomerId, Column::Email] {
        let mut named = rows.iter().filter_map(|row| Some((row.number, reading.cell(row, column)?)));
        let Some((first_row, first)) = named.next() else { continue };
        if let Some((row, _)) = named.find(|(_, other)| *other != first) {
            let message = format!("names another customer than row {first_row} of the same order");
            judge.fault(row, column, "differs", message);
        }
    }
    let facts = rows.iter().map(|row| keys(judge, row)).find(|facts| !facts.keys.is_empty());
    facts.filter(|_| judge.faults.is_empty())
}

/// The keys and the name of a row. What is no key is left out and noted: an order does not fail for
/// a misspelt address.
fn keys(judge: &mut Judge<'_>, row: &Row) -> CustomerFacts {
    let reading = judge.reading;
    let mut facts = CustomerFacts::default();
    let mut take = |judge: &mut Judge<'_>, column: Column, parse: &dyn Fn(&str) -> Result<CustomerKey, FieldError>| {
        let Some(text) = reading.cell(row, column) else { return };
        let text = if column == Column::CustomerId { text } else { text.trim() };
        match parse(text) {
            Ok(key) => facts.keys.push((key, text.to_owned())),
            Err(fault) => judge.note(row.number, column, &fault.code, format!("{}; it was left out", fault.message)),
        }
    };
    take(judge, Column::CustomerId, &|text| CustomerKey::external_id("", &reading.source, text));
    take(judge, Column::Email, &|text| CustomerKey::email("", text));
    take(judge, Column::Phone, &|text| CustomerKey::phone("", text));
    let whole = reading.cell(row, Column::Name).map(ToOwned::to_owned);
    let parts = [Column::FirstName, Column::LastName].map(|column| reading.cell(row, column).map(str::trim).unwrap_or_default());
    let name = whole.unwrap_or_else(|| parts.join(" ").trim().to_owned());
    if !name.is_empty() {
        match short_text("", &name) {
            Ok(()) => facts.name = Some(name),
            Err(fault) => judge.note(row.number, Column::Name, &fault.code, format!("{}; it was left out", fault.message)),
        }
    }
    facts
}
