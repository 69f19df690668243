//! Notes that a request to a provider is about to be sent: from here on it may have been done, whatever is heard of
//! it. Committed before anything is sent.

use crate::db::submissions::{self, Submission};
use crate::db::{DbResult, Tx, jobs};
use crate::domain::id::{JobId, LeaseToken, SubmissionId};
use crate::domain::instant::Instant;
use crate::domain::provider::{SubmissionStatus, Turn, turn};

/// A request that may be sent now.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// As it stands, this try counted.
    pub submission: Submission,
    /// Whether an earlier try may have been done.
    pub doubtful_before: bool,
}

/// Notes a try; none if it is not to be sent any more or another worker has the job.
///
/// # Errors
/// What the database reports.
pub fn attempt_submission(
    tx: &mut Tx<'_>,
    now: Instant,
    id: SubmissionId,
    job: JobId,
    token: LeaseToken,
) -> DbResult<Option<Attempt>> {
    if !jobs::hold(tx, job, token)? {
        return Ok(None);
    }
    let Some(mut row) = submissions::lock(tx, id)? else { return Ok(None) };
    if turn(row.standing(), now) != Turn::Send {
        return Ok(None);
    }
    let doubtful_before = row.status != SubmissionStatus::Waiting;
    // What the provider said it has is sent again only to learn its number: it stays taken.
    if row.status == SubmissionStatus::Waiting {
        row.status = SubmissionStatus::Doubtful;
    }
    row.attempts += 1;
    row.first_sent_at = row.first_sent_at.or(Some(now));
    submissions::update(tx, &row)?;
    Ok(Some(Attempt { submission: row, doubtful_before }))
}
