//! Payout batches, payouts and their lines.

use diesel::prelude::*;

use super::schema::{commissions, payout_batches, payout_lines, payouts};
use super::types::{AnyId, Json};
use super::{Conn, DbResult, IDS_PER_QUERY, Tx};
use crate::domain::commission::CommissionStatus;
use crate::domain::id::{BatchId, CommissionId, PayoutId, ProgramId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payout::{BatchStatus, ItemKind, NotPaid, PayoutStatus, Rail};

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
    /// Who was left out, and why.
    pub not_paid: Json<Vec<NotPaid>>,
    /// By whom.
    pub prepared_by: String,
    /// By whom.
    pub approved_by: Option<String>,
    /// When it was prepared.
    pub created_at: Instant,
    /// When it was approved.
    pub approved_at: Option<Instant>,
}

/// One transfer to one referrer. Its amount never changes.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = payouts, treat_none_as_default_value = false)]
pub struct Payout {
    /// The payout.
    pub id: PayoutId,
    /// The one program.
    pub program_id: ProgramId,
    /// Its batch.
    pub batch_id: BatchId,
    /// To whom.
    pub referrer_id: ReferrerId,
    /// ISO 4217.
    pub currency: Currency,
    /// Minor units; 0 when its items close against each other.
    pub amount: i64,
    /// How it leaves.
    pub rail: Rail,
    /// Where it stands.
    pub status: PayoutStatus,
    /// What a rail knows it by; its own id, never reused.
    pub idempotency_key: String,
    /// The cheque's or transfer's reference.
    pub reference: Option<String>,
    /// Why it failed, came back or was dropped.
    pub reason: Option<String>,
    /// When it was prepared.
    pub created_at: Instant,
    /// When it last moved after approval.
    pub settled_at: Option<Instant>,
}

/// One item that a payout pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = payout_lines, treat_none_as_default_value = false)]
pub struct Line {
    /// By which payout.
    pub payout_id: PayoutId,
    /// What.
    pub item_kind: ItemKind,
    /// Which.
    pub item_id: AnyId,
    /// Minor units.
    pub amount: i64,
    /// When the item became open again, because the payout did not happen.
    pub released_at: Option<Instant>,
}

/// What a result leaves on a payout. Absent texts stay as they were.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// The new status.
    pub status: PayoutStatus,
    /// The cheque's or transfer's reference.
    pub reference: Option<&'a str>,
    /// Why.
    pub reason: Option<&'a str>,
}

/// Adds a batch with its payouts and their lines.
///
/// # Errors
/// What the database reports; an item that another payout holds is an error.
pub fn insert(tx: &mut Tx<'_>, batch: &Batch, rows: &[Payout], lines: &[Line]) -> DbResult<()> {
    insert_all!(tx, payout_batches::table, std::slice::from_ref(batch))?;
    insert_all!(tx, payouts::table, rows)?;
    insert_all!(tx, payout_lines::table, lines)
}

/// One batch.
///
/// # Errors
/// What the database reports.
pub fn batch(conn: &mut Conn<'_>, id: BatchId) -> DbResult<Option<Batch>> {
    on_db!(conn, c => payout_batches::table.find(id).select(Batch::as_select()).first(c).optional())
}

/// A batch without its list of those left out, which may be long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = payout_batches)]
pub struct BatchHead {
    /// The batch.
    pub id: BatchId,
    /// Where it stands.
    pub status: BatchStatus,
    /// What was approved before this was taken.
    pub cutoff: Instant,
    /// When it was prepared.
    pub created_at: Instant,
    /// When it was approved.
    pub approved_at: Option<Instant>,
}

/// Up to `most` batches after `after`, ascending by id.
///
/// # Errors
/// What the database reports.
pub fn heads(conn: &mut Conn<'_>, after: Option<BatchId>, most: i64) -> DbResult<Vec<BatchHead>> {
    on_db!(conn, c => {
        let mut query = payout_batches::table.into_boxed();
        if let Some(after) = after {
            query = query.filter(payout_batches::id.gt(after));
        }
        query.order(payout_batches::id).limit(most).select(BatchHead::as_select()).load(c)
    })
}

