//! CSV: decoded, split, bounded.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::atomic::Ordering;

use encoding_rs::{CoderResult, Decoder};
use flate2::read::MultiGzDecoder;

use super::bounded::{Limited, Metered};
use super::sheet::{Dialect, RowSink};
use super::survey::Survey;
use super::{COLUMNS_MAX, FileFault, ROW_BYTES_MAX, ROWS_MAX, UNPACKED_MAX, fault};

/// Reads a text file, or one packed with gzip, from its start.
pub(super) fn read(file: &mut File, packed: bool, dialect: &Dialect, sink: &mut dyn RowSink) -> Result<(), FileFault> {
    let survey = Survey::of(opened(file, packed)?)?;
    let encoding = survey.encoding(dialect.encoding.as_deref())?;
    let (guessed, named) = survey.delimiter(encoding);
    let delimiter = dialect.delimiter.unwrap_or(guessed);
    let decoded = Decoding::new(opened(file, packed)?, encoding.new_decoder());
    let (metered, count) = Metered::new(decoded, ROW_BYTES_MAX);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .buffer_capacity(16 * 1024)
        .from_reader(metered);
    let mut record = csv::StringRecord::new();
    let (mut number, mut width) = (0_u32, 0_usize);
    loop {
        count.store(0, Ordering::Relaxed);
        let more = reader.read_record(&mut record).map_err(|error| broken(&error, number + 1))?;
        if !more {
            break;
        }
        number += 1;
        if number == 1 && named {
            continue;
        }
        if number > ROWS_MAX {
            return Err(fault(format!("the file has more than {ROWS_MAX} rows; split it")));
        }
        let cells: Vec<String> = record.iter().take(COLUMNS_MAX + 1).map(ToOwned::to_owned).collect();
        if cells.len() > COLUMNS_MAX {
            return Err(fault(format!("row {number} has more than {COLUMNS_MAX} columns; is the delimiter right?")));
        }
        if width == 0 {
            width = cells.len();
            sink.header(cells)?;
        } else if cells.iter().any(|cell| !cell.trim().is_empty()) {
            sink.row(number, cells)?;
        }
    }
    if width == 0 { Err(fault("the file is empty")) } else { Ok(()) }
}

fn opened(file: &mut File, packed: bool) -> Result<Box<dyn Read + '_>, FileFault> {
    file.seek(SeekFrom::Start(0)).map_err(|error| fault(error.to_string()))?;
    let plain = BufReader::with_capacity(128 * 1024, file);
    Ok(if packed { Box::new(Limited::new(MultiGzDecoder::new(plain), UNPACKED_MAX)) } else { Box::new(plain) })
}

fn broken(error: &csv::Error, number: u32) -> FileFault {
    if error.to_string().contains("too long") {
        let kib = ROW_BYTES_MAX / 1024;
        return fault(format!("row {number} is longer than {kib} KiB; was a quote opened and never closed?"));
    }
    fault(format!("row {number} cannot be read: {error}"))
}

/// Turns any encoding into UTF-8, a piece at a time; a byte order mark is dropped.
struct Decoding<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    start: usize,
    end: usize,
    over: bool,
    done: bool,
}

impl<R: Read> Decoding<R> {
    fn new(inner: R, decoder: Decoder) -> Self {
        Self { inner, decoder, raw: vec![0; 64 * 1024], start: 0, end: 0, over: false, done: false }
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // The longest sequence of UTF-8 must fit.
        if buffer.len() < 4 || self.done {
            return Ok(0);
        }
        loop {
            if self.start == self.end && !self.over {
                self.end = self.inner.read(&mut self.raw)?;
                self.start = 0;
                self.over = self.end == 0;
            }
            let source = self.raw.get(self.start..self.end).unwrap_or_default();
            let (result, read, written, _) = self.decoder.decode_to_utf8(source, buffer, self.over);
            self.start += read;
            self.done = self.over && result == CoderResult::InputEmpty;
            if written > 0 || self.done {
                return Ok(written);
            }
        }
    }
}
