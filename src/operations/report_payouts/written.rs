//! The payout report as text, page by page.

use std::collections::BTreeMap;

use super::{Row, Sheet, Total, add_up, page};
use crate::db::{Conn, DbResult};
use crate::domain::id::ReferrerId;
use crate::domain::money::Currency;
use crate::domain::report::ByRail;
use crate::operations::pages::{Cell, Format, Pages, header, json, json_rows, line};

/// The columns of the table. Amounts in minor units; `rails` is `rail:paid:returned`, joined by spaces.
const COLUMNS: [&str; 19] = [
    "referrer_id",
    "name",
    "code",
    "currency",
    "opening",
    "earned",
    "reversed",
    "adjusted",
    "paid",
    "returned",
    "closing",
    "on_hold",
    "ready",
    "in_transit",
    "held",
    "fees",
    "rails",
    "reference",
    "paid_at",
];

/// The report on its way out: rows by referrer and currency, then the totals.
pub struct PayoutPages {
    sheet: Sheet,
    format: Format,
    totals: BTreeMap<Currency, Total>,
    /// Whether no row was written yet.
    first: bool,
    at: At,
}

enum At {
    Beginning,
    After(ReferrerId),
    Totals,
    End,
}

impl PayoutPages {
    /// The report of `sheet`, written as `format`.
    #[must_use]
    pub const fn new(sheet: Sheet, format: Format) -> Self {
        Self { sheet, format, totals: BTreeMap::new(), first: true, at: At::Beginning }
    }

    /// The totals by currency of what was written so far.
    #[must_use]
    pub fn totals(&self) -> Vec<&Total> {
        self.totals.values().collect()
    }

    fn begin(&self, out: &mut Vec<u8>) {
        match self.format {
            Format::Csv => header(out, &COLUMNS),
            Format::Json => {
                let fields = [("from", &self.sheet.period.from_text), ("to", &self.sheet.period.to_text)];
                let fields = fields.into_iter().chain([("timezone", &self.sheet.timezone)]);
                out.push(b'{');
                for (name, value) in fields.chain(self.sheet.closed.iter().map(|name| ("closed_period", name))) {
                    json(out, &name);
                    out.push(b':');
                    json(out, value);
                    out.push(b',');
                }
                out.extend(br#""rows":["#);
            }
        }
    }

    fn rows(&mut self, out: &mut Vec<u8>, rows: &[Row]) {
        match self.format {
            Format::Json => json_rows(out, &mut self.first, rows),
            Format::Csv => {
                for row in rows {
                    let id = row.referrer_id.to_string();
                    let paid_at = row.paid_at.map(|at| at.to_string());
                    let rest = [row.reference.as_deref(), paid_at.as_deref()];
                    record(out, [Some(&id), row.name.as_deref(), row.code.as_deref()], &row.sums, rest);
                }
            }
        }
    }

    fn end(&self, out: &mut Vec<u8>) {
        match self.format {
            Format::Json => {
                out.extend(br#"],"totals":"#);
                json(out, &self.totals());
                out.push(b'}');
            }
            Format::Csv => {
                for total in self.totals.values() {
                    record(out, [Some("total"), None, None], total, [None, None]);
                }
            }
        }
    }
}

impl Pages for PayoutPages {
    fn next(&mut self, conn: &mut Conn<'_>) -> DbResult<Option<Vec<u8>>> {
        let mut out = Vec::new();
        let after = match self.at {
            At::Beginning => {
                self.begin(&mut out);
                None
            }
            At::After(referrer) => Some(referrer),
            At::Totals => {
                self.end(&mut out);
                self.at = At::End;
                return Ok(Some(out));
            }
            At::End => return Ok(None),
        };
        let (rows, last) = page(conn, &self.sheet, after)?;
        add_up(&mut self.totals, &rows);
        self.rows(&mut out, &rows);
        self.at = last.map_or(At::Totals, At::After);
        Ok(Some(out))
    }
}

/// One line: who, the sums, then the reference and when it was paid.
fn record(out: &mut Vec<u8>, who: [Option<&str>; 3], sums: &Total, rest: [Option<&str>; 2]) {
    let rails = rails(&sums.rails);
    let figures = &sums.figures;
    let mut cells: Vec<Cell<'_>> = who.into_iter().map(|cell| cell.map_or(Cell::Empty, Cell::Text)).collect();
    cells.push(Cell::Text(sums.currency.code()));
    cells.extend(figures.in_order().map(Cell::Number));
    cells.push(sums.held.map_or(Cell::Empty, Cell::Number));
    cells.push(Cell::Number(figures.fees));
    cells.push(Cell::Text(&rails));
    cells.extend(rest.map(|text| text.map_or(Cell::Empty, Cell::Text)));
    line(out, &cells);
}

fn rails(rails: &ByRail) -> String {
    let one = |(rail, sums): (&crate::domain::payout::Rail, &crate::domain::report::RailSums)| {
        format!("{}:{}:{}", rail.as_db(), sums.paid, sums.returned)
    };
    rails.iter().map(one).collect::<Vec<_>>().join(" ")
}
