//! Lists of orders: for callers, narrowed to what they may see, and for the fold.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::sales::SaleRow;
use super::schema::sales;
use super::{Conn, DbResult};
use crate::domain::attribution::VerdictKind;
use crate::domain::id::{CustomerId, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::principal::Scope;
use crate::domain::sale::{OrderKey, SaleStatus};

/// Orders of a period that are looked at; a list of a day has far fewer.
const PERIOD_MAX: i64 = 100_000;

/// So many orders are the latest.
const LATEST: i64 = 100;

/// Which orders a list shows.
#[derive(Debug, Clone)]
pub struct SaleFilter {
    /// Whose orders the caller may see.
    pub scope: Scope,
    /// Of one storefront.
    pub source: Option<String>,
    /// Of this number.
    pub order_id: Option<String>,
    /// Of one customer.
    pub customer_id: Option<CustomerId>,
    /// Credited to one referrer.
    pub referrer_id: Option<ReferrerId>,
    /// In one status.
    pub status: Option<SaleStatus>,
    /// With one kind of verdict.
    pub verdict: Option<VerdictKind>,
    /// After this one.
    pub after: Option<SaleId>,
    /// At most so many.
    pub limit: i64,
}

/// Which orders a list that begins with the newest shows.
#[derive(Debug, Clone, Default)]
pub struct NewestFilter {
    /// Of one storefront.
    pub source: Option<String>,
    /// Of this number.
    pub order_id: Option<String>,
    /// Credited to one referrer, or held for him.
    pub referrer_id: Option<ReferrerId>,
    /// In one status.
    pub status: Option<SaleStatus>,
    /// With one kind of verdict.
    pub verdict: Option<VerdictKind>,
    /// Ordered at this moment or later.
    pub from: Option<Instant>,
    /// Ordered before this moment.
    pub to: Option<Instant>,
    /// Before this one, as it was ordered.
    pub before: Option<(Instant, SaleId)>,
    /// At most so many.
    pub limit: i64,
}

/// Those of `keys` whose orders were reported.
///
/// # Errors
/// What the database reports.
pub fn known_of(conn: &mut Conn<'_>, keys: &[OrderKey]) -> DbResult<Vec<OrderKey>> {
    let sources: std::collections::BTreeSet<&str> = keys.iter().map(|key| key.source.as_str()).collect();
    let orders: Vec<&str> = keys.iter().map(|key| key.order_id.as_str()).collect();
    let found: Vec<(String, String)> = on_db!(conn, c => sales::table
        .filter(sales::source.eq_any(sources.iter().copied()))
        .filter(sales::order_id.eq_any(orders.iter().copied()))
        .filter(sales::version.is_not_null())
        .select((sales::source, sales::order_id))
        .load(c))?;
    Ok(found.into_iter().map(|(source, order_id)| OrderKey { source, order_id }).collect())
}

/// The orders of `source` with these numbers.
///
/// # Errors
/// What the database reports.
pub fn of_orders(conn: &mut Conn<'_>, source: &str, numbers: &[&str]) -> DbResult<Vec<SaleRow>> {
    on_db!(conn, c => sales::table
        .filter(sales::source.eq(source))
        .filter(sales::order_id.eq_any(numbers.iter().copied()))
        .select(SaleRow::as_select())
        .load(c))
}

/// The reported orders of `source` made from `from` until before `to`, oldest first.
///
/// # Errors
/// What the database reports.
pub fn of_period(conn: &mut Conn<'_>, source: &str, from: Instant, to: Instant) -> DbResult<Vec<(SaleId, String)>> {
    on_db!(conn, c => sales::table
        .filter(sales::source.eq(source))
        .filter(sales::occurred_at.ge(from))
        .filter(sales::occurred_at.lt(to))
        .filter(sales::version.is_not_null())
        .order((sales::occurred_at, sales::id))
        .limit(PERIOD_MAX)
        .select((sales::id, sales::order_id))
        .load(c))
}

/// A page of orders, oldest first.
///
/// # Errors
/// What the database reports.
pub fn list(conn: &mut Conn<'_>, filter: &SaleFilter) -> DbResult<Vec<SaleRow>> {
    let Some(scoped) = scope_source(&filter.scope) else { return Ok(Vec::new()) };
    on_db!(conn, c => {
        let mut query = sales::table.order(sales::id).limit(filter.limit).select(SaleRow::as_select()).into_boxed();
        if let Some(source) = scoped {
            query = query.filter(sales::source.eq(source));
        }
        if let Some(source) = &filter.source {
            query = query.filter(sales::source.eq(source));
        }
        if let Some(order_id) = &filter.order_id {
            query = query.filter(sales::order_id.eq(order_id));
        }
        if let Some(customer) = filter.customer_id {
            query = query.filter(sales::customer_id.eq(customer));
        }
        if let Some(referrer) = filter.referrer_id {
            query = query.filter(sales::referrer_id.eq(referrer));
        }
        if let Some(status) = filter.status {
            query = query.filter(sales::status.eq(status));
        }
        if let Some(verdict) = filter.verdict {
            query = query.filter(sales::verdict_kind.eq(verdict));
        }
        if let Some(after) = filter.after {
            query = query.filter(sales::id.gt(after));
        }
        query.load(c)
    })
}

/// The last `most` reported orders, oldest first; those of the past left out.
///
/// # Errors
/// What the database reports.
pub fn newest(conn: &mut Conn<'_>, most: i64) -> DbResult<Vec<SaleRow>> {
    let mut rows: Vec<SaleRow> = on_db!(conn, c => sales::table
        .filter(sales::version.is_not_null())
        .filter(sales::history.eq(false))
        .order(sales::id.desc())
        .limit(most)
        .select(SaleRow::as_select())
        .load(c))?;
    rows.reverse();
    Ok(rows)
}

/// One order, if `scope` may see it.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, scope: &Scope, id: SaleId) -> DbResult<Option<SaleRow>> {
    let Some(scoped) = scope_source(scope) else { return Ok(None) };
    let row: Option<SaleRow> = on_db!(conn, c => sales::table.find(id).select(SaleRow::as_select()).first(c).optional())?;
    Ok(row.filter(|row| scoped.is_none_or(|source| row.source == source)))
}

