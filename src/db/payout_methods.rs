//! Where referrers' money goes: one current row each, sealed; what it was before, without the secret.

use std::collections::HashSet;

use diesel::dsl::max;
use diesel::prelude::*;

use super::schema::{payout_method_changes as changes, payout_methods, referrers};
use super::{Conn, DbResult, Tx};
use crate::domain::id::{CustomerId, Mark, MethodChangeId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::payout::Rail;
use crate::domain::payout_rules;

/// Where one referrer's money goes now.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = payout_methods, primary_key(referrer_id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Method {
    /// Whose.
    pub referrer_id: ReferrerId,
    /// 1, 2, 3 … for this referrer, removals included.
    pub version: i64,
    /// How it leaves.
    pub rail: Rail,
    /// The details, sealed for [`Method::seal_place`].
    pub details: String,
    /// What may be shown of them.
    pub account: String,
    /// A keyed hash of what makes two accounts the same; none where nothing does.
    pub fingerprint: Option<Mark>,
    /// Nothing is paid before, because it was changed.
    pub hold_until: Option<Instant>,
    /// When it was entered.
    pub created_at: Instant,
}

/// One entry, change or removal.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = changes, treat_none_as_default_value = false)]
pub struct Change {
    /// The change.
    pub id: MethodChangeId,
    /// Whose.
    pub referrer_id: ReferrerId,
    /// The version it made.
    pub version: i64,
    /// How money left from then on; none for a removal.
    pub rail: Option<Rail>,
    /// What could be shown; none for a removal.
    pub account: Option<String>,
    /// Until when nothing was paid.
    pub hold_until: Option<Instant>,
    /// By whom.
    pub actor: String,
    /// When.
    pub created_at: Instant,
}

impl Method {
    /// What the sealed details of this referrer are bound to, here and on his payouts.
    #[must_use]
    pub fn seal_place(referrer: ReferrerId) -> String {
        format!("payout_method:{referrer}")
    }

    /// What the law must know of it.
    #[must_use]
    pub const fn standing(&self) -> payout_rules::Method {
        payout_rules::Method { rail: self.rail, hold_until: self.hold_until }
    }
}

/// Where one referrer's money goes.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, referrer: ReferrerId) -> DbResult<Option<Method>> {
    on_db!(conn, c => payout_methods::table.find(referrer).select(Method::as_select()).first(c).optional())
}

/// Where the given referrers' money goes.
///
/// # Errors
/// What the database reports.
pub fn of(conn: &mut Conn<'_>, referrers: &[ReferrerId]) -> DbResult<Vec<Method>> {
    among!(conn, payout_methods::table.select(Method::as_select()), payout_methods::referrer_id, referrers)
}

/// Which of the given referrers have said where their money goes.
///
/// # Errors
/// What the database reports.
pub fn known_among(conn: &mut Conn<'_>, referrers: &[ReferrerId]) -> DbResult<Vec<ReferrerId>> {
    among!(conn, payout_methods::table.select(payout_methods::referrer_id), payout_methods::referrer_id, referrers)
}

/// Of the given referrers: other referrers, as the customers they are, whose money goes to the same account.
///
/// # Errors
/// What the database reports.
pub fn sharers(conn: &mut Conn<'_>, of: &[ReferrerId]) -> DbResult<Vec<(ReferrerId, CustomerId)>> {
    let own: Vec<(ReferrerId, Option<Mark>)> = on_db!(conn, c => payout_methods::table
        .filter(payout_methods::referrer_id.eq_any(of))
        .filter(payout_methods::fingerprint.is_not_null())
        .select((payout_methods::referrer_id, payout_methods::fingerprint))
        .load(c))?;
    if own.is_empty() {
        return Ok(Vec::new());
    }
    let marks: Vec<Mark> = own.iter().filter_map(|(_, mark)| *mark).collect();
    let all: Vec<(Option<Mark>, ReferrerId, CustomerId)> = on_db!(conn, c => payout_methods::table
        .inner_join(referrers::table.on(referrers::id.eq(payout_methods::referrer_id)))
        .filter(payout_methods::fingerprint.eq_any(&marks))
        .select((payout_methods::fingerprint, referrers::id, referrers::customer_id))
        .load(c))?;
    let shared = own.iter().flat_map(|(id, mark)| {
        let others = all.iter().filter(move |(their, other, _)| their == mark && other != id);
        others.map(|(_, _, customer)| (*id, *customer))
    });
    Ok(shared.collect())
}

/// The newest version of a referrer's method, removals included; none if he never entered one.
///
/// # Errors
/// What the database reports.
pub fn newest_version(conn: &mut Conn<'_>, referrer: ReferrerId) -> DbResult<Option<i64>> {
    on_db!(conn, c => changes::table.filter(changes::referrer_id.eq(referrer)).select(max(changes::version)).first(c))
}

/// The newest change of each of up to `most` referrers after `after`, ascending.
///
/// # Errors
/// What the database reports.
pub fn newest_changes(conn: &mut Conn<'_>, after: Option<ReferrerId>, most: i64) -> DbResult<Vec<Change>> {
    let after = after.unwrap_or_else(|| ReferrerId::from_uuid(uuid::Uuid::nil()));
    let newest: Vec<(ReferrerId, Option<i64>)> = on_db!(conn, c => changes::table
        .filter(changes::referrer_id.gt(after))
        .group_by(changes::referrer_id)
        .order(changes::referrer_id)
        .limit(most)
        .select((changes::referrer_id, max(changes::version)))
        .load(c))?;
    let ids: Vec<ReferrerId> = newest.iter().map(|(id, _)| *id).collect();
    let rows: DbResult<Vec<Change>> = among!(
        conn,
        changes::table.order((changes::referrer_id, changes::version)).select(Change::as_select()),
        changes::referrer_id,
        ids
    );
    let newest: HashSet<(ReferrerId, Option<i64>)> = newest.into_iter().collect();
    Ok(rows?.into_iter().filter(|row| newest.contains(&(row.referrer_id, Some(row.version)))).collect())
}

/// One change.
///
/// # Errors
/// What the database reports.
pub fn change(conn: &mut Conn<'_>, id: MethodChangeId) -> DbResult<Option<Change>> {
    on_db!(conn, c => changes::table.find(id).select(Change::as_select()).first(c).optional())
}

/// Writes a method over the one before, with its change. The referrer is locked.
///
/// # Errors
/// What the database reports.
pub fn put(tx: &mut Tx<'_>, row: &Method, change: &Change) -> DbResult<()> {
    on_db!(tx, c => diesel::insert_into(payout_methods::table)
        .values(row)
        .on_conflict(payout_methods::referrer_id)
        .do_update()
        .set(row)
        .execute(c)
        .map(drop))?;
    note(tx, change)
}

/// Takes a method away, and notes the change. The referrer is locked.
///
/// # Errors
/// What the database reports.
pub fn remove(tx: &mut Tx<'_>, change: &Change) -> DbResult<()> {
    on_db!(tx, c => diesel::delete(payout_methods::table.find(change.referrer_id)).execute(c).map(drop))?;
    note(tx, change)
}

fn note(tx: &mut Tx<'_>, change: &Change) -> DbResult<()> {
    on_db!(tx, c => diesel::insert_into(changes::table).values(change).execute(c).map(drop))
}
