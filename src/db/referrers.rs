//! Referrers and their codes.

use diesel::prelude::*;

use super::schema::{codes, referrers};
use super::types::Json;
use super::{Conn, DbResult, Tx};
use crate::domain::code::{Code, Skeleton};
use crate::domain::customer::Metadata;
use crate::domain::id::{CodeId, CustomerId, ProgramId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::referrer::{CodeStatus, ReferrerStatus};

/// A customer enrolled to introduce others.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = referrers, treat_none_as_default_value = false)]
pub struct Referrer {
    /// The referrer.
    pub id: ReferrerId,
    /// The one program.
    pub program_id: ProgramId,
    /// Who he is.
    pub customer_id: CustomerId,
    /// Where he stands.
    pub status: ReferrerStatus,
    /// The shop's own words.
    pub metadata: Json<Metadata>,
    /// When he was enrolled or named.
    pub created_at: Instant,
}

/// A code and its owner.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = codes, treat_none_as_default_value = false)]
pub struct CodeRow {
    /// The code's id.
    pub id: CodeId,
    /// Whose.
    pub referrer_id: ReferrerId,
    /// The one spelling.
    pub code: String,
    /// What look-alikes share.
    pub skeleton: String,
    /// Whether it earns.
    pub status: CodeStatus,
    /// Where its link leads, if not to the shop's front page.
    pub destination: Option<String>,
    /// When it was made.
    pub created_at: Instant,
}

impl CodeRow {
    /// A new active code.
    #[must_use]
    pub fn new(code: &Code, referrer_id: ReferrerId, now: Instant) -> Self {
        Self {
            id: CodeId::new(now),
            referrer_id,
            code: code.as_str().to_owned(),
            skeleton: code.skeleton().as_str().to_owned(),
            status: CodeStatus::Active,
            destination: None,
            created_at: now,
        }
    }
}

/// The referrers that the given customers are.
///
/// # Errors
/// What the database reports.
pub fn of_customers(conn: &mut Conn<'_>, ids: &[CustomerId]) -> DbResult<Vec<Referrer>> {
    on_db!(conn, c => referrers::table.filter(referrers::customer_id.eq_any(ids)).select(Referrer::as_select()).load(c))
}

/// The given referrers.
///
/// # Errors
/// What the database reports.
pub fn find_all(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<Referrer>> {
    on_db!(conn, c => referrers::table.filter(referrers::id.eq_any(ids)).select(Referrer::as_select()).load(c))
}

/// One referrer.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: ReferrerId) -> DbResult<Option<Referrer>> {
    on_db!(conn, c => referrers::table.find(id).select(Referrer::as_select()).first(c).optional())
}

/// Locks the given referrers, ascending by id, and reads them after the lock.
///
/// # Errors
/// What the database reports.
pub fn lock(tx: &mut Tx<'_>, ids: &[ReferrerId]) -> DbResult<Vec<Referrer>> {
    load_locked!(tx, referrers::table.filter(referrers::id.eq_any(ids)).order(referrers::id).select(Referrer::as_select()))
}

/// Adds referrers. Returns whether all were new; a rival may have enrolled the same customer.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, rows: &[Referrer]) -> DbResult<bool> {
    let inserted = on_db!(tx, c => diesel::insert_into(referrers::table).values(rows).on_conflict_do_nothing().execute(c))?;
    Ok(inserted == rows.len())
}

/// Codes by what look-alikes share.
///
/// # Errors
/// What the database reports.
pub fn codes_by_skeleton(conn: &mut Conn<'_>, skeletons: &[Skeleton]) -> DbResult<Vec<CodeRow>> {
    let texts: Vec<&str> = skeletons.iter().map(Skeleton::as_str).collect();
    on_db!(conn, c => codes::table.filter(codes::skeleton.eq_any(texts)).select(CodeRow::as_select()).load(c))
}

/// The given codes.
///
/// # Errors
/// What the database reports.
pub fn codes_by_id(conn: &mut Conn<'_>, ids: &[CodeId]) -> DbResult<Vec<CodeRow>> {
    on_db!(conn, c => codes::table.filter(codes::id.eq_any(ids)).select(CodeRow::as_select()).load(c))
}
