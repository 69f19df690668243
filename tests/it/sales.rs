//! Orders as shops report them: often twice, sometimes late, never refused for a business reason.
#![cfg(test)]

use serde_json::{Value, json};

use super::app::{App, stories};
use super::client::Client;
use super::shop::{balance, enrol, id_of, net, order, rules, sell};

/// Kind and reason of a sale's verdict.
fn verdict(sale: &Value) -> (&str, &str) {
    (sale["verdict"]["kind"].as_str().unwrap_or(""), sale["verdict"]["reason"].as_str().unwrap_or(""))
}

fn reported(shop: &Client, order_id: &str, change: &Value) -> Value {
    let mut report = json!({"order_id": order_id, "currency": "EUR", "subtotal": 10_000});
    for (name, value) in change.as_object().expect("fields") {
        report[name] = value.clone();
    }
    sell(shop, &report)
}

stories! {
    the_same_order_twice_is_one_sale,
    every_reason_why_a_sale_earns_nothing,
    a_code_is_found_however_it_was_typed,
    only_the_first_sale_of_a_new_customer_earns,
    nothing_is_earned_before_the_order_is_paid,
    refunds_and_cancels_may_come_before_their_order,
    whoever_the_buyer_names_earns_and_hears_of_it,
    the_owner_has_the_last_word,
    a_bundle_of_orders_is_judged_one_by_one,
    business_surprises_are_stored_flagged_and_answered,
    a_test_order_goes_to_the_sandbox,
}

fn the_same_order_twice_is_one_sale(app: &App) {
    let shop = app.owner();
    enrol(&shop, "joe@example.com", "JOE");
    let report = order("A-1", 10_000, "a@example.com", "JOE");
    let first = shop.post("/v1/sales", &report).is(201);
    let again = shop.post("/v1/sales", &report).is(200);
    assert_eq!(first, again);

    // Other content needs a higher version.
    let problem = shop.post("/v1/sales", &order("A-1", 12_000, "a@example.com", "JOE")).is(409);
    assert!(
        problem["errors"].as_array().is_some_and(|errors| errors.iter().any(|fault| fault["pointer"] == "/subtotal")),
        "{problem:#}"
    );
    let mut revision = order("A-1", 12_000, "a@example.com", "JOE");
    revision["version"] = json!(1);
    let revised = shop.post("/v1/sales", &revision).is(200);
    assert_eq!((&revised["id"], &revised["commission"]["amount"]["amount"]), (&first["id"], &json!(1_000)));
    assert_eq!(revised["commission"]["net"]["amount"], 1_200);
    // The first version again, late: nothing changes.
    let late = shop.post("/v1/sales", &report).is(200);
    assert_eq!(late["commission"]["net"]["amount"], 1_200);
    assert_eq!(super::shop::all(&shop, "/v1/sales").len(), 1);
}

fn every_reason_why_a_sale_earns_nothing(app: &App) {
    let shop = app.owner();
    let joe = enrol(&shop, "joe@example.com", "JOE");
    enrol(&shop, "old@example.com", "OLDCODE");
    shop.patch("/v1/codes/OLDCODE", &json!({"status": "retired"})).is(200);
    let buyer = |name: &str| json!({"email": format!("{name}@example.com")});
    let cases = [
        (json!({"customer": buyer("n1")}), "no_evidence"),
        (json!({"code": "JOE"}), "no_customer"),
        (json!({"customer": buyer("n2"), "code": "NOSUCH"}), "unknown_code"),
        (json!({"customer": buyer("n3"), "code": "OLDCODE"}), "code_retired"),
        (json!({"customer": buyer("joe"), "code": "JOE"}), "self_referral"),
        (json!({"customer": {"email": "n4@example.com", "orders_before": 1}, "code": "JOE"}), "not_first_sale"),
        (
            json!({"customer": {"email": "n5@example.com", "first_order_at": "2020-01-01T00:00:00Z"}, "code": "JOE"}),
            "not_first_sale",
        ),
        (json!({"customer": buyer("n6"), "code": "JOE", "history": true}), "history"),
        (json!({"customer": buyer("n7"), "code": "JOE", "status": "placed"}), "not_paid_yet"),
        (json!({"customer": buyer("n8"), "code": "JOE", "status": "cancelled"}), "order_cancelled"),
        (json!({"customer": buyer("n9"), "code": "JOE", "subtotal": 0}), "zero_base"),
    ];
    for (place, (change, reason)) in cases.iter().enumerate() {
        let sale = reported(&shop, &format!("N-{place}"), change);
        assert_eq!(verdict(&sale), ("unattributed", *reason), "{sale:#}");
        assert!(sale.get("commission").is_none(), "{sale:#}");
    }
    let unknown_friend = json!({"customer": buyer("n10"), "referred_by": {"name": "Uncle Bill"}});
    let held = reported(&shop, "N-held", &unknown_friend);
    assert_eq!(verdict(&held), ("held", "needs_match"), "{held:#}");
    shop.order(&format!("/v1/referrers/{joe}/pause")).is(200);
    assert_eq!(
        verdict(&reported(&shop, "N-paused", &json!({"customer": buyer("n11"), "code": "JOE"}))),
        ("unattributed", "referrer_paused")
    );
    assert_eq!(balance(&shop, &joe), [0, 0, 0, 0]);
}

