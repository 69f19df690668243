//! Payouts: settle, read.

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, get, post, resource};
use serde::Deserialize;
use uuid::Uuid;

use super::payout_view::ShownPayout;
use crate::db::payouts::{self, Payout, Wanted};
use crate::domain::field::{FieldError, short_text};
use crate::domain::id::{BatchId, PayoutId, ReferrerId};
use crate::domain::payout::{PayoutResult, PayoutStatus};
use crate::http::body::Body;
use crate::http::callers::{Auditor, Caller, Owner};
use crate::http::paging::{Filtered, List};
use crate::http::problem::ApiError;
use crate::operations::settle_payout::{self, Outcome, settle_payout};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/payouts").route(get().to(list)))
        .service(resource("/v1/payouts/{id}").route(get().to(read)))
        .service(resource("/v1/payouts/{id}/settle").route(post().to(settle)));
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SettleBody {
    result: PayoutResult,
    reference: Option<String>,
    reason: Option<String>,
}

impl SettleBody {
    pub(super) fn parse(self, caller: &Caller) -> Result<settle_payout::Request, FieldError> {
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

pub(in crate::http) fn refused(payout: &Payout) -> ApiError {
    let status = payout.status.as_db();
    match payout.status {
        PayoutStatus::Pending => {
            ApiError::conflict("not_approved", "this payout is pending; approve its batch first, then settle it")
        }
        PayoutStatus::Approved => {
            ApiError::conflict("not_paid_yet", "this payout is approved; only a paid one can be returned: report paid or failed")
        }
        status if status.under_way() => ApiError::conflict(
            "with_provider",
            "the provider has this payout or may have it, and is being asked; see GET /v1/payout-batches/…/submissions",
        ),
        _ => ApiError::conflict(
            "already_settled",
            format!(
                "this payout is {status}, and that stands; only a paid one can still be returned, and what is open again is \
                 paid by the next batch"
            ),
        ),
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
