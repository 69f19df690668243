//! Introductions registered before an order, such as at sign-up.

use diesel::prelude::*;

use super::schema::{customers, introductions};
use super::{Conn, DbResult, Tx};
use crate::domain::id::{CustomerId, IntroductionId, ProgramId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::principal::Scope;

/// Referrer R registered that he introduced customer C.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = introductions, treat_none_as_default_value = false)]
pub struct Introduction {
    /// The introduction.
    pub id: IntroductionId,
    /// The one program.
    pub program_id: ProgramId,
    /// Who was introduced.
    pub customer_id: CustomerId,
    /// By whom.
    pub referrer_id: ReferrerId,
    /// By which code.
    pub code: Option<String>,
    /// The storefront that registered it.
    pub source: String,
    /// What was promised.
    pub terms_version: i64,
    /// Until when it holds.
    pub expires_at: Instant,
    /// When it was registered, with the customer's consent.
    pub created_at: Instant,
    /// When another one took its place.
    pub ended_at: Option<Instant>,
}

/// Adds an introduction of a locked customer who has no other, and notes that he has one.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, row: &Introduction) -> DbResult<()> {
    insert_all!(tx, introductions::table, std::slice::from_ref(row))?;
    on_db!(tx, c => diesel::update(customers::table.find(row.customer_id))
        .set(customers::introduced.eq(true))
        .execute(c)
        .map(drop))
}

/// The introductions of the given customers that no other has replaced, the oldest first; they may
/// have expired.
///
/// # Errors
/// What the database reports.
pub fn standing_of(conn: &mut Conn<'_>, of: &[CustomerId]) -> DbResult<Vec<Introduction>> {
    on_db!(conn, c => introductions::table
        .filter(introductions::customer_id.eq_any(of))
        .filter(introductions::ended_at.is_null())
        .order(introductions::id)
        .select(Introduction::as_select())
        .load(c))
}

/// Ends an introduction; its customer is locked.
///
/// # Errors
/// What the database reports.
pub fn end(tx: &mut Tx<'_>, id: IntroductionId, now: Instant) -> DbResult<()> {
    on_db!(tx, c => diesel::update(introductions::table.find(id)).set(introductions::ended_at.eq(now)).execute(c).map(drop))
}

/// Lets an introduction be about `to`, who has none; both are locked.
///
/// # Errors
/// What the database reports.
pub fn give(tx: &mut Tx<'_>, id: IntroductionId, to: CustomerId) -> DbResult<()> {
    on_db!(tx, c => diesel::update(introductions::table.find(id)).set(introductions::customer_id.eq(to)).execute(c).map(drop))
}

/// Which introductions a list shows.
#[derive(Debug, Clone)]
pub struct IntroductionFilter {
    /// Whose the caller may see.
    pub scope: Scope,
    /// Of one referrer.
    pub referrer_id: Option<ReferrerId>,
    /// Of one customer.
    pub customer_id: Option<CustomerId>,
    /// After this one.
    pub after: Option<IntroductionId>,
    /// At most so many.
    pub limit: i64,
}

/// A page of introductions, oldest first.
///
/// # Errors
/// What the database reports.
pub fn list(conn: &mut Conn<'_>, filter: &IntroductionFilter) -> DbResult<Vec<Introduction>> {
    on_db!(conn, c => {
        let mut query = introductions::table.select(Introduction::as_select()).into_boxed();
        match &filter.scope {
            Scope::All => {}
            Scope::Source(source) => query = query.filter(introductions::source.eq(source)),
            Scope::Referrer(_) | Scope::Nothing => return Ok(Vec::new()),
        }
        if let Some(referrer) = filter.referrer_id {
            query = query.filter(introductions::referrer_id.eq(referrer));
        }
        if let Some(customer) = filter.customer_id {
            query = query.filter(introductions::customer_id.eq(customer));
        }
        if let Some(after) = filter.after {
            query = query.filter(introductions::id.gt(after));
        }
        query.order(introductions::id).limit(filter.limit).load(c)
    })
}
