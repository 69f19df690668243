//! Commissions: what the verdict owes under its terms, every change, and what was posted for them.

use std::collections::HashMap;

use super::{Findings, PAGE};
use crate::db::check::{self, Span, VerdictFacts};
use crate::db::commissions::{ChangeRow, CommissionRow};
use crate::db::ledger::Transfer;
use crate::db::terms::Program;
use crate::db::types::{AnyId, Json};
use crate::db::{Conn, DbResult, check_payouts};
use crate::domain::attribution::VerdictKind;
use crate::domain::commission::{Account, CommissionStatus, TransferKind};
use crate::domain::earning::{Plan, plan};
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
        let mut own = changes.remove(&row.id).unwrap_or_default();
        own.sort_by_key(|change| change.seq);
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
    let plan = plan_of(program, verdict);
    let owed = row.bonus_deal().map_or_else(|| plan.owed(0, &[]), |deal| plan.bonus_for(deal, 0));
    let expected = (owed, verdict.terms_version, verdict.referrer_id);
    findings.equal("commission.amount", row.id, &expected, &(row.amount, row.terms_version, Some(row.referrer_id)));
    let mut net = row.amount;
    for (seq, change) in (1..).zip(case.changes) {
        findings.equal("change.seq", change.id, &seq, &change.seq);
        match change_of(case, program, change, net) {
            Some(expected) => findings.equal("change.amount", change.id, &expected, &change.amount),
            None => findings.differ("change.verdict", change.id, "a verdict on the same base", change.verdict_seq),
        }
        net += change.amount;
    }
    findings.equal("commission.changes", row.id, &i64::try_from(case.changes.len()).unwrap_or(-1), &row.changes);
    findings.equal("commission.net", row.id, &net, &row.net);
}

/// What a change should be, given the net before it.
fn change_of(case: &Case<'_>, program: &Program, change: &ChangeRow, net: i64) -> Option<i64> {
    let row = case.row;
    let verdict = case.verdicts.get(&(row.sale_id, change.verdict_seq))?;
    let Json(inputs) = &verdict.inputs;
    let theirs = verdict.referrer_id == Some(row.referrer_id)
        && verdict.kind != VerdictKind::Unattributed
        && inputs.currency == row.currency;
    if inputs.base != change.base {
        return None;
    }
    let held = verdict.kind == VerdictKind::Held;
    let plan = plan_of(program, verdict);
    let target = match row.bonus_deal() {
        _ if !theirs => 0,
        Some(deal) => {
            if held {
                0
            } else {
                plan.bonus_for(deal, change.base_refunded)
            }
        }
        // What was posted is taken back when the sale is held.
        None if held && !held_first(case) => 0,
        None => plan.owed(change.base_refunded, change.returned.as_ref().map_or(&[], |Json(returned)| returned.as_slice())),
    };
    Some(target - net)
}

fn plan_of<'p>(program: &'p Program, verdict: &VerdictFacts) -> Plan<'p> {
    let Json(inputs) = &verdict.inputs;
    plan(program.terms(verdict.terms_version), inputs.base, inputs.currency, &inputs.goods, inputs.standing.as_ref())
}

/// Whether the commission accrued while its sale was held, and so posted nothing at first.
fn held_first(case: &Case<'_>) -> bool {
    let accrued = case.verdicts.get(&(case.row.sale_id, case.row.verdict_seq));
    accrued.is_some_and(|verdict| verdict.kind == VerdictKind::Held)
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
    let held_first = held_first(case);
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
    // At the very instant of approval a change may have come just before or just after it.
    let account_fits = match case.row.approved_at {
        Some(at) if change.created_at > at => inside == Account::Ready,
        Some(at) if change.created_at == at => true,
        _ => inside == Account::OnHold,
    };
    let right = !silent
        && posted.kind == kind
        && posted.amount == change.amount.saturating_abs()
        && posted.posted_at == change.created_at
        && outside == Account::Expense
        && account_fits
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
        InPayout => case.holder.is_some_and(|holder| !holder.ended()),
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
