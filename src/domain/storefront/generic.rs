//! Shops of no known kind: a field map says where in their messages the order stands.

use super::connection::FieldMap;
use super::event::{Delivered, Event, MapFault, Mapped};
use super::evidence::Found;
use super::order::{Buyer, Draft, order_key};
use super::read::Node;
use crate::domain::instant::Instant;
use crate::domain::money::{AMOUNT_MAX, Currency};
use crate::domain::refund::RefundContent;
use crate::domain::sale::SaleStatus;

pub(super) fn map(delivered: &Delivered<'_>, body: &serde_json::Value) -> Result<Mapped, MapFault> {
    let Some(map) = delivered.field_map else {
        return Err(MapFault::new("", "this connection has no field map; give it one and replay the delivery"));
    };
    let root = Node::root(body);
    let word = map.event.as_deref().and_then(|pointer| root.at(pointer).text()).unwrap_or_default();
    let test = delivered.test || map.test.as_deref().is_some_and(|pointer| is_test(&root.at(pointer)));
    let order_id = || root.at(&map.order_id).need_text();
    let is = |words: &[String]| words.contains(&word);
    if is(&map.refund_events) {
        return Ok(Mapped::of(vec![refund(delivered, map, &root, &order_id()?)?], test));
    }
    if is(&map.cancel_events) {
        return Ok(Mapped::of(vec![Event::Cancel(order_key(delivered, &order_id()?)?)], test));
    }
    if !map.order_events.is_empty() && !is(&map.order_events) {
        return Ok(Mapped::nothing(format!("the field map gives the event {word:?} no meaning")));
    }
    Ok(Mapped::of(vec![order(delivered, map, &root, order_id()?)?], test))
}

fn is_test(node: &Node<'_>) -> bool {
    match node.value() {
        serde_json::Value::Bool(test) => *test,
        _ => node.text().is_some_and(|word| !matches!(word.to_ascii_lowercase().as_str(), "false" | "0" | "no" | "live")),
    }
}

fn order(delivered: &Delivered<'_>, map: &FieldMap, root: &Node<'_>, order_id: String) -> Result<Event, MapFault> {
    let currency = currency_of(delivered, map, root)?;
    let figure =
        |pointer: Option<&String>| pointer.map_or(Ok(None), |pointer| money(&root.at(pointer), currency, map.minor_units));
    let text = |pointer: Option<&String>| pointer.and_then(|pointer| root.at(pointer).text());
    let time = |pointer: Option<&String>| pointer.and_then(|pointer| time(&root.at(pointer)));
    let mut found = Found::default();
    for pointer in &map.codes {
        let node = root.at(pointer);
        let listed = node.items();
        found.keep_texts(if listed.is_empty() { std::slice::from_ref(&node) } else { &listed });
    }
    let draft = Draft {
        order_id,
        status: status(map, text(map.status.as_ref())),
        currency,
        occurred_at: time(map.occurred_at.as_ref()),
        paid_at: None,
        changed_at: time(map.updated_at.as_ref()),
        lines: Vec::new(),
        subtotal: figure(map.subtotal.as_ref())?,
        discount: figure(map.discount.as_ref())?.unwrap_or(0),
        tax: figure(map.tax.as_ref())?.unwrap_or(0),
        tax_included: map.tax_included,
        shipping: figure(map.shipping.as_ref())?.unwrap_or(0),
        total: figure(map.total.as_ref())?,
        found,
        buyer: Buyer {
            external_id: text(map.customer_id.as_ref()),
            email: text(map.email.as_ref()),
            phone: None,
            name: text(map.name.as_ref()),
        },
        name: None,
    };
    draft.finish(delivered, None)
}

fn status(map: &FieldMap, word: Option<String>) -> SaleStatus {
    let word = word.unwrap_or_default();
    if map.cancelled_statuses.contains(&word) {
        return SaleStatus::Cancelled;
    }
    if map.paid_statuses.is_empty() || map.paid_statuses.contains(&word) { SaleStatus::Paid } else { SaleStatus::Placed }
}

fn currency_of(delivered: &Delivered<'_>, map: &FieldMap, root: &Node<'_>) -> Result<Currency, MapFault> {
    let named = map.currency.as_deref().map_or(Ok(None), |pointer| root.at(pointer).currency())?;
    let place = map.currency.clone().unwrap_or_default();
    named.or(delivered.currency).ok_or_else(|| MapFault::new(place, "names no currency; set the connection's currency"))
}

fn money(node: &Node<'_>, currency: Currency, minor_units: bool) -> Result<Option<i64>, MapFault> {
    if !minor_units {
        return node.money(currency);
    }
    if node.is_null() {
        return Ok(None);
    }
    let amount = node.integer().filter(|amount| amount.abs() <= AMOUNT_MAX);
    amount.map(Some).ok_or_else(|| node.fault("is no whole number of minor units"))
}

fn time(node: &Node<'_>) -> Option<Instant> {
    node.time().or_else(|| node.time_unix())
}

fn refund(delivered: &Delivered<'_>, map: &FieldMap, root: &Node<'_>, order_id: &str) -> Result<Event, MapFault> {
    let currency = currency_of(delivered, map, root)?;
    let pointer = map.refund_amount.as_deref();
    let amount = pointer.map_or(Ok(None), |pointer| money(&root.at(pointer), currency, map.minor_units))?;
    let refund_id = map.refund_id.as_deref().and_then(|pointer| root.at(pointer).text());
    // Without a number of its own an order has one refund.
    let refund_id = refund_id.unwrap_or_else(|| format!("{order_id}:refund"));
    let content = RefundContent { amount: amount.map(i64::abs), ..RefundContent::default() };
    Ok(Event::Refund { order: order_key(delivered, order_id)?, refund_id, content })
}
