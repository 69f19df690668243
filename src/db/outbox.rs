//! What a transaction leaves behind for later: letters, jobs, events and audit entries. They exist
//! if and only if the transaction commits.

use std::collections::HashSet;

use diesel::prelude::*;
use serde_json::Value;

use super::columns::Together;
use super::schema::{audit_log, events, jobs, mails};
use super::types::{AnyId, JobStatus, Json, MailStatus};
use super::{Conn, DbResult, Tx};
use crate::domain::id::{AuditId, EventId, JobId, MailId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;

/// The kind of job that sends one letter; its dedupe key and payload are the letter's id.
pub const SEND_MAIL: &str = "send_mail";

/// A letter to be sent: rendered only then, so that no address or name is kept in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = mails, treat_none_as_default_value = false)]
pub struct Mail {
    /// The letter.
    pub id: MailId,
    /// Which kind.
    pub kind: Notice,
    /// What it is about: unique with the kind.
    pub subject_id: AnyId,
    /// To whom.
    pub referrer_id: ReferrerId,
    /// The same at every attempt (RFC 5322 §3.6.4), so that a receiver can drop a second copy.
    pub message_id: String,
    /// The letter that tells of it: itself when it was sent as the first of a bundle, maybe the only one.
    pub told_in: Option<MailId>,
    /// Where it went, once sent.
    pub recipient: Option<String>,
    /// Where it stands.
    pub status: MailStatus,
    /// When it was queued.
    pub created_at: Instant,
    /// When it was sent or given up.
    pub ended_at: Option<Instant>,
}

columns!(Mail, mails(id, kind, subject_id, referrer_id, message_id, told_in, recipient, status, created_at, ended_at), if_free);

/// Work for the worker.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = jobs, treat_none_as_default_value = false)]
pub struct NewJob {
    /// The job.
    pub id: JobId,
    /// What to do.
    pub kind: String,
    /// Unique with the kind.
    pub dedupe_key: String,
    /// Where it stands.
    pub status: JobStatus,
    /// What it needs to know: ids only.
    pub payload: Json<Value>,
    /// Tries so far.
    pub attempts: i64,
    /// Not before.
    pub run_at: Instant,
    /// When it was queued.
    pub created_at: Instant,
}

columns!(NewJob, jobs(id, kind, dedupe_key, status, payload, attempts, run_at, created_at));

/// Something that happened, for webhooks and the owner's page.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub struct NewEvent {
    /// The event.
    pub id: EventId,
    /// What happened, such as `sale.recorded`.
    pub kind: &'static str,
    /// To what.
    pub subject_id: AnyId,
    /// Ids and amounts only.
    pub data: Json<Value>,
    /// When.
    pub created_at: Instant,
}

columns!(NewEvent, events(id, kind, subject_id, data, created_at));

/// One act of a person or a token.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = audit_log, treat_none_as_default_value = false)]
pub struct AuditEntry {
    /// The entry.
    pub id: AuditId,
    /// Who.
    pub actor: String,
    /// What, such as `referrer.pause`.
    pub action: &'static str,
    /// On what.
    pub subject_id: AnyId,
    /// Ids, amounts and the given reason.
    pub detail: Json<Value>,
    /// When.
    pub created_at: Instant,
}

impl NewJob {
    /// A job of `kind`, ready at once; `payload` holds ids only.
    #[must_use]
    pub fn new(kind: &str, dedupe_key: String, payload: Value, now: Instant) -> Self {
        Self {
            id: JobId::new(now),
            kind: kind.to_owned(),
            dedupe_key,
            status: JobStatus::Ready,
            payload: Json(payload),
            attempts: 0,
            run_at: now,
            created_at: now,
        }
    }
}

impl Mail {
    /// A letter of `kind` about `subject`, with the Message-ID it keeps.
    #[must_use]
    pub fn new(kind: Notice, subject_id: AnyId, referrer_id: ReferrerId, now: Instant) -> Self {
        let id = MailId::new(now);
        Self {
            id,
            kind,
            subject_id,
            referrer_id,
            message_id: format!("<{id}@houndplan>"),
            told_in: None,
            recipient: None,
            status: MailStatus::Queued,
            created_at: now,
            ended_at: None,
        }
    }
}

