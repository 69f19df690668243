//! The first page: the link, the money in sentences with dates, the last purchases, and what came of the link.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;

use super::reader::Reader;
use super::sales::{Sold, sold};
use super::share::Share;
use super::shell::Shell;
use crate::db::ledger::{self, Balance};
use crate::db::payout_methods::{self, Method};
use crate::db::portal::{self, Earning};
use crate::db::referrers::{self, CodeRow};
use crate::db::{Conn, DbResult, commissions, customers};
use crate::domain::id::{CodeId, CommissionId, CustomerId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::{Currency, Money};
use crate::domain::referrer::ReferrerStatus;
use crate::http::paging::{List, Query};
use crate::http::problem::ApiError;

/// Purchases on the first page.
const LAST: i64 = 5;

/// Sums on hold that are told one by one; they are counted together by day.
const HOLDS_MAX: i64 = 200;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("").route(web::get().to(show)));
    cfg.service(web::resource("/").route(web::get().to(show)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct HomeQuery {
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "http/pages/portal/home.html")]
struct Home {
    frame: Shell,
    hello: String,
    paused: bool,
    share: Option<Share>,
    lede: String,
    money: Vec<String>,
    threshold: Option<Threshold>,
    tell_details: bool,
    rows: Vec<Sold>,
    more: bool,
    funnel: Vec<Span>,
    clicks: i64,
}

/// How far it is to the next payout.
struct Threshold {
    words: String,
    value: i64,
    most: i64,
}

/// What came of the link in a span of time.
struct Span {
    name: &'static str,
    clicks: i64,
    sales: i64,
}

/// What the page is made of, read in one go.
struct Figures {
    codes: Vec<CodeRow>,
    tier: Option<String>,
    balances: Vec<Balance>,
    holds: Vec<(Currency, i64, Instant)>,
    looked_at: Vec<(Currency, i64)>,
    method: Option<Method>,
    last: Vec<Earning>,
    changes: Vec<commissions::ChangeRow>,
    spans: Vec<(i64, i64)>,
}

/// The spans of the funnel: the key of their name, and how many days back they begin.
const SPANS: [(&str, Option<i64>); 3] = [("portal-span-30", Some(30)), ("portal-span-90", Some(90)), ("portal-span-all", None)];

async fn show(reader: Reader, Query(query): Query<HomeQuery>) -> Result<HttpResponse, ApiError> {
    let (id, customer, now, timezone) = (reader.id, reader.person.customer_id, reader.now(), reader.terms.timezone.clone());
    let figures = reader.read(move |conn| gather(conn, id, customer, now, &timezone)).await?;
    let frame = reader.shell("portal-home").after(query.done.as_deref());
    let hello = reader.person.name.as_deref().and_then(|name| name.split_whitespace().next());
    let hello = hello.map_or_else(|| frame.say("portal-hello-nobody"), |name| frame.tell("portal-hello", &[("name", name)]));
    let spans = SPANS.into_iter().zip(&figures.spans);
    let funnel: Vec<Span> = spans.map(|((name, _), (clicks, sales))| Span { name, clicks: *clicks, sales: *sales }).collect();
    let List { data: rows, has_more: more } = List::cut(sold(&frame, &figures.last, &figures.changes), LAST);
    let waits = figures.balances.iter().any(|row| row.ready > 0);
    let page = Home {
        hello,
        paused: reader.person.status == ReferrerStatus::Paused,
        share: Share::of(&reader, &frame, &figures.codes, figures.tier.as_deref()),
        lede: lede(&reader, &frame, &figures),
        money: money(&reader, &frame, &figures),
        threshold: threshold(&reader, &frame, &figures),
        tell_details: waits && figures.method.is_none(),
        rows,
        more,
        clicks: funnel.last().map_or(0, |span| span.clicks),
        funnel,
        frame,
    };
    page.frame.page(&page)
}

fn gather(conn: &mut Conn<'_>, id: ReferrerId, customer: CustomerId, now: Instant, timezone: &str) -> DbResult<Figures> {
    let codes = referrers::codes_of(conn, &[id])?;
    let code_ids: Vec<CodeId> = codes.iter().map(|code| code.id).collect();
    let mut spans = Vec::with_capacity(SPANS.len());
    for (_, days) in SPANS {
        let from = days.map(|days| now.plus_days(-days));
        let day = from.map(|from| from.day_in(timezone));
        spans.push((portal::clicks(conn, &code_ids, day.as_deref())?, portal::sales_since(conn, id, from)?));
    }
    let last = portal::earnings(conn, id, None, LAST + 1)?;
    let ids: Vec<CommissionId> = last.iter().map(|one| one.commission.id).collect();
    Ok(Figures {
        tier: customers::find(conn, customer)?.and_then(|row| row.tier),
        balances: ledger::balances_of(conn, id)?,
        holds: portal::on_hold(conn, id, HOLDS_MAX)?,
        looked_at: portal::looked_at(conn, id)?,
        method: payout_methods::find(conn, id)?,
        changes: commissions::changes_of(conn, &ids)?,
        codes,
        last,
        spans,
    })
}

/// Sums on hold by the day on which each becomes his.
fn by_day(reader: &Reader, figures: &Figures) -> BTreeMap<(jiff::civil::Date, Currency), i64> {
    let mut days = BTreeMap::new();
    for (currency, amount, due) in &figures.holds {
        let sum: &mut i64 = days.entry((due.date_in(&reader.terms.timezone), *currency)).or_default();
        *sum = sum.saturating_add(*amount);
    }
    days
}

/// The one sentence that answers "when do I get how much?".
fn lede(reader: &Reader, frame: &Shell, figures: &Figures) -> String {
    let under_way = figures.balances.iter().find(|row| row.in_transit > 0);
    if let Some(row) = under_way {
        return frame.tell("portal-lede-under-way", &[("amount", &frame.amount(&row.in_transit, &row.currency))]);
    }
    let due = figures.balances.iter().find(|row| row.ready > 0 && row.ready >= reader.terms.payout_minimum(row.currency));
    if let Some(row) = due {
        let amount = frame.amount(&row.ready, &row.currency);
        let run = reader.terms.payouts.next_run(reader.now(), &reader.terms.timezone);
        return match run {
            Some(day) => frame.tell("portal-lede-coming", &[("amount", &amount), ("day", &frame.date(&day))]),
            None => frame.tell("portal-lede-ready", &[("amount", &amount)]),
        };
    }
    if let Some(((day, currency), amount)) = by_day(reader, figures).into_iter().next() {
        let amount = frame.amount(&amount, &currency);
        return frame.tell("portal-lede-yours-on", &[("amount", &amount), ("day", &frame.date(&day))]);
    }
    let any = figures.balances.iter().any(|row| row.paid > 0 || row.ready > 0);
    frame.say(if any { "portal-lede-nothing-new" } else { "portal-lede-nothing" })
}

/// Where his money is, one sentence for each place and day.
fn money(reader: &Reader, frame: &Shell, figures: &Figures) -> Vec<String> {
    let mut said = Vec::new();
    let in_all = |sum: i64, row: &Balance| frame.amount(&sum, &row.currency);
    for ((day, currency), amount) in by_day(reader, figures) {
        let amount = frame.amount(&amount, &currency);
        said.push(frame.tell("portal-money-hold", &[("amount", &amount), ("day", &frame.date(&day))]));
    }
    for (currency, amount) in &figures.looked_at {
        said.push(frame.tell("portal-money-looked-at", &[("amount", &frame.amount(amount, currency))]));
    }
    for row in &figures.balances {
        if row.ready > 0 {
            let run = reader.terms.payouts.next_run(reader.now(), &reader.terms.timezone);
            let (amount, enough) = (in_all(row.ready, row), row.ready >= reader.terms.payout_minimum(row.currency));
            said.push(match run.filter(|_| enough) {
                Some(day) => frame.tell("portal-money-ready-on", &[("amount", &amount), ("day", &frame.date(&day))]),
                None => frame.tell("portal-money-ready", &[("amount", &amount)]),
            });
        }
        if row.ready < 0 {
            said.push(frame.tell("portal-money-owing", &[("amount", &in_all(row.ready.saturating_neg(), row))]));
        }
        if row.in_transit > 0 {
            said.push(frame.tell("portal-money-under-way", &[("amount", &in_all(row.in_transit, row))]));
        }
        if row.paid > 0 {
            said.push(frame.tell("portal-money-paid", &[("amount", &in_all(row.paid, row))]));
        }
    }
    said
}

/// What is still missing until the next payout, in the currency of which most is ready.
fn threshold(reader: &Reader, frame: &Shell, figures: &Figures) -> Option<Threshold> {
    let home = || Balance::empty(reader.id, reader.terms.currency);
    let row = figures.balances.iter().max_by_key(|row| row.ready).cloned().unwrap_or_else(home);
    let most = reader.terms.payout_minimum(row.currency);
    let value = row.ready.clamp(0, most);
    if value >= most {
        return None;
    }
    let sum = |amount: i64| frame.money(&Money { amount, currency: row.currency });
    let words = frame.tell("portal-threshold", &[("missing", &sum(most - value)), ("minimum", &sum(most))]);
    Some(Threshold { words, value, most })
}
