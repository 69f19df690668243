//! What a verdict does to the order's commission, and what that posts.

use super::state::OrderState;
use super::{Cause, Fold};
use crate::db::commissions::{ChangeRow, CommissionRow};
use crate::db::ledger::Transfer;
use crate::db::outbox::Mail;
use crate::db::sales::SaleRow;
use crate::db::types::{AnyId, ChangeCause, Json};
use crate::domain::attribution::{Inputs, Verdict, VerdictKind};
use crate::domain::commission::{Account, CommissionStatus, SALE, TransferKind, bonus_kind};
use crate::domain::earning::{Plan, plan};
use crate::domain::id::{ChangeId, CommissionId, ReferrerId};
use crate::domain::notice::Notice;
use crate::domain::referrer::ReferrerStatus;
use crate::domain::sale::SaleStatus;

/// What a commission should come to, and on what that rests. Minor units.
struct Booking {
    target: i64,
    base_refunded: i64,
    returned: Option<Vec<i64>>,
}

impl Fold {
    /// Makes the live commission follow a new verdict. The same referrer keeps it and one change
    /// books the difference; otherwise it is taken back whole and another one accrues. One that was
    /// posted is taken back as well when the verdict is held now: held money stands in no account.
    pub(super) fn follow(&mut self, order: &mut OrderState, verdict: &Verdict, cause: Cause<'_>) {
        let earned_by = verdict.referrer_id.filter(|_| verdict.kind != VerdictKind::Unattributed);
        let held_now = verdict.kind == VerdictKind::Held;
        let stays = order.commission.as_ref().is_some_and(|commission| {
            earned_by == Some(commission.referrer_id)
                && order.sale.currency == Some(commission.currency)
                && (!held_now || commission.status == CommissionStatus::Held)
        });
        if order.commission.is_some() {
            self.change(order, cause);
            if stays {
                self.release(order, verdict);
            } else {
                let gone = order.commission.take();
                self.end(gone, cause);
            }
        }
        if let Some(referrer) = earned_by.filter(|_| !stays) {
            self.accrue(order, verdict, referrer, cause);
        }
        self.follow_bonus(order, cause);
    }

    /// Books one change: what the commission should be now, less what is booked. 0 is booked too,
    /// without a posting.
    pub(super) fn change(&mut self, order: &mut OrderState, cause: Cause<'_>) -> i64 {
        let booking = self.booking(order, order.refunds.len());
        let Some(mut commission) = order.commission.take() else { return 0 };
        let amount = self.book(&order.sale, &mut commission, booking, cause);
        order.commission = Some(commission);
        amount
    }

    /// What the commission should come to after the first `count` refunds.
    fn booking(&self, order: &OrderState, count: usize) -> Booking {
        let base_refunded = order.refunded(count).base;
        let nothing = Booking { target: 0, base_refunded, returned: None };
        let (Some(commission), Some(verdict), Some(inputs)) = (&order.commission, &order.verdict, &order.inputs) else {
            return nothing;
        };
        let taken_back = verdict.kind == VerdictKind::Held && commission.status != CommissionStatus::Held;
        let theirs = verdict.referrer_id == Some(commission.referrer_id) && order.sale.currency == Some(commission.currency);
        if !theirs || order.sale.status == SaleStatus::Cancelled || taken_back {
            return nothing;
        }
        let plan = self.plan(verdict, inputs);
        let returned = plan.is_split().then(|| plan.by_part(&order.returned(count)));
        Booking { target: plan.owed(base_refunded, returned.as_deref().unwrap_or(&[])), base_refunded, returned }
    }

