//! The teller: turns approved payouts into the files that banks and payment houses read, and reads what
//! they answer. Pure: orders in, bytes out; nothing here opens a file or a socket.
//!
//! Adding a rail is one file with one function of the shape [`Write`], and one line in [`FORMATS`].

mod cheque;
mod generic;
mod nacha;
mod paypal;
mod sepa;
pub mod status;
mod store_credit;
mod wise;
pub mod words;

use std::io::{Cursor, Write as _};

use rust_decimal::Decimal;
use thiserror::Error;
use zip::write::SimpleFileOptions;

use crate::domain::field::FieldError;
use crate::domain::id::PayoutId;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payer::REFERENCE;
use crate::domain::payout::Rail;

pub use crate::domain::payment::{Order, Run};

/// A file to hand over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFile {
    /// How it may be called: letters, digits and hyphens, and an ending.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Why no file can be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unwritten {
    /// The batch has no payout for this format.
    #[error("no payout of this batch goes this way")]
    Nothing,
    /// The shop has not said what this format must know of it: the fields of the payer.
    #[error("the payer is not complete")]
    PayerIncomplete(Vec<FieldError>),
    /// A payout does not fit the format.
    #[error("payout {0} {1}")]
    Order(PayoutId, &'static str),
    /// All payouts together do not fit the format.
    #[error("the batch {0}")]
    Batch(&'static str),
    /// A fault of this program.
    #[error("the file could not be made: {0}")]
    Fault(String),
}

/// Writes the files of a run; all its orders are of the format's rail.
pub type Write = fn(&Run<'_>) -> Result<Vec<PaymentFile>, Unwritten>;

/// A kind of payment file.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The word in addresses.
    pub name: &'static str,
    /// The rail whose payouts it takes; none for one that takes every rail's.
    pub rail: Option<Rail>,
    write: Write,
}

/// Every kind of payment file.
pub const FORMATS: [Format; 7] = [
    Format { name: "sepa", rail: Some(Rail::Sepa), write: sepa::write },
    Format { name: "ach", rail: Some(Rail::Ach), write: nacha::write },
    Format { name: "paypal", rail: Some(Rail::Paypal), write: paypal::write },
    Format { name: "wise", rail: Some(Rail::Wise), write: wise::write },
    Format { name: "manual", rail: Some(Rail::Manual), write: cheque::write },
    Format { name: "store_credit", rail: Some(Rail::StoreCredit), write: store_credit::write },
    Format { name: "csv", rail: None, write: generic::write },
];

impl Format {
    /// The format that `name` spells.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        FORMATS.into_iter().find(|format| format.name == name)
    }

    /// Whether the format takes payouts of `rail`.
    #[must_use]
    pub fn takes(self, rail: Rail) -> bool {
        rail != Rail::Offset && self.rail.is_none_or(|own| own == rail)
    }

    /// Writes `run` as one file: several are packed as an archive, for one download carries one file.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_one(self, run: &Run<'_>) -> Result<PaymentFile, Unwritten> {
        let mut files = self.write(run)?;
        match files.len() {
            0 | 1 => files.pop().ok_or(Unwritten::Nothing),
            _ => packed(self.name, run, files),
        }
    }

    /// Writes the files of `run`, whose orders must be of rails the format takes.
    ///
    /// # Errors
    /// Says what is missing or does not fit; then there is no file at all.
    pub fn write(self, run: &Run<'_>) -> Result<Vec<PaymentFile>, Unwritten> {
        if run.orders.is_empty() {
            return Err(Unwritten::Nothing);
        }
        for order in run.orders {
            let rail = order.details.rail();
            if !self.takes(rail) {
                return Err(Unwritten::Order(order.payout_id, "goes another way"));
            }
            if !rail.carries(order.amount, order.currency) {
                return Err(Unwritten::Order(order.payout_id, "is more, less or in another currency than this way carries"));
            }
        }
        (self.write)(run)
    }
}

impl Run<'_> {
    /// What the recipient reads on his statement.
    fn reference(&self) -> String {
        let month = self.approved_at.month_in("UTC");
        self.payer.reference.as_deref().unwrap_or(REFERENCE).replace("{month}", &month)
    }

    /// When the batch was approved, to the second: finer times are no business of a bank's.
    fn made(&self) -> String {
        Instant::from_micros(self.approved_at.seconds().saturating_mul(1_000_000)).to_string()
    }

    /// `ending` after the format's name and the batch's id; `part` tells files of one batch apart.
    fn file(&self, format: &str, part: Option<&str>, media_type: &'static str, ending: &str, bytes: Vec<u8>) -> PaymentFile {
        let part = part.map(|part| format!("-{part}")).unwrap_or_default();
        PaymentFile { name: format!("{format}-{}{part}.{ending}", self.batch_id.uuid()), media_type, bytes }
    }
}

fn packed(format: &str, run: &Run<'_>, files: Vec<PaymentFile>) -> Result<PaymentFile, Unwritten> {
    let fault = |error: &dyn std::fmt::Display| Unwritten::Fault(error.to_string());
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        archive.start_file(file.name, SimpleFileOptions::default()).map_err(|error| fault(&error))?;
        archive.write_all(&file.bytes).map_err(|error| fault(&error))?;
    }
    let bytes = archive.finish().map_err(|error| fault(&error))?.into_inner();
    Ok(run.file(format, None, "application/zip", "zip", bytes))
}

/// The name under which banks know a payout and report it back: the last `length` of its id's 32 hexadecimal
/// digits. The last ones are random (RFC 9562 §5.7), so even 15 of them meet in no batch.
#[must_use]
pub fn end_to_end(id: PayoutId, length: usize) -> String {
    let digits = id.uuid().simple().to_string();
    digits.chars().skip(digits.len().saturating_sub(length)).collect()
}

/// Whole units and decimals, `12.50`, in as many as the currency has.
fn decimal(amount: i64, currency: Currency) -> String {
    Decimal::from_i128_with_scale(i128::from(amount), currency.exponent()).to_string()
}

/// What of the payer a format needs and does not find: each field, and whether it is there.
fn incomplete(fields: &[(&str, bool)]) -> Unwritten {
    let missing = fields.iter().filter(|(_, there)| !there);
    let fault = |pointer: &str| FieldError::new(pointer, "required", "is needed for this file; set it in the payer's settings");
    Unwritten::PayerIncomplete(missing.map(|(pointer, _)| fault(pointer)).collect())
}

/// Rows as a table without a head of its own.
fn table(separator: u8, rows: impl IntoIterator<Item = Vec<String>>) -> Result<Vec<u8>, Unwritten> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator)
        .terminator(csv::Terminator::CRLF)
        .has_headers(false)
        .flexible(true)
        .from_writer(Vec::new());
    let fault = |error: &dyn std::fmt::Display| Unwritten::Fault(error.to_string());
    for row in rows {
        writer.write_record(row).map_err(|error| fault(&error))?;
    }
    writer.into_inner().map_err(|error| fault(&error))
}

#[cfg(test)]
mod samples;
