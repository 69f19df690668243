//! What came back for addresses, and which kinds of letter their owners want.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use diesel::upsert::excluded;

use super::schema::{customer_keys, mail_bounces, mail_optouts, referrers};
use super::types::DbInstant;
use super::{Conn, DbResult, Tx};
use crate::domain::bounce::Bounce;
use crate::domain::customer::KeyKind;
use crate::domain::id::{BounceId, CustomerId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;

/// An address that letters came back from.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = mail_bounces, treat_none_as_default_value = false)]
pub struct Bounced {
    /// Names it without telling it.
    pub id: BounceId,
    /// As `customer_keys` normalises it.
    pub address: String,
    /// Since when nobody has it.
    pub hard_at: Option<Instant>,
    /// How often it was full, asleep or too slow.
    pub soft_count: i64,
    /// When its owner first called a letter spam.
    pub complained_at: Option<Instant>,
    /// When something came back last.
    pub last_at: Instant,
}

/// A referrer whose every address is nobody's.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Unreachable {
    /// One of his addresses.
    pub id: BounceId,
    /// Who.
    pub referrer_id: ReferrerId,
    /// In the customer file.
    pub customer_id: CustomerId,
    /// Since when.
    pub since: Instant,
}

/// Notes what came back for `address`, as it was written.
///
/// # Errors
/// What the database reports.
pub fn note(tx: &mut Tx<'_>, address: &str, what: Bounce, now: Instant) -> DbResult<()> {
    let row = Bounced {
        id: BounceId::new(now),
        address: address.to_lowercase(),
        hard_at: (what == Bounce::Hard).then_some(now),
        soft_count: i64::from(what == Bounce::Soft),
        complained_at: (what == Bounce::Complaint).then_some(now),
        last_at: now,
    };
    // The first time counts, whatever is told again.
    on_db!(tx, c => diesel::insert_into(mail_bounces::table)
        .values(&row)
        .on_conflict(mail_bounces::address)
        .do_update()
        .set((
            mail_bounces::hard_at.eq(sql::<Nullable<DbInstant>>("COALESCE(mail_bounces.hard_at, excluded.hard_at)")),
            mail_bounces::soft_count.eq(mail_bounces::soft_count + excluded(mail_bounces::soft_count)),
            mail_bounces::complained_at
                .eq(sql::<Nullable<DbInstant>>("COALESCE(mail_bounces.complained_at, excluded.complained_at)")),
            mail_bounces::last_at.eq(excluded(mail_bounces::last_at)),
        ))
        .execute(c)
        .map(drop))
}

/// What came back for the given addresses, as `customer_keys` normalises them.
///
/// # Errors
/// What the database reports.
pub fn of(conn: &mut Conn<'_>, addresses: &[String]) -> DbResult<Vec<Bounced>> {
    on_db!(conn, c => mail_bounces::table
        .filter(mail_bounces::address.eq_any(addresses))
        .order(mail_bounces::address)
        .select(Bounced::as_select())
        .load(c))
}

/// The referrers whose address this is.
///
/// # Errors
/// What the database reports.
pub fn referrers_at(conn: &mut Conn<'_>, address: &str) -> DbResult<Vec<ReferrerId>> {
    on_db!(conn, c => referrers::table
        .inner_join(customer_keys::table.on(customer_keys::customer_id.eq(referrers::customer_id)))
        .filter(customer_keys::kind.eq(KeyKind::Email))
        .filter(customer_keys::value.eq(address.to_lowercase()))
        .order(referrers::id)
        .select(referrers::id)
        .load(c))
}

/// Referrers who cannot be written to: they have addresses, and all are nobody's. By the id of the first
/// that failed, ascending, after `after`.
///
/// # Errors
/// What the database reports.
pub fn unreachable(conn: &mut Conn<'_>, after: Option<BounceId>, most: i64) -> DbResult<Vec<Unreachable>> {
    let after = after.unwrap_or(BounceId::from_uuid(uuid::Uuid::nil()));
    // Of several dead addresses of one customer the first stands for him.
    let only = sql::<Bool>(
        "NOT EXISTS (SELECT 1 FROM customer_keys o LEFT JOIN mail_bounces b ON b.address = o.value \
         WHERE o.customer_id = customer_keys.customer_id AND o.kind = 'email' AND (b.hard_at IS NULL OR b.id < mail_bounces.id))",
    );
    on_db!(conn, c => mail_bounces::table
        .inner_join(customer_keys::table.on(customer_keys::value.eq(mail_bounces::address)))
        .inner_join(referrers::table.on(referrers::customer_id.eq(customer_keys::customer_id)))
        .filter(mail_bounces::hard_at.is_not_null())
        .filter(customer_keys::kind.eq(KeyKind::Email))
        .filter(mail_bounces::id.gt(after))
        .filter(only)
        .order(mail_bounces::id)
        .limit(most)
        .select((mail_bounces::id, referrers::id, referrers::customer_id, mail_bounces::hard_at.assume_not_null()))
        .load(c))
}

/// The kinds a referrer declined.
///
/// # Errors
/// What the database reports.
pub fn declined(conn: &mut Conn<'_>, id: ReferrerId) -> DbResult<Vec<Notice>> {
    on_db!(conn, c => mail_optouts::table
        .filter(mail_optouts::referrer_id.eq(id))
        .order(mail_optouts::kind)
        .select(mail_optouts::kind)
        .load(c))
}

/// Notes that a referrer wants letters of this kind again.
///
/// # Errors
/// What the database reports.
pub fn delete_optout(tx: &mut Tx<'_>, id: ReferrerId, kind: Notice) -> DbResult<()> {
    on_db!(tx, c => diesel::delete(mail_optouts::table
            .filter(mail_optouts::referrer_id.eq(id))
            .filter(mail_optouts::kind.eq(kind)))
        .execute(c)
        .map(drop))
}
