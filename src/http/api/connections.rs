//! Storefronts that send their orders: connect, change, rotate the secret, take away.

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, delete, get, patch, post, resource};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::customer_body::given;
use super::source::source_of;
use crate::db::connections::{self, Connection};
use crate::db::types::Json;
use crate::domain::field::{FieldError, short_text};
use crate::domain::id::ConnectionId;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::signature::{SECRET_LEN, SigningSecret};
use crate::domain::storefront::connection::{CodeSource, FieldMap, Kind, check_code_sources};
use crate::domain::storefront::signature::secret_of;
use crate::http::body::Body;
use crate::http::callers::{Auditor, Caller, Owner};
use crate::http::paging::{List, Page};
use crate::http::problem::ApiError;
use crate::http::webhooks_in::address;
use crate::operations::change_connection::{Change, change_connection, disconnect};
use crate::operations::connect_storefront::{NewConnection, connect_storefront};

/// Longer than a shop needs to take over a new secret, in hours.
const OVERLAP_HOURS_MAX: i64 = 30 * 24;

/// What Stripe gives when a secret is rolled, in hours.
const OVERLAP_HOURS: i64 = 24;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/connections").route(post().to(connect)).route(get().to(list)))
        .service(resource("/v1/connections/{id}").route(get().to(read)).route(patch().to(change)).route(delete().to(remove)));
}

/// How to ask the shop: where it answers, and with what it does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ApiBody {
    url: String,
    key: String,
}

/// A storefront to be connected.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ConnectionBody {
    kind: Kind,
    name: Option<String>,
    source: Option<String>,
    currency: Option<Currency>,
    code_sources: Option<Vec<CodeSource>>,
    field_map: Option<FieldMap>,
    signature_header: Option<String>,
    secret: Option<String>,
    api: Option<ApiBody>,
    #[serde(default)]
    pull: bool,
    #[serde(default)]
    coupons: bool,
}

#[derive(Debug, Serialize)]
struct ShownConnection {
    id: ConnectionId,
    kind: Kind,
    name: String,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<Currency>,
    code_sources: Vec<CodeSource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field_map: Option<FieldMap>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature_header: Option<String>,
    webhook_url: String,
    /// Only where it was made here, and only once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_secret_until: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_url: Option<String>,
    pull: bool,
    coupons: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pulled_to: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pull_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_delivery_at: Option<Instant>,
    created_at: Instant,
}

impl ShownConnection {
    fn new(row: Connection, caller: &Caller) -> Self {
        let now = caller.now();
        Self {
            webhook_url: address(&caller.app.base_url, &row, caller.book.mode),
            id: row.id,
            kind: row.kind,
            name: row.name,
            source: row.source,
            currency: row.currency,
            code_sources: row.code_sources.0,
            field_map: row.field_map.map(|Json(map)| map),
            signature_header: row.signature_header,
            secret: None,
            old_secret_until: row.secret_before_until.filter(|until| *until > now),
            api_url: row.api_url,
            pull: row.pull,
            coupons: row.coupons,
            pulled_to: row.pulled_to,
            pull_error: row.pull_error,
            last_delivery_at: row.last_delivery_at,
            created_at: row.created_at,
        }
    }
}

async fn connect(caller: Owner, body: Body<ConnectionBody>) -> Result<HttpResponse, ApiError> {
    let (row, secret) = connect_as(&caller, body.into_inner()).await?;
    Ok(HttpResponse::Created().json(ShownConnection { secret, ..ShownConnection::new(row, &caller) }))
}

