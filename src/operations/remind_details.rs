//! Asks those for whom money is ready, and who have not said where it goes, three times. A chore: takes
//! no input, is safe to repeat and safe if two run.

use std::collections::{HashMap, HashSet};

use crate::db::detail_reminders::{self, Reminder};
use crate::db::outbox::{Mail, queue_mails};
use crate::db::types::AnyId;
use crate::db::{Conn, DbFault, DbResult, Tx, payout_methods, referrers, terms};
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;
use crate::domain::payout_rules::{next_reminder, reminder_subject};
use crate::domain::referrer::ReferrerStatus;

/// Letters per slice: about 50 ms of work.
pub const SLICE: i64 = 500;

/// Days between two letters to the same person, at least.
const REMINDER_GAP_DAYS: i64 = 7;

/// Up to [`SLICE`] referrers who are to be asked now. Only reads, so that an idle house keeps no writer busy.
///
/// # Errors
/// What the database reports.
pub fn due(conn: &mut Conn<'_>, now: Instant) -> DbResult<Vec<ReferrerId>> {
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    if !program.current().is_some_and(|version| version.terms.payouts.require_details) {
        return Ok(Vec::new());
    }
    let mut ids = detail_reminders::unasked(conn, SLICE)?;
    ids.extend(detail_reminders::due(conn, now, SLICE)?);
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Asks those among `ids` who are still to be asked; returns how many letters that makes.
///
/// # Errors
/// What the database reports.
pub fn remind_details(tx: &mut Tx<'_>, now: Instant, ids: &[ReferrerId]) -> DbResult<usize> {
    let rows = referrers::lock(tx, ids)?;
    let known: HashSet<ReferrerId> = payout_methods::known_among(tx, ids)?.into_iter().collect();
    let waiting: HashSet<ReferrerId> = detail_reminders::with_money(tx, ids)?.into_iter().collect();
    let before: HashMap<ReferrerId, Reminder> =
        detail_reminders::of(tx, ids)?.into_iter().map(|row| (row.referrer_id, row)).collect();
    let mut asked = Vec::new();
    let mut letters = Vec::new();
    for row in rows {
        let reminder = before.get(&row.id);
        if reminder.is_some_and(|reminder| reminder.next_at.is_none_or(|next| next > now)) {
            continue;
        }
        let (since, sent) = reminder.map_or((now, 0), |reminder| (reminder.since, reminder.sent));
        // Somebody who has told us meanwhile, or has nothing left, is not asked; his turn passes.
        let ask = !known.contains(&row.id) && waiting.contains(&row.id) && row.status != ReferrerStatus::Paused;
        if reminder.is_none() && !ask {
            continue;
        }
        if ask {
            let subject = AnyId::from_uuid(reminder_subject(row.id, sent));
            letters.push(Mail::new(Notice::DetailsMissing, subject, row.id, now));
        }
        // After a long silence the turns that were missed do not come all at once.
        let next_at = next_reminder(since, sent + 1).map(|at| at.max(now.plus_days(REMINDER_GAP_DAYS)));
        asked.push(Reminder { referrer_id: row.id, since, sent: sent + 1, next_at });
    }
    detail_reminders::put(tx, &asked)?;
    let count = letters.len();
    queue_mails(tx, letters, now)?;
    Ok(count)
}
