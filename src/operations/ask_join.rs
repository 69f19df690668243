//! Somebody wants to recommend the shop. Whom the customer file knows is enrolled at once and written to; anybody else
//! waits for the owner. Whoever asks is told the same in all cases, so that nobody learns who is a customer.

use serde_json::json;

use super::enroll_referrer::{Enrolled, Enrolment, enroll_referrer};
use super::resolve_customers::resolve;
use crate::db::joins::{self, Join};
use crate::db::outbox::audit;
use crate::db::types::AnyId;
use crate::db::{DbFault, DbResult, Tx, customers, referrers, terms};
use crate::domain::customer::{CustomerFacts, CustomerKey};
use crate::domain::id::{CustomerId, JoinId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::referrer::{JoinStatus, ReferrerStatus};

/// More wishes than this do not wait for the owner at a time: what a script types in is not kept for ever.
const OPEN_MAX: i64 = 500;

/// Who asks.
#[derive(Debug, Clone)]
pub struct JoinRequest {
    /// His address, normalised, and as he wrote it.
    pub address: (CustomerKey, String),
    /// The language of the page he read, for who chose none.
    pub locale: Locale,
    /// The terms he read and accepted.
    pub terms_version: i64,
}

/// How it went; none of it is told to whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Enrolled; the letter with the link is on its way.
    Enrolled(ReferrerId),
    /// A referrer already: he wants his link again.
    Known(ReferrerId),
    /// The owner decides.
    Waits,
    /// Not kept: too many wait, the owner said no before, or the program is closed.
    Dropped,
}

/// Takes a wish to join.
///
/// # Errors
/// What the database reports.
pub fn ask_join(tx: &mut Tx<'_>, now: Instant, request: &JoinRequest) -> DbResult<Asked> {
    let program = terms::program(tx)?.ok_or(DbFault::NotFound)?;
    if program.current().is_none_or(|version| version.terms.closed) {
        return Ok(Asked::Dropped);
    }
    let known = customers::find_keys(tx, std::slice::from_ref(&request.address.0))?.pop();
    let Some(customer) = known.map(|row| row.customer_id) else { return stranger(tx, now, request) };
    if let Some(row) = referrers::of_customers(tx, &[customer])?.pop()
        && row.status != ReferrerStatus::Invited
    {
        return Ok(Asked::Known(row.id));
    }
    // Whoever is in the file only because he asked has still to wait.
    match joins::of_customer(tx, customer)?.map(|join| join.status) {
        Some(JoinStatus::Open) => return Ok(Asked::Waits),
        Some(JoinStatus::Declined) => return Ok(Asked::Dropped),
        Some(JoinStatus::Accepted) | None => {}
    }
    let Some(referrer) = enrol(tx, now, request.address.clone())? else { return Ok(Asked::Dropped) };
    note(tx, now, customer, request, JoinStatus::Accepted)?;
    let detail = json!({ "referrer_id": referrer, "terms_version": request.terms_version });
    audit(tx, "visitor", "referrer.join", AnyId::from_uuid(referrer.uuid()), detail, now)?;
    Ok(Asked::Enrolled(referrer))
}

fn stranger(tx: &mut Tx<'_>, now: Instant, request: &JoinRequest) -> DbResult<Asked> {
    let waiting = joins::open(tx, None, OPEN_MAX)?.len();
    if i64::try_from(waiting).unwrap_or(i64::MAX) >= OPEN_MAX {
        return Ok(Asked::Dropped);
    }
    let facts = CustomerFacts { keys: vec![request.address.clone()], locale: Some(request.locale), ..CustomerFacts::default() };
    let people = resolve(tx, now, &[Some(&facts)], &[])?;
    let Some(customer) = people.of.first().copied().flatten() else { return Ok(Asked::Dropped) };
    note(tx, now, customer, request, JoinStatus::Open)?;
    Ok(Asked::Waits)
}

fn note(tx: &mut Tx<'_>, now: Instant, customer_id: CustomerId, request: &JoinRequest, status: JoinStatus) -> DbResult<()> {
    let join = Join {
        id: JoinId::new(now),
        customer_id,
        terms_version: request.terms_version,
        status,
        created_at: now,
        decided_by: None,
        ended_at: (status != JoinStatus::Open).then_some(now),
    };
    joins::insert(tx, &join).map(drop)
}

fn enrol(tx: &mut Tx<'_>, now: Instant, key: (CustomerKey, String)) -> DbResult<Option<ReferrerId>> {
    let customer = CustomerFacts { keys: vec![key], ..CustomerFacts::default() };
    match enroll_referrer(tx, now, &Enrolment { customer, ..Enrolment::default() })? {
        Enrolled::Done { referrer, .. } => Ok(Some(referrer.id)),
        Enrolled::Nameless | Enrolled::CodeTaken => Ok(None),
    }
}

/// How the owner's word went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoinDecided {
    /// No such wish.
    Unknown,
    /// It was decided before.
    Ended(JoinStatus),
    /// He whose wish it was has no address or number left by which he could be enrolled.
    Nameless,
    /// As it stands now.
    Done(Join),
}

/// Accepts a wish, which enrols whoever made it, or declines it, of which he hears nothing.
///
/// # Errors
/// What the database reports.
pub fn decide_join(tx: &mut Tx<'_>, now: Instant, id: JoinId, accept: bool, actor: &str) -> DbResult<JoinDecided> {
    let Some(join) = joins::find(tx, id)? else { return Ok(JoinDecided::Unknown) };
    if join.status != JoinStatus::Open {
        return Ok(JoinDecided::Ended(join.status));
    }
    if accept {
        let customer = customers::find(tx, join.customer_id)?.and_then(|row| row.merged_into).unwrap_or(join.customer_id);
        let Some(key) = customers::keys_of(tx, &[customer])?.into_iter().next() else { return Ok(JoinDecided::Nameless) };
        if enrol(tx, now, (key.key(), key.shown))?.is_none() {
            return Ok(JoinDecided::Nameless);
        }
    }
    let status = if accept { JoinStatus::Accepted } else { JoinStatus::Declined };
    if !joins::end(tx, id, status, Some(actor), now)? {
        let now_stands = joins::find(tx, id)?.map_or(status, |join| join.status);
        return Ok(JoinDecided::Ended(now_stands));
    }
    let action = if accept { "join.accept" } else { "join.decline" };
    let detail = json!({ "customer_id": join.customer_id });
    audit(tx, actor, action, AnyId::from_uuid(id.uuid()), detail, now)?;
    Ok(JoinDecided::Done(Join { status, decided_by: Some(actor.to_owned()), ended_at: Some(now), ..join }))
}
