//! What introductions are worth to the shop, in the figures Joe Girard gave: how many deals they
//! brought, what share of all that is, what they cost and what they brought in. By the day of the order,
//! with everything that came back since taken off.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::db::{Conn, DbFault, DbResult, order_sums, reports, terms};
use crate::domain::attribution::VerdictKind;
use crate::domain::field::FieldError;
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::money::{Currency, Money};
use crate::domain::report::Period;

/// Referrers named per currency.
const BEST: i64 = 10;

/// More months in one report than anybody compares.
const MONTHS_MAX: usize = 60;

/// The report, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProgramReport {
    /// The first day, or instant, in the period.
    pub from: String,
    /// The first after it.
    pub to: String,
    /// The zone in which days are cut.
    pub timezone: String,
    /// By currency.
    pub currencies: Vec<InCurrency>,
    /// The same by calendar month, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub months: Option<Vec<Month>>,
}

/// One currency of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InCurrency {
    /// What introductions came to.
    #[serde(flatten)]
    pub worth: Introductions,
    /// The same in one sentence.
    pub sentence: String,
    /// Who brought most.
    pub best: Vec<Best>,
}

/// One calendar month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Month {
    /// `2026-11`.
    pub month: String,
    /// By currency.
    pub currencies: Vec<Introductions>,
}

/// One of those who brought most. Minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Best {
    /// Who.
    pub referrer_id: ReferrerId,
    /// His name, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many deals.
    pub deals: i64,
    /// Their base, less refunds.
    pub brought: i64,
    /// His commissions for them, less what was taken back.
    pub commissions: i64,
    /// When the last was placed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_deal_at: Option<Instant>,
}

/// What introductions came to in one currency. Minor units; shares in per cent with one decimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Introductions {
    /// ISO 4217.
    pub currency: Currency,
    /// Paid orders, those of the past left out.
    pub orders: i64,
    /// Orders that a referrer earned.
    pub deals: i64,
    /// The base of all orders, less refunds.
    pub sales: i64,
    /// The base of the deals, less refunds.
    pub brought: i64,
    /// Commissions, less what was taken back; also on orders that were cancelled.
    pub commissions: i64,
    /// What friends saved on the deals.
    pub friend_discounts: i64,
    /// Both together.
    pub cost: i64,
    /// The deals' share of all orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_of_orders: Option<String>,
    /// The deals' share of all sales.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_of_sales: Option<String>,
    /// What they cost, as a share of what they brought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_ratio: Option<String>,
}

impl Introductions {
    const fn none(currency: Currency) -> Self {
        let (orders, deals, sales, brought, commissions, friend_discounts, cost) = (0, 0, 0, 0, 0, 0, 0);
        let (share_of_orders, share_of_sales, cost_ratio) = (None, None, None);
        Self {
            currency,
            orders,
            deals,
            sales,
            brought,
            commissions,
            friend_discounts,
            cost,
            share_of_orders,
            share_of_sales,
            cost_ratio,
        }
    }

    fn judged(self) -> Self {
        let cost = self.commissions + self.friend_discounts;
        Self {
            cost,
            share_of_orders: per_cent(self.deals, self.orders),
            share_of_sales: per_cent(self.brought, self.sales),
            cost_ratio: per_cent(cost, self.brought),
            ..self
        }
    }

    /// Girard's sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let money = |amount| Money { amount, currency: self.currency };
        format!(
            "Introductions brought {} deals, {} % of all; they cost {} and brought {}.",
            self.deals,
            self.share_of_orders.as_deref().unwrap_or("0.0"),
            money(self.cost),
            money(self.brought)
        )
    }
}

/// Counts the orders of a period ([`Period::parse`]), also by month if `by_month`.
///
/// # Errors
/// What the database reports; inside, what is wrong with the period.
pub fn report_program(
    conn: &mut Conn<'_>,
    now: Instant,
    from: Option<&str>,
    to: Option<&str>,
    by_month: bool,
) -> DbResult<Result<ProgramReport, FieldError>> {
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let timezone = program.current().map_or_else(|| "UTC".to_owned(), |version| version.terms.timezone.clone());
    let period = match Period::parse(from, to, &timezone, now) {
        Ok(period) => period,
        Err(fault) => return Ok(Err(fault)),
    };
    let months = match by_month.then(|| months(&period, &timezone)).transpose() {
        Ok(months) => months,
        Err(fault) => return Ok(Err(fault)),
    };
    let (worths, months) = match months {
        Some(months) => {
            let edges: Vec<Instant> = months.iter().map(|(_, from, _)| *from).chain(std::iter::once(period.to)).collect();
            let spans = introductions(conn, &edges)?;
            let all = added(&spans);
            let named = months.into_iter().zip(spans).map(|((month, ..), currencies)| Month { month, currencies });
            (all, Some(named.collect()))
        }
        None => (added(&introductions(conn, &[period.from, period.to])?), None),
    };
    let mut currencies = Vec::new();
    for worth in worths {
        let best = best(conn, worth.currency, period.from, period.to)?;
        currencies.push(InCurrency { sentence: worth.sentence(), best, worth });
    }
    Ok(Ok(ProgramReport { from: period.from_text, to: period.to_text, timezone, currencies, months }))
}

/// What introductions came to from the beginning until before `until`, by currency.
///
/// # Errors
/// What the database reports.
pub fn introductions_until(conn: &mut Conn<'_>, until: Instant) -> DbResult<Vec<Introductions>> {
    Ok(added(&introductions(conn, &[reports::EARLIEST, until])?))
}

