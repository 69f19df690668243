//! Open items: what `ready` is made of. Every commission that was approved, each of its changes and
//! every adjustment is one item until a payout line takes it.

use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::schema::{adjustments, balances, commission_changes, commissions, payout_lines};
use super::types::AnyId;
use super::{Conn, DbResult};
use crate::domain::id::{AdjustmentId, ChangeId, CommissionId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payout::ItemKind;

/// Something a payout can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenItem {
    /// What it is.
    pub kind: ItemKind,
    /// Its id.
    pub id: AnyId,
    /// The commission it is or belongs to.
    pub commission_id: Option<CommissionId>,
    /// Whose.
    pub referrer_id: ReferrerId,
    /// ISO 4217.
    pub currency: Currency,
    /// Minor units; negative when money was taken back.
    pub amount: i64,
    /// Since when it counts: a commission's approval, else when it was booked.
    pub since: Instant,
}

/// Whose items.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// These referrers'.
    Of(&'a [ReferrerId]),
    /// Those of referrers above the first id, up to the second.
    Between(Option<ReferrerId>, Option<ReferrerId>),
}

/// Spelled as the partial indexes are, so that both engines take them: nothing that was paid and left
/// alone is looked at.
const OPEN: &str = "commissions.status IN ('approved', 'cancelled')";
const CHANGED: &str = "commissions.changes > 0";

/// Narrows a boxed query to `$whose` by its referrer column.
macro_rules! narrowed {
    ($query:expr, $column:expr, $whose:expr) => {{
        let mut query = $query.into_boxed();
        match $whose {
            Whose::Of(ids) => query = query.filter($column.eq_any(ids)),
            Whose::Between(above, upto) => {
                if let Some(above) = above {
                    query = query.filter($column.gt(above));
                }
                if let Some(upto) = upto {
                    query = query.filter($column.le(upto));
                }
            }
        }
        query
    }};
}

/// The next `most` referrers after `after` who may have open items, ascending: those who ever had money,
/// and those whose commissions came to nothing.
///
/// # Errors
/// What the database reports.
pub fn next_with_money(conn: &mut Conn<'_>, after: Option<ReferrerId>, most: i64) -> DbResult<Vec<ReferrerId>> {
    let after = after.unwrap_or_else(|| ReferrerId::from_uuid(uuid::Uuid::nil()));
    let mut ids: Vec<ReferrerId> = on_db!(conn, c => balances::table
        .filter(balances::referrer_id.gt(after))
        .select(balances::referrer_id)
        .distinct()
        .order(balances::referrer_id)
        .limit(most)
        .load(c))?;
    let others: Vec<ReferrerId> = on_db!(conn, c => commissions::table
        .filter(sql::<Bool>(OPEN))
        .filter(commissions::referrer_id.gt(after))
        .select(commissions::referrer_id)
        .distinct()
        .order(commissions::referrer_id)
        .limit(most)
        .load(c))?;
    ids.extend(others);
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(ids)
}

/// The commissions of the given referrers whose own item may be open.
///
/// # Errors
/// What the database reports.
pub fn open_commissions_of(conn: &mut Conn<'_>, referrers: &[ReferrerId]) -> DbResult<Vec<CommissionId>> {
    among!(conn, commissions::table.filter(sql::<Bool>(OPEN)).select(commissions::id), commissions::referrer_id, referrers)
}

/// The open items of `whose`, in no particular order.
///
/// # Errors
/// What the database reports.
pub fn open_items(conn: &mut Conn<'_>, whose: Whose<'_>) -> DbResult<Vec<OpenItem>> {
    let Whose::Of(ids) = whose else { return load(conn, whose) };
    let mut items = Vec::new();
    for slice in ids.chunks(super::IDS_PER_QUERY) {
        items.extend(load(conn, Whose::Of(slice))?);
    }
    Ok(items)
}

