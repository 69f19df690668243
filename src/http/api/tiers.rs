//! `/v1/tiers`: grades of customers, by which terms move commissions and discounts.

use actix_web::Responder;
use actix_web::web::{self, Json, ServiceConfig};
use serde::{Deserialize, Serialize};

use crate::db::tiers::{self, Tier};
use crate::domain::field::short_text;
use crate::domain::instant::Instant;
use crate::http::body::Body;
use crate::http::callers::{Caller, Owner, StaffReader};
use crate::http::paging::List;
use crate::http::problem::ApiError;
use crate::operations::set_tier::{TIERS_MAX, TierSet, set_tier};

/// Adds the routes.
pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/v1/tiers").route(web::get().to(list)))
        .service(web::resource("/v1/tiers/{name}").route(web::put().to(put)));
}

#[derive(Debug, Serialize)]
struct TierView {
    name: String,
    title: String,
    created_at: Instant,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TierBody {
    title: String,
}

impl From<Tier> for TierView {
    fn from(row: Tier) -> Self {
        Self { name: row.name, title: row.title, created_at: row.created_at }
    }
}

async fn list(caller: StaffReader) -> Result<impl Responder, ApiError> {
    let rows = caller.read(tiers::list).await?;
    Ok(Json(List { data: rows.into_iter().map(TierView::from).collect(), has_more: false }))
}

async fn put(caller: Owner, name: web::Path<String>, body: Body<TierBody>) -> Result<impl Responder, ApiError> {
    Ok(Json(TierView::from(set(&caller, name.into_inner(), body.into_inner().title).await?)))
}

/// Makes a tier, or gives it another title.
///
/// # Errors
/// 422 when name or title are none, 409 when there are enough.
pub(in crate::http) async fn set(caller: &Caller, name: String, title: String) -> Result<Tier, ApiError> {
    let actor = caller.principal.actor();
    crate::domain::rule::tier_name("?name", &name)?;
    short_text("/title", &title)?;
    match caller.write(move |tx, now| set_tier(tx, now, &actor, &name, &title)).await? {
        TierSet::Done(row) => Ok(row),
        TierSet::TooMany => {
            Err(ApiError::conflict("too_many", format!("there are {TIERS_MAX} tiers; give one of them another title instead")))
        }
    }
}
