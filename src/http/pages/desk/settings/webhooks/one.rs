//! One endpoint: change it, switch it on and off, give it a new secret, see what became of each message, send again.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::super::fields::{Field, Once, blame, by_name, filled};
use super::super::mendable;
use super::{Event, Form, NAMES, body, events, fields, state};
use crate::db::deliveries::{self, Delivery};
use crate::db::endpoints::{self, Endpoint};
use crate::domain::id::{DeliveryId, EndpointId};
use crate::domain::webhook::{DeliveryStatus, EndpointStatus, OVERLAP_HOURS};
use crate::http::api::webhook_endpoints::{EndpointPatch, change_as, rotate_as};
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, Guest, OwnerDesk};
use crate::http::paging::{List, Query};
use crate::http::problem::ApiError;
use crate::http::syntax;
use crate::operations::remove_endpoint::remove_endpoint;
use crate::operations::replay_deliveries::{Replay, Replayed, replay_deliveries};

/// Messages on a page.
const SHOWN: i64 = 25;

/// What failed in so many days is sent again at once.
const REPLAY_DAYS: i64 = 7;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/webhooks/{id}").route(web::get().to(show)).route(web::post().to(change)))
        .service(web::resource("/settings/webhooks/{id}/status").route(web::post().to(switch)))
        .service(web::resource("/settings/webhooks/{id}/secret").route(web::post().to(rotate)))
        .service(web::resource("/settings/webhooks/{id}/replay").route(web::post().to(replay)))
        .service(web::resource("/settings/webhooks/{id}/remove").route(web::post().to(remove)));
}

