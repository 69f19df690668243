//! What `check` reads of requests to payout providers.

use std::collections::HashMap;

use diesel::prelude::*;

use super::check::Span;
use super::schema::{payouts, submission_items, submissions};
use super::submissions::Submission;
use super::{Conn, DbResult};
use crate::domain::id::{PayoutId, SubmissionId};
use crate::domain::payout::{PayoutStatus, Rail};
use crate::domain::provider::SubmissionStatus;

/// A page of requests, ascending.
///
/// # Errors
/// What the database reports.
pub fn page(conn: &mut Conn<'_>, after: Option<SubmissionId>, most: i64) -> DbResult<Vec<Submission>> {
    let span = Span { above: after, upto: None };
    on_db!(conn, c => spanned!(submissions::table.select(Submission::as_select()), submissions::id, span)
        .order(submissions::id)
        .limit(most)
        .load(c))
}

/// The payouts in the given requests, and where they stand.
///
/// # Errors
/// What the database reports.
pub fn payouts_in(conn: &mut Conn<'_>, ids: &[SubmissionId]) -> DbResult<Vec<(SubmissionId, PayoutId, PayoutStatus)>> {
    among!(
        conn,
        submission_items::table.inner_join(payouts::table.on(payouts::id.eq(submission_items::payout_id))).select((
            submission_items::submission_id,
            payouts::id,
            payouts::status
        )),
        submission_items::submission_id,
        ids
    )
}

/// Every payout on its way by a provider, with the number of requests it is in that were not refused.
///
/// # Errors
/// What the database reports.
pub fn on_their_way(conn: &mut Conn<'_>) -> DbResult<Vec<(PayoutId, i64)>> {
    let way = [PayoutStatus::Submitting, PayoutStatus::Sent, PayoutStatus::Unknown];
    let rows: Vec<PayoutId> = on_db!(conn, c => payouts::table
        .filter(payouts::status.eq_any(way))
        .filter(payouts::rail.ne(Rail::StoreCredit))
        .order(payouts::id)
        .select(payouts::id)
        .load(c))?;
    let found: DbResult<Vec<(PayoutId, SubmissionStatus)>> = among!(
        conn,
        submission_items::table
            .inner_join(submissions::table.on(submissions::id.eq(submission_items::submission_id)))
            .select((submission_items::payout_id, submissions::status)),
        submission_items::payout_id,
        rows
    );
    let mut counts: HashMap<PayoutId, i64> = HashMap::new();
    for (payout, status) in found? {
        if status != SubmissionStatus::Refused {
            *counts.entry(payout).or_default() += 1;
        }
    }
    Ok(rows.into_iter().map(|id| (id, counts.get(&id).copied().unwrap_or(0))).collect())
}
