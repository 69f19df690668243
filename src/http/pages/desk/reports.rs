//! Reports of a month or a year: the sum that closes, by referrer and by rail; what introductions were worth; claims;
//! what does not move; and everything to take away.

use actix_web::HttpResponse;
use actix_web::web::{self, Path, ServiceConfig};
use askama::Template;
use serde::Deserialize;

use super::naming::Names;
use super::{downloads, wording};
use crate::db::periods::{self, PeriodReport, PeriodRow};
use crate::db::{Conn, DbResult};
use crate::domain::field::FieldError;
use crate::domain::id::ReferrerId;
use crate::domain::instant::Instant;
use crate::domain::report::Period;
use crate::http::api::periods::close_books;
use crate::http::pages::form::{Fields, said};
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, OwnerDesk};
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::check_money::{Line, Summary, list_money};
use crate::operations::report_claims::{ClaimReport, report_claims};
use crate::operations::report_payouts::{Asked, PayoutReport, Total, report_payouts};
use crate::operations::report_program::{ProgramReport, report_program};

/// Months offered, the running one included.
const MONTHS: i32 = 13;

/// Referrers shown; the rest are in the table to take away.
const ROWS_SHOWN: usize = 100;

/// Lines of the money check shown, those that have stood longest.
const STANDING_SHOWN: usize = 50;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    downloads::configure(cfg);
    cfg.service(web::resource("/reports").route(web::get().to(show)))
        .service(web::resource("/reports/close/{period}").route(web::get().to(ask_to_close)).route(web::post().to(close)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    period: Option<String>,
    done: Option<String>,
}

/// A period to choose.
struct Choice {
    name: String,
    label: String,
    chosen: bool,
}

/// The sum of one currency.
struct Sum {
    currency: String,
    opening: String,
    earned: String,
    reversed: String,
    adjusted: String,
    paid: String,
    returned: String,
    closing: String,
    on_hold: String,
    ready: String,
    in_transit: String,
    held: Option<String>,
    fees: String,
    closes: bool,
    rails: Vec<RailSum>,
}

/// What one rail moved.
struct RailSum {
    name: String,
    paid: String,
    returned: String,
}

/// One referrer's sum.
struct ReferrerSum {
    id: ReferrerId,
    name: String,
    sum: Sum,
}

/// What introductions were worth in one currency.
struct Worth {
    currency: String,
    orders: String,
    deals: String,
    brought: String,
    cost: String,
    share: String,
}

/// A line of the money check.
struct Standing {
    id: ReferrerId,
    name: String,
    reason: String,
    amount: String,
    since: String,
    days: String,
    path: &'static str,
}

/// How claims ended.
struct Claims {
    accepted: String,
    declined: String,
    open: String,
    expired: String,
    hit_rate: Option<String>,
}

/// A closed period.
struct Closed {
    at: String,
    actor: String,
    hash: Option<String>,
}

#[derive(Template)]
#[template(path = "http/pages/desk/reports.html")]
struct Page {
    frame: Frame,
    period: String,
    label: String,
    year: String,
    from: String,
    to: String,
    months: Vec<Choice>,
    sums: Vec<Sum>,
    rows: Vec<ReferrerSum>,
    more: Option<String>,
    worth: Vec<Worth>,
    claims: Claims,
    standing: Vec<Standing>,
    nothing_forgotten: bool,
    closed: Option<Closed>,
    may_close: bool,
    is_over: bool,
}

/// What is read for the page.
struct Read {
    payouts: PayoutReport,
    program: ProgramReport,
    claims: ClaimReport,
    standing: Vec<Line>,
    money: Summary,
    closed: Option<(PeriodRow, Option<PeriodReport>)>,
    names: Names,
}

async fn show(desk: Desk, Query(query): Query<Wanted>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("reports").after(query.done.as_deref());
    let now = desk.now();
    let period = said(query.period.as_deref()).map_or_else(|| now.month_in(&frame.timezone), str::to_owned);
    let name = period.clone();
    let read = desk.read(move |conn| read(conn, now, &name)).await??;
    let page = page(frame, read, period, now);
    page.frame.page(&page)
}

fn read(conn: &mut Conn<'_>, now: Instant, period: &str) -> DbResult<Result<Read, FieldError>> {
    let asked = Asked { period: Some(period.to_owned()), from: None, to: None };
    let payouts = match report_payouts(conn, now, &asked)? {
        Ok(payouts) => payouts,
        Err(fault) => return Ok(Err(fault)),
    };
    let program = match report_program(conn, now, Some(&payouts.from), Some(&payouts.to), false)? {
        Ok(program) => program,
        Err(fault) => return Ok(Err(fault)),
    };
    let (standing, money) = list_money(conn, now, STANDING_SHOWN)?;
    let shown = payouts.rows.iter().take(ROWS_SHOWN).map(|row| row.referrer_id);
    let named = shown.chain(standing.iter().map(|line| line.referrer_id)).collect();
    Ok(Ok(Read {
        claims: report_claims(conn, None)?,
        closed: periods::find(conn, period)?,
        names: Names::read(conn, &named, &std::collections::BTreeSet::new())?,
        payouts,
        program,
        standing,
        money,
    }))
}

fn page(frame: Frame, read: Read, period: String, now: Instant) -> Page {
    let Read { payouts, program, claims, standing, money, closed, names } = read;
    let is_over = Period::named(&period, &frame.timezone).is_some_and(|span| span.to <= now);
    let rows = payouts.rows.iter().take(ROWS_SHOWN).map(|row| ReferrerSum {
        id: row.referrer_id,
        name: names.referrer(&frame, row.referrer_id),
        sum: sum(&frame, &row.sums),
    });
    let hidden = i64::try_from(payouts.rows.len().saturating_sub(ROWS_SHOWN)).unwrap_or(0);
    Page {
        label: label(&frame, &period),
        year: period.chars().take(4).collect(),
        months: choices(&frame, now, &period),
        sums: payouts.totals.iter().map(|total| sum(&frame, total)).collect(),
        rows: rows.collect(),
        more: (hidden > 0).then(|| frame.count("reports-more", hidden, &[])),
        worth: program.currencies.iter().map(|one| worth(&frame, &one.worth)).collect(),
        claims: how_claims_ended(&frame, &claims),
        standing: standing.iter().map(|line| stands(&frame, line, &names)).collect(),
        nothing_forgotten: money.nothing_forgotten,
        may_close: frame.owner && closed.is_none() && is_over,
        is_over,
        closed: closed.map(|(row, report)| Closed {
            at: frame.time(&row.closed_at),
            actor: wording::actor(&frame, &row.actor),
            hash: report.map(|report| report.hash),
        }),
        from: payouts.from,
        to: payouts.to,
        period,
        frame,
    }
}

/// A period as people call it.
fn label(frame: &Frame, period: &str) -> String {
    if period.len() > 4 { frame.month(period) } else { period.to_owned() }
}

/// The last months, the running one first, then this year and the last; the chosen one too if it is older.
fn choices(frame: &Frame, now: Instant, chosen: &str) -> Vec<Choice> {
    let running = now.month_in(&frame.timezone);
    let (year, month) = running.split_once('-').unwrap_or(("1970", "01"));
    let (year, month): (i32, i32) = (year.parse().unwrap_or(1970), month.parse().unwrap_or(1));
    let months = (0..MONTHS).map(|back| {
        let number = year * 12 + month - 1 - back;
        format!("{:04}-{:02}", number.div_euclid(12), number.rem_euclid(12) + 1)
    });
    let mut names: Vec<String> = months.chain([year, year - 1].map(|year| format!("{year:04}"))).collect();
    if !names.iter().any(|name| name == chosen) {
        names.push(chosen.to_owned());
    }
    names.into_iter().map(|name| Choice { label: label(frame, &name), chosen: name == chosen, name }).collect()
}

fn sum(frame: &Frame, total: &Total) -> Sum {
    let figures = &total.figures;
    let money = |amount: i64| frame.amount(&amount, &total.currency);
    let rails = total.rails.iter().map(|(rail, moved)| RailSum {
        name: frame.say(&format!("reports-rail-{}", rail.name())),
        paid: money(moved.paid),
        returned: money(moved.returned),
    });
    Sum {
        currency: total.currency.to_string(),
        opening: money(figures.opening),
        earned: money(figures.earned),
        reversed: money(figures.reversed),
        adjusted: money(figures.adjusted),
        paid: money(figures.paid),
        returned: money(figures.returned),
        closing: money(figures.closing),
        on_hold: money(figures.on_hold),
        ready: money(figures.ready),
        in_transit: money(figures.in_transit),
        held: total.held.map(money),
        fees: money(figures.fees),
        closes: figures.expected_closing() == figures.closing,
        rails: rails.collect(),
    }
}

fn worth(frame: &Frame, worth: &crate::operations::report_program::Introductions) -> Worth {
    let money = |amount: i64| frame.amount(&amount, &worth.currency);
    Worth {
        currency: worth.currency.to_string(),
        orders: frame.number(&worth.orders),
        deals: frame.number(&worth.deals),
        brought: money(worth.brought),
        cost: money(worth.cost),
        share: worth.share_of_sales.as_deref().map(|share| frame.per_cent(share)).unwrap_or_default(),
    }
}

fn how_claims_ended(frame: &Frame, report: &ClaimReport) -> Claims {
    Claims {
        accepted: frame.number(&report.accepted),
        declined: frame.number(&report.declined),
        open: frame.number(&report.open),
        expired: frame.number(&report.expired),
        hit_rate: report.hit_rate.as_deref().map(|rate| frame.per_cent(rate)),
    }
}

fn stands(frame: &Frame, line: &Line, names: &Names) -> Standing {
    Standing {
        id: line.referrer_id,
        name: names.referrer(frame, line.referrer_id),
        reason: wording::standstill(frame, line.reason),
        amount: frame.amount(&line.amount, &line.currency),
        since: frame.day(&line.since),
        days: frame.count("reports-days", line.age_days, &[]),
        path: wording::where_it_moves(line.reason),
    }
}

#[derive(Template)]
#[template(path = "http/pages/desk/reports_close.html")]
struct Ask {
    frame: Frame,
    period: String,
    label: String,
}

/// The name of a month or year, as a path has it.
fn named(frame: &Frame, path: Path<String>) -> Result<String, ApiError> {
    let name = path.into_inner();
    let known = Period::named(&name, &frame.timezone).is_some();
    if known { Ok(name) } else { Err(ApiError::not_found("period")) }
}

async fn ask_to_close(desk: OwnerDesk, path: Path<String>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("reports");
    let period = named(&frame, path)?;
    let page = Ask { label: label(&frame, &period), period, frame };
    page.frame.page(&page)
}

async fn close(desk: OwnerDesk, path: Path<String>, _fields: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("reports");
    let period = named(&frame, path)?;
    close_books(&desk, period.clone()).await?;
    Ok(frame.go(&format!("/desk/reports?period={period}&done=period-closed")))
}
