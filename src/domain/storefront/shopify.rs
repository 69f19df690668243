//! Shopify: the order and refund objects of its webhooks and of its Admin API.

use super::connection::CodeSource;
use super::event::{Delivered, Event, MapFault, Mapped};
use super::evidence::Found;
use super::order::{Buyer, Draft, full_name, line, order_key, sku};
use super::read::Node;
use crate::domain::money::{Currency, divide_rounded};
use crate::domain::refund::RefundContent;
use crate::domain::sale::{Line, SaleStatus};

/// Topics whose body is an order; none at all is an order that was asked for.
const ORDER_TOPICS: [&str; 7] =
    ["orders/create", "orders/paid", "orders/updated", "orders/cancelled", "orders/fulfilled", "orders/partially_fulfilled", ""];

pub(super) fn map(delivered: &Delivered<'_>, body: &serde_json::Value) -> Result<Mapped, MapFault> {
    let root = Node::root(body);
    match delivered.topic {
        topic if ORDER_TOPICS.contains(&topic) => order(delivered, &root),
        "refunds/create" => {
            let order_id = root.get("order_id").need_text()?;
            let currency = refund_currency(&root)?.or(delivered.currency);
            let currency = currency.ok_or_else(|| root.fault("names no currency; set the connection's currency"))?;
            let test = delivered.test || root.get("transactions").items().iter().any(|one| one.get("test").flag());
            Ok(Mapped::of(refund(delivered, &root, &order_id, currency)?.into_iter().collect(), test))
        }
        topic => Ok(Mapped::nothing(format!("the topic {topic:?} tells nothing about orders and refunds"))),
    }
}

/// The exact number: beyond 2^53 many programs have rounded the plain one before it gets here.
fn exact_id(node: &Node<'_>) -> Option<String> {
    let global = node.get("admin_graphql_api_id").text();
    let tail = global.as_deref().and_then(|global| global.rsplit('/').next()).filter(|tail| !tail.is_empty());
    tail.filter(|tail| tail.bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned).or_else(|| node.get("id").text())
}

fn order(delivered: &Delivered<'_>, root: &Node<'_>) -> Result<Mapped, MapFault> {
    let order_id = exact_id(root).ok_or_else(|| root.get("id").fault("is missing; this is no order"))?;
    let currency = root.get("currency").currency()?.or(delivered.currency);
    let currency = currency.ok_or_else(|| root.get("currency").fault("is missing; set the connection's currency"))?;
    let tax_included = root.get("taxes_included").flag();
    let shipping_lines = root.get("shipping_lines").items();
    let (mut shipping, mut shipping_tax, mut shipping_discount) = (0_i64, 0_i64, 0_i64);
    for one in shipping_lines.iter().filter(|one| !one.get("is_removed").flag()) {
        let price = one.get("price").money_or_zero(currency)?;
        let paid = one.get("discounted_price").money(currency)?.unwrap_or(price);
        shipping += paid;
        shipping_discount += (price - paid).max(0);
        shipping_tax += sum(&one.get("tax_lines").items(), "price", currency)?;
    }
    let tax = (root.get("total_tax").money_or_zero(currency)? - shipping_tax).max(0);
    let (lines, allocated) = lines(root, currency)?;
    // Discounts of the whole order that are not yet taken off a line; the part off the shipping is none of goods.
    let discount = (root.get("total_discounts").money_or_zero(currency)? - shipping_discount - allocated).max(0);
    let tip = root.get("total_tip_received").money_or_zero(currency)?;
    let draft = Draft {
        status: status(root),
        currency,
        occurred_at: root.get("processed_at").time().or_else(|| root.get("created_at").time()),
        paid_at: None,
        changed_at: root.get("updated_at").time(),
        subtotal: if lines.is_empty() { root.get("subtotal_price").money(currency)? } else { None },
        lines,
        discount,
        tax,
        tax_included,
        shipping: shipping + if tax_included { 0 } else { shipping_tax },
        total: root.get("total_price").money(currency)?.map(|total| total - tip),
        found: evidence(delivered, root),
        buyer: buyer(root),
        name: root.get("name").text(),
        order_id: order_id.clone(),
    };
    let mut events = vec![draft.finish(delivered, None)?];
    for one in root.get("refunds").items() {
        events.extend(refund(delivered, &one, &order_id, currency)?);
    }
    Ok(Mapped::of(events, delivered.test || root.get("test").flag()))
}

