//! Books money given back to buyers: before or after the order, once or often, in part or whole.

use std::collections::HashMap;

use super::fold::{Cause, Fold, states};
use super::resolve_customers::resolve;
use crate::db::commissions::{self, RefundRow};
use crate::db::sales;
use crate::db::types::{AnyId, ChangeCause, Json};
use crate::db::{DbFault, DbResult, Tx};
use crate::domain::id::{CommissionId, CustomerId, RefundId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::refund::RefundContent;
use crate::domain::sale::OrderKey;

/// One refund, checked.
#[derive(Debug, Clone)]
pub struct RefundRequest {
    /// Of which order.
    pub order: OrderKey,
    /// The storefront's number for the refund.
    pub refund_id: String,
    /// What it says.
    pub content: RefundContent,
    /// Who reports.
    pub actor: String,
}

/// A refund as it is answered.
#[derive(Debug, Clone)]
pub struct RefundView {
    /// The refund.
    pub id: RefundId,
    /// The order it belongs to.
    pub sale_id: SaleId,
    /// Whether the order is known; if not, the refund waits for it.
    pub applied: bool,
    /// How much of the base went back so far, minor units.
    pub base_refunded: i64,
    /// Whether more went back than the buyer paid.
    pub over_refunded: bool,
    /// The commission it changed, if there is one.
    pub commission: Option<RefundEffect>,
}

/// What a refund did to a commission. Minor units.
#[derive(Debug, Clone)]
pub struct RefundEffect {
    /// The commission.
    pub id: CommissionId,
    /// ISO 4217.
    pub currency: Currency,
    /// What this refund took back, 0 or negative.
    pub change: i64,
    /// What is left.
    pub net: i64,
}

/// What became of a refund.
#[derive(Debug, Clone)]
pub enum RefundAnswer {
    /// The refund is new.
    Created(RefundView),
    /// It was reported before.
    Known(RefundView),
    /// It was reported before with other content: the fields that differ. Nothing changed.
    Conflict(Vec<&'static str>),
}

/// Books a slice of refunds in one transaction, in slice order, and answers each.
///
/// # Errors
/// What the database reports; `lost_race` when another process was first with a refund or order.
pub fn refund_sales(tx: &mut Tx<'_>, now: Instant, requests: &[RefundRequest]) -> DbResult<Vec<RefundAnswer>> {
    let orders: Vec<OrderKey> = requests.iter().map(|request| request.order.clone()).collect();
    let rows = sales::lock_by_keys(tx, &orders)?;
    let buyers: Vec<CustomerId> = rows.iter().filter_map(|row| row.customer_id).collect();
    let keys: Vec<(String, String)> = requests.iter().map(key).collect();
    // Read after the lock of the order: a rival that books the same refund holds it.
    let mut stored: HashMap<(String, String), RefundRow> = commissions::refunds_by_key(tx, &keys)?
        .into_iter()
        .map(|row| ((row.source.clone(), row.refund_id.clone()), row))
        .collect();
    let orders = states(tx, rows)?;
    let people = resolve(tx, now, &[], &buyers)?;
    let mut fold = Fold::open(tx, now, orders, &people, &[], now)?;
    let mut answers = Vec::with_capacity(requests.len());
    for request in requests {
        let answer = match stored.get(&key(request)) {
            Some(row) => repeat(tx, &fold, request, row)?,
            None => {
                let (row, view) = book(&mut fold, now, request)?;
                stored.insert(key(request), row);
                RefundAnswer::Created(view)
            }
        };
        answers.push(answer);
    }
    fold.finish(tx)?;
    Ok(answers)
}

fn key(request: &RefundRequest) -> (String, String) {
    (request.order.source.clone(), request.refund_id.clone())
}

fn book(fold: &mut Fold, now: Instant, request: &RefundRequest) -> DbResult<(RefundRow, RefundView)> {
    let sale_id = fold.find(&request.order).unwrap_or_else(|| fold.begin(&request.order));
    let id = fold.add_refund(sale_id, &request.order.source, &request.refund_id, &request.content);
    let cause = Cause { kind: ChangeCause::Refund, id: AnyId::from_uuid(id.uuid()), actor: &request.actor, note: None };
    let change = fold.settle_refund(sale_id, cause);
    let row = RefundRow {
        id,
        source: request.order.source.clone(),
        refund_id: request.refund_id.clone(),
        sale_id,
        content: Json(request.content.clone()),
        created_at: now,
    };
    Ok((row, view(fold, id, sale_id, change)?))
}

fn repeat(tx: &mut Tx<'_>, fold: &Fold, request: &RefundRequest, row: &RefundRow) -> DbResult<RefundAnswer> {
    let Json(content) = &row.content;
    let mut differing = Vec::new();
    if fold.find(&request.order) != Some(row.sale_id) {
        differing.push("order_id");
    }
    let same = [
        ("amount", content.amount == request.content.amount),
        ("tax", content.tax == request.content.tax),
        ("shipping", content.shipping == request.content.shipping),
        ("lines", content.lines == request.content.lines),
    ];
    differing.extend(same.into_iter().filter_map(|(name, same)| (!same).then_some(name)));
    if !differing.is_empty() {
        return Ok(RefundAnswer::Conflict(differing));
    }
    let commission = fold.order(row.sale_id).and_then(|order| order.commission.as_ref()).map(|commission| commission.id);
    let changes = commission.map_or_else(|| Ok(Vec::new()), |id| commissions::changes_of(tx, &[id]))?;
    let own = changes.iter().filter(|change| change.cause_id.uuid() == row.id.uuid());
    Ok(RefundAnswer::Known(view(fold, row.id, row.sale_id, own.map(|change| change.amount).sum())?))
}

fn view(fold: &Fold, id: RefundId, sale_id: SaleId, change: i64) -> DbResult<RefundView> {
    let order = fold.order(sale_id).ok_or(DbFault::NotFound)?;
    Ok(RefundView {
        id,
        sale_id,
        applied: order.current().is_some(),
        base_refunded: order.sale.base_refunded,
        over_refunded: order.sale.over_refunded,
        commission: order.commission.as_ref().map(|commission| RefundEffect {
            id: commission.id,
            currency: commission.currency,
            change,
            net: commission.net,
        }),
    })
}
