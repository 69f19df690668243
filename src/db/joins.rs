//! Who asked to become a referrer.

use diesel::prelude::*;

use super::schema::{joins, referrers};
use super::{Conn, DbResult, Tx};
use crate::domain::id::{CustomerId, JoinId};
use crate::domain::instant::Instant;
use crate::domain::referrer::JoinStatus;

/// Somebody's wish to recommend the shop. Who he is stands in the customer file.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = joins, treat_none_as_default_value = false)]
pub struct Join {
    /// The wish.
    pub id: JoinId,
    /// Whose.
    pub customer_id: CustomerId,
    /// The terms he accepted.
    pub terms_version: i64,
    /// Where it stands.
    pub status: JoinStatus,
    /// When he said so.
    pub created_at: Instant,
    /// Who decided; none where nobody had to.
    pub decided_by: Option<String>,
    /// When it was decided.
    pub ended_at: Option<Instant>,
}

/// Adds a wish, unless this customer has one. Returns whether this did it.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, row: &Join) -> DbResult<bool> {
    let added = on_db!(tx, c => diesel::insert_into(joins::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(added > 0)
}

/// One wish.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: JoinId) -> DbResult<Option<Join>> {
    on_db!(conn, c => joins::table.find(id).select(Join::as_select()).first(c).optional())
}

/// What a customer wished.
///
/// # Errors
/// What the database reports.
pub fn of_customer(conn: &mut Conn<'_>, id: CustomerId) -> DbResult<Option<Join>> {
    on_db!(conn, c => joins::table.filter(joins::customer_id.eq(id)).select(Join::as_select()).first(c).optional())
}

/// Open wishes after `after`, oldest first; whoever became a referrer otherwise waits for nobody.
///
/// # Errors
/// What the database reports.
pub fn open(conn: &mut Conn<'_>, after: Option<JoinId>, limit: i64) -> DbResult<Vec<Join>> {
    on_db!(conn, c => {
        let enrolled = diesel::dsl::exists(referrers::table.filter(referrers::customer_id.eq(joins::customer_id)));
        let mut query = joins::table
            .filter(joins::status.eq(JoinStatus::Open))
            .filter(diesel::dsl::not(enrolled))
            .select(Join::as_select())
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(joins::id.gt(after));
        }
        query.order(joins::id).limit(limit).load(c)
    })
}

/// Ends an open wish; returns whether it was open until now.
///
/// # Errors
/// What the database reports.
pub fn end(tx: &mut Tx<'_>, id: JoinId, status: JoinStatus, by: Option<&str>, now: Instant) -> DbResult<bool> {
    let open = joins::table.find(id).filter(joins::status.eq(JoinStatus::Open));
    let ended = on_db!(tx, c => diesel::update(open)
        .set((joins::status.eq(status), joins::decided_by.eq(by), joins::ended_at.eq(now)))
        .execute(c))?;
    Ok(ended == 1)
}
