//! Where referrers' money goes: each method is what was last entered, and one that was taken away is gone.

use std::collections::HashMap;

use super::{Findings, PAGE};
use crate::db::payout_methods::{self, Method};
use crate::db::{Conn, DbResult};
use crate::domain::id::ReferrerId;

/// Checks all methods against their history.
pub(super) fn check(conn: &mut Conn<'_>, findings: &mut Findings) -> DbResult<()> {
    let mut after = None;
    loop {
        let page = payout_methods::newest_changes(conn, after, PAGE)?;
        findings.checked("payout_methods", page.len());
        let ids: Vec<ReferrerId> = page.iter().map(|change| change.referrer_id).collect();
        let methods: HashMap<ReferrerId, Method> =
            payout_methods::of(conn, &ids)?.into_iter().map(|row| (row.referrer_id, row)).collect();
        for change in &page {
            let entered = change.rail.map(|rail| (change.version, rail, change.account.clone(), change.hold_until));
            let stands = methods.get(&change.referrer_id);
            let stands = stands.map(|row| (row.version, row.rail, Some(row.account.clone()), row.hold_until));
            findings.equal("payout_method", change.referrer_id, &entered, &stands);
        }
        if i64::try_from(page.len()).unwrap_or(0) < PAGE {
            return Ok(());
        }
        after = ids.last().copied();
    }
}
