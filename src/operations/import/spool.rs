//! The rows of a file on their way from the order of the file to the order of their dates: in memory
//! while they are few, else in a file without a name. Only places are kept in memory, some 100 bytes a row.

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};
use tempfile::SpooledTempFile;

use crate::domain::intake::order::Row;
use crate::files::FileFault;

/// Files up to this size never touch the disk.
const IN_MEMORY: usize = 8 * 1024 * 1024;

/// Where there is no next row.
const END: u32 = u32::MAX;

/// What belongs together: the rows of one order, or one customer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    /// The earliest date of its rows, microseconds; those without come first.
    at: i64,
    /// Its first row in the file.
    first_row: u32,
    /// How many equal rows without an order number came before.
    pub(super) copy: u32,
    head: u32,
    tail: u32,
    /// How many rows.
    pub(super) rows: u32,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    row: u32,
    offset: u64,
    length: u32,
    next: u32,
}

/// All rows of a file.
pub(super) struct Spool {
    file: SpooledTempFile,
    end: u64,
    places: Vec<Place>,
    pub(super) units: Vec<Unit>,
    by_key: HashMap<[u8; 16], u32>,
}

impl Spool {
    pub(super) fn new() -> Self {
        Self { file: SpooledTempFile::new(IN_MEMORY), end: 0, places: Vec::new(), units: Vec::new(), by_key: HashMap::new() }
    }

    /// Adds a row to the unit called `key`, which it may be the first of.
    pub(super) fn add(&mut self, key: &str, copy: u32, at: Option<i64>, row: &Row) -> Result<(), FileFault> {
        let bytes = serde_json::to_vec(&row.cells).map_err(|error| FileFault(error.to_string()))?;
        self.file.write_all(&bytes).map_err(|error| FileFault(format!("the rows cannot be kept for sorting: {error}")))?;
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let here = u32::try_from(self.places.len()).unwrap_or(END);
        self.places.push(Place { row: row.number, offset: self.end, length, next: END });
        self.end += u64::from(length);
        let at = at.unwrap_or(i64::MIN);
        let next_unit = u32::try_from(self.units.len()).unwrap_or(END);
        let unit = *self.by_key.entry(digest(key)).or_insert(next_unit);
        if unit == next_unit {
            self.units.push(Unit { at, first_row: row.number, copy, head: here, tail: here, rows: 1 });
            return Ok(());
        }
        if let Some(unit) = self.units.get_mut(index(unit)) {
            if let Some(last) = self.places.get_mut(index(unit.tail)) {
                last.next = here;
            }
            unit.tail = here;
            unit.rows += 1;
            // A follow-up row of an order may leave the date out.
            unit.at = if unit.at == i64::MIN {
                at
            } else if at == i64::MIN {
                unit.at
            } else {
                unit.at.min(at)
            };
        }
        Ok(())
    }

    /// How many rows came before that equal this key; counts it.
    pub(super) fn copies(&mut self, seen: &mut HashMap<[u8; 16], u32>, key: &str) -> u32 {
        let count = seen.entry(digest(key)).or_insert(0);
        *count += 1;
        *count
    }

    /// Sorts by date, then by place in the file; the keys are needed no more.
    pub(super) fn sort(&mut self) {
        self.by_key = HashMap::new();
        self.units.sort_unstable_by_key(|unit| (unit.at, unit.first_row));
    }

    /// How many rows there are.
    pub(super) const fn rows(&self) -> usize {
        self.places.len()
    }

    /// The rows of a unit, in the order of the file.
    pub(super) fn read(&mut self, unit: Unit) -> Result<Vec<Row>, FileFault> {
        let mut rows = Vec::new();
        let mut next = unit.head;
        while let Some(place) = self.places.get(index(next)).copied() {
            let mut bytes = vec![0; index(place.length)];
            let mut fill = || {
                self.file.seek(SeekFrom::Start(place.offset))?;
                self.file.read_exact(&mut bytes)
            };
            fill().map_err(|error| FileFault(format!("the sorted rows cannot be read again: {error}")))?;
            let cells = serde_json::from_slice(&bytes).map_err(|error| FileFault(error.to_string()))?;
            rows.push(Row { number: place.row, cells });
            next = place.next;
        }
        Ok(rows)
    }
}

fn index(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

fn digest(key: &str) -> [u8; 16] {
    let mut short = [0; 16];
    let whole = Sha256::digest(key.as_bytes());
    short.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
    short
}
