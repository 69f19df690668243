//! `/v1/webhook-endpoints`: which programs are told what happens, and what became of each message.

use actix_web::web::{Path, ServiceConfig, get, post, resource};
use actix_web::{HttpResponse, Responder, web};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::customer_body::given;
use crate::db::deliveries::{self, Delivery};
use crate::db::endpoints::{self, Endpoint};
use crate::domain::field::{FieldError, short_text};
use crate::domain::id::{DeliveryId, EndpointId, EventId};
use crate::domain::instant::Instant;
use crate::domain::signature::{SECRET_LEN, SigningSecret};
use crate::domain::webhook::{DeliveryStatus, EndpointStatus, OVERLAP_HOURS, OVERLAP_HOURS_MAX, WhyDisabled, check_kinds};
use crate::http::body::Body;
use crate::http::callers::{Auditor, Caller, Owner};
use crate::http::paging::{Filtered, List, Page};
use crate::http::problem::ApiError;
use crate::operations::change_endpoint::{EndpointChange, change_endpoint};
use crate::operations::create_endpoint::{ENDPOINTS_MAX, EndpointWish, create_endpoint};
use crate::operations::remove_endpoint::remove_endpoint;
use crate::operations::replay_deliveries::{Replay, Replayed, replay_deliveries};
use crate::operations::rotate_endpoint_secret::rotate_endpoint_secret;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/webhook-endpoints").route(post().to(create)).route(get().to(list)))
        .service(
            resource("/v1/webhook-endpoints/{id}")
                .route(get().to(read))
                .route(web::patch().to(change))
                .route(web::delete().to(remove)),
        )
        .service(resource("/v1/webhook-endpoints/{id}/rotate-secret").route(post().to(rotate)))
        .service(resource("/v1/webhook-endpoints/{id}/deliveries").route(get().to(log)))
        .service(resource("/v1/webhook-endpoints/{id}/replay").route(post().to(replay)));
}

/// An endpoint as it is shown; the secret only when it was just made.
#[derive(Debug, Serialize)]
struct ShownEndpoint {
    id: EndpointId,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    events: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    status: EndpointStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_disabled: Option<WhyDisabled>,
    failures: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failing_since: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_secret_until: Option<Instant>,
    created_at: Instant,
}

impl From<Endpoint> for ShownEndpoint {
    fn from(row: Endpoint) -> Self {
        Self {
            id: row.id,
            url: row.url,
            description: row.description,
            events: row.kinds.0,
            secret: None,
            status: row.status,
            why_disabled: row.why_disabled,
            failures: row.failures,
            failing_since: row.failing_since,
            old_secret_until: row.old_secret_until,
            created_at: row.created_at,
        }
    }
}

impl ShownEndpoint {
    fn with_secret(row: Endpoint, secret: &SigningSecret) -> Self {
        Self { secret: Some(secret.reveal()), ..Self::from(row) }
    }
}

/// An address to be told what happens.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct EndpointBody {
    url: String,
    description: Option<String>,
    #[serde(default)]
    events: Vec<String>,
}

async fn create(caller: Owner, body: Body<EndpointBody>) -> Result<impl Responder, ApiError> {
    let (row, secret) = create_as(&caller, body.into_inner()).await?;
    Ok(HttpResponse::Created().json(ShownEndpoint::with_secret(row, &secret)))
}

/// Adds an endpoint; comes with its secret.
///
/// # Errors
/// 422 naming the field at fault, 409 when there are enough.
pub(in crate::http) async fn create_as(caller: &Caller, body: EndpointBody) -> Result<(Endpoint, SigningSecret), ApiError> {
    let EndpointBody { url, description, events } = body;
    let url = screened(caller, &url)?;
    description.as_deref().map_or(Ok(()), |text| short_text("/description", text))?;
    check_kinds("/events", &events)?;
    let (id, secret) = (EndpointId::new(caller.now()), secret()?);
    let wish = EndpointWish { id, url, description, kinds: events, secret: sealed(caller, id, &secret)? };
    let actor = caller.principal.actor();
    let made = caller.write(move |tx, now| create_endpoint(tx, now, &actor, &wish)).await?;
    let row = made.ok_or_else(|| {
        ApiError::conflict("too_many_endpoints", format!("there are {ENDPOINTS_MAX} endpoints already; remove one first"))
    })?;
    Ok((row, secret))
}

