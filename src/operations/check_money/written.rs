//! The money check as text, page by page.

use super::{Check, Line, Summary};
use crate::db::{Conn, DbResult};
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::operations::pages::{Cell, Format, Pages, header, json, json_rows, line};

const COLUMNS: [&str; 9] = ["reason", "referrer_id", "name", "currency", "amount", "since", "age_days", "batch_id", "payout_id"];

/// The money check on its way out: the lines, then what they come to.
pub struct MoneyPages {
    now: Instant,
    settle_days: i64,
    format: Format,
    check: Option<Check>,
    first: bool,
    at: At,
}

enum At {
    Lines(Option<ReferrerId>),
    Summary,
    End,
}

impl MoneyPages {
    /// The check as of `now`; payouts may take `settle_days` days to arrive.
    #[must_use]
    pub const fn new(now: Instant, settle_days: i64, format: Format) -> Self {
        Self { now, settle_days, format, check: None, first: true, at: At::Lines(None) }
    }

    fn begin(&self, out: &mut Vec<u8>) {
        match self.format {
            Format::Csv => header(out, &COLUMNS),
            Format::Json => {
                out.extend(br#"{"at":"#);
                json(out, &self.now);
                out.extend(br#","rows":["#);
            }
        }
    }

    fn rows(&mut self, out: &mut Vec<u8>, lines: &[Line]) {
        match self.format {
            Format::Json => json_rows(out, &mut self.first, lines),
            Format::Csv => lines.iter().for_each(|one| record(out, one)),
        }
    }
}

impl Pages for MoneyPages {
    fn next(&mut self, conn: &mut Conn<'_>) -> DbResult<Option<Vec<u8>>> {
        let mut out = Vec::new();
        let mut check = match self.check.take() {
            Some(check) => check,
            None => {
                self.begin(&mut out);
                Check::new(conn, self.now, self.settle_days)?
            }
        };
        match self.at {
            At::Lines(after) => {
                let (lines, last) = check.page(conn, after)?;
                self.rows(&mut out, &lines);
                self.at = last.map_or(At::Summary, |last| At::Lines(Some(last)));
            }
            At::Summary => {
                end(&mut out, self.format, &check.summary(conn)?);
                self.at = At::End;
            }
            At::End => return Ok(None),
        }
        self.check = Some(check);
        Ok(Some(out))
    }
}

/// A word of the report's, as JSON spells it.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn record(out: &mut Vec<u8>, one: &Line) {
    let (reason, id, since) = (word(&one.reason), one.referrer_id.to_string(), one.since.to_string());
    let (batch, payout) = (one.batch_id.map(|id| id.to_string()), one.payout_id.map(|id| id.to_string()));
    let cells = [
        Cell::Text(&reason),
        Cell::Text(&id),
        one.name.as_deref().map_or(Cell::Empty, Cell::Text),
        Cell::Text(one.currency.code()),
        Cell::Number(one.amount),
        Cell::Text(&since),
        Cell::Number(one.age_days),
        batch.as_deref().map_or(Cell::Empty, Cell::Text),
        payout.as_deref().map_or(Cell::Empty, Cell::Text),
    ];
    line(out, &cells);
}

/// In JSON the summary's fields follow the rows; a table ends with both sides of each currency.
fn end(out: &mut Vec<u8>, format: Format, summary: &Summary) {
    match format {
        Format::Json => {
            let mut rest = Vec::new();
            json(&mut rest, summary);
            out.extend(b"],");
            out.extend(rest.into_iter().skip(1));
        }
        Format::Csv => {
            for side in &summary.currencies {
                let sums = [
                    ("total: owed", side.owed.on_hold + side.owed.ready + side.owed.in_transit),
                    ("total: held", side.held),
                    ("total: not moving", side.not_moving),
                    ("total: moving, on hold", side.moving.on_hold),
                    ("total: moving, ready", side.moving.ready),
                    ("total: moving, in transit", side.moving.in_transit),
                    ("total: difference", side.difference),
                ];
                for (name, amount) in sums {
                    let mut cells = [Cell::Empty; 9];
                    let said = [(0, Cell::Text(name)), (3, Cell::Text(side.currency.code())), (4, Cell::Number(amount))];
                    for (place, cell) in said {
                        if let Some(slot) = cells.get_mut(place) {
                            *slot = cell;
                        }
                    }
                    line(out, &cells);
                }
            }
        }
    }
}
