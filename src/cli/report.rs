//! `hound report`: what the API's reports show, for the command line.

use std::io::Write;

use super::{Outcome, fail, open_books, say};
use crate::config::Config;
use crate::domain::principal::Mode;
use crate::operations::report_payouts::report_payouts;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// What each referrer earned, was paid and is owed
    Payouts(Payouts),
}

#[derive(Debug, clap::Args)]
pub(super) struct Payouts {
    /// First day, such as 2026-11-01, in the program's zone, or an RFC 3339 time (default: this month)
    #[arg(long)]
    from: Option<String>,
    /// The first day after the period, or an RFC 3339 time
    #[arg(long)]
    to: Option<String>,
    /// csv or json
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// Reads the sandbox instead of the live ledger
    #[arg(long)]
    sandbox: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Csv,
    Json,
}

pub(super) fn run(command: &Command, config: &Config) -> Outcome {
    let Command::Payouts(args) = command;
    let books = open_books(config)?;
    let book = books.of(if args.sandbox { Mode::Sandbox } else { Mode::Live }).map_err(fail)?;
    let now = book.clock.now();
    let read = book.readers.read(|conn| report_payouts(conn, now, args.from.as_deref(), args.to.as_deref()));
    let named =
        |fault: crate::domain::field::FieldError| fail(format!("--{} {}", fault.pointer.trim_start_matches('?'), fault.message));
    let report = read.map_err(fail)?.map_err(named)?;
    match args.format {
        Format::Json => say(serde_json::to_string_pretty(&report).map_err(fail)?),
        // A reader that went away is no fault.
        Format::Csv => drop(std::io::stdout().write_all(&report.csv().map_err(fail)?)),
    }
    Ok(())
}
