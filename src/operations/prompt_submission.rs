//! Somebody says that a provider has news of a request: it is asked at once. Nobody's word is taken for what the
//! news is.

use serde_json::json;

use crate::db::submissions::{self, SUBMIT_PAYOUTS};
use crate::db::{DbResult, Tx, jobs};
use crate::domain::id::SubmissionId;
use crate::domain::instant::Instant;
use crate::domain::provider::{Provider, SubmissionStatus};

/// A request is not asked for again within so many seconds, however many say that there are news.
const PAUSE: i64 = 10;

/// Lets a request be asked for now; returns whether there is such a one. A number that we have been missing is only
/// where the provider is asked: it must answer with our own key.
///
/// # Errors
/// What the database reports.
pub fn prompt_submission(
    tx: &mut Tx<'_>,
    now: Instant,
    provider: Provider,
    number: &str,
    key: Option<SubmissionId>,
) -> DbResult<bool> {
    let id = match submissions::by_number(tx, provider, number)? {
        Some(id) => Some(id),
        None => key,
    };
    let Some(row) = id.map_or(Ok(None), |id| submissions::find(tx, id))? else { return Ok(false) };
    let missing = row.provider_id.is_none() && row.attempts > 0;
    if row.provider != provider || row.status == SubmissionStatus::Refused || (row.provider_id.is_none() && !missing) {
        return Ok(false);
    }
    let hinted = missing && row.hinted_id.as_deref() != Some(number);
    if !hinted && row.asked_at.is_some_and(|asked| now < asked.plus_seconds(PAUSE)) {
        return Ok(true);
    }
    // The job first, as whoever works on it does.
    jobs::hurry(tx, SUBMIT_PAYOUTS, &row.id.to_string(), &json!({ "submission_id": row.id }), now)?;
    if hinted && let Some(mut row) = submissions::lock(tx, row.id)?.filter(|row| row.provider_id.is_none()) {
        row.hinted_id = Some(number.to_owned());
        submissions::update(tx, &row)?;
    }
    Ok(true)
}