    pub(super) fn plan(&self, verdict: &Verdict, inputs: &Inputs) -> Plan<'_> {
        let terms = self.program.terms(verdict.terms_version);
        plan(terms, inputs.base, inputs.currency, &inputs.goods, inputs.standing.as_ref())
    }

    fn book(&mut self, sale: &SaleRow, commission: &mut CommissionRow, booking: Booking, cause: Cause<'_>) -> i64 {
        let amount = booking.target - commission.net;
        let id = ChangeId::new(self.now);
        commission.net = booking.target;
        commission.changes += 1;
        self.out.changes.push(ChangeRow {
            id,
            commission_id: commission.id,
            seq: commission.changes,
            cause: cause.kind,
            cause_id: cause.id,
            verdict_seq: sale.verdict_seq,
            base: sale.base,
            base_refunded: booking.base_refunded,
            returned: booking.returned.map(Json),
            amount,
            created_at: self.now,
        });
        let subject = AnyId::from_uuid(id.uuid());
        if let Some(account) = commission.status.account() {
            let (kind, from, to) = if amount < 0 {
                (TransferKind::Reverse, account, Account::Expense)
            } else {
                (TransferKind::Accrue, Account::Expense, account)
            };
            self.post(commission, subject, kind, (from, to), amount.abs());
            if amount < 0 {
                self.out.mails.push(Mail::new(Notice::CommissionReduced, subject, commission.referrer_id, self.now));
            }
        }
        self.out.commissions.insert(commission.id, commission.clone());
        amount
    }

    /// Makes the bonus follow the sale: it stands while the sale is the deal that brings it and any
    /// of its base is left. One that falls ends, so that the deal that takes the place can bring it.
    pub(super) fn follow_bonus(&mut self, order: &mut OrderState, cause: Cause<'_>) {
        let wanted = self.wanted_bonus(order);
        if let Some(mut bonus) = order.bonus.take() {
            let stays = wanted.filter(|(referrer, deal, _)| {
                Some(*deal) == bonus.bonus_deal() && *referrer == bonus.referrer_id && order.sale.currency == Some(bonus.currency)
            });
            let target = stays.map_or(0, |(_, _, amount)| amount);
            let booking = Booking { target, base_refunded: order.sale.base_refunded, returned: None };
            self.book(&order.sale, &mut bonus, booking, cause);
            if stays.is_some() {
                order.bonus = Some(bonus);
                return;
            }
            self.end(Some(bonus), cause);
        }
        let (Some((referrer, deal, amount)), Some(verdict)) = (wanted, order.verdict.clone()) else { return };
        let Some(bonus) = self.new_commission(order, &verdict, referrer, bonus_kind(deal), amount) else { return };
        self.post_accrual(&bonus, amount);
        self.out.new_commissions.push(bonus.clone());
        self.tell(&bonus, Notice::BonusEarned);
        order.bonus = Some(bonus);
    }

    fn wanted_bonus(&self, order: &OrderState) -> Option<(ReferrerId, i64, i64)> {
        let (verdict, inputs) = order.verdict.as_ref().zip(order.inputs.as_ref())?;
        let referrer = verdict.referrer_id.filter(|_| verdict.kind == VerdictKind::Attributed)?;
        let plan = self.plan(verdict, inputs);
        let (deal, _) = plan.bonus?;
        Some((referrer, deal, plan.bonus_for(deal, order.sale.base_refunded))).filter(|(_, _, amount)| *amount > 0)
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
        self.tell_credited(order);
    }

    /// Ends a commission that a cancelled order or another verdict took back; one that is being
    /// paid keeps its status and is netted next time.
    fn end(&mut self, gone: Option<CommissionRow>, cause: Cause<'_>) {
        let Some(mut commission) = gone else { return };
        if commission.status.can_be_cancelled() {
            let denied = commission.status == CommissionStatus::Held && cause.kind == ChangeCause::Decision;
            commission.status = if denied { CommissionStatus::Rejected } else { CommissionStatus::Cancelled };
        }
        commission.live = false;
        self.out.commissions.insert(commission.id, commission);
    }

    fn accrue(&mut self, order: &mut OrderState, verdict: &Verdict, referrer_id: ReferrerId, cause: Cause<'_>) {
        let Some(amount) = order.inputs.as_ref().map(|inputs| self.plan(verdict, inputs).owed(0, &[])) else { return };
        let Some(commission) = self.new_commission(order, verdict, referrer_id, SALE.to_owned(), amount) else { return };
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
            let booking = self.booking(order, count);
            let Some(mut commission) = order.commission.take() else { return };
            self.book(&order.sale, &mut commission, booking, because);
            order.commission = Some(commission);
        }
        self.tell_credited(order);
    }

    fn new_commission(
        &self,
        order: &OrderState,
        verdict: &Verdict,
        referrer_id: ReferrerId,
        kind: String,
        amount: i64,
    ) -> Option<CommissionRow> {
        let due_at = order.sale.due_at.unwrap_or(self.now);
        let (status, approved_at) = match verdict.kind {
            VerdictKind::Held => (CommissionStatus::Held, None),
            _ if due_at <= self.now => (CommissionStatus::Approved, Some(self.now)),
            _ => (CommissionStatus::Pending, None),
        };
        Some(CommissionRow {
            id: CommissionId::new(self.now),
            program_id: self.program.id,
            sale_id: order.sale.id,
            kind,
            live: true,
            referrer_id,
            verdict_seq: order.sale.verdict_seq,
            terms_version: verdict.terms_version,
            currency: order.sale.currency?,
            amount,
            net: amount,
            changes: 0,
            status,
            due_at,
            approved_at,
            created_at: self.now,
        })
    }

    fn tell_credited(&mut self, order: &OrderState) {
        let Some(commission) = order.commission.as_ref().filter(|one| one.net > 0 && one.status.account().is_some()) else {
            return;
        };
        let invited = self.evidence.referrer(commission.referrer_id).is_some_and(|one| one.status == ReferrerStatus::Invited);
        self.tell(commission, if invited { Notice::YouDidNotKnow } else { Notice::SaleCredited });
    }

    fn tell(&mut self, commission: &CommissionRow, notice: Notice) {
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
