//! Payouts and their lines.

use diesel::prelude::*;

use super::columns::Together;
use super::schema::{commissions, payout_lines, payout_methods, payouts};
use super::types::AnyId;
use super::{Conn, DbResult, IDS_PER_QUERY, Tx};
use crate::domain::commission::CommissionStatus;
use crate::domain::id::{BatchId, CommissionId, PayoutId, ProgramId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payout::{ItemKind, PayoutStatus, Rail};

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
    /// Which version of the referrer's details it goes by; none where the owner knows how to pay.
    pub method_version: Option<i64>,
    /// What may be shown of them.
    pub account: Option<String>,
    /// When it was prepared.
    pub created_at: Instant,
    /// When it was approved.
    pub approved_at: Option<Instant>,
    /// When it last moved after approval.
    pub settled_at: Option<Instant>,
}

columns!(
    Payout,
    payouts(
        id,
        program_id,
        batch_id,
        referrer_id,
        currency,
        amount,
        rail,
        status,
        idempotency_key,
        reference,
        reason,
        method_version,
        account,
        created_at,
        approved_at,
        settled_at
    )
);

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

columns!(Line, payout_lines(payout_id, item_kind, item_id, amount, released_at));

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

/// Adds payouts with their lines.
///
/// # Errors
/// What the database reports; an item that another payout holds is an error.
pub fn insert(tx: &mut Tx<'_>, rows: &[Payout], lines: &[Line]) -> DbResult<()> {
    let mut together = Together::default();
    together.add(rows).add(lines);
    together.write(tx).map(drop)
}

/// Where payouts stand that have not ended.
const OPEN: [PayoutStatus; 5] =
    [PayoutStatus::Pending, PayoutStatus::Approved, PayoutStatus::Submitting, PayoutStatus::Sent, PayoutStatus::Unknown];

/// How many payouts of a batch have not ended.
///
/// # Errors
/// What the database reports.
pub fn unended(conn: &mut Conn<'_>, batch: BatchId) -> DbResult<i64> {
    on_db!(conn, c => payouts::table
        .filter(payouts::batch_id.eq(batch))
        .filter(payouts::status.eq_any(OPEN))
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

/// These payouts.
///
/// # Errors
/// What the database reports.
pub fn find_all(conn: &mut Conn<'_>, ids: &[PayoutId]) -> DbResult<Vec<Payout>> {
    among!(conn, payouts::table.select(Payout::as_select()), payouts::id, ids)
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

/// Marks payouts read under lock as approved, and keeps the details they go by beside them, sealed as they
/// are: what is changed later redirects nothing.
///
/// # Errors
/// What the database reports.
pub fn approve(tx: &mut Tx<'_>, ids: &[PayoutId], now: Instant) -> DbResult<()> {
    for slice in ids.chunks(IDS_PER_QUERY) {
        on_db!(tx, c => diesel::update(payouts::table.filter(payouts::id.eq_any(slice)))
            .set((payouts::status.eq(PayoutStatus::Approved), payouts::approved_at.eq(now)))
            .execute(c))?;
        on_db!(tx, c => diesel::update(payouts::table
                .filter(payouts::id.eq_any(slice))
                .filter(payouts::method_version.is_not_null()))
            .set(payouts::details.eq(payout_methods::table
                .filter(payout_methods::referrer_id.eq(payouts::referrer_id))
                .select(payout_methods::details)
                .single_value()))
            .execute(c))?;
    }
    Ok(())
}

/// The details that a batch's payouts still to be made go by, sealed for their referrers' places.
///
/// # Errors
/// What the database reports.
pub fn details_of_batch(conn: &mut Conn<'_>, batch: BatchId) -> DbResult<Vec<(PayoutId, Option<String>)>> {
    on_db!(conn, c => payouts::table
        .filter(payouts::batch_id.eq(batch))
        .filter(payouts::status.eq(PayoutStatus::Approved))
        .select((payouts::id, payouts::details))
        .load(c))
}

/// Notes that payouts left the house in a file of this format.
///
/// # Errors
/// What the database reports.
pub fn mark_exported(tx: &mut Tx<'_>, ids: &[PayoutId], format: &str) -> DbResult<()> {
    for slice in ids.chunks(IDS_PER_QUERY) {
        on_db!(tx, c => diesel::update(payouts::table.filter(payouts::id.eq_any(slice)))
            .set(payouts::exported_as.eq(format))
            .execute(c))?;
    }
    Ok(())
}

/// The payouts of a batch that left in a file, still to be settled or not, with its format.
///
/// # Errors
/// What the database reports.
pub fn exported(conn: &mut Conn<'_>, batch: BatchId) -> DbResult<Vec<(PayoutId, String)>> {
    on_db!(conn, c => payouts::table
        .filter(payouts::batch_id.eq(batch))
        .filter(payouts::exported_as.is_not_null())
        .select((payouts::id, payouts::exported_as.assume_not_null()))
        .load(c))
}

/// Whom the payouts of a batch go to, ascending.
///
/// # Errors
/// What the database reports.
pub fn referrers_of(conn: &mut Conn<'_>, batch: BatchId) -> DbResult<Vec<ReferrerId>> {
    on_db!(conn, c => payouts::table
        .filter(payouts::batch_id.eq(batch))
        .select(payouts::referrer_id)
        .distinct()
        .order(payouts::referrer_id)
        .load(c))
}

/// Up to `most` payouts of a batch that were approved, ascending by id, after `after`.
///
/// # Errors
/// What the database reports.
pub fn approved_page(conn: &mut Conn<'_>, batch: BatchId, after: Option<PayoutId>, most: i64) -> DbResult<Vec<Payout>> {
    let after = after.unwrap_or_else(|| PayoutId::from_uuid(uuid::Uuid::nil()));
    on_db!(conn, c => payouts::table
        .filter(payouts::batch_id.eq(batch))
        .filter(payouts::approved_at.is_not_null())
        .filter(payouts::id.gt(after))
        .order(payouts::id)
        .limit(most)
        .select(Payout::as_select())
        .load(c))
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
