//! The first step to a batch: until when, and who would be in it. The second is the review of what was prepared.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use askama::Template;
use uuid::Uuid;

use super::once;
use super::said::{self, BlockedRow};
use super::{LOOKED_AT, sums_of};
use crate::db::outward;
use crate::domain::id::{BatchId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::http::api::payout_batches::Preparation;
use crate::http::callers::Caller;
use crate::http::idempotency::once_in_steps;
use crate::http::pages::desk::naming::Names;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, OwnerDesk};
use crate::http::problem::ApiError;
use crate::operations::foresee_payouts::foresee_payouts;
use crate::operations::prepare_payouts::Request;

#[derive(Template)]
#[template(path = "http/pages/desk/payout_new.html")]
struct Page {
    frame: Frame,
    form_id: Uuid,
    paused: Option<String>,
    faults: Vec<String>,
    until: String,
    sweep: bool,
    today: String,
    sums: Vec<String>,
    pays: Vec<PayRow>,
    blocked: Vec<BlockedRow>,
    more: bool,
}

struct PayRow {
    referrer_id: ReferrerId,
    name: String,
    amount: String,
    rail: String,
}

pub(super) async fn ask(desk: Desk) -> Result<HttpResponse, ApiError> {
    let page = page(&desk, desk.frame("payouts"), (String::new(), false), Vec::new()).await?;
    page.frame.page(&page)
}

async fn page(caller: &Caller, frame: Frame, typed: (String, bool), faults: Vec<String>) -> Result<Page, ApiError> {
    let (now, (until, sweep)) = (caller.now(), typed);
    let (foreseen, names, paused) = caller
        .read(move |conn| {
            let foreseen = foresee_payouts(conn, now, sweep, None, LOOKED_AT)?;
            let people: BTreeSet<ReferrerId> = foreseen
                .pays
                .iter()
                .map(|one| one.referrer_id)
                .chain(foreseen.blocked.iter().map(|one| one.referrer_id))
                .collect();
            let names = Names::read(conn, &people, &BTreeSet::new())?;
            Ok((foreseen, names, outward::paused(conn)?))
        })
        .await?;
    let sum = |(currency, people, amount): (Currency, i64, i64)| {
        let (sum, number) = (frame.amount(&amount, &currency), frame.number(&people));
        frame.count("payouts-sum", people, &[("sum", &sum), ("number", &number)])
    };
    let pays = foreseen.pays.iter().map(|one| PayRow {
        referrer_id: one.referrer_id,
        name: names.referrer(&frame, one.referrer_id),
        amount: frame.amount(&one.amount, &one.currency),
        rail: said::rail(&frame, one.rail),
    });
    Ok(Page {
        form_id: once::fresh(),
        paused,
        faults,
        until,
        sweep,
        today: now.day_in(&frame.timezone),
        sums: sums_of(&foreseen).into_iter().map(sum).collect(),
        pays: pays.collect(),
        blocked: foreseen.blocked.iter().map(|one| BlockedRow::of(&frame, one, &names)).collect(),
        more: foreseen.next.is_some(),
        frame,
    })
}

pub(super) async fn prepare(desk: OwnerDesk, fields: Fields) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("payouts");
    let (until, sweep) = (fields.one("until").unwrap_or_default().to_owned(), fields.one("sweep").is_some());
    let cutoff = match cutoff(&frame, &until, desk.now()) {
        Ok(cutoff) => cutoff,
        Err(fault) => {
            let page = page(&desk, frame, (until, sweep), vec![fault]).await?;
            return page.frame.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let request = Request { cutoff, sweep, scheduled_for: None, actor: desk.principal.actor() };
    let answer = once_in_steps(&desk, once::key(&fields, "/desk/payouts/new")?, Preparation(request)).await?;
    let body = answer.into_body().try_into_bytes().unwrap_or_default();
    let shown: serde_json::Value = serde_json::from_slice(&body).map_err(|error| ApiError::internal(error.to_string()))?;
    let id = shown.get("id").and_then(serde_json::Value::as_str).and_then(|id| id.parse::<BatchId>().ok());
    let id = id.ok_or_else(|| ApiError::internal("a batch was prepared and has no id"))?;
    Ok(frame.go(&format!("/desk/payouts/batches/{id}")))
}

/// What was approved up to the end of that day counts; everything up to now where none is named.
fn cutoff(frame: &Frame, until: &str, now: Instant) -> Result<Option<Instant>, String> {
    if until.is_empty() {
        return Ok(None);
    }
    let wrong = || frame.say("payouts-bad-date");
    let day: jiff::civil::Date = until.parse().map_err(|_| wrong())?;
    let next = day.tomorrow().map_err(|_| wrong())?;
    let end = Instant::start_of_day(&next.to_string(), &frame.timezone).map_err(|_| wrong())?;
    if day > now.date_in(&frame.timezone) {
        return Err(frame.say("payouts-future-date"));
    }
    // Today's end lies ahead; until now is all there is of it.
    Ok((end <= now).then_some(end))
}