fn load(conn: &mut Conn<'_>, whose: Whose<'_>) -> DbResult<Vec<OpenItem>> {
    let mut items = open_commissions(conn, whose)?;
    items.extend(open_changes(conn, whose)?);
    items.extend(open_adjustments(conn, whose)?);
    Ok(items)
}

/// A commission whose own item is open is approved, or was cancelled after it had been approved:
/// one in a payout or paid has its line. `check` proves it.
fn open_commissions(conn: &mut Conn<'_>, whose: Whose<'_>) -> DbResult<Vec<OpenItem>> {
    type Row = (CommissionId, ReferrerId, Currency, i64, Instant);
    let rows: Vec<Row> = on_db!(conn, c => narrowed!(commissions::table
            .filter(sql::<Bool>(OPEN))
            .filter(commissions::approved_at.is_not_null())
            .filter(not(exists(payout_lines::table
                .filter(payout_lines::item_id.eq(commissions::id))
                .filter(payout_lines::item_kind.eq(ItemKind::Commission))
                .filter(payout_lines::released_at.is_null()))))
            .select((
                commissions::id,
                commissions::referrer_id,
                commissions::currency,
                commissions::amount,
                commissions::approved_at.assume_not_null(),
            )), commissions::referrer_id, whose)
        .load(c))?;
    let item = |(id, referrer_id, currency, amount, since): Row| OpenItem {
        kind: ItemKind::Commission,
        id: AnyId::from_uuid(id.uuid()),
        commission_id: Some(id),
        referrer_id,
        currency,
        amount,
        since,
    };
    Ok(rows.into_iter().map(item).collect())
}

fn open_changes(conn: &mut Conn<'_>, whose: Whose<'_>) -> DbResult<Vec<OpenItem>> {
    type Row = (ChangeId, CommissionId, ReferrerId, Currency, i64, Instant);
    let rows: Vec<Row> = on_db!(conn, c => narrowed!(commission_changes::table
            .inner_join(commissions::table.on(commissions::id.eq(commission_changes::commission_id)))
            .filter(sql::<Bool>(CHANGED))
            .filter(commissions::approved_at.is_not_null())
            .filter(commission_changes::amount.ne(0))
            .filter(not(exists(payout_lines::table
                .filter(payout_lines::item_id.eq(commission_changes::id))
                .filter(payout_lines::item_kind.eq(ItemKind::Change))
                .filter(payout_lines::released_at.is_null()))))
            .select((
                commission_changes::id,
                commission_changes::commission_id,
                commissions::referrer_id,
                commissions::currency,
                commission_changes::amount,
                commission_changes::created_at,
            )), commissions::referrer_id, whose)
        .load(c))?;
    let item = |(id, commission, referrer_id, currency, amount, since): Row| OpenItem {
        kind: ItemKind::Change,
        id: AnyId::from_uuid(id.uuid()),
        commission_id: Some(commission),
        referrer_id,
        currency,
        amount,
        since,
    };
    Ok(rows.into_iter().map(item).collect())
}

fn open_adjustments(conn: &mut Conn<'_>, whose: Whose<'_>) -> DbResult<Vec<OpenItem>> {
    type Row = (AdjustmentId, ReferrerId, Currency, i64, Instant);
    let rows: Vec<Row> = on_db!(conn, c => narrowed!(adjustments::table
            .filter(not(exists(payout_lines::table
                .filter(payout_lines::item_id.eq(adjustments::id))
                .filter(payout_lines::item_kind.eq(ItemKind::Adjustment))
                .filter(payout_lines::released_at.is_null()))))
            .select((
                adjustments::id,
                adjustments::referrer_id,
                adjustments::currency,
                adjustments::amount,
                adjustments::created_at,
            )), adjustments::referrer_id, whose)
        .load(c))?;
    let item = |(id, referrer_id, currency, amount, since): Row| OpenItem {
        kind: ItemKind::Adjustment,
        id: AnyId::from_uuid(id.uuid()),
        commission_id: None,
        referrer_id,
        currency,
        amount,
        since,
    };
    Ok(rows.into_iter().map(item).collect())
}
