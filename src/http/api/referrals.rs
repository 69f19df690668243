//! `/v1/referrals`: introductions registered before an order, such as at sign-up.

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, get, post, resource};
use serde::{Deserialize, Serialize};

use super::customer_body::CustomerBody;
use super::source::source_of;
use crate::db::introductions::{self, Introduction, IntroductionFilter};
use crate::domain::attribution::Reason;
use crate::domain::click::click_named_by;
use crate::domain::code::Code;
use crate::domain::field::FieldError;
use crate::domain::id::{CustomerId, IntroductionId, ReferrerId};
use crate::domain::instant::Instant;
use crate::http::body::Body;
use crate::http::callers::{Reporter, StaffReader};
use crate::http::paging::{Filtered, List};
use crate::http::problem::ApiError;
use crate::operations::register_introduction::{Introduced, IntroductionRequest, Pointer, register_introduction};

/// The furthest an introduction may reach ahead, in days, as in the terms.
const DAYS_MAX: i64 = 3_650;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/referrals").route(post().to(register)).route(get().to(list)));
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferralBody {
    customer: CustomerBody,
    code: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<String>,
    consent: bool,
    expires_at: Option<Instant>,
    source: Option<String>,
}

impl ReferralBody {
    fn pointer(&self) -> Result<Pointer, FieldError> {
        match (&self.code, &self.reference) {
            (Some(code), None) => Code::parse("/code", code).map(Pointer::Code),
            (None, Some(reference)) => click_named_by(reference).map(Pointer::Click).ok_or_else(|| unknown("/ref")),
            (Some(_), Some(_)) => Err(FieldError::new("/ref", "not_one", "stands beside code; send one of the two")),
            (None, None) => Err(FieldError::new(
                "/code",
                "missing_field",
                "is missing; send the code, or the ref of the link, that brought her",
            )),
        }
    }

    fn check(&self, now: Instant) -> Result<(), FieldError> {
        if !self.consent {
            return Err(FieldError::new("/consent", "consent_required", "must be true: the customer has agreed that it is kept"));
        }
        let reach = self.expires_at.is_none_or(|end| end > now && end <= now.plus_days(DAYS_MAX));
        let fault = || FieldError::new("/expires_at", "out_of_range", format!("must lie 0 to {DAYS_MAX} days ahead"));
        if reach { Ok(()) } else { Err(fault()) }
    }
}

fn unknown(pointer: &str) -> FieldError {
    FieldError::new(pointer, "unknown_code", "names no code; send it as the customer gave it")
}

#[derive(Debug, Serialize)]
struct ReferralView {
    id: IntroductionId,
    customer_id: CustomerId,
    referrer_id: ReferrerId,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    source: String,
    terms_version: i64,
    live: bool,
    expires_at: Instant,
    created_at: Instant,
}

impl ReferralView {
    fn of(row: Introduction, now: Instant) -> Self {
        Self {
            id: row.id,
            customer_id: row.customer_id,
            referrer_id: row.referrer_id,
            code: row.code,
            source: row.source,
            terms_version: row.terms_version,
            live: row.ended_at.is_none() && row.expires_at > now,
            expires_at: row.expires_at,
            created_at: row.created_at,
        }
    }
}

async fn register(caller: Reporter, body: Body<ReferralBody>) -> Result<HttpResponse, ApiError> {
    let (body, now) = (body.into_inner(), caller.now());
    body.check(now)?;
    let at = if body.reference.is_some() { "/ref" } else { "/code" };
    let request = IntroductionRequest {
        by: body.pointer()?,
        expires_at: body.expires_at,
        source: source_of(&caller.principal, body.source.as_deref())?,
        customer: body.customer.parse_named(&caller.principal, "/customer", now)?,
        actor: caller.principal.actor(),
    };
    match caller.write(move |tx, now| register_introduction(tx, now, &request)).await? {
        Introduced::New(row) => Ok(HttpResponse::Created().json(ReferralView::of(row, now))),
        Introduced::Standing(row) => Ok(HttpResponse::Ok().json(ReferralView::of(row, now))),
        Introduced::Refused(Reason::CodeRetired) => {
            Err(FieldError::new(at, "code_retired", "was retired and counts no more").into())
        }
        Introduced::Refused(Reason::ReferrerPaused) => {
            Err(FieldError::new(at, "referrer_paused", "belongs to somebody who takes no part at present").into())
        }
        Introduced::Refused(Reason::SelfReferral) => {
            Err(FieldError::new(at, "self_referral", "is the customer's own; nobody introduces himself").into())
        }
        Introduced::Refused(_) => Err(unknown(at).into()),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferralQuery {
    referrer_id: Option<ReferrerId>,
    customer_id: Option<CustomerId>,
}

async fn list(caller: StaffReader, Filtered(page, query): Filtered<ReferralQuery>) -> Result<HttpResponse, ApiError> {
    let filter = IntroductionFilter {
        scope: caller.principal.scope(),
        referrer_id: query.referrer_id,
        customer_id: query.customer_id,
        after: page.after.map(IntroductionId::from_uuid),
        limit: page.fetch(),
    };
    let now = caller.now();
    let rows = caller.read(move |conn| introductions::list(conn, &filter)).await?;
    Ok(HttpResponse::Ok().json(List::of(rows, page).map(|row| ReferralView::of(row, now))))
}
