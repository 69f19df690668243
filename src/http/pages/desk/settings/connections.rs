//! Storefronts that send their orders: which there are, and how to add one.

mod inbound;
mod one;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::fields::{Choice, Field, Once, blame, by_name, filled};
use super::{ago, mendable};
use crate::db::connections::{self, Connection};
use crate::domain::field::FieldError;
use crate::domain::storefront::connection::Kind;
use crate::http::api::connections::{ConnectionBody, connect_as};
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, Guest, OwnerDesk};
use crate::http::paging::{LIMIT_MAX, Query};
use crate::http::problem::ApiError;
use crate::http::syntax;
use crate::http::webhooks_in::address;

/// The fields that a fault can be beside.
const NAMES: [&str; 10] =
    ["kind", "name", "source", "currency", "secret", "field_map", "signature_header", "api_url", "pull", "coupons"];

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/connections").route(web::get().to(show)).route(web::post().to(add)));
    one::configure(cfg);
    inbound::configure(cfg);
}

struct Row {
    id: String,
    name: String,
    kind: String,
    source: String,
    last: String,
    silent: bool,
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/connections/list.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    fields: Vec<Field>,
    faults: Vec<String>,
}

/// A storefront that was just connected, with the secret that is shown once.
#[derive(Template)]
#[template(path = "http/pages/desk/settings/connections/made.html")]
struct Made {
    frame: Frame,
    id: String,
    name: String,
    url: String,
    once: Option<Once>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Done {
    done: Option<String>,
}

async fn show(desk: Desk, Query(query): Query<Done>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings").after(query.done.as_deref());
    let fields = fields(&frame);
    page(&desk, frame, fields, Vec::new(), StatusCode::OK).await
}

fn kind_words(frame: &Frame, kind: Kind) -> String {
    frame.say(&format!("connections-kind-{}", kind.name()))
}

fn fields(frame: &Frame) -> Vec<Field> {
    let kinds = [Kind::Woocommerce, Kind::Shopify, Kind::Stripe, Kind::Generic, Kind::Standard];
    let kinds = kinds.into_iter().map(|kind| Choice::new(kind.name(), kind_words(frame, kind))).collect();
    let say = |key: &str| frame.say(key);
    vec![
        Field::choice("kind", say("connections-kind"), Kind::Woocommerce.name(), kinds),
        Field::line("name", say("connections-name"), "").hint(say("connections-name-hint")),
        Field::line("source", say("connections-source"), "").hint(say("connections-source-hint")),
        Field::short("currency", say("connections-currency"), frame.currency.code()).hint(say("connections-currency-hint")),
        Field::secret("secret", say("connections-secret")).hint(say("connections-secret-hint")),
        Field::area("field_map", say("connections-field-map"), "").hint(say("connections-field-map-hint")),
        Field::line("signature_header", say("connections-header"), "").hint(say("connections-header-hint")),
        Field::line("api_url", say("connections-api-url"), "").hint(say("connections-api-url-hint")),
        Field::secret("api_key", say("connections-api-key")),
        Field::yes_no(frame, "pull", say("connections-pull"), false).hint(say("connections-pull-hint")),
        Field::yes_no(frame, "coupons", say("connections-coupons"), false).hint(say("connections-coupons-hint")),
    ]
}

/// What was filled in, as the API takes it.
fn body(sent: &Fields) -> Result<Value, FieldError> {
    let mut body = Map::new();
    for name in ["kind", "name", "source", "secret", "signature_header"] {
        if let Some(text) = sent.one(name) {
            body.insert(name.to_owned(), json!(text));
        }
    }
    if let Some(code) = sent.one("currency") {
        body.insert("currency".to_owned(), json!(code.to_ascii_uppercase()));
    }
    if let Some(text) = sent.one("field_map") {
        body.insert("field_map".to_owned(), field_map(text)?);
    }
    if let Some(url) = sent.one("api_url") {
        body.insert("api".to_owned(), json!({ "url": url, "key": sent.one("api_key").unwrap_or_default() }));
    }
    for name in ["pull", "coupons"] {
        body.insert(name.to_owned(), json!(sent.one(name) == Some("true")));
    }
    Ok(Value::Object(body))
}

fn field_map(text: &str) -> Result<Value, FieldError> {
    serde_json::from_str(text).map_err(|_| FieldError::new("/field_map", "invalid_json", "is no JSON object"))
}

/// The field that shows what stands at `pointer` of a request.
fn named(pointer: &str) -> Option<&'static str> {
    if pointer.starts_with("/api") { Some("api_url") } else { by_name(&NAMES, pointer) }
}

async fn add(desk: OwnerDesk, sent: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let asked = body(&sent).and_then(|body| syntax::from_value::<ConnectionBody>(&body)).map_err(ApiError::from);
    let made = match asked {
        Ok(asked) => connect_as(&desk, asked).await,
        Err(fault) => Err(fault),
    };
    match made {
        Ok((row, secret)) => {
            let page = made_page(&desk, frame, &row, secret);
            page.frame.page(&page)
        }
        Err(fault) => {
            let faults = mendable(fault)?;
            let mut fields = filled(fields(&frame), &sent);
            let said = blame(&frame, &mut fields, &faults, named);
            page(&desk, frame, fields, said, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

fn made_page(guest: &Guest, frame: Frame, row: &Connection, secret: Option<String>) -> Made {
    let once = secret.map(|text| Once { title: frame.say("connections-secret"), text });
    let url = address(&guest.app.base_url, row, guest.book.mode);
    Made { id: row.id.to_string(), name: row.name.clone(), url, once, frame }
}

async fn page(
    guest: &Guest,
    frame: Frame,
    fields: Vec<Field>,
    faults: Vec<String>,
    status: StatusCode,
) -> Result<HttpResponse, ApiError> {
    let now = guest.now();
    let row = |row: Connection| Row {
        id: row.id.to_string(),
        kind: kind_words(&frame, row.kind),
        last: row.last_delivery_at.map_or_else(|| frame.say("connections-never"), |at| ago(&frame, at, now)),
        silent: row.last_delivery_at.is_none_or(|at| at < now.plus_days(-1)),
        name: row.name,
        source: row.source,
    };
    let rows = guest.read(|conn| connections::list(conn, None, LIMIT_MAX)).await?.into_iter().map(row).collect();
    let page = Page { rows, fields, faults, frame };
    page.frame.page_with(status, &page)
}
