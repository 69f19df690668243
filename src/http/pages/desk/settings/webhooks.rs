//! Programs that are told what happens: which there are, and how to add one.

mod one;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

use super::fields::{Field, Once, blame, by_name, filled};
use super::mendable;
use crate::db::endpoints::{self, Endpoint};
use crate::domain::webhook::{EndpointStatus, KINDS, WhyDisabled};
use crate::http::api::webhook_endpoints::{EndpointBody, create_as};
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, Guest, OwnerDesk};
use crate::http::paging::{LIMIT_MAX, Query};
use crate::http::problem::ApiError;
use crate::http::syntax;

/// The fields that a fault can be beside.
const NAMES: [&str; 3] = ["url", "description", "events"];

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/webhooks").route(web::get().to(show)).route(web::post().to(add)));
    one::configure(cfg);
}

struct Row {
    id: String,
    url: String,
    description: String,
    events: String,
    state: String,
    tag: &'static str,
}

/// An event that can be wished for.
struct Event {
    name: &'static str,
    wanted: bool,
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/webhooks/list.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    once: Option<Once>,
    fields: Vec<Field>,
    events: Vec<Event>,
    faults: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Done {
    done: Option<String>,
}

/// The form, what is wrong with it, and what came of it.
struct Form {
    fields: Vec<Field>,
    events: Vec<Event>,
    faults: Vec<String>,
    once: Option<Once>,
}

async fn show(desk: Desk, Query(query): Query<Done>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings").after(query.done.as_deref());
    let form = Form { fields: fields(&frame, "", ""), events: events::<&str>(&[]), faults: Vec::new(), once: None };
    page(&desk, frame, form, StatusCode::OK).await
}

fn fields(frame: &Frame, url: &str, description: &str) -> Vec<Field> {
    vec![
        Field::line("url", frame.say("webhooks-url"), url).hint(frame.say("webhooks-url-hint")).required(),
        Field::line("description", frame.say("webhooks-description"), description),
    ]
}

fn events<T: AsRef<str>>(wanted: &[T]) -> Vec<Event> {
    KINDS.into_iter().map(|name| Event { name, wanted: wanted.iter().any(|one| one.as_ref() == name) }).collect()
}

/// What was filled in, as the API takes it.
fn body(sent: &Fields) -> Value {
    json!({
        "url": sent.one("url").unwrap_or_default(),
        "description": sent.one("description"),
        "events": sent.all("events").collect::<Vec<&str>>(),
    })
}

async fn add(desk: OwnerDesk, sent: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let made = match syntax::from_value::<EndpointBody>(&body(&sent)) {
        Ok(asked) => create_as(&desk, asked).await,
        Err(fault) => Err(fault.into()),
    };
    match made {
        Ok((_, secret)) => {
            let once = Some(Once { title: frame.say("webhooks-secret"), text: secret.reveal() });
            let form = Form { fields: fields(&frame, "", ""), events: events::<&str>(&[]), faults: Vec::new(), once };
            page(&desk, frame, form, StatusCode::OK).await
        }
        Err(fault) => {
            let faults = mendable(fault)?;
            let mut fields = filled(fields(&frame, "", ""), &sent);
            let faults = blame(&frame, &mut fields, &faults, |pointer| by_name(&NAMES, pointer));
            let events = events(&sent.all("events").collect::<Vec<&str>>());
            page(&desk, frame, Form { fields, events, faults, once: None }, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

async fn page(guest: &Guest, frame: Frame, form: Form, status: StatusCode) -> Result<HttpResponse, ApiError> {
    let rows = guest.read(|conn| endpoints::list(conn, None, LIMIT_MAX)).await?;
    let row = |row: Endpoint| {
        let (state, tag) = state(&frame, &row);
        let events = if row.kinds.0.is_empty() { frame.say("webhooks-all-events") } else { row.kinds.0.join(", ") };
        Row { id: row.id.to_string(), url: row.url, description: row.description.unwrap_or_default(), events, state, tag }
    };
    let rows = rows.into_iter().map(row).collect();
    let page = Page { rows, once: form.once, fields: form.fields, events: form.events, faults: form.faults, frame };
    page.frame.page_with(status, &page)
}

/// The words for how an endpoint stands, and the class of their tag.
fn state(frame: &Frame, row: &Endpoint) -> (String, &'static str) {
    match (row.status, row.why_disabled) {
        (EndpointStatus::Enabled, _) if row.failures > 0 => (frame.count("webhooks-state-failing", row.failures, &[]), "warn"),
        (EndpointStatus::Enabled, _) => (frame.say("webhooks-state-on"), "good"),
        (EndpointStatus::Disabled, Some(WhyDisabled::Gone)) => (frame.say("webhooks-state-gone"), "bad"),
        (EndpointStatus::Disabled, Some(WhyDisabled::Failing)) => (frame.say("webhooks-state-gave-up"), "bad"),
        (EndpointStatus::Disabled, _) => (frame.say("webhooks-state-off"), ""),
    }
}
