//! Reads orders as they are answered, and explains their verdicts.

use std::collections::HashMap;

use super::fold::SaleView;
use crate::db::customers::{self, KeyRow};
use crate::db::sale_lists::{self, NewestFilter, SaleFilter};
use crate::db::sales::{self, SaleRow, VerdictRow};
use crate::db::terms::{self, Program};
use crate::db::{Conn, DbFault, DbResult, commissions, reports};
use crate::domain::attribution::Verdict;
use crate::domain::customer::KeyKind;
use crate::domain::id::{CustomerId, ReferrerId, SaleId};
use crate::domain::principal::Scope;

/// An order with the people behind it, as people look at lists.
#[derive(Debug, Clone)]
pub struct SaleLine {
    /// The order.
    pub view: SaleView,
    /// Who bought, as far as that is known.
    pub buyer: Option<Buyer>,
    /// Whom it is credited to, or held for: his name, or else a code of his.
    pub referrer: Option<String>,
}

/// Whoever bought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Buyer {
    /// His name.
    pub name: Option<String>,
    /// The first of his addresses.
    pub email: Option<String>,
    /// The first of his numbers.
    pub phone: Option<String>,
}

/// A page of orders, the newest first, with the people behind them.
///
/// # Errors
/// What the database reports.
pub fn newest_sales(conn: &mut Conn<'_>, filter: &NewestFilter) -> DbResult<Vec<SaleLine>> {
    let rows = sale_lists::newest_first(conn, filter)?;
    let views = views(conn, rows)?;
    with_people(conn, views)
}

/// The same orders with the people behind them.
///
/// # Errors
/// What the database reports.
pub fn with_people(conn: &mut Conn<'_>, views: Vec<SaleView>) -> DbResult<Vec<SaleLine>> {
    if views.is_empty() {
        return Ok(Vec::new());
    }
    let buyers: Vec<CustomerId> = unique(views.iter().filter_map(|view| view.sale.customer_id));
    let referrers: Vec<ReferrerId> = unique(views.iter().filter_map(|view| view.sale.referrer_id));
    let mut known: HashMap<CustomerId, Buyer> = customers::find_all(conn, &buyers)?
        .into_iter()
        .map(|row| (row.id, Buyer { name: row.name, ..Buyer::default() }))
        .collect();
    for key in customers::keys_of(conn, &buyers)? {
        if let Some(buyer) = known.get_mut(&key.customer_id) {
            buyer.learn(key);
        }
    }
    // Later ones win: a name over a code, the newest code over older ones.
    let codes = reports::first_codes(conn, &referrers)?.into_iter().rev();
    let named = reports::names(conn, &referrers)?.into_iter().filter_map(|(id, name)| Some((id, name?)));
    let names: HashMap<ReferrerId, String> = codes.chain(named).collect();
    let line = |view: SaleView| SaleLine {
        buyer: view.sale.customer_id.and_then(|id| known.get(&id).cloned()),
        referrer: view.sale.referrer_id.and_then(|id| names.get(&id).cloned()),
        view,
    };
    Ok(views.into_iter().map(line).collect())
}

impl Buyer {
    fn learn(&mut self, key: KeyRow) {
        let place = match key.kind {
            KeyKind::Email => &mut self.email,
            KeyKind::Phone => &mut self.phone,
            KeyKind::ExternalId => return,
        };
        place.get_or_insert(key.shown);
    }
}

fn unique<T: Ord>(ids: impl Iterator<Item = T>) -> Vec<T> {
    let distinct: std::collections::BTreeSet<T> = ids.collect();
    distinct.into_iter().collect()
}

/// A page of orders.
///
/// # Errors
/// What the database reports.
pub fn list_sales(conn: &mut Conn<'_>, filter: &SaleFilter) -> DbResult<Vec<SaleView>> {
    let rows = sale_lists::list(conn, filter)?;
    views(conn, rows)
}

/// One order, if `scope` may see it.
///
/// # Errors
/// What the database reports.
pub fn show_sale(conn: &mut Conn<'_>, scope: &Scope, id: SaleId) -> DbResult<Option<SaleView>> {
    let rows: Vec<SaleRow> = sale_lists::find(conn, scope, id)?.into_iter().collect();
    Ok(views(conn, rows)?.into_iter().next())
}

/// The verdicts on one order with the program they are judged by, if `scope` may see it.
///
/// # Errors
/// What the database reports.
pub fn explain_sale(conn: &mut Conn<'_>, scope: &Scope, id: SaleId) -> DbResult<Option<(Program, Vec<VerdictRow>)>> {
    if sale_lists::find(conn, scope, id)?.is_none() {
        return Ok(None);
    }
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    Ok(Some((program, sales::verdicts_of(conn, &[id])?)))
}

fn views(conn: &mut Conn<'_>, rows: Vec<SaleRow>) -> DbResult<Vec<SaleView>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<SaleId> = rows.iter().map(|row| row.id).collect();
    let mut verdicts: HashMap<SaleId, Verdict> =
        sales::verdicts_of(conn, &ids)?.iter().map(|row| (row.sale_id, super::fold::verdict(row))).collect();
    let (bonuses, live): (Vec<_>, Vec<_>) =
        commissions::live_of(conn, &ids)?.into_iter().partition(|row| row.bonus_deal().is_some());
    let mut live: HashMap<_, _> = live.into_iter().map(|row| (row.sale_id, row)).collect();
    let mut bonuses: HashMap<_, _> = bonuses.into_iter().map(|row| (row.sale_id, row)).collect();
    let view = |sale: SaleRow| SaleView {
        verdict: verdicts.remove(&sale.id),
        commission: live.remove(&sale.id),
        bonus: bonuses.remove(&sale.id),
        sale,
    };
    Ok(rows.into_iter().map(view).collect())
}
