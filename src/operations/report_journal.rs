//! The journal: every posting of a period as one debit and one credit, for the shop's own books. In the
//! order of what caused the postings, or summed by day; page by page.

use std::collections::BTreeMap;

use super::pages::{Cell, Pages, header, line};
use crate::db::ledger::Transfer;
use crate::db::types::AnyId;
use crate::db::{Conn, DbFault, DbResult, reports, terms};
use crate::domain::bookkeeping::{BookRules, journal_words, sides};
use crate::domain::commission::{Account, TransferKind};
use crate::domain::field::FieldError;
use crate::domain::instant::Instant;
use crate::domain::money::{Currency, Money};
use crate::domain::report::Period;

/// Postings per page: some hundred kilobytes.
const PAGE: i64 = 5_000;

const COLUMNS: [&str; 7] = ["date", "account", "debit", "credit", "currency", "text", "cause"];

/// What the journal is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    period: Period,
    timezone: String,
    rules: BookRules,
}

/// What is summed by day: the day, the debited and the credited account, the currency, the kind.
type Key = (String, Account, Account, Currency, TransferKind);

/// The journal on its way out.
pub struct JournalPages {
    book: Book,
    /// The sums of days, if days are wanted; each with the number of its postings.
    days: Option<BTreeMap<Key, (i64, i64)>>,
    at: At,
}

enum At {
    Beginning,
    After(AnyId),
    Days,
    End,
}

/// Reads what the journal is about ([`Period::parse`]).
///
/// # Errors
/// What the database reports; inside, what is wrong with the period.
pub fn book(conn: &mut Conn<'_>, now: Instant, from: Option<&str>, to: Option<&str>) -> DbResult<Result<Book, FieldError>> {
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let terms = program.current().map(|version| version.terms.clone()).unwrap_or_default();
    let period = Period::parse(from, to, &terms.timezone, now);
    Ok(period.map(|period| Book { period, timezone: terms.timezone, rules: terms.books }))
}

impl JournalPages {
    /// The journal of `book`; summed by day if `by_day`.
    #[must_use]
    pub fn new(book: Book, by_day: bool) -> Self {
        Self { book, days: by_day.then(BTreeMap::new), at: At::Beginning }
    }

    fn take(&mut self, out: &mut Vec<u8>, row: &Transfer) {
        let day = row.posted_at.day_in(&self.book.timezone);
        let (debit, credit) = sides(row.kind, row.from_account, row.to_account);
        match &mut self.days {
            Some(days) => {
                let sum = days.entry((day, debit, credit, row.currency, row.kind)).or_default();
                sum.0 += row.amount;
                sum.1 += 1;
            }
            None => {
                let money = Money { amount: row.amount, currency: row.currency };
                let (text, cause) = (journal_words(row.kind), row.cause_id.uuid().to_string());
                pair(out, &self.book.rules, &day, (debit, credit), money, text, &cause);
            }
        }
    }

    fn days(&mut self, out: &mut Vec<u8>) {
        for ((day, debit, credit, currency, kind), (amount, count)) in self.days.take().into_iter().flatten() {
            let text = format!("{} ({count})", journal_words(kind));
            pair(out, &self.book.rules, &day, (debit, credit), Money { amount, currency }, &text, "");
        }
    }
}

impl Pages for JournalPages {
    fn next(&mut self, conn: &mut Conn<'_>) -> DbResult<Option<Vec<u8>>> {
        let mut out = Vec::new();
        let after = match self.at {
            At::Beginning => {
                header(&mut out, &COLUMNS);
                None
            }
            At::After(cause) => Some(cause),
            At::Days => {
                self.days(&mut out);
                self.at = At::End;
                return Ok(Some(out));
            }
            At::End => return Ok(None),
        };
        let (rows, last) = reports::journal_page(conn, after, self.book.period.from, self.book.period.to, PAGE)?;
        rows.iter().for_each(|row| self.take(&mut out, row));
        self.at = last.map_or(At::Days, At::After);
        Ok(Some(out))
    }
}

/// The two lines of a posting: first the debit, then the credit.
fn pair(out: &mut Vec<u8>, rules: &BookRules, day: &str, accounts: (Account, Account), money: Money, text: &str, cause: &str) {
    let code = money.currency.code();
    let cause = if cause.is_empty() { Cell::Empty } else { Cell::Text(cause) };
    let sum = Cell::Decimal(money);
    let sides = [(accounts.0, sum, Cell::Empty), (accounts.1, Cell::Empty, sum)];
    for (account, debit, credit) in sides {
        let name = rules.account(account);
        line(out, &[Cell::Text(day), Cell::Text(name), debit, credit, Cell::Text(code), Cell::Text(text), cause]);
    }
}
