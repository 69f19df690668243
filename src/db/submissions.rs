//! Requests to payout providers, and what the providers say of the payouts in them.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::payouts::Payout;
use super::schema::{payout_batches, payouts, submission_items, submissions};
use super::{Conn, DbResult, IDS_PER_QUERY, Tx};
use crate::domain::id::{BatchId, PayoutId, ReferrerId, SubmissionId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payout::{PayoutStatus, Rail};
use crate::domain::provider::{Provider, Standing, SubmissionStatus};

/// The kind of job that sends a request and asks what became of it; its dedupe key is the request's id.
pub const SUBMIT_PAYOUTS: &str = "submit_payouts";

/// One request to a provider.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = submissions, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Submission {
    /// The request; the provider knows it again by this.
    pub id: SubmissionId,
    /// The batch its payouts are in.
    pub batch_id: BatchId,
    /// To whom.
    pub provider: Provider,
    /// Where it stands.
    pub status: SubmissionStatus,
    /// What is sent, sealed: the same bytes every time. None once it cannot be sent any more.
    pub body: Option<String>,
    /// The provider's number of it.
    pub provider_id: Option<String>,
    /// What somebody says is that number: where to ask next, and nothing more.
    pub hinted_id: Option<String>,
    /// How often it was sent, or may have been.
    pub attempts: i64,
    /// When it was first sent.
    pub first_sent_at: Option<Instant>,
    /// When the provider last told what became of it.
    pub asked_at: Option<Instant>,
    /// Why it is not further.
    pub error: Option<String>,
    /// When it was committed.
    pub created_at: Instant,
    /// When nothing more was to be done about it.
    pub ended_at: Option<Instant>,
}

/// One payout in a request.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = submission_items, treat_none_as_default_value = false)]
pub struct Item {
    /// In which request.
    pub submission_id: SubmissionId,
    /// Which payout.
    pub payout_id: PayoutId,
    /// The provider's number of it.
    pub item_id: Option<String>,
    /// Where it stands, in the provider's word.
    pub item_status: Option<String>,
    /// What the provider takes for it, in minor units of its own currency.
    pub fee: Option<i64>,
    /// ISO 4217.
    pub fee_currency: Option<Currency>,
}

impl Submission {
    /// What the sealed body is bound to.
    #[must_use]
    pub fn seal_place(id: SubmissionId) -> String {
        format!("submission:{id}")
    }

    /// What its next turn depends on.
    #[must_use]
    pub fn standing(&self) -> Standing<'_> {
        Standing {
            status: self.status,
            provider_id: self.provider_id.as_deref().or(self.hinted_id.as_deref()),
            first_sent_at: self.first_sent_at,
            created_at: self.created_at,
        }
    }
}

/// Adds requests with the payouts in them.
///
/// # Errors
/// What the database reports.
pub fn insert(tx: &mut Tx<'_>, rows: &[Submission], items: &[Item]) -> DbResult<()> {
    insert_all!(tx, submissions::table, rows)?;
    insert_all!(tx, submission_items::table, items)
}

/// One request.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: SubmissionId) -> DbResult<Option<Submission>> {
    on_db!(conn, c => submissions::table.find(id).select(Submission::as_select()).first(c).optional())
}

/// One request, locked until the transaction ends.
///
/// # Errors
/// What the database reports.
pub fn lock(tx: &mut Tx<'_>, id: SubmissionId) -> DbResult<Option<Submission>> {
    let rows: Vec<Submission> = load_locked!(tx, submissions::table.find(id).select(Submission::as_select()))?;
    Ok(rows.into_iter().next())
}

/// Writes a request as it stands now; it is locked.
///
/// # Errors
/// What the database reports.
pub fn update(tx: &mut Tx<'_>, row: &Submission) -> DbResult<()> {
    on_db!(tx, c => diesel::update(submissions::table.find(row.id)).set(row).execute(c).map(drop))
}

/// The requests of a batch, oldest first.
///
/// # Errors
/// What the database reports.
pub fn of_batch(conn: &mut Conn<'_>, batch: BatchId) -> DbResult<Vec<Submission>> {
    on_db!(conn, c => submissions::table
        .filter(submissions::batch_id.eq(batch))
        .order((submissions::created_at, submissions::id))
        .select(Submission::as_select())
        .load(c))
}

