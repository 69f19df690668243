//! Grades of customers, by which the rules move rewards.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;

use super::fields::{Field, blame, by_name, filled};
use super::mendable;
use crate::db::tiers;
use crate::http::api::tiers::set;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, Guest, OwnerDesk};
use crate::http::paging::Query;
use crate::http::problem::ApiError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/tiers").route(web::get().to(show)).route(web::post().to(save)));
}

struct Row {
    name: String,
    title: String,
    since: String,
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/tiers.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    fields: Vec<Field>,
    faults: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Done {
    done: Option<String>,
}

fn fields(frame: &Frame) -> Vec<Field> {
    vec![
        Field::line("name", frame.say("tiers-name"), "").hint(frame.say("tiers-name-hint")).required(),
        Field::line("title", frame.say("tiers-title"), "").hint(frame.say("tiers-title-hint")).required(),
    ]
}

async fn show(desk: Desk, Query(query): Query<Done>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings").after(query.done.as_deref());
    let fields = fields(&frame);
    page(&desk, frame, fields, Vec::new(), StatusCode::OK).await
}

async fn save(desk: OwnerDesk, sent: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let (name, title) = (sent.one("name").unwrap_or_default().to_owned(), sent.one("title").unwrap_or_default().to_owned());
    match set(&desk, name, title).await {
        Ok(_) => Ok(frame.go("/desk/settings/tiers?done=tier")),
        Err(fault) => {
            let faults = mendable(fault)?;
            let mut fields = filled(fields(&frame), &sent);
            let said = blame(&frame, &mut fields, &faults, |pointer| by_name(&["name", "title"], pointer));
            page(&desk, frame, fields, said, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

async fn page(
    guest: &Guest,
    frame: Frame,
    fields: Vec<Field>,
    faults: Vec<String>,
    status: StatusCode,
) -> Result<HttpResponse, ApiError> {
    let rows = guest.read(tiers::list).await?.into_iter();
    let rows = rows.map(|row| Row { since: frame.day(&row.created_at), name: row.name, title: row.title }).collect();
    let page = Page { rows, fields, faults, frame };
    page.frame.page_with(status, &page)
}
