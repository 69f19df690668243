//! `/v1/payer`: who pays, as payment files name him.

use actix_web::Responder;
use actix_web::web::{self, Json, ServiceConfig};
use serde_json::{Map, Value};

use crate::http::body::Body;
use crate::http::callers::{Auditor, Owner};
use crate::http::problem::ApiError;
use crate::http::syntax;
use crate::operations::set_payer::{PayerSet, payer, set_payer};

/// Adds the routes.
pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/v1/payer").route(web::get().to(read)).route(web::patch().to(change)));
}

async fn read(caller: Auditor) -> Result<impl Responder, ApiError> {
    Ok(Json(caller.read(payer).await?))
}

async fn change(caller: Owner, body: Body<Map<String, Value>>) -> Result<impl Responder, ApiError> {
    let (patch, actor) = (body.into_inner(), caller.principal.actor());
    match caller.write(move |tx, now| set_payer(tx, now, &actor, &patch)).await? {
        PayerSet::Done(payer) => Ok(Json(*payer)),
        PayerSet::Unreadable(error) => Err(syntax::fault(error.path(), &error.inner().to_string()).into()),
        PayerSet::Refused(faults) => Err(faults.into()),
    }
}