/// Locks a batch and reads it after the lock.
///
/// # Errors
/// What the database reports.
pub fn lock_batch(tx: &mut Tx<'_>, id: BatchId) -> DbResult<Option<Batch>> {
    let rows: Vec<Batch> = load_locked!(tx, payout_batches::table.filter(payout_batches::id.eq(id)).select(Batch::as_select()))?;
    Ok(rows.into_iter().next())
}

/// Writes back a batch read under lock.
///
/// # Errors
/// What the database reports.
pub fn update_batch(tx: &mut Tx<'_>, row: &Batch) -> DbResult<()> {
    on_db!(tx, c => diesel::update(payout_batches::table.find(row.id))
        .set((
            payout_batches::status.eq(row.status),
            payout_batches::not_paid.eq(&row.not_paid),
            payout_batches::approved_by.eq(&row.approved_by),
            payout_batches::approved_at.eq(row.approved_at),
        ))
        .execute(c)
        .map(drop))
}

/// How many payouts of a batch have not ended.
///
/// # Errors
/// What the database reports.
pub fn unended(conn: &mut Conn<'_>, batch: BatchId) -> DbResult<i64> {
    on_db!(conn, c => payouts::table
        .filter(payouts::batch_id.eq(batch))
        .filter(payouts::status.eq_any([PayoutStatus::Pending, PayoutStatus::Approved]))
        .count()
        .get_result(c))
}

/// One payout.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: PayoutId) -> DbResult<Option<Payout>> {
    on_db!(conn, c => payouts::table.find(id).select(Payout::as_select()).first(c).optional())
}

/// All payouts of a batch, ascending by id.
///
/// # Errors
/// What the database reports.
pub fn of_batch(conn: &mut Conn<'_>, batch: BatchId) -> DbResult<Vec<Payout>> {
    on_db!(conn, c => payouts::table
        .filter(payouts::batch_id.eq(batch))
        .order(payouts::id)
        .select(Payout::as_select())
        .load(c))
}

/// Locks all payouts of a batch, ascending by id, and reads them after the lock.
///
/// # Errors
/// What the database reports.
pub fn lock_of_batch(tx: &mut Tx<'_>, batch: BatchId) -> DbResult<Vec<Payout>> {
    load_locked!(tx, payouts::table.filter(payouts::batch_id.eq(batch)).order(payouts::id).select(Payout::as_select()))
}

/// Locks one payout and reads it after the lock.
///
/// # Errors
/// What the database reports.
pub fn lock(tx: &mut Tx<'_>, id: PayoutId) -> DbResult<Option<Payout>> {
    let rows: Vec<Payout> = load_locked!(tx, payouts::table.filter(payouts::id.eq(id)).select(Payout::as_select()))?;
    Ok(rows.into_iter().next())
}

/// Which payouts to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Only of this batch.
    pub batch_id: Option<BatchId>,
    /// Only to this referrer.
    pub referrer_id: Option<ReferrerId>,
    /// Only in this status.
    pub status: Option<PayoutStatus>,
    /// Only after this one.
    pub after: Option<PayoutId>,
}

/// Up to `most` payouts, ascending by id.
///
/// # Errors
/// What the database reports.
pub fn list(conn: &mut Conn<'_>, wanted: Wanted, most: i64) -> DbResult<Vec<Payout>> {
    on_db!(conn, c => {
        let mut query = payouts::table.into_boxed();
        if let Some(batch) = wanted.batch_id {
            query = query.filter(payouts::batch_id.eq(batch));
        }
        if let Some(referrer) = wanted.referrer_id {
            query = query.filter(payouts::referrer_id.eq(referrer));
        }
        if let Some(status) = wanted.status {
            query = query.filter(payouts::status.eq(status));
        }
        if let Some(after) = wanted.after {
            query = query.filter(payouts::id.gt(after));
        }
        query.order(payouts::id).limit(most).select(Payout::as_select()).load(c)
    })
}

