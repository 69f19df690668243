//! A list of orders as a table, page by page: what the desk's list shows, for a spreadsheet.

use super::pages::{Cell, Pages, header, line};
use super::show_sales::{SaleLine, newest_sales};
use crate::db::sale_lists::NewestFilter;
use crate::db::{Conn, DbResult};

/// Orders per page.
const PAGE: i64 = 500;

const COLUMNS: [&str; 20] = [
    "sale_id",
    "order_id",
    "source",
    "occurred_at",
    "paid_at",
    "status",
    "customer_id",
    "referrer_id",
    "referrer",
    "code",
    "evidence",
    "verdict",
    "reason",
    "currency",
    "total",
    "base",
    "base_refunded",
    "commission",
    "commission_status",
    "free_on",
];

/// The table on its way out, the newest order first. Amounts in minor units; buyers by their ids only, for files travel.
pub struct SalePages {
    filter: NewestFilter,
    at: At,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Beginning,
    Rows,
    End,
}

impl SalePages {
    /// The orders that `filter` lets through, all of them.
    #[must_use]
    pub fn new(filter: NewestFilter) -> Self {
        Self { filter: NewestFilter { limit: PAGE, before: None, ..filter }, at: At::Beginning }
    }
}

impl Pages for SalePages {
    fn next(&mut self, conn: &mut Conn<'_>) -> DbResult<Option<Vec<u8>>> {
        let mut out = Vec::new();
        match self.at {
            At::Beginning => header(&mut out, &COLUMNS),
            At::Rows => {}
            At::End => return Ok(None),
        }
        let rows = newest_sales(conn, &self.filter)?;
        rows.iter().for_each(|row| record(&mut out, row));
        let full = i64::try_from(rows.len()).unwrap_or(0) == PAGE;
        self.filter.before = rows.last().map(|row| (row.view.sale.occurred_at, row.view.sale.id));
        self.at = if full { At::Rows } else { At::End };
        Ok(Some(out))
    }
}

fn record(out: &mut Vec<u8>, row: &SaleLine) {
    let (sale, verdict, commission) = (&row.view.sale, row.view.verdict.as_ref(), row.view.commission.as_ref());
    let (id, ordered) = (sale.id.to_string(), sale.occurred_at.to_string());
    let paid = sale.paid_at.map(|at| at.to_string());
    let customer = sale.customer_id.map(|id| id.to_string());
    let referrer = sale.referrer_id.map(|id| id.to_string());
    let code = verdict.and_then(|verdict| verdict.code.as_ref()).map(ToString::to_string);
    let free_on = commission.map(|row| row.due_at.to_string());
    let cells = [
        Cell::Text(&id),
        Cell::Text(&sale.order_id),
        Cell::Text(&sale.source),
        Cell::Text(&ordered),
        text(paid.as_deref()),
        Cell::Text(sale.status.as_db()),
        text(customer.as_deref()),
        text(referrer.as_deref()),
        text(row.referrer.as_deref()),
        text(code.as_deref()),
        text(verdict.and_then(|verdict| verdict.evidence).map(|evidence| evidence.as_db())),
        text(sale.verdict_kind.map(|kind| kind.as_db())),
        text(sale.verdict_reason.map(|reason| reason.as_db())),
        text(sale.currency.map(|currency| currency.code())),
        Cell::Number(sale.total),
        Cell::Number(sale.base),
        Cell::Number(sale.base_refunded),
        commission.map_or(Cell::Empty, |row| Cell::Number(row.net)),
        text(commission.map(|row| row.status.as_db())),
        text(free_on.as_deref()),
    ];
    line(out, &cells);
}

fn text(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Empty, Cell::Text)
}
