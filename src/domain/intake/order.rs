//! The rows of one order, taken together: a sale, money that went back, or neither.

use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::amount::DecimalSign;
use super::columns::{Column, Mapping};
use super::customer;
use super::date::{DayOrder, instant};
use super::order_money::{Figures, figures};
use super::outcome::RowFault;
use crate::domain::customer::{CustomerFacts, CustomerKey, Metadata};
use crate::domain::field::{FieldError, not_ahead, short_text};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::sale::{Amounts, Hint, LINES_STORED_MAX, OrderKey, SaleContent, SaleReport, SaleStatus};

/// Codes in one order; a checkout takes one or two.
const CODES_MAX: usize = 20;

/// How the cells of a file are to be read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Which column means what.
    pub mapping: Mapping,
    /// The file's decimal sign.
    pub decimal: DecimalSign,
    /// The file's order of days and months.
    pub days: DayOrder,
    /// The program's zone, for days without an offset.
    pub zone: TimeZone,
    /// The currency of rows that name none.
    pub currency: Currency,
    /// The storefront of the orders and customer numbers.
    pub source: String,
    /// Whether the orders are of the past.
    pub history: bool,
}

/// A row of a file: its number as a spreadsheet counts, and its cells.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Row {
    /// The header is row 1.
    pub number: u32,
    /// The cells as they stand.
    pub cells: Vec<String>,
}

/// What the rows of one order number come to.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// An order, with what the file says went back of it.
    Sale(Box<Sold>),
    /// A credit note or cancellation.
    Credit(Box<Credit>),
    /// Less than nothing of things that cost nothing: a correction of stock, no business.
    StockCorrection,
}

/// An order of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Sold {
    /// The report.
    pub report: SaleReport,
    /// What it comes to.
    pub amounts: Amounts,
    /// What went back so far in all, minor units, gross; `None` inside: everything.
    pub refunded: Option<Option<i64>>,
    /// What the order's own negative rows give back, minor units.
    pub returned: Option<i64>,
}

/// Money that went back.
#[derive(Debug, Clone, PartialEq)]
pub struct Credit {
    /// Of which order: the one it names, else one of its own number that nobody knows.
    pub order: OrderKey,
    /// The credit note's number.
    pub refund_id: String,
    /// How much, gross, minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: Currency,
    /// To whom.
    pub customer: Option<CustomerFacts>,
}

/// A deed with what its rows should be told besides.
#[derive(Debug, Clone, PartialEq)]
pub struct Assembled {
    /// What it is.
    pub deed: Deed,
    /// Cells that were left out, with the reason; the order stands nevertheless.
    pub notes: Vec<RowFault>,
}

/// Collects the faults of the rows of one order.
pub(super) struct Judge<'a> {
    pub(super) reading: &'a Reading,
    pub(super) faults: Vec<RowFault>,
    pub(super) notes: Vec<RowFault>,
}

impl Judge<'_> {
    pub(super) fn fault(&mut self, row: u32, column: Column, code: &str, message: impl Into<String>) {
        self.faults.push(RowFault::new(row, self.reading.mapping.header(column), code, message));
    }

    pub(super) fn note(&mut self, row: u32, column: Column, code: &str, message: impl Into<String>) {
        self.notes.push(RowFault::new(row, self.reading.mapping.header(column), code, message));
    }
}

impl Reading {
    /// A cell, none where it is blank.
    #[must_use]
    pub fn cell<'a>(&self, row: &'a Row, column: Column) -> Option<&'a str> {
        self.mapping.cell(&row.cells, column)
    }

    /// When the order of this row was made; `None` where the cell is blank or no date.
    #[must_use]
    pub fn day_of(&self, row: &Row) -> Option<Instant> {
        let text = self.cell(row, Column::OccurredAt)?;
        instant(text, self.cell(row, Column::Time), self.days, &self.zone).ok()
    }

    /// A stable number for a row that has none: whoever, when, what and how much.
    #[must_use]
    pub fn derived_key(&self, row: &Row) -> String {
        let mut hash = Sha256::new();
        for column in Column::ALL {
            let text = self.cell(row, column).unwrap_or_default().trim();
            hash.update(column.name());
            hash.update([0]);
            hash.update(text);
            hash.update([0]);
        }
        let digest = hex::encode(hash.finalize());
        format!("auto-{}", digest.get(..20).unwrap_or_default())
    }
}

