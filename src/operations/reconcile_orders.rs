//! Holds a shop's own list of orders against the ledger, and names what differs. It changes nothing.

use std::collections::{BTreeMap, HashMap};

use crate::db::sales::SaleRow;
use crate::db::types::Json;
use crate::db::{Conn, DbResult, IDS_PER_QUERY, commissions, sale_lists};
use crate::domain::id::SaleId;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::sale::SaleStatus;

/// The most orders of the ledger that are named because the list lacks them.
pub const UNLISTED_MAX: i64 = 1_000;

/// An order as the shop's list has it; what is absent is not compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The shop's order number.
    pub order_id: String,
    /// What the buyer paid, minor units.
    pub total: Option<i64>,
    /// ISO 4217.
    pub currency: Option<Currency>,
    /// How far the order is.
    pub status: Option<SaleStatus>,
    /// What went back so far in all, gross, minor units.
    pub refunded: Option<i64>,
}

/// One value that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub field: &'static str,
    /// As the list has it.
    pub listed: String,
    /// As the ledger has it.
    pub recorded: String,
}

/// An order of both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The sale.
    pub id: SaleId,
    /// The shop's order number.
    pub order_id: String,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// What the comparison found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// Orders of the list that are as they should be.
    pub matching: usize,
    /// Orders of the list that were never reported.
    pub missing: Vec<String>,
    /// Orders whose total, currency or status differs.
    pub differing: Vec<Compared>,
    /// Orders of which the list says another sum went back than was reported.
    pub refunded: Vec<Compared>,
    /// Orders of the period that the list does not have.
    pub unlisted: Vec<(SaleId, String)>,
}

/// Compares the list with the orders of `source`; with a period, also names those the list lacks.
///
/// # Errors
/// What the database reports.
pub fn reconcile_orders(
    conn: &mut Conn<'_>,
    source: &str,
    listed: &[Listed],
    period: Option<(Instant, Instant)>,
) -> DbResult<Reconciliation> {
    let mut found = Reconciliation::default();
    let wanted: BTreeMap<&str, &Listed> = listed.iter().map(|order| (order.order_id.as_str(), order)).collect();
    let all: Vec<&Listed> = wanted.values().copied().collect();
    for slice in all.chunks(IDS_PER_QUERY) {
        let numbers: Vec<&str> = slice.iter().map(|order| order.order_id.as_str()).collect();
        let rows = sale_lists::of_orders(conn, source, &numbers)?;
        let back = gone_back(conn, &rows)?;
        let by_number: HashMap<&str, &SaleRow> = rows.iter().map(|row| (row.order_id.as_str(), row)).collect();
        for order in slice {
            match by_number.get(order.order_id.as_str()).filter(|row| row.version.is_some()) {
                Some(row) => found.compare(order, row, back.get(&row.id).copied().unwrap_or(0)),
                None => found.missing.push(order.order_id.clone()),
            }
        }
    }
    if let Some((from, to)) = period {
        for (id, order_id) in sale_lists::of_period(conn, source, from, to)? {
            if !wanted.contains_key(order_id.as_str()) && found.unlisted.len() < usize::try_from(UNLISTED_MAX).unwrap_or(0) {
                found.unlisted.push((id, order_id));
            }
        }
    }
    Ok(found)
}

/// What went back of each order, gross: the whole total where a refund names no amount.
fn gone_back(conn: &mut Conn<'_>, rows: &[SaleRow]) -> DbResult<HashMap<SaleId, i64>> {
    let totals: HashMap<SaleId, i64> = rows.iter().map(|row| (row.id, row.total)).collect();
    let ids: Vec<SaleId> = totals.keys().copied().collect();
    let mut back: HashMap<SaleId, i64> = HashMap::new();
    for refund in commissions::refunds_of(conn, &ids)? {
        let Json(content) = refund.content;
        let total = totals.get(&refund.sale_id).copied().unwrap_or(0);
        let sum = back.entry(refund.sale_id).or_insert(0);
        *sum = match content.amount {
            Some(amount) => sum.saturating_add(amount),
            None => total,
        };
    }
    Ok(back)
}

impl Reconciliation {
    fn compare(&mut self, order: &Listed, row: &SaleRow, back: i64) {
        let mut differences = Vec::new();
        let mut differ = |field: &'static str, listed: String, recorded: String| {
            if listed != recorded {
                differences.push(Difference { field, listed, recorded });
            }
        };
        if let Some(currency) = order.currency {
            differ("currency", currency.to_string(), row.currency.map(|known| known.to_string()).unwrap_or_default());
        }
        if let Some(total) = order.total {
            differ("total", total.to_string(), row.total.to_string());
        }
        if let Some(status) = order.status {
            differ("status", status.as_db().to_owned(), row.status.as_db().to_owned());
        }
        let compared = |differences| Compared { id: row.id, order_id: row.order_id.clone(), differences };
        let same = differences.is_empty();
        if !same {
            self.differing.push(compared(differences));
        }
        let refund = order.refunded.filter(|listed| *listed != back);
        if let Some(listed) = refund {
            let one = Difference { field: "refunded", listed: listed.to_string(), recorded: back.to_string() };
            self.refunded.push(compared(vec![one]));
        }
        self.matching += usize::from(same && refund.is_none());
    }
}