/// Connects a storefront; comes with its secret where that was made here.
///
/// # Errors
/// 422 naming the field at fault.
pub(in crate::http) async fn connect_as(caller: &Caller, body: ConnectionBody) -> Result<(Connection, Option<String>), ApiError> {
    let kind = body.kind;
    let source = source_of(&caller.principal, body.source.as_deref())?;
    let name = body.name.clone().unwrap_or_else(|| kind.name().to_owned());
    short_text("/name", &name)?;
    let code_sources = body.code_sources.clone().unwrap_or_else(|| kind.code_sources().to_vec());
    check_code_sources("/code_sources", kind, &code_sources)?;
    check_map(kind, body.field_map.as_ref())?;
    let signature_header = body.signature_header.clone().map(|header| header_name(kind, &header)).transpose()?;
    check_api(caller, body.api.as_ref(), body.pull || body.coupons)?;
    let (secret, made) = match &body.secret {
        Some(secret) => (checked(kind, secret)?, None),
        None => {
            let secret = fresh(kind)?;
            (secret.clone(), Some(secret))
        }
    };
    let id = ConnectionId::new(caller.now());
    let new = NewConnection {
        id,
        kind,
        name,
        source,
        currency: body.currency,
        code_sources,
        field_map: body.field_map,
        signature_header,
        secret: seal(caller, id, &secret)?,
        api_key: body.api.as_ref().map(|api| seal(caller, id, &api.key)).transpose()?,
        api_url: body.api.map(|api| trimmed(&api.url)),
        pull: body.pull,
        coupons: body.coupons,
        actor: caller.principal.actor(),
    };
    let row = caller.write(move |tx, now| connect_storefront(tx, now, &new)).await?;
    Ok((row, made))
}

/// Shopify and Stripe make the secret; elsewhere the shop takes one that is made here.
///
/// # Errors
/// 422 at a shop that makes its own.
pub(in crate::http) fn fresh(kind: Kind) -> Result<String, ApiError> {
    if matches!(kind, Kind::Shopify | Kind::Stripe) {
        let message = format!("is missing; {} shows it beside the webhook, copy it from there", kind.name());
        return Err(FieldError::new("/secret", "missing_field", message).into());
    }
    let mut bytes = [0_u8; SECRET_LEN];
    getrandom::fill(&mut bytes).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(if kind == Kind::Standard { SigningSecret::of_random(bytes).reveal() } else { hex::encode(bytes) })
}

fn checked(kind: Kind, secret: &str) -> Result<String, FieldError> {
    short_text("/secret", secret)?;
    if secret_of(kind, secret).is_none() {
        let message = "is no secret of Standard Webhooks: whsec_ and 24 to 64 bytes in Base64";
        return Err(FieldError::new("/secret", "invalid_secret", message));
    }
    Ok(secret.to_owned())
}

fn seal(caller: &Caller, id: ConnectionId, secret: &str) -> Result<String, ApiError> {
    let sealed = caller.app.vault.seal(&Connection::seal_place(id), secret);
    sealed.map_err(|error| ApiError::internal(error.to_string()))
}

fn check_map(kind: Kind, map: Option<&FieldMap>) -> Result<(), FieldError> {
    match map {
        Some(_) if !kind.is_mapped() => Err(FieldError::new(
            "/field_map",
            "unexpected",
            format!("belongs to generic and standard; {} needs none", kind.name()),
        )),
        None if kind.is_mapped() => {
            Err(FieldError::new("/field_map", "missing_field", "is missing; say where in the message the order stands"))
        }
        Some(map) => map.check("/field_map"),
        None => Ok(()),
    }
}

fn header_name(kind: Kind, header: &str) -> Result<String, FieldError> {
    if kind != Kind::Generic {
        return Err(FieldError::new(
            "/signature_header",
            "unexpected",
            "belongs to generic; the other kinds have headers of their own",
        ));
    }
    let fits = (1..=100).contains(&header.len()) && header.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fits {
        return Ok(header.to_ascii_lowercase());
    }
    Err(FieldError::new("/signature_header", "invalid_header", "is no header name such as X-Signature"))
}

fn check_api(caller: &Caller, api: Option<&ApiBody>, needed: bool) -> Result<(), FieldError> {
    let Some(api) = api else {
        let message = "is missing; pull and coupons need the shop's address and a key";
        return if needed { Err(FieldError::new("/api", "missing_field", message)) } else { Ok(()) };
    };
    short_text("/api/key", &api.key)?;
    // Held against the same rules as every address that is called from here.
    let url = caller.app.outward.screen("/api/url", &api.url)?;
    if url.query().is_some() {
        return Err(FieldError::new("/api/url", "invalid_url", "holds a query; give the shop's bare address"));
    }
    Ok(())
}

