//! Takes payouts back that did not happen: the money returns to ready, their items are open again,
//! and the commissions among them wait for the next batch.

use crate::db::ledger::{self, Transfer};
use crate::db::payouts::{self, Ending, Payout};
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx};
use crate::domain::commission::{Account, CommissionStatus, TransferKind};
use crate::domain::id::{CommissionId, PayoutId};
use crate::domain::instant::Instant;
use crate::domain::payout::{ItemKind, PayoutStatus};

/// The commissions whose own item is in one of these payouts, locked ascending.
pub(super) fn lock_commissions(tx: &mut Tx<'_>, ids: &[PayoutId]) -> DbResult<Vec<CommissionId>> {
    let lines = payouts::lines_of(tx, ids)?;
    let own = lines.iter().filter(|line| line.item_kind == ItemKind::Commission && line.released_at.is_none());
    let commissions: Vec<CommissionId> = own.map(|line| CommissionId::from_uuid(line.item_id.uuid())).collect();
    Ok(payouts::lock_commissions(tx, commissions)?.into_iter().map(|(id, _)| id).collect())
}

/// Ends `rows`, read under lock, as failed, returned or cancelled. Their money is in `from_account`.
pub(super) fn release(
    tx: &mut Tx<'_>,
    now: Instant,
    rows: &[&Payout],
    from_account: Account,
    ending: Ending<'_>,
) -> DbResult<()> {
    let ids: Vec<PayoutId> = rows.iter().map(|row| row.id).collect();
    let commissions = lock_commissions(tx, &ids)?;
    payouts::end(tx, &ids, ending, now)?;
    payouts::release_lines(tx, &ids, now)?;
    let held = [CommissionStatus::InPayout, CommissionStatus::Paid];
    payouts::move_commissions(tx, &commissions, &held, CommissionStatus::Approved)?;
    let kind = if ending.status == PayoutStatus::Returned { TransferKind::Return } else { TransferKind::Fail };
    ledger::post(tx, rows.iter().map(|row| transfer(row, kind, from_account, Account::Ready, now)).collect())
}

/// A posting of a payout's whole amount.
pub(super) fn transfer(row: &Payout, kind: TransferKind, from: Account, to: Account, now: Instant) -> Transfer {
    Transfer {
        cause_id: AnyId::from_uuid(row.id.uuid()),
        kind,
        referrer_id: row.referrer_id,
        currency: row.currency,
        from_account: from,
        to_account: to,
        amount: row.amount,
        posted_at: now,
    }
}
