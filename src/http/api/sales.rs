//! Orders: report, cancel, decide, read, explain.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, get, post, resource};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::explanation_view::ExplainedVerdict;
use super::sale_body::SaleBody;
use super::sale_view::ShownSale;
use super::source::source_of;
use crate::db::sale_lists::SaleFilter;
use crate::domain::attribution::VerdictKind;
use crate::domain::field::{FieldError, short_text};
use crate::domain::id::{CustomerId, ReferrerId, SaleId};
use crate::domain::principal::Mode;
use crate::domain::sale::{OrderKey, SaleStatus};
use crate::http::body::{BatchBody, Body};
use crate::http::callers::{Caller, Owner, Reporter, StaffReader};
use crate::http::paging::{Filtered, List};
use crate::http::problem::ApiError;
use crate::http::syntax;
use crate::operations::books::Book;
use crate::operations::cancel_sale::cancel_sale;
use crate::operations::decide_sale::{Action, DecisionAnswer, decide_sale};
use crate::operations::record_sales::{SaleAnswer, SaleRequest};
use crate::operations::show_sales::{explain_sale, list_sales, show_sale};

/// Orders in one batch.
const BATCH_MAX: usize = 1_000;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/sales").route(post().to(record)).route(get().to(list)))
        .service(resource("/v1/sales/batch").route(post().to(record_batch)))
        .service(resource("/v1/sales/cancel").route(post().to(cancel)))
        .service(resource("/v1/sales/{id}").route(get().to(read)))
        .service(resource("/v1/sales/{id}/decision").route(post().to(decide)))
        .service(resource("/v1/sales/{id}/explanation").route(get().to(explain)));
}

/// A checked report with the ledger it belongs to.
struct Addressed {
    book: Arc<Book>,
    request: SaleRequest,
}

async fn record(caller: Reporter, body: Body<SaleBody>) -> Result<HttpResponse, ApiError> {
    let (answer, test) = report(&caller, body.into_inner()).await?;
    match answer {
        SaleAnswer::Created(view) => Ok(HttpResponse::Created().json(ShownSale::new(*view, test))),
        SaleAnswer::Known(view) => Ok(HttpResponse::Ok().json(ShownSale::new(*view, test))),
        SaleAnswer::Conflict(id, fields) => Err(conflict(id, &fields)),
    }
}

/// Records one order; whether it went to the sandbox.
async fn report(caller: &Caller, body: SaleBody) -> Result<(SaleAnswer, bool), ApiError> {
    let Addressed { book, request } = address(caller, body).await?;
    Ok((book.record_sales.ask(request).await?, book.mode == Mode::Sandbox))
}

/// Records an order that somebody at the desk has taken down, in the words of `POST /v1/sales`.
///
/// # Errors
/// As that address.
pub(in crate::http) async fn report_by_hand(caller: &Caller, order: &serde_json::Value) -> Result<SaleAnswer, ApiError> {
    report(caller, syntax::from_value::<SaleBody>(order)?).await.map(|(answer, _)| answer)
}

async fn address(caller: &Caller, body: SaleBody) -> Result<Addressed, ApiError> {
    let source = source_of(&caller.principal, body.source.as_deref())?;
    let buyer_source = body.customer.as_ref().and_then(|customer| customer.source.as_deref());
    source_of(&caller.principal, buyer_source)?;
    // A live storefront's test order goes to the sandbox, so that no live table knows tests.
    let book = if body.test { caller.sandbox().await? } else { Arc::clone(&caller.book) };
    let signals = body.signals.as_ref().map(|signals| signals.marked(&caller.app.marks)).unwrap_or_default();
    let (mut report, amounts) = body.parse(&source, book.clock.now()).map_err(ApiError::invalid)?;
    report.signals = signals;
    Ok(Addressed { request: SaleRequest { report, amounts, actor: caller.principal.actor() }, book })
}

fn conflict(id: SaleId, fields: &[&'static str]) -> ApiError {
    let names = fields.join(", ");
    let faults =
        fields.iter().map(|field| FieldError::new(format!("/{field}"), "differs", "differs from what was reported before"));
    ApiError::conflict_with(
        "sale_differs",
        format!(
            "this version of the order was reported before (sale {id}) and differs in {names}; send a higher version to revise it"
        ),
        faults.collect(),
    )
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaleBatch {
    // Parsed one by one, so that one bad order does not hold up the rest.
    sales: Vec<serde_json::Value>,
}

#[derive(Serialize)]
struct BatchItem {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    sale: Option<ShownSale>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<serde_json::Value>,
}

impl BatchItem {
    fn refused(error: &ApiError) -> Self {
        Self { status: error.status().as_u16(), sale: None, problem: Some(error.document()) }
    }

    fn answered(answer: SaleAnswer, test: bool) -> Self {
        match answer {
            SaleAnswer::Created(view) => Self { status: 201, sale: Some(ShownSale::new(*view, test)), problem: None },
            SaleAnswer::Known(view) => Self { status: 200, sale: Some(ShownSale::new(*view, test)), problem: None },
            SaleAnswer::Conflict(id, fields) => Self::refused(&conflict(id, &fields)),
        }
    }
}

async fn record_batch(caller: Reporter, body: BatchBody<SaleBatch>) -> Result<HttpResponse, ApiError> {
    let bodies = body.into_inner().sales;
    if bodies.len() > BATCH_MAX {
        return Err(
            FieldError::new("/sales", "too_many", format!("holds more than {BATCH_MAX} orders; send several batches")).into()
        );
    }
    let mut items: Vec<Option<BatchItem>> = Vec::with_capacity(bodies.len());
    let mut waiting: Vec<(usize, Addressed)> = Vec::new();
    for (place, body) in bodies.iter().enumerate() {
        let parsed = match syntax::from_value::<SaleBody>(body) {
            Ok(body) => address(&caller, body).await,
            Err(fault) => Err(fault.into()),
        };
        match parsed {
            Ok(addressed) => {
                items.push(None);
                waiting.push((place, addressed));
            }
            Err(error) => items.push(Some(BatchItem::refused(&error))),
        }
    }
    for mode in [Mode::Live, Mode::Sandbox] {
        let (mine, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, addressed)| addressed.book.mode == mode);
        waiting = rest;
        let Some(book) = mine.first().map(|(_, addressed)| Arc::clone(&addressed.book)) else { continue };
        let (places, requests): (Vec<usize>, Vec<SaleRequest>) =
            mine.into_iter().map(|(place, one)| (place, one.request)).unzip();
        for (place, answer) in places.into_iter().zip(book.record_sales.ask_all(requests).await) {
            let item = BatchItem::answered(answer?, mode == Mode::Sandbox);
            if let Some(slot) = items.get_mut(place) {
                *slot = Some(item);
            }
        }
    }
    let data: Vec<BatchItem> = items.into_iter().flatten().collect();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "data": data })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CancelBody {
    order_id: String,
    source: Option<String>,
}

