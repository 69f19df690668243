//! Commissions: what the verdict owes under its terms, every change, and what was posted for them.
//! Nothing here relies on the order of times: on several nodes it need not be that of the locks.

use std::collections::{HashMap, HashSet};

use super::{Findings, PAGE};
use crate::db::check::{self, Span, VerdictFacts};
use crate::db::commissions::{ChangeRow, CommissionRow};
use crate::db::ledger::Transfer;
use crate::db::terms::Program;
use crate::db::types::AnyId;
use crate::db::{Conn, DbResult, check_payouts};
use crate::domain::attribution::VerdictKind;
use crate::domain::commission::{Account, CommissionStatus, TransferKind};
use crate::domain::id::{CommissionId, SaleId};
use crate::domain::payout::{ItemKind, PayoutStatus};

type Verdicts = HashMap<(SaleId, i64), VerdictFacts>;
type Transfers = HashMap<(AnyId, TransferKind), Transfer>;

/// One commission with all that belongs to it.
struct Case<'a> {
    row: &'a CommissionRow,
    changes: &'a [ChangeRow],
    verdicts: &'a Verdicts,
    transfers: &'a Transfers,
    holder: Option<PayoutStatus>,
}

/// Checks all commissions.
pub(super) fn check(conn: &mut Conn<'_>, program: &Program, findings: &mut Findings) -> DbResult<()> {
    let mut after = None;
    loop {
        let page = check::commissions_page(conn, after, PAGE)?;
        let full = i64::try_from(page.len()).unwrap_or(0) == PAGE;
        let last = page.last().map(|row| row.id);
        check_page(conn, program, &page, Span { above: after, upto: last.filter(|_| full) }, findings)?;
        if !full {
            return Ok(());
        }
        after = last;
    }
}

fn check_page(
    conn: &mut Conn<'_>,
    program: &Program,
    page: &[CommissionRow],
    span: Span<CommissionId>,
    findings: &mut Findings,
) -> DbResult<()> {
    let mut changes: HashMap<CommissionId, Vec<ChangeRow>> = HashMap::new();
    let mut causes: Vec<AnyId> = page.iter().map(|row| AnyId::from_uuid(row.id.uuid())).collect();
    let holders: HashMap<AnyId, PayoutStatus> =
        check_payouts::holders_of(conn, ItemKind::Commission, &causes)?.into_iter().collect();
    let rows = check::changes_in(conn, span)?;
    findings.checked("commissions", page.len());
    findings.checked("changes", rows.len());
    for row in rows {
        causes.push(AnyId::from_uuid(row.id.uuid()));
        changes.entry(row.commission_id).or_default().push(row);
    }
    let sales: Vec<SaleId> = page.iter().map(|row| row.sale_id).collect();
    let verdicts: Verdicts = check::verdicts_of(conn, &sales)?.into_iter().map(|row| ((row.sale_id, row.seq), row)).collect();
    let transfers: Transfers =
        check::transfers_of(conn, &causes)?.into_iter().map(|row| ((row.cause_id, row.kind), row)).collect();
    transfers.keys().for_each(|(_, kind)| findings.explain(*kind));
    for row in page {
        let own = changes.remove(&row.id).unwrap_or_default();
        let holder = holders.get(&AnyId::from_uuid(row.id.uuid())).copied();
        let case = Case { row, changes: &own, verdicts: &verdicts, transfers: &transfers, holder };
        check_amounts(&case, program, findings);
        check_postings(&case, findings);
        check_status(&case, findings);
    }
    Ok(())
}

/// The amount follows from the verdict and its terms, each change from the base left then.
fn check_amounts(case: &Case<'_>, program: &Program, findings: &mut Findings) {
    let row = case.row;
    let Some(verdict) = case.verdicts.get(&(row.sale_id, row.verdict_seq)) else {
        findings.differ("commission.verdict", row.id, row.verdict_seq, "none");
        return;
    };
    let owed = program.terms(verdict.terms_version).commission.owed(verdict.inputs.0.base, row.currency);
    let expected = (owed, verdict.terms_version, verdict.referrer_id);
    findings.equal("commission.amount", row.id, &expected, &(row.amount, row.terms_version, Some(row.referrer_id)));
    let mut steps = Vec::with_capacity(case.changes.len());
    for change in case.changes {
        match target_of(case, program, change) {
            Some(target) => steps.push((target - change.amount, target)),
            None => findings.differ("change.verdict", change.id, "one on the same base", change.verdict_seq),
        }
    }
    let net = row.amount + case.changes.iter().map(|change| change.amount).sum::<i64>();
    findings.equal("commission.net", row.id, &net, &row.net);
    if steps.len() == case.changes.len() && !one_after_another(row.amount, &steps) {
        let shown: Vec<String> = steps.iter().map(|(before, after)| format!("{before} to {after}")).collect();
        let expected = format_args!("steps that follow each other from {}", row.amount);
        findings.differ("commission.changes", row.id, expected, shown.join(", "));
    }
}

