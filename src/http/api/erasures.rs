//! `DELETE /v1/customers/{id}`: erases a person.

use actix_web::Responder;
use actix_web::web::{Json, Path};
use serde::Serialize;

use crate::db::ledger::Balance;
use crate::domain::id::{CustomerId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::{Currency, Money};
use crate::http::callers::{Caller, Owner};
use crate::http::problem::ApiError;
use crate::operations::erase_customer::{Erased, ErasedReferrer, Erasure, erase_customer};

/// What is left of a person. Minor units.
#[derive(Debug, Serialize)]
struct ErasureView {
    customer_id: CustomerId,
    erased_at: Instant,
    referrers: Vec<ReferrerView>,
}

#[derive(Debug, Serialize)]
struct ReferrerView {
    referrer_id: ReferrerId,
    owed: Vec<Owed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient_kept_until: Option<Instant>,
}

/// What is still his in one currency; the owner decides what becomes of it.
#[derive(Debug, Serialize)]
struct Owed {
    currency: Currency,
    on_hold: i64,
    ready: i64,
}

impl From<Erasure> for ErasureView {
    fn from(found: Erasure) -> Self {
        let referrer = |row: ErasedReferrer| ReferrerView {
            referrer_id: row.id,
            owed: row.balances.iter().filter_map(owed).collect(),
            recipient_kept_until: row.kept_until,
        };
        let Erasure { customer_id, erased_at, referrers } = found;
        Self { customer_id, erased_at, referrers: referrers.into_iter().map(referrer).collect() }
    }
}

fn owed(row: &Balance) -> Option<Owed> {
    let Balance { currency, on_hold, ready, .. } = *row;
    (on_hold != 0 || ready != 0).then_some(Owed { currency, on_hold, ready })
}

pub(super) async fn erase(caller: Owner, id: Path<CustomerId>) -> Result<impl Responder, ApiError> {
    erase_for(&caller, id.into_inner()).await.map(|erasure| Json(ErasureView::from(erasure)))
}

/// Erases a person in the caller's ledger.
///
/// # Errors
/// 404 when there is no such customer, 409 while money is on its way to him.
pub(in crate::http) async fn erase_for(caller: &Caller, id: CustomerId) -> Result<Erasure, ApiError> {
    let (actor, vault) = (caller.principal.actor(), caller.app.vault.clone());
    match caller.write(move |tx, now| erase_customer(tx, now, &actor, &vault, id)).await? {
        Erased::Unknown => Err(ApiError::not_found("customer")),
        Erased::InTransit(moving) => {
            let sums: Vec<String> = moving.iter().map(Money::to_string).collect();
            let detail = format!("{} is on its way to this referrer; settle or cancel the payout first", sums.join(" and "));
            Err(ApiError::conflict("money_in_transit", detail))
        }
        Erased::Unsealable(fault) => Err(ApiError::internal(fault.to_string())),
        Erased::Done(erasure) => Ok(erasure),
    }
}
