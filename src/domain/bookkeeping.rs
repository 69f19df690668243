//! How the ledger is told to the shop's own books: the names of its accounts there, which side of a
//! posting is the debit, and from which sum on a year's payments must be reported to the tax office.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::commission::{Account, TransferKind};
use super::field::{FieldError, short_text};
use super::money::Currency;
use super::payout::Rail;

/// How the program's postings appear elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BookRules {
    /// The names or numbers of the accounts in the shop's own books; others have their default.
    pub accounts: BTreeMap<Account, String>,
    /// Thresholds of form 1099-NEC in US cents by year, for years that this program does not know.
    pub form_thresholds: BTreeMap<String, i64>,
}

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
        names.chain(years).collect::<Vec<_>>().into_iter()
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
    fn a_posting_debits_where_money_comes_from_and_a_fee_the_fees() {
        let earned = sides(TransferKind::Accrue, Account::Expense, Account::OnHold);
        assert_eq!(earned, (Account::Expense, Account::OnHold));
        let fee = sides(TransferKind::Fee, Account::Expense, Account::Fees);
        let rules = BookRules { accounts: BTreeMap::from([(Account::Paid, "1200".to_owned())]), ..BookRules::default() };
        assert_eq!((rules.account(fee.0), rules.account(fee.1)), ("Payout fees", "1200"));
    }
}
