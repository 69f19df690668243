//! Orders: revisions add up, refunds come to what the order says, every verdict is judged again.

use std::collections::HashMap;

use super::{Findings, PAGE};
use crate::db::check::{self, SaleFacts, Span};
use crate::db::sales::{LineRow, RevisionRow, VerdictRow};
use crate::db::terms::Program;
use crate::db::types::Json;
use crate::db::{Conn, DbResult};
use crate::domain::attribution::{VerdictKind, judge};
use crate::domain::commission::{SALE, bonus_kind};
use crate::domain::earning::{friend_discount, plan};
use crate::domain::id::{ReferrerId, SaleId};
use crate::domain::refund::{RefundContent, RefundedOrder, refunded};
use crate::operations::fold::{Revision, revision, verdict};

/// What hangs on the orders of a page.
struct Leaves {
    revisions: HashMap<SaleId, Vec<RevisionRow>>,
    lines: HashMap<(SaleId, i64), Vec<LineRow>>,
    refunds: HashMap<SaleId, Vec<RefundContent>>,
    verdicts: HashMap<SaleId, Vec<VerdictRow>>,
    live: HashMap<SaleId, Vec<(String, ReferrerId)>>,
}

/// Checks all orders.
pub(super) fn check(conn: &mut Conn<'_>, program: &Program, findings: &mut Findings) -> DbResult<()> {
    let mut after = None;
    loop {
        let page = check::sales_page(conn, after, PAGE)?;
        let full = i64::try_from(page.len()).unwrap_or(0) == PAGE;
        let last = page.last().map(|sale| sale.id);
        // The last span is open, so that rows without an order are found as well.
        let mut leaves = read(conn, Span { above: after, upto: last.filter(|_| full) }, findings)?;
        findings.checked("sales", page.len());
        for sale in &page {
            check_sale(sale, &mut leaves, program, findings);
        }
        strays(&leaves, findings);
        if !full {
            return Ok(());
        }
        after = last;
    }
}

fn read(conn: &mut Conn<'_>, span: Span<SaleId>, findings: &mut Findings) -> DbResult<Leaves> {
    let mut leaves = Leaves {
        revisions: HashMap::new(),
        lines: HashMap::new(),
        refunds: HashMap::new(),
        verdicts: HashMap::new(),
        live: HashMap::new(),
    };
    let verdicts = check::verdicts_in(conn, span)?;
    findings.checked("verdicts", verdicts.len());
    verdicts.into_iter().for_each(|row| leaves.verdicts.entry(row.sale_id).or_default().push(row));
    let revisions = check::revisions_in(conn, span)?;
    findings.checked("revisions", revisions.len());
    revisions.into_iter().for_each(|row| leaves.revisions.entry(row.sale_id).or_default().push(row));
    for row in check::lines_in(conn, span)? {
        leaves.lines.entry((row.sale_id, row.version)).or_default().push(row);
    }
    let refunds = check::refunds_in(conn, span)?;
    findings.checked("refunds", refunds.len());
    for row in refunds {
        let Json(content) = row.content;
        leaves.refunds.entry(row.sale_id).or_default().push(content);
    }
    for (sale, kind, referrer) in check::live_commissions_in(conn, span)? {
        leaves.live.entry(sale).or_default().push((kind, referrer));
    }
    Ok(leaves)
}

fn check_sale(sale: &SaleFacts, leaves: &mut Leaves, program: &Program, findings: &mut Findings) {
    let rows = leaves.revisions.remove(&sale.id).unwrap_or_default();
    let newest = rows.last().map(|row| row.version);
    findings.equal("sale.version", sale.id, &newest, &sale.version);
    let mut current = None;
    for row in rows {
        let lines = leaves.lines.remove(&(sale.id, row.version)).unwrap_or_default();
        let stored = (row.base, row.total);
        let worked_out = revision(row, lines, None);
        let amounts = (worked_out.amounts.base, worked_out.amounts.total);
        findings.equal("revision.base_and_total", sale.id, &amounts, &stored);
        current = Some(worked_out);
    }
    let refunds = leaves.refunds.remove(&sale.id).unwrap_or_default();
    let sums = current.as_ref().map_or((0, 0, 0), |current| sums(current, &refunds));
    findings.equal("sale.base_total_and_refunded", sale.id, &sums, &(sale.base, sale.total, sale.base_refunded));
    let verdicts = leaves.verdicts.remove(&sale.id).unwrap_or_default();
    check_verdicts(sale, &verdicts, program, findings);
    let mut live = leaves.live.remove(&sale.id).unwrap_or_default();
    live.sort();
    findings.equal("sale.live_commission_of", sale.id, &expected_live(sale, verdicts.last(), program), &live);
}

