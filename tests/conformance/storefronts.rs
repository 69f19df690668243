//! Real messages of real shops, signed here with a known secret: accepted when signed, refused when
//! altered, and worth what their own figures say. See PROVENANCE.md beside them.
#![cfg(test)]

use serde_json::{Value, json};

use super::app::{App, stories};
use super::client::Client;
use super::lists;
use super::shop_signatures::{Envelope, Shop, connect};

/// One message and what it must come to.
struct Case {
    file: &'static str,
    topic: &'static str,
    /// What becomes of it.
    status: &'static str,
    /// Order number, base and total in minor units, status, codes; none when it is no order.
    sale: Option<(&'static str, i64, i64, &'static str, &'static [&'static str])>,
    /// Order number and base taken back so far; -1 when the order is not known yet.
    refund: Option<(&'static str, i64)>,
    test: bool,
}

const fn ignored(file: &'static str, topic: &'static str, test: bool) -> Case {
    Case { file, topic, status: "ignored", sale: None, refund: None, test }
}

const fn sold(
    file: &'static str,
    topic: &'static str,
    test: bool,
    sale: (&'static str, i64, i64, &'static str, &'static [&'static str]),
) -> Case {
    Case { file, topic, status: "applied", sale: Some(sale), refund: None, test }
}

/// Shopify's own test notifications: 2 × 199.00 less total_discounts 20.00, shipping 10.00: 388.00, which
/// is also what `subtotal_price` says, wrongly. Voided, cancelled and a test.
const NOTICE: (&str, i64, i64, &str, &[&str]) = ("820982911946154508", 37_800, 38_800, "cancelled", &[]);

fn shopify() -> Vec<Case> {
    vec![
        ignored("shopify/captured-2024-10/app.uninstalled.json", "app/uninstalled", true),
        ignored("shopify/captured-2024-10/checkouts.create.json", "checkouts/create", true),
        ignored("shopify/captured-2024-10/customers.create.json", "customers/create", true),
        ignored("shopify/captured-2024-10/discounts.redeemcode_added.json", "discounts/redeemcode_added", true),
        ignored("shopify/captured-2024-10/order_transactions.create.json", "order_transactions/create", true),
        sold("shopify/captured-2024-10/orders.create.json", "orders/create", true, NOTICE),
        sold("shopify/captured-2024-10/orders.paid.json", "orders/paid", true, NOTICE),
        sold("shopify/captured-2024-10/orders.cancelled.json", "orders/cancelled", true, NOTICE),
        // Two lines of 199.00; the order number was rounded on its way into the collection, so it waits.
        Case {
            file: "shopify/captured-2024-10/refunds.create.json",
            topic: "refunds/create",
            status: "applied",
            sale: None,
            refund: Some(("820982911946154500", -1)),
            test: true,
        },
        // 3 × 74.99, tax 13.50 on top.
        sold(
            "shopify/sdk-2026-07/order_1073459976_paid_EUR.json",
            "orders/paid",
            false,
            ("1073459976", 22_497, 23_847, "paid", &[]),
        ),
        // 199.00 less 17.91.
        sold(
            "shopify/sdk-2026-07/order_1073459981_paid_FAKE30.json",
            "orders/paid",
            false,
            ("1073459981", 18_109, 18_109, "paid", &["FAKE30"]),
        ),
        sold(
            "shopify/sdk-2026-07/order_1073459983_pending.json",
            "orders/create",
            false,
            ("1073459983", 19_900, 19_900, "placed", &[]),
        ),
        // 3 × 199.00 less 10.00 (`subtotal_price` forgets it), tax 11.94; lines of 195.66 and 195.67 came back, and
        // `current_subtotal_price` 195.67 agrees, while the payment says 209.00.
        Case {
            file: "shopify/sdk-2026-07/order_450789469_partially_refunded_TENOFF.json",
            topic: "orders/updated",
            status: "applied",
            sale: Some(("450789469", 58_700, 59_894, "paid", &["TENOFF"])),
            refund: Some(("450789469", 39_133)),
            test: false,
        },
        Case {
            file: "shopify/sdk-2026-07/refund_509562969.json",
            topic: "refunds/create",
            status: "applied",
            sale: None,
            refund: Some(("450789469", 39_133)),
            test: false,
        },
    ]
}

fn woocommerce() -> Vec<Case> {
    // 6.00 + 12.00, tax 1.35, shipping 10.00: 29.35.
    let order: (&str, i64, i64, &str, &[&str]) = ("727", 1_800, 2_935, "paid", &[]);
    vec![
        ignored("woocommerce/captured/coupon.created.json", "coupon.created", false),
        sold("woocommerce/docs-v3/order_727_created.json", "order.created", false, order),
        sold("woocommerce/docs-v3/order_727_updated_completed.json", "order.updated", false, order),
        // 10.00 of order 723, which nobody has told of.
        Case {
            file: "woocommerce/docs-v3/refund_726.json",
            topic: "refund.created",
            status: "applied",
            sale: None,
            refund: Some(("723", -1)),
            test: false,
        },
    ]
}

