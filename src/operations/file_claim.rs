//! A referrer says "I sent her". Nothing is looked up: the answer is the same whether there is such an
//! order or not, so that nobody learns of other people's purchases by asking.

use serde_json::json;

use crate::db::claims::{self, Claim};
use crate::db::outbox::{self, Mail, NewEvent};
use crate::db::types::{AnyId, Json};
use crate::db::{DbFault, DbResult, Tx, referrers, terms};
use crate::domain::claim::ClaimStatus;
use crate::domain::id::{ClaimId, EventId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::notice::Notice;

/// What a referrer knows of the purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purchase {
    /// The order number.
    Order(String),
    /// The friend's first name and the day, as `2026-11-22`.
    Friend(String, String),
}

/// A claim to be made.
#[derive(Debug, Clone)]
pub struct ClaimRequest {
    /// Who claims.
    pub referrer_id: ReferrerId,
    /// Where the friend is said to have bought.
    pub source: String,
    /// What.
    pub purchase: Purchase,
    /// Who reports.
    pub actor: String,
}

/// How it went.
#[derive(Debug, Clone)]
pub enum Filed {
    /// It waits for the owner.
    New(Claim),
    /// The same claim is open already.
    Open(Claim),
    /// No such referrer.
    UnknownReferrer,
    /// So many are open already; the owner decides on them first.
    TooMany(i64),
}

/// Files a claim and tells the referrer.
///
/// # Errors
/// What the database reports.
pub fn file_claim(tx: &mut Tx<'_>, now: Instant, request: &ClaimRequest) -> DbResult<Filed> {
    // Under the referrer's lock, so that a crowd of requests does not pass the limit.
    if referrers::lock(tx, &[request.referrer_id])?.iter().all(|row| row.erased_at.is_some()) {
        return Ok(Filed::UnknownReferrer);
    }
    let (order_id, friend, bought_on) = match &request.purchase {
        Purchase::Order(order) => (Some(order.clone()), None, None),
        Purchase::Friend(name, day) => (None, Some(name.clone()), Some(day.clone())),
    };
    let open = claims::open_of(tx, request.referrer_id)?;
    let same = |claim: &&Claim| {
        claim.source == request.source && claim.order_id == order_id && claim.friend == friend && claim.bought_on == bought_on
    };
    if let Some(known) = open.iter().find(same) {
        return Ok(Filed::Open(known.clone()));
    }
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    let rules = &program.current().ok_or(DbFault::NotFound)?.terms.claims;
    if i64::try_from(open.len()).unwrap_or(i64::MAX) >= rules.open_max {
        return Ok(Filed::TooMany(rules.open_max));
    }
    let claim = Claim {
        id: ClaimId::new(now),
        program_id: program.id,
        referrer_id: request.referrer_id,
        source: request.source.clone(),
        order_id,
        friend,
        bought_on,
        status: ClaimStatus::Open,
        reason: None,
        sale_id: None,
        decide_by: now.plus_days(rules.days),
        decided_by: None,
        created_at: now,
        ended_at: None,
    };
    claims::insert(tx, &claim)?;
    tell(tx, now, &claim, "claim.filed", Notice::ClaimReceived)?;
    let subject = AnyId::from_uuid(claim.id.uuid());
    outbox::audit(tx, &request.actor, "claim.file", subject, json!({ "referrer_id": claim.referrer_id }), now)?;
    Ok(Filed::New(claim))
}

/// Writes the event and the letter of a claim's step.
///
/// # Errors
/// What the database reports.
pub(super) fn tell(tx: &mut Tx<'_>, now: Instant, claim: &Claim, kind: &'static str, notice: Notice) -> DbResult<()> {
    let subject_id = AnyId::from_uuid(claim.id.uuid());
    let data = json!({ "referrer_id": claim.referrer_id, "sale_id": claim.sale_id, "reason": claim.reason });
    let event = NewEvent { id: EventId::new(now), kind, subject_id, data: Json(data), created_at: now };
    outbox::note_events(tx, &[event])?;
    outbox::queue_mails(tx, vec![Mail::new(notice, subject_id, claim.referrer_id, now)], now)
}
