//! `/v1/joins/{id}/decision`: the owner's word on who would like to become a referrer.

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, post, resource};
use serde::{Deserialize, Serialize};

use super::claims::ActionBody;
use crate::db::joins::Join;
use crate::domain::id::{CustomerId, JoinId};
use crate::domain::instant::Instant;
use crate::domain::referrer::JoinStatus;
use crate::http::body::Body;
use crate::http::callers::Owner;
use crate::http::problem::ApiError;
use crate::operations::ask_join::{JoinDecided, decide_join};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/joins/{id}/decision").route(post().to(decide)));
}

#[derive(Debug, Serialize)]
pub(super) struct JoinView {
    id: JoinId,
    customer_id: CustomerId,
    terms_version: i64,
    status: JoinStatus,
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Instant>,
}

impl From<Join> for JoinView {
    fn from(row: Join) -> Self {
        let Join { id, customer_id, terms_version, status, created_at, ended_at, .. } = row;
        Self { id, customer_id, terms_version, status, created_at, ended_at }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionBody {
    action: ActionBody,
}

async fn decide(caller: Owner, id: Path<JoinId>, body: Body<DecisionBody>) -> Result<HttpResponse, ApiError> {
    let (id, accept) = (id.into_inner(), body.into_inner().action == ActionBody::Accept);
    let actor = caller.principal.actor();
    match caller.write(move |tx, now| decide_join(tx, now, id, accept, &actor)).await? {
        JoinDecided::Done(join) => Ok(HttpResponse::Ok().json(JoinView::from(join))),
        JoinDecided::Unknown => Err(ApiError::not_found("join")),
        JoinDecided::Ended(status) => {
            Err(ApiError::conflict("join_decided", format!("this wish is {} already and stays so", status.as_db())))
        }
        JoinDecided::Nameless => Err(ApiError::conflict("nameless", "nothing is left by which this customer could be enrolled")),
    }
}
