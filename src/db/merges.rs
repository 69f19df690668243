//! Two entries of the customer file that turned out to be one person.

use diesel::prelude::*;

use super::customers::Customer;
use super::schema::{customer_keys, customers, merge_proposals, referrals, sales};
use super::{Conn, DbResult, Tx};
use crate::domain::id::{CustomerId, ProposalId, ReferralId};
use crate::domain::instant::Instant;

/// Two customers that may be one person.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = merge_proposals)]
pub struct Proposal {
    /// The proposal.
    pub id: ProposalId,
    /// Whom the report was filed under.
    pub kept_id: CustomerId,
    /// Whose keys it named besides.
    pub other_id: CustomerId,
    /// When the keys first clashed.
    pub created_at: Instant,
}

/// Proposals nobody has acted upon, oldest first.
///
/// # Errors
/// What the database reports.
pub fn open_proposals(conn: &mut Conn<'_>, after: Option<ProposalId>, limit: i64) -> DbResult<Vec<Proposal>> {
    on_db!(conn, c => {
        let mut query = merge_proposals::table
            .filter(merge_proposals::resolved_at.is_null())
            .select(Proposal::as_select())
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(merge_proposals::id.gt(after));
        }
        query.order(merge_proposals::id).limit(limit).load(c)
    })
}

/// One proposal, be it open or not.
///
/// # Errors
/// What the database reports.
pub fn proposal(conn: &mut Conn<'_>, id: ProposalId) -> DbResult<Option<Proposal>> {
    on_db!(conn, c => merge_proposals::table.find(id).select(Proposal::as_select()).first(c).optional())
}

/// Ends an open proposal; returns whether it was open until now.
///
/// # Errors
/// What the database reports.
pub fn dismiss(tx: &mut Tx<'_>, id: ProposalId, now: Instant) -> DbResult<bool> {
    let open = merge_proposals::table.find(id).filter(merge_proposals::resolved_at.is_null());
    let ended = on_db!(tx, c => diesel::update(open).set(merge_proposals::resolved_at.eq(now)).execute(c))?;
    Ok(ended == 1)
}

/// Ends the proposals whose two customers are both of `family`.
///
/// # Errors
/// What the database reports.
pub fn resolve_proposals(tx: &mut Tx<'_>, family: &[CustomerId], now: Instant) -> DbResult<()> {
    on_db!(tx, c => diesel::update(merge_proposals::table)
        .filter(merge_proposals::resolved_at.is_null())
        .filter(merge_proposals::kept_id.eq_any(family))
        .filter(merge_proposals::other_id.eq_any(family))
        .set(merge_proposals::resolved_at.eq(now))
        .execute(c)
        .map(drop))
}

/// Locks those who were merged into `id`, ascending.
///
/// # Errors
/// What the database reports.
pub fn lock_merged_into(tx: &mut Tx<'_>, id: CustomerId) -> DbResult<Vec<Customer>> {
    load_locked!(tx, customers::table.filter(customers::merged_into.eq(id)).order(customers::id).select(Customer::as_select()))
}

/// Gives all keys of `from` to `to`; both are locked.
///
/// # Errors
/// What the database reports.
pub fn move_keys(tx: &mut Tx<'_>, from: CustomerId, to: CustomerId) -> DbResult<()> {
    on_db!(tx, c => diesel::update(customer_keys::table.filter(customer_keys::customer_id.eq(from)))
        .set(customer_keys::customer_id.eq(to))
        .execute(c)
        .map(drop))
}

/// The live referrals of the given customers, the oldest first.
///
/// # Errors
/// What the database reports.
pub fn live_referrals(conn: &mut Conn<'_>, of: &[CustomerId]) -> DbResult<Vec<(ReferralId, CustomerId)>> {
    on_db!(conn, c => referrals::table
        .filter(referrals::customer_id.eq_any(of))
        .filter(referrals::ended_at.is_null())
        .order((referrals::since, referrals::id))
        .select((referrals::id, referrals::customer_id))
        .load(c))
}

/// Ends referrals; their customers are locked.
///
/// # Errors
/// What the database reports.
pub fn end_referrals(tx: &mut Tx<'_>, ids: &[ReferralId], now: Instant) -> DbResult<()> {
    on_db!(tx, c => diesel::update(referrals::table.filter(referrals::id.eq_any(ids)))
        .set(referrals::ended_at.eq(now))
        .execute(c)
        .map(drop))
}

/// Lets a live referral be about `to`, who has none.
///
/// # Errors
/// What the database reports.
pub fn move_referral(tx: &mut Tx<'_>, id: ReferralId, to: CustomerId) -> DbResult<()> {
    on_db!(tx, c => diesel::update(referrals::table.find(id)).set(referrals::customer_id.eq(to)).execute(c).map(drop))
}

/// Takes a customer out of the file again, to whom nothing points.
///
/// # Errors
/// What the database reports.
pub fn delete_customer(tx: &mut Tx<'_>, id: CustomerId) -> DbResult<()> {
    on_db!(tx, c => diesel::delete(customers::table.find(id)).execute(c).map(drop))
}

/// When the order was placed that holds the place of this customer's first.
///
/// # Errors
/// What the database reports.
pub fn first_place(conn: &mut Conn<'_>, of: CustomerId) -> DbResult<Option<Instant>> {
    on_db!(conn, c => sales::table
        .filter(sales::customer_id.eq(of))
        .filter(sales::holds_place)
        .select(sales::occurred_at)
        .first(c)
        .optional())
}
