//! What was asked of the sandbox lately, for whoever is signed in at the desk.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::trying::{Draft, try_it};
use crate::domain::id::RequestId;
use crate::http::pages::form::{Form, said};
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, Visitor};
use crate::http::problem::ApiError;
use crate::http::request_log::Entry;

#[derive(Template)]
#[template(path = "http/pages/reference/log.html")]
struct Log {
    frame: Frame,
    entries: Vec<Entry>,
}

pub(super) async fn show(desk: Desk) -> Result<HttpResponse, ApiError> {
    let page = Log { frame: desk.frame("settings"), entries: desk.app.requests.entries() };
    page.frame.page(&page)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Again {
    token: Option<String>,
}

pub(super) async fn replay(
    desk: Desk,
    visitor: Visitor,
    req: HttpRequest,
    id: Path<RequestId>,
    Form(again): Form<Again>,
) -> Result<HttpResponse, ApiError> {
    let entry = desk.app.requests.find(*id).ok_or_else(|| ApiError::not_found("request in the log of this process"))?;
    if !entry.whole {
        return Err(ApiError::conflict("cut", "this request was cut or masked when it was kept; send it from your program"));
    }
    let draft = Draft {
        method: entry.method,
        target: entry.target,
        body: entry.sent,
        token: said(again.token.as_deref()).map(str::to_owned),
        back: "/docs/log".to_owned(),
        operation: None,
    };
    try_it(&visitor, &req, draft).await
}
