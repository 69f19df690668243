//! What a verdict does to the order's commission, and what that posts.

use super::state::OrderState;
use super::{Cause, Fold};
use crate::db::commissions::{ChangeRow, CommissionRow};
use crate::db::ledger::Transfer;
use crate::db::outbox::Mail;
use crate::db::types::{AnyId, ChangeCause};
use crate::domain::attribution::{Verdict, VerdictKind};
use crate::domain::commission::{Account, CommissionStatus, TransferKind};
use crate::domain::id::{ChangeId, CommissionId, ReferrerId};
use crate::domain::notice::Notice;
use crate::domain::referrer::ReferrerStatus;
use crate::domain::sale::SaleStatus;

impl Fold {
    /// Makes the live commission follow a new verdict. The same referrer keeps it and one change
    /// books the difference; otherwise it is taken back whole and another one accrues.
    pub(super) fn follow(&mut self, order: &mut OrderState, verdict: &Verdict, cause: Cause<'_>) {
        let held_by = order.commission.as_ref().map(|commission| commission.referrer_id);
        let earned_by = verdict.referrer_id.filter(|_| verdict.kind != VerdictKind::Unattributed);
        if held_by.is_some() {
            self.change(order, cause);
            if held_by == earned_by {
                self.release(order, verdict);
                return;
            }
            self.end(order, cause);
        }
        if let Some(referrer) = earned_by {
            self.accrue(order, verdict, referrer, cause);
        }
    }

    /// Books one change: what the commission should be now, less what is booked. 0 is booked too,
    /// without a posting.
    pub(super) fn change(&mut self, order: &mut OrderState, cause: Cause<'_>) -> i64 {
        let target = self.target(order);
        self.book(order, target, order.sale.base_refunded, cause)
    }

    fn target(&self, order: &OrderState) -> i64 {
        self.target_with(order, order.sale.base_refunded)
    }

    fn target_with(&self, order: &OrderState, base_refunded: i64) -> i64 {
        let (Some(commission), Some(verdict)) = (&order.commission, &order.verdict) else { return 0 };
        if verdict.referrer_id != Some(commission.referrer_id) || order.sale.status == SaleStatus::Cancelled {
            return 0;
        }
        self.program.terms(verdict.terms_version).commission.owed(order.sale.base - base_refunded, commission.currency)
    }

    fn book(&mut self, order: &mut OrderState, target: i64, base_refunded: i64, cause: Cause<'_>) -> i64 {
        let Some(commission) = order.commission.as_mut() else { return 0 };
        let amount = target - commission.net;
        let id = ChangeId::new(self.now);
        commission.net = target;
        commission.changes += 1;
        self.out.changes.push(ChangeRow {
            id,
            commission_id: commission.id,
            seq: commission.changes,
            cause: cause.kind,
            cause_id: cause.id,
            verdict_seq: order.sale.verdict_seq,
            base: order.sale.base,
            base_refunded,
            amount,
            created_at: self.now,
        });
        let commission = commission.clone();
        let subject = AnyId::from_uuid(id.uuid());
        if let Some(account) = commission.status.account() {
            let (kind, from, to) = if amount < 0 {
                (TransferKind::Reverse, account, Account::Expense)
            } else {
                (TransferKind::Accrue, Account::Expense, account)
            };
            self.post(&commission, subject, kind, (from, to), amount.abs());
            if amount < 0 {
                self.out.mails.push(Mail::new(Notice::CommissionReduced, subject, commission.referrer_id, self.now));
            }
        }
        self.out.commissions.insert(commission.id, commission);
        amount
    }

    /// A held commission that the owner releases accrues what is left of it, with the day it had.
    fn release(&mut self, order: &mut OrderState, verdict: &Verdict) {
        let Some(commission) = order.commission.as_mut().filter(|held| held.status == CommissionStatus::Held) else { return };
        if verdict.kind != VerdictKind::Attributed {
            return;
        }
        let due = commission.due_at <= self.now;
        commission.status = if due { CommissionStatus::Approved } else { CommissionStatus::Pending };
        commission.approved_at = due.then_some(self.now);
        let commission = commission.clone();
        self.post_accrual(&commission, commission.net);
        self.out.commissions.insert(commission.id, commission);
    }

