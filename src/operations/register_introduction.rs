//! Registers that a referrer introduced a customer before the customer bought, such as at sign-up: the
//! weakest evidence, kept with the customer's consent and only for a while.

use serde_json::json;

use super::resolve_customers::resolve;
use crate::db::introductions::{self, Introduction};
use crate::db::outbox::{self, NewEvent};
use crate::db::referrers::{self, CodeRow};
use crate::db::types::{AnyId, Json};
use crate::db::{DbFault, DbResult, Tx, clicks, terms};
use crate::domain::attribution::Reason;
use crate::domain::code::Code;
use crate::domain::customer::CustomerFacts;
use crate::domain::id::{ClickId, EventId, IntroductionId};
use crate::domain::instant::Instant;
use crate::domain::referrer::{CodeStatus, ReferrerStatus};

/// What points to the referrer.
#[derive(Debug, Clone)]
pub enum Pointer {
    /// His code.
    Code(Code),
    /// A click on his link.
    Click(ClickId),
}

/// Who introduced whom.
#[derive(Debug, Clone)]
pub struct IntroductionRequest {
    /// Who was introduced; with a key at least.
    pub customer: CustomerFacts,
    /// By whom.
    pub by: Pointer,
    /// Until when it holds, if not as long as the terms say.
    pub expires_at: Option<Instant>,
    /// The storefront.
    pub source: String,
    /// Who reports.
    pub actor: String,
}

/// How it went.
#[derive(Debug, Clone)]
pub enum Introduced {
    /// Registered.
    New(Introduction),
    /// One that is still in force stands already: this one.
    Standing(Introduction),
    /// It would not count: an unknown or retired code, a paused referrer, the customer himself.
    Refused(Reason),
}

/// Registers an introduction. The first one stands until it expires.
///
/// # Errors
/// What the database reports.
pub fn register_introduction(tx: &mut Tx<'_>, now: Instant, request: &IntroductionRequest) -> DbResult<Introduced> {
    let Some(code) = code(tx, &request.by)? else { return Ok(Introduced::Refused(Reason::UnknownCode)) };
    let referrer = referrers::find(tx, code.referrer_id)?.ok_or(DbFault::NotFound)?;
    if code.status == CodeStatus::Retired {
        return Ok(Introduced::Refused(Reason::CodeRetired));
    }
    if referrer.status == ReferrerStatus::Paused {
        return Ok(Introduced::Refused(Reason::ReferrerPaused));
    }
    let people = resolve(tx, now, &[Some(&request.customer)], &[])?;
    let customer = people.of.first().copied().flatten().ok_or(DbFault::NotFound)?;
    if customer == referrer.customer_id {
        return Ok(Introduced::Refused(Reason::SelfReferral));
    }
    for standing in introductions::standing_of(tx, &[customer])? {
        if standing.expires_at > now {
            return Ok(Introduced::Standing(standing));
        }
        introductions::end(tx, standing.id, now)?;
    }
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let current = program.current().ok_or(DbFault::NotFound)?;
    let row = Introduction {
        id: IntroductionId::new(now),
        program_id: program.id,
        customer_id: customer,
        referrer_id: referrer.id,
        code: Some(code.code),
        source: request.source.clone(),
        terms_version: current.version,
        expires_at: request.expires_at.unwrap_or_else(|| now.plus_days(current.terms.introduction_days)),
        created_at: now,
        ended_at: None,
    };
    introductions::insert(tx, &row)?;
    let subject_id = AnyId::from_uuid(row.id.uuid());
    let data = json!({ "customer_id": row.customer_id, "referrer_id": row.referrer_id, "consent": true });
    outbox::audit(tx, &request.actor, "introduction.register", subject_id, data.clone(), now)?;
    let event =
        NewEvent { id: EventId::new(now), kind: "introduction.registered", subject_id, data: Json(data), created_at: now };
    outbox::note_events(tx, &[event])?;
    Ok(Introduced::New(row))
}

fn code(tx: &mut Tx<'_>, by: &Pointer) -> DbResult<Option<CodeRow>> {
    match by {
        Pointer::Code(code) => Ok(referrers::codes_by_skeleton(tx, &[code.skeleton()])?.pop()),
        Pointer::Click(id) => match clicks::find_all(tx, &[*id])?.pop() {
            Some(click) => Ok(referrers::codes_by_id(tx, &[click.code_id])?.pop()),
            None => Ok(None),
        },
    }
}