/// What the commission should come to after a change; none if its verdict judged another base.
fn target_of(case: &Case<'_>, program: &Program, change: &ChangeRow) -> Option<i64> {
    let row = case.row;
    let verdict = case.verdicts.get(&(row.sale_id, change.verdict_seq))?;
    if verdict.inputs.0.base != change.base {
        return None;
    }
    let theirs = verdict.referrer_id == Some(row.referrer_id) && verdict.kind != VerdictKind::Unattributed;
    let rule = &program.terms(verdict.terms_version).commission;
    Some(if theirs { rule.owed(change.base - change.base_refunded, row.currency) } else { 0 })
}

/// Whether `steps` (from a sum, to a sum) can be put in an order in which each starts where the one
/// before ended, beginning at `start`. The order of their times is not asked for: two nodes have two
/// clocks, and the one that waited for the lock books last with the earlier time. It is the question
/// for an Euler trail: all steps hang together, and no sum but the first and last is left more often
/// than it is reached.
fn one_after_another(start: i64, steps: &[(i64, i64)]) -> bool {
    let mut surplus: HashMap<i64, i64> = HashMap::new();
    let mut onward: HashMap<i64, Vec<i64>> = HashMap::new();
    for (before, after) in steps {
        *surplus.entry(*before).or_default() += 1;
        *surplus.entry(*after).or_default() -= 1;
        onward.entry(*before).or_default().push(*after);
    }
    let end = start + steps.iter().map(|(before, after)| after - before).sum::<i64>();
    *surplus.entry(start).or_default() -= 1;
    *surplus.entry(end).or_default() += 1;
    let mut reached = HashSet::from([start]);
    let mut next = vec![start];
    while let Some(sum) = next.pop() {
        next.extend(onward.get(&sum).into_iter().flatten().copied().filter(|after| reached.insert(*after)));
    }
    surplus.values().all(|count| *count == 0) && steps.iter().all(|(before, _)| reached.contains(before))
}

/// What went in and out of an account for one commission, in minor units.
#[derive(Default)]
struct Flow {
    on_hold: i64,
    ready: i64,
}

impl Flow {
    fn add(&mut self, account: Account, amount: i64) -> bool {
        match account {
            Account::OnHold => self.on_hold += amount,
            Account::Ready => self.ready += amount,
            _ => return false,
        }
        true
    }
}

fn check_postings(case: &Case<'_>, findings: &mut Findings) {
    let row = case.row;
    let own = AnyId::from_uuid(row.id.uuid());
    let accrual = case.transfers.get(&(own, TransferKind::Accrue));
    let held_first = case.verdicts.get(&(row.sale_id, row.verdict_seq)).is_some_and(|verdict| verdict.kind == VerdictKind::Held);
    let ended_unheard = row.status == CommissionStatus::Cancelled && held_first && accrual.is_none() && row.approved_at.is_none();
    let silent = matches!(row.status, CommissionStatus::Held | CommissionStatus::Rejected) || ended_unheard;
    let mut flow = Flow::default();
    let mut unposted = 0;
    for change in case.changes {
        match posting_of(case, change) {
            Some(posted) => check_change(case, change, posted, silent, &mut flow, findings),
            // Before a held commission is released, changes post nothing and are accrued with it.
            None if held_first => unposted += change.amount,
            None if change.amount != 0 => findings.differ("change.posting", change.id, change.amount, "none"),
            None => {}
        }
    }
    let expected = if silent { 0 } else { row.amount + unposted };
    let accrued = accrual.map_or(0, |posting| posting.amount);
    findings.equal("commission.accrued", row.id, &expected, &accrued);
    if let Some(posting) = accrual {
        let right =
            posting.from_account == Account::Expense && flow.add(posting.to_account, posting.amount) && mine(case, posting);
        findings.equal("commission.accrual", row.id, &true, &right);
    }
    check_approval(case, silent, flow, findings);
}

