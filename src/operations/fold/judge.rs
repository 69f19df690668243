//! From everything known about an order to its verdict, and what follows from it.

use super::state::OrderState;
use super::{Cause, Fold, Granted, Standing};
use crate::db::commissions::ReferralRow;
use crate::db::outbox::NewEvent;
use crate::db::sales::VerdictRow;
use crate::db::types::{AnyId, Json};
use crate::domain::attribution::{CustomerStanding, Inputs, ReferralStanding, Verdict, VerdictKind, judge};
use crate::domain::claim::{ClaimStanding, IntroductionStanding};
use crate::domain::code::Code;
use crate::domain::earning::{Kinds, Offer, friend_discount};
use crate::domain::id::{CustomerId, EventId, ReferralId, SaleId};
use crate::domain::program::{TermsVersion, in_force};
use crate::domain::sale::SaleStatus;

impl Fold {
    /// Judges the order anew and books what follows. Nothing happens while only a refund or cancel has come.
    pub fn settle(&mut self, id: SaleId, cause: Cause<'_>) {
        let Some(mut order) = self.orders.remove(&id) else { return };
        if order.current().is_some() {
            self.tally.take(&order);
            self.refresh(&mut order);
            self.judge_order(&mut order, cause);
            self.keep_place(&mut order);
            self.tally.put(&order);
        }
        order.changed = true;
        self.orders.insert(id, order);
    }

    /// Books the order's newest refund; the verdict stands.
    pub fn settle_refund(&mut self, id: SaleId, cause: Cause<'_>) -> i64 {
        let Some(mut order) = self.orders.remove(&id) else { return 0 };
        let mut change = 0;
        if order.current().is_some() {
            self.tally.take(&order);
            self.refresh(&mut order);
            change = self.change(&mut order, cause);
            self.follow_bonus(&mut order, cause);
            self.keep_place(&mut order);
            self.tally.put(&order);
        }
        order.changed = true;
        self.orders.insert(id, order);
        change
    }

    /// Brings the anchor up to date with the revisions and refunds.
    fn refresh(&self, order: &mut OrderState) {
        let Some((version, revision)) = order.current() else { return };
        let (currency, amounts) = (revision.content.currency, revision.amounts.clone());
        let occurred = order.revisions.values().rev().find_map(|revision| revision.content.occurred_at);
        let refunded = order.refunded(order.refunds.len());
        let sale = &mut order.sale;
        sale.version = Some(version);
        sale.currency = Some(currency);
        sale.occurred_at = occurred.unwrap_or(sale.occurred_at);
        sale.base = amounts.base;
        sale.total = amounts.total;
        sale.total_disagrees = amounts.total_disagrees;
        sale.base_refunded = refunded.base;
        sale.over_refunded = refunded.over_refunded;
        if sale.status >= SaleStatus::Paid && sale.paid_at.is_none() {
            sale.paid_at = Some(sale.occurred_at);
        }
    }

    fn judge_order(&mut self, order: &mut OrderState, cause: Cause<'_>) {
        let Some(inputs) = self.inputs(order) else { return };
        let (inputs, verdict) = self.judged(order, inputs);
        // The hold runs from payment; the terms of the first judgement after it fix the day.
        if let Some(paid_at) = order.sale.paid_at
            && order.sale.due_at.is_none()
        {
            order.sale.due_at = Some(paid_at.plus_days(self.program.terms(verdict.terms_version).hold_days));
        }
        let first_time = order.verdict.is_none();
        self.remember_order(order, &verdict);
        order.sale.first_sale = order.sale.first_sale || inputs.customer.as_ref().is_some_and(|customer| customer.first_sale);
        order.sale.friend_discount = friend_discount(self.program.terms(verdict.terms_version), &inputs, &verdict);
        self.note_verdict(order, inputs.clone(), &verdict, cause);
        order.verdict = Some(verdict.clone());
        order.inputs = Some(inputs);
        self.follow(order, &verdict, cause);
        self.introduce(order, &verdict);
        let kind = if first_time { "sale.recorded" } else { "sale.changed" };
        self.note_event(kind, order, &verdict);
    }

