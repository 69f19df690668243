//! Who did what, newest first.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::house;
use crate::db::audit;
use crate::domain::id::AuditId;
use crate::http::pages::desk::who::Who;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::Desk;
use crate::http::pages::words;
use crate::http::paging::{List, Query};
use crate::http::problem::ApiError;

/// Acts on a page.
const SHOWN: i64 = 50;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/audit").route(web::get().to(show)));
}

struct Row {
    at: String,
    who: String,
    what: String,
    action: String,
    subject: String,
    detail: Option<String>,
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/audit.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    is_newest: bool,
    older: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    before: Option<Uuid>,
}

async fn show(desk: Desk, Query(query): Query<Wanted>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let before = query.before.map(AuditId::from_uuid);
    let acts = List::cut(desk.read(move |conn| audit::newest(conn, before, SHOWN + 1)).await?, SHOWN);
    let older = acts.goes_on_after().map(|last| last.id.to_string());
    let who = Who::of(&house(&desk), acts.data.iter().map(|act| act.actor.as_str())).await?;
    let row = |act: &audit::Act| Row {
        at: frame.time(&act.created_at),
        who: who.name(&frame, &act.actor),
        what: in_words(&frame, &act.action),
        action: act.action.clone(),
        subject: act.subject_id.uuid().to_string(),
        detail: detail(&act.detail.0),
    };
    let rows = acts.data.iter().map(row).collect();
    let page = Page { rows, is_newest: before.is_none(), older, frame };
    page.frame.page(&page)
}

/// What was done; its own name where we have no words for it.
fn in_words(frame: &Frame, action: &str) -> String {
    let key = format!("audit-{}", action.replace(['.', '_'], "-"));
    if words::knows(&key) { frame.say(&key) } else { action.to_owned() }
}

fn detail(detail: &Value) -> Option<String> {
    let empty = detail.is_null() || detail.as_object().is_some_and(serde_json::Map::is_empty);
    (!empty).then(|| serde_json::to_string_pretty(detail).unwrap_or_default())
}