/// Takes the rows of the order called `number` together, as they were known at `now`.
///
/// # Errors
/// Every fault of every row; the order is then left out as a whole.
pub fn assemble(reading: &Reading, number: &str, rows: &[Row], now: Instant) -> Result<Assembled, Vec<RowFault>> {
    let mut judge = Judge { reading, faults: Vec::new(), notes: Vec::new() };
    let Some(first) = rows.first() else { return Err(Vec::new()) };
    let width = reading.mapping.width();
    for row in rows.iter().filter(|row| row.cells.len() != width) {
        let message = format!(
            "has {} cells, the header has {width}; put cells that hold the delimiter or a line break into quotes",
            row.cells.len()
        );
        judge.faults.push(RowFault::new(row.number, None, "cell_count", message));
    }
    if !judge.faults.is_empty() {
        return Err(judge.faults);
    }
    named(&mut judge, first.number, Column::OrderId, short_text("", number));
    if rows.len() > LINES_STORED_MAX {
        judge.fault(
            first.number,
            Column::OrderId,
            "too_many",
            format!("stands on more than {LINES_STORED_MAX} rows; is this the order number?"),
        );
    }
    let occurred = occurred(&mut judge, rows, now);
    let customer = customer::of_rows(&mut judge, rows);
    let figures = figures(&mut judge, rows);
    let state = state(&mut judge, rows);
    let (Some(occurred), Some(figures), true) = (occurred, figures, judge.faults.is_empty()) else { return Err(judge.faults) };
    if figures.is_nothing() {
        return Ok(Assembled { deed: Deed::StockCorrection, notes: judge.notes });
    }
    let deed = match figures.only_returns() {
        Some(amount) => Some(credit(reading, number, rows, amount, figures.currency, customer)),
        None => sale(&mut judge, number, rows, figures, Known { occurred, customer, state }),
    };
    match deed {
        Some(deed) if judge.faults.is_empty() => Ok(Assembled { deed, notes: judge.notes }),
        _ => Err(judge.faults),
    }
}

/// Turns a fault of the law into one of this cell.
fn named(judge: &mut Judge<'_>, row: u32, column: Column, checked: Result<(), FieldError>) {
    if let Err(fault) = checked {
        judge.fault(row, column, &fault.code, fault.message);
    }
}

fn occurred(judge: &mut Judge<'_>, rows: &[Row], now: Instant) -> Option<Instant> {
    let reading = judge.reading;
    let mut earliest: Option<Instant> = None;
    for row in rows {
        let Some(text) = reading.cell(row, Column::OccurredAt) else { continue };
        match instant(text, reading.cell(row, Column::Time), reading.days, &reading.zone) {
            Ok(at) => {
                named(judge, row.number, Column::OccurredAt, not_ahead("", at, now));
                earliest = Some(earliest.map_or(at, |known| known.min(at)));
            }
            Err(fault) => judge.fault(row.number, Column::OccurredAt, "invalid_date", fault),
        }
    }
    if let (None, Some(first), true) = (earliest, rows.first(), judge.faults.is_empty()) {
        judge.fault(first.number, Column::OccurredAt, "missing", "is empty; every order needs its date");
    }
    earliest
}

/// How far the order is, and whether all of it went back.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    status: Option<SaleStatus>,
    refunded: bool,
}

fn state(judge: &mut Judge<'_>, rows: &[Row]) -> State {
    let reading = judge.reading;
    let mut state = State::default();
    if let Some((row, text)) = rows.iter().find_map(|row| Some((row.number, reading.cell(row, Column::Status)?))) {
        match status(text) {
            Some((status, refunded)) => state = State { status: Some(status), refunded },
            None => judge.fault(
                row,
                Column::Status,
                "unknown_status",
                "is none of paid, completed, processing, pending, cancelled, refunded and their German names; mend it or leave the column out with --column status=",
            ),
        }
    }
    if rows.iter().any(|row| reading.cell(row, Column::CancelledAt).is_some()) {
        state.status = Some(SaleStatus::Cancelled);
    }
    state
}

/// What shops call the states of an order; the second says that all of it was given back.
fn status(text: &str) -> Option<(SaleStatus, bool)> {
    let folded = super::columns::fold(text);
    Some(match folded.strip_prefix("wc").unwrap_or(&folded) {
        "paid" | "completed" | "complete" | "processing" | "fulfilled" | "shipped" | "delivered" | "closed" | "done"
        | "success" | "bezahlt" | "abgeschlossen" | "inbearbeitung" | "versandt" | "versendet" | "geliefert" | "erledigt"
        | "fertiggestellt" | "partiallyrefunded" | "teilweiseerstattet" => (SaleStatus::Paid, false),
        "refunded" | "erstattet" | "rueckerstattet" => (SaleStatus::Paid, true),
        "pending" | "pendingpayment" | "onhold" | "open" | "unpaid" | "authorized" | "partiallypaid" | "new" | "draft"
        | "checkoutdraft" | "offen" | "ausstehend" | "inwartestellung" | "zahlungausstehend" | "unbezahlt" | "neu" => {
            (SaleStatus::Placed, false)
        }
        "cancelled" | "canceled" | "failed" | "void" | "voided" | "expired" | "trash" | "storniert" | "abgebrochen"
        | "fehlgeschlagen" => (SaleStatus::Cancelled, false),
        _ => return None,
    })
}

