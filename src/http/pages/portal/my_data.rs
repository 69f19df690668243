//! What is kept about him, to take away; and the end of it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;

use super::reader::Holder;
use super::shell::Shell;
use crate::db::ledger;
use crate::http::api::erasures::erase_for;
use crate::http::pages::form::Form;
use crate::http::pages::people::Door;
use crate::http::problem::ApiError;
use crate::operations::export_person::export_person;
use crate::operations::leave_portal::end_sessions;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/my-data").route(web::get().to(download)))
        .service(web::resource("/delete").route(web::get().to(ask)).route(web::post().to(delete)));
}

async fn download(holder: Holder) -> Result<HttpResponse, ApiError> {
    let (id, now) = (holder.id, holder.now());
    let found = holder.read(move |conn| export_person(conn, now, id)).await?;
    let document = found.ok_or_else(|| ApiError::not_found("referrer"))?;
    let text = serde_json::to_string_pretty(&document).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"my-data.json\""))
        .body(text))
}

#[derive(Template)]
#[template(path = "http/pages/portal/delete.html")]
struct Delete {
    frame: Shell,
    faults: Vec<String>,
    /// What is still his and would be lost sight of.
    owed: Vec<String>,
}

async fn ask(holder: Holder) -> Result<HttpResponse, ApiError> {
    page(&holder, StatusCode::OK, None).await
}

async fn page(holder: &Holder, status: StatusCode, fault: Option<&str>) -> Result<HttpResponse, ApiError> {
    let id = holder.id;
    let balances = holder.read(move |conn| ledger::balances_of(conn, id)).await?;
    let frame = holder.shell("portal-settings");
    let waits = balances.iter().map(|row| (row.on_hold.saturating_add(row.ready).saturating_add(row.in_transit), row.currency));
    let owed = waits.filter(|(amount, _)| *amount > 0).map(|(amount, currency)| frame.amount(&amount, &currency)).collect();
    let page = Delete { faults: fault.map(|key| frame.say(key)).into_iter().collect(), owed, frame };
    page.frame.page_with(status, &page)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DeleteForm {
    sure: Option<String>,
}

async fn delete(holder: Holder, Form(form): Form<DeleteForm>) -> Result<HttpResponse, ApiError> {
    if form.sure.is_none() {
        return page(&holder, StatusCode::UNPROCESSABLE_ENTITY, Some("portal-delete-tick")).await;
    }
    match erase_for(&holder, holder.person.customer_id).await {
        Ok(_) => {}
        Err(fault) if fault.code() == "money_in_transit" => {
            return page(&holder, StatusCode::CONFLICT, Some("portal-delete-in-transit")).await;
        }
        Err(fault) => return Err(fault),
    }
    // Of a referrer in the sandbox, too, the sessions are in the live ledger.
    let id = holder.id;
    holder.app.books.live.writer.write(move |tx, now| end_sessions(tx, now, id)).await?;
    let mut answer = holder.shell("").go("/portal/sign-in?done=portal-deleted");
    answer.add_cookie(&Door::Portal.close(&holder.app)).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(answer)
}
