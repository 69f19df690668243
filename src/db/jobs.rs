//! The queue of work: claimed under a lease that the database's clock times, finished and rescued
//! only by whoever the lease token names.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Nullable;
use serde_json::Value;

use super::outbox::{NewJob, SEND_MAIL};
use super::schema::{chores, jobs, mails};
use super::types::{DbInstant, JobStatus, Json, MailStatus};
use super::{Conn, DbResult, Tx};
use crate::domain::id::{JobId, LeaseToken, MailId};
use crate::domain::instant::Instant;

/// A job in a worker's hands.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub struct Job {
    /// The job.
    pub id: JobId,
    /// What to do.
    pub kind: String,
    /// What it needs to know.
    pub payload: Json<Value>,
    /// Tries so far, this one included.
    pub attempts: i64,
}

/// How long a worker may hold a job. A mail server gets 20 s per step of a conversation; a worker
/// that takes longer loses the job to another, and its own finish is refused.
const LEASE_SECONDS: i64 = 60;

/// The database's clock, in the engine's own words, `seconds` ahead.
pub(super) fn database_now(conn: &Conn<'_>, seconds: i64) -> String {
    match conn {
        Conn::Sqlite(_) => format!("CAST(unixepoch('subsec') * 1000000 AS INTEGER) + {}", seconds * 1_000_000),
        Conn::Postgres(_) => format!("clock_timestamp() + interval '{seconds} seconds'"),
    }
}

/// Whether a job of `kind` is ready: asked first, so that an idle worker keeps no writer busy.
///
/// # Errors
/// What the database reports.
pub fn any_ready(conn: &mut Conn<'_>, kind: &str, now: Instant) -> DbResult<bool> {
    let first: Option<JobId> = on_db!(conn, c => jobs::table
        .filter(jobs::kind.eq(kind))
        .filter(jobs::status.eq(JobStatus::Ready))
        .filter(jobs::run_at.le(now))
        .select(jobs::id)
        .first(c)
        .optional())?;
    Ok(first.is_some())
}

/// Since when the longest waiting job of `kind` could have been done.
///
/// # Errors
/// What the database reports.
pub fn due_since(conn: &mut Conn<'_>, kind: &str) -> DbResult<Option<Instant>> {
    on_db!(conn, c => jobs::table
        .filter(jobs::kind.eq(kind))
        .filter(jobs::status.eq(JobStatus::Ready))
        .order(jobs::run_at)
        .select(jobs::run_at)
        .first(c)
        .optional())
}

/// Claims up to `most` ready jobs of `kind` whose time has come; rivals skip what is claimed.
///
/// # Errors
/// What the database reports.
pub fn claim(tx: &mut Tx<'_>, kind: &str, now: Instant, most: i64, token: LeaseToken) -> DbResult<Vec<Job>> {
    let query = jobs::table
        .filter(jobs::kind.eq(kind))
        .filter(jobs::status.eq(JobStatus::Ready))
        .filter(jobs::run_at.le(now))
        .order(jobs::run_at)
        .limit(most)
        .select(jobs::id);
    let conn: &mut Conn<'_> = &mut *tx;
    let ids: Vec<JobId> = match conn {
        Conn::Sqlite(c) => query.load(*c)?,
        Conn::Postgres(c) => query.for_update().skip_locked().load(&mut c.conn)?,
    };
    let until = database_now(tx, LEASE_SECONDS);
    on_db!(tx, c => diesel::update(jobs::table.filter(jobs::id.eq_any(&ids)))
        .set((
            jobs::status.eq(JobStatus::Running),
            jobs::attempts.eq(jobs::attempts + 1),
            jobs::lease_token.eq(token),
            jobs::lease_until.eq(sql::<Nullable<DbInstant>>(&until)),
        ))
        .returning(Job::as_returning())
        .get_results(c))
}

/// Renews a worker's hold on a job: for work of several steps. Returns whether it was still this worker's.
///
/// # Errors
/// What the database reports.
pub fn hold(tx: &mut Tx<'_>, id: JobId, token: LeaseToken) -> DbResult<bool> {
    let until = database_now(tx, LEASE_SECONDS);
    let mine =
        jobs::table.filter(jobs::id.eq(id)).filter(jobs::status.eq(JobStatus::Running)).filter(jobs::lease_token.eq(token));
    on_db!(tx, c => diesel::update(mine)
        .set(jobs::lease_until.eq(sql::<Nullable<DbInstant>>(&until)))
        .execute(c))
    .map(|count| count == 1)
}

/// Lets a job run at `now`, or makes it: somebody has news of what it is about. One that runs is left alone.
///
/// # Errors
/// What the database reports.
pub fn hurry(tx: &mut Tx<'_>, kind: &str, key: &str, payload: &Value, now: Instant) -> DbResult<()> {
    let new = NewJob::new(kind, key.to_owned(), payload.clone(), now);
    if insert_free!(tx, jobs::table, std::slice::from_ref(&new))? == 1 {
        return Ok(());
    }
    let sleeping = jobs::table
        .filter(jobs::kind.eq(kind))
        .filter(jobs::dedupe_key.eq(key))
        .filter(jobs::status.eq(JobStatus::Ready))
        .filter(jobs::run_at.gt(now));
    on_db!(tx, c => diesel::update(sleeping).set(jobs::run_at.eq(now)).execute(c).map(drop))
}

