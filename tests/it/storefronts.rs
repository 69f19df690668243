//! Shops that report by webhook, told with small messages of our own writing.
#![cfg(test)]

use serde_json::{Value, json};

use super::access::Row;
use super::app::{App, stories};
use super::client::Client;
use super::shop::{balance, enrol, id_of};
use super::shop_signatures::{Envelope, Shop, connect, sale_of};

/// How the access matrix asks for this area's operations.
pub(crate) fn access(owner: &Client, name: &str) -> Option<Row> {
    let mapped = json!({"currency": "EUR", "field_map": {"order_id": "/id", "total": "/total"}});
    let shop = || connect(owner, "generic", &mapped);
    let delivery = || {
        let shop = shop();
        id_of(&shop.report(owner, "", &json!({"id": shop.id, "total": "1.00"})))
    };
    Some(match name {
        "POST /webhooks/{kind}" => Row::new(401, "/webhooks/shopify").body(json!({})),
        "POST /webhooks/{kind}/{id}" => Row::new(401, "/webhooks/shopify/0190163d-8694-739b-aea5-966c26f8ad90").body(json!({})),
        "POST /v1/connections" => Row::new(201, "/v1/connections").body(json!({"kind": "woocommerce"})),
        "GET /v1/connections" => Row::new(200, "/v1/connections"),
        "GET /v1/connections/{id}" => Row::new(200, format!("/v1/connections/{}", shop().id)).of_ledger(),
        "PATCH /v1/connections/{id}" => {
            Row::new(200, format!("/v1/connections/{}", shop().id)).body(json!({"name": "Tea"})).of_ledger()
        }
        "DELETE /v1/connections/{id}" => Row::new(204, format!("/v1/connections/{}", shop().id)).of_ledger(),
        "GET /v1/connections/{id}/coupons" => Row::new(200, format!("/v1/connections/{}/coupons", shop().id)).of_ledger(),
        "GET /v1/coupons.csv" => Row::new(200, "/v1/coupons.csv"),
        "GET /v1/inbound-deliveries" => Row::new(200, "/v1/inbound-deliveries"),
        "GET /v1/inbound-deliveries/{id}" => Row::new(200, format!("/v1/inbound-deliveries/{}", delivery())).of_ledger(),
        "POST /v1/inbound-deliveries/{id}/replay" => {
            Row::new(200, format!("/v1/inbound-deliveries/{}/replay", delivery())).of_ledger()
        }
        _ => return None,
    })
}

/// A paid Shopify order of 100.00 for goods, 19.00 tax on top and 5.95 shipping, with a code.
pub(crate) fn shopify_order(id: u64, changed: &str) -> Value {
    json!({
        "id": id, "name": format!("#{id}"), "currency": "EUR", "financial_status": "paid", "cancelled_at": null, "test": false,
        "created_at": "2026-03-01T10:00:00+01:00", "processed_at": "2026-03-01T10:00:00+01:00", "updated_at": changed,
        "email": "bea@example.com", "customer": {"id": 9_007_199_254_740_993_u64, "first_name": "Bea", "last_name": "Buyer"},
        "line_items": [{"id": 1, "sku": "TEA", "quantity": 2, "price": "50.00", "discount_allocations": []}],
        "shipping_lines": [{"price": "5.00", "discounted_price": "5.00", "tax_lines": [{"price": "0.95"}]}],
        "taxes_included": false, "total_tax": "19.95", "total_discounts": "0.00", "total_price": "124.95",
        "discount_codes": [{"code": "JOE", "amount": "0.00", "type": "percentage"}], "note_attributes": [],
        "landing_site": "/tea?via=ANN", "refunds": [],
    })
}

pub(crate) fn woo_order(id: u64, status: &str, modified: &str) -> Value {
    json!({
        "id": id, "number": id.to_string(), "status": status, "currency": "EUR", "prices_include_tax": true,
        "date_created_gmt": "2026-03-01T09:00:00", "date_modified_gmt": modified, "date_paid_gmt": "2026-03-01T09:05:00",
        "discount_total": "10.00", "shipping_total": "5.00", "shipping_tax": "0.95", "total_tax": "18.05", "cart_tax": "17.10",
        "total": "113.05", "customer_id": 0,
        "billing": {"first_name": "Bea", "last_name": "Buyer", "email": "bea@example.com", "phone": "not a number"},
        "line_items": [{"id": 1, "sku": "TEA", "product_id": 7, "quantity": 3, "subtotal": "100.00", "total": "90.00", "total_tax": "17.10"}],
        "shipping_lines": [], "fee_lines": [], "coupon_lines": [{"id": 2, "code": "joe"}], "meta_data": [], "refunds": [],
    })
}

