//! What the pages of an import say of it, in words.

use std::collections::BTreeMap;

use crate::db::import_results::ResultRow;
use crate::db::imports::ImportRow;
use crate::domain::intake::{ImportKind, ImportStatus, RowOutcome};
use crate::domain::locale::Locale;
use crate::http::pages::frame::Frame;
use crate::http::pages::words;
use crate::operations::show_import::Sum;

/// A row that has something to say to its owner.
pub(super) struct Remark {
    /// Where it stands in the file.
    pub(super) place: String,
    pub(super) outcome: String,
    pub(super) column: String,
    pub(super) said: String,
    pub(super) refused: bool,
}

pub(super) const fn kind(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Customers => "import-kind-customers",
        ImportKind::Orders => "import-kind-orders",
    }
}

pub(super) const fn state(row: &ImportRow) -> &'static str {
    match row.status {
        _ if row.taken_back_at.is_some() => "import-state-taken-back",
        ImportStatus::Waiting | ImportStatus::Running => "import-state-running",
        ImportStatus::Done => "import-state-done",
        ImportStatus::Failed => "import-state-failed",
    }
}

/// How many rows became what, a sentence each; `dry` rows only would.
pub(super) fn counts(frame: &Frame, rows: &BTreeMap<RowOutcome, i64>, dry: bool) -> Vec<String> {
    let tense = if dry { "would" } else { "did" };
    let one = |(outcome, count): (&RowOutcome, &i64)| {
        let number = frame.number(count);
        frame.count(&format!("import-{tense}-{}", outcome.as_db()), *count, &[("number", &number)])
    };
    rows.iter().map(one).collect()
}

/// What the rows come to, a sentence a currency.
pub(super) fn sums(frame: &Frame, sums: &[Sum]) -> Vec<String> {
    let one = |sum: &Sum| {
        let (sold, refunded) = (frame.amount(&sum.sold, &sum.currency), frame.amount(&sum.refunded, &sum.currency));
        let number = frame.number(&sum.orders);
        frame.count("import-sum", sum.orders, &[("number", &number), ("sold", &sold), ("refunded", &refunded)])
    };
    sums.iter().map(one).collect()
}

pub(super) fn remarks(frame: &Frame, rows: Vec<ResultRow>) -> Vec<Remark> {
    let one = |row: ResultRow| Remark {
        place: frame.tell("import-row-number", &[("row", &row.line.to_string())]),
        outcome: frame.say(&format!("import-outcome-{}", row.outcome.as_db())),
        refused: row.outcome == RowOutcome::Refused,
        said: cause(frame, row.code.as_deref(), row.message.unwrap_or_default()),
        column: row.field.unwrap_or_default(),
    };
    rows.into_iter().map(one).collect()
}

/// What is wrong with a row. The reader of the file says it in English; other languages have a sentence a cause.
fn cause(frame: &Frame, code: Option<&str>, message: String) -> String {
    let key = code.map(|code| format!("import-cause-{code}")).filter(|key| words::knows(key));
    match key {
        Some(key) if frame.locale != Locale::En => frame.say(&key),
        _ => message,
    }
}

/// Why a file cannot be read, without words that only the command line understands.
pub(super) fn problem(frame: &Frame, said: &str) -> String {
    let known = [
        ("--decimal", "import-problem-decimal"),
        ("--dates", "import-problem-dates"),
        ("names a customer", "import-problem-customer"),
        ("date of the order", "import-problem-date"),
        ("as an amount", "import-problem-amount"),
        ("there is no column", "import-problem-column"),
        ("file is empty", "import-problem-empty"),
        (".xls)", "import-problem-old"),
    ];
    let key = known.into_iter().find(|(mark, _)| said.contains(mark)).map(|(_, key)| key);
    key.map_or_else(|| frame.tell("import-problem", &[("said", said)]), |key| frame.say(key))
}
