//! `/v1/claims`: "I sent her", and the owner's answer.

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, get, post, resource};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::source::source_of;
use crate::db::claims::{self, Claim, ClaimFilter};
use crate::domain::claim::{ClaimStatus, DeclineReason};
use crate::domain::field::{FieldError, short_text};
use crate::domain::id::{ClaimId, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::principal::Principal;
use crate::http::body::Body;
use crate::http::callers::{Auditor, Claimant, OwnReader, Owner};
use crate::http::paging::{Filtered, List, Query};
use crate::http::problem::ApiError;
use crate::operations::decide_claim::{ClaimDecided, ClaimDecision, decide_claim};
use crate::operations::file_claim::{ClaimRequest, Filed, Purchase, file_claim};
use crate::operations::report_claims::report_claims;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/claims").route(post().to(file)).route(get().to(list)))
        .service(resource("/v1/claims/{id}/decision").route(post().to(decide)))
        .service(resource("/v1/reports/claims").route(get().to(report)));
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimBody {
    referrer_id: Option<ReferrerId>,
    source: Option<String>,
    order_id: Option<String>,
    friend_name: Option<String>,
    bought_on: Option<String>,
}

impl ClaimBody {
    fn purchase(&self, now: Instant) -> Result<Purchase, FieldError> {
        purchase_of(self.order_id.as_deref(), self.friend_name.as_deref(), self.bought_on.as_deref(), now)
    }

    fn referrer(&self, principal: &Principal) -> Result<ReferrerId, ApiError> {
        match (principal.referrer_id, self.referrer_id) {
            (Some(own), Some(named)) if own != named => Err(ApiError::forbidden("this token claims for its own referrer only")),
            (Some(own), _) => Ok(own),
            (None, Some(named)) => Ok(named),
            (None, None) => Err(FieldError::new("/referrer_id", "missing_field", "is missing; say whose claim it is").into()),
        }
    }
}

/// What is said of a purchase: the order's number, or the friend's first name and the day.
///
/// # Errors
/// What is wrong with it, at its field.
pub(in crate::http) fn purchase_of(
    order_id: Option<&str>,
    friend_name: Option<&str>,
    bought_on: Option<&str>,
    now: Instant,
) -> Result<Purchase, FieldError> {
    match (order_id, friend_name, bought_on) {
        (Some(order), None, None) => short_text("/order_id", order).map(|()| Purchase::Order(order.to_owned())),
        (None, Some(name), Some(day)) => {
            short_text("/friend_name", name)?;
            let start =
                Instant::start_of_day(day, "UTC").map_err(|fault| FieldError::new("/bought_on", "invalid_date", fault))?;
            // It is tomorrow already somewhere, but nowhere later.
            if start > now.plus_days(1) {
                return Err(FieldError::new("/bought_on", "in_the_future", "has not been yet; name the day of the purchase"));
            }
            Ok(Purchase::Friend(name.to_owned(), day.to_owned()))
        }
        _ => Err(FieldError::new("/order_id", "not_one", "or friend_name with bought_on is needed; send one of the two")),
    }
}

/// The claim, and whether it is a new one.
///
/// # Errors
/// 422 when nobody has the id, 409 when too many are open.
pub(in crate::http) fn filed(outcome: Filed) -> Result<(Claim, bool), ApiError> {
    match outcome {
        Filed::New(claim) => Ok((claim, true)),
        Filed::Open(claim) => Ok((claim, false)),
        Filed::UnknownReferrer => Err(FieldError::new("/referrer_id", "unknown_referrer", "names no referrer").into()),
        Filed::TooMany(most) => Err(ApiError::conflict(
            "too_many_claims",
            format!("{most} claims are open already; wait until they are decided before you make another"),
        )),
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ClaimView {
    id: ClaimId,
    referrer_id: ReferrerId,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    friend_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bought_on: Option<String>,
    status: ClaimStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<DeclineReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sale_id: Option<SaleId>,
    decide_by: Instant,
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Instant>,
}

impl From<Claim> for ClaimView {
    fn from(row: Claim) -> Self {
        Self {
            id: row.id,
            referrer_id: row.referrer_id,
            source: row.source,
            order_id: row.order_id,
            friend_name: row.friend,
            bought_on: row.bought_on,
            status: row.status,
            reason: row.reason,
            sale_id: row.sale_id,
            decide_by: row.decide_by,
            created_at: row.created_at,
            ended_at: row.ended_at,
        }
    }
}

async fn file(caller: Claimant, body: Body<ClaimBody>) -> Result<HttpResponse, ApiError> {
    let body = body.into_inner();
    let request = ClaimRequest {
        referrer_id: body.referrer(&caller.principal)?,
        purchase: body.purchase(caller.now())?,
        source: source_of(&caller.principal, body.source.as_deref())?,
        actor: caller.principal.actor(),
    };
    let (claim, new) = filed(caller.write(move |tx, now| file_claim(tx, now, &request)).await?)?;
    let mut answer = if new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(ClaimView::from(claim)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimQuery {
    referrer_id: Option<ReferrerId>,
    status: Option<ClaimStatus>,
}

async fn list(caller: OwnReader, Filtered(page, query): Filtered<ClaimQuery>) -> Result<HttpResponse, ApiError> {
    let filter = ClaimFilter {
        scope: caller.principal.scope(),
        referrer_id: query.referrer_id,
        status: query.status,
        after: page.after.map(ClaimId::from_uuid),
        limit: page.fetch(),
    };
    let rows = caller.read(move |conn| claims::list(conn, &filter)).await?;
    Ok(HttpResponse::Ok().json(List::of(rows, page).map(ClaimView::from)))
}

/// Yes or no to what somebody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ActionBody {
    Accept,
    Decline,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionBody {
    action: ActionBody,
    sale_id: Option<SaleId>,
    reason: Option<DeclineReason>,
}

impl DecisionBody {
    fn decision(self) -> Result<ClaimDecision, FieldError> {
        match (self.action, self.sale_id, self.reason) {
            (ActionBody::Accept, sale, None) => Ok(ClaimDecision::Accept(sale)),
            (ActionBody::Decline, None, Some(reason)) => Ok(ClaimDecision::Decline(reason)),
            (ActionBody::Decline, None, None) => {
                Err(FieldError::new("/reason", "missing_field", "is missing; the referrer is told why"))
            }
            (ActionBody::Accept, _, Some(_)) => Err(FieldError::new("/reason", "unexpected", "belongs to decline; leave it out")),
            (ActionBody::Decline, Some(_), _) => {
                Err(FieldError::new("/sale_id", "unexpected", "belongs to accept; leave it out"))
            }
        }
    }
}

async fn decide(caller: Owner, path: Path<Uuid>, body: Body<DecisionBody>) -> Result<HttpResponse, ApiError> {
    let id = ClaimId::from_uuid(path.into_inner());
    let (decision, actor) = (body.into_inner().decision()?, caller.principal.actor());
    match caller.write(move |tx, now| decide_claim(tx, now, id, decision, &actor)).await? {
        ClaimDecided::Done(claim) => Ok(HttpResponse::Ok().json(ClaimView::from(*claim))),
        ClaimDecided::UnknownClaim => Err(ApiError::not_found("claim")),
        ClaimDecided::Ended(status) => {
            Err(ApiError::conflict("claim_decided", format!("this claim is {} already and stays so", status.as_db())))
        }
        ClaimDecided::UnknownSale => Err(ApiError::conflict(
            "no_such_sale",
            "the claim names no order that was reported; name the sale as sale_id, or decline it",
        )),
        ClaimDecided::ClaimedBy(other) => Err(ApiError::conflict(
            "claimed_before",
            format!("the sale was credited on a claim of referrer {other}; decide on the sale itself to change that"),
        )),
        ClaimDecided::EarnsNothing(reason) => {
            let why = reason.map_or("somebody else earns it by your own decision", |reason| reason.as_db());
            let detail = format!("the sale would not be credited to this referrer: {why}; decline, or decide on the sale itself");
            Err(ApiError::conflict("sale_earns_nothing", detail))
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportQuery {
    referrer_id: Option<ReferrerId>,
}

async fn report(caller: Auditor, Query(query): Query<ReportQuery>) -> Result<HttpResponse, ApiError> {
    let report = caller.read(move |conn| report_claims(conn, query.referrer_id)).await?;
    Ok(HttpResponse::Ok().json(report))
}
