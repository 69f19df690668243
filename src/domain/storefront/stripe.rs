//! Stripe: events about checkout sessions, invoices, charges and disputes.

use super::connection::CodeSource;
use super::event::{Delivered, Event, MapFault, Mapped};
use super::evidence::Found;
use super::order::{Buyer, Draft, order_key};
use super::read::Node;
use crate::domain::instant::Instant;
use crate::domain::money::{AMOUNT_MAX, Currency, Money, divide_rounded};
use crate::domain::refund::RefundContent;
use crate::domain::sale::SaleStatus;

pub(super) fn map(delivered: &Delivered<'_>, body: &serde_json::Value) -> Result<Mapped, MapFault> {
    let root = Node::root(body);
    let kind = root.get("type").need_text()?;
    let object = root.at("/data/object");
    let at = root.get("created").time_unix();
    // Absent in fixtures and old exports: those are real.
    let test = delivered.test || root.get("livemode").value().as_bool() == Some(false);
    let events = match kind.as_str() {
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => session(delivered, &object, None, at)?,
        "checkout.session.async_payment_failed" => session(delivered, &object, Some(SaleStatus::Cancelled), at)?,
        "invoice.paid" | "invoice.payment_succeeded" => invoice(delivered, &object, at)?,
        "charge.refunded" => refunded(delivered, &object)?,
        "charge.dispute.created" => disputed(delivered, &object)?,
        "charge.dispute.closed" | "charge.dispute.funds_reinstated" if object.get("status").text().as_deref() == Some("won") => {
            return Err(object
                .get("status")
                .fault("the dispute was won after its commission had been taken back; give it back with POST /v1/adjustments"));
        }
        other => {
            return Ok(Mapped::nothing(format!(
                "the event {other:?} tells nothing that its session, invoice or charge does not"
            )));
        }
    };
    Ok(Mapped::of(events, test))
}

/// An amount in Stripe's smallest unit, in ours. They differ where Stripe keeps to what banks do:
/// <https://docs.stripe.com/currencies>, "special cases".
fn money(node: &Node<'_>, currency: Currency) -> Result<Option<i64>, MapFault> {
    if node.is_null() {
        return Ok(None);
    }
    let amount = node.integer().ok_or_else(|| node.fault("is no whole number"))?;
    if amount.abs() > AMOUNT_MAX {
        return Err(node.fault("is more than the service can hold"));
    }
    Ok(Some(rescaled(amount, exponent(currency), currency.exponent())))
}

/// How many decimals Stripe counts of a currency.
fn exponent(currency: Currency) -> u32 {
    match currency.code() {
        // Counted in ariary; ISO 4217 knows fifths, written with two decimals.
        "MGA" => 0,
        // No cents since 2007 and 1987, counted in cents all the same.
        "ISK" | "UGX" => 2,
        _ => currency.exponent(),
    }
}

fn rescaled(amount: i64, from: u32, to: u32) -> i64 {
    let power = |exponent: u32| i128::from(10_i64.saturating_pow(exponent));
    divide_rounded(i128::from(amount) * power(to), power(from))
}

/// An amount of ours in Stripe's smallest unit.
pub(super) fn to_stripe(money: Money) -> i64 {
    rescaled(money.amount, money.currency.exponent(), exponent(money.currency))
}

fn currency_of(delivered: &Delivered<'_>, object: &Node<'_>) -> Result<Currency, MapFault> {
    let node = object.get("currency");
    node.currency()?.or(delivered.currency).ok_or_else(|| node.fault("is missing; set the connection's currency"))
}

/// The sums of a session or an invoice, in minor units.
#[derive(Clone, Copy)]
struct Sums {
    total: i64,
    tax: i64,
    shipping: i64,
    discount: i64,
}

