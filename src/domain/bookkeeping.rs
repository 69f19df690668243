//! How the ledger is told to the shop's own books: the names of its accounts there, which side of a
//! posting is the debit, and from which sum on a year's payments must be reported to the tax office.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::commission::{Account, TransferKind};
use super::field::{FieldError, short_text};
use super::instant::Instant;
use super::money::Currency;
use super::payout::Rail;

/// How the program's postings appear elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BookRules {
    /// The names or numbers of the accounts in the shop's own books; others have their default.
    pub accounts: BTreeMap<Account, String>,
    /// Thresholds of form 1099-NEC in US cents by year, for years that this program does not know.
    pub form_thresholds: BTreeMap<String, i64>,
    /// How long payments must be told of to the tax office, in whole calendar years after the year of the payment:
    /// so long the recipient's name and account are kept after he was erased.
    pub retention_years: i64,
}

impl Default for BookRules {
    fn default() -> Self {
        Self { accounts: BTreeMap::new(), form_thresholds: BTreeMap::new(), retention_years: RETENTION_YEARS }
    }
}

/// §147 (3) AO (Germany) keeps books for ten years and vouchers for eight, counted from the end of the calendar year
/// (§147 (4) AO); the longest term that is asked for anywhere we know of.
const RETENTION_YEARS: i64 = 10;

/// The longest term that can be set.
const RETENTION_YEARS_MAX: i64 = 30;

/// From which year on which threshold holds, in US cents, oldest first: 26 U.S.C. §6041A, raised for
/// payments made after 2025 by Public Law 119-21 and indexed from 2027 on, so that a later year must
/// be configured.
const FORM_1099_NEC: [(i32, Option<i64>); 3] = [(i32::MIN, Some(60_000)), (2026, Some(200_000)), (2027, None)];

impl BookRules {
    /// What an account is called in the shop's own books.
    #[must_use]
    pub fn account(&self, account: Account) -> &str {
        self.accounts.get(&account).map_or_else(|| default_name(account), String::as_str)
    }

    /// The threshold of form 1099-NEC for payments made in `year`, in US cents; none when it is not known yet.
    #[must_use]
    pub fn threshold(&self, year: i32) -> Option<i64> {
        let known = || FORM_1099_NEC.iter().rev().find(|(since, _)| *since <= year).and_then(|(_, cents)| *cents);
        self.form_thresholds.get(&year.to_string()).copied().or_else(known)
    }

    /// When nothing needs to be known any more of somebody whose last payment was made at `last`, in the shop's zone.
    #[must_use]
    pub fn kept_until(&self, last: Instant, timezone: &str) -> Instant {
        let year = i64::from(last.date_in(timezone).year()) + self.retention_years + 1;
        // A year that no calendar has is never over.
        Instant::start_of_day(&format!("{year:04}-01-01"), timezone).unwrap_or_else(|_| last.plus_days(365 * RETENTION_YEARS_MAX))
    }

    /// Checks rules that are about to be in force.
    pub(super) fn check(&self) -> impl Iterator<Item = FieldError> {
        let names = self.accounts.iter().filter_map(|(account, name)| {
            let place = serde_json::to_value(account).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
            short_text(&format!("/books/accounts/{place}"), name).err()
        });
        let years = self.form_thresholds.iter().filter_map(|(year, cents)| {
            let fits = year.len() == 4 && year.bytes().all(|sign| sign.is_ascii_digit()) && *cents > 0;
            let message = "must be a year such as 2027 with a sum in US cents above 0";
            (!fits).then(|| FieldError::new(format!("/books/form_thresholds/{year}"), "out_of_range", message))
        });
        let message = format!("must be between 1 and {RETENTION_YEARS_MAX}");
        let kept = (!(1..=RETENTION_YEARS_MAX).contains(&self.retention_years))
            .then(|| FieldError::new("/books/retention_years", "out_of_range", message));
        names.chain(years).chain(kept).collect::<Vec<_>>().into_iter()
    }
}

