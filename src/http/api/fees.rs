//! What banks and providers took for payouts.

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, post, resource};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::field::FieldError;
use crate::domain::id::PayoutId;
use crate::domain::money::{AMOUNT_MAX, Money};
use crate::http::body::Body;
use crate::http::callers::Owner;
use crate::http::problem::ApiError;
use crate::operations::book_fee::{Outcome, book_fee};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/payouts/{id}/fee").route(post().to(fee)));
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FeeBody {
    amount: i64,
}

#[derive(Debug, Serialize)]
struct ShownFee {
    payout_id: PayoutId,
    fee: Money,
}

async fn fee(caller: Owner, path: Path<Uuid>, body: Body<FeeBody>) -> Result<HttpResponse, ApiError> {
    let id = PayoutId::from_uuid(path.into_inner());
    let Body(FeeBody { amount }, _) = body;
    if !(1..=AMOUNT_MAX).contains(&amount) {
        let message = format!("must be between 1 and {AMOUNT_MAX} minor units of the payout's currency");
        return Err(FieldError::new("/amount", "out_of_range", message).into());
    }
    let actor = caller.principal.actor();
    match caller.write(move |tx, now| book_fee(tx, now, id, amount, &actor)).await? {
        Outcome::Booked(fee) => Ok(HttpResponse::Ok().json(ShownFee { payout_id: id, fee })),
        Outcome::Differs(fee) => Err(ApiError::conflict("fee_stands", format!("a fee of {fee} is booked already"))),
        Outcome::NothingMoved => {
            Err(ApiError::conflict("nothing_moved", "the items of this payout closed against each other; no money moved"))
        }
        Outcome::NoPayout => Err(ApiError::not_found("payout")),
    }
}
