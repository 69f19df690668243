//! The payout report: for each referrer and currency,
//! opening + earned − reversed + adjusted − paid + returned = closing,
//! where what is owed is on hold, ready or in transit.

use std::collections::BTreeMap;

use serde::Serialize;

use super::commission::{Account, TransferKind};
use super::field::FieldError;
use super::instant::Instant;
use super::payout::Rail;

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
    /// What providers took for the payouts of the period: the shop's, so beside the identity, not in it.
    pub fees: i64,
}

/// What one rail moved within a period, in minor units of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct RailSums {
    /// Arrived.
    pub paid: i64,
    /// Came back after it had arrived.
    pub returned: i64,
}

/// What each rail moved; those that moved nothing are left out.
pub type ByRail = BTreeMap<Rail, RailSums>;

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
    /// The sums of a line in the order in which every form of the report shows them, without what stands beside them.
    #[must_use]
    pub const fn in_order(&self) -> [i64; 10] {
        [
            self.opening,
            self.earned,
            self.reversed,
            self.adjusted,
            self.paid,
            self.returned,
            self.closing,
            self.on_hold,
            self.ready,
            self.in_transit,
        ]
    }

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
            TransferKind::Fee => self.fees += moved.amount,
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
        self.fees += other.fees;
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

impl Period {
    /// The calendar month `2026-12` or the year `2026` in the zone `timezone`; none when `name` is neither.
    #[must_use]
    pub fn named(name: &str, timezone: &str) -> Option<Self> {
        let number = |text: &str, length: usize| {
            let digits = text.len() == length && text.bytes().all(|sign| sign.is_ascii_digit());
            digits.then(|| text.parse::<i32>().ok()).flatten()
        };
        let (from_text, to_text) = match name.split_once('-') {
            None => {
                let year = number(name, 4)?;
                (format!("{year:04}-01-01"), format!("{:04}-01-01", year + 1))
            }
            Some((year, month)) => {
                let (year, month) = (number(year, 4)?, number(month, 2).filter(|month| (1..=12).contains(month))?);
                let (next_year, next) = following(year, month);
                (format!("{year:04}-{month:02}-01"), format!("{next_year:04}-{next:02}-01"))
            }
        };
        let from = Instant::start_of_day(&from_text, timezone).ok()?;
        let to = Instant::start_of_day(&to_text, timezone).ok()?;
        Some(Self { from, to, from_text, to_text })
    }
}

/// The instant that `text` names as the end of what counts: an instant as it is, a day to its last moment.
///
/// # Errors
/// When it is neither.
pub fn as_at(pointer: &str, text: &str, timezone: &str) -> Result<Instant, FieldError> {
    let start = edge(pointer, text, timezone)?;
    if text.len() != "2026-11-01".len() {
        return Ok(start);
    }
    // A day may have 23 or 25 hours: the next begins where the day after noon of it says.
    Instant::start_of_day(&start.plus_seconds(36 * 3_600).day_in(timezone), timezone).map_err(|_| no_time(pointer))
}

/// The month after.
const fn following(year: i32, month: i32) -> (i32, i32) {
    if month >= 12 { (year + 1, 1) } else { (year, month + 1) }
}

/// A day is exactly `2026-11-01`; the date parser would also take a whole time and cut it.
fn edge(pointer: &str, text: &str, timezone: &str) -> Result<Instant, FieldError> {
    let read = if text.len() == "2026-11-01".len() { Instant::start_of_day(text, timezone) } else { Instant::parse(text) };
    read.map_err(|_| no_time(pointer))
}

fn no_time(pointer: &str) -> FieldError {
    FieldError::new(pointer, "invalid_time", "is neither a day such as 2026-11-01 nor a time such as 2026-11-01T00:00:00Z")
}

/// The first day of the month of `at` and that of the next, as text.
fn month(at: Instant, timezone: &str) -> (String, String) {
    let day = at.day_in(timezone);
    let mut parts = day.split('-').map(|part| part.parse::<i32>().unwrap_or(1));
    let (year, month) = (parts.next().unwrap_or(1970), parts.next().unwrap_or(1));
    let next = following(year, month);
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
        use Account::{Expense, Fees, InTransit, OnHold, Opening, Paid, Ready, WrittenOff};
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
            moved(K::Fee, Expense, Fees, 35),
        ] {
            line.within(&posting);
        }
        assert_eq!((line.opening, line.earned, line.reversed, line.adjusted), (700, 5_010, 290, 40));
        assert_eq!((line.paid, line.returned, line.fees), (2_500, 500, 35));
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
        let named = |name, zone| Period::named(name, zone).map(|period| (period.from.to_string(), period.to.to_string()));
        assert_eq!(named("2026-12", "UTC"), Some(pair("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")));
        assert_eq!(named("2026", "Europe/Berlin"), Some(pair("2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z")));
        for bad in ["2026-13", "2026-00", "26-12", "2026-1", "", "year", "2026-12-01", "+026-12", "99999"] {
            assert_eq!(named(bad, "UTC"), None, "{bad}");
        }
        let ends = |day, zone| as_at("?at", day, zone).ok().map(|at| at.to_string());
        assert_eq!(ends("2026-12-31", "UTC").as_deref(), Some("2027-01-01T00:00:00Z"));
        // 25 hours long.
        assert_eq!(ends("2026-10-25", "Europe/Berlin").as_deref(), Some("2026-10-25T23:00:00Z"));
        assert_eq!(ends("2026-10-25T12:00:00Z", "Europe/Berlin").as_deref(), Some("2026-10-25T12:00:00Z"));
        assert_eq!(ends("soon", "UTC"), None);
        let refused = |from, to| Period::parse(from, to, "UTC", now).expect_err("a fault").code;
        assert_eq!(refused(Some("2026-08-01"), Some("2026-08-01")), "empty_period");
        assert_eq!(refused(Some("yesterday"), None), "invalid_time");
        assert_eq!(refused(Some("2026-13-01"), None), "invalid_time");
    }
}
