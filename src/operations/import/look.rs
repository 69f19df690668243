//! A look at an uploaded file as people look at it: its columns, what each is taken for, and its first rows.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::request::ImportRequest;
use super::run::{ImportError, collect};
use crate::db::imports::ImportRow;
use crate::domain::intake::columns::Mapping;
use crate::files::{self, FileFault, RowSink};
use crate::operations::books::Book;

/// Rows that are enough to recognise one's own table.
const ROWS: usize = 5;

/// What is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The first row.
    pub headers: Vec<String>,
    /// The next few, with their numbers.
    pub rows: Vec<(u32, Vec<String>)>,
    /// What each column is taken for.
    pub mapping: Mapping,
}

#[derive(Default)]
struct Eye {
    headers: Vec<String>,
    rows: Vec<(u32, Vec<String>)>,
}

impl RowSink for Eye {
    fn header(&mut self, cells: Vec<String>) -> Result<(), FileFault> {
        self.headers = cells;
        Ok(())
    }

    fn row(&mut self, number: u32, cells: Vec<String>) -> Result<(), FileFault> {
        self.rows.push((number, cells));
        if self.rows.len() < ROWS { Ok(()) } else { Err(FileFault("enough was seen".to_owned())) }
    }
}

/// Looks at the kept bytes of `row`.
///
/// # Errors
/// When not even the first row can be read, or the ledger cannot.
pub fn look_at(book: &Book, row: &ImportRow) -> Result<Look, ImportError> {
    let request: ImportRequest = serde_json::from_value(row.request.0.clone())
        .map_err(|error| FileFault(format!("what was asked for cannot be read: {error}")))?;
    let mut file = collect(book, row.id)?;
    let mut eye = Eye::default();
    // What breaks the reader is told like any other fault.
    let read = catch_unwind(AssertUnwindSafe(|| files::read(&mut file, &request.dialect, &mut eye)));
    let read = read.unwrap_or_else(|_| Err(FileFault("the file broke its reader; save it as CSV and send it again".to_owned())));
    if eye.headers.is_empty() {
        read?;
    }
    let mapping = Mapping::guess(&eye.headers, request.kind, &request.columns).unwrap_or_default();
    Ok(Look { headers: eye.headers, rows: eye.rows, mapping })
}