    /// Judges twice where the terms count: who it is must be known before his deals can be.
    fn judged(&self, order: &OrderState, mut inputs: Inputs) -> (Inputs, Verdict) {
        let terms_of = |version| self.program.terms(version);
        let found = judge(&inputs, &terms_of);
        let before = order.verdict.as_ref().zip(order.inputs.as_ref());
        let before = before.map(|(verdict, inputs)| Granted { verdict, inputs, terms: terms_of(verdict.terms_version) });
        inputs.standing = self.tally.standing(terms_of(found.terms_version), &inputs, &found, before);
        let verdict = if inputs.standing.is_some() { judge(&inputs, &terms_of) } else { found };
        (inputs, verdict)
    }

    fn note_verdict(&mut self, order: &mut OrderState, inputs: Inputs, verdict: &Verdict, cause: Cause<'_>) {
        let sale = &mut order.sale;
        sale.verdict_seq += 1;
        sale.verdict_kind = Some(verdict.kind);
        sale.verdict_reason = verdict.reason;
        sale.referrer_id = verdict.referrer_id;
        self.out.verdicts.push(VerdictRow {
            sale_id: sale.id,
            seq: sale.verdict_seq,
            version: inputs.version,
            program_id: self.program.id,
            kind: verdict.kind,
            reason: verdict.reason,
            referrer_id: verdict.referrer_id,
            code: verdict.code.as_ref().map(ToString::to_string),
            evidence: verdict.evidence,
            terms_version: verdict.terms_version,
            inputs: Json(inputs),
            actor: cause.actor.to_owned(),
            note: cause.note.map(ToOwned::to_owned),
            created_at: self.now,
        });
    }

    fn inputs(&self, order: &OrderState) -> Option<Inputs> {
        let (version, revision) = order.current()?;
        let sale = &order.sale;
        let terms: &TermsVersion = in_force(&self.program.versions, sale.occurred_at)?;
        let buyer = sale.customer_id.map(|id| self.person(id));
        let evidence = order.evidence();
        let all_terms = || self.program.versions.iter().map(|version| &version.terms);
        let window_start = sale.occurred_at.plus_days(-terms.terms.window_days);
        let mut inputs = Inputs {
            sale_id: sale.id,
            version,
            history: sale.history,
            status: sale.status,
            occurred_at: sale.occurred_at,
            currency: revision.content.currency,
            base: revision.amounts.base,
            customer: buyer.map(|id| CustomerStanding { id, first_sale: self.is_first(order, id) }),
            decision: sale.decision.as_ref().map(|decision| decision.0),
            referral: buyer.and_then(|buyer| self.referral(buyer, sale.id)),
            codes: self.evidence.codes(evidence.codes, buyer),
            referenced: evidence.reference.is_some(),
            clicks: self.evidence.clicks(evidence.reference, buyer, window_start, sale.occurred_at),
            hint: self.evidence.hint(evidence.hint, buyer),
            claim: sale.claimed_by.map(|id| ClaimStanding { referrer_id: id, own: self.evidence.own(id, buyer) }),
            introduction: buyer.and_then(|buyer| self.introduction(buyer)),
            traces: Vec::new(),
            disposable: false,
            terms_version: terms.version,
            goods: Kinds::of(all_terms()).goods(&revision.content.lines, &revision.amounts.shares),
            offer: all_terms().any(|terms| !terms.friend_discounts.is_empty()).then(|| Offer::of(&revision.content)),
            standing: None,
        };
        if let Some(before) = order.inputs.as_ref().filter(|_| self.tells_of_the_erased(order)) {
            inputs = inputs.with_evidence_of(before);
        }
        self.look(order, &mut inputs);
        Some(inputs)
    }

    /// Whether the order's buyer, or who earned it, was erased since it was judged.
    fn tells_of_the_erased(&self, order: &OrderState) -> bool {
        let earner = order.verdict.as_ref().and_then(|verdict| verdict.referrer_id);
        order.sale.customer_id.is_some_and(|id| self.erased.contains(&id))
            || earner.and_then(|id| self.evidence.referrer(id)).is_some_and(|referrer| referrer.erased_at.is_some())
    }