fn status(root: &Node<'_>) -> SaleStatus {
    let financial = root.get("financial_status").text().unwrap_or_default();
    if !root.get("cancelled_at").is_null() {
        return SaleStatus::Cancelled;
    }
    match financial.as_str() {
        "paid" | "partially_refunded" | "refunded" => SaleStatus::Paid,
        "voided" => SaleStatus::Cancelled,
        _ => SaleStatus::Placed,
    }
}

/// The lines, and how much of the discounts stands at them. A gift card that is bought is money put
/// aside, not goods.
fn lines(root: &Node<'_>, currency: Currency) -> Result<(Vec<Line>, i64), MapFault> {
    let mut allocated = 0_i64;
    let mut lines = Vec::new();
    for one in root.get("line_items").items() {
        let quantity = one.get("quantity").integer().unwrap_or(1).clamp(0, 1_000_000);
        let before = one.get("price").money_or_zero(currency)?.saturating_mul(quantity);
        let off = sum(&one.get("discount_allocations").items(), "amount", currency)?.clamp(0, before.max(0));
        allocated += off;
        let sku =
            sku(&[one.get("sku").text(), one.get("variant_id").text(), one.get("product_id").text(), one.get("title").text()]);
        lines.push(line(sku, None, quantity, before, before - off, !one.get("gift_card").flag()));
    }
    Ok((lines, allocated))
}

