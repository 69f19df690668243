//! Sums for reports, taken from the postings themselves.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::schema::{commissions, customers, referrers, sales, transfers};
use super::{Conn, DbResult, IDS_PER_QUERY};
use crate::domain::attribution::VerdictKind;
use crate::domain::commission::{Account, CommissionStatus, TransferKind};
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::report::Moved;

/// 1900-01-01, the earliest time a request may name: nothing was posted before, and unlike the
/// smallest number both engines can hold it.
const EARLIEST: Instant = Instant::from_micros(-2_208_988_800_000_000);

/// What moved, by referrer and currency.
pub type MovedBy = Vec<(ReferrerId, Currency, Moved)>;

/// What was posted from `from` (or ever) until before `to`.
///
/// # Errors
/// What the database reports.
pub fn moved(conn: &mut Conn<'_>, from: Option<Instant>, to: Instant) -> DbResult<MovedBy> {
    type Row = (ReferrerId, Currency, TransferKind, Account, Account, i64);
    let first = from.unwrap_or(EARLIEST);
    let rows: Vec<Row> = on_db!(conn, c => transfers::table
        .filter(transfers::posted_at.ge(first))
        .filter(transfers::posted_at.lt(to))
        .group_by((
            transfers::referrer_id,
            transfers::currency,
            transfers::kind,
            transfers::from_account,
            transfers::to_account,
        ))
        .select((
            transfers::referrer_id,
            transfers::currency,
            transfers::kind,
            transfers::from_account,
            transfers::to_account,
            sql::<BigInt>("CAST(SUM(amount) AS BIGINT)"),
        ))
        .load(c))?;
    let split = |(referrer, currency, kind, from_account, to_account, amount): Row| {
        (referrer, currency, Moved { kind, from_account, to_account, amount })
    };
    Ok(rows.into_iter().map(split).collect())
}

/// What waits for the owner's decision, by referrer and currency, in minor units.
///
/// # Errors
/// What the database reports.
pub fn held(conn: &mut Conn<'_>) -> DbResult<Vec<(ReferrerId, Currency, i64)>> {
    on_db!(conn, c => commissions::table
        .filter(commissions::status.eq(CommissionStatus::Held))
        .group_by((commissions::referrer_id, commissions::currency))
        .select((commissions::referrer_id, commissions::currency, sql::<BigInt>("CAST(SUM(net) AS BIGINT)")))
        .load(c))
}

/// The names of the given referrers.
///
/// # Errors
/// What the database reports.
pub fn names(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<(ReferrerId, Option<String>)>> {
    let mut found = Vec::with_capacity(ids.len());
    for slice in ids.chunks(IDS_PER_QUERY) {
        let rows: Vec<(ReferrerId, Option<String>)> = on_db!(conn, c => referrers::table
            .inner_join(customers::table.on(customers::id.eq(referrers::customer_id)))
            .filter(referrers::id.eq_any(slice))
            .select((referrers::id, customers::name))
            .load(c))?;
        found.extend(rows);
    }
    Ok(found)
}

/// How many orders (those of the past left out) have each kind of verdict, and what is left of their
/// base after refunds, by currency.
///
/// # Errors
/// What the database reports.
pub fn orders_by_verdict(conn: &mut Conn<'_>) -> DbResult<Vec<(Currency, VerdictKind, i64, i64)>> {
    on_db!(conn, c => sales::table
        .filter(sales::history.eq(false))
        .filter(sales::currency.is_not_null())
        .filter(sales::verdict_kind.is_not_null())
        .group_by((sales::currency, sales::verdict_kind))
        .select((
            sales::currency.assume_not_null(),
            sales::verdict_kind.assume_not_null(),
            sql::<BigInt>("CAST(COUNT(*) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(base - base_refunded) AS BIGINT)"),
        ))
        .load(c))
}
