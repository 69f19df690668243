//! What moved for one referrer, one posting after the other, and what stands behind it.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::ledger::Transfer;
use super::schema::{commission_changes, payouts, transfers};
use super::types::{AnyId, ChangeCause};
use super::{Conn, DbResult};
use crate::domain::commission::{Account, TransferKind};
use crate::domain::id::{ChangeId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::report::Moved;

/// What a referrer moved until before `to`, by currency.
///
/// # Errors
/// What the database reports.
pub fn moved_before(conn: &mut Conn<'_>, referrer: ReferrerId, to: Instant) -> DbResult<Vec<(Currency, Moved)>> {
    type Row = (Currency, TransferKind, Account, Account, i64);
    let rows: Vec<Row> = on_db!(conn, c => transfers::table
        .filter(transfers::referrer_id.eq(referrer))
        .filter(transfers::posted_at.lt(to))
        .group_by((transfers::currency, transfers::kind, transfers::from_account, transfers::to_account))
        .select((
            transfers::currency,
            transfers::kind,
            transfers::from_account,
            transfers::to_account,
            sql::<BigInt>("CAST(SUM(amount) AS BIGINT)"),
        ))
        .load(c))?;
    let split =
        |(currency, kind, from_account, to_account, amount): Row| (currency, Moved { kind, from_account, to_account, amount });
    Ok(rows.into_iter().map(split).collect())
}

/// A referrer's postings of a period, in the order of time.
///
/// # Errors
/// What the database reports.
pub fn postings(conn: &mut Conn<'_>, referrer: ReferrerId, from: Instant, to: Instant) -> DbResult<Vec<Transfer>> {
    on_db!(conn, c => transfers::table
        .filter(transfers::referrer_id.eq(referrer))
        .filter(transfers::posted_at.ge(from))
        .filter(transfers::posted_at.lt(to))
        .order((transfers::posted_at, transfers::cause_id, transfers::kind))
        .select(Transfer::as_select())
        .load(c))
}

/// What made commissions change, by the change.
///
/// # Errors
/// What the database reports.
pub fn changes(conn: &mut Conn<'_>, causes: &[AnyId]) -> DbResult<Vec<(ChangeId, ChangeCause)>> {
    let ids: Vec<ChangeId> = causes.iter().map(|cause| ChangeId::from_uuid(cause.uuid())).collect();
    among!(
        conn,
        commission_changes::table.select((commission_changes::id, commission_changes::cause)),
        commission_changes::id,
        ids
    )
}

/// The references of payouts.
///
/// # Errors
/// What the database reports.
pub fn references(conn: &mut Conn<'_>, causes: &[AnyId]) -> DbResult<Vec<(PayoutId, Option<String>)>> {
    let ids: Vec<PayoutId> = causes.iter().map(|cause| PayoutId::from_uuid(cause.uuid())).collect();
    among!(conn, payouts::table.select((payouts::id, payouts::reference)), payouts::id, ids)
}
