//! Sums for reports, taken from the postings themselves.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::check::Span;
use super::ledger::Transfer;
use super::schema::{codes, commissions, customers, payouts, referrers, sales, transfers};
use super::types::{AnyId, DbInstant};
use super::{Conn, DbResult, IDS_PER_QUERY};
use crate::domain::attribution::VerdictKind;
use crate::domain::commission::{Account, CommissionStatus, TransferKind};
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payout::Rail;
use crate::domain::referrer::CodeStatus;
use crate::domain::report::Moved;
use crate::domain::sale::SaleStatus;

/// 1900-01-01, the earliest time a request may name: nothing was posted before, and unlike the
/// smallest number both engines can hold it.
pub const EARLIEST: Instant = Instant::from_micros(-2_208_988_800_000_000);

/// What moved, by referrer and currency.
pub type MovedBy = Vec<(ReferrerId, Currency, Moved)>;

/// What moved before a period and what moved within it, by referrer and currency.
pub type MovedAround = Vec<(ReferrerId, Currency, Moved, Moved)>;

/// What the referrers of a span moved before `from`, and from then until before `to`.
///
/// # Errors
/// What the database reports.
pub fn moved_around(conn: &mut Conn<'_>, span: Span<ReferrerId>, from: Instant, to: Instant) -> DbResult<MovedAround> {
    type Row = (ReferrerId, Currency, TransferKind, Account, Account, i64, i64);
    let (above, upto) = span.ends();
    let before = || sql::<BigInt>("CAST(SUM(CASE WHEN posted_at < ").bind::<DbInstant, _>(from);
    let rows: Vec<Row> = on_db!(conn, c => transfers::table
        .filter(transfers::referrer_id.gt(above))
        .filter(transfers::referrer_id.le(upto))
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
            before().sql(" THEN amount ELSE 0 END) AS BIGINT)"),
            before().sql(" THEN 0 ELSE amount END) AS BIGINT)"),
        ))
        .load(c))?;
    let split = |(referrer, currency, kind, from_account, to_account, before, within): Row| {
        let moved = |amount| Moved { kind, from_account, to_account, amount };
        (referrer, currency, moved(before), moved(within))
    };
    Ok(rows.into_iter().map(split).collect())
}