/// The commissions that should be live after the last verdict: the sale's own, and the bonus while
/// any base is left.
fn expected_live(sale: &SaleFacts, last: Option<&VerdictRow>, program: &Program) -> Vec<(String, ReferrerId)> {
    let Some((row, referrer)) =
        last.filter(|row| row.kind != VerdictKind::Unattributed).and_then(|row| Some((row, row.referrer_id?)))
    else {
        return Vec::new();
    };
    let Json(inputs) = &row.inputs;
    let terms = program.terms(row.terms_version);
    let plan = plan(terms, inputs.base, inputs.currency, &inputs.goods, inputs.standing.as_ref());
    let bonus =
        plan.bonus.filter(|(deal, _)| row.kind == VerdictKind::Attributed && plan.bonus_for(*deal, sale.base_refunded) > 0);
    bonus.map(|(deal, _)| bonus_kind(deal)).into_iter().chain([SALE.to_owned()]).map(|kind| (kind, referrer)).collect()
}

/// Base, total and refunded base.
fn sums(current: &Revision, refunds: &[RefundContent]) -> (i64, i64, i64) {
    let amounts = &current.amounts;
    let order =
        RefundedOrder { base: amounts.base, total: amounts.total, lines: &current.content.lines, shares: &amounts.shares };
    (amounts.base, amounts.total, refunded(&order, refunds).base)
}

fn check_verdicts(sale: &SaleFacts, rows: &[VerdictRow], program: &Program, findings: &mut Findings) {
    if sale.version.is_some() && rows.is_empty() {
        findings.differ("sale.verdicts", sale.id, "at least 1", 0);
    }
    for (seq, row) in (1..).zip(rows) {
        findings.equal("verdict.seq", sale.id, &seq, &row.seq);
        let Json(inputs) = &row.inputs;
        findings.equal("verdict.sale_and_version", sale.id, &(inputs.sale_id, inputs.version), &(sale.id, row.version));
        let judged = judge(inputs, &|version| program.terms(version));
        let stored = verdict(row);
        if judged != stored {
            let id = format_args!("{}#{}", sale.id, row.seq);
            findings.differ("verdict", id, format_args!("{judged:?}"), format_args!("{stored:?}"));
        }
        if program.versions.iter().all(|terms| terms.version != row.terms_version) {
            findings.differ("verdict.terms_version", sale.id, "a version of the terms", row.terms_version);
        }
    }
    let last = rows.last();
    let discount = last.map_or(0, |row| friend_discount(program.terms(row.terms_version), &row.inputs.0, &verdict(row)));
    findings.equal("sale.friend_discount", sale.id, &discount, &sale.friend_discount);
    let expected = (
        last.map_or(0, |row| row.seq),
        last.map(|row| row.kind),
        last.and_then(|row| row.reason),
        last.and_then(|row| row.referrer_id),
    );
    let shown = (sale.verdict_seq, sale.verdict_kind, sale.verdict_reason, sale.referrer_id);
    findings.equal("sale.verdict", sale.id, &expected, &shown);
}

/// Rows whose order is not there.
fn strays(leaves: &Leaves, findings: &mut Findings) {
    let ids = leaves.verdicts.keys().chain(leaves.revisions.keys()).chain(leaves.refunds.keys()).chain(leaves.live.keys());
    for id in ids.chain(leaves.lines.keys().map(|(id, _)| id)) {
        findings.differ("sale", id, "an order or revision", "none");
    }
}