/// What introductions came to in each span between two of `edges`, by currency.
fn introductions(conn: &mut Conn<'_>, edges: &[Instant]) -> DbResult<Vec<Vec<Introductions>>> {
    let mut spans: Vec<BTreeMap<Currency, Introductions>> = vec![BTreeMap::new(); edges.len().saturating_sub(1)];
    let mut line = |span: i64, currency: Currency, add: &dyn Fn(&mut Introductions)| {
        if let Some(span) = usize::try_from(span).ok().and_then(|span| spans.get_mut(span)) {
            add(span.entry(currency).or_insert(Introductions::none(currency)));
        }
    };
    for row in order_sums::orders(conn, edges)? {
        line(row.span, row.currency, &|worth| {
            worth.orders += row.orders;
            worth.sales += row.base;
            if row.verdict_kind == VerdictKind::Attributed {
                worth.deals += row.orders;
                worth.brought += row.base;
                worth.friend_discounts += row.saved;
            }
        });
    }
    for row in order_sums::commissions(conn, edges)? {
        line(row.span, row.currency, &|worth| worth.commissions += row.net);
    }
    Ok(spans.into_iter().map(|span| span.into_values().map(Introductions::judged).collect()).collect())
}

/// What all spans come to together.
fn added(spans: &[Vec<Introductions>]) -> Vec<Introductions> {
    let mut sums: BTreeMap<Currency, Introductions> = BTreeMap::new();
    for worth in spans.iter().flatten() {
        let sum = sums.entry(worth.currency).or_insert(Introductions::none(worth.currency));
        sum.orders += worth.orders;
        sum.deals += worth.deals;
        sum.sales += worth.sales;
        sum.brought += worth.brought;
        sum.commissions += worth.commissions;
        sum.friend_discounts += worth.friend_discounts;
    }
    sums.into_values().map(Introductions::judged).collect()
}

fn best(conn: &mut Conn<'_>, currency: Currency, from: Instant, to: Instant) -> DbResult<Vec<Best>> {
    let rows = reports::best_referrers(conn, currency, from, to, BEST)?;
    let ids: Vec<ReferrerId> = rows.iter().map(|(referrer, ..)| *referrer).collect();
    let names: BTreeMap<ReferrerId, Option<String>> = reports::names(conn, &ids)?.into_iter().collect();
    let nets: BTreeMap<ReferrerId, i64> = reports::commissions_of(conn, &ids, currency, from, to)?.into_iter().collect();
    let shown = |(referrer_id, deals, brought, last_deal_at)| Best {
        referrer_id,
        name: names.get(&referrer_id).cloned().flatten(),
        deals,
        brought,
        commissions: nets.get(&referrer_id).copied().unwrap_or(0),
        last_deal_at,
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// The calendar months that a period touches, each cut to the period.
fn months(period: &Period, timezone: &str) -> Result<Vec<(String, Instant, Instant)>, FieldError> {
    let mut months = Vec::new();
    let mut from = period.from;
    while from < period.to {
        if months.len() == MONTHS_MAX {
            return Err(FieldError::new("?by", "too_many", format!("gives more than {MONTHS_MAX} months; ask for fewer")));
        }
        let name = from.month_in(timezone);
        let end = Period::named(&name, timezone).map_or(period.to, |month| month.to.min(period.to));
        months.push((name, from, end));
        from = end;
    }
    Ok(months)
}

/// `34.4`; none when there is no whole.
fn per_cent(part: i64, whole: i64) -> Option<String> {
    let (part, whole) = (i128::from(part), i128::from(whole));
    if whole <= 0 {
        return None;
    }
    let tenths = (part * 2_000 + whole).div_euclid(whole * 2);
    let sign = if tenths < 0 { "-" } else { "" };
    Some(format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_is_girards() {
        // "In 1976, birddogs got me 550 deals, about a third of my business; they cost me $27,500
        // and brought me $75,000."
        let year = Introductions {
            orders: 1_600,
            deals: 550,
            commissions: 2_750_000,
            brought: 7_500_000,
            ..Introductions::none(Currency::EUR)
        };
        let year = Introductions { sales: 20_000_000, ..year }.judged();
        assert_eq!(
            year.sentence(),
            "Introductions brought 550 deals, 34.4 % of all; they cost 27500.00 EUR and brought 75000.00 EUR."
        );
        assert_eq!((year.share_of_sales.as_deref(), year.cost_ratio.as_deref()), (Some("37.5"), Some("36.7")));
        let nothing = Introductions::none(Currency::EUR).judged();
        assert_eq!((nothing.share_of_orders, nothing.cost_ratio), (None, None));
    }

    #[test]
    fn a_period_is_cut_into_calendar_months() {
        let span = |from, to| Period::parse(Some(from), Some(to), "Europe/Berlin", Instant::from_micros(0)).expect("a period");
        let cut = months(&span("2026-11-15", "2027-01-01"), "Europe/Berlin").expect("months");
        let shown: Vec<String> = cut.iter().map(|(name, from, to)| format!("{name} {from} {to}")).collect();
        assert_eq!(
            shown,
            ["2026-11 2026-11-14T23:00:00Z 2026-11-30T23:00:00Z", "2026-12 2026-11-30T23:00:00Z 2026-12-31T23:00:00Z"]
        );
        assert!(months(&span("2020-01-01", "2027-01-01"), "UTC").is_err());
    }
}
