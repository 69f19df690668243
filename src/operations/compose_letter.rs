//! Gathers what a letter says at the moment it is sent, so that no name or address waits in a queue.

use crate::db::jobs::Job;
use crate::db::letters::Matter;
use crate::db::outbox::Mail;
use crate::db::types::MailStatus;
use crate::db::{Conn, DbFault, DbResult, bundles, letters, terms};
use crate::domain::id::MailId;
use crate::domain::notice::{Line, NoticeFacts};
use crate::domain::program::Terms;

/// A letter about to be sent.
#[derive(Debug)]
pub enum Draft {
    /// It can be sent.
    Ready {
        /// The letter.
        mail: Mail,
        /// What it says; the link is the sender's to add.
        facts: Box<NoticeFacts>,
        /// Where to.
        address: String,
    },
    /// The referrer declined this kind.
    Declined,
    /// The referrer has no e-mail address.
    NoAddress,
    /// It ended before.
    Ended(MailStatus),
}

/// The letter that a job is to send.
#[must_use]
pub fn letter_of(job: &Job) -> Option<MailId> {
    job.payload.0.get("mail_id").and_then(|id| id.as_str()).and_then(|id| id.parse().ok())
}

/// Composes the letter `id`.
///
/// # Errors
/// What the database reports.
pub fn compose_letter(conn: &mut Conn<'_>, id: MailId) -> DbResult<Draft> {
    let mail = letters::mail(conn, id)?.ok_or(DbFault::NotFound)?;
    if mail.status != MailStatus::Queued {
        return Ok(Draft::Ended(mail.status));
    }
    let recipient = letters::recipient(conn, mail.referrer_id, mail.kind)?;
    if recipient.declined {
        return Ok(Draft::Declined);
    }
    let Some(address) = recipient.address else { return Ok(Draft::NoAddress) };
    let program = terms::program(conn)?.ok_or(DbFault::NotFound)?;
    let terms = &program.current().ok_or(DbFault::NotFound)?.terms;
    let matter = letters::matter(conn, mail.kind, mail.subject_id, mail.referrer_id)?;
    let lines = if mail.told_in == Some(id) { lines(conn, &mail, &matter, terms)? } else { Vec::new() };
    let facts = NoticeFacts {
        kind: mail.kind,
        locale: recipient.locale.unwrap_or(terms.letters.locale),
        shop: terms.shop_name.clone(),
        shop_url: terms.shop_url.clone(),
        name: recipient.name,
        code: recipient.code,
        link: None,
        portal: None,
        amount: matter.amount,
        remaining: matter.remaining,
        due_on: due_on(&matter, &mail, terms),
        promise: terms.commission.promise(terms.currency),
        reference: matter.reference,
        reason: matter.reason,
        lines,
        imprint: terms.letters.imprint(),
    };
    Ok(Draft::Ready { mail, facts: Box::new(facts), address })
}

/// The day to come on which a hold ends or a claim is decided; none when nothing was held.
fn due_on(matter: &Matter, mail: &Mail, terms: &Terms) -> Option<String> {
    matter.due_at.filter(|due| *due > mail.created_at).map(|due| due.day_in(&terms.timezone))
}

/// What a bundle tells of, its own subject first; nothing when it leads nobody.
fn lines(conn: &mut Conn<'_>, mail: &Mail, own: &Matter, terms: &Terms) -> DbResult<Vec<Line>> {
    let mut matters = Vec::new();
    for subject in bundles::subjects(conn, mail.id)? {
        matters.push(letters::matter(conn, mail.kind, subject, mail.referrer_id)?);
    }
    if matters.is_empty() {
        return Ok(Vec::new());
    }
    let line = |matter: &Matter| {
        let due_on = due_on(matter, mail, terms);
        matter.amount.map(|amount| Line { amount, remaining: matter.remaining, due_on })
    };
    Ok(std::iter::once(own).chain(&matters).filter_map(line).collect())
}
