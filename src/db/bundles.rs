//! Letters that are told in another: a bundle has a leader, which is sent, and members, which it tells of.
//! Who belongs to it is committed before it is sent, so that a second attempt says the same.

use diesel::prelude::*;

use super::outbox::{Mail, SEND_MAIL};
use super::schema::{jobs, mails};
use super::types::{AnyId, JobStatus, MailStatus};
use super::{Conn, DbResult, Tx};
use crate::domain::id::{JobId, LeaseToken, MailId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;

/// When a referrer was last sent a letter of `kind`.
///
/// # Errors
/// What the database reports.
pub fn last_told(conn: &mut Conn<'_>, referrer: ReferrerId, kind: Notice) -> DbResult<Option<Instant>> {
    let latest: Option<Option<Instant>> = on_db!(conn, c => mails::table
        .filter(mails::referrer_id.eq(referrer))
        .filter(mails::kind.eq(kind))
        .filter(mails::ended_at.is_not_null())
        .filter(mails::status.eq(MailStatus::Sent))
        .order(mails::ended_at.desc())
        .select(mails::ended_at)
        .first(c)
        .optional())?;
    Ok(latest.flatten())
}

/// A referrer's letters of `kind` that wait, oldest first: each with the one that tells of it.
///
/// # Errors
/// What the database reports.
pub fn waiting(conn: &mut Conn<'_>, referrer: ReferrerId, kind: Notice) -> DbResult<Vec<(MailId, Option<MailId>)>> {
    on_db!(conn, c => mails::table
        .filter(mails::referrer_id.eq(referrer))
        .filter(mails::kind.eq(kind))
        .filter(mails::ended_at.is_null())
        .filter(mails::status.eq(MailStatus::Queued))
        .order(mails::id)
        .select((mails::id, mails::told_in))
        .load(c))
}

/// Notes that `leader` tells of these letters, itself among them.
///
/// # Errors
/// What the database reports.
pub fn gather(tx: &mut Tx<'_>, leader: MailId, letters: &[MailId]) -> DbResult<()> {
    on_db!(tx, c => diesel::update(mails::table
            .filter(mails::id.eq_any(letters))
            .filter(mails::status.eq(MailStatus::Queued))
            .filter(mails::told_in.is_null()))
        .set(mails::told_in.eq(leader))
        .execute(c)
        .map(drop))
}

/// What `leader` tells of besides its own subject, oldest first.
///
/// # Errors
/// What the database reports.
pub fn subjects(conn: &mut Conn<'_>, leader: MailId) -> DbResult<Vec<AnyId>> {
    on_db!(conn, c => mails::table
        .filter(mails::told_in.eq(leader))
        .filter(mails::id.ne(leader))
        .order(mails::id)
        .select(mails::subject_id)
        .load(c))
}

/// Ends the members of `leader` as it ended: those that it told of are `bundled`.
///
/// # Errors
/// What the database reports.
pub fn end_members(tx: &mut Tx<'_>, leader: MailId, ended: MailStatus, now: Instant) -> DbResult<()> {
    let status = if ended == MailStatus::Sent { MailStatus::Bundled } else { ended };
    let members: Vec<MailId> = on_db!(tx, c => diesel::update(mails::table
            .filter(mails::told_in.eq(leader))
            .filter(mails::id.ne(leader))
            .filter(mails::status.eq(MailStatus::Queued)))
        .set((mails::status.eq(status), mails::ended_at.eq(now)))
        .returning(mails::id)
        .get_results(c))?;
    let keys: Vec<String> = members.iter().map(ToString::to_string).collect();
    if keys.is_empty() {
        return Ok(());
    }
    on_db!(tx, c => diesel::delete(jobs::table.filter(jobs::kind.eq(SEND_MAIL)).filter(jobs::dedupe_key.eq_any(&keys)))
        .execute(c)
        .map(drop))
}

/// Gives up the jobs of those that `leader` was to tell of: it is sent no more until somebody looks.
///
/// # Errors
/// What the database reports.
pub fn give_up_members(tx: &mut Tx<'_>, leader: MailId) -> DbResult<()> {
    let members: Vec<MailId> = on_db!(tx, c => mails::table
        .filter(mails::told_in.eq(leader))
        .filter(mails::id.ne(leader))
        .select(mails::id)
        .load(c))?;
    let keys: Vec<String> = members.iter().map(ToString::to_string).collect();
    let none: Option<LeaseToken> = None;
    on_db!(tx, c => diesel::update(jobs::table.filter(jobs::kind.eq(SEND_MAIL)).filter(jobs::dedupe_key.eq_any(&keys)))
        .set((jobs::status.eq(JobStatus::Dead), jobs::lease_token.eq(none)))
        .execute(c)
        .map(drop))
}

/// Puts a job back until `run_at`; it was not tried. Returns whether it was still this worker's.
///
/// # Errors
/// What the database reports.
pub fn postpone(tx: &mut Tx<'_>, id: JobId, token: LeaseToken, run_at: Instant) -> DbResult<bool> {
    let mine =
        jobs::table.filter(jobs::id.eq(id)).filter(jobs::status.eq(JobStatus::Running)).filter(jobs::lease_token.eq(token));
    let none: Option<LeaseToken> = None;
    on_db!(tx, c => diesel::update(mine)
        .set((
            jobs::status.eq(JobStatus::Ready),
            jobs::lease_token.eq(none),
            jobs::run_at.eq(run_at),
            jobs::attempts.eq(jobs::attempts - 1),
        ))
        .execute(c))
    .map(|count| count == 1)
}

/// A page of letters that another tells of, ascending, for the proof that it does.
///
/// # Errors
/// What the database reports.
pub fn told_page(conn: &mut Conn<'_>, after: Option<MailId>, most: i64) -> DbResult<Vec<Mail>> {
    let after = after.unwrap_or(MailId::from_uuid(uuid::Uuid::nil()));
    on_db!(conn, c => mails::table
        .filter(mails::told_in.is_not_null())
        .filter(mails::id.gt(after))
        .order(mails::id)
        .limit(most)
        .select(Mail::as_select())
        .load(c))
}
