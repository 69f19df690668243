//! One storefront: change it, give it a new secret, look at what it sent, take it away.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::fields::{Field, blame, filled};
use super::super::{ago, mendable};
use super::{field_map, kind_words, made_page, named};
use crate::db::connections::{self, Connection};
use crate::db::inbound::{self, Inbound};
use crate::domain::field::FieldError;
use crate::domain::id::{ConnectionId, InboundId};
use crate::domain::storefront::InboundStatus;
use crate::domain::storefront::connection::Kind;
use crate::http::api::connections::{ConnectionPatch, change_as, fresh};
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, Guest, OwnerDesk};
use crate::http::paging::{List, Query};
use crate::http::problem::ApiError;
use crate::http::syntax;
use crate::http::webhooks_in::address;
use crate::operations::change_connection::disconnect;

/// Messages on a page.
const SHOWN: i64 = 25;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/connections/{id}").route(web::get().to(show)).route(web::post().to(change)))
        .service(web::resource("/settings/connections/{id}/secret").route(web::post().to(rotate)))
        .service(web::resource("/settings/connections/{id}/remove").route(web::post().to(remove)));
}

/// A message of the storefront.
struct Message {
    id: String,
    topic: String,
    at: String,
    state: String,
    tag: &'static str,
    error: String,
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/connections/one.html")]
struct Page {
    frame: Frame,
    id: String,
    name: String,
    kind: String,
    source: String,
    url: String,
    last: String,
    old_secret: Option<String>,
    pull_error: Option<String>,
    own_secret: bool,
    fields: Vec<Field>,
    secret: Vec<Field>,
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
    let form = Form { fields: fields(&frame, &row), secret: secret(&frame, &row), faults: Vec::new() };
    page(&desk, frame, &row, form, query.before, StatusCode::OK).await
}

async fn find(guest: &Guest, id: Uuid) -> Result<Connection, ApiError> {
    let id = ConnectionId::from_uuid(id);
    guest.read(move |conn| connections::find(conn, id)).await?.ok_or_else(|| ApiError::not_found("connection"))
}

/// Shopify and Stripe make the secret themselves.
const fn makes_its_own(kind: Kind) -> bool {
    matches!(kind, Kind::Shopify | Kind::Stripe)
}

fn fields(frame: &Frame, row: &Connection) -> Vec<Field> {
    let say = |key: &str| frame.say(key);
    let mut fields = vec![
        Field::line("name", say("connections-name"), row.name.as_str()),
        Field::short("currency", say("connections-currency"), row.currency.map_or("", |currency| currency.code()))
            .hint(say("connections-currency-hint")),
    ];
    if row.kind.is_mapped() {
        let map = row.field_map.as_ref().and_then(|map| serde_json::to_string_pretty(&map.0).ok()).unwrap_or_default();
        fields.push(Field::area("field_map", say("connections-field-map"), map).hint(say("connections-field-map-hint")));
    }
    if row.kind == Kind::Generic {
        let header = row.signature_header.clone().unwrap_or_default();
        fields.push(Field::line("signature_header", say("connections-header"), header).hint(say("connections-header-hint")));
    }
    fields.extend([
        Field::line("api_url", say("connections-api-url"), row.api_url.clone().unwrap_or_default())
            .hint(say("connections-api-url-hint")),
        Field::secret("api_key", say("connections-api-key")).hint(say("connections-api-key-hint")),
        Field::yes_no(frame, "pull", say("connections-pull"), row.pull).hint(say("connections-pull-hint")),
        Field::yes_no(frame, "coupons", say("connections-coupons"), row.coupons).hint(say("connections-coupons-hint")),
    ]);
    fields
}

fn secret(frame: &Frame, row: &Connection) -> Vec<Field> {
    let field = Field::secret("secret", frame.say("connections-new-secret"));
    let field = if makes_its_own(row.kind) { field.required() } else { field.hint(frame.say("connections-new-secret-hint")) };
    vec![field]
}

/// What was filled in, as the API takes it.
fn body(row: &Connection, sent: &Fields) -> Result<Value, FieldError> {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| drop(body.insert(name.to_owned(), value));
    if let Some(name) = sent.one("name") {
        put("name", json!(name));
    }
    put("currency", json!(sent.one("currency").map(str::to_ascii_uppercase)));
    if let Some(text) = sent.one("field_map") {
        put("field_map", field_map(text)?);
    }
    if row.kind == Kind::Generic {
        put("signature_header", json!(sent.one("signature_header")));
    }
    match (sent.one("api_url"), sent.one("api_key")) {
        (None, _) if row.api_url.is_some() => put("api", Value::Null),
        (None, _) => {}
        (url, None) if url == row.api_url.as_deref() => {}
        (url, key) => put("api", json!({ "url": url, "key": key.unwrap_or_default() })),
    }
    for name in ["pull", "coupons"] {
        put(name, json!(sent.one(name) == Some("true")));
    }
    Ok(Value::Object(body))
}

async fn change(desk: OwnerDesk, id: Path<Uuid>, sent: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let row = find(&desk, id.into_inner()).await?;
    let asked = body(&row, &sent).and_then(|body| syntax::from_value::<ConnectionPatch>(&body)).map_err(ApiError::from);
    let changed = match asked {
        Ok(asked) => change_as(&desk, row.id, asked).await,
        Err(fault) => Err(fault),
    };
    match changed {
        Ok(_) => Ok(frame.go(&format!("/desk/settings/connections/{}?done=connection", row.id))),
        Err(fault) => {
            let faults = mendable(fault)?;
            let mut fields = filled(fields(&frame, &row), &sent);
            let faults = blame(&frame, &mut fields, &faults, named);
            let form = Form { fields, secret: secret(&frame, &row), faults };
            page(&desk, frame, &row, form, None, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

async fn rotate(desk: OwnerDesk, id: Path<Uuid>, sent: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let row = find(&desk, id.into_inner()).await?;
    let given = sent.one("secret").map(str::to_owned);
    let made = if given.is_some() { None } else { fresh(row.kind).map(Some).or_else(|fault| mendable(fault).map(|_| None))? };
    let asked =
        syntax::from_value::<ConnectionPatch>(&json!({ "secret": given.as_ref().or(made.as_ref()).map_or("", String::as_str) }));
    let changed = match asked {
        Ok(asked) => change_as(&desk, row.id, asked).await,
        Err(fault) => Err(fault.into()),
    };
    match changed {
        Ok(row) if made.is_some() => {
            let page = made_page(&desk, frame, &row, made);
            page.frame.page(&page)
        }
        Ok(row) => Ok(frame.go(&format!("/desk/settings/connections/{}?done=connection-secret", row.id))),
        Err(fault) => {
            let faults = mendable(fault)?;
            let mut secret = secret(&frame, &row);
            let faults = blame(&frame, &mut secret, &faults, named);
            let form = Form { fields: fields(&frame, &row), secret, faults };
            page(&desk, frame, &row, form, None, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

async fn remove(desk: OwnerDesk, id: Path<Uuid>, _sent: Fields) -> Result<HttpResponse, ApiError> {
    let (id, actor) = (ConnectionId::from_uuid(id.into_inner()), desk.principal.actor());
    if desk.write(move |tx, now| disconnect(tx, now, id, &actor)).await? {
        return Ok(desk.frame("settings").go("/desk/settings/connections?done=connection-removed"));
    }
    Err(ApiError::not_found("connection"))
}

/// The two forms of the page, and what is wrong with them.
struct Form {
    fields: Vec<Field>,
    secret: Vec<Field>,
    faults: Vec<String>,
}

async fn page(
    guest: &Guest,
    frame: Frame,
    row: &Connection,
    form: Form,
    before: Option<Uuid>,
    status: StatusCode,
) -> Result<HttpResponse, ApiError> {
    let (id, before) = (row.id, before.map(InboundId::from_uuid));
    let found = List::cut(guest.read(move |conn| inbound::newest(conn, id, before, SHOWN + 1)).await?, SHOWN);
    let older = found.goes_on_after().map(|last| last.id.to_string());
    let now = guest.now();
    let page = Page {
        id: id.to_string(),
        name: row.name.clone(),
        kind: kind_words(&frame, row.kind),
        source: row.source.clone(),
        url: address(&guest.app.base_url, row, guest.book.mode),
        last: row.last_delivery_at.map_or_else(|| frame.say("connections-never"), |at| ago(&frame, at, now)),
        old_secret: row.secret_before_until.filter(|until| *until > now).map(|until| frame.time(&until)),
        pull_error: row.pull_error.clone(),
        own_secret: makes_its_own(row.kind),
        fields: form.fields,
        secret: form.secret,
        faults: form.faults,
        messages: found.data.iter().map(|row| message(&frame, row)).collect(),
        older,
        frame,
    };
    page.frame.page_with(status, &page)
}

/// The words for where a message stands, and the class of their tag.
pub(super) fn state(frame: &Frame, status: InboundStatus) -> (String, &'static str) {
    let (key, tag) = match status {
        InboundStatus::Received => ("connections-state-received", "warn"),
        InboundStatus::Applied => ("connections-state-done", "good"),
        InboundStatus::Ignored => ("connections-state-ignored", ""),
        InboundStatus::Failed => ("connections-state-failed", "bad"),
    };
    (frame.say(key), tag)
}

fn message(frame: &Frame, row: &Inbound) -> Message {
    let (state, tag) = state(frame, row.status);
    let topic = if row.topic.is_empty() { frame.say("connections-no-topic") } else { row.topic.clone() };
    let (at, error) = (frame.time(&row.received_at), row.error.clone().unwrap_or_default());
    Message { id: row.id.to_string(), topic, at, state, tag, error }
}
