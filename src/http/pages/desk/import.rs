//! A file of customers or orders comes in: chosen here, looked at (`preview`), taken in and, if it was a mistake,
//! taken back (`result`). What waits in between stands in the ledger, not in memory.

mod preview;
mod result;
mod said;

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use crate::db::imports::{self, ImportRow};
use crate::domain::id::ImportId;
use crate::domain::intake::ImportKind;
use crate::domain::principal::Scope;
use crate::files::Dialect;
use crate::http::callers::Caller;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, OwnerDesk};
use crate::http::pages::upload::Upload;
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::import::{ImportRequest, receive_draft};

/// The storefront of files that name none.
const SOURCE: &str = "main";

/// Files shown that came in before.
const LATEST: i64 = 10;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/import").route(web::get().to(choose)).route(web::post().to(receive)))
        .service(web::resource("/import/{id}").route(web::get().to(show)).route(web::post().to(preview::act)))
        .service(web::resource("/import/{id}/rows.csv").route(web::get().to(result::rows)))
        .service(web::resource("/import/{id}/undo").route(web::post().to(result::undo)));
}

#[derive(Template)]
#[template(path = "http/pages/desk/import.html")]
struct Choose {
    frame: Frame,
    faults: Vec<String>,
    orders: bool,
    before: Vec<Before>,
}

/// A file that came in before.
struct Before {
    id: ImportId,
    name: String,
    kind: String,
    when: String,
    state: String,
}

async fn choose(desk: Desk) -> Result<HttpResponse, ApiError> {
    let page = chooser(&desk, desk.frame("customers"), Vec::new(), false).await?;
    page.frame.page(&page)
}

async fn chooser(caller: &Caller, frame: Frame, faults: Vec<String>, orders: bool) -> Result<Choose, ApiError> {
    let rows = caller.read(|conn| imports::latest(conn, LATEST)).await?;
    let before = rows.iter().map(|row| Before {
        id: row.id,
        name: row.name.clone(),
        kind: frame.say(said::kind(row.kind)),
        when: frame.time(&row.created_at),
        state: frame.say(said::state(row)),
    });
    Ok(Choose { before: before.collect(), frame, faults, orders })
}

async fn receive(desk: OwnerDesk, upload: Upload) -> Result<HttpResponse, ApiError> {
    let Upload { file, file_name, fields } = upload;
    let orders = fields.one("kind") == Some("orders");
    if file.is_empty() {
        let frame = desk.frame("customers");
        let faults = vec![frame.say("import-no-file")];
        let page = chooser(&desk, frame, faults, orders).await?;
        return page.frame.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let request = ImportRequest {
        kind: if orders { ImportKind::Orders } else { ImportKind::Customers },
        name: if file_name.is_empty() { "upload".to_owned() } else { file_name },
        source: SOURCE.to_owned(),
        dialect: Dialect::default(),
        columns: BTreeMap::new(),
        decimal: None,
        dates: None,
        currency: None,
        history: true,
        dry_run: true,
    };
    let actor = desk.principal.actor();
    let row = desk.write(move |tx, now| receive_draft(tx, now, &request, &file, &actor)).await?;
    Ok(desk.frame("").go(&format!("/desk/import/{}", row.id)))
}

#[derive(Debug, Deserialize)]
struct Shown {
    done: Option<String>,
    /// Whether the columns were changed together with the wish to take the file in.
    changed: Option<bool>,
    removed: Option<i64>,
    kept: Option<i64>,
}

async fn show(desk: Desk, path: web::Path<Uuid>, query: Query<Shown>) -> Result<HttpResponse, ApiError> {
    let row = found(&desk, path.into_inner()).await?;
    let frame = desk.frame("customers").after(query.0.done.as_deref());
    match (row.next_id, row.dry_run) {
        (Some(next), _) => Ok(frame.go(&format!("/desk/import/{next}"))),
        (None, true) => preview::page(&desk, frame, row, query.0.changed == Some(true)).await,
        (None, false) => result::page(&desk, frame, row, query.0.removed.zip(query.0.kept)).await,
    }
}

async fn found(caller: &Caller, id: Uuid) -> Result<ImportRow, ApiError> {
    let found = caller.read(move |conn| imports::find_in(conn, ImportId::from_uuid(id), &Scope::All)).await?;
    found.ok_or_else(|| ApiError::not_found("import"))
}

/// An answer that the browser asks for again after `seconds`, for as long as something is under way.
fn again(mut answer: HttpResponse, seconds: u32) -> HttpResponse {
    use actix_web::http::header::{HeaderValue, REFRESH};
    answer.headers_mut().insert(REFRESH, HeaderValue::from(seconds));
    answer
}