/// The accounts that a posting debits and credits. What is owed to referrers is a debt of the shop's, so
/// money that arrives there is a credit: each posting debits where it comes from. A fee is taken by
/// whoever pays: it debits the fees and credits the account that payouts are paid from.
#[must_use]
pub const fn sides(kind: TransferKind, from: Account, to: Account) -> (Account, Account) {
    match kind {
        TransferKind::Fee => (Account::Fees, Account::Paid),
        _ => (from, to),
    }
}

/// Whether the shop itself reports what it paid over this rail: what a payment processor settled is on
/// the processor's own form (1099-K; 26 CFR 1.6041-1(a)(1)(iv)).
#[must_use]
pub const fn reported_by_shop(rail: Rail) -> bool {
    !matches!(rail, Rail::Paypal)
}

/// The currency of form 1099-NEC.
#[must_use]
pub fn is_form_currency(currency: Currency) -> bool {
    currency.code() == "USD"
}

/// A posting in words, for the journal.
#[must_use]
pub const fn journal_words(kind: TransferKind) -> &'static str {
    match kind {
        TransferKind::Accrue => "Commission earned",
        TransferKind::Approve => "Return window over",
        TransferKind::Reserve => "Payout prepared",
        TransferKind::Settle => "Payout arrived",
        TransferKind::Fail => "Payout not made",
        TransferKind::Return => "Payout came back",
        TransferKind::Reverse => "Commission taken back",
        TransferKind::Adjust => "Correction",
        TransferKind::Open => "Opening balance",
        TransferKind::Forfeit => "Given up",
        TransferKind::Forgive => "Debt forgiven",
        TransferKind::Fee => "Provider's fee",
    }
}

const fn default_name(account: Account) -> &'static str {
    match account {
        Account::Expense => "Commission expense",
        Account::OnHold => "Commissions on hold",
        Account::Ready => "Commissions payable",
        Account::InTransit => "Payouts under way",
        Account::Paid => "Bank",
        Account::WrittenOff => "Commissions written off",
        Account::Opening => "Opening balances",
        Account::Fees => "Payout fees",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_dated_and_later_years_are_configured() {
        let mut rules = BookRules::default();
        assert_eq!(
            [1999, 2025, 2026, 2027, 2031].map(|year| rules.threshold(year)),
            [Some(60_000), Some(60_000), Some(200_000), None, None]
        );
        rules.form_thresholds.insert("2027".to_owned(), 205_000);
        assert_eq!((rules.threshold(2027), rules.threshold(2028)), (Some(205_000), None));
        assert_eq!(rules.check().count(), 0);
        rules.form_thresholds.insert("next".to_owned(), 1);
        rules.accounts.insert(Account::Paid, String::new());
        let faults: Vec<String> = rules.check().map(|fault| fault.pointer).collect();
        assert_eq!(faults, ["/books/accounts/paid", "/books/form_thresholds/next"]);
    }

    #[test]
    fn what_must_be_kept_is_kept_to_the_end_of_a_calendar_year() {
        let paid = Instant::parse("2026-12-31T23:30:00Z").expect("a time");
        let until = |years, zone| BookRules { retention_years: years, ..BookRules::default() }.kept_until(paid, zone).to_string();
        assert_eq!(until(10, "UTC"), "2037-01-01T00:00:00Z");
        // In Berlin the money arrived in the new year.
        assert_eq!(until(8, "Europe/Berlin"), "2035-12-31T23:00:00Z");
        let rules = BookRules { retention_years: 0, ..BookRules::default() };
        assert_eq!(rules.check().map(|fault| fault.pointer).collect::<Vec<_>>(), ["/books/retention_years"]);
    }

    #[test]
    fn a_posting_debits_where_money_comes_from_and_a_fee_the_fees() {
        let earned = sides(TransferKind::Accrue, Account::Expense, Account::OnHold);
        assert_eq!(earned, (Account::Expense, Account::OnHold));
        let fee = sides(TransferKind::Fee, Account::Expense, Account::Fees);
        let rules = BookRules { accounts: BTreeMap::from([(Account::Paid, "1200".to_owned())]), ..BookRules::default() };
        assert_eq!((rules.account(fee.0), rules.account(fee.1)), ("Payout fees", "1200"));
    }
}