impl Sums {
    /// Goods before the discount. What the buyer paid less tax and shipping is net in either way of
    /// pricing; sums that cannot be are read as if there were no shipping.
    fn of(total: i64, tax: i64, shipping: i64, discount: i64) -> Self {
        let shipping = if shipping >= 0 && tax + shipping <= total { shipping } else { 0 };
        let tax = if tax >= 0 && tax + shipping <= total { tax } else { 0 };
        Self { total, tax, shipping, discount: discount.max(0) }
    }

    const fn goods(&self) -> i64 {
        self.total - self.tax - self.shipping + self.discount
    }
}

fn session(
    delivered: &Delivered<'_>,
    object: &Node<'_>,
    status: Option<SaleStatus>,
    at: Option<Instant>,
) -> Result<Vec<Event>, MapFault> {
    if object.get("mode").text().as_deref() == Some("setup") {
        return Ok(Vec::new());
    }
    let names = [object.get("payment_intent"), object.get("invoice"), object.get("id")];
    // A subscription's first payment is known by its invoice, which arrives as an event of its own.
    let order_id = names.iter().find_map(id_of).ok_or_else(|| object.get("id").fault("is missing; this is no session"))?;
    let total_node = object.get("amount_total");
    if total_node.is_null() {
        return Err(total_node.fault("is missing; the session has not come to an end"));
    }
    let currency = currency_of(delivered, object)?;
    let figure = |pointer: &str| money(&object.at(pointer), currency);
    let tax = figure("/total_details/amount_tax")?.unwrap_or(0);
    let whole = figure("/shipping_cost/amount_total")?;
    let shipping_tax = figure("/shipping_cost/amount_tax")?.unwrap_or(0);
    let shipping = match whole {
        Some(whole) => whole,
        None => figure("/total_details/amount_shipping")?.unwrap_or(0),
    };
    let tax = if whole.is_some() { (tax - shipping_tax).max(0) } else { tax };
    let total = money(&total_node, currency)?.unwrap_or(0);
    let sums = Sums::of(total, tax, shipping, figure("/total_details/amount_discount")?.unwrap_or(0));
    let paid = matches!(object.get("payment_status").text().as_deref(), Some("paid" | "no_payment_required"));
    let status = status.unwrap_or(if paid { SaleStatus::Paid } else { SaleStatus::Placed });
    let details = object.get("customer_details");
    let buyer = Buyer {
        external_id: id_of(&object.get("customer")),
        email: details.get("email").text().or_else(|| object.get("customer_email").text()),
        phone: details.get("phone").text(),
        name: details.get("name").text(),
    };
    let found = evidence(delivered, object, &[object.get("metadata")]);
    Ok(vec![draft(order_id, status, currency, object, sums, found, buyer, at).finish(delivered, at)?])
}

fn invoice(delivered: &Delivered<'_>, object: &Node<'_>, at: Option<Instant>) -> Result<Vec<Event>, MapFault> {
    let order_id = object.get("id").need_text()?;
    let currency = currency_of(delivered, object)?;
    let figure = |name: &str| money(&object.get(name), currency);
    let total = figure("total")?.ok_or_else(|| object.get("total").fault("is missing; this is no invoice"))?;
    let untaxed = figure("total_excluding_tax")?;
    let tax = match (figure("tax")?, untaxed) {
        (Some(tax), _) => tax,
        (None, Some(untaxed)) => total - untaxed,
        (None, None) => 0,
    };
    let discounts = object.get("total_discount_amounts").items();
    let discount = discounts
        .iter()
        .try_fold(0_i64, |sum, one| Ok::<_, MapFault>(sum.saturating_add(money(&one.get("amount"), currency)?.unwrap_or(0))))?;
    // `amount_shipping` is without its tax, which then stays with the goods' tax: both are none of the base.
    let sums = Sums::of(total, tax, figure("amount_shipping")?.unwrap_or(0), discount);
    let paid = object.get("status").text().as_deref() == Some("paid") || object.get("paid").flag();
    let status = if paid { SaleStatus::Paid } else { SaleStatus::Placed };
    let buyer = Buyer {
        external_id: id_of(&object.get("customer")),
        email: object.get("customer_email").text(),
        phone: object.get("customer_phone").text(),
        name: object.get("customer_name").text(),
    };
    let places =
        ["/metadata", "/subscription_details/metadata", "/parent/subscription_details/metadata", "/lines/data/0/metadata"];
    let found = evidence(delivered, object, &places.map(|place| object.at(place)));
    Ok(vec![draft(order_id, status, currency, object, sums, found, buyer, at).finish(delivered, at)?])
}