/// The source that a scope is narrowed to, if any; `None` when it may see no order at all.
fn scope_source(scope: &Scope) -> Option<Option<&str>> {
    match scope {
        Scope::All => Some(None),
        Scope::Source(source) => Some(Some(source)),
        Scope::Referrer(_) | Scope::Nothing => None,
    }
}

/// Held orders after `after`, oldest first. Said in words that the index of held orders answers.
///
/// # Errors
/// What the database reports.
pub fn held(conn: &mut Conn<'_>, after: Option<SaleId>, limit: i64) -> DbResult<Vec<SaleRow>> {
    on_db!(conn, c => {
        let held = sql::<Bool>("verdict_kind = 'held'");
        let mut query = sales::table.filter(held).select(SaleRow::as_select()).into_boxed();
        if let Some(after) = after {
            query = query.filter(sales::id.gt(after));
        }
        query.order(sales::id).limit(limit).load(c)
    })
}

/// Of the given customers (read under their locks), those whose first sale has been, and which it was.
///
/// # Errors
/// What the database reports.
pub fn places_of(conn: &mut Conn<'_>, customers: &[CustomerId]) -> DbResult<Vec<(CustomerId, SaleId)>> {
    let rows: Vec<(Option<CustomerId>, SaleId)> = on_db!(conn, c => sales::table
        .filter(sales::customer_id.eq_any(customers))
        .filter(sales::holds_place)
        .select((sales::customer_id, sales::id))
        .load(c))?;
    Ok(rows.into_iter().filter_map(|(customer, sale)| customer.map(|customer| (customer, sale))).collect())
}

/// A page of reported orders, the newest first by the time of the order. The index of times answers, that of one
/// referrer's orders, or that of order numbers. Held orders have an index of their own, so those come by arrival.
///
/// # Errors
/// What the database reports.
pub fn newest_first(conn: &mut Conn<'_>, filter: &NewestFilter) -> DbResult<Vec<SaleRow>> {
    let held = filter.verdict == Some(VerdictKind::Held);
    on_db!(conn, c => {
        let mut query = sales::table.filter(sales::version.is_not_null()).limit(filter.limit).select(SaleRow::as_select()).into_boxed();
        if let Some(source) = &filter.source {
            query = query.filter(sales::source.eq(source));
        }
        if let Some(order_id) = &filter.order_id {
            query = query.filter(sales::order_id.eq(order_id));
        }
        if let Some(referrer) = filter.referrer_id {
            query = query.filter(sales::referrer_id.eq(referrer));
        }
        if let Some(status) = filter.status {
            query = query.filter(sales::status.eq(status));
        }
        if let Some(from) = filter.from {
            query = query.filter(sales::occurred_at.ge(from));
        }
        if let Some(to) = filter.to {
            query = query.filter(sales::occurred_at.lt(to));
        }
        if held {
            query = query.filter(sql::<Bool>("verdict_kind = 'held'")).order(sales::id.desc());
            if let Some((_, id)) = filter.before {
                query = query.filter(sales::id.lt(id));
            }
            return query.load(c);
        }
        if let Some(verdict) = filter.verdict {
            query = query.filter(sales::verdict_kind.eq(verdict));
        }
        if let Some((at, id)) = filter.before {
            // The first part is what an index can answer.
            query = query.filter(sales::occurred_at.le(at)).filter(sales::occurred_at.lt(at).or(sales::id.lt(id)));
        }
        query.order((sales::occurred_at.desc(), sales::id.desc())).load(c)
    })
}

/// Whether any of the latest orders is not one of the past: a shop that only brought its history along is not connected.
///
/// # Errors
/// What the database reports.
pub fn any_live(conn: &mut Conn<'_>) -> DbResult<bool> {
    let past: Vec<bool> = on_db!(conn, c => sales::table
        .order(sales::id.desc())
        .limit(LATEST)
        .select(sales::history)
        .load(c))?;
    Ok(past.contains(&false))
}
