//! Forgets idempotency keys that have expired. A chore.

use crate::db::{DbResult, Tx, idempotency};
use crate::domain::instant::Instant;

/// Keys per slice.
pub const SLICE: i64 = 500;

/// Forgets up to [`SLICE`] expired keys; returns how many.
///
/// # Errors
/// What the database reports.
pub fn forget_requests(tx: &mut Tx<'_>, now: Instant) -> DbResult<usize> {
    idempotency::expire(tx, now, SLICE)
}
