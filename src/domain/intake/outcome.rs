//! What became of a file and of each of its rows.

use serde::{Deserialize, Serialize};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// One person a row.
    Customers,
    /// Orders, or their lines, and what went back.
    Orders,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    /// The file is here; nobody has begun.
    Waiting,
    /// Somebody reads or writes; one that was interrupted goes on where it stopped.
    Running,
    /// Every row has its result.
    Done,
    /// The file cannot be read; nothing was written.
    Failed,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowOutcome {
    /// Part of an order that is new.
    Recorded,
    /// A customer who is new.
    Filed,
    /// It was there before, just so.
    Known,
    /// Its order was reported before with other content; nothing changed.
    Differs,
    /// Money that went back, booked on its order.
    Refunded,
    /// Money that went back of an order that nobody has reported yet; booked when that order comes.
    Parked,
    /// Neither sold nor given back: a correction of stock.
    Skipped,
    /// It, or another row of its order, cannot be understood; nothing of the order was written.
    Refused,
}

/// What is wrong with a row, in a person's words: row and column are named beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    /// The row, counted as a spreadsheet does: the header is row 1.
    pub row: u32,
    /// The column's header, when one is at fault.
    pub column: Option<String>,
    /// A stable word for programs.
    pub code: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl RowFault {
    /// A fault in `column` of `row`.
    pub fn new(row: u32, column: Option<&str>, code: &str, message: impl Into<String>) -> Self {
        Self { row, column: column.map(ToOwned::to_owned), code: code.to_owned(), message: message.into() }
    }
}