/// What everybody together moved until before `to`, by currency.
///
/// # Errors
/// What the database reports.
pub fn moved_by_all(conn: &mut Conn<'_>, to: Instant) -> DbResult<Vec<(Currency, Moved)>> {
    type Row = (Currency, TransferKind, Account, Account, i64);
    let rows: Vec<Row> = on_db!(conn, c => transfers::table
        .filter(transfers::posted_at.lt(to))
        .group_by((transfers::kind, transfers::from_account, transfers::to_account, transfers::currency))
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

/// What the payouts of one referrer moved over one rail within a period.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct RailMoved {
    /// Whose.
    pub referrer_id: ReferrerId,
    /// ISO 4217.
    pub currency: Currency,
    /// How they left.
    pub rail: Rail,
    /// Settled or returned.
    pub kind: TransferKind,
    /// Minor units.
    pub amount: i64,
    /// How many payouts.
    pub count: i64,
    /// The last of them.
    pub last_at: Option<Instant>,
    /// A reference of theirs; the one there is when there is one payout.
    pub reference: Option<String>,
}

/// What arrived, and what came back after it had arrived, by rail.
///
/// # Errors
/// What the database reports.
pub fn by_rail(conn: &mut Conn<'_>, span: Span<ReferrerId>, from: Instant, to: Instant) -> DbResult<Vec<RailMoved>> {
    let (above, upto) = span.ends();
    let came_back = || transfers::kind.eq(TransferKind::Return).and(transfers::from_account.eq(Account::Paid));
    on_db!(conn, c => transfers::table
        .inner_join(payouts::table.on(payouts::id.eq(transfers::cause_id)))
        .filter(payouts::referrer_id.gt(above))
        .filter(payouts::referrer_id.le(upto))
        .filter(transfers::kind.eq(TransferKind::Settle).or(came_back()))
        .filter(transfers::posted_at.ge(from))
        .filter(transfers::posted_at.lt(to))
        .group_by((transfers::referrer_id, transfers::currency, payouts::rail, transfers::kind))
        .select((
            transfers::referrer_id,
            transfers::currency,
            payouts::rail,
            transfers::kind,
            sql::<BigInt>("CAST(SUM(transfers.amount) AS BIGINT)"),
            sql::<BigInt>("CAST(COUNT(*) AS BIGINT)"),
            sql::<Nullable<DbInstant>>("MAX(transfers.posted_at)"),
            sql::<Nullable<Text>>("MAX(payouts.reference)"),
        ))
        .load(c))
}

/// The next referrers, ascending by id.
///
/// # Errors
/// What the database reports.
pub fn referrers_page(conn: &mut Conn<'_>, after: Option<ReferrerId>, most: i64) -> DbResult<Vec<ReferrerId>> {
    let (above, _) = Span { above: after, upto: None }.ends();
    on_db!(conn, c => referrers::table
        .filter(referrers::id.gt(above))
        .order(referrers::id)
        .limit(most)
        .select(referrers::id)
        .load(c))
}

/// What waits for the owner's decision: whose, in which currency, minor units, how many, since when.
pub type HeldOf = (ReferrerId, Currency, i64, i64, Option<Instant>);

/// What waits for the owner's decision, by referrer and currency.
///
/// # Errors
/// What the database reports.
pub fn held(conn: &mut Conn<'_>, span: Span<ReferrerId>) -> DbResult<Vec<HeldOf>> {
    let (above, upto) = span.ends();
    on_db!(conn, c => commissions::table
        .filter(commissions::referrer_id.gt(above))
        .filter(commissions::referrer_id.le(upto))
        .filter(commissions::status.eq(CommissionStatus::Held))
        .group_by((commissions::referrer_id, commissions::currency))
        .select((
            commissions::referrer_id,
            commissions::currency,
            sql::<BigInt>("CAST(SUM(net) AS BIGINT)"),
            sql::<BigInt>("CAST(COUNT(*) AS BIGINT)"),
            sql::<Nullable<DbInstant>>("MIN(created_at)"),
        ))
        .load(c))
}

/// The first active code of each of the given referrers.
///
/// # Errors
/// What the database reports.
pub fn first_codes(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<(ReferrerId, String)>> {
    let rows: DbResult<Vec<(ReferrerId, String)>> = among!(
        conn,
        codes::table
            .filter(codes::status.eq(CodeStatus::Active))
            .order((codes::referrer_id, codes::created_at.desc(), codes::id.desc()))
            .select((codes::referrer_id, codes::code)),
        codes::referrer_id,
        ids
    );
    rows
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

/// Where a commission's sum is booked; what is held or was rejected is not.
pub(super) const BOOKED: [CommissionStatus; 5] = [
    CommissionStatus::Pending,
    CommissionStatus::Approved,
    CommissionStatus::InPayout,
    CommissionStatus::Paid,
    CommissionStatus::Cancelled,
];

/// A referrer's deals in one currency: whose, how many, base less refunds, the last one. Minor units.
pub type Deals = (ReferrerId, i64, i64, Option<Instant>);

/// The `most` referrers whose deals in `currency`, placed from `from` until before `to`, brought most.
///
/// # Errors
/// What the database reports.
pub fn best_referrers(conn: &mut Conn<'_>, currency: Currency, from: Instant, to: Instant, most: i64) -> DbResult<Vec<Deals>> {
    let brought = || sql::<BigInt>("CAST(SUM(base - base_refunded) AS BIGINT)");
    on_db!(conn, c => sales::table
        .filter(sales::history.eq(false))
        .filter(sales::status.eq(SaleStatus::Paid))
        .filter(sales::currency.eq(currency))
        .filter(sales::verdict_kind.eq(VerdictKind::Attributed))
        .filter(sales::referrer_id.is_not_null())
        .filter(sales::occurred_at.ge(from))
        .filter(sales::occurred_at.lt(to))
        .group_by(sales::referrer_id)
        .select((
            sales::referrer_id.assume_not_null(),
            sql::<BigInt>("CAST(COUNT(*) AS BIGINT)"),
            brought(),
            sql::<Nullable<DbInstant>>("MAX(occurred_at)"),
        ))
        .order((brought().desc(), sales::referrer_id))
        .limit(most)
        .load(c))
}

/// What the commissions of the given referrers' orders in a span of time come to in `currency`.
///
/// # Errors
/// What the database reports.
pub fn commissions_of(
    conn: &mut Conn<'_>,
    ids: &[ReferrerId],
    currency: Currency,
    from: Instant,
    to: Instant,
) -> DbResult<Vec<(ReferrerId, i64)>> {
    on_db!(conn, c => commissions::table
        .inner_join(sales::table.on(sales::id.eq(commissions::sale_id)))
        .filter(commissions::referrer_id.eq_any(ids))
        .filter(commissions::currency.eq(currency))
        .filter(commissions::status.eq_any(BOOKED))
        .filter(sales::occurred_at.ge(from))
        .filter(sales::occurred_at.lt(to))
        .group_by(commissions::referrer_id)
        .select((commissions::referrer_id, sql::<BigInt>("CAST(SUM(commissions.net) AS BIGINT)")))
        .load(c))
}

/// A page of the postings of a period, in the order of what caused them; whole causes only.
///
/// # Errors
/// What the database reports.
pub fn journal_page(
    conn: &mut Conn<'_>,
    after: Option<AnyId>,
    from: Instant,
    to: Instant,
    most: i64,
) -> DbResult<(Vec<Transfer>, Option<AnyId>)> {
    let after = after.unwrap_or(AnyId::from_uuid(uuid::Uuid::nil()));
    let mut page: Vec<Transfer> = on_db!(conn, c => transfers::table
        .filter(transfers::cause_id.gt(after))
        .filter(transfers::posted_at.ge(from))
        .filter(transfers::posted_at.lt(to))
        .order((transfers::cause_id, transfers::kind))
        .limit(most)
        .select(Transfer::as_select())
        .load(c))?;
    if i64::try_from(page.len()).unwrap_or(0) < most {
        return Ok((page, None));
    }
    // Other postings of the last cause may be on the next page: it is left for it.
    let cut = page.last().map(|row| row.cause_id);
    page.retain(|row| Some(row.cause_id) != cut);
    let last = page.last().map(|row| row.cause_id);
    Ok((page, last))
}
