//! Queues the letters to the owner whose time has come, and gathers what each says when it is sent.

use super::list_decisions::list_decisions;
use crate::db::owner_notices::{self, OwnerMail};
use crate::db::types::MailStatus;
use crate::db::{Conn, DbFault, DbResult, Tx, connections, endpoints, payouts, reports, terms};
use crate::domain::id::{ConnectionId, EndpointId, NoticeId, PayoutId};
use crate::domain::instant::Instant;
use crate::domain::money::Money;
use crate::domain::notice::Why;
use crate::domain::owner_notice::{OwnerFacts, OwnerNotice, due};
use crate::domain::program::Terms;

/// A connected shop that has said nothing for so long, in days, is worth a letter …
const SILENCE_DAYS: i64 = 1;

/// … unless it has been silent for so long that nobody expects anything of it.
const FORGOTTEN_DAYS: i64 = 8;

/// A shop has a handful of connections.
const CONNECTIONS_MAX: i64 = 100;

/// More decisions than this are "many".
const DECISIONS_MAX: i64 = 100;

/// A letter to the owner about to be sent.
#[derive(Debug)]
pub enum OwnerDraft {
    /// It can be sent.
    Ready {
        /// The letter.
        mail: OwnerMail,
        /// What it says.
        facts: Box<OwnerFacts>,
        /// Where to.
        address: String,
    },
    /// There is nothing to tell, or nobody to tell it to.
    Needless,
    /// It ended before.
    Ended,
}

/// Queues what is due by the calendar, and what a silence calls for. Safe to repeat.
///
/// # Errors
/// What the database reports.
pub fn tell_owner(tx: &mut Tx<'_>, now: Instant) -> DbResult<()> {
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let terms = &program.current().ok_or(DbFault::NotFound)?.terms;
    if terms.letters.owner_email.is_none() {
        return Ok(());
    }
    for (kind, subject) in due(now, &terms.timezone) {
        if !owner_notices::exists(tx, kind, &subject)? {
            owner_notices::queue(tx, kind, &subject, now)?;
        }
    }
    for connection in connections::list(tx, None, CONNECTIONS_MAX)? {
        let Some(last) = connection.last_delivery_at else { continue };
        let silent = last.plus_days(SILENCE_DAYS) <= now && now < last.plus_days(FORGOTTEN_DAYS);
        let subject = format!("{}@{}", connection.id, last.seconds());
        if silent && !owner_notices::exists(tx, OwnerNotice::NoOrders, &subject)? {
            owner_notices::queue(tx, OwnerNotice::NoOrders, &subject, now)?;
        }
    }
    Ok(())
}

/// Composes the letter `id`.
///
/// # Errors
/// What the database reports.
pub fn compose(conn: &mut Conn<'_>, id: NoticeId, now: Instant) -> DbResult<OwnerDraft> {
    let mail = owner_notices::find(conn, id)?.ok_or(DbFault::NotFound)?;
    if mail.status != MailStatus::Queued {
        return Ok(OwnerDraft::Ended);
    }
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let terms = program.current().ok_or(DbFault::NotFound)?.terms.clone();
    let Some(address) = terms.letters.owner_email.clone() else { return Ok(OwnerDraft::Needless) };
    let facts = match mail.kind {
        OwnerNotice::PayoutFailed => of_payout(conn, &terms, &mail.subject)?,
        OwnerNotice::WeeklyDigest => of_week(conn, &terms, now)?,
        OwnerNotice::RunReminder => of_run(conn, &terms, now)?,
        OwnerNotice::NoOrders => of_silence(conn, &terms, &mail.subject)?,
        OwnerNotice::EndpointDisabled => of_endpoint(conn, &terms, &mail.subject)?,
    };
    Ok(match facts {
        Some(facts) => OwnerDraft::Ready { mail, facts: Box::new(facts), address },
        None => OwnerDraft::Needless,
    })
}

fn bare(kind: OwnerNotice, terms: &Terms) -> OwnerFacts {
    OwnerFacts {
        kind,
        locale: terms.letters.locale,
        shop: terms.shop_name.clone(),
        sums: Vec::new(),
        people: 0,
        decisions: 0,
        about: None,
        reason: None,
        since: None,
    }
}

fn of_payout(conn: &mut Conn<'_>, terms: &Terms, subject: &str) -> DbResult<Option<OwnerFacts>> {
    let Some(payout) = subject.parse::<PayoutId>().ok().map(|id| payouts::find(conn, id)).transpose()?.flatten() else {
        return Ok(None);
    };
    let about = reports::names(conn, &[payout.referrer_id])?.pop().and_then(|(_, name)| name);
    let sums = vec![Money { amount: payout.amount, currency: payout.currency }];
    Ok(Some(OwnerFacts { sums, about, reason: payout.reason.map(Why::Said), ..bare(OwnerNotice::PayoutFailed, terms) }))
}

/// What is ready, as sums and people.
fn ready(conn: &mut Conn<'_>, kind: OwnerNotice, terms: &Terms) -> DbResult<OwnerFacts> {
    let rows = owner_notices::ready(conn)?;
    let people = rows.iter().map(|(_, _, count)| usize::try_from(*count).unwrap_or(0)).sum();
    let sums = rows.into_iter().map(|(currency, amount, _)| Money { amount, currency }).collect();
    Ok(OwnerFacts { sums, people, ..bare(kind, terms) })
}

/// Skipped when there is nothing to decide and nothing to pay.
fn of_week(conn: &mut Conn<'_>, terms: &Terms, now: Instant) -> DbResult<Option<OwnerFacts>> {
    let ready = ready(conn, OwnerNotice::WeeklyDigest, terms)?;
    let decisions = list_decisions(conn, now, None, None, DECISIONS_MAX)?.len();
    Ok((decisions > 0 || ready.people > 0).then_some(OwnerFacts { decisions, ..ready }))
}

/// Skipped when nothing is ready or a batch was prepared this month.
fn of_run(conn: &mut Conn<'_>, terms: &Terms, now: Instant) -> DbResult<Option<OwnerFacts>> {
    let month = |at: Instant| at.month_in(&terms.timezone);
    if owner_notices::last_batch(conn)?.is_some_and(|last| month(last) == month(now)) {
        return Ok(None);
    }
    let ready = ready(conn, OwnerNotice::RunReminder, terms)?;
    Ok((ready.people > 0).then_some(ready))
}

fn of_silence(conn: &mut Conn<'_>, terms: &Terms, subject: &str) -> DbResult<Option<OwnerFacts>> {
    let id = subject.split('@').next().and_then(|id| id.parse::<ConnectionId>().ok());
    let Some(connection) = id.map(|id| connections::find(conn, id)).transpose()?.flatten() else { return Ok(None) };
    let since = connection.last_delivery_at.map(|last| last.day_in(&terms.timezone));
    Ok(Some(OwnerFacts { about: Some(connection.source), since, ..bare(OwnerNotice::NoOrders, terms) }))
}

fn of_endpoint(conn: &mut Conn<'_>, terms: &Terms, subject: &str) -> DbResult<Option<OwnerFacts>> {
    let id = subject.split('@').next().and_then(|id| id.parse::<EndpointId>().ok());
    let Some(endpoint) = id.map(|id| endpoints::find(conn, id)).transpose()?.flatten() else { return Ok(None) };
    // The path may hold a secret; the host says enough.
    let host = url::Url::parse(&endpoint.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    Ok(Some(OwnerFacts { about: host, ..bare(OwnerNotice::EndpointDisabled, terms) }))
}
