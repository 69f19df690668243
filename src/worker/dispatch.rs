//! Sends letters: claimed with a lease, rendered, handed to the mailer with no transaction open,
//! then settled if the lease still stands. A crash between sending and settling sends the letter
//! again with the same Message-ID.

use super::{Letterhead, Post, Stop, is_due};
use crate::db::jobs::{self, Job};
use crate::db::outbox::SEND_MAIL;
use crate::db::transact::WriteError;
use crate::db::types::MailStatus;
use crate::db::{DbResult, Tx, bounces, bundles};
use crate::domain::bounce::Bounce;
use crate::domain::id::{JobId, LeaseToken, LinkId, MailId};
use crate::domain::instant::Instant;
use crate::domain::notice::{Notice, NoticeFacts};
use crate::domain::portal_link::PortalLink;
use crate::domain::principal::Mode;
use crate::mail::{Letter, Mailer, SendError, render};
use crate::operations::books::Book;
use crate::operations::compose_letter::{Draft, compose_letter, letter_of};
use crate::operations::plan_letters::{Pace, plan_letters};

/// Few at a time: all must be sent within one lease.
const CLAIM: i64 = 5;

/// Letters settled together when a queue is emptied: they go into files, which takes far less than a lease.
const CLAIM_MANY: i64 = 250;

/// About two days with the waits below; then the owner must look.
const ATTEMPTS_MAX: i64 = 14;

enum Sent {
    Done(MailStatus, Option<String>),
    /// Nobody has the address.
    Bounced(String),
    Again(String),
}

/// A job with what became of its letter.
struct Handled {
    job_id: JobId,
    attempts: i64,
    mail_id: MailId,
    outcome: Sent,
}

pub(super) fn run(post: &Post, stop: &Stop) {
    let mailer = |mode| match mode {
        Mode::Live => &post.live,
        Mode::Sandbox => &post.sandbox,
    };
    stop.while_wanted(|| post.books.opened().map(|book| deliver(post, &book, mailer(book.mode), stop)).sum::<usize>() > 0);
}

/// Sends a handful of a ledger's letters; returns how many were claimed.
fn deliver(post: &Post, book: &Book, mailer: &Mailer, stop: &Stop) -> usize {
    let head = &post.letterhead;
    // Without a transport letters wait, visibly, until one is set.
    if !mailer.is_on() {
        return 0;
    }
    let token = LeaseToken::new(book.clock.now());
    let (count, claimed) = claim(book, CLAIM, token, pace(book, head)).unwrap_or_else(|error| {
        tracing::warn!(%error, "letters could not be claimed");
        (0, Vec::new())
    });
    if !claimed.is_empty() {
        post.read_own_texts();
    }
    for job in claimed {
        if stop.asked() {
            break;
        }
        if let Err(error) = handle_alone(book, mailer, head, &job, token) {
            tracing::warn!(%error, job = %job.id, "a letter could not be settled; its lease will run out");
        }
    }
    count
}

fn pace(book: &Book, head: &Letterhead) -> Pace {
    match (head.calm, book.mode) {
        (false, _) => Pace::AtOnce,
        (true, Mode::Sandbox) => Pace::Bundling,
        (true, Mode::Live) => Pace::Calm,
    }
}

/// Claims letters that are due; returns how many, and those of them to send now. An idle house only reads.
fn claim(book: &Book, most: i64, token: LeaseToken, pace: Pace) -> Result<(usize, Vec<Job>), WriteError> {
    if !is_due(book, SEND_MAIL)? {
        return Ok((0, Vec::new()));
    }
    book.writer.write_blocking(move |tx, now| {
        let claimed = jobs::claim(tx, SEND_MAIL, now, most, token)?;
        Ok((claimed.len(), plan_letters(tx, now, claimed, token, pace)?))
    })
}

/// Sends every letter of a ledger that waits now, and settles them many at a time; returns how many.
/// For letters that go into files, while nobody else works on the ledger.
///
/// # Errors
/// When the ledger cannot be read or written.
pub fn send_waiting(book: &Book, mailer: &Mailer, head: &Letterhead) -> Result<usize, WriteError> {
    let mut sent = 0;
    while mailer.is_on() {
        let token = LeaseToken::new(book.clock.now());
        let (count, claimed) = claim(book, CLAIM_MANY, token, pace(book, head))?;
        if count == 0 {
            break;
        }
        let handled: Vec<Handled> = claimed.iter().map(|job| handle(book, mailer, head, job)).collect::<Result<_, _>>()?;
        sent += book.writer.write_blocking(move |tx, now| {
            handled.iter().try_fold(0, |count, one| Ok(count + usize::from(settle(tx, now, token, one)?)))
        })?;
    }
    Ok(sent)
}

fn handle_alone(book: &Book, mailer: &Mailer, head: &Letterhead, job: &Job, token: LeaseToken) -> Result<(), WriteError> {
    let handled = handle(book, mailer, head, job)?;
    if !book.writer.write_blocking(move |tx, now| settle(tx, now, token, &handled))? {
        tracing::warn!(job = %job.id, "the lease had run out; another worker has the letter");
    }
    Ok(())
}

