//! `hound check`: recomputes the ledgers and names every difference.

use super::{Failure, Outcome, fail, open_books, say};
use crate::config::Config;
use crate::domain::money::Money;
use crate::domain::principal::Mode;
use crate::operations::books::Book;
use crate::operations::check_ledger::{CheckReport, check_ledger};
use crate::operations::check_money::{Summary, check_money};

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
    let mut reports = vec![("live", check(&books.live)?, money(&books.live)?)];
    if has_sandbox {
        let sandbox = books.of(Mode::Sandbox).map_err(fail)?;
        reports.push(("sandbox", check(&sandbox)?, money(&sandbox)?));
    }
    if args.json {
        let both = |report: &CheckReport, money: &Summary| {
            let mut shown = serde_json::json!(report);
            if let Some(fields) = shown.as_object_mut() {
                fields.insert("money_check".to_owned(), serde_json::json!(money));
            }
            shown
        };
        let all: serde_json::Map<String, serde_json::Value> =
            reports.iter().map(|(name, report, money)| ((*name).to_owned(), both(report, money))).collect();
        say(serde_json::Value::Object(all));
    } else {
        for (name, report, money) in &reports {
            show(name, report);
            show_money(money);
        }
    }
    let unequal = |money: &Summary| money.currencies.iter().filter(|side| side.difference != 0).count();
    let forgotten: usize = reports.iter().map(|(_, _, money)| unequal(money)).sum();
    if forgotten > 0 {
        return Err(Failure(format!("in {forgotten} currencies what moves and what does not is not all that is owed")));
    }
    let differences: u64 = reports.iter().map(|(_, report, _)| report.difference_count).sum();
    if differences == 0 { Ok(()) } else { Err(Failure(format!("{differences} differences: the ledger is not as it should be"))) }
}

pub(super) fn check(book: &Book) -> Result<CheckReport, Failure> {
    book.readers.read(check_ledger).map_err(fail)
}

fn money(book: &Book) -> Result<Summary, Failure> {
    let now = book.clock.now();
    book.readers.read(|conn| check_money(conn, now)).map_err(fail)
}

/// The money check in a few lines; `hound report money-check` lists every cent.
fn show_money(money: &Summary) {
    if money.nothing_forgotten {
        say("  money check: nothing forgotten");
        return;
    }
    for one in &money.by_reason {
        let (sum, reason) = (Money { amount: one.amount, currency: one.currency }, serde_json::json!(one.reason));
        let reason = reason.as_str().unwrap_or_default().replace('_', " ");
        say(format!("  money check: {sum} in {} places, {reason}, since {}", one.count, one.since));
    }
    if money.held_without_amount > 0 {
        say(format!("  money check: {} held orders name nobody who is known", money.held_without_amount));
    }
    for one in &money.silent {
        say(format!("  money check: nothing from {} since {}", one.name, one.since));
    }
}

pub(super) fn show(name: &str, report: &CheckReport) {
    let counts: Vec<String> = report.checked.iter().map(|(what, count)| format!("{count} {what}")).collect();
    let verdict = if report.clean { "clean" } else { "NOT clean" };
    say(format!("{name}: {verdict} ({})", counts.join(", ")));
    for one in &report.differences {
        say(format!("  {} {}: expected {}, found {}", one.what, one.id, one.expected, one.found));
    }
}
