//! Decides when letters that could go now really go: not in quiet hours, and several of a kind to the same
//! referrer as one.

use super::compose_letter::letter_of;
use crate::db::bundles;
use crate::db::jobs::Job;
use crate::db::outbox::Mail;
use crate::db::types::MailStatus;
use crate::db::{DbFault, DbResult, Tx, letters, referrers, terms};
use crate::domain::id::{LeaseToken, MailId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::program::Terms;

/// One letter tells of so many at most; each of them is read when it is written.
const BUNDLE_MAX: usize = 200;

/// How long a letter waits for the one that tells of it, in seconds; it ends with that one, usually sooner.
const FOLLOW_SECONDS: i64 = 60;

/// How far letters may be made to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Each goes at once, by itself.
    AtOnce,
    /// More of a kind come as one, at any hour: in the sandbox a day passes in one call and ends at the hour it began.
    Bundling,
    /// The same, and none that can be declined in quiet hours.
    Calm,
}

/// When a letter goes.
enum Moment {
    Now,
    Later(Instant),
}

/// Of the claimed `jobs` those to do now; the others are put back until their time has come at this `pace`.
///
/// # Errors
/// What the database reports.
pub fn plan_letters(tx: &mut Tx<'_>, now: Instant, jobs: Vec<Job>, token: LeaseToken, pace: Pace) -> DbResult<Vec<Job>> {
    let ids: Vec<MailId> = jobs.iter().filter_map(letter_of).collect();
    let mails = letters::mails(tx, &ids)?;
    if pace == Pace::AtOnce && mails.iter().all(|mail| mail.told_in.is_none()) {
        return Ok(jobs);
    }
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let terms = &program.current().ok_or(DbFault::NotFound)?.terms;
    // Two workers must not both lead a bundle: who decides holds the referrer.
    let mut involved: Vec<ReferrerId> = mails.iter().filter(|mail| mail.kind.bundles()).map(|mail| mail.referrer_id).collect();
    involved.sort_unstable();
    involved.dedup();
    referrers::lock(tx, &involved)?;
    let mut due = Vec::with_capacity(jobs.len());
    for job in jobs {
        // Read after the lock, and again for each: an earlier one of this slice may have taken it along.
        let mail = match letter_of(&job) {
            Some(id) => letters::mail(tx, id)?,
            None => None,
        };
        let moment = match mail {
            Some(mail) => moment(tx, now, terms, &mail, pace)?,
            None => Moment::Now,
        };
        match moment {
            Moment::Now => due.push(job),
            Moment::Later(at) => {
                bundles::postpone(tx, job.id, token, at)?;
            }
        }
    }
    Ok(due)
}

fn moment(tx: &mut Tx<'_>, now: Instant, terms: &Terms, mail: &Mail, pace: Pace) -> DbResult<Moment> {
    let rules = &terms.letters;
    if mail.status != MailStatus::Queued {
        return Ok(Moment::Now);
    }
    if mail.told_in.is_some_and(|leader| leader != mail.id) {
        return Ok(Moment::Later(now.plus_seconds(FOLLOW_SECONDS)));
    }
    if pace == Pace::AtOnce {
        return Ok(Moment::Now);
    }
    let quiet = rules.quiet_hours.filter(|_| pace == Pace::Calm && mail.kind.optional());
    if let Some(morning) = quiet.and_then(|quiet| quiet.end_of_quiet(now, &terms.timezone)) {
        return Ok(Moment::Later(morning));
    }
    if mail.told_in.is_some() || !mail.kind.bundles() || rules.bundle_minutes == 0 {
        return Ok(Moment::Now);
    }
    let waiting = bundles::waiting(tx, mail.referrer_id, mail.kind)?;
    if waiting.iter().any(|(id, leader)| *leader == Some(*id)) {
        return Ok(Moment::Later(now.plus_seconds(FOLLOW_SECONDS)));
    }
    if let Some(last) = bundles::last_told(tx, mail.referrer_id, mail.kind)? {
        let next = rules.next_of_kind(last);
        if now < next {
            return Ok(Moment::Later(next));
        }
    }
    let free = waiting.iter().filter(|(id, leader)| leader.is_none() && *id != mail.id).map(|(id, _)| *id);
    let together: Vec<MailId> = std::iter::once(mail.id).chain(free.take(BUNDLE_MAX - 1)).collect();
    bundles::gather(tx, mail.id, &together)?;
    Ok(Moment::Now)
}
