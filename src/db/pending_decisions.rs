//! Decisions made at the desk that can still be taken back. A few at a time: each is gone within seconds.

use diesel::prelude::*;

use super::schema::pending_decisions;
use super::types::{AnyId, Json};
use super::{Conn, DbResult, Tx};
use crate::domain::desk_decision::DeskDecision;
use crate::domain::id::DecisionId;
use crate::domain::instant::Instant;

/// More than anybody decides within ten seconds, and than the law refuses in a week.
const MOST: i64 = 500;

/// A decision that waits.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = pending_decisions, treat_none_as_default_value = false)]
pub struct PendingDecision {
    /// The decision.
    pub id: DecisionId,
    /// About what it is.
    pub kind: String,
    /// The sale, claim, pair, payout, debt or address it is about; one decision each.
    pub subject_id: AnyId,
    /// What was decided.
    pub decision: Json<DeskDecision>,
    /// The words given.
    pub reason: String,
    /// Who decided.
    pub actor: String,
    /// When it is carried out.
    pub execute_after: Instant,
    /// Why it could not be; none while it waits.
    pub refusal: Option<String>,
    /// When it was made.
    pub created_at: Instant,
}

/// Adds a decision in place of one on the same subject that was refused. Returns whether none was waiting.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, row: &PendingDecision) -> DbResult<bool> {
    let refused = pending_decisions::table
        .filter(pending_decisions::subject_id.eq(row.subject_id))
        .filter(pending_decisions::refusal.is_not_null());
    on_db!(tx, c => diesel::delete(refused).execute(c))?;
    let added = on_db!(tx, c => diesel::insert_into(pending_decisions::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(added > 0)
}

/// All of them, oldest first, those that were refused included.
///
/// # Errors
/// What the database reports.
pub fn all(conn: &mut Conn<'_>) -> DbResult<Vec<PendingDecision>> {
    on_db!(conn, c => pending_decisions::table
        .order(pending_decisions::id)
        .limit(MOST)
        .select(PendingDecision::as_select())
        .load(c))
}

/// The first that is to be carried out now, if any.
///
/// # Errors
/// What the database reports.
pub fn next_due(conn: &mut Conn<'_>, now: Instant) -> DbResult<Option<DecisionId>> {
    on_db!(conn, c => pending_decisions::table
        .filter(pending_decisions::refusal.is_null())
        .filter(pending_decisions::execute_after.le(now))
        .order((pending_decisions::execute_after, pending_decisions::id))
        .select(pending_decisions::id)
        .first(c)
        .optional())
}

/// Locks one that waits; none if it was taken back, carried out or refused.
///
/// # Errors
/// What the database reports.
pub fn lock(tx: &mut Tx<'_>, id: DecisionId) -> DbResult<Option<PendingDecision>> {
    let rows: Vec<PendingDecision> =
        load_locked!(tx, pending_decisions::table.filter(pending_decisions::id.eq(id)).select(PendingDecision::as_select()))?;
    Ok(rows.into_iter().find(|row| row.refusal.is_none()))
}

/// Takes one away.
///
/// # Errors
/// What the database reports.
pub fn delete(tx: &mut Tx<'_>, id: DecisionId) -> DbResult<()> {
    on_db!(tx, c => diesel::delete(pending_decisions::table.find(id)).execute(c).map(drop))
}

/// Notes why one could not be carried out.
///
/// # Errors
/// What the database reports.
pub fn refuse(tx: &mut Tx<'_>, id: DecisionId, why: &str) -> DbResult<()> {
    on_db!(tx, c => diesel::update(pending_decisions::table.find(id))
        .set(pending_decisions::refusal.eq(why))
        .execute(c)
        .map(drop))
}

/// Lets one be tried again at `at`.
///
/// # Errors
/// What the database reports.
pub fn postpone(tx: &mut Tx<'_>, id: DecisionId, at: Instant) -> DbResult<()> {
    on_db!(tx, c => diesel::update(pending_decisions::table.find(id))
        .set(pending_decisions::execute_after.eq(at))
        .execute(c)
        .map(drop))
}

/// Forgets what was refused before `before`.
///
/// # Errors
/// What the database reports.
pub fn forget_refused(tx: &mut Tx<'_>, before: Instant) -> DbResult<()> {
    let old = pending_decisions::table
        .filter(pending_decisions::refusal.is_not_null())
        .filter(pending_decisions::execute_after.lt(before));
    on_db!(tx, c => diesel::delete(old).execute(c).map(drop))
}
