//! A statement for each month, on paper or as a table.

use actix_web::HttpResponse;
use actix_web::web::{self, Path, ServiceConfig};
use askama::Template;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

use super::reader::Reader;
use super::shell::Shell;
use crate::http::api::statements::answer;
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::pages::Format;

/// Months that are listed; the years before them are listed as years.
const MONTHS: usize = 24;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/statements").route(web::get().to(list)))
        .service(web::resource("/statements/{period}").route(web::get().to(read)));
}

#[derive(Template)]
#[template(path = "http/pages/portal/statements.html")]
struct Statements {
    frame: Shell,
    months: Vec<Period>,
    years: Vec<Period>,
}

/// A month or year: as it is asked for, and as people call it.
struct Period {
    name: String,
    shown: String,
}

async fn list(reader: Reader) -> Result<HttpResponse, ApiError> {
    let frame = reader.shell("portal-statements");
    let (since, today) = (reader.person.since.date_in(&reader.terms.timezone), reader.now().date_in(&reader.terms.timezone));
    let first = since.first_of_month();
    let before = |month: &Date| month.checked_sub(1.month()).ok();
    let months = std::iter::successors(Some(today.first_of_month()), before).take_while(|month| *month >= first).take(MONTHS);
    let months = months.map(|month| format!("{:04}-{:02}", month.year(), month.month()));
    let years = (since.year()..=today.year()).rev().map(|year| format!("{year:04}"));
    let page = Statements {
        months: months.map(|name| Period { shown: frame.month(&name), name }).collect(),
        years: years.map(|name| Period { shown: name.clone(), name }).collect(),
        frame,
    };
    page.frame.page(&page)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Paper {
    Pdf,
    Csv,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementQuery {
    format: Option<Paper>,
}

async fn read(reader: Reader, period: Path<String>, Query(query): Query<StatementQuery>) -> Result<HttpResponse, ApiError> {
    let format = match query.format {
        Some(Paper::Csv) => Some(Format::Csv),
        Some(Paper::Pdf) | None => None,
    };
    answer(&reader, reader.id, &period, format).await
}