fn a_code_is_found_however_it_was_typed(app: &App) {
    let shop = app.owner();
    let joe = enrol(&shop, "joe@example.com", "JOE-10");
    for (place, typed) in ["joe-10", " JOE10 ", "j0e-IO", "JOE_1O"].iter().enumerate() {
        let sale = reported(
            &shop,
            &format!("T-{place}"),
            &json!({"customer": {"phone": format!("+49 30 90182{place}")}, "code": typed}),
        );
        assert_eq!(
            (verdict(&sale), sale["verdict"]["referrer_id"].as_str()),
            (("attributed", ""), Some(joe.as_str())),
            "{typed}"
        );
        assert_eq!(sale["verdict"]["code"], "JOE-10");
    }
    // Several codes are tried in the shop's order.
    let codes = json!({"customer": {"email": "x@example.com"}, "codes": ["SUMMER", "JOE-10"]});
    assert_eq!(verdict(&reported(&shop, "T-codes", &codes)), ("attributed", ""));
}

fn only_the_first_sale_of_a_new_customer_earns(app: &App) {
    let shop = app.owner();
    enrol(&shop, "joe@example.com", "JOE");
    let first = sell(&shop, &order("A-1", 10_000, "a@example.com", "JOE"));
    let second = sell(&shop, &order("A-2", 10_000, "A@EXAMPLE.COM", "JOE"));
    assert_eq!((verdict(&first), verdict(&second)), (("attributed", ""), ("unattributed", "not_first_sale")));

    // A first sale that was taken back frees its place: the next one goes to the same referrer.
    shop.post("/v1/sales/cancel", &json!({"order_id": "A-1"})).is(200);
    let third = reported(&shop, "A-3", &json!({"customer": {"email": "a@example.com"}}));
    assert_eq!((verdict(&third), &third["verdict"]["evidence"]), (("attributed", ""), &json!("referral")), "{third:#}");
}

fn nothing_is_earned_before_the_order_is_paid(app: &App) {
    let shop = app.owner();
    let joe = enrol(&shop, "joe@example.com", "JOE");
    let mut report = order("A-1", 10_000, "a@example.com", "JOE");
    report["status"] = json!("placed");
    assert_eq!(verdict(&sell(&shop, &report)), ("unattributed", "not_paid_yet"));
    report["status"] = json!("paid");
    let paid = shop.post("/v1/sales", &report).is(200);
    assert_eq!((verdict(&paid), &paid["commission"]["status"]), (("attributed", ""), &json!("pending")), "{paid:#}");
    report["status"] = json!("cancelled");
    let cancelled = shop.post("/v1/sales", &report).is(200);
    assert_eq!(
        (verdict(&cancelled), &cancelled["status"]),
        (("unattributed", "order_cancelled"), &json!("cancelled")),
        "{cancelled:#}"
    );
    // It only moves forward.
    report["status"] = json!("paid");
    assert_eq!(shop.post("/v1/sales", &report).is(200)["status"], "cancelled");
    assert_eq!(balance(&shop, &joe), [0, 0, 0, 0]);
}

fn refunds_and_cancels_may_come_before_their_order(app: &App) {
    let shop = app.owner();
    let joe = enrol(&shop, "joe@example.com", "JOE");
    let parked = shop.post("/v1/refunds", &json!({"refund_id": "R-1", "order_id": "A-1", "amount": 2_500})).is(201);
    assert_eq!(parked["applied"], false, "{parked:#}");
    let sale = shop.post("/v1/sales", &order("A-1", 10_000, "a@example.com", "JOE"));
    let sale = sale.json();
    assert_eq!(
        (&sale["commission"]["amount"]["amount"], &sale["commission"]["net"]["amount"]),
        (&json!(1_000), &json!(750)),
        "{sale:#}"
    );
    assert_eq!(balance(&shop, &joe), [750, 0, 0, 0]);

    let early = shop.post("/v1/sales/cancel", &json!({"order_id": "A-2"})).is(200);
    assert_eq!(early["applied"], false, "{early:#}");
    let late = shop.post("/v1/sales", &order("A-2", 10_000, "b@example.com", "JOE")).json();
    assert_eq!((verdict(&late), &late["status"]), (("unattributed", "order_cancelled"), &json!("cancelled")), "{late:#}");
    assert_eq!(balance(&shop, &joe), [750, 0, 0, 0]);
}

fn whoever_the_buyer_names_earns_and_hears_of_it(app: &App) {
    let shop = app.owner();
    shop.post("/v1/customers", &json!({"email": "anna@example.com", "name": "Anna"})).is(201);
    let sale =
        reported(&shop, "A-1", &json!({"customer": {"email": "b@example.com"}, "referred_by": {"email": "Anna@example.com"}}));
    assert_eq!((verdict(&sale), &sale["verdict"]["evidence"]), (("attributed", ""), &json!("referred_by")), "{sale:#}");
    let anna = shop.get(&format!("/v1/referrers/{}", sale["verdict"]["referrer_id"].as_str().expect("an id"))).is(200);
    assert_eq!(anna["status"], "invited");
    assert_eq!(anna["customer"]["name"], "Anna");
}

