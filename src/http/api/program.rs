//! `/v1/program`: the rules, in numbered versions.

use actix_web::Responder;
use actix_web::web::{self, Json, ServiceConfig};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::db::terms::{self, Program};
use crate::domain::id::ProgramId;
use crate::domain::instant::Instant;
use crate::domain::program::{Terms, TermsVersion};
use crate::http::body::Body;
use crate::http::callers::{Auditor, Owner};
use crate::http::paging::List;
use crate::http::problem::ApiError;
use crate::http::syntax;
use crate::operations::set_terms::{TermsSet, set_terms};

/// Adds the routes.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/v1/program").route(web::get().to(read)).route(web::patch().to(change)))
        .service(web::resource("/v1/program/terms").route(web::get().to(list)));
}

/// The program under one version of its terms.
#[derive(Debug, Serialize)]
struct ProgramView {
    id: ProgramId,
    version: i64,
    valid_from: Instant,
    #[serde(flatten)]
    terms: Terms,
}

impl ProgramView {
    fn of(id: ProgramId, version: TermsVersion) -> Self {
        Self { id, version: version.version, valid_from: version.valid_from, terms: version.terms }
    }
}

async fn read(caller: Auditor) -> Result<impl Responder, ApiError> {
    let Program { id, mut versions } = program(&caller).await?;
    let newest = versions.pop().ok_or_else(|| ApiError::internal("the program has no terms"))?;
    Ok(Json(ProgramView::of(id, newest)))
}

async fn list(caller: Auditor) -> Result<impl Responder, ApiError> {
    let Program { id, versions } = program(&caller).await?;
    let data: Vec<ProgramView> = versions.into_iter().map(|version| ProgramView::of(id, version)).collect();
    Ok(Json(List { data, has_more: false }))
}

async fn program(caller: &Auditor) -> Result<Program, ApiError> {
    caller.read(terms::program).await?.ok_or_else(|| ApiError::internal("the ledger has no program"))
}

async fn change(caller: Owner, body: Body<Map<String, Value>>) -> Result<impl Responder, ApiError> {
    let (patch, actor) = (body.into_inner(), caller.principal.actor());
    match caller.write(move |tx, now| set_terms(tx, now, &actor, &patch)).await? {
        TermsSet::InForce(id, version) => Ok(Json(ProgramView::of(id, *version))),
        TermsSet::Unreadable(error) => Err(syntax::fault(error.path(), &error.inner().to_string()).into()),
        TermsSet::Refused(faults) => Err(faults.into()),
    }
}