fn sum(nodes: &[Node<'_>], name: &str, currency: Currency) -> Result<i64, MapFault> {
    nodes.iter().try_fold(0_i64, |sum, node| Ok(sum.saturating_add(node.get(name).money_or_zero(currency)?)))
}

fn evidence(delivered: &Delivered<'_>, root: &Node<'_>) -> Found {
    let mut found = Found::default();
    for source in delivered.code_sources {
        match source {
            CodeSource::DiscountCodes => {
                let codes: Vec<Node<'_>> = root.get("discount_codes").items().iter().map(|one| one.get("code")).collect();
                found.keep_texts(&codes);
            }
            CodeSource::NoteAttributes => {
                let attributes = root.get("note_attributes").items();
                let pair = |one: &Node<'_>| Some((one.get("name").text()?, one.get("value").text()?));
                found.keep_named(&attributes.iter().filter_map(pair).collect::<Vec<_>>());
            }
            CodeSource::LandingUrl => {
                if let Some(address) = root.get("landing_site").text() {
                    found.keep_address(&address);
                }
            }
            _ => {}
        }
    }
    found
}

fn buyer(root: &Node<'_>) -> Buyer {
    let customer = root.get("customer");
    let first = |nodes: &[Node<'_>]| nodes.iter().find_map(Node::text);
    Buyer {
        external_id: if customer.is_null() { None } else { exact_id(&customer) },
        email: first(&[root.get("email"), root.get("contact_email"), customer.get("email")]),
        phone: first(&[root.get("phone"), customer.get("phone")]),
        name: full_name(customer.get("first_name").text(), customer.get("last_name").text()),
    }
}

fn refund_currency(refund: &Node<'_>) -> Result<Option<Currency>, MapFault> {
    let places = [
        "/refund_line_items/0/subtotal_set/shop_money/currency_code",
        "/total_duties_set/shop_money/currency_code",
        "/transactions/0/currency",
    ];
    places.iter().map(|place| refund.at(place)).find(|node| !node.is_null()).map_or(Ok(None), |node| node.currency())
}

/// Money that goes back by itself, beside the lines. Minor units.
#[derive(Default)]
struct Beside {
    shipping: i64,
    /// More given back than the lines come to, or less.
    discrepancy: i64,
}

/// A refund; none when no money and no goods came back.
fn refund(delivered: &Delivered<'_>, root: &Node<'_>, order_id: &str, currency: Currency) -> Result<Option<Event>, MapFault> {
    let refund_id = exact_id(root).ok_or_else(|| root.get("id").fault("is missing; this is no refund"))?;
    let beside = beside(root, currency)?;
    let paid = paid_back(root, currency)?;
    let items = root.get("refund_line_items").items();
    let (goods, tax): (i64, i64) = items.iter().try_fold((0_i64, 0_i64), |(goods, tax), item| {
        if item.get("line_item").get("gift_card").flag() {
            return Ok::<_, MapFault>((goods, tax));
        }
        let more = (item.get("subtotal").money_or_zero(currency)?, item.get("total_tax").money_or_zero(currency)?);
        Ok((goods.saturating_add(more.0), tax.saturating_add(more.1)))
    })?;
    let content = if items.is_empty() {
        let money = if paid > 0 { paid } else { beside.shipping + beside.discrepancy };
        match money {
            ..=0 => return Ok(None),
            money if money <= beside.shipping => {
                RefundContent { amount: Some(money), tax: Some(0), shipping: Some(money), lines: Vec::new() }
            }
            money => RefundContent { amount: Some(money - beside.shipping), ..RefundContent::default() },
        }
    } else {
        let net = if includes_tax(&items, goods, tax, paid, &beside) { goods - tax } else { goods };
        let net = (net + beside.discrepancy).max(0);
        let shipping = beside.shipping.max(0);
        RefundContent { amount: Some(net + tax + shipping), tax: Some(tax), shipping: Some(shipping), lines: Vec::new() }
    };
    Ok(Some(Event::Refund { order: order_key(delivered, order_id)?, refund_id, content }))
}

fn beside(root: &Node<'_>, currency: Currency) -> Result<Beside, MapFault> {
    let mut beside = Beside::default();
    for one in root.get("order_adjustments").items() {
        let amount = -(one.get("amount").money_or_zero(currency)? + one.get("tax_amount").money_or_zero(currency)?);
        match one.get("kind").text().as_deref() {
            Some("shipping_refund") => beside.shipping += amount,
            _ => beside.discrepancy += amount,
        }
    }
    if beside.shipping == 0 {
        for one in root.get("refund_shipping_lines").items() {
            beside.shipping += one.at("/subtotal_amount_set/shop_money/amount").money_or_zero(currency)?;
        }
    }
    Ok(beside)
}

/// What went back to the buyer by payment, where it was in the shop's currency.
fn paid_back(root: &Node<'_>, currency: Currency) -> Result<i64, MapFault> {
    let done = |one: &Node<'_>| {
        let is = |name: &str, wanted: &str| one.get(name).text().is_none_or(|found| found == wanted);
        let same = one.get("currency").text().is_none_or(|code| code.eq_ignore_ascii_case(currency.code()));
        is("kind", "refund") && is("status", "success") && same
    };
    let done: Vec<Node<'_>> = root.get("transactions").items().into_iter().filter(done).collect();
    sum(&done, "amount", currency)
}

/// Whether the lines of a refund include their tax. The refund does not say; the payment does when it
/// adds up one way only, else the rate of the tax does. When neither tells, tax is on top.
fn includes_tax(items: &[Node<'_>], goods: i64, tax: i64, paid: i64, beside: &Beside) -> bool {
    let without = goods + beside.shipping + beside.discrepancy;
    if tax == 0 || paid == without + tax {
        return false;
    }
    if paid == without {
        return true;
    }
    let fits = |item: &Node<'_>| {
        let rate = item.at("/line_item/tax_lines").items().iter().filter_map(|one| one.get("rate").value().as_f64()).sum::<f64>();
        millionths(rate)
    };
    let rate = items.first().map_or(0, fits);
    let on_top = divide_rounded(i128::from(goods) * i128::from(rate), 1_000_000);
    let inside = divide_rounded(i128::from(goods) * i128::from(rate), 1_000_000 + i128::from(rate));
    // A cent of rounding per line.
    let near = |wanted: i64| (wanted - tax).abs() <= i64::try_from(items.len()).unwrap_or(1);
    rate > 0 && near(inside) && !near(on_top)
}

/// A rate such as 0.19 as 190000, only to tell two readings apart.
fn millionths(rate: f64) -> i64 {
    let text = format!("{:.0}", rate * 1e6);
    text.parse().unwrap_or(0)
}
