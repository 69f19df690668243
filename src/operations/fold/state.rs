//! One order in memory: its anchor, every revision, every refund, its verdict and its commission.

use std::collections::BTreeMap;

use crate::db::commissions::CommissionRow;
use crate::db::sales::{HintRow, LineRow, RevisionRow, SaleRow, VerdictRow};
use crate::db::types::{HintKind, Json};
use crate::domain::attribution::{Inputs, Verdict};
use crate::domain::code::Code;
use crate::domain::customer::{CustomerKey, KeyKind};
use crate::domain::earning::returned_of;
use crate::domain::id::{RefundId, RevisionId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::refund::{RefundContent, Refunded, RefundedOrder, refunded, returned_by_line};
use crate::domain::sale::{Amounts, Hint, Line, SaleContent};
use crate::domain::signal::Signal;

/// One report of the order, worked out.
#[derive(Debug, Clone)]
pub struct Revision {
    /// The report.
    pub id: RevisionId,
    /// What it said.
    pub content: SaleContent,
    /// What that comes to.
    pub amounts: Amounts,
    /// The buyer's answer to "who sent you?".
    pub hint: Option<Hint>,
}

/// One refund of the order.
#[derive(Debug, Clone)]
pub struct RefundState {
    /// The refund.
    pub id: RefundId,
    /// What it said.
    pub content: RefundContent,
}

/// An order under lock.
#[derive(Debug, Clone)]
pub struct OrderState {
    /// The anchor row, as it will be written.
    pub sale: SaleRow,
    /// Whether the anchor row is yet to be inserted.
    pub is_new: bool,
    /// Whether the anchor row changed.
    pub changed: bool,
    /// By version.
    pub revisions: BTreeMap<i64, Revision>,
    /// In order of arrival.
    pub refunds: Vec<RefundState>,
    /// The latest verdict.
    pub verdict: Option<Verdict>,
    /// What it was judged by.
    pub inputs: Option<Inputs>,
    /// The live commission.
    pub commission: Option<CommissionRow>,
    /// The live bonus, if the order was the deal that brought one.
    pub bonus: Option<CommissionRow>,
}

/// An order as it is answered.
#[derive(Debug, Clone)]
pub struct SaleView {
    /// The anchor row.
    pub sale: SaleRow,
    /// The latest verdict; none while only a refund or cancel has come.
    pub verdict: Option<Verdict>,
    /// The live commission.
    pub commission: Option<CommissionRow>,
    /// The live bonus.
    pub bonus: Option<CommissionRow>,
}

/// The evidence an order brings, from the highest revision that has any.
#[derive(Debug, Clone, Default)]
pub struct Evidence<'a> {
    /// Codes as typed.
    pub codes: &'a [String],
    /// The `ref` value.
    pub reference: Option<&'a str>,
    /// The buyer's answer.
    pub hint: Option<&'a Hint>,
    /// What the shop told of address, network and payment; none of a report that was judged before.
    pub signals: &'a [Signal],
}

impl Revision {
    fn has_evidence(&self) -> bool {
        self.content.has_evidence() || self.hint.is_some()
    }

    /// The revision as a refund sees it.
    #[must_use]
    pub fn refunded(&self) -> RefundedOrder<'_> {
        RefundedOrder {
            base: self.amounts.base,
            total: self.amounts.total,
            lines: &self.content.lines,
            shares: &self.amounts.shares,
        }
    }
}

impl OrderState {
    /// An order known only by its anchor.
    #[must_use]
    pub const fn new(sale: SaleRow, is_new: bool) -> Self {
        Self {
            sale,
            is_new,
            changed: false,
            revisions: BTreeMap::new(),
            refunds: Vec::new(),
            verdict: None,
            inputs: None,
            commission: None,
            bonus: None,
        }
    }

    /// The current revision with its number.
    #[must_use]
    pub fn current(&self) -> Option<(i64, &Revision)> {
        self.revisions.last_key_value().map(|(version, revision)| (*version, revision))
    }