/// What was on hold when the hold ended is ready, with everything that changed since.
fn check_approval(case: &Case<'_>, silent: bool, mut flow: Flow, findings: &mut Findings) {
    let row = case.row;
    let approval = case.transfers.get(&(AnyId::from_uuid(row.id.uuid()), TransferKind::Approve));
    let expected = if row.approved_at.is_some() { flow.on_hold } else { 0 };
    findings.equal("commission.approved", row.id, &expected, &approval.map_or(0, |posting| posting.amount));
    if let Some(posting) = approval {
        let right = (posting.from_account, posting.to_account) == (Account::OnHold, Account::Ready)
            && Some(posting.posted_at) == row.approved_at
            && mine(case, posting);
        findings.equal("commission.approval", row.id, &true, &right);
        flow.on_hold -= posting.amount;
        flow.ready += posting.amount;
    }
    let booked = (flow.on_hold, flow.ready);
    let should = match (silent, row.approved_at) {
        (true, _) => (0, 0),
        (false, None) => (row.net, 0),
        (false, Some(_)) => (0, row.net),
    };
    findings.equal("commission.on_hold_and_ready", row.id, &should, &booked);
}

fn posting_of<'a>(case: &Case<'a>, change: &ChangeRow) -> Option<&'a Transfer> {
    let cause = AnyId::from_uuid(change.id.uuid());
    case.transfers.get(&(cause, TransferKind::Reverse)).or_else(|| case.transfers.get(&(cause, TransferKind::Accrue)))
}

fn check_change(case: &Case<'_>, change: &ChangeRow, posted: &Transfer, silent: bool, flow: &mut Flow, findings: &mut Findings) {
    let (inside, outside, kind) = if change.amount < 0 {
        (posted.from_account, posted.to_account, TransferKind::Reverse)
    } else {
        (posted.to_account, posted.from_account, TransferKind::Accrue)
    };
    let right = !silent
        && posted.kind == kind
        && posted.amount == change.amount.saturating_abs()
        && posted.posted_at == change.created_at
        && outside == Account::Expense
        && flow.add(inside, change.amount)
        && mine(case, posted);
    findings.equal("change.posting_fits", change.id, &true, &right);
}

fn mine(case: &Case<'_>, posting: &Transfer) -> bool {
    posting.referrer_id == case.row.referrer_id && posting.currency == case.row.currency
}

fn check_status(case: &Case<'_>, findings: &mut Findings) {
    use CommissionStatus::{Approved, Cancelled, Held, InPayout, Paid, Pending, Rejected};
    let row = case.row;
    let holder_fits = match row.status {
        Pending | Held | Rejected | Approved => case.holder.is_none(),
        InPayout => matches!(case.holder, Some(PayoutStatus::Pending | PayoutStatus::Approved)),
        Paid => case.holder == Some(PayoutStatus::Paid),
        Cancelled => true,
    };
    if !holder_fits {
        findings.differ(
            "commission.status",
            row.id,
            format_args!("one that fits a line in a payout that is {:?}", case.holder),
            row.status.as_db(),
        );
    }
    let approved_fits = match row.status {
        Pending | Held | Rejected => row.approved_at.is_none(),
        Approved | InPayout | Paid => row.approved_at.is_some(),
        Cancelled => true,
    };
    findings.equal("commission.approved_at_fits_status", row.id, &true, &approved_fits);
    let live_fits = !(row.live && matches!(row.status, Rejected | Cancelled));
    findings.equal("commission.live_fits_status", row.id, &true, &live_fits);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_each_other_in_some_order() {
        assert!(one_after_another(10, &[]));
        assert!(one_after_another(10, &[(10, 7), (7, 3)]));
        assert!(one_after_another(10, &[(7, 3), (10, 7), (3, 3)]));
        assert!(one_after_another(10, &[(10, 7), (7, 10), (10, 4)]));
        assert!(!one_after_another(10, &[(7, 3)]));
        assert!(!one_after_another(10, &[(10, 7), (10, 3)]));
        assert!(!one_after_another(10, &[(10, 7), (5, 5)]));
        assert!(!one_after_another(10, &[(10, 7), (4, 5), (5, 4)]));
    }
}