#[expect(clippy::too_many_arguments, reason = "the parts of one order, each read elsewhere")]
fn draft(
    order_id: String,
    status: SaleStatus,
    currency: Currency,
    object: &Node<'_>,
    sums: Sums,
    found: Found,
    buyer: Buyer,
    at: Option<Instant>,
) -> Draft {
    let occurred_at = object.get("created").time_unix();
    let paid_at = object.at("/status_transitions/paid_at").time_unix();
    Draft {
        order_id,
        status,
        currency,
        occurred_at,
        paid_at,
        changed_at: at,
        lines: Vec::new(),
        subtotal: Some(sums.goods()),
        discount: sums.discount,
        tax: sums.tax,
        tax_included: false,
        shipping: sums.shipping,
        total: Some(sums.total),
        found,
        buyer,
        name: object.get("number").text(),
    }
}

/// An id, or that of an object that was expanded in its place.
fn id_of(node: &Node<'_>) -> Option<String> {
    if node.value().is_object() { node.get("id").text() } else { node.text() }
}

fn evidence(delivered: &Delivered<'_>, object: &Node<'_>, metadata: &[Node<'_>]) -> Found {
    let mut found = Found::default();
    for source in delivered.code_sources {
        match source {
            CodeSource::ClientReferenceId => found.keep_texts(&[object.get("client_reference_id")]),
            CodeSource::Metadata => {
                for node in metadata {
                    let members = node.value().as_object().into_iter().flatten();
                    let pairs: Vec<(String, String)> =
                        members.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
                    found.keep_named(&pairs);
                }
            }
            // A promotion code is named by its id unless the sender expanded it.
            CodeSource::PromotionCodes => {
                let codes: Vec<Node<'_>> =
                    object.get("discounts").items().iter().map(|one| one.at("/promotion_code/code")).collect();
                found.keep_texts(&codes);
            }
            _ => {}
        }
    }
    found
}

/// The order that a charge or dispute belongs to.
fn order_of(object: &Node<'_>) -> Option<String> {
    [object.get("invoice"), object.get("payment_intent")].iter().find_map(id_of)
}

/// `amount_refunded` is all that went back so far, whatever events are lost or late.
fn refunded(delivered: &Delivered<'_>, object: &Node<'_>) -> Result<Vec<Event>, MapFault> {
    let charge = object.get("id").need_text()?;
    let currency = currency_of(delivered, object)?;
    let node = object.get("amount_refunded");
    let amount = money(&node, currency)?.ok_or_else(|| node.fault("is missing; this is no charge"))?;
    let order = order_key(delivered, &order_of(object).unwrap_or_else(|| charge.clone()))?;
    Ok(vec![Event::RefundedSoFar { order, charge, amount }])
}

/// Stripe takes the money when the dispute begins.
fn disputed(delivered: &Delivered<'_>, object: &Node<'_>) -> Result<Vec<Event>, MapFault> {
    let refund_id = object.get("id").need_text()?;
    let currency = currency_of(delivered, object)?;
    let amount =
        money(&object.get("amount"), currency)?.ok_or_else(|| object.get("amount").fault("is missing; this is no dispute"))?;
    let charge = id_of(&object.get("charge"));
    let order_id = order_of(object)
        .or(charge)
        .ok_or_else(|| object.get("payment_intent").fault("is missing; the dispute names no payment"))?;
    let content = RefundContent { amount: Some(amount.max(0)), ..RefundContent::default() };
    Ok(vec![Event::Refund { order: order_key(delivered, &order_id)?, refund_id, content }])
}
