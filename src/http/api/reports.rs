//! The payout report and the check of the ledger.

use actix_web::http::header::{ACCEPT, CONTENT_DISPOSITION};
use actix_web::web::{ServiceConfig, get, resource};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::http::callers::Auditor;
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::check_ledger::check_ledger;
use crate::operations::report_payouts::report_payouts;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/reports/payouts").route(get().to(payouts))).service(resource("/v1/check").route(get().to(check)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportQuery {
    from: Option<String>,
    to: Option<String>,
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Format {
    Json,
    Csv,
}

async fn payouts(caller: Auditor, req: HttpRequest, Query(query): Query<ReportQuery>) -> Result<HttpResponse, ApiError> {
    let ReportQuery { from, to, format } = query;
    let now = caller.now();
    let report = caller.read(move |conn| report_payouts(conn, now, from.as_deref(), to.as_deref())).await??;
    match format.unwrap_or_else(|| accepted(&req)) {
        Format::Json => Ok(HttpResponse::Ok().json(report)),
        Format::Csv => {
            let text = report.csv().map_err(|error| ApiError::internal(error.to_string()))?;
            Ok(HttpResponse::Ok()
                .content_type("text/csv; charset=utf-8; header=present")
                .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"payouts.csv\""))
                .body(text))
        }
    }
}

fn accepted(req: &HttpRequest) -> Format {
    let named = |text: &str| text.split(',').any(|range| range.split(';').next().unwrap_or_default().trim() == "text/csv");
    let wanted = req.headers().get_all(ACCEPT).filter_map(|value| value.to_str().ok()).any(named);
    if wanted { Format::Csv } else { Format::Json }
}

async fn check(caller: Auditor) -> Result<HttpResponse, ApiError> {
    let report = caller.read(check_ledger).await?;
    Ok(HttpResponse::Ok().json(report))
}
