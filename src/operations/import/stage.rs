//! Reads a file whole, finds out how it writes things, and sorts it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use jiff::tz::TimeZone;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::request::ImportRequest;
use super::spool::Spool;
use crate::db::terms::Program;
use crate::domain::intake::amount::{DecimalSign, DecimalVotes};
use crate::domain::intake::columns::Mapping;
use crate::domain::intake::date::{DayOrder, DayVotes};
use crate::domain::intake::order::{Reading, Row};
use crate::domain::intake::{Column, ImportKind};
use crate::files::{self, FileFault, RowSink};

/// Rows that are looked at before it is decided how the file writes numbers and days.
const SAMPLE_ROWS: usize = 2_000;

const AMOUNTS: [Column; 9] = [
    Column::UnitPrice,
    Column::LineTotal,
    Column::Total,
    Column::Subtotal,
    Column::Tax,
    Column::Shipping,
    Column::Discount,
    Column::Refunded,
    Column::Quantity,
];

/// A file, read and sorted.
pub(super) struct Staged {
    pub(super) reading: Reading,
    pub(super) spool: Spool,
}

struct Desk<'a> {
    request: &'a ImportRequest,
    reading: Reading,
    waiting: Vec<Row>,
    open: bool,
    spool: Spool,
    seen: HashMap<[u8; 16], u32>,
    /// The order whose lines are being read: its name and its number.
    named: Option<(String, String)>,
}

/// Tells this file, read in this way, from any other.
pub(super) fn fingerprint(file: &mut File, request: &ImportRequest, program: &Program) -> Result<String, FileFault> {
    let fault = |error: &dyn std::fmt::Display| FileFault(format!("the file cannot be read: {error}"));
    let mut hash = Sha256::new();
    hash.update(json!(request).to_string());
    if let Some(current) = program.current() {
        hash.update(&current.terms.timezone);
        hash.update(current.terms.currency.code());
    }
    file.seek(SeekFrom::Start(0)).map_err(|error| fault(&error))?;
    let mut buffer = vec![0_u8; 128 * 1024];
    loop {
        match file.read(&mut buffer).map_err(|error| fault(&error))? {
            0 => return Ok(hex::encode(hash.finalize())),
            count => hash.update(buffer.get(..count).unwrap_or_default()),
        }
    }
}

/// Reads and sorts the file. Nothing is written before all of it was read.
pub(super) fn stage(file: &mut File, request: &ImportRequest, program: &Program) -> Result<Staged, FileFault> {
    let terms = program.current().map(|current| current.terms.clone()).unwrap_or_default();
    let reading = Reading {
        mapping: Mapping::default(),
        decimal: request.decimal.unwrap_or(DecimalSign::Point),
        days: request.dates.unwrap_or(DayOrder::DayFirst),
        zone: TimeZone::get(&terms.timezone).unwrap_or(TimeZone::UTC),
        currency: request.currency.unwrap_or(terms.currency),
        source: request.source.clone(),
        history: request.history,
    };
    let mut desk =
        Desk { request, reading, waiting: Vec::new(), open: false, spool: Spool::new(), seen: HashMap::new(), named: None };
    files::read(file, &request.dialect, &mut desk)?;
    desk.decide()?;
    let Desk { reading, mut spool, .. } = desk;
    spool.sort();
    Ok(Staged { reading, spool })
}

impl Staged {
    /// What was found out about the file, for people to look at.
    pub(super) fn notes(&self) -> Value {
        let columns: serde_json::Map<String, Value> =
            self.reading.mapping.shown().map(|(column, header)| (column.name().to_owned(), json!(header))).collect();
        json!({
            "columns": columns,
            "ignored": self.reading.mapping.ignored(),
            "decimal": self.reading.decimal,
            "dates": self.reading.days,
            "currency": self.reading.currency,
            "timezone": self.reading.zone.iana_name().unwrap_or("UTC"),
        })
    }
}

/// PostgreSQL keeps no NUL, and no table has any business with one.
fn without_nul(number: u32, cells: &[String]) -> Result<(), FileFault> {
    if cells.iter().any(|cell| cell.contains('\0')) {
        return Err(FileFault(format!("row {number} holds a NUL character; export the table again as UTF-8")));
    }
    Ok(())
}

impl RowSink for Desk<'_> {
    fn header(&mut self, cells: Vec<String>) -> Result<(), FileFault> {
        without_nul(1, &cells)?;
        self.reading.mapping = Mapping::of(&cells, self.request.kind, &self.request.columns).map_err(FileFault)?;
        Ok(())
    }

    fn row(&mut self, number: u32, mut cells: Vec<String>) -> Result<(), FileFault> {
        without_nul(number, &cells)?;
        self.number(&mut cells);
        let row = Row { number, cells };
        if self.open {
            return self.keep(&row);
        }
        self.waiting.push(row);
        if self.waiting.len() >= SAMPLE_ROWS { self.decide() } else { Ok(()) }
    }
}

impl Desk<'_> {
    /// Calls the order by its number instead of its name, as the shop's webhooks do: under two keys it would be
    /// two orders.
    fn number(&mut self, cells: &mut [String]) {
        let Some((name, number)) = self.reading.mapping.name_and_number() else { return };
        let text = |place: usize| cells.get(place).map(|cell| cell.trim().to_owned()).filter(|text| !text.is_empty());
        let Some(called) = text(name) else { return };
        // A spreadsheet that wrote 5.8E+12 has forgotten which order it was.
        if let Some(number) = text(number).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit())) {
            self.named = Some((called.clone(), number));
        }
        let known = self.named.as_ref().filter(|(known, _)| *known == called);
        if let (Some((_, number)), Some(cell)) = (known, cells.get_mut(name)) {
            cell.clone_from(number);
        }
    }

    /// Decides from the rows seen so far how the file writes numbers and days, and lets them through.
    fn decide(&mut self) -> Result<(), FileFault> {
        if self.open {
            return Ok(());
        }
        self.open = true;
        let waiting = std::mem::take(&mut self.waiting);
        let (mut amounts, mut days) = (DecimalVotes::default(), DayVotes::default());
        for row in &waiting {
            AMOUNTS.iter().filter_map(|column| self.reading.cell(row, *column)).for_each(|cell| amounts.look(cell));
            let dates = [Column::OccurredAt, Column::PaidAt, Column::FirstOrderAt];
            dates.iter().filter_map(|column| self.reading.cell(row, *column)).for_each(|cell| days.look(cell));
        }
        if self.request.decimal.is_none() {
            self.reading.decimal = amounts.winner().map_err(|said| FileFault(format!("the file {said}")))?;
        }
        if self.request.dates.is_none() {
            let column =
                [Column::OccurredAt, Column::FirstOrderAt].into_iter().find_map(|column| self.reading.mapping.header(column));
            self.reading.days =
                days.winner().map_err(|said| FileFault(format!("the column {:?} {said}", column.unwrap_or("of dates"))))?;
        }
        waiting.iter().try_for_each(|row| self.keep(row))
    }

    fn keep(&mut self, row: &Row) -> Result<(), FileFault> {
        if self.request.kind == ImportKind::Customers {
            return self.spool.add(&format!("row {}", row.number), 1, None, row);
        }
        let at = self.reading.day_of(row).map(crate::domain::instant::Instant::micros);
        if let Some(number) = self.reading.cell(row, Column::OrderId) {
            return self.spool.add(&format!("order {number}"), 1, at, row);
        }
        let key = self.reading.derived_key(row);
        let copy = self.spool.copies(&mut self.seen, &key);
        self.spool.add(&format!("{key} {copy}"), copy, at, row)
    }
}
