//! Books what a payment provider says went back in all: only what is more than was booked before, so that
//! lost, late and repeated messages end in the same sum.

use super::refund_sales::{RefundAnswer, RefundRequest, refund_sales};
use crate::db::types::Json;
use crate::db::{DbResult, Tx, commissions, sales};
use crate::domain::instant::Instant;
use crate::domain::refund::RefundContent;
use crate::domain::sale::OrderKey;

/// Brings the refunds of `charge` up to `amount`, in minor units and gross; none when they are there.
///
/// # Errors
/// What the database reports; `lost_race` when another process was first with the order.
pub fn refund_so_far(
    tx: &mut Tx<'_>,
    now: Instant,
    order: &OrderKey,
    charge: &str,
    amount: i64,
    actor: &str,
) -> DbResult<Option<RefundAnswer>> {
    // Read after the lock of the order, which whoever else books on this charge holds.
    let rows = sales::lock_by_keys(tx, std::slice::from_ref(order))?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let known = if ids.is_empty() { Vec::new() } else { commissions::refunds_of(tx, &ids)? };
    let own = known.iter().filter(|row| row.refund_id.strip_prefix(charge).is_some_and(|rest| rest.starts_with(':')));
    let booked = own.fold(0_i64, |sum, row| {
        let Json(content) = &row.content;
        sum.saturating_add(content.amount.unwrap_or(0))
    });
    if amount <= booked {
        return Ok(None);
    }
    let request = RefundRequest {
        order: order.clone(),
        refund_id: format!("{charge}:{amount}"),
        content: RefundContent { amount: Some(amount - booked), ..RefundContent::default() },
        actor: actor.to_owned(),
    };
    refund_sales(tx, now, std::slice::from_ref(&request)).map(|mut answers| answers.pop())
}
