//! By which payouts the commissions of an order were, or are being, paid.

use diesel::prelude::*;

use super::payouts::Payout;
use super::schema::{payout_lines, payouts};
use super::types::AnyId;
use super::{Conn, DbResult};
use crate::domain::id::CommissionId;

/// The payouts that hold the given commissions or their changes now, oldest first; those that let go of them are left out.
///
/// # Errors
/// What the database reports.
pub fn holding(conn: &mut Conn<'_>, commissions: &[CommissionId], changes: &[AnyId]) -> DbResult<Vec<Payout>> {
    let items: Vec<AnyId> = commissions.iter().map(|id| AnyId::from_uuid(id.uuid())).chain(changes.iter().copied()).collect();
    let mut rows: Vec<Payout> = on_db!(conn, c => payout_lines::table
        .inner_join(payouts::table.on(payouts::id.eq(payout_lines::payout_id)))
        .filter(payout_lines::item_id.eq_any(&items))
        .filter(payout_lines::released_at.is_null())
        .order(payouts::id)
        .select(Payout::as_select())
        .load(c))?;
    rows.dedup_by_key(|row| row.id);
    Ok(rows)
}
