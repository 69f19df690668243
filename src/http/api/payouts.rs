//! Payout batches and payouts: prepare, approve, settle, read.

use actix_web::web::{Path, ServiceConfig, get, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use uuid::Uuid;

use super::payout_view::{ShownBatch, ShownPayout, ShownSettlement};
use super::sale_body::not_ahead;
use crate::db::outward;
use crate::db::payouts::{self, Payout, Wanted};
use crate::domain::field::{FieldError, short_text};
use crate::domain::id::{BatchId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::payout::{PayoutResult, PayoutStatus};
use crate::http::body::Body;
use crate::http::callers::{Auditor, Caller, Owner};
use crate::http::idempotency::{Stored, with_key};
use crate::http::paging::{Filtered, List, Page};
use crate::http::problem::ApiError;
use crate::operations::approve_batch::{self, approve_batch};
use crate::operations::prepare_payouts::{self, prepare_payouts};
use crate::operations::settle_payout::{self, Outcome, settle_batch, settle_payout};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/payout-batches").route(post().to(prepare)).route(get().to(list_batches)))
        .service(resource("/v1/payout-batches/{id}").route(get().to(read_batch)))
        .service(resource("/v1/payout-batches/{id}/approve").route(post().to(approve)))
        .service(resource("/v1/payout-batches/{id}/settle").route(post().to(settle_all)))
        .service(resource("/v1/payouts").route(get().to(list)))
        .service(resource("/v1/payouts/{id}").route(get().to(read)))
        .service(resource("/v1/payouts/{id}/settle").route(post().to(settle)));
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PrepareBody {
    cutoff: Option<Instant>,
}

async fn prepare(caller: Owner, req: HttpRequest, body: Body<PrepareBody>) -> Result<HttpResponse, ApiError> {
    let Body(PrepareBody { cutoff }, fingerprint) = body;
    not_ahead("/cutoff", cutoff, caller.now())?;
    let request = prepare_payouts::Request { cutoff, actor: caller.principal.actor() };
    with_key(&caller, &req, &fingerprint, move |tx, now| {
        let prepared = prepare_payouts(tx, now, &request)?;
        Ok(Stored::new(201, &ShownBatch::whole(prepared.batch, prepared.payouts)))
    })
    .await
}

async fn list_batches(caller: Auditor, page: Page) -> Result<HttpResponse, ApiError> {
    let after = page.after.map(BatchId::from_uuid);
    let (heads, totals) = caller
        .read(move |conn| {
            let heads = payouts::heads(conn, after, page.fetch())?;
            let ids: Vec<BatchId> = heads.iter().map(|head| head.id).collect();
            Ok((heads, payouts::totals(conn, &ids)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(List::of(heads, page).map(|head| ShownBatch::head(head, &totals))))
}

async fn read_batch(caller: Auditor, path: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    let id = BatchId::from_uuid(path.into_inner());
    let found = caller
        .read(move |conn| match payouts::batch(conn, id)? {
            Some(batch) => Ok(Some((batch, payouts::of_batch(conn, id)?))),
            None => Ok(None),
        })
        .await?;
    let (batch, rows) = found.ok_or_else(|| ApiError::not_found("payout batch"))?;
    Ok(HttpResponse::Ok().json(ShownBatch::whole(batch, rows)))
}

async fn approve(caller: Owner, path: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    if let Some(why) = caller.read(outward::paused).await? {
        let mend = "compare with the bank and the payout provider, then run hound resume";
        return Err(ApiError::conflict("outward_paused", format!("nothing leaves the house: {why}; {mend}")));
    }
    let request = approve_batch::Request { batch_id: BatchId::from_uuid(path.into_inner()), actor: caller.principal.actor() };
    let approved = caller.write(move |tx, now| approve_batch(tx, now, &request)).await?;
    let approved = approved.ok_or_else(|| ApiError::not_found("payout batch"))?;
    Ok(HttpResponse::Ok().json(ShownBatch::whole(approved.batch, approved.payouts)))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettleBody {
    result: PayoutResult,
    reference: Option<String>,
    reason: Option<String>,
}

impl SettleBody {
    fn parse(self, caller: &Caller) -> Result<settle_payout::Request, FieldError> {
        let Self { result, reference, reason } = self;
        reference.as_deref().map_or(Ok(()), |text| short_text("/reference", text))?;
        reason.as_deref().map_or(Ok(()), |text| short_text("/reason", text))?;
        Ok(settle_payout::Request { result, reference, reason, actor: caller.principal.actor() })
    }
}

async fn settle(caller: Owner, path: Path<Uuid>, body: Body<SettleBody>) -> Result<HttpResponse, ApiError> {
    let id = PayoutId::from_uuid(path.into_inner());
    let request = body.into_inner().parse(&caller)?;
    let settled = caller.write(move |tx, now| settle_payout(tx, now, id, &request)).await?;
    let settled = settled.ok_or_else(|| ApiError::not_found("payout"))?;
    match settled.outcome {
        Outcome::Settled | Outcome::Unchanged => Ok(HttpResponse::Ok().json(ShownPayout::from(settled.payout))),
        Outcome::Refused => Err(refused(&settled.payout)),
    }
}

fn refused(payout: &Payout) -> ApiError {
    let status = payout.status.as_db();
    match payout.status {
        PayoutStatus::Pending => {
            ApiError::conflict("not_approved", "this payout is pending; approve its batch first, then settle it")
        }
        PayoutStatus::Approved => {
            ApiError::conflict("not_paid_yet", "this payout is approved; only a paid one can be returned: report paid or failed")
        }
        _ => ApiError::conflict(
            "already_settled",
            format!(
                "this payout is {status}, and that stands; only a paid one can still be returned, and what is open again is \
                 paid by the next batch"
            ),
        ),
    }
}

async fn settle_all(caller: Owner, path: Path<Uuid>, body: Body<SettleBody>) -> Result<HttpResponse, ApiError> {
    let id = BatchId::from_uuid(path.into_inner());
    let request = body.into_inner().parse(&caller)?;
    let settled = caller
        .write(move |tx, now| match settle_batch(tx, now, id, &request)? {
            Some((batch, settled)) => Ok(Some((batch, settled, payouts::of_batch(tx, id)?))),
            None => Ok(None),
        })
        .await?;
    let (batch, settled, rows) = settled.ok_or_else(|| ApiError::not_found("payout batch"))?;
    match settled.first() {
        Some(first) if settled.iter().all(|one| one.outcome == Outcome::Refused) => Err(refused(&first.payout)),
        _ => {
            let results: Vec<ShownSettlement> = settled.iter().map(ShownSettlement::from).collect();
            Ok(HttpResponse::Ok().json(ShownBatch::whole(batch, rows).with_results(results)))
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFilter {
    batch_id: Option<BatchId>,
    referrer_id: Option<ReferrerId>,
    status: Option<PayoutStatus>,
}

async fn list(caller: Auditor, Filtered(page, filter): Filtered<ListFilter>) -> Result<HttpResponse, ApiError> {
    let wanted = Wanted {
        batch_id: filter.batch_id,
        referrer_id: filter.referrer_id,
        status: filter.status,
        after: page.after.map(PayoutId::from_uuid),
    };
    let rows = caller.read(move |conn| payouts::list(conn, wanted, page.fetch())).await?;
    Ok(HttpResponse::Ok().json(List::of(rows, page).map(ShownPayout::from)))
}

async fn read(caller: Auditor, path: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    let id = PayoutId::from_uuid(path.into_inner());
    let found = caller
        .read(move |conn| match payouts::find(conn, id)? {
            Some(payout) => Ok(Some((payout, payouts::lines_of(conn, &[id])?))),
            None => Ok(None),
        })
        .await?;
    let (payout, lines) = found.ok_or_else(|| ApiError::not_found("payout"))?;
    Ok(HttpResponse::Ok().json(ShownPayout::from(payout).with_lines(lines)))
}
