//! What is owed and where it stands, for the question which of it does not move.

use diesel::dsl::{count_star, exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use super::check::Span;
use super::schema::{balances, commissions, connections, inbound_deliveries, payout_lines, payouts, referrers, sales, transfers};
use super::types::{AnyId, DbInstant};
use super::{Conn, DbResult};
use crate::domain::attribution::VerdictKind;
use crate::domain::commission::{Account, CommissionStatus};
use crate::domain::id::{BatchId, ConnectionId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payout::{ItemKind, PayoutStatus};
use crate::domain::referrer::ReferrerStatus;

/// What one referrer is owed in one currency, by account. Minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Owed {
    /// Whose.
    pub referrer_id: ReferrerId,
    /// ISO 4217.
    pub currency: Currency,
    /// Inside the return window.
    pub on_hold: i64,
    /// Waiting for a payout.
    pub ready: i64,
    /// Reserved by a payout.
    pub in_transit: i64,
}

/// What the referrers of a span are owed.
///
/// # Errors
/// What the database reports.
pub fn owed(conn: &mut Conn<'_>, span: Span<ReferrerId>) -> DbResult<Vec<Owed>> {
    let (above, upto) = span.ends();
    on_db!(conn, c => balances::table
        .filter(balances::referrer_id.gt(above))
        .filter(balances::referrer_id.le(upto))
        .order((balances::referrer_id, balances::currency))
        .select((balances::referrer_id, balances::currency, balances::on_hold, balances::ready, balances::in_transit))
        .load(c))
}

/// Whose, in which currency, minor units, the earliest time due.
pub type Pending = (ReferrerId, Currency, i64, Option<Instant>);

/// Pending commissions that fall due before `before`, and those that do later, summed by referrer and currency.
///
/// # Errors
/// What the database reports.
pub fn pending(conn: &mut Conn<'_>, span: Span<ReferrerId>, before: Instant) -> DbResult<(Vec<Pending>, Vec<Pending>)> {
    let (above, upto) = span.ends();
    macro_rules! sums {
        ($when:expr) => {
            on_db!(conn, c => commissions::table
                .filter(commissions::referrer_id.gt(above))
                .filter(commissions::referrer_id.le(upto))
                .filter(commissions::status.eq(CommissionStatus::Pending))
                .filter($when)
                .group_by((commissions::referrer_id, commissions::currency))
                .select((
                    commissions::referrer_id,
                    commissions::currency,
                    sql::<BigInt>("CAST(SUM(net) AS BIGINT)"),
                    sql::<Nullable<DbInstant>>("MIN(due_at)"),
                ))
                .load(c))
        };
    }
    Ok((sums!(commissions::due_at.lt(before))?, sums!(commissions::due_at.ge(before))?))
}

/// A payout that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct UnderWay {
    /// The payout.
    pub id: PayoutId,
    /// Its batch.
    pub batch_id: BatchId,
    /// To whom.
    pub referrer_id: ReferrerId,
    /// ISO 4217.
    pub currency: Currency,
    /// Minor units.
    pub amount: i64,
    /// Where it stands.
    pub status: PayoutStatus,
    /// When it was prepared.
    pub created_at: Instant,
    /// When it was approved.
    pub approved_at: Option<Instant>,
}

/// Where a payout has ended.
const ENDED: [PayoutStatus; 4] = [PayoutStatus::Paid, PayoutStatus::Failed, PayoutStatus::Returned, PayoutStatus::Cancelled];

/// The payouts to the referrers of a span that have not ended.
///
/// # Errors
/// What the database reports.
pub fn under_way(conn: &mut Conn<'_>, span: Span<ReferrerId>) -> DbResult<Vec<UnderWay>> {
    let (above, upto) = span.ends();
    on_db!(conn, c => payouts::table
        .filter(payouts::referrer_id.gt(above))
        .filter(payouts::referrer_id.le(upto))
        .filter(payouts::status.ne_all(ENDED))
        .order((payouts::referrer_id, payouts::currency, payouts::id))
        .select((
            payouts::id,
            payouts::batch_id,
            payouts::referrer_id,
            payouts::currency,
            payouts::amount,
            payouts::status,
            payouts::created_at,
            payouts::approved_at,
        ))
        .load(c))
}

/// An item of a payout that did not arrive: whose, in which currency, how it ended, and when.
pub type CameBack = (ItemKind, AnyId, ReferrerId, Currency, PayoutStatus, Option<Instant>);

