//! `POST /webhooks/{kind}` and `/webhooks/{kind}/{id}`: where storefronts report. The address names the
//! connection, or its secret does; without a right signature nothing is stored and nothing learned.

use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::app::App;
use super::body::RawBody;
use super::callers::book_of;
use super::limits;
use super::problem::ApiError;
use crate::db::connections::{self, Connection};
use crate::db::transact::WriteError;
use crate::domain::field::TEXT_MAX;
use crate::domain::id::ConnectionId;
use crate::domain::instant::Instant;
use crate::domain::principal::Mode;
use crate::domain::signature::SigningSecret;
use crate::domain::storefront::connection::Kind;
use crate::domain::storefront::signature::{Signed, is_signed, secret_of};
use crate::operations::books::Book;
use crate::operations::receive_delivery::{Incoming, receive_delivery};
use crate::vault::{Vault, VaultError};

/// Connections tried where the address names none: a shop has one or two of a kind.
const TRIED_MAX: i64 = 20;

/// Adds the routes.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/webhooks/{kind}").route(web::post().to(by_secret)))
        .service(web::resource("/webhooks/{kind}/{id}").route(web::post().to(by_address)));
}

async fn by_secret(
    req: HttpRequest,
    app: web::Data<App>,
    kind: web::Path<String>,
    body: RawBody,
) -> Result<HttpResponse, ApiError> {
    receive(&req, &app, &kind, None, body.0).await
}

async fn by_address(
    req: HttpRequest,
    app: web::Data<App>,
    path: web::Path<(String, Uuid)>,
    body: RawBody,
) -> Result<HttpResponse, ApiError> {
    let (kind, id) = path.into_inner();
    receive(&req, &app, &kind, Some(ConnectionId::from_uuid(id)), body.0).await
}

/// Where a connection's webhooks go.
#[must_use]
pub fn address(base_url: &str, connection: &Connection, mode: Mode) -> String {
    format!("{base_url}/webhooks/{}/{}{}", connection.kind.name(), connection.id, mode.query())
}

async fn receive(
    req: &HttpRequest,
    app: &web::Data<App>,
    kind: &str,
    id: Option<ConnectionId>,
    body: Bytes,
) -> Result<HttpResponse, ApiError> {
    let kind = Kind::named(kind).ok_or_else(|| ApiError::not_found("kind of storefront; see /docs"))?;
    if kind == Kind::Woocommerce && is_ping(req, &body) {
        return Ok(HttpResponse::Ok().json(serde_json::json!({ "status": "ping" })));
    }
    let home = book_of(app, Mode::asked_by(req.query_string())).await?;
    let headers = headers(req);
    let house = app.clone();
    let done = web::block(move || {
        let candidates = home.readers.read(|conn| match id {
            Some(id) => Ok(connections::find(conn, id)?.filter(|found| found.kind == kind).into_iter().collect()),
            None => connections::of_kind(conn, kind, TRIED_MAX),
        })?;
        let Some(connection) = sender(&house.vault, &home, &candidates, &headers, &body) else { return Ok(None) };
        let incoming = incoming(kind, &headers, &body);
        receive_delivery(&home, &house.books, connection, incoming).map(Some)
    });
    let received: Result<_, WriteError> = done.await.map_err(|error| ApiError::internal(error.to_string()))?;
    let row = received?.ok_or_else(|| {
        let cause = "the signature fits no secret of this connection, or its time is not now; check the secret";
        limits::refused(req, app, ApiError::unauthorized(cause))
    })?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "id": row.id, "status": row.status })))
}

/// What WooCommerce sends when a webhook is saved: unsigned, `webhook_id=4`. It is answered, not believed.
fn is_ping(req: &HttpRequest, body: &[u8]) -> bool {
    let number = body.strip_prefix(b"webhook_id=").unwrap_or_default();
    !req.headers().contains_key("x-wc-webhook-signature")
        && (1..=20).contains(&number.len())
        && number.iter().all(u8::is_ascii_digit)
}

/// The headers by lower-case name; the first of those that are there twice.
struct Headers(Vec<(String, String)>);

impl Headers {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }
}

fn headers(req: &HttpRequest) -> Headers {
    let named =
        req.headers().iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    Headers(named.collect())
}

/// The connection with whose secret the body was signed.
fn sender<'a>(
    vault: &Vault,
    home: &Book,
    candidates: &'a [Connection],
    headers: &Headers,
    body: &[u8],
) -> Option<&'a Connection> {
    // Signers live in real time, also when the sandbox does not.
    let now = crate::clock::Clock::wall().now();
    candidates.iter().find(|connection| {
        let secrets = match secrets(vault, connection, home.clock.now()) {
            Ok(secrets) => secrets,
            Err(error) => {
                tracing::error!(connection = %connection.id, %error, "a connection's secret cannot be opened");
                return false;
            }
        };
        let message = Signed { header: &|name| headers.get(name), body, now };
        is_signed(connection.kind, &secrets, connection.signature_header.as_deref(), &message)
    })
}

/// The secret, and the one before while it counts.
fn secrets(vault: &Vault, connection: &Connection, now: Instant) -> Result<Vec<SigningSecret>, VaultError> {
    let place = Connection::seal_place(connection.id);
    let before = connection.secret_before.as_ref().filter(|_| connection.secret_before_until.is_some_and(|until| now < until));
    let texts = std::iter::once(&connection.secret).chain(before).map(|sealed| vault.open(&place, sealed));
    texts.map(|text| text.map(|text| secret_of(connection.kind, &text))).filter_map(Result::transpose).collect()
}

fn incoming(kind: Kind, headers: &Headers, body: &Bytes) -> Incoming {
    let (topic, number, test): (&[&str], &[&str], bool) = match kind {
        Kind::Shopify => (
            &["x-shopify-topic", "shopify-topic"],
            &["x-shopify-webhook-id", "shopify-webhook-id", "x-shopify-event-id", "shopify-event-id"],
            headers.first(&["x-shopify-test", "shopify-test"]) == Some("true"),
        ),
        Kind::Woocommerce => (&["x-wc-webhook-topic"], &["x-wc-webhook-delivery-id"], false),
        Kind::Standard => (&[], &["webhook-id"], false),
        Kind::Stripe | Kind::Generic => (&[], &[], false),
    };
    let short = |text: &str| text.chars().filter(|sign| !sign.is_control()).take(TEXT_MAX).collect::<String>();
    let number = headers.first(number).map(short).unwrap_or_default();
    // The number is not signed: with the body's own fingerprint nobody can use up another message's number.
    let print: String = hex::encode(Sha256::digest(body)).chars().take(32).collect();
    Incoming {
        topic: short(headers.first(topic).unwrap_or_default()),
        key: format!("{number}:{print}"),
        test,
        body: body.to_vec(),
    }
}