/// Writes `together`, what happened and the letters about it, each with its job. A letter that was queued
/// before for the same kind and subject is left as it is.
///
/// # Errors
/// What the database reports, and what [`Together::write`] does.
pub fn write_and_tell(
    tx: &mut Tx<'_>,
    together: Together<'_>,
    events: &[NewEvent],
    mut letters: Vec<Mail>,
    now: Instant,
) -> DbResult<()> {
    letters.sort_by_key(|mail| (mail.subject_id, mail.kind));
    let job = |mail: &Mail| NewJob::new(SEND_MAIL, mail.id.to_string(), serde_json::json!({ "mail_id": mail.id }), now);
    let sending: Vec<NewJob> = letters.iter().map(job).collect();
    let mut together = together;
    let place = together.add(events).add_if_free(&letters);
    together.add(&sending);
    let inserted = together.write(tx)?.get(place).copied().unwrap_or(0);
    if inserted < letters.len() {
        forget_unwritten(tx, &letters)?;
    }
    super::deliveries::queue(tx, events)
}

/// Takes the jobs of those `letters` back that were not written.
fn forget_unwritten(tx: &mut Tx<'_>, letters: &[Mail]) -> DbResult<()> {
    let ids: Vec<MailId> = letters.iter().map(|mail| mail.id).collect();
    let written: DbResult<Vec<MailId>> = among!(tx, mails::table.select(mails::id), mails::id, ids);
    let written: HashSet<MailId> = written?.into_iter().collect();
    let unwritten: Vec<String> = ids.iter().filter(|id| !written.contains(id)).map(ToString::to_string).collect();
    for slice in unwritten.chunks(super::IDS_PER_QUERY) {
        let theirs = jobs::table.filter(jobs::dedupe_key.eq_any(slice)).filter(jobs::kind.eq(SEND_MAIL));
        on_db!(tx, c => diesel::delete(theirs).execute(c))?;
    }
    Ok(())
}

/// Queues letters, each with its job.
///
/// # Errors
/// What the database reports.
pub fn queue_mails(tx: &mut Tx<'_>, letters: Vec<Mail>, now: Instant) -> DbResult<()> {
    write_and_tell(tx, Together::default(), &[], letters, now)
}

/// How many letters wait to be sent. Counted by their jobs: the index of those holds only what is open.
///
/// # Errors
/// What the database reports.
pub fn waiting_mails(conn: &mut Conn<'_>) -> DbResult<i64> {
    on_db!(conn, c => jobs::table.filter(jobs::kind.eq(SEND_MAIL)).count().get_result(c))
}

/// Notes what happened, and queues it for the endpoints that want to be told.
///
/// # Errors
/// What the database reports.
pub fn note_events(tx: &mut Tx<'_>, rows: &[NewEvent]) -> DbResult<()> {
    super::columns::insert(tx, rows)?;
    super::deliveries::queue(tx, rows)
}

/// Notes who did what.
///
/// # Errors
/// What the database reports.
pub fn audit(
    tx: &mut Tx<'_>,
    actor: &str,
    action: &'static str,
    subject: AnyId,
    detail: Value,
    now: Instant,
) -> DbResult<AuditId> {
    let id = AuditId::new(now);
    let entry = AuditEntry { id, actor: actor.to_owned(), action, subject_id: subject, detail: Json(detail), created_at: now };
    insert_all!(tx, audit_log::table, std::slice::from_ref(&entry))?;
    Ok(id)
}

/// Queues a job, unless there is one of its kind and key.
///
/// # Errors
/// What the database reports.
pub fn queue_job(tx: &mut Tx<'_>, job: &NewJob) -> DbResult<()> {
    insert_free!(tx, jobs::table, std::slice::from_ref(job)).map(drop)
}