stories! {
    every_shopify_message_is_worth_what_it_says,
    every_woocommerce_message_is_worth_what_it_says,
    every_stripe_event_is_worth_what_it_says,
}

/// What a file holds as the shop sent it: captured ones stand beside their headers.
fn message(file: &str) -> Option<Value> {
    let text = lists::read(&format!("../webhooks/{file}"))?;
    let whole: Value = serde_json::from_str(&text).expect("JSON");
    Some(if whole["headers"].is_object() { whole["body"].clone() } else { whole })
}

/// Accepts the message signed, and refuses it altered, signed by another or long ago.
fn take(shop: &Shop, owner: &Client, envelope: &Envelope<'_>, body: &[u8]) -> Value {
    for place in [0, body.len() / 3, body.len() / 2, body.len() - 1] {
        let mut other = body.to_vec();
        other[place] ^= 1;
        shop.send_as(body, &other, envelope).is(401);
    }
    shop.signing_with("another secret").send(body, envelope).is(401);
    // Shopify and WooCommerce sign no time; what they send again is known by its content.
    if shop.kind == "stripe" {
        shop.send(body, &Envelope { late: 306, ..envelope.clone() }).is(401);
        shop.send(body, &Envelope { late: -306, ..envelope.clone() }).is(401);
    }
    let first = shop.send(body, envelope).is(200);
    let again = shop.send(body, envelope).is(200);
    assert_eq!(first, again, "a repetition is known");
    owner.get(&format!("/v1/inbound-deliveries/{}", first["id"].as_str().expect("an id"))).is(200)
}

fn judge(app: &App, case: &Case, delivery: &Value) {
    let title = case.file;
    assert_eq!(
        (delivery["status"].as_str(), delivery["test"].as_bool()),
        (Some(case.status), Some(case.test)),
        "{title}: {delivery:#}"
    );
    let reader = if case.test { app.sandbox() } else { app.owner() };
    let outcome = delivery["outcome"].as_array().expect("outcomes");
    let expected = usize::from(case.sale.is_some()) + usize::from(case.refund.is_some());
    assert_eq!(outcome.len(), expected, "{title}: {delivery:#}");
    if let Some((order, base, total, status, codes)) = case.sale {
        let done = &outcome[0];
        assert_eq!((&done["order_id"], &done["base"]), (&json!(order), &json!(base)), "{title}: {done:#}");
        let sale = reader.get(&format!("/v1/sales/{}", done["sale_id"].as_str().expect("a sale"))).is(200);
        assert_eq!((&sale["total"], sale["status"].as_str()), (&json!(total), Some(status)), "{title}: {sale:#}");
        assert_eq!(sale["total_disagrees"], false, "{title}: {sale:#}");
        let explained =
            reader.get(&format!("/v1/sales/{}/explanation", done["sale_id"].as_str().expect("a sale"))).is(200).to_string();
        for code in codes {
            assert!(explained.contains(code), "{title}: {explained}");
        }
    }
    if let Some((order, refunded)) = case.refund {
        let done = outcome.last().expect("a refund");
        let applied = refunded >= 0;
        assert_eq!((&done["order_id"], &done["applied"]), (&json!(order), &json!(applied)), "{title}: {done:#}");
        assert_eq!(done["base_refunded"], refunded.max(0), "{title}: {done:#}");
    }
}

fn every_shopify_message_is_worth_what_it_says(app: &App) {
    let owner = app.owner();
    for code in ["FAKE30", "TENOFF"] {
        let who = json!({"customer": {"email": format!("{code}@example.org")}, "code": code});
        owner.post("/v1/referrers", &who).is(201);
    }
    let shop = connect(&owner, "shopify", &json!({}));
    for case in shopify() {
        let Some(body) = message(case.file) else { return };
        let test = case.test && case.file.contains("captured");
        let envelope = Envelope { topic: case.topic, number: case.file, test, ..Envelope::default() };
        let delivery = take(&shop, &owner, &envelope, body.to_string().as_bytes());
        judge(app, &Case { test: if case.status == "ignored" { test } else { case.test }, ..case }, &delivery);
    }
    // With its number as Shopify sent it the refund finds its order: 398.00 of a base of 378.00 is all of it.
    let mut refund = message("shopify/captured-2024-10/refunds.create.json").expect("a message");
    refund["order_id"] = json!(820_982_911_946_154_508_u64);
    refund["admin_graphql_api_id"] = json!("gid://shopify/Refund/890088186047892320");
    let envelope = Envelope { topic: "refunds/create", number: "exact", test: true, ..Envelope::default() };
    let delivery = take(&shop, &owner, &envelope, refund.to_string().as_bytes());
    assert_eq!(delivery["outcome"][0]["base_refunded"], 37_800, "{delivery:#}");
    assert_eq!(owner.get("/v1/sales?order_id=820982911946154508").is(200)["data"], json!([]), "nothing of a test is live");
}

