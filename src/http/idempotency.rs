//! `Idempotency-Key`: a request that is sent again gets the first answer, and one effect.

use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use uuid::Uuid;

use super::body::Fingerprint;
use super::callers::Caller;
use super::problem::ApiError;
use crate::db::idempotency::{self, Taken};
use crate::db::transact::LOCK_TIMEOUT;
use crate::db::{DbResult, Tx};
use crate::domain::instant::Instant;

/// The longest key, in bytes: a UUID has 36.
const KEY_MAX: usize = 255;

/// The answer to a request, as it is kept and sent.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: serde_json::Value,
}

impl Stored {
    /// An answer of `status` with `body`.
    #[must_use]
    pub fn new(status: u16, body: &impl Serialize) -> Self {
        // Answers are structs with string keys; those always have a JSON form.
        Self { status, body: serde_json::to_value(body).unwrap_or_default() }
    }

    /// A refusal, which is kept like any other answer.
    #[must_use]
    pub fn problem(error: &ApiError) -> Self {
        Self { status: error.status().as_u16(), body: error.document() }
    }
}

enum Given {
    Answer(i64, String, bool),
    Mismatch,
    InUse,
}

/// What makes a request the same as one before: its key, and what it asks for.
#[derive(Debug, Clone)]
pub struct Once {
    key: String,
    request: String,
}

impl Once {
    /// A request of the API: the key stands in its header.
    fn of(req: &HttpRequest, fingerprint: &Fingerprint) -> Result<Self, ApiError> {
        Ok(Self { key: key(req)?, request: fingerprint.with(&format!("{} {}", req.method(), req.path())) })
    }

    /// A form: its page gave it `id`, and it was sent to `path`. What else it says does not count: somebody who
    /// changes a field and sends the same page again is told what the first sending did.
    #[must_use]
    pub fn form(id: Uuid, path: &str) -> Self {
        Self { key: format!("form {id}"), request: Fingerprint::none().with(&format!("POST {path}")) }
    }
}

