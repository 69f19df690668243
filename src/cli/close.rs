//! `hound close`: closes the books of a month or a year.

use super::{Outcome, fail, open_books, say};
use crate::config::Config;
use crate::db::periods;
use crate::domain::principal::Mode;
use crate::operations::close_period::{self, close_period, seal};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The month or year, such as 2026-12 or 2026, in the program's zone
    period: String,
    /// Closes it in the sandbox instead of the live ledger
    #[arg(long)]
    sandbox: bool,
}

const ACTOR: &str = "hound close";

pub(super) fn run(args: &Args, config: &Config) -> Outcome {
    let books = open_books(config)?;
    let book = books.of(if args.sandbox { Mode::Sandbox } else { Mode::Live }).map_err(fail)?;
    let name = args.period.clone();
    let row = match book.writer.write_blocking(move |tx, now| close_period(tx, now, &name, ACTOR)).map_err(fail)? {
        close_period::Outcome::Closed(row) | close_period::Outcome::AlreadyClosed(row) => row,
        close_period::Outcome::NotOver(until) => return Err(fail(format!("{} lasts until {until}; close it then", args.period))),
        close_period::Outcome::Unnamed => {
            return Err(fail(format!("{} is neither a month such as 2026-12 nor a year such as 2026", args.period)));
        }
    };
    let kept = book.readers.read(|conn| periods::find(conn, &row.name)).map_err(fail)?;
    let report = match kept.and_then(|(_, report)| report) {
        Some(report) => report,
        None => {
            let drawn = seal(&row, book.clock.now(), |pages| book.readers.read(|conn| pages.next(conn))).map_err(fail)?;
            let report = drawn.clone();
            book.writer.write_blocking(move |tx, _| periods::insert_report(tx, &report)).map_err(fail)?;
            drawn
        }
    };
    say(format!("{} is closed since {}; the SHA-256 of its report is {}", row.name, row.closed_at, report.hash));
    Ok(())
}
