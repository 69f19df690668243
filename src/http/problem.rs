//! How the API says no: RFC 9457 `application/problem+json` with a stable `code`.

use std::borrow::Cow;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use crate::db::transact::WriteError;
use crate::domain::field::FieldError;
use crate::domain::id::RequestId;

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A refusal. Its text names field, cause and mend; what only the operator may know goes to the log.
#[derive(Debug, Clone)]
pub struct ApiError(Box<Fault>);

#[derive(Debug, Clone)]
struct Fault {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: String,
    errors: Vec<FieldError>,
    retry_after: Option<u32>,
    allow: Option<HeaderValue>,
    cause: Option<String>,
    request_id: Option<RequestId>,
}

/// The document of RFC 9457 §3.
#[derive(Debug, Serialize)]
struct Document<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<RequestId>,
}

impl ApiError {
    fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self(Box::new(Fault {
            status,
            code: code.into(),
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            allow: None,
            cause: None,
            request_id: None,
        }))
    }

    /// A refusal that was kept with its request's key: the same words under this request's id.
    #[must_use]
    pub fn kept(status: StatusCode, document: &serde_json::Value) -> Self {
        let text = |field: &str| document.get(field).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        let errors = document.get("errors").cloned().map(serde_json::from_value).and_then(Result::ok);
        Self::new(status, text("code"), text("detail")).with_errors(errors.unwrap_or_default())
    }

    /// 422: fields that cannot be taken as they are.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [only] if only.pointer.is_empty() => format!("the body {}", only.message),
            [only] => format!("{} {}", only.pointer, only.message),
            many => format!("{} fields cannot be accepted; see errors", many.len()),
        };
        let mut this = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail);
        this.0.errors = errors;
        this
    }

    /// 422 with a word of its own: the request as a whole cannot be carried out.
    #[must_use]
    pub fn unprocessable(code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 400: not a request this API can read.
    #[must_use]
    pub fn bad_request(code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: no valid token.
    #[must_use]
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    /// 403: a valid token that may not do this.
    #[must_use]
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: `what` does not exist, or not for this caller.
    #[must_use]
    pub fn not_found(what: impl fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("there is no such {what}"))
    }

    /// 405: the address exists, the method does not.
    #[must_use]
    pub fn method_not_allowed(allow: Option<HeaderValue>) -> Self {
        let mut this =
            Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this address does not take this method; see /docs");
        this.0.allow = allow;
        this
    }

    /// 409: it contradicts what is there.
    #[must_use]
    pub fn conflict(code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 409: nothing leaves the house after a restore, until somebody has looked.
    #[must_use]
    pub fn paused(why: &str) -> Self {
        let mend = "compare with the bank and the payout provider, then run hound resume";
        Self::conflict("outward_paused", format!("nothing leaves the house: {why}; {mend}"))
    }

    /// 409, naming what differs.
    #[must_use]
    pub fn conflict_with(code: impl Into<Cow<'static, str>>, detail: impl Into<String>, errors: Vec<FieldError>) -> Self {
        let mut this = Self::conflict(code, detail);
        this.0.errors = errors;
        this
    }

    /// 413: more than `limit` bytes.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        let detail = format!("the body is larger than {limit} bytes; send less at once");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    }

    /// 415: not the media type or coding this API reads.
    #[must_use]
    pub fn unsupported_media_type(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    }

    /// 408: the body came too slowly.
    #[must_use]
    pub fn too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body did not arrive in time; send it again")
    }

    /// 429: too many requests; there is more in `seconds`.
    #[must_use]
    pub fn quota_exceeded(seconds: u32) -> Self {
        let detail = "too many requests of this kind came from here; send it again after the seconds that Retry-After names";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "quota_exceeded", detail).retry_after(seconds)
    }

    /// 500 without detail; `cause` goes to the log only.
    #[must_use]
    pub fn internal(cause: impl Into<String>) -> Self {
        let mut this = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something went wrong here; the operator finds the cause in the log under the request_id",
        );
        this.0.cause = Some(cause.into());
        this
    }

    /// 503: ask again in `seconds`; `cause` goes to the log only.
    #[must_use]
    pub fn unavailable(code: &'static str, cause: impl Into<String>, seconds: u32) -> Self {
        let mut this = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            code,
            "the service cannot do this now; send the same request again shortly",
        );
        this.0.cause = Some(cause.into());
        this.retry_after(seconds)
    }

    /// What stands for an error of the framework's own.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found("address; see /docs"),
            StatusCode::METHOD_NOT_ALLOWED => Self::method_not_allowed(None),
            StatusCode::REQUEST_TIMEOUT => Self::too_slow(),
            status if status.is_server_error() => Self::internal(format!("the framework answered {status}")),
            status => Self::new(status, "bad_request", status.canonical_reason().unwrap_or("this request cannot be read")),
        }
    }

    /// The same, naming the fields at fault.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.0.errors = errors;
        self
    }

    /// The same with `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The same, naming the request.
    #[must_use]
    pub fn of_request(mut self, id: RequestId) -> Self {
        self.0.request_id = Some(id);
        self
    }

    /// Its HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Its stable word.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// What went wrong and how to mend it.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The fields at fault.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// When to ask again, in seconds.
    #[must_use]
    pub fn wait_seconds(&self) -> Option<u32> {
        self.0.retry_after
    }

    /// What only the operator may know.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The problem document, for answers that hold one per item.
    #[must_use]
    pub fn document(&self) -> serde_json::Value {
        // A struct of strings always has a JSON form.
        serde_json::to_value(self.shown()).unwrap_or_default()
    }

    fn shown(&self) -> Document<'_> {
        let fault = &*self.0;
        Document {
            r#type: "about:blank",
            title: fault.status.canonical_reason().unwrap_or("Error"),
            status: fault.status.as_u16(),
            code: &fault.code,
            detail: &fault.detail,
            errors: &fault.errors,
            request_id: fault.request_id,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.0.status.as_u16(), self.0.code, self.0.detail)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.0.status);
        answer.insert_header((CONTENT_TYPE, PROBLEM_JSON));
        if self.0.status == StatusCode::UNAUTHORIZED {
            answer.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(seconds) = self.0.retry_after {
            answer.insert_header((RETRY_AFTER, seconds));
        }
        if let Some(allow) = &self.0.allow {
            answer.insert_header((ALLOW, allow.clone()));
        }
        answer.body(serde_json::to_vec(&self.shown()).unwrap_or_default())
    }
}

