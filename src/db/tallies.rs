//! What referrers, codes and the program earned so far: what rules that count read, under the
//! referrers' locks. A deal is a sale whose commission stands (not held, not taken back) and of
//! which something is left.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::schema::{balances, commissions, customers, referrers, sales, verdicts};
use super::{Conn, DbResult};
use crate::domain::commission::{CommissionStatus, SALE};
use crate::domain::id::{ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;

/// Commissions that stand.
const STANDING: [CommissionStatus; 4] =
    [CommissionStatus::Pending, CommissionStatus::Approved, CommissionStatus::InPayout, CommissionStatus::Paid];

/// A deal, as caps count it. Minor units.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct DealRow {
    /// Which sale.
    pub sale_id: SaleId,
    /// Whose.
    pub referrer_id: ReferrerId,
    /// ISO 4217.
    pub currency: Currency,
    /// When the buyer ordered.
    pub occurred_at: Instant,
    /// What it earns, after refunds.
    pub net: i64,
}

/// The deals of the given referrers, with their sales.
macro_rules! deals_of {
    ($ids:expr) => {
        commissions::table
            .inner_join(sales::table.on(sales::id.eq(commissions::sale_id)))
            .filter(commissions::referrer_id.eq_any($ids))
            .filter(commissions::live)
            .filter(commissions::kind.eq(SALE))
            .filter(commissions::status.eq_any(STANDING))
            .filter(sales::base.gt(sales::base_refunded))
    };
}

/// How many deals each of the given referrers has; none is absent.
///
/// # Errors
/// What the database reports.
pub fn deals(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<(ReferrerId, i64)>> {
    on_db!(conn, c => deals_of!(ids)
        .group_by(commissions::referrer_id)
        .select((commissions::referrer_id, sql::<BigInt>("CAST(COUNT(*) AS BIGINT)")))
        .load(c))
}

/// The deals of the given referrers that were ordered in `[from, to)`.
///
/// # Errors
/// What the database reports.
pub fn deals_between(conn: &mut Conn<'_>, ids: &[ReferrerId], from: Instant, to: Instant) -> DbResult<Vec<DealRow>> {
    on_db!(conn, c => deals_of!(ids)
        .filter(sales::occurred_at.ge(from))
        .filter(sales::occurred_at.lt(to))
        .select((commissions::sale_id, commissions::referrer_id, commissions::currency, sales::occurred_at, commissions::net))
        .load(c))
}

/// A code (never none here), a currency, how many deals and their sum.
pub type CodeSum = (Option<String>, Currency, i64, i64);

/// How many deals each code of the given referrers brought, and what they earn, by currency.
///
/// # Errors
/// What the database reports.
pub fn by_code(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<CodeSum>> {
    on_db!(conn, c => deals_of!(ids)
        .inner_join(verdicts::table.on(verdicts::sale_id.eq(sales::id).and(verdicts::seq.eq(sales::verdict_seq))))
        .filter(verdicts::code.is_not_null())
        .group_by((verdicts::code, commissions::currency))
        .select((
            verdicts::code,
            commissions::currency,
            sql::<BigInt>("CAST(COUNT(*) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(commissions.net) AS BIGINT)"),
        ))
        .load(c))
}

/// The bonuses that the given referrers have, by kind, and for which sale.
///
/// # Errors
/// What the database reports.
pub fn bonuses(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<(ReferrerId, String, SaleId)>> {
    on_db!(conn, c => commissions::table
        .filter(commissions::referrer_id.eq_any(ids))
        .filter(commissions::live)
        .filter(commissions::kind.ne(SALE))
        .select((commissions::referrer_id, commissions::kind, commissions::sale_id))
        .load(c))
}

/// What the program has spent by currency: all that was booked as expense, less what was taken back.
///
/// # Errors
/// What the database reports.
pub fn spent(conn: &mut Conn<'_>) -> DbResult<Vec<(Currency, i64)>> {
    on_db!(conn, c => balances::table
        .group_by(balances::currency)
        .select((balances::currency, sql::<BigInt>("CAST(-SUM(expense) AS BIGINT)")))
        .load(c))
}

/// The tiers of the given referrers; of one whose entry in the customer file was merged, that of the entry kept.
///
/// # Errors
/// What the database reports.
pub fn tiers(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<(ReferrerId, String)>> {
    let kept = diesel::alias!(customers as kept);
    let rows: Vec<(ReferrerId, Option<String>, Option<String>)> = on_db!(conn, c => referrers::table
        .inner_join(customers::table.on(customers::id.eq(referrers::customer_id)))
        .left_join(kept.on(kept.field(customers::id).nullable().eq(customers::merged_into)))
        .filter(referrers::id.eq_any(ids))
        .select((referrers::id, customers::tier, kept.field(customers::tier).nullable()))
        .load(c))?;
    Ok(rows.into_iter().filter_map(|(id, own, of_kept)| Some((id, of_kept.or(own)?))).collect())
}
