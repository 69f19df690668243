//! `/v1/program`: the rules, in numbered versions.

use actix_web::Responder;
use actix_web::web::{self, Json, ServiceConfig};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::db::terms::{self, Program};
use crate::domain::field::FieldError;
use crate::domain::id::ProgramId;
use crate::domain::instant::Instant;
use crate::domain::program::{Terms, TermsVersion};
use crate::http::body::Body;
use crate::http::callers::{Auditor, Owner};
use crate::http::paging::List;
use crate::http::problem::ApiError;
use crate::http::syntax;
use crate::operations::preview_terms::{Previewed, SALES_MAX, preview_terms};
use crate::operations::set_terms::{TermsSet, set_terms};

/// Sales that rules are tried on unless the request says how many.
const PREVIEW_DEFAULT: i64 = 100;

/// Adds the routes.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/v1/program").route(web::get().to(read)).route(web::patch().to(change)))
        .service(web::resource("/v1/program/terms").route(web::get().to(list)))
        .service(web::resource("/v1/program/terms/preview").route(web::post().to(preview)));
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

/// Rules to be tried, and on how many of the last sales.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PreviewBody {
    terms: Map<String, Value>,
    last: Option<i64>,
}

async fn preview(caller: Owner, body: Body<PreviewBody>) -> Result<impl Responder, ApiError> {
    let PreviewBody { terms, last } = body.into_inner();
    let last = last.unwrap_or(PREVIEW_DEFAULT);
    if !(1..=SALES_MAX).contains(&last) {
        return Err(FieldError::new("/last", "out_of_range", format!("must be between 1 and {SALES_MAX}")).into());
    }
    match caller.read(move |conn| preview_terms(conn, &terms, last)).await? {
        Previewed::Done(preview) => Ok(Json(preview)),
        Previewed::Unreadable(error) => Err(syntax::fault(error.path(), &error.inner().to_string()).inside("/terms").into()),
        Previewed::Refused(faults) => {
            Err(faults.into_iter().map(|fault| fault.inside("/terms")).collect::<Vec<FieldError>>().into())
        }
    }
}

async fn change(caller: Owner, body: Body<Map<String, Value>>) -> Result<impl Responder, ApiError> {
    let (patch, actor) = (body.into_inner(), caller.principal.actor());
    match caller.write(move |tx, now| set_terms(tx, now, &actor, &patch)).await? {
        TermsSet::InForce(id, version) => Ok(Json(ProgramView::of(id, *version))),
        TermsSet::Unreadable(error) => Err(syntax::fault(error.path(), &error.inner().to_string()).into()),
        TermsSet::Refused(faults) => Err(faults.into()),
    }
}
