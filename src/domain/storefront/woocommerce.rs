//! WooCommerce: the order object of its webhooks and of `wc/v3/orders`, and the things that arrive
//! like one.

use super::connection::CodeSource;
use super::event::{Delivered, Event, MapFault, Mapped};
use super::evidence::Found;
use super::order::{Buyer, Draft, full_name, line, order_key, sku};
use super::read::Node;
use crate::domain::link::UTM_SOURCE;
use crate::domain::money::Currency;
use crate::domain::refund::RefundContent;
use crate::domain::sale::{Line, SaleStatus};

/// Where WooCommerce keeps what it knows of a visit, followed by `utm_source` and so on.
const ATTRIBUTION: &str = "_wc_order_attribution_";

pub(super) fn map(delivered: &Delivered<'_>, body: &serde_json::Value) -> Result<Mapped, MapFault> {
    let root = Node::root(body);
    let (resource, event) = delivered.topic.split_once('.').unwrap_or((delivered.topic, ""));
    match (resource, event) {
        ("order", "deleted") => Ok(Mapped::nothing(
            "an order that is deleted in the shop's list keeps its commission; cancel it in the shop to take it back",
        )),
        ("order" | "", _) => order(delivered, &root),
        ("refund", _) => refund_alone(delivered, &root),
        _ => Ok(Mapped::nothing(format!("the topic {:?} tells nothing about orders and refunds", delivered.topic))),
    }
}

fn order(delivered: &Delivered<'_>, root: &Node<'_>) -> Result<Mapped, MapFault> {
    // The user a webhook speaks for may not read orders: then WordPress's refusal is sent in place of the order.
    if let (Some(code), Some(message)) = (root.get("code").text(), root.get("message").text()) {
        let advice = "give the webhook a user who may read orders, then send the order again or let the nightly pull fetch it";
        return Err(MapFault::new("", format!("the shop sent an error in place of the order, {code} ({message}); {advice}")));
    }
    let status_word = root.get("status").need_text()?;
    let Some(status) = status(&status_word) else {
        return Ok(Mapped::nothing(format!("an order of the status {status_word:?} is not placed yet")));
    };
    let order_id = root.get("id").need_text()?;
    let currency = root.get("currency").currency()?.or(delivered.currency);
    let currency = currency.ok_or_else(|| root.get("currency").fault("is missing; set the connection's currency"))?;
    let mut lines = lines(root, currency)?;
    let (fees, discount) = fees(root, currency)?;
    lines.extend(fees);
    let money = |name: &str| root.get(name).money_or_zero(currency);
    let shipping_tax = money("shipping_tax")?;
    let gift_cards = root.get("gift_cards").items();
    let gift_cards =
        gift_cards.iter().try_fold(0_i64, |sum, card| Ok(sum.saturating_add(card.get("amount").money_or_zero(currency)?)))?;
    let total = root.get("total").money(currency)?.ok_or_else(|| root.get("total").fault("is missing; this is no order"))?;
    let draft = Draft {
        order_id: order_id.clone(),
        status,
        currency,
        occurred_at: root.get("date_created_gmt").time_utc(),
        paid_at: root.get("date_paid_gmt").time_utc(),
        changed_at: root.get("date_modified_gmt").time_utc(),
        subtotal: if lines.is_empty() { Some(0) } else { None },
        lines,
        discount,
        tax: (money("total_tax")? - shipping_tax).max(0),
        // Line totals are without tax whatever the shop shows its buyers.
        tax_included: false,
        shipping: money("shipping_total")? + shipping_tax,
        total: Some(total.saturating_add(gift_cards)),
        found: evidence(delivered, root),
        buyer: buyer(root),
        name: root.get("number").text(),
    };
    let mut events = vec![draft.finish(delivered, None)?];
    let refunds = root.get("refunds").items();
    for one in &refunds {
        events.push(refund(delivered, one, &order_id, "total", currency)?);
    }
    if status_word == "refunded" && refunds.is_empty() {
        let order = order_key(delivered, &order_id)?;
        events.push(Event::Refund { order, refund_id: format!("{order_id}:refunded"), content: RefundContent::default() });
    }
    Ok(Mapped::of(events, delivered.test))
}

/// A payment that failed may be tried again, so the order is only placed; a draft is none yet.
fn status(word: &str) -> Option<SaleStatus> {
    match word {
        "processing" | "completed" | "refunded" => Some(SaleStatus::Paid),
        "cancelled" | "trash" => Some(SaleStatus::Cancelled),
        "auto-draft" | "draft" | "checkout-draft" => None,
        _ => Some(SaleStatus::Placed),
    }
}

