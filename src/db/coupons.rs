//! Codes as the shops have them: what each coupon should be and how far the shop is with it.

use diesel::prelude::*;

use super::schema::{codes, coupons};
use super::{Conn, DbResult, Tx};
use crate::domain::id::{CodeId, ConnectionId};
use crate::domain::instant::Instant;
use crate::domain::referrer::CodeStatus;
use crate::domain::storefront::coupon::CouponStatus;

/// One code in one shop.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = coupons, treat_none_as_default_value = false)]
pub struct Coupon {
    /// Which shop.
    pub connection_id: ConnectionId,
    /// Which code.
    pub code_id: CodeId,
    /// Its spelling.
    pub code: String,
    /// Whether it should count.
    pub active: bool,
    /// What it should give, as JSON.
    pub gives: String,
    /// The shop's number of it.
    pub remote_id: Option<String>,
    /// How far the shop is.
    pub status: CouponStatus,
    /// What the shop said when it refused.
    pub error: Option<String>,
    /// Tries since it last was right.
    pub attempts: i64,
    /// When it is looked after next.
    pub next_at: Instant,
    /// When the shop was last asked.
    pub checked_at: Option<Instant>,
    /// When the code came.
    pub created_at: Instant,
}

/// New codes taken in one go.
const TAKE: i64 = 200;

/// Brings what is wanted up to date with the codes and with `gives`, what friends get. What changed is
/// due at once.
///
/// # Errors
/// What the database reports.
pub fn refresh(tx: &mut Tx<'_>, connection: ConnectionId, gives: &str, now: Instant) -> DbResult<()> {
    let mine = coupons::table.filter(coupons::connection_id.eq(connection)).select(coupons::code_id);
    let fresh: Vec<(CodeId, String, CodeStatus)> = on_db!(tx, c => codes::table
        .filter(codes::id.ne_all(mine))
        .order(codes::id)
        .limit(TAKE)
        .select((codes::id, codes::code, codes::status))
        .load(c))?;
    let rows: Vec<Coupon> = fresh
        .into_iter()
        .map(|(code_id, code, status)| Coupon {
            connection_id: connection,
            code_id,
            code,
            active: status == CodeStatus::Active,
            gives: gives.to_owned(),
            remote_id: None,
            status: CouponStatus::Waiting,
            error: None,
            attempts: 0,
            next_at: now,
            checked_at: None,
            created_at: now,
        })
        .collect();
    insert_free!(tx, coupons::table, rows)?;
    on_db!(tx, c => diesel::update(coupons::table.filter(coupons::connection_id.eq(connection)).filter(coupons::gives.ne(gives)))
        .set((coupons::gives.eq(gives), coupons::next_at.eq(now), coupons::attempts.eq(0)))
        .execute(c))?;
    for active in [true, false] {
        let wanted = if active { CodeStatus::Active } else { CodeStatus::Retired };
        let others = codes::table.filter(codes::status.eq(wanted)).select(codes::id);
        on_db!(tx, c => diesel::update(coupons::table
                .filter(coupons::connection_id.eq(connection))
                .filter(coupons::active.ne(active))
                .filter(coupons::code_id.eq_any(others)))
            .set((coupons::active.eq(active), coupons::next_at.eq(now), coupons::attempts.eq(0)))
            .execute(c))?;
    }
    Ok(())
}

/// Coupons of a shop whose time has come.
///
/// # Errors
/// What the database reports.
pub fn due(conn: &mut Conn<'_>, connection: ConnectionId, now: Instant, most: i64) -> DbResult<Vec<Coupon>> {
    on_db!(conn, c => coupons::table
        .filter(coupons::connection_id.eq(connection))
        .filter(coupons::next_at.le(now))
        .order(coupons::next_at)
        .limit(most)
        .select(Coupon::as_select())
        .load(c))
}

/// Notes how a coupon stands, unless it is wanted otherwise by now.
///
/// # Errors
/// What the database reports.
pub fn settle(tx: &mut Tx<'_>, row: &Coupon) -> DbResult<()> {
    on_db!(tx, c => diesel::update(coupons::table
            .find((row.connection_id, row.code_id))
            .filter(coupons::active.eq(row.active))
            .filter(coupons::gives.eq(&row.gives)))
        .set((
            coupons::remote_id.eq(&row.remote_id),
            coupons::status.eq(row.status),
            coupons::error.eq(&row.error),
            coupons::attempts.eq(row.attempts),
            coupons::next_at.eq(row.next_at),
            coupons::checked_at.eq(row.checked_at),
        ))
        .execute(c)
        .map(drop))
}

/// Which coupons are wanted.
#[derive(Debug, Clone)]
pub struct CouponFilter {
    /// Of one shop.
    pub connection_id: ConnectionId,
    /// In one state.
    pub status: Option<CouponStatus>,
    /// After this code.
    pub after: Option<CodeId>,
    /// The most rows.
    pub limit: i64,
}

/// A shop's coupons, by code.
///
/// # Errors
/// What the database reports.
pub fn list(conn: &mut Conn<'_>, wanted: &CouponFilter) -> DbResult<Vec<Coupon>> {
    on_db!(conn, c => {
        let mut query = coupons::table.filter(coupons::connection_id.eq(wanted.connection_id)).into_boxed();
        if let Some(status) = wanted.status {
            query = query.filter(coupons::status.eq(status));
        }
        if let Some(after) = wanted.after {
            query = query.filter(coupons::code_id.gt(after));
        }
        query.order(coupons::code_id).limit(wanted.limit).select(Coupon::as_select()).load(c)
    })
}

/// Codes that count, by id: a slice of them after `after`.
///
/// # Errors
/// What the database reports.
pub fn active_codes(conn: &mut Conn<'_>, after: Option<CodeId>, limit: i64) -> DbResult<Vec<(CodeId, String)>> {
    on_db!(conn, c => {
        let mut query = codes::table.filter(codes::status.eq(CodeStatus::Active)).into_boxed();
        if let Some(after) = after {
            query = query.filter(codes::id.gt(after));
        }
        query.order(codes::id).limit(limit).select((codes::id, codes::code)).load(c)
    })
}
