//! The sandbox: a second ledger on its own clock.

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::domain::field::FieldError;
use crate::http::body::Body;
use crate::http::callers::SandboxUser;
use crate::http::idempotency::{Stored, with_key};
use crate::http::problem::ApiError;
use crate::operations::advance_sandbox::{Advanced, DAYS_MAX, advance_sandbox};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/sandbox/advance").route(post().to(advance)))
        .service(resource("/v1/sandbox/reset").route(post().to(reset)));
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AdvanceBody {
    days: i64,
}

async fn advance(caller: SandboxUser, req: HttpRequest, body: Body<AdvanceBody>) -> Result<HttpResponse, ApiError> {
    let Body(AdvanceBody { days }, fingerprint) = body;
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(FieldError::new("/days", "out_of_range", format!("must be between 1 and {DAYS_MAX}")).into());
    }
    let response = with_key(&caller, &req, &fingerprint, move |tx, now| {
        Ok(match advance_sandbox(tx, now, days)? {
            Advanced::To(then, _) => Stored::new(200, &serde_json::json!({ "now": then })),
            Advanced::TooFar => Stored::problem(&ApiError::conflict(
                "too_far_ahead",
                format!("the sandbox runs at most {DAYS_MAX} days ahead; reset it to start again"),
            )),
        })
    });
    let response = response.await?;
    let book = Arc::clone(&caller.book);
    web::block(move || book.sync_clock()).await.map_err(|error| ApiError::internal(error.to_string()))??;
    Ok(response)
}

async fn reset(caller: SandboxUser) -> Result<HttpResponse, ApiError> {
    let books = Arc::clone(&caller.app.books);
    let done = web::block(move || books.reset_sandbox()).await.map_err(|error| ApiError::internal(error.to_string()))?;
    done.map_err(|error| ApiError::unavailable("unavailable", error.to_string(), 2))?;
    let now = caller.sandbox().await?.clock.now();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "now": now })))
}
