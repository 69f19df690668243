//! Reports that may be long are written page by page: each page is a short read of its own, and
//! nobody holds more of the report than the page at hand.

use crate::db::{Conn, DbResult};
use crate::domain::cell::safe_cell;
use crate::domain::money::Money;

/// A report on its way out.
pub trait Pages: Send {
    /// The next piece of text, perhaps an empty one; none when everything is written.
    ///
    /// # Errors
    /// What the database reports.
    fn next(&mut self, conn: &mut Conn<'_>) -> DbResult<Option<Vec<u8>>>;
}

/// What a report can be written as, page by page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON document.
    Json,
    /// A table (RFC 4180).
    Csv,
}

/// One cell of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Words, always quoted.
    Text(&'a str),
    /// A number, never quoted.
    Number(i64),
    /// A number with decimals, never quoted.
    Decimal(Money),
    /// Nothing.
    Empty,
}

/// Appends one line of a table (RFC 4180, CRLF).
pub fn line(out: &mut Vec<u8>, cells: &[Cell<'_>]) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        match cell {
            Cell::Text(text) => {
                out.push(b'"');
                out.extend(safe_cell(text).replace('"', "\"\"").bytes());
                out.push(b'"');
            }
            Cell::Number(number) => out.extend(number.to_string().bytes()),
            Cell::Decimal(money) => {
                let text = money.to_string();
                out.extend(text.split(' ').next().unwrap_or_default().bytes());
            }
            Cell::Empty => {}
        }
    }
    out.extend(b"\r\n");
}

/// Appends the line that names the columns.
pub fn header(out: &mut Vec<u8>, names: &[&str]) {
    let cells: Vec<Cell<'_>> = names.iter().map(|name| Cell::Text(name)).collect();
    line(out, &cells);
}

/// Appends `value` as JSON. A struct of plain values always has a JSON form.
pub fn json(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    out.extend(serde_json::to_vec(value).unwrap_or_default());
}

/// Appends `rows` to a JSON array of which `first` tells whether it is still empty.
pub fn json_rows<T: serde::Serialize>(out: &mut Vec<u8>, first: &mut bool, rows: &[T]) {
    for row in rows {
        if !std::mem::take(first) {
            out.push(b',');
        }
        json(out, row);
    }
}

/// All of a report, on one connection.
///
/// # Errors
/// What the database reports.
pub fn whole(conn: &mut Conn<'_>, pages: &mut dyn Pages) -> DbResult<Vec<u8>> {
    let mut text = Vec::new();
    while let Some(page) = pages.next(conn)? {
        text.extend(page);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_a_formula_and_every_number_stays_one() {
        let names = [
            "=1+1",
            "+49 30",
            "-2",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\nx",
            "\0x",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "A \"B\", C",
            "Zoë\r\n=1",
            "",
        ];
        for name in names {
            let mut text = Vec::new();
            header(&mut text, &["name", "opening", "code"]);
            line(&mut text, &[Cell::Text(name), Cell::Number(-5), Cell::Empty]);
            let mut reader = csv::Reader::from_reader(text.as_slice());
            let records: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a record")).collect();
            assert_eq!(records.len(), 1);
            assert_eq!((&records[0][0], &records[0][1], &records[0][2]), (safe_cell(name).as_str(), "-5", ""));
            assert!(!records[0][0].starts_with(['=', '+', '-', '@', '＝']), "{name:?}");
            assert!(String::from_utf8(text).expect("utf-8").ends_with(",-5,\r\n"));
        }
    }

    #[test]
    fn rows_of_several_pages_are_one_array() {
        let (mut out, mut first) = (Vec::new(), true);
        json_rows::<i64>(&mut out, &mut first, &[]);
        json_rows(&mut out, &mut first, &[1, 2]);
        json_rows(&mut out, &mut first, &[3]);
        assert_eq!(out, b"1,2,3");
    }
}
