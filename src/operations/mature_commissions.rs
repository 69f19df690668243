//! Approves commissions whose hold is over. A chore: takes no input, is safe to repeat and safe if
//! two run, and works in slices so that a sale never waits behind it.

use crate::db::ledger::{self, Transfer};
use crate::db::outbox::{self, Mail, NewEvent};
use crate::db::types::{AnyId, Json};
use crate::db::{DbResult, Tx, commissions};
use crate::domain::commission::{Account, TransferKind};
use crate::domain::id::{CommissionId, EventId};
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;

/// Commissions per slice: about 50 ms of work.
pub const SLICE: i64 = 500;

/// Approves up to [`SLICE`] due commissions; returns how many it found, so that a full slice asks for another.
///
/// # Errors
/// What the database reports.
pub fn mature_commissions(tx: &mut Tx<'_>, now: Instant) -> DbResult<usize> {
    let due = commissions::lock_due(tx, now, SLICE)?;
    if due.is_empty() {
        return Ok(0);
    }
    let ids: Vec<CommissionId> = due.iter().map(|row| row.id).collect();
    let now = commissions::not_before_changes(tx, &ids, now)?;
    let mut transfers = Vec::with_capacity(due.len());
    let mut mails = Vec::with_capacity(due.len());
    let mut events = Vec::with_capacity(due.len());
    for row in &due {
        let cause_id = AnyId::from_uuid(row.id.uuid());
        let data = serde_json::json!({ "referrer_id": row.referrer_id, "amount": row.net, "currency": row.currency });
        events.push(NewEvent {
            id: EventId::new(now),
            kind: "commission.approved",
            subject_id: cause_id,
            data: Json(data),
            created_at: now,
        });
        // One refunded to nothing goes on without a posting and closes in an offset payout.
        if row.net > 0 {
            mails.push(Mail::new(Notice::CommissionApproved, cause_id, row.referrer_id, now));
            transfers.push(Transfer {
                cause_id,
                kind: TransferKind::Approve,
                referrer_id: row.referrer_id,
                currency: row.currency,
                from_account: Account::OnHold,
                to_account: Account::Ready,
                amount: row.net,
                posted_at: now,
            });
        }
    }
    commissions::approve(tx, &ids, now)?;
    ledger::post(tx, transfers)?;
    outbox::queue_mails(tx, mails, now)?;
    outbox::note_events(tx, &events)?;
    Ok(due.len())
}
