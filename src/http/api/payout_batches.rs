//! Payout batches: prepare, look at, approve, cancel, settle.

use actix_web::web::{Path, ServiceConfig, get, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use uuid::Uuid;

use super::payout_batch_view::{BatchView, ShownBatch, ShownNotPaid, ShownSettlement};
use super::payouts::{SettleBody, refused};
use super::sale_body::not_ahead;
use crate::db::{DbFault, DbResult, Tx, payout_batches};
use crate::domain::id::{BatchId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::payout::NotPaid;
use crate::http::body::Body;
use crate::http::callers::{Auditor, Owner};
use crate::http::idempotency::{Steps, Stored, with_key_in_steps};
use crate::http::paging::{List, Page};
use crate::http::problem::ApiError;
use crate::operations::approve_batch::{self, approve_batch};
use crate::operations::cancel_batch::{self, cancel_batch};
use crate::operations::prepare_payouts::{self, begin_batch};
use crate::operations::prepare_slice::prepare_slice;
use crate::operations::settle_payout::{Outcome, settle_batch};

/// More currencies than anybody has money in.
const CURRENCIES: i64 = 200;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/payout-batches").route(post().to(prepare)).route(get().to(list)))
        .service(resource("/v1/payout-batches/{id}").route(get().to(read)))
        .service(resource("/v1/payout-batches/{id}/not-paid").route(get().to(list_not_paid)))
        .service(resource("/v1/payout-batches/{id}/approve").route(post().to(approve)))
        .service(resource("/v1/payout-batches/{id}/cancel").route(post().to(cancel)))
        .service(resource("/v1/payout-batches/{id}/settle").route(post().to(settle)));
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PrepareBody {
    cutoff: Option<Instant>,
    #[serde(default)]
    sweep: bool,
}

/// A batch on its way: begun, then put together slice by slice, so that sales go on meanwhile.
#[derive(Clone)]
pub(in crate::http) struct Preparation(pub(in crate::http) prepare_payouts::Request);

impl Steps for Preparation {
    fn begin(&self, tx: &mut Tx<'_>, now: Instant) -> DbResult<Uuid> {
        begin_batch(tx, now, &self.0)?.map(BatchId::uuid).ok_or(DbFault::NotFound)
    }

    fn step(&self, tx: &mut Tx<'_>, now: Instant, id: Uuid) -> DbResult<bool> {
        prepare_slice(tx, now, BatchId::from_uuid(id))
    }

    fn answer(&self, tx: &mut Tx<'_>, id: Uuid) -> DbResult<Stored> {
        let view = BatchView::read(tx, BatchId::from_uuid(id))?.ok_or(DbFault::NotFound)?;
        Ok(Stored::new(201, &ShownBatch::from(view)))
    }
}

async fn prepare(caller: Owner, req: HttpRequest, body: Body<PrepareBody>) -> Result<HttpResponse, ApiError> {
    let Body(PrepareBody { cutoff, sweep }, fingerprint) = body;
    not_ahead("/cutoff", cutoff, caller.now())?;
    let request = prepare_payouts::Request { cutoff, sweep, scheduled_for: None, actor: caller.principal.actor() };
    with_key_in_steps(&caller, &req, &fingerprint, Preparation(request)).await
}

async fn list(caller: Auditor, page: Page) -> Result<HttpResponse, ApiError> {
    let after = page.after.map(BatchId::from_uuid);
    let (rows, totals) = caller
        .read(move |conn| {
            let rows = payout_batches::list(conn, after, page.fetch())?;
            let ids: Vec<BatchId> = rows.iter().map(|row| row.id).collect();
            Ok((rows, payout_batches::totals(conn, &ids)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(List::of(rows, page).map(|row| ShownBatch::head(row, &totals))))
}

async fn read(caller: Auditor, path: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    let id = BatchId::from_uuid(path.into_inner());
    let view = caller.read(move |conn| BatchView::read(conn, id)).await?;
    Ok(HttpResponse::Ok().json(ShownBatch::from(view.ok_or_else(missing)?)))
}

fn missing() -> ApiError {
    ApiError::not_found("payout batch")
}

async fn list_not_paid(caller: Auditor, path: Path<Uuid>, page: Page) -> Result<HttpResponse, ApiError> {
    let (id, after) = (BatchId::from_uuid(path.into_inner()), page.after.map(ReferrerId::from_uuid));
    let found = caller
        .read(move |conn| match payout_batches::find(conn, id)? {
            Some(_) => payout_batches::left_out(conn, id, after, page.limit + CURRENCIES).map(Some),
            None => Ok(None),
        })
        .await?;
    let shown = whole_people(found.ok_or_else(missing)?, page).map(ShownNotPaid::from);
    Ok(HttpResponse::Ok().json(shown))
}

/// A page that ends between two referrers, for the next begins after one. `rows` holds enough to see the next whole.
fn whole_people(mut rows: Vec<NotPaid>, page: Page) -> List<NotPaid> {
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let Some(next) = rows.get(limit).map(|row| row.referrer_id) else { return List { data: rows, has_more: false } };
    let before = rows.iter().take_while(|row| row.referrer_id != next).count();
    let (read, kept) = (rows.len(), if before > 0 { before } else { rows.iter().filter(|row| row.referrer_id == next).count() });
    rows.truncate(kept);
    List { data: rows, has_more: kept < read }
}

async fn approve(caller: Owner, path: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    use approve_batch::Outcome;
    caller.may_go_out().await?;
    let id = BatchId::from_uuid(path.into_inner());
    let request = approve_batch::Request { batch_id: id, actor: caller.principal.actor() };
    let (outcome, view) = caller
        .write(move |tx, now| match approve_batch(tx, now, &request)? {
            outcome @ Outcome::Approved => Ok((outcome, BatchView::read(tx, id)?)),
            outcome => Ok((outcome, None)),
        })
        .await?;
    match outcome {
        Outcome::NoBatch => Err(missing()),
        Outcome::Preparing => Err(still_preparing()),
        Outcome::SamePerson => Err(ApiError::conflict(
            "second_person_needed",
            "whoever prepared a batch may not approve it; let somebody else do it, with a token of his own",
        )),
        Outcome::Dropped => Err(ApiError::conflict("batch_cancelled", "this batch was cancelled; prepare a new one")),
        Outcome::Approved => Ok(HttpResponse::Ok().json(ShownBatch::from(view.ok_or_else(missing)?))),
    }
}

fn still_preparing() -> ApiError {
    let detail = "this batch is still being put together; send the request again when its status is prepared";
    ApiError::conflict("still_preparing", detail).retry_after(2)
}

async fn cancel(caller: Owner, path: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    use cancel_batch::Outcome;
    let (id, actor) = (BatchId::from_uuid(path.into_inner()), caller.principal.actor());
    let (outcome, view) = caller
        .write(move |tx, now| match cancel_batch(tx, now, id, &actor)? {
            outcome @ Outcome::Cancelled => Ok((outcome, BatchView::read(tx, id)?)),
            outcome => Ok((outcome, None)),
        })
        .await?;
    match outcome {
        Outcome::NoBatch => Err(missing()),
        Outcome::TooLate => Err(ApiError::conflict(
            "already_sent",
            "some of this batch's payouts are on their way or have ended; settle them one by one instead",
        )),
        Outcome::Cancelled => Ok(HttpResponse::Ok().json(ShownBatch::from(view.ok_or_else(missing)?))),
    }
}

async fn settle(caller: Owner, path: Path<Uuid>, body: Body<SettleBody>) -> Result<HttpResponse, ApiError> {
    let id = BatchId::from_uuid(path.into_inner());
    let request = body.into_inner().parse(&caller)?;
    let settled = caller
        .write(move |tx, now| match settle_batch(tx, now, id, &request)? {
            Some((_, settled)) => Ok(Some((settled, BatchView::read(tx, id)?))),
            None => Ok(None),
        })
        .await?;
    let (settled, view) = settled.ok_or_else(missing)?;
    match settled.first() {
        Some(first) if settled.iter().all(|one| one.outcome == Outcome::Refused) => Err(refused(&first.payout)),
        _ => {
            let results: Vec<ShownSettlement> = settled.iter().map(ShownSettlement::from).collect();
            Ok(HttpResponse::Ok().json(ShownBatch::from(view.ok_or_else(missing)?).with_results(results)))
        }
    }
}