fn trimmed(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

async fn list(caller: Auditor, page: Page) -> Result<HttpResponse, ApiError> {
    let after = page.after.map(ConnectionId::from_uuid);
    let rows = caller.read(move |conn| connections::list(conn, after, page.fetch())).await?;
    Ok(HttpResponse::Ok().json(List::of(rows, page).map(|row| ShownConnection::new(row, &caller))))
}

async fn read(caller: Auditor, path: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    let id = ConnectionId::from_uuid(path.into_inner());
    let row = caller.read(move |conn| connections::find(conn, id)).await?.ok_or_else(|| ApiError::not_found("connection"))?;
    Ok(HttpResponse::Ok().json(ShownConnection::new(row, &caller)))
}

/// What is to change of a connection.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ConnectionPatch {
    name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    currency: Option<Option<Currency>>,
    code_sources: Option<Vec<CodeSource>>,
    field_map: Option<FieldMap>,
    #[serde(default, deserialize_with = "given")]
    signature_header: Option<Option<String>>,
    secret: Option<String>,
    overlap_hours: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    api: Option<Option<ApiBody>>,
    pull: Option<bool>,
    coupons: Option<bool>,
}

async fn change(caller: Owner, path: Path<Uuid>, body: Body<ConnectionPatch>) -> Result<HttpResponse, ApiError> {
    let changed = change_as(&caller, ConnectionId::from_uuid(path.into_inner()), body.into_inner()).await?;
    Ok(HttpResponse::Ok().json(ShownConnection::new(changed, &caller)))
}

/// Changes a connection.
///
/// # Errors
/// 404, or 422 naming the field at fault.
pub(in crate::http) async fn change_as(caller: &Caller, id: ConnectionId, body: ConnectionPatch) -> Result<Connection, ApiError> {
    let missing = || ApiError::not_found("connection");
    let row = caller.read(move |conn| connections::find(conn, id)).await?.ok_or_else(missing)?;
    let change = wanted(caller, &row, body)?;
    let actor = caller.principal.actor();
    caller.write(move |tx, now| change_connection(tx, now, id, &change, &actor)).await?.ok_or_else(missing)
}

fn wanted(caller: &Caller, row: &Connection, body: ConnectionPatch) -> Result<Change, ApiError> {
    let kind = row.kind;
    body.name.as_deref().map_or(Ok(()), |name| short_text("/name", name))?;
    body.code_sources.as_ref().map_or(Ok(()), |sources| check_code_sources("/code_sources", kind, sources))?;
    body.field_map.as_ref().map_or(Ok(()), |map| check_map(kind, Some(map)))?;
    let header = match body.signature_header {
        Some(Some(header)) => Some(Some(header_name(kind, &header)?)),
        other => other,
    };
    let overlap = body.overlap_hours.unwrap_or(OVERLAP_HOURS);
    if body.overlap_hours.is_some() && body.secret.is_none() {
        return Err(FieldError::new("/overlap_hours", "unexpected", "belongs to a new secret; send both or leave it out").into());
    }
    if !(0..=OVERLAP_HOURS_MAX).contains(&overlap) {
        let message = format!("must be between 0 and {OVERLAP_HOURS_MAX}");
        return Err(FieldError::new("/overlap_hours", "out_of_range", message).into());
    }
    let secret = body.secret.map(|secret| checked(kind, &secret)).transpose()?;
    let secret = secret.map(|secret| seal(caller, row.id, &secret)).transpose()?;
    let (pull, coupons) = (body.pull.unwrap_or(row.pull), body.coupons.unwrap_or(row.coupons));
    let has_api = match &body.api {
        Some(api) => api.is_some(),
        None => row.api_key.is_some(),
    };
    if !has_api || body.api.is_some() {
        check_api(caller, body.api.as_ref().and_then(Option::as_ref), pull || coupons)?;
    }
    let api_key = match &body.api {
        Some(Some(api)) => Some(Some(seal(caller, row.id, &api.key)?)),
        Some(None) => Some(None),
        None => None,
    };
    Ok(Change {
        name: body.name,
        currency: body.currency,
        code_sources: body.code_sources,
        field_map: body.field_map,
        signature_header: header,
        secret: secret.map(|secret| (secret, overlap * 3_600)),
        api_url: body.api.map(|api| api.map(|api| trimmed(&api.url))),
        api_key,
        pull: body.pull,
        coupons: body.coupons,
    })
}

async fn remove(caller: Owner, path: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    let id = ConnectionId::from_uuid(path.into_inner());
    let actor = caller.principal.actor();
    if caller.write(move |tx, now| disconnect(tx, now, id, &actor)).await? {
        return Ok(HttpResponse::NoContent().finish());
    }
    Err(ApiError::not_found("connection"))
}
