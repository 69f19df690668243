//! What referrers, codes and the program earned besides the order at hand, read once per slice under
//! the referrers' locks and kept up to date while the slice is folded.

use std::collections::{BTreeMap, HashMap};

use super::state::OrderState;
use crate::db::commissions::CommissionRow;
use crate::db::tallies::{self, DealRow};
use crate::db::terms::Program;
use crate::db::{Conn, DbResult};
use crate::domain::attribution::{Inputs, Verdict, VerdictKind};
use crate::domain::commission::bonus_deal;
use crate::domain::earning::{Standing, plan};
use crate::domain::id::{ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::program::Terms;

/// No month is longer than this, in days, whatever the zone.
const MONTH_DAYS: i64 = 32;

/// What the terms of a program ask for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wants {
    /// Anything at all about referrers.
    pub referrers: bool,
    codes: bool,
    months: bool,
    /// What the program has spent.
    pub budget: bool,
}

/// How many, and how much in minor units.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    sales: i64,
    amount: i64,
}

/// The counts.
#[derive(Debug, Default)]
pub struct Tally {
    wants: Wants,
    deals: HashMap<ReferrerId, i64>,
    codes: HashMap<String, BTreeMap<Currency, Sum>>,
    recent: HashMap<SaleId, DealRow>,
    bonuses: HashMap<(ReferrerId, i64), SaleId>,
    spent: HashMap<Currency, i64>,
    tiers: HashMap<ReferrerId, String>,
}

impl Wants {
    /// What any of `terms` asks for.
    pub fn of<'t>(terms: impl Iterator<Item = &'t Terms>) -> Self {
        terms.fold(Self::default(), |wants, terms| Self {
            referrers: wants.referrers || terms.looks_at_referrer(),
            codes: wants.codes || !terms.caps.per_code.is_none(),
            months: wants.months || !terms.caps.per_referrer_month.is_none(),
            budget: wants.budget || !terms.caps.budget.is_empty(),
        })
    }

    /// What the terms of `program` ask for.
    #[must_use]
    pub fn of_program(program: &Program) -> Self {
        Self::of(program.versions.iter().map(|version| &version.terms))
    }
}

impl Tally {
    /// Reads what `wants` asks for about `referrers`, who are locked, with sales ordered from `from` to `to`.
    ///
    /// # Errors
    /// What the database reports.
    pub fn read(conn: &mut Conn<'_>, wants: Wants, referrers: &[ReferrerId], from: Instant, to: Instant) -> DbResult<Self> {
        let mut tally = Self { wants, ..Self::default() };
        if wants.referrers && !referrers.is_empty() {
            tally.deals = tallies::deals(conn, referrers)?.into_iter().collect();
            tally.tiers = tallies::tiers(conn, referrers)?.into_iter().collect();
            for (referrer, kind, sale) in tallies::bonuses(conn, referrers)? {
                tally.bonuses.extend(bonus_deal(&kind).map(|deal| ((referrer, deal), sale)));
            }
        }
        if wants.codes && !referrers.is_empty() {
            for (code, currency, sales, amount) in tallies::by_code(conn, referrers)? {
                tally.codes.entry(code.unwrap_or_default()).or_default().insert(currency, Sum { sales, amount });
            }
        }
        if wants.months && !referrers.is_empty() {
            let rows = tallies::deals_between(conn, referrers, from.plus_days(-MONTH_DAYS), to.plus_days(MONTH_DAYS))?;
            tally.recent = rows.into_iter().map(|row| (row.sale_id, row)).collect();
        }
        if wants.budget {
            tally.spent = tallies::spent(conn)?.into_iter().collect();
        }
        Ok(tally)
    }

    /// Leaves out what `order` earns, before it is judged anew.
    pub fn take(&mut self, order: &OrderState) {
        self.count(order, -1);
    }

    /// Counts what `order` earns.
    pub fn put(&mut self, order: &OrderState) {
        self.count(order, 1);
    }

