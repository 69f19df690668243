//! What the owner does with a batch: approve, drop, settle, send. Each form does it once.

use actix_web::HttpResponse;
use actix_web::web;
use uuid::Uuid;

use super::once::{back, key, once_and_go};
use super::who;
use crate::db::payout_batches;
use crate::domain::field::short_text;
use crate::domain::id::BatchId;
use crate::domain::payout::PayoutResult;
use crate::domain::payout_rules::Approval;
use crate::http::api::payout_sending::hand_over;
use crate::http::api::payouts::refused;
use crate::http::callers::Caller;
use crate::http::pages::form::Fields;
use crate::http::pages::people::OwnerDesk;
use crate::http::problem::ApiError;
use crate::operations::approve_batch::{self, approve_batch};
use crate::operations::cancel_batch::{self, cancel_batch};
use crate::operations::settle_payout::{self, Outcome, settle_batch};

pub(super) async fn approve(desk: OwnerDesk, path: web::Path<Uuid>, fields: Fields) -> Result<HttpResponse, ApiError> {
    use approve_batch::Outcome;
    let id = BatchId::from_uuid(path.into_inner());
    let (frame, here) = (desk.frame("payouts"), place(id));
    if let Err(paused) = desk.may_go_out().await {
        return back(&frame, &here, paused);
    }
    let actor = desk.principal.actor();
    // The operation tells tokens apart; a person who signs in twice is one person.
    if desk.terms.payouts.approval == Approval::TwoPeople && prepared_by(&desk, id, &actor).await? {
        return Ok(frame.go(&format!("{here}?fault=second_person_needed")));
    }
    let (request, to) = (approve_batch::Request { batch_id: id, actor }, here.clone());
    once_and_go(&desk, &frame, &fields, &format!("{here}/approve"), move |tx, now| {
        Ok(match approve_batch(tx, now, &request)? {
            Outcome::NoBatch => "/desk/payouts".to_owned(),
            Outcome::Preparing => format!("{to}?fault=still_preparing"),
            Outcome::SamePerson => format!("{to}?fault=second_person_needed"),
            Outcome::Dropped => format!("{to}?fault=batch_cancelled"),
            Outcome::Approved => format!("{to}?done=payouts-approved"),
        })
    })
    .await
}

async fn prepared_by(caller: &Caller, id: BatchId, actor: &str) -> Result<bool, ApiError> {
    let batch = caller.read(move |conn| payout_batches::find(conn, id)).await?.ok_or_else(missing)?;
    who::same_person(caller, &batch.prepared_by, actor).await
}

fn missing() -> ApiError {
    ApiError::not_found("payout batch")
}

pub(super) async fn cancel(desk: OwnerDesk, path: web::Path<Uuid>, fields: Fields) -> Result<HttpResponse, ApiError> {
    use cancel_batch::Outcome;
    let id = BatchId::from_uuid(path.into_inner());
    let (frame, here, actor) = (desk.frame("payouts"), place(id), desk.principal.actor());
    let to = here.clone();
    once_and_go(&desk, &frame, &fields, &format!("{here}/cancel"), move |tx, now| {
        Ok(match cancel_batch(tx, now, id, &actor)? {
            Outcome::NoBatch => "/desk/payouts".to_owned(),
            Outcome::TooLate => format!("{to}?fault=already_sent"),
            Outcome::Cancelled => format!("{to}?done=payouts-dropped"),
        })
    })
    .await
}

/// Says what became of every payout of the batch that waits.
pub(super) async fn settle(desk: OwnerDesk, path: web::Path<Uuid>, fields: Fields) -> Result<HttpResponse, ApiError> {
    let id = BatchId::from_uuid(path.into_inner());
    let (frame, here) = (desk.frame("payouts"), place(id));
    let Some(request) = result(&desk, &fields) else { return Ok(frame.go(&format!("{here}?fault=bad_result"))) };
    let to = here.clone();
    once_and_go(&desk, &frame, &fields, &format!("{here}/settle"), move |tx, now| {
        let Some((_, settled)) = settle_batch(tx, now, id, &request)? else { return Ok("/desk/payouts".to_owned()) };
        Ok(match settled.first() {
            Some(first) if settled.iter().all(|one| one.outcome == Outcome::Refused) => {
                format!("{to}?fault={}", refused(&first.payout).code())
            }
            _ => format!("{to}?done=payouts-settled"),
        })
    })
    .await
}

/// What the form says became of it; none when that cannot be.
pub(super) fn result(caller: &Caller, fields: &Fields) -> Option<settle_payout::Request> {
    let result = match fields.one("result")? {
        "paid" => PayoutResult::Paid,
        "failed" => PayoutResult::Failed,
        "returned" => PayoutResult::Returned,
        _ => return None,
    };
    let text = |name: &str| fields.one(name).map(str::to_owned);
    let (reference, reason) = (text("reference"), text("reason"));
    let fits = |text: &Option<String>| text.as_deref().is_none_or(|text| short_text("", text).is_ok());
    (fits(&reference) && fits(&reason)).then(|| settle_payout::Request {
        result,
        reference,
        reason,
        actor: caller.principal.actor(),
    })
}

/// Hands what waits to the provider, or to the shop. What was handed over is not handed over again, so this needs no key
/// of its own; that the form has one is looked at all the same.
pub(super) async fn send(desk: OwnerDesk, path: web::Path<Uuid>, fields: Fields) -> Result<HttpResponse, ApiError> {
    let id = BatchId::from_uuid(path.into_inner());
    let (frame, here) = (desk.frame("payouts"), place(id));
    key(&fields, &here)?;
    match hand_over(&desk, id).await {
        Ok(()) => Ok(frame.go(&format!("{here}?done=payouts-sent"))),
        Err(refused) => back(&frame, &here, refused),
    }
}

pub(super) fn place(id: BatchId) -> String {
    format!("/desk/payouts/batches/{id}")
}
