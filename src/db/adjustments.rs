//! An owner's postings without a sale.

use diesel::prelude::*;

use super::schema::adjustments;
use super::{Conn, DbResult, Tx};
use crate::domain::id::{AdjustmentId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payout::AdjustmentKind;

/// A correction, an opening balance, a forfeit or forgiven debt.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = adjustments, treat_none_as_default_value = false)]
pub struct Adjustment {
    /// The adjustment.
    pub id: AdjustmentId,
    /// Whose.
    pub referrer_id: ReferrerId,
    /// Which kind.
    pub kind: AdjustmentKind,
    /// ISO 4217.
    pub currency: Currency,
    /// Minor units; negative when money is taken away.
    pub amount: i64,
    /// The owner's words.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// When.
    pub created_at: Instant,
}

/// Adds an adjustment.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, row: &Adjustment) -> DbResult<()> {
    insert_all!(tx, adjustments::table, std::slice::from_ref(row))
}

/// Up to `most` adjustments after `after`, ascending by id; only one referrer's if named.
///
/// # Errors
/// What the database reports.
pub fn list(
    conn: &mut Conn<'_>,
    referrer: Option<ReferrerId>,
    after: Option<AdjustmentId>,
    most: i64,
) -> DbResult<Vec<Adjustment>> {
    on_db!(conn, c => {
        let mut query = adjustments::table.into_boxed();
        if let Some(referrer) = referrer {
            query = query.filter(adjustments::referrer_id.eq(referrer));
        }
        if let Some(after) = after {
            query = query.filter(adjustments::id.gt(after));
        }
        query.order(adjustments::id).limit(most).select(Adjustment::as_select()).load(c)
    })
}
