//! A report of an order: from JSON to the law's terms, with every fault named.

use std::net::IpAddr;

use serde::Deserialize;

use super::customer_body::CustomerBody;
use crate::domain::customer::{CustomerKey, Metadata, check_metadata};
use crate::domain::field::{self, FieldError, short_text};
use crate::domain::instant::Instant;
use crate::domain::money::Currency;
use crate::domain::sale::{Amounts, Hint, LINES_MAX, Line, OrderKey, SaleContent, SaleReport, SaleStatus};
use crate::domain::signal::{MarkKey, Signal};

/// Codes in one report; a checkout takes one or two.
const CODES_MAX: usize = 20;

/// The body of `POST /v1/sales` and each item of a batch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SaleBody {
    pub(super) order_id: String,
    pub(super) source: Option<String>,
    #[serde(default)]
    version: i64,
    status: Option<SaleStatus>,
    occurred_at: Option<Instant>,
    paid_at: Option<Instant>,
    currency: Currency,
    pub(super) customer: Option<CustomerBody>,
    #[serde(default)]
    lines: Vec<LineBody>,
    subtotal: Option<i64>,
    discount: Option<i64>,
    tax: Option<i64>,
    #[serde(default)]
    tax_included: bool,
    shipping: Option<i64>,
    total: Option<i64>,
    code: Option<String>,
    codes: Option<Vec<String>>,
    #[serde(rename = "ref")]
    reference: Option<String>,
    referred_by: Option<HintBody>,
    #[serde(default)]
    history: bool,
    #[serde(default)]
    pub(super) test: bool,
    #[serde(default)]
    metadata: Metadata,
    pub(super) signals: Option<SignalsBody>,
}

/// What the shop knows of address, network and payment. Kept as keyed hashes only.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignalsBody {
    address: Option<String>,
    ip: Option<IpAddr>,
    payment: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LineBody {
    sku: String,
    category: Option<String>,
    quantity: i64,
    unit_price: i64,
    #[serde(default)]
    discount: i64,
    #[serde(default = "yes")]
    commissionable: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HintBody {
    external_id: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    name: Option<String>,
}

const fn yes() -> bool {
    true
}

/// Collects faults, so that a developer sees all of them at once.
#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    fn note(&mut self, check: Result<(), FieldError>) {
        self.0.extend(check.err());
    }
}

impl SaleBody {
    /// Checks the report as one of `source`, received at `now`.
    ///
    /// # Errors
    /// Every fault found.
    pub(super) fn parse(self, source: &str, now: Instant) -> Result<(SaleReport, Amounts), Vec<FieldError>> {
        let mut faults = Faults::default();
        faults.note(short_text("/order_id", &self.order_id));
        faults.note(not_ahead("/occurred_at", self.occurred_at, now));
        faults.note(not_ahead("/paid_at", self.paid_at, now));
        faults.note(check_metadata("/metadata", &self.metadata));
        if !(0..=1_000_000_000_000_000).contains(&self.version) {
            faults.0.push(FieldError::new("/version", "out_of_range", "must be between 0 and 1000000000000000"));
        }
        if let Some(reference) = &self.reference {
            faults.note(short_text("/ref", reference));
        }
        faults.0.extend(self.signals.iter().flat_map(SignalsBody::faults));
        let codes = codes(self.code, self.codes, &mut faults);
        let lines = lines(self.lines, &mut faults);
        faults.note(not_ahead(
            "/customer/first_order_at",
            self.customer.as_ref().and_then(|customer| customer.first_order_at),
            now,
        ));
        let customer = match self.customer.map(|customer| customer.parse(source, "/customer")) {
            Some(Err(errors)) => {
                faults.0.extend(errors);
                None
            }
            Some(Ok(facts)) => Some(facts),
            None => None,
        };
        let referred_by = match self.referred_by.map(|hint| hint.parse(source)).transpose() {
            Ok(hint) => hint,
            Err(fault) => {
                faults.0.push(fault);
                None
            }
        };
        let content = SaleContent {
            occurred_at: self.occurred_at,
            currency: self.currency,
            lines,
            subtotal: self.subtotal,
            discount: self.discount,
            tax: self.tax,
            tax_included: self.tax_included,
            shipping: self.shipping,
            total: self.total,
            codes,
            reference: self.reference,
        };
        let amounts = match content.amounts() {
            Ok(amounts) if faults.0.is_empty() => amounts,
            Ok(_) => return Err(faults.0),
            Err(fault) => {
                faults.0.push(fault);
                return Err(faults.0);
            }
        };
        let report = SaleReport {
            order: OrderKey { source: source.to_owned(), order_id: self.order_id },
            version: self.version,
            status: self.status.unwrap_or(SaleStatus::Paid),
            paid_at: self.paid_at,
            customer: customer.filter(|facts| !facts.keys.is_empty()),
            referred_by,
            history: self.history,
            metadata: self.metadata,
            signals: Vec::new(),
            content,
        };
        Ok((report, amounts))
    }
}

