//! Orders, commissions and verdicts as the API shows them.

use serde::Serialize;

use crate::db::commissions::CommissionRow;
use crate::db::types::Json;
use crate::domain::attribution::{Evidence, Reason, Verdict, VerdictKind};
use crate::domain::commission::CommissionStatus;
use crate::domain::customer::Metadata;
use crate::domain::id::{CommissionId, CustomerId, ReferrerId, SaleId};
use crate::domain::instant::Instant;
use crate::domain::money::{Currency, Money};
use crate::domain::sale::SaleStatus;
use crate::operations::fold::SaleView;

#[derive(Debug, Serialize)]
pub(super) struct ShownSale {
    id: SaleId,
    order_id: String,
    source: String,
    status: SaleStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<CustomerId>,
    occurred_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<Currency>,
    base: i64,
    base_refunded: i64,
    total: i64,
    total_disagrees: bool,
    over_refunded: bool,
    history: bool,
    test: bool,
    metadata: Metadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<ShownVerdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commission: Option<ShownSaleCommission>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bonus: Option<ShownSaleCommission>,
    friend_discount: i64,
    created_at: Instant,
}

#[derive(Debug, Serialize)]
pub(super) struct ShownVerdict {
    kind: VerdictKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referrer_id: Option<ReferrerId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Evidence>,
    terms_version: i64,
}

#[derive(Debug, Serialize)]
struct ShownSaleCommission {
    id: CommissionId,
    amount: Money,
    net: Money,
    status: CommissionStatus,
    due_at: Instant,
}

#[derive(Debug, Serialize)]
pub(super) struct ShownCommission {
    id: CommissionId,
    sale_id: SaleId,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bonus_deal: Option<i64>,
    referrer_id: ReferrerId,
    amount: Money,
    net: Money,
    status: CommissionStatus,
    due_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_at: Option<Instant>,
    terms_version: i64,
    created_at: Instant,
}

impl ShownSale {
    pub(super) fn new(view: SaleView, test: bool) -> Self {
        let SaleView { sale, verdict, commission, bonus } = view;
        let Json(metadata) = sale.metadata;
        Self {
            id: sale.id,
            order_id: sale.order_id,
            source: sale.source,
            status: sale.status,
            version: sale.version,
            customer_id: sale.customer_id,
            occurred_at: sale.occurred_at,
            paid_at: sale.paid_at,
            currency: sale.currency,
            base: sale.base,
            base_refunded: sale.base_refunded,
            total: sale.total,
            total_disagrees: sale.total_disagrees,
            over_refunded: sale.over_refunded,
            history: sale.history,
            test,
            metadata,
            verdict: verdict.map(ShownVerdict::from),
            commission: commission.as_ref().map(ShownSaleCommission::from),
            bonus: bonus.as_ref().map(ShownSaleCommission::from),
            friend_discount: sale.friend_discount,
            created_at: sale.created_at,
        }
    }
}

impl From<Verdict> for ShownVerdict {
    fn from(verdict: Verdict) -> Self {
        Self {
            kind: verdict.kind,
            reason: verdict.reason,
            referrer_id: verdict.referrer_id,
            code: verdict.code.map(|code| code.to_string()),
            evidence: verdict.evidence,
            terms_version: verdict.terms_version,
        }
    }
}

impl From<&CommissionRow> for ShownSaleCommission {
    fn from(row: &CommissionRow) -> Self {
        Self { id: row.id, amount: amount(row), net: net(row), status: row.status, due_at: row.due_at }
    }
}

impl From<CommissionRow> for ShownCommission {
    fn from(row: CommissionRow) -> Self {
        Self {
            id: row.id,
            sale_id: row.sale_id,
            kind: if row.bonus_deal().is_some() { "bonus" } else { "sale" },
            bonus_deal: row.bonus_deal(),
            referrer_id: row.referrer_id,
            amount: amount(&row),
            net: net(&row),
            status: row.status,
            due_at: row.due_at,
            approved_at: row.approved_at,
            terms_version: row.terms_version,
            created_at: row.created_at,
        }
    }
}

const fn amount(row: &CommissionRow) -> Money {
    Money { amount: row.amount, currency: row.currency }
}

const fn net(row: &CommissionRow) -> Money {
    Money { amount: row.net, currency: row.currency }
}