/// Removes a finished job. Returns whether it was still this worker's.
///
/// # Errors
/// What the database reports.
pub fn finish(tx: &mut Tx<'_>, id: JobId, token: LeaseToken) -> DbResult<bool> {
    let mine =
        jobs::table.filter(jobs::id.eq(id)).filter(jobs::status.eq(JobStatus::Running)).filter(jobs::lease_token.eq(token));
    on_db!(tx, c => diesel::delete(mine).execute(c)).map(|count| count == 1)
}

/// Puts a job back for another try at `run_at`, or gives it up. Returns whether it was still this worker's.
///
/// # Errors
/// What the database reports.
pub fn put_back(tx: &mut Tx<'_>, id: JobId, token: LeaseToken, run_at: Option<Instant>, error: &str) -> DbResult<bool> {
    let status = if run_at.is_some() { JobStatus::Ready } else { JobStatus::Dead };
    let mine =
        jobs::table.filter(jobs::id.eq(id)).filter(jobs::status.eq(JobStatus::Running)).filter(jobs::lease_token.eq(token));
    let none: Option<LeaseToken> = None;
    let changed = match run_at {
        Some(at) => on_db!(tx, c => diesel::update(mine)
            .set((jobs::status.eq(status), jobs::lease_token.eq(none), jobs::run_at.eq(at), jobs::last_error.eq(error)))
            .execute(c)),
        None => on_db!(tx, c => diesel::update(mine)
            .set((jobs::status.eq(status), jobs::lease_token.eq(none), jobs::last_error.eq(error)))
            .execute(c)),
    };
    changed.map(|count| count == 1)
}

/// Frees jobs whose lease ran out: their worker died or hangs. Its token is void from here on.
///
/// # Errors
/// What the database reports.
pub fn rescue(tx: &mut Tx<'_>) -> DbResult<usize> {
    let expired = database_now(tx, 0);
    let none: Option<LeaseToken> = None;
    on_db!(tx, c => diesel::update(jobs::table
            .filter(jobs::status.eq(JobStatus::Running))
            .filter(jobs::lease_until.lt(sql::<Nullable<DbInstant>>(&expired))))
        .set((jobs::status.eq(JobStatus::Ready), jobs::lease_token.eq(none)))
        .execute(c))
}

/// Takes or renews the lead of a chore. Returns whether it is led by `token` now.
///
/// # Errors
/// What the database reports.
pub fn lead(tx: &mut Tx<'_>, name: &str, token: LeaseToken, seconds: i64) -> DbResult<bool> {
    let (expired, until) = (database_now(tx, 0), database_now(tx, seconds));
    on_db!(tx, c => diesel::insert_into(chores::table)
        .values((chores::name.eq(name), chores::lease_token.eq(token), chores::lease_until.eq(sql::<DbInstant>(&expired))))
        .on_conflict_do_nothing()
        .execute(c))?;
    let free = chores::lease_token.eq(token).or(chores::lease_until.lt(sql::<DbInstant>(&expired)));
    on_db!(tx, c => diesel::update(chores::table.filter(chores::name.eq(name)).filter(free))
        .set((chores::lease_token.eq(token), chores::lease_until.eq(sql::<DbInstant>(&until))))
        .execute(c))
    .map(|count| count == 1)
}

/// Notes how a letter ended.
///
/// # Errors
/// What the database reports.
pub fn end_mail(tx: &mut Tx<'_>, id: MailId, status: MailStatus, recipient: Option<&str>, now: Instant) -> DbResult<()> {
    on_db!(tx, c => diesel::update(mails::table.find(id))
        .set((mails::status.eq(status), mails::recipient.eq(recipient), mails::ended_at.eq(now)))
        .execute(c)
        .map(drop))
}

/// Discards the letters that wait to be sent, and returns how many.
///
/// # Errors
/// What the database reports.
pub fn discard_letters(tx: &mut Tx<'_>, now: Instant) -> DbResult<usize> {
    on_db!(tx, c => diesel::delete(jobs::table.filter(jobs::kind.eq(SEND_MAIL))).execute(c))?;
    on_db!(tx, c => diesel::update(mails::table.filter(mails::status.eq(MailStatus::Queued)))
        .set((mails::status.eq(MailStatus::Discarded), mails::ended_at.eq(now)))
        .execute(c))
}

/// How many letters wait, and how many jobs were given up.
///
/// # Errors
/// What the database reports.
pub fn backlog(conn: &mut Conn<'_>) -> DbResult<(i64, i64)> {
    let waiting: i64 = on_db!(conn, c => mails::table.filter(mails::status.eq(MailStatus::Queued)).count().get_result(c))?;
    let dead: i64 = on_db!(conn, c => jobs::table.filter(jobs::status.eq(JobStatus::Dead)).count().get_result(c))?;
    Ok((waiting, dead))
}

/// The database's clock.
///
/// # Errors
/// What the database reports.
pub fn clock(conn: &mut Conn<'_>) -> DbResult<Instant> {
    let now = database_now(conn, 0);
    on_db!(conn, c => diesel::select(sql::<DbInstant>(&now)).get_result(c))
}
