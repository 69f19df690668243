//! `/v1/referrers`: who introduces others, and by which codes.

use actix_web::web::{self, Json, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use serde::{Deserialize, Serialize};

use super::codes::{CodeView, taken};
use super::customer_body::CustomerBody;
use super::customer_view::CustomerView;
use crate::db::referrers::{self, CodeRow, Referrer};
use crate::db::{Conn, DbResult, customers};
use crate::domain::code::Code;
use crate::domain::id::{CustomerId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::principal::Scope;
use crate::domain::referrer::ReferrerStatus;
use crate::http::body::Body;
use crate::http::callers::{AnyReader, Caller, Owner, Reporter, StaffReader};
use crate::http::paging::{Filtered, List};
use crate::http::problem::ApiError;
use crate::operations::enroll_referrer::{Enrolled, Enrolment, enroll_referrer};
use crate::operations::issue_code::{CodeWish, Issued, issue_code};
use crate::operations::pause_referrer::pause_referrer;
use crate::operations::resume_referrer::resume_referrer;

/// Adds the routes.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/v1/referrers").route(web::post().to(enroll)).route(web::get().to(list)))
        .service(web::resource("/v1/referrers/{id}").route(web::get().to(read)))
        .service(web::resource("/v1/referrers/{id}/pause").route(web::post().to(pause)))
        .service(web::resource("/v1/referrers/{id}/resume").route(web::post().to(resume)))
        .service(web::resource("/v1/referrers/{id}/codes").route(web::post().to(add_code)));
}

/// A referrer with his customer and codes.
#[derive(Debug, Serialize)]
struct ReferrerView {
    id: ReferrerId,
    status: ReferrerStatus,
    customer: CustomerView,
    codes: Vec<CodeView>,
    created_at: Instant,
}

/// What a view is made of, read in one go.
type Parts = (Vec<Referrer>, Vec<CustomerView>, Vec<CodeRow>);

fn gather(conn: &mut Conn<'_>, rows: Vec<Referrer>, scope: &Scope) -> DbResult<Parts> {
    let ids: Vec<ReferrerId> = rows.iter().map(|row| row.id).collect();
    let of: Vec<CustomerId> = rows.iter().map(|row| row.customer_id).collect();
    let people = customers::find_all(conn, &of)?;
    let keys = customers::keys_of(conn, &of)?;
    let codes = referrers::codes_of(conn, &ids)?;
    Ok((rows, CustomerView::all(people, keys, scope), codes))
}

fn views(caller: &Caller, (rows, people, codes): Parts) -> Vec<ReferrerView> {
    let mut people: std::collections::HashMap<CustomerId, CustomerView> =
        people.into_iter().map(|view| (view.id(), view)).collect();
    rows.into_iter()
        .filter_map(|row| {
            let codes = codes.iter().filter(|code| code.referrer_id == row.id).map(|code| CodeView::of(caller, code)).collect();
            let customer = people.remove(&row.customer_id)?;
            Some(ReferrerView { id: row.id, status: row.status, customer, codes, created_at: row.created_at })
        })
        .collect()
}

fn only(caller: &Caller, parts: Option<Parts>) -> Result<ReferrerView, ApiError> {
    parts.and_then(|parts| views(caller, parts).pop()).ok_or_else(|| ApiError::not_found("referrer"))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnrolBody {
    customer: CustomerBody,
    code: Option<String>,
    #[serde(default)]
    invite: bool,
}

async fn enroll(caller: Reporter, body: Body<EnrolBody>) -> Result<impl Responder, ApiError> {
    let EnrolBody { customer, code, invite } = body.into_inner();
    let customer = customer.parse_named(&caller.principal, "/customer", caller.now())?;
    let code = code.map(|code| Code::parse("/code", &code)).transpose()?;
    let (wish, scope) = (Enrolment { customer, code, invite }, caller.principal.scope());
    let (outcome, parts) = caller
        .write(move |tx, now| {
            let outcome = enroll_referrer(tx, now, &wish)?;
            let parts = match &outcome {
                Enrolled::Done { referrer, .. } => Some(gather(tx, vec![referrer.clone()], &scope)?),
                Enrolled::Nameless | Enrolled::CodeTaken => None,
            };
            Ok((outcome, parts))
        })
        .await?;
    match outcome {
        Enrolled::Nameless => Err(ApiError::internal("a customer with a key was not recorded")),
        Enrolled::CodeTaken => Err(taken()),
        Enrolled::Done { new: true, .. } => Ok(HttpResponse::Created().json(only(&caller, parts)?)),
        Enrolled::Done { new: false, .. } => Ok(HttpResponse::Ok().json(only(&caller, parts)?)),
    }
}

async fn read(caller: AnyReader, id: web::Path<ReferrerId>) -> Result<impl Responder, ApiError> {
    let (id, scope) = (id.into_inner(), caller.principal.scope());
    let parts = caller
        .read(move |conn| match referrers::find_in(conn, id, &scope)? {
            Some(row) => gather(conn, vec![row], &scope).map(Some),
            None => Ok(None),
        })
        .await?;
    Ok(Json(only(&caller, parts)?))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferrerFilter {
    status: Option<ReferrerStatus>,
}

async fn list(caller: StaffReader, filtered: Filtered<ReferrerFilter>) -> Result<impl Responder, ApiError> {
    let Filtered(page, ReferrerFilter { status }) = filtered;
    let scope = caller.principal.scope();
    let (parts, has_more) = caller
        .read(move |conn| {
            let rows = referrers::list(conn, status, &scope, page.after.map(ReferrerId::from_uuid), page.fetch())?;
            let List { data, has_more } = List::of(rows, page);
            Ok((gather(conn, data, &scope)?, has_more))
        })
        .await?;
    Ok(Json(List { data: views(&caller, parts), has_more }))
}

async fn pause(caller: Owner, id: web::Path<ReferrerId>) -> Result<impl Responder, ApiError> {
    let (id, actor, scope) = (id.into_inner(), caller.principal.actor(), caller.principal.scope());
    let parts = caller
        .write(move |tx, now| match pause_referrer(tx, now, &actor, id)? {
            Some(row) => gather(tx, vec![row], &scope).map(Some),
            None => Ok(None),
        })
        .await?;
    Ok(Json(only(&caller, parts)?))
}

async fn resume(caller: Owner, id: web::Path<ReferrerId>) -> Result<impl Responder, ApiError> {
    let (id, actor, scope) = (id.into_inner(), caller.principal.actor(), caller.principal.scope());
    let parts = caller
        .write(move |tx, now| match resume_referrer(tx, now, &actor, id)? {
            Some(row) => gather(tx, vec![row], &scope).map(Some),
            None => Ok(None),
        })
        .await?;
    Ok(Json(only(&caller, parts)?))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeBody {
    code: Option<String>,
    destination: Option<String>,
}

async fn add_code(caller: Reporter, id: web::Path<ReferrerId>, body: Body<CodeBody>) -> Result<impl Responder, ApiError> {
    let CodeBody { code, destination } = body.into_inner();
    let code = code.map(|code| Code::parse("/code", &code)).transpose()?;
    let wish = CodeWish { referrer_id: id.into_inner(), code, destination };
    let scope = caller.principal.scope();
    match caller.write(move |tx, now| issue_code(tx, now, &scope, &wish)).await? {
        Issued::Unknown => Err(ApiError::not_found("referrer")),
        Issued::Refused(fault) => Err(fault.into()),
        Issued::Taken => Err(taken()),
        Issued::New(row) => Ok(HttpResponse::Created().json(CodeView::of(&caller, &row))),
        Issued::Owned(row) => Ok(HttpResponse::Ok().json(CodeView::of(&caller, &row))),
    }
}
