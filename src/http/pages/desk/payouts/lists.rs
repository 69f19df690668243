//! Lists that go on: who is blocked, all batches, a batch's payouts, and whom it left out.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web;
use askama::Template;
use uuid::Uuid;

use super::LOOKED_AT;
use super::acts::place;
use super::said::{BatchRow, BlockedRow, PayoutRow};
use crate::db::payouts::{self as paid, Wanted};
use crate::db::{payout_batches, payout_desk};
use crate::domain::id::{BatchId, PayoutId, ReferrerId};
use crate::domain::payout::BatchStatus;
use crate::http::pages::desk::naming::Names;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::Desk;
use crate::http::paging::{List, Page};
use crate::http::problem::ApiError;
use crate::operations::foresee_payouts::{foresee_payouts, whole_people};

/// More currencies than anybody has money in.
const CURRENCIES: i64 = 200;

#[derive(Template)]
#[template(path = "http/pages/desk/payout_people.html")]
struct People {
    frame: Frame,
    title: String,
    lede: String,
    back: String,
    rows: Vec<BlockedRow>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "http/pages/desk/payout_list.html")]
struct Payouts {
    frame: Frame,
    back: String,
    rows: Vec<PayoutRow>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "http/pages/desk/payout_batches.html")]
struct Batches {
    frame: Frame,
    rows: Vec<BatchRow>,
    next: Option<String>,
}

const STATUSES: [BatchStatus; 5] =
    [BatchStatus::Preparing, BatchStatus::Prepared, BatchStatus::Approved, BatchStatus::Done, BatchStatus::Cancelled];

/// Whom the next batch would leave out, a page of balances at a time.
pub(super) async fn blocked(desk: Desk, page: Page) -> Result<HttpResponse, ApiError> {
    let (now, after, frame) = (desk.now(), page.after.map(ReferrerId::from_uuid), desk.frame("payouts"));
    let (foreseen, names) = desk
        .read(move |conn| {
            let foreseen = foresee_payouts(conn, now, false, after, LOOKED_AT)?;
            let people: BTreeSet<ReferrerId> = foreseen.blocked.iter().map(|one| one.referrer_id).collect();
            let names = Names::read(conn, &people, &BTreeSet::new())?;
            Ok((foreseen, names))
        })
        .await?;
    let page = People {
        title: frame.say("payouts-blocked"),
        lede: frame.say("payouts-blocked-lede"),
        back: "/desk/payouts".to_owned(),
        rows: foreseen.blocked.iter().map(|one| BlockedRow::of(&frame, one, &names)).collect(),
        next: foreseen.next.map(|last| format!("/desk/payouts/blocked?after={last}")),
        frame,
    };
    page.frame.page(&page)
}

/// All batches, newest first; `after` is the oldest of the page before.
pub(super) async fn batches(desk: Desk, page: Page) -> Result<HttpResponse, ApiError> {
    let (before, frame) = (page.after.map(BatchId::from_uuid), desk.frame("payouts"));
    let (found, totals) = desk
        .read(move |conn| {
            let found = List::of(payout_desk::newest(conn, &STATUSES, before, page.fetch())?, page);
            let ids: Vec<BatchId> = found.data.iter().map(|row| row.id).collect();
            Ok((found, payout_batches::totals(conn, &ids)?))
        })
        .await?;
    let last = found.goes_on_after().map(|row| row.id);
    let page = Batches {
        rows: found.data.iter().map(|row| BatchRow::of(&frame, row, &totals)).collect(),
        next: last.map(|last| format!("/desk/payouts/batches?after={last}")),
        frame,
    };
    page.frame.page(&page)
}

/// The payouts of a batch.
pub(super) async fn payouts(desk: Desk, path: web::Path<Uuid>, page: Page) -> Result<HttpResponse, ApiError> {
    let (id, frame) = (BatchId::from_uuid(path.into_inner()), desk.frame("payouts"));
    let (found, names) = desk
        .read(move |conn| {
            let after = page.after.map(PayoutId::from_uuid);
            let wanted = Wanted { batch_id: Some(id), after, ..Wanted::default() };
            let found = List::of(paid::list(conn, wanted, page.fetch())?, page);
            let people: BTreeSet<ReferrerId> = found.data.iter().map(|row| row.referrer_id).collect();
            let names = Names::read(conn, &people, &BTreeSet::new())?;
            Ok((found, names))
        })
        .await?;
    let last = found.goes_on_after().map(|row| row.id);
    let page = Payouts {
        back: place(id),
        rows: found.data.iter().map(|row| PayoutRow::of(&frame, row, &names)).collect(),
        next: last.map(|last| format!("{}/payouts?after={last}", place(id))),
        frame,
    };
    page.frame.page(&page)
}

/// Whom a batch left out. A page ends between two people, for the next begins after one.
pub(super) async fn not_paid(desk: Desk, path: web::Path<Uuid>, page: Page) -> Result<HttpResponse, ApiError> {
    let (id, frame) = (BatchId::from_uuid(path.into_inner()), desk.frame("payouts"));
    let after = page.after.map(ReferrerId::from_uuid);
    let (rows, names) = desk
        .read(move |conn| {
            let rows = payout_batches::left_out(conn, id, after, page.limit + CURRENCIES)?;
            let (rows, last) = whole_people(rows, page.limit, |row| row.referrer_id);
            let people: BTreeSet<ReferrerId> = rows.iter().map(|row| row.referrer_id).collect();
            let names = Names::read(conn, &people, &BTreeSet::new())?;
            Ok(((rows, last), names))
        })
        .await?;
    let (rows, last) = rows;
    let page = People {
        title: frame.say("payouts-not-paid"),
        lede: frame.say("payouts-not-paid-lede"),
        back: place(id),
        rows: rows.iter().map(|one| BlockedRow::left(&frame, one, &names)).collect(),
        next: last.map(|last| format!("{}/not-paid?after={last}", place(id))),
        frame,
    };
    page.frame.page(&page)
}