/// Whether there is such a batch.
///
/// # Errors
/// What the database reports.
pub fn is_batch(conn: &mut Conn<'_>, id: BatchId) -> DbResult<bool> {
    let found: Option<BatchId> =
        on_db!(conn, c => payout_batches::table.find(id).select(payout_batches::id).first(c).optional())?;
    Ok(found.is_some())
}

/// The requests that a provider knows by this number: one, unless it gave a number twice.
///
/// # Errors
/// What the database reports.
pub fn by_number(conn: &mut Conn<'_>, provider: Provider, number: &str) -> DbResult<Option<SubmissionId>> {
    on_db!(conn, c => submissions::table
        .filter(submissions::provider.eq(provider))
        .filter(submissions::provider_id.eq(number))
        .order(submissions::created_at.desc())
        .select(submissions::id)
        .first(c)
        .optional())
}

/// Whether a provider still has something of ours in hand.
///
/// # Errors
/// What the database reports.
pub fn any_open(conn: &mut Conn<'_>, provider: Provider) -> DbResult<bool> {
    let open = [SubmissionStatus::Waiting, SubmissionStatus::Doubtful, SubmissionStatus::Taken];
    let first: Option<SubmissionId> = on_db!(conn, c => submissions::table
        .filter(submissions::provider.eq(provider))
        .filter(submissions::status.eq_any(open))
        .select(submissions::id)
        .first(c)
        .optional())?;
    Ok(first.is_some())
}

/// The payouts in a request, in the order in which they stand in it.
///
/// # Errors
/// What the database reports.
pub fn items_of(conn: &mut Conn<'_>, id: SubmissionId) -> DbResult<Vec<Item>> {
    on_db!(conn, c => submission_items::table
        .filter(submission_items::submission_id.eq(id))
        .order(submission_items::payout_id)
        .select(Item::as_select())
        .load(c))
}

/// Notes what the provider says of a payout.
///
/// # Errors
/// What the database reports.
pub fn note_item(tx: &mut Tx<'_>, row: &Item) -> DbResult<()> {
    on_db!(tx, c => diesel::update(submission_items::table.find((row.submission_id, row.payout_id)))
        .set((
            submission_items::item_id.eq(&row.item_id),
            submission_items::item_status.eq(&row.item_status),
            submission_items::fee.eq(row.fee),
            submission_items::fee_currency.eq(row.fee_currency),
        ))
        .execute(c)
        .map(drop))
}

/// Those of the given payouts that are in a request about which the provider is still being asked.
///
/// # Errors
/// What the database reports.
pub fn in_hand(conn: &mut Conn<'_>, ids: &[PayoutId]) -> DbResult<HashSet<PayoutId>> {
    let open = [SubmissionStatus::Waiting, SubmissionStatus::Doubtful, SubmissionStatus::Taken];
    let found: DbResult<Vec<PayoutId>> = among!(
        conn,
        submission_items::table
            .inner_join(submissions::table.on(submissions::id.eq(submission_items::submission_id)))
            .filter(submissions::status.eq_any(open))
            .select(submission_items::payout_id),
        submission_items::payout_id,
        ids
    );
    found.map(|ids| ids.into_iter().collect())
}

/// To whom the given payouts go.
///
/// # Errors
/// What the database reports.
pub fn referrers_of(conn: &mut Conn<'_>, ids: &[PayoutId]) -> DbResult<Vec<ReferrerId>> {
    among!(conn, payouts::table.select(payouts::referrer_id), payouts::id, ids)
}

/// Locks payouts, ascending by id, and reads them after the lock.
///
/// # Errors
/// What the database reports.
pub fn lock_payouts(tx: &mut Tx<'_>, mut ids: Vec<PayoutId>) -> DbResult<Vec<Payout>> {
    ids.sort_unstable();
    let mut found = Vec::with_capacity(ids.len());
    for slice in ids.chunks(IDS_PER_QUERY) {
        let rows: Vec<Payout> =
            load_locked!(tx, payouts::table.filter(payouts::id.eq_any(slice)).order(payouts::id).select(Payout::as_select()))?;
        found.extend(rows);
    }
    Ok(found)
}