fn lines(root: &Node<'_>, currency: Currency) -> Result<Vec<Line>, MapFault> {
    let mut lines = Vec::new();
    for one in root.get("line_items").items() {
        let goods = one.get("total").money_or_zero(currency)?;
        let before = one.get("subtotal").money(currency)?.unwrap_or(goods);
        if goods < 0 {
            return Err(one.get("total").fault("is negative; a line cannot take money off, a coupon or fee can"));
        }
        let sku =
            sku(&[one.get("sku").text(), one.get("variation_id").text().filter(|id| id != "0"), one.get("product_id").text()]);
        // Goods by weight come in fractions: such a line counts as one piece.
        let quantity = one.get("quantity").integer().unwrap_or(1);
        lines.push(line(sku, None, quantity, before, goods, true));
    }
    Ok(lines)
}

/// Fees are paid but not goods; a negative one is how plugins take a discount off.
fn fees(root: &Node<'_>, currency: Currency) -> Result<(Vec<Line>, i64), MapFault> {
    let (mut lines, mut discount) = (Vec::new(), 0_i64);
    for one in root.get("fee_lines").items() {
        let amount = one.get("total").money_or_zero(currency)?;
        if amount < 0 {
            discount -= amount;
        } else if amount > 0 {
            lines.push(line("fee".to_owned(), None, 1, amount, amount, false));
        }
    }
    Ok((lines, discount))
}

fn evidence(delivered: &Delivered<'_>, root: &Node<'_>) -> Found {
    let mut found = Found::default();
    let meta = root.get("meta_data").items();
    let pair = |one: &Node<'_>| Some((one.get("key").text()?, one.get("value").text()?));
    let pairs: Vec<(String, String)> = meta.iter().filter_map(pair).collect();
    for source in delivered.code_sources {
        match source {
            CodeSource::CouponLines => {
                let codes: Vec<Node<'_>> = root.get("coupon_lines").items().iter().map(|one| one.get("code")).collect();
                found.keep_texts(&codes);
            }
            CodeSource::MetaData => found.keep_named(&pairs),
            CodeSource::OrderAttribution => attribution(&pairs, &mut found),
            _ => {}
        }
    }
    found
}

/// The first page of the visit with its query, and the code in the utm values of our own links.
fn attribution(pairs: &[(String, String)], found: &mut Found) {
    let named = |name: &str| {
        let known = pairs.iter().find(|(key, _)| key.strip_prefix(ATTRIBUTION) == Some(name));
        known.map(|(_, value)| value.as_str())
    };
    if let Some(address) = named("session_entry") {
        found.keep_address(address);
    }
    if named("utm_source") == Some(UTM_SOURCE) {
        ["utm_content", "utm_campaign"].into_iter().filter_map(named).for_each(|code| found.keep(code));
    }
}

fn buyer(root: &Node<'_>) -> Buyer {
    let billing = root.get("billing");
    Buyer {
        // 0 is what every guest has.
        external_id: root.get("customer_id").text().filter(|id| id != "0"),
        email: billing.get("email").text(),
        phone: billing.get("phone").text(),
        name: full_name(billing.get("first_name").text(), billing.get("last_name").text()),
    }
}

/// A refund inside an order, where its total is negative, or alone, where its amount is positive.
fn refund(delivered: &Delivered<'_>, root: &Node<'_>, order_id: &str, sum: &str, currency: Currency) -> Result<Event, MapFault> {
    let refund_id = root.get("id").need_text()?;
    let amount = root.get(sum).money(currency)?.ok_or_else(|| root.get(sum).fault("is missing; this is no refund"))?;
    let content = RefundContent { amount: Some(amount.abs()), ..RefundContent::default() };
    Ok(Event::Refund { order: order_key(delivered, order_id)?, refund_id, content })
}

/// The object of `wc/v3/orders/{id}/refunds`, which names its order only in its links.
fn refund_alone(delivered: &Delivered<'_>, root: &Node<'_>) -> Result<Mapped, MapFault> {
    let up = root.at("/_links/up/0/href").text();
    let linked = up.as_deref().and_then(|href| href.trim_end_matches('/').rsplit('/').next()).map(str::to_owned);
    let order_id = root.get("parent_id").text().filter(|id| id != "0").or(linked);
    let order_id = order_id.ok_or_else(|| root.get("parent_id").fault("is missing; the refund does not say of which order"))?;
    let currency = delivered.currency.ok_or_else(|| root.fault("names no currency; set the connection's currency"))?;
    Ok(Mapped::of(vec![refund(delivered, root, &order_id, "amount", currency)?], delivered.test))
}
