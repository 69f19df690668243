//! Recomputes the ledger from its rows and names every difference: verdicts from what the law read,
//! commissions and changes from verdicts and terms, balances from postings, `ready` from open items,
//! payouts from their lines. Reads one snapshot a page at a time, so that it takes little memory.

mod balances;
mod commissions;
mod letters;
mod methods;
mod orders;
mod payouts;
mod periods;
mod submissions;

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;

use crate::db::{Conn, DbFault, DbResult, check, terms};
use crate::domain::commission::TransferKind;

/// Differences named; more only say that one fault has many faces.
const DIFFERENCES_MAX: usize = 1_000;

/// Rows per page: some hundred kilobytes each.
const PAGE: i64 = 1_000;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What was compared, such as `balance.ready`.
    pub what: &'static str,
    /// On which row.
    pub id: String,
    /// What the rows say it should be.
    pub expected: String,
    /// What it is.
    pub found: String,
}

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// Whether everything is as it should be.
    pub clean: bool,
    /// How many rows of each kind were recomputed.
    pub checked: BTreeMap<&'static str, u64>,
    /// How many differences there are.
    pub difference_count: u64,
    /// The first thousand of them.
    pub differences: Vec<Difference>,
}

/// What has been found so far.
#[derive(Default)]
struct Findings {
    checked: BTreeMap<&'static str, u64>,
    count: u64,
    differences: Vec<Difference>,
    /// Postings that something accounts for, by kind.
    explained: BTreeMap<TransferKind, i64>,
}

impl Findings {
    fn checked(&mut self, what: &'static str, count: usize) {
        *self.checked.entry(what).or_default() += u64::try_from(count).unwrap_or(u64::MAX);
    }

    fn differ(&mut self, what: &'static str, id: impl Display, expected: impl Display, found: impl Display) {
        self.count += 1;
        if self.differences.len() < DIFFERENCES_MAX {
            let (id, expected, found) = (id.to_string(), expected.to_string(), found.to_string());
            self.differences.push(Difference { what, id, expected, found });
        }
    }

    /// Notes a difference unless both are equal; both are shown by their debug form.
    fn equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &'static str, id: impl Display, expected: &T, found: &T) {
        if expected != found {
            self.differ(what, id, format_args!("{expected:?}"), format_args!("{found:?}"));
        }
    }

    fn explain(&mut self, kind: TransferKind) {
        *self.explained.entry(kind).or_default() += 1;
    }
}

/// Checks the ledger on one snapshot.
///
/// # Errors
/// What the database reports; a row that cannot even be read is an error.
pub fn check_ledger(conn: &mut Conn<'_>) -> DbResult<CheckReport> {
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let mut findings = Findings::default();
    findings.checked("terms", program.versions.len());
    orders::check(conn, &program, &mut findings)?;
    commissions::check(conn, &program, &mut findings)?;
    balances::check(conn, &mut findings)?;
    balances::check_adjustments(conn, &mut findings)?;
    payouts::check(conn, &mut findings)?;
    payouts::check_batches(conn, &mut findings)?;
    methods::check(conn, &mut findings)?;
    submissions::check(conn, &mut findings)?;
    letters::check(conn, &mut findings)?;
    periods::check(conn, &mut findings)?;
    unexplained(conn, &mut findings)?;
    doubles(conn, &mut findings)?;
    Ok(CheckReport {
        clean: findings.count == 0,
        checked: findings.checked,
        difference_count: findings.count,
        differences: findings.differences,
    })
}

/// Every posting has a cause: those accounted for are as many as there are, kind by kind.
fn unexplained(conn: &mut Conn<'_>, findings: &mut Findings) -> DbResult<()> {
    for (kind, count) in check::transfer_counts(conn)? {
        let explained = findings.explained.get(&kind).copied().unwrap_or(0);
        findings.equal("transfers.with_a_cause", kind.as_db(), &explained, &count);
        findings.checked("transfers", usize::try_from(count).unwrap_or(0));
    }
    Ok(())
}

/// What may exist once exists once.
fn doubles(conn: &mut Conn<'_>, findings: &mut Findings) -> DbResult<()> {
    for customer in check::doubly_referred(conn)? {
        findings.differ("customer.live_referrals", customer, "at most 1", "more");
    }
    for customer in check::doubly_first(conn)? {
        let id = customer.map_or_else(String::new, |id| id.to_string());
        findings.differ("customer.first_sales", id, "at most 1", "more");
    }
    Ok(())
}