/// What was in payouts that failed or came back; some of it may have been paid since.
///
/// # Errors
/// What the database reports.
pub fn came_back(conn: &mut Conn<'_>, span: Span<ReferrerId>) -> DbResult<Vec<CameBack>> {
    let (above, upto) = span.ends();
    on_db!(conn, c => payouts::table
        .inner_join(payout_lines::table.on(payout_lines::payout_id.eq(payouts::id)))
        .filter(payouts::referrer_id.gt(above))
        .filter(payouts::referrer_id.le(upto))
        .filter(payouts::status.eq_any([PayoutStatus::Failed, PayoutStatus::Returned]))
        .select((
            payout_lines::item_kind,
            payout_lines::item_id,
            payouts::referrer_id,
            payouts::currency,
            payouts::status,
            payouts::settled_at,
        ))
        .load(c))
}

/// Those of a span who are paused, ascending.
///
/// # Errors
/// What the database reports.
pub fn paused(conn: &mut Conn<'_>, span: Span<ReferrerId>) -> DbResult<Vec<ReferrerId>> {
    let (above, upto) = span.ends();
    on_db!(conn, c => referrers::table
        .filter(referrers::id.gt(above))
        .filter(referrers::id.le(upto))
        .filter(referrers::status.eq(ReferrerStatus::Paused))
        .order(referrers::id)
        .select(referrers::id)
        .load(c))
}

/// Those whose `ready` is below 0, and by how much.
///
/// # Errors
/// What the database reports.
pub fn indebted(conn: &mut Conn<'_>) -> DbResult<Vec<(ReferrerId, Currency, i64)>> {
    on_db!(conn, c => balances::table
        .filter(balances::ready.lt(0))
        .order((balances::referrer_id, balances::currency))
        .select((balances::referrer_id, balances::currency, balances::ready))
        .load(c))
}

/// One step of what is ready: when, by how much, and what caused it.
pub type Step = (ReferrerId, Currency, Instant, i64, AnyId);

/// How `ready` of the given referrers moved, in the order of time.
///
/// # Errors
/// What the database reports.
pub fn steps_of_ready(conn: &mut Conn<'_>, ids: &[ReferrerId]) -> DbResult<Vec<Step>> {
    type Row = (ReferrerId, Currency, Instant, i64, AnyId, Account);
    let rows: DbResult<Vec<Row>> = among!(
        conn,
        transfers::table
            .filter(transfers::from_account.eq(Account::Ready).or(transfers::to_account.eq(Account::Ready)))
            .order((transfers::referrer_id, transfers::currency, transfers::posted_at, transfers::cause_id, transfers::kind))
            .select((
                transfers::referrer_id,
                transfers::currency,
                transfers::posted_at,
                transfers::amount,
                transfers::cause_id,
                transfers::from_account,
            )),
        transfers::referrer_id,
        ids
    );
    let step = |(referrer, currency, at, amount, cause, from): Row| {
        (referrer, currency, at, if from == Account::Ready { -amount } else { amount }, cause)
    };
    Ok(rows?.into_iter().map(step).collect())
}

/// Held orders without a commission: the buyer named somebody whom nobody knows yet. How many, since when.
///
/// # Errors
/// What the database reports.
pub fn without_amount(conn: &mut Conn<'_>) -> DbResult<(i64, Option<Instant>)> {
    let has_one = || {
        exists(
            commissions::table.filter(commissions::sale_id.eq(sales::id)).filter(commissions::status.eq(CommissionStatus::Held)),
        )
    };
    on_db!(conn, c => sales::table
        .filter(sales::verdict_kind.eq(VerdictKind::Held))
        .filter(not(has_one()))
        .select((count_star(), sql::<Nullable<DbInstant>>("MIN(sales.created_at)")))
        .first(c))
}

/// A connection, its name and when its last messages came.
pub type Rhythm = (ConnectionId, String, Vec<Instant>);

/// Messages looked at to tell a storefront's rhythm.
const MESSAGES: i64 = 50;

/// When each connection in use sent its last messages.
///
/// # Errors
/// What the database reports.
pub fn rhythms(conn: &mut Conn<'_>) -> DbResult<Vec<Rhythm>> {
    let known: Vec<(ConnectionId, String)> = on_db!(conn, c => connections::table
        .filter(connections::removed_at.is_null())
        .order(connections::id)
        .select((connections::id, connections::name))
        .load(c))?;
    let mut found = Vec::with_capacity(known.len());
    for (id, name) in known {
        let sent: Vec<Instant> = on_db!(conn, c => inbound_deliveries::table
            .filter(inbound_deliveries::connection_id.eq(id))
            .order(inbound_deliveries::id.desc())
            .limit(MESSAGES)
            .select(inbound_deliveries::received_at)
            .load(c))?;
        found.push((id, name, sent));
    }
    Ok(found)
}
