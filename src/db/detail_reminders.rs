//! How often somebody with money but without payout details was asked for them.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::schema::{balances, detail_reminders, payout_methods, referrers};
use super::{Conn, DbResult, Tx};
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::referrer::ReferrerStatus;

/// How often one referrer was asked.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = detail_reminders, primary_key(referrer_id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Reminder {
    /// Who.
    pub referrer_id: ReferrerId,
    /// Since when his money was seen waiting.
    pub since: Instant,
    /// How many of his turns have passed.
    pub sent: i64,
    /// When the next comes; none when that was the last.
    pub next_at: Option<Instant>,
}

/// Up to `most` referrers with money ready, without details, who were never asked.
///
/// # Errors
/// What the database reports.
pub fn unasked(conn: &mut Conn<'_>, most: i64) -> DbResult<Vec<ReferrerId>> {
    on_db!(conn, c => balances::table
        .inner_join(referrers::table.on(referrers::id.eq(balances::referrer_id)))
        .filter(balances::ready.gt(0))
        .filter(referrers::status.ne(ReferrerStatus::Paused))
        .filter(not(exists(payout_methods::table.filter(payout_methods::referrer_id.eq(balances::referrer_id)))))
        .filter(not(exists(detail_reminders::table.filter(detail_reminders::referrer_id.eq(balances::referrer_id)))))
        .select(balances::referrer_id)
        .limit(most)
        .load(c))
}

/// Up to `most` referrers whose next turn has come.
///
/// # Errors
/// What the database reports.
pub fn due(conn: &mut Conn<'_>, now: Instant, most: i64) -> DbResult<Vec<ReferrerId>> {
    on_db!(conn, c => detail_reminders::table
        .filter(detail_reminders::next_at.is_not_null())
        .filter(detail_reminders::next_at.le(now))
        .order(detail_reminders::next_at)
        .select(detail_reminders::referrer_id)
        .limit(most)
        .load(c))
}

/// Which of the given referrers have money ready.
///
/// # Errors
/// What the database reports.
pub fn with_money(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<ReferrerId>> {
    among!(
        conn,
        balances::table.filter(balances::ready.gt(0)).select(balances::referrer_id).distinct(),
        balances::referrer_id,
        ids
    )
}

/// What stands about the given referrers.
///
/// # Errors
/// What the database reports.
pub fn of(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<Reminder>> {
    among!(conn, detail_reminders::table.select(Reminder::as_select()), detail_reminders::referrer_id, ids)
}

/// Writes how often somebody was asked. The referrers are locked.
///
/// # Errors
/// What the database reports.
pub fn put(tx: &mut Tx<'_>, rows: &[Reminder]) -> DbResult<()> {
    for row in rows {
        on_db!(tx, c => diesel::insert_into(detail_reminders::table)
            .values(row)
            .on_conflict(detail_reminders::referrer_id)
            .do_update()
            .set(row)
            .execute(c)
            .map(drop))?;
    }
    Ok(())
}
