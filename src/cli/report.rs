//! `hound report`: what the API's reports show, for the command line.

use std::io::Write;
use std::sync::Arc;

use super::{Failure, Outcome, fail, open_books, say};
use crate::config::Config;
use crate::domain::field::FieldError;
use crate::domain::id::ReferrerId;
use crate::domain::money_check::NOT_SETTLED_DAYS;
use crate::domain::principal::Mode;
use crate::operations::books::Book;
use crate::operations::check_money::MoneyPages;
use crate::operations::pages::{Format, Pages};
use crate::operations::report_balances::report_balances;
use crate::operations::report_journal::{JournalPages, book};
use crate::operations::report_payouts::{Asked, PayoutPages, sheet};
use crate::operations::report_program::report_program;
use crate::operations::report_yearly::{YearPages, year};
use crate::operations::show_statement::show_statement;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// What each referrer earned, was paid and is owed
    Payouts(Payouts),
    /// Every cent that is owed and does not move, with why and since when
    MoneyCheck(MoneyCheck),
    /// What introductions brought and cost, as JSON
    Program(Program),
    /// What each recipient was paid in a year, by rail
    Yearly(Yearly),
    /// Every posting as one debit and one credit, as CSV
    Journal(Journal),
    /// What is owed as at any time, as JSON
    Balances(Balances),
    /// One referrer's statement of a month or year
    Statement(Statement),
}

#[derive(Debug, clap::Args)]
pub(super) struct Payouts {
    /// A month or year, such as 2026-12 or 2026, instead of from and to
    #[arg(long, conflicts_with_all = ["from", "to"])]
    period: Option<String>,
    #[command(flatten)]
    span: Span,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, clap::Args)]
pub(super) struct MoneyCheck {
    /// Days that an approved payout may take to arrive
    #[arg(long, default_value_t = NOT_SETTLED_DAYS)]
    settle_days: i64,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, clap::Args)]
pub(super) struct Program {
    /// Also by calendar month
    #[arg(long)]
    by_month: bool,
    #[command(flatten)]
    span: Span,
    #[command(flatten)]
    ledger: Ledger,
}

#[derive(Debug, clap::Args)]
pub(super) struct Yearly {
    /// The year in which the payments were made
    year: String,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, clap::Args)]
pub(super) struct Journal {
    /// Sums each day instead of listing every posting
    #[arg(long)]
    by_day: bool,
    #[command(flatten)]
    span: Span,
    #[command(flatten)]
    ledger: Ledger,
}

#[derive(Debug, clap::Args)]
pub(super) struct Balances {
    /// A day, which counts to its end, or an RFC 3339 time (default: now)
    #[arg(long)]
    at: Option<String>,
    #[command(flatten)]
    ledger: Ledger,
}

#[derive(Debug, clap::Args)]
pub(super) struct Statement {
    /// The referrer's id
    referrer: ReferrerId,
    /// A month or year, such as 2026-11 or 2026
    period: String,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, clap::Args)]
struct Span {
    /// First day, such as 2026-11-01, in the program's zone, or an RFC 3339 time (default: this month)
    #[arg(long)]
    from: Option<String>,
    /// The first day after the period, or an RFC 3339 time
    #[arg(long)]
    to: Option<String>,
}

#[derive(Debug, clap::Args)]
struct How {
    /// csv or json
    #[arg(long, value_enum, default_value = "csv")]
    format: Wish,
    #[command(flatten)]
    ledger: Ledger,
}

