//! What storefronts sent, and what became of it.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{self, Path, ServiceConfig, get, post, resource};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::db::connections;
use crate::db::inbound::{self, Inbound, InboundFilter};
use crate::domain::id::{ConnectionId, InboundId};
use crate::domain::instant::Instant;
use crate::domain::storefront::InboundStatus;
use crate::http::callers::{Auditor, Caller, Owner};
use crate::http::paging::{Filtered, List};
use crate::http::problem::ApiError;
use crate::operations::receive_delivery::apply;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/inbound-deliveries").route(get().to(list)))
        .service(resource("/v1/inbound-deliveries/{id}").route(get().to(read)))
        .service(resource("/v1/inbound-deliveries/{id}/replay").route(post().to(replay)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFilter {
    connection_id: Option<ConnectionId>,
    status: Option<InboundStatus>,
}

#[derive(Debug, Serialize)]
struct ShownDelivery {
    id: InboundId,
    connection_id: ConnectionId,
    topic: String,
    status: InboundStatus,
    test: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    outcome: Value,
    attempts: i64,
    received_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
}

impl From<Inbound> for ShownDelivery {
    fn from(row: Inbound) -> Self {
        Self {
            id: row.id,
            connection_id: row.connection_id,
            topic: row.topic,
            status: row.status,
            test: row.test,
            error: row.error,
            outcome: row.outcome.0,
            attempts: row.attempts,
            received_at: row.received_at,
            settled_at: row.settled_at,
            body: None,
        }
    }
}

async fn list(caller: Auditor, Filtered(page, filter): Filtered<ListFilter>) -> Result<HttpResponse, ApiError> {
    let wanted = InboundFilter {
        connection_id: filter.connection_id,
        status: filter.status,
        after: page.after.map(InboundId::from_uuid),
        limit: page.fetch(),
    };
    let rows = caller.read(move |conn| inbound::list(conn, &wanted)).await?;
    Ok(HttpResponse::Ok().json(List::of(rows, page).map(ShownDelivery::from)))
}

async fn read(caller: Auditor, path: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    let id = InboundId::from_uuid(path.into_inner());
    let row = caller.read(move |conn| inbound::find(conn, id)).await?.ok_or_else(|| ApiError::not_found("delivery"))?;
    let body = row.body.as_deref().map(shown_body);
    Ok(HttpResponse::Ok().json(ShownDelivery { body, ..ShownDelivery::from(row) }))
}

/// Does the message again, as the connection stands now. The same as sending it again from the shop.
async fn replay(caller: Owner, path: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    let row = replay_as(&caller, InboundId::from_uuid(path.into_inner())).await?;
    Ok(HttpResponse::Ok().json(ShownDelivery::from(row)))
}

/// Does a storefront's message again.
///
/// # Errors
/// 404; 409 when its connection or its body is gone.
pub(in crate::http) async fn replay_as(caller: &Caller, id: InboundId) -> Result<Inbound, ApiError> {
    let missing = || ApiError::not_found("delivery");
    let found = caller.read(move |conn| {
        let Some(row) = inbound::find(conn, id)? else { return Ok(None) };
        Ok(Some((connections::find(conn, row.connection_id)?, row)))
    });
    let (connection, row) = found.await?.ok_or_else(missing)?;
    let connection = connection.ok_or_else(|| {
        ApiError::conflict(
            "connection_removed",
            "the connection of this delivery was removed; connect the shop again and let it send again",
        )
    })?;
    if row.body.is_none() {
        return Err(ApiError::conflict(
            "body_forgotten",
            "the delivery is too old, its body is no longer kept; let the shop send it again",
        ));
    }
    let (home, app) = (Arc::clone(&caller.book), caller.app.clone());
    let done = web::block(move || apply(&home, &app.books, &connection, row)).await;
    done.map_err(|error| ApiError::internal(error.to_string()))
}

/// Parts of names of fields that hold what is nobody's business but the buyer's.
const PRIVATE: [&str; 18] = [
    "email",
    "phone",
    "name",
    "address",
    "street",
    "city",
    "zip",
    "postcode",
    "province",
    "company",
    "ip",
    "user_agent",
    "note",
    "token",
    "secret",
    "order_key",
    "latitude",
    "longitude",
];

/// The body for people who look for a fault: its form and figures, without whose they are.
#[must_use]
pub(in crate::http) fn shown_body(bytes: &[u8]) -> Value {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(mut body) => {
            mask(&mut body);
            body
        }
        Err(_) => Value::String(format!("{} bytes that are not JSON", bytes.len())),
    }
}

fn mask(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(members) => {
            // WooCommerce and others name a field in one member and tell it in another.
            let told = ["key", "name"].into_iter().any(|name| members.get(name).and_then(Value::as_str).is_some_and(is_private));
            for (name, member) in members.iter_mut() {
                match member {
                    Value::String(text) if is_private(name) || (told && name == "value") => "***".clone_into(text),
                    Value::Object(_) | Value::Array(_) => mask(member),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn is_private(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    PRIVATE.iter().any(|part| name.split('_').any(|word| word == *part) || name == *part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_shown_body_tells_figures_and_no_people() {
        let body = json!({
            "id": 7, "total": "12.50", "billing": {"first_name": "Bea", "email": "bea@example.com", "country": "DE"},
            "meta_data": [{"key": "_billing_email", "value": "bea@example.com"}, {"key": "hound_ref", "value": "JOE"}],
        });
        let shown = shown_body(body.to_string().as_bytes()).to_string();
        assert!(!shown.contains("Bea") && !shown.contains("bea@"), "{shown}");
        assert!(shown.contains("12.50") && shown.contains("DE") && shown.contains("JOE"), "{shown}");
        assert_eq!(shown_body(b"webhook"), json!("7 bytes that are not JSON"));
    }
}
