//! The reading desk: tables in files from elsewhere, CSV or a workbook, row by row, with a bound on
//! everything that a file can claim about itself.

mod bounded;
mod sheet;
mod survey;
mod text;
mod workbook;

pub use sheet::{Dialect, RowSink, read};

/// Why a file cannot be read: a sentence for its owner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FileFault(pub String);

/// The most rows of one file: a worksheet has as many.
pub const ROWS_MAX: u32 = 1_048_576;

/// The most columns; beyond them a wrong delimiter is surer than a table.
pub const COLUMNS_MAX: usize = 512;

/// The longest row, in bytes. A quote that was never closed makes one row of the rest of the file.
pub const ROW_BYTES_MAX: usize = 1024 * 1024;

/// The most bytes that a compressed file may hold, unpacked.
pub const UNPACKED_MAX: u64 = 2 * 1024 * 1024 * 1024;

fn fault(text: impl Into<String>) -> FileFault {
    FileFault(text.into())
}
