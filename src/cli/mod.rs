//! The side door: one file per subcommand.

mod admin;
mod backup;
mod check;
mod close;
mod config;
mod copy;
mod demo;
mod doctor;
mod import;
mod keys;
mod mail;
mod migrate;
mod payout_file;
mod payouts;
mod report;
mod restore;
mod resume;
mod serve;
mod settings;
mod token;
mod worker;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Config;
use crate::operations::books::Books;
use crate::telemetry;

/// Why a command ended: a sentence for a person.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

/// What a command returns.
pub type Outcome = Result<(), Failure>;

#[derive(Debug, Parser)]
#[command(name = "hound", version, about = "Referral commissions: send me a customer and I will pay you")]
struct Cli {
    #[command(flatten)]
    settings: settings::Flags,
    #[command(subcommand)]
    command: Command,
}

// A new command is a line here, a line in `run` and a file.
#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the API and does the background work
    Serve(serve::Args),
    /// Does the background work only, beside `serve --no-worker`
    Worker,
    /// Brings the database to this version's schema
    Migrate,
    /// Replays eighteen months of a real shop's purchases, then serves the result to look around in
    Demo(demo::Args),
    /// Takes in a file of customers or orders, CSV or .xlsx
    Import(import::Args),
    /// Makes, lists and revokes API tokens
    #[command(subcommand)]
    Token(token::Command),
    /// Prints a link that sets the shop up, or one for a forgotten password
    #[command(subcommand)]
    Admin(admin::Command),
    /// Changes the key that seals secrets in the ledger
    #[command(subcommand)]
    Keys(keys::Command),
    /// Prepares, approves, drops and settles payout batches
    #[command(subcommand)]
    Payouts(payouts::Command),
    /// Prints reports
    #[command(subcommand)]
    Report(report::Command),
    /// Sends a test letter
    #[command(subcommand)]
    Mail(mail::Command),
    /// Recomputes the ledger from its rows and names every difference
    Check(check::Args),
    /// Writes the ledger into one file while the service runs
    Backup(backup::Args),
    /// Puts a backup in the ledger's place
    Restore(restore::Args),
    /// Lets letters, webhooks and payouts leave again after a restore
    Resume(resume::Args),
    /// Moves the ledger to another database
    Copy(copy::Args),
    /// Closes the books of a month or a year for good
    Close(close::Args),
    /// Looks at disk, database, clock, tokens and mail, and says what to mend
    Doctor,
    /// Prints every setting and where it came from
    Config,
}

fn run(command: &Command, config: &Config) -> Outcome {
    match command {
        Command::Serve(args) => serve::run(args, config),
        Command::Worker => worker::run(config),
        Command::Migrate => migrate::run(config),
        Command::Demo(args) => demo::run(args, config),
        Command::Import(args) => import::run(args, config),
        Command::Token(command) => token::run(command, config),
        Command::Admin(command) => admin::run(command, config),
        Command::Keys(command) => keys::run(command, config),
        Command::Payouts(command) => payouts::run(command, config),
        Command::Report(command) => report::run(command, config),
        Command::Mail(command) => mail::run(command, config),
        Command::Check(args) => check::run(args, config),
        Command::Backup(args) => backup::run(args, config),
        Command::Restore(args) => restore::run(args, config),
        Command::Resume(args) => resume::run(args, config),
        Command::Copy(args) => copy::run(args, config),
        Command::Close(args) => close::run(args, config),
        Command::Doctor => doctor::run(config),
        Command::Config => config::run(config),
    }
}

/// Runs the command that the command line names.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = Config::load(&cli.settings.named()).map_err(fail).and_then(|config| {
        telemetry::start(&config.log, config.log_format).map_err(fail)?;
        run(&cli.command, &config)
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            drop(writeln!(std::io::stderr(), "hound: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// Turns any fault into a sentence.
pub(crate) fn fail(error: impl std::fmt::Display) -> Failure {
    Failure(error.to_string())
}

/// Prints a line of output. A reader that went away is no fault.
pub(crate) fn say(line: impl std::fmt::Display) {
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// Opens both ledgers. PostgreSQL is driven from plain threads: call it before the async system starts.
pub(crate) fn open_books(config: &Config) -> Result<Books, Failure> {
    config.make_data_dir().map_err(fail)?;
    let (live, sandbox) = config.places();
    Books::open_sized(live, sandbox, crate::clock::Clock::wall(), config.batch_max).map_err(fail)
}
