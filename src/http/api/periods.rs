//! `/v1/periods`: months and years whose books are closed.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{self, Path, ServiceConfig, get, post, resource};
use serde::Serialize;
use serde_json::Value;

use crate::db::periods::{self, PeriodReport, PeriodRow};
use crate::domain::instant::Instant;
use crate::http::callers::{Auditor, Caller, Owner};
use crate::http::problem::ApiError;
use crate::operations::close_period::{Outcome, close_period, seal};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/periods").route(get().to(list)))
        .service(resource("/v1/periods/{period}").route(get().to(one)))
        .service(resource("/v1/periods/{period}/close").route(post().to(close)));
}

#[derive(Debug, Serialize)]
struct ShownPeriod {
    period: String,
    from: String,
    to: String,
    timezone: String,
    starts_at: Instant,
    ends_at: Instant,
    closed_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    report_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    totals: Option<Value>,
}

impl ShownPeriod {
    fn of(row: PeriodRow, report: Option<PeriodReport>) -> Self {
        let (report_sha256, totals) = report.map(|report| (report.hash, report.totals.0)).unzip();
        Self {
            from: row.starts_at.day_in(&row.timezone),
            to: row.ends_at.day_in(&row.timezone),
            period: row.name,
            timezone: row.timezone,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            closed_at: row.closed_at,
            report_sha256,
            totals,
        }
    }
}

async fn list(caller: Auditor) -> Result<HttpResponse, ApiError> {
    let rows = caller.read(periods::list).await?;
    let data: Vec<ShownPeriod> = rows.into_iter().map(|(row, report)| ShownPeriod::of(row, report)).collect();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "data": data })))
}

async fn one(caller: Auditor, path: Path<String>) -> Result<HttpResponse, ApiError> {
    let name = path.into_inner();
    let found = caller.read(move |conn| periods::find(conn, &name)).await?;
    let (row, report) = found.ok_or_else(|| ApiError::not_found("closed period"))?;
    Ok(HttpResponse::Ok().json(ShownPeriod::of(row, report)))
}

async fn close(caller: Owner, path: Path<String>) -> Result<HttpResponse, ApiError> {
    let (row, report) = close_books(&caller, path.into_inner()).await?;
    Ok(HttpResponse::Ok().json(ShownPeriod::of(row, Some(report))))
}

/// Closes the month or year called `name`, and keeps its report.
///
/// # Errors
/// 409 while it lasts, 404 when it is none.
pub(in crate::http) async fn close_books(caller: &Caller, name: String) -> Result<(PeriodRow, PeriodReport), ApiError> {
    let actor = caller.principal.actor();
    let row = match caller.write(move |tx, now| close_period(tx, now, &name, &actor)).await? {
        Outcome::Closed(row) | Outcome::AlreadyClosed(row) => row,
        Outcome::NotOver(until) => {
            return Err(ApiError::conflict("period_not_over", format!("the period lasts until {until}; close it then")));
        }
        Outcome::Unnamed => return Err(ApiError::not_found("period; name a month such as 2026-12 or a year such as 2026")),
    };
    let report = sealed(caller, row.clone()).await?;
    Ok((row, report))
}

/// The report that was kept, or else is drawn up and kept now: a crash may have come between.
async fn sealed(caller: &Caller, row: PeriodRow) -> Result<PeriodReport, ApiError> {
    let name = row.name.clone();
    if let Some((_, Some(report))) = caller.read(move |conn| periods::find(conn, &name)).await? {
        return Ok(report);
    }
    let (book, now) = (Arc::clone(&caller.book), caller.now());
    let drawn = web::block(move || seal(&row, now, |pages| book.readers.read(|conn| pages.next(conn)))).await;
    let report = drawn.map_err(|error| ApiError::internal(error.to_string()))??;
    let kept = report.clone();
    caller.write(move |tx, _| periods::insert_report(tx, &kept)).await?;
    Ok(report)
}
