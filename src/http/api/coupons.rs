//! Codes as coupons of the shops: how far each shop is, and a file for shops that take one.

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, get, resource};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::connections;
use crate::db::coupons::{self, Coupon, CouponFilter};
use crate::domain::id::{CodeId, ConnectionId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::storefront::coupon::{CouponStatus, Off, csv_fields};
use crate::http::callers::Auditor;
use crate::http::paging::{Filtered, List, Query};
use crate::http::problem::ApiError;
use crate::operations::show_coupons::coupons_for_download;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/connections/{id}/coupons").route(get().to(list)))
        .service(resource("/v1/coupons.csv").route(get().to(download)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFilter {
    status: Option<CouponStatus>,
}

#[derive(Debug, Serialize)]
struct ShownCoupon {
    code_id: CodeId,
    code: String,
    active: bool,
    gives: Off,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote_id: Option<String>,
    status: CouponStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    attempts: i64,
    next_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    checked_at: Option<Instant>,
}

impl From<Coupon> for ShownCoupon {
    fn from(row: Coupon) -> Self {
        Self {
            code_id: row.code_id,
            code: row.code,
            active: row.active,
            gives: serde_json::from_str(&row.gives).unwrap_or(Off::Nothing),
            remote_id: row.remote_id,
            status: row.status,
            error: row.error,
            attempts: row.attempts,
            next_at: row.next_at,
            checked_at: row.checked_at,
        }
    }
}

async fn list(caller: Auditor, path: Path<Uuid>, Filtered(page, filter): Filtered<ListFilter>) -> Result<HttpResponse, ApiError> {
    let id = ConnectionId::from_uuid(path.into_inner());
    let wanted =
        CouponFilter { connection_id: id, status: filter.status, after: page.after.map(CodeId::from_uuid), limit: page.fetch() };
    let rows = caller.read(move |conn| match connections::find(conn, id)? {
        Some(_) => coupons::list(conn, &wanted).map(Some),
        None => Ok(None),
    });
    let rows = rows.await?.ok_or_else(|| ApiError::not_found("connection"))?;
    Ok(HttpResponse::Ok().json(List::of(rows, page).map(ShownCoupon::from)))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DownloadQuery {
    currency: Option<Currency>,
}

async fn download(caller: Auditor, Query(query): Query<DownloadQuery>) -> Result<HttpResponse, ApiError> {
    let all = caller.read(move |conn| coupons_for_download(conn, query.currency));
    let mut out = csv::Writer::from_writer(Vec::new());
    let fault = |error: csv::Error| ApiError::internal(error.to_string());
    out.write_record(["code", "discount_type", "amount", "currency"]).map_err(fault)?;
    for coupon in all.await? {
        out.write_record(csv_fields(&coupon)).map_err(fault)?;
    }
    let bytes = out.into_inner().map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(HttpResponse::Ok().content_type("text/csv; charset=utf-8").body(bytes))
}
