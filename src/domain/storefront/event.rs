//! What a delivery asks for.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::connection::{CodeSource, FieldMap, Kind};
use super::{generic, shopify, stripe, woocommerce};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::refund::RefundContent;
use crate::domain::sale::{Amounts, OrderKey, SaleContent, SaleReport};

/// A delivery whose sender is known.
#[derive(Debug, Clone, Copy)]
pub struct Delivered<'a> {
    /// Which kind of shop sent it.
    pub kind: Kind,
    /// The storefront its orders belong to.
    pub source: &'a str,
    /// What it is about, in the shop's words; empty where the body says it.
    pub topic: &'a str,
    /// The body as it came.
    pub body: &'a [u8],
    /// Whether the sender's headers call it a test.
    pub test: bool,
    /// Where codes are looked for, in this order.
    pub code_sources: &'a [CodeSource],
    /// The currency of figures that name none.
    pub currency: Option<Currency>,
    /// Where the fields stand, for shops of no known kind.
    pub field_map: Option<&'a FieldMap>,
}

/// One thing to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An order as it stands.
    Sale(Box<SaleReport>, Amounts),
    /// Money given back.
    Refund {
        /// Of which order.
        order: OrderKey,
        /// The shop's number for it.
        refund_id: String,
        /// What it says.
        content: RefundContent,
    },
    /// All the money given back so far on one charge.
    RefundedSoFar {
        /// Of which order.
        order: OrderKey,
        /// The charge; its refunds are numbered after it.
        charge: String,
        /// Minor units, gross.
        amount: i64,
    },
    /// The order is off.
    Cancel(OrderKey),
}

/// What a delivery comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// What is to be done, in this order.
    pub events: Vec<Event>,
    /// Whether it belongs to the sandbox.
    pub test: bool,
    /// Why there is nothing to do, for the owner to read.
    pub nothing: Option<String>,
}

/// Where a storefront's message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboundStatus {
    /// Stored, not yet done.
    Received,
    /// Done.
    Applied,
    /// Nothing to be done.
    Ignored,
    /// Not understood, or refused by the ledger; it can be replayed.
    Failed,
}

/// Why a delivery says nothing that can be understood, and how to mend that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct MapFault {
    /// Where: a JSON pointer into the body.
    pub pointer: String,
    /// A sentence for people.
    pub message: String,
}

impl fmt::Display for MapFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() { f.write_str(&self.message) } else { write!(f, "{} {}", self.pointer, self.message) }
    }
}

impl MapFault {
    /// A fault at `pointer`.
    pub fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into() }
    }
}

impl Mapped {
    /// Things to be done.
    #[must_use]
    pub const fn of(events: Vec<Event>, test: bool) -> Self {
        Self { events, test, nothing: None }
    }

    /// Nothing to be done, because of `reason`.
    pub fn nothing(reason: impl Into<String>) -> Self {
        Self { events: Vec::new(), test: false, nothing: Some(reason.into()) }
    }
}

/// Understands a delivery.
///
/// # Errors
/// When it is no such message as its kind and topic promise: the place and how to mend it.
pub fn map(delivered: &Delivered<'_>) -> Result<Mapped, MapFault> {
    let body: Value =
        serde_json::from_slice(delivered.body).map_err(|fault| MapFault::new("", format!("the body is not JSON: {fault}")))?;
    match delivered.kind {
        Kind::Shopify => shopify::map(delivered, &body),
        Kind::Woocommerce => woocommerce::map(delivered, &body),
        Kind::Stripe => stripe::map(delivered, &body),
        Kind::Generic | Kind::Standard => generic::map(delivered, &body),
    }
}

/// Reports that carry one second: their contents share it out.
const WITHIN_A_SECOND: i64 = 100_000;

/// The version of an order that was last changed at `changed_at`. Shops tell seconds only; two contents of
/// one second are put in an order of their own, so that whichever comes last, the same one stands.
pub(super) fn version(changed_at: Instant, content: &SaleContent) -> i64 {
    let mut hash = Sha256::new();
    // A struct of numbers and texts always has a JSON form.
    hash.update(serde_json::to_vec(content).unwrap_or_default());
    hash.update(serde_json::to_vec(&content.lines).unwrap_or_default());
    let digest = hash.finalize();
    let sum = digest.iter().take(6).fold(0_i64, |sum, byte| sum * 256 + i64::from(*byte));
    changed_at.seconds().max(0) * WITHIN_A_SECOND + sum % WITHIN_A_SECOND
}