fn handle(book: &Book, mailer: &Mailer, head: &Letterhead, job: &Job) -> Result<Handled, WriteError> {
    let Some(mail_id) = letter_of(job) else { return Err(WriteError::Failed("the job names no letter".to_owned())) };
    Ok(Handled { job_id: job.id, attempts: job.attempts, mail_id, outcome: send(book, mailer, head, mail_id)? })
}

/// Books what became of a letter; returns whether the job was still this worker's.
fn settle(tx: &mut Tx<'_>, now: Instant, token: LeaseToken, handled: &Handled) -> DbResult<bool> {
    let Handled { job_id, attempts, mail_id, outcome } = handled;
    let (status, recipient, bounced) = match outcome {
        Sent::Done(status, recipient) => (*status, recipient.as_deref(), None),
        Sent::Bounced(address) => (MailStatus::Undeliverable, Some(address.as_str()), Some(address)),
        Sent::Again(error) => {
            let run_at = (*attempts < ATTEMPTS_MAX).then(|| now.plus_seconds(wait(*attempts, *mail_id)));
            if run_at.is_none() {
                bundles::give_up_members(tx, *mail_id)?;
            }
            return jobs::put_back(tx, *job_id, token, run_at, error);
        }
    };
    let mine = jobs::finish(tx, *job_id, token)?;
    if mine {
        jobs::end_mail(tx, *mail_id, status, recipient, now)?;
        bundles::end_members(tx, *mail_id, status, now)?;
        if let Some(address) = bounced {
            bounces::note(tx, address, Bounce::Hard, now)?;
        }
    }
    Ok(mine)
}

fn send(book: &Book, mailer: &Mailer, head: &Letterhead, id: MailId) -> Result<Sent, WriteError> {
    let draft = book.readers.read(|conn| compose_letter(conn, id))?;
    let (mail, facts, address) = match draft {
        Draft::Ready { mail, facts, address } => (mail, facts, address),
        Draft::Declined => return Ok(Sent::Done(MailStatus::Declined, None)),
        Draft::NoAddress => return Ok(Sent::Done(MailStatus::Undeliverable, None)),
        // Sent before the crash that left the job: nothing to do but end it.
        Draft::Ended(status) => return Ok(Sent::Done(status, None)),
    };
    let mut facts = *facts;
    facts.link = match facts.kind {
        Notice::LoginLink => head.enter(LinkId::from_uuid(mail.subject_id.uuid())),
        _ => facts.code.as_deref().map(|code| link(head, code, book.mode)),
    };
    if facts.kind.shows_money() {
        // The same at every attempt, as the letter is.
        facts.portal = head.portal(PortalLink { referrer_id: mail.referrer_id, mode: book.mode, issued_at: mail.created_at });
    }
    let letter = letter(head, &facts, mail.message_id, id, address.clone(), mail.created_at, book.mode);
    match mailer.send(&letter) {
        Ok(()) => Ok(Sent::Done(MailStatus::Sent, Some(address))),
        Err(SendError::Transient { text, .. }) => Ok(Sent::Again(text)),
        Err(SendError::Permanent { text, bounced: true, .. }) => {
            tracing::warn!(mail = %id, error = text, "nobody has this address");
            Ok(Sent::Bounced(address))
        }
        Err(SendError::Permanent { text, .. } | SendError::Refused(text)) => {
            tracing::warn!(mail = %id, error = text, "a letter was refused for good");
            Ok(Sent::Done(MailStatus::Undeliverable, Some(address)))
        }
    }
}

fn link(head: &Letterhead, code: &str, mode: Mode) -> String {
    format!("{}/r/{code}{}", head.base_url, mode.query())
}

fn letter(
    head: &Letterhead,
    facts: &NoticeFacts,
    message_id: String,
    id: MailId,
    to: String,
    date: Instant,
    mode: Mode,
) -> Letter {
    let page = format!("{}/u/{id}{}", head.base_url, mode.query());
    let text = render(&head.texts, facts, Some(&page));
    Letter {
        message_id,
        date,
        from: head.sender.clone(),
        reply_to: head.reply_to.clone(),
        to,
        to_name: facts.name.clone(),
        subject: text.subject,
        text: text.text,
        html: text.html,
        unsubscribe: facts.kind.optional().then_some(page),
        list_id: format!("{}.{}", facts.kind.name(), head.host()),
        language: facts.locale.tag(),
    }
}

/// Seconds until the next try: 10 s doubling up to 6 h, spread by the letter's own id so that a
/// server that comes back is not met by all at once.
fn wait(attempts: i64, id: MailId) -> i64 {
    let doubled = 10_i64.saturating_mul(1_i64.checked_shl(u32::try_from(attempts).unwrap_or(0).min(11)).unwrap_or(1)) / 2;
    let base = doubled.min(21_600);
    let noise = i64::from(id.uuid().as_bytes().last().copied().unwrap_or(0));
    base + base * noise / 1_024
}
