//! Connections themselves: their field maps, secrets and ledgers, and what is believed.
#![cfg(test)]

use serde_json::{Value, json};

use super::app::{App, stories};
use super::shop::{enrol, id_of};
use super::shop_signatures::{Envelope, Shop, connect, sale_of};
use super::storefronts::shopify_order;

stories! {
    a_generic_shop_is_read_by_its_field_map_and_replayed_after_a_fix,
    secrets_are_rotated_with_an_overlap_and_never_shown,
    tests_go_to_the_sandbox,
    nothing_unsigned_is_believed,
}

fn a_generic_shop_is_read_by_its_field_map_and_replayed_after_a_fix(app: &App) {
    let owner = app.owner();
    enrol(&owner, "joe@example.com", "JOE");
    let map = json!({
        "event": "/event", "order_events": ["order"], "refund_events": ["refund"], "cancel_events": ["cancel"], "order_id": "/data/no",
        "total": "/data/sum", "tax": "/data/vat", "codes": ["/data/wrong"], "email": "/data/mail", "refund_id": "/data/refund",
        "refund_amount": "/data/sum",
    });
    for kind in ["generic", "standard"] {
        let source = json!({"source": kind, "currency": "EUR", "field_map": map});
        let shop = connect(&owner, kind, &source);
        let order = json!({"event": "order", "data": {"no": "A-1", "sum": "119.00", "vat": "19.00", "coupon": ["JOE"], "mail": format!("{kind}@example.com")}});
        let first = shop.report(&owner, "", &order);
        assert_eq!(
            (&first["outcome"][0]["base"], &sale_of(&owner, &first)["verdict"]["reason"]),
            (&json!(10_000), &json!("no_evidence")),
            "{first:#}"
        );
        // The map is mended and the delivery done again. It is the same order with other evidence, so the shop's clock must say so.
        let mut mended = map.clone();
        mended["codes"] = json!(["/data/coupon"]);
        mended["updated_at"] = json!("/data/changed");
        owner.patch(&format!("/v1/connections/{}", shop.id), &json!({"field_map": mended})).is(200);
        let replayed = owner.order(&format!("/v1/inbound-deliveries/{}/replay", id_of(&first))).is(200);
        assert_eq!((&replayed["status"], &replayed["attempts"]), (&json!("failed"), &json!(2)), "{replayed:#}");
        let mut later = order.clone();
        later["data"]["changed"] = json!("2026-03-01T10:00:00Z");
        let sale = sale_of(&owner, &shop.report(&owner, "", &later));
        assert_eq!(sale["verdict"]["code"], "JOE", "{sale:#}");
        let refund = json!({"event": "refund", "data": {"no": "A-1", "refund": "R-1", "sum": "59.50"}});
        assert_eq!(shop.report(&owner, "", &refund)["outcome"][0]["base_refunded"], 5_000);
        let cancel = json!({"event": "cancel", "data": {"no": "A-1"}});
        assert_eq!(sale_of(&owner, &shop.report(&owner, "", &cancel))["status"], "cancelled");
        assert_eq!(shop.report(&owner, "", &json!({"event": "hello"}))["status"], "ignored");
    }
    // A mapping that failed does its work once it is mended.
    let shop = connect(&owner, "generic", &json!({"source": "late", "field_map": {"order_id": "/id", "total": "/total"}}));
    let failed = shop.report(&owner, "", &json!({"id": 7, "total": "10.00"}));
    assert!(failed["error"].as_str().is_some_and(|why| why.contains("currency")), "{failed:#}");
    owner.patch(&format!("/v1/connections/{}", shop.id), &json!({"currency": "KWD"})).is(200);
    let done = owner.order(&format!("/v1/inbound-deliveries/{}/replay", id_of(&failed))).is(200);
    assert_eq!(done["outcome"][0]["base"], 10_000, "three decimals: {done:#}");
    owner.post("/v1/connections", &json!({"kind": "generic"})).faults("/field_map", "missing_field");
    owner
        .post("/v1/connections", &json!({"kind": "generic", "field_map": {"order_id": "id", "total": "/t"}}))
        .faults("/field_map/order_id", "invalid_pointer");
    owner.post("/v1/connections", &json!({"kind": "shopify"})).faults("/secret", "missing_field");
    owner
        .post("/v1/connections", &json!({"kind": "stripe", "secret": "x", "code_sources": ["fields"]}))
        .faults("/code_sources/0", "unknown_code_source");
    owner
        .post("/v1/connections", &json!({"kind": "standard", "secret": "short", "field_map": {"order_id": "/id", "total": "/t"}}))
        .faults("/secret", "invalid_secret");
    owner.post("/v1/connections", &json!({"kind": "woocommerce", "pull": true})).faults("/api", "missing_field");
}

