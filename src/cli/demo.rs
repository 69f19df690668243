//! `hound demo`: the main job on a real purchase history. Eighteen months of a shop pass in seconds,
//! through the same operations as the API; then the result is checked and served.

mod ending;
mod folder;
mod payday;
mod people;
mod purchases;
mod replay;
mod rules;

use std::net::TcpListener;
use std::sync::Arc;

use self::ending::Sights;
use self::replay::Replay;
use super::{Failure, Outcome, check, fail, open_books, say, serve, token, worker};
use crate::clock::Clock;
use crate::config::{Config, MailSettings, Origin};
use crate::domain::money::Money;
use crate::domain::principal::Mode;
use crate::mail::Mailer;
use crate::operations::books::Book;
use crate::operations::report_payouts::{Asked, Total, report_payouts};
use crate::operations::report_program::introductions_until;
use crate::worker::Letterhead;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Ends after the check instead of serving the result
    #[arg(long)]
    no_serve: bool,
}

pub(super) fn run(args: &Args, config: &Config) -> Outcome {
    let demo = of_its_own(config);
    let listener = if args.no_serve { None } else { Some(listen(&demo)?) };
    let address = match &listener {
        Some(listener) => format!("http://{}", listener.local_addr().map_err(fail)?),
        None => format!("http://{}", demo.listen),
    };
    // Held until the end: a second demo must not take the folder from under this one.
    let _mark = folder::prepare(&demo.data_dir).map_err(Failure)?;
    if config.database_url.is_some() {
        say("The demo keeps its own database file; the server that HOUND_DATABASE_URL names is not touched.");
    }
    let sights = live_through(&demo, demo.base_url.as_deref().unwrap_or(&address))?;
    let Some(listener) = listener else { return Ok(()) };
    let books = Arc::new(open_books(&demo)?);
    let keys = token::keyring(&demo, &books)?;
    ending::invite(&books, &keys, &demo.data_dir, &address, &sights)?;
    serve::greet(&books, &keys, demo.base_url.as_deref().unwrap_or(&address))?;
    serve::attend(&demo, &books, keys, listener, true)
}

/// The settings, but in a folder of its own, on a file database, and with letters that go nowhere.
fn of_its_own(config: &Config) -> Config {
    let data_dir = config.data_dir.join("demo");
    Config { mail: MailSettings::File(data_dir.join("mail")), data_dir, database_url: None, ..config.clone() }
}

/// Where the settings say; if they say nothing and another service is there, anywhere else.
fn listen(config: &Config) -> Result<TcpListener, Failure> {
    let default = config.shown.iter().any(|one| one.name == "HOUND_LISTEN" && one.origin == Origin::Default);
    match serve::listen(&config.listen) {
        Err(_) if default => serve::listen("127.0.0.1:0"),
        bound => bound,
    }
}

/// The eighteen months, the sentence and the check.
fn live_through(demo: &Config, base_url: &str) -> Result<Sights, Failure> {
    let purchases = purchases::embedded().map_err(Failure)?;
    let days = rules::days(&purchases);
    let start = purchases::beginning().map_err(Failure)?;
    let (live, _) = demo.places();
    let book = Book::open(live, Clock::simulated(start), Mode::Live).map_err(fail)?;
    let mail = demo.data_dir.join("mail");
    say(format!(
        "CDNOW, a shop for music, January 1997 to June 1998: {} real orders of {} customers, replayed in {}",
        purchases.len(),
        purchases.last().map_or(0, |last| last.customer + 1),
        demo.data_dir.display()
    ));
    // A year and a half in a minute has no nights.
    let letterhead = Letterhead { calm: false, ..worker::letterhead(demo, base_url)? };
    let mut replay = Replay::new(&book, Mailer::file_unsynced(&mail), letterhead, &purchases, start)?;
    replay.run(&days)?;
    say(format!("{} letters went to {}", replay.letters, mail.display()));
    let now = book.clock.now();
    for line in book.readers.read(|conn| introductions_until(conn, now)).map_err(fail)? {
        say(line.sentence());
    }
    let report = check::check(&book)?;
    check::show("check", &report);
    if !report.clean {
        return Err(Failure(format!("{} differences: the ledger is not as it should be", report.difference_count)));
    }
    let sights = sights(&book, &replay)?;
    book.writer.stop();
    Ok(sights)
}

fn sights(book: &Book, replay: &Replay<'_>) -> Result<Sights, Failure> {
    let now = book.clock.now();
    let whole = Asked { from: Some(purchases::FIRST_DAY.to_owned()), to: Some("1998-07-01".to_owned()), period: None };
    let report = book.readers.read(|conn| report_payouts(conn, now, &whole)).map_err(fail)?;
    let report = report.map_err(|fault| fail(fault.message))?;
    let busiest = report.rows.iter().max_by_key(|row| (row.sums.figures.earned, row.referrer_id)).map(|row| row.referrer_id);
    let waits = |total: &Total| Money { amount: total.figures.ready, currency: total.currency };
    let waiting = report.totals.iter().map(waits).collect();
    let seen = busiest.and_then(|referrer| replay.credited.get(&referrer).map(|sale| (referrer, *sale)));
    let (referrer, sale) = seen.ok_or_else(|| fail("nobody earned anything"))?;
    Ok(Sights { referrer, sale, waiting })
}