fn credit(
    reading: &Reading,
    number: &str,
    rows: &[Row],
    amount: i64,
    currency: Currency,
    customer: Option<CustomerFacts>,
) -> Deed {
    let named = rows.iter().find_map(|row| reading.cell(row, Column::RefundOf));
    let order = OrderKey { source: reading.source.clone(), order_id: named.unwrap_or(number).to_owned() };
    Deed::Credit(Box::new(Credit { order, refund_id: number.to_owned(), amount, currency, customer }))
}

struct Known {
    occurred: Instant,
    customer: Option<CustomerFacts>,
    state: State,
}

fn sale(judge: &mut Judge<'_>, number: &str, rows: &[Row], figures: Figures, known: Known) -> Option<Deed> {
    let reading = judge.reading;
    let first = rows.first()?.number;
    let codes = codes(judge, rows);
    let paid_at = paid_at(judge, rows);
    let referred_by = hint(reading, rows);
    let Figures { currency, refunded, returned, .. } = figures;
    let content = figures.content(known.occurred, codes);
    let amounts = match content.amounts() {
        Ok(amounts) => amounts,
        Err(fault) => {
            let column = column_of(&fault.pointer, &reading.mapping);
            judge.fault(first, column, &fault.code, fault.message);
            return None;
        }
    };
    let status = known.state.status.unwrap_or(SaleStatus::Paid);
    let report = SaleReport {
        order: OrderKey { source: reading.source.clone(), order_id: number.to_owned() },
        version: 0,
        status,
        paid_at: paid_at.filter(|_| status == SaleStatus::Paid),
        customer: known.customer,
        referred_by,
        history: reading.history,
        metadata: Metadata::new(),
        signals: Vec::new(),
        content: SaleContent { currency, ..content },
    };
    let refunded = if known.state.refunded { Some(None) } else { refunded.map(Some) };
    Some(Deed::Sale(Box::new(Sold { report, amounts, refunded, returned })))
}

/// The column that a fault of the whole content is best shown at.
fn column_of(pointer: &str, mapping: &Mapping) -> Column {
    let of_lines = [Column::UnitPrice, Column::LineTotal, Column::Total, Column::Subtotal];
    let shown = match pointer.trim_start_matches('/').split('/').next().unwrap_or_default() {
        "discount" => Column::Discount,
        "tax" => Column::Tax,
        "shipping" => Column::Shipping,
        "total" => Column::Total,
        "subtotal" => Column::Subtotal,
        _ => of_lines.into_iter().find(|column| mapping.has(*column)).unwrap_or(Column::Total),
    };
    if mapping.has(shown) { shown } else { Column::OrderId }
}

fn codes(judge: &mut Judge<'_>, rows: &[Row]) -> Vec<String> {
    let reading = judge.reading;
    let mut codes: Vec<String> = Vec::new();
    for row in rows {
        let Some(text) = reading.cell(row, Column::Code) else { continue };
        for code in text.split([',', ';', '|', '\n']).map(str::trim).filter(|code| !code.is_empty()) {
            if codes.iter().any(|known| known == code) {
                continue;
            }
            named(judge, row.number, Column::Code, short_text("", code));
            codes.push(code.to_owned());
        }
    }
    if codes.len() > CODES_MAX {
        let row = rows.first().map_or(0, |row| row.number);
        judge.fault(row, Column::Code, "too_many", format!("holds more than {CODES_MAX} codes"));
    }
    codes
}

fn paid_at(judge: &mut Judge<'_>, rows: &[Row]) -> Option<Instant> {
    let reading = judge.reading;
    let (row, text) = rows.iter().find_map(|row| Some((row.number, reading.cell(row, Column::PaidAt)?)))?;
    match instant(text, None, reading.days, &reading.zone) {
        Ok(at) => Some(at),
        Err(fault) => {
            judge.fault(row, Column::PaidAt, "invalid_date", fault);
            None
        }
    }
}

/// An address, else a name, as the buyer's answer to "who sent you?".
fn hint(reading: &Reading, rows: &[Row]) -> Option<Hint> {
    let text = rows.iter().find_map(|row| reading.cell(row, Column::ReferredBy))?;
    let key = CustomerKey::email("", text.trim()).map(Hint::Key);
    key.ok().or_else(|| short_text("", text).ok().map(|()| Hint::Name(text.to_owned())))
}