fn stripe_event(id: &str, kind: &str, created: i64, object: &Value) -> Value {
    json!({"id": id, "object": "event", "type": kind, "created": created, "livemode": true, "data": {"object": object}})
}

stories! {
    a_shopify_order_pays_the_referrer_whose_code_was_typed,
    messages_of_one_order_end_in_one_state_in_any_order,
    a_woocommerce_guest_order_and_its_refunds_inside_updates,
    what_is_no_order_is_kept_and_shown,
    stripe_refunds_are_cumulative_and_currencies_its_own,
}

fn a_shopify_order_pays_the_referrer_whose_code_was_typed(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    enrol(&owner, "ann@example.com", "ANN");
    let shop = connect(&owner, "shopify", &json!({}));
    let order = shopify_order(9_007_199_254_740_995, "2026-03-01T10:00:05+01:00");
    let delivery = shop.report(&owner, "orders/paid", &order);
    let sale = sale_of(&owner, &delivery);
    assert_eq!(
        (&sale["order_id"], &sale["source"], &sale["status"], &sale["verdict"]["code"]),
        (&json!("9007199254740995"), &json!("shop"), &json!("paid"), &json!("JOE")),
        "{sale:#}"
    );
    assert_eq!(delivery["outcome"][0]["base"], 10_000);
    assert_eq!(balance(&owner, &joe).iter().sum::<i64>(), 1_000);
    // Shown without whose it is.
    assert!(!delivery["body"].to_string().contains("bea@") && !delivery["body"].to_string().contains("Buyer"), "{delivery:#}");
    // Half the tea comes back: refunds/create, and the same refund inside the order.
    let refund = json!({
        "id": 77, "order_id": 9_007_199_254_740_995_u64, "order_adjustments": [],
        "refund_line_items": [{"line_item_id": 1, "quantity": 1, "subtotal": 50.00, "total_tax": 9.50, "line_item": {"gift_card": false}}],
        "transactions": [{"kind": "refund", "status": "success", "amount": "59.50", "currency": "EUR"}],
    });
    let mut nameless = refund.clone();
    nameless["transactions"] = json!([]);
    let missing = shop.report(&owner, "refunds/create", &nameless);
    assert_eq!(missing["status"], "failed", "a refund of no currency: {missing:#}");
    let mut named = refund;
    named["refund_line_items"][0]["subtotal_set"] = json!({"shop_money": {"amount": "50.00", "currency_code": "EUR"}});
    let back = shop.report(&owner, "refunds/create", &named);
    assert_eq!((&back["outcome"][0]["applied"], &back["outcome"][0]["base_refunded"]), (&json!(true), &json!(5_000)), "{back:#}");
    let mut updated = shopify_order(9_007_199_254_740_995, "2026-03-02T10:00:05+01:00");
    updated["financial_status"] = json!("partially_refunded");
    updated["refunds"] = json!([named]);
    let again = shop.report(&owner, "orders/updated", &updated);
    assert_eq!(again["outcome"][1]["refund_id"], back["outcome"][0]["refund_id"], "{again:#}");
    assert_eq!(balance(&owner, &joe).iter().sum::<i64>(), 500);
    // The first connection of this kind is found by its secret alone.
    let bare = Shop { target: "/webhooks/shopify".to_owned(), ..shop.clone() };
    let cancelled = json!({"cancelled_at": "2026-03-03T10:00:00Z", "updated_at": "2026-03-03T10:00:00Z"});
    let mut off = updated.clone();
    for (name, value) in cancelled.as_object().expect("fields") {
        off[name] = value.clone();
    }
    let ended = bare.report(&owner, "orders/cancelled", &off);
    assert_eq!(sale_of(&owner, &ended)["status"], "cancelled");
    assert_eq!(balance(&owner, &joe).iter().sum::<i64>(), 0);
    let shown = owner.get(&format!("/v1/connections/{}", shop.id)).is(200);
    assert!(shown["last_delivery_at"].is_string(), "{shown:#}");
}