/// Writes a new status on payouts read under lock, at `now`.
///
/// # Errors
/// What the database reports.
pub fn end(tx: &mut Tx<'_>, ids: &[PayoutId], ending: Ending<'_>, now: Instant) -> DbResult<()> {
    for slice in ids.chunks(IDS_PER_QUERY) {
        on_db!(tx, c => diesel::update(payouts::table.filter(payouts::id.eq_any(slice)))
            .set((
                payouts::status.eq(ending.status),
                payouts::settled_at.eq(now),
                ending.reference.map(|reference| payouts::reference.eq(reference)),
                ending.reason.map(|reason| payouts::reason.eq(reason)),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// Marks payouts read under lock as approved.
///
/// # Errors
/// What the database reports.
pub fn approve(tx: &mut Tx<'_>, ids: &[PayoutId]) -> DbResult<()> {
    for slice in ids.chunks(IDS_PER_QUERY) {
        on_db!(tx, c => diesel::update(payouts::table.filter(payouts::id.eq_any(slice)))
            .set(payouts::status.eq(PayoutStatus::Approved))
            .execute(c))?;
    }
    Ok(())
}

/// The lines of the given payouts.
///
/// # Errors
/// What the database reports.
pub fn lines_of(conn: &mut Conn<'_>, ids: &[PayoutId]) -> DbResult<Vec<Line>> {
    let mut lines = Vec::new();
    for slice in ids.chunks(IDS_PER_QUERY) {
        let rows: Vec<Line> = on_db!(conn, c => payout_lines::table
            .filter(payout_lines::payout_id.eq_any(slice))
            .order((payout_lines::payout_id, payout_lines::item_kind, payout_lines::item_id))
            .select(Line::as_select())
            .load(c))?;
        lines.extend(rows);
    }
    Ok(lines)
}

/// Opens the items of the given payouts again.
///
/// # Errors
/// What the database reports.
pub fn release_lines(tx: &mut Tx<'_>, ids: &[PayoutId], now: Instant) -> DbResult<()> {
    for slice in ids.chunks(IDS_PER_QUERY) {
        on_db!(tx, c => diesel::update(payout_lines::table.filter(payout_lines::payout_id.eq_any(slice)))
            .set(payout_lines::released_at.eq(now))
            .execute(c))?;
    }
    Ok(())
}

/// Locks the given commissions, ascending by id, and tells where each stands after the lock.
///
/// # Errors
/// What the database reports.
pub fn lock_commissions(tx: &mut Tx<'_>, mut ids: Vec<CommissionId>) -> DbResult<Vec<(CommissionId, CommissionStatus)>> {
    ids.sort_unstable();
    ids.dedup();
    let mut found = Vec::with_capacity(ids.len());
    for slice in ids.chunks(IDS_PER_QUERY) {
        let rows: Vec<(CommissionId, CommissionStatus)> = load_locked!(
            tx,
            commissions::table
                .filter(commissions::id.eq_any(slice))
                .order(commissions::id)
                .select((commissions::id, commissions::status))
        )?;
        found.extend(rows);
    }
    Ok(found)
}

/// Moves those of the given commissions that stand in one of `from`; others, such as cancelled
/// ones, stay. All were locked before.
///
/// # Errors
/// What the database reports.
pub fn move_commissions(tx: &mut Tx<'_>, ids: &[CommissionId], from: &[CommissionStatus], to: CommissionStatus) -> DbResult<()> {
    for slice in ids.chunks(IDS_PER_QUERY) {
        on_db!(tx, c => diesel::update(commissions::table
                .filter(commissions::id.eq_any(slice))
                .filter(commissions::status.eq_any(from)))
            .set(commissions::status.eq(to))
            .execute(c))?;
    }
    Ok(())
}

/// Of one batch, currency and status: how many payouts, and their sum in minor units.
pub type Total = (BatchId, Currency, PayoutStatus, i64, i64);

/// The [`Total`]s of the given batches.
///
/// # Errors
/// What the database reports.
pub fn totals(conn: &mut Conn<'_>, batches: &[BatchId]) -> DbResult<Vec<Total>> {
    use diesel::dsl::sql;
    use diesel::sql_types::BigInt;
    on_db!(conn, c => payouts::table
        .filter(payouts::batch_id.eq_any(batches))
        .group_by((payouts::batch_id, payouts::currency, payouts::status))
        .select((
            payouts::batch_id,
            payouts::currency,
            payouts::status,
            sql::<BigInt>("CAST(COUNT(*) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(amount) AS BIGINT)"),
        ))
        .order((payouts::batch_id, payouts::currency, payouts::status))
        .load(c))
}
