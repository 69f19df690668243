//! Reports to take away. What the API answers to a token it answers here to a session.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use crate::http::api::reports::{self, BalanceQuery, JournalQuery, MoneyQuery, ProgramQuery, ReportQuery, YearQuery};
use crate::http::pages::people::Desk;
use crate::http::paging::Query;
use crate::http::problem::ApiError;

type Answer = Result<HttpResponse, ApiError>;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/reports/files/payouts").route(web::get().to(payouts)))
        .service(web::resource("/reports/files/program").route(web::get().to(program)))
        .service(web::resource("/reports/files/yearly").route(web::get().to(yearly)))
        .service(web::resource("/reports/files/journal").route(web::get().to(journal)))
        .service(web::resource("/reports/files/balances").route(web::get().to(balances)))
        .service(web::resource("/reports/files/money-check").route(web::get().to(money_check)));
}

async fn payouts(desk: Desk, req: HttpRequest, Query(query): Query<ReportQuery>) -> Answer {
    reports::answer_payouts(&desk, &req, query).await
}

async fn program(desk: Desk, Query(query): Query<ProgramQuery>) -> Answer {
    reports::answer_program(&desk, query).await
}

async fn yearly(desk: Desk, req: HttpRequest, Query(query): Query<YearQuery>) -> Answer {
    reports::answer_yearly(&desk, &req, query).await
}

async fn journal(desk: Desk, Query(query): Query<JournalQuery>) -> Answer {
    reports::answer_journal(&desk, query).await
}

async fn balances(desk: Desk, Query(query): Query<BalanceQuery>) -> Answer {
    reports::answer_balances(&desk, query).await
}

async fn money_check(desk: Desk, req: HttpRequest, Query(query): Query<MoneyQuery>) -> Answer {
    reports::answer_money_check(&desk, &req, query).await
}
