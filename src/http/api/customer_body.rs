//! What a request says about a customer: one form for customers, referrers and sales.

use serde::{Deserialize, Deserializer};

use super::source::source_of;
use crate::domain::customer::{CustomerFacts, CustomerKey, Metadata, check_metadata};
use crate::domain::field::{FieldError, short_text};
use crate::domain::instant::Instant;
use crate::domain::locale::Locale;
use crate::domain::principal::Principal;
use crate::http::problem::ApiError;

/// More orders than this are a wrong number, not a good customer.
const ORDERS_MAX: i64 = 1_000_000;

/// The customer object, as it is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerBody {
    /// The storefront's own id.
    pub external_id: Option<String>,
    /// The storefront of `external_id`.
    pub source: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// A telephone number.
    pub phone: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// First order before the service knew him.
    pub first_order_at: Option<Instant>,
    /// Orders before the service knew him.
    pub orders_before: Option<i64>,
    /// The language he wants letters in.
    pub locale: Option<Locale>,
    /// The shop's own words.
    pub metadata: Option<Metadata>,
}

impl CustomerBody {
    /// Checks the object at `pointer`; an `external_id` without a `source` belongs to
    /// `default_source`. An object without a key is fine here: whether one is needed, the caller knows.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn parse(self, default_source: &str, pointer: &str) -> Result<CustomerFacts, Vec<FieldError>> {
        let mut faults = Vec::new();
        let mut keys = Vec::new();
        let at = |field: &str| format!("{pointer}/{field}");
        let source = self.source.as_deref().unwrap_or(default_source);
        faults.extend(short_text(&at("source"), source).err());
        let mut key = |parsed: Result<CustomerKey, FieldError>, shown: String| match parsed {
            Ok(key) => keys.push((key, shown)),
            Err(fault) => faults.push(fault),
        };
        if let Some(text) = self.external_id {
            key(CustomerKey::external_id(&at("external_id"), source, &text), text);
        }
        if let Some(text) = self.email {
            key(CustomerKey::email(&at("email"), &text), text);
        }
        if let Some(text) = self.phone {
            key(CustomerKey::phone(&at("phone"), &text), text);
        }
        faults.extend(self.name.as_deref().and_then(|name| short_text(&at("name"), name).err()));
        faults.extend(self.orders_before.and_then(|count| orders_before(&at("orders_before"), count).err()));
        faults.extend(self.metadata.as_ref().and_then(|metadata| check_metadata(&at("metadata"), metadata).err()));
        if !faults.is_empty() {
            return Err(faults);
        }
        let Self { name, first_order_at, orders_before, locale, metadata, .. } = self;
        Ok(CustomerFacts { keys, name, first_order_at, orders_before, locale, metadata })
    }

    /// As [`Self::parse`], for whoever must be known by a key: one at least, and no time ahead of `now`.
    ///
    /// # Errors
    /// 403 when a storefront's token names another source, 422 with every field at fault.
    pub fn parse_named(self, principal: &Principal, pointer: &str, now: Instant) -> Result<CustomerFacts, ApiError> {
        self.source.as_deref().map_or(Ok(()), |source| short_text(&format!("{pointer}/source"), source))?;
        let source = source_of(principal, self.source.as_deref())?;
        let facts = self.parse(&source, pointer)?;
        if facts.keys.is_empty() {
            let pointer = if pointer.is_empty() { "/email" } else { pointer };
            return Err(FieldError::new(pointer, "key_missing", "is missing; send an external_id, an email or a phone").into());
        }
        facts.check_times(pointer, now)?;
        Ok(facts)
    }
}

/// Checks how many orders there were before.
///
/// # Errors
/// When the count is negative or beyond belief.
pub fn orders_before(pointer: &str, count: i64) -> Result<(), FieldError> {
    if (0..=ORDERS_MAX).contains(&count) {
        return Ok(());
    }
    Err(FieldError::new(pointer, "out_of_range", format!("must be between 0 and {ORDERS_MAX}")))
}

/// Reads a field such that `null` (empty it) differs from absence (leave it alone).
///
/// # Errors
/// When the value has the wrong form.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::customer::KeyKind;

    #[test]
    fn keys_keep_the_text_they_came_with() {
        let body = CustomerBody {
            external_id: Some("C-7".to_owned()),
            email: Some("Anna@Example.COM".to_owned()),
            phone: Some("0049 30 901820".to_owned()),
            ..CustomerBody::default()
        };
        let facts = body.clone().parse("shop", "/customer").expect("facts");
        let shown: Vec<_> =
            facts.keys.iter().map(|(key, shown)| (key.kind, key.source.as_str(), key.value.as_str(), shown.as_str())).collect();
        assert_eq!(
            shown,
            [
                (KeyKind::ExternalId, "shop", "C-7", "C-7"),
                (KeyKind::Email, "", "anna@example.com", "Anna@Example.COM"),
                (KeyKind::Phone, "", "+4930901820", "0049 30 901820"),
            ]
        );
        let named = CustomerBody { source: Some("blog".to_owned()), ..body }.parse("shop", "").expect("facts");
        assert_eq!(named.keys[0].0.source, "blog");
    }

    #[test]
    fn every_fault_is_named() {
        let body = CustomerBody {
            external_id: Some(String::new()),
            email: Some("anna".to_owned()),
            phone: Some("no".to_owned()),
            name: Some("x".repeat(300)),
            orders_before: Some(-1),
            metadata: Some([("a".to_owned(), "\0".to_owned())].into()),
            ..CustomerBody::default()
        };
        let faults = body.parse("shop", "/customer").expect_err("faults");
        let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/customer/external_id",
                "/customer/email",
                "/customer/phone",
                "/customer/name",
                "/customer/orders_before",
                "/customer/metadata"
            ]
        );
    }
}
