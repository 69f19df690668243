//! The first page: what introductions are worth, what is owed and when, what needs the owner, and what happened last.
//! For an empty shop it is a list of first steps that ticks itself.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use serde::Deserialize;

use super::chart::Chart;
use super::naming::Names;
use super::sentences::{Sentences, sentences};
use super::{test_sale, wording};
use crate::db::deliveries::{Event, latest_events};
use crate::db::{Conn, DbResult, connections, referrers, sale_lists};
use crate::domain::id::ReferrerId;
use crate::domain::money::Currency;
use crate::domain::payout_rules::Schedule;
use crate::domain::principal::{Mode, Scope};
use crate::http::callers::Caller;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::Desk;
use crate::http::pages::words;
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::check_money::Summary;
use crate::operations::report_program::Best;
use crate::operations::show_home::{DECISIONS_COUNTED, HomeFigures, show_home};

/// Referrers named.
const BEST: usize = 5;

/// Events told.
const EVENTS: i64 = 10;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("").route(web::get().to(show)));
    test_sale::configure(cfg);
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct After {
    done: Option<String>,
}

/// The first steps of a shop, and whether each was taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Steps {
    connected: bool,
    invited: bool,
    tested: bool,
}

/// What is owed in one currency.
struct Owed {
    currency: Currency,
    on_hold: String,
    ready: String,
    in_transit: String,
}

/// A reason why money does not move.
struct Standing {
    text: String,
    count: String,
    amount: String,
    since: String,
    path: &'static str,
}

/// One of those who brought most.
struct Referrer {
    id: ReferrerId,
    name: String,
    deals: String,
    brought: String,
    earned: String,
    last: String,
}

/// Something that happened.
struct Happened {
    time: String,
    stamp: String,
    text: String,
    path: Option<String>,
}

#[derive(Template)]
#[template(path = "http/pages/desk/home.html")]
struct Page {
    frame: Frame,
    steps: Option<Steps>,
    sentences: Vec<Sentences>,
    owed: Vec<Owed>,
    next_run: String,
    decisions: String,
    /// What so many do; none when nothing waits.
    waits: Option<String>,
    nothing_forgotten: bool,
    standing: Vec<Standing>,
    chart: Option<Chart>,
    best: Vec<Referrer>,
    events: Vec<Happened>,
    /// Since when the sums stand, when they are not of this moment.
    as_of: Option<String>,
    checked: String,
    agrees: bool,
}

/// What is read anew for every view of the page.
struct Fresh {
    steps: Steps,
    events: Vec<Event>,
    names: Names,
}

async fn show(desk: Desk, Query(query): Query<After>) -> Result<HttpResponse, ApiError> {
    let caller = Caller::clone(&desk);
    let ask = async move {
        let now = caller.now();
        caller.read(move |conn| show_home(conn, now)).await
    };
    let (figures, old) = desk.app.figures(desk.principal.mode).get(ask).await?;
    let frame = desk.frame("home").after(query.done.as_deref());
    let best: Vec<Best> = best(&frame, &figures).into_iter().cloned().collect();
    let named: BTreeSet<ReferrerId> = best.iter().map(|one| one.referrer_id).collect();
    let fresh = desk.read(move |conn| fresh(conn, named)).await?;
    let page = page(&desk, frame, &figures, old, &best, &fresh);
    page.frame.page(&page)
}

fn fresh(conn: &mut Conn<'_>, mut named: BTreeSet<ReferrerId>) -> DbResult<Fresh> {
    let events = latest_events(conn, EVENTS)?;
    named.extend(events.iter().filter_map(|event| wording::referrer_of(&event.data.0)));
    let steps = Steps {
        connected: !connections::list(conn, None, 1)?.is_empty() || sale_lists::any_live(conn)?,
        invited: !referrers::list(conn, None, &Scope::All, None, 1)?.is_empty(),
        tested: test_sale::was_made(conn)?,
    };
    Ok(Fresh { steps, names: Names::read(conn, &named, &BTreeSet::new())?, events })
}

