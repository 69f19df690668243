//! Balances: what the postings sum to, what the open items sum to, and the identity of the report.

use std::collections::BTreeMap;

use super::{Findings, PAGE};
use crate::db::check::{self, Span};
use crate::db::ledger::{Balance, Transfer};
use crate::db::open_items::{Whose, open_items};
use crate::db::types::AnyId;
use crate::db::{Conn, DbResult, adjustments};
use crate::domain::id::ReferrerId;
use crate::domain::money::Currency;
use crate::domain::report::{Figures, Moved};
use crate::operations::post_adjustment::transfer;

/// What one referrer has in one currency, three ways.
#[derive(Default)]
struct Sides {
    stored: Option<Balance>,
    moved: Vec<Moved>,
    open: i64,
}

/// Checks all balances.
pub(super) fn check(conn: &mut Conn<'_>, findings: &mut Findings) -> DbResult<()> {
    let mut after = None;
    loop {
        let mut page = check::balances_page(conn, after, PAGE)?;
        let full = i64::try_from(page.len()).unwrap_or(0) == PAGE;
        if full {
            // The last referrer's other currencies may be on the next page: he is left for it.
            let cut = page.last().map(|row| row.referrer_id);
            page.retain(|row| Some(row.referrer_id) != cut);
        }
        let last = page.last().map(|row| row.referrer_id);
        check_page(conn, page, Span { above: after, upto: last.filter(|_| full) }, findings)?;
        if !full {
            return Ok(());
        }
        after = last;
    }
}

fn check_page(conn: &mut Conn<'_>, page: Vec<Balance>, span: Span<ReferrerId>, findings: &mut Findings) -> DbResult<()> {
    findings.checked("balances", page.len());
    let mut sides: BTreeMap<(ReferrerId, Currency), Sides> = BTreeMap::new();
    for row in page {
        let key = (row.referrer_id, row.currency);
        sides.entry(key).or_default().stored = Some(row);
    }
    for (referrer, currency, moved) in check::moved_in(conn, span)? {
        sides.entry((referrer, currency)).or_default().moved.push(moved);
    }
    let items = open_items(conn, Whose::Between(span.above, span.upto))?;
    findings.checked("open_items", items.len());
    for item in items {
        sides.entry((item.referrer_id, item.currency)).or_default().open += item.amount;
    }
    for ((referrer, currency), side) in sides {
        compare(referrer, currency, side, findings);
    }
    Ok(())
}

fn compare(referrer: ReferrerId, currency: Currency, side: Sides, findings: &mut Findings) {
    let id = format!("{referrer} {currency}");
    let stored = side.stored.unwrap_or_else(|| Balance::empty(referrer, currency));
    let mut computed = Balance::empty(referrer, currency);
    let mut figures = Figures::default();
    for moved in &side.moved {
        *computed.account(moved.from_account) -= moved.amount;
        *computed.account(moved.to_account) += moved.amount;
        figures.within(moved);
    }
    findings.equal("balance", &id, &computed, &stored);
    findings.equal("balance.ready_is_open_items", &id, &side.open, &stored.ready);
    findings.equal("report.closing", &id, &figures.expected_closing(), &figures.closing);
    let owed = stored.on_hold + stored.ready + stored.in_transit;
    findings.equal("report.owed", &id, &figures.closing, &owed);
}

/// Checks that each adjustment posted what it says.
pub(super) fn check_adjustments(conn: &mut Conn<'_>, findings: &mut Findings) -> DbResult<()> {
    let mut after = None;
    loop {
        let page = adjustments::list(conn, None, after, PAGE)?;
        findings.checked("adjustments", page.len());
        let causes: Vec<AnyId> = page.iter().map(|row| AnyId::from_uuid(row.id.uuid())).collect();
        let mut posted: BTreeMap<AnyId, Vec<Transfer>> = BTreeMap::new();
        for row in check::transfers_of(conn, &causes)? {
            findings.explain(row.kind);
            posted.entry(row.cause_id).or_default().push(row);
        }
        for row in &page {
            let found = posted.remove(&AnyId::from_uuid(row.id.uuid())).unwrap_or_default();
            findings.equal("adjustment.posting", row.id, &vec![transfer(row)], &found);
            findings.equal("adjustment.sign", row.id, &true, &row.kind.allows(row.amount));
        }
        if i64::try_from(page.len()).unwrap_or(0) < PAGE {
            return Ok(());
        }
        after = page.last().map(|row| row.id);
    }
}
