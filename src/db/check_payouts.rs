//! What `check` reads of payouts, their batches and the items they hold.

use diesel::prelude::*;

use super::check::Span;
use super::payouts::{Line, Payout};
use super::schema::{adjustments, commission_changes, commissions, payout_lines, payouts};
use super::types::AnyId;
use super::{Conn, DbResult};
use crate::domain::id::{AdjustmentId, ChangeId, CommissionId, PayoutId, ReferrerId};
use crate::domain::money::Currency;
use crate::domain::payout::{ItemKind, PayoutStatus};

/// The payouts that hold the given items now, and where they stand.
///
/// # Errors
/// What the database reports.
pub fn holders_of(conn: &mut Conn<'_>, kind: ItemKind, items: &[AnyId]) -> DbResult<Vec<(AnyId, PayoutStatus)>> {
    among!(
        conn,
        payout_lines::table
            .inner_join(payouts::table.on(payouts::id.eq(payout_lines::payout_id)))
            .filter(payout_lines::item_kind.eq(kind))
            .filter(payout_lines::released_at.is_null())
            .select((payout_lines::item_id, payouts::status)),
        payout_lines::item_id,
        items
    )
}

/// A page of payouts, ascending.
///
/// # Errors
/// What the database reports.
pub fn payouts_page(conn: &mut Conn<'_>, after: Option<PayoutId>, most: i64) -> DbResult<Vec<Payout>> {
    let span = Span { above: after, upto: None };
    on_db!(conn, c => spanned!(payouts::table.select(Payout::as_select()), payouts::id, span)
        .order(payouts::id)
        .limit(most)
        .load(c))
}

/// Lines of the payouts of a span.
///
/// # Errors
/// What the database reports.
pub fn payout_lines_in(conn: &mut Conn<'_>, span: Span<PayoutId>) -> DbResult<Vec<Line>> {
    on_db!(conn, c => spanned!(payout_lines::table.select(Line::as_select()), payout_lines::payout_id, span).load(c))
}

/// An item as its own table has it: whose, in which currency, how much.
pub type Item = (AnyId, ReferrerId, Currency, i64);

/// The given items of one kind.
///
/// # Errors
/// What the database reports.
pub fn items_of(conn: &mut Conn<'_>, kind: ItemKind, items: &[AnyId]) -> DbResult<Vec<Item>> {
    match kind {
        ItemKind::Commission => commission_items(conn, items),
        ItemKind::Change => change_items(conn, items),
        ItemKind::Adjustment => adjustment_items(conn, items),
    }
}

fn commission_items(conn: &mut Conn<'_>, items: &[AnyId]) -> DbResult<Vec<Item>> {
    let ids: Vec<CommissionId> = items.iter().map(|id| CommissionId::from_uuid(id.uuid())).collect();
    let columns = (commissions::id, commissions::referrer_id, commissions::currency, commissions::amount);
    let rows: DbResult<Vec<(CommissionId, ReferrerId, Currency, i64)>> =
        among!(conn, commissions::table.select(columns), commissions::id, ids);
    Ok(rows?.into_iter().map(|(id, who, currency, amount)| (AnyId::from_uuid(id.uuid()), who, currency, amount)).collect())
}

fn change_items(conn: &mut Conn<'_>, items: &[AnyId]) -> DbResult<Vec<Item>> {
    let ids: Vec<ChangeId> = items.iter().map(|id| ChangeId::from_uuid(id.uuid())).collect();
    let columns = (commission_changes::id, commissions::referrer_id, commissions::currency, commission_changes::amount);
    let rows: DbResult<Vec<(ChangeId, ReferrerId, Currency, i64)>> = among!(
        conn,
        commission_changes::table
            .inner_join(commissions::table.on(commissions::id.eq(commission_changes::commission_id)))
            .select(columns),
        commission_changes::id,
        ids
    );
    Ok(rows?.into_iter().map(|(id, who, currency, amount)| (AnyId::from_uuid(id.uuid()), who, currency, amount)).collect())
}

fn adjustment_items(conn: &mut Conn<'_>, items: &[AnyId]) -> DbResult<Vec<Item>> {
    let ids: Vec<AdjustmentId> = items.iter().map(|id| AdjustmentId::from_uuid(id.uuid())).collect();
    let columns = (adjustments::id, adjustments::referrer_id, adjustments::currency, adjustments::amount);
    let rows: DbResult<Vec<(AdjustmentId, ReferrerId, Currency, i64)>> =
        among!(conn, adjustments::table.select(columns), adjustments::id, ids);
    Ok(rows?.into_iter().map(|(id, who, currency, amount)| (AnyId::from_uuid(id.uuid()), who, currency, amount)).collect())
}
