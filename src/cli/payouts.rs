//! `hound payouts`: prepares, approves, drops and settles batches from the command line.

use clap::{Subcommand, ValueEnum};

use super::{Failure, Outcome, fail, open_books, payout_file, say};
use crate::config::Config;
use crate::db::payout_batches;
use crate::db::transact::WriteError;
use crate::domain::id::BatchId;
use crate::domain::money::Money;
use crate::domain::payout::PayoutResult;
use crate::operations::books::Book;
use crate::operations::prepare_payouts::{self, begin_batch};
use crate::operations::prepare_slice::prepare_slice;
use crate::operations::settle_payout::{self, settle_batch};
use crate::operations::{approve_batch, cancel_batch};

/// Under which name the command line acts. Whoever may run it is the owner of the machine.
const ACTOR: &str = "owner:command-line";

/// People left out that are named; the API lists them all.
const NAMED_MAX: i64 = 50;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Reserves what is ready and says who is left out, and why
    Prepare {
        /// Pays small rests below the minimum too
        #[arg(long)]
        sweep: bool,
    },
    /// Approves a prepared batch
    Approve {
        /// The batch
        batch: BatchId,
    },
    /// Writes the file that a bank or payment house reads
    Export(payout_file::Args),
    /// Drops a batch before any of its money has left
    Cancel {
        /// The batch
        batch: BatchId,
    },
    /// Says what became of every open payout of a batch
    Settle {
        /// The batch
        batch: BatchId,
        /// What became of it
        #[arg(long, value_enum, default_value = "paid")]
        result: Ended,
        /// The cheque's or transfer's reference
        #[arg(long)]
        reference: Option<String>,
        /// Why it failed or came back
        #[arg(long)]
        reason: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Ended {
    Paid,
    Failed,
    Returned,
}

pub(super) fn run(command: &Command, config: &Config) -> Outcome {
    let books = open_books(config)?;
    let book = &books.live;
    match command {
        Command::Prepare { sweep } => prepare(book, *sweep),
        Command::Approve { batch } => approve(book, *batch),
        Command::Cancel { batch } => cancel(book, *batch),
        Command::Export(args) => payout_file::run(args, config, &books, ACTOR),
        Command::Settle { batch, result, reference, reason } => {
            let result = match result {
                Ended::Paid => PayoutResult::Paid,
                Ended::Failed => PayoutResult::Failed,
                Ended::Returned => PayoutResult::Returned,
            };
            let (reference, reason) = (reference.clone(), reason.clone());
            let request = settle_payout::Request { result, reference, reason, actor: ACTOR.to_owned() };
            settle(book, *batch, request)
        }
    }
}

fn prepare(book: &Book, sweep: bool) -> Outcome {
    let request = prepare_payouts::Request { cutoff: None, sweep, scheduled_for: None, actor: ACTOR.to_owned() };
    let begun = book.writer.write_blocking(move |tx, now| begin_batch(tx, now, &request)).map_err(fail)?;
    let id = begun.ok_or_else(|| fail("no batch was begun"))?;
    while book.writer.write_blocking(move |tx, now| prepare_slice(tx, now, id)).map_err(fail)? {}
    show(book, id)
}

fn approve(book: &Book, id: BatchId) -> Outcome {
    use approve_batch::{Outcome, Request, approve_batch};
    let request = Request { batch_id: id, actor: ACTOR.to_owned() };
    match book.writer.write_blocking(move |tx, now| approve_batch(tx, now, &request)).map_err(fail)? {
        Outcome::NoBatch => Err(missing(id)),
        Outcome::Preparing => Err(Failure("this batch is still being put together; try again shortly".to_owned())),
        Outcome::SamePerson => Err(Failure("whoever prepared a batch may not approve it: let somebody else do it".to_owned())),
        Outcome::Dropped => Err(Failure("this batch was cancelled; prepare a new one".to_owned())),
        Outcome::Approved => show(book, id),
    }
}

fn cancel(book: &Book, id: BatchId) -> Outcome {
    use cancel_batch::{Outcome, cancel_batch};
    match book.writer.write_blocking(move |tx, now| cancel_batch(tx, now, id, ACTOR)).map_err(fail)? {
        Outcome::NoBatch => Err(missing(id)),
        Outcome::TooLate => Err(Failure("some of this batch's payouts are on their way or have ended".to_owned())),
        Outcome::Cancelled => show(book, id),
    }
}

fn settle(book: &Book, id: BatchId, request: settle_payout::Request) -> Outcome {
    use settle_payout::Outcome;
    let settled = book.writer.write_blocking(move |tx, now| settle_batch(tx, now, id, &request)).map_err(fail)?;
    let (_, settled) = settled.ok_or_else(|| missing(id))?;
    let refused = settled.iter().filter(|one| one.outcome == Outcome::Refused).count();
    if refused > 0 {
        say(format!("{refused} of {} payouts were not settled: another result stands, or they were not approved", settled.len()));
    }
    show(book, id)
}

fn missing(id: BatchId) -> Failure {
    Failure(format!("there is no batch {id}"))
}

fn show(book: &Book, id: BatchId) -> Outcome {
    let read = |error: WriteError| fail(error);
    let found = book.readers.read(move |conn| {
        let batch = payout_batches::find(conn, id)?;
        let totals = payout_batches::totals(conn, &[id])?;
        Ok((batch, totals, payout_batches::left_out(conn, id, None, NAMED_MAX)?, payout_batches::count_left_out(conn, id)?))
    });
    let (batch, totals, not_paid, count) = found.map_err(read)?;
    let batch = batch.ok_or_else(|| missing(id))?;
    say(format!("batch {id}: {}", batch.status.as_db()));
    for total in totals {
        let sum = Money { amount: total.amount, currency: total.currency };
        say(format!("  {} payouts by {}, {}: {sum}", total.payouts, total.rail.name(), total.status.as_db()));
    }
    for one in &not_paid {
        let sum = Money { amount: one.amount, currency: one.currency };
        say(format!("  not paid: {} {sum}, {} since {}", one.referrer_id, one.reason.as_db(), one.since));
    }
    if count > NAMED_MAX {
        say(format!("  and {} more are not paid", count - NAMED_MAX));
    }
    if let Some(hash) = batch.hash {
        say(format!("  approved list: SHA-256 {hash}"));
    }
    Ok(())
}
