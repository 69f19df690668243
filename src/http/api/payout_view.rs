//! Payouts as the API shows them.

use serde::Serialize;
use uuid::Uuid;

use crate::db::payouts::{Line, Payout};
use crate::domain::id::{BatchId, PayoutId, ReferrerId};
use crate::domain::instant::Instant;
use crate::domain::money::Money;
use crate::domain::payout::{ItemKind, PayoutStatus, Rail};

#[derive(Debug, Serialize)]
pub(super) struct ShownPayout {
    id: PayoutId,
    batch_id: BatchId,
    referrer_id: ReferrerId,
    amount: Money,
    rail: Rail,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    status: PayoutStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<ShownLine>>,
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_at: Option<Instant>,
}

#[derive(Debug, Serialize)]
struct ShownLine {
    kind: ItemKind,
    id: Uuid,
    amount: i64,
    released: bool,
}

impl From<Payout> for ShownPayout {
    fn from(row: Payout) -> Self {
        Self {
            id: row.id,
            batch_id: row.batch_id,
            referrer_id: row.referrer_id,
            amount: Money { amount: row.amount, currency: row.currency },
            rail: row.rail,
            account: row.account,
            status: row.status,
            reference: row.reference,
            reason: row.reason,
            lines: None,
            created_at: row.created_at,
            approved_at: row.approved_at,
            settled_at: row.settled_at,
        }
    }
}

impl ShownPayout {
    pub(super) fn with_lines(self, lines: Vec<Line>) -> Self {
        let show = |line: Line| ShownLine {
            kind: line.item_kind,
            id: line.item_id.uuid(),
            amount: line.amount,
            released: line.released_at.is_some(),
        };
        Self { lines: Some(lines.into_iter().map(show).collect()), ..self }
    }
}
