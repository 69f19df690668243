//! Payout batches, what they come to, and whom they leave out.

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::schema::{balances, commissions, not_paid, payout_batches, payouts, referrers};
use super::{Conn, DbResult, Tx};
use crate::domain::id::{BatchId, CommissionId, ProgramId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payout::{BatchStatus, NotPaid, NotPaidReason, PayoutStatus, Rail};
use crate::domain::program::Terms;
use crate::domain::referrer::ReferrerStatus;

/// Payouts prepared and approved together.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = payout_batches, treat_none_as_default_value = false)]
pub struct Batch {
    /// The batch.
    pub id: BatchId,
    /// The one program.
    pub program_id: ProgramId,
    /// Where it stands.
    pub status: BatchStatus,
    /// What was approved before this was taken.
    pub cutoff: Instant,
    /// Whether somebody asked for that cutoff; else it only says when the batch was begun.
    pub bounded: bool,
    /// Whether small rests are paid too.
    pub sweep: bool,
    /// For which period the schedule made it, or after which commission.
    pub scheduled_for: Option<String>,
    /// Which terms it goes by.
    pub terms_version: i64,
    /// The last referrer that was looked at, while it is being prepared.
    pub prepared_to: Option<ReferrerId>,
    /// When it last got on with that.
    pub touched_at: Instant,
    /// What was approved, as a hash.
    pub hash: Option<String>,
    /// By whom.
    pub prepared_by: String,
    /// By whom.
    pub approved_by: Option<String>,
    /// When it was begun.
    pub created_at: Instant,
    /// When it was approved.
    pub approved_at: Option<Instant>,
}

/// Somebody left out of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = not_paid, treat_none_as_default_value = false)]
struct LeftOut {
    batch_id: BatchId,
    referrer_id: ReferrerId,
    currency: Currency,
    amount: i64,
    reason: NotPaidReason,
    since: Instant,
}

columns!(LeftOut, not_paid(batch_id, referrer_id, currency, amount, reason, since));

/// Adds a batch; returns whether it was added: the one that a schedule makes for a period is one.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, row: &Batch) -> DbResult<bool> {
    let added = on_db!(tx, c => diesel::insert_into(payout_batches::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(added > 0)
}

/// One batch.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: BatchId) -> DbResult<Option<Batch>> {
    on_db!(conn, c => payout_batches::table.find(id).select(Batch::as_select()).first(c).optional())
}

/// Up to `most` batches after `after`, ascending by id.
///
/// # Errors
/// What the database reports.
pub fn list(conn: &mut Conn<'_>, after: Option<BatchId>, most: i64) -> DbResult<Vec<Batch>> {
    on_db!(conn, c => {
        let mut query = payout_batches::table.into_boxed();
        if let Some(after) = after {
            query = query.filter(payout_batches::id.gt(after));
        }
        query.order(payout_batches::id).limit(most).select(Batch::as_select()).load(c)
    })
}

/// The oldest batch whose preparation nobody has got on with since `before`.
///
/// # Errors
/// What the database reports.
pub fn left_alone(conn: &mut Conn<'_>, before: Instant) -> DbResult<Option<BatchId>> {
    // Spelled as the partial index is, so that both engines take it.
    on_db!(conn, c => payout_batches::table
        .filter(sql::<Bool>("status = 'preparing'"))
        .filter(payout_batches::touched_at.lt(before))
        .order(payout_batches::id)
        .select(payout_batches::id)
        .first(c)
        .optional())
}

/// Whether the schedule's batch of this name exists.
///
/// # Errors
/// What the database reports.
pub fn is_made_for(conn: &mut Conn<'_>, name: &str) -> DbResult<bool> {
    let found: Option<BatchId> = on_db!(conn, c => payout_batches::table
        .filter(payout_batches::scheduled_for.eq(name))
        .select(payout_batches::id)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// Whether a batch since `since` paid small rests too.
///
/// # Errors
/// What the database reports.
pub fn swept_since(conn: &mut Conn<'_>, since: Instant) -> DbResult<bool> {
    let found: Option<BatchId> = on_db!(conn, c => payout_batches::table
        .filter(payout_batches::sweep.eq(true))
        .filter(payout_batches::created_at.ge(since))
        .filter(payout_batches::status.ne(BatchStatus::Cancelled))
        .select(payout_batches::id)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// The newest approved commission of somebody whose ready money reaches the minimum, and that no batch has
/// looked at yet: none was begun after it was approved.
///
/// # Errors
/// What the database reports.
pub fn newest_payable(conn: &mut Conn<'_>, rules: &Terms) -> DbResult<Option<CommissionId>> {
    let last: Option<Instant> = on_db!(conn, c => payout_batches::table
        .filter(payout_batches::status.ne(BatchStatus::Cancelled))
        .order(payout_batches::created_at.desc())
        .select(payout_batches::created_at)
        .first(c)
        .optional())?;
    let since = last.unwrap_or_else(|| Instant::from_micros(0));
    let rows: Vec<(CommissionId, Currency, i64)> = on_db!(conn, c => commissions::table
        .inner_join(balances::table.on(balances::referrer_id.eq(commissions::referrer_id)
            .and(balances::currency.eq(commissions::currency))))
        .inner_join(referrers::table.on(referrers::id.eq(commissions::referrer_id)))
        .filter(sql::<Bool>("commissions.status IN ('approved', 'cancelled')"))
        .filter(commissions::approved_at.gt(since))
        .filter(referrers::status.ne(ReferrerStatus::Paused))
        .filter(balances::ready.gt(0))
        .select((commissions::id, balances::currency, balances::ready))
        .load(c))?;
    let payable = rows.into_iter().filter(|(_, currency, ready)| *ready >= rules.payout_minimum(*currency));
    Ok(payable.map(|(id, ..)| id).max())
}

/// The newest batch before `id` that was not dropped.
///
/// # Errors
/// What the database reports.
pub fn before(conn: &mut Conn<'_>, id: BatchId) -> DbResult<Option<BatchId>> {
    on_db!(conn, c => payout_batches::table
        .filter(payout_batches::id.lt(id))
        .filter(payout_batches::status.ne_all([BatchStatus::Preparing, BatchStatus::Cancelled]))
        .order(payout_batches::id.desc())
        .select(payout_batches::id)
        .first(c)
        .optional())
}

/// Locks a batch and reads it after the lock.
///
/// # Errors
/// What the database reports.
pub fn lock(tx: &mut Tx<'_>, id: BatchId) -> DbResult<Option<Batch>> {
    let rows: Vec<Batch> = load_locked!(tx, payout_batches::table.filter(payout_batches::id.eq(id)).select(Batch::as_select()))?;
    Ok(rows.into_iter().next())
}

/// Writes back a batch read under lock.
///
/// # Errors
/// What the database reports.
pub fn update(tx: &mut Tx<'_>, row: &Batch) -> DbResult<()> {
    on_db!(tx, c => diesel::update(payout_batches::table.find(row.id))
        .set((
            payout_batches::status.eq(row.status),
            payout_batches::prepared_to.eq(row.prepared_to),
            payout_batches::touched_at.eq(row.touched_at),
            payout_batches::hash.eq(&row.hash),
            payout_batches::approved_by.eq(&row.approved_by),
            payout_batches::approved_at.eq(row.approved_at),
        ))
        .execute(c)
        .map(drop))
}

/// Adds people whom a batch leaves out.
///
/// # Errors
/// What the database reports.
pub fn leave_out(tx: &mut Tx<'_>, batch_id: BatchId, people: &[NotPaid]) -> DbResult<()> {
    let row = |one: &NotPaid| {
        let NotPaid { referrer_id, currency, amount, reason, since } = *one;
        LeftOut { batch_id, referrer_id, currency, amount, reason, since }
    };
    let rows: Vec<LeftOut> = people.iter().map(row).collect();
    super::columns::insert(tx, &rows)
}

/// Up to `most` of the people whom a batch leaves out, by referrer, after `after`.
///
/// # Errors
/// What the database reports.
pub fn left_out(conn: &mut Conn<'_>, batch: BatchId, after: Option<ReferrerId>, most: i64) -> DbResult<Vec<NotPaid>> {
    type Row = (ReferrerId, Currency, i64, NotPaidReason, Instant);
    let rows: Vec<Row> = on_db!(conn, c => {
        let mut query = not_paid::table.filter(not_paid::batch_id.eq(batch)).into_boxed();
        if let Some(after) = after {
            query = query.filter(not_paid::referrer_id.gt(after));
        }
        query
            .order((not_paid::referrer_id, not_paid::currency))
            .limit(most)
            .select((not_paid::referrer_id, not_paid::currency, not_paid::amount, not_paid::reason, not_paid::since))
            .load(c)
    })?;
    let one = |(referrer_id, currency, amount, reason, since): Row| NotPaid { referrer_id, currency, amount, reason, since };
    Ok(rows.into_iter().map(one).collect())
}

/// How many people a batch leaves out, one per currency.
///
/// # Errors
/// What the database reports.
pub fn count_left_out(conn: &mut Conn<'_>, batch: BatchId) -> DbResult<i64> {
    on_db!(conn, c => not_paid::table.filter(not_paid::batch_id.eq(batch)).select(count_star()).first(c))
}

/// Of one batch, currency, rail and status: how many payouts, and their sum in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Total {
    /// The batch.
    pub batch_id: BatchId,
    /// ISO 4217.
    pub currency: Currency,
    /// How they leave.
    pub rail: Rail,
    /// Where they stand.
    pub status: PayoutStatus,
    /// How many.
    pub payouts: i64,
    /// Their sum, in minor units.
    pub amount: i64,
}

/// The [`Total`]s of the given batches.
///
/// # Errors
/// What the database reports.
pub fn totals(conn: &mut Conn<'_>, batches: &[BatchId]) -> DbResult<Vec<Total>> {
    on_db!(conn, c => payouts::table
        .filter(payouts::batch_id.eq_any(batches))
        .group_by((payouts::batch_id, payouts::currency, payouts::rail, payouts::status))
        .select((
            payouts::batch_id,
            payouts::currency,
            payouts::rail,
            payouts::status,
            sql::<BigInt>("CAST(COUNT(*) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(amount) AS BIGINT)"),
        ))
        .order((payouts::batch_id, payouts::currency, payouts::rail, payouts::status))
        .load(c))
}
