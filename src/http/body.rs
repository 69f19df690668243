//! Request bodies: JSON only, not compressed, limited in size and time.

use std::ops::Deref;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::problem::ApiError;
use super::syntax;
use crate::domain::field::FieldError;
use crate::domain::strict::Strict;

/// The most bytes of an ordinary body: 200 order lines with long names fit.
pub const BODY_MAX: usize = 64 * 1024;

/// The most bytes of a batch: 1,000 ordinary orders fit.
pub const BATCH_BODY_MAX: usize = 4 * 1024 * 1024;

/// A body must be there this soon after its head: actix times only the head.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// A body of at most [`BODY_MAX`] bytes, parsed, with its fingerprint: `Body(request, _): Body<Request>`.
#[derive(Debug)]
pub struct Body<T>(pub T, pub Fingerprint);

/// A body of at most [`BATCH_BODY_MAX`] bytes, parsed, with its fingerprint.
#[derive(Debug)]
pub struct BatchBody<T>(pub T, pub Fingerprint);

/// The bytes of a body as they came, whatever they are, at most [`BATCH_BODY_MAX`]: what a signature is over.
#[derive(Debug)]
pub struct RawBody(pub Bytes);

/// Marks a request whose body was read to its end, and what it was; nothing for an uploaded file.
#[derive(Debug, Clone)]
pub struct BodyRead(pub Bytes);

/// Tells one request's content from another's.
#[derive(Debug, Clone)]
pub struct Fingerprint(Bytes);

impl Fingerprint {
    /// The fingerprint of a request without a body.
    #[must_use]
    pub const fn none() -> Self {
        Self(Bytes::new())
    }

    /// SHA-256 over `place` (method and path) and the body, as hexadecimal. Order and spacing of the
    /// fields do not count.
    #[must_use]
    pub fn with(&self, place: &str) -> String {
        // serde_json keeps objects sorted by key.
        let canonical = serde_json::from_slice::<serde_json::Value>(&self.0).map(|value| value.to_string()).unwrap_or_default();
        hex::encode(Sha256::new().chain_update(place).chain_update([0]).chain_update(canonical).finalize())
    }
}

impl<T> Body<T> {
    /// The parsed body.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> BatchBody<T> {
    /// The parsed body.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Body<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Deref for BatchBody<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = read(req, payload, BODY_MAX);
        Box::pin(async { read.await.and_then(|bytes| Ok(Self(parse(&bytes)?, Fingerprint(bytes)))) })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for BatchBody<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = read(req, payload, BATCH_BODY_MAX);
        Box::pin(async { read.await.and_then(|bytes| Ok(Self(parse(&bytes)?, Fingerprint(bytes)))) })
    }
}

impl FromRequest for RawBody {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let refused = unreadable(req).or_else(|| oversized(req, BATCH_BODY_MAX));
        let read = collect(req, payload, refused, BATCH_BODY_MAX);
        Box::pin(async { read.await.map(Self) })
    }
}

fn read(req: &HttpRequest, payload: &mut Payload, limit: usize) -> impl Future<Output = Result<Bytes, ApiError>> + use<> {
    collect(req, payload, refusal(req, limit), limit)
}

fn collect(
    req: &HttpRequest,
    payload: &mut Payload,
    refused: Option<ApiError>,
    limit: usize,
) -> impl Future<Output = Result<Bytes, ApiError>> + use<> {
    let payload = web::Payload::from_request(req, payload);
    let req = req.clone();
    async move {
        if let Some(refused) = refused {
            return Err(refused);
        }
        let broken = || ApiError::bad_request("broken_body", "the body broke off; send it again");
        let payload = payload.await.map_err(|_| broken())?;
        match tokio::time::timeout(BODY_DEADLINE, payload.to_bytes_limited(limit)).await {
            Ok(Ok(Ok(bytes))) => {
                req.extensions_mut().insert(BodyRead(bytes.clone()));
                Ok(bytes)
            }
            Ok(Ok(Err(_))) => Err(broken()),
            Ok(Err(_)) => Err(ApiError::too_large(limit)),
            Err(_) => Err(ApiError::too_slow()),
        }
    }
}

/// What the head alone tells.
fn refusal(req: &HttpRequest, limit: usize) -> Option<ApiError> {
    if let Some(refused) = unreadable(req) {
        return Some(refused);
    }
    let media = req.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Some(ApiError::unsupported_media_type("the body must be JSON; send it with Content-Type: application/json"));
    }
    oversized(req, limit)
}

/// Limits would count compressed bytes (RUSTSEC-2026-0447).
fn unreadable(req: &HttpRequest) -> Option<ApiError> {
    let mut codings = req.headers().get_all(CONTENT_ENCODING);
    let compressed = codings.any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    compressed.then(|| ApiError::unsupported_media_type("compressed bodies are not read; send it without Content-Encoding"))
}

fn oversized(req: &HttpRequest, limit: usize) -> Option<ApiError> {
    let headers = req.headers();
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
    let limit_wide = u64::try_from(limit).unwrap_or(u64::MAX);
    announced.filter(|length| *length > limit_wide).map(|_| ApiError::too_large(limit))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // Every body is an object, but serde would also fill a struct from a list, field by field.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(FieldError::new("", "invalid_type", "must be an object, but is a list").into());
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(Strict(&mut json)).map_err(|error| {
        if error.inner().is_data() {
            ApiError::invalid(vec![syntax::fault(error.path(), &error.inner().to_string())])
        } else {
            not_json(error.inner())
        }
    })?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> ApiError {
    ApiError::bad_request("invalid_json", format!("the body is not JSON: {error}"))
}
