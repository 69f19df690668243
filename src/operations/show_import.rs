//! Shows an import: how far it is and what its rows come to, summed from the results themselves.

use std::collections::BTreeMap;

use crate::db::imports::ImportRow;
use crate::db::{Conn, DbResult, import_results, imports};
use crate::domain::id::ImportId;
use crate::domain::intake::RowOutcome;
use crate::domain::money::Currency;
use crate::domain::principal::Scope;

/// An import with its totals.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The import.
    pub row: ImportRow,
    /// Rows by outcome.
    pub rows: BTreeMap<RowOutcome, i64>,
    /// What they come to.
    pub sums: Vec<Sum>,
}

/// What the rows of one currency come to, in minor units, whether new or known before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// ISO 4217.
    pub currency: Currency,
    /// How many orders.
    pub orders: i64,
    /// What they come to.
    pub sold: i64,
    /// How many times something went back.
    pub refunds: i64,
    /// How much.
    pub refunded: i64,
}

impl Shown {
    /// Rows that were refused.
    #[must_use]
    pub fn refused(&self) -> i64 {
        self.rows.get(&RowOutcome::Refused).copied().unwrap_or(0)
    }
}

/// The import `id`, if it is in `scope`.
///
/// # Errors
/// What the database reports.
pub fn show_import(conn: &mut Conn<'_>, id: ImportId, scope: &Scope) -> DbResult<Option<Shown>> {
    let Some(row) = imports::find_in(conn, id, scope)? else { return Ok(None) };
    let (mut rows, mut sums) = (BTreeMap::new(), BTreeMap::new());
    for tally in import_results::tallies(conn, id)? {
        *rows.entry(tally.outcome).or_insert(0) += tally.rows;
        let Some(currency) = tally.currency else { continue };
        let sum = sums.entry(currency).or_insert(Sum { currency, orders: 0, sold: 0, refunds: 0, refunded: 0 });
        sum.orders += tally.orders;
        sum.sold += tally.sold;
        sum.refunds += tally.refunds;
        sum.refunded += tally.refunded;
    }
    Ok(Some(Shown { row, rows, sums: sums.into_values().collect() }))
}
