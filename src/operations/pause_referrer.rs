//! Sets a referrer aside: he earns nothing new and is not paid until he is resumed.

use serde_json::json;

use crate::db::outbox::{self, NewEvent};
use crate::db::referrers::{self, Referrer};
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, Tx};
use crate::domain::id::{EventId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::referrer::ReferrerStatus;

/// Pauses a referrer; none if there is no such one. Doing it again changes nothing.
///
/// # Errors
/// What the database reports.
pub fn pause_referrer(tx: &mut Tx<'_>, now: Instant, actor: &str, id: ReferrerId) -> DbResult<Option<Referrer>> {
    let Some(before) = referrers::lock(tx, &[id])?.pop() else { return Ok(None) };
    if before.status == ReferrerStatus::Paused {
        return Ok(Some(before));
    }
    let after = Referrer { status: ReferrerStatus::Paused, ..before };
    set(tx, now, actor, &after, "referrer.pause", "referrer.paused")?;
    Ok(Some(after))
}

/// Writes a referrer's new standing, with its traces.
pub(super) fn set(
    tx: &mut Tx<'_>,
    now: Instant,
    actor: &str,
    after: &Referrer,
    action: &'static str,
    kind: &'static str,
) -> DbResult<()> {
    referrers::update(tx, after)?;
    let subject_id = AnyId::from_uuid(after.id.uuid());
    let data = json!({ "referrer_id": after.id, "status": after.status });
    outbox::audit(tx, actor, action, subject_id, data.clone(), now)?;
    outbox::note_events(tx, &[NewEvent { id: EventId::new(now), kind, subject_id, data: Json(data), created_at: now }])
}