    fn count(&mut self, order: &OrderState, sign: i64) {
        if !self.wants.referrers {
            return;
        }
        for row in [&order.commission, &order.bonus].into_iter().flatten().filter(|row| row.status.account().is_some()) {
            *self.spent.entry(row.currency).or_default() += sign * row.net;
        }
        if let Some(bonus) = &order.bonus {
            let key = bonus.bonus_deal().map(|deal| (bonus.referrer_id, deal));
            match (key, sign) {
                (Some(key), 1) => drop(self.bonuses.insert(key, order.sale.id)),
                (Some(key), _) => drop(self.bonuses.remove(&key)),
                (None, _) => {}
            }
        }
        let Some(row) = order.commission.as_ref().filter(|row| is_deal(row, order)) else { return };
        *self.deals.entry(row.referrer_id).or_default() += sign;
        if let Some(code) = order.verdict.as_ref().and_then(|verdict| verdict.code.as_ref()) {
            let sum = self.codes.entry(code.to_string()).or_default().entry(row.currency).or_default();
            sum.sales += sign;
            sum.amount += sign * row.net;
        }
        let deal = DealRow {
            sale_id: order.sale.id,
            referrer_id: row.referrer_id,
            currency: row.currency,
            occurred_at: order.sale.occurred_at,
            net: row.net,
        };
        if sign > 0 {
            self.recent.insert(order.sale.id, deal);
        } else {
            self.recent.remove(&order.sale.id);
        }
    }

    /// The standing of whoever `found` names, if its terms ask for it; `before` is how the sale was
    /// judged last. What was fixed then for the same referrer stays fixed: his tier, and which of his
    /// deals this is.
    #[must_use]
    pub fn standing(&self, terms: &Terms, inputs: &Inputs, found: &Verdict, before: Option<Granted<'_>>) -> Option<Standing> {
        let referrer_id = found.referrer_id.filter(|_| terms.looks_at_referrer())?;
        let before = before.filter(|before| before.verdict.referrer_id == Some(referrer_id));
        let known = before.and_then(|before| before.inputs.standing.as_ref());
        let earned = before.filter(|before| before.verdict.kind == VerdictKind::Attributed);
        let deal = earned.and(known).map_or_else(|| self.deals.get(&referrer_id).copied().unwrap_or(0) + 1, |known| known.deal);
        let by_code = found.code.as_ref().and_then(|code| self.codes.get(&code.to_string()));
        let month = inputs.occurred_at.month_in(&terms.timezone);
        let in_month = |row: &&DealRow| row.referrer_id == referrer_id && row.occurred_at.month_in(&terms.timezone) == month;
        let recent: Vec<&DealRow> = self.recent.values().filter(in_month).collect();
        let tier = known.map_or_else(|| self.tiers.get(&referrer_id).cloned(), |known| known.tier.clone());
        Some(Standing {
            referrer_id,
            tier,
            deal,
            bonus_taken: self.bonuses.contains_key(&(referrer_id, deal)),
            code_sales: by_code.map_or(0, |sums| sums.values().map(|sum| sum.sales).sum()),
            code_amount: by_code.and_then(|sums| sums.get(&inputs.currency)).map_or(0, |sum| sum.amount),
            month_sales: i64::try_from(recent.len()).unwrap_or(i64::MAX),
            month_amount: recent.iter().filter(|row| row.currency == inputs.currency).map(|row| row.net).sum(),
            spent: self.spent.get(&inputs.currency).copied().unwrap_or(0),
            granted: earned.map(Granted::amount),
        })
    }
}

/// How a sale was judged last.
#[derive(Debug, Clone, Copy)]
pub struct Granted<'a> {
    /// The verdict.
    pub verdict: &'a Verdict,
    /// What it was judged by.
    pub inputs: &'a Inputs,
    /// Its terms.
    pub terms: &'a Terms,
}

impl Granted<'_> {
    fn amount(self) -> i64 {
        let inputs = self.inputs;
        plan(self.terms, inputs.base, inputs.currency, &inputs.goods, inputs.standing.as_ref()).granted()
    }
}

fn is_deal(row: &CommissionRow, order: &OrderState) -> bool {
    row.status.account().is_some() && order.sale.base > order.sale.base_refunded
}
