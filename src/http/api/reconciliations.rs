//! A shop's list of orders, held against the ledger.

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, post, resource};
use serde::{Deserialize, Serialize};

use super::source::source_of;
use crate::domain::field::{FieldError, short_text};
use crate::domain::id::SaleId;
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::sale::{SaleStatus, check_amount};
use crate::http::body::BatchBody;
use crate::http::callers::Reporter;
use crate::http::problem::ApiError;
use crate::operations::reconcile_orders::{Compared, Listed, reconcile_orders};

/// Orders in one list; 4 MiB hold about as many.
const ORDERS_MAX: usize = 20_000;

/// From, and until before.
type Period = (Instant, Instant);

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/v1/reconciliations").route(post().to(reconcile)));
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListBody {
    source: Option<String>,
    from: Option<Instant>,
    to: Option<Instant>,
    orders: Vec<OrderBody>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderBody {
    order_id: String,
    total: Option<i64>,
    currency: Option<Currency>,
    status: Option<SaleStatus>,
    refunded: Option<i64>,
}

impl ListBody {
    fn parse(self) -> Result<(Vec<Listed>, Option<Period>), Vec<FieldError>> {
        if self.orders.len() > ORDERS_MAX {
            let message = format!("holds more than {ORDERS_MAX} orders; send several lists");
            return Err(vec![FieldError::new("/orders", "too_many", message)]);
        }
        let mut faults = Vec::new();
        for (place, order) in self.orders.iter().enumerate() {
            faults.extend(short_text(&format!("/orders/{place}/order_id"), &order.order_id).err());
            for (name, amount) in [("total", order.total), ("refunded", order.refunded)] {
                faults.extend(check_amount(&format!("/orders/{place}/{name}"), amount.unwrap_or(0)).err());
            }
        }
        let period = match (self.from, self.to) {
            (Some(from), Some(to)) if from < to => Some((from, to)),
            (None, None) => None,
            _ => {
                let message = "goes with to, which must be later; send both or neither";
                faults.push(FieldError::new("/from", "invalid_period", message));
                None
            }
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        let listed = |order: OrderBody| Listed {
            order_id: order.order_id,
            total: order.total,
            currency: order.currency,
            status: order.status,
            refunded: order.refunded,
        };
        Ok((self.orders.into_iter().map(listed).collect(), period))
    }
}

#[derive(Debug, Serialize)]
struct ComparedView {
    id: SaleId,
    order_id: String,
    differences: Vec<DifferenceView>,
}

#[derive(Debug, Serialize)]
struct DifferenceView {
    field: &'static str,
    listed: String,
    recorded: String,
}

impl From<Compared> for ComparedView {
    fn from(compared: Compared) -> Self {
        let view = |one: crate::operations::reconcile_orders::Difference| DifferenceView {
            field: one.field,
            listed: one.listed,
            recorded: one.recorded,
        };
        let differences = compared.differences.into_iter().map(view).collect();
        Self { id: compared.id, order_id: compared.order_id, differences }
    }
}

async fn reconcile(caller: Reporter, body: BatchBody<ListBody>) -> Result<HttpResponse, ApiError> {
    let body = body.into_inner();
    let source = source_of(&caller.principal, body.source.as_deref())?;
    let (listed, period) = body.parse()?;
    let found = caller.read(move |conn| reconcile_orders(conn, &source, &listed, period)).await?;
    let views = |orders: Vec<Compared>| orders.into_iter().map(ComparedView::from).collect::<Vec<_>>();
    let unlisted: Vec<_> =
        found.unlisted.into_iter().map(|(id, order_id)| serde_json::json!({ "id": id, "order_id": order_id })).collect();
    Ok(HttpResponse::Ok().json(serde_json::json!({
        "matching": found.matching,
        "missing": found.missing,
        "differing": views(found.differing),
        "refunded": views(found.refunded),
        "unlisted": unlisted,
    })))
}
