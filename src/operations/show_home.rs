//! What the owner's first page adds up over the whole ledger: what introductions are worth, month by month, what is
//! owed, what does not move, and how much waits for him. On one view of the ledger.

use super::check_money::{Summary, check_money};
use super::list_decisions::list_decisions;
use super::report_program::{ProgramReport, report_program};
use crate::db::{Conn, DbFault, DbResult, terms};
use crate::domain::instant::Instant;

/// Months that are looked back on, the running one included.
pub const MONTHS: i32 = 12;

/// Things to decide are counted up to this; beyond, there are just many.
pub const DECISIONS_COUNTED: i64 = 20;

/// The sums of the first page.
#[derive(Debug, Clone)]
pub struct HomeFigures {
    /// As of when.
    pub at: Instant,
    /// What introductions are worth, by month.
    pub program: ProgramReport,
    /// What is owed, and what of it does not move.
    pub money: Summary,
    /// How many things wait for the owner: one more than [`DECISIONS_COUNTED`] means many.
    pub decisions: usize,
}

/// Adds up as of `now`.
///
/// # Errors
/// What the database reports.
pub fn show_home(conn: &mut Conn<'_>, now: Instant) -> DbResult<HomeFigures> {
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let timezone = program.current().map_or("UTC", |version| &version.terms.timezone);
    let from = first_month(now, timezone);
    // The months were cut by the calendar just now, so the period cannot be wrong.
    let program = report_program(conn, now, Some(&from), None, true)?.map_err(|_| DbFault::NotFound)?;
    let decisions = list_decisions(conn, now, None, None, DECISIONS_COUNTED + 1)?.len();
    Ok(HomeFigures { at: now, program, money: check_money(conn, now)?, decisions })
}

/// The first day of the month that began [`MONTHS`] months before the end of this one.
fn first_month(now: Instant, timezone: &str) -> String {
    let month = now.month_in(timezone);
    let (year, number) = month.split_once('-').unwrap_or(("1970", "01"));
    let (year, number): (i32, i32) = (year.parse().unwrap_or(1970), number.parse().unwrap_or(1));
    let months = year * 12 + number - 1 - (MONTHS - 1);
    format!("{:04}-{:02}-01", months.div_euclid(12), months.rem_euclid(12) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_months_end_with_the_running_one_where_the_shop_is() {
        let first = |at: &str, zone: &str| first_month(Instant::parse(at).expect("a time"), zone);
        assert_eq!(first("2026-11-27T02:00:00Z", "UTC"), "2025-12-01");
        assert_eq!(first("2026-12-01T00:00:00Z", "UTC"), "2026-01-01");
        assert_eq!(first("2026-11-30T23:30:00Z", "Europe/Berlin"), "2026-01-01");
        assert_eq!(first("2027-01-15T00:00:00Z", "UTC"), "2026-02-01");
    }
}
