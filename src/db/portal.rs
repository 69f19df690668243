//! What a referrer's portal reads of the ledger: what is his, and never who bought or what.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use super::commissions::CommissionRow;
use super::outbox::Mail;
use super::payouts::Payout;
use super::schema::{click_days, commissions, customers, mails, payouts, referrers, sales, tokens};
use super::{Conn, DbResult, Tx};
use crate::domain::attribution::Reason;
use crate::domain::commission::{CommissionStatus, SALE};
use crate::domain::id::{CodeId, CommissionId, CustomerId, MailId, PayoutId, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::money::Currency;
use crate::domain::principal::Role;
use crate::domain::referrer::ReferrerStatus;
use crate::domain::sale::SaleStatus;

/// Whose portal it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Where he stands.
    pub status: ReferrerStatus,
    /// Who he is in the customer file.
    pub customer_id: CustomerId,
    /// His name.
    pub name: Option<String>,
    /// The language he chose.
    pub locale: Option<Locale>,
    /// Links made before this are dead.
    pub links_from: Option<Instant>,
    /// Since when he recommends the shop.
    pub since: Instant,
}

/// What one sale brought him.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Earning {
    /// The commission.
    pub commission: CommissionRow,
    /// When the friend bought.
    pub bought_at: Instant,
    /// Why the sale earns nothing or waits.
    pub reason: Option<Reason>,
    /// How far the order is.
    pub status: SaleStatus,
}

/// Whose portal it is; none if there is no such referrer.
///
/// # Errors
/// What the database reports.
pub fn person(conn: &mut Conn<'_>, id: ReferrerId) -> DbResult<Option<Person>> {
    type Row = (ReferrerStatus, CustomerId, Option<Instant>, Instant);
    let found: Option<Row> = on_db!(conn, c => referrers::table
        .find(id)
        .select((referrers::status, referrers::customer_id, referrers::portal_links_from, referrers::created_at))
        .first(c)
        .optional())?;
    let Some((status, mut customer_id, links_from, since)) = found else { return Ok(None) };
    // After a merge the survivor speaks for him.
    loop {
        type Row = (Option<String>, Option<Locale>, Option<CustomerId>);
        let (name, locale, merged_into): Row = on_db!(conn, c => customers::table
            .find(customer_id)
            .select((customers::name, customers::locale, customers::merged_into))
            .first(c))?;
        match merged_into {
            Some(survivor) => customer_id = survivor,
            None => return Ok(Some(Person { status, customer_id, name, locale, links_from, since })),
        }
    }
}

/// Makes every link to his portal dead that was made before `now`.
///
/// # Errors
/// What the database reports.
pub fn end_links(tx: &mut Tx<'_>, id: ReferrerId, now: Instant) -> DbResult<()> {
    on_db!(tx, c => diesel::update(referrers::table.find(id))
        .set(referrers::portal_links_from.eq(now))
        .execute(c)
        .map(drop))
}

/// Revokes everything a referrer signed in with. Writes to the live ledger, where all tokens are.
///
/// # Errors
/// What the database reports.
pub fn end_sessions(tx: &mut Tx<'_>, id: ReferrerId, now: Instant) -> DbResult<()> {
    let his = tokens::table
        .filter(tokens::referrer_id.eq(id))
        .filter(tokens::role.eq(Role::Referrer))
        .filter(tokens::revoked_at.is_null());
    on_db!(tx, c => diesel::update(his).set(tokens::revoked_at.eq(now)).execute(c).map(drop))
}

/// What sales brought a referrer, the newest first, before `before`.
///
/// # Errors
/// What the database reports.
pub fn earnings(conn: &mut Conn<'_>, of: ReferrerId, before: Option<CommissionId>, limit: i64) -> DbResult<Vec<Earning>> {
    on_db!(conn, c => {
        let mut query = commissions::table
            .inner_join(sales::table.on(sales::id.eq(commissions::sale_id)))
            .filter(commissions::referrer_id.eq(of))
            .select((CommissionRow::as_select(), sales::occurred_at, sales::verdict_reason, sales::status))
            .into_boxed();
        if let Some(before) = before {
            query = query.filter(commissions::id.lt(before));
        }
        query.order(commissions::id.desc()).limit(limit).load(c)
    })
}

