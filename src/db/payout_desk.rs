//! What the owner's page of payouts looks at: who has money ready, and the newest batches.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::payout_batches::Batch;
use super::schema::{balances, commissions, payout_batches, sales};
use super::{Conn, DbResult};
use crate::domain::id::{BatchId, CommissionId, ReferrerId, SaleId};
use crate::domain::money::Currency;
use crate::domain::payout::BatchStatus;

/// Whose, in which currency, how much in minor units; below 0 when refunds outran earnings.
pub type Ready = (ReferrerId, Currency, i64);

/// Up to `most` balances that are not 0 of the referrers after `after`, ascending.
///
/// # Errors
/// What the database reports.
pub fn ready_after(conn: &mut Conn<'_>, after: Option<ReferrerId>, most: i64) -> DbResult<Vec<Ready>> {
    let after = after.unwrap_or_else(|| ReferrerId::from_uuid(uuid::Uuid::nil()));
    on_db!(conn, c => balances::table
        .filter(balances::referrer_id.gt(after))
        .filter(balances::ready.ne(0))
        .order((balances::referrer_id, balances::currency))
        .limit(most)
        .select((balances::referrer_id, balances::currency, balances::ready))
        .load(c))
}

/// Of each currency: how many people have something ready, and how much in minor units. One row a referrer is looked at.
///
/// # Errors
/// What the database reports.
pub fn ready_sums(conn: &mut Conn<'_>) -> DbResult<Vec<(Currency, i64, i64)>> {
    on_db!(conn, c => balances::table
        .filter(balances::ready.gt(0))
        .group_by(balances::currency)
        .order(balances::currency)
        .select((
            balances::currency,
            sql::<BigInt>("CAST(COUNT(*) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(ready) AS BIGINT)"),
        ))
        .load(c))
}

/// Up to `most` batches in one of `statuses` before `before`, newest first.
///
/// # Errors
/// What the database reports.
pub fn newest(conn: &mut Conn<'_>, statuses: &[BatchStatus], before: Option<BatchId>, most: i64) -> DbResult<Vec<Batch>> {
    on_db!(conn, c => {
        let mut query = payout_batches::table.filter(payout_batches::status.eq_any(statuses)).into_boxed();
        if let Some(before) = before {
            query = query.filter(payout_batches::id.lt(before));
        }
        query.order(payout_batches::id.desc()).limit(most).select(Batch::as_select()).load(c)
    })
}

/// The sale that each of these commissions was earned by, with the number its shop knows it by.
///
/// # Errors
/// What the database reports.
pub fn sales_of(conn: &mut Conn<'_>, ids: &[CommissionId]) -> DbResult<Vec<(CommissionId, SaleId, String)>> {
    among!(
        conn,
        commissions::table.inner_join(sales::table.on(sales::id.eq(commissions::sale_id))).select((
            commissions::id,
            sales::id,
            sales::order_id
        )),
        commissions::id,
        ids
    )
}
