//! Reads orders as they are answered, and explains their verdicts.

use std::collections::HashMap;

use super::fold::SaleView;
use crate::db::sale_lists::{self, SaleFilter};
use crate::db::sales::{self, SaleRow, VerdictRow};
use crate::db::terms::{self, Program};
use crate::db::{Conn, DbFault, DbResult, commissions};
use crate::domain::attribution::Verdict;
use crate::domain::id::SaleId;
use crate::domain::principal::Scope;

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
