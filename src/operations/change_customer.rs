//! Corrects what the file says of a customer.

use std::collections::BTreeMap;

use serde_json::json;

use crate::db::customers::{self, Customer, KeyRow};
use crate::db::types::AnyId;
use crate::db::{DbResult, Tx};
use crate::db::{outbox, tiers};
use crate::domain::customer::{METADATA_MAX, Metadata};
use crate::domain::id::CustomerId;
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::principal::Scope;

/// Entries by name; none takes an entry away.
pub type Entries = BTreeMap<String, Option<String>>;

/// What to change; the outer none leaves a field alone, the inner one empties it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerChange {
    /// The name.
    pub name: Option<Option<String>>,
    /// First order before the service knew him.
    pub first_order_at: Option<Option<Instant>>,
    /// Orders before the service knew him.
    pub orders_before: Option<i64>,
    /// His grade.
    pub tier: Option<Option<String>>,
    /// The language he wants letters in.
    pub locale: Option<Option<Locale>>,
    /// Entries to set, and (none) to take away; as a whole none, all of them are taken away.
    pub metadata: Option<Option<Entries>>,
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// There is no such customer, he is not the caller's, or he was erased.
    Unknown,
    /// He turned out to be this one; change that one instead.
    Merged(CustomerId),
    /// There would be more than 20 entries.
    TooMuchMetadata,
    /// There is no such grade.
    UnknownTier,
    /// As he stands now, with his keys.
    Done(Box<Customer>, Vec<KeyRow>),
}

/// Changes a customer in `scope`.
///
/// # Errors
/// What the database reports.
pub fn change_customer(
    tx: &mut Tx<'_>,
    now: Instant,
    actor: &str,
    scope: &Scope,
    id: CustomerId,
    change: &CustomerChange,
) -> DbResult<Changed> {
    if customers::find_in(tx, id, scope)?.is_none() {
        return Ok(Changed::Unknown);
    }
    let Some(before) = customers::lock(tx, &[id])?.pop() else { return Ok(Changed::Unknown) };
    if let Some(survivor) = before.merged_into {
        return Ok(Changed::Merged(survivor));
    }
    if before.erased_at.is_some() {
        return Ok(Changed::Unknown);
    }
    if let Some(Some(tier)) = &change.tier
        && tiers::find(tx, tier)?.is_none()
    {
        return Ok(Changed::UnknownTier);
    }
    let after = changed(&before, change);
    if after.metadata.0.len() > METADATA_MAX {
        return Ok(Changed::TooMuchMetadata);
    }
    if after != before {
        customers::update(tx, &after)?;
        let subject = AnyId::from_uuid(id.uuid());
        let past = json!({ "first_order_at": after.first_order_at, "orders_before": after.orders_before, "tier": after.tier });
        outbox::audit(tx, actor, "customer.change", subject, past, now)?;
    }
    let keys = customers::keys_of(tx, &[id])?;
    Ok(Changed::Done(Box::new(after), keys))
}

fn changed(before: &Customer, change: &CustomerChange) -> Customer {
    let mut row = before.clone();
    match &change.name {
        Some(Some(name)) => row.rename(name),
        Some(None) => (row.name, row.name_folded) = (None, None),
        None => {}
    }
    if let Some(at) = change.first_order_at {
        row.first_order_at = at;
    }
    if let Some(count) = change.orders_before {
        row.orders_before = count;
    }
    if let Some(tier) = &change.tier {
        row.tier.clone_from(tier);
    }
    if let Some(locale) = change.locale {
        row.locale = locale;
    }
    match &change.metadata {
        Some(Some(entries)) => entries.iter().for_each(|(name, value)| set(&mut row.metadata.0, name, value.as_deref())),
        Some(None) => row.metadata.0.clear(),
        None => {}
    }
    row
}

fn set(metadata: &mut Metadata, name: &str, value: Option<&str>) {
    match value {
        Some(value) => metadata.insert(name.to_owned(), value.to_owned()),
        None => metadata.remove(name),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_changes() {
        let now = Instant::from_micros(1_800_000_000_000_000);
        let mut anna = Customer::new(now);
        anna.rename("Anna");
        anna.orders_before = 3;
        set(&mut anna.metadata.0, "tier", Some("gold"));
        assert_eq!(changed(&anna, &CustomerChange::default()), anna);
        let change = CustomerChange {
            name: Some(None),
            orders_before: Some(1),
            metadata: Some(Some([("tier".to_owned(), None), ("size".to_owned(), Some("M".to_owned()))].into())),
            ..CustomerChange::default()
        };
        let after = changed(&anna, &change);
        assert_eq!((after.name, after.name_folded, after.orders_before), (None, None, 1));
        assert_eq!(after.metadata.0, Metadata::from([("size".to_owned(), "M".to_owned())]));
    }
}
