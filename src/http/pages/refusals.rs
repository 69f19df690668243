//! How a page says no: in words, in a page. Who is not signed in is shown the door.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, web};
use askama::Template;

use super::frame::{Frame, see_other};
use super::people;
use crate::domain::field::FieldError;
use crate::domain::id::RequestId;
use crate::domain::program::Terms;
use crate::http::app::App;
use crate::http::problem::ApiError;

#[derive(Template)]
#[template(path = "http/pages/refusal.html")]
struct Refusal {
    frame: Frame,
    title: String,
    detail: String,
    errors: Vec<FieldError>,
    request_id: Option<RequestId>,
}

/// The middleware around every page.
///
/// # Errors
/// None of its own.
pub(super) async fn in_words(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(req).await?.map_into_boxed_body();
    let Some(problem) = response.response().error().and_then(|error| error.as_error::<ApiError>()).cloned() else {
        return Ok(response);
    };
    let request = response.request();
    let id = request.extensions().get::<RequestId>().copied();
    if let Some(cause) = problem.cause() {
        let request_id = id.map(|id| id.to_string()).unwrap_or_default();
        tracing::error!(request_id, status = problem.status().as_u16(), cause, "a page failed");
    }
    let shown = shown(request, &problem, id);
    Ok(response.into_response(shown))
}

fn shown(req: &HttpRequest, problem: &ApiError, id: Option<RequestId>) -> HttpResponse {
    let Some(app) = req.app_data::<web::Data<App>>() else { return HttpResponse::InternalServerError().finish() };
    let frame = Frame::new(people::language(req), &app.base_url, &Terms::default(), "");
    if problem.status() == StatusCode::UNAUTHORIZED {
        let back: String = url::form_urlencoded::byte_serialize(req.path().as_bytes()).collect();
        let door = if req.path().starts_with("/portal") { "/portal/sign-in" } else { "/sign-in" };
        return see_other(&frame.at, &format!("{door}?to={back}"));
    }
    let title = match problem.status() {
        StatusCode::NOT_FOUND => frame.say("refusal-not-found"),
        StatusCode::FORBIDDEN => frame.say("refusal-forbidden"),
        StatusCode::TOO_MANY_REQUESTS => frame.say("refusal-too-many"),
        StatusCode::CONFLICT => frame.say("refusal-conflict"),
        status if status.is_server_error() => frame.say("refusal-failed"),
        _ => frame.say("refusal-invalid"),
    };
    let detail = problem.detail().to_owned();
    let page = Refusal { title, detail, errors: problem.errors().to_vec(), request_id: id, frame };
    let mut answer = match page.frame.page_with(problem.status(), &page) {
        Ok(answer) => answer,
        Err(_) => return HttpResponse::build(problem.status()).finish(),
    };
    if let Some(seconds) = problem.wait_seconds() {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}
