//! How a storefront is connected: its kind, where its codes stand, where its fields are.

use serde::{Deserialize, Serialize};

use crate::domain::field::FieldError;

/// Who sends, and so how it signs and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Shopify's webhooks.
    Shopify,
    /// WooCommerce's webhooks.
    Woocommerce,
    /// Stripe's events.
    Stripe,
    /// Anybody who signs the body with HMAC-SHA256, read by a field map.
    Generic,
    /// Anybody who signs after Standard Webhooks 1.0, read by a field map.
    Standard,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Shopify, Self::Woocommerce, Self::Stripe, Self::Generic, Self::Standard];

    /// The word in addresses and in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shopify => "shopify",
            Self::Woocommerce => "woocommerce",
            Self::Stripe => "stripe",
            Self::Generic => "generic",
            Self::Standard => "standard",
        }
    }

    /// The kind that `name` spells.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Where codes are looked for unless the owner says otherwise, the best first.
    #[must_use]
    pub const fn code_sources(self) -> &'static [CodeSource] {
        match self {
            Self::Shopify => &[CodeSource::DiscountCodes, CodeSource::NoteAttributes, CodeSource::LandingUrl],
            Self::Woocommerce => &[CodeSource::CouponLines, CodeSource::MetaData, CodeSource::OrderAttribution],
            Self::Stripe => &[CodeSource::ClientReferenceId, CodeSource::Metadata, CodeSource::PromotionCodes],
            Self::Generic | Self::Standard => &[CodeSource::Fields],
        }
    }

    /// Whether a field map is what its messages are read by.
    #[must_use]
    pub const fn is_mapped(self) -> bool {
        matches!(self, Self::Generic | Self::Standard)
    }
}

/// A place in an order where a code may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeSource {
    /// Shopify: `discount_codes[].code`.
    DiscountCodes,
    /// Shopify: `note_attributes[]` named such as `ref`.
    NoteAttributes,
    /// Shopify: the query of `landing_site`.
    LandingUrl,
    /// WooCommerce: `coupon_lines[].code`.
    CouponLines,
    /// WooCommerce: `meta_data[]` with a key such as `hound_ref`.
    MetaData,
    /// WooCommerce: `_wc_order_attribution_*`.
    OrderAttribution,
    /// Stripe: `client_reference_id`.
    ClientReferenceId,
    /// Stripe: `metadata` named such as `ref`.
    Metadata,
    /// Stripe: promotion codes made by this service.
    PromotionCodes,
    /// The field map's `codes`.
    Fields,
}

/// The sources of a connection of `kind`, checked.
///
/// # Errors
/// When one does not exist at that kind of shop, or twice.
pub fn check_code_sources(pointer: &str, kind: Kind, sources: &[CodeSource]) -> Result<(), FieldError> {
    for (place, source) in sources.iter().enumerate() {
        let at = || format!("{pointer}/{place}");
        if !kind.code_sources().contains(source) {
            let message = format!("does not exist at a shop of the kind {}", kind.name());
            return Err(FieldError::new(at(), "unknown_code_source", message));
        }
        if sources.iter().take(place).any(|earlier| earlier == source) {
            return Err(FieldError::new(at(), "twice", "is named twice; name it once, where it counts"));
        }
    }
    Ok(())
}

