//! Letters to the owner, and what they need to know.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::outbox::NewJob;
use super::schema::{balances, owner_notices, payout_batches};
use super::types::MailStatus;
use super::{Conn, DbResult, Tx};
use crate::domain::id::{BatchId, NoticeId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::owner_notice::OwnerNotice;

/// The kind of job that sends one letter to the owner; its dedupe key is the letter's id.
pub const SEND_TO_OWNER: &str = "send_to_owner";

/// A letter to the owner.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = owner_notices, treat_none_as_default_value = false)]
pub struct OwnerMail {
    /// The letter.
    pub id: NoticeId,
    /// Which kind.
    pub kind: OwnerNotice,
    /// What it is about: unique with the kind.
    pub subject: String,
    /// The same at every attempt.
    pub message_id: String,
    /// Where it stands.
    pub status: MailStatus,
    /// When it was queued.
    pub created_at: Instant,
    /// When it was sent or given up.
    pub ended_at: Option<Instant>,
}

/// Queues a letter with its job, unless there was one of this kind and subject.
///
/// # Errors
/// What the database reports.
pub fn queue(tx: &mut Tx<'_>, kind: OwnerNotice, subject: &str, now: Instant) -> DbResult<()> {
    let id = NoticeId::new(now);
    let row = OwnerMail {
        id,
        kind,
        subject: subject.to_owned(),
        message_id: format!("<{id}@houndplan>"),
        status: MailStatus::Queued,
        created_at: now,
        ended_at: None,
    };
    let added = on_db!(tx, c => diesel::insert_into(owner_notices::table).values(&row).on_conflict_do_nothing().execute(c))?;
    if added == 0 {
        return Ok(());
    }
    let job = NewJob::new(SEND_TO_OWNER, id.to_string(), serde_json::json!({ "notice_id": id }), now);
    super::columns::insert(tx, &[job])
}

/// Whether there is a letter of this kind and subject.
///
/// # Errors
/// What the database reports.
pub fn exists(conn: &mut Conn<'_>, kind: OwnerNotice, subject: &str) -> DbResult<bool> {
    let found = owner_notices::table.filter(owner_notices::subject.eq(subject)).filter(owner_notices::kind.eq(kind));
    on_db!(conn, c => diesel::select(diesel::dsl::exists(found)).get_result(c))
}

/// One letter.
///
/// # Errors
/// What the database reports.
pub fn find(conn: &mut Conn<'_>, id: NoticeId) -> DbResult<Option<OwnerMail>> {
    on_db!(conn, c => owner_notices::table.find(id).select(OwnerMail::as_select()).first(c).optional())
}

/// Notes how a letter ended.
///
/// # Errors
/// What the database reports.
pub fn end(tx: &mut Tx<'_>, id: NoticeId, status: MailStatus, now: Instant) -> DbResult<()> {
    on_db!(tx, c => diesel::update(owner_notices::table.find(id))
        .set((owner_notices::status.eq(status), owner_notices::ended_at.eq(now)))
        .execute(c)
        .map(drop))
}

/// What is ready to be paid, by currency, and to how many.
///
/// # Errors
/// What the database reports.
pub fn ready(conn: &mut Conn<'_>) -> DbResult<Vec<(Currency, i64, i64)>> {
    on_db!(conn, c => balances::table
        .filter(balances::ready.gt(0))
        .group_by(balances::currency)
        .order(balances::currency)
        .select((balances::currency, sql::<BigInt>("CAST(SUM(ready) AS BIGINT)"), sql::<BigInt>("COUNT(*)")))
        .load(c))
}

/// When the latest batch was prepared.
///
/// # Errors
/// What the database reports.
pub fn last_batch(conn: &mut Conn<'_>) -> DbResult<Option<Instant>> {
    let latest: Option<(BatchId, Instant)> = on_db!(conn, c => payout_batches::table
        .order(payout_batches::id.desc())
        .select((payout_batches::id, payout_batches::created_at))
        .first(c)
        .optional())?;
    Ok(latest.map(|(_, at)| at))
}