#[derive(Debug, clap::Args)]
struct Ledger {
    /// Reads the sandbox instead of the live ledger
    #[arg(long)]
    sandbox: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Wish {
    Csv,
    Json,
}

impl How {
    const fn format(&self) -> Format {
        match self.format {
            Wish::Csv => Format::Csv,
            Wish::Json => Format::Json,
        }
    }
}

impl Ledger {
    fn open(&self, config: &Config) -> Result<Arc<Book>, Failure> {
        open_books(config)?.of(if self.sandbox { Mode::Sandbox } else { Mode::Live }).map_err(fail)
    }
}

pub(super) fn run(command: &Command, config: &Config) -> Outcome {
    match command {
        Command::Payouts(args) => payouts(args, config),
        Command::MoneyCheck(args) => money_check(args, config),
        Command::Program(args) => program(args, config),
        Command::Yearly(args) => yearly(args, config),
        Command::Journal(args) => journal(args, config),
        Command::Balances(args) => balances(args, config),
        Command::Statement(args) => statement(args, config),
    }
}

fn payouts(args: &Payouts, config: &Config) -> Outcome {
    let asked = Asked { period: args.period.clone(), from: args.span.from.clone(), to: args.span.to.clone() };
    let ledger = args.how.ledger.open(config)?;
    let now = ledger.clock.now();
    let sheet = ledger.readers.read(|conn| sheet(conn, now, &asked)).map_err(fail)?.map_err(|fault| named(&fault))?;
    print(&ledger, &mut PayoutPages::new(sheet, args.how.format()))
}

fn money_check(args: &MoneyCheck, config: &Config) -> Outcome {
    let ledger = args.how.ledger.open(config)?;
    let now = ledger.clock.now();
    print(&ledger, &mut MoneyPages::new(now, args.settle_days.max(0), args.how.format()))
}

fn program(args: &Program, config: &Config) -> Outcome {
    let ledger = args.ledger.open(config)?;
    let now = ledger.clock.now();
    let (from, to) = (args.span.from.as_deref(), args.span.to.as_deref());
    let report = ledger.readers.read(|conn| report_program(conn, now, from, to, args.by_month)).map_err(fail)?;
    say(serde_json::to_string_pretty(&report.map_err(|fault| named(&fault))?).map_err(fail)?);
    Ok(())
}

fn yearly(args: &Yearly, config: &Config) -> Outcome {
    let ledger = args.how.ledger.open(config)?;
    let year = ledger.readers.read(|conn| year(conn, &args.year)).map_err(fail)?.map_err(|fault| named(&fault))?;
    print(&ledger, &mut YearPages::new(year, args.how.format()))
}

fn journal(args: &Journal, config: &Config) -> Outcome {
    let ledger = args.ledger.open(config)?;
    let now = ledger.clock.now();
    let (from, to) = (args.span.from.as_deref(), args.span.to.as_deref());
    let book = ledger.readers.read(|conn| book(conn, now, from, to)).map_err(fail)?.map_err(|fault| named(&fault))?;
    print(&ledger, &mut JournalPages::new(book, args.by_day))
}

fn balances(args: &Balances, config: &Config) -> Outcome {
    let ledger = args.ledger.open(config)?;
    let now = ledger.clock.now();
    let found = ledger.readers.read(|conn| report_balances(conn, now, None, args.at.as_deref())).map_err(fail)?;
    let found = found.map_err(|fault| named(&fault))?;
    say(serde_json::json!({ "before": found.at, "data": found.balances }));
    Ok(())
}

fn statement(args: &Statement, config: &Config) -> Outcome {
    let ledger = args.how.ledger.open(config)?;
    let found = ledger.readers.read(|conn| show_statement(conn, args.referrer, &args.period)).map_err(fail)?;
    let unnamed = || fail(format!("{} is neither a month such as 2026-11 nor a year such as 2026", args.period));
    let statement = found.ok_or_else(unnamed)?;
    match args.how.format() {
        Format::Json => say(serde_json::to_string_pretty(&statement).map_err(fail)?),
        Format::Csv => drop(std::io::stdout().write_all(&statement.csv())),
    }
    Ok(())
}

/// Prints page by page. A reader that went away is no fault.
fn print(ledger: &Book, pages: &mut dyn Pages) -> Outcome {
    let mut out = std::io::stdout().lock();
    while let Some(page) = ledger.readers.read(|conn| pages.next(conn)).map_err(fail)? {
        if out.write_all(&page).is_err() {
            break;
        }
    }
    drop(out.flush());
    Ok(())
}

fn named(fault: &FieldError) -> Failure {
    fail(format!("--{} {}", fault.pointer.trim_start_matches('?'), fault.message))
}
