//! `hound check`: recomputes the ledgers and names every difference.

use super::{Failure, Outcome, fail, open_books, say};
use crate::config::Config;
use crate::domain::principal::Mode;
use crate::operations::books::Book;
use crate::operations::check_ledger::{CheckReport, check_ledger};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Prints the whole report as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, config: &Config) -> Outcome {
    let (_, sandbox) = config.places();
    let has_sandbox = sandbox.exists().map_err(fail)?;
    let books = open_books(config)?;
    let mut reports = vec![("live", check(&books.live)?)];
    if has_sandbox {
        reports.push(("sandbox", check(&*books.of(Mode::Sandbox).map_err(fail)?)?));
    }
    if args.json {
        let all: serde_json::Map<String, serde_json::Value> =
            reports.iter().map(|(name, report)| ((*name).to_owned(), serde_json::json!(report))).collect();
        say(serde_json::Value::Object(all));
    } else {
        reports.iter().for_each(|(name, report)| show(name, report));
    }
    let differences: u64 = reports.iter().map(|(_, report)| report.difference_count).sum();
    if differences == 0 { Ok(()) } else { Err(Failure(format!("{differences} differences: the ledger is not as it should be"))) }
}

pub(super) fn check(book: &Book) -> Result<CheckReport, Failure> {
    book.readers.read(check_ledger).map_err(fail)
}

pub(super) fn show(name: &str, report: &CheckReport) {
    let counts: Vec<String> = report.checked.iter().map(|(what, count)| format!("{count} {what}")).collect();
    let verdict = if report.clean { "clean" } else { "NOT clean" };
    say(format!("{name}: {verdict} ({})", counts.join(", ")));
    for one in &report.differences {
        say(format!("  {} {}: expected {}, found {}", one.what, one.id, one.expected, one.found));
    }
}