/// What an order comes to, without ids and times.
fn state(owner: &Client, order_id: &str) -> Value {
    let found = owner.get(&format!("/v1/sales?source=shop&order_id={order_id}")).is(200);
    let sale = owner.get(&format!("/v1/sales/{}", id_of(&found["data"][0]))).is(200);
    let keep = ["status", "base", "base_refunded", "total", "currency", "version", "over_refunded"];
    let mut state =
        json!({"verdict": sale["verdict"]["kind"], "code": sale["verdict"]["code"], "net": sale["commission"]["net"]});
    for name in keep {
        state[name] = sale[name].clone();
    }
    state
}

fn messages_of_one_order_end_in_one_state_in_any_order(app: &App) {
    let owner = app.owner();
    owner.patch("/v1/program", &json!({"lifetime": {"type": "forever"}})).is(200);
    enrol(&owner, "joe@example.com", "JOE");
    let shop = connect(&owner, "shopify", &json!({}));
    let messages = |id: u64| {
        let mut placed = shopify_order(id, "2026-03-01T10:00:05+01:00");
        placed["financial_status"] = json!("pending");
        placed["email"] = json!(format!("b{id}@example.com"));
        placed["customer"]["id"] = json!(id + 50_000);
        let mut paid = placed.clone();
        paid["financial_status"] = json!("paid");
        // The same second, another price: an edit that the clock cannot put in order.
        paid["line_items"][0]["price"] = json!("40.00");
        let refund = json!({
            "id": id + 1_000, "order_id": id,
            "refund_line_items": [{"quantity": 1, "subtotal": "40.00", "total_tax": "7.60",
                "subtotal_set": {"shop_money": {"amount": "40.00", "currency_code": "EUR"}}}],
            "transactions": [{"kind": "refund", "status": "success", "amount": "47.60", "currency": "EUR"}],
        });
        let mut later = paid.clone();
        later["updated_at"] = json!("2026-03-05T10:00:00+01:00");
        later["refunds"] = json!([refund]);
        [("orders/create", placed), ("orders/paid", paid), ("refunds/create", refund), ("orders/updated", later)]
    };
    let mut orders = permutations(4);
    // Twice the same, and everything twice.
    orders.push(vec![0, 0, 1, 2, 2, 3, 3, 1, 0]);
    let mut states = Vec::new();
    for (round, order) in (1_u64..).zip(&orders) {
        let all = messages(round);
        for (place, which) in order.iter().enumerate() {
            let (topic, body) = &all[*which];
            let number = format!("{round}-{place}");
            let envelope = Envelope { topic, number: &number, ..Envelope::default() };
            let done = shop.report_as(&owner, &envelope, body);
            assert_eq!(done["status"], "applied", "{done:#}");
        }
        states.push((order, state(&owner, &round.to_string())));
    }
    let (_, first) = &states[0];
    assert_eq!(
        (&first["base"], &first["base_refunded"], &first["verdict"]),
        (&json!(8_000), &json!(4_000), &json!("attributed")),
        "{first:#}"
    );
    for (order, state) in &states {
        assert_eq!(state, first, "{order:?}");
    }
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = permutations(count - 1);
    let places = |one: &Vec<usize>| -> Vec<Vec<usize>> {
        let with = |place: usize| [&one[..place], &[count - 1], &one[place..]].concat();
        (0..count).map(with).collect()
    };
    shorter.iter().flat_map(places).collect()
}