/// Runs `act` once per key of this caller, in one transaction with the key's row.
///
/// # Errors
/// 400 without a key, 422 when the key was used for another request, 409 while a rival is at work.
pub async fn with_key<F>(caller: &Caller, req: &HttpRequest, fingerprint: &Fingerprint, act: F) -> Result<HttpResponse, ApiError>
where
    F: FnMut(&mut Tx<'_>, Instant) -> DbResult<Stored> + Send + 'static,
{
    once(caller, Once::of(req, fingerprint)?, act).await
}

/// As [`with_key`], for whatever knows its key already.
///
/// # Errors
/// As [`with_key`].
pub async fn once<F>(caller: &Caller, what: Once, mut act: F) -> Result<HttpResponse, ApiError>
where
    F: FnMut(&mut Tx<'_>, Instant) -> DbResult<Stored> + Send + 'static,
{
    let Once { key, request } = what;
    let principal = caller.principal.token_id.to_string();
    // The writer would try again; a rival is waited for once.
    let mut waited = false;
    let written = caller.book.writer.write(move |tx, now| {
        if waited {
            return Ok(Given::InUse);
        }
        let taken = idempotency::take(tx, &principal, &key, &request, now);
        waited = matches!(&taken, Err(fault) if fault.to_string().contains(LOCK_TIMEOUT));
        match taken? {
            Taken::Replay { status, body } => Ok(Given::Answer(status, body, true)),
            Taken::Mismatch => Ok(Given::Mismatch),
            Taken::Fresh => {
                let stored = act(tx, now)?;
                let (status, body) = (i64::from(stored.status), stored.body.to_string());
                idempotency::keep(tx, &principal, &key, status, &body)?;
                Ok(Given::Answer(status, body, false))
            }
        }
    });
    match written.await {
        Ok(Given::InUse) => {
            let detail = "a request with this Idempotency-Key is still at work; send the same request again shortly";
            Err(ApiError::conflict("idempotency_key_in_use", detail).retry_after(2))
        }
        Ok(Given::Answer(status, body, replayed)) => answer(status, body, replayed),
        Ok(Given::Mismatch) => Err(ApiError::unprocessable(
            "idempotency_key_reused",
            "this Idempotency-Key was used for another request; send a new key with a new request",
        )),
        Err(error) => Err(error.into()),
    }
}

/// The status under a key whose work goes on in further transactions; such a row's body says which work.
const AT_WORK: u16 = 202;

/// Work that takes more than one transaction.
pub trait Steps: Clone + Send + 'static {
    /// Begins it, in the transaction that takes the key; returns what names it.
    ///
    /// # Errors
    /// What the database reports.
    fn begin(&self, tx: &mut Tx<'_>, now: Instant) -> DbResult<Uuid>;
    /// Gets on with it; returns whether there may be more to do. Whoever sends the same request meanwhile helps.
    ///
    /// # Errors
    /// What the database reports.
    fn step(&self, tx: &mut Tx<'_>, now: Instant, id: Uuid) -> DbResult<bool>;
    /// The answer, when there is no more to do.
    ///
    /// # Errors
    /// What the database reports.
    fn answer(&self, tx: &mut Tx<'_>, id: Uuid) -> DbResult<Stored>;
}

/// [`with_key`] for work that takes more than one transaction: begun once per key, then got on with until
/// its answer stands. A process that dies in between leaves work that the next request goes on with.
///
/// # Errors
/// As [`with_key`].
pub async fn with_key_in_steps(
    caller: &Caller,
    req: &HttpRequest,
    fingerprint: &Fingerprint,
    work: impl Steps,
) -> Result<HttpResponse, ApiError> {
    once_in_steps(caller, Once::of(req, fingerprint)?, work).await
}

/// As [`with_key_in_steps`], for whatever knows its key already.
///
/// # Errors
/// As [`with_key`].
pub async fn once_in_steps(caller: &Caller, what: Once, work: impl Steps) -> Result<HttpResponse, ApiError> {
    let (begin, key) = (work.clone(), what.key.clone());
    let begun =
        once(caller, what, move |tx, now| Ok(Stored { status: AT_WORK, body: serde_json::json!(begin.begin(tx, now)?) })).await?;
    if begun.status().as_u16() != AT_WORK {
        return Ok(begun);
    }
    let replayed = begun.headers().contains_key("idempotency-replayed");
    let body = begun.into_body().try_into_bytes().unwrap_or_default();
    let id: Uuid = serde_json::from_slice(&body).map_err(|error| ApiError::internal(error.to_string()))?;
    loop {
        let work = work.clone();
        if !caller.write(move |tx, now| work.step(tx, now, id)).await? {
            break;
        }
    }
    let principal = caller.principal.token_id.to_string();
    let kept = caller.write(move |tx, _| {
        let stands = idempotency::lock(tx, &principal, &key)?;
        if let Some((status, body)) = stands.filter(|(status, _)| *status != i64::from(AT_WORK)) {
            return Ok((status, body));
        }
        let stored = work.answer(tx, id)?;
        let (status, body) = (i64::from(stored.status), stored.body.to_string());
        idempotency::keep(tx, &principal, &key, status, &body)?;
        Ok((status, body))
    });
    let (status, body) = kept.await?;
    answer(status, body, replayed)
}

fn key(req: &HttpRequest) -> Result<String, ApiError> {
    let mut given = req.headers().get_all("idempotency-key");
    match (given.next(), given.next()) {
        (None, _) => Err(ApiError::bad_request(
            "idempotency_key_missing",
            "this request needs an Idempotency-Key header, such as a new UUID, so that sending it twice does it once",
        )),
        (Some(key), None) => match key.to_str() {
            Ok(key) if (1..=KEY_MAX).contains(&key.len()) => Ok(key.to_owned()),
            _ => Err(ApiError::bad_request("idempotency_key_invalid", "the Idempotency-Key must be 1 to 255 ASCII characters")),
        },
        (Some(_), Some(_)) => {
            Err(ApiError::bad_request("idempotency_key_invalid", "the Idempotency-Key header is given twice; give it once"))
        }
    }
}

fn answer(status: i64, body: String, replayed: bool) -> Result<HttpResponse, ApiError> {
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status.as_u16() >= 400 {
        let document = serde_json::from_str(&body).map_err(|error| ApiError::internal(error.to_string()))?;
        return Err(ApiError::kept(status, &document));
    }
    let mut response = HttpResponse::build(status);
    response.insert_header((CONTENT_TYPE, "application/json"));
    if replayed {
        response.insert_header(("idempotency-replayed", "true"));
    }
    Ok(response.body(body))
}
