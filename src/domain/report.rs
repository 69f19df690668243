//! The payout report: for each referrer and currency,
//! opening + earned − reversed + adjusted − paid + returned = closing,
//! where what is owed is on hold, ready or in transit.

use serde::Serialize;

use super::commission::{Account, TransferKind};
use super::field::FieldError;
use super::instant::Instant;

/// One line of the report, in minor units of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Figures {
    /// Owed when the period began.
    pub opening: i64,
    /// Accrued.
    pub earned: i64,
    /// Taken back by refunds, cancels, revisions and decisions.
    pub reversed: i64,
    /// Corrections, opening balances, forfeits and forgiven debt; either sign.
    pub adjusted: i64,
    /// Arrived.
    pub paid: i64,
    /// Came back after it had arrived.
    pub returned: i64,
    /// Owed when the period ended.
    pub closing: i64,
    /// Of the closing: inside the return window.
    pub on_hold: i64,
    /// Of the closing: waiting for a payout.
    pub ready: i64,
    /// Of the closing: reserved by a payout that is under way.
    pub in_transit: i64,
    /// Waiting for the owner's decision today; beside the identity, not in it.
    pub held: i64,
}

/// The sum of one kind of posting between two accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// What it is.
    pub kind: TransferKind,
    /// Where the money was.
    pub from_account: Account,
    /// Where it went.
    pub to_account: Account,
    /// Minor units.
    pub amount: i64,
}

impl Figures {
    /// Books what moved before the period.
    pub const fn before(&mut self, moved: &Moved) {
        if owed(moved.from_account) {
            self.opening -= moved.amount;
        }
        if owed(moved.to_account) {
            self.opening += moved.amount;
        }
        self.stand(moved);
    }

    /// Books what moved within the period.
    pub const fn within(&mut self, moved: &Moved) {
        match moved.kind {
            TransferKind::Accrue => self.earned += moved.amount,
            TransferKind::Reverse => self.reversed += moved.amount,
            TransferKind::Settle => self.paid += moved.amount,
            TransferKind::Return if matches!(moved.from_account, Account::Paid) => self.returned += moved.amount,
            TransferKind::Adjust | TransferKind::Open | TransferKind::Forfeit | TransferKind::Forgive => {
                self.adjusted += if owed(moved.to_account) { moved.amount } else { -moved.amount };
            }
            TransferKind::Approve | TransferKind::Reserve | TransferKind::Fail | TransferKind::Return => {}
        }
        self.stand(moved);
    }

    /// Adds another line of the same currency.
    pub const fn add(&mut self, other: &Self) {
        self.opening += other.opening;
        self.earned += other.earned;
        self.reversed += other.reversed;
        self.adjusted += other.adjusted;
        self.paid += other.paid;
        self.returned += other.returned;
        self.closing += other.closing;
        self.on_hold += other.on_hold;
        self.ready += other.ready;
        self.in_transit += other.in_transit;
        self.held += other.held;
    }

    /// What the movements say the closing should be; the accounts themselves say it in `closing`.
    #[must_use]
    pub const fn expected_closing(&self) -> i64 {
        self.opening + self.earned - self.reversed + self.adjusted - self.paid + self.returned
    }

    /// Moves the accounts, from which the closing is read independently of the kinds of posting.
    const fn stand(&mut self, moved: &Moved) {
        if let Some(account) = self.account(moved.from_account) {
            *account -= moved.amount;
        }
        if let Some(account) = self.account(moved.to_account) {
            *account += moved.amount;
        }
        self.closing = self.on_hold + self.ready + self.in_transit;
    }

    const fn account(&mut self, account: Account) -> Option<&mut i64> {
        match account {
            Account::OnHold => Some(&mut self.on_hold),
            Account::Ready => Some(&mut self.ready),
            Account::InTransit => Some(&mut self.in_transit),
            _ => None,
        }
    }
}

const fn owed(account: Account) -> bool {
    matches!(account, Account::OnHold | Account::Ready | Account::InTransit)
}

/// A half-open span of time, with the words it was asked for in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// The first instant in it.
    pub from: Instant,
    /// The first instant after it.
    pub to: Instant,
    /// The beginning as a day of the program's zone, or as an instant.
    pub from_text: String,
    /// The end likewise.
    pub to_text: String,
}

impl Period {
    /// Reads `from` and `to`: days such as `2026-11-01` in the program's zone, or RFC 3339 instants.
    /// Without them it is the calendar month of `now`; with one of them, to the end (or from the
    /// beginning) of the month it leads into.
    ///
    /// # Errors
    /// What is wrong with `?from` or `?to`.
    pub fn parse(from: Option<&str>, to: Option<&str>, timezone: &str, now: Instant) -> Result<Self, FieldError> {
        let start = from.map(|text| edge("?from", text, timezone)).transpose()?;
        let end = to.map(|text| edge("?to", text, timezone)).transpose()?;
        let (from_text, to_text) = match (from, to) {
            (Some(from), Some(to)) => (from.to_owned(), to.to_owned()),
            (None, Some(to)) => {
                let last = end.unwrap_or(now).micros().saturating_sub(1);
                (month(Instant::from_micros(last), timezone).0, to.to_owned())
            }
            (Some(from), None) => (from.to_owned(), month(start.unwrap_or(now).max(now), timezone).1),
            (None, None) => month(now, timezone),
        };
        let from = start.map_or_else(|| edge("?from", &from_text, timezone), Ok)?;
        let to = end.map_or_else(|| edge("?to", &to_text, timezone), Ok)?;
        if to <= from {
            return Err(FieldError::new("?to", "empty_period", "must be later than from; the end is not part of the period"));
        }
        Ok(Self { from, to, from_text, to_text })
    }
}

