//! `hound import`: takes files of customers and orders in, with progress and a result for every row.

mod removal;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Failure, Outcome, fail, open_books, say};
use crate::config::Config;
use crate::db::import_results;
use crate::domain::field::short_text;
use crate::domain::id::ImportId;
use crate::domain::intake::amount::DecimalSign;
use crate::domain::intake::date::DayOrder;
use crate::domain::intake::programs::Product;
use crate::domain::intake::{Column, ImportKind};
use crate::domain::money::{Currency, Money};
use crate::domain::principal::{Mode, Scope};
use crate::files::Dialect;
use crate::operations::books::Book;
use crate::operations::import::{ImportRequest, Progress, import_file};
use crate::operations::show_import::{Shown, show_import};

/// Who imports, in the audit log.
const ACTOR: &str = "operator";

/// Remarks shown at the end; the rest stands in the results.
const REMARKS_MAX: i64 = 20;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// customers FILE or orders FILE, a table with a header row (.csv, .csv.gz or .xlsx); with --from, all files of the export
    #[arg(required = true, value_name = "KIND FILE")]
    words: Vec<String>,
    /// Takes over another program: affiliatewp, rewardful, dub or firstpromoter
    #[arg(long, value_parser = product)]
    from: Option<Product>,
    /// The storefront that the orders and customer numbers belong to
    #[arg(long, default_value = "main")]
    source: String,
    /// Says which header means what, such as order_id=Number; a name without a header ignores the column
    #[arg(long = "column", value_name = "NAME=HEADER", value_parser = column)]
    columns: Vec<(Column, String)>,
    /// Currency of rows that name none (default: the program's)
    #[arg(long, value_parser = currency)]
    currency: Option<Currency>,
    /// What stands between cells (default: guessed)
    #[arg(long, value_parser = delimiter)]
    delimiter: Option<u8>,
    /// Such as utf-8 or windows-1252 (default: guessed)
    #[arg(long)]
    encoding: Option<String>,
    /// The worksheet of a workbook (default: the first)
    #[arg(long)]
    sheet: Option<String>,
    /// point or comma (default: guessed)
    #[arg(long, value_parser = decimal)]
    decimal: Option<DecimalSign>,
    /// day-first or month-first, for dates such as 03/04/2026 (default: guessed)
    #[arg(long, value_parser = dates)]
    dates: Option<DayOrder>,
    /// Judges and credits the orders like new ones; without it they are of the past and earn nothing
    #[arg(long)]
    live: bool,
    /// Judges every row and writes nothing but the results
    #[arg(long)]
    dry_run: bool,
    /// Writes the result of every row into this CSV file
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
    /// Takes the file into the sandbox instead of the live ledger
    #[arg(long)]
    sandbox: bool,
}