    /// The evidence to judge by.
    #[must_use]
    pub fn evidence(&self) -> Evidence<'_> {
        let best = self.revisions.values().rev().find(|revision| revision.has_evidence());
        best.map_or_else(Evidence::default, |revision| Evidence {
            codes: &revision.content.codes,
            reference: revision.content.reference.as_deref(),
            hint: revision.hint.as_ref(),
            signals: &[],
        })
    }

    /// What the first `count` refunds say came back of each kind of goods that the verdict tells apart.
    #[must_use]
    pub fn returned(&self, count: usize) -> Vec<i64> {
        let (Some((_, revision)), Some(inputs)) = (self.current(), &self.inputs) else { return Vec::new() };
        let refunds: Vec<RefundContent> = self.refunds.iter().take(count).map(|refund| refund.content.clone()).collect();
        let lines = revision.content.lines.as_slice();
        returned_of(&inputs.goods, lines, &returned_by_line(&revision.refunded(), &refunds))
    }

    /// What the first `count` refunds come to, on the current revision.
    #[must_use]
    pub fn refunded(&self, count: usize) -> Refunded {
        let refunds: Vec<RefundContent> = self.refunds.iter().take(count).map(|refund| refund.content.clone()).collect();
        let none = Refunded { base: 0, gross: 0, over_refunded: false };
        self.current().map_or(none, |(_, revision)| refunded(&revision.refunded(), &refunds))
    }

    /// Whether everything the buyer paid went back.
    #[must_use]
    pub fn wholly_refunded(&self) -> bool {
        !self.refunds.is_empty() && self.refunded(self.refunds.len()).gross >= self.sale.total
    }

    /// The order as it is answered.
    #[must_use]
    pub fn view(&self) -> SaleView {
        let (commission, bonus) = (self.commission.clone(), self.bonus.clone());
        SaleView { sale: self.sale.clone(), verdict: self.verdict.clone(), commission, bonus }
    }
}

/// Rebuilds a revision from its rows. Its amounts were checked when it was stored; were they not to
/// add up any more, it would count as empty and `check` would say so.
#[must_use]
pub fn revision(row: RevisionRow, lines: Vec<LineRow>, hint: Option<HintRow>) -> Revision {
    let Json(mut content) = row.content;
    content.lines = lines.into_iter().map(line).collect();
    let amounts = content.amounts().unwrap_or(Amounts { base: 0, total: 0, total_disagrees: false, shares: Vec::new() });
    Revision { id: row.id, content, amounts, hint: hint.map(to_hint) }
}

fn line(row: LineRow) -> Line {
    Line {
        sku: row.sku,
        category: row.category,
        quantity: row.quantity,
        unit_price: row.unit_price,
        discount: row.discount,
        commissionable: row.commissionable,
    }
}

fn to_hint(row: HintRow) -> Hint {
    let key = |kind| Hint::Key(CustomerKey { kind, source: row.source.clone(), value: row.value.clone() });
    match row.kind {
        HintKind::ExternalId => key(KeyKind::ExternalId),
        HintKind::Email => key(KeyKind::Email),
        HintKind::Phone => key(KeyKind::Phone),
        HintKind::Name => Hint::Name(row.value),
    }
}

/// The rows a revision is stored in.
#[must_use]
pub(super) fn rows(
    sale_id: SaleId,
    version: i64,
    revision: &Revision,
    now: Instant,
) -> (RevisionRow, Vec<LineRow>, Option<HintRow>) {
    let row = RevisionRow {
        sale_id,
        version,
        id: revision.id,
        base: revision.amounts.base,
        total: revision.amounts.total,
        content: Json(revision.content.clone()),
        created_at: now,
    };
    let lines = (0..).zip(&revision.content.lines).map(|(place, line)| LineRow {
        sale_id,
        version,
        line: place,
        sku: line.sku.clone(),
        category: line.category.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price,
        discount: line.discount,
        commissionable: line.commissionable,
    });
    let hint = revision.hint.as_ref().map(|hint| {
        let (kind, source, value) = match hint {
            Hint::Name(name) => (HintKind::Name, String::new(), name.clone()),
            Hint::Key(key) => (hint_kind(key.kind), key.source.clone(), key.value.clone()),
        };
        HintRow { sale_id, version, kind, source, value }
    });
    (row, lines.collect(), hint)
}

const fn hint_kind(kind: KeyKind) -> HintKind {
    match kind {
        KeyKind::ExternalId => HintKind::ExternalId,
        KeyKind::Email => HintKind::Email,
        KeyKind::Phone => HintKind::Phone,
    }
}

/// A stored verdict, without its inputs.
#[must_use]
pub fn verdict(row: &VerdictRow) -> Verdict {
    Verdict {
        kind: row.kind,
        reason: row.reason,
        referrer_id: row.referrer_id,
        code: row.code.as_deref().and_then(Code::fold),
        evidence: row.evidence,
        terms_version: row.terms_version,
    }
}