/// A day is exactly `2026-11-01`; the date parser would also take a whole time and cut it.
fn edge(pointer: &str, text: &str, timezone: &str) -> Result<Instant, FieldError> {
    let read = if text.len() == "2026-11-01".len() { Instant::start_of_day(text, timezone) } else { Instant::parse(text) };
    read.map_err(|_| {
        FieldError::new(pointer, "invalid_time", "is neither a day such as 2026-11-01 nor a time such as 2026-11-01T00:00:00Z")
    })
}

/// The first day of the month of `at` and that of the next, as text.
fn month(at: Instant, timezone: &str) -> (String, String) {
    let day = at.day_in(timezone);
    let mut parts = day.split('-').map(|part| part.parse::<i32>().unwrap_or(1));
    let (year, month) = (parts.next().unwrap_or(1970), parts.next().unwrap_or(1));
    let next = if month >= 12 { (year + 1, 1) } else { (year, month + 1) };
    (format!("{year:04}-{month:02}-01"), format!("{:04}-{:02}-01", next.0, next.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(kind: TransferKind, from_account: Account, to_account: Account, amount: i64) -> Moved {
        Moved { kind, from_account, to_account, amount }
    }

    #[test]
    fn the_identity_holds_for_every_kind_of_posting() {
        use Account::{Expense, InTransit, OnHold, Opening, Paid, Ready, WrittenOff};
        use TransferKind as K;
        let mut line = Figures::default();
        line.before(&moved(K::Accrue, Expense, OnHold, 700));
        for posting in [
            moved(K::Accrue, Expense, OnHold, 5_000),
            moved(K::Accrue, Expense, Ready, 10),
            moved(K::Reverse, OnHold, Expense, 200),
            moved(K::Reverse, Ready, Expense, 90),
            moved(K::Approve, OnHold, Ready, 5_500),
            moved(K::Reserve, Ready, InTransit, 4_000),
            moved(K::Settle, InTransit, Paid, 2_500),
            moved(K::Fail, InTransit, Ready, 1_000),
            moved(K::Return, Paid, Ready, 500),
            moved(K::Return, InTransit, Ready, 500),
            moved(K::Adjust, Expense, Ready, 30),
            moved(K::Adjust, Ready, Expense, 20),
            moved(K::Open, Opening, Ready, 40),
            moved(K::Forfeit, Ready, WrittenOff, 15),
            moved(K::Forgive, WrittenOff, Ready, 5),
        ] {
            line.within(&posting);
        }
        assert_eq!((line.opening, line.earned, line.reversed, line.adjusted), (700, 5_010, 290, 40));
        assert_eq!((line.paid, line.returned), (2_500, 500));
        assert_eq!(line.closing, line.expected_closing());
        assert_eq!((line.on_hold, line.in_transit), (0, 0));
    }

    #[test]
    fn a_period_is_days_where_the_shop_is_or_the_current_month() {
        let now = Instant::parse("2026-11-30T23:30:00Z").expect("a time");
        let span = |from, to, zone| {
            let period = Period::parse(from, to, zone, now).expect("a period");
            (period.from.to_string(), period.to.to_string())
        };
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(span(None, None, "UTC"), pair("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"));
        assert_eq!(span(None, None, "Europe/Berlin"), pair("2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z"));
        assert_eq!(
            span(Some("2026-07-01"), Some("2026-08-01"), "Europe/Berlin"),
            pair("2026-06-30T22:00:00Z", "2026-07-31T22:00:00Z")
        );
        assert_eq!(span(None, Some("2026-08-01"), "UTC"), pair("2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z"));
        assert_eq!(span(Some("2026-08-01"), None, "UTC"), pair("2026-08-01T00:00:00Z", "2026-12-01T00:00:00Z"));
        assert_eq!(span(Some("2026-08-01T12:00:00+02:00"), None, "UTC"), pair("2026-08-01T10:00:00Z", "2026-12-01T00:00:00Z"));
        let refused = |from, to| Period::parse(from, to, "UTC", now).expect_err("a fault").code;
        assert_eq!(refused(Some("2026-08-01"), Some("2026-08-01")), "empty_period");
        assert_eq!(refused(Some("yesterday"), None), "invalid_time");
        assert_eq!(refused(Some("2026-13-01"), None), "invalid_time");
    }
}
