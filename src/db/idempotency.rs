//! Idempotency keys: the answer to a request, kept in the transaction of its effect.

use diesel::prelude::*;

use super::schema::idempotency_keys as keys;
use super::{DbResult, Tx, lost_race};
use crate::domain::instant::Instant;

/// A key may be used again after so many days.
const KEPT_DAYS: i64 = 30;

/// What a key stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Nobody used it: it is this transaction's now.
    Fresh,
    /// The same request was answered before.
    Replay {
        /// The HTTP status then.
        status: i64,
        /// The body then.
        body: String,
    },
    /// Another request used it.
    Mismatch,
}

/// Takes `key` for `request` (a fingerprint), or says what it was used for. A rival that holds it is
/// waited for; when the wait is over its answer is there to be read.
///
/// # Errors
/// What the database reports.
pub fn take(tx: &mut Tx<'_>, principal: &str, key: &str, request: &str, now: Instant) -> DbResult<Taken> {
    let row = (
        keys::principal.eq(principal),
        keys::key.eq(key),
        keys::request.eq(request),
        keys::status.eq(0_i64),
        keys::body.eq(""),
        keys::created_at.eq(now),
    );
    let inserted = on_db!(tx, c => diesel::insert_into(keys::table).values(row).on_conflict_do_nothing().execute(c))?;
    if inserted > 0 {
        return Ok(Taken::Fresh);
    }
    let found: Option<(String, i64, String, Instant)> = on_db!(tx, c => keys::table
        .find((principal, key))
        .select((keys::request, keys::status, keys::body, keys::created_at))
        .first(c)
        .optional())?;
    // A rival that rolled back left nothing behind: the next try inserts.
    let Some((used_for, status, body, created_at)) = found else { return Err(lost_race()) };
    if created_at < now.plus_days(-KEPT_DAYS) {
        on_db!(tx, c => diesel::delete(keys::table.find((principal, key)).filter(keys::created_at.eq(created_at))).execute(c))?;
        return take(tx, principal, key, request, now);
    }
    Ok(if used_for == request { Taken::Replay { status, body } } else { Taken::Mismatch })
}

/// Keeps the answer under a key that [`take`] gave to this transaction.
///
/// # Errors
/// What the database reports.
pub fn keep(tx: &mut Tx<'_>, principal: &str, key: &str, status: i64, body: &str) -> DbResult<()> {
    on_db!(tx, c => diesel::update(keys::table.find((principal, key)))
        .set((keys::status.eq(status), keys::body.eq(body)))
        .execute(c)
        .map(drop))
}

/// Locks the row of a key, and reads the status and body that stand under it; none if it has expired.
///
/// # Errors
/// What the database reports.
pub fn lock(tx: &mut Tx<'_>, principal: &str, key: &str) -> DbResult<Option<(i64, String)>> {
    let rows: Vec<(i64, String)> = load_locked!(
        tx,
        keys::table.filter(keys::principal.eq(principal)).filter(keys::key.eq(key)).select((keys::status, keys::body))
    )?;
    Ok(rows.into_iter().next())
}

/// Drops up to `most` expired keys; returns how many.
///
/// # Errors
/// What the database reports.
pub fn expire(tx: &mut Tx<'_>, now: Instant, most: i64) -> DbResult<usize> {
    let old: Vec<(String, String)> = on_db!(tx, c => keys::table
        .filter(keys::created_at.lt(now.plus_days(-KEPT_DAYS)))
        .select((keys::principal, keys::key))
        .limit(most)
        .load(c))?;
    for (principal, key) in &old {
        on_db!(tx, c => diesel::delete(keys::table.find((principal, key))).execute(c))?;
    }
    Ok(old.len())
}
