//! Who gets money, when and how: what is ready and what is blocked, the batches under way, and those that are done.

mod acts;
mod batch;
mod files;
mod lists;
mod new;
mod once;
mod one;
mod payer;
mod said;
mod who;

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use jiff::civil::Weekday;

use self::said::{BatchRow, BlockedRow};
use super::naming::Names;
use crate::db::payout_batches::{self, Batch, Total};
use crate::db::{Conn, DbResult, outward, payout_desk};
use crate::domain::id::{BatchId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::payout::{BatchStatus, Rail};
use crate::domain::payout_rules::Schedule;
use crate::domain::program::Terms;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::Desk;
use crate::http::problem::ApiError;
use crate::operations::foresee_payouts::{Foreseen, foresee_payouts};

/// Balances that are looked at one by one; sums of more come from the ledger as they are.
const LOOKED_AT: i64 = 100;

/// Blocked people shown at once.
const BLOCKED: usize = 20;

/// Batches under way are few; more than these are a fault of their own.
const OPEN: i64 = 20;

/// Batches that are done, shown at once.
const DONE: i64 = 5;

const UNDER_WAY: [BatchStatus; 3] = [BatchStatus::Preparing, BatchStatus::Prepared, BatchStatus::Approved];
const ENDED: [BatchStatus; 2] = [BatchStatus::Done, BatchStatus::Cancelled];

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/payouts").route(web::get().to(show)))
        .service(web::resource("/payouts/new").route(web::get().to(new::ask)).route(web::post().to(new::prepare)))
        .service(web::resource("/payouts/blocked").route(web::get().to(lists::blocked)))
        .service(web::resource("/payouts/payer").route(web::get().to(payer::show)).route(web::post().to(payer::change)))
        .service(web::resource("/payouts/batches").route(web::get().to(lists::batches)))
        .service(web::resource("/payouts/batches/{id}").route(web::get().to(batch::show)))
        .service(web::resource("/payouts/batches/{id}/payouts").route(web::get().to(lists::payouts)))
        .service(web::resource("/payouts/batches/{id}/not-paid").route(web::get().to(lists::not_paid)))
        .service(web::resource("/payouts/batches/{id}/approve").route(web::post().to(acts::approve)))
        .service(web::resource("/payouts/batches/{id}/cancel").route(web::post().to(acts::cancel)))
        .service(web::resource("/payouts/batches/{id}/settle").route(web::post().to(acts::settle)))
        .service(web::resource("/payouts/batches/{id}/send").route(web::post().to(acts::send)))
        .service(
            web::resource("/payouts/batches/{id}/files/{format}")
                .route(web::get().to(files::table))
                .route(web::post().to(files::take)),
        )
        .service(web::resource("/payouts/batches/{id}/status-file").route(web::post().to(files::report)))
        .service(web::resource("/payouts/{id}").route(web::get().to(one::show)))
        .service(web::resource("/payouts/{id}/settle").route(web::post().to(one::settle)))
        .service(web::resource("/payouts/{id}/fee").route(web::post().to(one::fee)));
}

#[derive(Template)]
#[template(path = "http/pages/desk/payouts.html")]
struct Overview {
    frame: Frame,
    paused: Option<String>,
    ready: Vec<ReadySum>,
    /// Whether the sums hold only what a batch would pay.
    exact: bool,
    next: String,
    blocked: Vec<BlockedRow>,
    more_blocked: bool,
    open: Vec<BatchRow>,
    done: Vec<BatchRow>,
}

/// What is ready in one currency.
struct ReadySum {
    currency: &'static str,
    total: String,
    people: String,
}

/// What the page is made of, read on one view of the ledger.
struct Read {
    paused: Option<String>,
    foreseen: Foreseen,
    sums: Vec<(Currency, i64, i64)>,
    names: Names,
    open: Vec<Batch>,
    done: Vec<Batch>,
    totals: Vec<Total>,
}

async fn show(desk: Desk) -> Result<HttpResponse, ApiError> {
    let now = desk.now();
    let frame = desk.frame("payouts");
    let Read { paused, foreseen, sums, names, open, done, totals } = desk.read(move |conn| read(conn, now)).await?;
    let exact = foreseen.next.is_none();
    let sums = if exact { sums_of(&foreseen) } else { sums };
    let sum = |(currency, people, amount): (Currency, i64, i64)| ReadySum {
        currency: currency.code(),
        total: frame.amount(&amount, &currency),
        people: frame.count("payouts-people", people, &[("number", &frame.number(&people))]),
    };
    let rows = |batches: &[Batch]| batches.iter().map(|row| BatchRow::of(&frame, row, &totals)).collect();
    let page = Overview {
        paused,
        exact,
        ready: sums.into_iter().map(sum).collect(),
        next: next_run(&frame, &desk.terms, now),
        more_blocked: !exact || foreseen.blocked.len() > BLOCKED,
        blocked: foreseen.blocked.iter().take(BLOCKED).map(|one| BlockedRow::of(&frame, one, &names)).collect(),
        open: rows(&open),
        done: rows(&done),
        frame,
    };
    page.frame.page(&page)
}

fn read(conn: &mut Conn<'_>, now: Instant) -> DbResult<Read> {
    let foreseen = foresee_payouts(conn, now, false, None, LOOKED_AT)?;
    let sums = if foreseen.next.is_some() { payout_desk::ready_sums(conn)? } else { Vec::new() };
    let people: BTreeSet<ReferrerId> = foreseen.blocked.iter().take(BLOCKED).map(|one| one.referrer_id).collect();
    let names = Names::read(conn, &people, &BTreeSet::new())?;
    let open = payout_desk::newest(conn, &UNDER_WAY, None, OPEN)?;
    let done = payout_desk::newest(conn, &ENDED, None, DONE)?;
    let ids: Vec<BatchId> = open.iter().chain(&done).map(|row| row.id).collect();
    let totals = payout_batches::totals(conn, &ids)?;
    Ok(Read { paused: outward::paused(conn)?, foreseen, sums, names, open, done, totals })
}

/// What a batch begun now would pay, by currency: people and minor units.
fn sums_of(foreseen: &Foreseen) -> Vec<(Currency, i64, i64)> {
    let mut sums: BTreeMap<Currency, (i64, i64)> = BTreeMap::new();
    for one in foreseen.pays.iter().filter(|one| one.rail != Rail::Offset) {
        let (people, amount) = sums.entry(one.currency).or_default();
        *people += 1;
        *amount += one.amount;
    }
    sums.into_iter().map(|(currency, (people, amount))| (currency, people, amount)).collect()
}

/// When the next batch is prepared by itself, in words.
fn next_run(frame: &Frame, terms: &Terms, now: Instant) -> String {
    let today = now.date_in(&terms.timezone);
    let date = match terms.payouts.schedule {
        Schedule::None => return frame.say("payouts-next-none"),
        Schedule::WhenApproved => return frame.say("payouts-next-when-approved"),
        Schedule::Monthly => today.last_of_month().tomorrow(),
        Schedule::Weekly => today.nth_weekday(1, Weekday::Monday),
    };
    let date = date.unwrap_or(today);
    frame.tell("payouts-next-on", &[("date", &frame.date(&date))])
}
