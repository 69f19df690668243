//! The form under each operation: sends the request to the sandbox, and shows what came back.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::document::{self, Operation};
use super::exchange::{Incoming, Outgoing, exchange};
use crate::domain::principal::Mode;
use crate::http::app::App;
use crate::http::contract;
use crate::http::pages::form::{Form, said};
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Door, Visitor};
use crate::http::problem::ApiError;
use crate::http::request_log::BODY_KEPT;

/// Longer than any address of the API with all its parameters.
const TARGET_MAX: usize = 2_000;

#[derive(Template)]
#[template(path = "http/pages/reference/tried.html")]
pub(super) struct Tried {
    frame: Frame,
    /// The operation's page and place on it; the log's page after a replay.
    back: String,
    method: String,
    target: String,
    body: Option<String>,
    /// Which form to show again; none after a replay.
    operation: Option<String>,
    answer: Option<Incoming>,
    faults: Vec<String>,
}

/// What the form says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    operation: String,
    target: String,
    body: Option<String>,
    token: Option<String>,
}

/// What a request is to be, before it is known whether it may be sent.
pub(super) struct Draft {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) body: Option<String>,
    pub(super) token: Option<String>,
    pub(super) back: String,
    pub(super) operation: Option<String>,
}

/// Whether the form offers a body.
pub(super) fn takes_json(operation: &Operation) -> bool {
    operation.media.as_deref() == Some("application/json")
}

pub(super) async fn send(visitor: Visitor, req: HttpRequest, Form(wish): Form<Wish>) -> Result<HttpResponse, ApiError> {
    let operation = document::operation(&wish.operation).ok_or_else(|| ApiError::not_found("operation; see /docs"))?;
    let noun = operation.path.strip_prefix("/v1").unwrap_or(&operation.path).split('/').nth(1).unwrap_or_default();
    let draft = Draft {
        method: operation.method.clone(),
        target: wish.target.trim().to_owned(),
        body: if takes_json(operation) { said(wish.body.as_deref()).map(str::to_owned) } else { None },
        token: said(wish.token.as_deref()).map(str::to_owned),
        back: format!("/docs/{noun}#{}", operation.id),
        operation: Some(operation.id.clone()),
    };
    try_it(&visitor, &req, draft).await
}

/// Sends a draft, and shows what came back or why it was not sent.
pub(super) async fn try_it(visitor: &Visitor, req: &HttpRequest, draft: Draft) -> Result<HttpResponse, ApiError> {
    let frame = visitor.frame();
    let (answer, fault) = match outgoing(visitor, req, &draft).await {
        Ok(outgoing) => (Some(exchange(req.app_config().local_addr(), &outgoing).await?), None),
        Err(Refused::Said(key)) => (None, Some(frame.say(key))),
        Err(Refused::Problem(problem)) => return Err(problem),
    };
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let Draft { method, target, body, back, operation, .. } = draft;
    let page = Tried { frame, back, method, target, body, operation, answer, faults: fault.into_iter().collect() };
    page.frame.page_with(status, &page)
}

/// Why nothing was sent.
enum Refused {
    /// In the words of this text.
    Said(&'static str),
    Problem(ApiError),
}

async fn outgoing(visitor: &Visitor, req: &HttpRequest, draft: &Draft) -> Result<Outgoing, Refused> {
    let token = sandbox_token(&visitor.app, req, draft.token.as_deref()).await?;
    let path = draft.target.split('?').next().unwrap_or_default();
    let known =
        contract::allowed(&visitor.app.routes, path).is_some_and(|methods| methods.split(", ").any(|one| one == draft.method));
    let plain = draft.target.len() <= TARGET_MAX && draft.target.bytes().all(|byte| byte.is_ascii_graphic());
    if !known || !plain || !path.starts_with("/v1/") {
        return Err(Refused::Said("reference-fault-address"));
    }
    if draft.body.as_ref().is_some_and(|body| body.len() > BODY_KEPT) {
        return Err(Refused::Said("reference-fault-body"));
    }
    Ok(Outgoing {
        method: draft.method.clone(),
        target: draft.target.clone(),
        token,
        idempotency_key: (draft.method == "POST").then(|| Uuid::new_v4().to_string()),
        body: draft.body.clone(),
    })
}

/// The token that was entered, else the session at the desk while it shows the sandbox. A live one is not used.
async fn sandbox_token(app: &App, req: &HttpRequest, entered: Option<&str>) -> Result<String, Refused> {
    let Some(token) = entered.map(str::to_owned).or_else(|| Door::Desk.token(req, app)) else {
        return Err(Refused::Said("reference-fault-no-token"));
    };
    // A header's value is one line of visible signs.
    let plain = token.bytes().all(|byte| byte.is_ascii_graphic());
    let holder = if plain { app.sessions.principal(&token).await } else { Err(ApiError::unauthorized("no token")) };
    match holder {
        Ok(principal) if principal.mode == Mode::Sandbox => Ok(token),
        Ok(_) if entered.is_some() => Err(Refused::Said("reference-fault-live")),
        Ok(_) => Err(Refused::Said("reference-fault-live-desk")),
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => Err(Refused::Said("reference-fault-token")),
        Err(problem) => Err(Refused::Problem(problem)),
    }
}