    /// Ends a commission that a cancelled order or another verdict took back; one that is being
    /// paid keeps its status and is netted next time.
    fn end(&mut self, order: &mut OrderState, cause: Cause<'_>) {
        let Some(mut commission) = order.commission.take() else { return };
        if commission.status.can_be_cancelled() {
            let denied = commission.status == CommissionStatus::Held && cause.kind == ChangeCause::Decision;
            commission.status = if denied { CommissionStatus::Rejected } else { CommissionStatus::Cancelled };
        }
        commission.live = false;
        self.out.commissions.insert(commission.id, commission);
    }

    fn accrue(&mut self, order: &mut OrderState, verdict: &Verdict, referrer_id: ReferrerId, cause: Cause<'_>) {
        let Some(currency) = order.sale.currency else { return };
        let amount = self.program.terms(verdict.terms_version).commission.owed(order.sale.base, currency);
        let due_at = order.sale.due_at.unwrap_or(self.now);
        let (status, approved_at) = match verdict.kind {
            VerdictKind::Held => (CommissionStatus::Held, None),
            _ if due_at <= self.now => (CommissionStatus::Approved, Some(self.now)),
            _ => (CommissionStatus::Pending, None),
        };
        let commission = CommissionRow {
            id: CommissionId::new(self.now),
            program_id: self.program.id,
            sale_id: order.sale.id,
            kind: "sale".to_owned(),
            live: true,
            referrer_id,
            verdict_seq: order.sale.verdict_seq,
            terms_version: verdict.terms_version,
            currency,
            amount,
            net: amount,
            changes: 0,
            status,
            due_at,
            approved_at,
            created_at: self.now,
        };
        if let Some(invited) = self.evidence.invite(referrer_id) {
            self.out.referrers.push(invited);
        }
        self.post_accrual(&commission, amount);
        self.out.new_commissions.push(commission.clone());
        order.commission = Some(commission);
        // The refunds that came before are booked one by one, as if they had come after.
        for count in 1..=order.refunds.len() {
            let Some(refund) = order.refunds.get(count - 1) else { continue };
            let because = Cause { kind: ChangeCause::Refund, id: AnyId::from_uuid(refund.id.uuid()), ..cause };
            let base_refunded = order.refunded(count).base;
            let target = self.target_with(order, base_refunded);
            self.book(order, target, base_refunded, because);
        }
        self.tell_credited(order);
    }

    fn tell_credited(&mut self, order: &OrderState) {
        let Some(commission) = order.commission.as_ref().filter(|one| one.net > 0 && one.status.account().is_some()) else {
            return;
        };
        let invited = self.evidence.referrer(commission.referrer_id).is_some_and(|one| one.status == ReferrerStatus::Invited);
        let notice = if invited { Notice::YouDidNotKnow } else { Notice::SaleCredited };
        self.out.mails.push(Mail::new(notice, AnyId::from_uuid(commission.id.uuid()), commission.referrer_id, self.now));
    }

    fn post_accrual(&mut self, commission: &CommissionRow, amount: i64) {
        if let Some(account) = commission.status.account() {
            let cause = AnyId::from_uuid(commission.id.uuid());
            self.post(commission, cause, TransferKind::Accrue, (Account::Expense, account), amount);
        }
    }

    fn post(&mut self, of: &CommissionRow, cause_id: AnyId, kind: TransferKind, (from, to): (Account, Account), amount: i64) {
        if amount == 0 {
            return;
        }
        self.out.transfers.push(Transfer {
            cause_id,
            kind,
            referrer_id: of.referrer_id,
            currency: of.currency,
            from_account: from,
            to_account: to,
            amount,
            posted_at: self.now,
        });
    }
}
