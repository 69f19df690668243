//! One payout: to whom, by which way, what it pays, what became of it, and what the bank took.

use std::collections::{BTreeSet, HashMap};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::acts::{place, result};
use super::once::{self, once_and_go};
use super::said;
use crate::db::payouts::{self as paid, Line, Payout};
use crate::db::types::AnyId;
use crate::db::{Conn, DbResult, ledger, payout_desk};
use crate::domain::commission::TransferKind;
use crate::domain::id::{CommissionId, PayoutId, ReferrerId, SaleId};
use crate::domain::money::{AMOUNT_MAX, Money};
use crate::domain::payout::{ItemKind, PayoutStatus, Rail};
use crate::http::api::payouts::refused;
use crate::http::callers::Caller;
use crate::http::pages::desk::naming::Names;
use crate::http::pages::desk::typed_money::typed_money;
use crate::http::pages::form::Fields;
use crate::http::pages::frame::Frame;
use crate::http::pages::people::{Desk, OwnerDesk};
use crate::http::paging::Query;
use crate::http::problem::ApiError;
use crate::operations::book_fee::{self, book_fee};
use crate::operations::settle_payout::{Outcome, settle_payout};

/// Items that are shown; a payout of more says how many there are.
const LINES: usize = 200;

#[derive(Template)]
#[template(path = "http/pages/desk/payout.html")]
struct Page {
    frame: Frame,
    id: PayoutId,
    form_id: Uuid,
    faults: Vec<String>,
    referrer_id: ReferrerId,
    name: String,
    amount: String,
    batch: String,
    state: String,
    look: &'static str,
    facts: Vec<(String, String)>,
    lines: Vec<LineRow>,
    more: Option<String>,
    /// What the owner can say became of it.
    results: Vec<(&'static str, String)>,
    /// Whether a fee can be booked.
    takes_fee: bool,
    typed_fee: String,
}

struct LineRow {
    what: String,
    sale: Option<(SaleId, String)>,
    amount: String,
    released: bool,
}

/// What the page is made of.
struct Read {
    payout: Payout,
    lines: Vec<Line>,
    sales: HashMap<CommissionId, (SaleId, String)>,
    names: Names,
    fee: Option<Money>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Shown {
    done: Option<String>,
    fault: Option<String>,
}

pub(super) async fn show(desk: Desk, path: web::Path<Uuid>, query: Query<Shown>) -> Result<HttpResponse, ApiError> {
    let frame = desk.frame("payouts").after(query.0.done.as_deref());
    let faults = said::fault(&frame, query.0.fault.as_deref());
    let page = page(&desk, frame, PayoutId::from_uuid(path.into_inner()), faults).await?;
    page.frame.page(&page)
}

async fn page(caller: &Caller, frame: Frame, id: PayoutId, faults: Vec<String>) -> Result<Page, ApiError> {
    let found = caller.read(move |conn| read(conn, id)).await?;
    let Read { payout, lines, sales, names, fee } = found.ok_or_else(|| ApiError::not_found("payout"))?;
    let row = |line: &Line| LineRow {
        what: frame.say(&format!("payouts-item-{}", line.item_kind.as_db())),
        sale: sales.get(&CommissionId::from_uuid(line.item_id.uuid())).cloned(),
        amount: frame.amount(&line.amount, &payout.currency),
        released: line.released_at.is_some(),
    };
    let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let more = || frame.count("payouts-items", count, &[("number", &frame.number(&count))]);
    Ok(Page {
        id,
        form_id: once::fresh(),
        faults,
        referrer_id: payout.referrer_id,
        name: names.referrer(&frame, payout.referrer_id),
        amount: frame.amount(&payout.amount, &payout.currency),
        batch: place(payout.batch_id),
        state: said::payout_state(&frame, payout.status),
        look: said::payout_look(payout.status),
        facts: facts(&frame, &payout, fee),
        more: (lines.len() > LINES).then(more),
        lines: lines.iter().take(LINES).map(row).collect(),
        results: results(&frame, &payout),
        takes_fee: fee.is_none() && payout.rail != Rail::Offset && payout.approved_at.is_some(),
        typed_fee: String::new(),
        frame,
    })
}

fn read(conn: &mut Conn<'_>, id: PayoutId) -> DbResult<Option<Read>> {
    let Some(payout) = paid::find(conn, id)? else { return Ok(None) };
    let lines = paid::lines_of(conn, &[id])?;
    let own = lines.iter().filter(|line| line.item_kind == ItemKind::Commission).take(LINES);
    let commissions: Vec<CommissionId> = own.map(|line| CommissionId::from_uuid(line.item_id.uuid())).collect();
    let sales = payout_desk::sales_of(conn, &commissions)?;
    let fee = ledger::posting(conn, AnyId::from_uuid(id.uuid()), TransferKind::Fee)?;
    Ok(Some(Read {
        names: Names::read(conn, &BTreeSet::from([payout.referrer_id]), &BTreeSet::new())?,
        sales: sales.into_iter().map(|(commission, sale, number)| (commission, (sale, number))).collect(),
        fee: fee.map(|posting| Money { amount: posting.amount, currency: posting.currency }),
        payout,
        lines,
    }))
}

fn facts(frame: &Frame, payout: &Payout, fee: Option<Money>) -> Vec<(String, String)> {
    let mut facts = vec![(frame.say("payouts-rail"), said::rail(frame, payout.rail))];
    let mut add = |key: &str, text: Option<String>| facts.extend(text.map(|text| (frame.say(key), text)));
    add("payouts-account", payout.account.clone());
    add("payouts-prepared", Some(frame.time(&payout.created_at)));
    add("payouts-approved", payout.approved_at.map(|at| frame.time(&at)));
    add("payouts-ended", payout.settled_at.map(|at| frame.time(&at)));
    add("payouts-reference", payout.reference.clone());
    add("payouts-why", payout.reason.clone());
    add("payouts-fee", fee.map(|fee| frame.money(&fee)));
    facts
}

/// What somebody who asked the bank can say; what a provider has in hand is the provider's to say.
fn results(frame: &Frame, payout: &Payout) -> Vec<(&'static str, String)> {
    let words: &[&'static str] = match payout.status {
        _ if payout.rail == Rail::Offset => &[],
        PayoutStatus::Approved => &["paid", "failed"],
        PayoutStatus::Sent | PayoutStatus::Unknown => &["paid", "failed", "returned"],
        PayoutStatus::Paid => &["returned"],
        _ => &[],
    };
    words.iter().map(|word| (*word, frame.say(&format!("payouts-result-{word}")))).collect()
}

pub(super) async fn settle(desk: OwnerDesk, path: web::Path<Uuid>, fields: Fields) -> Result<HttpResponse, ApiError> {
    let id = PayoutId::from_uuid(path.into_inner());
    let (frame, here) = (desk.frame("payouts"), format!("/desk/payouts/{id}"));
    let Some(request) = result(&desk, &fields) else { return Ok(frame.go(&format!("{here}?fault=bad_result"))) };
    let to = here.clone();
    once_and_go(&desk, &frame, &fields, &format!("{here}/settle"), move |tx, now| {
        Ok(match settle_payout(tx, now, id, &request)? {
            None => "/desk/payouts".to_owned(),
            Some(settled) if settled.outcome == Outcome::Refused => format!("{to}?fault={}", refused(&settled.payout).code()),
            Some(_) => format!("{to}?done=payouts-one-settled"),
        })
    })
    .await
}

pub(super) async fn fee(desk: OwnerDesk, path: web::Path<Uuid>, fields: Fields) -> Result<HttpResponse, ApiError> {
    use book_fee::Outcome;
    let id = PayoutId::from_uuid(path.into_inner());
    let (frame, here) = (desk.frame("payouts"), format!("/desk/payouts/{id}"));
    let payout = desk.read(move |conn| paid::find(conn, id)).await?.ok_or_else(|| ApiError::not_found("payout"))?;
    let typed = fields.one("amount").unwrap_or_default().to_owned();
    let Some(amount) = typed_money(&typed, payout.currency).filter(|amount| *amount <= AMOUNT_MAX) else {
        let faults = vec![frame.say("payouts-bad-fee")];
        let mut page = page(&desk, frame, id, faults).await?;
        page.typed_fee = typed;
        return page.frame.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let (to, actor) = (here.clone(), desk.principal.actor());
    once_and_go(&desk, &frame, &fields, &format!("{here}/fee"), move |tx, now| {
        Ok(match book_fee(tx, now, id, amount, &actor)? {
            Outcome::Booked(_) => format!("{to}?done=payouts-fee-booked"),
            Outcome::Differs(_) => format!("{to}?fault=fee_stands"),
            Outcome::NothingMoved => format!("{to}?fault=nothing_moved"),
            Outcome::NoPayout => "/desk/payouts".to_owned(),
        })
    })
    .await
}
