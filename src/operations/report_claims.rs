//! How often claims turn out to be right: of all referrers, or of one who claims a lot.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::db::{Conn, DbResult, claims};
use crate::domain::claim::{ClaimStatus, DeclineReason};
use crate::domain::id::ReferrerId;

/// Claims by how they ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ClaimReport {
    /// Waiting for the owner.
    pub open: i64,
    /// Credited.
    pub accepted: i64,
    /// Refused.
    pub declined: i64,
    /// Left undecided.
    pub expired: i64,
    /// Of those decided, how many were right, in per cent with one decimal; none before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hit_rate: Option<String>,
    /// Why the others were not.
    pub declined_for: BTreeMap<DeclineReason, i64>,
}

/// Counts claims.
///
/// # Errors
/// What the database reports.
pub fn report_claims(conn: &mut Conn<'_>, of: Option<ReferrerId>) -> DbResult<ClaimReport> {
    let mut report = ClaimReport::default();
    for (status, reason, count) in claims::counts(conn, of)? {
        *match status {
            ClaimStatus::Open => &mut report.open,
            ClaimStatus::Accepted => &mut report.accepted,
            ClaimStatus::Declined => &mut report.declined,
            ClaimStatus::Expired => &mut report.expired,
        } += count;
        if let Some(reason) = reason {
            *report.declined_for.entry(reason).or_default() += count;
        }
    }
    report.hit_rate = hit_rate(report.accepted, report.declined);
    Ok(report)
}

fn hit_rate(accepted: i64, declined: i64) -> Option<String> {
    let decided = accepted + declined;
    let tenths = (accepted * 1_000 + decided / 2).checked_div(decided)?;
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}

#[cfg(test)]
mod tests {
    use super::hit_rate;

    #[test]
    fn the_rate_is_of_what_was_decided() {
        assert_eq!(hit_rate(0, 0), None);
        assert_eq!(hit_rate(2, 1).as_deref(), Some("66.7"));
        assert_eq!(hit_rate(0, 3).as_deref(), Some("0.0"));
    }
}
