//! What the shop has set: an overview, and a page for each part of it.

mod audit;
mod connections;
mod fields;
mod installation;
mod letters;
mod look;
mod payer;
mod team;
mod terms;
mod tiers;
mod tokens;
mod webhooks;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use askama::Template;

use super::super::frame::Frame;
use super::super::people::{Desk, Guest};
use super::super::words;
use crate::db::{connections as shops, endpoints, letter_texts, logins, tiers as grades};
use crate::domain::field::FieldError;
use crate::domain::instant::Instant;
use crate::domain::webhook::EndpointStatus;
use crate::http::callers::Caller;
use crate::http::paging::LIMIT_MAX;
use crate::http::problem::ApiError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/settings").route(web::get().to(overview)));
    terms::configure(cfg);
    tiers::configure(cfg);
    letters::configure(cfg);
    look::configure(cfg);
    connections::configure(cfg);
    tokens::configure(cfg);
    webhooks::configure(cfg);
    team::configure(cfg);
    audit::configure(cfg);
    payer::configure(cfg);
    installation::configure(cfg);
}

/// A part of the settings, as the overview shows it.
struct Part {
    path: &'static str,
    title: String,
    about: String,
    state: Option<String>,
}

#[derive(Template)]
#[template(path = "http/pages/desk/settings/overview.html")]
struct Overview {
    frame: Frame,
    parts: Vec<Part>,
}

/// What the overview counts: each a few.
struct Counts {
    tiers: usize,
    texts: usize,
    shops: usize,
    silent: usize,
    endpoints: usize,
    off: usize,
    people: usize,
}

async fn overview(desk: Desk) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("settings");
    let house = house(&desk);
    let (people, texts) = house.read(|conn| Ok((logins::all(conn)?.len(), letter_texts::all(conn)?.len()))).await?;
    let day_ago = desk.now().plus_days(-1);
    let counts = desk.read(move |conn| {
        let (shops, endpoints) = (shops::list(conn, None, LIMIT_MAX)?, endpoints::list(conn, None, LIMIT_MAX)?);
        Ok(Counts {
            tiers: grades::list(conn)?.len(),
            texts,
            silent: shops.iter().filter(|shop| shop.last_delivery_at.is_some_and(|at| at < day_ago)).count(),
            shops: shops.len(),
            off: endpoints.iter().filter(|endpoint| endpoint.status == EndpointStatus::Disabled).count(),
            endpoints: endpoints.len(),
            people,
        })
    });
    let counts = counts.await?;
    let parts = parts(&frame, &desk, &counts);
    let page = Overview { parts, frame };
    page.frame.page(&page)
}

fn parts(frame: &Frame, desk: &Guest, counts: &Counts) -> Vec<Part> {
    let count = |key: &str, count: usize| frame.count(key, i64::try_from(count).unwrap_or(i64::MAX), &[]);
    let warned = |key: &str, some: usize, also: &str, bad: usize| {
        let first = count(key, some);
        if bad == 0 { first } else { format!("{first}, {}", count(also, bad)) }
    };
    let set = |is: bool| frame.say(if is { "settings-set" } else { "settings-unset" });
    let states = [
        (
            "terms",
            Some(frame.tell("settings-state-terms", &[("shop", &desk.terms.shop_name), ("timezone", &desk.terms.timezone)])),
        ),
        ("tiers", Some(count("settings-state-tiers", counts.tiers))),
        ("letters", Some(count("settings-state-letters", counts.texts))),
        ("look", Some(set(frame.logo.is_some() || frame.shop_style.is_some()))),
        ("connections", Some(warned("settings-state-connections", counts.shops, "settings-state-silent", counts.silent))),
        ("tokens", None),
        ("webhooks", Some(warned("settings-state-webhooks", counts.endpoints, "settings-state-off", counts.off))),
        ("team", Some(count("settings-state-team", counts.people))),
        ("payer", None),
        ("audit", None),
        ("backup", None),
        ("installation", None),
    ];
    let part = |(name, state): (&'static str, Option<String>)| Part {
        path: name,
        title: frame.say(&format!("settings-{name}")),
        about: frame.say(&format!("settings-{name}-about")),
        state,
    };
    states.into_iter().map(part).collect()
}

/// The same guest in the live ledger, where people, tokens, texts and the look are kept for both.
fn house(guest: &Guest) -> Caller {
    guest.on_live()
}

/// What is wrong, where somebody can mend it in the form; else the refusal itself.
fn mendable(fault: ApiError) -> Result<Vec<FieldError>, ApiError> {
    match fault.status() {
        StatusCode::UNPROCESSABLE_ENTITY => Ok(fault.errors().to_vec()),
        StatusCode::CONFLICT => Ok(vec![FieldError::new("", fault.code(), fault.detail())]),
        _ => Err(fault),
    }
}

/// What is wrong with a field, in the reader's language as far as we have words for it.
fn in_words(frame: &Frame, fault: &FieldError) -> String {
    let key = format!("settings-fault-{}", fault.code.replace('_', "-"));
    if !words::knows(&key) {
        return fault.message.clone();
    }
    let numbers: Vec<&str> = fault.message.split(|sign: char| !sign.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let number = |place: usize| numbers.get(place).copied().unwrap_or_default();
    frame.tell(&key, &[("least", number(0)), ("most", number(1))])
}

/// How long ago something was, as people say it.
fn ago(frame: &Frame, then: Instant, now: Instant) -> String {
    let seconds = now.seconds().saturating_sub(then.seconds()).max(0);
    match seconds {
        0..=89 => frame.say("settings-ago-now"),
        90..=5_399 => frame.count("settings-ago-minutes", seconds / 60, &[]),
        5_400..=172_799 => frame.count("settings-ago-hours", seconds / 3_600, &[]),
        _ => frame.count("settings-ago-days", seconds / 86_400, &[]),
    }
}
