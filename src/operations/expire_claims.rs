//! Ends claims that nobody decided in time, and tells those who made them. Safe to repeat.

use super::file_claim::tell;
use crate::db::claims::{self, Claim};
use crate::db::{DbResult, Tx};
use crate::domain::claim::ClaimStatus;
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;

/// Claims per transaction; a few letters are written for each.
pub const SLICE: i64 = 100;

/// Expires up to [`SLICE`] claims; returns how many.
///
/// # Errors
/// What the database reports.
pub fn expire_claims(tx: &mut Tx<'_>, now: Instant) -> DbResult<usize> {
    let overdue = claims::lock_overdue(tx, now, SLICE)?;
    for claim in &overdue {
        let ended = Claim { status: ClaimStatus::Expired, ended_at: Some(now), ..claim.clone() };
        if claims::end(tx, &ended)? {
            tell(tx, now, &ended, "claim.expired", Notice::ClaimDeclined)?;
        }
    }
    Ok(overdue.len())
}
