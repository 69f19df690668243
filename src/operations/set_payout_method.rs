//! Notes where a referrer's money goes. The first entry counts at once; a change is told to the old
//! address, and nothing is paid for two days, so that whoever did not make it can say so.

use serde_json::json;

use crate::db::outbox::{Mail, audit, queue_mails};
use crate::db::payout_methods::{self, Change, Method};
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx, referrers};
use crate::domain::id::{Mark, MethodChangeId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;
use crate::domain::payout::Rail;
use crate::domain::payout_rules::HOLD_HOURS;
use crate::domain::principal::Scope;
use crate::vault::Vault;

/// What is entered.
#[derive(Clone)]
pub struct Request {
    /// Whose money.
    pub referrer_id: ReferrerId,
    /// How it leaves.
    pub rail: Rail,
    /// The details as JSON, in their normal form.
    pub plain: String,
    /// The same, sealed for [`Method::seal_place`].
    pub sealed: String,
    /// What may be shown of them.
    pub account: String,
    /// A keyed hash of what makes two accounts the same.
    pub fingerprint: Option<Mark>,
    /// Opens what was entered before, to see whether anything changed.
    pub vault: Vault,
    /// Whose methods the caller may set.
    pub scope: Scope,
    /// Who says so.
    pub actor: String,
}

/// How it ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// There is no such referrer.
    NoReferrer,
    /// The first entry.
    Entered(Method),
    /// Another one than before.
    Changed(Method),
    /// What stood already.
    Unchanged(Method),
}

/// Notes where a referrer's money goes.
///
/// # Errors
/// What the database reports.
pub fn set_payout_method(tx: &mut Tx<'_>, now: Instant, request: &Request) -> DbResult<Outcome> {
    let id = request.referrer_id;
    let stands = |rows: &[referrers::Referrer]| rows.iter().any(|row| row.erased_at.is_none());
    if referrers::find_in(tx, id, &request.scope)?.is_none() || !stands(&referrers::lock(tx, &[id])?) {
        return Ok(Outcome::NoReferrer);
    }
    if let Some(known) = payout_methods::find(tx, id)?
        && request.vault.open(&Method::seal_place(id), &known.details).is_ok_and(|plain| plain == request.plain)
    {
        return Ok(Outcome::Unchanged(known));
    }
    // One that was taken away counts as the one before: else a thief would take it away first.
    let before = payout_methods::newest_version(tx, id)?;
    let row = Method {
        referrer_id: id,
        version: before.unwrap_or(0) + 1,
        rail: request.rail,
        details: request.sealed.clone(),
        account: request.account.clone(),
        fingerprint: request.fingerprint,
        hold_until: before.map(|_| now.plus_seconds(HOLD_HOURS * 3_600)),
        created_at: now,
    };
    let change = Change {
        id: MethodChangeId::new(now),
        referrer_id: id,
        version: row.version,
        rail: Some(row.rail),
        account: Some(row.account.clone()),
        hold_until: row.hold_until,
        actor: request.actor.clone(),
        created_at: now,
    };
    payout_methods::put(tx, &row, &change)?;
    let detail = json!({ "rail": row.rail, "version": row.version });
    audit(tx, &request.actor, "payout_method.set", AnyId::from_uuid(id.uuid()), detail, now)?;
    if before.is_none() {
        return Ok(Outcome::Entered(row));
    }
    queue_mails(tx, vec![Mail::new(Notice::PayoutDetailsChanged, AnyId::from_uuid(change.id.uuid()), id, now)], now)?;
    Ok(Outcome::Changed(row))
}
