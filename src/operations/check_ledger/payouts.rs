//! Payouts: an amount is the sum of its lines, each line is its item, and what was posted fits the status.

use std::collections::{BTreeMap, HashMap};

use super::super::hash_batch::hash_batch;
use super::{Findings, PAGE};
use crate::db::check::{self, Span};
use crate::db::ledger::Transfer;
use crate::db::payouts::{Line, Payout};
use crate::db::types::AnyId;
use crate::db::{Conn, DbResult, check_payouts, payout_batches};
use crate::domain::commission::{Account, TransferKind};
use crate::domain::id::{BatchId, PayoutId, ReferrerId};
use crate::domain::money::Currency;
use crate::domain::payout::{BatchStatus, ItemKind, PayoutStatus, Rail};

type Items = HashMap<(ItemKind, AnyId), (ReferrerId, Currency, i64)>;

/// Checks all payouts.
pub(super) fn check(conn: &mut Conn<'_>, findings: &mut Findings) -> DbResult<()> {
    let mut after = None;
    loop {
        let page = check_payouts::payouts_page(conn, after, PAGE)?;
        let full = i64::try_from(page.len()).unwrap_or(0) == PAGE;
        let last = page.last().map(|row| row.id);
        check_page(conn, &page, Span { above: after, upto: last.filter(|_| full) }, findings)?;
        if !full {
            return Ok(());
        }
        after = last;
    }
}

fn check_page(conn: &mut Conn<'_>, page: &[Payout], span: Span<PayoutId>, findings: &mut Findings) -> DbResult<()> {
    let rows = check_payouts::payout_lines_in(conn, span)?;
    findings.checked("payouts", page.len());
    findings.checked("payout_lines", rows.len());
    let items = items(conn, &rows)?;
    let mut lines: BTreeMap<PayoutId, Vec<Line>> = BTreeMap::new();
    rows.into_iter().for_each(|line| lines.entry(line.payout_id).or_default().push(line));
    let causes: Vec<AnyId> = page.iter().map(|row| AnyId::from_uuid(row.id.uuid())).collect();
    let mut posted: HashMap<AnyId, Vec<Transfer>> = HashMap::new();
    for row in check::transfers_of(conn, &causes)? {
        findings.explain(row.kind);
        posted.entry(row.cause_id).or_default().push(row);
    }
    for row in page {
        check_lines(row, &lines.remove(&row.id).unwrap_or_default(), &items, findings);
        check_postings(row, &posted.remove(&AnyId::from_uuid(row.id.uuid())).unwrap_or_default(), findings);
    }
    Ok(())
}

fn items(conn: &mut Conn<'_>, lines: &[Line]) -> DbResult<Items> {
    let mut items = Items::new();
    for kind in [ItemKind::Commission, ItemKind::Change, ItemKind::Adjustment] {
        let ids: Vec<AnyId> = lines.iter().filter(|line| line.item_kind == kind).map(|line| line.item_id).collect();
        for (id, referrer, currency, amount) in check_payouts::items_of(conn, kind, &ids)? {
            items.insert((kind, id), (referrer, currency, amount));
        }
    }
    Ok(items)
}

fn check_lines(row: &Payout, lines: &[Line], items: &Items, findings: &mut Findings) {
    findings.equal("payout.amount", row.id, &lines.iter().map(|line| line.amount).sum::<i64>(), &row.amount);
    findings.equal("payout.rail", row.id, &(row.amount == 0), &(row.rail == Rail::Offset));
    findings.equal("payout.idempotency_key", row.id, &row.id.to_string(), &row.idempotency_key);
    let released = matches!(row.status, PayoutStatus::Failed | PayoutStatus::Returned | PayoutStatus::Cancelled);
    for line in lines {
        let item = items.get(&(line.item_kind, line.item_id)).copied();
        findings.equal("payout_line.item", row.id, &Some((row.referrer_id, row.currency, line.amount)), &item);
        findings.equal("payout_line.released", row.id, &released, &line.released_at.is_some());
    }
    if lines.is_empty() {
        findings.differ("payout.lines", row.id, "at least 1", 0);
    }
}

