//! Sending the payouts of a batch to whoever pays them, and how far that is.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, get, post, resource};
use serde::Serialize;
use uuid::Uuid;

use crate::db::submissions::{self, Submission};
use crate::db::{Conn, DbResult};
use crate::domain::id::{BatchId, SubmissionId};
use crate::domain::instant::Instant;
use crate::domain::provider::{Provider, SubmissionStatus};
use crate::http::callers::{Auditor, Caller, Owner};
use crate::http::problem::ApiError;
use crate::operations::submit_payouts::{Missing, Outcome, Request, submit_payouts};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/payout-batches/{id}/send").route(post().to(send)))
        .service(resource("/v1/payout-batches/{id}/submissions").route(get().to(read)));
}

#[derive(Debug, Serialize)]
struct Sending {
    batch_id: BatchId,
    /// How many payouts stand where.
    payouts: BTreeMap<&'static str, i64>,
    submissions: Vec<ShownSubmission>,
}

#[derive(Debug, Serialize)]
struct ShownSubmission {
    id: SubmissionId,
    provider: Provider,
    status: SubmissionStatus,
    payouts: i64,
    attempts: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_sent_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Instant>,
}

fn sending(conn: &mut Conn<'_>, batch_id: BatchId) -> DbResult<Option<Sending>> {
    let counts = submissions::counts_of(conn, batch_id)?;
    let sizes = submissions::sizes_of(conn, batch_id)?;
    let show = |row: Submission| ShownSubmission {
        id: row.id,
        provider: row.provider,
        status: row.status,
        payouts: sizes.get(&row.id).copied().unwrap_or(0),
        attempts: row.attempts,
        provider_id: row.provider_id,
        error: row.error,
        created_at: row.created_at,
        first_sent_at: row.first_sent_at,
        asked_at: row.asked_at,
        ended_at: row.ended_at,
    };
    let rows = submissions::of_batch(conn, batch_id)?;
    let known = !counts.is_empty() || submissions::is_batch(conn, batch_id)?;
    let payouts = counts.into_iter().map(|(status, count)| (status.as_db(), count)).collect();
    Ok(known.then(|| Sending { batch_id, payouts, submissions: rows.into_iter().map(show).collect() }))
}

async fn send(caller: Owner, path: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    let batch_id = BatchId::from_uuid(path.into_inner());
    hand_over(&caller, batch_id).await?;
    read_sending(&caller, batch_id).await
}

/// Hands the approved payouts of a batch to whoever pays them.
///
/// # Errors
/// 409 when none could be handed over, and why.
pub(in crate::http) async fn hand_over(caller: &Caller, batch_id: BatchId) -> Result<(), ApiError> {
    caller.may_go_out().await?;
    let request = Request { batch_id, vault: caller.app.vault.clone(), actor: caller.principal.actor() };
    match caller.write(move |tx, now| submit_payouts(tx, now, &request)).await? {
        Outcome::Sent => Ok(()),
        Outcome::NoBatch => Err(ApiError::not_found("payout batch")),
        Outcome::NotApproved => {
            Err(ApiError::conflict("not_approved", "this batch is not approved; approve it first, then send it"))
        }
        Outcome::Blocked(Missing::Provider) => Err(ApiError::conflict(
            "no_provider",
            "no provider is connected that pays these; connect one with PUT /v1/payout-providers/paypal, or export a file",
        )),
        Outcome::Blocked(Missing::Endpoint) => Err(ApiError::conflict(
            "no_endpoint",
            "no webhook endpoint names payout.store_credit, so no shop would book it; see POST /v1/webhook-endpoints",
        )),
        Outcome::Blocked(Missing::Exported) => Err(ApiError::conflict(
            "exported",
            "these payouts left in a file, which may be on its way to be paid; say what became of them with …/settle or …/status-file",
        )),
        Outcome::Blocked(Missing::Details) => Err(ApiError::conflict(
            "no_details",
            "the receivers' details are missing or were sealed with another key; see GET /v1/payouts?batch_id=…",
        )),
    }
}

async fn read(caller: Auditor, path: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    read_sending(&caller, BatchId::from_uuid(path.into_inner())).await
}

async fn read_sending(caller: &Caller, batch_id: BatchId) -> Result<HttpResponse, ApiError> {
    let found = caller.read(move |conn| sending(conn, batch_id)).await?;
    Ok(HttpResponse::Ok().json(found.ok_or_else(|| ApiError::not_found("payout batch"))?))
}
