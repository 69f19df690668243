//! Lets a paused referrer earn and be paid again.

use super::pause_referrer::set;
use crate::db::referrers::{self, Referrer};
use crate::db::{DbResult, Tx};
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::referrer::ReferrerStatus;

/// Resumes a referrer; none if there is no such one. He is `active` again, or `invited` if he was
/// never enrolled. One who is not paused stays as he is, and so
/// does one who was erased.
///
/// # Errors
/// What the database reports.
pub fn resume_referrer(tx: &mut Tx<'_>, now: Instant, actor: &str, id: ReferrerId) -> DbResult<Option<Referrer>> {
    let Some(before) = referrers::lock(tx, &[id])?.pop() else { return Ok(None) };
    if before.status != ReferrerStatus::Paused || before.erased_at.is_some() {
        return Ok(Some(before));
    }
    let status = if referrers::was_welcomed(tx, id)? { ReferrerStatus::Active } else { ReferrerStatus::Invited };
    let after = Referrer { status, ..before };
    set(tx, now, actor, &after, "referrer.resume", "referrer.resumed")?;
    Ok(Some(after))
}
