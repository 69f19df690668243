//! Codes as the shops have them: what each coupon should be and how far the shop is with it.

use std::collections::HashMap;

use diesel::prelude::*;

use super::schema::{codes, coupons, customers, referrers};
use super::{Conn, DbResult, IDS_PER_QUERY, Tx};
use crate::domain::id::{CodeId, ConnectionId};
use crate::domain::instant::Instant;
use crate::domain::referrer::CodeStatus;
use crate::domain::storefront::coupon::{CouponStatus, Off};

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

/// What the codes of a shop give, each as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gives {
    plain: String,
    graded: HashMap<CodeId, String>,
}

impl Gives {
    /// `plain` for all but the `graded`.
    #[must_use]
    pub fn new(plain: Off, graded: &HashMap<CodeId, Off>) -> Self {
        let text = |off: &Off| serde_json::to_string(off).unwrap_or_default();
        Self { plain: text(&plain), graded: graded.iter().map(|(code, off)| (*code, text(off))).collect() }
    }

    fn of(&self, code: CodeId) -> &str {
        self.graded.get(&code).unwrap_or(&self.plain)
    }
}

/// Brings what is wanted up to date with the codes and with `gives`, what friends get. What changed is
/// due at once.
///
/// # Errors
/// What the database reports.
pub fn refresh(tx: &mut Tx<'_>, connection: ConnectionId, gives: &Gives, now: Instant) -> DbResult<()> {
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
            gives: gives.of(code_id).to_owned(),
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
    give(tx, connection, gives, now)?;
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

/// Changes what coupons give that should give something else. Most give what all do, and none of those is read.
fn give(tx: &mut Tx<'_>, connection: ConnectionId, gives: &Gives, now: Instant) -> DbResult<()> {
    let mine = || coupons::table.filter(coupons::connection_id.eq(connection));
    let special: Vec<(CodeId, String)> = on_db!(tx, c => mine()
        .filter(coupons::gives.ne(&gives.plain))
        .select((coupons::code_id, coupons::gives))
        .load(c))?;
    let special: HashMap<CodeId, String> = special.into_iter().collect();
    let mut wrong: HashMap<&str, Vec<CodeId>> = HashMap::new();
    for (code, given) in &special {
        if gives.of(*code) != given {
            wrong.entry(gives.of(*code)).or_default().push(*code);
        }
    }
    for (code, wanted) in gives.graded.iter().filter(|(code, wanted)| !special.contains_key(code) && **wanted != gives.plain) {
        wrong.entry(wanted).or_default().push(*code);
    }
    for (wanted, codes) in wrong {
        for slice in codes.chunks(IDS_PER_QUERY) {
            on_db!(tx, c => diesel::update(mine().filter(coupons::code_id.eq_any(slice)))
                .set((coupons::gives.eq(wanted), coupons::next_at.eq(now), coupons::attempts.eq(0)))
                .execute(c))?;
        }
    }
    Ok(())
}

/// Codes whose referrers have a grade, with it; of one whose entry in the customer file was merged, that of
/// the entry kept.
///
/// # Errors
/// What the database reports.
pub fn graded_codes(conn: &mut Conn<'_>) -> DbResult<Vec<(CodeId, String)>> {
    let kept = diesel::alias!(customers as kept);
    let rows: Vec<(CodeId, Option<String>, Option<String>)> = on_db!(conn, c => codes::table
        .inner_join(referrers::table.on(referrers::id.eq(codes::referrer_id)))
        .inner_join(customers::table.on(customers::id.eq(referrers::customer_id)))
        .left_join(kept.on(kept.field(customers::id).nullable().eq(customers::merged_into)))
        .filter(customers::tier.is_not_null().or(customers::merged_into.is_not_null()))
        .select((codes::id, customers::tier, kept.field(customers::tier).nullable()))
        .load(c))?;
    Ok(rows.into_iter().filter_map(|(id, own, of_kept)| Some((id, of_kept.or(own)?))).collect())
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
