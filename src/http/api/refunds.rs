//! Money given back to buyers.

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, post, resource};
use serde::{Deserialize, Serialize};

use super::source::source_of;
use crate::domain::field::{FieldError, short_text};
use crate::domain::id::{RefundId, SaleId};
use crate::domain::money::Money;
use crate::domain::refund::{RefundContent, RefundLine};
use crate::domain::sale::OrderKey;
use crate::http::body::Body;
use crate::http::callers::Reporter;
use crate::http::problem::ApiError;
use crate::operations::refund_sales::{RefundAnswer, RefundRequest, RefundView};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/refunds").route(post().to(record)));
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RefundBody {
    refund_id: String,
    order_id: String,
    source: Option<String>,
    amount: Option<i64>,
    tax: Option<i64>,
    shipping: Option<i64>,
    #[serde(default)]
    lines: Vec<RefundLineBody>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RefundLineBody {
    line: usize,
    quantity: i64,
    amount: Option<i64>,
}

#[derive(Serialize)]
struct ShownRefund {
    id: RefundId,
    refund_id: String,
    order_id: String,
    source: String,
    sale_id: SaleId,
    applied: bool,
    effect: Effect,
}

#[derive(Serialize)]
struct Effect {
    base_refunded: i64,
    over_refunded: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    net: Option<Money>,
}

async fn record(caller: Reporter, body: Body<RefundBody>) -> Result<HttpResponse, ApiError> {
    let body = body.into_inner();
    let source = source_of(&caller.principal, body.source.as_deref())?;
    short_text("/refund_id", &body.refund_id)?;
    short_text("/order_id", &body.order_id)?;
    let lines = body.lines.into_iter().map(|line| RefundLine { line: line.line, quantity: line.quantity, amount: line.amount });
    let content = RefundContent { amount: body.amount, tax: body.tax, shipping: body.shipping, lines: lines.collect() };
    content.check()?;
    let order = OrderKey { source, order_id: body.order_id };
    let request =
        RefundRequest { order: order.clone(), refund_id: body.refund_id.clone(), content, actor: caller.principal.actor() };
    match caller.book.refund_sales.ask(request).await? {
        RefundAnswer::Created(view) => Ok(HttpResponse::Created().json(show(&view, body.refund_id, order))),
        RefundAnswer::Known(view) => Ok(HttpResponse::Ok().json(show(&view, body.refund_id, order))),
        RefundAnswer::Conflict(fields) => {
            let faults = fields
                .iter()
                .map(|field| FieldError::new(format!("/{field}"), "differs", "differs from what was reported before"));
            let names = fields.join(", ");
            let detail =
                format!("this refund was reported before and differs in {names}; a further refund needs a refund_id of its own");
            Err(ApiError::conflict_with("refund_differs", detail, faults.collect()))
        }
    }
}

fn show(view: &RefundView, refund_id: String, order: OrderKey) -> ShownRefund {
    let money = |amount: fn(&crate::operations::refund_sales::RefundEffect) -> i64| {
        view.commission.as_ref().map(|effect| Money { amount: amount(effect), currency: effect.currency })
    };
    ShownRefund {
        id: view.id,
        refund_id,
        order_id: order.order_id,
        source: order.source,
        sale_id: view.sale_id,
        applied: view.applied,
        effect: Effect {
            base_refunded: view.base_refunded,
            over_refunded: view.over_refunded,
            change: money(|effect| effect.change),
            net: money(|effect| effect.net),
        },
    }
}
