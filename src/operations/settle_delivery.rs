//! Books what an endpoint answered: done, again later, given up, or never again.

use serde_json::json;

use crate::db::deliveries::{self, Delivery};
use crate::db::endpoints::{self, Endpoint};
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx, outbox, owner_notices};
use crate::domain::id::DeliveryId;
use crate::domain::instant::Instant;
use crate::domain::owner_notice::OwnerNotice;
use crate::domain::webhook::{DeliveryStatus, EndpointStatus, FAILING_DAYS_MAX, Taken, WhyDisabled, next_try, rest, taken};

/// Why the house could not or would not ask.
pub const DISABLED: &str = "the endpoint is switched off";

/// What a try came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// What went wrong, or the beginning of an answer that was no success.
    pub error: Option<String>,
}

/// What to do with the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is over.
    Done,
    /// Again then.
    At(Instant),
}

/// Books a try of `id`; the job that carried it is the caller's to end.
///
/// # Errors
/// What the database reports.
pub fn settle_delivery(tx: &mut Tx<'_>, now: Instant, id: DeliveryId, attempt: &Attempt) -> DbResult<Next> {
    let Some((mut delivery, _)) = deliveries::find(tx, id)? else { return Ok(Next::Done) };
    let Some(mut endpoint) = endpoints::lock(tx, delivery.endpoint_id)? else { return Ok(Next::Done) };
    let before = endpoint.clone();
    delivery.attempts += 1;
    (delivery.answer, delivery.error) = (attempt.status.map(i64::from), attempt.error.clone());
    let verdict = taken(attempt.status);
    let next = match verdict {
        Taken::Yes => {
            end(&mut delivery, DeliveryStatus::Delivered, now);
            (endpoint.failures, endpoint.failing_since, endpoint.rests_until) = (0, None, None);
            Next::Done
        }
        Taken::Gone => {
            end(&mut delivery, DeliveryStatus::Failed, now);
            switch_off(&mut endpoint, WhyDisabled::Gone);
            Next::Done
        }
        Taken::No => fail(&mut delivery, &mut endpoint, now),
    };
    deliveries::update(tx, &delivery)?;
    if endpoint != before {
        endpoints::update(tx, &endpoint)?;
    }
    if endpoint.status != before.status {
        let subject = format!("{}@{}", endpoint.id, now.seconds());
        owner_notices::queue(tx, OwnerNotice::EndpointDisabled, &subject, now)?;
        let detail = json!({ "why": endpoint.why_disabled, "failing_since": endpoint.failing_since });
        outbox::audit(tx, "system", "webhook_endpoint.disable", AnyId::from_uuid(endpoint.id.uuid()), detail, now)?;
    }
    Ok(next)
}

/// Ends a message that will not be sent.
///
/// # Errors
/// What the database reports.
pub fn give_up(tx: &mut Tx<'_>, now: Instant, mut delivery: Delivery, why: &str) -> DbResult<()> {
    end(&mut delivery, DeliveryStatus::Failed, now);
    delivery.error = Some(why.to_owned());
    deliveries::update(tx, &delivery)
}

fn fail(delivery: &mut Delivery, endpoint: &mut Endpoint, now: Instant) -> Next {
    let since = *endpoint.failing_since.get_or_insert(now);
    endpoint.failures = endpoint.failures.saturating_add(1);
    endpoint.rests_until = Some(now.plus_seconds(rest(endpoint.failures)));
    if since.plus_days(FAILING_DAYS_MAX) <= now {
        switch_off(endpoint, WhyDisabled::Failing);
    }
    match next_try(delivery.attempts, delivery.id, now) {
        Some(at) if endpoint.status == EndpointStatus::Enabled => {
            delivery.next_at = Some(at);
            Next::At(at)
        }
        _ => {
            end(delivery, DeliveryStatus::Failed, now);
            Next::Done
        }
    }
}

fn end(delivery: &mut Delivery, status: DeliveryStatus, now: Instant) {
    (delivery.status, delivery.next_at, delivery.ended_at) = (status, None, Some(now));
}

fn switch_off(endpoint: &mut Endpoint, why: WhyDisabled) {
    if endpoint.status == EndpointStatus::Enabled {
        (endpoint.status, endpoint.why_disabled) = (EndpointStatus::Disabled, Some(why));
    }
}