pub(super) fn run(args: &Args, config: &Config) -> Outcome {
    short_text("--source", &args.source).map_err(|fault| Failure(format!("{} {}", fault.pointer, fault.message)))?;
    if let Some(product) = args.from {
        let files: Vec<PathBuf> = args.words.iter().map(PathBuf::from).collect();
        return removal::run(product, &files, args, config);
    }
    let [kind_word, path] = args.words.as_slice() else {
        return Err(Failure("name what the file holds and the file: hound import orders FILE.csv".to_owned()));
    };
    let (kind, path) = (kind(kind_word).map_err(Failure)?, PathBuf::from(path));
    let mut file = File::open(&path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
    let books = open_books(config)?;
    let book = books.of(if args.sandbox { Mode::Sandbox } else { Mode::Live }).map_err(fail)?;
    let begun = book.clock.now();
    let mut teller = Teller::default();
    let mut watch = |progress: Progress| teller.tell(progress);
    let id = import_file(&book, &mut file, &args.request(kind, &path), ACTOR, &mut watch).map_err(fail)?;
    let seconds = (book.clock.now().micros() - begun.micros()).max(1);
    let rows = teller.rows;
    let rate = i64::try_from(rows).unwrap_or(i64::MAX).saturating_mul(1_000_000) / seconds;
    let shown = book.readers.read(|conn| show_import(conn, id, &Scope::All)).map_err(fail)?;
    let shown = shown.ok_or_else(|| fail("the import is gone"))?;
    tell(&book, &shown, id)?;
    say(format!("{rows} rows in {}.{:02} s, {rate} rows/s", seconds / 1_000_000, seconds % 1_000_000 / 10_000));
    if let Some(path) = &args.results {
        let mut out = File::create(path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
        write_results(&book, id, &mut out)?;
        say(format!("the result of every row: {}", path.display()));
    }
    if shown.refused() > 0 {
        return Err(Failure(format!("{} rows were refused; mend them and import the file again", shown.refused())));
    }
    Ok(())
}

impl Args {
    fn dialect(&self) -> Dialect {
        Dialect { delimiter: self.delimiter, encoding: self.encoding.clone(), sheet: self.sheet.clone() }
    }

    fn request(&self, kind: ImportKind, path: &Path) -> ImportRequest {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        ImportRequest {
            kind,
            name: name.chars().filter(|sign| !sign.is_control()).take(255).collect(),
            source: self.source.clone(),
            dialect: self.dialect(),
            columns: self.columns.iter().cloned().collect::<BTreeMap<_, _>>(),
            decimal: self.decimal,
            dates: self.dates,
            currency: self.currency,
            history: !self.live,
            dry_run: self.dry_run,
        }
    }
}

/// Says how far the import is, each tenth of the way.
#[derive(Default)]
struct Teller {
    tenth: usize,
    started: bool,
    rows: usize,
}

impl Teller {
    fn tell(&mut self, progress: Progress) -> bool {
        let Progress { position, units, rows } = progress;
        if !self.started {
            self.started = true;
            self.tenth = position * 10 / units.max(1);
            let goes_on = if position > 0 { format!(", going on after {position}") } else { String::new() };
            say(format!("{units} orders or customers read and sorted{goes_on}"));
        }
        self.rows = rows;
        let tenth = position * 10 / units.max(1);
        if tenth > self.tenth {
            self.tenth = tenth;
            say(format!("{:>3} %  {position} of {units}", tenth * 10));
        }
        true
    }
}

fn tell(book: &Book, shown: &Shown, id: ImportId) -> Outcome {
    let notes = &shown.row.notes.0;
    if let Some(columns) = notes.get("columns").and_then(|columns| columns.as_object()) {
        let pairs: Vec<String> = columns.iter().map(|(name, header)| format!("{name}={header}")).collect();
        say(format!("columns: {}", pairs.join(" ")));
    }
    if let Some(ignored) = notes.get("ignored").and_then(|ignored| ignored.as_array()).filter(|ignored| !ignored.is_empty()) {
        let names: Vec<String> = ignored.iter().map(ToString::to_string).collect();
        say(format!("not used: {}", names.join(" ")));
    }
    let counts: Vec<String> = shown.rows.iter().map(|(outcome, count)| format!("{count} {}", outcome.as_db())).collect();
    say(format!("import {id}: rows {}", if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }));
    for sum in &shown.sums {
        let money = |amount| Money { amount, currency: sum.currency };
        let net = money(sum.sold - sum.refunded);
        say(format!(
            "{} orders, {}; {} times something went back, {}; net {net}",
            sum.orders,
            money(sum.sold),
            sum.refunds,
            money(sum.refunded)
        ));
    }
    for row in book.readers.read(|conn| import_results::remarks(conn, id, REMARKS_MAX)).map_err(fail)? {
        let field = row.field.map(|field| format!(", column {field:?}")).unwrap_or_default();
        say(format!("  row {}{field}: {} ({})", row.line, row.message.unwrap_or_default(), row.outcome.as_db()));
    }
    if shown.row.dry_run {
        say("a dry run: the ledger is as it was");
    }
    Ok(())
}

/// Every row's result as CSV.
fn write_results(book: &Book, id: ImportId, out: &mut dyn Write) -> Outcome {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["row", "outcome", "order_id", "id", "currency", "sold", "refunded", "column", "code", "message"])
        .map_err(fail)?;
    let mut after = 0;
    loop {
        let rows = book.readers.read(|conn| import_results::list(conn, id, None, after, 1_000)).map_err(fail)?;
        let Some(last) = rows.last() else { break };
        after = last.line;
        for row in &rows {
            let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
            csv.write_record([
                row.line.to_string(),
                row.outcome.as_db().to_owned(),
                row.order_id.clone().unwrap_or_default(),
                row.subject_id.map(|id| id.uuid().to_string()).unwrap_or_default(),
                row.currency.map(|currency| currency.code().to_owned()).unwrap_or_default(),
                number(row.sold),
                number(row.refunded),
                row.field.clone().unwrap_or_default(),
                row.code.clone().unwrap_or_default(),
                row.message.clone().unwrap_or_default(),
            ])
            .map_err(fail)?;
        }
    }
    csv.flush().map_err(fail)
}

fn kind(text: &str) -> Result<ImportKind, String> {
    [ImportKind::Customers, ImportKind::Orders]
        .into_iter()
        .find(|kind| kind.as_db() == text)
        .ok_or_else(|| "must be customers or orders".to_owned())
}

fn product(text: &str) -> Result<Product, String> {
    let found = Product::ALL.into_iter().find(|product| product.name() == text);
    found.ok_or_else(|| "must be affiliatewp, rewardful, dub or firstpromoter".to_owned())
}

fn column(text: &str) -> Result<(Column, String), String> {
    let (name, header) = text.split_once('=').ok_or("must be NAME=HEADER, such as order_id=Number")?;
    let found = Column::ALL.into_iter().find(|column| column.name() == name);
    let known = || Column::ALL.map(Column::name).join(", ");
    found.map(|column| (column, header.to_owned())).ok_or_else(|| format!("there is no column {name:?}; there are {}", known()))
}

fn currency(text: &str) -> Result<Currency, String> {
    Currency::parse(&text.to_ascii_uppercase()).map_err(ToOwned::to_owned)
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if text == "tab" || text == "\\t" => Ok(b'\t'),
        [sign] if sign.is_ascii_punctuation() || *sign == b'\t' => Ok(*sign),
        _ => Err("must be one sign such as ; or tab".to_owned()),
    }
}

fn decimal(text: &str) -> Result<DecimalSign, String> {
    match text {
        "point" => Ok(DecimalSign::Point),
        "comma" => Ok(DecimalSign::Comma),
        _ => Err("must be point or comma".to_owned()),
    }
}

fn dates(text: &str) -> Result<DayOrder, String> {
    match text {
        "day-first" => Ok(DayOrder::DayFirst),
        "month-first" => Ok(DayOrder::MonthFirst),
        _ => Err("must be day-first or month-first".to_owned()),
    }
}