fn a_woocommerce_guest_order_and_its_refunds_inside_updates(app: &App) {
    let owner = app.owner();
    let joe = enrol(&owner, "joe@example.com", "JOE");
    let shop = connect(&owner, "woocommerce", &json!({"currency": "EUR"}));
    let placed = shop.report(&owner, "order.created", &woo_order(501, "on-hold", "2026-03-01T09:00:00"));
    assert_eq!(sale_of(&owner, &placed)["status"], "placed");
    let paid = shop.report(&owner, "order.updated", &woo_order(501, "processing", "2026-03-01T09:05:00"));
    assert_eq!((&paid["outcome"][0]["base"], &sale_of(&owner, &paid)["total"]), (&json!(9_000), &json!(11_305)), "{paid:#}");
    assert_eq!(balance(&owner, &joe).iter().sum::<i64>(), 900);
    // A third of what was paid goes back; the refund stands inside the order, as often as it is sent.
    let mut refunded = woo_order(501, "processing", "2026-03-04T09:05:00");
    refunded["refunds"] = json!([{"id": 502, "reason": "", "total": "-37.68"}]);
    shop.report(&owner, "order.updated", &refunded);
    let twice = shop.report_as(&owner, &Envelope { topic: "order.updated", number: "other", ..Envelope::default() }, &refunded);
    assert_eq!(twice["outcome"][1]["base_refunded"], 3_000, "{twice:#}");
    // Two guests are two people: 0 is nobody's number.
    let mut other = woo_order(601, "completed", "2026-03-01T09:05:00");
    other["billing"]["email"] = json!("carl@example.com");
    let second = shop.report(&owner, "order.created", &other);
    assert_eq!(sale_of(&owner, &second)["verdict"]["kind"], "attributed");
    // A payment that failed can still succeed.
    let mut failed = woo_order(701, "failed", "2026-03-01T09:05:00");
    failed["billing"]["email"] = json!("dora@example.com");
    failed["coupon_lines"] = json!([]);
    failed["meta_data"] = json!([
        {"id": 1, "key": "_wc_order_attribution_utm_source", "value": "houndplan"},
        {"id": 2, "key": "_wc_order_attribution_utm_campaign", "value": "JOE"},
    ]);
    let failed_sale = sale_of(&owner, &shop.report(&owner, "order.created", &failed));
    assert_eq!(failed_sale["status"], "placed");
    failed["status"] = json!("processing");
    failed["date_modified_gmt"] = json!("2026-03-01T09:06:00");
    let sale = sale_of(&owner, &shop.report(&owner, "order.updated", &failed));
    assert_eq!((&sale["status"], &sale["verdict"]["code"]), (&json!("paid"), &json!("JOE")), "{sale:#}");
    // A fee is paid but no goods; a negative one takes money off.
    let mut fees = woo_order(801, "completed", "2026-03-01T09:05:00");
    fees["fee_lines"] = json!([{"id": 3, "name": "Gift wrap", "total": "4.00"}, {"id": 4, "name": "Points", "total": "-9.00"}]);
    let with_fees = shop.report(&owner, "order.created", &fees);
    assert_eq!(with_fees["outcome"][0]["base"], 9_000 - 862, "nine euros off 94, the tea's part: {with_fees:#}");
}

