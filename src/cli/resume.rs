//! `hound resume`: shows what would leave the house after a restore, and lets it go.

use std::io::{BufRead, Write};

use super::{Failure, Outcome, fail, open_books, say};
use crate::config::Config;
use crate::operations::resume_outward::{Outgoing, outgoing, resume_outward};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Lets it go without asking
    #[arg(long)]
    yes: bool,
    /// Discards the letters that wait: they may have been sent after the backup was taken
    #[arg(long)]
    discard_letters: bool,
}

pub(super) fn run(args: &Args, config: &Config) -> Outcome {
    let books = open_books(config)?;
    let out = books.live.readers.read(outgoing).map_err(fail)?;
    let Some(why) = &out.paused else {
        say("nothing is held up");
        return Ok(());
    };
    say(format!("nothing leaves the house: {why}"));
    show(&out);
    if !args.yes && !agreed()? {
        return Err(Failure("nothing was changed".to_owned()));
    }
    let discard = args.discard_letters;
    let write = move |tx: &mut crate::db::Tx<'_>, now| resume_outward(tx, now, "operator", discard);
    let (_, discarded) = books.live.writer.write_blocking(write).map_err(fail)?;
    if discarded > 0 {
        say(format!("{discarded} letters were discarded"));
    }
    say("everything goes out again");
    Ok(())
}

fn show(out: &Outgoing) {
    say("as soon as you agree, these go:");
    for (kind, count) in &out.jobs {
        say(format!("  {kind}: {count}"));
    }
    for row in &out.payouts {
        let (rail, status) = (serde_json::to_value(row.rail), serde_json::to_value(row.status));
        let word = |value: serde_json::Result<serde_json::Value>| {
            value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
        };
        say(format!(
            "  payouts by {}, {}: {}, {} {} in minor units",
            word(rail),
            word(status),
            row.count,
            row.amount,
            row.currency
        ));
    }
    if !out.payouts.is_empty() {
        say("a payout that was made after the backup must be settled before it is made again");
    }
}

fn agreed() -> Result<bool, Failure> {
    drop(write!(std::io::stdout(), "type yes to let them go: "));
    drop(std::io::stdout().flush());
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(fail)?;
    Ok(answer.trim() == "yes")
}
