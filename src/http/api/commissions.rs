//! What verdicts owe.

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, get, resource};
use serde::Deserialize;

use super::sale_view::ShownCommission;
use crate::db::commissions::{self, CommissionFilter};
use crate::domain::commission::CommissionStatus;
use crate::domain::id::{CommissionId, ReferrerId, SaleId};
use crate::http::callers::AnyReader;
use crate::http::paging::{Filtered, List};
use crate::http::problem::ApiError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/commissions").route(get().to(list)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFilter {
    referrer_id: Option<ReferrerId>,
    sale_id: Option<SaleId>,
    status: Option<CommissionStatus>,
}

async fn list(caller: AnyReader, Filtered(page, filter): Filtered<ListFilter>) -> Result<HttpResponse, ApiError> {
    let wanted = CommissionFilter {
        scope: caller.principal.scope(),
        referrer_id: filter.referrer_id,
        sale_id: filter.sale_id,
        status: filter.status,
        after: page.after.map(CommissionId::from_uuid),
        limit: page.fetch(),
    };
    let rows = caller.read(move |conn| commissions::list(conn, &wanted)).await?;
    Ok(HttpResponse::Ok().json(List::of(rows, page).map(ShownCommission::from)))
}
