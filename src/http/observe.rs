//! Around every request: an id, one log line, refusals as problems, and no panic gets out.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Instant as Moment;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue, TRANSFER_ENCODING, X_CONTENT_TYPE_OPTIONS};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, ResponseError, web};

use super::app::App;
use super::body::BodyRead;
use super::problem::ApiError;
use super::{cors, limits, redirect};
use crate::domain::id::RequestId;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The middleware.
///
/// # Errors
/// Only after a panic: the problem of status 500.
pub async fn observe(req: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let start = Moment::now();
    let app = req.app_data::<web::Data<App>>().cloned();
    // Taken from nothing that the client sent: nobody can forge a line of the log.
    let id = RequestId::new(app.as_ref().map_or_else(|| crate::clock::Clock::wall().now(), |app| app.books.live.clock.now()));
    req.extensions_mut().insert(id);
    let method = req.method().clone();
    let unmeasured_body = req.headers().contains_key(TRANSFER_ENCODING);
    let answered = caught(next.call(req)).await;
    let (status, route, outcome) = match answered {
        Some(Ok(response)) => {
            let mut response = settle(response.map_into_boxed_body(), id);
            if unmeasured_body && !response.request().extensions().contains::<BodyRead>() {
                // actix would wait for the end of a chunked body that nobody reads, for ever.
                response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
            }
            (response.status(), route_of(response.request()), Ok(response))
        }
        Some(Err(error)) => {
            let problem = problem_of(&error, id);
            log_cause(&problem, id);
            (problem.status(), None, Err(Error::from(problem)))
        }
        None => {
            tracing::error!(request_id = %id, "a handler panicked");
            let problem = ApiError::internal("a handler panicked").of_request(id);
            (problem.status(), None, Err(Error::from(problem)))
        }
    };
    let outcome = match (&app, outcome) {
        (Some(app), Ok(response)) => Ok(app.requests.remember(&app.sessions, response, app.books.live.clock.now())),
        (_, outcome) => outcome,
    };
    if let Some(app) = app {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        app.answered.get(class).map(|count| count.fetch_add(1, Ordering::Relaxed));
    }
    let (method, route) = (method.as_str(), route.as_deref().unwrap_or("-"));
    let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    // A newsletter's visits are rows of the ledger already; a line for each would cost a fifth of their rate.
    if route == redirect::ROUTE && status.as_u16() < 400 {
        tracing::debug!(target: "houndplan::requests", method, route, status = status.as_u16(), micros, request_id = %id);
    } else {
        tracing::info!(target: "houndplan::requests", method, route, status = status.as_u16(), micros, request_id = %id);
    }
    outcome
}

/// The route that answered. A visit's is told by its path, since it is found without a pattern.
fn route_of(request: &HttpRequest) -> Option<Cow<'static, str>> {
    let known = redirect::is_visit(request.path()).then_some(Cow::Borrowed(redirect::ROUTE));
    known.or_else(|| request.match_pattern().map(Cow::Owned))
}

/// Polls `future` to its end; none if it panicked, after which it is dropped unpolled.
async fn caught<F: Future>(future: F) -> Option<F::Output> {
    let mut future: Pin<Box<F>> = Box::pin(future);
    std::future::poll_fn(move |cx| {
        // What the handler held is dropped with it; shared state is behind locks that outlive poison.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Some(output)),
            Err(_) => Poll::Ready(None),
        }
    })
    .await
}

fn settle(response: ServiceResponse<BoxBody>, id: RequestId) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let bare = status.as_u16() >= 400 && matches!(response.response().body().size(), BodySize::None | BodySize::Sized(0));
    let problem = match response.response().error() {
        Some(error) => Some(problem_of(error, id)),
        None if bare => Some(bare_problem(&response, id)),
        None => None,
    };
    let mut response = match problem {
        Some(problem) => {
            log_cause(&problem, id);
            let shared = cors::kept(response.headers());
            let mut response = response.into_response(problem.error_response());
            shared.into_iter().for_each(|(name, value)| drop(response.headers_mut().insert(name, value)));
            response
        }
        None => response,
    };
    let (standing, status) = (limits::standing(response.request()), response.status());
    let headers = response.headers_mut();
    limits::tell(standing, status, headers);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, value);
    }
    response
}

fn problem_of(error: &Error, id: RequestId) -> ApiError {
    let known = error.as_error::<ApiError>().cloned();
    known.unwrap_or_else(|| ApiError::of_status(error.as_response_error().status_code())).of_request(id)
}

fn bare_problem(response: &ServiceResponse<BoxBody>, id: RequestId) -> ApiError {
    let allow = response.headers().get(ALLOW).cloned();
    match allow {
        Some(_) => ApiError::method_not_allowed(allow),
        None => ApiError::of_status(response.status()),
    }
    .of_request(id)
}

fn log_cause(problem: &ApiError, id: RequestId) {
    if let Some(cause) = problem.cause() {
        tracing::error!(request_id = %id, status = problem.status().as_u16(), cause, "a request failed");
    }
}
