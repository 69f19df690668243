//! Commissions, their changes, the refunds behind them and the referrals they grew from.

use diesel::prelude::*;

use super::schema::{commission_changes, commissions, referrals, refunds, sales};
use super::types::{ChangeCause, Json};
use super::{Conn, DbResult, Tx};
use crate::domain::commission::{CommissionStatus, bonus_deal};
use crate::domain::id::{ChangeId, CommissionId, CustomerId, ProgramId, ReferralId, ReferrerId, RefundId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::principal::Scope;
use crate::domain::refund::RefundContent;

use super::types::AnyId;

/// What a verdict owes. `amount` never changes; `net` is `amount` plus all changes. Minor units.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = commissions, treat_none_as_default_value = false)]
pub struct CommissionRow {
    /// The commission.
    pub id: CommissionId,
    /// The one program.
    pub program_id: ProgramId,
    /// For which sale.
    pub sale_id: SaleId,
    /// `sale`, or `bonus_5` for the bonus of a referrer's fifth deal.
    pub kind: String,
    /// Whether it is the sale's current one.
    pub live: bool,
    /// Whose.
    pub referrer_id: ReferrerId,
    /// By which verdict.
    pub verdict_seq: i64,
    /// Under which terms.
    pub terms_version: i64,
    /// ISO 4217.
    pub currency: Currency,
    /// As first accrued.
    pub amount: i64,
    /// With all changes.
    pub net: i64,
    /// How many changes there were.
    pub changes: i64,
    /// Where it stands.
    pub status: CommissionStatus,
    /// When the hold ends.
    pub due_at: Instant,
    /// When it ended.
    pub approved_at: Option<Instant>,
    /// When it accrued.
    pub created_at: Instant,
}

columns!(
    CommissionRow,
    commissions(
        id,
        program_id,
        sale_id,
        kind,
        live,
        referrer_id,
        verdict_seq,
        terms_version,
        currency,
        amount,
        net,
        changes,
        status,
        due_at,
        approved_at,
        created_at
    )
);

/// A later change of a commission, with what it was computed from. Minor units.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = commission_changes, treat_none_as_default_value = false)]
pub struct ChangeRow {
    /// The change.
    pub id: ChangeId,
    /// Of which commission.
    pub commission_id: CommissionId,
    /// 1, 2, 3 …: the order in which they were booked.
    pub seq: i64,
    /// What kind of thing caused it.
    pub cause: ChangeCause,
    /// What caused it.
    pub cause_id: AnyId,
    /// The verdict in force.
    pub verdict_seq: i64,
    /// The base then.
    pub base: i64,
    /// How much of it had gone back.
    pub base_refunded: i64,
    /// What of that is known to have come back of each part, where several rules pay for parts of the sale.
    pub returned: Option<Json<Vec<i64>>>,
    /// Added, or taken back if negative.
    pub amount: i64,
    /// When.
    pub created_at: Instant,
}

impl CommissionRow {
    /// The deal whose bonus this is; none for a sale's own commission.
    #[must_use]
    pub fn bonus_deal(&self) -> Option<i64> {
        bonus_deal(&self.kind)
    }
}

columns!(
    ChangeRow,
    commission_changes(id, commission_id, seq, cause, cause_id, verdict_seq, base, base_refunded, returned, amount, created_at)
);

/// Money given back to a buyer, as reported.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = refunds, treat_none_as_default_value = false)]
pub struct RefundRow {
    /// The refund.
    pub id: RefundId,
    /// The storefront.
    pub source: String,
    /// Its number for the refund.
    pub refund_id: String,
    /// Of which order.
    pub sale_id: SaleId,
    /// What was said.
    pub content: Json<RefundContent>,
    /// When it arrived.
    pub created_at: Instant,
}

columns!(RefundRow, refunds(id, source, refund_id, sale_id, content, created_at), if_free);

impl RefundRow {
    /// Sorts new refunds by their unique key: two processes never wait for each other in a ring.
    pub fn sort(rows: &mut [Self]) {
        rows.sort_by(|a, b| (&a.source, &a.refund_id).cmp(&(&b.source, &b.refund_id)));
    }
}

/// Referrer R introduced customer C.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = referrals, treat_none_as_default_value = false)]
pub struct ReferralRow {
    /// The referral.
    pub id: ReferralId,
    /// The one program.
    pub program_id: ProgramId,
    /// Who was introduced.
    pub customer_id: CustomerId,
    /// By whom.
    pub referrer_id: ReferrerId,
    /// By which code.
    pub code: Option<String>,
    /// What was promised.
    pub terms_version: i64,
    /// The sale that made it.
    pub sale_id: SaleId,
    /// That sale's `occurred_at`.
    pub since: Instant,
    /// When it was noted.
    pub created_at: Instant,
    /// When it ended.
    pub ended_at: Option<Instant>,
}

columns!(
    ReferralRow,
    referrals(id, program_id, customer_id, referrer_id, code, terms_version, sale_id, since, created_at, ended_at)
);

/// Locks the live commissions of the given sales, ascending by id.
///
/// # Errors
/// What the database reports.
pub fn lock_live_of(tx: &mut Tx<'_>, sales: &[SaleId]) -> DbResult<Vec<CommissionRow>> {
    load_locked!(
        tx,
        commissions::table
            .filter(commissions::sale_id.eq_any(sales))
            .filter(commissions::live)
            .order(commissions::id)
            .select(CommissionRow::as_select())
    )
}

/// Locks up to `most` commissions whose hold is over, ascending by id; those that a rival holds wait.
///
/// # Errors
/// What the database reports.
pub fn lock_due(tx: &mut Tx<'_>, now: Instant, most: i64) -> DbResult<Vec<CommissionRow>> {
    let due: Vec<CommissionId> = on_db!(tx, c => commissions::table
        .filter(commissions::status.eq(CommissionStatus::Pending))
        .filter(commissions::due_at.le(now))
        .order(commissions::due_at)
        .limit(most)
        .select(commissions::id)
        .load(c))?;
    let rows: Vec<CommissionRow> = load_locked!(
        tx,
        commissions::table.filter(commissions::id.eq_any(&due)).order(commissions::id).select(CommissionRow::as_select())
    )?;
    Ok(rows.into_iter().filter(|row| row.status == CommissionStatus::Pending && row.due_at <= now).collect())
}

/// Writes back a commission read under lock.
///
/// # Errors
/// What the database reports.
pub fn update(tx: &mut Tx<'_>, row: &CommissionRow) -> DbResult<()> {
    on_db!(tx, c => diesel::update(commissions::table.find(row.id))
        .set((
            commissions::live.eq(row.live),
            commissions::net.eq(row.net),
            commissions::changes.eq(row.changes),
            commissions::status.eq(row.status),
            commissions::approved_at.eq(row.approved_at),
        ))
        .execute(c)
        .map(drop))
}

/// Approves the given commissions, all read under lock as pending.
///
/// # Errors
/// What the database reports.
pub fn approve(tx: &mut Tx<'_>, ids: &[CommissionId], now: Instant) -> DbResult<()> {
    on_db!(tx, c => diesel::update(commissions::table.filter(commissions::id.eq_any(ids)))
        .set((commissions::status.eq(CommissionStatus::Approved), commissions::approved_at.eq(now)))
        .execute(c)
        .map(drop))
}

/// The changes of the given commissions, oldest first.
///
/// # Errors
/// What the database reports.
pub fn changes_of(conn: &mut Conn<'_>, ids: &[CommissionId]) -> DbResult<Vec<ChangeRow>> {
    on_db!(conn, c => commission_changes::table
        .filter(commission_changes::commission_id.eq_any(ids))
        .order((commission_changes::commission_id, commission_changes::seq))
        .select(ChangeRow::as_select())
        .load(c))
}

/// `now`, or the moment of the latest change of the given commissions if that is later. Who waited
/// for their locks looked at the clock before whoever held them, and nodes' clocks differ: what is
/// booked later must not seem to come earlier.
///
/// # Errors
/// What the database reports.
pub fn not_before_changes(conn: &mut Conn<'_>, ids: &[CommissionId], now: Instant) -> DbResult<Instant> {
    let last: Option<Instant> = on_db!(conn, c => commission_changes::table
        .filter(commission_changes::commission_id.eq_any(ids))
        .order(commission_changes::created_at.desc())
        .select(commission_changes::created_at)
        .first(c)
        .optional())?;
    Ok(last.map_or(now, |last| now.max(last)))
}

/// The live commissions of the given sales.
///
/// # Errors
/// What the database reports.
pub fn live_of(conn: &mut Conn<'_>, sales: &[SaleId]) -> DbResult<Vec<CommissionRow>> {
    on_db!(conn, c => commissions::table
        .filter(commissions::sale_id.eq_any(sales))
        .filter(commissions::live)
        .select(CommissionRow::as_select())
        .load(c))
}

/// The refunds of the given sales, in order of arrival.
///
/// # Errors
/// What the database reports.
pub fn refunds_of(conn: &mut Conn<'_>, sales: &[SaleId]) -> DbResult<Vec<RefundRow>> {
    on_db!(conn, c => refunds::table
        .filter(refunds::sale_id.eq_any(sales))
        .order(refunds::id)
        .select(RefundRow::as_select())
        .load(c))
}

/// Refunds by (source, refund_id); unknown ones are absent.
///
/// # Errors
/// What the database reports.
pub fn refunds_by_key(conn: &mut Conn<'_>, keys: &[(String, String)]) -> DbResult<Vec<RefundRow>> {
    let sources: std::collections::BTreeSet<&str> = keys.iter().map(|(source, _)| source.as_str()).collect();
    let ids: Vec<&str> = keys.iter().map(|(_, id)| id.as_str()).collect();
    on_db!(conn, c => refunds::table
        .filter(refunds::source.eq_any(sources.iter().copied()))
        .filter(refunds::refund_id.eq_any(ids.iter().copied()))
        .select(RefundRow::as_select())
        .load(c))
}

/// The live referrals of the given customers (read under the customers' locks).
///
/// # Errors
/// What the database reports.
pub fn referrals_of(conn: &mut Conn<'_>, customers: &[CustomerId]) -> DbResult<Vec<ReferralRow>> {
    on_db!(conn, c => referrals::table
        .filter(referrals::customer_id.eq_any(customers))
        .filter(referrals::ended_at.is_null())
        .select(ReferralRow::as_select())
        .load(c))
}

/// Ends referrals.
///
/// # Errors
/// What the database reports.
pub fn end_referrals(tx: &mut Tx<'_>, ended: &[ReferralId], now: Instant) -> DbResult<()> {
    if ended.is_empty() {
        return Ok(());
    }
    on_db!(tx, c => diesel::update(referrals::table.filter(referrals::id.eq_any(ended)))
        .set(referrals::ended_at.eq(now))
        .execute(c)
        .map(drop))
}

/// Which commissions a list shows.
#[derive(Debug, Clone)]
pub struct CommissionFilter {
    /// Whose commissions the caller may see.
    pub scope: Scope,
    /// Of one referrer.
    pub referrer_id: Option<ReferrerId>,
    /// For one sale.
    pub sale_id: Option<SaleId>,
    /// In one status.
    pub status: Option<CommissionStatus>,
    /// After this one.
    pub after: Option<CommissionId>,
    /// At most so many.
    pub limit: i64,
}

/// A page of commissions, oldest first.
///
/// # Errors
/// What the database reports.
pub fn list(conn: &mut Conn<'_>, filter: &CommissionFilter) -> DbResult<Vec<CommissionRow>> {
    on_db!(conn, c => {
        let mut query = commissions::table.order(commissions::id).limit(filter.limit).select(CommissionRow::as_select()).into_boxed();
        match &filter.scope {
            Scope::All => {}
            Scope::Nothing => return Ok(Vec::new()),
            Scope::Referrer(own) => query = query.filter(commissions::referrer_id.eq(*own)),
            Scope::Source(source) => {
                let own = sales::table.filter(sales::source.eq(source)).select(sales::id);
                query = query.filter(commissions::sale_id.eq_any(own));
            }
        }
        if let Some(referrer) = filter.referrer_id {
            query = query.filter(commissions::referrer_id.eq(referrer));
        }
        if let Some(sale) = filter.sale_id {
            query = query.filter(commissions::sale_id.eq(sale));
        }
        if let Some(status) = filter.status {
            query = query.filter(commissions::status.eq(status));
        }
        if let Some(after) = filter.after {
            query = query.filter(commissions::id.gt(after));
        }
        query.load(c)
    })
}