/// The storefront and number of the order behind one of a referrer's commissions; none if it is not his.
///
/// # Errors
/// What the database reports.
pub fn order_of(conn: &mut Conn<'_>, of: ReferrerId, id: CommissionId) -> DbResult<Option<(SaleId, String, String)>> {
    on_db!(conn, c => commissions::table
        .inner_join(sales::table.on(sales::id.eq(commissions::sale_id)))
        .filter(commissions::id.eq(id))
        .filter(commissions::referrer_id.eq(of))
        .select((sales::id, sales::source, sales::order_id))
        .first(c)
        .optional())
}

/// What is on hold for a referrer and when it becomes his, the next first.
///
/// # Errors
/// What the database reports.
pub fn on_hold(conn: &mut Conn<'_>, of: ReferrerId, limit: i64) -> DbResult<Vec<(Currency, i64, Instant)>> {
    on_db!(conn, c => commissions::table
        .filter(commissions::referrer_id.eq(of))
        .filter(commissions::status.eq(CommissionStatus::Pending))
        .filter(commissions::net.gt(0))
        .order((commissions::due_at, commissions::id))
        .limit(limit)
        .select((commissions::currency, commissions::net, commissions::due_at))
        .load(c))
}

/// What waits for the owner's decision, by currency.
///
/// # Errors
/// What the database reports.
pub fn looked_at(conn: &mut Conn<'_>, of: ReferrerId) -> DbResult<Vec<(Currency, i64)>> {
    on_db!(conn, c => commissions::table
        .filter(commissions::referrer_id.eq(of))
        .filter(commissions::status.eq(CommissionStatus::Held))
        .group_by(commissions::currency)
        .order(commissions::currency)
        .select((commissions::currency, sql::<BigInt>("CAST(SUM(net) AS BIGINT)")))
        .load(c))
}

/// Visits through these codes from the day `from` on (as `2026-11-22`); all without one.
///
/// # Errors
/// What the database reports.
pub fn clicks(conn: &mut Conn<'_>, codes: &[CodeId], from: Option<&str>) -> DbResult<i64> {
    let from = from.unwrap_or_default();
    let sum: Option<i64> = on_db!(conn, c => click_days::table
        .filter(click_days::code_id.eq_any(codes))
        .filter(click_days::day.ge(from))
        .select(sql::<Nullable<BigInt>>("CAST(SUM(click_days.clicks) AS BIGINT)"))
        .first(c))?;
    Ok(sum.unwrap_or_default())
}

/// How many sales were credited to a referrer since `from`, bonuses and what fell through left out.
///
/// # Errors
/// What the database reports.
pub fn sales_since(conn: &mut Conn<'_>, of: ReferrerId, from: Option<Instant>) -> DbResult<i64> {
    let lowest = CommissionId::lowest(from.unwrap_or(Instant::from_micros(0)));
    on_db!(conn, c => commissions::table
        .filter(commissions::referrer_id.eq(of))
        .filter(commissions::id.ge(lowest))
        .filter(commissions::kind.eq(SALE))
        .filter(commissions::status.ne_all([CommissionStatus::Rejected, CommissionStatus::Cancelled]))
        .count()
        .get_result(c))
}

/// A referrer's payouts, the newest first, before `before`.
///
/// # Errors
/// What the database reports.
pub fn payouts(conn: &mut Conn<'_>, of: ReferrerId, before: Option<PayoutId>, limit: i64) -> DbResult<Vec<Payout>> {
    on_db!(conn, c => {
        let mut query = payouts::table.filter(payouts::referrer_id.eq(of)).select(Payout::as_select()).into_boxed();
        if let Some(before) = before {
            query = query.filter(payouts::id.lt(before));
        }
        query.order(payouts::id.desc()).limit(limit).load(c)
    })
}

/// The letters to a referrer, the newest first, before `before`.
///
/// # Errors
/// What the database reports.
pub fn letters(conn: &mut Conn<'_>, to: ReferrerId, before: Option<MailId>, limit: i64) -> DbResult<Vec<Mail>> {
    on_db!(conn, c => {
        let mut query = mails::table.filter(mails::referrer_id.eq(to)).select(Mail::as_select()).into_boxed();
        if let Some(before) = before {
            query = query.filter(mails::id.lt(before));
        }
        query.order(mails::id.desc()).limit(limit).load(c)
    })
}