async fn cancel(caller: Reporter, body: Body<CancelBody>) -> Result<HttpResponse, ApiError> {
    let body = body.into_inner();
    short_text("/order_id", &body.order_id)?;
    let key = OrderKey { source: source_of(&caller.principal, body.source.as_deref())?, order_id: body.order_id };
    let actor = caller.principal.actor();
    let view = caller.write(move |tx, now| cancel_sale(tx, now, &key, &actor)).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "id": view.sale.id, "applied": view.verdict.is_some() })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionBody {
    action: ActionBody,
    referrer_id: Option<ReferrerId>,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActionBody {
    Credit,
    Deny,
    Release,
}

async fn decide(caller: Owner, path: Path<Uuid>, body: Body<DecisionBody>) -> Result<HttpResponse, ApiError> {
    let id = SaleId::from_uuid(path.into_inner());
    let DecisionBody { action, referrer_id, reason } = body.into_inner();
    short_text("/reason", &reason)?;
    let action = match (action, referrer_id) {
        (ActionBody::Credit, Some(referrer)) => Action::Credit(referrer),
        (ActionBody::Credit, None) => {
            return Err(FieldError::new("/referrer_id", "missing_field", "is missing; credit needs to know whom").into());
        }
        (_, Some(_)) => return Err(FieldError::new("/referrer_id", "unexpected", "belongs to credit only; leave it out").into()),
        (ActionBody::Deny, None) => Action::Deny,
        (ActionBody::Release, None) => Action::Release,
    };
    let actor = caller.principal.actor();
    match caller.write(move |tx, now| decide_sale(tx, now, id, action, &reason, &actor)).await? {
        DecisionAnswer::Decided(view) => Ok(HttpResponse::Ok().json(ShownSale::new(*view, caller.book.mode == Mode::Sandbox))),
        DecisionAnswer::UnknownSale => Err(ApiError::not_found("sale")),
        DecisionAnswer::UnknownReferrer => Err(FieldError::new("/referrer_id", "unknown_referrer", "names no referrer").into()),
        DecisionAnswer::EarnsNothing => Err(ApiError::conflict(
            "sale_earns_nothing",
            "a cancelled order or an order of the past earns nothing, whoever sent the customer",
        )),
        DecisionAnswer::NothingHeld => {
            Err(ApiError::conflict("nothing_held", "nothing is held for anybody on this sale; use credit with a referrer_id"))
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFilter {
    source: Option<String>,
    order_id: Option<String>,
    customer_id: Option<CustomerId>,
    referrer_id: Option<ReferrerId>,
    status: Option<SaleStatus>,
    verdict: Option<VerdictKind>,
}

async fn list(caller: StaffReader, Filtered(page, filter): Filtered<ListFilter>) -> Result<HttpResponse, ApiError> {
    let wanted = SaleFilter {
        scope: caller.principal.scope(),
        source: filter.source,
        order_id: filter.order_id,
        customer_id: filter.customer_id,
        referrer_id: filter.referrer_id,
        status: filter.status,
        verdict: filter.verdict,
        after: page.after.map(SaleId::from_uuid),
        limit: page.fetch(),
    };
    let test = caller.book.mode == Mode::Sandbox;
    let views = caller.read(move |conn| list_sales(conn, &wanted)).await?;
    Ok(HttpResponse::Ok().json(List::of(views, page).map(|view| ShownSale::new(view, test))))
}

async fn read(caller: StaffReader, path: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    let (id, scope) = (SaleId::from_uuid(path.into_inner()), caller.principal.scope());
    let view = caller.read(move |conn| show_sale(conn, &scope, id)).await?.ok_or_else(|| ApiError::not_found("sale"))?;
    Ok(HttpResponse::Ok().json(ShownSale::new(view, caller.book.mode == Mode::Sandbox)))
}

async fn explain(caller: StaffReader, path: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    let (id, scope) = (SaleId::from_uuid(path.into_inner()), caller.principal.scope());
    let explained = caller.read(move |conn| explain_sale(conn, &scope, id)).await?;
    let (program, rows) = explained.ok_or_else(|| ApiError::not_found("sale"))?;
    let verdicts: Vec<ExplainedVerdict> =
        rows.into_iter().map(|row| ExplainedVerdict::new(row, &|version| program.terms(version))).collect();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "sale_id": id, "verdicts": verdicts })))
}
