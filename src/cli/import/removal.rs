//! `hound import --from`: moves here from another referral program, without a letter to anybody.

use std::fs::File;
use std::path::PathBuf;

use super::{ACTOR, Args};
use crate::cli::{Failure, Outcome, fail, open_books, say};
use crate::config::Config;
use crate::db::{referrers, terms};
use crate::domain::code::{Code, Skeleton};
use crate::domain::intake::programs::{Account, Product, Removal, Table};
use crate::domain::money::{ByCurrency, Currency, Money};
use crate::domain::principal::Mode;
use crate::files::{self, Dialect, FileFault, RowSink};
use crate::operations::books::Book;
use crate::operations::take_over::{TakenOver, take_over, take_over_friends};

/// Faults and lost codes that are shown; more would hide the totals.
const SHOWN_MAX: usize = 20;

struct Pack<'a> {
    product: Product,
    name: String,
    source: &'a str,
    currency: Currency,
    table: Option<Table>,
    removal: &'a mut Removal,
}

impl RowSink for Pack<'_> {
    fn header(&mut self, cells: Vec<String>) -> Result<(), FileFault> {
        let table = Table::of(self.product, &self.name, &cells, self.source, self.currency).map_err(FileFault)?;
        self.table = Some(table);
        Ok(())
    }

    fn row(&mut self, number: u32, cells: Vec<String>) -> Result<(), FileFault> {
        if let Some(table) = &self.table {
            self.removal.take(table, number, &cells);
        }
        Ok(())
    }
}

pub(super) fn run(product: Product, paths: &[PathBuf], args: &Args, config: &Config) -> Outcome {
    let books = open_books(config)?;
    let book = books.of(if args.sandbox { Mode::Sandbox } else { Mode::Live }).map_err(fail)?;
    let program = book.readers.read(terms::program).map_err(fail)?;
    let home = program.and_then(|program| program.current().map(|current| current.terms.currency)).unwrap_or(Currency::EUR);
    let currency = args.currency.unwrap_or(home);
    let removal = pack(product, paths, &args.source, currency, &args.dialect())?;
    tell_of_files(&removal);
    if args.dry_run {
        tell_of_clashes(&book, &removal)?;
        say("a dry run: the ledger is as it was");
    } else {
        unpack(&book, product, &removal)?;
    }
    match removal.faults.len() {
        0 => Ok(()),
        count => Err(Failure(format!("{count} rows could not be understood and were left out"))),
    }
}

/// Reads all files: those with accounts before those that name accounts by number only.
fn pack(product: Product, paths: &[PathBuf], source: &str, currency: Currency, dialect: &Dialect) -> Result<Removal, Failure> {
    let mut removal = Removal::default();
    for last in [false, true] {
        for path in paths {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let mut file = File::open(path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
            let mut probe = Removal::default();
            let into = if last { &mut removal } else { &mut probe };
            let mut pack = Pack { product, name: name.clone(), source, currency, table: None, removal: into };
            files::read(&mut file, dialect, &mut pack).map_err(|fault| Failure(format!("{name}: {fault}")))?;
            if !last {
                removal.learn_names(&probe);
            }
        }
    }
    Ok(removal)
}

fn money(sums: &ByCurrency) -> String {
    let sums: Vec<String> =
        sums.iter().map(|(currency, amount)| Money { amount: *amount, currency: *currency }.to_string()).collect();
    if sums.is_empty() { "nothing".to_owned() } else { sums.join(", ") }
}

fn tell_of_files(removal: &Removal) {
    let accounts = removal.accounts.values();
    let codes: usize = accounts.clone().map(|account| account.codes.len()).sum();
    let friends: usize = accounts.clone().map(|account| account.friends.len()).sum();
    let paused = accounts.filter(|account| account.paused).count();
    say(format!(
        "in the files: {} referrers ({paused} set aside), {codes} codes, {friends} customers they introduced, {} owed to them",
        removal.accounts.len(),
        money(&removal.owed())
    ));
    if !removal.not_due.is_empty() {
        say(format!("earned there but not due yet, not taken over: {}", money(&removal.not_due)));
    }
    for (file, row, said) in removal.faults.iter().take(SHOWN_MAX) {
        say(format!("  {file}, row {row}: {said}"));
    }
    for code in removal.lost_codes.iter().take(SHOWN_MAX) {
        say(format!("  {code:?} cannot be a code here: it takes two letters or digits at least, and only A-Z, 0-9, - and _"));
    }
}

/// Says which codes are somebody else's here.
fn tell_of_clashes(book: &Book, removal: &Removal) -> Outcome {
    for account in removal.accounts.values() {
        let skeletons: Vec<Skeleton> = account.codes.iter().map(Code::skeleton).collect();
        let held = book.readers.read(|conn| referrers::codes_by_skeleton(conn, &skeletons)).map_err(fail)?;
        for row in held.iter().take(SHOWN_MAX) {
            say(format!("  the code {} exists here already", row.code));
        }
    }
    Ok(())
}

fn unpack(book: &Book, product: Product, removal: &Removal) -> Outcome {
    let mut all = TakenOver::default();
    let mut new = 0;
    for account in removal.accounts.values() {
        let done = one(book, product, account)?;
        new += usize::from(done.new);
        all.codes += done.codes;
        all.friends += done.friends;
        all.kept += done.kept;
        for (currency, amount) in done.opened {
            *all.opened.entry(currency).or_insert(0) += amount;
        }
        for code in &done.taken {
            say(format!("  the code {code} is somebody else's here; {} goes without it", account.key));
        }
    }
    say(format!(
        "taken over: {new} referrers, {} codes, {} introductions ({} stay with another), {} as opening balances; no letter was sent",
        all.codes,
        all.friends,
        all.kept,
        money(&all.opened)
    ));
    Ok(())
}

fn one(book: &Book, product: Product, account: &Account) -> Result<TakenOver, Failure> {
    let wanted = account.clone();
    let mut done = book.writer.write_blocking(move |tx, now| take_over(tx, now, product, &wanted, ACTOR)).map_err(fail)?;
    if !account.friends.is_empty() {
        let wanted = account.clone();
        let friends = book.writer.write_blocking(move |tx, now| take_over_friends(tx, now, &wanted)).map_err(fail)?;
        (done.friends, done.kept) = (friends.friends, friends.kept);
    }
    Ok(done)
}
