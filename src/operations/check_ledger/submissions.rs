//! Requests to providers: each payout on its way by a provider is in one that is not over, none is in two at once, and
//! what the provider may still have was not released.

use std::collections::HashMap;

use super::{Findings, PAGE};
use crate::db::submissions::Submission;
use crate::db::{Conn, DbResult, check_submissions};
use crate::domain::id::{PayoutId, SubmissionId};
use crate::domain::payout::PayoutStatus;
use crate::domain::provider::SubmissionStatus;

/// Checks all requests, and all payouts that are on their way.
pub(super) fn check(conn: &mut Conn<'_>, findings: &mut Findings) -> DbResult<()> {
    let mut after = None;
    loop {
        let page = check_submissions::page(conn, after, PAGE)?;
        findings.checked("submissions", page.len());
        let ids: Vec<SubmissionId> = page.iter().map(|row| row.id).collect();
        let mut inside: HashMap<SubmissionId, Vec<(PayoutId, PayoutStatus)>> = HashMap::new();
        for (submission, payout, status) in check_submissions::payouts_in(conn, &ids)? {
            inside.entry(submission).or_default().push((payout, status));
        }
        for row in &page {
            check_one(row, &inside.remove(&row.id).unwrap_or_default(), findings);
        }
        if i64::try_from(page.len()).unwrap_or(0) < PAGE {
            break;
        }
        after = page.last().map(|row| row.id);
    }
    // One that was refused is over: its payouts may be in another.
    for (payout, live) in check_submissions::on_their_way(conn)? {
        findings.equal("payout.submission", payout, &1_i64, &live);
    }
    Ok(())
}

fn check_one(row: &Submission, inside: &[(PayoutId, PayoutStatus)], findings: &mut Findings) {
    if inside.is_empty() {
        findings.differ("submission.payouts", row.id, "at least 1", 0);
    }
    let may_be_sent = matches!(row.status, SubmissionStatus::Waiting | SubmissionStatus::Doubtful);
    if may_be_sent && row.provider_id.is_none() {
        findings.equal("submission.body", row.id, &true, &row.body.is_some());
    }
    for (payout, status) in inside {
        let fits = match row.status {
            SubmissionStatus::Waiting | SubmissionStatus::Doubtful => {
                matches!(status, PayoutStatus::Submitting | PayoutStatus::Unknown)
            }
            SubmissionStatus::Taken => status.ended() || matches!(status, PayoutStatus::Sent | PayoutStatus::Unknown),
            SubmissionStatus::Done => status.ended(),
            // It goes on in another, or has ended.
            SubmissionStatus::Refused => *status != PayoutStatus::Approved && *status != PayoutStatus::Pending,
            SubmissionStatus::Undecided => status.ended() || matches!(status, PayoutStatus::Sent | PayoutStatus::Unknown),
        };
        if !fits {
            findings.differ(
                "submission.status",
                row.id,
                format_args!("one that fits payout {payout}, which is {}", status.as_db()),
                row.status.as_db(),
            );
        }
    }
}
