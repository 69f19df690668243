//! `hound payouts export`: the file that a bank or payment house reads, written to disk.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use jiff::civil::Date;

use super::token::keyring;
use super::{Failure, Outcome, fail, say};
use crate::config::Config;
use crate::domain::id::BatchId;
use crate::operations::books::Books;
use crate::operations::export_payouts::{self, export_payouts};
use crate::operations::hand_out_payouts::hand_out_payouts;
use crate::rails::{FORMATS, Format, Unwritten};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The batch; it must be approved
    batch: BatchId,
    /// sepa, ach, paypal, wise, manual, store_credit or csv
    #[arg(value_parser = format)]
    format: Format,
    /// Where to write it; an existing file is left alone
    #[arg(long)]
    out: PathBuf,
    /// The day on which the bank shall pay, such as 2026-11-30 (default: today)
    #[arg(long)]
    execute_on: Option<Date>,
}

fn format(name: &str) -> Result<Format, String> {
    let names = || FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
    Format::named(name).ok_or_else(|| format!("there are {}", names()))
}

pub(super) fn run(args: &Args, config: &Config, books: &Books, actor: &str) -> Outcome {
    let request = export_payouts::Request {
        batch_id: args.batch,
        format: args.format.name,
        rail: args.format.rail,
        vault: keyring(config, books)?.vault(),
        actor: actor.to_owned(),
    };
    let now = books.live.clock.now();
    let export = match books.live.readers.read(|conn| export_payouts(conn, now, &request)).map_err(fail)? {
        export_payouts::Outcome::Orders(export) => *export,
        export_payouts::Outcome::Paused(why) => {
            return Err(Failure(format!("nothing leaves the house: {why}; compare with the bank, then run hound resume")));
        }
        export_payouts::Outcome::NoBatch => return Err(Failure("there is no such batch".to_owned())),
        export_payouts::Outcome::NotApproved(status) => {
            return Err(Failure(format!("this batch is {}; only an approved one is paid", status.as_db())));
        }
        export_payouts::Outcome::LeftAs(format) => {
            return Err(Failure(format!(
                "some of these payouts left as {format}, which may be on its way to be paid; settle those first"
            )));
        }
        export_payouts::Outcome::Sealed(id) => {
            return Err(Failure(format!("the details of payout {id} were sealed with another key; enter them again")));
        }
    };
    let file = args.format.write_one(&export.run(args.execute_on)).map_err(refused)?;
    // Bank details: for nobody's eyes but the owner's, and never over a file that is there.
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let named = |error: std::io::Error| fail(format!("{}: {error}", args.out.display()));
    let mut out = options.open(&args.out).map_err(named)?;
    // A file of which nobody knows would be worse than a note of a file that is not there.
    let ids = export.ids();
    if !books.live.writer.write_blocking(move |tx, now| hand_out_payouts(tx, now, &request, &ids)).map_err(fail)? {
        return Err(Failure("some of these payouts have moved meanwhile; start again".to_owned()));
    }
    out.write_all(&file.bytes).and_then(|()| out.sync_all()).map_err(named)?;
    say(format!("{}: {} bytes, {}", args.out.display(), file.bytes.len(), file.media_type));
    Ok(())
}

fn refused(why: Unwritten) -> Failure {
    match why {
        Unwritten::PayerIncomplete(faults) => {
            let fields: Vec<&str> = faults.iter().map(|fault| fault.pointer.trim_start_matches('/')).collect();
            Failure(format!("this file needs more of the payer: set {} with PATCH /v1/payer", fields.join(" and ")))
        }
        other => fail(other),
    }
}