fn every_woocommerce_message_is_worth_what_it_says(app: &App) {
    let owner = app.owner();
    let shop = connect(&owner, "woocommerce", &json!({"currency": "USD"}));
    for case in woocommerce() {
        let Some(body) = message(case.file) else { return };
        let envelope = Envelope { topic: case.topic, number: case.file, ..Envelope::default() };
        let delivery = take(&shop, &owner, &envelope, body.to_string().as_bytes());
        judge(app, &case, &delivery);
    }
}

/// Stripe's events; those that hold only their `data` are given the rest.
fn stripe() -> Option<Vec<(Case, Value)>> {
    let event = |file: &str, kind: &str, data: Value| json!({"id": format!("evt_{file}_{kind}"), "object": "event", "type": kind, "created": 1_700_000_000, "data": data});
    let captured = |file: &'static str, case: Case| message(file).map(|body| (case, body));
    let invoice: (&str, i64, i64, &str, &[&str]) = ("in_1MhUT5E0b6fckueSfPlY05Fw", 0, 0, "paid", &[]);
    let session = "stripe/captured-2022-11-15/checkout.session.completed.json";
    let mut cases = vec![
        // A trial: nothing was paid. The session of a subscription and its invoice are one order.
        captured(session, sold(session, "checkout.session.completed", true, invoice))?,
        captured("stripe/captured-2022-11-15/invoice.paid.json", sold("invoice.paid", "invoice.paid", true, invoice))?,
        captured("stripe/captured-2022-11-15/customer.subscription.created.json", ignored("subscription", "", false))?,
    ];
    let refund = message("stripe/pay-rails/charge.refunded.json")?;
    let refunded =
        Case { file: "charge.refunded", topic: "", status: "applied", sale: None, refund: Some(("pm_1234", -1)), test: false };
    cases.push((refunded, event("rails", "charge.refunded", refund)));
    let charge = message("stripe/pay-rails/charge.succeeded.json")?;
    cases.push((ignored("charge.succeeded", "", false), event("rails", "charge.succeeded", charge)));
    let fixtures = message("stripe/fixtures3_selected.json")?;
    for (name, kind) in [
        ("charge", "charge.succeeded"),
        ("refund", "refund.created"),
        ("payment_intent", "payment_intent.created"),
        ("customer", "customer.created"),
        ("coupon", "coupon.created"),
        ("promotion_code", "promotion_code.created"),
    ] {
        cases.push((ignored(name, "", false), event("fixture", kind, json!({"object": fixtures[name]}))));
    }
    // Its amounts are null: a session that has not come to an end.
    let open = Case { file: "checkout.session", topic: "", status: "failed", sale: None, refund: None, test: false };
    cases.push((open, event("fixture", "checkout.session.completed", json!({"object": fixtures["checkout.session"]}))));
    // A draft over 10.00; `shipping_cost` says eleven millions, `amount_shipping` and the total say nothing.
    let draft: (&str, i64, i64, &str, &[&str]) = ("in_1Pgc6tB7WZ01zgkWu9fdqL6I", 1_000, 1_000, "placed", &[]);
    cases.push((sold("invoice", "", false, draft), event("fixture", "invoice.paid", json!({"object": fixtures["invoice"]}))));
    Some(cases)
}

fn every_stripe_event_is_worth_what_it_says(app: &App) {
    let Some(cases) = stripe() else { return };
    assert_eq!(cases.len(), 13);
    let owner = app.owner();
    let shop = connect(&owner, "stripe", &json!({}));
    for (case, body) in &cases {
        let delivery = take(&shop, &owner, &Envelope::default(), body.to_string().as_bytes());
        judge(app, case, &delivery);
    }
    // 5.00 of the charge of 15.00 went back before its session was told of.
    let session = json!({
        "id": "cs_1", "mode": "payment", "payment_intent": "pm_1234", "currency": "usd", "amount_total": 1_500, "payment_status": "paid",
        "created": 1_351_497_305, "total_details": {"amount_tax": 0, "amount_shipping": 0, "amount_discount": 0},
    });
    let event =
        json!({"id": "evt_own", "type": "checkout.session.completed", "created": 1_351_497_306, "data": {"object": session}});
    let delivery = take(&shop, &owner, &Envelope::default(), event.to_string().as_bytes());
    let sale = owner.get(&format!("/v1/sales/{}", delivery["outcome"][0]["sale_id"].as_str().expect("a sale"))).is(200);
    assert_eq!((&delivery["outcome"][0]["base"], &sale["base_refunded"]), (&json!(1_500), &json!(500)), "{sale:#}");
}
