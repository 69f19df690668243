//! How a customer is shown.

use serde::Serialize;

use super::mail_preferences::BounceView;
use crate::db::bounces::Bounced;
use crate::db::customers::{Customer, KeyRow};
use crate::domain::customer::{KeyKind, Metadata};
use crate::domain::id::CustomerId;
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::principal::Scope;

/// A customer. `external_id`, `email` and `phone` show the first key of each kind, `keys` all.
#[derive(Debug, Serialize)]
pub struct CustomerView {
    id: CustomerId,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    keys: Vec<KeyView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_order_at: Option<Instant>,
    orders_before: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<Locale>,
    metadata: Metadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<CustomerId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mail_bounces: Vec<BounceView>,
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    erased_at: Option<Instant>,
}

/// A key, as it was sent.
#[derive(Debug, Serialize)]
struct KeyView {
    kind: KeyKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    value: String,
}

impl CustomerView {
    /// The customer as `scope` may see him: a storefront is not shown the ids other storefronts know
    /// him by, and nobody reads the shop's words about himself.
    #[must_use]
    pub fn of(row: Customer, keys: Vec<KeyRow>, scope: &Scope) -> Self {
        let shown: Vec<KeyRow> = keys.into_iter().filter(|key| may_see(key, scope)).collect();
        let first = |kind| shown.iter().find(|key| key.kind == kind).map(|key| key.shown.clone());
        let metadata = if matches!(scope, Scope::Referrer(_)) { Metadata::new() } else { row.metadata.0 };
        Self {
            id: row.id,
            name: row.name,
            external_id: first(KeyKind::ExternalId),
            source: shown.iter().find(|key| key.kind == KeyKind::ExternalId).map(|key| key.source.clone()),
            email: first(KeyKind::Email),
            phone: first(KeyKind::Phone),
            keys: shown.into_iter().map(KeyView::of).collect(),
            first_order_at: row.first_order_at,
            orders_before: row.orders_before,
            tier: row.tier,
            locale: row.locale,
            metadata,
            merged_into: row.merged_into,
            mail_bounces: Vec::new(),
            created_at: row.created_at,
            erased_at: row.erased_at,
        }
    }

    /// A page of customers, each with his own of `keys`.
    #[must_use]
    pub fn all(rows: Vec<Customer>, keys: Vec<KeyRow>, scope: &Scope) -> Vec<Self> {
        let mut by_customer: std::collections::HashMap<CustomerId, Vec<KeyRow>> = std::collections::HashMap::new();
        for key in keys {
            by_customer.entry(key.customer_id).or_default().push(key);
        }
        rows.into_iter()
            .map(|row| {
                let keys = by_customer.remove(&row.id).unwrap_or_default();
                Self::of(row, keys, scope)
            })
            .collect()
    }

    /// The same with what came back for his addresses.
    #[must_use]
    pub fn with_bounces(mut self, bounces: Vec<Bounced>) -> Self {
        self.mail_bounces = bounces.into_iter().map(BounceView::from).collect();
        self
    }

    /// Who it is.
    #[must_use]
    pub const fn id(&self) -> CustomerId {
        self.id
    }
}

fn may_see(key: &KeyRow, scope: &Scope) -> bool {
    match scope {
        Scope::Source(source) => key.kind != KeyKind::ExternalId || key.source == *source,
        Scope::All | Scope::Referrer(_) => true,
        Scope::Nothing => false,
    }
}

impl KeyView {
    fn of(row: KeyRow) -> Self {
        let source = (row.kind == KeyKind::ExternalId).then_some(row.source);
        Self { kind: row.kind, source, value: row.shown }
    }
}
