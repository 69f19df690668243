//! What orders have in common: keyed hashes of address, network and payment, and the pace at which a
//! referrer is credited.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::schema::{referrers, sale_signals, sales};
use super::types::DbUuid;
use super::{Conn, DbResult};
use crate::domain::id::{CommissionId, CustomerId, Mark, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::signal::SignalKind;

/// Orders looked at for one slice: more only say that a mark means nothing.
const SHARED_MAX: i64 = 10_000;

/// A signal of an order; erasable.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = sale_signals, treat_none_as_default_value = false)]
pub struct SignalRow {
    /// The keyed hash.
    pub mark: Mark,
    /// Of what.
    pub kind: SignalKind,
    /// The order.
    pub sale_id: SaleId,
    /// When it was placed.
    pub at: Instant,
}

/// An order that has a mark, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Shared {
    /// The keyed hash.
    pub mark: Mark,
    /// Of what.
    pub kind: SignalKind,
    /// The order.
    pub sale_id: SaleId,
    /// When it was placed.
    pub at: Instant,
    /// Who bought.
    pub customer_id: Option<CustomerId>,
    /// Who earned, or would.
    pub referrer_id: Option<ReferrerId>,
}

columns!(SignalRow, sale_signals(mark, kind, sale_id, at), if_free);

/// Puts signals in the order of their unique key, each once, so that two writers never wait for each
/// other in a ring. Those an order has already are skipped when they are written.
pub fn sort(rows: &mut Vec<SignalRow>) {
    rows.sort_by_key(|row| (row.mark, row.kind, row.sale_id));
    rows.dedup_by_key(|row| (row.mark, row.kind, row.sale_id));
}

/// The newest orders that share one of `marks`; those that share a network, since `blocks_since` only.
///
/// # Errors
/// What the database reports.
pub fn sharing(conn: &mut Conn<'_>, marks: &[Mark], blocks_since: Instant) -> DbResult<Vec<Shared>> {
    on_db!(conn, c => sale_signals::table
        .inner_join(sales::table.on(sales::id.eq(sale_signals::sale_id)))
        .filter(sale_signals::mark.eq_any(marks))
        .filter(sale_signals::kind.ne(SignalKind::Block).or(sale_signals::at.ge(blocks_since)))
        .order((sale_signals::at.desc(), sale_signals::sale_id.desc()))
        .limit(SHARED_MAX)
        .select((
            sale_signals::mark,
            sale_signals::kind,
            sale_signals::sale_id,
            sale_signals::at,
            sales::customer_id,
            sales::referrer_id,
        ))
        .load(c))
}

/// How many commissions each referrer was credited since `since`, counted up to `most`: reads no more
/// index entries than that, however busy a code is.
///
/// # Errors
/// What the database reports.
pub fn credited_since(conn: &mut Conn<'_>, of: &[ReferrerId], since: Instant, most: i64) -> DbResult<Vec<(ReferrerId, i64)>> {
    let lowest = CommissionId::lowest(since);
    on_db!(conn, c => {
        let count = sql::<BigInt>(
            "(SELECT count(*) FROM (SELECT 1 FROM commissions c WHERE c.referrer_id = referrers.id AND c.id >= ",
        )
        .bind::<DbUuid, _>(lowest)
        .sql(" LIMIT ")
        .bind::<BigInt, _>(most)
        .sql(") AS recent)");
        referrers::table.filter(referrers::id.eq_any(of)).select((referrers::id, count)).load(c)
    })
}
