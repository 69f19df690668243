//! The owner's postings without a sale, and what a referrer has.

use actix_web::web::{Path, ServiceConfig, get, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::adjustments::{self, Adjustment};
use crate::db::referrers;
use crate::domain::field::{FieldError, short_text};
use crate::domain::id::{AdjustmentId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::{AMOUNT_MAX, Money};
use crate::domain::payout::AdjustmentKind;
use crate::domain::principal::{Role, Scope};
use crate::http::body::Body;
use crate::http::callers::{AnyReader, Auditor, Owner};
use crate::http::idempotency::{Stored, with_key};
use crate::http::paging::{Filtered, List, Query};
use crate::http::problem::ApiError;
use crate::operations::post_adjustment::{Outcome, Request, post_adjustment};
use crate::operations::report_balances::report_balances;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/adjustments").route(post().to(adjust)).route(get().to(list)))
        .service(resource("/v1/referrers/{id}/balance").route(get().to(balance)));
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AdjustmentBody {
    referrer_id: ReferrerId,
    #[serde(default = "correction")]
    kind: AdjustmentKind,
    amount: Money,
    reason: String,
}

const fn correction() -> AdjustmentKind {
    AdjustmentKind::Adjust
}

impl AdjustmentBody {
    fn check(&self) -> Result<(), FieldError> {
        short_text("/reason", &self.reason)?;
        let amount = self.amount.amount;
        if !(-AMOUNT_MAX..=AMOUNT_MAX).contains(&amount) {
            let message = format!("lies outside -{AMOUNT_MAX} to {AMOUNT_MAX} minor units");
            return Err(FieldError::new("/amount/amount", "out_of_range", message));
        }
        let wanted = match self.kind {
            AdjustmentKind::Adjust => "must not be 0: an adjustment adds, or takes away when negative",
            AdjustmentKind::Open => "must be more than 0: an opening balance is what the shop owes",
            AdjustmentKind::Forfeit => "must be less than 0: a forfeit takes away what is ready",
            AdjustmentKind::Forgive => "must be more than 0: forgiving adds what the referrer owes",
        };
        if self.kind.allows(amount) { Ok(()) } else { Err(FieldError::new("/amount/amount", "wrong_sign", wanted)) }
    }
}

#[derive(Debug, Serialize)]
struct ShownAdjustment {
    id: AdjustmentId,
    referrer_id: ReferrerId,
    kind: AdjustmentKind,
    amount: Money,
    reason: String,
    created_at: Instant,
}

impl From<Adjustment> for ShownAdjustment {
    fn from(row: Adjustment) -> Self {
        Self {
            id: row.id,
            referrer_id: row.referrer_id,
            kind: row.kind,
            amount: Money { amount: row.amount, currency: row.currency },
            reason: row.reason,
            created_at: row.created_at,
        }
    }
}

async fn adjust(caller: Owner, req: HttpRequest, body: Body<AdjustmentBody>) -> Result<HttpResponse, ApiError> {
    let Body(body, fingerprint) = body;
    body.check()?;
    let AdjustmentBody { referrer_id, kind, amount, reason } = body;
    let request = Request { referrer_id, kind, amount, reason, actor: caller.principal.actor() };
    with_key(&caller, &req, &fingerprint, move |tx, now| {
        Ok(match post_adjustment(tx, now, &request)? {
            Outcome::Posted(row) => Stored::new(201, &ShownAdjustment::from(row)),
            Outcome::NoReferrer => {
                Stored::problem(&FieldError::new("/referrer_id", "unknown_referrer", "names no referrer").into())
            }
            Outcome::ExceedsReady(ready) => Stored::problem(&ApiError::conflict(
                "exceeds_ready",
                format!("only {ready} is ready to be given up; forfeit at most that, or adjust"),
            )),
            Outcome::ExceedsDebt(debt) => Stored::problem(&ApiError::conflict(
                "exceeds_debt",
                format!("the referrer owes {debt}; forgive at most that, or adjust"),
            )),
        })
    })
    .await
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFilter {
    referrer_id: Option<ReferrerId>,
}

async fn list(caller: Auditor, Filtered(page, filter): Filtered<ListFilter>) -> Result<HttpResponse, ApiError> {
    let after = page.after.map(AdjustmentId::from_uuid);
    let rows = caller.read(move |conn| adjustments::list(conn, filter.referrer_id, after, page.fetch())).await?;
    Ok(HttpResponse::Ok().json(List::of(rows, page).map(ShownAdjustment::from)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct BalanceQuery {
    at: Option<String>,
}

/// Where a referrer's money is. Storefronts report orders; what people are owed is not their affair.
async fn balance(caller: AnyReader, path: Path<Uuid>, Query(query): Query<BalanceQuery>) -> Result<HttpResponse, ApiError> {
    let id = ReferrerId::from_uuid(path.into_inner());
    if caller.principal.role == Role::Storefront {
        return Err(ApiError::forbidden("a storefront's token does not read balances; use the owner's or the referrer's"));
    }
    let missing = || ApiError::not_found("referrer");
    if !matches!(caller.principal.scope(), Scope::All) && caller.principal.scope() != Scope::Referrer(id) {
        return Err(missing());
    }
    let now = caller.now();
    let found = caller.read(move |conn| match referrers::find(conn, id)? {
        Some(_) => report_balances(conn, now, Some(id), query.at.as_deref()).map(Some),
        None => Ok(None),
    });
    let found = found.await?.ok_or_else(missing)??;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "data": found.balances })))
}
