//! One table, whatever it is written in.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::{FileFault, fault, text, workbook};

/// What the reader of a file knows better than a guess.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dialect {
    /// What stands between cells, one ASCII sign.
    pub delimiter: Option<u8>,
    /// A name of the WHATWG list, such as `windows-1252`.
    pub encoding: Option<String>,
    /// The worksheet; the first unless named.
    pub sheet: Option<String>,
}

/// Who takes the rows. An error ends the reading.
pub trait RowSink {
    /// The first row.
    ///
    /// # Errors
    /// When the columns are not those that are wanted.
    fn header(&mut self, cells: Vec<String>) -> Result<(), FileFault>;

    /// A later row that is not blank; `number` counts from 1 at the header, as spreadsheets do.
    ///
    /// # Errors
    /// When no more can be taken.
    fn row(&mut self, number: u32, cells: Vec<String>) -> Result<(), FileFault>;
}

/// Reads the table in `file` from its start: CSV, CSV packed with gzip, or a workbook (.xlsx).
///
/// # Errors
/// What is wrong with the file and how to mend it; the sink may have been given rows by then.
pub fn read(file: &mut File, dialect: &Dialect, sink: &mut dyn RowSink) -> Result<(), FileFault> {
    let mut magic = Vec::new();
    let mut start = || -> std::io::Result<()> {
        file.seek(SeekFrom::Start(0))?;
        file.by_ref().take(8).read_to_end(&mut magic)?;
        file.seek(SeekFrom::Start(0)).map(drop)
    };
    start().map_err(|error| fault(format!("the file cannot be read: {error}")))?;
    match magic.as_slice() {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => workbook::read(file, dialect, sink),
        [0x1f, 0x8b, ..] => text::read(file, true, dialect, sink),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            Err(fault("this is an old Excel file (.xls) or one with a password; save it as .xlsx without a password, or as CSV"))
        }
        [b'%', b'P', b'D', b'F', ..] => Err(fault("this is a PDF; export the table as CSV or .xlsx")),
        _ => text::read(file, false, dialect, sink),
    }
}