impl From<WriteError> for ApiError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Overloaded | WriteError::InTheWay(_) => Self::unavailable("overloaded", error.to_string(), 1),
            WriteError::Unavailable(cause) => Self::unavailable("unavailable", cause, 2),
            WriteError::Failed(cause) => Self::internal(cause),
        }
    }
}

impl From<FieldError> for ApiError {
    fn from(error: FieldError) -> Self {
        Self::invalid(vec![error])
    }
}

impl From<Vec<FieldError>> for ApiError {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::invalid(errors)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;
    use crate::domain::instant::Instant;

    #[actix_web::test]
    async fn a_problem_names_field_cause_and_request() {
        let id = RequestId::new(Instant::from_micros(1_700_000_000_000_000));
        let error =
            ApiError::invalid(vec![FieldError::new("/email", "invalid_email", "is not an e-mail address")]).of_request(id);
        let answer = error.error_response();
        assert_eq!(answer.status(), 422);
        assert_eq!(answer.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes), Some(PROBLEM_JSON.as_bytes()));
        let body = to_bytes(answer.into_body()).await.expect("a body");
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(body["detail"], "/email is not an e-mail address");
        assert_eq!(body["errors"][0]["code"], "invalid_email");
        assert_eq!(body["request_id"], id.to_string());
    }

    #[actix_web::test]
    async fn what_failed_inside_stays_inside() {
        let error = ApiError::from(WriteError::Failed("secret table name".to_owned()));
        assert_eq!(error.cause(), Some("secret table name"));
        let body = to_bytes(error.error_response().into_body()).await.expect("a body");
        assert!(!String::from_utf8_lossy(&body).contains("secret"));
        let busy = ApiError::from(WriteError::Overloaded).error_response();
        assert_eq!((busy.status().as_u16(), busy.headers().contains_key(RETRY_AFTER)), (503, true));
    }
}
