//! Forgets where a referrer's money goes, and tells him so.

use serde_json::json;

use crate::db::outbox::{Mail, audit, queue_mails};
use crate::db::payout_methods::{self, Change};
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx, referrers};
use crate::domain::id::{MethodChangeId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;
use crate::domain::principal::Scope;

/// Takes the method of `referrer` away; returns whether there was one that `scope` may see.
///
/// # Errors
/// What the database reports.
pub fn remove_payout_method(tx: &mut Tx<'_>, now: Instant, referrer: ReferrerId, scope: &Scope, actor: &str) -> DbResult<bool> {
    if referrers::find_in(tx, referrer, scope)?.is_none() || referrers::lock(tx, &[referrer])?.is_empty() {
        return Ok(false);
    }
    if payout_methods::find(tx, referrer)?.is_none() {
        return Ok(false);
    }
    let version = payout_methods::newest_version(tx, referrer)?.unwrap_or(0) + 1;
    let change = Change {
        id: MethodChangeId::new(now),
        referrer_id: referrer,
        version,
        rail: None,
        account: None,
        hold_until: None,
        actor: actor.to_owned(),
        created_at: now,
    };
    payout_methods::remove(tx, &change)?;
    audit(tx, actor, "payout_method.remove", AnyId::from_uuid(referrer.uuid()), json!({ "version": version }), now)?;
    let letter = Mail::new(Notice::PayoutDetailsChanged, AnyId::from_uuid(change.id.uuid()), referrer, now);
    queue_mails(tx, vec![letter], now)?;
    Ok(true)
}
