//! `POST /v1/referrers/{id}/portal-links`: a link to a referrer's portal, for the shop's own account page.

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, post, resource};
use serde::Serialize;

use crate::db::{portal, referrers};
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::portal_link::PortalLink;
use crate::http::callers::Reporter;
use crate::http::problem::ApiError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/referrers/{id}/portal-links").route(post().to(make)));
}

#[derive(Debug, Serialize)]
struct PortalLinkView {
    url: String,
    expires_at: Instant,
}

async fn make(caller: Reporter, id: Path<ReferrerId>) -> Result<HttpResponse, ApiError> {
    let (id, scope) = (id.into_inner(), caller.principal.scope());
    let known = caller
        .read(move |conn| match referrers::find_in(conn, id, &scope)? {
            Some(_) => portal::person(conn, id),
            None => Ok(None),
        })
        .await?;
    if known.is_none() {
        return Err(ApiError::not_found("referrer"));
    }
    let link = PortalLink { referrer_id: id, mode: caller.book.mode, issued_at: caller.now() };
    let view = PortalLinkView { url: link.address(&caller.app.base_url, &caller.app.links), expires_at: link.expires_at() };
    Ok(HttpResponse::Created().json(view))
}
