//! What is owed as at any time, split into on hold, ready and in transit: of one referrer, or of all.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::db::{Conn, DbFault, DbResult, reports, statements, terms};
use crate::domain::commission::Account;
use crate::domain::field::FieldError;
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::report::{Moved, as_at};

/// What stands in the accounts of one currency. Minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// ISO 4217.
    pub currency: Currency,
    /// Inside the return window.
    pub on_hold: i64,
    /// Waiting for a payout.
    pub ready: i64,
    /// Reserved by a payout that is under way.
    pub in_transit: i64,
    /// Arrived.
    pub paid: i64,
}

/// Balances as at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsAt {
    /// Everything posted before this.
    pub at: Instant,
    /// By currency.
    pub balances: Vec<Standing>,
}

/// Adds up what was posted until `at` (a day counts to its end, an instant as it is; now if absent) for
/// one referrer or for all.
///
/// # Errors
/// What the database reports; inside, what is wrong with `at`.
pub fn report_balances(
    conn: &mut Conn<'_>,
    now: Instant,
    of: Option<ReferrerId>,
    at: Option<&str>,
) -> DbResult<Result<AsAt, FieldError>> {
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let timezone = program.current().map_or("UTC", |version| &version.terms.timezone);
    // What is posted this very microsecond is part of now.
    let at = match at.map_or(Ok(Instant::from_micros(now.micros() + 1)), |text| as_at("?at", text, timezone)) {
        Ok(at) => at,
        Err(fault) => return Ok(Err(fault)),
    };
    let moved = match of {
        Some(referrer) => statements::moved_before(conn, referrer, at)?,
        None => reports::moved_by_all(conn, at)?,
    };
    let mut found: BTreeMap<Currency, Standing> = BTreeMap::new();
    for (currency, moved) in &moved {
        let empty = Standing { currency: *currency, on_hold: 0, ready: 0, in_transit: 0, paid: 0 };
        found.entry(*currency).or_insert(empty).apply(moved);
    }
    Ok(Ok(AsAt { at, balances: found.into_values().collect() }))
}

impl Standing {
    const fn apply(&mut self, moved: &Moved) {
        if let Some(account) = self.account(moved.from_account) {
            *account -= moved.amount;
        }
        if let Some(account) = self.account(moved.to_account) {
            *account += moved.amount;
        }
    }

    const fn account(&mut self, account: Account) -> Option<&mut i64> {
        match account {
            Account::OnHold => Some(&mut self.on_hold),
            Account::Ready => Some(&mut self.ready),
            Account::InTransit => Some(&mut self.in_transit),
            Account::Paid => Some(&mut self.paid),
            _ => None,
        }
    }
}
