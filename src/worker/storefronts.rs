//! Errands to shops: fetches their orders every night, and keeps their coupons as the codes are. Each step
//! is small, claimed with a lease and safe to repeat; no transaction is open while a shop is asked.

use serde_json::Value;

use super::{Post, Stop, claim};
use crate::db::connections::{self, Connection, PULL_ORDERS, SYNC_COUPONS};
use crate::db::coupons::{self, Coupon, Gives};
use crate::db::jobs::{self, Job};
use crate::db::terms;
use crate::db::transact::WriteError;
use crate::domain::id::{ConnectionId, LeaseToken};
use crate::domain::instant::Instant;
use crate::domain::storefront::coupon::{Answer, CouponStatus, Off, Request, Shop, Wanted, sync};
use crate::domain::storefront::pull;
use crate::operations::books::Book;
use crate::operations::receive_delivery::{incoming_of_pull, receive_delivery};
use crate::operations::show_coupons::{friend_gets, graded_gets};
use crate::outbound::{Call, Method};

/// A page of fifty orders with all their lines has some hundred KiB.
const PAGE_MAX: u64 = 16 * 1024 * 1024;

/// An answer about one coupon.
const COUPON_MAX: u64 = 256 * 1024;

/// A page that did not come is asked for again after this many seconds.
const PULL_AGAIN: i64 = 900;

/// What was fetched last is fetched again for so many seconds back: shops' clocks and caches lag.
const PULL_OVERLAP: i64 = 3_600;

/// The hour of the night at which orders are fetched, in seconds from midnight where the shop is.
const NIGHT: i64 = 3 * 3_600;

/// Codes are looked over this often, in seconds.
const COUPON_ROUND: i64 = 30;

/// A coupon that is right is looked at again after a day.
const COUPON_CHECK: i64 = 86_400;

/// How an errand goes on.
enum Next {
    /// Nobody wants it any more.
    Never,
    /// Again then.
    At(Instant),
}

pub(super) fn run(post: &Post, stop: &Stop) {
    stop.while_wanted(|| {
        let mut busy = false;
        for book in post.books.opened() {
            for kind in [PULL_ORDERS, SYNC_COUPONS] {
                busy |= step(post, &book, kind);
            }
        }
        busy
    });
}

/// One step of one errand; returns whether there was one.
fn step(post: &Post, book: &Book, kind: &'static str) -> bool {
    let token = LeaseToken::new(book.clock.now());
    let claimed = claim(book, kind, 1, token).unwrap_or_else(|error| {
        tracing::warn!(%error, kind, "an errand could not be claimed");
        Vec::new()
    });
    let Some(job) = claimed.into_iter().next() else { return false };
    let next = errand(post, book, kind, &job).unwrap_or_else(|error| {
        tracing::warn!(%error, kind, "an errand could not be done");
        Next::At(book.clock.now().plus_seconds(PULL_AGAIN))
    });
    let settled = book.writer.write_blocking(move |tx, _| match next {
        Next::Never => jobs::finish(tx, job.id, token),
        Next::At(at) => jobs::put_back(tx, job.id, token, Some(at), ""),
    });
    if let Err(error) = settled {
        tracing::warn!(%error, kind, "an errand could not be settled; its lease will run out");
    }
    true
}