    /// What was registered of `buyer` before he ordered.
    fn introduction(&self, buyer: CustomerId) -> Option<IntroductionStanding> {
        let row = self.introductions.get(&buyer)?;
        Some(IntroductionStanding {
            referrer_id: row.referrer_id,
            code: row.code.as_deref().and_then(Code::fold),
            since: row.created_at,
            until: row.expires_at,
            terms_version: row.terms_version,
            paused: self.evidence.paused(row.referrer_id),
            own: self.evidence.own(row.referrer_id, Some(buyer)),
        })
    }

    /// The standing introduction of `buyer`, unless this very sale made it.
    fn referral(&self, buyer: CustomerId, sale: SaleId) -> Option<ReferralStanding> {
        let row = self.referrals.get(&buyer).filter(|row| row.sale_id != sale)?;
        Some(ReferralStanding {
            referrer_id: row.referrer_id,
            code: row.code.as_deref().and_then(Code::fold),
            since: row.since,
            terms_version: row.terms_version,
            paused: self.evidence.paused(row.referrer_id),
        })
    }

    /// Whether this is the customer's first sale. Once judged so it stays so: what is learned later
    /// changes no earlier verdict.
    fn is_first(&self, order: &OrderState, buyer: CustomerId) -> bool {
        let sale = &order.sale;
        if sale.first_sale {
            return true;
        }
        let standing = self.customers.get(&buyer).cloned().unwrap_or_default();
        let Standing { past, history_since, first_sale } = standing;
        let bought_before = past.first_order_at.is_some_and(|first| first < sale.occurred_at)
            || past.orders_before > 0
            || history_since.is_some_and(|since| since <= sale.occurred_at);
        !sale.history && sale.status == SaleStatus::Paid && !bought_before && first_sale.is_none_or(|first| first == sale.id)
    }

    /// Takes or frees the customer's place of the first sale. One that is cancelled or wholly
    /// refunded before its hold ends frees it: the next sale is the first then.
    fn keep_place(&mut self, order: &mut OrderState) {
        let Some(buyer) = order.sale.customer_id.map(|id| self.person(id)) else { return };
        let taken_back = order.sale.status == SaleStatus::Cancelled || order.wholly_refunded();
        let in_time = order.sale.due_at.is_none_or(|due| self.now < due);
        let standing = self.customers.entry(buyer).or_default();
        let mine_or_free = standing.first_sale.is_none_or(|first| first == order.sale.id);
        let holds = order.sale.first_sale && mine_or_free && !(taken_back && (in_time || !order.sale.holds_place));
        order.sale.holds_place = holds;
        if mine_or_free {
            standing.first_sale = holds.then_some(order.sale.id);
        }
    }

    /// Notes, or ends, the lasting introduction that this sale makes.
    fn introduce(&mut self, order: &OrderState, verdict: &Verdict) {
        let Some(buyer) = order.sale.customer_id.map(|id| self.person(id)) else { return };
        let introducer = verdict.referrer_id.filter(|_| verdict.kind == VerdictKind::Attributed);
        if let Some(row) = self.referrals.get(&buyer) {
            let made_here = row.sale_id == order.sale.id;
            if !made_here || introducer == Some(row.referrer_id) || order.sale.status == SaleStatus::Cancelled {
                return;
            }
            let row = self.referrals.remove(&buyer);
            self.out.end_referral(row.map(|row| row.id));
        }
        let Some(referrer_id) = introducer else { return };
        let row = ReferralRow {
            id: ReferralId::new(self.now),
            program_id: self.program.id,
            customer_id: buyer,
            referrer_id,
            code: verdict.code.as_ref().map(ToString::to_string),
            terms_version: verdict.terms_version,
            sale_id: order.sale.id,
            since: order.sale.occurred_at,
            created_at: self.now,
            ended_at: None,
        };
        self.out.referrals.push(row.clone());
        self.referrals.insert(buyer, row);
    }

    fn note_event(&mut self, kind: &'static str, order: &OrderState, verdict: &Verdict) {
        let net = order.commission.as_ref().map(|commission| commission.net);
        let data = serde_json::json!({
            "verdict": verdict.kind,
            "reason": verdict.reason,
            "referrer_id": verdict.referrer_id,
            "net": net,
            "currency": order.sale.currency,
        });
        self.out.events.push(NewEvent {
            id: EventId::new(self.now),
            kind,
            subject_id: AnyId::from_uuid(order.sale.id.uuid()),
            data: Json(data),
            created_at: self.now,
        });
    }
}
