//! Finds people as their owner looks for them: by a few letters, a number, an article. Every query is answered by an
//! index or looks at a bounded number of rows, save that of names.

use std::collections::{BTreeSet, HashMap};

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};

use super::adjustments::Adjustment;
use super::commissions::CommissionRow;
use super::customers::{Customer, within};
use super::ledger::{Balance, Transfer};
use super::outbox::Mail;
use super::referrers::{CodeRow, Referrer};
use super::sales::SaleRow;
use super::schema::{
    adjustments, balances, codes, commissions, customer_keys, customers, mails, referrers, sale_lines, sales, transfers,
};
use super::types::{AnyId, DbInstant, DbUuid};
use super::{Conn, DbResult};
use crate::domain::commission::{SALE, TransferKind};
use crate::domain::id::{AdjustmentId, CommissionId, CustomerId, MailId, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::referrer::{CodeStatus, ReferrerStatus};

/// An article is looked for among so many orders, the newest. An index of articles would have to be written with every
/// line of every order, in no order, for a question that is seldom asked.
pub const ORDERS_SEARCHED: i64 = 20_000;

/// Rows that one question brings at most, besides lists that go on.
const MOST: i64 = 50;

/// Referrers, the newest first, before `before`: all of them, or those whose name holds `name`.
///
/// # Errors
/// What the database reports.
pub fn referrers(
    conn: &mut Conn<'_>,
    name: Option<&str>,
    status: Option<ReferrerStatus>,
    before: Option<ReferrerId>,
    limit: i64,
) -> DbResult<Vec<Referrer>> {
    on_db!(conn, c => {
        let mut query = referrers::table
            .inner_join(customers::table.on(customers::id.eq(referrers::customer_id)))
            .select(Referrer::as_select())
            .into_boxed();
        if let Some(name) = name {
            query = query.filter(customers::name_folded.like(within(&name.to_lowercase())).escape('\\'));
        }
        if let Some(status) = status {
            query = query.filter(referrers::status.eq(status));
        }
        if let Some(before) = before {
            query = query.filter(referrers::id.lt(before));
        }
        query.order(referrers::id.desc()).limit(limit).load(c)
    })
}

/// The balances of the given referrers, by currency.
///
/// # Errors
/// What the database reports.
pub fn balances_of(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<Balance>> {
    on_db!(conn, c => balances::table
        .filter(balances::referrer_id.eq_any(ids))
        .order((balances::referrer_id, balances::currency))
        .select(Balance::as_select())
        .load(c))
}

/// When each of the given referrers last earned something; none for those who never did.
///
/// # Errors
/// What the database reports.
pub fn last_earned(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<(ReferrerId, Option<Instant>)>> {
    let newest = sql::<Nullable<DbInstant>>(
        "(SELECT c.created_at FROM commissions c WHERE c.referrer_id = referrers.id ORDER BY c.id DESC LIMIT 1)",
    );
    on_db!(conn, c => referrers::table.filter(referrers::id.eq_any(ids)).select((referrers::id, newest)).load(c))
}

/// The active codes of the given referrers, each one's oldest first.
///
/// # Errors
/// What the database reports.
pub fn active_codes(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<CodeRow>> {
    on_db!(conn, c => codes::table
        .filter(codes::referrer_id.eq_any(ids))
        .filter(codes::status.eq(CodeStatus::Active))
        .order((codes::referrer_id, codes::id))
        .select(CodeRow::as_select())
        .load(c))
}

/// Where a page of postings ends: when, by what cause, and which kind.
pub type Posted = (Instant, AnyId, TransferKind);

/// A referrer's postings in one currency, the newest first, before `before`.
///
/// # Errors
/// What the database reports.
pub fn postings(
    conn: &mut Conn<'_>,
    referrer: ReferrerId,
    currency: Currency,
    before: Option<Posted>,
    limit: i64,
) -> DbResult<Vec<Transfer>> {
    on_db!(conn, c => {
        let mut query = transfers::table
            .filter(transfers::referrer_id.eq(referrer))
            .filter(transfers::currency.eq(currency))
            .select(Transfer::as_select())
            .into_boxed();
        if let Some((at, cause, kind)) = before {
            // Compared as one value, which the index can answer.
            let earlier = sql::<Bool>("(posted_at, cause_id, kind) < (")
                .bind::<DbInstant, _>(at)
                .sql(", ")
                .bind::<DbUuid, _>(cause)
                .sql(", ")
                .bind::<Text, _>(kind)
                .sql(")");
            query = query.filter(earlier);
        }
        query
            .order((transfers::posted_at.desc(), transfers::cause_id.desc(), transfers::kind.desc()))
            .limit(limit)
            .load(c)
    })
}

/// For which sales the commissions among these causes of postings were.
///
/// # Errors
/// What the database reports.
pub fn sales_behind(conn: &mut Conn<'_>, causes: &[AnyId]) -> DbResult<Vec<(CommissionId, SaleId)>> {
    let ids: Vec<CommissionId> = causes.iter().map(|cause| CommissionId::from_uuid(cause.uuid())).collect();
    among!(conn, commissions::table.select((commissions::id, commissions::sale_id)), commissions::id, ids)
}

/// The adjustments among these causes of postings.
///
/// # Errors
/// What the database reports.
pub fn adjustments_behind(conn: &mut Conn<'_>, causes: &[AnyId]) -> DbResult<Vec<Adjustment>> {
    let ids: Vec<AdjustmentId> = causes.iter().map(|cause| AdjustmentId::from_uuid(cause.uuid())).collect();
    among!(conn, adjustments::table.select(Adjustment::as_select()), adjustments::id, ids)
}

/// A referrer's letters, the newest first, before `before`.
///
/// # Errors
/// What the database reports.
pub fn letters(conn: &mut Conn<'_>, referrer: ReferrerId, before: Option<MailId>, limit: i64) -> DbResult<Vec<Mail>> {
    on_db!(conn, c => {
        let mut query = mails::table.filter(mails::referrer_id.eq(referrer)).select(Mail::as_select()).into_boxed();
        if let Some(before) = before {
            query = query.filter(mails::id.lt(before));
        }
        query.order(mails::id.desc()).limit(limit).load(c)
    })
}

/// A referrer's newest sales that stand, with what they earn him and who bought.
///
/// # Errors
/// What the database reports.
pub fn deals_of(conn: &mut Conn<'_>, referrer: ReferrerId) -> DbResult<Vec<(CommissionRow, SaleRow)>> {
    let earned: Vec<CommissionRow> = on_db!(conn, c => commissions::table
        .filter(commissions::referrer_id.eq(referrer))
        .filter(commissions::live)
        .filter(commissions::kind.eq(SALE))
        .order(commissions::id.desc())
        .limit(MOST)
        .select(CommissionRow::as_select())
        .load(c))?;
    let ids: Vec<SaleId> = earned.iter().map(|row| row.sale_id).collect();
    let orders: Vec<SaleRow> =
        on_db!(conn, c => sales::table.filter(sales::id.eq_any(&ids)).select(SaleRow::as_select()).load(c))?;
    let mut orders: HashMap<SaleId, SaleRow> = orders.into_iter().map(|row| (row.id, row)).collect();
    Ok(earned.into_iter().filter_map(|row| orders.remove(&row.sale_id).map(|order| (row, order))).collect())
}

/// Customers, the newest first, before `before`: all of them, or those whose name holds `name`. Those merged into
/// others are left out.
///
/// # Errors
/// What the database reports.
pub fn customers(conn: &mut Conn<'_>, name: Option<&str>, before: Option<CustomerId>, limit: i64) -> DbResult<Vec<Customer>> {
    on_db!(conn, c => {
        let mut query = customers::table
            .filter(customers::merged_into.is_null())
            .filter(customers::erased_at.is_null())
            .select(Customer::as_select())
            .into_boxed();
        if let Some(name) = name {
            query = query.filter(customers::name_folded.like(within(&name.to_lowercase())).escape('\\'));
        }
        if let Some(before) = before {
            query = query.filter(customers::id.lt(before));
        }
        query.order(customers::id.desc()).limit(limit).load(c)
    })
}

/// Customers in the order they were filed, after `after` and up to `upto`: all of them, or those whose name holds `name`.
///
/// # Errors
/// What the database reports.
pub fn customers_upto(
    conn: &mut Conn<'_>,
    name: Option<&str>,
    after: Option<CustomerId>,
    upto: CustomerId,
    limit: i64,
) -> DbResult<Vec<CustomerId>> {
    on_db!(conn, c => {
        let mut query = customers::table
            .filter(customers::merged_into.is_null())
            .filter(customers::erased_at.is_null())
            .filter(customers::id.le(upto))
            .select(customers::id)
            .into_boxed();
        if let Some(name) = name {
            query = query.filter(customers::name_folded.like(within(&name.to_lowercase())).escape('\\'));
        }
        if let Some(after) = after {
            query = query.filter(customers::id.gt(after));
        }
        query.order(customers::id).limit(limit).load(c)
    })
}

/// Whose keys have one of these values, as keys are normalised; of whatever kind.
///
/// # Errors
/// What the database reports.
pub fn keyed(conn: &mut Conn<'_>, values: &[String]) -> DbResult<Vec<CustomerId>> {
    on_db!(conn, c => customer_keys::table
        .filter(customer_keys::value.eq_any(values))
        .order(customer_keys::customer_id)
        .limit(MOST)
        .select(customer_keys::customer_id)
        .load(c))
}

/// The orders with this number, in whatever storefront.
///
/// # Errors
/// What the database reports.
pub fn orders_numbered(conn: &mut Conn<'_>, number: &str) -> DbResult<Vec<SaleRow>> {
    on_db!(conn, c => sales::table
        .filter(sales::order_id.eq(number))
        .filter(sales::version.is_not_null())
        .order(sales::source)
        .limit(MOST)
        .select(SaleRow::as_select())
        .load(c))
}

/// Who bought the article `sku` in one of the last [`ORDERS_SEARCHED`] orders, the latest first.
///
/// # Errors
/// What the database reports.
pub fn buyers_of(conn: &mut Conn<'_>, sku: &str) -> DbResult<Vec<CustomerId>> {
    let oldest: Option<SaleId> = on_db!(conn, c => sales::table
        .order(sales::id.desc())
        .offset(ORDERS_SEARCHED)
        .limit(1)
        .select(sales::id)
        .first(c)
        .optional())?;
    let orders: Vec<SaleId> = on_db!(conn, c => {
        let mut query = sale_lines::table.filter(sale_lines::sku.eq(sku)).select(sale_lines::sale_id).into_boxed();
        if let Some(oldest) = oldest {
            query = query.filter(sale_lines::sale_id.gt(oldest));
        }
        query.order(sale_lines::sale_id.desc()).limit(MOST).load(c)
    })?;
    let found: Vec<Option<CustomerId>> = on_db!(conn, c => sales::table
        .filter(sales::id.eq_any(&orders))
        .order(sales::id.desc())
        .select(sales::customer_id)
        .load(c))?;
    let mut seen = BTreeSet::new();
    Ok(found.into_iter().flatten().filter(|id| seen.insert(*id)).collect())
}

/// The given customers as they stand: whoever was merged is the one he turned out to be. In the order asked for.
///
/// # Errors
/// What the database reports.
pub fn standing(conn: &mut Conn<'_>, ids: &[CustomerId]) -> DbResult<Vec<Customer>> {
    let rows = super::customers::find_all(conn, ids)?;
    let merged: Vec<CustomerId> = rows.iter().filter_map(|row| row.merged_into).collect();
    let kept = super::customers::find_all(conn, &merged)?;
    let mut seen = BTreeSet::new();
    let one = |id: &CustomerId| {
        let row = rows.iter().find(|row| row.id == *id)?;
        let row = row.merged_into.map_or(Some(row), |into| kept.iter().find(|kept| kept.id == into))?;
        seen.insert(row.id).then(|| row.clone())
    };
    Ok(ids.iter().filter_map(one).collect())
}

/// How many orders each of the given customers has; none is absent.
///
/// # Errors
/// What the database reports.
pub fn orders_counted(conn: &mut Conn<'_>, ids: &[CustomerId]) -> DbResult<Vec<(Option<CustomerId>, i64)>> {
    on_db!(conn, c => sales::table
        .filter(sales::customer_id.eq_any(ids))
        .group_by(sales::customer_id)
        .select((sales::customer_id, diesel::dsl::count_star()))
        .load(c))
}

/// A customer's entry and those merged into it.
///
/// # Errors
/// What the database reports.
pub fn family(conn: &mut Conn<'_>, id: CustomerId) -> DbResult<Vec<CustomerId>> {
    let mut ids = super::erasure::merged_into(conn, id)?;
    ids.push(id);
    Ok(ids)
}

/// The orders of these customers, the newest first, before `before`.
///
/// # Errors
/// What the database reports.
pub fn purchases(conn: &mut Conn<'_>, of: &[CustomerId], before: Option<SaleId>, limit: i64) -> DbResult<Vec<SaleRow>> {
    on_db!(conn, c => {
        let mut query = sales::table
            .filter(sales::customer_id.eq_any(of))
            .filter(sales::version.is_not_null())
            .select(SaleRow::as_select())
            .into_boxed();
        if let Some(before) = before {
            query = query.filter(sales::id.lt(before));
        }
        query.order(sales::id.desc()).limit(limit).load(c)
    })
}