fn errand(post: &Post, book: &Book, kind: &str, job: &Job) -> Result<Next, WriteError> {
    let id: Option<ConnectionId> = job.payload.0.get("connection_id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let Some(id) = id else { return Ok(Next::Never) };
    let found = book.readers.read(move |conn| connections::find(conn, id))?;
    let Some(connection) = found.filter(|row| if kind == PULL_ORDERS { row.pull } else { row.coupons }) else {
        return Ok(Next::Never);
    };
    let place = Connection::seal_place(id);
    let key = connection.api_key.as_ref().map(|sealed| post.vault.open(&place, sealed));
    let shop = match (&connection.api_url, key) {
        (Some(url), Some(Ok(key))) => Shop { kind: connection.kind, url: url.clone(), key },
        (_, Some(Err(error))) => return Err(WriteError::Failed(error.to_string())),
        _ => return Ok(Next::Never),
    };
    if kind == PULL_ORDERS { pull_page(post, book, connection, &shop) } else { mend_coupon(post, book, &connection, &shop) }
}

/// Fetches one page of orders and takes each as if the shop had sent it.
fn pull_page(post: &Post, book: &Book, mut row: Connection, shop: &Shop) -> Result<Next, WriteError> {
    let now = book.clock.now();
    let since = row.pulled_to.map_or(row.created_at, |to| to.plus_seconds(-PULL_OVERLAP));
    let started = row.pull_started_at.unwrap_or(now);
    let Some(ask) = pull::ask(shop.kind, &shop.url, &shop.key, since, row.pull_cursor.as_deref()) else { return Ok(Next::Never) };
    let headers: Vec<(&str, &str)> = ask.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let called =
        post.outbound.call(Call { method: Method::Get, url: &ask.url, headers: &headers, body: &[], answer_max: PAGE_MAX });
    let page = called.map_err(|error| error.to_string()).and_then(|reply| match (reply.is_success(), reply.whole) {
        (true, true) => {
            let header = |name: &str| reply.header(name).map(str::to_owned);
            pull::read(shop.kind, &reply.body, &header, row.pull_cursor.as_deref())
        }
        (true, false) => Err("the shop's answer is too large".to_owned()),
        (false, _) => Err(format!("the shop answered {}", reply.status)),
    });
    let next = match page {
        Err(reason) => {
            tracing::warn!(connection = %row.id, reason, "a shop's orders could not be fetched");
            row.pull_error = Some(reason);
            now.plus_seconds(PULL_AGAIN)
        }
        Ok(page) => {
            for item in page.items {
                receive_delivery(book, &post.books, &row, incoming_of_pull(item))?;
            }
            row.pull_error = None;
            row.pull_cursor = page.next;
            row.pull_started_at = Some(started);
            if row.pull_cursor.is_some() {
                now
            } else {
                row.pull_started_at = None;
                row.pulled_to = Some(started);
                next_night(book, now)?
            }
        }
    };
    book.writer.write_blocking(move |tx, _| connections::note_pull(tx, &row))?;
    Ok(Next::At(next))
}

/// Three o'clock of the next night where the shop is.
fn next_night(book: &Book, now: Instant) -> Result<Instant, WriteError> {
    let program = book.readers.read(terms::program)?;
    let zone = program.and_then(|program| program.current().map(|version| version.terms.timezone.clone())).unwrap_or_default();
    let tomorrow = now.plus_days(1).day_in(&zone);
    Ok(Instant::start_of_day(&tomorrow, &zone).map_or(now.plus_days(1), |midnight| midnight.plus_seconds(NIGHT)))
}

/// Looks after one coupon.
fn mend_coupon(post: &Post, book: &Book, connection: &Connection, shop: &Shop) -> Result<Next, WriteError> {
    let id = connection.id;
    let currency = connection.currency;
    let (gives, graded) = book.readers.read(move |conn| {
        let program = terms::program(conn)?;
        let graded = graded_gets(conn, program.as_ref(), currency)?;
        Ok((friend_gets(program.as_ref(), None, currency), graded))
    })?;
    let gives = Gives::new(gives, &graded);
    let due = book.writer.write_blocking(move |tx, now| {
        coupons::refresh(tx, id, &gives, now)?;
        coupons::due(tx, id, now, 2)
    })?;
    let now = book.clock.now();
    let more = due.len() > 1;
    let Some(row) = due.into_iter().next() else { return Ok(Next::At(now.plus_seconds(COUPON_ROUND))) };
    let off = serde_json::from_str(&row.gives).unwrap_or(Off::Nothing);
    let wanted = Wanted { code: row.code.clone(), active: row.active, off };
    let outcome = sync(shop, &wanted, &mut |request| call(post, &request));
    let settled = after(row, outcome, now);
    if let Some(error) = &settled.error {
        tracing::warn!(connection = %id, code = settled.code, error, "a coupon is not as it should be");
    }
    book.writer.write_blocking(move |tx, _| coupons::settle(tx, &settled))?;
    Ok(Next::At(if more { now } else { now.plus_seconds(COUPON_ROUND) }))
}

/// How a coupon stands after the shop was asked; one that failed is tried again after 1 minute doubling up
/// to 6 hours.
fn after(row: Coupon, outcome: Result<Option<String>, String>, now: Instant) -> Coupon {
    let checked_at = Some(now);
    match outcome {
        Ok(remote_id) => {
            let status = if row.active { CouponStatus::InShop } else { CouponStatus::Disabled };
            Coupon { remote_id, status, error: None, attempts: 0, next_at: now.plus_seconds(COUPON_CHECK), checked_at, ..row }
        }
        Err(error) => {
            // It may quote the shop: PostgreSQL takes no NUL, a terminal obeys control characters.
            let error: String = error.chars().filter(|sign| !sign.is_control()).take(500).collect();
            let wait = 60_i64.saturating_mul(1_i64 << row.attempts.clamp(0, 9)).min(21_600);
            let next_at = now.plus_seconds(wait);
            Coupon { status: CouponStatus::Failed, error: Some(error), attempts: row.attempts + 1, next_at, checked_at, ..row }
        }
    }
}

fn call(post: &Post, request: &Request) -> Result<Answer, String> {
    let method = match request.method {
        "GET" => Method::Get,
        "PUT" => Method::Put,
        _ => Method::Post,
    };
    let headers: Vec<(&str, &str)> = request.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let reply = post
        .outbound
        .call(Call { method, url: &request.url, headers: &headers, body: &request.body, answer_max: COUPON_MAX })
        .map_err(|error| error.to_string())?;
    Ok(Answer { status: reply.status, body: serde_json::from_slice(&reply.body).unwrap_or_default() })
}
