//! Sends letters to the owner, as the referrers' are sent: with no transaction open, settled under the lease.

use super::{Letterhead, Post, Stop, claim};
use crate::db::jobs::{self, Job};
use crate::db::owner_notices::{self, SEND_TO_OWNER};
use crate::db::transact::WriteError;
use crate::db::types::MailStatus;
use crate::domain::id::{LeaseToken, NoticeId};
use crate::domain::principal::Mode;
use crate::mail::{Letter, Mailer, SendError, render_for_owner};
use crate::operations::books::Book;
use crate::operations::tell_owner::{OwnerDraft, compose};

/// There are few.
const CLAIM: i64 = 5;

/// About four days with the waits below.
const ATTEMPTS_MAX: i64 = 16;

/// The longest wait between two tries, in seconds.
const WAIT_MAX: i64 = 21_600;

pub(super) fn run(post: &Post, stop: &Stop) {
    let mailer = |mode| match mode {
        Mode::Live => &post.live,
        Mode::Sandbox => &post.sandbox,
    };
    stop.while_wanted(|| post.books.opened().map(|book| deliver(post, &book, mailer(book.mode))).sum::<usize>() > 0);
}

fn deliver(post: &Post, book: &Book, mailer: &Mailer) -> usize {
    let head = &post.letterhead;
    // Without a transport letters wait, visibly, until one is set.
    if !mailer.is_on() {
        return 0;
    }
    let token = LeaseToken::new(book.clock.now());
    let claimed = claim(book, SEND_TO_OWNER, CLAIM, token).unwrap_or_else(|error| {
        tracing::warn!(%error, "letters to the owner could not be claimed");
        Vec::new()
    });
    if !claimed.is_empty() {
        post.read_own_texts();
    }
    for job in &claimed {
        if let Err(error) = handle(book, mailer, head, job, token) {
            tracing::warn!(%error, job = %job.id, "a letter to the owner could not be settled; its lease will run out");
        }
    }
    claimed.len()
}

fn handle(book: &Book, mailer: &Mailer, head: &Letterhead, job: &Job, token: LeaseToken) -> Result<(), WriteError> {
    let named = job.payload.0.get("notice_id").and_then(|id| id.as_str()).and_then(|id| id.parse::<NoticeId>().ok());
    let Some(id) = named else { return Err(WriteError::Failed("the job names no letter".to_owned())) };
    let now = book.clock.now();
    let outcome = match book.readers.read(move |conn| compose(conn, id, now))? {
        OwnerDraft::Ended => Ok(None),
        OwnerDraft::Needless => Ok(Some(MailStatus::Discarded)),
        OwnerDraft::Ready { mail, facts, address } => {
            let text = render_for_owner(&head.texts, &facts);
            let letter = Letter {
                message_id: mail.message_id,
                date: mail.created_at,
                from: head.sender.clone(),
                reply_to: None,
                to: address,
                to_name: None,
                subject: text.subject,
                text: text.text,
                html: text.html,
                unsubscribe: None,
                list_id: format!("owner.{}", head.host()),
                language: facts.locale.tag(),
            };
            match mailer.send(&letter) {
                Ok(()) => Ok(Some(MailStatus::Sent)),
                Err(SendError::Transient { text, .. }) => Err(text),
                Err(SendError::Permanent { text, .. } | SendError::Refused(text)) => {
                    tracing::warn!(notice = %id, error = text, "the owner's letter was refused for good");
                    Ok(Some(MailStatus::Undeliverable))
                }
            }
        }
    };
    let (job_id, attempts) = (job.id, job.attempts);
    book.writer.write_blocking(move |tx, now| match &outcome {
        Ok(status) => {
            if jobs::finish(tx, job_id, token)?
                && let Some(status) = status
            {
                owner_notices::end(tx, id, *status, now)?;
            }
            Ok(())
        }
        Err(text) => {
            let wait = 10_i64.checked_shl(u32::try_from(attempts).unwrap_or(0).min(11)).unwrap_or(WAIT_MAX).min(WAIT_MAX);
            let run_at = (attempts < ATTEMPTS_MAX).then(|| now.plus_seconds(wait));
            jobs::put_back(tx, job_id, token, run_at, text).map(drop)
        }
    })
}
