//! Referrers' claims: "I sent her".

use diesel::prelude::*;

use super::schema::claims;
use super::{Conn, DbResult, Tx};
use crate::domain::claim::{ClaimStatus, DeclineReason};
use crate::domain::id::{ClaimId, ProgramId, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::principal::Scope;

/// A claim. `friend` is personal and erasable.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = claims, treat_none_as_default_value = false)]
pub struct Claim {
    /// The claim.
    pub id: ClaimId,
    /// The one program.
    pub program_id: ProgramId,
    /// Who claims.
    pub referrer_id: ReferrerId,
    /// The storefront where the friend is said to have bought.
    pub source: String,
    /// The order number, if he knows it.
    pub order_id: Option<String>,
    /// Else the friend's first name …
    pub friend: Option<String>,
    /// … and the day, as `2026-11-22`.
    pub bought_on: Option<String>,
    /// Where it stands.
    pub status: ClaimStatus,
    /// Why it was declined.
    pub reason: Option<DeclineReason>,
    /// The sale it was accepted for.
    pub sale_id: Option<SaleId>,
    /// When it expires.
    pub decide_by: Instant,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When it was made.
    pub created_at: Instant,
    /// When it ended.
    pub ended_at: Option<Instant>,
}

/// Adds a claim; its referrer is locked.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, row: &Claim) -> DbResult<()> {
    insert_all!(tx, claims::table, std::slice::from_ref(row))
}

/// One claim.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: ClaimId) -> DbResult<Option<Claim>> {
    on_db!(conn, c => claims::table.find(id).select(Claim::as_select()).first(c).optional())
}

/// A referrer's open claims.
///
/// # Errors
/// What the database reports.
pub fn open_of(conn: &mut Conn<'_>, referrer: ReferrerId) -> DbResult<Vec<Claim>> {
    on_db!(conn, c => claims::table
        .filter(claims::referrer_id.eq(referrer))
        .filter(claims::status.eq(ClaimStatus::Open))
        .order(claims::id)
        .select(Claim::as_select())
        .load(c))
}

/// Locks up to `most` open claims whose time is over, ascending by id.
///
/// # Errors
/// What the database reports.
pub fn lock_overdue(tx: &mut Tx<'_>, now: Instant, most: i64) -> DbResult<Vec<Claim>> {
    let due: Vec<ClaimId> = on_db!(tx, c => claims::table
        .filter(claims::status.eq(ClaimStatus::Open))
        .filter(claims::decide_by.le(now))
        .order(claims::decide_by)
        .limit(most)
        .select(claims::id)
        .load(c))?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Claim> =
        load_locked!(tx, claims::table.filter(claims::id.eq_any(&due)).order(claims::id).select(Claim::as_select()))?;
    Ok(rows.into_iter().filter(|row| row.status == ClaimStatus::Open).collect())
}

/// Ends an open claim as `row` says; returns whether it was open until now.
///
/// # Errors
/// What the database reports.
pub fn end(tx: &mut Tx<'_>, row: &Claim) -> DbResult<bool> {
    let ended = on_db!(tx, c => diesel::update(claims::table.find(row.id).filter(claims::status.eq(ClaimStatus::Open)))
        .set((
            claims::status.eq(row.status),
            claims::reason.eq(row.reason),
            claims::sale_id.eq(row.sale_id),
            claims::decided_by.eq(&row.decided_by),
            claims::ended_at.eq(row.ended_at),
        ))
        .execute(c))?;
    Ok(ended == 1)
}

/// Which claims a list shows.
#[derive(Debug, Clone)]
pub struct ClaimFilter {
    /// Whose the caller may see.
    pub scope: Scope,
    /// Of one referrer.
    pub referrer_id: Option<ReferrerId>,
    /// In one status.
    pub status: Option<ClaimStatus>,
    /// After this one.
    pub after: Option<ClaimId>,
    /// At most so many.
    pub limit: i64,
}

/// A page of claims, oldest first.
///
/// # Errors
/// What the database reports.
pub fn list(conn: &mut Conn<'_>, filter: &ClaimFilter) -> DbResult<Vec<Claim>> {
    on_db!(conn, c => {
        let mut query = claims::table.select(Claim::as_select()).into_boxed();
        match &filter.scope {
            Scope::All => {}
            Scope::Referrer(own) => query = query.filter(claims::referrer_id.eq(*own)),
            Scope::Source(_) | Scope::Nothing => return Ok(Vec::new()),
        }
        if let Some(referrer) = filter.referrer_id {
            query = query.filter(claims::referrer_id.eq(referrer));
        }
        if let Some(status) = filter.status {
            query = query.filter(claims::status.eq(status));
        }
        if let Some(after) = filter.after {
            query = query.filter(claims::id.gt(after));
        }
        query.order(claims::id).limit(filter.limit).load(c)
    })
}

/// How many claims ended how: of all referrers, or of one.
///
/// # Errors
/// What the database reports.
pub fn counts(conn: &mut Conn<'_>, of: Option<ReferrerId>) -> DbResult<Vec<(ClaimStatus, Option<DeclineReason>, i64)>> {
    on_db!(conn, c => {
        let mut query = claims::table
            .group_by((claims::status, claims::reason))
            .select((claims::status, claims::reason, diesel::dsl::count_star()))
            .into_boxed();
        if let Some(referrer) = of {
            query = query.filter(claims::referrer_id.eq(referrer));
        }
        query.load(c)
    })
}