async fn list(caller: Auditor, page: Page) -> Result<impl Responder, ApiError> {
    let after = page.after.map(EndpointId::from_uuid);
    let rows = caller.read(move |conn| endpoints::list(conn, after, page.fetch())).await?;
    Ok(HttpResponse::Ok().json(List::of(rows, page).map(ShownEndpoint::from)))
}

async fn read(caller: Auditor, path: Path<Uuid>) -> Result<impl Responder, ApiError> {
    let id = EndpointId::from_uuid(path.into_inner());
    let row = caller.read(move |conn| endpoints::find(conn, id)).await?.ok_or_else(unknown)?;
    Ok(HttpResponse::Ok().json(ShownEndpoint::from(row)))
}

/// What is to change of an endpoint.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct EndpointPatch {
    url: Option<String>,
    #[serde(default, deserialize_with = "given")]
    description: Option<Option<String>>,
    events: Option<Vec<String>>,
    status: Option<EndpointStatus>,
}

async fn change(caller: Owner, path: Path<Uuid>, body: Body<EndpointPatch>) -> Result<impl Responder, ApiError> {
    let row = change_as(&caller, EndpointId::from_uuid(path.into_inner()), body.into_inner()).await?;
    Ok(HttpResponse::Ok().json(ShownEndpoint::from(row)))
}

/// Changes an endpoint.
///
/// # Errors
/// 404, or 422 naming the field at fault.
pub(in crate::http) async fn change_as(caller: &Caller, id: EndpointId, body: EndpointPatch) -> Result<Endpoint, ApiError> {
    let EndpointPatch { url, description, events, status } = body;
    let url = url.map(|url| screened(caller, &url)).transpose()?;
    if let Some(Some(text)) = &description {
        short_text("/description", text)?;
    }
    events.as_deref().map_or(Ok(()), |kinds| check_kinds("/events", kinds))?;
    let (change, actor) = (EndpointChange { url, description, kinds: events, status }, caller.principal.actor());
    caller.write(move |tx, now| change_endpoint(tx, now, &actor, id, &change)).await?.ok_or_else(unknown)
}

