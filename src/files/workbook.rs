//! Workbooks (.xlsx): every part is unpacked once and counted before anything is built from it.

use std::fs::File;
use std::io::BufReader;

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use super::bounded::Limited;
use super::sheet::{Dialect, RowSink};
use super::{COLUMNS_MAX, FileFault, ROW_BYTES_MAX, ROWS_MAX, UNPACKED_MAX, fault};

/// Parts of a workbook; a real one has a few per sheet.
const PARTS_MAX: usize = 10_000;

/// Texts, styles and the like are held in memory whole, unlike the rows of a sheet.
const HELD_MAX: u64 = 48 * 1024 * 1024;

/// Different texts of a workbook; as many of the shortest fill [`HELD_MAX`].
const TEXTS_MAX: u64 = 4_000_000;

/// Where a workbook says how many there are.
const COUNT: &str = "uniqueCount";

/// More than such a claim is long.
const CLAIM_BYTES: usize = 256;

const SAVE_AGAIN: &str = "open it and save it again as .xlsx, or as CSV";

pub(super) fn read(file: &mut File, dialect: &Dialect, sink: &mut dyn RowSink) -> Result<(), FileFault> {
    unpack_once(file)?;
    let copy = file.try_clone().map_err(|error| fault(error.to_string()))?;
    let mut book: Xlsx<_> = Xlsx::new(BufReader::new(copy)).map_err(|error| damaged(&error.to_string()))?;
    let names = book.sheet_names();
    let name = match &dialect.sheet {
        Some(wanted) if names.contains(wanted) => wanted.clone(),
        Some(wanted) => return Err(fault(format!("there is no sheet {wanted:?}; the workbook has {}", names.join(", ")))),
        None => names.first().cloned().ok_or_else(|| fault("the workbook has no sheet"))?,
    };
    let mut cells = book.worksheet_cells_reader(&name).map_err(|error| damaged(&error.to_string()))?;
    let mut rows = Rows { sink, width: 0, number: 0, bytes: 0, cells: Vec::new() };
    while let Some(cell) = cells.next_cell().map_err(|error| damaged(&error.to_string()))? {
        let (row, column) = cell.get_position();
        rows.take(row, column, shown(cell.get_value()))?;
    }
    rows.give()?;
    if rows.width == 0 { Err(fault(format!("the sheet {name:?} is empty"))) } else { Ok(()) }
}

/// Unpacks every part to nowhere: sizes and checksums that a file states about itself prove nothing.
fn unpack_once(file: &mut File) -> Result<(), FileFault> {
    let copy = file.try_clone().map_err(|error| fault(error.to_string()))?;
    let mut archive = zip::ZipArchive::new(BufReader::new(copy)).map_err(|error| damaged(&error.to_string()))?;
    if archive.len() > PARTS_MAX {
        return Err(fault("the workbook has more parts than any real one"));
    }
    let mut left = UNPACKED_MAX;
    for place in 0..archive.len() {
        let mut part = archive.by_index(place).map_err(|error| damaged(&error.to_string()))?;
        let name = part.name().map_err(|error| damaged(&error.to_string()))?.to_ascii_lowercase();
        if !name.ends_with(".xml") && !name.ends_with(".rels") {
            continue;
        }
        let held = !name.contains("worksheets/") || name.ends_with(".rels");
        let most = if held { HELD_MAX.min(left) } else { left };
        let mut scout = Scout::default();
        let count = std::io::copy(&mut Limited::new(&mut part, most), &mut scout).map_err(|error| damaged(&error.to_string()))?;
        if held && scout.boasts {
            return Err(fault(format!("the workbook claims more texts than it can hold; {SAVE_AGAIN}")));
        }
        left = left.saturating_sub(count);
    }
    Ok(())
}

/// Takes the bytes of a part and looks whether it claims more texts than [`TEXTS_MAX`]: room for as many
/// would be made before the first is read, and a lie would take all memory there is.
#[derive(Default)]
struct Scout {
    tail: Vec<u8>,
    boasts: bool,
}

impl std::io::Write for Scout {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // Zeros stand between the letters of UTF-16.
        self.tail.extend(bytes.iter().filter(|byte| **byte != 0));
        let text = String::from_utf8_lossy(&self.tail);
        for (place, name) in text.match_indices(COUNT) {
            let after = text.get(place + name.len()..).unwrap_or_default();
            let value = after.trim_start_matches([' ', '\t', '\n', '\r', '=', '"', '\'']);
            let digits = value.chars().take_while(char::is_ascii_digit).count();
            let claim: u64 = value.get(..digits).and_then(|digits| digits.parse().ok()).unwrap_or(u64::MAX);
            // Nobody but a forger puts that much room before the number.
            let spread = after.len() - value.len() > CLAIM_BYTES / 4;
            self.boasts |= spread || (digits > 0 && claim > TEXTS_MAX);
        }
        // A claim may lie across two pieces.
        let keep = self.tail.len().saturating_sub(CLAIM_BYTES);
        self.tail.drain(..keep);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn damaged(error: &str) -> FileFault {
    if error.contains("more than the service reads") {
        return fault("the workbook unpacks to more than the service reads; split it, or save it as CSV");
    }
    fault(format!("the workbook is damaged or not an .xlsx file ({error}); {SAVE_AGAIN}"))
}

/// Cells on their way into rows.
struct Rows<'a> {
    sink: &'a mut dyn RowSink,
    width: usize,
    number: u32,
    bytes: usize,
    cells: Vec<String>,
}

impl Rows<'_> {
    fn take(&mut self, row: u32, column: u32, text: String) -> Result<(), FileFault> {
        let number = row.saturating_add(1);
        if number != self.number {
            self.give()?;
            if number < self.number || number > ROWS_MAX {
                return Err(fault(format!("the rows of the sheet are out of order at row {number}; {SAVE_AGAIN}")));
            }
            self.number = number;
        }
        if text.is_empty() {
            return Ok(());
        }
        let place = usize::try_from(column).unwrap_or(usize::MAX);
        if place >= COLUMNS_MAX {
            return Err(fault(format!("row {number} has more than {COLUMNS_MAX} columns")));
        }
        self.bytes += text.len();
        if self.bytes > ROW_BYTES_MAX {
            return Err(fault(format!("row {number} is longer than {} KiB", ROW_BYTES_MAX / 1024)));
        }
        if self.cells.len() <= place {
            self.cells.resize(place + 1, String::new());
        }
        if let Some(cell) = self.cells.get_mut(place) {
            *cell = text;
        }
        Ok(())
    }

    /// Gives the row that is complete; sheets leave out empty cells, also at the end.
    fn give(&mut self) -> Result<(), FileFault> {
        self.bytes = 0;
        let mut cells = std::mem::take(&mut self.cells);
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        if self.width == 0 {
            self.width = cells.len();
            return self.sink.header(cells);
        }
        if cells.len() < self.width {
            cells.resize(self.width, String::new());
        }
        self.sink.row(self.number, cells)
    }
}

/// A cell as its text: numbers with a point and without noise, days as `2025-12-31 14:30:00`.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => decimal(*number),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(at) => moment(at),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// Fifteen digits, as Excel shows: a binary fraction's noise is none of the amount.
fn decimal(number: f64) -> String {
    Decimal::from_f64(number).map_or_else(|| number.to_string(), |value| value.normalize().to_string())
}

fn moment(at: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    if at.is_duration() || year < 1900 {
        return format!("{hour:02}:{minute:02}:{second:02}");
    }
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}
