//! `hound copy`: moves the ledger to another database, and proves that it arrived.

use std::path::PathBuf;

use super::{Failure, Outcome, check, fail, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::connect::Place;
use crate::db::freeze::{MOVED_TO, thaw};
use crate::db::settings;
use crate::db::transact::Link;
use crate::domain::principal::Mode;
use crate::operations::books::{Book, Books};
use crate::operations::copy_ledger::copy_ledger;

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct Args {
    /// Where to: postgres://… or the path of a new file
    #[arg(long, value_name = "TARGET")]
    to: Option<String>,
    /// Goes on with this ledger after all: it takes writes again
    #[arg(long)]
    stay: bool,
}

pub(super) fn run(args: &Args, config: &Config) -> Outcome {
    let from = config.places().0;
    let Some(to) = &args.to else {
        Link::new(from).transact(&mut |tx| thaw(tx)).map_err(fail)?;
        say("this ledger takes writes again; do not use the copy any more");
        return Ok(());
    };
    let (to, named) = target(to, config.database_ca.clone());
    say("this ledger takes no more writes; to go on with it after all: hound copy --stay");
    let hash = copy_ledger(&from, &to, &named, &mut |table, rows| say(format!("{table}: {rows}"))).map_err(fail)?;
    say(format!("both are in state {hash}"));
    let book = Book::open(to, Clock::wall(), Mode::Live).map_err(fail)?;
    let report = check::check(&book)?;
    check::show(&named, &report);
    if !report.clean {
        return Err(Failure(format!("{} differences: look at them before you go on there", report.difference_count)));
    }
    say(format!("the ledger is at {named} now, and served from there with the same signing key; the sandbox stays behind"));
    Ok(())
}

/// Where to, and how a person is told: without the password.
fn target(text: &str, authority: Option<PathBuf>) -> (Place, String) {
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => {
            let host = url.host_str().unwrap_or("the local server").to_owned();
            let named = format!("PostgreSQL database {} on {host}", url.path().trim_start_matches('/'));
            (Place::Postgres { url: text.to_owned(), schema: None, authority }, named)
        }
        _ => (Place::Sqlite(PathBuf::from(text)), text.to_owned()),
    }
}

/// Refuses to work on a ledger that has moved.
pub(super) fn refuse_moved(books: &Books) -> Outcome {
    match books.live.readers.read(|conn| settings::get(conn, MOVED_TO)).map_err(fail)? {
        None => Ok(()),
        Some(to) => Err(Failure(format!("this ledger has moved to {to}; serve it there, or go on here with: hound copy --stay"))),
    }
}
