//! Forgets old entries of the delivery log. A chore.

use crate::db::{DbResult, Tx, deliveries};
use crate::domain::id::DeliveryId;
use crate::domain::instant::Instant;

/// Entries per slice.
pub const SLICE: i64 = 500;

/// How long an entry is kept, in days.
pub const KEPT_DAYS: i64 = 30;

/// Forgets up to [`SLICE`] entries older than [`KEPT_DAYS`]; returns how many.
///
/// # Errors
/// What the database reports.
pub fn forget_deliveries(tx: &mut Tx<'_>, now: Instant) -> DbResult<usize> {
    deliveries::forget(tx, DeliveryId::new(now.plus_days(-KEPT_DAYS)), SLICE)
}
