//! A referrer's statements.

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::{self, Path, ServiceConfig, get, resource};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use uuid::Uuid;

use crate::db::referrers;
use crate::domain::id::ReferrerId;
use crate::domain::principal::Scope;
use crate::http::callers::{Caller, OwnReader};
use crate::http::paging::Query;
use crate::http::printed;
use crate::http::problem::ApiError;
use crate::http::streamed::PaperWish;
use crate::operations::pages::Format;
use crate::operations::show_statement::show_statement;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/referrers/{id}/statements/{period}").route(get().to(statement)));
}

/// How a statement is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct StatementQuery {
    pub(in crate::http) format: Option<PaperWish>,
}

async fn statement(
    caller: OwnReader,
    req: HttpRequest,
    path: Path<(Uuid, String)>,
    Query(query): Query<StatementQuery>,
) -> Result<HttpResponse, ApiError> {
    let (id, period) = path.into_inner();
    let id = ReferrerId::from_uuid(id);
    if !matches!(caller.principal.scope(), Scope::All) && caller.principal.scope() != Scope::Referrer(id) {
        return Err(ApiError::not_found("referrer"));
    }
    answer(&caller, id, &period, PaperWish::text(query.format, &req)).await
}

/// The statement of a referrer for a month or year, as a text or, without a format, printed.
///
/// # Errors
/// 404 when there is no such referrer or period.
pub(in crate::http) async fn answer(
    caller: &Caller,
    id: ReferrerId,
    period: &str,
    format: Option<Format>,
) -> Result<HttpResponse, ApiError> {
    let name = period.to_owned();
    let found = caller.read(move |conn| match referrers::find(conn, id)? {
        Some(_) => Ok(Some(show_statement(conn, id, &name)?)),
        None => Ok(None),
    });
    let named = found.await?.ok_or_else(|| ApiError::not_found("referrer"))?;
    let statement = named.ok_or_else(|| ApiError::not_found("period; name a month such as 2026-11 or a year such as 2026"))?;
    match format {
        None => {
            let now = caller.now();
            let pdf = web::block(move || printed::statement(&statement, now)).await;
            let pdf = pdf.map_err(|error| ApiError::internal(error.to_string()))?;
            printed::answer(pdf, &format!("statement-{period}"))
        }
        Some(Format::Json) => Ok(HttpResponse::Ok().json(statement)),
        Some(Format::Csv) => Ok(HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8; header=present")
            .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"statement-{period}.csv\"")))
            .body(statement.csv())),
    }
}