fn page(desk: &Desk, frame: Frame, figures: &HomeFigures, old: bool, best: &[Best], fresh: &Fresh) -> Page {
    let months = figures.program.months.as_deref().unwrap_or_default();
    let sentences = sentences(&frame, &figures.program);
    let drawn = sentences.first().map_or(frame.currency, |said| said.currency);
    let deals = figures.program.currencies.iter().any(|one| one.worth.deals > 0);
    let steps = fresh.steps;
    let done = steps.connected && steps.invited && steps.tested;
    // Whoever has earned something needs no first steps; the sandbox is where one of them leads.
    let steps = (!done && !deals && desk.principal.mode == Mode::Live).then_some(steps);
    let decided = i64::try_from(figures.decisions).unwrap_or(i64::MAX);
    let many = || format!("{}+", frame.number(&DECISIONS_COUNTED));
    Page {
        steps,
        owed: figures.money.currencies.iter().map(|side| owed(&frame, side)).collect(),
        next_run: next_run(desk, &frame),
        decisions: if decided > DECISIONS_COUNTED { many() } else { frame.number(&decided) },
        waits: (decided > 0).then(|| frame.count("home-decide-waits", decided, &[])),
        nothing_forgotten: figures.money.nothing_forgotten,
        standing: standing(&frame, &figures.money),
        chart: Chart::of(&frame, months, drawn),
        best: best.iter().map(|one| referrer(&frame, one, drawn, &fresh.names)).collect(),
        events: fresh.events.iter().map(|event| happened(&frame, event, &fresh.names)).collect(),
        as_of: old.then(|| figures.at.minute_in(&frame.timezone)),
        checked: frame.time(&figures.at),
        agrees: figures.money.currencies.iter().all(|side| side.difference == 0),
        sentences,
        frame,
    }
}

/// Those who brought most in the currency that is drawn.
fn best<'a>(frame: &Frame, figures: &'a HomeFigures) -> Vec<&'a Best> {
    let drawn = sentences(frame, &figures.program).first().map_or(frame.currency, |said| said.currency);
    let of = figures.program.currencies.iter().find(|one| one.worth.currency == drawn);
    of.map(|one| one.best.iter().take(BEST).collect()).unwrap_or_default()
}

fn owed(frame: &Frame, side: &crate::operations::check_money::Sides) -> Owed {
    let money = |amount: i64| frame.amount(&amount, &side.currency);
    let (on_hold, ready) = (money(side.owed.on_hold), money(side.owed.ready));
    Owed { currency: side.currency, on_hold, ready, in_transit: money(side.owed.in_transit) }
}

/// When money leaves next.
fn next_run(desk: &Desk, frame: &Frame) -> String {
    let rules = &desk.terms.payouts;
    match rules.next_run(desk.now(), &frame.timezone) {
        Some(day) => frame.date(&day),
        None if rules.schedule == Schedule::WhenApproved => frame.say("home-run-when-approved"),
        None => frame.say("home-run-by-hand"),
    }
}

fn standing(frame: &Frame, money: &Summary) -> Vec<Standing> {
    let sums = money.by_reason.iter().map(|sum| Standing {
        text: wording::standstill(frame, sum.reason),
        count: frame.count("home-people", sum.count, &[]),
        amount: frame.amount(&sum.amount, &sum.currency),
        since: frame.day(&sum.since),
        path: wording::where_it_moves(sum.reason),
    });
    let mut found: Vec<Standing> = sums.collect();
    if money.held_without_amount > 0 {
        found.push(Standing {
            text: frame.count("home-unmatched", money.held_without_amount, &[]),
            count: String::new(),
            amount: String::new(),
            since: String::new(),
            path: "/desk/decide",
        });
    }
    found.extend(money.silent.iter().map(|silent| Standing {
        text: frame.tell("home-silent", &[("name", &silent.name)]),
        count: String::new(),
        amount: String::new(),
        since: frame.day(&silent.since),
        path: "/desk/settings",
    }));
    found
}

fn referrer(frame: &Frame, one: &Best, currency: Currency, names: &Names) -> Referrer {
    Referrer {
        id: one.referrer_id,
        name: names.referrer(frame, one.referrer_id),
        deals: frame.number(&one.deals),
        brought: frame.amount(&one.brought, &currency),
        earned: frame.amount(&one.commissions, &currency),
        last: one.last_deal_at.map(|at| frame.day(&at)).unwrap_or_default(),
    }
}

fn happened(frame: &Frame, event: &Event, names: &Names) -> Happened {
    let data = &event.data.0;
    let referrer = wording::referrer_of(data);
    let who = referrer.map_or_else(|| frame.say("home-event-somebody"), |id| names.referrer(frame, id));
    let sum = ["net", "amount"].iter().find_map(|field| data.get(*field)?.as_i64());
    let currency = data.get("currency").and_then(serde_json::Value::as_str).and_then(|code| Currency::parse(code).ok());
    let amount = sum.zip(currency).map(|(sum, currency)| frame.amount(&sum, &currency)).unwrap_or_default();
    let verdict = data.get("verdict").and_then(serde_json::Value::as_str).unwrap_or_default();
    let key = format!("home-event-{}", event.kind.replace('.', "-"));
    let key = if words::knows(&key) { key } else { "home-event-other".to_owned() };
    Happened {
        time: frame.time(&event.created_at),
        stamp: event.created_at.to_string(),
        text: frame.tell(&key, &[("who", &who), ("amount", &amount), ("verdict", verdict), ("kind", &event.kind)]),
        path: wording::place_of(&event.kind, event.subject_id, referrer),
    }
}