fn what_is_no_order_is_kept_and_shown(app: &App) {
    let owner = app.owner();
    let shop = connect(&owner, "woocommerce", &json!({"currency": "EUR"}));
    // What WooCommerce sends on saving is unsigned and no JSON.
    let ping = app.nobody().with("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(ping.send("POST", &shop.target, Some(b"webhook_id=4")).is(200)["status"], "ping");
    ping.send("POST", &shop.target, Some(b"webhook_id=4&order=1")).is(401);
    // An error in place of the order.
    let error = json!({"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot view this resource.", "data": {"status": 401}});
    let kept = shop.report(&owner, "order.updated", &error);
    assert_eq!(kept["status"], "failed");
    assert!(kept["error"].as_str().is_some_and(|why| why.contains("may read orders")), "{kept:#}");
    for (topic, body) in [
        ("coupon.created", json!({"id": 17})),
        ("order.deleted", json!({"id": 3})),
        ("order.updated", json!({"id": 4, "status": "checkout-draft"})),
    ] {
        let ignored = shop.report(&owner, topic, &body);
        assert_eq!(ignored["status"], "ignored", "{ignored:#}");
        assert!(ignored["error"].is_string(), "why: {ignored:#}");
    }
    for body in [&b"not JSON"[..], b"[]", b"\xff\xfe", b"{}", b"", b"null", b"{\"id\": 1, \"status\": \"completed\"}"] {
        let envelope = Envelope { topic: "order.created", number: "junk", ..Envelope::default() };
        assert_eq!(shop.send(body, &envelope).is(200)["status"], "failed", "{:?}", String::from_utf8_lossy(body));
    }
    let failed = owner.get(&format!("/v1/inbound-deliveries?status=failed&connection_id={}", shop.id)).is(200);
    assert_eq!(failed["data"].as_array().map(Vec::len), Some(8), "{failed:#}");
    // Too large is refused before it is read.
    let large = vec![b' '; 4 * 1024 * 1024 + 1];
    shop.send(&large, &Envelope { topic: "order.created", number: "large", ..Envelope::default() }).is(413);
    let whole = [vec![b' '; 4 * 1024 * 1024 - 2], b"{}".to_vec()].concat();
    shop.send(&whole, &Envelope { topic: "order.created", number: "whole", ..Envelope::default() }).is(200);
}

fn stripe_refunds_are_cumulative_and_currencies_its_own(app: &App) {
    let owner = app.owner();
    enrol(&owner, "joe@example.com", "JOE");
    let shop = connect(&owner, "stripe", &json!({}));
    let session = |intent: &str, currency: &str, total: i64, email: &str| {
        json!({
            "id": format!("cs_{intent}"), "object": "checkout.session", "mode": "payment", "payment_intent": intent, "currency": currency,
            "amount_subtotal": total, "amount_total": total, "payment_status": "paid", "created": 1_772_000_000, "client_reference_id": "JOE",
            "customer": null, "customer_details": {"email": email}, "total_details": {"amount_tax": 0, "amount_shipping": 0, "amount_discount": 0},
        })
    };
    let charge = |refunded: i64| json!({"id": "ch_1", "object": "charge", "payment_intent": "pi_1", "currency": "eur", "amount": 10_000, "amount_refunded": refunded});
    let send = |id: &str, kind: &str, object: &Value| shop.report(&owner, "", &stripe_event(id, kind, 1_772_000_100, object));
    // The refunds come first, the larger before the smaller, and twice.
    assert_eq!(send("evt_2", "charge.refunded", &charge(7_500))["outcome"][0]["applied"], false);
    assert_eq!(send("evt_1", "charge.refunded", &charge(2_500))["outcome"][0]["did"], "nothing");
    send("evt_3", "charge.refunded", &charge(7_500));
    let sold = send("evt_0", "checkout.session.completed", &session("pi_1", "eur", 10_000, "bea@example.com"));
    let sale = sale_of(&owner, &sold);
    assert_eq!((&sale["base_refunded"], &sale["verdict"]["code"]), (&json!(7_500), &json!("JOE")), "{sale:#}");
    // A dispute takes the rest; winning it is for the owner to mend.
    let dispute = json!({"id": "dp_1", "object": "dispute", "charge": "ch_1", "payment_intent": "pi_1", "currency": "eur", "amount": 2_500, "status": "needs_response"});
    assert_eq!(send("evt_4", "charge.dispute.created", &dispute)["outcome"][0]["base_refunded"], 10_000);
    let mut won = dispute;
    won["status"] = json!("won");
    assert_eq!(send("evt_5", "charge.dispute.closed", &won)["status"], "failed");
    // Yen have no decimals, dinars three; ariary and krona are counted in Stripe's own way.
    for (intent, currency, theirs, ours) in [
        ("pi_jpy", "jpy", 5_000, 5_000),
        ("pi_kwd", "kwd", 12_340, 12_340),
        ("pi_mga", "mga", 500, 50_000),
        ("pi_isk", "isk", 50_000, 500),
    ] {
        let email = format!("{currency}@example.com");
        let sold = send(intent, "checkout.session.completed", &session(intent, currency, theirs, &email));
        assert_eq!(sold["outcome"][0]["base"], ours, "{sold:#}");
    }
    // An unpaid session waits for its payment.
    let mut waiting = session("pi_9", "eur", 1_000, "zoe@example.com");
    waiting["payment_status"] = json!("unpaid");
    assert_eq!(sale_of(&owner, &send("evt_8", "checkout.session.completed", &waiting))["status"], "placed");
    waiting["payment_status"] = json!("paid");
    assert_eq!(sale_of(&owner, &send("evt_9", "checkout.session.async_payment_succeeded", &waiting))["status"], "paid");
    assert_eq!(send("evt_10", "customer.created", &json!({"id": "cus_1"}))["status"], "ignored");
}
