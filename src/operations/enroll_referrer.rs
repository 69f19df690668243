//! Makes a customer a referrer, with a code to share and a letter that says so.

use serde_json::json;

use super::issue_code::{self, CodeWish, Issued};
use super::resolve_customers::{most_trusted, resolve};
use crate::db::outbox::{self, Mail, NewEvent};
use crate::db::referrers::{self, Referrer};
use crate::db::types::{AnyId, Json};
use crate::db::{DbFault, DbResult, Tx, customers, lost_race, terms};
use crate::domain::code::Code;
use crate::domain::customer::{CustomerFacts, CustomerKey, Metadata};
use crate::domain::id::{CustomerId, EventId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;
use crate::domain::referrer::ReferrerStatus;

/// Who is to become a referrer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enrolment {
    /// The customer; with a key at least.
    pub customer: CustomerFacts,
    /// The word he wants; without one, and having none yet, he is given a random code.
    pub code: Option<Code>,
    /// Only name him: he is not written to and stays `invited` until he is enrolled.
    pub invite: bool,
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enrolled {
    /// The customer was named by no key.
    Nameless,
    /// Somebody else has this code or one that looks like it; nobody was enrolled.
    CodeTaken,
    /// He is a referrer.
    Done {
        /// As he stands now.
        referrer: Referrer,
        /// Whether he was none before.
        new: bool,
    },
}

/// Enrols a customer. Enrolling him again changes nothing but what is new: a wished code is added,
/// one who was only named becomes active. One who is paused stays so.
///
/// # Errors
/// What the database reports.
pub fn enroll_referrer(tx: &mut Tx<'_>, now: Instant, wish: &Enrolment) -> DbResult<Enrolled> {
    enroll(tx, now, wish, true)
}

/// As [`enroll_referrer`], but without a letter: whoever moves here from another program knows that
/// he is one.
pub(super) fn enroll_quietly(tx: &mut Tx<'_>, now: Instant, wish: &Enrolment) -> DbResult<Enrolled> {
    enroll(tx, now, wish, false)
}

fn enroll(tx: &mut Tx<'_>, now: Instant, wish: &Enrolment, write: bool) -> DbResult<Enrolled> {
    if let Some(code) = &wish.code
        && let Some(known) = referrers::codes_by_skeleton(tx, &[code.skeleton()])?.pop()
        && known_as(tx, &wish.customer)? != Some(known.referrer_id)
    {
        return Ok(Enrolled::CodeTaken);
    }
    let people = resolve(tx, now, &[Some(&wish.customer)], &[])?;
    let Some(customer) = people.of.first().copied().flatten() else { return Ok(Enrolled::Nameless) };
    let (referrer, new) = match locked(tx, customer)? {
        Some(known) => (known, false),
        None => (insert(tx, now, customer, wish.invite)?, true),
    };
    let active = ReferrerStatus::Active;
    let enrolled = if new { !wish.invite } else { referrer.status == ReferrerStatus::Invited && !wish.invite };
    let referrer = if enrolled && !new { Referrer { status: active, ..referrer } } else { referrer };
    if enrolled && !new {
        referrers::update(tx, &referrer)?;
    }
    give_code(tx, now, &referrer, wish)?;
    if enrolled {
        welcome(tx, now, &referrer, write)?;
    }
    Ok(Enrolled::Done { referrer, new })
}

/// The referrer that the customer of `facts` is before anything is written.
fn known_as(tx: &mut Tx<'_>, facts: &CustomerFacts) -> DbResult<Option<ReferrerId>> {
    let keys: Vec<CustomerKey> = facts.keys.iter().map(|(key, _)| key.clone()).collect();
    let owners = customers::find_keys(tx, &keys)?.into_iter().map(|row| (row.key(), row.customer_id)).collect();
    let Some(customer) = most_trusted(facts, &owners) else { return Ok(None) };
    Ok(referrers::of_customers(tx, &[customer])?.pop().map(|referrer| referrer.id))
}

/// The referrer that this (locked) customer is, locked as well.
fn locked(tx: &mut Tx<'_>, customer: CustomerId) -> DbResult<Option<Referrer>> {
    let Some(known) = referrers::of_customers(tx, &[customer])?.pop() else { return Ok(None) };
    Ok(referrers::lock(tx, &[known.id])?.pop())
}

fn insert(tx: &mut Tx<'_>, now: Instant, customer_id: CustomerId, invite: bool) -> DbResult<Referrer> {
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let referrer = Referrer {
        id: ReferrerId::new(now),
        program_id: program.id,
        customer_id,
        status: if invite { ReferrerStatus::Invited } else { ReferrerStatus::Active },
        metadata: Json(Metadata::new()),
        created_at: now,
        erased_at: None,
    };
    referrers::insert(tx, &referrer)?;
    Ok(referrer)
}

fn give_code(tx: &mut Tx<'_>, now: Instant, referrer: &Referrer, wish: &Enrolment) -> DbResult<()> {
    // One whose codes were all retired is given a new one on purpose only.
    if wish.code.is_none() && !referrers::codes_of(tx, &[referrer.id])?.is_empty() {
        return Ok(());
    }
    let code = CodeWish { referrer_id: referrer.id, code: wish.code.clone(), destination: None };
    match issue_code::add(tx, now, &code)? {
        Issued::New(_) | Issued::Owned(_) => Ok(()),
        // It was free, or his, when this began; the next look refuses before anything is written.
        Issued::Taken | Issued::Unknown | Issued::Refused(_) => Err(lost_race()),
    }
}

fn welcome(tx: &mut Tx<'_>, now: Instant, referrer: &Referrer, write: bool) -> DbResult<()> {
    let subject_id = AnyId::from_uuid(referrer.id.uuid());
    let event = NewEvent {
        id: EventId::new(now),
        kind: "referrer.enrolled",
        subject_id,
        data: Json(json!({ "referrer_id": referrer.id, "customer_id": referrer.customer_id })),
        created_at: now,
    };
    outbox::note_events(tx, &[event])?;
    if !write {
        return Ok(());
    }
    outbox::queue_mails(tx, vec![Mail::new(Notice::Welcome, subject_id, referrer.id, now)], now)
}