fn check_postings(row: &Payout, posted: &[Transfer], findings: &mut Findings) {
    use Account::{InTransit, Paid, Ready};
    let reserve = (TransferKind::Reserve, Ready, InTransit);
    let settle = (TransferKind::Settle, InTransit, Paid);
    let settled = posted.iter().any(|one| one.kind == TransferKind::Settle);
    let mut expected = match (row.rail, row.status) {
        (Rail::Offset, _) => Vec::new(),
        (_, PayoutStatus::Pending | PayoutStatus::Approved) => vec![reserve],
        // Handed over, but nobody has said that it arrived: the money is on its way.
        (_, PayoutStatus::Submitting | PayoutStatus::Sent | PayoutStatus::Unknown) => vec![reserve],
        (_, PayoutStatus::Paid) => vec![reserve, settle],
        (_, PayoutStatus::Failed | PayoutStatus::Cancelled) => vec![reserve, (TransferKind::Fail, InTransit, Ready)],
        (_, PayoutStatus::Returned) if settled => vec![reserve, settle, (TransferKind::Return, Paid, Ready)],
        (_, PayoutStatus::Returned) => vec![reserve, (TransferKind::Return, InTransit, Ready)],
    };
    let (fees, posted): (Vec<&Transfer>, Vec<&Transfer>) = posted.iter().partition(|one| one.kind == TransferKind::Fee);
    for fee in fees {
        let way = (fee.from_account, fee.to_account, fee.referrer_id);
        findings.equal("payout.fee", row.id, &(Account::Expense, Account::Fees, row.referrer_id), &way);
    }
    let mut found: Vec<_> = posted.iter().map(|one| (one.kind, one.from_account, one.to_account)).collect();
    expected.sort_unstable();
    found.sort_unstable();
    findings.equal("payout.postings", row.id, &expected, &found);
    let fits = |one: &&Transfer| (one.referrer_id, one.currency, one.amount) == (row.referrer_id, row.currency, row.amount);
    findings.equal("payout.postings_fit", row.id, &true, &posted.iter().all(fits));
    let status_fits = row.rail != Rail::Offset || row.status == PayoutStatus::Paid;
    findings.equal("payout.status_fits_rail", row.id, &true, &status_fits);
    let approved = match row.status {
        _ if row.rail == Rail::Offset => Some(false),
        PayoutStatus::Pending => Some(false),
        // Dropped before or after approval.
        PayoutStatus::Cancelled => None,
        _ => Some(true),
    };
    if let Some(approved) = approved {
        findings.equal("payout.approved_at", row.id, &approved, &row.approved_at.is_some());
    }
}

/// Checks that a batch stands where its payouts put it.
pub(super) fn check_batches(conn: &mut Conn<'_>, findings: &mut Findings) -> DbResult<()> {
    let mut after = None;
    loop {
        let page = payout_batches::list(conn, after, PAGE)?;
        findings.checked("payout_batches", page.len());
        let ids: Vec<BatchId> = page.iter().map(|row| row.id).collect();
        let mut statuses: HashMap<BatchId, Vec<PayoutStatus>> = HashMap::new();
        // What closed against itself has ended however the batch stands.
        for total in payout_batches::totals(conn, &ids)?.iter().filter(|total| total.rail != Rail::Offset) {
            statuses.entry(total.batch_id).or_default().push(total.status);
        }
        for row in &page {
            let of = statuses.remove(&row.id).unwrap_or_default();
            let any = |wanted: PayoutStatus| of.contains(&wanted);
            let fits = match row.status {
                BatchStatus::Preparing | BatchStatus::Prepared => of.iter().all(|one| *one == PayoutStatus::Pending),
                BatchStatus::Approved => !any(PayoutStatus::Pending) && of.iter().any(|one| !one.ended()),
                BatchStatus::Done => of.iter().all(|one| one.ended()),
                BatchStatus::Cancelled => of.iter().all(|one| *one == PayoutStatus::Cancelled),
            };
            if !fits {
                findings.differ(
                    "payout_batch.status",
                    row.id,
                    format_args!("one that fits payouts that are {of:?}"),
                    row.status.as_db(),
                );
            }
            let hash = if row.approved_at.is_some() { Some(hash_batch(conn, row.id)?) } else { None };
            findings.equal("payout_batch.hash", row.id, &hash, &row.hash);
        }
        if i64::try_from(page.len()).unwrap_or(0) < PAGE {
            return Ok(());
        }
        after = page.last().map(|row| row.id);
    }
}