/// A message to the endpoint.
struct Message {
    id: String,
    event: String,
    at: String,
    state: String,
    tag: &'static str,
    answer: String,
    attempts: String,
    again: bool,
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/webhooks/one.html")]
struct Page {
    frame: Frame,
    id: String,
    url: String,
    state: String,
    tag: &'static str,
    is_on: bool,
    old_secret: Option<String>,
    once: Option<Once>,
    fields: Vec<Field>,
    events: Vec<Event>,
    faults: Vec<String>,
    messages: Vec<Message>,
    older: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    done: Option<String>,
    before: Option<Uuid>,
}

async fn show(desk: Desk, id: Path<Uuid>, Query(query): Query<Wanted>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings").after(query.done.as_deref());
    let row = find(&desk, id.into_inner()).await?;
    let form = form(&frame, &row, None);
    page(&desk, frame, &row, form, query.before, StatusCode::OK).await
}

async fn find(guest: &Guest, id: Uuid) -> Result<Endpoint, ApiError> {
    let id = EndpointId::from_uuid(id);
    guest.read(move |conn| endpoints::find(conn, id)).await?.ok_or_else(|| ApiError::not_found("endpoint"))
}

fn form(frame: &Frame, row: &Endpoint, once: Option<Once>) -> Form {
    let fields = fields(frame, &row.url, row.description.as_deref().unwrap_or_default());
    Form { fields, events: events(&row.kinds.0), faults: Vec::new(), once }
}

async fn change(desk: OwnerDesk, id: Path<Uuid>, sent: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let row = find(&desk, id.into_inner()).await?;
    let changed = match syntax::from_value::<EndpointPatch>(&body(&sent)) {
        Ok(asked) => change_as(&desk, row.id, asked).await,
        Err(fault) => Err(fault.into()),
    };
    match changed {
        Ok(_) => Ok(frame.go(&format!("/desk/settings/webhooks/{}?done=webhook", row.id))),
        Err(fault) => {
            let faults = mendable(fault)?;
            let mut form = form(&frame, &row, None);
            form.fields = filled(form.fields, &sent);
            form.faults = blame(&frame, &mut form.fields, &faults, |pointer| by_name(&NAMES, pointer));
            form.events = events(&sent.all("events").collect::<Vec<&str>>());
            page(&desk, frame, &row, form, None, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

async fn switch(desk: OwnerDesk, id: Path<Uuid>, sent: Fields) -> Result<HttpResponse, ApiError> {
    let id = EndpointId::from_uuid(id.into_inner());
    let asked = syntax::from_value::<EndpointPatch>(&json!({ "status": sent.one("status") }))?;
    change_as(&desk, id, asked).await?;
    Ok(desk.frame("settings").go(&format!("/desk/settings/webhooks/{id}?done=webhook")))
}

async fn rotate(desk: OwnerDesk, id: Path<Uuid>, _sent: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let (row, secret) = rotate_as(&desk, EndpointId::from_uuid(id.into_inner()), OVERLAP_HOURS).await?;
    let once = Once { title: frame.say("webhooks-secret"), text: secret.reveal() };
    let form = form(&frame, &row, Some(once));
    page(&desk, frame, &row, form, None, StatusCode::OK).await
}

async fn replay(desk: OwnerDesk, id: Path<Uuid>, sent: Fields) -> Result<HttpResponse, ApiError> {
    let (id, actor) = (EndpointId::from_uuid(id.into_inner()), desk.principal.actor());
    let one =
        sent.one("delivery").map(|text| text.parse::<DeliveryId>().map_err(|_| ApiError::not_found("delivery"))).transpose()?;
    let what = one.map_or_else(|| Replay::Since(desk.now().plus_days(-REPLAY_DAYS)), Replay::One);
    match desk.write(move |tx, now| replay_deliveries(tx, now, &actor, id, what)).await? {
        Replayed::Unknown => Err(ApiError::not_found("endpoint or delivery")),
        Replayed::Disabled => Err(ApiError::conflict("endpoint_disabled", desk.frame("settings").say("webhooks-off-first"))),
        Replayed::Queued { .. } => Ok(desk.frame("settings").go(&format!("/desk/settings/webhooks/{id}?done=replay-queued"))),
    }
}

async fn remove(desk: OwnerDesk, id: Path<Uuid>, _sent: Fields) -> Result<HttpResponse, ApiError> {
    let (id, actor) = (EndpointId::from_uuid(id.into_inner()), desk.principal.actor());
    if desk.write(move |tx, now| remove_endpoint(tx, now, &actor, id)).await? {
        return Ok(desk.frame("settings").go("/desk/settings/webhooks?done=webhook-removed"));
    }
    Err(ApiError::not_found("endpoint"))
}

async fn page(
    guest: &Guest,
    frame: Frame,
    row: &Endpoint,
    form: Form,
    before: Option<Uuid>,
    status: StatusCode,
) -> Result<HttpResponse, ApiError> {
    let (id, before) = (row.id, before.map(DeliveryId::from_uuid));
    let found = List::cut(guest.read(move |conn| deliveries::newest(conn, id, before, SHOWN + 1)).await?, SHOWN);
    let older = found.goes_on_after().map(|last| last.id.to_string());
    let now = guest.now();
    let (state, tag) = state(&frame, row);
    let page = Page {
        id: id.to_string(),
        url: row.url.clone(),
        state,
        tag,
        is_on: row.status == EndpointStatus::Enabled,
        old_secret: row.old_secret_until.filter(|until| *until > now).map(|until| frame.time(&until)),
        once: form.once,
        fields: form.fields,
        events: form.events,
        faults: form.faults,
        messages: found.data.iter().map(|row| message(&frame, row)).collect(),
        older,
        frame,
    };
    page.frame.page_with(status, &page)
}

fn message(frame: &Frame, row: &Delivery) -> Message {
    let (state, tag) = match (row.status, &row.next_at) {
        (DeliveryStatus::Delivered, _) => (frame.say("webhooks-message-delivered"), "good"),
        (DeliveryStatus::Failed, _) => (frame.say("webhooks-message-failed"), "bad"),
        (DeliveryStatus::Waiting, Some(next)) => (frame.tell("webhooks-message-next", &[("time", &frame.time(next))]), "warn"),
        (DeliveryStatus::Waiting, None) => (frame.say("webhooks-message-waiting"), "warn"),
    };
    let status = row.answer.map(|answer| format!("HTTP {answer}"));
    let answer = status.into_iter().chain(row.error.clone()).collect::<Vec<_>>().join(": ");
    Message {
        id: row.id.to_string(),
        event: row.kind.clone(),
        at: frame.time(&row.created_at),
        state,
        tag,
        answer,
        attempts: frame.number(&row.attempts),
        again: row.status != DeliveryStatus::Waiting,
    }
}