/// The details that approved payouts go by, sealed for their referrers' places.
///
/// # Errors
/// What the database reports.
pub fn details_of(conn: &mut Conn<'_>, ids: &[PayoutId]) -> DbResult<HashMap<PayoutId, String>> {
    let found: DbResult<Vec<(PayoutId, Option<String>)>> =
        among!(conn, payouts::table.select((payouts::id, payouts::details)), payouts::id, ids);
    Ok(found?.into_iter().filter_map(|(id, details)| Some((id, details?))).collect())
}

/// Moves payouts read under lock to another status on their way.
///
/// # Errors
/// What the database reports.
pub fn mark(tx: &mut Tx<'_>, ids: &[PayoutId], status: PayoutStatus, reason: Option<&str>) -> DbResult<()> {
    for slice in ids.chunks(IDS_PER_QUERY) {
        on_db!(tx, c => diesel::update(payouts::table.filter(payouts::id.eq_any(slice)))
            .set((payouts::status.eq(status), payouts::reason.eq(reason)))
            .execute(c))?;
    }
    Ok(())
}

/// A batch with approved payouts on `rail`, oldest first.
///
/// # Errors
/// What the database reports.
pub fn batch_to_send(conn: &mut Conn<'_>, rail: Rail) -> DbResult<Option<BatchId>> {
    on_db!(conn, c => payouts::table
        .filter(payouts::status.eq(PayoutStatus::Approved))
        .filter(payouts::rail.eq(rail))
        .order(payouts::batch_id)
        .select(payouts::batch_id)
        .first(c)
        .optional())
}

/// How many payouts of a batch stand where.
///
/// # Errors
/// What the database reports.
pub fn counts_of(conn: &mut Conn<'_>, batch: BatchId) -> DbResult<Vec<(PayoutStatus, i64)>> {
    on_db!(conn, c => payouts::table
        .filter(payouts::batch_id.eq(batch))
        .group_by(payouts::status)
        .select((payouts::status, diesel::dsl::count_star()))
        .order(payouts::status)
        .load(c))
}

/// How many payouts are in each request of a batch.
///
/// # Errors
/// What the database reports.
pub fn sizes_of(conn: &mut Conn<'_>, batch: BatchId) -> DbResult<HashMap<SubmissionId, i64>> {
    let rows: DbResult<Vec<(SubmissionId, i64)>> = on_db!(conn, c => submission_items::table
        .inner_join(submissions::table.on(submissions::id.eq(submission_items::submission_id)))
        .filter(submissions::batch_id.eq(batch))
        .group_by(submission_items::submission_id)
        .select((submission_items::submission_id, diesel::dsl::count_star()))
        .load(c));
    rows.map(|rows| rows.into_iter().collect())
}

/// Up to `most` payouts after `after`, ascending by id, of which nobody knows whether they arrived and for which the
/// provider no longer answers.
///
/// # Errors
/// What the database reports.
pub fn undecided(conn: &mut Conn<'_>, after: Option<PayoutId>, most: i64) -> DbResult<Vec<Payout>> {
    let after = after.unwrap_or_else(|| PayoutId::from_uuid(uuid::Uuid::nil()));
    on_db!(conn, c => payouts::table
        .inner_join(submission_items::table.on(submission_items::payout_id.eq(payouts::id)))
        .inner_join(submissions::table.on(submissions::id.eq(submission_items::submission_id)))
        .filter(payouts::status.eq(PayoutStatus::Unknown))
        .filter(submissions::status.eq(SubmissionStatus::Undecided))
        .filter(payouts::id.gt(after))
        .order(payouts::id)
        .limit(most)
        .select(Payout::as_select())
        .load(c))
}

/// Of how many payouts it is not known whether they arrived, and for how many of these the provider no longer answers.
///
/// # Errors
/// What the database reports.
pub fn doubts(conn: &mut Conn<'_>) -> DbResult<(i64, i64)> {
    let unknown = payouts::table.filter(payouts::status.eq(PayoutStatus::Unknown));
    let all: i64 = on_db!(conn, c => unknown.count().get_result(c))?;
    let undecided: i64 = on_db!(conn, c => submission_items::table
        .inner_join(submissions::table.on(submissions::id.eq(submission_items::submission_id)))
        .inner_join(payouts::table.on(payouts::id.eq(submission_items::payout_id)))
        .filter(submissions::status.eq(SubmissionStatus::Undecided))
        .filter(payouts::status.eq(PayoutStatus::Unknown))
        .count()
        .get_result(c))?;
    Ok((all, undecided))
}