async fn remove(caller: Owner, path: Path<Uuid>) -> Result<impl Responder, ApiError> {
    let (id, actor) = (EndpointId::from_uuid(path.into_inner()), caller.principal.actor());
    let removed = caller.write(move |tx, now| remove_endpoint(tx, now, &actor, id)).await?;
    if removed { Ok(HttpResponse::NoContent().finish()) } else { Err(unknown()) }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RotateBody {
    overlap_hours: Option<i64>,
}

async fn rotate(caller: Owner, path: Path<Uuid>, body: Body<RotateBody>) -> Result<impl Responder, ApiError> {
    let hours = body.overlap_hours.unwrap_or(OVERLAP_HOURS);
    if !(0..=OVERLAP_HOURS_MAX).contains(&hours) {
        let message = format!("must be between 0 and {OVERLAP_HOURS_MAX} hours");
        return Err(FieldError::new("/overlap_hours", "out_of_range", message).into());
    }
    let (row, secret) = rotate_as(&caller, EndpointId::from_uuid(path.into_inner()), hours).await?;
    Ok(HttpResponse::Ok().json(ShownEndpoint::with_secret(row, &secret)))
}

/// Gives an endpoint a new secret; the old one signs beside it for `hours`.
///
/// # Errors
/// 404.
pub(in crate::http) async fn rotate_as(
    caller: &Caller,
    id: EndpointId,
    hours: i64,
) -> Result<(Endpoint, SigningSecret), ApiError> {
    let (secret, actor) = (secret()?, caller.principal.actor());
    let kept = sealed(caller, id, &secret)?;
    let rotated = caller.write(move |tx, now| rotate_endpoint_secret(tx, now, &actor, id, &kept, hours)).await?;
    Ok((rotated.ok_or_else(unknown)?, secret))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LogFilter {
    status: Option<DeliveryStatus>,
}

#[derive(Debug, Serialize)]
struct ShownDelivery {
    id: DeliveryId,
    event_id: EventId,
    event: String,
    status: DeliveryStatus,
    attempts: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<Instant>,
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Instant>,
}

impl From<Delivery> for ShownDelivery {
    fn from(row: Delivery) -> Self {
        Self {
            id: row.id,
            event_id: row.event_id,
            event: row.kind,
            status: row.status,
            attempts: row.attempts,
            answer: row.answer,
            error: row.error,
            next_at: row.next_at,
            created_at: row.created_at,
            ended_at: row.ended_at,
        }
    }
}

async fn log(caller: Auditor, path: Path<Uuid>, Filtered(page, filter): Filtered<LogFilter>) -> Result<impl Responder, ApiError> {
    let (id, after) = (EndpointId::from_uuid(path.into_inner()), page.after.map(DeliveryId::from_uuid));
    let rows = caller
        .read(move |conn| match endpoints::find(conn, id)? {
            Some(_) => deliveries::list(conn, id, filter.status, after, page.fetch()).map(Some),
            None => Ok(None),
        })
        .await?;
    Ok(HttpResponse::Ok().json(List::of(rows.ok_or_else(unknown)?, page).map(ShownDelivery::from)))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplayBody {
    delivery_id: Option<DeliveryId>,
    since: Option<Instant>,
    after: Option<EventId>,
}

async fn replay(caller: Owner, path: Path<Uuid>, body: Body<ReplayBody>) -> Result<impl Responder, ApiError> {
    let id = EndpointId::from_uuid(path.into_inner());
    let what = match body.into_inner() {
        ReplayBody { delivery_id: Some(delivery), since: None, after: None } => Replay::One(delivery),
        ReplayBody { delivery_id: None, since: Some(since), after: None } => Replay::Since(since),
        ReplayBody { delivery_id: None, since: None, after: Some(event) } => Replay::After(event),
        _ => {
            let message = "needs exactly one of delivery_id, since and after";
            return Err(FieldError::new("", "one_of", message).into());
        }
    };
    let actor = caller.principal.actor();
    match caller.write(move |tx, now| replay_deliveries(tx, now, &actor, id, what)).await? {
        Replayed::Unknown => Err(ApiError::not_found("endpoint or delivery")),
        Replayed::Disabled => Err(ApiError::conflict(
            "endpoint_disabled",
            "the endpoint is switched off; switch it on with PATCH {\"status\": \"enabled\"} first",
        )),
        Replayed::Queued { count, reached } => {
            let mut answer = serde_json::json!({ "queued": count });
            if let (Some(next), Some(fields)) = (reached, answer.as_object_mut()) {
                fields.insert("next".to_owned(), serde_json::json!(next));
            }
            Ok(HttpResponse::Ok().json(answer))
        }
    }
}

fn screened(caller: &Caller, url: &str) -> Result<String, FieldError> {
    caller.app.outward.screen("/url", url).map(|url| url.as_str().to_owned())
}

fn secret() -> Result<SigningSecret, ApiError> {
    let mut bytes = [0_u8; SECRET_LEN];
    getrandom::fill(&mut bytes).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(SigningSecret::of_random(bytes))
}

fn sealed(caller: &Caller, id: EndpointId, secret: &SigningSecret) -> Result<String, ApiError> {
    let sealed = caller.app.vault.seal(&Endpoint::seal_place(id), &secret.reveal());
    sealed.map_err(|error| ApiError::internal(error.to_string()))
}

fn unknown() -> ApiError {
    ApiError::not_found("endpoint")
}