/// Where the fields of a message stand, each as a JSON pointer (RFC 6901) from its root.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FieldMap {
    /// The word that tells what happened; none when every message is an order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Words at `event` that mean an order; empty: all that mean nothing else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order_events: Vec<String>,
    /// Words at `event` that mean a refund.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refund_events: Vec<String>,
    /// Words at `event` that mean a cancelled order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cancel_events: Vec<String>,
    /// The order number.
    pub order_id: String,
    /// Where the order stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Words at `status` that mean paid; empty: every order is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paid_statuses: Vec<String>,
    /// Words at `status` that mean cancelled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cancelled_statuses: Vec<String>,
    /// ISO 4217; none: the connection's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Whether amounts are whole minor units; else they are decimals such as `12.50`.
    pub minor_units: bool,
    /// Goods before the order discount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtotal: Option<String>,
    /// Taken off the whole order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<String>,
    /// Tax on the goods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<String>,
    /// Whether the goods include it.
    pub tax_included: bool,
    /// Shipping, its own tax included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping: Option<String>,
    /// What the buyer paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<String>,
    /// When the buyer ordered (RFC 3339, or seconds since 1970).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<String>,
    /// When the order was last changed; its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// The shop's id of the buyer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// The buyer's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The buyer's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Codes, the best first: a text or a list of texts at each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// The refund's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<String>,
    /// What the buyer got back, gross; none: everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_amount: Option<String>,
    /// Whether it is a test: true, or a word that is not `false`, `0` or `live`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
}

/// A pointer longer than this is a mistake.
const POINTER_MAX: usize = 200;

/// Words or codes in one list of a field map.
const WORDS_MAX: usize = 20;

impl FieldMap {
    /// Checks that each pointer is one and that the map can give an order.
    ///
    /// # Errors
    /// The field at fault, inside `pointer`.
    pub fn check(&self, pointer: &str) -> Result<(), FieldError> {
        let single = [
            ("event", &self.event),
            ("status", &self.status),
            ("currency", &self.currency),
            ("subtotal", &self.subtotal),
            ("discount", &self.discount),
            ("tax", &self.tax),
            ("shipping", &self.shipping),
            ("total", &self.total),
            ("occurred_at", &self.occurred_at),
            ("updated_at", &self.updated_at),
            ("customer_id", &self.customer_id),
            ("email", &self.email),
            ("name", &self.name),
            ("refund_id", &self.refund_id),
            ("refund_amount", &self.refund_amount),
            ("test", &self.test),
        ];
        check_pointer(&format!("{pointer}/order_id"), &self.order_id)?;
        for (name, value) in single {
            value.as_deref().map_or(Ok(()), |value| check_pointer(&format!("{pointer}/{name}"), value))?;
        }
        for (place, value) in self.codes.iter().enumerate() {
            check_pointer(&format!("{pointer}/codes/{place}"), value)?;
        }
        let lists = [
            ("codes", &self.codes),
            ("order_events", &self.order_events),
            ("refund_events", &self.refund_events),
            ("cancel_events", &self.cancel_events),
            ("paid_statuses", &self.paid_statuses),
            ("cancelled_statuses", &self.cancelled_statuses),
        ];
        for (name, list) in lists {
            if list.iter().any(|word| word.chars().any(char::is_control)) {
                let message = "holds a control character; send plain text";
                return Err(FieldError::new(format!("{pointer}/{name}"), "control_character", message));
            }
            if list.len() > WORDS_MAX || list.iter().any(|word| word.chars().count() > POINTER_MAX) {
                let message = format!("holds more than {WORDS_MAX} entries, or one of more than {POINTER_MAX} characters");
                return Err(FieldError::new(format!("{pointer}/{name}"), "too_many", message));
            }
        }
        if self.subtotal.is_none() && self.total.is_none() {
            let message = "is missing; say where subtotal or total stands, an order without a sum earns nothing";
            return Err(FieldError::new(format!("{pointer}/subtotal"), "missing_amount", message));
        }
        if self.tax_included && self.tax.is_none() {
            let message = "is needed when tax_included is true: commissions are paid on net prices";
            return Err(FieldError::new(format!("{pointer}/tax"), "tax_required", message));
        }
        Ok(())
    }
}

fn check_pointer(pointer: &str, value: &str) -> Result<(), FieldError> {
    let escapes = value.match_indices('~').all(|(place, _)| matches!(value.as_bytes().get(place + 1), Some(b'0' | b'1')));
    let plain = !value.chars().any(char::is_control);
    if value.starts_with('/') && value.len() <= POINTER_MAX && escapes && plain {
        return Ok(());
    }
    Err(FieldError::new(pointer, "invalid_pointer", "is not a JSON pointer such as /data/order/id (RFC 6901)"))
}