fn secrets_are_rotated_with_an_overlap_and_never_shown(app: &App) {
    let owner = app.owner();
    let made = owner.post("/v1/connections", &json!({"kind": "woocommerce", "currency": "EUR"})).is(201);
    let secret = made["secret"].as_str().expect("made here, shown once").to_owned();
    let path = format!("/v1/connections/{}", id_of(&made));
    assert!(owner.get(&path).is(200)["secret"].is_null());
    assert!(!owner.get("/v1/connections").is(200).to_string().contains(&secret));
    let stored = app.ask("SELECT secret AS line FROM connections");
    assert!(stored.iter().all(|sealed| sealed.starts_with("v1:") && !sealed.contains(&secret)), "{stored:?}");
    let mut shop = connect(&owner, "woocommerce", &json!({"currency": "EUR", "source": "other"}));
    shop.target = format!("/webhooks/woocommerce/{}", id_of(&made));
    let (old, new) = (shop.signing_with(&secret), shop.signing_with("the next one"));
    let send = |shop: &Shop, number: &str| {
        shop.send(br#"{"id":1}"#, &Envelope { topic: "product.updated", number, ..Envelope::default() })
    };
    send(&old, "1").is(200);
    send(&new, "2").is(401);
    let turned = owner.patch(&path, &json!({"secret": "the next one"})).is(200);
    assert!(turned["old_secret_until"].is_string() && !turned.to_string().contains("the next one"), "{turned:#}");
    send(&old, "3").is(200);
    send(&new, "4").is(200);
    owner.patch(&path, &json!({"secret": "the last one", "overlap_hours": 0})).is(200);
    send(&old, "5").is(401);
    send(&new, "6").is(401);
    send(&shop.signing_with("the last one"), "7").is(200);
    // It survives a restart, and ends with the connection.
    app.kill_and_restart();
    let owner = app.owner();
    let shop = connect(&owner, "woocommerce", &json!({"source": "third"})).signing_with("the last one");
    let shop = Shop { target: format!("/webhooks/woocommerce/{}", id_of(&made)), ..shop };
    send(&shop, "8").is(200);
    assert_eq!(owner.send("DELETE", &path, None).status, 204);
    send(&shop, "9").is(401);
    owner.get(&path).is(404);
}

fn tests_go_to_the_sandbox(app: &App) {
    let owner = app.owner();
    let shop = connect(&owner, "shopify", &json!({}));
    let mut order = shopify_order(11, "2026-03-01T10:00:05+01:00");
    order["test"] = json!(true);
    let marked = shop.report(&owner, "orders/paid", &order);
    let by_header = Envelope { topic: "orders/paid", number: "12", test: true, ..Envelope::default() };
    let told = shop.report_as(&owner, &by_header, &shopify_order(12, "2026-03-01T10:00:05+01:00"));
    assert_eq!((&marked["test"], &told["test"]), (&json!(true), &json!(true)));
    assert_eq!(owner.get("/v1/sales").is(200)["data"], json!([]));
    let sandbox = app.sandbox();
    assert_eq!(sandbox.get("/v1/sales").is(200)["data"].as_array().map(Vec::len), Some(2));
    // A connection of the sandbox has an address of its own.
    let play = connect(&sandbox, "shopify", &json!({}));
    assert!(play.target.ends_with("?sandbox=1"), "{}", play.target);
    let done = play.report(&sandbox, "orders/paid", &shopify_order(13, "2026-03-01T10:00:05+01:00"));
    assert_eq!(sale_of(&sandbox, &done)["order_id"], "13");
    assert_eq!(owner.get("/v1/sales").is(200)["data"], json!([]));
}

fn nothing_unsigned_is_believed(app: &App) {
    let owner = app.owner();
    let body = shopify_order(1, "2026-03-01T10:00:05+01:00").to_string();
    let map = json!({"currency": "EUR", "field_map": {"order_id": "/id", "total": "/total_price"}});
    for kind in ["shopify", "woocommerce", "stripe", "generic", "standard"] {
        let shop = connect(&owner, kind, if matches!(kind, "generic" | "standard") { &map } else { &Value::Null });
        let envelope = Envelope { topic: "x", number: "1", ..Envelope::default() };
        shop.signing_with("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").send(body.as_bytes(), &envelope).is(401);
        app.nobody().send("POST", &shop.target, Some(body.as_bytes())).is(401);
        for place in (0..body.len()).step_by(97) {
            let mut other = body.clone().into_bytes();
            other[place] ^= 1;
            shop.send_as(body.as_bytes(), &other, &envelope).is(401);
        }
        if matches!(kind, "stripe" | "standard") {
            for late in [301 + 5, -301 - 5] {
                shop.send(body.as_bytes(), &Envelope { late, ..envelope.clone() }).is(401);
            }
        }
        assert_eq!(shop.send(body.as_bytes(), &envelope).status, 200, "{kind}");
    }
    assert_eq!(app.ask("SELECT CAST(COUNT(*) AS TEXT) AS line FROM inbound_deliveries"), ["5"]);
    app.nobody().send("POST", "/webhooks/magento", Some(b"{}")).is(404);
    app.nobody().send("POST", "/webhooks/shopify", Some(b"{}")).is(401);
}
