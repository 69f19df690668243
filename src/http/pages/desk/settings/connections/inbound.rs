//! One message of a storefront: what it said, what became of it, and to do it again.

use actix_web::HttpResponse;
use actix_web::web::{self, Path, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::one::state;
use crate::db::inbound;
use crate::domain::id::InboundId;
use crate::http::api::inbound_deliveries::{replay_as, shown_body};
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, OwnerDesk};
use crate::http::paging::Query;
use crate::http::problem::ApiError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/inbound/{id}").route(web::get().to(show)).route(web::post().to(replay)));
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/connections/inbound.html")]
struct Page {
    frame: Frame,
    id: String,
    connection: String,
    topic: String,
    at: String,
    state: String,
    tag: &'static str,
    attempts: String,
    error: Option<String>,
    outcome: String,
    body: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Done {
    done: Option<String>,
}

async fn show(desk: Desk, id: Path<Uuid>, Query(query): Query<Done>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings").after(query.done.as_deref());
    let id = InboundId::from_uuid(id.into_inner());
    let row = desk.read(move |conn| inbound::find(conn, id)).await?.ok_or_else(|| ApiError::not_found("delivery"))?;
    let pretty = |value: &serde_json::Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let (state, tag) = state(&frame, row.status);
    let page = Page {
        id: row.id.to_string(),
        connection: row.connection_id.to_string(),
        topic: if row.topic.is_empty() { frame.say("connections-no-topic") } else { row.topic },
        at: frame.time(&row.received_at),
        state,
        tag,
        attempts: frame.count("connections-attempts", row.attempts, &[]),
        error: row.error,
        outcome: pretty(&row.outcome.0),
        body: row.body.as_deref().map(|bytes| pretty(&shown_body(bytes))),
        frame,
    };
    page.frame.page(&page)
}

async fn replay(desk: OwnerDesk, id: Path<Uuid>, _sent: Fields) -> Result<HttpResponse, ApiError> {
    let row = replay_as(&desk, InboundId::from_uuid(id.into_inner())).await?;
    Ok(desk.frame("settings").go(&format!("/desk/settings/inbound/{}?done=replayed", row.id)))
}
