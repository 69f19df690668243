//! Cancels an order, also one that has not been reported yet; final whatever arrives later.

use super::fold::{Cause, Fold, SaleView, states};
use super::resolve_customers::resolve;
use crate::db::types::{AnyId, ChangeCause};
use crate::db::{DbFault, DbResult, Tx, sales};
use crate::domain::id::CustomerId;
use crate::domain::instant::Instant;
use crate::domain::sale::{OrderKey, SaleStatus};

/// Cancels the order of `key`. Done twice it changes nothing the second time.
///
/// # Errors
/// What the database reports; `lost_race` when another process was first with the order.
pub fn cancel_sale(tx: &mut Tx<'_>, now: Instant, key: &OrderKey, actor: &str) -> DbResult<SaleView> {
    let rows = sales::lock_by_keys(tx, std::slice::from_ref(key))?;
    let buyers: Vec<CustomerId> = rows.iter().filter_map(|row| row.customer_id).collect();
    let orders = states(tx, rows)?;
    let people = resolve(tx, now, &[], &buyers)?;
    let mut fold = Fold::open(tx, now, orders, &people, &[], now)?;
    let id = fold.find(key).unwrap_or_else(|| fold.begin(key));
    if fold.advance(id, SaleStatus::Cancelled, None) {
        let cause = Cause { kind: ChangeCause::Cancel, id: AnyId::from_uuid(id.uuid()), actor, note: None };
        fold.settle(id, cause);
    }
    let view = fold.order(id).map(super::fold::OrderState::view).ok_or(DbFault::NotFound)?;
    fold.finish(tx)?;
    Ok(view)
}
