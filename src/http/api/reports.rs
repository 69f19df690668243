//! Reports for owner and accountant, and the check of the ledger.

use actix_web::web::{self, ServiceConfig, get, resource};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::domain::field::FieldError;
use crate::domain::money_check::NOT_SETTLED_DAYS;
use crate::http::callers::{Auditor, Caller};
use crate::http::paging::Query;
use crate::http::printed::{self, LINES_MAX};
use crate::http::problem::ApiError;
use crate::http::streamed::{PaperWish, Wish, streamed};
use crate::operations::check_ledger::check_ledger;
use crate::operations::check_money::MoneyPages;
use crate::operations::pages::Format;
use crate::operations::report_balances::report_balances;
use crate::operations::report_journal::{JournalPages, book};
use crate::operations::report_payouts::{Asked, PayoutPages, report_within, sheet};
use crate::operations::report_program::report_program;
use crate::operations::report_yearly::{YearPages, year};

/// A payout that takes longer than this is looked for by nobody.
const SETTLE_DAYS_MAX: i64 = 365;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/reports/payouts").route(get().to(payouts)))
        .service(resource("/v1/reports/money-check").route(get().to(money_check)))
        .service(resource("/v1/reports/program").route(get().to(program)))
        .service(resource("/v1/reports/yearly").route(get().to(yearly)))
        .service(resource("/v1/reports/journal").route(get().to(journal)))
        .service(resource("/v1/reports/balances").route(get().to(balances)))
        .service(resource("/v1/check").route(get().to(check)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReportQuery {
    period: Option<String>,
    from: Option<String>,
    to: Option<String>,
    format: Option<PaperWish>,
}

async fn payouts(caller: Auditor, req: HttpRequest, Query(query): Query<ReportQuery>) -> Result<HttpResponse, ApiError> {
    answer_payouts(&caller, &req, query).await
}

/// The payout report, as it was asked for.
pub(in crate::http) async fn answer_payouts(
    caller: &Caller,
    req: &HttpRequest,
    query: ReportQuery,
) -> Result<HttpResponse, ApiError> {
    let ReportQuery { period, from, to, format } = query;
    let now = caller.now();
    let asked = Asked { period, from, to };
    let Some(format) = PaperWish::text(format, req) else { return print_payouts(caller, asked).await };
    let sheet = caller.read(move |conn| sheet(conn, now, &asked)).await??;
    streamed(caller, Box::new(PayoutPages::new(sheet, format)), format, "payouts").await
}

/// On paper the report is laid out as a whole, so it must not be too long.
async fn print_payouts(caller: &Caller, asked: Asked) -> Result<HttpResponse, ApiError> {
    let now = caller.now();
    let Some(report) = caller.read(move |conn| report_within(conn, now, &asked, LINES_MAX)).await?? else {
        let message = format!("has more than {LINES_MAX} lines on paper; ask for csv or json, or for a shorter period");
        return Err(FieldError::new("?format", "too_long", message).into());
    };
    let pdf = web::block(move || printed::payouts(&report, now)).await.map_err(|error| ApiError::internal(error.to_string()))?;
    printed::answer(pdf, "payouts")
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct MoneyQuery {
    settle_days: Option<i64>,
    format: Option<Wish>,
}

async fn money_check(caller: Auditor, req: HttpRequest, Query(query): Query<MoneyQuery>) -> Result<HttpResponse, ApiError> {
    answer_money_check(&caller, &req, query).await
}

/// The money check, as it was asked for.
pub(in crate::http) async fn answer_money_check(
    caller: &Caller,
    req: &HttpRequest,
    query: MoneyQuery,
) -> Result<HttpResponse, ApiError> {
    let days = query.settle_days.unwrap_or(NOT_SETTLED_DAYS);
    if !(0..=SETTLE_DAYS_MAX).contains(&days) {
        let message = format!("must be between 0 and {SETTLE_DAYS_MAX}");
        return Err(FieldError::new("?settle_days", "out_of_range", message).into());
    }
    let format = Wish::of(query.format, req);
    let pages = MoneyPages::new(caller.now(), days, format);
    streamed(caller, Box::new(pages), format, "money-check").await
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum ByMonth {
    Month,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ProgramQuery {
    from: Option<String>,
    to: Option<String>,
    by: Option<ByMonth>,
}

async fn program(caller: Auditor, Query(query): Query<ProgramQuery>) -> Result<HttpResponse, ApiError> {
    answer_program(&caller, query).await
}

/// The program report, as it was asked for.
pub(in crate::http) async fn answer_program(caller: &Caller, query: ProgramQuery) -> Result<HttpResponse, ApiError> {
    let now = caller.now();
    let ProgramQuery { from, to, by } = query;
    let report = caller.read(move |conn| report_program(conn, now, from.as_deref(), to.as_deref(), by.is_some()));
    Ok(HttpResponse::Ok().json(report.await??))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct YearQuery {
    year: String,
    format: Option<Wish>,
}

async fn yearly(caller: Auditor, req: HttpRequest, Query(query): Query<YearQuery>) -> Result<HttpResponse, ApiError> {
    answer_yearly(&caller, &req, query).await
}

/// What everybody was paid in a year, as it was asked for.
pub(in crate::http) async fn answer_yearly(
    caller: &Caller,
    req: &HttpRequest,
    query: YearQuery,
) -> Result<HttpResponse, ApiError> {
    let format = Wish::of(query.format, req);
    let year = caller.read(move |conn| year(conn, &query.year)).await??;
    let pages = YearPages::new(year, format).naming_the_erased(caller.app.vault.clone());
    streamed(caller, Box::new(pages), format, "yearly").await
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum ByDay {
    Day,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct JournalQuery {
    from: Option<String>,
    to: Option<String>,
    by: Option<ByDay>,
}

async fn journal(caller: Auditor, Query(query): Query<JournalQuery>) -> Result<HttpResponse, ApiError> {
    answer_journal(&caller, query).await
}

/// The journal, as it was asked for.
pub(in crate::http) async fn answer_journal(caller: &Caller, query: JournalQuery) -> Result<HttpResponse, ApiError> {
    let now = caller.now();
    let JournalQuery { from, to, by } = query;
    let book = caller.read(move |conn| book(conn, now, from.as_deref(), to.as_deref())).await??;
    streamed(caller, Box::new(JournalPages::new(book, by.is_some())), Format::Csv, "journal").await
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct BalanceQuery {
    at: Option<String>,
}

async fn balances(caller: Auditor, Query(query): Query<BalanceQuery>) -> Result<HttpResponse, ApiError> {
    answer_balances(&caller, query).await
}

/// What is owed as at a time.
pub(in crate::http) async fn answer_balances(caller: &Caller, query: BalanceQuery) -> Result<HttpResponse, ApiError> {
    let now = caller.now();
    let found = caller.read(move |conn| report_balances(conn, now, None, query.at.as_deref())).await??;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "before": found.at, "data": found.balances })))
}

async fn check(caller: Auditor) -> Result<HttpResponse, ApiError> {
    let report = caller.read(check_ledger).await?;
    Ok(HttpResponse::Ok().json(report))
}
