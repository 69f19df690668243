//! Lets a shop's pages read a code: the only answers that a browser may show to another origin.
//!
//! No cookie is ever looked at there, so `*` gives a foreign page nothing that its own token does not
//! (Fetch §3.2.5); the token's origin is checked where the token is.

use actix_web::Error;
use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderName, HeaderValue,
};
use actix_web::middleware::Next;

/// What publishable tokens read.
const SHARED: &str = "/v1/codes/{code}";

/// What was said to a browser, when its answer is replaced by a problem: it may read that too.
#[must_use]
pub fn kept(headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
    let said = headers.iter().filter(|(name, _)| name.as_str().starts_with("access-control-"));
    said.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The middleware.
///
/// # Errors
/// Those of the handler.
pub async fn share_codes(req: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    if !req.path().starts_with(SHARED.trim_end_matches("{code}")) {
        return next.call(req).await.map(ServiceResponse::map_into_boxed_body);
    }
    if req.method() == Method::OPTIONS && req.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        let answer = HttpResponse::NoContent()
            .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .insert_header((ACCESS_CONTROL_ALLOW_METHODS, "GET"))
            .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, "authorization"))
            .insert_header((ACCESS_CONTROL_MAX_AGE, "86400"))
            .finish();
        return Ok(req.into_response(answer));
    }
    let read = req.method() == Method::GET;
    let mut response = next.call(req).await?.map_into_boxed_body();
    if read {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("RateLimit, RateLimit-Policy, Retry-After"));
    }
    Ok(response)
}
