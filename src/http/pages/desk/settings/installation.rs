//! What only the operator can change, shown locked with the name of its variable, and how to make a backup.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use askama::Template;

use crate::config::{Origin, Shown};
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, Guest};
use crate::http::problem::ApiError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings/installation").route(web::get().to(show)))
        .service(web::resource("/settings/backup").route(web::get().to(backup)));
}

struct Row {
    name: String,
    value: String,
    origin: String,
    locked: bool,
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/installation.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    version: &'static str,
    base_url: String,
}

async fn show(desk: Desk) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let rows = desk.app.shown.iter().map(|setting| row(&frame, setting)).collect();
    let page = Page { rows, version: env!("CARGO_PKG_VERSION"), base_url: desk.app.base_url.clone(), frame };
    page.frame.page(&page)
}

fn row(frame: &Frame, setting: &Shown) -> Row {
    let origin = match &setting.origin {
        Origin::Flag => frame.say("installation-flag"),
        Origin::Variable => frame.tell("installation-variable", &[("name", &setting.name)]),
        Origin::File(path) => frame.tell("installation-file", &[("name", &setting.name), ("path", path)]),
        Origin::Default => frame.say("installation-default"),
    };
    let value = setting.value.clone().unwrap_or_else(|| frame.say("settings-unset"));
    Row { name: setting.name.clone(), value, origin, locked: setting.origin != Origin::Default }
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/backup.html")]
struct Backup {
    frame: Frame,
    folder: String,
    is_shared: bool,
}

async fn backup(desk: Desk) -> Result<HttpResponse, ApiError> {
    let folder = value(&desk, "HOUND_DATA_DIR").unwrap_or_else(|| "./data".to_owned());
    let is_shared = value(&desk, "HOUND_DATABASE_URL").is_some();
    let page = Backup { frame: desk.frame("settings"), folder, is_shared };
    page.frame.page(&page)
}

fn value(guest: &Guest, name: &str) -> Option<String> {
    guest.app.shown.iter().find(|setting| setting.name == name).and_then(|setting| setting.value.clone())
}
