//! A form that moves money does it once, however often it is sent.

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use serde_json::json;
use uuid::Uuid;

use crate::db::{DbResult, Tx};
use crate::domain::instant::Instant;
use crate::http::callers::Caller;
use crate::http::idempotency::{Once, Stored, once};
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::words;
use crate::http::problem::ApiError;

/// What a page gives each of its forms.
pub(super) fn fresh() -> Uuid {
    Uuid::new_v4()
}

/// The key of a form that was sent to `path`.
pub(super) fn key(fields: &Fields, path: &str) -> Result<Once, ApiError> {
    let id = fields.one("form_id").and_then(|text| text.parse::<Uuid>().ok());
    let id = id.ok_or_else(|| ApiError::bad_request("form_id_missing", "open the page and send its own form"))?;
    Ok(Once::form(id, path))
}

/// Does it once per form, in one transaction with the form's key; `act` says where to go then, and a form that is sent
/// again goes there too.
pub(super) async fn once_and_go<F>(
    caller: &Caller,
    frame: &Frame,
    fields: &Fields,
    path: &str,
    mut act: F,
) -> Result<HttpResponse, ApiError>
where
    F: FnMut(&mut Tx<'_>, Instant) -> DbResult<String> + Send + 'static,
{
    let answer = once(caller, key(fields, path)?, move |tx, now| Ok(Stored { status: 200, body: json!(act(tx, now)?) })).await?;
    let body = answer.into_body().try_into_bytes().unwrap_or_default();
    let to: String = serde_json::from_slice(&body).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(frame.go(&to))
}

/// Back to `here` with a refusal that the page has words for; any other is shown on a page of its own.
pub(super) fn back(frame: &Frame, here: &str, error: ApiError) -> Result<HttpResponse, ApiError> {
    if words::knows(&format!("payouts-fault-{}", error.code())) {
        return Ok(frame.go(&format!("{here}?fault={}", error.code())));
    }
    Err(error)
}