fn the_owner_has_the_last_word(app: &App) {
    let shop = app.owner();
    let joe = enrol(&shop, "joe@example.com", "JOE");
    let held =
        reported(&shop, "A-1", &json!({"customer": {"email": "a@example.com"}, "referred_by": {"name": "Joe from the gym"}}));
    let decide = |sale: &Value, body: Value| shop.post(&format!("/v1/sales/{}/decision", id_of(sale)), &body);
    let credited = decide(&held, json!({"action": "credit", "referrer_id": joe, "reason": "It was him"})).is(200);
    assert_eq!((verdict(&credited), &credited["verdict"]["evidence"]), (("attributed", ""), &json!("owner_decision")));
    assert_eq!(balance(&shop, &joe), [1_000, 0, 0, 0]);
    let denied = decide(&held, json!({"action": "deny", "reason": "Same household"})).is(200);
    assert_eq!(verdict(&denied), ("unattributed", "denied_by_owner"));
    assert_eq!(balance(&shop, &joe), [0, 0, 0, 0]);

    // Each verdict is explained, and judging again from what was written down gives the same.
    let why = shop.get(&format!("/v1/sales/{}/explanation", id_of(&held))).is(200);
    let verdicts = why["verdicts"].as_array().expect("verdicts");
    assert_eq!(verdicts.len(), 3, "{why:#}");
    assert!(verdicts.iter().all(|one| one["verdict"] == one["replayed"]), "{why:#}");
    assert!(!why.to_string().contains("example.com"), "what the law read holds no personal data: {why:#}");
}

fn a_bundle_of_orders_is_judged_one_by_one(app: &App) {
    let shop = app.owner();
    enrol(&shop, "joe@example.com", "JOE");
    let answer = shop
        .post(
            "/v1/sales/batch",
            &json!({"sales": [
                order("B-1", 1_000, "a@example.com", "JOE"),
                order("B-2", -1, "b@example.com", "JOE"),
                order("B-1", 1_000, "a@example.com", "JOE"),
                order("B-3", 2_000, "a@example.com", "JOE"),
                {"order_id": "B-4"},
                order("B-1", 1_001, "a@example.com", "JOE"),
            ]}),
        )
        .is(200);
    let answers = answer["data"].as_array().expect("answers");
    let statuses: Vec<i64> = answers.iter().map(|one| one["status"].as_i64().expect("a status")).collect();
    assert_eq!(statuses, [201, 422, 200, 201, 422, 409], "{answer:#}");
    assert_eq!(answers[0]["sale"], answers[2]["sale"]);
    assert_eq!(verdict(&answers[3]["sale"]), ("unattributed", "not_first_sale"));
    assert_eq!(super::shop::all(&shop, "/v1/sales").len(), 2);
}

fn business_surprises_are_stored_flagged_and_answered(app: &App) {
    let shop = app.owner();
    enrol(&shop, "joe@example.com", "JOE");
    let sale = id_of(&sell(&shop, &order("A-1", 10_000, "a@example.com", "JOE")));
    // More is given back than was paid.
    let excess = shop.post("/v1/refunds", &json!({"refund_id": "R-1", "order_id": "A-1", "amount": 99_000})).is(201);
    assert_eq!(excess["effect"]["over_refunded"], true, "{excess:#}");
    assert_eq!((net(&shop, &sale), shop.get(&format!("/v1/sales/{sale}")).is(200)["over_refunded"].clone()), (0, json!(true)));
    // A total that does not add up.
    let odd = reported(&shop, "A-2", &json!({"subtotal": 10_000, "tax": 1_900, "total": 1}));
    assert_eq!((&odd["total_disagrees"], &odd["total"]), (&json!(true), &json!(1)));
    // Keys of two customers in one order.
    shop.post("/v1/customers", &json!({"external_id": "c-1"})).is(201);
    shop.post("/v1/customers", &json!({"email": "other@example.com"})).is(201);
    reported(&shop, "A-3", &json!({"customer": {"external_id": "c-1", "email": "other@example.com"}}));
    assert_eq!(shop.get("/v1/merge-proposals").is(200)["data"].as_array().map(Vec::len), Some(1));
    // Money in a currency the program does not list.
    rules(&shop, &json!({"currencies": ["EUR"]}));
    let yen =
        json!({"order_id": "A-4", "currency": "JPY", "subtotal": 500, "customer": {"email": "y@example.com"}, "code": "JOE"});
    assert_eq!(verdict(&sell(&shop, &yen)), ("unattributed", "currency_not_accepted"));
}

fn a_test_order_goes_to_the_sandbox(app: &App) {
    let shop = app.owner();
    let sale = reported(&shop, "A-1", &json!({"test": true}));
    assert_eq!(sale["test"], true);
    assert_eq!(super::shop::all(&shop, "/v1/sales").len(), 0);
    assert_eq!(super::shop::all(&app.sandbox(), "/v1/sales").len(), 1);
}