impl SignalsBody {
    fn faults(&self) -> impl Iterator<Item = FieldError> {
        let given = [("/signals/address", &self.address), ("/signals/payment", &self.payment)];
        given.into_iter().filter_map(|(pointer, text)| text.as_deref().and_then(|text| short_text(pointer, text).err()))
    }

    /// Their marks.
    pub(super) fn marked(&self, key: &MarkKey) -> Vec<Signal> {
        let address = self.address.as_deref().map(|text| key.address(text));
        let payment = self.payment.as_deref().map(|text| key.payment(text));
        [address, self.ip.map(|ip| key.block(ip)), payment].into_iter().flatten().collect()
    }
}

/// Refuses a time, if one is given, that lies ahead of the ledger's clock.
pub(super) fn not_ahead(pointer: &str, at: Option<Instant>, now: Instant) -> Result<(), FieldError> {
    at.map_or(Ok(()), |at| field::not_ahead(pointer, at, now))
}

fn codes(one: Option<String>, many: Option<Vec<String>>, faults: &mut Faults) -> Vec<String> {
    if one.is_some() && many.is_some() {
        faults.0.push(FieldError::new("/codes", "code_twice", "stands beside code; send one of the two"));
    }
    let single = many.is_none();
    let mut codes: Vec<String> = many.unwrap_or_default().into_iter().chain(one).collect();
    if codes.len() > CODES_MAX {
        faults.0.push(FieldError::new("/codes", "too_many", format!("holds more than {CODES_MAX} codes")));
    }
    // Checkouts send the field that nobody filled as an empty text.
    let typed = |code: &String| !code.trim().is_empty();
    for (place, code) in codes.iter().enumerate().filter(|(_, code)| typed(code)) {
        let pointer = if single { "/code".to_owned() } else { format!("/codes/{place}") };
        faults.note(short_text(&pointer, code));
    }
    codes.retain(typed);
    codes
}

fn lines(bodies: Vec<LineBody>, faults: &mut Faults) -> Vec<Line> {
    if bodies.len() > LINES_MAX {
        faults.0.push(FieldError::new("/lines", "too_many", format!("holds more than {LINES_MAX} lines")));
        return Vec::new();
    }
    let mut lines = Vec::with_capacity(bodies.len());
    for (place, body) in bodies.into_iter().enumerate() {
        faults.note(short_text(&format!("/lines/{place}/sku"), &body.sku));
        if let Some(category) = &body.category {
            faults.note(short_text(&format!("/lines/{place}/category"), category));
        }
        lines.push(Line {
            sku: body.sku,
            category: body.category,
            quantity: body.quantity,
            unit_price: body.unit_price,
            discount: body.discount,
            commissionable: body.commissionable,
        });
    }
    lines
}

impl HintBody {
    fn parse(self, source: &str) -> Result<Hint, FieldError> {
        match (self.external_id, self.email, self.phone, self.name) {
            (Some(id), None, None, None) => CustomerKey::external_id("/referred_by/external_id", source, &id).map(Hint::Key),
            (None, Some(email), None, None) => CustomerKey::email("/referred_by/email", &email).map(Hint::Key),
            (None, None, Some(phone), None) => CustomerKey::phone("/referred_by/phone", &phone).map(Hint::Key),
            (None, None, None, Some(name)) => short_text("/referred_by/name", &name).map(|()| Hint::Name(name)),
            _ => Err(FieldError::new("/referred_by", "not_one", "must name exactly one of external_id, email, phone and name")),
        }
    }
}
