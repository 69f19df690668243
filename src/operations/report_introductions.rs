//! What introductions are worth to the shop, in the figures Joe Girard gave: how many deals they
//! brought, what share of all that is, what they cost and what they brought in.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::db::{Conn, DbResult, reports};
use crate::domain::attribution::VerdictKind;
use crate::domain::instant::Instant;
use crate::domain::money::{Currency, Money};
use crate::domain::report::Figures;

/// Everything until now, in one currency. Minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Introductions {
    /// ISO 4217.
    pub currency: Currency,
    /// Orders, those of the past left out.
    pub orders: i64,
    /// Orders that a referrer earned.
    pub deals: i64,
    /// Commissions, less what was taken back.
    pub cost: i64,
    /// The base of the deals, less refunds.
    pub brought: i64,
}

impl Introductions {
    /// The deals' share of all orders in thousandths, rounded.
    #[must_use]
    pub const fn share(&self) -> i64 {
        if self.orders == 0 { 0 } else { (self.deals * 1_000 + self.orders / 2) / self.orders }
    }

    /// Girard's sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let money = |amount| Money { amount, currency: self.currency };
        let (whole, tenth) = (self.share() / 10, self.share() % 10);
        format!(
            "Introductions brought {} deals, {whole}.{tenth} % of all; they cost {} and brought {}.",
            self.deals,
            money(self.cost),
            money(self.brought)
        )
    }
}

/// Counts what was earned and accrued before `until`, by currency.
///
/// # Errors
/// What the database reports.
pub fn report_introductions(conn: &mut Conn<'_>, until: Instant) -> DbResult<Vec<Introductions>> {
    let mut found: BTreeMap<Currency, Introductions> = BTreeMap::new();
    for (currency, kind, count, base) in reports::orders_by_verdict(conn)? {
        let line = found.entry(currency).or_insert(Introductions { currency, orders: 0, deals: 0, cost: 0, brought: 0 });
        line.orders += count;
        if kind == VerdictKind::Attributed {
            line.deals += count;
            line.brought += base;
        }
    }
    for (_, currency, moved) in reports::moved(conn, None, until)? {
        let mut figures = Figures::default();
        figures.within(&moved);
        if let Some(line) = found.get_mut(&currency) {
            line.cost += figures.earned - figures.reversed;
        }
    }
    Ok(found.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_is_girards() {
        // "In 1976, birddogs got me 550 deals, about a third of my business; they cost me $27,500
        // and brought me $75,000."
        let year = Introductions { currency: Currency::EUR, orders: 1_600, deals: 550, cost: 2_750_000, brought: 7_500_000 };
        assert_eq!(
            year.sentence(),
            "Introductions brought 550 deals, 34.4 % of all; they cost 27500.00 EUR and brought 75000.00 EUR."
        );
        assert_eq!(Introductions { orders: 0, deals: 0, ..year }.share(), 0);
    }
}
